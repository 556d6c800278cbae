/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sb-id.h"
#include "sb-store-private.h"
#include "sb-test.h"

typedef struct
{
  char    *folder;
  char    *path;
  SbStore *store;
} Fixture;

static SbStore *
open_store (const char *path)
{
  g_autoptr(GError) error = NULL;
  SbStore *store = sb_store_new (path, NULL, &error);

  g_assert_no_error (error);

  return store;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->folder = sb_test_make_dir ();
  fixture->path = g_build_filename (fixture->folder, "deeper", "history.db", NULL);
  fixture->store = open_store (fixture->path);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->store != NULL)
    g_assert_finalize_object (fixture->store);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
reopen (Fixture *fixture)
{
  g_assert_finalize_object (fixture->store);
  fixture->store = open_store (fixture->path);
}

static SbMessage *
say (SbConversation *conversation,
     SbMessageRole   role,
     const char     *turn_id,
     const char     *text,
     SbMessageState  state)
{
  g_autoptr(SbMessage) message = sb_message_new (role, turn_id);

  sb_message_set_text (message, text);
  sb_message_set_state (message, state);
  sb_conversation_append (conversation, message);

  return message;
}

static guint
count (gpointer model)
{
  return g_list_model_get_n_items (model);
}

/* (transfer none): the list keeps it */
static gpointer
item (gpointer model,
      guint    position)
{
  g_autoptr(GObject) object = g_list_model_get_item (model, position);

  g_assert_nonnull (object);

  return object;
}

static SbConversation *
load_first (SbStore *store)
{
  g_autoptr(GError) error = NULL;
  SbConversation *conversation = item (sb_store_get_conversations (store), 0);

  g_assert_true (sb_store_load (store, conversation, &error));
  g_assert_no_error (error);

  return conversation;
}

static gint64
ask_int (SbStore    *store,
         const char *sql)
{
  g_autoptr(GError) error = NULL;
  gint64 value;

  sb_database_get_int (sb_store_get_database (store), sql, &value, &error);
  g_assert_no_error (error);

  return value;
}

static void
assert_index_intact (SbStore *store)
{
  g_autoptr(GError) error = NULL;

  sb_database_exec (sb_store_get_database (store), "INSERT INTO message_text (message_text) VALUES ('integrity-check')",
                    &error);
  g_assert_no_error (error);
}

static void
flush (SbStore *store)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (sb_store_flush (store, &error));
  g_assert_no_error (error);
}

/* Every property of a message and an event comes back as it was. */
static void
assert_same_properties (GObject *before,
                        GObject *after)
{
  g_autofree GParamSpec **specs = NULL;
  guint n_specs = 0;

  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (before), &n_specs);
  for (guint i = 0; i < n_specs; i++)
    {
      g_auto(GValue) a = G_VALUE_INIT;
      g_auto(GValue) b = G_VALUE_INIT;

      if (!g_str_equal (specs[i]->name, "start") && !g_str_equal (specs[i]->name, "end"))
        {
          g_value_init (&a, specs[i]->value_type);
          g_value_init (&b, specs[i]->value_type);
          g_object_get_property (before, specs[i]->name, &a);
          g_object_get_property (after, specs[i]->name, &b);
          if (g_param_values_cmp (specs[i], &a, &b) != 0)
            g_error ("%s differs", specs[i]->name);
        }
    }
}

static void
test_message (Fixture       *fixture,
              gconstpointer  data)
{
  SbConversation *conversation = sb_store_create_conversation (fixture->store);
  g_autoptr(SbMessage) message = g_object_ref (say (conversation, SB_MESSAGE_ROLE_TOOL, "turn-1", "live output",
                                                    SB_MESSAGE_STATE_DONE));

  sb_message_append_reasoning (message, "because", -1);
  sb_message_set_agent (message, "cerebras");
  sb_message_set_model (message, "qwen");
  sb_message_set_trace_id (message, "event-1");
  sb_message_set_usage (message, 11, 22, 33);
  sb_message_set_tool_call (message, "call-1", "exec", "{\"not\" json");
  sb_message_set_result (message, "res\303\274lt", "{\"exitCode\":0}", TRUE);
  sb_message_set_badge (message, "exit 0");
  sb_message_set_notice_kind (message, SB_NOTICE_KIND_ROUTE);
  sb_message_set_hint (message, "Do this.");
  sb_message_set_can_retry (message, TRUE);
  sb_message_set_duration (message, 1234);
  sb_conversation_set_title (conversation, "Primes");
  sb_conversation_set_active_agent (conversation, "cerebras");
  sb_conversation_set_agent_label (conversation, "Cerebras");

  reopen (fixture);
  conversation = load_first (fixture->store);
  g_assert_cmpuint (count (conversation), ==, 1);
  assert_same_properties (G_OBJECT (message), item (conversation, 0));
  g_assert_cmpstr (sb_conversation_get_title (conversation), ==, "Primes");
  g_assert_cmpstr (sb_conversation_get_active_agent (conversation), ==, "cerebras");
  g_assert_cmpstr (sb_conversation_get_agent_label (conversation), ==, "Cerebras");
}

