/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-fake-login.h"
#include "sb-test-gateway.h"
#include "sb-test.h"

#define MINUTE 60000

static SbGatewayServer *
start (SbTestGateway *test,
       SbFakeLogin   *login,
       const char    *more)
{
  g_autofree char *catalog = g_strdup_printf ("registry:\n  one:\n    remote:\n      url: %s\n"
                                              "      transport_type: streamable\n%s", login->url, more);

  test->browse = sb_fake_login_browse;
  test->browse_data = login;
  sb_test_gateway_set_catalog (test, catalog);
  sb_gateway_start (test->gateway);

  return sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_BLOCKED);
}

/* It waits for the user, and then runs; also after it was stopped, and when its token has expired. */
static void
test_signs_in (void)
{
  g_autoptr(SbFakeLogin) login = sb_fake_login_new ();
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  SbGatewayServer *server = start (test, login, "");

  g_assert_true (sb_gateway_server_get_needs_sign_in (server));
  g_assert_nonnull (strstr (sb_gateway_server_get_message (server), "Sign in at"));
  g_assert_nonnull (strstr (sb_gateway_server_get_message (server), login->origin));
  g_assert_cmpuint (login->n_browsed, ==, 0);

  sb_gateway_server_sign_in (server);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  g_assert_false (sb_gateway_server_get_needs_sign_in (server));
  g_assert_cmpuint (g_list_model_get_n_items (sb_gateway_server_get_tools (server)), ==, 1);

  sb_test_gateway_stop (test);
  sb_gateway_start (test->gateway);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  g_assert_cmpuint (login->n_browsed, ==, 1);

  /* Who signed out is nobody at the next start. */
  g_assert_true (sb_gateway_server_get_signed_in (server));
  sb_gateway_server_sign_out (server);
  g_assert_false (sb_gateway_server_get_signed_in (server));
  sb_test_gateway_stop (test);
  sb_gateway_start (test->gateway);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_BLOCKED);
  sb_gateway_server_sign_in (server);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  g_assert_cmpuint (login->n_browsed, ==, 2);

  g_clear_pointer (&login->token, g_free);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_BLOCKED);
  g_assert_true (sb_gateway_server_get_needs_sign_in (server));
  sb_gateway_server_sign_in (server);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  g_assert_cmpuint (login->n_browsed, ==, 3);
}

static void
test_denied (void)
{
  g_autoptr(SbFakeLogin) login = sb_fake_login_new ();
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  SbGatewayServer *server = start (test, login, "");

  login->denies = TRUE;
  sb_gateway_server_sign_in (server);
  g_assert_cmpint (sb_gateway_server_get_state (server), ==, SB_GATEWAY_SERVER_STARTING);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_BLOCKED);
  g_assert_nonnull (strstr (sb_gateway_server_get_message (server), "did not sign you in"));
}

/* Stopping does not wait for a user who has gone away. */
static void
test_stopped (void)
{
  g_autoptr(SbFakeLogin) login = sb_fake_login_new ();
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  SbGatewayServer *server = start (test, login, "");

  test->browse = NULL;
  sb_gateway_server_sign_in (server);
  sb_test_gateway_stop (test);
  g_assert_cmpint (sb_gateway_server_get_state (server), ==, SB_GATEWAY_SERVER_OFF);
}

/* Who has an Authorization header of their own is not asked to sign in. */
static void
test_own_header (void)
{
  g_autoptr(SbFakeLogin) login = sb_fake_login_new ();
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  SbGatewayServer *server = start (test, login, "      headers:\n        authorization: Bearer wrong\n");

  g_assert_false (sb_gateway_server_get_needs_sign_in (server));
}

/* A client that was registered by hand: its secret is asked for like any other, and only its issuer sees it. */
static void
test_own_client (void)
{
  g_autoptr(SbFakeLogin) login = sb_fake_login_new ();
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  g_autofree char *oauth = g_strdup_printf ("    oauth: {clientId: us, clientSecret: one.client, issuer: '%s'}\n",
                                            login->origin);
  SbGatewayServer *server = start (test, login, oauth);

  g_assert_nonnull (strstr (sb_gateway_server_get_message (server), "one.client"));
  g_hash_table_insert (test->secrets, g_strdup ("one.client"), g_strdup ("hush-hush"));
  sb_gateway_server_start (server);
  sb_test_wait_until (sb_gateway_server_get_needs_sign_in (server));
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_BLOCKED);
  sb_gateway_server_sign_in (server);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  g_assert_cmpuint (login->n_registered, ==, 0);
  g_assert_nonnull (strstr (login->last_shown, "hush-hush"));
}

/* The server names another issuer than the one that the secret is for. */
static void
test_other_issuer (void)
{
  g_autoptr(SbFakeLogin) login = sb_fake_login_new ();
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  SbGatewayServer *server = NULL;

  g_hash_table_insert (test->secrets, g_strdup ("one.client"), g_strdup ("hush-hush"));
  server = start (test, login, "    oauth: {clientId: us, clientSecret: one.client, issuer: 'https://example.org'}\n");
  sb_gateway_server_sign_in (server);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  g_assert_cmpuint (login->n_registered, ==, 1);
  g_assert_null (strstr (login->last_shown, "hush-hush"));
}

static void
test_no_issuer (void)
{
  g_autoptr(SbFakeLogin) login = sb_fake_login_new ();
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  SbGatewayServer *server = NULL;

  g_hash_table_insert (test->secrets, g_strdup ("one.client"), g_strdup ("hush-hush"));
  server = start (test, login, "    oauth: {clientId: us, clientSecret: one.client}\n");
  g_assert_nonnull (strstr (sb_gateway_server_get_message (server), "issuer"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/gateway/sign-in/signs-in", test_signs_in);
  g_test_add_func ("/gateway/sign-in/denied", test_denied);
  g_test_add_func ("/gateway/sign-in/stopped", test_stopped);
  g_test_add_func ("/gateway/sign-in/own-header", test_own_header);
  g_test_add_func ("/gateway/sign-in/own-client", test_own_client);
  g_test_add_func ("/gateway/sign-in/other-issuer", test_other_issuer);
  g_test_add_func ("/gateway/sign-in/no-issuer", test_no_issuer);

  return g_test_run ();
}
