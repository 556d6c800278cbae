/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-channel.h"

G_BEGIN_DECLS

typedef void (*SbFileImportFunc) (guint    n_files,
                                  guint64  bytes,
                                  gpointer user_data);

/* Copies files and folders into a directory of a sandbox ("" is the workspace), a piece at a time: at most 2,000 of
 * them with 256 MiB. Links are left out, and what is there already is not overwritten: an error ends it.
 * files: of GFile. func tells how far it is. */
void     sb_file_import_async  (SbChannel            *channel,
                                GListModel           *files,
                                const char           *directory,
                                SbFileImportFunc      func,
                                gpointer              func_data,
                                GCancellable         *cancellable,
                                GAsyncReadyCallback   callback,
                                gpointer              user_data);
gboolean sb_file_import_finish (GAsyncResult         *result,
                                GError              **error);

G_END_DECLS
