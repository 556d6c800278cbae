/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-trace.h"

G_BEGIN_DECLS

typedef struct
{
  char   *tool;
  char   *trace_id; /* of the tool call */
  gint64  time;     /* wall µs */
} SbFileCredit;

SbFileCredit *sb_file_credit_copy  (const SbFileCredit *credit); /* nullable */
gboolean      sb_file_credit_equal (const SbFileCredit *a,
                                    const SbFileCredit *b);
void          sb_file_credit_free  (SbFileCredit       *credit);

/* Which tool call wrote a file last, as far as the trace knows. Signal "credited" (char *path). */
#define SB_TYPE_FILE_CREDITS (sb_file_credits_get_type ())
G_DECLARE_FINAL_TYPE (SbFileCredits, sb_file_credits, SB, FILE_CREDITS, GObject)

SbFileCredits *sb_file_credits_new       (void);
void           sb_file_credits_set_trace (SbFileCredits *self,
                                          SbTrace       *trace);
/* nullable: not known */
const SbFileCredit *sb_file_credits_lookup (SbFileCredits *self,
                                            const char    *path);

G_END_DECLS
