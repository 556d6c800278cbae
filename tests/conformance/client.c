/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-http.h"
#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-mcp-http-transport.h"
#include "sb-oauth-memory-store.h"
#include "sb-oauth-source.h"

/* The client under test of the official conformance suite: connects to the address that is its last argument,
 * and uses everything that the server offers. The suite says in the environment which revision is spoken and
 * what to call; it judges what it sees on the wire. */

#define TIMEOUT_MS 20000
#define CLIENT_DOCUMENT "https://conformance-test.local/client-metadata.json"

static void
keep_result_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* A user who agrees with every default. */
static void
elicitation_cb (SbMcpElicitation *elicitation,
                gpointer          user_data)
{
  g_autoptr(GError) error = NULL;

  if (!sb_mcp_elicitation_accept (elicitation, NULL, &error))
    sb_mcp_elicitation_decline (elicitation);
}

static void
browsed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, NULL);
}

/* A user who is signed in already: the authorization server sends the browser back at once. */
static void
browse_cb (const char *uri,
           gpointer    user_data)
{
  g_autoptr(SoupMessage) message = soup_message_new (SOUP_METHOD_GET, uri);

  soup_session_send_async (user_data, message, G_PRIORITY_DEFAULT, NULL, browsed_cb, NULL);
}

static SbMcpTokenSource *
new_token_source (const char  *url,
                  SoupSession *browser)
{
  const char *text = g_getenv ("MCP_CONFORMANCE_CONTEXT");
  g_autoptr(JsonObject) context = text != NULL ? sb_json_parse_object (text, -1, NULL) : NULL;
  g_autoptr(SbOAuthStore) store = sb_oauth_memory_store_new ();
  SbOAuthOptions options = {
    .store = store,
    .open = browse_cb,
    .open_data = browser,
    .unasked = TRUE,
    .client_id = sb_json_get_string (context, "client_id"),
    .client_secret = sb_json_get_string (context, "client_secret"),
    .client_issuer = sb_json_get_string (context, "issuer"),
  };

  /* Only there does it say so that we are known to it by a document. */
  if (g_strcmp0 (g_getenv ("MCP_CONFORMANCE_SCENARIO"), "auth/basic-cimd") == 0)
    options.client_document = CLIENT_DOCUMENT;

  return SB_MCP_TOKEN_SOURCE (sb_oauth_source_new (url, &options));
}

static SbMcpTool *
find_tool (GPtrArray  *tools,
           const char *name)
{
  for (guint i = 0; i < tools->len; i++)
    {
      SbMcpTool *tool = g_ptr_array_index (tools, i);

      if (g_str_equal (tool->name, name))
        return tool;
    }

  return NULL;
}

/* What a call needs at least, made up from the schema; one tool wants the schema of another back. */
static JsonObject *
new_arguments (SbMcpTool *tool,
               GPtrArray *tools)
{
  SbMcpTool *shown = find_tool (tools, "json_schema_2020_12_tool");
  JsonObject *arguments = json_object_new ();
  JsonObject *properties = sb_json_get_object (tool->input_schema, "properties");
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *node = NULL;

  if (shown != NULL && g_str_equal (tool->name, "json_schema_echo"))
    {
      json_object_set_object_member (arguments, "schema", json_object_ref (shown->input_schema));
      return arguments;
    }

  if (properties != NULL)
    json_object_iter_init (&iter, properties);
  while (properties != NULL && json_object_iter_next (&iter, &name, &node))
    {
      JsonObject *property = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *type = property != NULL ? sb_json_get_string (property, "type") : NULL;

      if (g_strcmp0 (type, "number") == 0 || g_strcmp0 (type, "integer") == 0)
        json_object_set_int_member (arguments, name, 5);
      else if (g_strcmp0 (type, "string") == 0)
        json_object_set_string_member (arguments, name, "text");
      else if (g_strcmp0 (type, "boolean") == 0)
        json_object_set_boolean_member (arguments, name, TRUE);
    }

  return arguments;
}

static void
call_tools (SbMcpClient *client,
            GPtrArray   *tools)
{
  g_autofree GAsyncResult **results = g_new0 (GAsyncResult *, tools->len + 1);

  for (guint i = 0; i < tools->len; i++)
    {
      SbMcpTool *tool = g_ptr_array_index (tools, i);
      g_autoptr(JsonObject) arguments = new_arguments (tool, tools);

      sb_mcp_client_call_tool_async (client, tool->name, arguments, NULL, TIMEOUT_MS, NULL, NULL, NULL, keep_result_cb,
                                     &results[i]);
    }
  for (guint i = 0; i < tools->len; i++)
    {
      g_autoptr(SbMcpToolResult) tool_result = NULL;
      g_autoptr(GError) error = NULL;

      wait_for (&results[i]);
      tool_result = sb_mcp_client_call_tool_finish (client, results[i], &error);
      g_printerr ("%s: %s\n", ((SbMcpTool *) g_ptr_array_index (tools, i))->name,
                  tool_result != NULL ? tool_result->text : error->message);
      g_object_unref (results[i]);
    }
}

static void
call_one (SbMcpClient *client,
          JsonObject  *call)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbMcpToolResult) tool_result = NULL;
  g_autoptr(GError) error = NULL;

  sb_mcp_client_call_tool_async (client, sb_json_get_string (call, "name"), sb_json_get_object (call, "arguments"),
                                 NULL, TIMEOUT_MS, NULL, NULL, NULL, keep_result_cb, &result);
  wait_for (&result);
  tool_result = sb_mcp_client_call_tool_finish (client, result, &error);
  if (tool_result == NULL)
    g_printerr ("%s\n", error->message);
}

