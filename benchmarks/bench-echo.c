/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

/* A server with one tool, which does next to nothing: at it clients are compared. Over HTTP it listens on $PORT.
 * usage: bench-echo stdio|sse|streamableHttp */

#include "config.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <stdlib.h>
#include <unistd.h>

#include "sb-json.h"
#include "sb-mcp-server.h"
#include "sb-mcp-stream-transport.h"

static void
echo_cb (SbMcpToolCall *call,
         gpointer       user_data)
{
  const char *message = sb_json_get_string (sb_mcp_tool_call_get_arguments (call), "message");
  g_autofree char *text = g_strconcat ("Echo: ", message, NULL);

  sb_mcp_tool_call_respond (call, text, NULL);
}

static const SbMcpToolSpec tools[] = {
  { "echo", "Echo", "Echoes back the input",
    "{\"type\":\"object\",\"properties\":{\"message\":{\"type\":\"string\"}},\"required\":[\"message\"]}",
    NULL, echo_cb },
};

static void
accept_cb (SbMcpTransport *transport,
           gpointer        user_data)
{
  sb_mcp_server_accept (user_data, transport);
}

static void
closed_cb (SbMcpTransport *transport,
           const GError   *error,
           gpointer        user_data)
{
  g_main_loop_quit (user_data);
}

static SbMcpTransport *
open_stdio (void)
{
  g_autoptr(GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr(GOutputStream) output = g_unix_output_stream_new (STDOUT_FILENO, FALSE);
  g_autoptr(SbDuplex) duplex = sb_duplex_new (input, output, NULL);

  return sb_mcp_stream_transport_new (duplex);
}

int
main (int    argc,
      char **argv)
{
  const char *port = g_getenv ("PORT");
  const char *mode = argc > 1 ? argv[1] : "";
  SbMcpHttpServerOptions options = {
    .kind = g_str_equal (mode, "sse") ? SB_MCP_HTTP_SERVE_SSE : SB_MCP_HTTP_SERVE_STREAMABLE,
    .port = port != NULL ? (guint16) g_ascii_strtoull (port, NULL, 10) : 0,
  };
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(SbMcpServer) server = sb_mcp_server_new ("bench-echo", PACKAGE_VERSION, NULL);
  g_autoptr(SbMcpTransport) transport = NULL;
  g_autoptr(SbMcpHttpServer) http = NULL;
  g_autoptr(GError) error = NULL;

  sb_mcp_server_add_tools (server, tools, G_N_ELEMENTS (tools), NULL);
  if (g_str_equal (mode, "stdio"))
    {
      transport = open_stdio ();
      g_signal_connect (transport, "closed", G_CALLBACK (closed_cb), loop);
      sb_mcp_server_accept (server, transport);
    }
  else
    {
      http = sb_mcp_http_server_new (&options, accept_cb, server, &error);
    }
  if (error != NULL)
    {
      g_printerr ("bench-echo: %s\n", error->message);
      return EXIT_FAILURE;
    }

  g_main_loop_run (loop);

  return EXIT_SUCCESS;
}
