/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-code-view.h"
#include "sb-outline.h"
#include "sb-panes.h"
#include "sb-preferences.h"
#include "sb-provider-group.h"
#include "sb-shell.h"
#include "sb-test.h"
#include "sb-trace-row.h"
#include "sb-window.h"

typedef struct
{
  /* owned */
  SbWorkspace *workspace;

  /* borrowed */
  SbWindow *window;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *agents = g_build_filename (g_getenv ("SB_TEST_SOURCE_ROOT"), "catalog", "agents.yaml", NULL);
  SbWorkspaceOptions options = { .agents_file = agents, .ephemeral = TRUE };
  g_autoptr(GError) error = NULL;

  fixture->workspace = sb_workspace_new (&options, &error);
  g_assert_no_error (error);
  fixture->window = g_object_ref (sb_window_new (NULL, fixture->workspace));
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 1280, 800);
  gtk_window_present (GTK_WINDOW (fixture->window));
  sb_test_wait_until (gtk_widget_get_width (GTK_WIDGET (fixture->window)) > 1000);
}

/* The window goes, and all that hung on it. */
static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_object_add_weak_pointer (G_OBJECT (fixture->window), (gpointer *) &fixture->window);
  g_object_unref (fixture->window);
  sb_test_wait_until (fixture->window == NULL);
  g_clear_object (&fixture->workspace);
}

static SbConversation *
get_conversation (Fixture *fixture)
{
  return sb_selection_get_conversation (sb_window_get_selection (fixture->window));
}

static SbTrace *
get_trace (Fixture *fixture)
{
  return sb_conversation_get_trace (get_conversation (fixture));
}