static void
test_trace (Fixture       *fixture,
            gconstpointer  data)
{
  SbConversation *conversation = sb_store_create_conversation (fixture->store);
  SbTrace *trace = sb_conversation_get_trace (conversation);
  SbTraceEvent *turn = sb_trace_begin (trace, NULL, SB_TRACE_KIND_TURN, "Turn");
  g_autoptr(SbTraceEvent) call = g_object_ref (sb_trace_begin (trace, turn, SB_TRACE_KIND_MODEL_CALL, "model"));
  const SbTraceUsage usage = { 1, 2, 3 };
  SbTraceEvent *again;

  say (conversation, SB_MESSAGE_ROLE_USER, sb_trace_event_get_turn_id (turn), "hi", SB_MESSAGE_STATE_DONE);
  sb_trace_event_set_agent (call, "cerebras");
  sb_trace_event_set_subtitle (call, "38 tok");
  sb_trace_event_set_usage (call, &usage);
  sb_trace_event_set_request (call, "{\"q\":1}");
  sb_trace_event_set_response (call, "{\"a\":1}");
  sb_trace_event_finish (call, SB_TRACE_STATE_DENIED);
  sb_trace_event_finish (turn, SB_TRACE_STATE_OK);

  /* once on disk they leave the memory, which nobody notices */
  flush (fixture->store);
  g_assert_cmpstr (sb_trace_event_get_request (call), ==, "{\"q\":1}");
  sb_trace_event_set_response (call, "{\"a\":2}");
  flush (fixture->store);
  g_assert_cmpstr (sb_trace_event_get_request (call), ==, "{\"q\":1}");
  g_assert_cmpstr (sb_trace_event_get_response (call), ==, "{\"a\":2}");

  reopen (fixture);
  trace = sb_conversation_get_trace (load_first (fixture->store));
  g_assert_cmpuint (count (trace), ==, 2);
  again = item (trace, 1);
  assert_same_properties (G_OBJECT (call), G_OBJECT (again));
  g_assert_cmpint (sb_trace_event_get_duration (again), ==, sb_trace_event_get_duration (call));
  g_assert_cmpint (sb_trace_event_get_usage (again)->first_token_us, ==, 3);
  g_assert_cmpuint (sb_trace_event_get_depth (again), ==, 1);
}

/* On return of set_request() the request is on disk, and with it what was said before. */
static void
test_request_first (Fixture       *fixture,
                    gconstpointer  data)
{
  SbConversation *conversation = sb_store_create_conversation (fixture->store);
  SbTrace *trace = sb_conversation_get_trace (conversation);
  SbTraceEvent *turn = sb_trace_begin (trace, NULL, SB_TRACE_KIND_TURN, "Turn");

  say (conversation, SB_MESSAGE_ROLE_USER, NULL, "hi", SB_MESSAGE_STATE_DONE);
  g_assert_cmpint (ask_int (fixture->store, "SELECT count(*) FROM message"), ==, 0);
  sb_trace_event_set_request (sb_trace_begin (trace, turn, SB_TRACE_KIND_MODEL_CALL, "model"), "{}");
  g_assert_cmpint (ask_int (fixture->store, "SELECT count(*) FROM trace_payload"), ==, 1);
  g_assert_cmpint (ask_int (fixture->store, "SELECT count(*) FROM message"), ==, 1);
}

