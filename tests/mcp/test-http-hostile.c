/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <libsoup/soup.h>
#include <string.h>

#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-mcp-http-transport.h"
#include "sb-script-server.h"
#include "sb-test.h"

#define CLOSE "Connection: close\r\n"
#define JSON_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" CLOSE "\r\n"
#define STREAM_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" CLOSE "\r\n"
#define RESULT "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}"
#define REQUEST "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}"
#define INITIALIZE "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}"
#define SESSION "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nMcp-Session-Id: s-1\r\n" CLOSE "\r\n" \
                "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{}}"

/* What a transport told. */
typedef struct
{
  SbScriptServer *server;
  SbMcpTransport *transport;
  GPtrArray      *messages; /* of char* */
  GError         *failure;
  GError         *reason;
  gboolean        closed;
} Fixture;

static void
message_cb (SbMcpTransport *transport,
            JsonNode       *message,
            gpointer        user_data)
{
  Fixture *fixture = user_data;

  g_ptr_array_add (fixture->messages, sb_json_to_string (message, FALSE));
}

static void
failed_cb (SbMcpTransport *transport,
           JsonNode       *message,
           const GError   *error,
           gpointer        user_data)
{
  Fixture *fixture = user_data;

  g_clear_error (&fixture->failure);
  fixture->failure = g_error_copy (error);
}

static void
closed_cb (SbMcpTransport *transport,
           const GError   *error,
           gpointer        user_data)
{
  Fixture *fixture = user_data;

  g_assert_false (fixture->closed);
  fixture->closed = TRUE;
  fixture->reason = error != NULL ? g_error_copy (error) : NULL;
}

static void
begin_at (Fixture       *fixture,
          const char    *url,
          SbMcpHttpKind  kind)
{
  SbMcpHttpOptions options = { .kind = kind, .token = "secret" };

  fixture->messages = g_ptr_array_new_with_free_func (g_free);
  fixture->transport = sb_mcp_http_transport_new (url, &options, NULL);
  g_signal_connect (fixture->transport, "message", G_CALLBACK (message_cb), fixture);
  g_signal_connect (fixture->transport, "failed", G_CALLBACK (failed_cb), fixture);
  g_signal_connect (fixture->transport, "closed", G_CALLBACK (closed_cb), fixture);
  sb_mcp_transport_start (fixture->transport);
}

static void
begin (Fixture       *fixture,
       const char    *path,
       SbMcpHttpKind  kind)
{
  g_autofree char *url = g_strconcat (sb_script_server_get_origin (fixture->server), path, NULL);

  begin_at (fixture, url, kind);
}

static void
end (Fixture *fixture)
{
  sb_mcp_transport_close (fixture->transport);
  sb_test_wait_until (fixture->closed);
  g_assert_finalize_object (fixture->transport);
  g_ptr_array_unref (fixture->messages);
  g_clear_error (&fixture->failure);
  g_clear_error (&fixture->reason);
  g_clear_pointer (&fixture->server, sb_script_server_free);
}

static void
say (Fixture    *fixture,
     const char *json)
{
  g_autoptr(JsonNode) message = sb_json_parse (json, -1, NULL);

  sb_mcp_transport_send (fixture->transport, message);
}

