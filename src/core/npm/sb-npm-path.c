/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-npm-path.h"

#include <string.h>

#define MAX_TARGET 1024
#define MAX_NAME 214 /* npm's own */
#define MAX_REST 256

/* Old packages have capitals in their names; everything else is as npm's naming rules have it. */
static gboolean
is_word (const char *text,
         gsize       length)
{
  if (length == 0 || text[0] == '.' || text[0] == '_')
    return FALSE;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("-._~", text[i]) == NULL)
      return FALSE;

  return TRUE;
}

/* A version, a tag, or a file name: a word that may also hold what semantic versions do. */
static gboolean
is_rest (const char *text)
{
  gsize length = strlen (text);

  if (length == 0 || length > MAX_REST || text[0] == '.')
    return FALSE;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("-._~+", text[i]) == NULL)
      return FALSE;

  return TRUE;
}

static const char *
skip_scope (const char *name)
{
  const char *slash = strchr (name, '/');

  return name[0] == '@' && slash != NULL ? slash + 1 : name;
}

/* Splits off the name, which has one part, or two with a scope. Returns: what follows it, or NULL */
static char *
split_name (char *path)
{
  char *end = strchr (path, '/');

  if (path[0] == '@' && end != NULL)
    end = strchr (end + 1, '/');
  if (end == NULL)
    return NULL;
  *end = '\0';

  return end + 1;
}

static SbNpmPath *
path_new (SbNpmPathKind  kind,
          const char    *name,
          const char    *rest)
{
  SbNpmPath *self = g_new0 (SbNpmPath, 1);

  self->kind = kind;
  self->name = g_strdup (name);
  self->rest = g_strdup (rest);

  return self;
}

/* "/-/express-4.18.2.tgz": the file is named after the package, without its scope. */
static gboolean
is_tarball_of (const char *file,
               const char *name)
{
  const char *word = skip_scope (name);
  gsize length = strlen (word);

  return is_rest (file) && g_str_has_prefix (file, word) && file[length] == '-' && g_str_has_suffix (file, ".tgz");
}

/**
 * sb_npm_name_is_valid:
 * @name: "express", "@types/node"
 *
 * Whether it can be a package's name. https://docs.npmjs.com/cli/configuring-npm/package-json#name
 */
gboolean
sb_npm_name_is_valid (const char *name)
{
  const char *word;

  if (name == NULL || strlen (name) > MAX_NAME)
    return FALSE;

  word = skip_scope (name);
  if (word != name && !is_word (name + 1, word - name - 2))
    return FALSE;

  return is_word (word, strlen (word));
}

/**
 * sb_npm_name_to_path:
 * @name: valid
 *
 * Returns: (transfer full): as it stands in the address of a registry: "express", "@types%2fnode"
 */
char *
sb_npm_name_to_path (const char *name)
{
  const char *word = skip_scope (name);

  if (word == name)
    return g_strdup (name);

  return g_strdup_printf ("%.*s%%2f%s", (int) (word - name - 1), name, word);
}

/**
 * sb_npm_path_parse:
 * @target: the path of a request, still escaped; hostile
 *
 * A request is a channel out of the sandbox, so only what an installation needs is understood: no query, no search, no
 * accounts, and of the escapes only the slash after a scope.
 *
 * Returns: (transfer full): of kind REFUSED for everything else
 */
SbNpmPath *
sb_npm_path_parse (const char *target)
{
  g_autofree char *path = NULL;
  g_auto(GStrv) parts = NULL;
  char *rest;

  if (target == NULL || target[0] != '/' || strlen (target) > MAX_TARGET)
    return path_new (SB_NPM_PATH_REFUSED, NULL, NULL);
  if (g_str_equal (target, "/-/ping"))
    return path_new (SB_NPM_PATH_PING, NULL, NULL);

  parts = g_regex_split_simple ("%2[fF]", target + 1, 0, 0);
  path = g_strjoinv ("/", parts);
  rest = split_name (path);
  if (!sb_npm_name_is_valid (path))
    return path_new (SB_NPM_PATH_REFUSED, NULL, NULL);
  if (rest == NULL)
    return path_new (SB_NPM_PATH_PACKAGE, path, NULL);
  if (g_str_has_prefix (rest, "-/") && is_tarball_of (rest + 2, path))
    return path_new (SB_NPM_PATH_TARBALL, path, rest + 2);
  if (is_rest (rest) && !g_str_equal (rest, "-"))
    return path_new (SB_NPM_PATH_VERSION, path, rest);

  return path_new (SB_NPM_PATH_REFUSED, NULL, NULL);
}

void
sb_npm_path_free (SbNpmPath *self)
{
  g_free (self->name);
  g_free (self->rest);
  g_free (self);
}
