/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "sb-fake-model.h"
#include "sb-orphans.h"
#include "sb-run.h"
#include "sb-test.h"
#include "sb-workspace.h"

#define KEY "sk-bad-input-0123456789"
#define INIT "initSandbox {}"

/* The sanitizer keeps what is freed for a while. */
#ifdef __SANITIZE_ADDRESS__
#define FLOOD_MEMORY_KIB (600 * 1024)
#else
#define FLOOD_MEMORY_KIB (64 * 1024)
#endif

/* The whole core on a model that does what it should not, with a real sandbox and a history on disk. Every test ends
 * with a turn that works, and leaves no process and no key behind. */
typedef struct
{
  SbFakeModel    *model;
  SbWorkspace    *workspace; /* NULL: skipped */
  SbConversation *conversation;
  char           *dir;
} Fixture;

static gboolean
start (Fixture *fixture)
{
  g_autoptr(GAsyncResult) started = NULL;
  g_autoptr(GAsyncResult) probed = NULL;
  g_autoptr(GError) error = NULL;

  sb_workspace_start_async (fixture->workspace, NULL, sb_test_keep_result, &started);
  sb_test_wait_until (started != NULL);
  sb_sandbox_manager_probe_async (sb_workspace_get_sandboxes (fixture->workspace), NULL, sb_test_keep_result, &probed);
  sb_test_wait_until (probed != NULL);
  if (sb_sandbox_manager_probe_finish (sb_workspace_get_sandboxes (fixture->workspace), probed, &error))
    return TRUE;

  g_test_skip (error->message);

  return FALSE;
}

static void
shut_down (Fixture *fixture)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_workspace_shutdown_async (fixture->workspace, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_workspace_shutdown_finish (fixture->workspace, result, NULL));
  g_clear_object (&result);
  g_clear_object (&fixture->conversation);
  /* A probe that is still under way holds it a little longer, and nothing else does. */
  g_object_add_weak_pointer (G_OBJECT (fixture->workspace), (gpointer *) &fixture->workspace);
  g_object_unref (fixture->workspace);
  sb_test_wait_until (fixture->workspace == NULL);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  SbWorkspaceOptions options = { .backend = "bwrap", .model = "fake-1" };
  g_autoptr(GError) error = NULL;

  g_setenv ("SANDBAR_API_KEY", KEY, TRUE);
  fixture->dir = sb_test_make_dir ();
  fixture->model = sb_fake_model_new ();
  options.data_dir = fixture->dir;
  options.base_url = sb_fake_model_get_url (fixture->model);
  fixture->workspace = sb_workspace_new (&options, &error);
  g_assert_no_error (error);
  fixture->conversation = g_object_ref (sb_workspace_new_conversation (fixture->workspace));
  if (!start (fixture))
    shut_down (fixture);
}

static void
assert_no_key_on_disk (const char *dir)
{
  g_autoptr(GDir) files = g_dir_open (dir, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      g_autofree char *data = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (path, &data, &length, NULL));
      g_assert_null (memmem (data, length, KEY, strlen (KEY)));
      n += length > 0;
    }
  g_assert_cmpuint (n, >, 0);
}

static void
send (Fixture    *fixture,
      const char *text)
{
  g_autoptr(GError) error = NULL;

  sb_workspace_send (fixture->workspace, fixture->conversation, text, "cerebras", &error);
  g_assert_no_error (error);
}

static void
ask (Fixture    *fixture,
     const char *text)
{
  send (fixture, text);
  sb_test_wait_until (!sb_conversation_get_running (fixture->conversation));
}

/* The model says what it is done with, so that what follows is a turn of its own. */
static void
assert_usable (Fixture *fixture)
{
  GListModel *messages = G_LIST_MODEL (fixture->conversation);
  g_autoptr(SbMessage) last = NULL;

  sb_fake_model_say (fixture->model, "Fine again.");
  ask (fixture, "how are you?");
  last = g_list_model_get_item (messages, g_list_model_get_n_items (messages) - 1);
  g_assert_cmpstr (sb_message_get_text (last), ==, "Fine again.");
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->workspace != NULL)
    {
      assert_usable (fixture);
      shut_down (fixture);
      sb_test_wait_until (sb_orphans_count () == 0);
      assert_no_key_on_disk (fixture->dir);
    }
  sb_fake_model_free (fixture->model);
  g_free (fixture->dir);
}

