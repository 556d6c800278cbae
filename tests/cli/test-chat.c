/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-fake-model.h"
#include "sb-json.h"
#include "sb-store.h"
#include "sb-test.h"

#include <signal.h>
#include <string.h>

/* A child: sandbar-cli with its own data folder and its own working folder. */
typedef struct
{
  SbFakeModel *model;
  char        *dir;
  GSubprocess *child;
  char        *out;
  char        *err;
  int          status; /* exit status; 128 + signal */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->model = sb_fake_model_new ();
  fixture->dir = sb_test_make_dir ();
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sb_test_remove_dir (fixture->dir);
  g_clear_object (&fixture->child);
  g_free (fixture->out);
  g_free (fixture->err);
  g_free (fixture->dir);
  sb_fake_model_free (fixture->model);
}

static void
launch (Fixture            *fixture,
        const char * const *arguments)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE |
                                                                       G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                                       G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr(GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *program = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "src", "cli", "sandbar-cli", NULL);
  g_autoptr(GError) error = NULL;

  g_ptr_array_add (argv, program);
  for (guint i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  g_ptr_array_add (argv, NULL);

  g_subprocess_launcher_set_cwd (launcher, fixture->dir);
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", fixture->dir, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_CONFIG_HOME", fixture->dir, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", fixture->dir, TRUE);
  g_subprocess_launcher_setenv (launcher, "DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_unsetenv (launcher, "CEREBRAS_API_KEY");
  g_clear_object (&fixture->child);
  fixture->child = g_subprocess_launcher_spawnv (launcher, (const char * const *) argv->pdata, &error);
  g_assert_no_error (error);
}

static void
launch_chat (Fixture    *fixture,
             const char *option,
             const char *text)
{
  const char *arguments[] = { "chat", "--backend=bwrap", "--model=fake-1", "--base-url",
                              sb_fake_model_get_url (fixture->model), option, text, NULL };

  launch (fixture, arguments);
}

/* Lets it run to its end. */
static int
finish (Fixture    *fixture,
        const char *input)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  g_clear_pointer (&fixture->out, g_free);
  g_clear_pointer (&fixture->err, g_free);
  g_subprocess_communicate_utf8_async (fixture->child, input, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_subprocess_communicate_utf8_finish (fixture->child, result, &fixture->out, &fixture->err, &error);
  g_assert_no_error (error);

  g_test_message ("out: %s", fixture->out);
  g_test_message ("err: %s", fixture->err);

  return g_subprocess_get_if_exited (fixture->child) ? g_subprocess_get_exit_status (fixture->child)
                                                     : 128 + g_subprocess_get_term_sig (fixture->child);
}

static void
test_text (Fixture       *fixture,
           gconstpointer  data)
{
  sb_fake_model_call (fixture->model, "nothing {}", NULL);
  sb_fake_model_say (fixture->model, "All **done**.");
  launch_chat (fixture, "--agent=cerebras", "do it");

  g_assert_cmpint (finish (fixture, NULL), ==, 0);
  g_assert_nonnull (strstr (fixture->out, "Cerebras · fake-1\n"));
  g_assert_nonnull (strstr (fixture->out, "  ✗ nothing · unknown tool · "));
  g_assert_nonnull (strstr (fixture->out, "\nAll **done**.\n"));
  g_assert_nonnull (strstr (fixture->err, "OpenAI-compatible server · fake-1"));
}

static void
test_json (Fixture       *fixture,
           gconstpointer  data)
{
  g_auto(GStrv) lines = NULL;
  g_autoptr(GString) types = g_string_new (NULL);
  guint n = 0;

  sb_fake_model_say (fixture->model, "Done.");
  launch_chat (fixture, "--json", "do it");
  g_assert_cmpint (finish (fixture, NULL), ==, 0);

  lines = g_strsplit (fixture->out, "\n", -1);
  for (; lines[n + 1] != NULL; n++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(JsonObject) event = sb_json_parse_object (lines[n], -1, &error);

      g_assert_no_error (error);
      g_string_append_printf (types, "%s ", sb_json_get_string (event, "type"));
    }
  g_assert_cmpstr (lines[n], ==, "");
  g_assert_nonnull (strstr (types->str, "message"));
  g_assert_nonnull (strstr (types->str, "delta"));
  g_assert_nonnull (strstr (types->str, "trace"));
  g_assert_nonnull (strstr (types->str, "notice"));
  g_assert_cmpstr (lines[n - 1], ==, "{\"type\":\"done\",\"state\":\"done\"}");
}

static void
test_failure (Fixture       *fixture,
              gconstpointer  data)
{
  sb_fake_model_fail (fixture->model, 401, "application/json", "{\"error\":{\"message\":\"bad key\"}}");
  launch_chat (fixture, "--ephemeral", "do it");
  g_assert_cmpint (finish (fixture, NULL), ==, 1);
  g_assert_nonnull (strstr (fixture->err, "Error: "));

  sb_fake_model_cut (fixture->model, "Half");
  launch_chat (fixture, "--ephemeral", "do it");
  g_assert_cmpint (finish (fixture, NULL), ==, 1);
  g_assert_nonnull (strstr (fixture->out, "Half\n"));
}

static void
test_repl (Fixture       *fixture,
           gconstpointer  data)
{
  sb_fake_model_say (fixture->model, "One.");
  sb_fake_model_say (fixture->model, "Two.");
  launch_chat (fixture, NULL, NULL);
  g_assert_cmpint (finish (fixture, "first\n\nsecond\n"), ==, 0);
  g_assert_nonnull (strstr (fixture->out, "One.\n"));
  g_assert_nonnull (strstr (fixture->out, "Two.\n"));
  g_assert_cmpstr (sb_fake_model_get_content (fixture->model, 1, -1), ==, "second");
  g_assert_cmpstr (sb_fake_model_get_content (fixture->model, 1, 2), ==, "One.");
}

static void
test_dotenv (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, ".env", NULL);
  g_autofree char *contents = g_strdup_printf ("SANDBAR_BASE_URL=%s\n"
                                               "SANDBAR_MODEL=m\n"
                                               "export SANDBAR_API_KEY='sk-of-file'",
                                               sb_fake_model_get_url (fixture->model));
  const char *arguments[] = { "chat", "--backend=bwrap", "hello", NULL };

  g_assert_true (g_file_set_contents (path, contents, -1, NULL));
  sb_fake_model_say (fixture->model, "Hello. Your key is sk-of-file.");
  launch (fixture, arguments);
  g_assert_cmpint (finish (fixture, NULL), ==, 0);
  g_assert_cmpstr (sb_fake_model_get_authorization (fixture->model), ==, "Bearer sk-of-file");
}

