/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-test-mcp.h"
#include "sb-test.h"

/* A client that has shaken hands; the far end has heard two things. */
static SbMcpClient *
new_legacy_client (SbTestFarEnd *far,
                   SbMcpHost    *host,
                   const char   *capabilities)
{
  SbMcpClient *client = sb_mcp_client_new (far->ours);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *answer = g_strdup_printf (
    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-11-25\",\"instructions\":\"Be kind.\","
    "\"serverInfo\":{\"name\":\"n\",\"title\":\"T\"},\"capabilities\":%s}}", capabilities);

  if (host != NULL)
    sb_mcp_client_set_host (client, host);
  sb_mcp_client_initialize_async (client, NULL, sb_test_keep_result, &result);
  sb_test_far_end_wait (far, 0);
  sb_test_far_end_say (far, answer);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_mcp_client_initialize_finish (client, result, &error));
  g_assert_no_error (error);
  sb_test_far_end_wait (far, 1);

  return client;
}

/* As above, of the era without a handshake: the far end has heard one thing. */
static SbMcpClient *
new_modern_client (SbTestFarEnd *far,
                   SbMcpHost    *host)
{
  SbMcpClient *client = sb_mcp_client_new (far->ours);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  if (host != NULL)
    sb_mcp_client_set_host (client, host);
  sb_mcp_client_set_era (client, SB_MCP_ERA_MODERN, NULL, NULL);
  sb_mcp_client_initialize_async (client, NULL, sb_test_keep_result, &result);
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 0), "server/discover"));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\","
                            "\"capabilities\":{},"
                            "\"supportedVersions\":[\"2025-11-25\",\"2026-07-28\"]}}");
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_mcp_client_initialize_finish (client, result, &error));
  g_assert_no_error (error);

  return client;
}

static void
fill_in_cb (SbMcpElicitation *elicitation,
            gpointer          user_data)
{
  g_autoptr(JsonObject) content = user_data != NULL ? sb_json_parse_object (user_data, -1, NULL) : NULL;
  g_autoptr(GError) error = NULL;

  g_assert_true (sb_mcp_elicitation_accept (elicitation, content, &error));
  g_assert_no_error (error);
}

static void
test_server_is_known (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpClient) client = new_legacy_client (far, NULL, "{\"tools\":{},\"logging\":{}}");

  g_assert_cmpstr (sb_mcp_client_get_server_name (client), ==, "T");
  g_assert_cmpstr (sb_mcp_client_get_instructions (client), ==, "Be kind.");
  g_assert_cmpstr (sb_mcp_client_get_revision (client), ==, "2025-11-25");
  g_assert_true (sb_mcp_client_offers (client, "logging"));
  g_assert_false (sb_mcp_client_offers (client, "prompts"));
  g_assert_nonnull (strstr (g_ptr_array_index (far->heard, 0), "\"capabilities\":{}"));
  sb_mcp_client_close (client);
}

static void
test_contents (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpClient) client = new_legacy_client (far, NULL, "{}");
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbMcpToolResult) tool_result = NULL;
  g_autoptr(GBytes) bytes = NULL;
  static const SbMcpContentKind kinds[] = {
    SB_MCP_CONTENT_TEXT, SB_MCP_CONTENT_IMAGE, SB_MCP_CONTENT_AUDIO, SB_MCP_CONTENT_LINK, SB_MCP_CONTENT_RESOURCE,
    SB_MCP_CONTENT_UNKNOWN, SB_MCP_CONTENT_UNKNOWN, SB_MCP_CONTENT_UNKNOWN,
  };

  sb_mcp_client_call_tool_async (client, "x", NULL, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_far_end_wait (far, 2);
  sb_test_far_end_say (far,
                       "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"content\":["
                       "{\"type\":\"text\",\"text\":\"a\",\"annotations\":{\"priority\":1},\"_meta\":{\"k\":1}},"
                       "{\"type\":\"image\",\"data\":\"aGk=\",\"mimeType\":\"image/png\"},"
                       "{\"type\":\"audio\",\"data\":\"no base64!\",\"mimeType\":\"audio/wav\"},"
                       "{\"type\":\"resource_link\",\"uri\":\"file:///x\",\"name\":\"x\",\"size\":7},"
                       "{\"type\":\"resource\",\"resource\":{\"uri\":\"u\",\"blob\":\"aGk=\"}},"
                       "{\"type\":\"image\"},{\"type\":\"hologram\"},7]}}");
  sb_test_wait_until (result != NULL);
  tool_result = sb_mcp_client_call_tool_finish (client, result, NULL);
  g_assert_cmpuint (tool_result->contents->len, ==, G_N_ELEMENTS (kinds));
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    g_assert_cmpint (((SbMcpContent *) g_ptr_array_index (tool_result->contents, i))->kind, ==, kinds[i]);
  bytes = sb_mcp_content_dup_bytes (g_ptr_array_index (tool_result->contents, 1));
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 2);
  g_assert_null (sb_mcp_content_dup_bytes (g_ptr_array_index (tool_result->contents, 2)));
  g_assert_cmpint (((SbMcpContent *) g_ptr_array_index (tool_result->contents, 3))->size, ==, 7);
  sb_mcp_client_close (client);
}