/* What a server may answer to the first request, and what becomes of it. */
static const struct
{
  const char *bytes;
  int         code; /* -1: the answer arrives */
} answers[] = {
  { JSON_HEAD RESULT, -1 },
  { STREAM_HEAD "data: " RESULT "\n\n", -1 },
  { STREAM_HEAD "\xef\xbb\xbf: hello\r\nid: 1\r\ndata:\r\n\r\nevent: message\r\ndata: " RESULT "\r\n\r\n", -1 },
  { JSON_HEAD "\xef\xbb\xbf" RESULT "\r\n", -1 },
  { STREAM_HEAD "\xef\xbb\xbf" "data: \xef\xbb\xbf" RESULT "\n\n", -1 },
  { STREAM_HEAD "data: {\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32603,\"message\":\"x\"}}\n\n", -1 },
  { STREAM_HEAD "event: news\ndata: x\n\ndata: not json\n\ndata: " RESULT "\n\n", -1 },
  { "HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\n" CLOSE "\r\n"
    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32600,\"message\":\"no\"}}", -1 },
  { "HTTP/1.1 404 No\r\nContent-Type: application/json\r\n" CLOSE "\r\n"
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"no\"}}", -1 },
  { JSON_HEAD "{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}", SB_MCP_ERROR_PROTOCOL },
  { JSON_HEAD "{{{", SB_MCP_ERROR_PROTOCOL },
  { JSON_HEAD, SB_MCP_ERROR_PROTOCOL },
  { "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" CLOSE "\r\n<html>", SB_MCP_ERROR_PROTOCOL },
  { "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n" CLOSE "\r\n", SB_MCP_ERROR_PROTOCOL },
  { "HTTP/1.1 301 Moved\r\nLocation: /other\r\n" CLOSE "\r\n", SB_MCP_ERROR_PROTOCOL },
  { "HTTP/1.1 307 Moved\r\nLocation: https://127.0.0.1:1/\r\n" CLOSE "\r\n", SB_MCP_ERROR_UNSUPPORTED },
  { "HTTP/1.1 307 Moved\r\n" CLOSE "\r\n", SB_MCP_ERROR_UNSUPPORTED },
  { "HTTP/1.1 404 No\r\n" CLOSE "\r\nnothing here", SB_MCP_ERROR_UNSUPPORTED },
  { "HTTP/1.1 405 No\r\n" CLOSE "\r\n", SB_MCP_ERROR_UNSUPPORTED },
  { "HTTP/1.1 401 No\r\n" CLOSE "\r\n", SB_MCP_ERROR_UNAUTHORIZED },
  { "HTTP/1.1 403 No\r\n" CLOSE "\r\n", SB_MCP_ERROR_UNAUTHORIZED },
  { "HTTP/1.1 429 Slow\r\n" CLOSE "\r\n", SB_MCP_ERROR_UNREACHABLE },
  { "HTTP/1.1 500 Oh\r\n" CLOSE "\r\n", SB_MCP_ERROR_UNREACHABLE },
  { "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{", SB_MCP_ERROR_UNREACHABLE },
  { STREAM_HEAD "data: " RESULT, SB_MCP_ERROR_UNREACHABLE },
  { STREAM_HEAD, SB_MCP_ERROR_UNREACHABLE },
  { "", SB_MCP_ERROR_UNREACHABLE },
};

static void
test_answers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      Fixture fixture = { .server = sb_script_server_new () };

      begin (&fixture, "/mcp", SB_MCP_HTTP_STREAMABLE);
      sb_script_server_answer (fixture.server, "POST /mcp", answers[i].bytes, FALSE);
      say (&fixture, REQUEST);
      sb_test_wait_until (fixture.failure != NULL || fixture.messages->len > (answers[i].code == -1 ? 0 : 9));
      if (answers[i].code == -1)
        g_assert_nonnull (strstr (g_ptr_array_index (fixture.messages, 0), "\"id\":1"));
      else
        g_assert_error (fixture.failure, SB_MCP_ERROR, answers[i].code);
      end (&fixture);
    }
}

static void
check_in_session (const char *bytes,
                  gboolean    lost)
{
  Fixture fixture = { .server = sb_script_server_new () };

  begin (&fixture, "/mcp", SB_MCP_HTTP_STREAMABLE);
  sb_script_server_answer (fixture.server, "POST", SESSION, FALSE);
  say (&fixture, INITIALIZE);
  sb_test_wait_until (fixture.messages->len == 1);
  sb_mcp_transport_set_revision (fixture.transport, "2025-06-18");
  sb_script_server_answer (fixture.server, "POST", bytes, FALSE);
  say (&fixture, REQUEST);
  sb_test_wait_until (fixture.failure != NULL || fixture.messages->len > 1);
  if (lost)
    g_assert_error (fixture.failure, SB_MCP_ERROR, SB_MCP_ERROR_SESSION_LOST);
  else
    g_assert_no_error (fixture.failure);
  g_assert_nonnull (strcasestr (sb_script_server_wait (fixture.server, 1), "\r\nMcp-Session-Id: s-1\r\n"));
  g_assert_nonnull (strcasestr (sb_script_server_wait (fixture.server, 1), "\r\nMCP-Protocol-Version: 2025-06-18\r\n"));
  end (&fixture);
}

