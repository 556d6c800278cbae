/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-aimock.h"
#include "sb-test.h"
#include "sb-workspace.h"

#define JOB "initialize a sandbox, write hello.js that prints the first 20 primes, and run it"

static gboolean
use_test_engine (void)
{
  const char *host = g_getenv ("SANDBAR_TEST_DOCKER_HOST");
  const char *reason = g_getenv ("SANDBAR_TEST_NO_DOCKER");

  if (host == NULL)
    g_test_skip (reason != NULL ? reason : "SANDBAR_TEST_DOCKER_HOST names no engine");
  else
    g_setenv ("DOCKER_HOST", host, TRUE);

  return host != NULL;
}

static gboolean
probe (SbWorkspace *workspace)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_sandbox_manager_probe_async (sb_workspace_get_sandboxes (workspace), NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  if (sb_sandbox_manager_probe_finish (sb_workspace_get_sandboxes (workspace), result, &error))
    return TRUE;

  g_test_skip (error->message);

  return FALSE;
}

/* "DevDuck → Cerebras", "initSandbox ready", "The sandbox is there.": what was done, a line each */
static char *
describe (SbConversation *conversation)
{
  GString *lines = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (conversation)); i++)
    {
      g_autoptr(SbMessage) message = g_list_model_get_item (G_LIST_MODEL (conversation), i);

      if (sb_message_get_role (message) == SB_MESSAGE_ROLE_TOOL)
        g_string_append_printf (lines, "%s %s\n", sb_message_get_tool_name (message), sb_message_get_badge (message));
      else
        g_string_append_printf (lines, "%s\n", sb_message_get_text (message));
    }

  return g_string_free (lines, FALSE);
}

static void
shut_down (SbWorkspace *workspace)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_workspace_shutdown_async (workspace, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
}

/* The whole job, from the sentence to the primes, with a model server that is not ours: each answer follows from what
 * the tools really gave back. */
static void
test_job (gconstpointer backend)
{
  SbWorkspaceOptions options = { .ephemeral = TRUE, .backend = backend, .model = "gpt-4o" };
  g_autoptr(GSubprocess) server = NULL;
  g_autoptr(SbWorkspace) workspace = NULL;
  g_autofree char *url = NULL;
  g_autofree char *done = NULL;
  g_autoptr(GError) error = NULL;
  SbConversation *conversation;

  /* Only ever the private engine of the tests. */
  if (g_str_equal (backend, "docker") && !use_test_engine ())
    return;
  server = sb_aimock_start ("aimock-job.json", &url);
  if (server == NULL)
    return;

  options.base_url = url;
  workspace = sb_workspace_new (&options, &error);
  g_assert_no_error (error);
  if (probe (workspace))
    {
      conversation = sb_workspace_new_conversation (workspace);
      g_assert_true (sb_workspace_send (workspace, conversation, JOB, NULL, &error));
      sb_test_wait_until (!sb_conversation_get_running (conversation));
      done = describe (conversation);
      g_test_message ("%s", done);
      g_assert_cmpstr (done, ==,
                       JOB "\n"
                       "DevDuck → Cerebras because code has to run\n"
                       "Cerebras\n"
                       "initSandbox ready\n"
                       "The sandbox is there. \n"
                       "writeFile written\n"
                       "exec exit 0\n"
                       "These are the first 20 primes.\n");
    }
  shut_down (workspace);
  sb_aimock_stop (g_steal_pointer (&server));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_test_add_data_func ("/live/aimock-job/bwrap", "bwrap", test_job);
  g_test_add_data_func ("/live/aimock-job/docker", "docker", test_job);

  return g_test_run ();
}
