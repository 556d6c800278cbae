/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel.h"
#include "sb-tree-unpacker.h"

G_BEGIN_DECLS

/* About ten times a second, while files come. */
typedef void (*SbSaveProgressFunc) (const SbTreeUnpacked *unpacked,
                                    gpointer              user_data);

void     sb_channel_save_tree_async  (SbChannel            *self,
                                      const char           *path,
                                      GFile                *folder,
                                      SbSaveProgressFunc    progress,
                                      gpointer              progress_data,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data);
gboolean sb_channel_save_tree_finish (SbChannel            *self,
                                      GAsyncResult         *result,
                                      SbTreeUnpacked       *unpacked,
                                      char               ***left_out,
                                      GError              **error);

G_END_DECLS
