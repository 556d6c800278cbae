/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-mcp-http-server.h"
#include "sb-mcp-server.h"
#include "sb-test.h"

#define AUTH "Authorization: Bearer t0ken\r\n"
#define LOCAL "Host: localhost\r\n"
#define TYPES "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n"
#define INITIALIZE "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\"," \
                   "\"params\":{\"protocolVersion\":\"2025-11-25\"}}"
#define META "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
             "\"io.modelcontextprotocol/clientCapabilities\":{}}"
#define MAX_CONNECTIONS 8
#define MODERN "MCP-Protocol-Version: 2026-07-28\r\n"

/* Requests as bytes at a server of ours. */
static const struct
{
  const char *head; /* without Content-Length and Connection */
  const char *body; /* nullable */
  const char *answer; /* how the answer's first line goes on after the version */
  const char *part;   /* nullable: in the answer */
} requests[] = {
  { "GET /health HTTP/1.1\r\n" LOCAL, NULL, "200", "ok" },
  { "HEAD /health HTTP/1.1\r\n" LOCAL, NULL, "200", NULL },
  { "GET /health HTTP/1.1\r\nHost: evil.example\r\n", NULL, "403", NULL },
  { "GET /health HTTP/1.1\r\nHost: localhost.evil.example:80\r\n", NULL, "403", NULL },
  { "GET /health HTTP/1.1\r\nHost: [::1]:80\r\n", NULL, "200", NULL },
  { "GET /health HTTP/1.1\r\n" LOCAL "Origin: http://evil.example\r\n", NULL, "403", NULL },
  { "GET /health HTTP/1.1\r\n" LOCAL "Origin: http://localhost.evil.example\r\n", NULL, "403", NULL },
  { "GET /health HTTP/1.1\r\n" LOCAL "Origin: null\r\n", NULL, "403", NULL },
  { "GET /health HTTP/1.1\r\n" LOCAL "Origin: http://127.0.0.1:9999\r\n", NULL, "200", NULL },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES, INITIALIZE, "401", "WWW-Authenticate: Bearer" },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES "Authorization: Bearer t0ke\r\n", INITIALIZE, "401", NULL },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES "Authorization: Bearer t0kent0ken\r\n", INITIALIZE, "401", NULL },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES "Authorization: Basic t0ken\r\n", INITIALIZE, "401", NULL },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH, INITIALIZE, "200", "Mcp-Session-Id: " },
  { "POST /mcp HTTP/1.1\r\n" LOCAL AUTH "Content-Type: text/plain\r\n", INITIALIZE, "415", NULL },
  { "POST /mcp HTTP/1.1\r\n" LOCAL AUTH "Content-Type: application/json\r\nAccept: application/json\r\n", INITIALIZE,
    "406", NULL },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH, "{{", "400", "-32700" },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH, "", "400", "-32700" },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", "400", NULL },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH "Mcp-Session-Id: nobody\r\n",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", "404", NULL },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH "Mcp-Session-Id: nobody\r\nMCP-Protocol-Version: 1999-01-01\r\n",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", "400", NULL },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH MODERN "Mcp-Method: tools/list\r\n",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{" META "}}", "200", "\"tools\"" },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH MODERN "Mcp-Method: tools/call\r\n",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{" META "}}", "400", "-32020" },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH MODERN "Mcp-Method: tools/call\r\n",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"x\"," META "}}", "400", "-32020" },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH MODERN "Mcp-Method: tools/list\r\n",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{}}", "400", "-32602" },
  { "POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH MODERN "Mcp-Method: no/such\r\n",
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no/such\",\"params\":{" META "}}", "404", "-32601" },
  { "GET /mcp HTTP/1.1\r\n" LOCAL AUTH "Accept: text/event-stream\r\n", NULL, "400", NULL },
  { "GET /mcp HTTP/1.1\r\n" LOCAL AUTH "Accept: text/html\r\n", NULL, "406", NULL },
  { "DELETE /mcp HTTP/1.1\r\n" LOCAL AUTH "Mcp-Session-Id: nobody\r\n", NULL, "404", NULL },
  { "HEAD /mcp HTTP/1.1\r\n" LOCAL AUTH, NULL, "405", "Allow: " },
  { "OPTIONS /mcp HTTP/1.1\r\n" LOCAL AUTH, NULL, "204", "Allow: " },
  { "PUT /mcp HTTP/1.1\r\n" LOCAL AUTH, "x", "405", NULL },
  { "GET / HTTP/1.1\r\n" LOCAL AUTH, NULL, "307", "/mcp" },
  { "GET /mcp/../etc/passwd HTTP/1.1\r\n" LOCAL AUTH, NULL, "404", NULL },
  { "GET /sse HTTP/1.1\r\n" LOCAL AUTH, NULL, "404", NULL },
};

