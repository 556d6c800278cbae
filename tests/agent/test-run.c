/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-run-fixture.h"
#include "sb-test.h"

#include <string.h>

#define ERROR_JSON "{\"error\":{\"message\":\"Wrong API key\"}}"

static void
assert_contains (const char *text,
                 const char *words)
{
  if (text == NULL || strstr (text, words) == NULL)
    g_error ("“%s” is not in: %s", words, text);
}

static void
test_plain (RunFixture    *fixture,
            gconstpointer  data)
{
  g_autofree char *trace = NULL;
  SbMessage *answer;

  sb_fake_model_say (fixture->model, "Hello \033[31mthere.");
  g_assert_cmpint (run_fixture_ask (fixture, "hi\nyou"), ==, SB_RUN_STATE_DONE);

  answer = run_fixture_message (fixture, SB_MESSAGE_ROLE_ASSISTANT, 0);
  g_assert_cmpstr (sb_message_get_text (answer), ==, "Hello there.");
  g_assert_cmpstr (sb_message_get_agent (answer), ==, "duck");
  g_assert_cmpint (sb_message_get_state (answer), ==, SB_MESSAGE_STATE_DONE);
  g_assert_cmpint (sb_message_get_completion_tokens (answer), ==, 3);
  g_assert_cmpint (sb_message_get_duration (answer), >=, 0);

  trace = run_fixture_trace (fixture);
  g_assert_cmpstr (trace, ==,
                   "turn hi ok\n"
                   "  route → Duck ok\n"
                   "  agent-run Duck ok\n"
                   "    model-call fake-1 ok\n");

  assert_contains (sb_fake_model_get_content (fixture->model, 0, 0), "I coordinate.");
  g_assert_cmpstr (sb_fake_model_get_content (fixture->model, 0, 1), ==, "hi\nyou");
}

static void
test_tool (RunFixture    *fixture,
           gconstpointer  data)
{
  g_autofree char *trace = NULL;
  JsonArray *messages;
  JsonObject *call;
  SbMessage *tool;

  sb_fake_model_call (fixture->model, "echo {\"text\":\"pong\"}", NULL);
  sb_fake_model_say (fixture->model, "It said pong.");
  g_assert_cmpint (run_fixture_ask (fixture, "@coder ping"), ==, SB_RUN_STATE_DONE);

  tool = run_fixture_message (fixture, SB_MESSAGE_ROLE_TOOL, 0);
  g_assert_cmpstr (sb_message_get_tool_name (tool), ==, "echo");
  g_assert_cmpstr (sb_message_get_result (tool), ==, "pong");
  g_assert_cmpstr (sb_message_get_text (tool), ==, "working\n");
  g_assert_cmpstr (sb_message_get_structured (tool), ==, "{\"text\":\"pong\"}");
  g_assert_false (sb_message_get_is_error (tool));
  g_assert_cmpint (sb_message_get_state (tool), ==, SB_MESSAGE_STATE_DONE);

  /* What the model sees: its call and the result, paired by an id of ours. */
  messages = sb_json_get_array (sb_fake_model_get_request (fixture->model, 1), "messages");
  g_assert_cmpuint (json_array_get_length (messages), ==, 4);
  call = json_array_get_object_element (sb_json_get_array (json_array_get_object_element (messages, 2),
                                                           "tool_calls"), 0);
  g_assert_cmpstr (sb_json_get_string (call, "id"), !=, "0");
  g_assert_cmpstr (sb_json_get_string (call, "id"), ==,
                   sb_json_get_string (json_array_get_object_element (messages, 3), "tool_call_id"));
  g_assert_cmpstr (sb_fake_model_get_content (fixture->model, 1, 3), ==, "pong");

  trace = run_fixture_trace (fixture);
  assert_contains (trace,
                   "  agent-run Coder ok\n"
                   "    model-call fake-1 ok\n"
                   "    tool-call echo pong ok\n"
                   "    model-call fake-1 ok\n");
}

