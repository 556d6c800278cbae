/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-port.h"

G_BEGIN_DECLS

/* The ports of one sandbox: a GListModel of SbPort by number. A port is in it while something listens there, while it
 * is open or offered. It is up to date while somebody watches or a background command runs, and asks the sandbox at
 * most once a second. Signal: "appeared" (SbPort*), when something begins to listen. */
#define SB_TYPE_PORT_LIST (sb_port_list_get_type ())
G_DECLARE_FINAL_TYPE (SbPortList, sb_port_list, SB, PORT_LIST, GObject)

SbPortList *sb_port_list_new            (void);
void        sb_port_list_set_channel    (SbPortList           *self,
                                         SbChannel            *channel);
/* Counted: somebody looks at it. */
void        sb_port_list_watch          (SbPortList           *self);
void        sb_port_list_unwatch        (SbPortList           *self);
/* A background command was started: look until none runs. */
void        sb_port_list_wake           (SbPortList           *self);
void        sb_port_list_refresh_async  (SbPortList           *self,
                                         GCancellable         *cancellable,
                                         GAsyncReadyCallback   callback,
                                         gpointer              user_data);
gboolean    sb_port_list_refresh_finish (SbPortList           *self,
                                         GAsyncResult         *result,
                                         GError              **error);
SbPort     *sb_port_list_find           (SbPortList           *self,
                                         guint16               number);
gboolean    sb_port_list_open           (SbPortList           *self,
                                         guint16               number,
                                         GError              **error);
void        sb_port_list_close          (SbPortList           *self,
                                         guint16               number);
void        sb_port_list_offer          (SbPortList           *self,
                                         guint16               number);

G_END_DECLS
