/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox.h"

G_BEGIN_DECLS

/* Ends many sandboxes together, for the end of the process. sandboxes: of SbSandbox, copied */
void     sb_sandbox_ending_async  (GPtrArray            *sandboxes,
                                   guint                 timeout_ms,
                                   GAsyncReadyCallback   callback,
                                   gpointer              user_data);
gboolean sb_sandbox_ending_finish (GAsyncResult         *result,
                                   GError              **error);

G_END_DECLS
