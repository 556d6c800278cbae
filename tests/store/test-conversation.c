/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-conversation.h"
#include "sb-id.h"

static SbMessage *
say (SbConversation *conversation,
     SbMessageRole   role,
     const char     *turn_id,
     const char     *text)
{
  g_autoptr(SbMessage) message = sb_message_new (role, turn_id);

  sb_message_set_text (message, text);
  sb_conversation_append (conversation, message);

  return message;
}

static void
note_cb (GString    *heard,
         guint       position,
         guint       removed,
         guint       added)
{
  g_string_append_printf (heard, "%u-%u+%u;", position, removed, added);
}

static void
test_append (void)
{
  g_autoptr(SbConversation) conversation = sb_conversation_new (NULL, NULL);
  GString *heard = g_string_new (NULL);
  SbMessage *first;
  g_autoptr(SbMessage) item = NULL;

  g_assert_null (sb_conversation_get_title (conversation));
  g_signal_connect_swapped (conversation, "items-changed", G_CALLBACK (note_cb), heard);
  first = say (conversation, SB_MESSAGE_ROLE_USER, "turn-1", "  Initialise a sandbox \nand run it");
  say (conversation, SB_MESSAGE_ROLE_USER, "turn-2", "other");
  g_assert_cmpstr (heard->str, ==, "0-0+1;1-0+1;");
  g_assert_cmpstr (sb_conversation_get_title (conversation), ==, "Initialise a sandbox ");
  g_assert_cmpint (sb_conversation_get_updated (conversation), >=, sb_message_get_created (first));
  item = g_list_model_get_item (G_LIST_MODEL (conversation), 0);
  g_assert_true (item == first);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (conversation), 2));
  g_string_free (heard, TRUE);
}

static void
test_title (void)
{
  g_autoptr(SbConversation) conversation = sb_conversation_new ("conv-1", NULL);
  g_autoptr(SbConversation) named = sb_conversation_new (NULL, NULL);

  g_assert_cmpstr (sb_conversation_get_id (conversation), ==, "conv-1");
  say (conversation, SB_MESSAGE_ROLE_NOTICE, NULL, "not this");
  say (conversation, SB_MESSAGE_ROLE_USER, NULL, " \n ");
  g_assert_null (sb_conversation_get_title (conversation));
  say (conversation, SB_MESSAGE_ROLE_USER, NULL,
       "\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251\303\251 0123456789 0123456789"
       " 0123456789 0123456789 0123456789");
  g_assert_cmpint (g_utf8_strlen (sb_conversation_get_title (conversation), -1), <=, 60);
  g_assert_true (g_str_has_suffix (sb_conversation_get_title (conversation), "…"));

  sb_conversation_set_title (named, "Primes");
  say (named, SB_MESSAGE_ROLE_USER, NULL, "hello");
  g_assert_cmpstr (sb_conversation_get_title (named), ==, "Primes");
}

static void
test_rewind (void)
{
  g_autoptr(SbConversation) conversation = sb_conversation_new (NULL, NULL);
  GString *heard = g_string_new (NULL);

  say (conversation, SB_MESSAGE_ROLE_USER, "turn-1", "a");
  say (conversation, SB_MESSAGE_ROLE_ASSISTANT, "turn-1", "b");
  say (conversation, SB_MESSAGE_ROLE_USER, "turn-2", "c");
  say (conversation, SB_MESSAGE_ROLE_TOOL, "turn-2", "d");
  say (conversation, SB_MESSAGE_ROLE_NOTICE, "turn-2", "e");
  g_signal_connect_swapped (conversation, "items-changed", G_CALLBACK (note_cb), heard);

  sb_conversation_rewind (conversation, "turn-3");
  g_assert_cmpstr (heard->str, ==, "");
  sb_conversation_rewind (conversation, "turn-2");
  g_assert_cmpstr (heard->str, ==, "4-1+0;3-1+0;");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (conversation)), ==, 3);
  g_string_free (heard, TRUE);
}

static void
assert_subtitle (SbConversation *conversation,
                 const char     *pattern)
{
  g_autofree char *subtitle = NULL;

  g_object_get (conversation, "subtitle", &subtitle, NULL);
  if (!g_regex_match_simple (pattern, subtitle, 0, 0))
    g_error ("%s does not look like %s", subtitle, pattern);
}

static void
count_cb (guint *count)
{
  (*count)++;
}

static void
test_subtitle (void)
{
  g_autoptr(SbConversation) conversation = sb_conversation_new (NULL, NULL);
  gint64 now = sb_clock_wall ();
  guint n = 0;

  g_signal_connect_swapped (conversation, "notify::subtitle", G_CALLBACK (count_cb), &n);
  sb_conversation_set_running (conversation, TRUE);
  assert_subtitle (conversation, "^running$");
  sb_conversation_set_agent_label (conversation, "Cerebras");
  assert_subtitle (conversation, "^Cerebras · running$");
  sb_conversation_set_running (conversation, FALSE);
  assert_subtitle (conversation, "^Cerebras · [0-9]{2}:[0-9]{2}$");
  g_assert_cmpuint (n, ==, 3);

  sb_conversation_set_updated (conversation, now - 24 * 3600 * (gint64) G_USEC_PER_SEC);
  assert_subtitle (conversation, "^Cerebras · yesterday$");
  sb_conversation_set_updated (conversation, now - 4 * 24 * 3600 * (gint64) G_USEC_PER_SEC);
  assert_subtitle (conversation, "^Cerebras · [A-Z][a-z]+day$");
  sb_conversation_set_updated (conversation, now - 100 * 24 * 3600 * (gint64) G_USEC_PER_SEC);
  assert_subtitle (conversation, "^Cerebras · .*[0-9]+.*$");
  sb_conversation_set_updated (conversation, G_MAXINT64);
  assert_subtitle (conversation, "^Cerebras · ");
}

static void
test_trace (void)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();
  g_autoptr(SbConversation) conversation = sb_conversation_new (NULL, redactor);
  SbTraceEvent *turn;

  sb_redactor_add_secret (redactor, "hunter22");
  turn = sb_trace_begin (sb_conversation_get_trace (conversation), NULL, SB_TRACE_KIND_TURN, "a hunter22");
  g_assert_cmpstr (sb_trace_event_get_title (turn), ==, "a •••");
}

static void
test_lifetime (void)
{
  SbConversation *conversation = sb_conversation_new (NULL, NULL);

  say (conversation, SB_MESSAGE_ROLE_USER, NULL, "a");
  g_assert_finalize_object (conversation);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/store/conversation/append", test_append);
  g_test_add_func ("/store/conversation/title", test_title);
  g_test_add_func ("/store/conversation/rewind", test_rewind);
  g_test_add_func ("/store/conversation/subtitle", test_subtitle);
  g_test_add_func ("/store/conversation/trace", test_trace);
  g_test_add_func ("/store/conversation/lifetime", test_lifetime);

  return g_test_run ();
}
