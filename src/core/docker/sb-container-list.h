/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-container.h"
#include "sb-docker-client.h"

G_BEGIN_DECLS

/* The containers of an engine, to look at: a GListModel of SbContainer, the newest first, live while it is active. It
 * only ever asks: there is no verb. Properties that notify: active, problem (nullable: why nothing is known). */
#define SB_TYPE_CONTAINER_LIST (sb_container_list_get_type ())
G_DECLARE_FINAL_TYPE (SbContainerList, sb_container_list, SB, CONTAINER_LIST, GObject)

/* hidden_label: nullable: containers that have it are left out */
SbContainerList *sb_container_list_new         (SbDockerClient       *client,
                                                const char           *hidden_label);
/* Off at first, and as long as it is off no connection is open. */
void             sb_container_list_set_active  (SbContainerList      *self,
                                                gboolean              active);
gboolean         sb_container_list_get_active  (SbContainerList      *self);
const char      *sb_container_list_get_problem (SbContainerList      *self);

G_END_DECLS