static GtkWidget *
find_type (GtkWidget *widget,
           GType      type)
{
  GtkWidget *child;

  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;

  for (child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_type (child, type);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static GtkWidget *
find_name (GtkWidget  *widget,
           const char *type_name)
{
  GtkWidget *found = find_type (widget, g_type_from_name (type_name));

  g_assert_nonnull (found);

  return found;
}

static gboolean
is_named (GtkWidget *widget)
{
  const char *label = GTK_IS_BUTTON (widget) ? gtk_button_get_label (GTK_BUTTON (widget)) : NULL;
  GtkWidget *content = find_type (widget, GTK_TYPE_LABEL);

  if (label != NULL || (content != NULL && *gtk_label_get_text (GTK_LABEL (content)) != '\0'))
    return TRUE;
  if (gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL)
      || gtk_test_accessible_has_relation (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_RELATION_LABELLED_BY))
    return TRUE;

  return gtk_widget_get_tooltip_text (widget) != NULL;
}

/* Names of the buttons of the toolkit's own widgets are the toolkit's. */
static gboolean
is_ours (GtkWidget *widget)
{
  static const char * const foreign[] = {
    "AdwEntryRow", "AdwPasswordEntryRow", "AdwToastWidget", "AdwViewSwitcher", "GtkPopover", "GtkSearchBar",
    "GtkSpinButton", "GtkWindowControls",
  };
  GtkWidget *parent = gtk_widget_get_parent (widget);

  for (GtkWidget *above = parent; above != NULL; above = gtk_widget_get_parent (above))
    for (guint i = 0; i < G_N_ELEMENTS (foreign); i++)
      {
        GType type = g_type_from_name (foreign[i]);

        if (type != 0 && G_TYPE_CHECK_INSTANCE_TYPE (above, type))
          return FALSE;
      }

  /* Expander rows have a switch of their own, hidden. */
  if (GTK_IS_SWITCH (widget) && !gtk_widget_get_visible (widget))
    return FALSE;

  return !GTK_IS_MENU_BUTTON (parent) && !GTK_IS_DROP_DOWN (parent);
}

static guint
check_names (GtkWidget *widget)
{
  /* An AdwExpanderRow hides one that nobody asked for. */
  gboolean is_switch = GTK_IS_SWITCH (widget) && gtk_widget_get_visible (widget);
  GtkWidget *child;
  guint n_checked = 0;

  if ((GTK_IS_BUTTON (widget) || GTK_IS_MENU_BUTTON (widget) || is_switch) && is_ours (widget))
    {
      if (!is_named (widget))
        {
          GtkWidget *owner = gtk_widget_get_parent (widget);

          /* The one whose template it is in. */
          while (owner != NULL && !g_str_has_prefix (G_OBJECT_TYPE_NAME (owner), "Sb"))
            owner = gtk_widget_get_parent (owner);
          g_error ("a %s in a %s has no name", G_OBJECT_TYPE_NAME (widget),
                   owner != NULL ? G_OBJECT_TYPE_NAME (owner) : "window");
        }
      n_checked++;
    }

  for (child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    n_checked += check_names (child);

  return n_checked;
}

static void
test_names (Fixture       *fixture,
            gconstpointer  data)
{
  GtkWidget *preferences = sb_preferences_new (fixture->workspace);

  g_assert_cmpuint (check_names (GTK_WIDGET (fixture->window)), >, 10);
  g_assert_cmpuint (check_names (preferences), >, 0);
  gtk_window_destroy (GTK_WINDOW (preferences));
}

static SbTraceEvent *
fill_trace (Fixture *fixture)
{
  SbTrace *trace = get_trace (fixture);
  SbTraceEvent *turn = sb_trace_begin (trace, NULL, SB_TRACE_KIND_TURN, "print <b>primes</b> & more");
  SbTraceEvent *call = sb_trace_begin (trace, turn, SB_TRACE_KIND_TOOL_CALL, "exec node hello.js");

  sb_trace_event_set_request (call, "{\"command\":[\"node\",\"hello.js\"]}");
  sb_trace_event_set_response (call, "{\"exitCode\":0}");
  sb_trace_event_set_subtitle (call, "exit 0");
  sb_trace_event_finish (call, SB_TRACE_STATE_OK);
  sb_trace_event_finish (sb_trace_begin (trace, turn, SB_TRACE_KIND_MODEL_CALL, "qwen"),
                         SB_TRACE_STATE_FAILED);
  sb_trace_event_finish (turn, SB_TRACE_STATE_CANCELLED);

  return call;
}

static GtkSingleSelection *
get_trace_list (Fixture *fixture)
{
  GtkWidget *view = find_name (GTK_WIDGET (fixture->window), "SbTraceView");

  return GTK_SINGLE_SELECTION (gtk_list_view_get_model (GTK_LIST_VIEW (find_type (view,
                                                                                  GTK_TYPE_LIST_VIEW))));
}

static const char *
get_selected_title (Fixture *fixture)
{
  SbOutlineNode *node = gtk_single_selection_get_selected_item (get_trace_list (fixture));

  return node != NULL ? sb_trace_event_get_title (sb_outline_node_get_item (node)) : NULL;
}

static char *
dup_code (Fixture *fixture)
{
  GtkWidget *detail = find_name (GTK_WIDGET (fixture->window), "SbTraceDetail");

  return sb_code_view_dup_text (SB_CODE_VIEW (find_type (detail, SB_TYPE_CODE_VIEW)));
}

/* A card selected in the chat selects the row, a row selected in the trace the card: by way of the selection. */
static void
test_trace_selection (Fixture       *fixture,
                      gconstpointer  data)
{
  SbSelection *selection = sb_window_get_selection (fixture->window);
  SbTraceEvent *call = fill_trace (fixture);
  g_autofree char *code = NULL;

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (get_trace_list (fixture))), ==, 3);
  g_assert_null (get_selected_title (fixture));
  sb_selection_set_trace_id (selection, sb_trace_event_get_id (call));
  g_assert_cmpstr (get_selected_title (fixture), ==, "exec node hello.js");
  code = dup_code (fixture);
  g_assert_nonnull (strstr (code, "\"command\": ["));

  gtk_single_selection_set_selected (get_trace_list (fixture), 0);
  g_assert_cmpstr (sb_selection_get_trace_id (selection), !=, sb_trace_event_get_id (call));
  sb_selection_set_trace_id (selection, NULL);
  g_assert_null (get_selected_title (fixture));
  sb_test_spin (100);
}

