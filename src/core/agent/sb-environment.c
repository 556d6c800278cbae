/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-environment.h"

#include "sb-dotenv.h"

static const char * const names[] = {
  "CEREBRAS_API_KEY", "CEREBRAS_BASE_URL", "CEREBRAS_CHAT_MODEL",
  "SANDBAR_API_KEY", "SANDBAR_BASE_URL", "SANDBAR_MODEL",
  NULL
};

static void
entry_cb (const char *name,
          const char *value,
          gpointer    user_data)
{
  if (g_strv_contains (names, name) && value[0] != '\0')
    g_hash_table_replace (user_data, g_strdup (name), g_strdup (value));
}

/**
 * sb_environment_take:
 * @dotenv_path: need not exist
 *
 * Reads the variables that name model servers and their keys, and takes the keys out of this process's environment,
 * so that no child inherits them. Call it before anything starts a thread or a child. Other variables of the .env
 * file are left alone. Blocks for one small local file.
 *
 * Returns: (transfer full)
 */
GHashTable *
sb_environment_take (const char *dotenv_path)
{
  GHashTable *variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofree char *data = NULL;
  gsize length;

  if (g_file_get_contents (dotenv_path, &data, &length, NULL))
    sb_dotenv_parse (data, length, entry_cb, variables);

  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *value = g_getenv (names[i]);

      if (value != NULL)
        entry_cb (names[i], value, variables);
      if (g_str_has_suffix (names[i], "_KEY"))
        g_unsetenv (names[i]);
    }

  return variables;
}
