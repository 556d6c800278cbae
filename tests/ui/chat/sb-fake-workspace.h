/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-workspace.h"

G_BEGIN_DECLS

/* Stands in for the real SbWorkspace at link time: the same functions as far as the chat view calls them, without
 * network, sandbox or disk. What the view asked for can be read here. */
SbWorkspace *sb_fake_workspace_new           (void);
void         sb_fake_workspace_set_rehearsal (SbWorkspace *self,
                                              gboolean     rehearsal);
/* The next send or retry fails with this; NULL: works. */
void         sb_fake_workspace_set_failure   (SbWorkspace *self,
                                              const char  *message);
const char  *sb_fake_workspace_get_sent      (SbWorkspace *self); /* nullable */
const char  *sb_fake_workspace_get_agent_id  (SbWorkspace *self); /* nullable */
guint        sb_fake_workspace_get_n_stops   (SbWorkspace *self);
guint        sb_fake_workspace_get_n_retries (SbWorkspace *self);

G_END_DECLS
