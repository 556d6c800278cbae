/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-transcript.h"

#include <string.h>

#include "sb-conversation.h"

static SbMessage *
append (SbConversation *conversation,
        SbMessageRole   role,
        const char     *text)
{
  g_autoptr(SbMessage) message = sb_message_new (role, "turn");

  sb_message_append_text (message, text, -1);
  sb_message_set_state (message, SB_MESSAGE_STATE_STREAMING);
  sb_conversation_append (conversation, message);

  return message;
}

static const char kinds[] = "USRIEMT-CBXZ"; /* in the order of SbBlockKind */

static char *
describe (SbTranscript *transcript)
{
  GString *found = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (transcript)); i++)
    {
      g_autoptr(SbBlock) block = g_list_model_get_item (G_LIST_MODEL (transcript), i);

      g_string_append_c (found, kinds[sb_block_get_kind (block)]);
    }

  return g_string_free (found, FALSE);
}

#define assert_kinds(transcript, expected) \
  G_STMT_START { \
    g_autofree char *assert_found = describe (transcript); \
    g_assert_cmpstr (assert_found, ==, expected); \
  } G_STMT_END

static void
changed_cb (GListModel *model,
            guint       position,
            guint       removed,
            guint       added,
            gpointer    user_data)
{
  GPtrArray *mirror = user_data;

  g_assert_cmpuint (position + removed, <=, mirror->len);
  if (removed > 0)
    g_ptr_array_remove_range (mirror, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (mirror, position + i, g_list_model_get_item (model, position + i));
}

static void
assert_mirrors (SbTranscript *transcript,
                GPtrArray    *mirror)
{
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (transcript)), ==, mirror->len);
  for (guint i = 0; i < mirror->len; i++)
    {
      g_autoptr(SbBlock) block = g_list_model_get_item (G_LIST_MODEL (transcript), i);

      g_assert_true (block == g_ptr_array_index (mirror, i));
    }
}

static const char answer[] =
  "# Head\n\nA paragraph\nof two lines.\n\n- one\n- two\n\n  more\n\n```js a.js\nlet a = 1;\n\nlet b;\n```\n\n"
  "| a | b |\n|---|---|\n| 1 | 2 |\n\nEnd.";

static void
count_cb (guint *count)
{
  (*count)++;
}

static void
test_streaming (void)
{
  g_autoptr(SbConversation) conversation = sb_conversation_new (NULL, NULL);
  g_autoptr(GPtrArray) mirror = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(SbTranscript) transcript = sb_transcript_new ();
  g_autoptr(SbBlock) head = NULL;
  SbMessage *message;
  guint n_dirty = 0;

  g_signal_connect (transcript, "items-changed", G_CALLBACK (changed_cb), mirror);
  g_signal_connect_swapped (transcript, "dirty", G_CALLBACK (count_cb), &n_dirty);
  sb_transcript_set_messages (transcript, G_LIST_MODEL (conversation));
  append (conversation, SB_MESSAGE_ROLE_USER, "go");
  message = append (conversation, SB_MESSAGE_ROLE_ASSISTANT, "");
  g_assert_cmpuint (n_dirty, ==, 0);

  for (guint i = 0; answer[i] != '\0'; i++)
    {
      sb_message_append_text (message, answer + i, 1);
      g_assert_true (sb_transcript_get_dirty (transcript));
      if (i % 3 != 0)
        continue;
      g_assert_false (sb_transcript_flush (transcript, -1));
      assert_mirrors (transcript, mirror);
      if (head == NULL && mirror->len > 2)
        head = g_object_ref (g_ptr_array_index (mirror, 1));
    }

  sb_message_set_state (message, SB_MESSAGE_STATE_DONE);
  sb_transcript_flush (transcript, -1);
  assert_mirrors (transcript, mirror);
  assert_kinds (transcript, "UTTTTTCBT");
  g_assert_true (head == g_ptr_array_index (mirror, 1));
  g_assert_cmpstr (sb_block_get_code (g_ptr_array_index (mirror, 6)), ==, "let a = 1;\n\nlet b;");
  g_assert_cmpstr (sb_block_get_language (g_ptr_array_index (mirror, 6)), ==, "js a.js");
  g_assert_false (sb_block_get_open (g_ptr_array_index (mirror, 6)));
  g_assert_cmpuint (n_dirty, >, 10);
}