static void
test_streaming (Fixture       *fixture,
                gconstpointer  data)
{
  SbConversation *conversation = sb_store_create_conversation (fixture->store);
  SbMessage *message = say (conversation, SB_MESSAGE_ROLE_ASSISTANT, NULL, "one ", SB_MESSAGE_STATE_STREAMING);

  sb_test_wait_until (ask_int (fixture->store, "SELECT count(*) FROM message") == 1);
  sb_message_append_text (message, "two ", -1);
  sb_message_append_reasoning (message, "hm ", -1);
  sb_test_wait_until (ask_int (fixture->store, "SELECT count(*) FROM chunk") == 2);
  g_assert_cmpint (ask_int (fixture->store, "SELECT length (text) FROM message"), ==, 4);
  sb_message_append_text (message, "three", -1);
  sb_message_append_reasoning (message, "yes", -1);
  flush (fixture->store);
  g_assert_cmpint (ask_int (fixture->store, "SELECT count(*) FROM chunk"), ==, 4);

  sb_message_set_state (message, SB_MESSAGE_STATE_DONE);
  flush (fixture->store);
  g_assert_cmpint (ask_int (fixture->store, "SELECT count(*) FROM chunk"), ==, 0);

  reopen (fixture);
  message = item (load_first (fixture->store), 0);
  g_assert_cmpstr (sb_message_get_text (message), ==, "one two three");
  g_assert_cmpstr (sb_message_get_reasoning (message), ==, "hm yes");
  g_assert_cmpint (sb_message_get_state (message), ==, SB_MESSAGE_STATE_DONE);
}

/* Text that is replaced while it streams, and text that comes after the end. */
static void
test_replaced (Fixture       *fixture,
               gconstpointer  data)
{
  SbConversation *conversation = sb_store_create_conversation (fixture->store);
  SbMessage *message = say (conversation, SB_MESSAGE_ROLE_ASSISTANT, NULL, "", SB_MESSAGE_STATE_STREAMING);

  flush (fixture->store);
  sb_message_append_text (message, "wrong and long", -1);
  flush (fixture->store);
  sb_message_set_text (message, "right");
  sb_message_append_text (message, "!", -1);
  flush (fixture->store);
  sb_message_append_text (message, "?", -1);
  sb_message_set_state (message, SB_MESSAGE_STATE_STOPPED);
  flush (fixture->store);
  sb_message_append_text (message, " late", -1);

  reopen (fixture);
  message = item (load_first (fixture->store), 0);
  g_assert_cmpstr (sb_message_get_text (message), ==, "right!? late");
}

/* Whatever is done in whatever order, what is read back is what was there. */
static void
test_random (Fixture       *fixture,
             gconstpointer  data)
{
  SbConversation *conversation = sb_store_create_conversation (fixture->store);
  g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  say (conversation, SB_MESSAGE_ROLE_USER, "turn-0", "go", SB_MESSAGE_STATE_DONE);
  for (guint i = 0; i < 2000; i++)
    {
      SbMessage *message = item (conversation, g_test_rand_int_range (0, count (conversation)));
      int what = g_test_rand_int_range (0, 100);
      g_autofree char *turn = g_strdup_printf ("turn-%d", g_test_rand_int_range (0, 5));

      if (what < 10)
        say (conversation, g_test_rand_int_range (0, 4), turn, "new", g_test_rand_int_range (0, 2));
      else if (what < 60)
        sb_message_append_text (message, "abc", -1);
      else if (what < 70)
        sb_message_append_reasoning (message, "def", -1);
      else if (what < 75)
        sb_message_set_text (message, turn);
      else if (what < 90)
        sb_message_set_state (message, g_test_rand_int_range (0, 5));
      else if (what < 91)
        sb_conversation_rewind (conversation, turn);
      else
        flush (fixture->store);
    }

  for (guint i = 0; i < count (conversation); i++)
    {
      SbMessage *message = item (conversation, i);

      g_ptr_array_add (texts, g_strconcat (sb_message_get_text (message), "|", sb_message_get_reasoning (message),
                                           NULL));
    }

  reopen (fixture);
  conversation = load_first (fixture->store);
  g_assert_cmpuint (count (conversation), ==, texts->len);
  for (guint i = 0; i < texts->len; i++)
    {
      SbMessage *message = item (conversation, i);
      g_autofree char *text = g_strconcat (sb_message_get_text (message), "|", sb_message_get_reasoning (message),
                                           NULL);

      g_assert_cmpstr (text, ==, g_ptr_array_index (texts, i));
    }
  g_assert_cmpint (ask_int (fixture->store, "SELECT count(*) FROM chunk"), ==, 0);
  assert_index_intact (fixture->store);
}

