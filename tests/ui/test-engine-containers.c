/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-backend.h"
#include "sb-engine-containers.h"
#include "sb-fake-engine.h"
#include "sb-page-fixture.h"
#include "sb-shell.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define FAILED "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n{\"message\":\"out of <b>order\"}"
#define EVIL "{\"Id\":\"aa\",\"Names\":[\"/<b>x\\u001b[2J\"],\"Image\":\"<i>\",\"State\":\"paused\",\"Created\":1}"
#define OURS "{\"Id\":\"bb\",\"Names\":[\"/ours\"],\"Labels\":{\"io.github.sandbar.Sandbar\":\"1\"}}"

/* Asks while it is shown, and at no other time; shows words as words. */
static void
test_shown (void)
{
  SbFakeEngine *fake = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) client = sb_docker_client_new (sb_fake_engine_get_host (fake), NULL);
  g_autoptr(SbSandboxBackend) backend = sb_docker_backend_new (client, NULL, NULL);
  g_autoptr(SbEngine) engine = sb_engine_new (backend, "mine", 0);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *view = sb_engine_containers_new (engine);

  sb_fake_engine_set_answer (fake, FAILED, -1, 0, TRUE);
  gtk_window_set_child (GTK_WINDOW (window), view);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (sb_fake_engine_get_n_requests (fake), ==, 0);

  gtk_window_present (GTK_WINDOW (window));
  sb_test_wait_until (sb_page_fixture_shows (view, "The engine answered 500: out of <b>order"));
  g_assert_true (sb_page_fixture_shows (view, "Docker Engine · mine"));

  sb_fake_engine_set_route (fake, "GET /containers/json", OK "[" EVIL "," OURS "]", FALSE);
  sb_fake_engine_set_route (fake, "GET /events", OK, TRUE);
  sb_test_wait_until (sb_page_fixture_shows (view, "<b>x"));
  g_assert_true (sb_page_fixture_shows (view, "paused"));
  g_assert_false (sb_page_fixture_shows (view, "ours"));

  gtk_widget_set_visible (window, FALSE);
  sb_test_wait_until (sb_fake_engine_saw_end (fake));
  g_assert_cmpuint (sb_fake_engine_count (fake, "GET "), ==, sb_fake_engine_get_n_requests (fake));
  gtk_window_destroy (GTK_WINDOW (window));
  sb_fake_engine_free (fake);
}

/* Bubblewrap has none. */
static void
test_none (void)
{
  g_autoptr(SbTestBackend) backend = sb_test_backend_new ("bubblewrap");
  g_autoptr(SbEngine) engine = sb_engine_new (SB_SANDBOX_BACKEND (backend), "bubblewrap", 0);

  g_assert_null (sb_engine_containers_new (engine));
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  g_test_add_func ("/engine-containers/shown", test_shown);
  g_test_add_func ("/engine-containers/none", test_none);

  return g_test_run ();
}