/* However it came, the end is the same. */
static void
test_same_end (void)
{
  g_autofree char *expected = NULL;

  for (guint round = 0; round < 60; round++)
    {
      g_autoptr(SbConversation) conversation = sb_conversation_new (NULL, NULL);
      g_autoptr(SbTranscript) transcript = sb_transcript_new ();
      SbMessage *message = append (conversation, SB_MESSAGE_ROLE_ASSISTANT, "");
      GString *plain = g_string_new (NULL);

      sb_transcript_set_messages (transcript, G_LIST_MODEL (conversation));
      for (gsize at = 0; at < strlen (answer);)
        {
          gsize piece = round == 0 ? strlen (answer) : (gsize) g_test_rand_int_range (1, 12);
          gsize step = MIN (strlen (answer) - at, piece);

          sb_message_append_text (message, answer + at, step);
          at += step;
          sb_transcript_flush (transcript, g_test_rand_int_range (0, 2) == 0 ? -1 : 0);
        }
      sb_message_set_state (message, SB_MESSAGE_STATE_DONE);
      while (sb_transcript_flush (transcript, 0))
        ;

      for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (transcript)); i++)
        {
          g_autoptr(SbBlock) block = g_list_model_get_item (G_LIST_MODEL (transcript), i);
          g_autofree char *text = sb_block_dup_plain_text (block);

          g_string_append_printf (plain, "%c[%s]", kinds[sb_block_get_kind (block)], text);
        }

      if (expected == NULL)
        expected = g_string_free (plain, FALSE);
      else
        g_assert_cmpstr (plain->str, ==, expected);
      if (round > 0)
        g_string_free (plain, TRUE);
    }
}

static void
test_roles (void)
{
  g_autoptr(SbConversation) conversation = sb_conversation_new (NULL, NULL);
  g_autoptr(SbTranscript) transcript = sb_transcript_new ();
  SbMessage *message;

  sb_transcript_set_messages (transcript, G_LIST_MODEL (conversation));
  append (conversation, SB_MESSAGE_ROLE_USER, "u");
  for (SbNoticeKind kind = SB_NOTICE_KIND_SPEAKER; kind <= SB_NOTICE_KIND_INFO; kind++)
    {
      g_autoptr(SbMessage) notice = sb_message_new (SB_MESSAGE_ROLE_NOTICE, "turn");

      sb_message_set_notice_kind (notice, kind);
      sb_conversation_append (conversation, notice);
    }
  append (conversation, SB_MESSAGE_ROLE_TOOL, "output");
  message = append (conversation, SB_MESSAGE_ROLE_ASSISTANT, "half an ans");
  sb_message_append_reasoning (message, "hm", -1);
  sb_message_set_state (message, SB_MESSAGE_STATE_STOPPED);
  sb_transcript_flush (transcript, -1);
  assert_kinds (transcript, "USREIXMTZ");
}

static void
test_replaced (void)
{
  g_autoptr(SbConversation) conversation = sb_conversation_new (NULL, NULL);
  g_autoptr(SbTranscript) transcript = sb_transcript_new ();
  SbMessage *message;

  sb_transcript_set_messages (transcript, G_LIST_MODEL (conversation));
  message = append (conversation, SB_MESSAGE_ROLE_ASSISTANT, "one\n\ntwo\n\nthree");
  assert_kinds (transcript, "TTT");
  sb_message_set_text (message, "other");
  sb_transcript_flush (transcript, -1);
  assert_kinds (transcript, "T");
}