static void
test_lists (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpClient) client = new_legacy_client (far, NULL, "{}");
  g_autoptr(GAsyncResult) prompts_result = NULL;
  g_autoptr(GAsyncResult) resources_result = NULL;
  g_autoptr(GAsyncResult) templates_result = NULL;
  g_autoptr(GPtrArray) prompts = NULL;
  g_autoptr(GPtrArray) resources = NULL;
  g_autoptr(GPtrArray) templates = NULL;
  SbMcpPrompt *prompt = NULL;

  sb_mcp_client_list_prompts_async (client, NULL, sb_test_keep_result, &prompts_result);
  sb_mcp_client_list_resources_async (client, NULL, sb_test_keep_result, &resources_result);
  sb_mcp_client_list_templates_async (client, NULL, sb_test_keep_result, &templates_result);
  sb_test_far_end_wait (far, 4);
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"prompts\":[{\"name\":\"p\",\"arguments\":"
                            "[{\"name\":\"a\",\"required\":true},{\"title\":\"nameless\"}]},{}]}}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"resources\":[{\"uri\":\"u\"},"
                            "{\"name\":\"n\"}]}}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{\"resourceTemplates\":"
                            "[{\"uriTemplate\":\"u/{x}\",\"name\":\"n\"}]}}");
  sb_test_wait_until (prompts_result != NULL && resources_result != NULL && templates_result != NULL);
  prompts = sb_mcp_client_list_prompts_finish (client, prompts_result, NULL);
  resources = sb_mcp_client_list_resources_finish (client, resources_result, NULL);
  templates = sb_mcp_client_list_templates_finish (client, templates_result, NULL);
  g_assert_cmpuint (prompts->len, ==, 1);
  prompt = g_ptr_array_index (prompts, 0);
  g_assert_cmpuint (prompt->arguments->len, ==, 1);
  g_assert_true (((SbMcpPromptArgument *) g_ptr_array_index (prompt->arguments, 0))->required);
  g_assert_cmpuint (resources->len, ==, 1);
  g_assert_cmpstr (((SbMcpResource *) g_ptr_array_index (resources, 0))->name, ==, "u");
  g_assert_cmpstr (((SbMcpResource *) g_ptr_array_index (templates, 0))->uri, ==, "u/{x}");
  sb_mcp_client_close (client);
}

