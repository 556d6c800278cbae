/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-undertaker.h"

#include <signal.h>

#include "sb-docker-request.h"

#define UNIX_SCHEME "unix://"

/**
 * sb_docker_undertaker_start:
 * @host: the engine's address
 * @helper_path: sandbar-init
 *
 * Starts src/init/sb-undertaker.c, which waits for the end of this process. Only for engines on a socket of this
 * machine; elsewhere, and where it cannot be started, what a killed owner leaves waits for the sweep of the next one.
 *
 * Returns: (transfer full) (nullable): for sb_docker_undertaker_dismiss()
 */
GSubprocess *
sb_docker_undertaker_start (const char *host,
                            const char *helper_path)
{
  g_autoptr(GSubprocessLauncher) launcher = NULL;
  g_autofree char *filters = NULL;
  const char *path = NULL;

  g_return_val_if_fail (host != NULL, NULL);

  if (helper_path == NULL || !g_str_has_prefix (host, UNIX_SCHEME))
    return NULL;

  path = host + strlen (UNIX_SCHEME);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return NULL;

  filters = sb_docker_request_dup_instance_filter ();
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE
                                        | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_cwd (launcher, "/");

  return g_subprocess_launcher_spawn (launcher, NULL, helper_path, "--undertaker", path, filters, NULL);
}

/**
 * sb_docker_undertaker_dismiss:
 * @undertaker: (transfer full): not NULL
 *
 * For an orderly end: nothing is removed.
 */
void
sb_docker_undertaker_dismiss (GSubprocess *undertaker)
{
  /* Before the pipe is closed, which would set it to work. */
  g_subprocess_send_signal (undertaker, SIGTERM);
  g_object_unref (undertaker);
}
