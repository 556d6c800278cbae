/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-aimock.h"

#include "sb-test.h"

#include <signal.h>
#include <sys/prctl.h>

#define SERVER "node_modules/@copilotkit/aimock/dist/cli.js"

static guint16
find_free_port (void)
{
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);

  g_socket_listener_close (listener);

  return port;
}

static gboolean
is_up (guint16 port)
{
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  g_autoptr(GSocketConnection) connection = NULL;

  connection = g_socket_client_connect_to_host (client, "127.0.0.1", port, NULL, NULL);

  return connection != NULL;
}

/* Between fork and exec: a test that fails takes its server with it. */
static void
die_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

GSubprocess *
sb_aimock_start (const char  *fixtures,
                 char       **url)
{
  const char *npm_dir = g_getenv ("SANDBAR_TEST_NPM_DIR");
  const char *root = g_getenv ("SB_TEST_SOURCE_ROOT");
  g_autofree char *program = npm_dir != NULL ? g_build_filename (npm_dir, SERVER, NULL) : NULL;
  g_autofree char *path = g_build_filename (root != NULL ? root : ".", "tests", "llm", "cases", fixtures, NULL);
  g_autofree char *port_text = NULL;
  g_autoptr(GSubprocessLauncher) launcher = NULL;
  g_autoptr(GError) error = NULL;
  GSubprocess *process;
  guint16 port;

  if (program == NULL || !g_file_test (program, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("SANDBAR_TEST_NPM_DIR names no directory with @copilotkit/aimock");
      return NULL;
    }

  port = find_free_port ();
  port_text = g_strdup_printf ("%u", port);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  process = g_subprocess_launcher_spawn (launcher, &error, "node", program, "--port", port_text, "--fixtures", path,
                                         "--chunk-size", "5", "--log-level", "silent", NULL);
  g_assert_no_error (error);
  sb_test_wait_until (is_up (port));
  *url = g_strdup_printf ("http://127.0.0.1:%u", port);

  return process;
}

void
sb_aimock_stop (GSubprocess *process)
{
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  g_object_unref (process);
}
