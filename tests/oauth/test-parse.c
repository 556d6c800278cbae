/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-oauth-challenge.h"
#include "sb-oauth-client.h"
#include "sb-oauth-error.h"
#include "sb-oauth-grant.h"
#include "sb-oauth-resource.h"
#include "sb-oauth-tokens.h"
#include "sb-oauth-uri.h"
#include "sb-test.h"

#define ISSUER "https://login.example"
#define ENDPOINTS "\"authorization_endpoint\":\"https://login.example/a\"," \
                  "\"token_endpoint\":\"https://login.example/t\""
#define PKCE "\"code_challenge_methods_supported\":[\"plain\",\"S256\"]"

static GUri *
parse (const char *text)
{
  g_autoptr(GError) error = NULL;
  GUri *uri = g_uri_parse (text, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, &error);

  g_assert_no_error (error);

  return uri;
}

static void
test_challenge (void)
{
  static const struct
  {
    const char *header;
    const char *scope;
    const char *metadata;
    const char *error;
  } cases[] = {
    { NULL, NULL, NULL, NULL },
    { "", NULL, NULL, NULL },
    { "Bearer", NULL, NULL, NULL },
    { "Bearer scope=\"a b\", resource_metadata=\"https://x/y?a=1,2\", error=\"insufficient_scope\"", "a b",
      "https://x/y?a=1,2", "insufficient_scope" },
    { "bEaReR  SCOPE = a ,Error=\"e\\\"f\"", "a", NULL, "e\"f" },
    { "Basic realm=\"a, Bearer scope=b\", Bearer scope=c", "c", NULL, NULL },
    { "Basic scope=b", NULL, NULL, NULL },
    { "Bearer scope=a, Basic scope=b", "a", NULL, NULL },
    { "Negotiate YWJj==, Bearer scope=a", "a", NULL, NULL },
    { "Bearer scope=a, scope=b", "a", NULL, NULL },
    { "Bearer resource_metadata=https://x/y, scope=a", "a", "https://x/y", NULL },
    { "Bearer scope=\"a", "a", NULL, NULL },
    { "Bearer scope=\"\"", NULL, NULL, NULL },
    { "Bearer scope=\"a\tb\"", NULL, NULL, NULL },
    { "Bearer scope=\"\303\244\", error=\"\303\"", NULL, NULL, NULL },
    { "===,;;\"\\ Bearer scope=a", "a", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbOAuthChallenge) challenge = sb_oauth_challenge_parse (cases[i].header);

      g_test_message ("case %u", i);
      g_assert_cmpstr (challenge->scope, ==, cases[i].scope);
      g_assert_cmpstr (challenge->resource_metadata, ==, cases[i].metadata);
      g_assert_cmpstr (challenge->error, ==, cases[i].error);
    }
}

static void
test_uri (void)
{
  static const struct
  {
    const char *text;
    gboolean    remote; /* good for a server elsewhere */
    gboolean    local;  /* for one on this machine */
  } cases[] = {
    { "https://a.example/b?c", TRUE, TRUE },
    { "https://localhost/b", FALSE, TRUE },
    { "http://localhost:1/b", FALSE, TRUE },
    { "http://127.0.0.1:1/b", FALSE, TRUE },
    { "http://[::1]:1/b", FALSE, TRUE },
    { "http://a.example/b", FALSE, FALSE },
    { "http://localhost.example/b", FALSE, FALSE },
    { "http://127.0.0.1.example/b", FALSE, FALSE },
    { "https://user@a.example/b", FALSE, FALSE },
    { "https://a.example/b#c", FALSE, FALSE },
    { "https:///b", FALSE, FALSE },
    { "https://a.example/ b", FALSE, FALSE },
    { "https://a.example/\303\244", FALSE, FALSE },
    { "file:///etc/passwd", FALSE, FALSE },
    { "javascript:alert(1)", FALSE, FALSE },
    { "", FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GUri) remote = sb_oauth_uri_parse (cases[i].text, FALSE, NULL);
      g_autoptr(GUri) local = sb_oauth_uri_parse (cases[i].text, TRUE, NULL);

      g_test_message ("%s", cases[i].text);
      g_assert_true ((remote != NULL) == cases[i].remote);
      g_assert_true ((local != NULL) == cases[i].local);
    }
}

