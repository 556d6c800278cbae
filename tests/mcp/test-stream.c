/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-mcp-stream-transport.h"
#include "sb-test.h"

/* One end is a transport; what it hears is written down: m: a message, n: noise, c: closed. */
typedef struct
{
  SbMcpTransport *transport;
  GString        *heard;
  GError         *error;
  int             fd;
  gboolean        closed;
} Fixture;

static void
message_cb (SbMcpTransport *transport,
            JsonNode       *message,
            gpointer        user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *text = sb_json_to_string (message, FALSE);

  g_assert_true (json_node_is_immutable (message));
  g_string_append_printf (fixture->heard, "m:%s;", text);
}

static void
noise_cb (SbMcpTransport *transport,
          const char     *line,
          gpointer        user_data)
{
  Fixture *fixture = user_data;

  g_assert_true (g_utf8_validate (line, -1, NULL));
  g_assert_cmpuint (strlen (line), <=, 3 * 4096);
  g_string_append_printf (fixture->heard, "n:%s;", line);
}

static void
closed_cb (SbMcpTransport *transport,
           const GError   *error,
           gpointer        user_data)
{
  Fixture *fixture = user_data;

  g_assert_false (fixture->closed);
  fixture->closed = TRUE;
  fixture->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr(GInputStream) input = NULL;
  g_autoptr(GOutputStream) output = NULL;
  g_autoptr(SbDuplex) duplex = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_unix_set_fd_nonblocking (fds[0], TRUE, NULL);
  input = g_unix_input_stream_new (fds[0], TRUE);
  output = g_unix_output_stream_new (dup (fds[0]), TRUE);
  duplex = sb_duplex_new (input, output, NULL);
  fixture->fd = fds[1];
  fixture->heard = g_string_new (NULL);
  fixture->transport = sb_mcp_stream_transport_new (duplex);
  g_signal_connect (fixture->transport, "message", G_CALLBACK (message_cb), fixture);
  g_signal_connect (fixture->transport, "noise", G_CALLBACK (noise_cb), fixture);
  g_signal_connect (fixture->transport, "closed", G_CALLBACK (closed_cb), fixture);
  sb_mcp_transport_start (fixture->transport);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->fd >= 0)
    close (fixture->fd);
  g_clear_error (&fixture->error);
  g_assert_finalize_object (fixture->transport);
  g_string_free (fixture->heard, TRUE);
}

static void
end_stream (Fixture *fixture)
{
  close (fixture->fd);
  fixture->fd = -1;
  sb_test_wait_until (fixture->closed);
}

static const char sent[] =
  "\xef\xbb\xbf{\"a\":1}\r\n"
  "\n  \n"
  "Server listening\x1b[31m!\n"
  "{\"b\":\"h\xc3\xa5h\xe2\x80\xa8\"}\n"
  "{\"c\":\n"
  "[1]\n"
  "7\n"
  "{\"d\":\"\xff\"}\n"
  "{\"e\":2}";

#define EXPECTED "m:{\"a\":1};n:Server listening!;m:{\"b\":\"håh\u2028\"};n:{\"c\":;m:[1];m:7;"

static void
check_heard (Fixture *fixture)
{
  g_test_message ("%s", fixture->heard->str);
  g_assert_true (g_str_has_prefix (fixture->heard->str, EXPECTED));
  g_assert_true (g_str_has_suffix (fixture->heard->str, "m:{\"e\":2};"));
}

static void
test_whole (Fixture       *fixture,
            gconstpointer  data)
{
  g_assert_cmpint (write (fixture->fd, sent, strlen (sent)), ==, strlen (sent));
  end_stream (fixture);
  check_heard (fixture);
  g_assert_no_error (fixture->error);
}

static void
test_by_bytes (Fixture       *fixture,
               gconstpointer  data)
{
  for (gsize i = 0; i < strlen (sent); i++)
    {
      g_assert_cmpint (write (fixture->fd, sent + i, 1), ==, 1);
      g_main_context_iteration (NULL, FALSE);
    }
  end_stream (fixture);
  check_heard (fixture);
}

