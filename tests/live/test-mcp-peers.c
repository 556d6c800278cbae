/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-child-transport.h"
#include "sb-mcp-client.h"
#include "sb-test.h"

#define MODULES "node_modules/"

/* One third-party server as a child process, or none when it is not installed. */
typedef struct
{
  SbMcpHost   *host;
  SbMcpClient *client;
  gboolean     closed;
} Peer;

static void
closed_cb (SbMcpClient  *client,
           const GError *error,
           gpointer      user_data)
{
  Peer *peer = user_data;

  peer->closed = TRUE;
}

static void
elicitation_cb (SbMcpElicitation *elicitation,
                gpointer          user_data)
{
  g_assert_cmpuint (sb_mcp_elicitation_get_fields (elicitation)->len, >, 0);
  sb_mcp_elicitation_decline (elicitation);
}

static void
sampling_cb (SbMcpSampling *sampling,
             gpointer       user_data)
{
  sb_mcp_sampling_respond (sampling, "test-model", "a sampled answer", "endTurn");
}

/* Returns: whether it runs; if not, the test is skipped */
static gboolean
start (Peer       *peer,
       const char *script,
       const char *argument)
{
  static const char * const roots[] = { "file:///srv/a%20root", NULL };
  const char *npm_dir = g_getenv ("SANDBAR_TEST_NPM_DIR");
  g_autofree char *program = npm_dir != NULL ? g_build_filename (npm_dir, MODULES, script, NULL) : NULL;
  const char * const argv[] = { "node", program, argument, NULL };
  g_autofree char *memory = argument != NULL ? g_strconcat ("MEMORY_FILE_PATH=", argument, "/memory.json", NULL) : NULL;
  const char * const env[] = { memory, NULL };
  g_autoptr(SbMcpTransport) transport = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  if (npm_dir == NULL || !g_file_test (program, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("SANDBAR_TEST_NPM_DIR names no directory with this server");
      return FALSE;
    }

  transport = sb_mcp_child_transport_new (argv, env, NULL, &error);
  g_assert_no_error (error);
  peer->closed = FALSE;
  peer->host = sb_mcp_host_new ();
  sb_mcp_host_set_roots (peer->host, roots);
  sb_mcp_host_set_elicitation_func (peer->host, elicitation_cb, NULL);
  sb_mcp_host_set_sampling_func (peer->host, sampling_cb, NULL);
  peer->client = sb_mcp_client_new (transport);
  sb_mcp_client_set_host (peer->client, peer->host);
  g_signal_connect (peer->client, "closed", G_CALLBACK (closed_cb), peer);
  sb_mcp_client_initialize_async (peer->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_mcp_client_initialize_finish (peer->client, result, &error));
  g_assert_no_error (error);

  return TRUE;
}

static void
stop (Peer *peer)
{
  sb_mcp_client_close (peer->client);
  sb_test_wait_until (peer->closed);
  g_clear_object (&peer->client);
  g_clear_object (&peer->host);
}

static GPtrArray *
list_tools (Peer *peer)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  GPtrArray *tools = NULL;

  sb_mcp_client_list_tools_async (peer->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  tools = sb_mcp_client_list_tools_finish (peer->client, result, &error);
  g_assert_no_error (error);

  return tools;
}

static gboolean
has_tool (GPtrArray  *tools,
          const char *name)
{
  for (guint i = 0; i < tools->len; i++)
    if (g_str_equal (((SbMcpTool *) g_ptr_array_index (tools, i))->name, name))
      return TRUE;

  return FALSE;
}

static SbMcpToolResult *
call (Peer       *peer,
      const char *name,
      const char *arguments)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(JsonObject) object = sb_json_parse_object (arguments, -1, NULL);
  g_autoptr(GError) error = NULL;
  SbMcpToolResult *tool_result = NULL;

  g_assert_nonnull (object);
  sb_mcp_client_call_tool_async (peer->client, name, object, NULL, 20000, NULL, NULL, NULL, sb_test_keep_result,
                                 &result);
  sb_test_wait_until (result != NULL);
  tool_result = sb_mcp_client_call_tool_finish (peer->client, result, &error);
  g_assert_no_error (error);
  g_test_message ("%s: %s", name, tool_result->text);

  return tool_result;
}

static void
test_everything (void)
{
  Peer peer = { NULL };
  g_autoptr(GPtrArray) tools = NULL;
  g_autoptr(SbMcpToolResult) sampled = NULL;
  g_autoptr(SbMcpToolResult) declined = NULL;
  g_autoptr(SbMcpToolResult) structured = NULL;
  g_autoptr(SbMcpToolResult) links = NULL;

  if (!start (&peer, "@modelcontextprotocol/server-everything/dist/index.js", "stdio"))
    return;

  tools = list_tools (&peer);
  g_assert_true (has_tool (tools, "trigger-sampling-request"));
  sampled = call (&peer, "trigger-sampling-request", "{\"prompt\":\"say something\"}");
  g_assert_nonnull (strstr (sampled->text, "a sampled answer"));
  declined = call (&peer, "trigger-elicitation-request", "{}");
  g_assert_nonnull (strstr (declined->text, "decline"));
  structured = call (&peer, "get-structured-content", "{\"location\":\"New York\"}");
  g_assert_nonnull (structured->structured);
  g_assert_null (structured->problem);
  links = call (&peer, "get-resource-links", "{\"count\":2}");
  g_assert_cmpint (((SbMcpContent *) g_ptr_array_index (links->contents, links->contents->len - 1))->kind, ==,
                   SB_MCP_CONTENT_LINK);
  stop (&peer);
}