/* How servers say that the session is gone, and what only sounds like it. */
static void
test_session_lost (void)
{
  check_in_session ("HTTP/1.1 404 No\r\n" CLOSE "\r\n", TRUE);
  check_in_session ("HTTP/1.1 400 No\r\n" CLOSE "\r\n"
                    "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32000,\"message\":\"No valid session ID\"}}", TRUE);
  check_in_session ("HTTP/1.1 401 No\r\n" CLOSE "\r\nUnauthorized: Session not found", TRUE);
  check_in_session (STREAM_HEAD "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32001,"
                    "\"message\":\"Session not found\"}}\n\n", TRUE);
  check_in_session (STREAM_HEAD "id: 1\ndata:\n\ndata: {\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,"
                    "\"message\":\"Invalid or expired session\"}}\n\n", TRUE);
  check_in_session (JSON_HEAD "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32000,\"message\":\"Unknown session\"}}",
                    TRUE);

  check_in_session (STREAM_HEAD "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}\n\n"
                    "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32001,"
                    "\"message\":\"Session not found\"}}\n\n", FALSE);
  check_in_session (STREAM_HEAD "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,"
                    "\"message\":\"Session not found\"}}\n\n", FALSE);
  check_in_session (JSON_HEAD "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32001,"
                    "\"message\":\"Request timed out\"}}", FALSE);
}

/* The POST's stream ends before the answer; the answer comes by GET, after the time asked for. */
static void
test_resume (void)
{
  Fixture fixture = { .server = sb_script_server_new () };
  gint64 start = 0;

  begin (&fixture, "/mcp", SB_MCP_HTTP_STREAMABLE);
  sb_script_server_answer (fixture.server, "POST", STREAM_HEAD "id: e7\nretry: 120\ndata:\n\n", FALSE);
  sb_script_server_answer (fixture.server, "GET", STREAM_HEAD "id: e8\ndata: " RESULT "\n\n", FALSE);
  say (&fixture, REQUEST);
  sb_script_server_wait (fixture.server, 0);
  start = g_get_monotonic_time ();
  g_assert_nonnull (strcasestr (sb_script_server_wait (fixture.server, 1), "\r\nLast-Event-ID: e7\r\n"));
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 100 * 1000);
  sb_test_wait_until (fixture.messages->len == 1);
  g_assert_no_error (fixture.failure);
  end (&fixture);
}

/* The connection breaks in the middle of an event: the half of it is forgotten, and what follows the last whole one
 * is asked for. */
static void
test_cut (void)
{
  Fixture fixture = { .server = sb_script_server_new () };

  begin (&fixture, "/mcp", SB_MCP_HTTP_STREAMABLE);
  sb_script_server_answer (fixture.server, "POST", "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                           "Transfer-Encoding: chunked\r\n\r\n39\r\nid: e1\nretry: 10\ndata: {\"jsonrpc\":\"2.0\","
                           "\"method\":\"a/b\"}\n\n\r\n40\r\nid: e2\ndata: {\"json", FALSE);
  sb_script_server_answer (fixture.server, "GET", "HTTP/1.1 503 Later\r\n" CLOSE "\r\n", FALSE);
  sb_script_server_answer (fixture.server, "GET", STREAM_HEAD "id: e2\ndata: " RESULT "\n\n", FALSE);
  say (&fixture, REQUEST);
  for (guint i = 1; i <= 2; i++)
    g_assert_nonnull (strcasestr (sb_script_server_wait (fixture.server, i), "\r\nLast-Event-ID: e1\r\n"));
  sb_test_wait_until (fixture.messages->len == 2);
  g_assert_nonnull (strstr (g_ptr_array_index (fixture.messages, 0), "a/b"));
  g_assert_nonnull (strstr (g_ptr_array_index (fixture.messages, 1), "\"id\":1"));
  g_assert_no_error (fixture.failure);
  end (&fixture);
}

/* Returns: (transfer full): an answer whose body is packed */
static GBytes *
new_packed (const char *type,
            const char *body)
{
  g_autoptr(GConverter) packer = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1));
  guint8 packed[512];
  gsize n_read = 0;
  gsize n_packed = 0;
  GByteArray *bytes = g_byte_array_new ();
  g_autofree char *head = NULL;

  g_assert_cmpint (g_converter_convert (packer, body, strlen (body), packed, sizeof packed,
                                        G_CONVERTER_INPUT_AT_END, &n_read, &n_packed, NULL), ==,
                   G_CONVERTER_FINISHED);
  head = g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Encoding: gzip\r\n"
                          "Content-Length: %" G_GSIZE_FORMAT "\r\n" CLOSE "\r\n", type, n_packed);
  g_byte_array_append (bytes, (const guint8 *) head, strlen (head));
  g_byte_array_append (bytes, packed, n_packed);

  return g_byte_array_free_to_bytes (bytes);
}

