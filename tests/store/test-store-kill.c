/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sb-id.h"
#include "sb-store-private.h"
#include "sb-test.h"

#define ROUNDS 20
#define MAX_LOST_US (500 * 1000)

/* The child: streams lines that hold the time, into the store first and then to its standard output. */

static gboolean
stream_cb (gpointer user_data)
{
  SbMessage *message = user_data;
  g_autofree char *line = g_strdup_printf ("%020" G_GINT64_FORMAT "\n", sb_clock_monotonic ());

  sb_message_append_text (message, line, -1);
  sb_message_append_reasoning (message, line, -1);

  return write (STDOUT_FILENO, line, strlen (line)) > 0;
}

static int
run_child (const char *path)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(GError) error = NULL;
  g_autoptr(SbStore) store = sb_store_new (path, NULL, &error);
  g_autoptr(SbMessage) question = sb_message_new (SB_MESSAGE_ROLE_USER, NULL);
  g_autoptr(SbMessage) message = NULL;
  SbConversation *conversation;
  SbTraceEvent *turn;

  g_assert_no_error (error);
  conversation = sb_store_create_conversation (store);
  turn = sb_trace_begin (sb_conversation_get_trace (conversation), NULL, SB_TRACE_KIND_TURN, "Turn");
  sb_message_set_text (question, "Say the time");
  sb_message_set_state (question, SB_MESSAGE_STATE_DONE);
  sb_conversation_append (conversation, question);
  message = sb_message_new (SB_MESSAGE_ROLE_ASSISTANT, sb_trace_event_get_turn_id (turn));
  sb_message_set_state (message, SB_MESSAGE_STATE_STREAMING);
  sb_conversation_append (conversation, message);
  sb_trace_event_set_request (sb_trace_begin (sb_conversation_get_trace (conversation), turn,
                                              SB_TRACE_KIND_MODEL_CALL, "model"), "{\"sent\":true}");
  g_timeout_add (3, stream_cb, message);
  g_main_loop_run (loop);

  return 0;
}

/* The parent: kills it somewhere in the middle and looks at what is left. */

static pid_t
start_child (const char *path,
             int        *output)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  const char *argv[] = { self, "--child", path, NULL };
  g_autoptr(GError) error = NULL;
  GPid pid = 0;

  g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, output,
                            NULL, &error);
  g_assert_no_error (error);

  return pid;
}

/* Gives the times in the first and the last line that the child is known to have handed to its store. */
static void
stream_and_kill (const char *path,
                 gint64     *first,
                 gint64     *last)
{
  guint n_lines = g_test_rand_int_range (1, 200);
  int output = -1;
  pid_t pid = start_child (path, &output);
  FILE *lines = fdopen (output, "r");
  char line[64];

  for (guint i = 0; i < n_lines; i++)
    {
      g_assert_nonnull (fgets (line, sizeof line, lines));
      *last = g_ascii_strtoll (line, NULL, 10);
      if (*first == 0)
        *first = *last;
    }
  kill (pid, SIGKILL);
  while (fgets (line, sizeof line, lines) != NULL && strlen (line) == 21)
    *last = g_ascii_strtoll (line, NULL, 10);
  fclose (lines);
  waitpid (pid, NULL, 0);
}

static gint64
last_time (const char *text)
{
  gsize length = text != NULL ? strlen (text) : 0;

  g_assert_cmpuint (length % 21, ==, 0);

  return length > 0 ? g_ascii_strtoll (text + length - 21, NULL, 10) : 0;
}

static void
assert_survived (const char *path,
                 gint64      first,
                 gint64      last,
                 guint       n_rounds)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbStore) store = sb_store_new (path, NULL, &error);
  GListModel *conversations;
  g_autoptr(SbConversation) conversation = NULL;
  g_autoptr(SbMessage) message = NULL;
  g_autoptr(SbTraceEvent) turn = NULL;
  g_autoptr(SbTraceEvent) call = NULL;
  sqlite3_stmt *check;
  gint64 kept;

  g_assert_no_error (error);
  check = sb_database_query (sb_store_get_database (store), NULL, "PRAGMA integrity_check", "");
  g_assert_true (sb_database_next (sb_store_get_database (store), check, NULL));
  g_assert_cmpstr (sb_database_text (check, 0), ==, "ok");
  sqlite3_reset (check);

  conversations = sb_store_get_conversations (store);
  g_assert_cmpuint (g_list_model_get_n_items (conversations), ==, n_rounds);
  conversation = g_list_model_get_item (conversations, 0);
  g_assert_true (sb_store_load (store, conversation, &error));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (conversation)), ==, 2);
  message = g_list_model_get_item (G_LIST_MODEL (conversation), 1);
  g_assert_cmpint (sb_message_get_state (message), ==, SB_MESSAGE_STATE_INTERRUPTED);
  g_assert_cmpint (sb_message_get_duration (message), >=, 0);

  kept = last_time (sb_message_get_text (message));
  g_test_message ("lost %.1f ms", (last - MAX (kept, first)) / 1000.0);
  g_assert_cmpint (last - MAX (kept, first), <=, MAX_LOST_US);
  g_assert_cmpint (last_time (sb_message_get_reasoning (message)), ==, kept);

  turn = g_list_model_get_item (G_LIST_MODEL (sb_conversation_get_trace (conversation)), 0);
  g_assert_cmpint (sb_trace_event_get_state (turn), ==, SB_TRACE_STATE_CANCELLED);
  g_assert_cmpint (sb_trace_event_get_end (turn), >=, sb_trace_event_get_start (turn));
  call = g_list_model_get_item (G_LIST_MODEL (sb_conversation_get_trace (conversation)), 1);
  g_assert_cmpstr (sb_trace_event_get_request (call), ==, "{\"sent\":true}");
}

static void
test_kill (void)
{
  g_autofree char *folder = sb_test_make_dir ();
  g_autofree char *path = g_build_filename (folder, "history.db", NULL);

  for (guint round = 1; round <= ROUNDS; round++)
    {
      gint64 first = 0;
      gint64 last = 0;

      stream_and_kill (path, &first, &last);
      assert_survived (path, first, last, round);
    }
}

int
main (int    argc,
      char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--child"))
    return run_child (argv[2]);

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/store/kill", test_kill);

  return g_test_run ();
}