static void
test_usage (Fixture       *fixture,
            gconstpointer  data)
{
  static const struct
  {
    const char *arguments[4];
    int         status;
  } cases[] = {
    { { "--version" }, 0 },
    { { "--help" }, 0 },
    { { "chat", "--help" }, 0 },
    { { NULL }, 2 },
    { { "dance" }, 2 },
    { { "sandbox" }, 2 },
    { { "chat", "--nonsense" }, 2 },
    { { "chat", "--backend=qemu", "x" }, 1 },
    { { "chat", "--agents=/nonexistent", "x" }, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      launch (fixture, cases[i].arguments);
      g_assert_cmpint (finish (fixture, NULL), ==, cases[i].status);
      g_assert_true (cases[i].status == 0 ? fixture->out[0] != '\0' : fixture->err[0] != '\0');
    }
}

static void
test_interrupt (Fixture       *fixture,
                gconstpointer  data)
{
  sb_fake_model_hang (fixture->model, "I was saying");
  launch_chat (fixture, NULL, NULL);
  g_output_stream_write_all (g_subprocess_get_stdin_pipe (fixture->child), "go\n", 3, NULL, NULL, NULL);
  sb_test_wait_until (sb_fake_model_get_n_requests (fixture->model) == 1);

  g_subprocess_send_signal (fixture->child, SIGINT);
  g_assert_cmpint (finish (fixture, NULL), ==, 130);
}

/* Killed in mid-stream: what was said is on disk, with the request that was sent. */
static void
test_killed (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "sandbar", "history.db", NULL);
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();
  g_autoptr(SbStore) store = NULL;
  g_autoptr(SbConversation) conversation = NULL;
  g_autoptr(SbMessage) answer = NULL;
  g_autoptr(SbTraceEvent) call = NULL;
  g_autoptr(GError) error = NULL;
  GListModel *events;

  sb_fake_model_hang (fixture->model, "I was saying");
  launch_chat (fixture, "--json", "go");
  sb_test_wait_until (sb_fake_model_get_n_requests (fixture->model) == 1);
  sb_test_spin (700);
  g_subprocess_force_exit (fixture->child);
  g_assert_cmpint (finish (fixture, NULL), ==, 128 + SIGKILL);

  store = sb_store_new (path, redactor, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (sb_store_get_conversations (store)), ==, 1);
  conversation = g_list_model_get_item (sb_store_get_conversations (store), 0);
  g_assert_true (sb_store_load (store, conversation, &error));
  g_assert_cmpstr (sb_conversation_get_title (conversation), ==, "go");

  answer = g_list_model_get_item (G_LIST_MODEL (conversation),
                                  g_list_model_get_n_items (G_LIST_MODEL (conversation)) - 1);
  g_assert_cmpstr (sb_message_get_text (answer), ==, "I was saying");
  g_assert_cmpint (sb_message_get_state (answer), ==, SB_MESSAGE_STATE_INTERRUPTED);

  events = G_LIST_MODEL (sb_conversation_get_trace (conversation));
  call = g_list_model_get_item (events, g_list_model_get_n_items (events) - 1);
  g_assert_cmpint (sb_trace_event_get_kind (call), ==, SB_TRACE_KIND_MODEL_CALL);
  g_assert_nonnull (strstr (sb_trace_event_get_request (call), "You are DevDuck"));
}

#define ADD(name, function) g_test_add ("/cli-chat/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("text", test_text);
  ADD ("json", test_json);
  ADD ("failure", test_failure);
  ADD ("repl", test_repl);
  ADD ("dotenv", test_dotenv);
  ADD ("usage", test_usage);
  ADD ("interrupt", test_interrupt);
  ADD ("killed", test_killed);

  return g_test_run ();
}
