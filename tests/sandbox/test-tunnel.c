/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "sb-test-helper.h"
#include "sb-test-sockets.h"
#include "sb-tunnel-listener.h"
#include "sb-tunnel.h"

/* The programs "inside" are sockets of this process: the helper runs unisolated, on the same loopback. */

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
  SbTestEnd              here_end;
  SbTestEnd              there_end;
  guint16          port;
} Fixture;

static void
fixture_start (Fixture *self)
{
  g_autoptr(GError) error = NULL;

  sb_test_helper_start (&self->helper, NULL);
  self->listener = sb_test_serve (&self->port);
  self->stream = connect_to (self->helper.channel, self->port, &error);
  g_assert_no_error (error);
  self->there = sb_test_accept (self->listener);
  self->here = sb_duplex_new_for_stream (self->stream);
}

static void
fixture_read (Fixture *self)
{
  sb_test_end_start (&self->here_end, self->here);
  sb_test_end_start (&self->there_end, self->there);
}

static void
fixture_end (Fixture *self)
{
  g_clear_object (&self->here);
  g_clear_object (&self->there);
  g_clear_object (&self->stream);
  g_clear_object (&self->listener);
  sb_test_end_clear (&self->here_end);
  sb_test_end_clear (&self->there_end);
  sb_test_helper_end (&self->helper);
}

static void
assert_got (const SbTestEnd *end,
            GBytes    *expected)
{
  g_assert_cmpmem (end->bytes->data, end->bytes->len, g_bytes_get_data (expected, NULL), g_bytes_get_size (expected));
}

