/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-duplex.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sb-http.h"
#include "sb-test.h"

typedef struct
{
  SbDuplex   *duplex;
  GByteArray *received;
  GError     *error;
  guint       n_closed;
  guint       n_data;
  gboolean    drop_in_data;
  gboolean    close_in_data;
  gboolean    pause_in_data;
} Side;

static void
data_cb (SbDuplex     *duplex,
         const guint8 *data,
         gsize         length,
         gpointer      user_data)
{
  Side *side = user_data;

  g_assert_cmpuint (side->n_closed, ==, 0);
  g_byte_array_append (side->received, data, length);
  side->n_data++;
  if (side->drop_in_data)
    g_clear_object (&side->duplex);
  if (side->close_in_data)
    sb_duplex_close (duplex);
  if (side->pause_in_data)
    sb_duplex_set_paused (duplex, TRUE);
}

static void
closed_cb (SbDuplex     *duplex,
           const GError *error,
           gpointer      user_data)
{
  Side *side = user_data;

  side->n_closed++;
  if (error != NULL)
    side->error = g_error_copy (error);
  g_clear_object (&side->duplex);
}

static void
side_init (Side     *side,
           SbDuplex *duplex)
{
  memset (side, 0, sizeof *side);
  side->duplex = duplex;
  side->received = g_byte_array_new ();
}

static void
side_clear (Side *side)
{
  g_clear_object (&side->duplex);
  g_clear_error (&side->error);
  g_byte_array_unref (side->received);
}

static SbDuplex *
duplex_for_fd (int fd)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocket) socket = g_socket_new_from_fd (fd, &error);
  g_autoptr(GSocketConnection) connection = NULL;

  g_assert_no_error (error);
  connection = g_socket_connection_factory_create_connection (socket);

  return sb_duplex_new_for_stream (G_IO_STREAM (connection));
}

/* A duplex, and the plain descriptor of its far end. */
static int
side_init_with_peer (Side *side)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  side_init (side, duplex_for_fd (fds[0]));

  return fds[1];
}

static void
write_text (SbDuplex   *duplex,
            const char *text)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  sb_duplex_write (duplex, bytes);
}

static void
test_both_ways (void)
{
  Side a, b;
  int fds[2];
  g_autoptr(GByteArray) large = g_byte_array_new ();
  g_autoptr(GBytes) bytes = NULL;

  g_byte_array_set_size (large, 5 * 1024 * 1024 + 3);
  for (guint i = 0; i < large->len; i++)
    large->data[i] = (i * 7 + i / 251) & 0xff;
  bytes = g_bytes_new (large->data, large->len);

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  side_init (&a, duplex_for_fd (fds[0]));
  side_init (&b, duplex_for_fd (fds[1]));
  sb_duplex_start (a.duplex, data_cb, closed_cb, &a);
  sb_duplex_start (b.duplex, data_cb, closed_cb, &b);

  sb_duplex_write (a.duplex, bytes);
  write_text (a.duplex, "tail");
  g_assert_cmpuint (sb_duplex_get_pending (a.duplex), >, 4); /* no socket has room for all of it */
  write_text (b.duplex, "hello");
  sb_test_wait_until (b.received->len == large->len + 4 && a.received->len == 5);
  g_assert_cmpmem (b.received->data, large->len, large->data, large->len);
  sb_test_wait_until (sb_duplex_get_pending (a.duplex) == 0);

  sb_duplex_close (a.duplex);
  g_assert_cmpuint (a.n_closed, ==, 0);
  sb_test_wait_until (a.n_closed == 1 && b.n_closed == 1);
  g_assert_no_error (a.error);
  g_assert_no_error (b.error);
  side_clear (&a);
  side_clear (&b);
}

static void
answer_and_close_cb (SbDuplex     *duplex,
                     const guint8 *data,
                     gsize         length,
                     gpointer      user_data)
{
  for (guint i = 0; i < 100; i++)
    write_text (duplex, "0123456789");
  sb_duplex_close (duplex);
}