static void
test_random_splits (Fixture       *fixture,
                    gconstpointer  data)
{
  gsize done = 0;

  while (done < strlen (sent))
    {
      gsize part = g_test_rand_int_range (1, 20);

      part = MIN (part, strlen (sent) - done);
      g_assert_cmpint (write (fixture->fd, sent + done, part), ==, part);
      done += part;
      g_main_context_iteration (NULL, FALSE);
    }
  end_stream (fixture);
  check_heard (fixture);
}

static void
test_line_over_the_limit (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autofree char *chunk = g_strnfill (1024 * 1024, 'x');

  g_unix_set_fd_nonblocking (fixture->fd, TRUE, NULL);
  for (gsize done = 0; done < 66 * 1024 * 1024 && !fixture->closed;)
    {
      gssize n = write (fixture->fd, chunk, 1024 * 1024);

      done += MAX (n, 0);
      sb_test_iterate ();
    }
  if (!fixture->closed)
    g_assert_cmpint (write (fixture->fd, "\n", 1), ==, 1);
  sb_test_wait_until (fixture->closed);
  g_assert_error (fixture->error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL);
  g_assert_cmpstr (fixture->heard->str, ==, "");
}

static void
send_text (Fixture    *fixture,
           const char *json)
{
  g_autoptr(JsonNode) node = sb_json_parse (json, -1, NULL);

  sb_mcp_transport_send (fixture->transport, node);
}

static void
test_send (Fixture       *fixture,
           gconstpointer  data)
{
  char buffer[200] = "";
  gsize length = 0;

  send_text (fixture, "{\"method\":\"a\",\"text\":\"line\\nline\"}");
  send_text (fixture, "{\"id\":1}");
  g_unix_set_fd_nonblocking (fixture->fd, TRUE, NULL);
  while (length < 44)
    {
      gssize n = read (fixture->fd, buffer + length, sizeof buffer - 1 - length);

      length += MAX (n, 0);
      sb_test_iterate ();
    }
  g_assert_cmpstr (buffer, ==, "{\"method\":\"a\",\"text\":\"line\\nline\"}\n{\"id\":1}\n");
}

/* Nobody reads: notifications are dropped first, and memory stays bounded. */
static void
test_slow_reader (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autofree char *filler = g_strnfill (1024 * 1024, 'x');
  g_autofree char *notification = g_strdup_printf ("{\"method\":\"%s\"}", filler);
  g_autofree char *answer = g_strdup_printf ("{\"id\":1,\"result\":\"%s\"}", filler);
  g_autoptr(JsonNode) notification_node = sb_json_parse (notification, -1, NULL);
  g_autoptr(JsonNode) answer_node = sb_json_parse (answer, -1, NULL);

  for (guint i = 0; i < 1000; i++)
    sb_mcp_transport_send (fixture->transport, notification_node);
  g_assert_false (fixture->closed);
  for (guint i = 0; i < 200; i++)
    sb_mcp_transport_send (fixture->transport, answer_node);
  sb_test_wait_until (fixture->closed);
  g_assert_error (fixture->error, SB_MCP_ERROR, SB_MCP_ERROR_CLOSED);
}

static void
test_close (Fixture       *fixture,
            gconstpointer  data)
{
  g_assert_cmpint (write (fixture->fd, "{}\n", 3), ==, 3);
  sb_mcp_transport_close (fixture->transport);
  sb_test_wait_until (fixture->closed);
  g_assert_cmpstr (fixture->heard->str, ==, "");
  send_text (fixture, "{}");
}

#define ADD(name, func) g_test_add ("/mcp/stream/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("whole", test_whole);
  ADD ("by-bytes", test_by_bytes);
  ADD ("random-splits", test_random_splits);
  ADD ("line-over-the-limit", test_line_over_the_limit);
  ADD ("send", test_send);
  ADD ("slow-reader", test_slow_reader);
  ADD ("close", test_close);

  return g_test_run ();
}
