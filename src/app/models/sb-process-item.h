/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel.h"

G_BEGIN_DECLS

/* A process of a sandbox, as its row shows it: what comes from inside is cleaned. Signal "changed". */
#define SB_TYPE_PROCESS_ITEM (sb_process_item_get_type ())
G_DECLARE_FINAL_TYPE (SbProcessItem, sb_process_item, SB, PROCESS_ITEM, GObject)

SbProcessItem *sb_process_item_new          (const SbProcess *process,
                                             const char      *origin,
                                             const char      *call); /* both nullable */
/* FALSE: that is another process, which got the same id */
gboolean       sb_process_item_update       (SbProcessItem   *self,
                                             const SbProcess *process,
                                             gint64           elapsed_us);
guint32        sb_process_item_get_pid      (SbProcessItem   *self);
const char    *sb_process_item_get_name     (SbProcessItem   *self);
const char    *sb_process_item_get_command  (SbProcessItem   *self);
const char    *sb_process_item_get_origin   (SbProcessItem   *self); /* nullable */
const char    *sb_process_item_get_call     (SbProcessItem   *self); /* nullable: the trace id of the tool call */
double         sb_process_item_get_cpu      (SbProcessItem   *self); /* 1: one processor */
guint64        sb_process_item_get_memory   (SbProcessItem   *self);
guint64        sb_process_item_get_age_us   (SbProcessItem   *self);

G_END_DECLS
