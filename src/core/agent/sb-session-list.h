/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-session.h"

G_BEGIN_DECLS

/* How long a deleted conversation keeps its sandboxes, so that the deletion can be undone. */
#define SB_SESSION_LIST_UNDO_SECONDS 8

/* The sessions of a workspace, one a conversation that was talked in. A conversation that was deleted, and is not
 * back after the undo time, loses its session and its sandboxes. Signal "finished": one of the runs came to its end. */
#define SB_TYPE_SESSION_LIST (sb_session_list_get_type ())
G_DECLARE_FINAL_TYPE (SbSessionList, sb_session_list, SB, SESSION_LIST, GObject)

SbSessionList *sb_session_list_new          (SbServices        *services);
/* (transfer none) (nullable) */
SbSession     *sb_session_list_find         (SbSessionList     *self,
                                             SbConversation    *conversation);
/* (transfer none) */
SbSession     *sb_session_list_ensure       (SbSessionList     *self,
                                             SbConversation    *conversation);
gboolean       sb_session_list_is_running   (SbSessionList     *self);
/* Providers are known: what was sent before goes on. */
void           sb_session_list_set_ready    (SbSessionList     *self);
void           sb_session_list_stop         (SbSessionList     *self);
void           sb_session_list_close        (SbSessionList     *self);
void           sb_session_list_add_activity (SbSessionList     *self,
                                             const SbActivity  *activity);

G_END_DECLS
