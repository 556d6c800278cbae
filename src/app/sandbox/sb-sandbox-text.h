/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox.h"

G_BEGIN_DECLS

/* How the window words a sandbox. */
const char *sb_sandbox_text_state    (SbSandbox     *sandbox);
/* (transfer full): "node-sandbox · Docker Engine 27 · 3 min"; the image where there is one */
char       *sb_sandbox_text_subtitle (SbSandbox     *sandbox);
/* (transfer full): wall µs → "3 min" */
char       *sb_sandbox_text_age      (gint64         created);
/* Whether each guarantee holds; FALSE while it is not known. */
gboolean    sb_sandbox_text_is_safe  (SbSandbox     *sandbox);

G_END_DECLS
