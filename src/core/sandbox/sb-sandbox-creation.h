/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox-manager.h"

G_BEGIN_DECLS

/* The way of one sandbox from the wish to a place, and to being ready. spec: complete, (transfer full) */
void       sb_sandbox_creation_async  (SbSandboxManager     *manager,
                                       SbSandboxSpec        *spec,
                                       const char           *owner,
                                       const char           *trace_id,
                                       GCancellable         *cancellable,
                                       GAsyncReadyCallback   callback,
                                       gpointer              user_data);
SbSandbox *sb_sandbox_creation_finish (GAsyncResult         *result,
                                       GError              **error);

G_END_DECLS