static void
late_cb (SoupServer        *server,
         SoupServerMessage *message,
         const char        *path,
         GHashTable        *query,
         gpointer           user_data)
{
  static const char models[] = "{\"object\":\"list\",\"data\":[{\"id\":\"late-1\",\"object\":\"model\"}]}";
  static const char answer[] = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Here I am.\"},"
                               "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
  gboolean listing = g_str_has_suffix (path, "/models");

  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, listing ? "application/json" : "text/event-stream", SOUP_MEMORY_STATIC,
                                    listing ? models : answer, strlen (listing ? models : answer));
}

static SbMessage *
dup_last (Fixture *fixture)
{
  GListModel *messages = G_LIST_MODEL (fixture->conversation);

  return g_list_model_get_item (messages, g_list_model_get_n_items (messages) - 1);
}

/* The last call of this tool. */
static SbMessage *
dup_call (Fixture    *fixture,
          const char *tool)
{
  GListModel *messages = G_LIST_MODEL (fixture->conversation);

  for (guint i = g_list_model_get_n_items (messages); i > 0; i--)
    {
      g_autoptr(SbMessage) message = g_list_model_get_item (messages, i - 1);

      if (sb_message_get_role (message) == SB_MESSAGE_ROLE_TOOL &&
          g_strcmp0 (sb_message_get_tool_name (message), tool) == 0)
        return g_steal_pointer (&message);
    }
  g_error ("There is no call of %s", tool);
}

/* Of the last command, as far as it has come; 0 before it has begun. */
static gsize
count_output (Fixture *fixture)
{
  GListModel *messages = G_LIST_MODEL (fixture->conversation);
  g_autoptr(SbMessage) last = g_list_model_get_item (messages, g_list_model_get_n_items (messages) - 1);

  return g_strcmp0 (sb_message_get_tool_name (last), "exec") == 0 ? sb_message_get_text_length (last) : 0;
}

static void
assert_call (Fixture        *fixture,
             const char     *tool,
             SbMessageState  state,
             const char     *badge,
             const char     *text)
{
  g_autoptr(SbMessage) call = dup_call (fixture, tool);
  SbTraceEvent *event = sb_trace_lookup (sb_conversation_get_trace (fixture->conversation),
                                         sb_message_get_trace_id (call));

  g_test_message ("%s: %s: %.300s", tool, sb_message_get_badge (call), sb_message_get_result (call));
  g_assert_cmpint (sb_message_get_state (call), ==, state);
  g_assert_cmpstr (sb_message_get_badge (call), ==, badge);
  g_assert_nonnull (strstr (sb_message_get_result (call), text));

  /* and in the trace, with what was asked and what came of it */
  g_assert_nonnull (event);
  g_assert_nonnull (sb_trace_event_get_request (event));
  g_assert_cmpint (sb_trace_event_get_state (event), ==,
                   state == SB_MESSAGE_STATE_DONE ? SB_TRACE_STATE_OK :
                   state == SB_MESSAGE_STATE_STOPPED ? SB_TRACE_STATE_CANCELLED : SB_TRACE_STATE_FAILED);
}

static void
assert_texts_lack (Fixture    *fixture,
                   const char *text)
{
  GListModel *messages = G_LIST_MODEL (fixture->conversation);

  for (guint i = 0; i < g_list_model_get_n_items (messages); i++)
    {
      g_autoptr(SbMessage) message = g_list_model_get_item (messages, i);
      const char *texts[] = { sb_message_get_text (message), sb_message_get_arguments (message),
                              sb_message_get_result (message), sb_message_get_structured (message) };

      for (guint j = 0; j < G_N_ELEMENTS (texts); j++)
        g_assert_true (texts[j] == NULL || strstr (texts[j], text) == NULL);
    }
}