static void
test_resources_and_prompts (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpClient) client = new_legacy_client (far, NULL, "{}");
  g_autoptr(JsonObject) reference = sb_json_parse_object ("{\"type\":\"ref/prompt\",\"name\":\"p\"}", -1, NULL);
  g_autoptr(GAsyncResult) read_result = NULL;
  g_autoptr(GAsyncResult) prompt_result = NULL;
  g_autoptr(GAsyncResult) complete_result = NULL;
  g_autoptr(GPtrArray) contents = NULL;
  g_autoptr(SbMcpPromptResult) prompt = NULL;
  g_auto(GStrv) values = NULL;

  sb_mcp_client_read_resource_async (client, "u", NULL, sb_test_keep_result, &read_result);
  sb_mcp_client_get_prompt_async (client, "p", NULL, NULL, sb_test_keep_result, &prompt_result);
  sb_mcp_client_complete_async (client, reference, "a", "x", NULL, sb_test_keep_result, &complete_result);
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 4), "\"argument\":{\"name\":\"a\",\"value\":\"x\"}"));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"contents\":[{\"uri\":\"u\","
                            "\"text\":\"t\"},3]}}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"messages\":[{\"role\":\"assistant\","
                            "\"content\":"
                            "{\"type\":\"text\",\"text\":\"hi\"}},{\"role\":\"user\"}]}}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{\"completion\":{\"values\":[\"xa\",1,"
                            "\"xb\"]}}}");
  sb_test_wait_until (read_result != NULL && prompt_result != NULL && complete_result != NULL);
  contents = sb_mcp_client_read_resource_finish (client, read_result, NULL);
  prompt = sb_mcp_client_get_prompt_finish (client, prompt_result, NULL);
  values = sb_mcp_client_complete_finish (client, complete_result, NULL);
  g_assert_cmpuint (contents->len, ==, 2);
  g_assert_cmpstr (((SbMcpContent *) g_ptr_array_index (contents, 0))->text, ==, "t");
  g_assert_cmpuint (prompt->messages->len, ==, 1);
  g_assert_true (((SbMcpPromptMessage *) g_ptr_array_index (prompt->messages, 0))->from_assistant);
  g_assert_cmpuint (g_strv_length (values), ==, 2);
  sb_mcp_client_close (client);
}

static void
count_cb (SbMcpClient *client,
          gpointer     user_data)
{
  ++*(guint *) user_data;
}

static void
updated_cb (SbMcpClient *client,
            const char  *uri,
            gpointer     user_data)
{
  g_assert_cmpstr (uri, ==, "mine");
  ++*(guint *) user_data;
}

static void
log_cb (SbMcpClient *client,
        const char  *level,
        const char  *logger,
        const char  *text,
        gpointer     user_data)
{
  g_string_append_printf (user_data, "%s %s %s;", level, logger, text);
}

static void
test_notices (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpClient) client = new_legacy_client (far, NULL, "{\"logging\":{}}");
  g_autoptr(GString) log = g_string_new (NULL);
  guint n_changed = 0;
  guint n_updated = 0;

  g_signal_connect (client, "tools-changed", G_CALLBACK (count_cb), &n_changed);
  g_signal_connect (client, "resource-updated", G_CALLBACK (updated_cb), &n_updated);
  g_signal_connect (client, "log", G_CALLBACK (log_cb), log);
  sb_mcp_client_set_log_level (client, "warning");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 2), "logging/setLevel"));
  sb_mcp_client_subscribe (client, "mine", TRUE);
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 3), "resources/subscribe"));
  for (guint i = 0; i < 50; i++)
    sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\","
                            "\"params\":{\"uri\":\"theirs\"}}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\","
                            "\"params\":{\"uri\":\"mine\"}}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\","
                            "\"params\":{\"level\":\"error\",\"logger\":\"l\",\"data\":{\"a\":1}}}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}");
  sb_test_wait_until (n_changed > 0 && n_updated > 0);
  g_assert_cmpuint (n_changed, ==, 1);
  g_assert_cmpuint (n_updated, ==, 1);
  g_assert_cmpstr (log->str, ==, "error l {\"a\":1};");
  sb_mcp_client_close (client);
}

static void
test_host (void)
{
  static const char * const roots[] = { "file:///home/me/my%20work", NULL };
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpHost) host = sb_mcp_host_new ();
  g_autoptr(SbMcpClient) client = NULL;

  sb_mcp_host_set_roots (host, roots);
  sb_mcp_host_set_elicitation_func (host, fill_in_cb, (char *) "{\"name\":\"Ada\"}");
  client = new_legacy_client (far, host, "{}");
  g_assert_nonnull (strstr (g_ptr_array_index (far->heard, 0), "\"elicitation\":{\"form\":{},\"url\":{}}"));
  g_assert_null (strstr (g_ptr_array_index (far->heard, 0), "sampling"));

  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"roots/list\"}");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 2), "\"name\":\"my work\""));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"sampling/createMessage\"}");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 3), "-32601"));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"elicitation/create\","
                            "\"params\":{\"message\":\"m\","
                            "\"requestedSchema\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},"
                            "\"age\":{\"type\":\"integer\",\"default\":36}},\"required\":[\"name\",\"age\"]}}}");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 4), "\"action\":\"accept\""));
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 4), "\"age\":36"));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"elicitation/create\","
                            "\"params\":{\"message\":\"m\","
                            "\"mode\":\"url\",\"url\":\"javascript:alert(1)\"}}");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 5), "-32602"));
  sb_mcp_host_set_roots (host, roots);
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 6), "notifications/roots/list_changed"));
  sb_mcp_client_close (client);
}