static void
test_rewind (Fixture       *fixture,
             gconstpointer  data)
{
  SbConversation *conversation = sb_store_create_conversation (fixture->store);

  say (conversation, SB_MESSAGE_ROLE_USER, "turn-1", "a", SB_MESSAGE_STATE_DONE);
  say (conversation, SB_MESSAGE_ROLE_ASSISTANT, "turn-1", "b", SB_MESSAGE_STATE_FAILED);
  flush (fixture->store);
  sb_conversation_rewind (conversation, "turn-1");
  say (conversation, SB_MESSAGE_ROLE_ASSISTANT, "turn-1", "c", SB_MESSAGE_STATE_DONE);

  reopen (fixture);
  conversation = load_first (fixture->store);
  g_assert_cmpuint (count (conversation), ==, 2);
  g_assert_cmpstr (sb_message_get_text (item (conversation, 1)), ==, "c");
  g_assert_cmpint (ask_int (fixture->store, "SELECT count(*) FROM message"), ==, 3);
  g_assert_cmpint (ask_int (fixture->store, "SELECT count(DISTINCT parent_id) FROM message WHERE text IN ('b', 'c')"),
                   ==, 1);
}

static void
test_order (Fixture       *fixture,
            gconstpointer  data)
{
  GListModel *list = sb_store_get_conversations (fixture->store);
  SbConversation *first = sb_store_create_conversation (fixture->store);
  SbConversation *second;

  say (first, SB_MESSAGE_ROLE_USER, NULL, "first", SB_MESSAGE_STATE_DONE);
  second = sb_store_create_conversation (fixture->store);
  say (second, SB_MESSAGE_ROLE_USER, NULL, "second", SB_MESSAGE_STATE_DONE);
  sb_store_create_conversation (fixture->store);
  g_assert_true (item (list, 1) == second);

  sb_conversation_set_updated (first, sb_clock_wall () + G_USEC_PER_SEC);
  g_assert_true (item (list, 0) == first);

  reopen (fixture);
  list = sb_store_get_conversations (fixture->store);
  g_assert_cmpuint (count (list), ==, 2);
  g_assert_cmpstr (sb_conversation_get_title (item (list, 0)), ==, "first");
  g_assert_cmpstr (sb_conversation_get_title (item (list, 1)), ==, "second");
}

static void
test_renamed_unloaded (Fixture       *fixture,
                       gconstpointer  data)
{
  say (sb_store_create_conversation (fixture->store), SB_MESSAGE_ROLE_USER, NULL, "a", SB_MESSAGE_STATE_DONE);
  reopen (fixture);
  sb_conversation_set_title (item (sb_store_get_conversations (fixture->store), 0), "Renamed");
  reopen (fixture);
  g_assert_cmpstr (sb_conversation_get_title (item (sb_store_get_conversations (fixture->store), 0)), ==, "Renamed");
  g_assert_cmpuint (count (load_first (fixture->store)), ==, 1);
}

static void
test_delete (Fixture       *fixture,
             gconstpointer  data)
{
  GListModel *list = sb_store_get_conversations (fixture->store);
  g_autoptr(SbConversation) kept = g_object_ref (sb_store_create_conversation (fixture->store));
  g_autoptr(SbConversation) gone = g_object_ref (sb_store_create_conversation (fixture->store));
  g_autoptr(SbStore) second = NULL;

  sb_trace_event_set_request (sb_trace_begin (sb_conversation_get_trace (gone), NULL, SB_TRACE_KIND_TURN, "Turn"),
                              "{}");
  say (kept, SB_MESSAGE_ROLE_USER, NULL, "kept", SB_MESSAGE_STATE_DONE);
  say (gone, SB_MESSAGE_ROLE_USER, NULL, "gone", SB_MESSAGE_STATE_DONE);
  sb_store_delete (fixture->store, kept);
  sb_store_delete (fixture->store, gone);
  g_assert_cmpuint (count (list), ==, 0);

  /* a program that starts in between neither shows nor purges them */
  second = open_store (fixture->path);
  g_assert_cmpuint (count (sb_store_get_conversations (second)), ==, 0);
  sb_store_undelete (fixture->store, kept);
  sb_store_undelete (fixture->store, kept);
  g_assert_cmpuint (count (list), ==, 1);
  g_clear_object (&second);

  reopen (fixture);
  g_assert_cmpuint (count (sb_store_get_conversations (fixture->store)), ==, 1);
  g_assert_cmpstr (sb_message_get_text (item (load_first (fixture->store), 0)), ==, "kept");
  g_assert_cmpint (ask_int (fixture->store, "SELECT count(*) FROM message"), ==, 1);
  g_assert_cmpint (ask_int (fixture->store, "SELECT count(*) FROM trace_payload"), ==, 0);
}

