/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <adwaita.h>

#include "sb-block-row.h"
#include "sb-chat-view.h"
#include "sb-composer.h"
#include "sb-fake-workspace.h"
#include "sb-sample.h"
#include "sb-test.h"
#include "sb-text-block.h"
#include "sb-tool-card.h"
#include "sb-transcript-view.h"

typedef struct
{
  GtkWidget      *window;
  SbChatView     *chat;
  SbWorkspace    *workspace;
  SbConversation *conversation;
} Fixture;

static GtkWidget *
find_widget (GtkWidget  *root,
             GType       type,
             const char *css_class)
{
  if (g_type_is_a (G_OBJECT_TYPE (root), type) && (css_class == NULL || gtk_widget_has_css_class (root, css_class)))
    return root;

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_widget (child, type, css_class);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static void
frame_cb (guint *n_frames)
{
  (*n_frames)++;
}

static void
wait_frames (GtkWidget *widget,
             guint      count)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (widget);
  guint n_frames = 0;
  gulong id = g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (frame_cb), &n_frames);

  while (n_frames < count)
    {
      gdk_frame_clock_request_phase (clock, GDK_FRAME_CLOCK_PHASE_PAINT);
      sb_test_iterate ();
    }
  g_signal_handler_disconnect (clock, id);
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->workspace = sb_fake_workspace_new ();
  fixture->conversation = sb_conversation_new (NULL, NULL);
  fixture->chat = SB_CHAT_VIEW (sb_chat_view_new ());
  sb_chat_view_set_workspace (fixture->chat, fixture->workspace);
  sb_chat_view_set_conversation (fixture->chat, fixture->conversation);

  fixture->window = adw_window_new ();
  adw_window_set_content (ADW_WINDOW (fixture->window), GTK_WIDGET (fixture->chat));
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 640, 700);
  gtk_window_present (GTK_WINDOW (fixture->window));
  sb_test_wait_until (gtk_widget_get_mapped (GTK_WIDGET (fixture->chat)));
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  gpointer chat = fixture->chat;

  g_object_add_weak_pointer (G_OBJECT (fixture->chat), &chat);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  sb_test_wait_until (chat == NULL);
  g_assert_finalize_object (fixture->workspace);
  g_object_unref (fixture->conversation);
}

static void
show (Fixture        *fixture,
      SbConversation *conversation)
{
  g_object_unref (fixture->conversation);
  fixture->conversation = conversation;
  sb_chat_view_set_conversation (fixture->chat, conversation);
  wait_frames (GTK_WIDGET (fixture->chat), 6);
}

static SbComposer *
get_composer (Fixture *fixture)
{
  return SB_COMPOSER (find_widget (GTK_WIDGET (fixture->chat), SB_TYPE_COMPOSER, NULL));
}

static SbTranscriptView *
get_transcript (Fixture *fixture)
{
  return SB_TRANSCRIPT_VIEW (find_widget (GTK_WIDGET (fixture->chat), SB_TYPE_TRANSCRIPT_VIEW, NULL));
}

static GtkAdjustment *
get_adjustment (Fixture *fixture)
{
  GtkWidget *scroller = find_widget (GTK_WIDGET (get_transcript (fixture)), GTK_TYPE_SCROLLED_WINDOW, NULL);

  return gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));
}

static double
get_rest (Fixture *fixture)
{
  GtkAdjustment *adjustment = get_adjustment (fixture);

  return gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment) -
         gtk_adjustment_get_value (adjustment);
}

static void
activate (Fixture    *fixture,
          const char *action)
{
  gtk_widget_activate_action (GTK_WIDGET (fixture->chat), action, NULL);
}

static void
test_samples (Fixture       *fixture,
              gconstpointer  data)
{
  show (fixture, sb_sample_primes ());
  g_assert_nonnull (find_widget (GTK_WIDGET (fixture->chat), SB_TYPE_TOOL_CARD, NULL));
  show (fixture, sb_sample_markdown ());
  show (fixture, sb_sample_troubles ());
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 360, 500);
  show (fixture, sb_sample_markdown ());
  show (fixture, sb_sample_primes ());
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  wait_frames (GTK_WIDGET (fixture->chat), 3);
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_DEFAULT);
}