/* Whatever the model gets wrong, it hears so and goes on. */
static void
test_bad_calls (RunFixture    *fixture,
                gconstpointer  data)
{
  static const struct
  {
    const char *call;
    const char *words;
    const char *badge;
  } cases[] = {
    { "nothing {}", "There is no tool “nothing” for you. Available: echo, slow, fail, big.", "unknown tool" },
    { "echo {\"text\":", "The arguments are no JSON object", "bad arguments" },
    { "echo [1]", "Call echo again with one JSON object.", "bad arguments" },
    { "echo \"x\"", "The arguments are no JSON object", "bad arguments" },
    { "fail {}", "It did not work.", "failed" },
    { "transfer_to_agent {\"agent_name\":\"zed\"}", "“zed” cannot be reached", "refused" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    sb_fake_model_call (fixture->model, cases[i].call, NULL);
  sb_fake_model_say (fixture->model, "I give up.");
  g_assert_cmpint (run_fixture_ask (fixture, "@coder go"), ==, SB_RUN_STATE_DONE);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SbMessage *tool = run_fixture_message (fixture, SB_MESSAGE_ROLE_TOOL, i);

      assert_contains (sb_message_get_result (tool), cases[i].words);
      g_assert_cmpstr (sb_message_get_badge (tool), ==, cases[i].badge);
      g_assert_true (sb_message_get_is_error (tool));
      g_assert_cmpint (sb_message_get_state (tool), ==, SB_MESSAGE_STATE_FAILED);
      assert_contains (sb_fake_model_get_content (fixture->model, i + 1, -1), cases[i].words);
    }
}

static void
test_empty_arguments (RunFixture    *fixture,
                      gconstpointer  data)
{
  sb_fake_model_call (fixture->model, "echo ", NULL);
  g_assert_cmpint (run_fixture_ask (fixture, "@coder go"), ==, SB_RUN_STATE_DONE);
  g_assert_cmpstr (sb_message_get_result (run_fixture_message (fixture, SB_MESSAGE_ROLE_TOOL, 0)), ==, "nothing");
}

/* An agent without tools that calls one it saw in the history learns who has it. */
static void
test_not_allowed (RunFixture    *fixture,
                  gconstpointer  data)
{
  sb_fake_model_call (fixture->model, "echo {}", NULL);
  g_assert_cmpint (run_fixture_ask (fixture, "go"), ==, SB_RUN_STATE_DONE);

  g_assert_cmpstr (fixture->called->str, ==, "");
  assert_contains (sb_message_get_result (run_fixture_message (fixture, SB_MESSAGE_ROLE_TOOL, 0)),
                   "You have no tools. Another agent has it");
}

static void
test_parallel (RunFixture    *fixture,
               gconstpointer  data)
{
  sb_fake_model_call (fixture->model, "slow {}", "echo {\"text\":\"b\"}", "slow {}", "nothing {}", NULL);
  sb_fake_model_say (fixture->model, "Done.");
  run_fixture_start (fixture, "@coder go");
  sb_run_proceed (fixture->run);

  /* All are under way before the first has an answer. */
  sb_test_wait_until (fixture->open_calls->len == 2);
  sb_test_wait_until (sb_message_get_result (run_fixture_message (fixture, SB_MESSAGE_ROLE_TOOL, 1)) != NULL);
  g_assert_cmpint (sb_run_get_state (fixture->run), ==, SB_RUN_STATE_CALLING);
  g_assert_cmpuint (sb_fake_model_get_n_requests (fixture->model), ==, 1);

  sb_mcp_tool_call_respond (g_ptr_array_index (fixture->open_calls, 1), "c", NULL);
  sb_mcp_tool_call_respond (g_ptr_array_index (fixture->open_calls, 0), "a", NULL);
  sb_test_wait_until (run_fixture_is_over (fixture));

  g_assert_cmpint (sb_run_get_state (fixture->run), ==, SB_RUN_STATE_DONE);
  g_assert_cmpstr (sb_fake_model_get_content (fixture->model, 1, 3), ==, "a");
  g_assert_cmpstr (sb_fake_model_get_content (fixture->model, 1, 4), ==, "b");
  g_assert_cmpstr (sb_fake_model_get_content (fixture->model, 1, 5), ==, "c");
  assert_contains (sb_fake_model_get_content (fixture->model, 1, 6), "no tool");
}

static void
test_big_result (RunFixture    *fixture,
                 gconstpointer  data)
{
  sb_fake_model_call (fixture->model, "big {}", NULL);
  g_assert_cmpint (run_fixture_ask (fixture, "@coder go"), ==, SB_RUN_STATE_DONE);

  g_assert_cmpuint (strlen (sb_fake_model_get_content (fixture->model, 1, -1)), <, SB_RUN_MAX_RESULT + 100);
  assert_contains (sb_fake_model_get_content (fixture->model, 1, -1), "left out");
}

static void
test_transfer (RunFixture    *fixture,
               gconstpointer  data)
{
  g_autofree char *trace = NULL;
  SbMessage *route;
  JsonArray *messages;

  sb_fake_model_call (fixture->model, "transfer_to_agent {\"agent_name\":\"coder\",\"reason\":\"it needs code\"}",
                      NULL);
  sb_fake_model_say (fixture->model, "Code.");
  g_assert_cmpint (run_fixture_ask (fixture, "go"), ==, SB_RUN_STATE_DONE);

  g_assert_cmpstr (sb_conversation_get_active_agent (fixture->conversation), ==, "coder");
  g_assert_cmpuint (run_fixture_count (fixture, SB_MESSAGE_ROLE_TOOL), ==, 0);
  route = run_fixture_message (fixture, SB_MESSAGE_ROLE_NOTICE, 0);
  g_assert_cmpint (sb_message_get_notice_kind (route), ==, SB_NOTICE_KIND_ROUTE);
  g_assert_cmpstr (sb_message_get_text (route), ==, "Duck → Coder because it needs code");
  g_assert_cmpint (sb_message_get_duration (route), >=, 0);
  g_assert_cmpstr (sb_message_get_text (run_fixture_message (fixture, SB_MESSAGE_ROLE_NOTICE, 1)), ==, "Coder");

  messages = sb_json_get_array (sb_fake_model_get_request (fixture->model, 1), "messages");
  g_assert_cmpuint (json_array_get_length (messages), ==, 2);
  assert_contains (sb_fake_model_get_content (fixture->model, 1, 0), "I code.");

  trace = run_fixture_trace (fixture);
  g_assert_cmpstr (trace, ==,
                   "turn go ok\n"
                   "  route → Duck ok\n"
                   "  agent-run Duck ok\n"
                   "    model-call fake-1 ok\n"
                   "  route Duck → Coder ok\n"
                   "  agent-run Coder ok\n"
                   "    model-call fake-1 ok\n");

  /* Sticky: the next request goes to the coder at once. */
  sb_fake_model_say (fixture->model, "More code.");
  g_assert_cmpint (run_fixture_ask (fixture, "go on"), ==, SB_RUN_STATE_DONE);
  assert_contains (sb_fake_model_get_content (fixture->model, 2, 0), "I code.");
}

/* With other calls in the batch the hand-over comes last, and only the first of two counts. */
static void
test_transfer_in_batch (RunFixture    *fixture,
                        gconstpointer  data)
{
  sb_fake_model_call (fixture->model,
                      "transfer_to_agent {\"agent_name\":\"a\",\"reason\":\"x\"}", "echo {\"text\":\"first\"}",
                      "transfer_to_agent {\"agent_name\":\"duck\",\"reason\":\"y\"}", NULL);
  sb_fake_model_say (fixture->model, "I am A indeed.");
  g_assert_cmpint (run_fixture_ask (fixture, "@coder go"), ==, SB_RUN_STATE_DONE);

  g_assert_cmpstr (sb_message_get_result (run_fixture_message (fixture, SB_MESSAGE_ROLE_TOOL, 0)), ==, "first");
  assert_contains (sb_message_get_result (run_fixture_message (fixture, SB_MESSAGE_ROLE_TOOL, 1)), "goes to a already");
  g_assert_cmpstr (sb_conversation_get_active_agent (fixture->conversation), ==, "a");
  assert_contains (sb_fake_model_get_content (fixture->model, 1, -1), "\"result\":\"first\"");
}

/* Coder → Duck → Coder is refused: the coder spoke in this turn. */
static void
test_no_ping_pong (RunFixture    *fixture,
                   gconstpointer  data)
{
  sb_fake_model_call (fixture->model, "transfer_to_agent {\"agent_name\":\"duck\",\"reason\":\"x\"}", NULL);
  sb_fake_model_call (fixture->model, "transfer_to_agent {\"agent_name\":\"coder\",\"reason\":\"x\"}", NULL);
  sb_fake_model_say (fixture->model, "Then I answer.");
  g_assert_cmpint (run_fixture_ask (fixture, "@coder go"), ==, SB_RUN_STATE_DONE);

  assert_contains (sb_fake_model_get_content (fixture->model, 2, -1), "“coder” cannot be reached");
  g_assert_cmpstr (sb_conversation_get_active_agent (fixture->conversation), ==, "duck");
}

static void
test_hop_limit (RunFixture    *fixture,
                gconstpointer  data)
{
  static const char * const hops[] = { "b", "c", "d", "duck" };

  for (guint i = 0; i < G_N_ELEMENTS (hops); i++)
    {
      g_autofree char *call = g_strdup_printf ("transfer_to_agent {\"agent_name\":\"%s\",\"reason\":\"x\"}", hops[i]);

      sb_fake_model_call (fixture->model, call, NULL);
    }
  sb_fake_model_say (fixture->model, "Here is what there is.");
  g_assert_cmpint (run_fixture_ask (fixture, "@a go"), ==, SB_RUN_STATE_DONE);

  g_assert_cmpstr (sb_conversation_get_active_agent (fixture->conversation), ==, "d");
  g_assert_false (json_object_has_member (sb_fake_model_get_request (fixture->model, 3), "tools"));
  assert_contains (sb_fake_model_get_content (fixture->model, 4, -1), "3 times");
}

static void
test_http_errors (RunFixture    *fixture,
                  gconstpointer  data)
{
  static const struct
  {
    guint       status;
    const char *type;
    const char *body;
    gboolean    can_retry;
  } cases[] = {
    { 401, "application/json", ERROR_JSON, TRUE },
    { 404, "application/json", ERROR_JSON, TRUE },
    { 400, "application/json", ERROR_JSON, FALSE },
    { 200, "text/html", "<html>Welcome to the hotel</html>", TRUE },
  };
  GListModel *events = G_LIST_MODEL (sb_conversation_get_trace (fixture->conversation));

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint n = run_fixture_count (fixture, SB_MESSAGE_ROLE_NOTICE);
      g_autoptr(SbTraceEvent) call = NULL;
      SbMessage *notice;

      sb_fake_model_fail (fixture->model, cases[i].status, cases[i].type, cases[i].body);
      g_assert_cmpint (run_fixture_ask (fixture, "hi"), ==, SB_RUN_STATE_FAILED);

      notice = run_fixture_message (fixture, SB_MESSAGE_ROLE_NOTICE, n);
      g_test_message ("%u: %s – %s", cases[i].status, sb_message_get_text (notice), sb_message_get_hint (notice));
      g_assert_cmpint (sb_message_get_notice_kind (notice), ==, SB_NOTICE_KIND_ERROR);
      g_assert_nonnull (sb_message_get_hint (notice));
      g_assert_cmpint (sb_message_get_can_retry (notice), ==, cases[i].can_retry);
      g_assert_null (strstr (sb_message_get_text (notice), "<"));

      /* The failed call is in the trace with its request. */
      call = g_list_model_get_item (events, g_list_model_get_n_items (events) - 1);
      g_assert_cmpint (sb_trace_event_get_kind (call), ==, SB_TRACE_KIND_MODEL_CALL);
      g_assert_cmpint (sb_trace_event_get_state (call), ==, SB_TRACE_STATE_FAILED);
      assert_contains (sb_trace_event_get_request (call), "I coordinate.");
      assert_contains (sb_trace_event_get_response (call), "error");
    }
}

