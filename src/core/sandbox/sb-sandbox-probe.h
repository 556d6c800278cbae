/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox-backend.h"

G_BEGIN_DECLS

/* Asks the backends one after the other. Returns (transfer full) the first that can start a sandbox; when there is
 * none the error says for each of them why not. */
void              sb_sandbox_probe_async  (GListModel           *backends,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
SbSandboxBackend *sb_sandbox_probe_finish (GAsyncResult         *result,
                                           GError              **error);

G_END_DECLS
