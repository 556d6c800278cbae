/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel.h"

G_BEGIN_DECLS

/* What a tree of files holds. */
typedef struct
{
  guint    n_files;
  guint    n_directories;
  guint    n_links;
  guint    n_skipped; /* devices, FIFOs, sockets; too deep, too large, not readable */
  guint64  bytes;     /* of contents */
  gboolean complete;  /* FALSE: there was more than a tree may have */
} SbTreeSummary;

void     sb_channel_snapshot_async  (SbChannel            *self,
                                     const char           *path,
                                     guint64               max_bytes,
                                     GOutputStream        *sink,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);
gboolean sb_channel_snapshot_finish (SbChannel            *self,
                                     GAsyncResult         *result,
                                     SbTreeSummary        *summary,
                                     GError              **error);
void     sb_channel_restore_async   (SbChannel            *self,
                                     const char           *path,
                                     GBytes               *tree,
                                     gboolean              replace,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);
gboolean sb_channel_restore_finish  (SbChannel            *self,
                                     GAsyncResult         *result,
                                     GError              **error);
/* Stops every process of the sandbox, or lets them go on; see sb_sandbox_pause_async(). */
void     sb_channel_pause_async     (SbChannel            *self,
                                     gboolean              paused,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);
gboolean sb_channel_pause_finish    (SbChannel            *self,
                                     GAsyncResult         *result,
                                     GError              **error);

G_END_DECLS
