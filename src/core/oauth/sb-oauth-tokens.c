/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-tokens.h"

#include <string.h>

#include "sb-json.h"
#include "sb-oauth-challenge.h"
#include "sb-oauth-error.h"
#include "sb-text.h"

#define MAX_TOKEN (16 * 1024)
#define MAX_SHOWN 200

static gboolean
is_token (const char *text)
{
  for (gsize i = 0; text[i] != '\0'; i++)
    if (text[i] < 0x21 || text[i] > 0x7e)
      return FALSE;

  return text[0] != '\0' && strlen (text) <= MAX_TOKEN;
}

static void
free_secret (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

static SbOAuthTokens *
read_tokens (JsonObject *object)
{
  const char *access = sb_json_get_string (object, "access_token");
  const char *refresh = sb_json_get_string (object, "refresh_token");
  const char *scope = sb_json_get_string (object, "scope");
  SbOAuthTokens *self = NULL;

  if (access == NULL || !is_token (access))
    return NULL;

  self = g_new0 (SbOAuthTokens, 1);
  self->access = g_strdup (access);
  self->refresh = g_strdup (refresh != NULL && is_token (refresh) ? refresh : NULL);
  self->scope = g_strdup (scope != NULL && sb_oauth_is_scope (scope) ? scope : NULL);

  return self;
}

/**
 * sb_oauth_tokens_parse:
 * @text: an answer of the token endpoint (RFC 6749, 5.1), foreign
 * @scope: (nullable): what was asked for: granted unless it says otherwise
 * @refresh: (nullable): the token that goes on being good if there is no new one
 *
 * Returns: (transfer full) (nullable): the tokens
 */
SbOAuthTokens *
sb_oauth_tokens_parse (const char  *text,
                       gsize        length,
                       const char  *issuer,
                       const char  *scope,
                       const char  *refresh,
                       GError     **error)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (text, length, NULL);
  const char *type = object != NULL ? sb_json_get_string (object, "token_type") : NULL;
  g_autoptr(SbOAuthTokens) self = object != NULL ? read_tokens (object) : NULL;

  if (self == NULL || type == NULL || g_ascii_strcasecmp (type, "Bearer") != 0)
    {
      g_set_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSUPPORTED,
                   "%s answered the sign-in with something else than a bearer token.", issuer);
      return NULL;
    }

  self->issuer = g_strdup (issuer);
  if (self->scope == NULL)
    self->scope = g_strdup (scope);
  if (self->refresh == NULL)
    self->refresh = g_strdup (refresh);

  return g_steal_pointer (&self);
}

/* To be stored. (transfer full) */
char *
sb_oauth_tokens_to_string (const SbOAuthTokens *self)
{
  g_autoptr(JsonObject) object = json_object_new ();

  json_object_set_string_member (object, "issuer", self->issuer);
  json_object_set_string_member (object, "access_token", self->access);
  if (self->refresh != NULL)
    json_object_set_string_member (object, "refresh_token", self->refresh);
  if (self->scope != NULL)
    json_object_set_string_member (object, "scope", self->scope);

  return sb_json_object_to_string (object);
}

/* What was stored. (transfer full) (nullable) */
SbOAuthTokens *
sb_oauth_tokens_from_string (const char *text)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (text, -1, NULL);
  const char *issuer = object != NULL ? sb_json_get_string (object, "issuer") : NULL;
  SbOAuthTokens *self = issuer != NULL ? read_tokens (object) : NULL;

  if (self != NULL)
    self->issuer = g_strdup (issuer);

  return self;
}

void
sb_oauth_tokens_free (SbOAuthTokens *self)
{
  if (self == NULL)
    return;

  free_secret (self->access);
  free_secret (self->refresh);
  g_free (self->scope);
  g_free (self->issuer);
  g_free (self);
}

/* A sentence for an answer that is an error (RFC 6749, 5.2; RFC 7591, 3.2.2), foreign. (transfer full) */
GError *
sb_oauth_tokens_new_refusal (const char *text,
                             gsize       length,
                             guint       status)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (text, length, NULL);
  const char *code = object != NULL ? sb_json_get_string (object, "error") : NULL;
  const char *words = object != NULL ? sb_json_get_string (object, "error_description") : NULL;
  g_autofree char *shown = NULL;

  if (words == NULL)
    words = code;
  if (words == NULL)
    return g_error_new (SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNREACHABLE,
                        "The server that users sign in at cannot answer (HTTP status %u). Try again later.", status);

  shown = sb_text_clean (words, MIN (strlen (words), MAX_SHOWN), NULL);

  return g_error_new (SB_OAUTH_ERROR, SB_OAUTH_ERROR_REFUSED,
                      "The server that users sign in at refused: %s", shown);
}
