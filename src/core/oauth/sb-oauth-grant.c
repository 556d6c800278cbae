/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-grant.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "sb-oauth-error.h"
#include "sb-oauth-uri.h"
#include "sb-text.h"

#define RANDOM_BYTES 32
#define MAX_QUERY (16 * 1024)
#define MAX_SHOWN 200

static char *
encode (const guint8 *bytes,
        gsize         length)
{
  char *text = g_base64_encode (bytes, length);

  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';

  return text;
}

static char *
dup_random (void)
{
  guint8 bytes[RANDOM_BYTES];
  gssize got = 0;

  do
    got = getrandom (bytes, sizeof (bytes), 0);
  while (got < 0 && errno == EINTR);
  g_assert (got == sizeof (bytes));

  return encode (bytes, sizeof (bytes));
}

static char *
dup_challenge (const char *verifier)
{
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize length = sizeof (digest);

  g_checksum_update (checksum, (const guchar *) verifier, -1);
  g_checksum_get_digest (checksum, digest, &length);

  return encode (digest, length);
}

/* name → value; NULL: malformed, or a name that comes twice (RFC 6749, 3.1). */
static GHashTable *
parse_query (const char *query)
{
  g_autoptr(GHashTable) fields = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GUriParamsIter iter;
  g_autoptr(GError) error = NULL;
  char *name = NULL;
  char *value = NULL;

  if (strlen (query) > MAX_QUERY)
    return NULL;

  g_uri_params_iter_init (&iter, query, -1, "&", G_URI_PARAMS_WWW_FORM);
  while (g_uri_params_iter_next (&iter, &name, &value, &error))
    if (!g_hash_table_insert (fields, name, value))
      return NULL;

  return error == NULL ? g_steal_pointer (&fields) : NULL;
}

static gboolean
is_equal (const char *a,
          const char *b)
{
  gsize length = strlen (a);
  guint8 difference = 0;

  if (strlen (b) != length)
    return FALSE;

  for (gsize i = 0; i < length; i++)
    difference |= a[i] ^ b[i];

  return difference == 0;
}

/* RFC 9207: an answer that another authorization server made would be told to this one. */
static gboolean
check_issuer (const SbOAuthIssuer  *issuer,
              const char           *named,
              GError              **error)
{
  if (named == NULL && !issuer->returns_issuer)
    return TRUE;
  if (named != NULL && g_str_equal (named, issuer->issuer))
    return TRUE;

  g_set_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSAFE,
               "The answer to the sign-in does not come from %s, so it was not used. If you did not start it, nothing "
               "happened; else try again.", issuer->issuer);

  return FALSE;
}

/**
 * sb_oauth_grant_new:
 * @redirect_uri: where the browser comes back to
 * @resource: (nullable): whom the token is for, as that names itself
 * @scope: (nullable): what is asked for
 *
 * Returns: (transfer full): with fresh secrets
 */
SbOAuthGrant *
sb_oauth_grant_new (const char *redirect_uri,
                    const char *resource,
                    const char *scope)
{
  SbOAuthGrant *self = g_new0 (SbOAuthGrant, 1);

  self->verifier = dup_random ();
  self->state = dup_random ();
  self->redirect_uri = g_strdup (redirect_uri);
  self->resource = g_strdup (resource);
  self->scope = g_strdup (scope);

  return self;
}

void
sb_oauth_grant_free (SbOAuthGrant *self)
{
  if (self == NULL)
    return;

  explicit_bzero (self->verifier, strlen (self->verifier));
  g_free (self->verifier);
  g_free (self->state);
  g_free (self->redirect_uri);
  g_free (self->resource);
  g_free (self->scope);
  g_free (self);
}

/* What the browser is to open. (transfer full) */
char *
sb_oauth_grant_dup_uri (const SbOAuthGrant  *self,
                        const SbOAuthIssuer *issuer,
                        const SbOAuthClient *client)
{
  g_autoptr(GString) query = g_string_new (NULL);
  g_autofree char *challenge = dup_challenge (self->verifier);
  const char *joint = strchr (issuer->authorization_endpoint, '?') != NULL ? "&" : "?";

  sb_oauth_uri_append_field (query, "response_type", "code");
  sb_oauth_uri_append_field (query, "client_id", client->id);
  sb_oauth_uri_append_field (query, "redirect_uri", self->redirect_uri);
  sb_oauth_uri_append_field (query, "state", self->state);
  sb_oauth_uri_append_field (query, "code_challenge", challenge);
  sb_oauth_uri_append_field (query, "code_challenge_method", "S256");
  sb_oauth_uri_append_field (query, "scope", self->scope);
  sb_oauth_uri_append_field (query, "resource", self->resource);
  if (self->scope != NULL && strstr (self->scope, "offline_access") != NULL)
    sb_oauth_uri_append_field (query, "prompt", "consent");

  return g_strconcat (issuer->authorization_endpoint, joint, query->str, NULL);
}

/* Whether the browser brings the answer to this sign-in, and not anybody anything. query: foreign, nullable */
gboolean
sb_oauth_grant_is_answer (const SbOAuthGrant *self,
                          const char         *query)
{
  g_autoptr(GHashTable) fields = query != NULL ? parse_query (query) : NULL;
  const char *state = fields != NULL ? g_hash_table_lookup (fields, "state") : NULL;

  return state != NULL && is_equal (state, self->state);
}

/**
 * sb_oauth_grant_read_answer:
 * @query: what the browser brings, foreign
 *
 * Returns: (transfer full) (nullable): the code that can be exchanged for tokens
 */
char *
sb_oauth_grant_read_answer (const SbOAuthGrant   *self,
                            const SbOAuthIssuer  *issuer,
                            const char           *query,
                            GError              **error)
{
  g_autoptr(GHashTable) fields = parse_query (query);
  const char *state = fields != NULL ? g_hash_table_lookup (fields, "state") : NULL;
  const char *refusal = NULL;
  const char *code = NULL;

  if (state == NULL || !is_equal (state, self->state))
    {
      g_set_error_literal (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSAFE,
                           "The browser came back with something else than an answer to this sign-in. Try again.");
      return NULL;
    }
  if (!check_issuer (issuer, g_hash_table_lookup (fields, "iss"), error))
    return NULL;

  refusal = g_hash_table_lookup (fields, "error");
  code = g_hash_table_lookup (fields, "code");
  if (refusal != NULL || code == NULL || code[0] == '\0')
    {
      const char *words = g_hash_table_lookup (fields, "error_description");
      const char *why = words != NULL ? words : refusal != NULL ? refusal : "it gave no code.";
      g_autofree char *shown = sb_text_clean (why, MIN (strlen (why), MAX_SHOWN), NULL);

      g_set_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_REFUSED, "%s did not sign you in: %s", issuer->issuer, shown);
      return NULL;
    }

  return g_strdup (code);
}

/* The request that exchanges the code; the client has still to show who it is. (transfer full) */
GString *
sb_oauth_grant_new_form (const SbOAuthGrant *self,
                         const char         *code)
{
  GString *form = g_string_new (NULL);

  sb_oauth_uri_append_field (form, "grant_type", "authorization_code");
  sb_oauth_uri_append_field (form, "code", code);
  sb_oauth_uri_append_field (form, "redirect_uri", self->redirect_uri);
  sb_oauth_uri_append_field (form, "code_verifier", self->verifier);
  sb_oauth_uri_append_field (form, "resource", self->resource);

  return form;
}
