/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-backend-tests.h"
#include "sb-docker-backend.h"
#include "sb-tunnel-tests.h"

static void
test_no_engine (void)
{
  const char *reason = g_getenv ("SANDBAR_TEST_NO_" ENGINE);

  g_test_skip (reason != NULL && *reason != '\0' ? reason : "SANDBAR_TEST_" ENGINE "_HOST names no engine");
}

int
main (int    argc,
      char **argv)
{
  const char *host = g_getenv ("SANDBAR_TEST_" ENGINE "_HOST");
  g_autoptr(SbDockerClient) client = NULL;
  g_autoptr(SbSandboxBackend) backend = NULL;
  g_autoptr(GError) error = NULL;

  if (host == NULL || *host == '\0')
    {
      g_test_init (&argc, &argv, NULL);
      g_test_add_func ("/live/" NAME, test_no_engine);
      return g_test_run ();
    }

  client = sb_docker_client_new (host, &error);
  g_assert_no_error (error);
  backend = sb_docker_backend_new (client, NULL, NULL);
  sb_backend_tests_own (argc, argv, backend);
  /* No folders of its own for each test: all of them, and the owners that they kill, share one lock folder. */
  g_test_init (&argc, &argv, NULL);
  sb_backend_tests_add (NAME, backend);
  sb_tunnel_tests_add (NAME);

  return g_test_run ();
}
