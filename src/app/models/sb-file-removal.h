/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-channel.h"

G_BEGIN_DECLS

/* A file or directory of a sandbox that is deleted, and what it held, to bring it back. In this order: prepare, run,
 * restore; each once. */
#define SB_TYPE_FILE_REMOVAL (sb_file_removal_get_type ())
G_DECLARE_FINAL_TYPE (SbFileRemoval, sb_file_removal, SB, FILE_REMOVAL, GObject)

SbFileRemoval *sb_file_removal_new            (SbChannel            *channel,
                                               const char           *path);
/* Keeps what it holds, in memory: at most 16 MiB and 500 entries. FALSE without an error: there is more than that, or
 * what cannot be brought back (links, pipes); it can only be deleted for good. */
void           sb_file_removal_prepare_async  (SbFileRemoval        *self,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
gboolean       sb_file_removal_prepare_finish (SbFileRemoval        *self,
                                               GAsyncResult         *result,
                                               GError              **error);
void           sb_file_removal_run_async      (SbFileRemoval        *self,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
gboolean       sb_file_removal_run_finish     (SbFileRemoval        *self,
                                               GAsyncResult         *result,
                                               GError              **error);
void           sb_file_removal_restore_async  (SbFileRemoval        *self,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
gboolean       sb_file_removal_restore_finish (SbFileRemoval        *self,
                                               GAsyncResult         *result,
                                               GError              **error);

G_END_DECLS