static void
test_addresses (void)
{
  static const char *private[] = { "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
                                   "100.64.0.1", "::1", "::", "fe80::1", "fd00::1", "fec0::1", "::ffff:10.0.0.1",
                                   "224.0.0.1" };
  static const char *public[] = { "93.184.216.34", "100.128.0.1", "2606:2800:220:1::1", "::ffff:93.184.216.34" };

  for (guint i = 0; i < G_N_ELEMENTS (private); i++)
    {
      g_autoptr(GInetAddress) address = g_inet_address_new_from_string (private[i]);

      g_test_message ("%s", private[i]);
      g_assert_false (sb_oauth_address_is_public (address));
    }
  for (guint i = 0; i < G_N_ELEMENTS (public); i++)
    {
      g_autoptr(GInetAddress) address = g_inet_address_new_from_string (public[i]);

      g_test_message ("%s", public[i]);
      g_assert_true (sb_oauth_address_is_public (address));
    }
}

static void
test_layouts (void)
{
  static const struct
  {
    const char *server;
    const char *resource;
    const char *issuer;
  } cases[] = {
    { "https://a.example/mcp/x?y=1",
      "https://a.example/.well-known/oauth-protected-resource/mcp/x "
      "https://a.example/.well-known/oauth-protected-resource",
      "https://a.example/.well-known/oauth-authorization-server/mcp/x "
      "https://a.example/.well-known/openid-configuration/mcp/x "
      "https://a.example/mcp/x/.well-known/openid-configuration" },
    { "http://[::1]:80/",
      "http://[::1]/.well-known/oauth-protected-resource",
      "http://[::1]/.well-known/oauth-authorization-server "
      "http://[::1]/.well-known/openid-configuration" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GUri) uri = parse (cases[i].server);
      g_auto(GStrv) resource = sb_oauth_uri_list_resource_metadata (uri);
      g_auto(GStrv) issuer = sb_oauth_uri_list_issuer_metadata (uri);
      g_autofree char *resource_text = g_strjoinv (" ", resource);
      g_autofree char *issuer_text = g_strjoinv (" ", issuer);

      g_assert_cmpstr (resource_text, ==, cases[i].resource);
      g_assert_cmpstr (issuer_text, ==, cases[i].issuer);
    }
}

static void
test_resource (void)
{
  static const struct
  {
    const char *resource;
    gboolean    good;
  } cases[] = {
    { "https://a.example/mcp/x", TRUE },
    { "https://a.example/mcp", TRUE },
    { "https://a.example/mcp/", TRUE },
    { "https://a.example", TRUE },
    { "https://A.example:443/", TRUE },
    { "https://a.example/mc", FALSE },
    { "https://a.example/mcp/x/y", FALSE },
    { "https://b.example/mcp/x", FALSE },
    { "https://a.example.b/mcp/x", FALSE },
    { "https://a.example:444/mcp/x", FALSE },
    { "http://a.example/mcp/x", FALSE },
    { "https://a.example/mcp/x#y", FALSE },
    { "mcp", FALSE },
  };
  g_autoptr(GUri) server = parse ("https://a.example/mcp/x");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"resource\":\"%s\",\"authorization_servers\":[\"" ISSUER "\"],"
                                               "\"scopes_supported\":[\"a\",\"b\"]}", cases[i].resource);
      g_autoptr(GError) error = NULL;
      g_autoptr(SbOAuthResource) resource = sb_oauth_resource_parse (text, strlen (text), server, &error);

      g_test_message ("%s", cases[i].resource);
      if (cases[i].good)
        {
          g_assert_no_error (error);
          g_assert_cmpstr (resource->resource, ==, cases[i].resource);
          g_assert_cmpstr (resource->issuers[0], ==, ISSUER);
          g_assert_cmpstr (resource->scope, ==, "a b");
        }
      else
        {
          g_assert_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSAFE);
        }
    }
}

static void
test_resource_alone (void)
{
  static const char *garbage[] = { "", "<html>", "[]", "{}", "{\"resource\":1}" };
  const char *alone = "{\"resource\":\"https://a.example/mcp\",\"scopes_supported\":[\"a\\\"\"]}";
  g_autoptr(GUri) server = parse ("https://a.example/mcp");
  g_autoptr(SbOAuthResource) resource = sb_oauth_resource_parse (alone, strlen (alone), server, NULL);

  g_assert_cmpstr (resource->issuers[0], ==, "https://a.example");
  g_assert_null (resource->scope);
  for (guint i = 0; i < G_N_ELEMENTS (garbage); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (sb_oauth_resource_parse (garbage[i], strlen (garbage[i]), server, &error));
      g_assert_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNREACHABLE);
    }
}

