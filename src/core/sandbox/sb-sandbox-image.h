/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox-manager.h"

G_BEGIN_DECLS

/* fraction: 0 to 1; negative: not known */
typedef void (*SbImageProgressFunc) (double      fraction,
                                     const char *status,
                                     gpointer    user_data);

/* Fetches the image of a sandbox that could not be started for want of it. */
void     sb_sandbox_image_pull_async  (SbSandboxManager     *manager,
                                       const SbSandboxSpec  *spec,
                                       SbImageProgressFunc   progress,
                                       gpointer              progress_data,
                                       GCancellable         *cancellable,
                                       GAsyncReadyCallback   callback,
                                       gpointer              user_data);
gboolean sb_sandbox_image_pull_finish (SbSandboxManager     *manager,
                                       GAsyncResult         *result,
                                       GError              **error);

G_END_DECLS
