/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-challenge.h"
#include "sb-oauth-client.h"
#include "sb-oauth-grant.h"
#include "sb-oauth-resource.h"
#include "sb-oauth-tokens.h"
#include "sb-oauth-uri.h"

#define ISSUER "https://login.example"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* Whatever servers and the browser say when somebody signs in: what comes out keeps what the rest relies on. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr(GUri) server = g_uri_parse ("https://a.example/mcp", G_URI_FLAGS_ENCODED, NULL);
  g_autoptr(GUri) uri = sb_oauth_uri_parse (text, FALSE, NULL);
  g_autoptr(SbOAuthChallenge) challenge = sb_oauth_challenge_parse (text);
  g_autoptr(SbOAuthResource) resource = sb_oauth_resource_parse (text, size, server, NULL);
  g_autoptr(SbOAuthIssuer) issuer = sb_oauth_issuer_parse (text, size, ISSUER, FALSE, NULL);
  g_autoptr(SbOAuthIssuer) assumed = sb_oauth_issuer_new_assumed (ISSUER);
  g_autoptr(SbOAuthClient) client = sb_oauth_client_parse (text, size, "http://127.0.0.1:1/callback", NULL);
  g_autoptr(SbOAuthTokens) tokens = sb_oauth_tokens_parse (text, size, ISSUER, NULL, NULL, NULL);
  g_autoptr(SbOAuthGrant) grant = sb_oauth_grant_new ("http://127.0.0.1:1/callback", NULL, NULL);
  g_autofree char *code = sb_oauth_grant_read_answer (grant, assumed, text, NULL);

  g_assert_true (uri == NULL || g_str_equal (g_uri_get_scheme (uri), "https"));
  g_assert_true (challenge->scope == NULL || sb_oauth_is_scope (challenge->scope));
  g_assert_true (resource == NULL || sb_oauth_uri_covers (resource->resource, server));
  g_assert_true (resource == NULL || resource->issuers[0] != NULL);
  g_assert_true (issuer == NULL || g_str_has_prefix (issuer->token_endpoint, "https:"));
  g_assert_null (code);
  if (client != NULL)
    {
      g_autofree char *kept = sb_oauth_client_to_string (client);
      g_autoptr(SbOAuthClient) again = sb_oauth_client_from_string (kept);

      g_assert_cmpstr (again->id, ==, client->id);
    }
  if (tokens != NULL)
    {
      g_autofree char *kept = sb_oauth_tokens_to_string (tokens);
      g_autoptr(SbOAuthTokens) again = sb_oauth_tokens_from_string (kept);

      g_assert_cmpstr (again->access, ==, tokens->access);
    }

  return 0;
}