static void
test_cut (RunFixture    *fixture,
          gconstpointer  data)
{
  SbMessage *answer;

  sb_fake_model_cut (fixture->model, "Half of");
  g_assert_cmpint (run_fixture_ask (fixture, "hi"), ==, SB_RUN_STATE_FAILED);

  answer = run_fixture_message (fixture, SB_MESSAGE_ROLE_ASSISTANT, 0);
  g_assert_cmpstr (sb_message_get_text (answer), ==, "Half of");
  g_assert_cmpint (sb_message_get_state (answer), ==, SB_MESSAGE_STATE_FAILED);
  g_assert_cmpint (sb_message_get_notice_kind (run_fixture_message (fixture, SB_MESSAGE_ROLE_NOTICE, 1)), ==,
                   SB_NOTICE_KIND_ERROR);

  /* Usable afterwards. */
  sb_fake_model_say (fixture->model, "Whole.");
  g_assert_cmpint (run_fixture_ask (fixture, "again"), ==, SB_RUN_STATE_DONE);
  g_assert_cmpstr (sb_fake_model_get_content (fixture->model, 1, 2), ==, "Half of");
}

static void
test_finishes (RunFixture    *fixture,
               gconstpointer  data)
{
  sb_fake_model_finish (fixture->model, "Long", "length");
  g_assert_cmpint (run_fixture_ask (fixture, "hi"), ==, SB_RUN_STATE_DONE);
  assert_contains (sb_message_get_text (run_fixture_message (fixture, SB_MESSAGE_ROLE_NOTICE, 1)), "token limit");

  sb_fake_model_say (fixture->model, "");
  g_assert_cmpint (run_fixture_ask (fixture, "hi"), ==, SB_RUN_STATE_DONE);
  assert_contains (sb_message_get_text (run_fixture_message (fixture, SB_MESSAGE_ROLE_NOTICE, 2)), "empty answer");
}

