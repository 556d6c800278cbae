/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-port-forward.h"
#include "sb-test-helper.h"
#include "sb-test-sockets.h"

/* The server "inside" is a socket of this process: the helper runs unisolated, on the same loopback. */

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

typedef struct
{
  SbTestHelper     helper;
  GSocketListener *server;
  SbPortForward   *forward;
  guint16          port;
} Fixture;

static void
fixture_start (Fixture *self)
{
  g_autoptr(GError) error = NULL;

  sb_test_helper_start (&self->helper, NULL);
  self->server = sb_test_serve (&self->port);
  self->forward = sb_port_forward_new (self->helper.channel, self->port, &error);
  g_assert_no_error (error);
  g_assert_true (sb_port_forward_is_open (self->forward));
  g_assert_cmpuint (sb_port_forward_get_port (self->forward), ==, self->port);
}

static void
fixture_end (Fixture *self)
{
  g_clear_object (&self->forward);
  g_clear_object (&self->server);
  /* What was cancelled comes back in the next turns of the main loop. */
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  sb_test_helper_end (&self->helper);
}

static char *
dup_host (Fixture *self)
{
  g_autoptr(GUri) uri = g_uri_parse (sb_port_forward_get_uri (self->forward), G_URI_FLAGS_NONE, NULL);

  return g_strdup_printf ("%s:%d", g_uri_get_host (uri), g_uri_get_port (uri));
}

static char *
make_request (Fixture *self)
{
  g_autofree char *host = dup_host (self);

  return g_strdup_printf ("GET /a HTTP/1.1\r\nHost: %s\r\n\r\n", host);
}

static SbDuplex *
dial (Fixture *self)
{
  g_autoptr(GError) error = NULL;
  SbDuplex *browser = sb_test_dial (sb_port_forward_get_local_port (self->forward), &error);

  g_assert_no_error (error);

  return browser;
}

static void
assert_starts (const SbTestEnd *end,
               const char      *start)
{
  g_assert_cmpuint (end->bytes->len, >=, strlen (start));
  g_assert_cmpmem (end->bytes->data, strlen (start), start, strlen (start));
}

static void
test_uri (void)
{
  Fixture fixture = { 0 };
  g_autofree char *end = NULL;

  fixture_start (&fixture);
  end = g_strdup_printf (".localhost:%u/", sb_port_forward_get_local_port (fixture.forward));
  g_assert_true (g_str_has_prefix (sb_port_forward_get_uri (fixture.forward), "http://port-"));
  g_assert_true (g_str_has_suffix (sb_port_forward_get_uri (fixture.forward), end));
  g_assert_cmpuint (strlen (sb_port_forward_get_uri (fixture.forward)), >, strlen (end) + 16);
  fixture_end (&fixture);
}

/* The server sees the request as it was sent, byte by byte or not, and more of them follow on the same connection. */
static void
test_request (void)
{
  Fixture fixture = { 0 };
  g_autoptr(SbDuplex) browser = NULL;
  g_autoptr(SbDuplex) server = NULL;
  g_autofree char *request = NULL;
  SbTestEnd browser_end = { 0 };
  SbTestEnd server_end = { 0 };

  fixture_start (&fixture);
  request = make_request (&fixture);
  browser = dial (&fixture);
  sb_test_end_start (&browser_end, browser);
  for (const char *byte = request; *byte != '\0'; byte++)
    {
      g_autofree char *one = g_strndup (byte, 1);

      sb_test_send (browser, one);
    }
  server = sb_test_accept (fixture.server);
  sb_test_end_start (&server_end, server);
  sb_test_wait_until (server_end.bytes->len == strlen (request));
  assert_starts (&server_end, request);
  sb_test_send (server, ANSWER);
  sb_test_wait_until (browser_end.bytes->len == strlen (ANSWER));
  sb_test_send (browser, "GET / HTTP/1.1\r\n\r\n");
  sb_test_wait_until (server_end.bytes->len == strlen (request) + 18);
  g_assert_cmpuint (sb_port_forward_get_connections (fixture.forward), ==, 1);

  sb_duplex_close (server);
  sb_test_wait_until (browser_end.closed);
  g_clear_object (&browser);
  sb_test_wait_until (sb_port_forward_get_connections (fixture.forward) == 0);
  sb_test_end_clear (&browser_end);
  sb_test_end_clear (&server_end);
  fixture_end (&fixture);
}