static void
test_packed (void)
{
  static const char * const cases[][2] = {
    { "application/json", "\xef\xbb\xbf" RESULT },
    { "text/event-stream", "data: " RESULT "\n\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Fixture fixture = { .server = sb_script_server_new () };
      g_autoptr(GBytes) packed = new_packed (cases[i][0], cases[i][1]);

      begin (&fixture, "/mcp", SB_MCP_HTTP_STREAMABLE);
      sb_script_server_answer_bytes (fixture.server, "POST", packed, FALSE);
      say (&fixture, REQUEST);
      sb_test_wait_until (fixture.messages->len == 1 || fixture.failure != NULL);
      g_assert_no_error (fixture.failure);
      g_assert_nonnull (strcasestr (sb_script_server_wait (fixture.server, 0), "\r\nAccept-Encoding: "));
      end (&fixture);
    }
}

static void
count_cb (SoupServer        *server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           user_data)
{
  (*(guint *) user_data)++;
}

/* Returns: (transfer full): a server that nobody vouches for, and its address */
static SoupServer *
new_untrusted (guint  *n_requests,
               char  **url)
{
  g_autoptr(GBytes) pem = sb_test_load_data ("support/untrusted.pem");
  g_autoptr(GTlsCertificate) certificate = NULL;
  g_autoptr(GError) error = NULL;
  SoupServer *server = NULL;
  GSList *uris = NULL;

  certificate = g_tls_certificate_new_from_pem (g_bytes_get_data (pem, NULL), g_bytes_get_size (pem), &error);
  g_assert_no_error (error);
  server = soup_server_new ("tls-certificate", certificate, NULL);
  soup_server_add_handler (server, NULL, count_cb, n_requests, NULL);
  soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (server);
  *url = g_strdup_printf ("https://127.0.0.1:%d/mcp", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  return server;
}

/* It is said what is wrong, and nothing is sent. */
static void
test_untrusted (void)
{
  static const SbMcpHttpKind kinds[] = { SB_MCP_HTTP_STREAMABLE, SB_MCP_HTTP_AUTO, SB_MCP_HTTP_SSE };
  guint n_requests = 0;
  g_autoptr(SoupServer) server = NULL;
  g_autofree char *url = NULL;

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_test_skip ("GIO has no TLS here");
      return;
    }

  server = new_untrusted (&n_requests, &url);
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      Fixture fixture = { NULL };
      const GError *error = NULL;

      begin_at (&fixture, url, kinds[i]);
      say (&fixture, REQUEST);
      sb_test_wait_until (fixture.failure != NULL || fixture.reason != NULL);
      error = fixture.failure != NULL ? fixture.failure : fixture.reason;
      g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_UNTRUSTED);
      g_assert_nonnull (strstr (error->message, "The certificate of 127.0.0.1"));
      end (&fixture);
    }
  g_assert_cmpuint (n_requests, ==, 0);
}

static void
test_modern_headers (void)
{
  Fixture fixture = { .server = sb_script_server_new () };
  const char * const parameters[] = { "Region", "us west", "Greeting", "grüß", "Empty", "", "Bad:Name", "x", NULL };
  SbMcpSendOptions options = { .parameters = parameters };
  g_autoptr(JsonNode) message = sb_json_parse (
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"zählen\",\"_meta\":"
    "{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}", -1, NULL);
  const char *heard = NULL;

  begin (&fixture, "/mcp", SB_MCP_HTTP_STREAMABLE);
  sb_script_server_answer (fixture.server, "POST", STREAM_HEAD, TRUE);
  sb_mcp_transport_send_with (fixture.transport, message, &options);
  heard = sb_script_server_wait (fixture.server, 0);
  g_assert_nonnull (strcasestr (heard, "\r\nMCP-Protocol-Version: 2026-07-28\r\n"));
  g_assert_nonnull (strcasestr (heard, "\r\nMcp-Method: tools/call\r\n"));
  g_assert_nonnull (strcasestr (heard, "\r\nMcp-Name: =?base64?esOkaGxlbg==?=\r\n"));
  g_assert_nonnull (strcasestr (heard, "\r\nMcp-Param-Region: us west\r\n"));
  g_assert_nonnull (strcasestr (heard, "\r\nMcp-Param-Greeting: =?base64?Z3LDvMOf?=\r\n"));
  g_assert_nonnull (strcasestr (heard, "\r\nMcp-Param-Empty:"));
  g_assert_null (strcasestr (heard, "Bad:Name"));

  /* Cancelled by closing the stream: nothing is sent. */
  say (&fixture, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}");
  sb_test_spin (50);
  g_assert_no_error (fixture.failure);
  end (&fixture);
}

