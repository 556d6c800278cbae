/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-challenge.h"

#include <string.h>

#define MAX_HEADER 8192

static gboolean
is_token_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

static void
skip (const char **at,
      const char  *what)
{
  *at += strspn (*at, what);
}

static char *
read_token (const char **at)
{
  const char *start = *at;

  while (is_token_char (**at))
    (*at)++;

  return g_strndup (start, *at - start);
}

/* From behind the opening quote; without a closing one the end closes it. */
static char *
read_quoted (const char **at)
{
  g_autoptr(GString) value = g_string_new (NULL);

  for (; **at != '\0' && **at != '"'; (*at)++)
    {
      if (**at == '\\' && (*at)[1] != '\0')
        (*at)++;
      g_string_append_c (value, **at);
    }
  if (**at == '"')
    (*at)++;

  return g_string_free (g_steal_pointer (&value), FALSE);
}

/* Behind the sign of equality; NULL: that was the padding of a token68. */
static char *
read_value (const char **at)
{
  skip (at, " \t");
  if (**at == '"')
    {
      (*at)++;
      return read_quoted (at);
    }
  if (is_token_char (**at))
    {
      /* More than a token may hold, but real servers send addresses without quotes. */
      const char *start = *at;

      *at += strcspn (*at, ", \t");
      return g_strndup (start, *at - start);
    }

  *at += strcspn (*at, ",");

  return NULL;
}

static void
take (SbOAuthChallenge *self,
      const char       *name,
      char             *value)
{
  g_autofree char *held = value;
  char **slot = NULL;

  if (g_ascii_strcasecmp (name, "scope") == 0 && sb_oauth_is_scope (value))
    slot = &self->scope;
  else if (g_ascii_strcasecmp (name, "resource_metadata") == 0)
    slot = &self->resource_metadata;
  else if (g_ascii_strcasecmp (name, "error") == 0)
    slot = &self->error;
  if (slot != NULL && *slot == NULL && g_utf8_validate (held, -1, NULL))
    *slot = g_steal_pointer (&held);
}

/* A list of scopes (RFC 6749, 3.3) with at least one in it. */
gboolean
sb_oauth_is_scope (const char *text)
{
  gboolean some = FALSE;

  for (gsize i = 0; text[i] != '\0'; i++)
    {
      if (text[i] < 0x20 || text[i] > 0x7e || text[i] == '"' || text[i] == '\\')
        return FALSE;
      some |= text[i] != ' ';
    }

  return some;
}

/**
 * sb_oauth_challenge_parse:
 * @header: (nullable): a WWW-Authenticate header, foreign
 *
 * Several challenges may stand in one header, with commas within and between them (RFC 9110, 11.6.1). What cannot be
 * understood is passed over: a server that explains itself badly has refused all the same.
 *
 * Returns: (transfer full): what is known
 */
SbOAuthChallenge *
sb_oauth_challenge_parse (const char *header)
{
  SbOAuthChallenge *self = g_new0 (SbOAuthChallenge, 1);
  gboolean is_bearer = FALSE;
  const char *at = header;

  if (header == NULL || strlen (header) > MAX_HEADER)
    return self;

  while (*at != '\0')
    {
      g_autofree char *name = NULL;

      skip (&at, " \t,");
      name = read_token (&at);
      if (name[0] == '\0')
        {
          /* Not of the grammar. */
          at += *at != '\0' ? 1 : 0;
          continue;
        }
      skip (&at, " \t");
      if (*at == '=')
        {
          g_autofree char *value = NULL;

          at++;
          value = read_value (&at);
          if (is_bearer && value != NULL)
            take (self, name, g_steal_pointer (&value));
        }
      else
        {
          is_bearer = g_ascii_strcasecmp (name, "Bearer") == 0;
        }
    }

  return self;
}

void
sb_oauth_challenge_free (SbOAuthChallenge *self)
{
  if (self == NULL)
    return;

  g_free (self->scope);
  g_free (self->resource_metadata);
  g_free (self->error);
  g_free (self);
}