static void
test_settings (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *none = sb_store_get_setting (fixture->store, "width");
  g_autofree char *some = NULL;
  g_autofree char *gone = NULL;

  g_assert_null (none);
  sb_store_set_setting (fixture->store, "width", "800");
  sb_store_set_setting (fixture->store, "width", "900");
  reopen (fixture);
  some = sb_store_get_setting (fixture->store, "width");
  g_assert_cmpstr (some, ==, "900");
  sb_store_set_setting (fixture->store, "width", NULL);
  gone = sb_store_get_setting (fixture->store, "width");
  g_assert_null (gone);
}

static void
assert_found (SbStore    *store,
              const char *text,
              guint       n)
{
  g_autoptr(GListModel) found = sb_store_search (store, text);

  g_assert_cmpuint (count (found), ==, n);
}

static void
test_search (Fixture       *fixture,
             gconstpointer  data)
{
  SbConversation *first = sb_store_create_conversation (fixture->store);
  SbConversation *second = sb_store_create_conversation (fixture->store);
  SbMessage *answer;

  say (first, SB_MESSAGE_ROLE_USER, "t", "Print the primes", SB_MESSAGE_STATE_DONE);
  answer = say (first, SB_MESSAGE_ROLE_ASSISTANT, "t", "", SB_MESSAGE_STATE_STREAMING);
  flush (fixture->store);
  sb_message_append_text (answer, "Here is HelloWorld.js for you", -1);
  sb_message_set_state (answer, SB_MESSAGE_STATE_DONE);
  say (second, SB_MESSAGE_ROLE_USER, "u", "検索とは何ですか", SB_MESSAGE_STATE_DONE);
  say (second, SB_MESSAGE_ROLE_TOOL, "u", "secondary output", SB_MESSAGE_STATE_DONE);

  assert_found (fixture->store, "helloworld", 1);
  assert_found (fixture->store, "prim", 1);
  assert_found (fixture->store, "検索", 1);
  assert_found (fixture->store, "何ですか", 1);
  assert_found (fixture->store, "secondary", 0);
  assert_found (fixture->store, "", 2);
  assert_found (fixture->store, NULL, 2);
  assert_found (fixture->store, "'; DROP TABLE message; \"", 0);
  assert_found (fixture->store, "pri%es", 0);
  assert_found (fixture->store, "pr_mes", 0);
  assert_found (fixture->store, "%", 0);
  assert_found (fixture->store, "\\", 0);

  sb_conversation_rewind (first, "t");
  assert_found (fixture->store, "helloworld", 0);
  sb_store_delete (fixture->store, second);
  assert_found (fixture->store, "検索", 0);
  assert_index_intact (fixture->store);
  reopen (fixture);
  assert_index_intact (fixture->store);
  assert_found (fixture->store, "prim", 1);
}

