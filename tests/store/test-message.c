/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-message.h"

static void
count_cb (guint *count)
{
  (*count)++;
}

static void
appended_cb (SbMessage *message,
             guint64    offset,
             GString   *heard)
{
  g_string_append_printf (heard, "%d:%s;", (int) offset, sb_message_get_text (message) + offset);
}

static void
test_new (void)
{
  g_autoptr(SbMessage) message = sb_message_new (SB_MESSAGE_ROLE_TOOL, "turn-1");
  g_autoptr(SbMessage) other = sb_message_new (SB_MESSAGE_ROLE_USER, NULL);

  g_assert_cmpstr (sb_message_get_id (message), !=, sb_message_get_id (other));
  g_assert_cmpint (sb_message_get_role (message), ==, SB_MESSAGE_ROLE_TOOL);
  g_assert_cmpstr (sb_message_get_turn_id (message), ==, "turn-1");
  g_assert_cmpint (sb_message_get_state (message), ==, SB_MESSAGE_STATE_PENDING);
  g_assert_cmpint (sb_message_get_created (message), >, 0);
  g_assert_cmpint (sb_message_get_duration (message), ==, -1);
  g_assert_cmpstr (sb_message_get_text (message), ==, "");
  g_assert_null (sb_message_get_reasoning (message));
  g_assert_cmpint (sb_message_get_prompt_tokens (message), ==, -1);
}

static void
test_text (void)
{
  g_autoptr(SbMessage) message = sb_message_new (SB_MESSAGE_ROLE_ASSISTANT, NULL);
  GString *heard = g_string_new (NULL);
  guint n_text = 0;

  g_signal_connect (message, "appended", G_CALLBACK (appended_cb), heard);
  g_signal_connect_swapped (message, "notify::text", G_CALLBACK (count_cb), &n_text);
  sb_message_append_text (message, "ab", -1);
  sb_message_append_text (message, "cdef", 2);
  sb_message_append_text (message, "", -1);
  g_assert_cmpstr (sb_message_get_text (message), ==, "abcd");
  g_assert_cmpuint (sb_message_get_text_length (message), ==, 4);
  g_assert_cmpstr (heard->str, ==, "0:ab;2:cd;");
  g_assert_cmpuint (n_text, ==, 0);

  sb_message_set_text (message, "new");
  sb_message_set_text (message, "new");
  g_assert_cmpuint (n_text, ==, 1);
  sb_message_append_text (message, "\377", 1);
  g_assert_cmpstr (sb_message_get_text (message), ==, "new\357\277\275");
  sb_message_set_text (message, NULL);
  g_assert_cmpstr (sb_message_get_text (message), ==, "");
  g_string_free (heard, TRUE);
}

/* A program that prints without end does not fill the memory, and no character is cut. */
static void
test_bounded (void)
{
  g_autoptr(SbMessage) message = sb_message_new (SB_MESSAGE_ROLE_TOOL, NULL);
  g_autofree char *block = g_strnfill (300001, 'x');
  guint n_appended = 0;
  guint n_before;

  memcpy (block + 299998, "\342\202\254", 3);
  g_signal_connect_swapped (message, "appended", G_CALLBACK (count_cb), &n_appended);
  for (guint i = 0; i < 20; i++)
    sb_message_append_text (message, block, -1);
  g_assert_cmpuint (sb_message_get_text_length (message), <, 4 * 1024 * 1024 + 100);
  g_assert_true (g_utf8_validate (sb_message_get_text (message), -1, NULL));
  g_assert_true (g_str_has_suffix (sb_message_get_text (message), "left out …"));

  n_before = n_appended;
  sb_message_append_text (message, "more", -1);
  g_assert_cmpuint (n_appended, ==, n_before);
}

static void
test_duration (void)
{
  g_autoptr(SbMessage) message = sb_message_new (SB_MESSAGE_ROLE_ASSISTANT, NULL);

  sb_message_set_state (message, SB_MESSAGE_STATE_STREAMING);
  g_assert_cmpint (sb_message_get_duration (message), >=, 0);
  sb_message_set_state (message, SB_MESSAGE_STATE_DONE);
  g_assert_cmpint (sb_message_get_duration (message), >=, 0);
  sb_message_set_duration (message, 1234);
  g_assert_cmpint (sb_message_get_duration (message), ==, 1234);
}

/* Setting the same again notifies nobody. */
static void
test_notify (void)
{
  g_autoptr(SbMessage) message = sb_message_new (SB_MESSAGE_ROLE_TOOL, NULL);
  guint n = 0;

  g_signal_connect_swapped (message, "notify", G_CALLBACK (count_cb), &n);
  for (guint i = 0; i < 2; i++)
    {
      sb_message_set_agent (message, "cerebras");
      sb_message_set_model (message, "qwen");
      sb_message_set_trace_id (message, "event-1");
      sb_message_set_tool_call (message, "call-1", "exec", "{}");
      sb_message_set_result (message, "out", "{\"exitCode\":0}", TRUE);
      sb_message_set_badge (message, "exit 0");
      sb_message_set_hint (message, "Try again.");
      sb_message_set_can_retry (message, TRUE);
      sb_message_set_notice_kind (message, SB_NOTICE_KIND_ERROR);
      sb_message_set_usage (message, 1, 2, 3);
      sb_message_set_state (message, SB_MESSAGE_STATE_DONE);
    }
  g_assert_cmpuint (n, ==, 17);
}

static void
test_properties (void)
{
  g_autoptr(SbMessage) message = sb_message_new (SB_MESSAGE_ROLE_TOOL, "turn-1");
  g_autofree GParamSpec **specs = NULL;
  guint n_specs = 0;

  sb_message_set_badge (message, "ready");
  sb_message_append_reasoning (message, "because", -1);
  specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (message), &n_specs);
  for (guint i = 0; i < n_specs; i++)
    {
      g_auto(GValue) value = G_VALUE_INIT;

      g_value_init (&value, specs[i]->value_type);
      g_object_get_property (G_OBJECT (message), specs[i]->name, &value);
      if (g_str_equal (specs[i]->name, "badge"))
        g_assert_cmpstr (g_value_get_string (&value), ==, "ready");
      if (g_str_equal (specs[i]->name, "reasoning"))
        g_assert_cmpstr (g_value_get_string (&value), ==, "because");
    }
  g_assert_cmpuint (n_specs, ==, 24);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/store/message/new", test_new);
  g_test_add_func ("/store/message/text", test_text);
  g_test_add_func ("/store/message/bounded", test_bounded);
  g_test_add_func ("/store/message/duration", test_duration);
  g_test_add_func ("/store/message/notify", test_notify);
  g_test_add_func ("/store/message/properties", test_properties);

  return g_test_run ();
}
