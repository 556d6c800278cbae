/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox-backend.h"

G_BEGIN_DECLS

/* helper_path: sandbar-init; NULL: found beside the executable (build tree) or in libexecdir. */
SbSandboxBackend *sb_bwrap_backend_new (const char *helper_path);

G_END_DECLS