/* What a second process finds while the first still streams is not touched. */
static void
test_two_processes (Fixture       *fixture,
                    gconstpointer  data)
{
  SbConversation *conversation = sb_store_create_conversation (fixture->store);
  SbMessage *message = say (conversation, SB_MESSAGE_ROLE_ASSISTANT, NULL, "one ", SB_MESSAGE_STATE_STREAMING);
  SbTraceEvent *turn = sb_trace_begin (sb_conversation_get_trace (conversation), NULL, SB_TRACE_KIND_TURN, "Turn");
  g_autoptr(SbStore) second = NULL;
  SbConversation *seen;

  flush (fixture->store);
  sb_message_append_text (message, "two ", -1);
  flush (fixture->store);

  second = open_store (fixture->path);
  seen = load_first (second);
  g_assert_cmpint (sb_message_get_state (item (seen, 0)), ==, SB_MESSAGE_STATE_STREAMING);
  g_assert_cmpstr (sb_message_get_text (item (seen, 0)), ==, "one two ");
  g_assert_cmpint (sb_trace_event_get_state (item (sb_conversation_get_trace (seen), 0)), ==,
                   SB_TRACE_STATE_RUNNING);

  say (sb_store_create_conversation (second), SB_MESSAGE_ROLE_USER, NULL, "other", SB_MESSAGE_STATE_DONE);
  flush (second);
  sb_message_append_text (message, "three", -1);
  sb_message_set_state (message, SB_MESSAGE_STATE_DONE);
  sb_trace_event_finish (turn, SB_TRACE_STATE_OK);
  flush (fixture->store);
  g_clear_object (&second);

  reopen (fixture);
  g_assert_cmpuint (count (sb_store_get_conversations (fixture->store)), ==, 2);
  g_assert_cmpint (ask_int (fixture->store, "SELECT count(*) FROM message WHERE state <> 'done'"), ==, 0);
}

/* A program that ended in the middle: the next one says so. */
static void
test_interrupted (Fixture       *fixture,
                  gconstpointer  data)
{
  SbConversation *conversation = sb_store_create_conversation (fixture->store);
  SbTraceEvent *turn = sb_trace_begin (sb_conversation_get_trace (conversation), NULL, SB_TRACE_KIND_TURN, "Turn");

  say (conversation, SB_MESSAGE_ROLE_USER, NULL, "go", SB_MESSAGE_STATE_PENDING);
  say (conversation, SB_MESSAGE_ROLE_TOOL, NULL, "", SB_MESSAGE_STATE_PENDING);
  say (conversation, SB_MESSAGE_ROLE_ASSISTANT, NULL, "part", SB_MESSAGE_STATE_STREAMING);
  g_assert_nonnull (turn);

  reopen (fixture);
  conversation = load_first (fixture->store);
  g_assert_cmpint (sb_message_get_state (item (conversation, 0)), ==, SB_MESSAGE_STATE_DONE);
  g_assert_cmpint (sb_message_get_state (item (conversation, 1)), ==, SB_MESSAGE_STATE_INTERRUPTED);
  g_assert_cmpint (sb_message_get_state (item (conversation, 2)), ==, SB_MESSAGE_STATE_INTERRUPTED);
  turn = item (sb_conversation_get_trace (conversation), 0);
  g_assert_cmpint (sb_trace_event_get_state (turn), ==, SB_TRACE_STATE_CANCELLED);
}

typedef struct
{
  guint n;
  int   code;
} Failures;

static void
failed_cb (SbStore  *store,
           GError   *error,
           Failures *failures)
{
  g_assert_true (error->domain == SB_STORE_ERROR);
  failures->n++;
  failures->code = error->code;
}

/* While nothing can be written nothing is lost, and it is told once. */
static void
assert_recovers (Fixture    *fixture,
                 const char *breakage,
                 const char *repair,
                 int         code)
{
  SbConversation *conversation = sb_store_create_conversation (fixture->store);
  SbMessage *message = say (conversation, SB_MESSAGE_ROLE_ASSISTANT, NULL, "", SB_MESSAGE_STATE_STREAMING);
  g_autofree char *block = g_strnfill (100000, 'x');
  g_autoptr(GError) error = NULL;
  Failures failures = { 0 };

  g_signal_connect (fixture->store, "failed", G_CALLBACK (failed_cb), &failures);
  flush (fixture->store);
  g_assert_true (sb_database_exec (sb_store_get_database (fixture->store), breakage, NULL));

  sb_message_append_text (message, block, -1);
  g_assert_false (sb_store_flush (fixture->store, &error));
  g_assert_error (error, SB_STORE_ERROR, code);
  g_clear_error (&error);
  sb_message_append_text (message, "end", -1);
  g_assert_false (sb_store_flush (fixture->store, NULL));
  g_assert_cmpuint (failures.n, ==, 1);
  g_assert_cmpint (failures.code, ==, code);
  sb_trace_event_set_request (sb_trace_begin (sb_conversation_get_trace (conversation), NULL,
                                              SB_TRACE_KIND_MODEL_CALL, "model"), "{}");

  g_assert_true (sb_database_exec (sb_store_get_database (fixture->store), repair, NULL));
  sb_test_wait_until (ask_int (fixture->store, "SELECT count(*) FROM trace_payload") == 1);
  sb_message_set_state (message, SB_MESSAGE_STATE_DONE);

  reopen (fixture);
  message = item (load_first (fixture->store), 0);
  g_assert_cmpuint (sb_message_get_text_length (message), ==, 100003);
  g_assert_true (g_str_has_suffix (sb_message_get_text (message), "xend"));
}