/* Also what is said from within a delivery arrives, in order, before the end. */
static void
test_answer_and_close (void)
{
  Side a, b;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  side_init (&a, duplex_for_fd (fds[0]));
  side_init (&b, duplex_for_fd (fds[1]));
  sb_duplex_start (a.duplex, data_cb, closed_cb, &a);
  sb_duplex_start (b.duplex, answer_and_close_cb, closed_cb, &b);

  write_text (a.duplex, "question");
  sb_test_wait_until (a.n_closed == 1 && b.n_closed == 1);
  g_assert_cmpuint (a.received->len, ==, 1000);
  for (guint i = 0; i < a.received->len; i++)
    g_assert_cmpint (a.received->data[i], ==, '0' + i % 10);
  side_clear (&a);
  side_clear (&b);
}

static void
test_half_close (void)
{
  Side side;
  int peer = side_init_with_peer (&side);
  char buffer[16] = "";

  sb_duplex_start (side.duplex, data_cb, closed_cb, &side);
  write_text (side.duplex, "last");
  sb_duplex_shutdown_write (side.duplex);
  write_text (side.duplex, "dropped");
  sb_test_spin (20);
  g_assert_cmpint (recv (peer, buffer, sizeof buffer, MSG_WAITALL), ==, 4);
  g_assert_cmpstr (buffer, ==, "last");
  g_assert_cmpuint (side.n_closed, ==, 0);

  g_assert_cmpint (write (peer, "answer", 6), ==, 6);
  close (peer);
  sb_test_wait_until (side.n_closed == 1);
  g_assert_cmpmem (side.received->data, side.received->len, "answer", 6);
  g_assert_no_error (side.error);
  side_clear (&side);
}

static void
test_push_back (void)
{
  Side side;
  int peer = side_init_with_peer (&side);
  g_autoptr(GBytes) early = g_bytes_new_static ("early ", 6);

  g_assert_cmpint (write (peer, "late", 4), ==, 4);
  close (peer);
  sb_duplex_push_back (side.duplex, early);
  sb_duplex_start (side.duplex, data_cb, closed_cb, &side);
  g_assert_cmpuint (side.n_data, ==, 0);
  sb_test_wait_until (side.n_closed == 1);
  g_assert_cmpmem (side.received->data, side.received->len, "early late", 10);
  side_clear (&side);
}

static void
test_pause (void)
{
  Side side;
  int peer = side_init_with_peer (&side);

  sb_duplex_start (side.duplex, data_cb, closed_cb, &side);
  side.pause_in_data = TRUE;
  g_assert_cmpint (write (peer, "one", 3), ==, 3);
  sb_test_wait_until (side.n_data == 1);
  g_assert_cmpint (write (peer, "two", 3), ==, 3);
  close (peer);
  sb_test_spin (30);
  g_assert_cmpuint (side.n_data, ==, 1);
  g_assert_cmpuint (side.n_closed, ==, 0);

  side.pause_in_data = FALSE;
  sb_duplex_set_paused (side.duplex, FALSE);
  sb_test_wait_until (side.n_closed == 1);
  g_assert_cmpmem (side.received->data, side.received->len, "onetwo", 6);
  side_clear (&side);
}

static void
test_pause_while_reading (void)
{
  Side side;
  int peer = side_init_with_peer (&side);

  sb_duplex_start (side.duplex, data_cb, closed_cb, &side);
  sb_test_spin (10);
  sb_duplex_set_paused (side.duplex, TRUE);
  g_assert_cmpint (write (peer, "held", 4), ==, 4);
  sb_test_spin (30);
  g_assert_cmpuint (side.n_data, ==, 0);
  sb_duplex_set_paused (side.duplex, FALSE);
  sb_test_wait_until (side.n_data == 1);
  g_assert_cmpmem (side.received->data, side.received->len, "held", 4);
  close (peer);
  side_clear (&side);
}