#define STATE "\"a\\u0000b\\ud800\\\"\\u00e9\""

/* What a server of the modern era wants back comes back to the last bit, also what no tree of ours can hold. */
static void
test_exact_state (void)
{
  g_autoptr(SbScriptServer) server = sb_script_server_new ();
  g_autofree char *url = g_strconcat (sb_script_server_get_origin (server), "/mcp", NULL);
  SbMcpHttpOptions options = { .kind = SB_MCP_HTTP_STREAMABLE };
  g_autoptr(SbMcpTransport) transport = sb_mcp_http_transport_new (url, &options, NULL);
  g_autoptr(SbMcpClient) client = sb_mcp_client_new (transport);
  g_autoptr(GAsyncResult) initialized = NULL;
  g_autoptr(GAsyncResult) called = NULL;
  g_autoptr(SbMcpToolResult) result = NULL;

  sb_mcp_client_set_revision (client, "2026-07-28");
  sb_script_server_answer (server, "POST", JSON_HEAD "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{"
                           "\"resultType\":\"complete\",\"capabilities\":{},"
                           "\"supportedVersions\":[\"2026-07-28\"]}}", FALSE);
  sb_script_server_answer (server, "POST", JSON_HEAD "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{"
                           "\"resultType\":\"input_required\",\"requestState\":" STATE "}}", FALSE);
  sb_script_server_answer (server, "POST", STREAM_HEAD "data: {\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{"
                           "\"resultType\":\"input_required\",\"requestState\":\"plain\"}}\n\n", FALSE);
  sb_script_server_answer (server, "POST", JSON_HEAD "{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{"
                           "\"resultType\":\"complete\",\"content\":[]}}", FALSE);
  sb_mcp_client_initialize_async (client, NULL, sb_test_keep_result, &initialized);
  sb_test_wait_until (initialized != NULL);
  sb_mcp_client_call_tool_async (client, "x", NULL, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &called);
  sb_test_wait_until (called != NULL);
  result = sb_mcp_client_call_tool_finish (client, called, NULL);
  g_assert_nonnull (result);
  g_assert_nonnull (strstr (sb_script_server_wait (server, 2), "\"requestState\":" STATE));
  g_assert_nonnull (strstr (sb_script_server_wait (server, 3), "\"requestState\":\"plain\""));
  sb_mcp_client_close (client);
}

/* A redirect is followed, but what proves who we are stays behind. */
static void
test_redirect (void)
{
  Fixture fixture = { .server = sb_script_server_new () };
  g_autoptr(SbScriptServer) other = sb_script_server_new ();
  g_autofree char *moved = g_strdup_printf ("HTTP/1.1 307 Moved\r\nLocation: %s/x\r\n" CLOSE "\r\n",
                                            sb_script_server_get_origin (other));

  begin (&fixture, "/mcp", SB_MCP_HTTP_STREAMABLE);
  sb_script_server_answer (fixture.server, "POST", moved, FALSE);
  sb_script_server_answer (other, "POST /x", JSON_HEAD RESULT, FALSE);
  say (&fixture, REQUEST);
  sb_test_wait_until (fixture.messages->len == 1);
  g_assert_nonnull (strstr (sb_script_server_wait (fixture.server, 0), "Bearer secret"));
  g_assert_null (strstr (sb_script_server_wait (other, 0), "secret"));
  g_assert_nonnull (strstr (sb_script_server_wait (other, 0), "tools/list"));
  end (&fixture);
}

/* What the stream of the older kind says first, and why the connection ends. */
static const struct
{
  const char *bytes;
  int         code;
} openings[] = {
  { STREAM_HEAD "event: endpoint\ndata: http://127.0.0.1:1/steal\n\n", SB_MCP_ERROR_PROTOCOL },
  { STREAM_HEAD "event: endpoint\ndata: //evil.example/x\n\n", SB_MCP_ERROR_PROTOCOL },
  { STREAM_HEAD "event: endpoint\ndata: file:///etc/passwd\n\n", SB_MCP_ERROR_PROTOCOL },
  { STREAM_HEAD "event: endpoint\ndata:\n\n", SB_MCP_ERROR_PROTOCOL },
  { STREAM_HEAD "event: endpoint\ndata: /a\n\nevent: endpoint\ndata: /b\n\n", SB_MCP_ERROR_PROTOCOL },
  { STREAM_HEAD "event: endpoint\ndata: /a\n\n", SB_MCP_ERROR_CLOSED },
  { STREAM_HEAD, SB_MCP_ERROR_CLOSED },
  { JSON_HEAD "{}", SB_MCP_ERROR_UNSUPPORTED },
  { "HTTP/1.1 404 No\r\n" CLOSE "\r\n", SB_MCP_ERROR_UNSUPPORTED },
  { "HTTP/1.1 401 No\r\n" CLOSE "\r\n", SB_MCP_ERROR_UNAUTHORIZED },
  { "HTTP/1.1 503 No\r\n" CLOSE "\r\n", SB_MCP_ERROR_UNREACHABLE },
  { "", SB_MCP_ERROR_UNREACHABLE },
};