/* Returns: whether the suite has said which tools are to be called */
static gboolean
call_as_told (SbMcpClient *client)
{
  const char *text = g_getenv ("MCP_CONFORMANCE_CONTEXT");
  g_autoptr(JsonObject) context = text != NULL ? sb_json_parse_object (text, -1, NULL) : NULL;
  JsonArray *calls = context != NULL ? sb_json_get_array (context, "toolCalls") : NULL;

  for (guint i = 0; calls != NULL && i < json_array_get_length (calls); i++)
    call_one (client, json_array_get_object_element (calls, i));

  return calls != NULL;
}

static void
read_first_resource (SbMcpClient *client)
{
  g_autoptr(GAsyncResult) listed = NULL;
  g_autoptr(GAsyncResult) read = NULL;
  g_autoptr(GPtrArray) resources = NULL;
  g_autoptr(GPtrArray) contents = NULL;

  sb_mcp_client_list_resources_async (client, NULL, keep_result_cb, &listed);
  wait_for (&listed);
  resources = sb_mcp_client_list_resources_finish (client, listed, NULL);
  if (resources == NULL || resources->len == 0)
    return;

  sb_mcp_client_read_resource_async (client, ((SbMcpResource *) g_ptr_array_index (resources, 0))->uri, NULL,
                                     keep_result_cb, &read);
  wait_for (&read);
  contents = sb_mcp_client_read_resource_finish (client, read, NULL);
}

static void
get_first_prompt (SbMcpClient *client)
{
  g_autoptr(GAsyncResult) listed = NULL;
  g_autoptr(GAsyncResult) got = NULL;
  g_autoptr(GPtrArray) prompts = NULL;
  g_autoptr(SbMcpPromptResult) prompt = NULL;

  sb_mcp_client_list_prompts_async (client, NULL, keep_result_cb, &listed);
  wait_for (&listed);
  prompts = sb_mcp_client_list_prompts_finish (client, listed, NULL);
  if (prompts == NULL || prompts->len == 0)
    return;

  sb_mcp_client_get_prompt_async (client, ((SbMcpPrompt *) g_ptr_array_index (prompts, 0))->name, NULL, NULL,
                                  keep_result_cb, &got);
  wait_for (&got);
  prompt = sb_mcp_client_get_prompt_finish (client, got, NULL);
}

static gboolean
use_server (SbMcpClient  *client,
            GError      **error)
{
  g_autoptr(GAsyncResult) initialized = NULL;
  g_autoptr(GAsyncResult) listed = NULL;
  g_autoptr(GPtrArray) tools = NULL;

  sb_mcp_client_initialize_async (client, NULL, keep_result_cb, &initialized);
  wait_for (&initialized);
  if (!sb_mcp_client_initialize_finish (client, initialized, error))
    return FALSE;

  sb_mcp_client_list_tools_async (client, NULL, keep_result_cb, &listed);
  wait_for (&listed);
  tools = sb_mcp_client_list_tools_finish (client, listed, error);
  if (tools == NULL)
    return FALSE;

  if (!call_as_told (client))
    call_tools (client, tools);
  if (sb_mcp_client_offers (client, "resources"))
    read_first_resource (client);
  if (sb_mcp_client_offers (client, "prompts"))
    get_first_prompt (client);

  return TRUE;
}

static void
closed_cb (SbMcpClient *client,
           gpointer     error,
           gpointer     user_data)
{
  *(gboolean *) user_data = TRUE;
}

int
main (int    argc,
      char **argv)
{
  const char *revision = g_getenv ("MCP_CONFORMANCE_PROTOCOL_VERSION");
  g_autoptr(SoupSession) browser = sb_http_session_new ();
  g_autoptr(SbMcpTokenSource) tokens = argc > 1 ? new_token_source (argv[argc - 1], browser) : NULL;
  SbMcpHttpOptions options = { .kind = SB_MCP_HTTP_STREAMABLE, .tokens = tokens };
  g_autoptr(SbMcpHost) host = sb_mcp_host_new ();
  g_autoptr(SbMcpTransport) transport = NULL;
  g_autoptr(SbMcpClient) client = NULL;
  g_autoptr(GError) error = NULL;
  gboolean closed = FALSE;
  gboolean used = FALSE;

  if (argc < 2 || (transport = sb_mcp_http_transport_new (argv[argc - 1], &options, &error)) == NULL)
    {
      g_printerr ("%s\n", error != NULL ? error->message : "usage: conformance-client URL");
      return 2;
    }

  client = sb_mcp_client_new (transport);
  g_signal_connect (client, "closed", G_CALLBACK (closed_cb), &closed);
  sb_mcp_host_set_elicitation_func (host, elicitation_cb, NULL);
  sb_mcp_client_set_host (client, host);
  if (g_strcmp0 (revision, "2026-07-28") == 0)
    sb_mcp_client_set_revision (client, revision);
  used = use_server (client, &error);
  if (!used)
    g_printerr ("%s\n", error->message);
  sb_mcp_client_close (client);
  while (!closed)
    g_main_context_iteration (NULL, TRUE);

  return used ? 0 : 1;
}