static void
test_drop_in_data (void)
{
  Side side;
  int peer = side_init_with_peer (&side);
  g_autofree char *large = g_malloc0 (200 * 1024);
  char byte = 0;

  g_assert_cmpint (write (peer, large, 100 * 1024), ==, 100 * 1024);
  side.drop_in_data = TRUE;
  sb_duplex_start (side.duplex, data_cb, closed_cb, &side);
  sb_test_wait_until (side.duplex == NULL);
  sb_test_spin (20);
  g_assert_cmpuint (side.n_data, ==, 1);
  g_assert_cmpuint (side.n_closed, ==, 0);
  g_assert_cmpint (recv (peer, &byte, 1, MSG_DONTWAIT), <=, 0);
  close (peer);
  side_clear (&side);
}

static void
test_close_in_data (void)
{
  Side side;
  int peer = side_init_with_peer (&side);
  g_autofree char *large = g_malloc0 (100 * 1024);

  g_assert_cmpint (write (peer, large, 100 * 1024), ==, 100 * 1024);
  side.close_in_data = TRUE;
  sb_duplex_start (side.duplex, data_cb, closed_cb, &side);
  sb_test_wait_until (side.n_closed == 1);
  g_assert_cmpuint (side.n_data, ==, 1);
  g_assert_no_error (side.error);
  close (peer);
  side_clear (&side);
}

static void
test_drop_closes (void)
{
  Side side;
  int peer = side_init_with_peer (&side);
  char byte = 0;

  sb_duplex_start (side.duplex, data_cb, closed_cb, &side);
  sb_test_spin (10);
  g_clear_object (&side.duplex);
  g_assert_cmpint (recv (peer, &byte, 1, MSG_DONTWAIT), ==, 0);
  sb_test_spin (20);
  g_assert_cmpuint (side.n_closed, ==, 0);
  close (peer);
  side_clear (&side);
}

/* The far end says why and goes: its words arrive although a write failed first. */
static void
test_last_words (void)
{
  Side side;
  int peer = side_init_with_peer (&side);

  g_assert_cmpint (write (peer, "sorry", 5), ==, 5);
  close (peer);
  write_text (side.duplex, "too late");
  sb_test_spin (20);
  sb_duplex_start (side.duplex, data_cb, closed_cb, &side);
  sb_test_wait_until (side.n_closed == 1);
  g_assert_cmpmem (side.received->data, side.received->len, "sorry", 5);
  side_clear (&side);
}

static void
test_pipes (void)
{
  Side side;
  int to_us[2], from_us[2];
  g_autoptr(GInputStream) input = NULL;
  g_autoptr(GOutputStream) output = NULL;
  g_autoptr(GError) error = NULL;
  char buffer[8] = "";

  g_unix_open_pipe (to_us, FD_CLOEXEC, &error);
  g_unix_open_pipe (from_us, FD_CLOEXEC, &error);
  g_assert_no_error (error);
  input = g_unix_input_stream_new (to_us[0], TRUE);
  output = g_unix_output_stream_new (from_us[1], TRUE);
  side_init (&side, sb_duplex_new (input, output, NULL));
  sb_duplex_start (side.duplex, data_cb, closed_cb, &side);

  write_text (side.duplex, "ping");
  sb_duplex_shutdown_write (side.duplex);
  sb_test_wait_until (g_output_stream_is_closed (output));
  g_assert_cmpint (read (from_us[0], buffer, sizeof buffer), ==, 4);
  g_assert_cmpint (read (from_us[0], buffer, sizeof buffer), ==, 0);
  g_assert_cmpint (write (to_us[1], "pong", 4), ==, 4);
  sb_test_wait_until (side.n_data == 1);

  sb_duplex_close (side.duplex);
  sb_test_wait_until (side.n_closed == 1 && g_input_stream_is_closed (input));
  close (from_us[0]);
  close (to_us[1]);
  side_clear (&side);
}