static void
test_disk_full (Fixture       *fixture,
                gconstpointer  data)
{
  assert_recovers (fixture, "PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000", SB_STORE_ERROR_FULL);
}

static void
test_read_only (Fixture       *fixture,
                gconstpointer  data)
{
  assert_recovers (fixture, "PRAGMA query_only = ON", "PRAGMA query_only = OFF", SB_STORE_ERROR_READ_ONLY);
}

static void
test_corrupt (Fixture       *fixture,
              gconstpointer  data)
{
  Failures failures = { 0 };
  g_autoptr(GDir) folder = NULL;
  g_autofree char *folder_path = g_path_get_dirname (fixture->path);
  const char *name;
  guint n_broken = 0;

  say (sb_store_create_conversation (fixture->store), SB_MESSAGE_ROLE_USER, NULL, "a", SB_MESSAGE_STATE_DONE);
  g_assert_finalize_object (g_steal_pointer (&fixture->store));
  g_assert_true (g_file_set_contents (fixture->path, "this is no database, whatever its name says", -1, NULL));

  fixture->store = open_store (fixture->path);
  g_signal_connect (fixture->store, "failed", G_CALLBACK (failed_cb), &failures);
  g_assert_cmpuint (count (sb_store_get_conversations (fixture->store)), ==, 0);
  sb_test_wait_until (failures.n == 1);
  g_assert_cmpint (failures.code, ==, SB_STORE_ERROR_CORRUPT);
  say (sb_store_create_conversation (fixture->store), SB_MESSAGE_ROLE_USER, NULL, "b", SB_MESSAGE_STATE_DONE);
  flush (fixture->store);

  folder = g_dir_open (folder_path, 0, NULL);
  while ((name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, "history.db.broken-"))
      n_broken++;
  g_assert_cmpuint (n_broken, ==, 1);
}

/* Damage somewhere inside shows after a crash, when the file is looked through. */
static void
test_corrupt_inside (Fixture       *fixture,
                     gconstpointer  data)
{
  SbConversation *conversation = sb_store_create_conversation (fixture->store);
  g_autofree char *contents = NULL;
  gsize length = 0;
  Failures failures = { 0 };

  for (guint i = 0; i < 2000; i++)
    say (conversation, SB_MESSAGE_ROLE_ASSISTANT, NULL, "some text", SB_MESSAGE_STATE_STREAMING);
  g_assert_finalize_object (g_steal_pointer (&fixture->store));
  g_assert_true (g_file_get_contents (fixture->path, &contents, &length, NULL));
  memset (contents + length / 2, 'x', length / 4);
  g_assert_true (g_file_set_contents (fixture->path, contents, length, NULL));

  fixture->store = open_store (fixture->path);
  g_signal_connect (fixture->store, "failed", G_CALLBACK (failed_cb), &failures);
  sb_test_wait_until (failures.n == 1);
  g_assert_cmpint (failures.code, ==, SB_STORE_ERROR_CORRUPT);
  g_assert_cmpuint (count (sb_store_get_conversations (fixture->store)), ==, 0);
}

/* Nobody pulls the file from under another process. */
static void
test_corrupt_in_use (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *moved = g_strconcat (fixture->path, ".elsewhere", NULL);

  g_assert_true (sb_database_exec (sb_store_get_database (fixture->store), "PRAGMA wal_checkpoint (TRUNCATE)", NULL));
  g_assert_cmpint (g_rename (fixture->path, moved), ==, 0);
  g_assert_true (g_file_set_contents (fixture->path, "this is no database, whatever its name says", -1, NULL));
  g_assert_null (sb_store_new (fixture->path, NULL, &error));
  g_assert_error (error, SB_STORE_ERROR, SB_STORE_ERROR_CORRUPT);
}