/* The event of a collapsed branch is selected all the same. */
static void
test_reveal (Fixture       *fixture,
             gconstpointer  data)
{
  SbTraceEvent *call = fill_trace (fixture);
  GtkSingleSelection *list = get_trace_list (fixture);
  GtkWidget *view = find_name (GTK_WIDGET (fixture->window), "SbTraceView");

  gtk_widget_activate_action (view, "trace.collapse-all", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 1);
  sb_selection_set_trace_id (sb_window_get_selection (fixture->window), sb_trace_event_get_id (call));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 3);
  g_assert_cmpstr (get_selected_title (fixture), ==, "exec node hello.js");
  gtk_widget_activate_action (view, "trace.layout", "s", "tree");
  sb_test_spin (60);
}

static void
test_huge_body (Fixture       *fixture,
                gconstpointer  data)
{
  SbTraceEvent *call = fill_trace (fixture);
  g_autoptr(GString) body = g_string_new ("{\"text\":[\"");
  g_autofree char *code = NULL;

  while (body->len < 200 * 1024)
    g_string_append (body, "word and another\",\"");
  g_string_append (body, "\"]}");
  sb_trace_event_set_request (call, body->str);
  sb_selection_set_trace_id (sb_window_get_selection (fixture->window), sb_trace_event_get_id (call));
  code = dup_code (fixture);
  g_assert_cmpuint (strlen (code), >, 100 * 1024);
  sb_test_spin (200);
}

static void
test_conversations (Fixture       *fixture,
                    gconstpointer  data)
{
  GtkWidget *window = GTK_WIDGET (fixture->window);
  GListModel *list = sb_workspace_get_conversations (fixture->workspace);
  SbConversation *first = get_conversation (fixture);
  SbConversation *second;

  /* Nothing was said in it: it is used before another one is made. */
  gtk_widget_activate_action (window, "win.new-conversation", NULL);
  g_assert_true (get_conversation (fixture) == first);

  sb_conversation_set_title (first, "One <i>title</i>");
  gtk_widget_activate_action (window, "win.new-conversation", NULL);
  second = get_conversation (fixture);
  g_assert_true (second != first);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 2);
  sb_conversation_set_title (second, "Two");

  gtk_widget_activate_action (window, "win.delete-conversation", NULL);
  g_assert_true (get_conversation (fixture) == first);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 1);
  gtk_widget_activate_action (window, "win.undo-delete", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (list), ==, 2);
  g_assert_cmpstr (sb_conversation_get_title (get_conversation (fixture)), ==, "Two");

  gtk_widget_activate_action (window, "win.select-conversation", "i", 1);
  gtk_widget_activate_action (window, "win.select-conversation", "i", 9);
  sb_window_show_toast (fixture->window, "5 < 6 & <b>not markup");
  sb_test_spin (100);
}

static gboolean
is_shown (Fixture    *fixture,
          const char *type_name)
{
  return gtk_widget_get_mapped (find_name (GTK_WIDGET (fixture->window), type_name));
}

static void
resize (Fixture      *fixture,
        int           width,
        SbPanesWidth  expected)
{
  SbPanes *panes = SB_PANES (find_type (GTK_WIDGET (fixture->window), SB_TYPE_PANES));

  gtk_window_set_default_size (GTK_WINDOW (fixture->window), width, 700);
  sb_test_wait_until (sb_panes_get_width_class (panes) == expected);
  sb_test_spin (50);
}

/* What gives way when the window gets narrow comes back when it gets wide; what was asked for last never gives way. */
static void
test_widths (Fixture       *fixture,
             gconstpointer  data)
{
  GtkWidget *window = GTK_WIDGET (fixture->window);

  g_assert_true (is_shown (fixture, "SbSidebar") && is_shown (fixture, "SbChatView") && is_shown (fixture,
                                                                                                  "SbTraceView"));
  resize (fixture, 800, SB_PANES_MEDIUM);
  sb_test_wait_until (!is_shown (fixture, "SbTraceView"));
  g_assert_true (is_shown (fixture, "SbSidebar") && is_shown (fixture, "SbChatView"));
  gtk_widget_activate_action (window, "win.show-inspector", NULL);
  sb_test_wait_until (is_shown (fixture, "SbTraceView"));
  g_assert_false (is_shown (fixture, "SbSidebar"));

  resize (fixture, 420, SB_PANES_NARROW);
  g_assert_true (is_shown (fixture, "SbTraceView"));
  g_assert_false (is_shown (fixture, "SbChatView"));
  gtk_widget_activate_action (window, "win.show-chat", NULL);
  sb_test_wait_until (is_shown (fixture, "SbChatView"));
  g_assert_false (is_shown (fixture, "SbTraceView"));

  resize (fixture, 1280, SB_PANES_WIDE);
  sb_test_wait_until (is_shown (fixture, "SbSidebar") && is_shown (fixture, "SbTraceView"));
  gtk_widget_activate_action (window, "win.show-page", "s", "sandbox");
  sb_test_wait_until (is_shown (fixture, "SbSandboxView"));

  resize (fixture, 420, SB_PANES_NARROW);
  sb_test_wait_until (is_shown (fixture, "SbChatView"));
  g_assert_false (is_shown (fixture, "SbSidebar") || is_shown (fixture, "SbSandboxView"));
}