/* The server repeats it, the model repeats it, a command prints it, in two pieces and as Base64. */
static void
test_key (Fixture       *fixture,
          gconstpointer  data)
{
  if (fixture->workspace == NULL)
    return;

  sb_fake_model_fail (fixture->model, 401, "application/json", "{\"error\":{\"message\":\"No such key: " KEY "\"}}");
  ask (fixture, "hello");
  g_assert_cmpstr (sb_fake_model_get_authorization (fixture->model), ==, "Bearer " KEY);

  sb_fake_model_call (fixture->model, INIT, NULL);
  sb_fake_model_call (fixture->model, "exec {\"command\":[\"sh\",\"-c\",\"printf sk-bad-; sleep 0.1; "
                      "printf input-0123456789; echo; echo " KEY " | base64 >&2; env\"]}", NULL);
  sb_fake_model_say (fixture->model, "Your key is " KEY ", I think.");
  ask (fixture, "print " KEY);
  assert_call (fixture, "exec", SB_MESSAGE_STATE_DONE, "exit 0", "•••");
  assert_texts_lack (fixture, KEY);
  g_assert_null (strstr (sb_conversation_get_title (fixture->conversation), KEY));
}

/* Stop works at once, and nothing of the command goes on. */
static void
test_endless (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(SbMessage) call = NULL;
  gint64 start;

  if (fixture->workspace == NULL)
    return;

  sb_fake_model_call (fixture->model, INIT, NULL);
  sb_fake_model_call (fixture->model, "exec {\"command\":[\"sh\",\"-c\",\"trap '' TERM INT; echo started; "
                      "while :; do sleep 1000; done\"]}", NULL);
  send (fixture, "go");
  sb_test_wait_until (sb_fake_model_get_n_requests (fixture->model) == 2);
  sb_test_wait_until (count_output (fixture) > 0);

  start = g_get_monotonic_time ();
  sb_workspace_stop (fixture->workspace, fixture->conversation);
  sb_test_wait_until (!sb_conversation_get_running (fixture->conversation));
  g_test_message ("stopped in %d ms", (int) ((g_get_monotonic_time () - start) / 1000));
  assert_call (fixture, "exec", SB_MESSAGE_STATE_STOPPED, "stopped", "stopped");

  sb_fake_model_call (fixture->model, "exec {\"command\":[\"sh\",\"-c\",\"cat /proc/[0-9]*/comm\"]}", NULL);
  ask (fixture, "what runs?");
  call = dup_call (fixture, "exec");
  g_assert_null (strstr (sb_message_get_result (call), "sleep"));
}

static void
test_timeout (Fixture       *fixture,
              gconstpointer  data)
{
  if (fixture->workspace == NULL)
    return;

  sb_fake_model_call (fixture->model, INIT, NULL);
  sb_fake_model_call (fixture->model, "exec {\"command\":[\"sleep\",\"1000\"],\"timeoutMs\":1000}", NULL);
  ask (fixture, "go");
  assert_call (fixture, "exec", SB_MESSAGE_STATE_FAILED, "timed out", "was stopped. Give it a larger timeoutMs");
}

/* A gigabyte: what is kept of it is small in the chat, the trace and here. */
static void
test_flood (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbMessage) call = NULL;
  struct rusage before, after;
  SbTraceEvent *event;

  if (fixture->workspace == NULL)
    return;

  getrusage (RUSAGE_SELF, &before);
  sb_fake_model_call (fixture->model, INIT, NULL);
  sb_fake_model_call (fixture->model, "exec {\"command\":[\"sh\",\"-c\",\"yes | head -c 1073741824\"]}", NULL);
  ask (fixture, "go");
  getrusage (RUSAGE_SELF, &after);
  call = dup_call (fixture, "exec");
  g_assert_cmpstr (sb_message_get_badge (call), ==, "too much output");
  g_assert_cmpuint (sb_message_get_text_length (call), <, 512 * 1024);
  g_assert_cmpuint (strlen (sb_message_get_result (call)), <=, SB_RUN_MAX_RESULT + 256);
  event = sb_trace_lookup (sb_conversation_get_trace (fixture->conversation), sb_message_get_trace_id (call));
  g_assert_cmpuint (strlen (sb_trace_event_get_response (event)), <, 1024 * 1024);
  g_test_message ("%ld KiB more", after.ru_maxrss - before.ru_maxrss);
  g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, FLOOD_MEMORY_KIB);
}

static void
test_binary (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(SbMessage) call = NULL;

  if (fixture->workspace == NULL)
    return;

  sb_fake_model_call (fixture->model, INIT, NULL);
  sb_fake_model_call (fixture->model, "exec {\"command\":[\"head\",\"-c\",\"100000\",\"/dev/urandom\"]}", NULL);
  ask (fixture, "go");
  call = dup_call (fixture, "exec");
  g_assert_cmpstr (sb_message_get_badge (call), ==, "exit 0");
  g_assert_true (g_utf8_validate (sb_message_get_result (call), -1, NULL));
  g_assert_true (g_utf8_validate (sb_message_get_text (call), -1, NULL));
  for (const char *at = sb_message_get_text (call); *at != '\0'; at++)
    g_assert_true ((guchar) *at >= 0x20 || *at == '\n' || *at == '\t');
}

