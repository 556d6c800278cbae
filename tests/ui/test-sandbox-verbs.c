/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-page-fixture.h"
#include "sb-sandbox-verbs.h"
#include "sb-shell.h"

/* From the menu to the end: a sandbox on an engine that was asked for, paused, and removed. */
static void
test_life (void)
{
  g_autofree char *agents = g_build_filename (g_getenv ("SB_TEST_SOURCE_ROOT"), "catalog", "agents.yaml", NULL);
  SbWorkspaceOptions options = { .agents_file = agents, .ephemeral = TRUE, .backend = "bwrap" };
  g_autoptr(SbTestBackend) backend = sb_test_backend_new ("mine");
  g_autoptr(SbEngine) engine = sb_engine_new (SB_SANDBOX_BACKEND (backend), "mine", 0);
  SbWorkspace *workspace = sb_workspace_new (&options, NULL);
  SbSelection *selection = sb_selection_new (workspace);
  GtkWidget *window = gtk_window_new ();
  SbSandbox *sandbox = NULL;
  g_autoptr(GAsyncResult) result = NULL;

  sb_engine_list_add (sb_sandbox_manager_get_engines (sb_workspace_get_sandboxes (workspace)), engine);
  gtk_window_present (GTK_WINDOW (window));
  sb_sandbox_verbs_create (window, selection, "node", "mine");
  sb_test_wait_until (sb_selection_get_sandbox (selection) != NULL);
  sandbox = sb_selection_get_sandbox (selection);
  g_assert_cmpstr (sb_sandbox_get_backend_label (sandbox), ==, "mine");

  sb_sandbox_verbs_pause (window, sandbox);
  sb_test_wait_until (sb_sandbox_is_paused (sandbox));
  sb_sandbox_verbs_pause (window, sandbox);
  sb_test_wait_until (!sb_sandbox_is_paused (sandbox));

  sb_sandbox_verbs_remove (window, selection, sandbox, 0);
  sb_test_wait_until (sb_sandbox_get_state (sandbox) == SB_SANDBOX_STATE_STOPPED);

  gtk_window_destroy (GTK_WINDOW (window));
  sb_workspace_shutdown_async (workspace, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_object_unref (selection);
  g_object_unref (workspace);
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  g_test_add_func ("/sandbox-verbs/life", test_life);

  return g_test_run ();
}
