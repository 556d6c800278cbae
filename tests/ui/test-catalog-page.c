/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <adwaita.h>
#include <gtksourceview/gtksource.h>
#include <string.h>

#include "sb-catalog-page.h"
#include "sb-fake-engine.h"
#include "sb-problem-row.h"
#include "sb-shell.h"
#include "sb-test.h"
#include "sb-tools-fixture.h"

#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static GtkTextBuffer *
get_buffer (SbToolsFixture *fixture)
{
  GtkWidget *view = sb_tools_fixture_find (fixture->page, GTK_SOURCE_TYPE_VIEW);

  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
}

static gboolean
has (SbToolsFixture *fixture,
     const char     *part)
{
  g_autofree char *text = NULL;

  g_object_get (get_buffer (fixture), "text", &text, NULL);

  return strstr (text, part) != NULL;
}

/* What is written is not in force before it is saved, and then at once. */
static void
test_save (SbToolsFixture *fixture,
           gconstpointer   data)
{
  GtkTextIter end;

  g_assert_true (has (fixture, "It says what the sky does."));
  gtk_text_buffer_get_end_iter (get_buffer (fixture), &end);
  gtk_text_buffer_insert (get_buffer (fixture), &end, "  third:\n    image: example/third:1\n", -1);
  g_assert_true (sb_tools_fixture_shows (fixture->page, "not saved"));
  g_assert_null (sb_gateway_lookup (fixture->gateway, "third"));
  gtk_widget_activate_action (fixture->page, "catalog.save", NULL);
  g_assert_nonnull (sb_gateway_lookup (fixture->gateway, "third"));
  g_assert_false (sb_tools_fixture_shows (fixture->page, "not saved"));

  gtk_text_buffer_set_text (get_buffer (fixture), "registry: [", -1);
  gtk_widget_activate_action (fixture->page, "catalog.save", NULL);
  g_assert_nonnull (sb_gateway_lookup (fixture->gateway, "third"));
  g_assert_true (has (fixture, "registry: ["));
}

/* Answers the question that stands. */
static void
answer (const char *response)
{
  GListModel *toplevels = gtk_window_get_toplevels ();
  GtkWindow *question = NULL;

  for (guint i = 0; question == NULL && i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr(GtkWindow) window = g_list_model_get_item (toplevels, i);

      if (ADW_IS_MESSAGE_DIALOG (window))
        question = window;
    }

  g_assert_nonnull (question);
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (question), response);
  gtk_window_destroy (question);
}

/* What happens to the catalog while somebody writes is not undone by saving, unless that is wanted. */
static void
test_conflict (SbToolsFixture *fixture,
               gconstpointer   data)
{
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (get_buffer (fixture), &end);
  gtk_text_buffer_insert (get_buffer (fixture), &end, "# mine\n", -1);
  g_assert_true (sb_tools_model_remove (fixture->model, "weather", NULL));
  g_assert_true (has (fixture, "# mine"));
  gtk_widget_activate_action (fixture->page, "catalog.save", NULL);
  answer ("cancel");
  g_assert_null (strstr (fixture->saved, "# mine"));

  gtk_widget_activate_action (fixture->page, "catalog.save", NULL);
  answer ("take");
  g_assert_false (has (fixture, "# mine"));
  g_assert_false (has (fixture, "weather:"));
  gtk_text_buffer_undo (get_buffer (fixture));
  g_assert_true (has (fixture, "# mine"));

  gtk_widget_activate_action (fixture->page, "catalog.save", NULL);
  g_assert_nonnull (strstr (fixture->saved, "# mine"));
}

/* A problem is listed with its line; its fix changes the text, and can be taken back. */
static void
test_fix (SbToolsFixture *fixture,
          gconstpointer   data)
{
  static const char text[] = "name: mine\nregistry:\n  one:\n    image: example/one:1\n    longlived: true\n";
  GtkWidget *row = NULL;

  gtk_text_buffer_set_text (get_buffer (fixture), text, -1);
  sb_test_wait_until ((row = sb_tools_fixture_find (fixture->page, SB_TYPE_PROBLEM_ROW)) != NULL
                      && sb_tools_fixture_shows (fixture->page, "line 5"));
  while (row != NULL && !sb_tools_fixture_shows (row, "line 5"))
    row = gtk_widget_get_first_child (gtk_widget_get_next_sibling (gtk_widget_get_parent (row)));
  g_signal_emit_by_name (sb_tools_fixture_find (row, GTK_TYPE_BUTTON), "clicked");
  sb_test_wait_until (!has (fixture, "longlived"));
  gtk_text_buffer_undo (get_buffer (fixture));
  g_assert_true (has (fixture, "longlived"));
}

/* The digest of what has the name now goes into the text; nothing is saved by it. */
static void
test_pin (SbToolsFixture *fixture,
          gconstpointer   data)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) docker = sb_docker_client_new (sb_fake_engine_get_host (engine), NULL);
  GtkTextIter start;

  gtk_text_buffer_get_iter_at_line (get_buffer (fixture), &start, 3);
  gtk_text_buffer_place_cursor (get_buffer (fixture), &start);
  gtk_widget_activate_action (fixture->page, "catalog.pin", NULL);
  g_assert_false (sb_tools_model_get_unsaved (fixture->model));

  sb_gateway_set_docker (fixture->gateway, docker);
  sb_fake_engine_set_answer (engine, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"RepoDigests\":[\"example/weather@"
                             DIGEST "\"]}", -1, 0, TRUE);
  gtk_widget_activate_action (fixture->page, "catalog.pin", NULL);
  sb_test_wait_until (has (fixture, "    image: example/weather@" DIGEST "\n"));
  g_assert_true (sb_tools_model_get_unsaved (fixture->model));
  g_assert_null (strstr (sb_tools_model_get_text (fixture->model), DIGEST));
  gtk_text_buffer_undo (get_buffer (fixture));
  g_assert_true (has (fixture, "image: example/weather:1\n"));
}

int
main (int   argc,
      char *argv[])
{
  gconstpointer type;

  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  type = GSIZE_TO_POINTER (SB_TYPE_CATALOG_PAGE);

#define ADD(name, func) \
  g_test_add ("/catalog-page/" name, SbToolsFixture, type, sb_tools_fixture_set_up, func, sb_tools_fixture_tear_down)
  ADD ("save", test_save);
  ADD ("conflict", test_conflict);
  ADD ("fix", test_fix);
  ADD ("pin", test_pin);

  return g_test_run ();
}
