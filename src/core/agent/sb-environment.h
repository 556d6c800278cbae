/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* char * → char *: what the environment and, for what it does not name, the .env file say about model servers. */
GHashTable *sb_environment_take (const char *dotenv_path);

G_END_DECLS