static void
test_issuer (void)
{
  static const struct
  {
    const char *document;
    int         code; /* -1: good */
  } cases[] = {
    { "{\"issuer\":\"" ISSUER "\"," ENDPOINTS "," PKCE "}", -1 },
    { "{\"issuer\":\"" ISSUER "/\"," ENDPOINTS "," PKCE "}", SB_OAUTH_ERROR_UNSAFE },
    { "{\"issuer\":\"https://LOGIN.example\"," ENDPOINTS "," PKCE "}", SB_OAUTH_ERROR_UNSAFE },
    { "{" ENDPOINTS "," PKCE "}", SB_OAUTH_ERROR_UNSAFE },
    { "{\"issuer\":\"" ISSUER "\"," ENDPOINTS "}", SB_OAUTH_ERROR_UNSAFE },
    { "{\"issuer\":\"" ISSUER "\"," ENDPOINTS ",\"code_challenge_methods_supported\":[\"plain\"]}",
      SB_OAUTH_ERROR_UNSAFE },
    { "{\"issuer\":\"" ISSUER "\"," PKCE "}", SB_OAUTH_ERROR_UNSUPPORTED },
    { "{\"issuer\":\"" ISSUER "\"," ENDPOINTS "," PKCE ",\"registration_endpoint\":\"http://x.example/\"}",
      SB_OAUTH_ERROR_UNSAFE },
    { "{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"javascript:alert(1)\",\"token_endpoint\":\"https://x/\","
      PKCE "}", SB_OAUTH_ERROR_UNSAFE },
    { "{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"https://x/\",\"token_endpoint\":\"http://127.0.0.1/\","
      PKCE "}", SB_OAUTH_ERROR_UNSAFE },
    { "nothing", SB_OAUTH_ERROR_UNREACHABLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(SbOAuthIssuer) issuer = sb_oauth_issuer_parse (cases[i].document, strlen (cases[i].document), ISSUER,
                                                               FALSE, &error);

      g_test_message ("%s", cases[i].document);
      if (cases[i].code < 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, SB_OAUTH_ERROR, cases[i].code);
      g_assert_true ((issuer != NULL) == (error == NULL));
    }
}

static SbOAuthIssuer *
new_issuer (const char *methods)
{
  g_autofree char *text = g_strdup_printf ("{\"issuer\":\"" ISSUER "\"," ENDPOINTS "," PKCE "%s%s}",
                                           methods != NULL ? ",\"token_endpoint_auth_methods_supported\":" : "",
                                           methods != NULL ? methods : "");

  return sb_oauth_issuer_parse (text, strlen (text), ISSUER, FALSE, NULL);
}

static void
test_authentication (void)
{
  static const struct
  {
    const char *methods;
    const char *registered;
    const char *secret;
    const char *asked;
    const char *form;
    const char *header;
  } cases[] = {
    { NULL, NULL, NULL, "none", "client_id=i%3A%2F", NULL },
    { "[\"none\"]", NULL, "s+", "none", "client_id=i%3A%2F", NULL },
    { "[\"client_secret_post\"]", NULL, "s+", "client_secret_post", "client_id=i%3A%2F&client_secret=s%2B", NULL },
    { "[\"client_secret_basic\"]", NULL, "s+", "client_secret_basic", "", "Basic aSUzQSUyRjpzJTJC" },
    { "[\"client_secret_post\",\"client_secret_basic\"]", NULL, "s+", "client_secret_basic", "",
      "Basic aSUzQSUyRjpzJTJC" },
    { "[\"client_secret_basic\"]", "client_secret_post", "s+", "client_secret_basic",
      "client_id=i%3A%2F&client_secret=s%2B", NULL },
    { "[\"private_key_jwt\"]", NULL, NULL, "none", "client_id=i%3A%2F", NULL },
    { NULL, NULL, "s+", "none", "", "Basic aSUzQSUyRjpzJTJC" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbOAuthIssuer) issuer = new_issuer (cases[i].methods);
      g_autoptr(SbOAuthClient) client = sb_oauth_client_new ("i:/", cases[i].secret);
      g_autoptr(GString) form = g_string_new (NULL);
      g_autofree char *text = sb_oauth_client_dup_request (issuer, "http://127.0.0.1:1/callback");
      g_autoptr(JsonObject) request = sb_json_parse_object (text, -1, NULL);
      g_autofree char *header = NULL;

      client->method = g_strdup (cases[i].registered);
      header = sb_oauth_client_authenticate (client, issuer, form);
      g_assert_cmpstr (sb_json_get_string (request, "token_endpoint_auth_method"), ==, cases[i].asked);
      g_assert_cmpstr (sb_json_get_string (request, "application_type"), ==, "native");
      g_assert_cmpstr (form->str, ==, cases[i].form);
      g_assert_cmpstr (header, ==, cases[i].header);
    }
}

static void
test_client (void)
{
  const char *answer = "{\"client_id\":\"i\",\"client_secret\":\"s\","
                       "\"token_endpoint_auth_method\":\"client_secret_post\"}";
  static const char *bad[] = { "", "{}", "{\"client_id\":\"\"}", "{\"client_id\":\"a\\nb\"}",
                               "{\"client_id\":\"a\",\"client_secret\":\"\\u0001\"}" };
  g_autoptr(SbOAuthClient) client = sb_oauth_client_parse (answer, strlen (answer), "http://127.0.0.1:5/callback",
                                                           NULL);
  g_autofree char *text = sb_oauth_client_to_string (client);
  g_autoptr(SbOAuthClient) again = sb_oauth_client_from_string (text);

  g_assert_cmpstr (again->id, ==, "i");
  g_assert_cmpstr (again->secret, ==, "s");
  g_assert_cmpstr (again->method, ==, "client_secret_post");
  g_assert_cmpstr (again->redirect_uri, ==, "http://127.0.0.1:5/callback");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (sb_oauth_client_parse (bad[i], strlen (bad[i]), "http://127.0.0.1:5/callback", &error));
      g_assert_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNREACHABLE);
      g_assert_null (sb_oauth_client_from_string (bad[i]));
    }
}