static void
keep_cb (SbMcpElicitation *elicitation,
         gpointer          user_data)
{
  g_ptr_array_add (user_data, g_object_ref (elicitation));
}

/* A call that is refused until two pages have been visited. */
static void
call_with_visits (SbTestFarEnd  *far,
                  SbMcpClient   *client,
                  GCancellable  *cancellable,
                  GAsyncResult **result)
{
  sb_mcp_client_call_tool_async (client, "x", NULL, NULL, 0, NULL, NULL, cancellable, sb_test_keep_result, result);
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 2), "tools/call"));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-32042,\"message\":\"Sign in\",\"data\":"
                            "{\"elicitations\":[{\"mode\":\"url\",\"elicitationId\":\"a\",\"message\":\"A\","
                            "\"url\":\"https://example.org/a\"},{\"mode\":\"url\",\"elicitationId\":\"b\","
                            "\"message\":\"B\",\"url\":\"https://example.org/b\"}]}}}");
}

/* One page is done by the user's word, the other by the server's; the call is made once more and no further. */
static void
test_visits (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(GPtrArray) asked = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(SbMcpHost) host = sb_mcp_host_new ();
  g_autoptr(SbMcpClient) client = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  SbMcpElicitation *second = NULL;

  sb_mcp_host_set_elicitation_func (host, keep_cb, asked);
  client = new_legacy_client (far, host, "{}");
  call_with_visits (far, client, NULL, &result);
  sb_test_wait_until (asked->len == 2);
  second = g_ptr_array_index (asked, 1);
  g_assert_true (sb_mcp_elicitation_get_holds_call (second));
  g_assert_cmpstr (sb_mcp_elicitation_get_url (second), ==, "https://example.org/b");
  g_assert_true (sb_mcp_elicitation_accept (g_ptr_array_index (asked, 0), NULL, NULL));
  sb_test_spin (30);
  g_assert_cmpuint (far->heard->len, ==, 3);

  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/elicitation/complete\","
                            "\"params\":{\"elicitationId\":\"b\"}}");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 3), "tools/call"));
  g_assert_true (g_cancellable_is_cancelled (sb_mcp_elicitation_get_cancellable (second)));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":3,\"error\":{\"code\":-32042,\"message\":\"Not yet\","
                            "\"data\":{\"elicitations\":[{\"mode\":\"url\",\"message\":\"A\","
                            "\"url\":\"https://a.example/\"}]}}}");
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_mcp_client_call_tool_finish (client, result, &error));
  g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_REMOTE);
  g_assert_nonnull (strstr (error->message, "Not yet"));
  g_assert_cmpuint (asked->len, ==, 2);
  sb_mcp_client_close (client);
}

static void
decline_cb (SbMcpElicitation *elicitation,
            GCancellable     *cancellable)
{
  sb_mcp_elicitation_decline (elicitation);
}

static void
stop_cb (SbMcpElicitation *elicitation,
         GCancellable     *cancellable)
{
  g_cancellable_cancel (cancellable);
}

