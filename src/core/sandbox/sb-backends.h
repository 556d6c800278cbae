/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* of SbSandboxBackend, in order of preference; wanted: NULL, "docker" or "bwrap"; problem: (out) (nullable) */
GListModel *sb_backends_discover (const char  *wanted,
                                  char       **problem,
                                  GError     **error);

G_END_DECLS
