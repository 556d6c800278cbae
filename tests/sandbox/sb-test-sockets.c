/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-test-sockets.h"

#include <string.h>

static void
end_data_cb (SbDuplex     *duplex,
             const guint8 *data,
             gsize         length,
             gpointer      user_data)
{
  SbTestEnd *end = user_data;

  g_byte_array_append (end->bytes, data, (guint) length);
}

static void
end_closed_cb (SbDuplex     *duplex,
               const GError *error,
               gpointer      user_data)
{
  SbTestEnd *end = user_data;

  end->closed = TRUE;
  end->error = error != NULL ? g_error_copy (error) : NULL;
}

void
sb_test_end_start (SbTestEnd *end,
                   SbDuplex  *duplex)
{
  end->bytes = g_byte_array_new ();
  sb_duplex_start (duplex, end_data_cb, end_closed_cb, end);
}

void
sb_test_end_clear (SbTestEnd *end)
{
  g_clear_pointer (&end->bytes, g_byte_array_unref);
  g_clear_error (&end->error);
}

GSocketListener *
sb_test_serve (guint16 *port)
{
  GSocketListener *listener = g_socket_listener_new ();
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr(GSocketAddress) bound = NULL;
  g_autoptr(GError) error = NULL;

  g_socket_listener_set_backlog (listener, 256);
  g_socket_listener_add_address (listener, address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error (error);
  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));

  return listener;
}

SbDuplex *
sb_test_accept (GSocketListener *listener)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GSocketConnection) connection = NULL;
  g_autoptr(GError) error = NULL;

  g_socket_listener_accept_async (listener, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  connection = g_socket_listener_accept_finish (listener, result, NULL, &error);
  g_assert_no_error (error);

  return sb_duplex_new_for_stream (G_IO_STREAM (connection));
}

void
sb_test_send (SbDuplex   *duplex,
              const char *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  sb_duplex_write (duplex, bytes);
}

GBytes *
sb_test_make_noise (gsize length)
{
  guint8 *noise = g_malloc (length);

  for (gsize i = 0; i < length; i++)
    noise[i] = (guint8) (i * 7 + (i >> 9));

  return g_bytes_new_take (noise, length);
}

SbDuplex *
sb_test_dial (guint16   port,
              GError  **error)
{
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GSocketConnection) connection = NULL;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client, "127.0.0.1", port, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  connection = g_socket_client_connect_to_host_finish (client, result, error);

  return connection != NULL ? sb_duplex_new_for_stream (G_IO_STREAM (connection)) : NULL;
}