/* A refusal, the end of the call and the end of the connection take back what is still asked; nothing is sent. */
static void
test_visits_refused (void)
{
  static const struct
  {
    void (*end) (SbMcpElicitation *elicitation,
                 GCancellable     *cancellable);
    int code; /* of SB_MCP_ERROR; -1: it was cancelled */
  } cases[] = {
    { decline_cb, SB_MCP_ERROR_REMOTE },
    { stop_cb, -1 },
    { NULL, SB_MCP_ERROR_CLOSED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
      g_autoptr(GPtrArray) asked = g_ptr_array_new_with_free_func (g_object_unref);
      g_autoptr(SbMcpHost) host = sb_mcp_host_new ();
      g_autoptr(GCancellable) cancellable = g_cancellable_new ();
      g_autoptr(SbMcpClient) client = NULL;
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(GCancellable) other = NULL;
      g_autoptr(GError) error = NULL;

      sb_mcp_host_set_elicitation_func (host, keep_cb, asked);
      client = new_legacy_client (far, host, "{}");
      call_with_visits (far, client, cancellable, &result);
      sb_test_wait_until (asked->len == 2);
      other = g_object_ref (sb_mcp_elicitation_get_cancellable (g_ptr_array_index (asked, 1)));
      if (cases[i].end != NULL)
        cases[i].end (g_ptr_array_index (asked, 0), cancellable);
      else
        sb_mcp_transport_close (far->far);
      sb_test_wait_until (result != NULL);
      g_assert_null (sb_mcp_client_call_tool_finish (client, result, &error));
      if (cases[i].code == -1)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else
        g_assert_error (error, SB_MCP_ERROR, cases[i].code);
      g_assert_true (g_cancellable_is_cancelled (other));
      g_assert_cmpuint (far->heard->len, ==, 3);
      sb_mcp_client_close (client);
    }
}

/* What lists no page that can be visited is an error like any other. */
static void
test_visits_malformed (void)
{
  static const char * const data[] = {
    "null", "{}", "{\"elicitations\":[]}", "{\"elicitations\":[7]}", "{\"elicitations\":[{\"mode\":\"form\"}]}",
    "{\"elicitations\":[{\"mode\":\"url\",\"message\":\"m\",\"url\":\"file:///etc/passwd\"}]}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (data); i++)
    {
      g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
      g_autoptr(SbMcpHost) host = sb_mcp_host_new ();
      g_autoptr(SbMcpClient) client = NULL;
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(GError) error = NULL;
      g_autofree char *said = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":2,\"error\":{\"code\":-32042,"
                                               "\"message\":\"m\",\"data\":%s}}", data[i]);

      sb_mcp_host_set_elicitation_func (host, fill_in_cb, NULL);
      client = new_legacy_client (far, host, "{}");
      sb_mcp_client_call_tool_async (client, "x", NULL, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &result);
      sb_test_far_end_wait (far, 2);
      sb_test_far_end_say (far, said);
      sb_test_wait_until (result != NULL);
      g_assert_null (sb_mcp_client_call_tool_finish (client, result, &error));
      g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_REMOTE);
      g_assert_cmpuint (far->heard->len, ==, 3);
      sb_mcp_client_close (client);
    }
}

static void
sample_cb (SbMcpSampling *sampling,
           gpointer       user_data)
{
  SbMcpSamplingMessage *message = g_ptr_array_index (sb_mcp_sampling_get_messages (sampling), 0);
  SbMcpContent *content = g_ptr_array_index (message->contents, 0);

  if (g_str_equal (content->text, "please"))
    sb_mcp_sampling_respond (sampling, "model", "yes", "endTurn");
}

static void
test_sampling (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpHost) host = sb_mcp_host_new ();
  g_autoptr(SbMcpClient) client = NULL;

  sb_mcp_host_set_sampling_func (host, sample_cb, NULL);
  client = new_legacy_client (far, host, "{}");
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"sampling/createMessage\","
                            "\"params\":{\"maxTokens\":5,"
                            "\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\","
                            "\"text\":\"please\"}}]}}");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 2), "\"stopReason\":\"endTurn\""));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"sampling/createMessage\",\"params\":{"
                            "\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"no\"}]}]}}");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 3), "\"code\":-1"));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"sampling/createMessage\","
                            "\"params\":{\"messages\":[]}}");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 4), "-32602"));
  sb_mcp_client_close (client);
}

static void
era_cb (SbMcpEra era,
        gpointer user_data)
{
  *(SbMcpEra *) user_data = era;
}

