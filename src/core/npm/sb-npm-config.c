/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-npm-config.h"

#include <string.h>

/* npm's own default */
#define DEFAULT_REGISTRY "https://registry.npmjs.org/"
#define MAX_FILE (256 * 1024)

struct _SbNpmConfig
{
  GHashTable *values; /* key → value; the first one set stays */
};

/* ${NAME} stands for an environment variable, and for itself where there is none.
 * https://docs.npmjs.com/cli/configuring-npm/npmrc */
static char *
expand (const char *value)
{
  GString *out = g_string_new (NULL);

  while (*value != '\0')
    {
      const char *end = g_str_has_prefix (value, "${") ? strchr (value, '}') : NULL;
      g_autofree char *name = end != NULL ? g_strndup (value + 2, end - value - 2) : NULL;
      const char *content = name != NULL ? g_getenv (name) : NULL;

      if (content != NULL)
        {
          g_string_append (out, content);
          value = end + 1;
        }
      else
        g_string_append_c (out, *value++);
    }

  return g_string_free (out, FALSE);
}

static void
unquote (char *text)
{
  gsize length = strlen (text);

  if (length < 2 || (text[0] != '"' && text[0] != '\'') || text[length - 1] != text[0])
    return;
  memmove (text, text + 1, length - 2);
  text[length - 2] = '\0';
}

static void
add_line (SbNpmConfig *self,
          char        *line)
{
  char *equals = strchr (line, '=');
  g_autofree char *value = NULL;

  g_strstrip (line);
  if (*line == ';' || *line == '#' || equals == NULL)
    return;

  *equals = '\0';
  value = expand (g_strstrip (equals + 1));
  unquote (value);
  sb_npm_config_set (self, g_strstrip (line), value);
}

static void
add_path (SbNpmConfig *self,
          const char  *path)
{
  g_autofree char *text = NULL;
  gsize length;

  if (g_file_get_contents (path, &text, &length, NULL) && length <= MAX_FILE)
    sb_npm_config_add_file (self, text);
}

static void
add_environment (SbNpmConfig *self)
{
  const char *registry = g_getenv ("npm_config_registry");

  if (registry == NULL)
    registry = g_getenv ("NPM_CONFIG_REGISTRY");
  if (registry != NULL)
    sb_npm_config_set (self, "registry", registry);
}

static gboolean
is_url (const char *text)
{
  return text != NULL && (g_str_has_prefix (text, "https://") || g_str_has_prefix (text, "http://"));
}

/**
 * sb_npm_config_new:
 *
 * Returns: (transfer full): npm's defaults
 */
SbNpmConfig *
sb_npm_config_new (void)
{
  SbNpmConfig *self = g_new0 (SbNpmConfig, 1);

  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

/**
 * sb_npm_config_new_for_user:
 *
 * Reads small local files; npm itself need not be installed.
 *
 * Returns: (transfer full): the settings
 */
SbNpmConfig *
sb_npm_config_new_for_user (void)
{
  SbNpmConfig *self = sb_npm_config_new ();
  const char *wanted = g_getenv ("NPM_CONFIG_USERCONFIG");
  g_autofree char *own = wanted != NULL ? g_strdup (wanted) : g_build_filename (g_get_home_dir (), ".npmrc", NULL);
  static const char * const global[] = { "/usr/etc/npmrc", "/usr/local/etc/npmrc", "/etc/npmrc" };

  add_environment (self);
  add_path (self, own);
  for (guint i = 0; i < G_N_ELEMENTS (global); i++)
    add_path (self, global[i]);

  return self;
}

void
sb_npm_config_free (SbNpmConfig *self)
{
  g_hash_table_unref (self->values);
  g_free (self);
}

/**
 * sb_npm_config_add_file:
 * @text: of an .npmrc; what an earlier file set stays
 */
void
sb_npm_config_add_file (SbNpmConfig *self,
                        const char  *text)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    add_line (self, lines[i]);
}

void
sb_npm_config_set (SbNpmConfig *self,
                   const char  *key,
                   const char  *value)
{
  if (!g_hash_table_contains (self->values, key))
    g_hash_table_insert (self->values, g_strdup (key), g_strdup (value));
}

/**
 * sb_npm_config_get_registry:
 * @package: a valid name; a scope may have a registry of its own
 *
 * Returns: (transfer none): its address
 */
const char *
sb_npm_config_get_registry (SbNpmConfig *self,
                            const char  *package)
{
  const char *slash = package[0] == '@' ? strchr (package, '/') : NULL;
  g_autofree char *key = slash != NULL ? g_strdup_printf ("%.*s:registry", (int) (slash - package), package) : NULL;
  const char *registry = key != NULL ? g_hash_table_lookup (self->values, key) : NULL;

  if (!is_url (registry))
    registry = g_hash_table_lookup (self->values, "registry");

  return is_url (registry) ? registry : DEFAULT_REGISTRY;
}

/**
 * sb_npm_config_dup_authorization:
 * @url: that is going to be fetched
 *
 * What is set for "//host/path/" counts for everything below that path, and for nothing else.
 *
 * Returns: (transfer full) (nullable): the Authorization header for it: a secret
 */
char *
sb_npm_config_dup_authorization (SbNpmConfig *self,
                                 const char  *url)
{
  const char *rest = strstr (url, "//");
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->values);
  while (rest != NULL && g_hash_table_iter_next (&iter, &key, &value))
    {
      const char *colon = strrchr (key, ':');

      if (colon == NULL || colon == key || colon[-1] != '/' || strncmp (rest, key, colon - (char *) key) != 0)
        continue;
      if (g_str_equal (colon, ":_authToken"))
        return g_strconcat ("Bearer ", value, NULL);
      if (g_str_equal (colon, ":_auth"))
        return g_strconcat ("Basic ", value, NULL);
    }

  return NULL;
}