static void
test_send (Fixture       *fixture,
           gconstpointer  data)
{
  SbComposer *composer = get_composer (fixture);
  g_autofree char *left = NULL;

  sb_composer_set_text (composer, "  \n ");
  activate (fixture, "chat.send");
  g_assert_null (sb_fake_workspace_get_sent (fixture->workspace));

  sb_composer_set_text (composer, " write hello.js ");
  activate (fixture, "chat.send");
  g_assert_cmpstr (sb_fake_workspace_get_sent (fixture->workspace), ==, "write hello.js");
  g_assert_null (sb_fake_workspace_get_agent_id (fixture->workspace));
  g_assert_true (sb_composer_is_blank (composer));

  /* One answer at a time; what is typed meanwhile stays. */
  sb_composer_set_text (composer, "next");
  activate (fixture, "chat.send");
  left = sb_composer_dup_text (composer);
  g_assert_cmpstr (left, ==, "next");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->conversation)), ==, 1);

  activate (fixture, "chat.stop");
  g_assert_cmpuint (sb_fake_workspace_get_n_stops (fixture->workspace), ==, 1);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (find_widget (GTK_WIDGET (composer), GTK_TYPE_DROP_DOWN, NULL)), 3);
  activate (fixture, "chat.send");
  g_assert_cmpstr (sb_fake_workspace_get_agent_id (fixture->workspace), ==, "cerebras");
}

static void
test_failure (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *left = NULL;

  sb_fake_workspace_set_failure (fixture->workspace, "There is <no> model.");
  sb_composer_set_text (get_composer (fixture), "hello");
  activate (fixture, "chat.send");
  left = sb_composer_dup_text (get_composer (fixture));
  g_assert_cmpstr (left, ==, "hello");
  wait_frames (GTK_WIDGET (fixture->chat), 2);
}

static void
test_retry (Fixture       *fixture,
            gconstpointer  data)
{
  show (fixture, sb_sample_troubles ());
  activate (fixture, "chat.retry");
  g_assert_cmpuint (sb_fake_workspace_get_n_retries (fixture->workspace), ==, 1);
  sb_conversation_set_running (fixture->conversation, TRUE);
  activate (fixture, "chat.retry");
  g_assert_cmpuint (sb_fake_workspace_get_n_retries (fixture->workspace), ==, 1);
}

static void
test_drafts (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(SbConversation) first = g_object_ref (fixture->conversation);
  g_autofree char *other = NULL;
  g_autofree char *back = NULL;

  sb_composer_set_text (get_composer (fixture), "half a thought");
  show (fixture, sb_sample_primes ());
  other = sb_composer_dup_text (get_composer (fixture));
  g_assert_cmpstr (other, ==, "");
  sb_chat_view_set_conversation (fixture->chat, first);
  back = sb_composer_dup_text (get_composer (fixture));
  g_assert_cmpstr (back, ==, "half a thought");
}

static void
notify_cb (guint *count)
{
  (*count)++;
}

static void
test_trace (Fixture       *fixture,
            gconstpointer  data)
{
  GtkWidget *card;
  GtkWidget *list;
  guint n_notified = 0;

  show (fixture, sb_sample_primes ());
  g_signal_connect_swapped (fixture->chat, "notify::selected-trace-id", G_CALLBACK (notify_cb), &n_notified);

  list = find_widget (GTK_WIDGET (fixture->chat), GTK_TYPE_LIST_VIEW, "transcript");
  g_signal_emit_by_name (list, "activate", 3);
  g_assert_cmpstr (sb_chat_view_get_selected_trace_id (fixture->chat), ==, "event-initSandbox");
  g_assert_cmpuint (n_notified, ==, 1);

  sb_chat_view_set_selected_trace_id (fixture->chat, "event-writeFile");
  g_assert_cmpuint (n_notified, ==, 2);
  card = find_widget (GTK_WIDGET (fixture->chat), GTK_TYPE_WIDGET, "selected");
  g_assert_true (SB_IS_TOOL_CARD (gtk_widget_get_parent (card)));
}

