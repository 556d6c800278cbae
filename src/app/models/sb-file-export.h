/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-channel.h"

G_BEGIN_DECLS

/* Copies a file of a sandbox out of it, a piece at a time, as long as it was at first. What was there is replaced only
 * when all has come. max_size: in bytes; a larger one is G_IO_ERROR_MESSAGE_TOO_LARGE; 0: whatever its size. */
void     sb_file_export_async  (SbChannel            *channel,
                                const char           *path,
                                GFile                *target,
                                guint64               max_size,
                                GCancellable         *cancellable,
                                GAsyncReadyCallback   callback,
                                gpointer              user_data);
gboolean sb_file_export_finish (GAsyncResult         *result,
                                GError              **error);

G_END_DECLS
