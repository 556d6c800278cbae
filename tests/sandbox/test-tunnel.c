/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "sb-test-helper.h"
#include "sb-tunnel-listener.h"
#include "sb-tunnel.h"

/* The programs "inside" are sockets of this process: the helper runs unisolated, on the same loopback. */

static void
collect_cb (SbDuplex     *duplex,
            const guint8 *data,
            gsize         length,
            gpointer      user_data)
{
  g_byte_array_append (user_data, data, (guint) length);
}

typedef struct
{
  GByteArray *bytes;
  GError     *error;
  gboolean    closed;
} End;

static void
end_data_cb (SbDuplex     *duplex,
             const guint8 *data,
             gsize         length,
             gpointer      user_data)
{
  End *end = user_data;

  collect_cb (duplex, data, length, end->bytes);
}

static void
end_closed_cb (SbDuplex     *duplex,
               const GError *error,
               gpointer      user_data)
{
  End *end = user_data;

  end->closed = TRUE;
  end->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
end_start (End      *end,
           SbDuplex *duplex)
{
  end->bytes = g_byte_array_new ();
  sb_duplex_start (duplex, end_data_cb, end_closed_cb, end);
}

static void
end_clear (End *end)
{
  g_clear_pointer (&end->bytes, g_byte_array_unref);
  g_clear_error (&end->error);
}

static GSocketListener *
serve (guint16 *port)
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

static SbDuplex *
accept_one (GSocketListener *listener)
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

static GIOStream *
connect_to (SbChannel  *channel,
            guint16     port,
            GError    **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_channel_connect_async (channel, port, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_channel_connect_finish (channel, result, error);
}

/* A tunnel, and the socket at its other end. */
typedef struct
{
  SbTestHelper     helper;
  GSocketListener *listener;
  GIOStream       *stream;
  SbDuplex        *here;
  SbDuplex        *there;
  End              here_end;
  End              there_end;
  guint16          port;
} Fixture;

static void
fixture_start (Fixture *self)
{
  g_autoptr(GError) error = NULL;

  sb_test_helper_start (&self->helper, NULL);
  self->listener = serve (&self->port);
  self->stream = connect_to (self->helper.channel, self->port, &error);
  g_assert_no_error (error);
  self->there = accept_one (self->listener);
  self->here = sb_duplex_new_for_stream (self->stream);
}

static void
fixture_read (Fixture *self)
{
  end_start (&self->here_end, self->here);
  end_start (&self->there_end, self->there);
}

static void
fixture_end (Fixture *self)
{
  g_clear_object (&self->here);
  g_clear_object (&self->there);
  g_clear_object (&self->stream);
  g_clear_object (&self->listener);
  end_clear (&self->here_end);
  end_clear (&self->there_end);
  sb_test_helper_end (&self->helper);
}

static void
send_text (SbDuplex   *duplex,
           const char *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  sb_duplex_write (duplex, bytes);
}

static GBytes *
make_noise (gsize length)
{
  guint8 *noise = g_malloc (length);

  for (gsize i = 0; i < length; i++)
    noise[i] = (guint8) (i * 7 + (i >> 9));

  return g_bytes_new_take (noise, length);
}

static void
assert_got (const End *end,
            GBytes    *expected)
{
  g_assert_cmpmem (end->bytes->data, end->bytes->len, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
}

static void
test_both_ways (void)
{
  Fixture fixture = { 0 };
  g_autoptr(GBytes) out = make_noise (3 * 1024 * 1024 + 1);
  g_autoptr(GBytes) in = make_noise (2 * 1024 * 1024 + 7);

  fixture_start (&fixture);
  fixture_read (&fixture);
  sb_duplex_write (fixture.here, out);
  sb_duplex_write (fixture.there, in);
  sb_test_wait_until (fixture.there_end.bytes->len == g_bytes_get_size (out)
                      && fixture.here_end.bytes->len == g_bytes_get_size (in));
  sb_duplex_shutdown_write (fixture.here);
  sb_test_wait_until (fixture.here_end.closed && fixture.there_end.closed);
  g_assert_no_error (fixture.here_end.error);
  g_assert_no_error (fixture.there_end.error);
  assert_got (&fixture.there_end, out);
  assert_got (&fixture.here_end, in);
  fixture_end (&fixture);
}

/* One side says that it is done, and still gets its answer. */
static void
test_half_close (void)
{
  Fixture fixture = { 0 };
  g_autoptr(GBytes) answer = make_noise (700 * 1024);

  fixture_start (&fixture);
  end_start (&fixture.here_end, fixture.here);
  send_text (fixture.here, "question");
  sb_duplex_shutdown_write (fixture.here);
  sb_duplex_write (fixture.there, answer);
  sb_test_wait_until (fixture.here_end.bytes->len == g_bytes_get_size (answer));
  assert_got (&fixture.here_end, answer);
  g_assert_false (fixture.here_end.closed);
  sb_duplex_shutdown_write (fixture.there);
  sb_test_wait_until (fixture.here_end.closed);
  g_assert_no_error (fixture.here_end.error);
  fixture_end (&fixture);
}

/* The server says that it is done, and still gets more. */
static void
test_half_close_there (void)
{
  Fixture fixture = { 0 };
  g_autoptr(GAsyncResult) read = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) got = NULL;
  GOutputStream *output = NULL;

  fixture_start (&fixture);
  sb_duplex_shutdown_write (fixture.there);
  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (fixture.stream), 10, G_PRIORITY_DEFAULT, NULL,
                                   sb_test_keep_result, &read);
  sb_test_wait_until (read != NULL);
  got = g_input_stream_read_bytes_finish (g_io_stream_get_input_stream (fixture.stream), read, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (got), ==, 0);
  g_clear_object (&read);

  output = g_io_stream_get_output_stream (fixture.stream);
  g_assert_cmpint (g_output_stream_write (output, "late", 4, NULL, NULL), ==, 4);
  end_start (&fixture.there_end, fixture.there);
  sb_test_wait_until (fixture.there_end.bytes->len == 4);
  g_assert_true (g_output_stream_close (output, NULL, NULL));
  sb_test_wait_until (fixture.there_end.closed);
  g_assert_no_error (fixture.there_end.error);
  fixture_end (&fixture);
}

/* What was written before letting go still arrives. */
static void
test_let_go (void)
{
  Fixture fixture = { 0 };
  g_autoptr(GBytes) all = make_noise (100 * 1024);
  gsize written = 0;
  GOutputStream *output = NULL;

  fixture_start (&fixture);
  output = g_io_stream_get_output_stream (fixture.stream);
  while (written < g_bytes_get_size (all))
    written += (gsize) g_output_stream_write (output, (const guint8 *) g_bytes_get_data (all, NULL) + written,
                                              g_bytes_get_size (all) - written, NULL, NULL);
  g_clear_object (&fixture.here);
  g_clear_object (&fixture.stream);
  end_start (&fixture.there_end, fixture.there);
  sb_test_wait_until (fixture.there_end.closed);
  g_assert_no_error (fixture.there_end.error);
  assert_got (&fixture.there_end, all);
  fixture_end (&fixture);
}

static void
test_reset_from_here (void)
{
  Fixture fixture = { 0 };

  fixture_start (&fixture);
  fixture_read (&fixture);
  sb_tunnel_reset (fixture.stream);
  sb_test_wait_until (fixture.there_end.closed && fixture.here_end.closed);
  g_assert_error (fixture.there_end.error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  g_assert_error (fixture.here_end.error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
  fixture_end (&fixture);
}

/* A server that goes away in the middle: what was on its way is dropped, and nothing hangs. */
static void
test_reset_from_there (void)
{
  Fixture fixture = { 0 };
  g_autoptr(GBytes) flood = make_noise (4 * 1024 * 1024);

  fixture_start (&fixture);
  fixture_read (&fixture);
  sb_duplex_write (fixture.here, flood);
  sb_test_wait_until (fixture.there_end.bytes->len > 0);
  sb_duplex_close (fixture.there);
  sb_test_wait_until (fixture.here_end.closed);
  g_free (sb_test_shell_text (fixture.helper.channel, "true"));
  fixture_end (&fixture);
}

static void
test_refused (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GSocketListener) listener = NULL;
  g_autoptr(GError) error = NULL;
  guint16 port = 0;

  sb_test_helper_start (&helper, NULL);
  listener = serve (&port);
  g_socket_listener_close (listener);
  g_assert_null (connect_to (helper.channel, port, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND);
  g_free (sb_test_shell_text (helper.channel, "true"));
  sb_test_helper_end (&helper);
}

/* Nobody reads at either end of one tunnel: at most its windows wait, and everything else goes on. */
static void
test_stuck (void)
{
  Fixture fixture = { 0 };
  g_autoptr(GBytes) flood = make_noise (32 * 1024 * 1024);
  g_autoptr(GIOStream) second = NULL;
  g_autoptr(SbDuplex) second_there = NULL;
  g_autoptr(SbDuplex) second_here = NULL;
  End end = { 0 };

  fixture_start (&fixture);
  sb_duplex_write (fixture.here, flood);
  sb_duplex_write (fixture.there, flood);
  g_free (sb_test_shell_text (fixture.helper.channel, "head -c 3000000 /dev/zero"));

  second = connect_to (fixture.helper.channel, fixture.port, NULL);
  second_there = accept_one (fixture.listener);
  second_here = sb_duplex_new_for_stream (second);
  end_start (&end, second_here);
  send_text (second_there, "through");
  sb_test_wait_until (end.bytes->len == strlen ("through"));
  g_assert_cmpuint (sb_duplex_get_pending (fixture.here), ==, g_bytes_get_size (flood));

  g_clear_object (&second_here);
  g_clear_object (&second);
  end_clear (&end);
  fixture_end (&fixture);
}

static void
test_cancel (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GSocketListener) listener = NULL;
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbDuplex) there = NULL;
  End end = { 0 };
  guint16 port = 0;

  sb_test_helper_start (&helper, NULL);
  listener = serve (&port);
  sb_channel_connect_async (helper.channel, port, cancellable, sb_test_keep_result, &result);
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_channel_connect_finish (helper.channel, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  there = accept_one (listener);
  end_start (&end, there);
  sb_test_wait_until (end.closed);
  end_clear (&end);
  g_clear_object (&result);
  sb_test_helper_end (&helper);
}

static void
test_many (void)
{
  enum { MANY = 100 };
  SbTestHelper helper = { 0 };
  g_autoptr(GSocketListener) listener = NULL;
  g_autoptr(GPtrArray) here = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GPtrArray) there = g_ptr_array_new_with_free_func (g_object_unref);
  End ends[MANY] = { 0 };
  guint16 port = 0;

  sb_test_helper_start (&helper, NULL);
  listener = serve (&port);
  for (guint i = 0; i < MANY; i++)
    {
      g_autoptr(GIOStream) stream = connect_to (helper.channel, port, NULL);

      g_ptr_array_add (here, sb_duplex_new_for_stream (stream));
      g_ptr_array_add (there, accept_one (listener));
    }
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *text = g_strdup_printf ("connection %u", i);

      end_start (&ends[i], g_ptr_array_index (there, i));
      send_text (g_ptr_array_index (here, i), text);
      sb_duplex_shutdown_write (g_ptr_array_index (here, i));
    }
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *text = g_strdup_printf ("connection %u", i);

      sb_test_wait_until (ends[i].closed);
      g_assert_cmpmem (ends[i].bytes->data, ends[i].bytes->len, text, strlen (text));
    }
  g_ptr_array_set_size (here, 0);
  for (guint i = 0; i < MANY; i++)
    end_clear (&ends[i]);
  sb_test_helper_end (&helper);
}