static void
test_sse_openings (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (openings); i++)
    {
      Fixture fixture = { .server = sb_script_server_new () };

      sb_script_server_answer (fixture.server, "GET /sse", openings[i].bytes, FALSE);
      begin (&fixture, "/sse", SB_MCP_HTTP_SSE);
      sb_test_wait_until (fixture.closed);
      g_assert_error (fixture.reason, SB_MCP_ERROR, openings[i].code);
      end (&fixture);
    }
}

/* The answer overtakes the 202 of its own request; a refused message fails alone. */
static void
test_sse_order (void)
{
  Fixture fixture = { .server = sb_script_server_new () };

  sb_script_server_answer (fixture.server, "GET /deep/sse", STREAM_HEAD "event: endpoint\ndata: msg?s=1\n\n", TRUE);
  sb_script_server_answer (fixture.server, "POST /deep/msg?s=1", "HTTP/1.1 500 No\r\n" CLOSE "\r\n", FALSE);
  begin (&fixture, "/deep/sse", SB_MCP_HTTP_SSE);
  say (&fixture, REQUEST);
  sb_test_wait_until (fixture.failure != NULL);
  sb_script_server_say (fixture.server, "data: " RESULT "\n\n", FALSE);
  sb_test_wait_until (fixture.messages->len == 1);
  g_assert_false (fixture.closed);
  sb_script_server_say (fixture.server, "", TRUE);
  sb_test_wait_until (fixture.closed);
  g_assert_error (fixture.reason, SB_MCP_ERROR, SB_MCP_ERROR_CLOSED);
  end (&fixture);
}

static void
test_auto (void)
{
  Fixture fixture = { .server = sb_script_server_new () };

  sb_script_server_answer (fixture.server, "GET /x", STREAM_HEAD "event: endpoint\ndata: /m\n\n", TRUE);
  sb_script_server_answer (fixture.server, "POST /m", "HTTP/1.1 202 OK\r\n" CLOSE "\r\n", FALSE);
  begin (&fixture, "/x", SB_MCP_HTTP_AUTO);
  say (&fixture, REQUEST);
  g_assert_nonnull (strstr (sb_script_server_wait (fixture.server, 2), "POST /m "));
  sb_script_server_say (fixture.server, "data: " RESULT "\n\n", FALSE);
  sb_test_wait_until (fixture.messages->len == 1);
  g_assert_no_error (fixture.failure);
  g_assert_cmpint (sb_mcp_http_transport_get_kind (fixture.transport), ==, SB_MCP_HTTP_SSE);
  end (&fixture);
}

int
main (int    argc,
      char **argv)
{
  int status = 0;

  g_test_init (&argc, &argv, NULL);
  /* Begins threads, which have ended when the leak checker looks. */
  g_test_add_func ("/mcp/http-hostile/untrusted", test_untrusted);
  g_test_add_func ("/mcp/http-hostile/answers", test_answers);
  g_test_add_func ("/mcp/http-hostile/session-lost", test_session_lost);
  g_test_add_func ("/mcp/http-hostile/resume", test_resume);
  g_test_add_func ("/mcp/http-hostile/cut", test_cut);
  g_test_add_func ("/mcp/http-hostile/packed", test_packed);
  g_test_add_func ("/mcp/http-hostile/modern-headers", test_modern_headers);
  g_test_add_func ("/mcp/http-hostile/exact-state", test_exact_state);
  g_test_add_func ("/mcp/http-hostile/redirect", test_redirect);
  g_test_add_func ("/mcp/http-hostile/sse-openings", test_sse_openings);
  g_test_add_func ("/mcp/http-hostile/sse-order", test_sse_order);
  g_test_add_func ("/mcp/http-hostile/auto", test_auto);

  status = g_test_run ();
  sb_test_end_threads ();

  return status;
}
