/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox.h"

G_BEGIN_DECLS

/* title: "+ hello.js", "~ hello.js", "− out.txt"; trace_id: of the call it belongs to, nullable. */
typedef void (*SbFileTrackerFunc) (SbSandbox  *sandbox,
                                   const char *trace_id,
                                   const char *title,
                                   gpointer    user_data);

/* Watches the workspace of one sandbox and tells which call changed which file. */
#define SB_TYPE_FILE_TRACKER (sb_file_tracker_get_type ())
G_DECLARE_FINAL_TYPE (SbFileTracker, sb_file_tracker, SB, FILE_TRACKER, GObject)

SbFileTracker *sb_file_tracker_new    (SbSandbox         *sandbox,
                                       SbFileTrackerFunc  func,
                                       gpointer           user_data);
void           sb_file_tracker_begin  (SbFileTracker     *self,
                                       gconstpointer      call,
                                       const char        *trace_id);
void           sb_file_tracker_expect (SbFileTracker     *self,
                                       gconstpointer      call,
                                       const char        *path);
void           sb_file_tracker_end    (SbFileTracker     *self,
                                       gconstpointer      call);

G_END_DECLS
