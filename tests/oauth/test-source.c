/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-fake-login.h"
#include "sb-oauth-error.h"
#include "sb-oauth-memory-store.h"
#include "sb-oauth-source.h"
#include "sb-test.h"

typedef struct
{
  SbFakeLogin   *login;
  SbOAuthStore  *store;
  SbRedactor    *redactor;
  SbOAuthSource *source;
} Fixture;

static SbOAuthSource *
new_source (Fixture  *fixture,
            gboolean  unasked)
{
  SbOAuthOptions options = {
    .store = fixture->store,
    .redactor = fixture->redactor,
    .open = sb_fake_login_browse,
    .open_data = fixture->login,
    .unasked = unasked,
  };

  return sb_oauth_source_new (fixture->login->url, &options);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->login = sb_fake_login_new ();
  fixture->store = sb_oauth_memory_store_new ();
  fixture->redactor = sb_redactor_new ();
  fixture->source = new_source (fixture, data != NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->source);
  g_object_unref (fixture->store);
  g_object_unref (fixture->redactor);
  sb_fake_login_free (fixture->login);
}

/* (transfer full) (nullable): how it failed */
static GError *
refresh (Fixture    *fixture,
         const char *challenge)
{
  g_autoptr(GAsyncResult) result = NULL;
  GError *error = NULL;

  sb_mcp_token_source_refresh_async (SB_MCP_TOKEN_SOURCE (fixture->source), challenge, NULL, sb_test_keep_result,
                                     &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_mcp_token_source_refresh_finish (SB_MCP_TOKEN_SOURCE (fixture->source), result, &error)
                 == (error == NULL));

  return error;
}

static GError *
sign_in (Fixture *fixture)
{
  g_autoptr(GAsyncResult) result = NULL;
  GError *error = NULL;

  sb_oauth_source_sign_in_async (fixture->source, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_oauth_source_sign_in_finish (fixture->source, result, &error) == (error == NULL));

  return error;
}

static void
check_token (Fixture *fixture)
{
  g_autofree char *token = sb_mcp_token_source_dup_token (SB_MCP_TOKEN_SOURCE (fixture->source));

  g_assert_nonnull (token);
  g_assert_cmpstr (token, ==, fixture->login->token);
}

/* Nobody is bothered before they ask for it; and then everybody who waits gets what one sign-in has brought. */
static void
test_sign_in (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(GError) asked = refresh (fixture, NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *shown = NULL;

  g_assert_error (asked, SB_OAUTH_ERROR, SB_OAUTH_ERROR_SIGN_IN);
  g_assert_true (sb_oauth_source_get_needs_sign_in (fixture->source));
  g_assert_cmpuint (fixture->login->n_browsed, ==, 0);
  g_assert_cmpuint (fixture->login->n_registered, ==, 0);

  error = sign_in (fixture);
  g_assert_no_error (error);
  check_token (fixture);
  g_assert_false (sb_oauth_source_get_needs_sign_in (fixture->source));
  g_assert_cmpstr (fixture->login->last_scope, ==, "all");

  text = g_strdup_printf ("it is %s.", fixture->login->token);
  shown = sb_redactor_apply (fixture->redactor, text);
  g_assert_null (strstr (shown, fixture->login->token));
}

static void
test_together (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr(GAsyncResult) first = NULL;
  g_autoptr(GAsyncResult) second = NULL;
  SbMcpTokenSource *source = SB_MCP_TOKEN_SOURCE (fixture->source);

  sb_mcp_token_source_refresh_async (source, NULL, NULL, sb_test_keep_result, &first);
  sb_mcp_token_source_refresh_async (source, NULL, NULL, sb_test_keep_result, &second);
  sb_test_wait_until (first != NULL && second != NULL);
  g_assert_true (sb_mcp_token_source_refresh_finish (source, first, NULL));
  g_assert_true (sb_mcp_token_source_refresh_finish (source, second, NULL));
  g_assert_cmpuint (fixture->login->n_browsed, ==, 1);
  check_token (fixture);
}

/* The next session finds the tokens, and the registration. */
static void
test_kept (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = refresh (fixture, NULL);

  g_assert_no_error (error);
  g_assert_finalize_object (fixture->source);
  fixture->source = new_source (fixture, TRUE);
  sb_oauth_source_load_async (fixture->source, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  check_token (fixture);

  /* It has expired, and cannot be refreshed. */
  g_clear_error (&error);
  error = refresh (fixture, NULL);
  g_assert_no_error (error);
  check_token (fixture);
  g_assert_cmpuint (fixture->login->n_browsed, ==, 2);
  g_assert_cmpuint (fixture->login->n_registered, ==, 1);
}

static void
test_refresh (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  fixture->login->gives_refresh = TRUE;
  fixture->login->takes_refresh = TRUE;
  error = sign_in (fixture);
  g_assert_no_error (error);
  error = refresh (fixture, "Bearer error=\"invalid_token\"");
  g_assert_no_error (error);
  check_token (fixture);
  g_assert_cmpuint (fixture->login->n_refreshed, ==, 1);
  g_assert_cmpuint (fixture->login->n_browsed, ==, 1);

  /* One that is not taken any more needs the user. */
  fixture->login->takes_refresh = FALSE;
  error = refresh (fixture, NULL);
  g_assert_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_SIGN_IN);
  g_assert_cmpuint (fixture->login->n_refreshed, ==, 2);
}

/* What was granted stays; what was given already is not asked for again and again. */
static void
test_more_rights (Fixture       *fixture,
                  gconstpointer  data)
{
  static const char *more = "Bearer error=\"insufficient_scope\", scope=\"write\"";
  g_autoptr(GError) error = refresh (fixture, "Bearer scope=\"read\"");

  g_assert_no_error (error);
  g_assert_cmpstr (fixture->login->last_scope, ==, "read");
  error = refresh (fixture, more);
  g_assert_no_error (error);
  g_assert_cmpstr (fixture->login->last_scope, ==, "read write");
  error = refresh (fixture, more);
  g_assert_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_REFUSED);
  g_assert_cmpuint (fixture->login->n_browsed, ==, 2);
}

