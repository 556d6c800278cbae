/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-conversation.h"
#include "sb-json.h"
#include "sb-run-request.h"

#include <string.h>

static const char *yaml =
  "agents:\n"
  "  - {id: a, label: Ann, instruction: I am A.}\n"
  "  - {id: b, label: Bob, instruction: I am B.}\n";

typedef struct
{
  SbAgentCatalog *agents;
  SbConversation *conversation;
  SbLlmRequest   *request;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();
  g_autoptr(GError) error = NULL;

  fixture->agents = sb_agent_catalog_new_from_data (yaml, -1, &error);
  g_assert_no_error (error);
  fixture->conversation = sb_conversation_new (NULL, redactor);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_clear_pointer (&fixture->request, sb_llm_request_free);
  g_assert_finalize_object (fixture->conversation);
  g_assert_finalize_object (fixture->agents);
}

static SbMessage *
say (Fixture       *fixture,
     SbMessageRole  role,
     const char    *agent,
     const char    *text)
{
  g_autoptr(SbMessage) message = sb_message_new (role, "turn");

  sb_message_set_agent (message, agent);
  sb_message_set_text (message, text);
  sb_message_set_state (message, SB_MESSAGE_STATE_DONE);
  sb_conversation_append (fixture->conversation, message);

  return message;
}

static SbMessage *
call (Fixture    *fixture,
      const char *agent,
      const char *id,
      const char *result)
{
  SbMessage *message = say (fixture, SB_MESSAGE_ROLE_TOOL, agent, "");

  sb_message_set_tool_call (message, id, "exec", "{\"command\":[\"ls\"]}");
  if (result != NULL)
    sb_message_set_result (message, result, NULL, FALSE);

  return message;
}

/* The request as one line: "S U A+2 T T A". */
static char *
build (Fixture    *fixture,
       const char *agent)
{
  GString *shape = g_string_new (NULL);

  g_clear_pointer (&fixture->request, sb_llm_request_free);
  fixture->request = sb_llm_request_new ("m");
  sb_run_request_add_history (fixture->request, fixture->agents, sb_agent_catalog_lookup (fixture->agents, agent),
                              G_LIST_MODEL (fixture->conversation));

  for (guint i = 0; i < fixture->request->messages->len; i++)
    {
      SbLlmMessage *message = g_ptr_array_index (fixture->request->messages, i);

      g_string_append_printf (shape, "%s%c", i > 0 ? " " : "", "SUAT"[message->role]);
      if (message->tool_calls != NULL && message->tool_calls->len > 0)
        g_string_append_printf (shape, "+%u", message->tool_calls->len);
    }

  return g_string_free (shape, FALSE);
}

static SbLlmMessage *
nth (Fixture *fixture,
     guint    index)
{
  return g_ptr_array_index (fixture->request->messages, index);
}

static void
test_own (Fixture       *fixture,
          gconstpointer  data)
{
  g_autofree char *shape = NULL;

  say (fixture, SB_MESSAGE_ROLE_USER, NULL, "run it");
  say (fixture, SB_MESSAGE_ROLE_NOTICE, "a", "Ann");
  say (fixture, SB_MESSAGE_ROLE_ASSISTANT, "a", "I will.");
  call (fixture, "a", "call_x0100", "one");
  call (fixture, "a", "call_x0101", "two");
  call (fixture, "a", "call_x0200", "three");
  say (fixture, SB_MESSAGE_ROLE_ASSISTANT, "a", "Done.");
  say (fixture, SB_MESSAGE_ROLE_USER, NULL, "thanks");

  shape = build (fixture, "a");
  g_assert_cmpstr (shape, ==, "S U A+2 T T A+1 T A U");
  g_assert_cmpstr (nth (fixture, 0)->content, ==, "I am A.");
  g_assert_cmpstr (nth (fixture, 2)->content, ==, "I will.");
  g_assert_cmpstr (nth (fixture, 3)->tool_call_id, ==, "call_x0100");
  g_assert_cmpstr (nth (fixture, 3)->content, ==, "one");
  g_assert_cmpstr (nth (fixture, 4)->tool_call_id, ==, "call_x0101");
  g_assert_null (nth (fixture, 5)->content);
}

static void
test_dangling (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *shape = NULL;

  say (fixture, SB_MESSAGE_ROLE_USER, NULL, "run it");
  call (fixture, "a", "call_x0100", NULL);
  say (fixture, SB_MESSAGE_ROLE_USER, NULL, "go on");

  shape = build (fixture, "a");
  g_assert_cmpstr (shape, ==, "S U A+1 T U");
  g_assert_nonnull (strstr (nth (fixture, 3)->content, "interrupted"));
}