typedef struct
{
  SbMcpServer     *server;
  SbMcpHttpServer *http;
} Fixture;

static void
accept_cb (SbMcpTransport *transport,
           gpointer        user_data)
{
  Fixture *fixture = user_data;

  sb_mcp_server_accept (fixture->server, transport);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  SbMcpHttpServerOptions options = {
    .token = "t0ken",
    .max_body = 1000,
    .request_timeout_ms = 300,
    .max_sessions = 2,
    .max_connections = MAX_CONNECTIONS,
    .idle_timeout_s = GPOINTER_TO_UINT (data),
  };
  g_autoptr(GError) error = NULL;

  fixture->server = sb_mcp_server_new ("test", "1", NULL);
  fixture->http = sb_mcp_http_server_new (&options, accept_cb, fixture, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sb_mcp_http_server_stop (fixture->http);
  sb_test_wait_until (sb_mcp_server_get_n_sessions (fixture->server) == 0);
  g_assert_finalize_object (fixture->http);
  g_assert_finalize_object (fixture->server);
}

static GSocketConnection *
connect_to (Fixture *fixture)
{
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  g_autoptr(GUri) uri = g_uri_parse (sb_mcp_http_server_get_url (fixture->http), G_URI_FLAGS_NONE, NULL);
  GSocketConnection *connection = NULL;

  connection = g_socket_client_connect_to_host (client, "127.0.0.1", g_uri_get_port (uri), NULL, NULL);
  g_assert_nonnull (connection);

  return connection;
}

/* Everything the server says to these bytes until it closes. */
static char *
ask (Fixture    *fixture,
     const char *bytes)
{
  g_autoptr(GSocketConnection) connection = connect_to (fixture);
  g_autoptr(GOutputStream) answer = g_memory_output_stream_new_resizable ();
  g_autoptr(GAsyncResult) result = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), bytes, strlen (bytes), NULL,
                             NULL, NULL);
  g_output_stream_splice_async (answer, g_io_stream_get_input_stream (G_IO_STREAM (connection)),
                                G_OUTPUT_STREAM_SPLICE_NONE, G_PRIORITY_DEFAULT, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_output_stream_splice_finish (answer, result, NULL);
  g_output_stream_write_all (answer, "", 1, NULL, NULL, NULL);

  return g_strdup (g_memory_output_stream_get_data (G_MEMORY_OUTPUT_STREAM (answer)));
}

static void
test_requests (Fixture       *fixture,
               gconstpointer  data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      const char *body = requests[i].body;
      g_autofree char *bytes = body != NULL
        ? g_strdup_printf ("%sConnection: close\r\nContent-Length: %zu\r\n\r\n%s", requests[i].head, strlen (body),
                           body)
        : g_strdup_printf ("%sConnection: close\r\n\r\n", requests[i].head);
      g_autofree char *answer = ask (fixture, bytes);
      g_autofree char *expected = g_strdup_printf ("HTTP/1.1 %s ", requests[i].answer);

      if (!g_str_has_prefix (answer, expected)
          || (requests[i].part != NULL && strstr (answer, requests[i].part) == NULL))
        g_error ("to %s%s\nthe server said %s", requests[i].head, body != NULL ? body : "", answer);
    }
}

static void
test_too_large (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *filler = g_strnfill (2000, ' ');
  g_autofree char *announced = g_strdup_printf ("POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH "Connection: close\r\n"
                                                "Content-Length: 2000\r\n\r\n%s", filler);
  g_autofree char *chunked = g_strdup_printf ("POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH "Connection: close\r\n"
                                              "Transfer-Encoding: chunked\r\n\r\n7d0\r\n%s\r\n0\r\n\r\n", filler);
  g_autofree char *first = ask (fixture, announced);
  g_autofree char *second = ask (fixture, chunked);

  g_assert_true (g_str_has_prefix (first, "HTTP/1.1 413 "));
  g_assert_true (g_str_has_prefix (second, "HTTP/1.1 413 "));
}

/* A request that never gets complete, and a connection on which nothing follows, are closed. */
static void
test_too_slow (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *half = ask (fixture, "POST /mcp HTTP/1.1\r\nHost: local");
  g_autofree char *silent = ask (fixture, "");
  g_autofree char *kept = ask (fixture, "GET /health HTTP/1.1\r\n" LOCAL "\r\n");

  g_assert_false (g_str_has_prefix (half, "HTTP/1.1 200"));
  g_assert_cmpstr (silent, ==, "");
  g_assert_true (g_str_has_prefix (kept, "HTTP/1.1 200 "));
}