/* 4 MiB each way, while the other end is slow to begin. */
static void
test_large (void)
{
  Fixture fixture = { 0 };
  g_autoptr(SbDuplex) browser = NULL;
  g_autoptr(SbDuplex) server = NULL;
  g_autofree char *request = NULL;
  g_autoptr(GBytes) noise = sb_test_make_noise (4 * 1024 * 1024);
  SbTestEnd browser_end = { 0 };
  SbTestEnd server_end = { 0 };
  gsize size = g_bytes_get_size (noise);

  fixture_start (&fixture);
  request = make_request (&fixture);
  browser = dial (&fixture);
  sb_test_send (browser, request);
  sb_duplex_write (browser, noise);
  server = sb_test_accept (fixture.server);
  sb_duplex_write (server, noise);
  g_free (sb_test_shell_text (fixture.helper.channel, "true"));
  sb_test_end_start (&browser_end, browser);
  sb_test_end_start (&server_end, server);
  sb_test_wait_until (server_end.bytes->len == strlen (request) + size && browser_end.bytes->len == size);
  g_assert_cmpmem (browser_end.bytes->data, size, g_bytes_get_data (noise, NULL), size);
  sb_test_end_clear (&browser_end);
  sb_test_end_clear (&server_end);
  g_clear_object (&browser);
  fixture_end (&fixture);
}

/* None of these reaches the sandbox. */
static void
test_refused_requests (void)
{
  static const char *const requests[] = {
    "GET / HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost:%u\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: evil.example:%u\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: port-0000000000000000.localhost:%u\r\n\r\n",
    "GET / HTTP/1.1\r\nX: %u\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "\x16\x03\x01\x02\r\n\r\n",
    "SSH-2.0-x\r\n\r\n",
  };
  Fixture fixture = { 0 };

  fixture_start (&fixture);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *port = g_strdup_printf ("%u", sb_port_forward_get_local_port (fixture.forward));
      g_auto(GStrv) parts = g_strsplit (requests[i], "%u", 2);
      g_autofree char *request = g_strjoinv (port, parts);
      g_autoptr(SbDuplex) browser = dial (&fixture);
      SbTestEnd end = { 0 };

      sb_test_end_start (&end, browser);
      sb_test_send (browser, request);
      sb_test_wait_until (end.closed);
      assert_starts (&end, "HTTP/1.1 403 ");
      sb_test_end_clear (&end);
    }
  fixture_end (&fixture);
}

static void
test_endless_head (void)
{
  Fixture fixture = { 0 };
  g_autoptr(SbDuplex) browser = NULL;
  g_autofree char *request = NULL;
  g_autofree char *header = g_strnfill (100 * 1024, 'x');
  SbTestEnd end = { 0 };

  fixture_start (&fixture);
  request = make_request (&fixture);
  request[strlen (request) - 2] = '\0';
  browser = dial (&fixture);
  sb_test_end_start (&end, browser);
  sb_test_send (browser, request);
  sb_test_send (browser, header);
  sb_test_wait_until (end.closed);
  sb_test_wait_until (sb_port_forward_get_connections (fixture.forward) == 0);
  sb_test_end_clear (&end);
  fixture_end (&fixture);
}

static void
test_nothing_there (void)
{
  Fixture fixture = { 0 };
  g_autoptr(SbDuplex) browser = NULL;
  g_autofree char *request = NULL;
  SbTestEnd end = { 0 };

  fixture_start (&fixture);
  g_socket_listener_close (fixture.server);
  request = make_request (&fixture);
  browser = dial (&fixture);
  sb_test_end_start (&end, browser);
  sb_test_send (browser, request);
  sb_test_wait_until (end.closed);
  assert_starts (&end, "HTTP/1.1 502 ");
  sb_test_end_clear (&end);
  fixture_end (&fixture);
}

