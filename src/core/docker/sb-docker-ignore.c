/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-ignore.h"

#include <string.h>

#define MAX_TEXT (256 * 1024)
#define MAX_PATTERNS 1000

typedef struct
{
  char     **parts; /* between slashes; "**": any number of them */
  gboolean   takes_back;
} Pattern;

struct _SbDockerIgnore
{
  GArray   *patterns; /* of Pattern */
  gboolean  has_exceptions;
};

static void
pattern_clear (gpointer data)
{
  g_strfreev (((Pattern *) data)->parts);
}

/* After a "[": where the class ends, or NULL for one without an end, which matches nothing. */
static const char *
match_class (const char *pattern,
             char        c,
             gboolean   *matches)
{
  gboolean inverted = *pattern == '^';
  gboolean found = FALSE;

  pattern += inverted;
  do
    {
      char low, high;

      if (*pattern == '\\' && pattern[1] != '\0')
        pattern++;
      low = high = *pattern;
      if (low == '\0')
        return NULL;
      pattern++;
      if (*pattern == '-' && pattern[1] != ']' && pattern[1] != '\0')
        {
          high = pattern[1];
          pattern += 2;
        }
      found |= (guchar) c >= (guchar) low && (guchar) c <= (guchar) high;
    }
  while (*pattern != ']');
  *matches = found != inverted;

  return pattern + 1;
}

/* One character against what the pattern begins with; NULL: it does not fit. Not for "*". */
static const char *
match_one (const char *pattern,
           char        c)
{
  gboolean matches = FALSE;

  if (*pattern == '?')
    return pattern + 1;
  if (*pattern == '[')
    {
      const char *end = match_class (pattern + 1, c, &matches);

      return matches ? end : NULL;
    }
  if (*pattern == '\\' && pattern[1] != '\0')
    pattern++;

  return *pattern == c ? pattern + 1 : NULL;
}

/* Only the last "*" is ever tried again: time grows with the product of the lengths, not faster. */
static gboolean
match_part (const char *pattern,
            const char *name)
{
  const char *star = NULL;
  const char *retry = NULL;

  while (*name != '\0')
    {
      const char *next = *pattern != '\0' && *pattern != '*' ? match_one (pattern, *name) : NULL;

      if (*pattern == '*')
        {
          star = ++pattern;
          retry = name;
        }
      else if (next != NULL)
        {
          pattern = next;
          name++;
        }
      else if (star != NULL)
        {
          pattern = star;
          name = ++retry;
        }
      else
        {
          return FALSE;
        }
    }
  while (*pattern == '*')
    pattern++;

  return *pattern == '\0';
}

/* As match_part(), with parts for characters and "**" for "*". A folder matches with all that is in it. */
static gboolean
match_parts (char **pattern,
             char **path)
{
  char **star = NULL;
  char **retry = NULL;

  while (*path != NULL)
    {
      if (*pattern == NULL)
        return TRUE;
      if (g_str_equal (*pattern, "**"))
        {
          star = ++pattern;
          retry = path;
        }
      else if (match_part (*pattern, *path))
        {
          pattern++;
          path++;
        }
      else if (star != NULL)
        {
          pattern = star;
          path = ++retry;
        }
      else
        {
          return FALSE;
        }
    }

  return *pattern == NULL;
}

/* "./", double slashes and a slash at either end mean nothing. */
static char **
split (const char *text)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) parts = g_strsplit (text, "/", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0' && !g_str_equal (parts[i], "."))
      g_strv_builder_add (builder, parts[i]);

  return g_strv_builder_end (builder);
}

static void
add_line (SbDockerIgnore *self,
          char           *line)
{
  Pattern pattern = { 0 };

  if (*line == '#')
    return;
  g_strstrip (line);
  pattern.takes_back = *line == '!';
  pattern.parts = split (g_strstrip (line + pattern.takes_back));
  if (pattern.parts[0] == NULL)
    {
      g_strfreev (pattern.parts);
      return;
    }
  self->has_exceptions |= pattern.takes_back;
  g_array_append_val (self->patterns, pattern);
}

/**
 * sb_docker_ignore_parse:
 * @text: the contents of the file; foreign
 * @length: its length; what is above 256 KiB is left out, as are lines after the thousandth pattern
 *
 * As Docker reads it (docs.docker.com/build/concepts/context/#dockerignore-files): a pattern a line, "#" begins a
 * comment, "!" takes back, the last match counts. "*", "?" and "[…]" stay within a name, "**" does not.
 *
 * Returns: (transfer full): the patterns
 */
SbDockerIgnore *
sb_docker_ignore_parse (const char *text,
                        gsize       length)
{
  SbDockerIgnore *self = g_new0 (SbDockerIgnore, 1);
  g_autofree char *copy = g_strndup (text, MIN (length, MAX_TEXT));
  g_auto(GStrv) lines = g_strsplit (copy, "\n", -1);

  self->patterns = g_array_new (FALSE, FALSE, sizeof (Pattern));
  g_array_set_clear_func (self->patterns, pattern_clear);
  for (guint i = 0; lines[i] != NULL && self->patterns->len < MAX_PATTERNS; i++)
    add_line (self, lines[i]);

  return self;
}

void
sb_docker_ignore_free (SbDockerIgnore *self)
{
  g_array_unref (self->patterns);
  g_free (self);
}

/**
 * sb_docker_ignore_matches:
 * @path: relative to the folder
 *
 * Returns: TRUE when @path, or a folder that it is in, is not to be sent
 */
gboolean
sb_docker_ignore_matches (const SbDockerIgnore *self,
                          const char           *path)
{
  g_auto(GStrv) parts = split (path);
  gboolean ignored = FALSE;

  for (guint i = 0; i < self->patterns->len; i++)
    {
      const Pattern *pattern = &g_array_index (self->patterns, Pattern, i);

      if (ignored == pattern->takes_back && match_parts (pattern->parts, parts))
        ignored = !pattern->takes_back;
    }

  return ignored;
}

gboolean
sb_docker_ignore_has_exceptions (const SbDockerIgnore *self)
{
  return self->has_exceptions;
}