static void
count_cb (guint *n_frames)
{
  (*n_frames)++;
}

static gboolean
comes_to_rest (guint *n_frames)
{
  for (int attempt = 0; attempt < 12; attempt++)
    {
      *n_frames = 0;
      sb_test_spin (300);
      if (*n_frames == 0)
        return TRUE;
    }

  return FALSE;
}

/* Time only passes on screen while something runs. */
static void
test_frames (Fixture       *fixture,
             gconstpointer  data)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (fixture->window));
  SbTraceEvent *turn;
  guint n_frames = 0;

  fill_trace (fixture);
  g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (count_cb), &n_frames);
  g_assert_true (comes_to_rest (&n_frames));

  turn = sb_trace_begin (get_trace (fixture), NULL, SB_TRACE_KIND_TURN, "running");
  g_assert_false (comes_to_rest (&n_frames));
  sb_trace_event_finish (turn, SB_TRACE_STATE_OK);
  g_assert_true (comes_to_rest (&n_frames));
  g_signal_handlers_disconnect_by_data (clock, &n_frames);
}

static AdwMessageDialog *
find_question (void)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr(GtkWindow) window = g_list_model_get_item (toplevels, i);

      if (ADW_IS_MESSAGE_DIALOG (window))
        return ADW_MESSAGE_DIALOG (window);
    }

  return NULL;
}

/* As its buttons do. */
static void
answer (const char *response)
{
  AdwMessageDialog *question = find_question ();

  adw_message_dialog_response (question, response);
  gtk_window_destroy (GTK_WINDOW (question));
}

/* It does not close over what was not saved before somebody said so, and asks once. */
static void
test_closing (Fixture       *fixture,
              gconstpointer  data)
{
  GtkWindow *window = GTK_WINDOW (fixture->window);
  g_autoptr(GObject) model = NULL;

  g_object_get (find_name (GTK_WIDGET (window), "SbToolsView"), "model", &model, NULL);
  g_object_set (model, "unsaved", TRUE, NULL);
  gtk_window_close (window);
  sb_test_wait_until (find_question () != NULL);
  gtk_window_close (window);
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (window)));
  g_assert_nonnull (strstr (adw_message_dialog_get_body (find_question ()), "catalog"));
  answer ("cancel");
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (window)));

  gtk_window_close (window);
  sb_test_wait_until (find_question () != NULL);
  answer ("close");
  sb_test_wait_until (!gtk_widget_get_visible (GTK_WIDGET (window)));
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  /* It would take frames on its own account. */
  g_object_set (gtk_settings_get_default (), "gtk-cursor-blink", FALSE, NULL);

  g_test_add ("/window/names", Fixture, NULL, set_up, test_names, tear_down);
  g_test_add ("/window/trace-selection", Fixture, NULL, set_up, test_trace_selection, tear_down);
  g_test_add ("/window/reveal", Fixture, NULL, set_up, test_reveal, tear_down);
  g_test_add ("/window/huge-body", Fixture, NULL, set_up, test_huge_body, tear_down);
  g_test_add ("/window/conversations", Fixture, NULL, set_up, test_conversations, tear_down);
  g_test_add ("/window/widths", Fixture, NULL, set_up, test_widths, tear_down);
  g_test_add ("/window/frames", Fixture, NULL, set_up, test_frames, tear_down);
  g_test_add ("/window/closing", Fixture, NULL, set_up, test_closing, tear_down);

  return g_test_run ();
}