/* In the middle of a command: what is said helps, and a new sandbox is as good as the first. */
static void
test_killed (Fixture       *fixture,
             gconstpointer  data)
{
  SbSandboxManager *sandboxes;
  g_autoptr(SbSandbox) sandbox = NULL;
  g_autoptr(SbMessage) call = NULL;

  if (fixture->workspace == NULL)
    return;

  sandboxes = sb_workspace_get_sandboxes (fixture->workspace);
  sb_fake_model_call (fixture->model, INIT, NULL);
  sb_fake_model_call (fixture->model, "exec {\"command\":[\"sh\",\"-c\",\"echo up; sleep 1000\"]}", NULL);
  sb_fake_model_say (fixture->model, "It is gone.");
  send (fixture, "go");
  sb_test_wait_until (sb_fake_model_get_n_requests (fixture->model) == 2);
  sandbox = g_list_model_get_item (G_LIST_MODEL (sandboxes), 0);
  sb_test_wait_until (count_output (fixture) > 0);
  sb_orphans_signal (SIGKILL);
  sb_test_wait_until (!sb_conversation_get_running (fixture->conversation));
  assert_call (fixture, "exec", SB_MESSAGE_STATE_FAILED, "failed", "initSandbox");
  g_assert_cmpint (sb_sandbox_get_state (sandbox), ==, SB_SANDBOX_STATE_LOST);
  g_assert_nonnull (sb_sandbox_get_message (sandbox));
  call = dup_call (fixture, "exec");
  g_assert_true (g_str_has_prefix (sb_message_get_text (call), "up\nThe sandbox "));

  sb_fake_model_call (fixture->model, "exec {\"command\":[\"true\"]}", NULL);
  sb_fake_model_call (fixture->model, INIT, NULL);
  sb_fake_model_call (fixture->model, "exec {\"command\":[\"echo\",\"back\"]}", NULL);
  send (fixture, "run it again");
  sb_test_wait_until (sb_fake_model_get_n_requests (fixture->model) == 5);
  assert_call (fixture, "exec", SB_MESSAGE_STATE_FAILED, "failed", "initSandbox");
  sb_test_wait_until (!sb_conversation_get_running (fixture->conversation));
  assert_call (fixture, "exec", SB_MESSAGE_STATE_DONE, "exit 0", "back");
}

static void
test_full_workspace (Fixture       *fixture,
                     gconstpointer  data)
{
  if (fixture->workspace == NULL)
    return;

  sb_fake_model_call (fixture->model, "initSandbox {\"diskMb\":16}", NULL);
  sb_fake_model_call (fixture->model, "exec {\"command\":[\"sh\",\"-c\",\"head -c 100000000 /dev/zero > big\"]}", NULL);
  sb_fake_model_call (fixture->model, "writeFile {\"filename\":\"x.txt\",\"contents\":\"more\"}", NULL);
  ask (fixture, "go");
  assert_call (fixture, "exec", SB_MESSAGE_STATE_DONE, "exit 1", "No space left on device");
  assert_call (fixture, "writeFile", SB_MESSAGE_STATE_FAILED, "failed", "full");
}

/* The spare comes after the first sandbox, and is nobody's. */
static void
test_spare (Fixture       *fixture,
            gconstpointer  data)
{
  GListModel *sandboxes;
  guint n_idle;

  if (fixture->workspace == NULL)
    return;

  sandboxes = G_LIST_MODEL (sb_workspace_get_sandboxes (fixture->workspace));
  ask (fixture, "hello");
  g_assert_cmpuint (sb_orphans_count (), ==, 0);

  sb_fake_model_call (fixture->model, INIT, NULL);
  ask (fixture, "go");
  n_idle = sb_orphans_count ();
  sb_fake_model_call (fixture->model, "listSandboxes {}", NULL);
  ask (fixture, "list them");
  sb_test_wait_until (sb_orphans_count () > 0 && sb_orphans_count () >= n_idle);
  g_assert_cmpuint (g_list_model_get_n_items (sandboxes), ==, 1);
  assert_call (fixture, "listSandboxes", SB_MESSAGE_STATE_DONE, "listed", "used when containerId is left out");
}

