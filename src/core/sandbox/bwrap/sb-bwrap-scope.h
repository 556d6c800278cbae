/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-sandbox-backend.h"

G_BEGIN_DECLS

/* A control group for a sandbox without an engine: a scope of the user's systemd, with the limits of the profile. */
void     sb_bwrap_scope_start_async  (const SbSandboxSpec  *spec,
                                      guint                 pid,
                                      const char           *root,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data);
gboolean sb_bwrap_scope_start_finish (GAsyncResult         *result,
                                      gboolean             *keeps_cpus,
                                      GError              **error);

G_END_DECLS
