/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SB_DOTENV_MAX_SIZE (64 * 1024)
#define SB_DOTENV_MAX_ENTRIES 1000

/* Called for each NAME=value, in order; a name may come again, and then the last one counts. */
typedef void (*SbDotenvFunc) (const char *name,
                              const char *value,
                              gpointer    user_data);

/* FALSE when the text is over a limit; lines that are no assignments are skipped. */
gboolean sb_dotenv_parse (const char   *data,
                          gsize         length,
                          SbDotenvFunc  func,
                          gpointer      user_data);

G_END_DECLS
