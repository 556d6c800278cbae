/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-change.h"

G_BEGIN_DECLS

/* The changed files of a sandbox since its start, or since a tool call: a GListModel of SbChange, sorted by path. A
 * file that is as it was is not in it. Properties: since (the trace id of a tool call; nullable: the start), complete
 * (FALSE: there may be more changes than are listed). Signal "changed" (char *path) after the list is up to date; path
 * NULL: any of them. */
#define SB_TYPE_CHANGE_SET (sb_change_set_get_type ())
G_DECLARE_FINAL_TYPE (SbChangeSet, sb_change_set, SB, CHANGE_SET, GObject)

SbChangeSet *sb_change_set_new         (SbChangeLog *log);
const char  *sb_change_set_get_since   (SbChangeSet *self);
void         sb_change_set_set_since   (SbChangeSet *self,
                                        const char  *trace_id);
gboolean     sb_change_set_is_complete (SbChangeSet *self);
SbChange    *sb_change_set_dup_change  (SbChangeSet *self,
                                        const char  *path);
SbChange    *sb_change_set_get_change  (SbChangeSet *self,
                                        guint        position);
guint        sb_change_set_find_below  (SbChangeSet *self,
                                        const char  *directory,
                                        guint       *first);
gboolean     sb_change_set_knows_call  (SbChangeSet *self,
                                        const char  *trace_id);

G_END_DECLS