static void
test_everything_offers (void)
{
  Peer peer = { NULL };
  g_autoptr(GAsyncResult) resources_result = NULL;
  g_autoptr(GAsyncResult) templates_result = NULL;
  g_autoptr(GAsyncResult) read_result = NULL;
  g_autoptr(GAsyncResult) prompts_result = NULL;
  g_autoptr(GAsyncResult) prompt_result = NULL;
  g_autoptr(GPtrArray) resources = NULL;
  g_autoptr(GPtrArray) templates = NULL;
  g_autoptr(GPtrArray) contents = NULL;
  g_autoptr(GPtrArray) prompts = NULL;
  g_autoptr(SbMcpPromptResult) prompt = NULL;

  if (!start (&peer, "@modelcontextprotocol/server-everything/dist/index.js", "stdio"))
    return;

  sb_mcp_client_list_resources_async (peer.client, NULL, sb_test_keep_result, &resources_result);
  sb_mcp_client_list_templates_async (peer.client, NULL, sb_test_keep_result, &templates_result);
  sb_mcp_client_list_prompts_async (peer.client, NULL, sb_test_keep_result, &prompts_result);
  sb_test_wait_until (resources_result != NULL && templates_result != NULL && prompts_result != NULL);
  resources = sb_mcp_client_list_resources_finish (peer.client, resources_result, NULL);
  templates = sb_mcp_client_list_templates_finish (peer.client, templates_result, NULL);
  prompts = sb_mcp_client_list_prompts_finish (peer.client, prompts_result, NULL);
  g_assert_cmpuint (resources->len, >=, 5);
  g_assert_cmpuint (templates->len, >=, 1);
  g_assert_cmpuint (prompts->len, >=, 3);

  sb_mcp_client_read_resource_async (peer.client, ((SbMcpResource *) g_ptr_array_index (resources, 0))->uri, NULL,
                                     sb_test_keep_result, &read_result);
  sb_mcp_client_get_prompt_async (peer.client, "simple-prompt", NULL, NULL, sb_test_keep_result, &prompt_result);
  sb_test_wait_until (read_result != NULL && prompt_result != NULL);
  contents = sb_mcp_client_read_resource_finish (peer.client, read_result, NULL);
  prompt = sb_mcp_client_get_prompt_finish (peer.client, prompt_result, NULL);
  g_assert_cmpint (((SbMcpContent *) g_ptr_array_index (contents, 0))->kind, ==, SB_MCP_CONTENT_RESOURCE);
  g_assert_cmpuint (prompt->messages->len, >, 0);
  stop (&peer);
}

static void
test_filesystem (void)
{
  g_autofree char *dir = sb_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "a.txt", NULL);
  g_autofree char *write = g_strdup_printf ("{\"path\":\"%s\",\"content\":\"grüße\\n\"}", path);
  g_autofree char *read = g_strdup_printf ("{\"path\":\"%s\"}", path);
  g_autoptr(GPtrArray) tools = NULL;
  g_autoptr(SbMcpToolResult) written = NULL;
  g_autoptr(SbMcpToolResult) text = NULL;
  g_autoptr(SbMcpToolResult) outside = NULL;
  Peer peer = { NULL };

  if (!start (&peer, "@modelcontextprotocol/server-filesystem/dist/index.js", dir))
    return;

  tools = list_tools (&peer);
  g_assert_cmpuint (tools->len, >=, 10);
  written = call (&peer, "write_file", write);
  g_assert_true (written->is_error || g_file_test (path, G_FILE_TEST_EXISTS));
  text = call (&peer, "read_text_file", read);
  g_assert_null (text->problem);
  outside = call (&peer, "read_text_file", "{\"path\":\"/etc/passwd\"}");
  g_assert_true (outside->is_error);
  stop (&peer);
}

static void
test_memory (void)
{
  g_autofree char *dir = sb_test_make_dir ();
  g_autoptr(GPtrArray) tools = NULL;
  g_autoptr(SbMcpToolResult) created = NULL;
  g_autoptr(SbMcpToolResult) graph = NULL;
  Peer peer = { NULL };

  if (!start (&peer, "@modelcontextprotocol/server-memory/dist/index.js", dir))
    return;

  tools = list_tools (&peer);
  g_assert_true (has_tool (tools, "read_graph"));
  created = call (&peer, "create_entities",
                  "{\"entities\":[{\"name\":\"Ōsaka\",\"entityType\":\"city\",\"observations\":[\"large\"]}]}");
  g_assert_false (created->is_error);
  graph = call (&peer, "read_graph", "{}");
  g_assert_nonnull (strstr (graph->text, "Ōsaka"));
  g_assert_null (graph->problem);
  stop (&peer);
}

/* It lists its tools without a network. */
static void
test_context7 (void)
{
  g_autoptr(GPtrArray) tools = NULL;
  Peer peer = { NULL };

  if (!start (&peer, "@upstash/context7-mcp/dist/index.js", NULL))
    return;

  tools = list_tools (&peer);
  g_assert_true (has_tool (tools, "resolve-library-id"));
  g_assert_true (has_tool (tools, "query-docs"));
  stop (&peer);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/live/mcp-peers/everything", test_everything);
  g_test_add_func ("/live/mcp-peers/everything-offers", test_everything_offers);
  g_test_add_func ("/live/mcp-peers/filesystem", test_filesystem);
  g_test_add_func ("/live/mcp-peers/memory", test_memory);
  g_test_add_func ("/live/mcp-peers/context7", test_context7);

  return g_test_run ();
}