static void
test_both_ways (void)
{
  Fixture fixture = { 0 };
  g_autoptr(GBytes) out = sb_test_make_noise (3 * 1024 * 1024 + 1);
  g_autoptr(GBytes) in = sb_test_make_noise (2 * 1024 * 1024 + 7);

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
  g_autoptr(GBytes) answer = sb_test_make_noise (700 * 1024);

  fixture_start (&fixture);
  sb_test_end_start (&fixture.here_end, fixture.here);
  sb_test_send (fixture.here, "question");
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
  sb_test_end_start (&fixture.there_end, fixture.there);
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
  g_autoptr(GBytes) all = sb_test_make_noise (100 * 1024);
  gsize written = 0;
  GOutputStream *output = NULL;

  fixture_start (&fixture);
  output = g_io_stream_get_output_stream (fixture.stream);
  while (written < g_bytes_get_size (all))
    written += (gsize) g_output_stream_write (output, (const guint8 *) g_bytes_get_data (all, NULL) + written,
                                              g_bytes_get_size (all) - written, NULL, NULL);
  g_clear_object (&fixture.here);
  g_clear_object (&fixture.stream);
  sb_test_end_start (&fixture.there_end, fixture.there);
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
  g_autoptr(GBytes) flood = sb_test_make_noise (4 * 1024 * 1024);

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
  listener = sb_test_serve (&port);
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
  g_autoptr(GBytes) flood = sb_test_make_noise (32 * 1024 * 1024);
  g_autoptr(GIOStream) second = NULL;
  g_autoptr(SbDuplex) second_there = NULL;
  g_autoptr(SbDuplex) second_here = NULL;
  SbTestEnd end = { 0 };

  fixture_start (&fixture);
  sb_duplex_write (fixture.here, flood);
  sb_duplex_write (fixture.there, flood);
  g_free (sb_test_shell_text (fixture.helper.channel, "head -c 3000000 /dev/zero"));

  second = connect_to (fixture.helper.channel, fixture.port, NULL);
  second_there = sb_test_accept (fixture.listener);
  second_here = sb_duplex_new_for_stream (second);
  sb_test_end_start (&end, second_here);
  sb_test_send (second_there, "through");
  sb_test_wait_until (end.bytes->len == strlen ("through"));
  g_assert_cmpuint (sb_duplex_get_pending (fixture.here), >=, g_bytes_get_size (flood) - SB_WIRE_TUNNEL_WINDOW);

  g_clear_object (&second_here);
  g_clear_object (&second);
  sb_test_end_clear (&end);
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
  SbTestEnd end = { 0 };
  guint16 port = 0;

  sb_test_helper_start (&helper, NULL);
  listener = sb_test_serve (&port);
  sb_channel_connect_async (helper.channel, port, cancellable, sb_test_keep_result, &result);
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_channel_connect_finish (helper.channel, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  there = sb_test_accept (listener);
  sb_test_end_start (&end, there);
  sb_test_wait_until (end.closed);
  sb_test_end_clear (&end);
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
  SbTestEnd ends[MANY] = { 0 };
  guint16 port = 0;

  sb_test_helper_start (&helper, NULL);
  listener = sb_test_serve (&port);
  for (guint i = 0; i < MANY; i++)
    {
      g_autoptr(GIOStream) stream = connect_to (helper.channel, port, NULL);

      g_ptr_array_add (here, sb_duplex_new_for_stream (stream));
      g_ptr_array_add (there, sb_test_accept (listener));
    }
  for (guint i = 0; i < MANY; i++)
    {
      g_autofree char *text = g_strdup_printf ("connection %u", i);

      sb_test_end_start (&ends[i], g_ptr_array_index (there, i));
      sb_test_send (g_ptr_array_index (here, i), text);
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
    sb_test_end_clear (&ends[i]);
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
  listener = sb_test_serve (&port);
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

static void
test_listen (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GPtrArray) incoming = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(SbTunnelListener) listener = NULL;
  g_autoptr(SbDuplex) there = NULL;
  g_autoptr(GBytes) noise = sb_test_make_noise (1024 * 1024);
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) taken = NULL;
  g_autoptr(GError) gone = NULL;
  SbTestEnd here_end = { 0 };
  SbTestEnd there_end = { 0 };
  guint16 port = 0;

  sb_test_helper_start (&helper, NULL);
  listener = listen_on (helper.channel, 0, incoming, &error);
  g_assert_no_error (error);
  port = sb_tunnel_listener_get_port (listener);
  g_assert_null (listen_on (helper.channel, port, incoming, &taken));
  g_assert_error (taken, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_IO);

  there = sb_test_dial (port, NULL);
  sb_test_wait_until (incoming->len == 1);
  sb_test_end_start (&here_end, g_ptr_array_index (incoming, 0));
  sb_test_end_start (&there_end, there);
  sb_duplex_write (there, noise);
  sb_duplex_write (g_ptr_array_index (incoming, 0), noise);
  sb_test_wait_until (here_end.bytes->len == g_bytes_get_size (noise));
  assert_got (&here_end, noise);

  /* The port goes; the connection stays. */
  sb_tunnel_listener_close (listener);
  g_assert_false (sb_tunnel_listener_is_open (listener));
  g_free (sb_test_shell_text (helper.channel, "true"));
  g_assert_null (sb_test_dial (port, &gone));
  g_assert_error (gone, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  sb_test_wait_until (there_end.bytes->len == g_bytes_get_size (noise));
  g_ptr_array_set_size (incoming, 0);
  sb_test_wait_until (there_end.closed);
  sb_test_end_clear (&here_end);
  sb_test_end_clear (&there_end);
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
  g_assert_null (sb_test_dial (port, &gone));
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
    g_ptr_array_add (outside, sb_test_dial (sb_tunnel_listener_get_port (listener), NULL));
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
  listener = sb_test_serve (&number);
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

/* More than there is room for, one after the other: nothing stays behind over there, whatever way they ended. */
static void
test_no_leak (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GSocketListener) listener = NULL;
  guint16 port = 0;

  sb_test_helper_start (&helper, NULL);
  listener = sb_test_serve (&port);
  for (guint i = 0; i < 400; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GIOStream) stream = connect_to (helper.channel, port, &error);
      g_autoptr(SbDuplex) there = sb_test_accept (listener);
      g_autoptr(SbDuplex) here = NULL;

      g_assert_no_error (error);
      here = sb_duplex_new_for_stream (stream);
      sb_test_send (here, "some");
      sb_test_send (there, "thing");
      if (i % 4 == 0)
        sb_tunnel_reset (stream);
      else if (i % 4 == 1)
        sb_duplex_close (there);
      else if (i % 4 == 2)
        sb_duplex_shutdown_write (here);
    }
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
  g_test_add_func ("/sandbox/tunnel/no-leak", test_no_leak);

  return g_test_run ();
}