static void
test_denied (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  fixture->login->denies = TRUE;
  error = sign_in (fixture);
  g_assert_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_REFUSED);
  g_assert_cmpuint (fixture->login->n_exchanged, ==, 0);
  g_assert_true (sb_oauth_source_get_needs_sign_in (fixture->source));
}

/* An answer to another sign-in ends nothing; the user can. */
static void
test_foreign_answer (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  fixture->login->spoils_state = TRUE;
  sb_oauth_source_sign_in_async (fixture->source, sb_test_keep_result, &result);
  sb_test_wait_until (fixture->login->n_browsed == 1);
  sb_test_spin (50);
  g_assert_null (result);
  sb_oauth_source_cancel (fixture->source);
  sb_test_wait_until (result != NULL);
  g_assert_false (sb_oauth_source_sign_in_finish (fixture->source, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture->login->n_exchanged, ==, 0);
}

static void
test_lies (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  fixture->login->resource = g_strdup ("https://other.example/mcp");
  error = sign_in (fixture);
  g_assert_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSAFE);
  g_clear_pointer (&fixture->login->resource, g_free);
  g_clear_error (&error);

  fixture->login->issuer = g_strdup ("ftp://other.example");
  error = sign_in (fixture);
  g_assert_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSAFE);
  g_clear_pointer (&fixture->login->issuer, g_free);
  g_clear_error (&error);

  fixture->login->issuer = g_strconcat (fixture->login->origin, "/", NULL);
  error = sign_in (fixture);
  g_assert_error (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSAFE);
  g_assert_cmpuint (fixture->login->n_browsed, ==, 0);
}

/* Of 2025-03-26: no documents at all. */
static void
test_without_documents (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  fixture->login->has_documents = FALSE;
  error = sign_in (fixture);
  g_assert_no_error (error);
  check_token (fixture);
  g_assert_cmpuint (fixture->login->n_registered, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define add(path, unasked, func) g_test_add ("/oauth/source/" path, Fixture, unasked, set_up, func, tear_down)
  add ("sign-in", NULL, test_sign_in);
  add ("together", "unasked", test_together);
  add ("kept", "unasked", test_kept);
  add ("refresh", NULL, test_refresh);
  add ("more-rights", "unasked", test_more_rights);
  add ("denied", NULL, test_denied);
  add ("foreign-answer", NULL, test_foreign_answer);
  add ("lies", NULL, test_lies);
  add ("without-documents", NULL, test_without_documents);

  return g_test_run ();
}