static void
test_tokens (void)
{
  static const char *bad[] = { "", "{}", "{\"access_token\":\"a\"}",
                               "{\"access_token\":\"a b\",\"token_type\":\"Bearer\"}",
                               "{\"access_token\":\"a\\r\\nX: y\",\"token_type\":\"Bearer\"}",
                               "{\"access_token\":\"a\",\"token_type\":\"DPoP\"}" };
  const char *answer = "{\"access_token\":\"a\",\"token_type\":\"bearer\",\"expires_in\":1}";
  g_autoptr(SbOAuthTokens) tokens = sb_oauth_tokens_parse (answer, strlen (answer), ISSUER, "s t", "r", NULL);
  g_autofree char *text = sb_oauth_tokens_to_string (tokens);
  g_autoptr(SbOAuthTokens) again = sb_oauth_tokens_from_string (text);

  g_assert_cmpstr (again->access, ==, "a");
  g_assert_cmpstr (again->refresh, ==, "r");
  g_assert_cmpstr (again->scope, ==, "s t");
  g_assert_cmpstr (again->issuer, ==, ISSUER);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (sb_oauth_tokens_parse (bad[i], strlen (bad[i]), ISSUER, NULL, NULL, &error));
      g_assert_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSUPPORTED);
    }
}

static void
test_request (void)
{
  g_autoptr(SbOAuthIssuer) issuer = new_issuer (NULL);
  g_autoptr(SbOAuthClient) client = sb_oauth_client_new ("https://c.example/d?e", NULL);
  g_autoptr(SbOAuthGrant) grant = sb_oauth_grant_new ("http://127.0.0.1:5/callback", "https://a.example", "x y");
  g_autoptr(SbOAuthGrant) other = sb_oauth_grant_new ("http://127.0.0.1:5/callback", NULL, NULL);
  g_autofree char *uri = sb_oauth_grant_dup_uri (grant, issuer, client);
  g_autoptr(GString) form = sb_oauth_grant_new_form (grant, "c&d");

  g_assert_true (g_str_has_prefix (uri, "https://login.example/a?response_type=code&client_id=https%3A%2F%2Fc.example"
                                   "%2Fd%3Fe&redirect_uri=http%3A%2F%2F127.0.0.1%3A5%2Fcallback&state="));
  g_assert_true (g_str_has_suffix (uri, "&code_challenge_method=S256&scope=x%20y&resource=https%3A%2F%2Fa.example"));
  g_assert_null (strstr (uri, grant->verifier));
  g_assert_cmpuint (strlen (grant->verifier), ==, 43);
  g_assert_cmpstr (grant->state, !=, other->state);
  g_assert_cmpstr (grant->verifier, !=, other->verifier);
  g_assert_nonnull (strstr (form->str, "&code=c%26d&"));
  g_assert_nonnull (strstr (form->str, grant->verifier));
}