static void
test_follow (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(SbMessage) message = sb_message_new (SB_MESSAGE_ROLE_ASSISTANT, "turn");
  GtkAdjustment *adjustment;
  double value;

  show (fixture, sb_sample_long (100));
  adjustment = get_adjustment (fixture);
  sb_test_wait_until (get_rest (fixture) < 3);

  sb_message_set_state (message, SB_MESSAGE_STATE_STREAMING);
  sb_conversation_append (fixture->conversation, message);
  for (guint i = 0; i < 40; i++)
    {
      sb_message_append_text (message, "Some more words that were said, \n\nand others.\n", -1);
      wait_frames (GTK_WIDGET (fixture->chat), 1);
    }
  sb_test_wait_until (get_rest (fixture) < 3);
  g_assert_true (sb_transcript_view_get_at_end (get_transcript (fixture)));

  /* Scrolled up: what comes does not pull back. */
  wait_frames (GTK_WIDGET (fixture->chat), 5);
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) - 300);
  g_assert_false (sb_transcript_view_get_at_end (get_transcript (fixture)));
  wait_frames (GTK_WIDGET (fixture->chat), 2);
  value = gtk_adjustment_get_value (adjustment);
  for (guint i = 0; i < 20; i++)
    {
      sb_message_append_text (message, "Some more words that were said, \n\nand others.\n", -1);
      wait_frames (GTK_WIDGET (fixture->chat), 1);
    }
  g_assert_cmpfloat_with_epsilon (gtk_adjustment_get_value (adjustment), value, 40);
  g_assert_cmpfloat (get_rest (fixture), >, 300);

  activate (fixture, "chat.jump-to-end");
  sb_test_wait_until (get_rest (fixture) < 3);
  g_assert_true (sb_transcript_view_get_at_end (get_transcript (fixture)));
}

static void
test_idle (Fixture       *fixture,
           gconstpointer  data)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (fixture->chat));
  guint n_frames = 0;
  gulong id;

  show (fixture, sb_sample_primes ());
  sb_test_spin (500);

  id = g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (frame_cb), &n_frames);
  sb_test_spin (500);
  g_signal_handler_disconnect (clock, id);
  g_assert_cmpuint (n_frames, <=, 1);
}

static void
test_selection (Fixture       *fixture,
                gconstpointer  data)
{
  SbChatContext *context;
  GtkWidget *text;
  g_autofree char *selected = NULL;
  int start;
  int end;

  show (fixture, sb_sample_primes ());
  context = sb_transcript_view_get_context (get_transcript (fixture));
  text = find_widget (GTK_WIDGET (get_transcript (fixture)), SB_TYPE_TEXT_BLOCK, "bubble");
  sb_text_block_select (SB_TEXT_BLOCK (text), 0, 10);
  selected = sb_text_block_dup_selection (SB_TEXT_BLOCK (text));
  g_assert_cmpstr (selected, ==, "Initialize");
  g_assert_true (sb_chat_context_get_selection_owner (context) == text);

  text = find_widget (GTK_WIDGET (get_transcript (fixture)), SB_TYPE_TEXT_BLOCK, "monospace");
  sb_text_block_select (SB_TEXT_BLOCK (text), 0, -1);
  g_assert_true (sb_chat_context_get_selection_owner (context) == text);
  text = find_widget (GTK_WIDGET (get_transcript (fixture)), SB_TYPE_TEXT_BLOCK, "bubble");
  g_assert_false (sb_text_block_get_selection (SB_TEXT_BLOCK (text), &start, &end));
  wait_frames (GTK_WIDGET (fixture->chat), 2);
}

static void
test_hostile (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *line = g_strnfill (1024 * 1024, 'x');
  g_autoptr(GString) marks = g_string_new ("e");
  SbConversation *conversation = sb_conversation_new (NULL, NULL);

  for (guint i = 0; i < 10000; i++)
    g_string_append (marks, "\314\201");

  sb_sample_add_text (conversation, SB_MESSAGE_ROLE_USER, line);
  sb_sample_add_text (conversation, SB_MESSAGE_ROLE_ASSISTANT, marks->str);
  sb_sample_add_text (conversation, SB_MESSAGE_ROLE_ASSISTANT, line);
  sb_sample_add_tool (conversation, "exec", line, line, "exit 0", 1);
  sb_sample_add_tool (conversation, marks->str, "{}", marks->str, marks->str, 1);
  g_string_prepend (marks, "```\n");
  sb_sample_add_text (conversation, SB_MESSAGE_ROLE_ASSISTANT, marks->str);
  show (fixture, conversation);
}