/* The last slot is taken: an error, and room again when one ends. */
static void
test_too_many (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GSocketListener) listener = NULL;
  g_autoptr(GPtrArray) streams = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GIOStream) again = NULL;
  g_autoptr(GError) error = NULL;
  guint16 port = 0;

  sb_test_helper_start (&helper, NULL);
  listener = serve (&port);
  for (guint i = 0; i < 128; i++)
    g_ptr_array_add (streams, connect_to (helper.channel, port, NULL));
  g_assert_null (connect_to (helper.channel, port, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT);
  g_ptr_array_remove_index (streams, 17);
  again = connect_to (helper.channel, port, NULL);
  g_assert_nonnull (again);
  g_ptr_array_set_size (streams, 0);
  g_clear_object (&again);
  sb_test_helper_end (&helper);
}

static void
incoming_cb (SbTunnelListener *listener,
             GIOStream        *stream,
             gpointer          user_data)
{
  g_ptr_array_add (user_data, sb_duplex_new_for_stream (stream));
}

static SbTunnelListener *
listen_on (SbChannel *channel,
           guint16    port,
           GPtrArray *incoming,
           GError   **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_channel_listen_async (channel, port, incoming_cb, incoming, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_channel_listen_finish (channel, result, error);
}

static SbDuplex *
dial (guint16   port,
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

static void
test_listen (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GPtrArray) incoming = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(SbTunnelListener) listener = NULL;
  g_autoptr(SbDuplex) there = NULL;
  g_autoptr(GBytes) noise = make_noise (1024 * 1024);
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) taken = NULL;
  g_autoptr(GError) gone = NULL;
  End here_end = { 0 };
  End there_end = { 0 };
  guint16 port = 0;

  sb_test_helper_start (&helper, NULL);
  listener = listen_on (helper.channel, 0, incoming, &error);
  g_assert_no_error (error);
  port = sb_tunnel_listener_get_port (listener);
  g_assert_null (listen_on (helper.channel, port, incoming, &taken));
  g_assert_error (taken, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_IO);

  there = dial (port, NULL);
  sb_test_wait_until (incoming->len == 1);
  end_start (&here_end, g_ptr_array_index (incoming, 0));
  end_start (&there_end, there);
  sb_duplex_write (there, noise);
  sb_duplex_write (g_ptr_array_index (incoming, 0), noise);
  sb_test_wait_until (here_end.bytes->len == g_bytes_get_size (noise));
  assert_got (&here_end, noise);

  /* The port goes; the connection stays. */
  sb_tunnel_listener_close (listener);
  g_assert_false (sb_tunnel_listener_is_open (listener));
  g_free (sb_test_shell_text (helper.channel, "true"));
  g_assert_null (dial (port, &gone));
  g_assert_error (gone, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  sb_test_wait_until (there_end.bytes->len == g_bytes_get_size (noise));
  g_ptr_array_set_size (incoming, 0);
  sb_test_wait_until (there_end.closed);
  end_clear (&here_end);
  end_clear (&there_end);
  g_clear_object (&listener);
  sb_test_helper_end (&helper);
}

/* A port that nobody holds any more when its owner drops it. */
static void
test_drop_listener (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GPtrArray) incoming = g_ptr_array_new_with_free_func (g_object_unref);
  SbTunnelListener *listener = NULL;
  g_autoptr(GError) gone = NULL;
  guint16 port = 0;

  sb_test_helper_start (&helper, NULL);
  listener = listen_on (helper.channel, 0, incoming, NULL);
  port = sb_tunnel_listener_get_port (listener);
  g_assert_finalize_object (listener);
  g_free (sb_test_shell_text (helper.channel, "true"));
  g_assert_null (dial (port, &gone));
  g_assert_error (gone, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  sb_test_helper_end (&helper);
}

/* More than may wait: those who come later wait in the kernel, and all get their turn. */
static void
test_backlog (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GPtrArray) incoming = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GPtrArray) outside = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(SbTunnelListener) listener = NULL;

  sb_test_helper_start (&helper, NULL);
  listener = listen_on (helper.channel, 0, incoming, NULL);
  for (guint i = 0; i < 70; i++)
    g_ptr_array_add (outside, dial (sb_tunnel_listener_get_port (listener), NULL));
  sb_test_wait_until (incoming->len == 64);
  g_free (sb_test_shell_text (helper.channel, "true"));
  g_assert_cmpuint (incoming->len, ==, 64);
  g_ptr_array_remove_range (incoming, 0, 10);
  sb_test_wait_until (incoming->len == 60);
  g_ptr_array_set_size (incoming, 0);
  g_clear_object (&listener);
  sb_test_helper_end (&helper);
}