/* The example of RFC 7636, appendix B. */
static void
test_proof (void)
{
  g_autoptr(SbOAuthIssuer) issuer = new_issuer (NULL);
  g_autoptr(SbOAuthClient) client = sb_oauth_client_new ("c", NULL);
  g_autoptr(SbOAuthGrant) grant = sb_oauth_grant_new ("http://127.0.0.1:5/callback", NULL, NULL);
  g_autofree char *uri = NULL;

  g_free (grant->verifier);
  grant->verifier = g_strdup ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
  uri = sb_oauth_grant_dup_uri (grant, issuer, client);
  g_assert_nonnull (strstr (uri, "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&"));
}

static void
test_answer (void)
{
  static const struct
  {
    const char *query; /* behind the state */
    gboolean    promised;
    const char *code;
    int         error;
  } cases[] = {
    { "&code=c", FALSE, "c", 0 },
    { "&code=c%26", FALSE, "c&", 0 },
    { "&code=c&iss=https%3A%2F%2Flogin.example", FALSE, "c", 0 },
    { "&code=c&iss=https://login.example", TRUE, "c", 0 },
    { "&code=c", TRUE, NULL, SB_OAUTH_ERROR_UNSAFE },
    { "&code=c&iss=https://login.example/", TRUE, NULL, SB_OAUTH_ERROR_UNSAFE },
    { "&code=c&iss=https://evil.example", FALSE, NULL, SB_OAUTH_ERROR_UNSAFE },
    { "&error=access_denied&iss=https://evil.example", FALSE, NULL, SB_OAUTH_ERROR_UNSAFE },
    { "&error=access_denied&error_description=no+way", FALSE, NULL, SB_OAUTH_ERROR_REFUSED },
    { "&code=c&error=access_denied", FALSE, NULL, SB_OAUTH_ERROR_REFUSED },
    { "&code=", FALSE, NULL, SB_OAUTH_ERROR_REFUSED },
    { "", FALSE, NULL, SB_OAUTH_ERROR_REFUSED },
    { "&code=c&code=d", FALSE, NULL, SB_OAUTH_ERROR_UNSAFE },
    { "&code=c&state=x", FALSE, NULL, SB_OAUTH_ERROR_UNSAFE },
    { "x&code=c", FALSE, NULL, SB_OAUTH_ERROR_UNSAFE },
  };
  g_autoptr(SbOAuthIssuer) issuer = new_issuer (NULL);
  g_autoptr(SbOAuthGrant) grant = sb_oauth_grant_new ("http://127.0.0.1:5/callback", NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *query = g_strconcat ("state=", grant->state, cases[i].query, NULL);
      g_autoptr(GError) error = NULL;
      g_autofree char *code = NULL;

      g_test_message ("%s", query);
      issuer->returns_issuer = cases[i].promised;
      code = sb_oauth_grant_read_answer (grant, issuer, query, &error);
      g_assert_cmpstr (code, ==, cases[i].code);
      if (code == NULL)
        g_assert_error (error, SB_OAUTH_ERROR, cases[i].error);
    }
  g_assert_false (sb_oauth_grant_is_answer (grant, NULL));
  g_assert_false (sb_oauth_grant_is_answer (grant, "code=c"));
  g_assert_false (sb_oauth_grant_is_answer (grant, "state="));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/oauth/parse/challenge", test_challenge);
  g_test_add_func ("/oauth/parse/uri", test_uri);
  g_test_add_func ("/oauth/parse/addresses", test_addresses);
  g_test_add_func ("/oauth/parse/layouts", test_layouts);
  g_test_add_func ("/oauth/parse/resource", test_resource);
  g_test_add_func ("/oauth/parse/resource-alone", test_resource_alone);
  g_test_add_func ("/oauth/parse/issuer", test_issuer);
  g_test_add_func ("/oauth/parse/authentication", test_authentication);
  g_test_add_func ("/oauth/parse/client", test_client);
  g_test_add_func ("/oauth/parse/tokens", test_tokens);
  g_test_add_func ("/oauth/parse/request", test_request);
  g_test_add_func ("/oauth/parse/proof", test_proof);
  g_test_add_func ("/oauth/parse/answer", test_answer);

  return g_test_run ();
}
