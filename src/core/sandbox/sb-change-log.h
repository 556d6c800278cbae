/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What a file was at one moment. */
typedef struct
{
  gboolean exists;
  GBytes  *content; /* nullable: not there, too large, or given up for newer ones */
  guint64  size;    /* also when the content is not kept */
} SbFileVersion;

/* What became of a file between two moments. All borrowed. */
typedef struct
{
  SbFileVersion before;
  SbFileVersion after;
  const char   *trace_id; /* nullable: the call that changed it last */
} SbLoggedChange;

#define SB_CHANGE_LOG_MAX_FILE (256 * 1024)

/* What happened to the files of one sandbox: for each path what it was at the start and after each change, and which
 * tool call changed it. Bounded: contents together (16 MiB; the oldest go first) and of one file (256 KiB), paths and
 * calls.
 * Signal: "changed" (char *path): there is one more version of it, or one is not kept any more. Property: complete
 * (FALSE: changes were missed, because there were too many at once). */
#define SB_TYPE_CHANGE_LOG (sb_change_log_get_type ())
G_DECLARE_FINAL_TYPE (SbChangeLog, sb_change_log, SB, CHANGE_LOG, GObject)

SbChangeLog *sb_change_log_new            (void);
void         sb_change_log_begin_call     (SbChangeLog         *self,
                                           const char          *trace_id);
void         sb_change_log_set_baseline   (SbChangeLog         *self,
                                           const char          *path,
                                           const SbFileVersion *version);
void         sb_change_log_forget_baseline (SbChangeLog        *self,
                                            const char         *path);
void         sb_change_log_add            (SbChangeLog         *self,
                                           const char          *path,
                                           const char          *trace_id,
                                           const SbFileVersion *version);
void         sb_change_log_set_incomplete (SbChangeLog         *self);
gboolean     sb_change_log_is_complete    (SbChangeLog         *self);
guint64      sb_change_log_find_call      (SbChangeLog         *self,
                                           const char          *trace_id);
gboolean     sb_change_log_knows_call     (SbChangeLog         *self,
                                           const char          *trace_id);
void         sb_change_log_delete         (SbChangeLog         *self,
                                           const char          *path,
                                           const char          *trace_id);
GPtrArray   *sb_change_log_list           (SbChangeLog         *self);
gboolean     sb_change_log_compare        (SbChangeLog         *self,
                                           const char          *path,
                                           guint64              since,
                                           SbLoggedChange      *change);
const SbFileVersion *sb_change_log_get_newest (SbChangeLog     *self,
                                               const char      *path);

G_END_DECLS