static void
test_foreign (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  const char *text;

  say (fixture, SB_MESSAGE_ROLE_USER, NULL, "hello");
  say (fixture, SB_MESSAGE_ROLE_ASSISTANT, "a", "hi \"you\"");
  say (fixture, SB_MESSAGE_ROLE_NOTICE, "a", "Ann → Bob because of plumbing");
  call (fixture, "a", "call_x0100", "listing");

  before = build (fixture, "b");
  g_assert_cmpstr (before, ==, "S U");
  text = nth (fixture, 1)->content;
  g_assert_true (g_str_has_prefix (text, "hello\n\n[Context"));
  g_assert_nonnull (strstr (text, "{\"agent\":\"Ann\",\"said\":\"hi \\\"you\\\"\"}"));
  g_assert_nonnull (strstr (text, "\"called\":\"exec\""));
  g_assert_nonnull (strstr (text, "listing"));
  g_assert_null (strstr (text, "plumbing"));

  say (fixture, SB_MESSAGE_ROLE_ASSISTANT, "b", "my turn");
  say (fixture, SB_MESSAGE_ROLE_USER, NULL, "more");
  say (fixture, SB_MESSAGE_ROLE_ASSISTANT, "a", "again me");
  say (fixture, SB_MESSAGE_ROLE_USER, NULL, "and you?");
  after = build (fixture, "b");
  g_assert_cmpstr (after, ==, "S U A U");
}

/* However much the others said, the block stays bounded, keeps the newest, and is whole JSON. */
static void
test_foreign_bound (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autofree char *long_text = g_strnfill (5000, 'x');
  g_autoptr(JsonNode) node = NULL;
  const char *text;

  say (fixture, SB_MESSAGE_ROLE_USER, NULL, "u");
  for (guint i = 0; i < 200; i++)
    say (fixture, SB_MESSAGE_ROLE_ASSISTANT, "a", long_text);
  say (fixture, SB_MESSAGE_ROLE_ASSISTANT, "a", "the newest");
  g_free (build (fixture, "b"));

  text = nth (fixture, 1)->content;
  g_assert_cmpuint (strlen (text), <, 16 * 1024);
  g_assert_nonnull (strstr (text, "the newest"));
  g_assert_nonnull (strstr (text, "left out"));
  node = sb_json_parse (strchr (text, ']') + 2, -1, NULL);
  g_assert_nonnull (node);
}

static void
test_stopped (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *shape = NULL;
  SbMessage *message;

  say (fixture, SB_MESSAGE_ROLE_USER, NULL, "u");
  message = say (fixture, SB_MESSAGE_ROLE_ASSISTANT, "a", "half an ans");
  sb_message_set_state (message, SB_MESSAGE_STATE_STOPPED);
  say (fixture, SB_MESSAGE_ROLE_ASSISTANT, "a", "");
  say (fixture, SB_MESSAGE_ROLE_USER, NULL, "v");
  say (fixture, SB_MESSAGE_ROLE_USER, NULL, "w");

  shape = build (fixture, "a");
  g_assert_cmpstr (shape, ==, "S U A U");
  g_assert_nonnull (strstr (nth (fixture, 2)->content, "stopped here"));
  g_assert_cmpstr (nth (fixture, 3)->content, ==, "v\n\nw");
}

/* Old turns are dropped whole. */
static void
test_long (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *large = g_strnfill (100 * 1024, 'x');
  g_autofree char *shape = NULL;

  for (guint i = 0; i < 10; i++)
    {
      say (fixture, SB_MESSAGE_ROLE_USER, NULL, "u");
      call (fixture, "a", "call_x0100", large);
      say (fixture, SB_MESSAGE_ROLE_ASSISTANT, "a", "d");
    }
  say (fixture, SB_MESSAGE_ROLE_USER, NULL, "last");

  shape = build (fixture, "a");
  g_assert_cmpstr (shape, ==, "S U A+1 T A U A+1 T A U A+1 T A U");
  g_assert_nonnull (strstr (nth (fixture, 1)->content, "left out"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/request/own", Fixture, NULL, set_up, test_own, tear_down);
  g_test_add ("/request/dangling", Fixture, NULL, set_up, test_dangling, tear_down);
  g_test_add ("/request/foreign", Fixture, NULL, set_up, test_foreign, tear_down);
  g_test_add ("/request/foreign-bound", Fixture, NULL, set_up, test_foreign_bound, tear_down);
  g_test_add ("/request/stopped", Fixture, NULL, set_up, test_stopped, tear_down);
  g_test_add ("/request/long", Fixture, NULL, set_up, test_long, tear_down);

  return g_test_run ();
}
