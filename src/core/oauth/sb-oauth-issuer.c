/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-issuer.h"

#include <string.h>

#include "sb-json.h"
#include "sb-oauth-error.h"
#include "sb-oauth-uri.h"
#include "sb-text.h"

static gboolean
check_identity (JsonObject  *document,
                const char  *issuer,
                GError     **error)
{
  const char *own = sb_json_get_string (document, "issuer");
  g_autofree char *shown = NULL;

  /* As it is, without normalising: RFC 8414, 3.3. */
  if (g_strcmp0 (own, issuer) == 0)
    return TRUE;

  shown = sb_text_clean (own != NULL ? own : "nobody", own != NULL ? MIN (strlen (own), 200) : -1, NULL);
  g_set_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSAFE,
               "Where the server sends to sign in, %s claims to answer instead of %s; that is refused.", shown, issuer);

  return FALSE;
}

/* FALSE: with the error of a bad address. out: stays NULL when it is not named. */
static gboolean
read_endpoint (JsonObject  *document,
               const char  *name,
               gboolean     loopback,
               char       **out,
               GError     **error)
{
  const char *text = sb_json_get_string (document, name);
  g_autoptr(GUri) uri = NULL;

  if (text == NULL)
    return TRUE;

  uri = sb_oauth_uri_parse (text, loopback, error);
  *out = g_strdup (uri != NULL ? text : NULL);

  return uri != NULL;
}

/* Without S256 a code that somebody else gets hold of is as good as a password. */
static gboolean
check_abilities (SbOAuthIssuer  *self,
                 JsonObject     *document,
                 GError        **error)
{
  g_auto(GStrv) methods = sb_json_dup_strings (document, "code_challenge_methods_supported");

  if (self->authorization_endpoint == NULL || self->token_endpoint == NULL)
    {
      g_set_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSUPPORTED,
                   "%s does not say where to sign in. Tell who runs it.", self->issuer);
      return FALSE;
    }
  if (methods == NULL || !g_strv_contains ((const char * const *) methods, "S256"))
    {
      g_set_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSAFE,
                   "%s does not protect the sign-in (PKCE with S256), so it is not used. Tell who runs it.",
                   self->issuer);
      return FALSE;
    }

  return TRUE;
}

/**
 * sb_oauth_issuer_parse:
 * @text: a document, foreign
 * @issuer: whose document it must be
 * @loopback: whether its endpoints may be on this machine
 *
 * Returns: (transfer full) (nullable): what it says
 */
SbOAuthIssuer *
sb_oauth_issuer_parse (const char  *text,
                       gsize        length,
                       const char  *issuer,
                       gboolean     loopback,
                       GError     **error)
{
  g_autoptr(JsonObject) document = sb_json_parse_object (text, length, NULL);
  g_autoptr(SbOAuthIssuer) self = g_new0 (SbOAuthIssuer, 1);

  if (document == NULL)
    {
      g_set_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNREACHABLE,
                   "How %s lets users sign in cannot be understood. Tell who runs it.", issuer);
      return NULL;
    }
  if (!check_identity (document, issuer, error)
      || !read_endpoint (document, "authorization_endpoint", loopback, &self->authorization_endpoint, error)
      || !read_endpoint (document, "token_endpoint", loopback, &self->token_endpoint, error)
      || !read_endpoint (document, "registration_endpoint", loopback, &self->registration_endpoint, error))
    return NULL;

  self->issuer = g_strdup (issuer);
  self->scopes = sb_json_dup_strings (document, "scopes_supported");
  self->auth_methods = sb_json_dup_strings (document, "token_endpoint_auth_methods_supported");
  self->takes_documents = sb_json_get_boolean (document, "client_id_metadata_document_supported", FALSE);
  self->returns_issuer = sb_json_get_boolean (document, "authorization_response_iss_parameter_supported", FALSE);

  return check_abilities (self, document, error) ? g_steal_pointer (&self) : NULL;
}

/* Where 2025-03-26 has the endpoints of a server that has no document. (transfer full) */
SbOAuthIssuer *
sb_oauth_issuer_new_assumed (const char *origin)
{
  SbOAuthIssuer *self = g_new0 (SbOAuthIssuer, 1);

  self->issuer = g_strdup (origin);
  self->authorization_endpoint = g_strconcat (origin, "/authorize", NULL);
  self->token_endpoint = g_strconcat (origin, "/token", NULL);
  self->registration_endpoint = g_strconcat (origin, "/register", NULL);

  return self;
}

void
sb_oauth_issuer_free (SbOAuthIssuer *self)
{
  if (self == NULL)
    return;

  g_free (self->issuer);
  g_free (self->authorization_endpoint);
  g_free (self->token_endpoint);
  g_free (self->registration_endpoint);
  g_strfreev (self->scopes);
  g_strfreev (self->auth_methods);
  g_free (self);
}
