/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-aimock.h"

#include "sb-live-server.h"

#define SERVER "node_modules/@copilotkit/aimock/dist/cli.js"

GSubprocess *
sb_aimock_start (const char  *fixtures,
                 char       **url)
{
  const char *npm_dir = g_getenv ("SANDBAR_TEST_NPM_DIR");
  const char *root = g_getenv ("SB_TEST_SOURCE_ROOT");
  g_autofree char *program = npm_dir != NULL ? g_build_filename (npm_dir, SERVER, NULL) : NULL;
  g_autofree char *path = g_build_filename (root != NULL ? root : ".", "tests", "llm", "cases", fixtures, NULL);
  g_autofree char *port_text = NULL;
  const char *argv[] = { "node", program, "--port", NULL, "--fixtures", path, "--chunk-size", "5", "--log-level",
                         "silent", NULL };
  GSubprocess *process;
  guint16 port;

  if (program == NULL || !g_file_test (program, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("SANDBAR_TEST_NPM_DIR names no directory with @copilotkit/aimock");
      return NULL;
    }

  port = sb_live_server_find_port ();
  port_text = g_strdup_printf ("%u", port);
  argv[3] = port_text;
  process = sb_live_server_start (argv, port);
  *url = g_strdup_printf ("http://127.0.0.1:%u", port);

  return process;
}

void
sb_aimock_stop (GSubprocess *process)
{
  sb_live_server_stop (process);
}