static void
test_end_of_sandbox (void)
{
  Fixture fixture = { 0 };
  g_autoptr(GPtrArray) incoming = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(SbTunnelListener) listener = NULL;
  g_autoptr(GError) error = NULL;

  fixture_start (&fixture);
  fixture_read (&fixture);
  listener = listen_on (fixture.helper.channel, 0, incoming, NULL);
  sb_channel_close (fixture.helper.channel);
  g_assert_false (sb_tunnel_listener_is_open (listener));
  sb_test_wait_until (fixture.here_end.closed && fixture.there_end.closed);
  g_assert_error (fixture.here_end.error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED);
  g_assert_null (connect_to (fixture.helper.channel, fixture.port, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED);
  g_clear_object (&listener);
  fixture_end (&fixture);
}

static GPtrArray *
list_ports (SbChannel *channel)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  GPtrArray *ports = NULL;

  sb_channel_list_ports_async (channel, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  ports = sb_channel_list_ports_finish (channel, result, &error);
  g_assert_no_error (error);

  return ports;
}

static const SbListeningPort *
find_port (GPtrArray *ports,
           guint16    number)
{
  for (guint i = 0; i < ports->len; i++)
    {
      const SbListeningPort *port = g_ptr_array_index (ports, i);

      if (port->port == number)
        return port;
    }

  return NULL;
}

static void
test_ports (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GSocketListener) listener = NULL;
  g_autoptr(SbTunnelListener) ours = NULL;
  g_autoptr(GPtrArray) incoming = g_ptr_array_new ();
  g_autoptr(GPtrArray) ports = NULL;
  g_autoptr(GPtrArray) later = NULL;
  const SbListeningPort *port = NULL;
  guint16 number = 0;

  sb_test_helper_start (&helper, NULL);
  listener = serve (&number);
  ours = listen_on (helper.channel, 0, incoming, NULL);
  ports = list_ports (helper.channel);
  port = find_port (ports, number);
  g_assert_nonnull (port);
  g_assert_cmpstr (port->address, ==, "127.0.0.1");
  g_assert_cmpuint (port->pid, ==, getpid ());
  g_assert_nonnull (strstr (port->command, "test-sandbox-tunnel"));
  g_assert_null (find_port (ports, sb_tunnel_listener_get_port (ours)));

  g_socket_listener_close (listener);
  later = list_ports (helper.channel);
  g_assert_null (find_port (later, number));
  g_clear_object (&ours);
  sb_test_helper_end (&helper);
}