/* A deleted conversation keeps its sandbox as long as that can be undone, and no longer. */
static void
test_deleted (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(SbSandbox) sandbox = NULL;
  SbStore *store;

  if (fixture->workspace == NULL)
    return;

  store = sb_workspace_get_store (fixture->workspace);
  sb_fake_model_call (fixture->model, INIT, NULL);
  ask (fixture, "go");
  sandbox = g_list_model_get_item (G_LIST_MODEL (sb_workspace_get_sandboxes (fixture->workspace)), 0);

  sb_store_delete (store, fixture->conversation);
  sb_test_spin (100);
  g_assert_cmpint (sb_sandbox_get_state (sandbox), ==, SB_SANDBOX_STATE_READY);
  sb_test_wait_until (sb_sandbox_get_state (sandbox) == SB_SANDBOX_STATE_STOPPED);
  sb_store_undelete (store, fixture->conversation);
}

/* A server that starts only after it was asked for, and no model was named: Retry finds it. */
static void
test_late_server (void)
{
  g_autofree char *dir = sb_test_make_dir ();
  g_autoptr(SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr(GSocketListener) place = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (place, NULL, NULL);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/v1", port);
  const SbWorkspaceOptions options = { .data_dir = dir, .backend = "bwrap", .base_url = url };
  Fixture fixture = { NULL };
  g_autoptr(SbMessage) notice = NULL;
  g_autoptr(SbMessage) answer = NULL;
  g_autoptr(GError) error = NULL;

  g_socket_listener_close (place);
  fixture.workspace = sb_workspace_new (&options, &error);
  g_assert_no_error (error);
  fixture.conversation = g_object_ref (sb_workspace_new_conversation (fixture.workspace));
  ask (&fixture, "hello");
  notice = dup_last (&fixture);
  g_test_message ("%s – %s", sb_message_get_text (notice), sb_message_get_hint (notice));
  g_assert_nonnull (strstr (sb_message_get_text (notice), "No model server answers"));
  g_assert_true (sb_message_get_can_retry (notice));

  soup_server_add_handler (server, NULL, late_cb, NULL, NULL);
  soup_server_listen_local (server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  g_assert_true (sb_workspace_retry (fixture.workspace, fixture.conversation, &error));
  sb_test_wait_until (!sb_conversation_get_running (fixture.conversation));
  answer = dup_last (&fixture);
  g_assert_cmpstr (sb_message_get_text (answer), ==, "Here I am.");
  shut_down (&fixture);
}

/* Nothing to run code with: the chat goes on, and says what to install. */
static void
test_no_backend (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *status = NULL;

  if (fixture->workspace == NULL)
    return;

  shut_down (fixture);
  g_setenv ("PATH", fixture->dir, TRUE);
  {
    const SbWorkspaceOptions options = { .data_dir = fixture->dir, .backend = "bwrap", .model = "fake-1",
                                         .base_url = sb_fake_model_get_url (fixture->model) };

    fixture->workspace = sb_workspace_new (&options, NULL);
  }
  fixture->conversation = g_object_ref (sb_workspace_new_conversation (fixture->workspace));
  sb_fake_model_call (fixture->model, INIT, NULL);
  sb_fake_model_say (fixture->model, "I cannot.");
  ask (fixture, "go");
  assert_call (fixture, "initSandbox", SB_MESSAGE_STATE_FAILED, "failed", "Install the package “bubblewrap”");
  g_object_get (fixture->workspace, "sandbox-status", &status, NULL);
  g_assert_nonnull (strstr (status, "No sandbox can be started here"));
  g_setenv ("PATH", path, TRUE);
}

#define ADD(name, function) g_test_add ("/bad-input/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  sb_orphans_adopt ();
  ADD ("key", test_key);
  ADD ("endless", test_endless);
  ADD ("timeout", test_timeout);
  ADD ("flood", test_flood);
  ADD ("binary", test_binary);
  ADD ("killed", test_killed);
  ADD ("full-workspace", test_full_workspace);
  ADD ("spare", test_spare);
  ADD ("deleted", test_deleted);
  ADD ("no-backend", test_no_backend);
  g_test_add_func ("/bad-input/late-server", test_late_server);

  return g_test_run ();
}
