/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>
#include <sys/utsname.h>

#include "sb-backend-tests.h"
#include "sb-docker-backend.h"

/* An engine that offers gVisor: every sandbox is under its kernel, and works. The tests of the other engines ask for
 * much that Linux answers in other words. */
static void
test_path (gconstpointer data)
{
  SbSandboxBackend *backend = sb_backend_tests_get (data);
  SbSandboxSpec spec = { .memory_bytes = 512 * 1024 * 1024, .disk_bytes = 64 * 1024 * 1024, .pids = 64, .cpus = 1,
                         .ttl_seconds = 600 };
  SbTestSandbox sandbox = { 0 };
  struct utsname host;
  g_autofree char *kernel = NULL;
  g_autofree char *job = NULL;
  g_autofree char *network = NULL;
  g_autofree char *read = NULL;
  gboolean told = FALSE;

  if (backend == NULL || !sb_test_sandbox_start (&sandbox, backend, &spec))
    return;

  for (guint i = 0; i < sandbox.facts->len; i++)
    told |= strstr (((SbSandboxFact *) sandbox.facts->pdata[i])->detail, "under gVisor") != NULL;
  g_assert_true (told);
  g_assert_cmpint (uname (&host), ==, 0);
  kernel = sb_test_shell_text (sandbox.channel, "uname -r");
  g_assert_cmpstr (g_strchomp (kernel), !=, host.release);

  g_assert_true (sb_test_write (sandbox.channel, "src/job.js", "console.log (6 * 7);", NULL));
  job = sb_test_shell_text (sandbox.channel, "node src/job.js | tee out");
  g_assert_cmpstr (job, ==, "42\n");
  read = sb_test_read (sandbox.channel, "out", NULL);
  g_assert_cmpstr (read, ==, "42\n");
  network = sb_test_shell_text (sandbox.channel,
                                "node -e \"require ('net').connect (80, '1.1.1.1')"
                                ".on ('error', () => console.log ('none'))"
                                ".on ('connect', () => console.log ('connected'))\"");
  g_assert_cmpstr (network, ==, "none\n");
  sb_test_sandbox_remove (&sandbox);
}

static void
test_no_engine (void)
{
  const char *reason = g_getenv ("SANDBAR_TEST_NO_GVISOR");

  g_test_skip (reason != NULL && *reason != '\0' ? reason : "SANDBAR_TEST_GVISOR_HOST names no engine");
}

int
main (int    argc,
      char **argv)
{
  const char *host = g_getenv ("SANDBAR_TEST_GVISOR_HOST");
  g_autoptr(SbDockerClient) client = NULL;
  g_autoptr(SbSandboxBackend) backend = NULL;
  g_autoptr(GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  if (host == NULL || *host == '\0')
    {
      g_test_add_func ("/live/gvisor", test_no_engine);
      return g_test_run ();
    }

  client = sb_docker_client_new (host, &error);
  g_assert_no_error (error);
  backend = sb_docker_backend_new (client, NULL, NULL);
  sb_backend_tests_probe (backend);
  sb_backend_tests_add_one ("gvisor", "path", test_path);

  return g_test_run ();
}