/* Nothing stays open over there, whatever way a connection ended. */
static void
test_descriptors (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GSocketListener) listener = NULL;
  g_autofree char *script = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  guint16 port = 0;

  sb_test_helper_start (&helper, NULL);
  listener = serve (&port);
  script = g_strdup_printf ("ls /proc/%s/fd | wc -l", g_subprocess_get_identifier (helper.process));
  before = sb_test_shell_text (helper.channel, script);
  for (guint i = 0; i < 60; i++)
    {
      g_autoptr(GIOStream) stream = connect_to (helper.channel, port, NULL);
      g_autoptr(SbDuplex) there = accept_one (listener);
      g_autoptr(SbDuplex) here = sb_duplex_new_for_stream (stream);

      send_text (here, "some");
      send_text (there, "thing");
      if (i % 3 == 0)
        sb_tunnel_reset (stream);
      else if (i % 3 == 1)
        sb_duplex_close (there);
    }
  /* The last ones are let go of in the next turns of the main loop. */
  g_free (sb_test_shell_text (helper.channel, "true"));
  after = sb_test_shell_text (helper.channel, script);
  g_assert_cmpstr (after, ==, before);
  sb_test_helper_end (&helper);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sandbox/tunnel/both-ways", test_both_ways);
  g_test_add_func ("/sandbox/tunnel/half-close", test_half_close);
  g_test_add_func ("/sandbox/tunnel/half-close-there", test_half_close_there);
  g_test_add_func ("/sandbox/tunnel/let-go", test_let_go);
  g_test_add_func ("/sandbox/tunnel/reset-from-here", test_reset_from_here);
  g_test_add_func ("/sandbox/tunnel/reset-from-there", test_reset_from_there);
  g_test_add_func ("/sandbox/tunnel/refused", test_refused);
  g_test_add_func ("/sandbox/tunnel/stuck", test_stuck);
  g_test_add_func ("/sandbox/tunnel/cancel", test_cancel);
  g_test_add_func ("/sandbox/tunnel/many", test_many);
  g_test_add_func ("/sandbox/tunnel/too-many", test_too_many);
  g_test_add_func ("/sandbox/tunnel/listen", test_listen);
  g_test_add_func ("/sandbox/tunnel/drop-listener", test_drop_listener);
  g_test_add_func ("/sandbox/tunnel/backlog", test_backlog);
  g_test_add_func ("/sandbox/tunnel/end-of-sandbox", test_end_of_sandbox);
  g_test_add_func ("/sandbox/tunnel/ports", test_ports);
  g_test_add_func ("/sandbox/tunnel/descriptors", test_descriptors);

  return g_test_run ();
}