static void
test_budget (RunFixture    *fixture,
             gconstpointer  data)
{
  for (guint i = 0; i < SB_RUN_MAX_MODEL_CALLS + 5; i++)
    sb_fake_model_call (fixture->model, "echo {}", NULL);
  g_assert_cmpint (run_fixture_ask (fixture, "@coder go"), ==, SB_RUN_STATE_FAILED);

  g_assert_cmpuint (sb_fake_model_get_n_requests (fixture->model), ==, SB_RUN_MAX_MODEL_CALLS);
  g_assert_cmpuint (run_fixture_count (fixture, SB_MESSAGE_ROLE_TOOL), ==, SB_RUN_MAX_MODEL_CALLS);
  assert_contains (sb_message_get_text (run_fixture_message (fixture, SB_MESSAGE_ROLE_NOTICE, 2)), "25 model calls");
}

/* The server of a tool goes away in mid-call. */
static void
test_server_gone (RunFixture    *fixture,
                  gconstpointer  data)
{
  SbMcpClient *client = NULL;

  sb_fake_model_call (fixture->model, "slow {}", NULL);
  sb_fake_model_say (fixture->model, "It is gone.");
  run_fixture_start (fixture, "@coder go");
  sb_run_proceed (fixture->run);
  sb_test_wait_until (fixture->open_calls->len == 1);

  sb_tool_registry_lookup (fixture->tools, "slow", &client, NULL);
  sb_mcp_client_close (client);
  sb_test_wait_until (run_fixture_is_over (fixture));
  g_assert_cmpint (sb_run_get_state (fixture->run), ==, SB_RUN_STATE_DONE);
  assert_contains (sb_message_get_result (run_fixture_message (fixture, SB_MESSAGE_ROLE_TOOL, 0)), "gone");
}

