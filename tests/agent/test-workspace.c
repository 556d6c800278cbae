/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-fake-model.h"
#include "sb-test.h"
#include "sb-workspace.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  SbFakeModel    *model;
  SbWorkspace    *workspace;
  SbConversation *conversation;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  SbWorkspaceOptions options = { .ephemeral = TRUE, .backend = "bwrap", .model = "fake-1" };
  g_autoptr(GError) error = NULL;

  fixture->model = sb_fake_model_new ();
  options.base_url = sb_fake_model_get_url (fixture->model);
  fixture->workspace = sb_workspace_new (&options, &error);
  g_assert_no_error (error);
  fixture->conversation = sb_workspace_new_conversation (fixture->workspace);
}

static void
shut_down (Fixture *fixture)
{
  g_autoptr(GAsyncResult) result = NULL;
  gint64 start = g_get_monotonic_time ();

  sb_workspace_shutdown_async (fixture->workspace, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_workspace_shutdown_finish (fixture->workspace, result, NULL));
  g_test_message ("shutdown: %d ms", (int) ((g_get_monotonic_time () - start) / 1000));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  shut_down (fixture);
  g_assert_false (sb_conversation_get_running (fixture->conversation));
  g_object_unref (fixture->workspace);
  sb_fake_model_free (fixture->model);
}

static void
send (Fixture    *fixture,
      const char *text)
{
  g_autoptr(GError) error = NULL;

  sb_workspace_send (fixture->workspace, fixture->conversation, text, NULL, &error);
  g_assert_no_error (error);
}

static void
wait (Fixture *fixture)
{
  sb_test_wait_until (!sb_conversation_get_running (fixture->conversation));
}

static guint
count (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->conversation));
}

static SbMessage *
last_message (Fixture *fixture)
{
  g_autoptr(SbMessage) message = g_list_model_get_item (G_LIST_MODEL (fixture->conversation), count (fixture) - 1);

  return message;
}

/* What is sent before anything was started waits for it. */
static void
test_send (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *described = NULL;

  sb_fake_model_say (fixture->model, "Hello.");
  send (fixture, "write a long program that prints the first twenty primes\nand more");
  g_assert_true (sb_conversation_get_running (fixture->conversation));
  g_assert_cmpuint (count (fixture), ==, 1);

  g_assert_false (sb_workspace_send (fixture->workspace, fixture->conversation, "me too", NULL, &error));
  g_assert_error (error, SB_AGENT_ERROR, SB_AGENT_ERROR_BUSY);
  g_clear_error (&error);

  wait (fixture);
  g_assert_cmpstr (sb_message_get_text (last_message (fixture)), ==, "Hello.");
  g_assert_nonnull (sb_conversation_get_title (fixture->conversation));
  g_assert_false (sb_workspace_get_rehearsal (fixture->workspace, NULL));
  described = sb_workspace_describe_provider (fixture->workspace, NULL);
  g_assert_cmpstr (described, ==, "OpenAI-compatible server · fake-1");

  g_assert_false (sb_workspace_send (fixture->workspace, fixture->conversation, "x", "nobody", &error));
  g_assert_error (error, SB_AGENT_ERROR, SB_AGENT_ERROR_UNKNOWN);
}

static void
test_retry (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (sb_workspace_retry (fixture->workspace, fixture->conversation, &error));
  g_assert_error (error, SB_AGENT_ERROR, SB_AGENT_ERROR_UNKNOWN);
  g_clear_error (&error);

  sb_fake_model_cut (fixture->model, "Half");
  send (fixture, "@cerebras go");
  wait (fixture);
  g_assert_true (sb_message_get_can_retry (last_message (fixture)));

  for (guint i = 0; i < 2; i++)
    {
      sb_fake_model_say (fixture->model, "Whole.");
      g_assert_true (sb_workspace_retry (fixture->workspace, fixture->conversation, &error));
      wait (fixture);
      g_assert_cmpstr (sb_message_get_text (last_message (fixture)), ==, "Whole.");
      g_assert_cmpuint (count (fixture), <=, 4);
      /* The half answer is not in what the model sees. */
      g_assert_cmpstr (sb_fake_model_get_content (fixture->model, i + 1, -1), ==, "@cerebras go");
    }
}

static void
test_stop (Fixture       *fixture,
           gconstpointer  data)
{
  /* before the start is through */
  send (fixture, "one");
  sb_workspace_stop (fixture->workspace, fixture->conversation);
  wait (fixture);

  sb_fake_model_hang (fixture->model, "I was saying");
  send (fixture, "two");
  sb_test_wait_until (sb_message_get_text_length (last_message (fixture)) > 4 &&
                      sb_message_get_role (last_message (fixture)) == SB_MESSAGE_ROLE_ASSISTANT);
  sb_workspace_stop (fixture->workspace, fixture->conversation);
  wait (fixture);
  g_assert_cmpint (sb_message_get_state (last_message (fixture)), ==, SB_MESSAGE_STATE_STOPPED);
}

/* Leaving in the middle of an answer: tear_down() finds it stopped. */
static void
test_leave (Fixture       *fixture,
            gconstpointer  data)
{
  sb_fake_model_hang (fixture->model, NULL);
  send (fixture, "go");
  sb_test_wait_until (sb_fake_model_get_n_requests (fixture->model) == 1);
}

