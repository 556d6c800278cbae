/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-shell.h"
#include "sb-sidebar.h"
#include "sb-test.h"

typedef struct
{
  /* owned */
  SbWorkspace *workspace;
  SbSelection *selection;

  /* borrowed */
  GtkWidget *window;
  GtkWidget *sidebar;
} Fixture;

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

static void
converse (Fixture    *fixture,
          const char *title,
          const char *said)
{
  SbConversation *conversation = sb_workspace_new_conversation (fixture->workspace);
  g_autoptr(SbMessage) message = sb_message_new (SB_MESSAGE_ROLE_USER, "turn");

  sb_conversation_set_title (conversation, title);
  sb_message_set_text (message, said);
  sb_message_set_state (message, SB_MESSAGE_STATE_DONE);
  sb_conversation_append (conversation, message);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *agents = g_build_filename (g_getenv ("SB_TEST_SOURCE_ROOT"), "catalog", "agents.yaml", NULL);
  SbWorkspaceOptions options = { .agents_file = agents, .ephemeral = TRUE };
  g_autoptr(GError) error = NULL;

  fixture->workspace = sb_workspace_new (&options, &error);
  g_assert_no_error (error);
  converse (fixture, "Primes", "Print the first twenty");
  converse (fixture, "Ärger", "It is 100% broken, \"really\"");
  converse (fixture, "検索", "NEAR AND OR NOT *");

  fixture->selection = sb_selection_new (fixture->workspace);
  fixture->sidebar = g_object_new (SB_TYPE_SIDEBAR, NULL);
  sb_sidebar_set_selection (SB_SIDEBAR (fixture->sidebar), fixture->selection);
  fixture->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->sidebar);
  gtk_window_present (GTK_WINDOW (fixture->window));
  sb_test_wait_until (gtk_widget_get_mapped (fixture->sidebar));
  sb_sidebar_set_searching (SB_SIDEBAR (fixture->sidebar), TRUE);
  sb_test_wait_until (gtk_revealer_get_child_revealed (GTK_REVEALER (find_type (fixture->sidebar,
                                                                               GTK_TYPE_REVEALER))));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_object_add_weak_pointer (G_OBJECT (fixture->sidebar), (gpointer *) &fixture->sidebar);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  sb_test_wait_until (fixture->sidebar == NULL);
  g_clear_object (&fixture->selection);
  g_clear_object (&fixture->workspace);
}

static GListModel *
get_rows (Fixture *fixture)
{
  GtkWidget *list = find_type (fixture->sidebar, GTK_TYPE_LIST_VIEW);

  return G_LIST_MODEL (gtk_list_view_get_model (GTK_LIST_VIEW (list)));
}

static void
changed_cb (gboolean *changed)
{
  *changed = TRUE;
}

/* What is left, as "title title", newest first. */
static char *
search (Fixture    *fixture,
        const char *text)
{
  GtkWidget *entry = find_type (fixture->sidebar, GTK_TYPE_SEARCH_ENTRY);
  GListModel *rows = get_rows (fixture);
  g_autoptr(GString) titles = g_string_new (NULL);
  gboolean changed = FALSE;
  gulong id = g_signal_connect_data (entry, "search-changed", G_CALLBACK (changed_cb), &changed, NULL,
                                     G_CONNECT_SWAPPED | G_CONNECT_AFTER);

  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  /* What stood there before is deleted first, and of an empty entry it tells at once. */
  changed = *text == '\0';
  sb_test_wait_until (changed);
  g_signal_handler_disconnect (entry, id);
  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr(SbConversation) conversation = g_list_model_get_item (rows, i);

      g_string_append_printf (titles, "%s%s", i > 0 ? " " : "", sb_conversation_get_title (conversation));
    }

  return g_string_free (g_steal_pointer (&titles), FALSE);
}

static void
test_search (Fixture       *fixture,
             gconstpointer  data)
{
  static const struct
  {
    const char *text;
    const char *titles;
  } cases[] = {
    { "prime", "Primes" },
    { "TWENTY", "Primes" },
    { "ärg", "Ärger" },
    { "検索", "検索" },
    { "i", "Ärger Primes" },
    { "nobody said this", "" },
    { "100%", "Ärger" },
    { "%", "Ärger" },
    { "_", "" },
    { "\"really\"", "Ärger" },
    { "\"", "Ärger" },
    { "NEAR AND", "検索" },
    { "*", "検索" },
    { "'; DROP TABLE message; --", "" },
    { "", "検索 Ärger Primes" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *titles = search (fixture, cases[i].text);

      g_assert_cmpstr (titles, ==, cases[i].titles);
    }
}

/* Enter right after the last letter does not open what the search had not looked at yet. */
static void
test_enter (Fixture       *fixture,
            gconstpointer  data)
{
  GtkWidget *entry = find_type (fixture->sidebar, GTK_TYPE_SEARCH_ENTRY);

  gtk_editable_set_text (GTK_EDITABLE (entry), "twenty");
  g_signal_emit_by_name (entry, "activate");
  g_assert_cmpuint (g_list_model_get_n_items (get_rows (fixture)), ==, 1);
  g_assert_cmpstr (sb_conversation_get_title (sb_selection_get_conversation (fixture->selection)), ==, "Primes");
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();

  g_test_add ("/sidebar/search", Fixture, NULL, set_up, test_search, tear_down);
  g_test_add ("/sidebar/enter", Fixture, NULL, set_up, test_enter, tear_down);

  return g_test_run ();
}