/* Stop */

static void
test_stop_tool (RunFixture    *fixture,
                gconstpointer  data)
{
  SbMessage *tool;

  sb_fake_model_call (fixture->model, "slow {}", "slow {}", "echo {}", NULL);
  run_fixture_start (fixture, "@coder go");
  sb_run_proceed (fixture->run);
  sb_test_wait_until (fixture->open_calls->len == 2);

  sb_run_stop (fixture->run);
  sb_test_wait_until (run_fixture_is_over (fixture));
  g_assert_cmpint (sb_run_get_state (fixture->run), ==, SB_RUN_STATE_CANCELLED);
  tool = run_fixture_message (fixture, SB_MESSAGE_ROLE_TOOL, 0);
  g_assert_cmpint (sb_message_get_state (tool), ==, SB_MESSAGE_STATE_STOPPED);
  assert_contains (sb_message_get_result (tool), "user stopped");

  /* The server heard of it, and the next turn is well formed. */
  sb_test_wait_until (g_cancellable_is_cancelled (
    sb_mcp_tool_call_get_cancellable (g_ptr_array_index (fixture->open_calls, 0))));
  sb_fake_model_say (fixture->model, "Going on.");
  g_assert_cmpint (run_fixture_ask (fixture, "go on"), ==, SB_RUN_STATE_DONE);
  assert_contains (sb_fake_model_get_content (fixture->model, 1, 3), "user stopped");
}