/* Output grows in the card; unfolded it keeps the last lines. */
static void
test_output (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(SbMessage) message = sb_message_new (SB_MESSAGE_ROLE_TOOL, "turn");
  GtkWidget *card;
  GtkWidget *unfold;
  GtkWidget *view;

  sb_message_set_tool_call (message, "call", "exec", "{\"command\":[\"yes\"]}");
  sb_message_set_state (message, SB_MESSAGE_STATE_STREAMING);
  sb_conversation_append (fixture->conversation, message);
  wait_frames (GTK_WIDGET (fixture->chat), 3);
  card = find_widget (GTK_WIDGET (fixture->chat), SB_TYPE_TOOL_CARD, NULL);
  unfold = find_widget (card, GTK_TYPE_TOGGLE_BUTTON, NULL);

  for (guint i = 0; i < 20000; i++)
    sb_message_append_text (message, "yes\n", 4);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (unfold), TRUE);
  wait_frames (GTK_WIDGET (fixture->chat), 3);
  for (guint i = 0; i < 100; i++)
    sb_message_append_text (message, "more\n", 5);
  wait_frames (GTK_WIDGET (fixture->chat), 3);

  view = find_widget (find_widget (card, GTK_TYPE_WIDGET, "tool-output"), GTK_TYPE_TEXT_VIEW, NULL);
  g_assert_cmpint (gtk_text_buffer_get_line_count (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view))), <=, 5000);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (unfold), FALSE);
  sb_message_set_state (message, SB_MESSAGE_STATE_DONE);
  wait_frames (GTK_WIDGET (fixture->chat), 3);
}

static void
test_questions (Fixture       *fixture,
                gconstpointer  data)
{
  SbApprovals *approvals = sb_workspace_get_approvals (fixture->workspace);
  g_autoptr(SbApproval) first = sb_approval_new ("tool", "tool:a:b", "Call <b>b</b> of a", "{}", NULL);
  g_autoptr(SbApproval) second = sb_approval_new ("port", NULL, "Open port 3000", NULL, NULL);
  g_autoptr(GAsyncResult) result = NULL;
  GtkWidget *list = find_widget (GTK_WIDGET (fixture->chat), GTK_TYPE_LIST_BOX, "questions");
  GtkWidget *row;

  g_assert_false (gtk_widget_get_child_visible (list) && gtk_widget_get_mapped (list));
  sb_approvals_ask_async (approvals, first, NULL, sb_test_keep_result, &result);
  sb_approvals_ask_async (approvals, second, NULL, NULL, NULL);
  sb_test_wait_until (gtk_widget_get_mapped (list));

  row = gtk_widget_get_first_child (list);
  g_assert_true (gtk_widget_activate_action (row, "approval.allow-always", NULL));
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_approvals_ask_finish (approvals, result, NULL));
  g_assert_cmpint (sb_approval_get_state (first), ==, SB_APPROVAL_ALLOWED_ALWAYS);

  row = gtk_widget_get_first_child (list);
  g_assert_true (gtk_widget_activate_action (row, "approval.deny", NULL));
  g_assert_cmpint (sb_approval_get_state (second), ==, SB_APPROVAL_DENIED);
  g_assert_null (gtk_widget_get_first_child (list));
  sb_test_wait_until (!gtk_widget_get_mapped (list));
}

#define add(path, func) \
  g_test_add ("/chat/view/" path, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  /* Not isolated: GTK and libadwaita look for their schemas in the data directories; nothing is written here. */
  g_test_init (&argc, &argv, NULL);
  adw_init ();

  /* A cursor that blinks paints frames, and nobody looks at it. */
  g_object_set (gtk_settings_get_default (), "gtk-cursor-blink", FALSE, NULL);

  add ("samples", test_samples);
  add ("send", test_send);
  add ("failure", test_failure);
  add ("retry", test_retry);
  add ("drafts", test_drafts);
  add ("trace", test_trace);
  add ("follow", test_follow);
  add ("idle", test_idle);
  add ("selection", test_selection);
  add ("hostile", test_hostile);
  add ("output", test_output);
  add ("questions", test_questions);

  return g_test_run ();
}
