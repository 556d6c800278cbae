/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-secrets.h"
#include "sb-test.h"

static char *
lookup (SbSecrets  *secrets,
        const char *name)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  char *secret;

  sb_secrets_lookup_async (secrets, name, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  secret = sb_secrets_lookup_finish (secrets, result, &error);
  g_assert_no_error (error);

  return secret;
}

static void
store (SbSecrets  *secrets,
       const char *name,
       const char *secret)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_secrets_store_async (secrets, name, secret, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_secrets_store_finish (secrets, result, &error));
  g_assert_no_error (error);
}

static void
assert_session_only (SbSecrets *secrets)
{
  g_autofree char *before = lookup (secrets, "cerebras");
  g_autofree char *kept = NULL;
  g_autofree char *other = NULL;
  g_autofree char *forgotten = NULL;

  g_assert_null (before);
  store (secrets, "cerebras", "hunter22");
  g_assert_false (sb_secrets_get_persistent (secrets));
  kept = lookup (secrets, "cerebras");
  g_assert_cmpstr (kept, ==, "hunter22");
  other = lookup (secrets, "other");
  g_assert_null (other);
  store (secrets, "cerebras", NULL);
  forgotten = lookup (secrets, "cerebras");
  g_assert_null (forgotten);
}

static void
test_no_bus (void)
{
  g_autoptr(SbSecrets) secrets = sb_secrets_new ();

  g_assert_false (sb_secrets_get_persistent (secrets));
  assert_session_only (secrets);
}

/* An address where nobody answers, as in a container. */
static void
test_dead_bus (void)
{
  g_autoptr(SbSecrets) secrets = NULL;

  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  secrets = sb_secrets_new ();
  g_assert_true (sb_secrets_get_persistent (secrets));
  assert_session_only (secrets);
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
}

static void
test_cancelled (void)
{
  g_autoptr(SbSecrets) secrets = sb_secrets_new ();
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) stored = NULL;
  g_autoptr(GAsyncResult) looked_up = NULL;
  g_autoptr(GError) error = NULL;

  g_cancellable_cancel (cancellable);
  sb_secrets_store_async (secrets, "cerebras", "hunter22", cancellable, sb_test_keep_result, &stored);
  sb_test_wait_until (stored != NULL);
  g_assert_false (sb_secrets_store_finish (secrets, stored, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  sb_secrets_lookup_async (secrets, "cerebras", cancellable, sb_test_keep_result, &looked_up);
  sb_test_wait_until (looked_up != NULL);
  g_assert_null (sb_secrets_lookup_finish (secrets, looked_up, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/store/secrets/no-bus", test_no_bus);
  g_test_add_func ("/store/secrets/dead-bus", test_dead_bus);
  g_test_add_func ("/store/secrets/cancelled", test_cancelled);

  return g_test_run ();
}