/* How a server refuses initialize, and whether it is then asked the modern way. */
static void
test_eras (void)
{
  static const struct
  {
    const char *refusal;
    gboolean    modern;
  } cases[] = {
    { "{\"code\":-32601,\"message\":\"no\"}", TRUE },
    { "{\"code\":-32022,\"message\":\"no\",\"data\":{\"supported\":[\"2026-07-28\"]}}", TRUE },
    { "{\"code\":-32000,\"message\":\"Out of order\"}", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
      g_autoptr(SbMcpClient) client = sb_mcp_client_new (far->ours);
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(GError) error = NULL;
      g_autofree char *said = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":%s}", cases[i].refusal);
      SbMcpEra era = SB_MCP_ERA_UNKNOWN;

      sb_mcp_client_set_era (client, SB_MCP_ERA_UNKNOWN, era_cb, &era);
      sb_mcp_client_initialize_async (client, NULL, sb_test_keep_result, &result);
      sb_test_far_end_wait (far, 0);
      sb_test_far_end_say (far, said);
      if (cases[i].modern)
        {
          g_assert_nonnull (strstr (sb_test_far_end_wait (far, 1), "server/discover"));
          g_assert_nonnull (strstr (sb_test_far_end_wait (far, 1), "io.modelcontextprotocol/clientCapabilities"));
          sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":2,"
                                    "\"result\":{\"supportedVersions\":[\"2026-07-28\"],"
                                    "\"_meta\":{\"io.modelcontextprotocol/serverInfo\":{\"name\":\"new\"}}}}");
        }
      sb_test_wait_until (result != NULL);
      g_assert_true (sb_mcp_client_initialize_finish (client, result, &error) == cases[i].modern);
      g_assert_cmpint (era, ==, cases[i].modern ? SB_MCP_ERA_MODERN : SB_MCP_ERA_UNKNOWN);
      if (cases[i].modern)
        g_assert_cmpstr (sb_mcp_client_get_server_name (client), ==, "new");
      else
        g_assert_nonnull (strstr (error->message, "Out of order"));
      sb_mcp_client_close (client);
    }
}

/* A refusal that offers what was asked for is taken at its word, once. */
static void
test_asked_again (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpClient) client = sb_mcp_client_new (far->ours);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_mcp_client_set_revision (client, "2026-07-28");
  sb_mcp_client_initialize_async (client, NULL, sb_test_keep_result, &result);
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *refusal = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%u,\"error\":{\"code\":-32022,"
                                                  "\"message\":\"no\",\"data\":{\"supported\":[\"2026-07-28\"]}}}",
                                                  i + 1);

      g_assert_nonnull (strstr (sb_test_far_end_wait (far, i), "server/discover"));
      sb_test_far_end_say (far, refusal);
    }
  sb_test_wait_until (result != NULL);
  g_assert_false (sb_mcp_client_initialize_finish (client, result, &error));
  g_assert_error (error, SB_MCP_ERROR, SB_MCP_ERROR_REMOTE);
  sb_mcp_client_close (client);
}

/* Whatever carries them, tools whose parameters cannot travel as headers are left out. */
static void
test_bad_headers (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpClient) client = new_modern_client (far, NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) tools = NULL;

  sb_mcp_client_list_tools_async (client, NULL, sb_test_keep_result, &result);
  sb_test_far_end_wait (far, 1);
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"resultType\":\"complete\",\"tools\":["
                            "{\"name\":\"good\",\"inputSchema\":{\"type\":\"object\",\"properties\":"
                            "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"}}}},"
                            "{\"name\":\"bad\",\"inputSchema\":{\"type\":\"object\",\"properties\":"
                            "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"Re:gion\"}}}}]}}");
  sb_test_wait_until (result != NULL);
  tools = sb_mcp_client_list_tools_finish (client, result, NULL);
  g_assert_cmpuint (tools->len, ==, 1);
  g_assert_cmpstr (((SbMcpTool *) g_ptr_array_index (tools, 0))->name, ==, "good");
  sb_mcp_client_close (client);
}