/* A server that never reads nor stops to send headers: at most windows wait, and others go on. */
static void
test_hostile_server (void)
{
  Fixture fixture = { 0 };
  g_autoptr(SbDuplex) stuck = NULL;
  g_autoptr(SbDuplex) stuck_server = NULL;
  g_autoptr(SbDuplex) browser = NULL;
  g_autoptr(SbDuplex) server = NULL;
  g_autoptr(GBytes) flood = sb_test_make_noise (16 * 1024 * 1024);
  g_autofree char *request = NULL;
  SbTestEnd end = { 0 };

  fixture_start (&fixture);
  request = make_request (&fixture);
  stuck = dial (&fixture);
  sb_test_send (stuck, request);
  sb_duplex_write (stuck, flood);
  stuck_server = sb_test_accept (fixture.server);
  sb_test_send (stuck_server, "HTTP/1.1 200 OK\r\nX: ");
  sb_duplex_write (stuck_server, flood);

  browser = dial (&fixture);
  sb_test_end_start (&end, browser);
  sb_test_send (browser, request);
  server = sb_test_accept (fixture.server);
  sb_test_send (server, "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n");
  sb_test_wait_until (end.bytes->len == 52);
  g_free (sb_test_shell_text (fixture.helper.channel, "true"));
  g_assert_cmpuint (sb_port_forward_get_connections (fixture.forward), ==, 2);
  sb_test_end_clear (&end);
  g_clear_object (&browser);
  fixture_end (&fixture);
}

static void
test_too_many (void)
{
  Fixture fixture = { 0 };
  g_autoptr(GPtrArray) browsers = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(SbDuplex) last = NULL;
  SbTestEnd end = { 0 };

  fixture_start (&fixture);
  for (guint i = 0; i < 48; i++)
    g_ptr_array_add (browsers, dial (&fixture));
  sb_test_wait_until (sb_port_forward_get_connections (fixture.forward) == 48);
  last = dial (&fixture);
  sb_test_end_start (&end, last);
  sb_test_wait_until (end.closed);
  g_assert_cmpuint (end.bytes->len, ==, 0);
  sb_test_end_clear (&end);
  fixture_end (&fixture);
}

static void
test_close (void)
{
  Fixture fixture = { 0 };
  g_autoptr(SbDuplex) browser = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) gone = NULL;
  SbTestEnd end = { 0 };
  guint16 local_port = 0;

  fixture_start (&fixture);
  local_port = sb_port_forward_get_local_port (fixture.forward);
  browser = dial (&fixture);
  sb_test_end_start (&end, browser);
  sb_test_wait_until (sb_port_forward_get_connections (fixture.forward) == 1);
  sb_channel_close (fixture.helper.channel);
  g_assert_false (sb_port_forward_is_open (fixture.forward));
  sb_test_wait_until (end.closed);
  g_assert_null (sb_test_dial (local_port, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
  g_assert_null (sb_port_forward_new (fixture.helper.channel, fixture.port, &gone));
  g_assert_error (gone, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED);
  sb_test_end_clear (&end);
  fixture_end (&fixture);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sandbox/port-forward/uri", test_uri);
  g_test_add_func ("/sandbox/port-forward/request", test_request);
  g_test_add_func ("/sandbox/port-forward/large", test_large);
  g_test_add_func ("/sandbox/port-forward/refused-requests", test_refused_requests);
  g_test_add_func ("/sandbox/port-forward/endless-head", test_endless_head);
  g_test_add_func ("/sandbox/port-forward/nothing-there", test_nothing_there);
  g_test_add_func ("/sandbox/port-forward/hostile-server", test_hostile_server);
  g_test_add_func ("/sandbox/port-forward/too-many", test_too_many);
  g_test_add_func ("/sandbox/port-forward/close", test_close);

  return g_test_run ();
}
