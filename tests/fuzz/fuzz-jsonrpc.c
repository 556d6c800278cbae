/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-mcp-memory-transport.h"
#include "sb-mcp-server.h"
#include "sb-mcp-text.h"

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

static void
answer_cb (SbMcpToolCall *call,
           gpointer       user_data)
{
  sb_mcp_tool_call_progress (call, 1, -1, "x");
  sb_mcp_tool_call_respond (call, "ok", NULL);
}

static const SbMcpToolSpec specs[] = {
  {
    .name = "t", .title = "T", .description = "T", .handler = answer_cb,
    .input_schema = "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"type\":\"array\","
                    "\"items\":{\"type\":\"string\"}},\"n\":{\"type\":\"integer\"}}}",
  },
};

static void
result_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbMcpToolResult) tool_result = NULL;

  tool_result = sb_mcp_client_call_tool_finish (SB_MCP_CLIENT (source), result, NULL);
}

static void
tools_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(GPtrArray) tools = NULL;

  tools = sb_mcp_client_list_tools_finish (SB_MCP_CLIENT (source), result, NULL);
}

static void
say (SbMcpTransport *ours,
     SbMcpTransport *far,
     const char     *line,
     gsize           length)
{
  g_autoptr(JsonNode) node = sb_mcp_text_parse (line, length);
  g_autofree char *text = NULL;

  if (node != NULL)
    {
      sb_mcp_transport_send (far, node);
    }
  else
    {
      text = g_utf8_make_valid (line, length);
      g_signal_emit_by_name (ours, "noise", text);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
say_all (SbMcpTransport *ours,
         SbMcpTransport *far,
         const char     *text,
         gsize           size)
{
  const char *end = text + size;

  while (text < end)
    {
      const char *newline = memchr (text, '\n', end - text);
      gsize length = (newline != NULL ? newline : end) - text;

      say (ours, far, text, length);
      text += length + 1;
    }
}

/* A far end that says arbitrary lines, first to a client with calls in flight and then to a server. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autoptr(SbMcpTransport) client_end = NULL;
  g_autoptr(SbMcpTransport) server_end = NULL;
  g_autoptr(SbMcpTransport) far = NULL;
  g_autoptr(SbMcpTransport) far_too = NULL;
  g_autoptr(SbMcpClient) client = NULL;
  g_autoptr(SbMcpServer) server = sb_mcp_server_new ("s", "1", NULL);

  sb_mcp_memory_transport_new_pair (&client_end, &far);
  sb_mcp_transport_start (far);
  client = sb_mcp_client_new (client_end);
  sb_mcp_client_call_tool_async (client, "t", NULL, NULL, 0, NULL, NULL, NULL, result_cb, NULL);
  sb_mcp_client_list_tools_async (client, NULL, tools_cb, NULL);
  say_all (client_end, far, (const char *) data, size);
  sb_mcp_client_close (client);

  sb_mcp_memory_transport_new_pair (&server_end, &far_too);
  sb_mcp_transport_start (far_too);
  sb_mcp_server_add_tools (server, specs, G_N_ELEMENTS (specs), NULL);
  sb_mcp_server_accept (server, server_end);
  say_all (server_end, far_too, (const char *) data, size);
  sb_mcp_transport_close (far_too);
  while (g_main_context_iteration (NULL, FALSE))
    ;

  return 0;
}
