/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What proves that the owner of a sandbox lives: a file lock that the kernel drops with the process. */
gboolean    sb_instance_hold      (GError     **error);
const char *sb_instance_get_id    (void);
const char *sb_instance_get_owner (void);
gboolean    sb_instance_is_alive  (const char  *id);

G_END_DECLS