static void
test_cannot_open (void)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *folder = sb_test_make_dir ();
  g_autofree char *path = g_build_filename (folder, "newer.db", NULL);
  g_autofree char *no_file = g_build_filename (folder, "folder", NULL);
  g_autoptr(SbStore) store = open_store (path);

  g_assert_null (sb_store_new ("/proc/self/nowhere/history.db", NULL, &error));
  g_assert_error (error, SB_STORE_ERROR, SB_STORE_ERROR_OPEN);
  g_clear_error (&error);

  g_assert_cmpint (g_mkdir (no_file, 0700), ==, 0);
  g_assert_null (sb_store_new (no_file, NULL, &error));
  g_assert_error (error, SB_STORE_ERROR, SB_STORE_ERROR_OPEN);
  g_clear_error (&error);

  g_assert_true (sb_database_exec (sb_store_get_database (store), "PRAGMA user_version = 99", NULL));
  g_clear_object (&store);
  g_assert_null (sb_store_new (path, NULL, &error));
  g_assert_error (error, SB_STORE_ERROR, SB_STORE_ERROR_TOO_NEW);
}

static void
test_private (Fixture       *fixture,
              gconstpointer  data)
{
  static const char * const suffixes[] = { "", "-wal", "-shm", ".lock" };

  say (sb_store_create_conversation (fixture->store), SB_MESSAGE_ROLE_USER, NULL, "a", SB_MESSAGE_STATE_DONE);
  flush (fixture->store);
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = g_strconcat (fixture->path, suffixes[i], NULL);
      GStatBuf status;

      g_assert_cmpint (g_stat (path, &status), ==, 0);
      g_assert_cmpint (status.st_mode & 0077, ==, 0);
    }
}

/* No timer while there is nothing to write. */
static void
test_idle (void)
{
  g_autoptr(SbStore) store = open_store (":memory:");

  g_assert_false (g_main_context_pending (NULL));
  say (sb_store_create_conversation (store), SB_MESSAGE_ROLE_USER, NULL, "a", SB_MESSAGE_STATE_DONE);
  g_assert_true (g_main_context_pending (NULL));
  flush (store);
  g_assert_false (g_main_context_pending (NULL));
  g_assert_null (g_main_context_find_source_by_user_data (NULL, store));
}

static void
test_large (Fixture       *fixture,
            gconstpointer  data)
{
  SbConversation *conversation = sb_store_create_conversation (fixture->store);
  g_autofree char *text = g_strnfill (600, 'x');
  gint64 start;

  for (guint i = 0; i < 5000; i++)
    say (conversation, i % 2 == 0 ? SB_MESSAGE_ROLE_USER : SB_MESSAGE_ROLE_ASSISTANT, "t", text,
         SB_MESSAGE_STATE_DONE);
  start = sb_clock_monotonic ();
  flush (fixture->store);
  g_test_message ("wrote 5000 messages in %.1f ms", (sb_clock_monotonic () - start) / 1000.0);

  reopen (fixture);
  start = sb_clock_monotonic ();
  conversation = load_first (fixture->store);
  g_test_message ("read 5000 messages in %.1f ms", (sb_clock_monotonic () - start) / 1000.0);
  g_assert_cmpuint (count (conversation), ==, 5000);
  g_assert_true (sb_store_load (fixture->store, conversation, NULL));
  g_assert_cmpuint (count (conversation), ==, 5000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

#define ADD(name, function) g_test_add ("/store/store/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("message", test_message);
  ADD ("trace", test_trace);
  ADD ("request-first", test_request_first);
  ADD ("streaming", test_streaming);
  ADD ("replaced", test_replaced);
  ADD ("random", test_random);
  ADD ("rewind", test_rewind);
  ADD ("order", test_order);
  ADD ("renamed-unloaded", test_renamed_unloaded);
  ADD ("delete", test_delete);
  ADD ("settings", test_settings);
  ADD ("search", test_search);
  ADD ("two-processes", test_two_processes);
  ADD ("interrupted", test_interrupted);
  ADD ("disk-full", test_disk_full);
  ADD ("read-only", test_read_only);
  ADD ("corrupt", test_corrupt);
  ADD ("corrupt-inside", test_corrupt_inside);
  ADD ("corrupt-in-use", test_corrupt_in_use);
  ADD ("private", test_private);
  ADD ("large", test_large);
  g_test_add_func ("/store/store/cannot-open", test_cannot_open);
  g_test_add_func ("/store/store/idle", test_idle);

  return g_test_run ();
}
