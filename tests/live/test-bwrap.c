/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-backend-tests.h"
#include "sb-bwrap-backend.h"
#include "sb-tunnel-tests.h"

static void
test_dev_is_read_only (gconstpointer data)
{
  SbSandboxBackend *backend = sb_backend_tests_get (data);
  SbTestSandbox sandbox = { 0 };
  SbSandboxSpec spec = { .memory_bytes = 512 * 1024 * 1024, .disk_bytes = 16 * 1024 * 1024, .pids = 64 };
  g_autofree char *text = NULL;

  if (backend == NULL)
    return;

  sb_test_sandbox_start (&sandbox, backend, &spec);
  text = sb_test_shell_text (sandbox.channel, "touch /dev/x 2>/dev/null || echo no; echo x > /dev/null && echo null; "
                                              "head -c 100000000 /dev/zero 2>/dev/null > /dev/shm/x || echo full");
  g_assert_cmpstr (text, ==, "no\nnull\nfull\n");
  sb_test_sandbox_remove (&sandbox);
}

static void
test_bad_helper (gconstpointer data)
{
  g_autoptr(SbSandboxBackend) backend = NULL;
  g_autoptr(GAsyncResult) missing = NULL;
  g_autoptr(GAsyncResult) other = NULL;
  g_autoptr(GError) missing_error = NULL;
  g_autoptr(GError) other_error = NULL;

  if (sb_backend_tests_get (data) == NULL)
    return;

  backend = sb_bwrap_backend_new ("/nonexistent/sandbar-init");
  sb_sandbox_backend_probe_async (backend, NULL, sb_test_keep_result, &missing);
  sb_test_wait_until (missing != NULL);
  g_assert_false (sb_sandbox_backend_probe_finish (backend, missing, &missing_error));
  g_assert_error (missing_error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE);

  /* A program that knows nothing of the protocol. */
  g_clear_object (&missing);
  g_clear_object (&backend);
  backend = sb_bwrap_backend_new ("/bin/true");
  sb_sandbox_backend_probe_async (backend, NULL, sb_test_keep_result, &other);
  sb_test_wait_until (other != NULL);
  g_assert_false (sb_sandbox_backend_probe_finish (backend, other, &other_error));
  g_assert_error (other_error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr(SbSandboxBackend) backend = sb_bwrap_backend_new (NULL);

  sb_backend_tests_own (argc, argv, backend);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  sb_backend_tests_add ("bwrap", backend);
  sb_tunnel_tests_add ("bwrap");
  sb_backend_tests_add_one ("bwrap", "dev-is-read-only", test_dev_is_read_only);
  sb_backend_tests_add_one ("bwrap", "bad-helper", test_bad_helper);

  return g_test_run ();
}
