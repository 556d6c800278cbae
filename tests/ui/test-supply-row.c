/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-fake-engine.h"
#include "sb-page-fixture.h"
#include "sb-shell.h"
#include "sb-supply-row.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define STEP "{\"stream\":\"Step 2/4 : RUN <b>true</b>\\n\"}\r\n"

/* One row, of an engine whose image is missing. */
typedef struct
{
  SbFakeEngine    *fake;
  SbTestBackend   *backend;
  SbEngine        *engine;
  SbImageSupplies *supplies;
  GtkWidget       *window;
  GtkWidget       *row;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->fake = sb_fake_engine_new ();
  fixture->backend = sb_test_backend_new ("The <engine>");
  sb_test_backend_lose_image (fixture->backend, sb_fake_engine_get_host (fixture->fake));
  fixture->engine = sb_engine_new (SB_SANDBOX_BACKEND (fixture->backend), "engine", 0);
  fixture->supplies = sb_image_supplies_new ();
  fixture->window = gtk_window_new ();
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  sb_image_supplies_close (fixture->supplies);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (fixture->supplies);
  g_object_unref (fixture->engine);
  g_object_unref (fixture->backend);
  sb_fake_engine_free (fixture->fake);
}

static guint
count (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (fixture->supplies));
}

static SbImageSupply *
present (Fixture *fixture)
{
  g_autoptr(SbImageSupply) supply = g_list_model_get_item (G_LIST_MODEL (fixture->supplies), 0);

  fixture->row = sb_supply_row_new (fixture->supplies, supply);
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->row);
  gtk_window_present (GTK_WINDOW (fixture->window));
  sb_test_wait_until (gtk_widget_get_mapped (fixture->row));

  return supply;
}

/* What the engine says is no markup, and the work can be given up. */
static void
test_progress (Fixture       *fixture,
               gconstpointer  data)
{
  SbImageSupply *supply = NULL;

  sb_fake_engine_set_route (fixture->fake, "POST /build", OK STEP, TRUE);
  sb_image_supplies_make (fixture->supplies, fixture->engine, NULL);
  supply = present (fixture);
  g_assert_true (sb_page_fixture_shows (fixture->row, "The <engine> builds the image"));
  sb_test_wait_until (sb_page_fixture_shows (fixture->row, "Step 2/4 : RUN <b>true</b>"));
  g_assert_cmpfloat (sb_image_supply_get_fraction (supply), ==, 0.25);
  g_assert_false (sb_page_fixture_shows (fixture->row, "_Try Again"));

  gtk_widget_activate_action (fixture->row, "supply.cancel", NULL);
  sb_test_wait_until (count (fixture) == 0);
}

static void
test_failure (Fixture       *fixture,
              gconstpointer  data)
{
  GtkWidget *log = NULL;

  sb_fake_engine_set_route (fixture->fake, "POST /build", OK STEP "{\"error\":\"no <i>space</i>\"}\r\n", FALSE);
  sb_image_supplies_make (fixture->supplies, fixture->engine, NULL);
  present (fixture);
  sb_test_wait_until (sb_page_fixture_shows (fixture->row, "The image for sandboxes was not built"));
  g_assert_true (sb_page_fixture_shows (fixture->row, "The image “me/own:1” could not be built: no <i>space</i>"));

  log = sb_page_fixture_find (fixture->row, GTK_TYPE_TEXT_VIEW);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (sb_page_fixture_find (fixture->row, GTK_TYPE_TOGGLE_BUTTON)), TRUE);
  g_assert_cmpint (gtk_text_buffer_get_char_count (gtk_text_view_get_buffer (GTK_TEXT_VIEW (log))), >, 10);

  /* Again, and this time it works. */
  sb_fake_engine_set_route (fixture->fake, "POST /build", OK STEP, FALSE);
  gtk_widget_activate_action (fixture->row, "supply.retry", NULL);
  g_assert_cmpuint (count (fixture), ==, 1);
  sb_test_wait_until (count (fixture) == 0);
  g_assert_cmpint (sb_engine_get_state (fixture->engine), ==, SB_ENGINE_STATE_READY);
}

static void
test_dismissed (Fixture       *fixture,
                gconstpointer  data)
{
  sb_fake_engine_set_route (fixture->fake, "POST /build", OK "{\"error\":\"no\"}\r\n", FALSE);
  sb_image_supplies_make (fixture->supplies, fixture->engine, NULL);
  present (fixture);
  sb_test_wait_until (sb_page_fixture_shows (fixture->row, "The image for sandboxes was not built"));
  gtk_widget_activate_action (fixture->row, "supply.dismiss", NULL);
  g_assert_cmpuint (count (fixture), ==, 0);
}

#define ADD(name, func) g_test_add ("/supply-row/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  ADD ("progress", test_progress);
  ADD ("failure", test_failure);
  ADD ("dismissed", test_dismissed);

  return g_test_run ();
}