static void
test_backlog (void)
{
  g_autoptr(SbConversation) conversation = sb_conversation_new (NULL, NULL);
  g_autoptr(GPtrArray) mirror = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(SbTranscript) transcript = sb_transcript_new ();
  g_autoptr(SbBlock) first = NULL;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %u", i);

      append (conversation, SB_MESSAGE_ROLE_USER, text);
    }

  g_signal_connect (transcript, "items-changed", G_CALLBACK (changed_cb), mirror);
  sb_transcript_set_messages (transcript, G_LIST_MODEL (conversation));
  g_assert_cmpuint (mirror->len, >, 10);
  g_assert_cmpuint (mirror->len, <, 1000);
  g_assert_true (sb_transcript_get_dirty (transcript));
  append (conversation, SB_MESSAGE_ROLE_USER, "the latest");

  while (sb_transcript_flush (transcript, 0))
    assert_mirrors (transcript, mirror);
  assert_mirrors (transcript, mirror);
  g_assert_cmpuint (mirror->len, ==, 1001);
  first = g_list_model_get_item (G_LIST_MODEL (transcript), 0);
  g_assert_cmpstr (sb_message_get_text (sb_block_get_message (first)), ==, "message 0");

  sb_transcript_set_messages (transcript, NULL);
  g_assert_cmpuint (mirror->len, ==, 0);
}

static void
test_usage (void)
{
  g_autoptr(SbConversation) conversation = sb_conversation_new (NULL, NULL);
  g_autoptr(SbTranscript) transcript = sb_transcript_new ();
  g_autoptr(SbMessage) speaker = sb_message_new (SB_MESSAGE_ROLE_NOTICE, "turn");
  g_autoptr(SbBlock) block = NULL;
  SbMessage *message;

  sb_message_set_notice_kind (speaker, SB_NOTICE_KIND_SPEAKER);
  sb_message_set_duration (speaker, 2 * G_USEC_PER_SEC);
  sb_transcript_set_messages (transcript, G_LIST_MODEL (conversation));
  sb_conversation_append (conversation, speaker);
  for (guint i = 0; i < 2; i++)
    {
      message = append (conversation, SB_MESSAGE_ROLE_ASSISTANT, "said");
      sb_message_set_usage (message, 10, 100, G_USEC_PER_SEC / 2);
      sb_message_set_duration (message, G_USEC_PER_SEC);
      sb_message_set_state (message, SB_MESSAGE_STATE_DONE);
    }
  sb_transcript_flush (transcript, -1);

  block = g_list_model_get_item (G_LIST_MODEL (transcript), 0);
  g_assert_cmpint (sb_block_get_tokens (block), ==, 200);
  g_assert_cmpint (sb_block_get_rate (block), ==, 200);
  g_assert_cmpint (sb_block_get_duration (block), ==, 2 * G_USEC_PER_SEC);
}

static void
test_finalized (void)
{
  g_autoptr(SbConversation) conversation = sb_conversation_new (NULL, NULL);
  SbTranscript *transcript = sb_transcript_new ();
  SbMessage *message = append (conversation, SB_MESSAGE_ROLE_ASSISTANT, "a");

  sb_transcript_set_messages (transcript, G_LIST_MODEL (conversation));
  g_assert_finalize_object (transcript);
  sb_message_append_text (message, "b", -1);
}

static void
test_find_trace (void)
{
  g_autoptr(SbConversation) conversation = sb_conversation_new (NULL, NULL);
  g_autoptr(SbTranscript) transcript = sb_transcript_new ();

  sb_transcript_set_messages (transcript, G_LIST_MODEL (conversation));
  append (conversation, SB_MESSAGE_ROLE_USER, "u");
  append (conversation, SB_MESSAGE_ROLE_ASSISTANT, "a\n\nb");
  sb_message_set_trace_id (append (conversation, SB_MESSAGE_ROLE_TOOL, ""), "event");

  g_assert_cmpuint (sb_transcript_find_trace (transcript, "event"), ==, 3);
  g_assert_cmpuint (sb_transcript_find_trace (transcript, "other"), ==, G_MAXUINT);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/chat/transcript/streaming", test_streaming);
  g_test_add_func ("/chat/transcript/same-end", test_same_end);
  g_test_add_func ("/chat/transcript/roles", test_roles);
  g_test_add_func ("/chat/transcript/replaced", test_replaced);
  g_test_add_func ("/chat/transcript/backlog", test_backlog);
  g_test_add_func ("/chat/transcript/usage", test_usage);
  g_test_add_func ("/chat/transcript/finalized", test_finalized);
  g_test_add_func ("/chat/transcript/find-trace", test_find_trace);

  return g_test_run ();
}