/* One request after the other, on one connection. */
static void
test_keeps (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *answer = ask (fixture, "GET /health HTTP/1.1\r\n" LOCAL "\r\n"
                                          "GET /nowhere HTTP/1.1\r\n" LOCAL AUTH "\r\n"
                                          "HEAD /health HTTP/1.1\r\n" LOCAL "Connection: close\r\n\r\n");
  g_auto(GStrv) parts = g_strsplit (answer, "HTTP/1.1 ", -1);

  g_assert_cmpuint (g_strv_length (parts), ==, 4);
  g_assert_true (g_str_has_prefix (parts[1], "200 "));
  g_assert_true (g_str_has_prefix (parts[2], "404 "));
  g_assert_true (g_str_has_prefix (parts[3], "200 "));
}

/* One more than may be there is closed without an answer; when one has gone, the next is let in. */
static void
test_too_many_connections (Fixture       *fixture,
                           gconstpointer  data)
{
  GSocketConnection *held[MAX_CONNECTIONS];
  const char *bytes = "GET /health HTTP/1.1\r\n" LOCAL "Connection: close\r\n\r\n";
  g_autofree char *refused = NULL;
  g_autofree char *served = NULL;

  for (guint i = 0; i < MAX_CONNECTIONS; i++)
    held[i] = connect_to (fixture);
  refused = ask (fixture, bytes);
  g_assert_cmpstr (refused, ==, "");
  for (guint i = 0; i < MAX_CONNECTIONS; i++)
    g_object_unref (held[i]);
  while (served == NULL || served[0] == '\0')
    {
      g_free (served);
      served = ask (fixture, bytes);
    }
  g_assert_true (g_str_has_prefix (served, "HTTP/1.1 200 "));
}

static void
test_too_many (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *bytes = g_strdup_printf ("POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH "Connection: close\r\n"
                                            "Content-Length: %zu\r\n\r\n" INITIALIZE, strlen (INITIALIZE));

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *answer = ask (fixture, bytes);

      g_assert_true (g_str_has_prefix (answer, i < 2 ? "HTTP/1.1 200 " : "HTTP/1.1 503 "));
    }
  g_assert_cmpuint (sb_mcp_http_server_get_n_sessions (fixture->http), ==, 2);
}

/* A session that nobody uses ends; who comes back to it begins anew. */
static void
test_idle (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *first = g_strdup_printf ("POST /mcp HTTP/1.1\r\n" LOCAL TYPES AUTH "Connection: close\r\n"
                                            "Content-Length: %zu\r\n\r\n" INITIALIZE, strlen (INITIALIZE));
  g_autofree char *answer = ask (fixture, first);
  const char *header = strstr (answer, "Mcp-Session-Id: ");
  g_autofree char *id = NULL;
  g_autofree char *second = NULL;
  g_autofree char *later = NULL;

  g_assert_nonnull (header);
  id = g_strndup (header, strcspn (header, "\r"));
  sb_test_wait_until (sb_mcp_http_server_get_n_sessions (fixture->http) == 0);
  sb_test_wait_until (sb_mcp_server_get_n_sessions (fixture->server) == 0);
  second = g_strdup_printf ("DELETE /mcp HTTP/1.1\r\n" LOCAL AUTH "Connection: close\r\n%s\r\n\r\n", id);
  later = ask (fixture, second);
  g_assert_true (g_str_has_prefix (later, "HTTP/1.1 404 "));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/mcp/http-server/requests", Fixture, NULL, set_up, test_requests, tear_down);
  g_test_add ("/mcp/http-server/too-large", Fixture, NULL, set_up, test_too_large, tear_down);
  g_test_add ("/mcp/http-server/too-slow", Fixture, NULL, set_up, test_too_slow, tear_down);
  g_test_add ("/mcp/http-server/keeps", Fixture, NULL, set_up, test_keeps, tear_down);
  g_test_add ("/mcp/http-server/too-many", Fixture, NULL, set_up, test_too_many, tear_down);
  g_test_add ("/mcp/http-server/idle", Fixture, GUINT_TO_POINTER (1), set_up, test_idle, tear_down);
  g_test_add ("/mcp/http-server/too-many-connections", Fixture, NULL, set_up, test_too_many_connections, tear_down);

  return g_test_run ();
}