static void
test_rounds (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpHost) host = sb_mcp_host_new ();
  g_autoptr(SbMcpClient) client = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbMcpToolResult) tool_result = NULL;
  g_autoptr(GError) error = NULL;
  const char *second = NULL;

  sb_mcp_host_set_elicitation_func (host, fill_in_cb, (char *) "{\"name\":\"Ada\"}");
  client = new_modern_client (far, host);
  sb_mcp_client_call_tool_async (client, "x", NULL, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &result);
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 1), "io.modelcontextprotocol/protocolVersion\":\"2026-07-"
                                                           "28\""));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"resultType\":\"input_required\","
                            "\"requestState\":\"s\\u00e9 \\\"1\\\"\",\"inputRequests\":{\"who\":{\"method\":"
                            "\"elicitation/create\",\"params\":{\"message\":\"m\","
                            "\"requestedSchema\":{\"type\":\"object\","
                            "\"properties\":{\"name\":{\"type\":\"string\"}}}}}}}}");
  second = sb_test_far_end_wait (far, 2);
  g_assert_nonnull (strstr (second, "\"id\":3"));
  g_assert_nonnull (strstr (second, "\"requestState\":\"sé \\\"1\\\"\""));
  g_assert_nonnull (strstr (second, "\"inputResponses\":{\"who\":{\"action\":\"accept\","
                                    "\"content\":{\"name\":\"Ada\"}}}"));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"content\":[{\"type\":\"text\","
                            "\"text\":\"ok\"}]}}");
  sb_test_wait_until (result != NULL);
  tool_result = sb_mcp_client_call_tool_finish (client, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (tool_result->text, ==, "ok");
  sb_mcp_client_close (client);
}

/* Results that end a call of the modern era with an error. */
static void
test_bad_rounds (void)
{
  static const char * const results[] = {
    "{\"resultType\":\"surprise\"}",
    "{\"resultType\":\"input_required\"}",
    "{\"resultType\":\"input_required\",\"inputRequests\":{\"a\":{\"method\":\"sampling/createMessage\"}}}",
    "{\"resultType\":\"input_required\",\"inputRequests\":{\"a\":7}}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
      g_autoptr(SbMcpClient) client = new_modern_client (far, NULL);
      g_autoptr(GAsyncResult) result = NULL;
      g_autoptr(GError) error = NULL;
      g_autofree char *said = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":%s}", results[i]);

      sb_mcp_client_call_tool_async (client, "x", NULL, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &result);
      sb_test_far_end_wait (far, 1);
      sb_test_far_end_say (far, said);
      sb_test_wait_until (result != NULL);
      g_assert_null (sb_mcp_client_call_tool_finish (client, result, &error));
      g_assert_nonnull (error);
      sb_mcp_client_close (client);
    }
}

/* A session that was forgotten is made anew, and the call made again. */
static void
test_session_lost (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpClient) client = new_legacy_client (far, NULL, "{}");
  g_autoptr(GError) lost = g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_SESSION_LOST, "Forgotten.");
  g_autoptr(JsonNode) request = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbMcpToolResult) tool_result = NULL;

  sb_mcp_client_call_tool_async (client, "x", NULL, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &result);
  request = sb_json_parse (sb_test_far_end_wait (far, 2), -1, NULL);
  g_signal_emit_by_name (far->ours, "failed", request, lost);
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 3), "\"initialize\""));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"protocolVersion\":\"2025-11-25\"}}");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 5), "tools/call"));
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":4,\"result\":{}}");
  sb_test_wait_until (result != NULL);
  tool_result = sb_mcp_client_call_tool_finish (client, result, NULL);
  g_assert_nonnull (tool_result);
  sb_mcp_client_close (client);
}

