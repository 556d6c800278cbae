/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-page-fixture.h"
#include "sb-port-row.h"
#include "sb-ports-page.h"
#include "sb-shell.h"
#include "sb-test-sockets.h"

/* The servers "inside" are sockets of this process: the helper runs unisolated, on the same loopback. */

static gboolean
shows_port (SbPageFixture *fixture,
            guint16        port)
{
  g_autofree char *start = g_strdup_printf ("%u · ", port);

  return sb_page_fixture_shows (fixture->page, start);
}

static SbPortList *
get_ports (SbPageFixture *fixture)
{
  return sb_sandbox_get_ports (fixture->sandbox);
}

static void
test_list (SbPageFixture *fixture,
           gconstpointer  data)
{
  g_autoptr(GSocketListener) server = NULL;
  guint16 port = 0;

  g_assert_true (sb_page_fixture_shows (fixture->page, "No Server Is Running"));
  server = sb_test_serve (&port);
  sb_page_fixture_show (fixture);
  sb_test_wait_until (shows_port (fixture, port));

  g_socket_listener_close (server);
  sb_test_wait_until (!shows_port (fixture, port));
}

/* Open, offered, closed again; and the end of the sandbox takes all of it. */
static void
test_states (SbPageFixture *fixture,
             gconstpointer  data)
{
  g_autoptr(GSocketListener) server = NULL;
  g_autoptr(SbPortForward) forward = NULL;
  GtkWidget *row = NULL;
  guint16 port = 0;

  server = sb_test_serve (&port);
  sb_page_fixture_show (fixture);
  sb_test_wait_until (shows_port (fixture, port));
  sb_port_list_offer (get_ports (fixture), port);
  g_assert_true (sb_page_fixture_shows (fixture->page, "An agent wants to show you this"));

  g_assert_true (sb_port_list_open (get_ports (fixture), port, NULL));
  g_assert_true (sb_page_fixture_shows (fixture->page, "Open for your browser only"));
  forward = g_object_ref (sb_port_get_forward (sb_port_list_find (get_ports (fixture), port)));
  row = sb_port_row_new (get_ports (fixture), sb_port_list_find (get_ports (fixture), port));
  g_object_ref_sink (row);
  gtk_widget_activate_action (row, "port.close", NULL);
  g_object_unref (row);
  g_assert_false (sb_port_forward_is_open (forward));
  g_assert_false (sb_page_fixture_shows (fixture->page, "Open for your browser only"));
  g_assert_true (shows_port (fixture, port));

  sb_page_fixture_stop (fixture);
  sb_test_wait_until (sb_page_fixture_shows (fixture->page, "No Server Is Running"));
}

int
main (int   argc,
      char *argv[])
{
  gconstpointer type;

  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  type = GSIZE_TO_POINTER (SB_TYPE_PORTS_PAGE);

#define ADD(name, func) \
  g_test_add ("/ports-page/" name, SbPageFixture, type, sb_page_fixture_set_up, func, sb_page_fixture_tear_down)
  ADD ("list", test_list);
  ADD ("states", test_states);

  return g_test_run ();
}