static void
test_broken_pipe (void)
{
  Side side;
  int to_us[2], from_us[2];
  g_autoptr(GInputStream) input = NULL;
  g_autoptr(GOutputStream) output = NULL;

  g_unix_open_pipe (to_us, FD_CLOEXEC, NULL);
  g_unix_open_pipe (from_us, FD_CLOEXEC, NULL);
  input = g_unix_input_stream_new (to_us[0], TRUE);
  output = g_unix_output_stream_new (from_us[1], TRUE);
  side_init (&side, sb_duplex_new (input, output, NULL));
  close (from_us[0]);
  sb_duplex_start (side.duplex, data_cb, closed_cb, &side);

  g_assert_cmpint (write (to_us[1], "words", 5), ==, 5);
  write_text (side.duplex, "ping");
  sb_test_wait_until (side.n_closed == 1);
  g_assert_error (side.error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  g_assert_cmpmem (side.received->data, side.received->len, "words", 5);
  close (to_us[1]);
  side_clear (&side);
}

/* A decoder that doubles each byte, refuses 'X' and wants a '.' as the last byte. */
static gboolean
double_decode (gpointer       decoder,
               const guint8  *data,
               gsize          length,
               GByteArray    *out,
               GError       **error)
{
  char *last = decoder;

  for (gsize i = 0; i < length; i++)
    {
      if (data[i] == 'X')
        {
          g_set_error_literal (error, SB_NET_ERROR, SB_NET_ERROR_PROTOCOL, "No X, please.");
          return FALSE;
        }
      *last = data[i];
      if (data[i] == '-')
        continue;
      g_byte_array_append (out, data + i, 1);
      g_byte_array_append (out, data + i, 1);
    }

  return TRUE;
}

static gboolean
double_finish (gpointer   decoder,
               GError   **error)
{
  const char *last = decoder;

  if (*last == '.')
    return TRUE;
  g_set_error_literal (error, SB_NET_ERROR, SB_NET_ERROR_CLOSED, "It ended too early.");

  return FALSE;
}

static void
test_decoder (void)
{
  static const SbDuplexDecoder vtable = { double_decode, double_finish, g_free };
  static const struct { const char *input; const char *expected; int code; } cases[] = {
    { "ab.", "aabb..", -1 },
    { "--", "", SB_NET_ERROR_CLOSED },
    { "ab", "aabb", SB_NET_ERROR_CLOSED },
    { "X.", "", SB_NET_ERROR_PROTOCOL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Side side;
      int peer = side_init_with_peer (&side);

      sb_duplex_set_decoder (side.duplex, &vtable, g_new0 (char, 1));
      sb_duplex_start (side.duplex, data_cb, closed_cb, &side);
      g_assert_cmpint (write (peer, cases[i].input, strlen (cases[i].input)), ==, strlen (cases[i].input));
      close (peer);
      sb_test_wait_until (side.n_closed == 1);
      g_byte_array_append (side.received, (const guint8 *) "", 1);
      g_assert_cmpstr ((const char *) side.received->data, ==, cases[i].expected);
      if (cases[i].code < 0)
        g_assert_no_error (side.error);
      else
        g_assert_error (side.error, SB_NET_ERROR, cases[i].code);
      side_clear (&side);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/net/duplex/both-ways", test_both_ways);
  g_test_add_func ("/net/duplex/answer-and-close", test_answer_and_close);
  g_test_add_func ("/net/duplex/half-close", test_half_close);
  g_test_add_func ("/net/duplex/push-back", test_push_back);
  g_test_add_func ("/net/duplex/pause", test_pause);
  g_test_add_func ("/net/duplex/pause-while-reading", test_pause_while_reading);
  g_test_add_func ("/net/duplex/drop-in-data", test_drop_in_data);
  g_test_add_func ("/net/duplex/close-in-data", test_close_in_data);
  g_test_add_func ("/net/duplex/drop-closes", test_drop_closes);
  g_test_add_func ("/net/duplex/last-words", test_last_words);
  g_test_add_func ("/net/duplex/pipes", test_pipes);
  g_test_add_func ("/net/duplex/broken-pipe", test_broken_pipe);
  g_test_add_func ("/net/duplex/decoder", test_decoder);

  return g_test_run ();
}
