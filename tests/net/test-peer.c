/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-peer.h"
#include "sb-test.h"

static const char table[] =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
  "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 100 1 0 100 0 0 10 0\n"
  "   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 101 1 0 20 4 0 10 -1\n"
  "   2: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1234        0 102 1 0 20 4 0 10 -1\n"
  "broken line\n"
  "   3: 0200007F:C350 0100007F:1F90 01\n";

static gboolean
find (const char *text,
      const char *address,
      guint       port,
      guint16     local_port,
      guint      *user)
{
  g_autoptr(GSocketAddress) peer = g_inet_socket_address_new_from_string (address, port);

  return sb_peer_find_user (text, peer, local_port, user);
}

static void
test_table (void)
{
  static const char v6[] = "   0: 00000000000000000000000001000000:C350 00000000000000000000000001000000:1F90 01 "
                           "00000000:00000000 00:00000000 00000000     7        0 5";
  guint user = 0;

  g_assert_true (find (table, "127.0.0.1", 50000, 8080, &user));
  g_assert_cmpuint (user, ==, 1234);
  g_assert_false (find (table, "127.0.0.1", 50000, 8081, &user));
  g_assert_false (find (table, "127.0.0.1", 50001, 8080, &user));
  g_assert_false (find (table, "127.0.0.2", 50000, 8080, &user));
  g_assert_false (find ("", "127.0.0.1", 50000, 8080, &user));
  g_assert_true (find (v6, "::1", 50000, 8080, &user));
  g_assert_cmpuint (user, ==, 7);
  for (gsize i = 0; i < sizeof v6 - 20; i++)
    {
      g_autofree char *cut = g_strndup (v6, i);

      g_assert_false (find (cut, "::1", 50000, 8080, &user));
    }
}

static void
test_connection (void)
{
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr(GSocketAddress) bound = NULL;
  g_autoptr(GSocketConnection) there = NULL;
  g_autoptr(GSocketConnection) here = NULL;
  g_autoptr(GError) error = NULL;

  g_socket_listener_add_address (listener, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error (error);
  there = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (bound), NULL, &error);
  g_assert_no_error (error);
  here = g_socket_listener_accept (listener, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (sb_peer_is_own_user (here));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/peer/table", test_table);
  g_test_add_func ("/net/peer/connection", test_connection);

  return g_test_run ();
}