static void
test_stop_anywhere (RunFixture    *fixture,
                    gconstpointer  data)
{
  for (SbRunState state = SB_RUN_STATE_ROUTING; state <= SB_RUN_STATE_CALLING; state++)
    {
      g_test_message ("stop while %s", sb_run_state_to_string (state));
      if (state == SB_RUN_STATE_ASKING)
        sb_fake_model_hang (fixture->model, NULL);
      if (state == SB_RUN_STATE_STREAMING)
        sb_fake_model_hang (fixture->model, "I was saying");
      if (state == SB_RUN_STATE_CALLING)
        sb_fake_model_call (fixture->model, "slow {}", NULL);

      run_fixture_start (fixture, "@coder go");
      if (state != SB_RUN_STATE_ROUTING)
        sb_run_proceed (fixture->run);
      sb_test_wait_until (sb_run_get_state (fixture->run) == state);
      if (state == SB_RUN_STATE_ASKING)
        sb_test_wait_until (sb_fake_model_get_n_requests (fixture->model) > 0);

      sb_run_stop (fixture->run);
      sb_run_stop (fixture->run);
      sb_test_wait_until (run_fixture_is_over (fixture));
      g_assert_cmpint (sb_run_get_state (fixture->run), ==, SB_RUN_STATE_CANCELLED);
      g_assert_false (sb_conversation_get_running (fixture->conversation));
      sb_run_stop (fixture->run);
      sb_run_proceed (fixture->run);
      g_assert_cmpint (sb_run_get_state (fixture->run), ==, SB_RUN_STATE_CANCELLED);
    }

  /* What was said before the stop is kept. */
  g_assert_cmpstr (sb_message_get_text (run_fixture_message (fixture, SB_MESSAGE_ROLE_ASSISTANT, 0)), ==,
                   "I was saying");
  g_assert_cmpint (sb_message_get_state (run_fixture_message (fixture, SB_MESSAGE_ROLE_ASSISTANT, 0)), ==,
                   SB_MESSAGE_STATE_STOPPED);
}

/* No key that a tool, a model or its server repeats comes into the trace or the chat. */
static void
test_redacted (RunFixture    *fixture,
               gconstpointer  data)
{
  GListModel *events = G_LIST_MODEL (sb_conversation_get_trace (fixture->conversation));

  sb_fake_model_call (fixture->model, "echo {\"text\":\"sk-fixture-generic\"}", NULL);
  sb_fake_model_say (fixture->model, "It is sk-fixture-generic.");
  g_assert_cmpint (run_fixture_ask (fixture, "@coder what is sk-fixture-generic?"), ==, SB_RUN_STATE_DONE);
  sb_fake_model_fail (fixture->model, 401, "application/json",
                      "{\"error\":{\"message\":\"Wrong key: sk-fixture-generic\"}}");
  g_assert_cmpint (run_fixture_ask (fixture, "@coder and now?"), ==, SB_RUN_STATE_FAILED);

  for (guint i = 0; i < g_list_model_get_n_items (events); i++)
    {
      g_autoptr(SbTraceEvent) event = g_list_model_get_item (events, i);
      const char *texts[] = { sb_trace_event_get_request (event), sb_trace_event_get_response (event) };

      for (guint j = 0; j < G_N_ELEMENTS (texts); j++)
        g_assert_true (texts[j] == NULL || strstr (texts[j], "sk-fixture-generic") == NULL);
    }
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (fixture->conversation)); i++)
    {
      g_autoptr(SbMessage) message = g_list_model_get_item (G_LIST_MODEL (fixture->conversation), i);
      const char *texts[] = { sb_message_get_text (message), sb_message_get_arguments (message),
                              sb_message_get_result (message), sb_message_get_structured (message) };

      for (guint j = 0; j < G_N_ELEMENTS (texts); j++)
        g_assert_true (texts[j] == NULL || strstr (texts[j], "sk-fixture-generic") == NULL);
    }
}

#define ADD(name, function) \
  g_test_add ("/run/" name, RunFixture, NULL, run_fixture_set_up, function, run_fixture_tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("plain", test_plain);
  ADD ("tool", test_tool);
  ADD ("bad-calls", test_bad_calls);
  ADD ("empty-arguments", test_empty_arguments);
  ADD ("not-allowed", test_not_allowed);
  ADD ("parallel", test_parallel);
  ADD ("big-result", test_big_result);
  ADD ("transfer", test_transfer);
  ADD ("transfer-in-batch", test_transfer_in_batch);
  ADD ("no-ping-pong", test_no_ping_pong);
  ADD ("hop-limit", test_hop_limit);
  ADD ("http-errors", test_http_errors);
  ADD ("cut", test_cut);
  ADD ("finishes", test_finishes);
  ADD ("budget", test_budget);
  ADD ("server-gone", test_server_gone);
  ADD ("stop-tool", test_stop_tool);
  ADD ("stop-anywhere", test_stop_anywhere);
  ADD ("redacted", test_redacted);

  return g_test_run ();
}