/* The sandbox tools are offered to the agent that may use them, and to nobody else. */
static void
test_tools (Fixture       *fixture,
            gconstpointer  data)
{
  static const char * const names[] = { "initSandbox", "exec", "writeFile", "readFile", "listFiles" };
  g_autofree char *all = NULL;
  g_autoptr(JsonNode) node = NULL;

  send (fixture, "hello");
  wait (fixture);
  send (fixture, "@cerebras hello");
  wait (fixture);

  node = json_node_init_array (json_node_alloc (), json_object_get_array_member (
    sb_fake_model_get_request (fixture->model, 1), "tools"));
  all = json_to_string (node, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_nonnull (strstr (all, names[i]));
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (
    sb_fake_model_get_request (fixture->model, 0), "tools")), ==, 1);
}

static void
test_bad_options (void)
{
  SbWorkspaceOptions backend = { .ephemeral = TRUE, .backend = "qemu" };
  SbWorkspaceOptions agents = { .ephemeral = TRUE, .agents_file = "/nonexistent/agents.yaml" };
  g_autoptr(GError) error = NULL;

  g_assert_null (sb_workspace_new (&backend, &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  g_assert_null (sb_workspace_new (&agents, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

static void
warning_cb (SbWorkspace *workspace,
            const char  *title,
            const char  *hint,
            gpointer     user_data)
{
  g_string_append_printf (user_data, "%s: %s\n", title, hint);
}

/* What it warns of at its start; it is there in any case, with agents and a history. */
static GString *
collect_warnings (const SbWorkspaceOptions *options)
{
  GString *warnings = g_string_new (NULL);
  g_autoptr(GAsyncResult) started = NULL;
  g_autoptr(GAsyncResult) ended = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbWorkspace) workspace = sb_workspace_new (options, &error);

  g_assert_no_error (error);
  g_signal_connect (workspace, "warning", G_CALLBACK (warning_cb), warnings);
  sb_workspace_start_async (workspace, NULL, sb_test_keep_result, &started);
  sb_test_wait_until (started != NULL);
  g_assert_nonnull (sb_agent_catalog_lookup (sb_workspace_get_agents (workspace), "cerebras"));
  g_assert_nonnull (sb_workspace_new_conversation (workspace));
  sb_workspace_shutdown_async (workspace, sb_test_keep_result, &ended);
  sb_test_wait_until (ended != NULL);
  g_signal_handlers_disconnect_by_data (workspace, warnings);
  g_test_message ("%s", warnings->str);

  return warnings;
}

/* A mistake in the user's agents: the line is told, and those that ship stand in. */
static void
test_bad_agents (void)
{
  const SbWorkspaceOptions options = { .ephemeral = TRUE, .backend = "bwrap", .profile = "rehearsal" };
  g_autofree char *folder = g_build_filename (g_get_user_config_dir (), "sandbar", NULL);
  g_autofree char *path = g_build_filename (folder, "agents.yaml", NULL);
  g_autoptr(GString) warnings = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "agents:\n  - id: x\n   label: [bad\n", -1, NULL));
  warnings = collect_warnings (&options);
  g_assert_nonnull (strstr (warnings->str, "Your agents are not used: "));
  g_assert_nonnull (strstr (warnings->str, "agents.yaml, line 3"));
  g_assert_cmpint (g_unlink (path), ==, 0);
}

/* A file where the folder should be, which stops even root. */
static void
test_bad_data_dir (void)
{
  g_autofree char *file = g_build_filename (g_get_user_config_dir (), "file", NULL);
  g_autofree char *below = g_build_filename (file, "data", NULL);
  const SbWorkspaceOptions options = { .data_dir = below, .backend = "bwrap", .profile = "rehearsal" };
  g_autoptr(GString) warnings = NULL;

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_config_dir (), 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "", -1, NULL));
  warnings = collect_warnings (&options);
  g_assert_nonnull (strstr (warnings->str, "The history is not kept: The folder "));
  g_assert_nonnull (strstr (warnings->str, "is lost when Sandbar ends"));
}

static void
test_damaged_history (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "sandbar", NULL);
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);
  const SbWorkspaceOptions options = { .backend = "bwrap", .profile = "rehearsal" };
  g_autoptr(GString) warnings = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "This is no database, and it is longer than a header of one would be. "
                                      "It goes on for a while, so that nobody takes it for an empty file.", -1, NULL));
  warnings = collect_warnings (&options);
  g_assert_nonnull (strstr (warnings->str, "The history is damaged: "));
  g_assert_nonnull (strstr (warnings->str, "history.db.broken-"));
}

/* Engines at addresses we cannot talk to do not just go missing. */
static void
test_bad_engine (void)
{
  static const char * const hosts[] = { "npipe:////./pipe/docker_engine", "ftp://far" };
  const SbWorkspaceOptions options = { .ephemeral = TRUE, .backend = "docker", .profile = "rehearsal" };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      g_autoptr(GString) warnings = NULL;
      g_autofree char *expected = g_strdup_printf ("An engine cannot be used: %s, from DOCKER_HOST: ", hosts[i]);

      g_setenv ("DOCKER_HOST", hosts[i], TRUE);
      warnings = collect_warnings (&options);
      g_assert_nonnull (strstr (warnings->str, expected));
      g_assert_nonnull (strstr (warnings->str, "No code can be run: "));
    }
  g_unsetenv ("DOCKER_HOST");
}

#define ADD(name, function) g_test_add ("/workspace/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  ADD ("send", test_send);
  ADD ("retry", test_retry);
  ADD ("stop", test_stop);
  ADD ("leave", test_leave);
  ADD ("tools", test_tools);
  g_test_add_func ("/workspace/bad-options", test_bad_options);
  g_test_add_func ("/workspace/bad-agents", test_bad_agents);
  g_test_add_func ("/workspace/bad-data-dir", test_bad_data_dir);
  g_test_add_func ("/workspace/damaged-history", test_damaged_history);
  g_test_add_func ("/workspace/bad-engine", test_bad_engine);

  return g_test_run ();
}