/* Two calls lose it at once, a third learns of it late, one comes meanwhile and one is stopped: one new session. */
static void
test_session_lost_by_many (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpClient) client = new_legacy_client (far, NULL, "{\"resources\":{}}");
  g_autoptr(GError) lost = g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_SESSION_LOST, "Forgotten.");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) stopped = NULL;
  g_autoptr(GError) error = NULL;
  GAsyncResult *results[4] = { NULL };
  JsonNode *requests[4] = { NULL };
  guint n_calls = 0;

  sb_mcp_client_subscribe (client, "mine", TRUE);
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
  for (guint i = 0; i < 3; i++)
    {
      sb_mcp_client_call_tool_async (client, "x", NULL, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &results[i]);
      requests[i] = sb_json_parse (sb_test_far_end_wait (far, 3 + i), -1, NULL);
    }
  sb_mcp_client_call_tool_async (client, "x", NULL, NULL, 0, NULL, NULL, cancellable, sb_test_keep_result, &stopped);
  requests[3] = sb_json_parse (sb_test_far_end_wait (far, 6), -1, NULL);
  g_signal_emit_by_name (far->ours, "failed", requests[3], lost);
  g_signal_emit_by_name (far->ours, "failed", requests[0], lost);
  g_signal_emit_by_name (far->ours, "failed", requests[1], lost);
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 7), "\"initialize\""));
  sb_mcp_client_call_tool_async (client, "x", NULL, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &results[3]);
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (stopped != NULL);
  g_assert_null (sb_mcp_client_call_tool_finish (client, stopped, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (far->heard->len, ==, 8);

  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"protocolVersion\":\"2025-11-25\"}}");
  g_assert_nonnull (strstr (sb_test_far_end_wait (far, 8), "notifications/initialized"));
  sb_test_far_end_wait (far, 12);
  g_signal_emit_by_name (far->ours, "failed", requests[2], lost);
  sb_test_far_end_wait (far, 13);
  for (guint i = 9; i < far->heard->len; i++)
    n_calls += strstr (g_ptr_array_index (far->heard, i), "tools/call") != NULL;
  g_assert_cmpuint (n_calls, ==, 4);
  g_assert_nonnull (strstr (g_ptr_array_index (far->heard, 9), "resources/subscribe"));
  sb_mcp_client_close (client);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      sb_test_wait_until (results[i] != NULL);
      g_object_unref (results[i]);
      json_node_unref (requests[i]);
    }
}

static void
test_structured (void)
{
  g_autoptr(SbTestFarEnd) far = sb_test_far_end_new ();
  g_autoptr(SbMcpClient) client = new_legacy_client (far, NULL, "{}");
  g_autoptr(GAsyncResult) list_result = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) tools = NULL;
  g_autoptr(SbMcpToolResult) tool_result = NULL;

  sb_mcp_client_list_tools_async (client, NULL, sb_test_keep_result, &list_result);
  sb_test_far_end_wait (far, 2);
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"tools\":[{\"name\":\"x\",\"outputSchema\":"
                            "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}}}]}}");
  sb_test_wait_until (list_result != NULL);
  tools = sb_mcp_client_list_tools_finish (client, list_result, NULL);
  g_assert_nonnull (((SbMcpTool *) g_ptr_array_index (tools, 0))->output_schema);
  sb_mcp_client_call_tool_async (client, "x", NULL, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_far_end_wait (far, 3);
  sb_test_far_end_say (far, "{\"jsonrpc\":\"2.0\",\"id\":3,\"result\":{\"structuredContent\":{\"n\":\"seven\"}}}");
  sb_test_wait_until (result != NULL);
  tool_result = sb_mcp_client_call_tool_finish (client, result, NULL);
  g_assert_cmpstr (tool_result->problem, ==, "structuredContent/n has another type than promised.");
  sb_mcp_client_close (client);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/mcp/client/server-is-known", test_server_is_known);
  g_test_add_func ("/mcp/client/contents", test_contents);
  g_test_add_func ("/mcp/client/lists", test_lists);
  g_test_add_func ("/mcp/client/resources-and-prompts", test_resources_and_prompts);
  g_test_add_func ("/mcp/client/notices", test_notices);
  g_test_add_func ("/mcp/client/host", test_host);
  g_test_add_func ("/mcp/client/visits", test_visits);
  g_test_add_func ("/mcp/client/visits-refused", test_visits_refused);
  g_test_add_func ("/mcp/client/visits-malformed", test_visits_malformed);
  g_test_add_func ("/mcp/client/sampling", test_sampling);
  g_test_add_func ("/mcp/client/eras", test_eras);
  g_test_add_func ("/mcp/client/asked-again", test_asked_again);
  g_test_add_func ("/mcp/client/bad-headers", test_bad_headers);
  g_test_add_func ("/mcp/client/rounds", test_rounds);
  g_test_add_func ("/mcp/client/bad-rounds", test_bad_rounds);
  g_test_add_func ("/mcp/client/session-lost", test_session_lost);
  g_test_add_func ("/mcp/client/session-lost-by-many", test_session_lost_by_many);
  g_test_add_func ("/mcp/client/structured", test_structured);

  return g_test_run ();
}
