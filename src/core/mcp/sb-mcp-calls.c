/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-client-private.h"
#include "sb-mcp-message.h"
#include "sb-mcp-schema.h"
#include "sb-mcp-tool.h"

#define TIMEOUT_MS (60 * 1000)
#define MAX_COMPLETIONS 100

/* Progress is asked for even when nobody looks at it: it extends the timeout. */
static void
ignore_progress (double      progress,
                 double      total,
                 const char *text,
                 gpointer    user_data)
{
}

static void
check_structured (SbMcpClient     *self,
                  const char      *name,
                  SbMcpToolResult *result)
{
  SbMcpTool *tool = g_hash_table_lookup (self->tools, name);

  if (tool == NULL || tool->output_schema == NULL || result->is_error)
    return;

  if (result->structured == NULL)
    result->problem = g_strdup ("The tool promises structured content and gave none.");
  else
    result->problem = sb_mcp_schema_check (tool->output_schema, result->structured);
}

static void
called_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbMcpClient *self = SB_MCP_CLIENT (source);
  GError *error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_client_request_finish (self, result, &error);
  SbMcpToolResult *tool_result = NULL;

  if (answer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  tool_result = sb_mcp_tool_result_parse (answer);
  check_structured (self, g_task_get_task_data (task), tool_result);
  g_task_return_pointer (task, tool_result, (GDestroyNotify) sb_mcp_tool_result_free);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_client_request_finish (SB_MCP_CLIENT (source), result, &error);
  GPtrArray *contents = NULL;
  JsonArray *array = NULL;

  if (answer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  array = sb_json_get_array (json_node_get_object (answer), "contents");
  contents = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_mcp_content_free);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    g_ptr_array_add (contents, sb_mcp_content_parse_resource (json_array_get_element (array, i)));
  g_task_return_pointer (task, contents, (GDestroyNotify) g_ptr_array_unref);
}

static void
prompt_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_client_request_finish (SB_MCP_CLIENT (source), result, &error);

  if (answer == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, sb_mcp_prompt_result_parse (answer), (GDestroyNotify) sb_mcp_prompt_result_free);
}

static void
completed_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  GError *error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_client_request_finish (SB_MCP_CLIENT (source), result, &error);
  JsonObject *completion = NULL;
  JsonArray *values = NULL;
  guint n = 0;

  if (answer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  completion = sb_json_get_object (json_node_get_object (answer), "completion");
  values = completion != NULL ? sb_json_get_array (completion, "values") : NULL;
  n = values != NULL ? MIN (json_array_get_length (values), MAX_COMPLETIONS) : 0;
  for (guint i = 0; i < n; i++)
    {
      JsonNode *value = json_array_get_element (values, i);

      if (JSON_NODE_HOLDS_VALUE (value) && json_node_get_value_type (value) == G_TYPE_STRING)
        g_strv_builder_add (builder, json_node_get_string (value));
    }
  g_task_return_pointer (task, g_strv_builder_end (builder), (GDestroyNotify) g_strfreev);
}

/* An answer that changes nothing for us. */
static void
ignored_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(JsonNode) answer = sb_mcp_client_request_finish (SB_MCP_CLIENT (source), result, NULL);
}

static GTask *
new_task (SbMcpClient         *self,
          gpointer             source_tag,
          GCancellable        *cancellable,
          GAsyncReadyCallback  callback,
          gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  g_task_set_check_cancellable (task, FALSE);

  return task;
}

/**
 * sb_mcp_client_request_async:
 * @params: (transfer full) (nullable): without what the era adds
 * @progress_func: (nullable): without it no progress is asked for
 *
 * Asks anything. A server of the modern era that answers with questions of its own gets them answered by the
 * host, and a session that was forgotten is made anew, before this finishes.
 */
void
sb_mcp_client_request_async (SbMcpClient         *self,
                             const char          *method,
                             JsonObject          *params,
                             guint                timeout_ms,
                             SbMcpProgressFunc    progress_func,
                             gpointer             progress_data,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  GTask *task = new_task (self, sb_mcp_client_request_async, cancellable, callback, user_data);
  SbMcpCallOptions options = {
    .progress_func = progress_func,
    .progress_data = progress_data,
    .timeout_ms = timeout_ms,
  };
  const char *tool_name = g_str_equal (method, "tools/call") ? sb_json_get_string (params, "name") : NULL;

  sb_mcp_client_run_errand (task, method, params, &options, tool_name);
}

/* Returns: (transfer full): the result, an object */
JsonNode *
sb_mcp_client_request_finish (SbMcpClient   *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sb_mcp_client_call_tool_async:
 * @arguments: (nullable) (transfer none): sealed by the call
 * @trace_id: (nullable): joins what the server does to the caller's trace
 * @timeout_ms: without progress; 0: none. There is a hard limit of two hours besides.
 * @progress_func: (nullable): called from the main loop until the call finishes
 *
 * A tool that fails is a result with is_error, not an error: SB_MCP_ERROR is for the protocol and the
 * connection. Texts of the result are foreign: they are valid UTF-8, and no more than that.
 */
void
sb_mcp_client_call_tool_async (SbMcpClient         *self,
                               const char          *name,
                               JsonObject          *arguments,
                               const char          *trace_id,
                               guint                timeout_ms,
                               SbMcpProgressFunc    progress_func,
                               gpointer             progress_data,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  GTask *task = new_task (self, sb_mcp_client_call_tool_async, cancellable, callback, user_data);
  JsonObject *params = json_object_new ();

  g_task_set_task_data (task, g_strdup (name), g_free);
  json_object_set_string_member (params, "name", name);
  json_object_set_object_member (params, "arguments",
                                 arguments != NULL ? json_object_ref (arguments) : json_object_new ());
  if (trace_id != NULL)
    {
      JsonObject *meta = json_object_new ();

      json_object_set_string_member (meta, SB_MCP_TRACE_ID_KEY, trace_id);
      json_object_set_object_member (params, "_meta", meta);
    }
  sb_mcp_client_request_async (self, "tools/call", params, timeout_ms,
                               progress_func != NULL ? progress_func : ignore_progress, progress_data, cancellable,
                               called_cb, task);
}

/* Returns: (transfer full) */
SbMcpToolResult *
sb_mcp_client_call_tool_finish (SbMcpClient   *self,
                                GAsyncResult  *result,
                                GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* uri: of a resource that is listed, linked to, or made from a template. */
void
sb_mcp_client_read_resource_async (SbMcpClient         *self,
                                   const char          *uri,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  GTask *task = new_task (self, sb_mcp_client_read_resource_async, cancellable, callback, user_data);
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "uri", uri);
  sb_mcp_client_request_async (self, "resources/read", params, TIMEOUT_MS, ignore_progress, NULL, cancellable,
                               read_cb, task);
}

/* Returns: (transfer full) of SbMcpContent: one, or those of a folder */
GPtrArray *
sb_mcp_client_read_resource_finish (SbMcpClient   *self,
                                    GAsyncResult  *result,
                                    GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* To a server that starts with a handshake. */
void
sb_mcp_client_send_subscription (SbMcpClient *self,
                                 const char  *uri,
                                 gboolean     subscribed)
{
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "uri", uri);
  sb_mcp_client_request_async (self, subscribed ? "resources/subscribe" : "resources/unsubscribe", params, TIMEOUT_MS,
                               NULL, NULL, NULL, ignored_cb, NULL);
}

/* Whether "resource-updated" is wanted for it. */
void
sb_mcp_client_subscribe (SbMcpClient *self,
                         const char  *uri,
                         gboolean     subscribed)
{
  gboolean changed = subscribed ? g_hash_table_add (self->subscribed, g_strdup (uri))
                                : g_hash_table_remove (self->subscribed, uri);

  if (changed && self->era == SB_MCP_ERA_MODERN)
    sb_mcp_client_listen (self);
  else if (changed)
    sb_mcp_client_send_subscription (self, uri, subscribed);
}

/* arguments: (nullable) (transfer none): strings by name; sealed by the call. */
void
sb_mcp_client_get_prompt_async (SbMcpClient         *self,
                                const char          *name,
                                JsonObject          *arguments,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  GTask *task = new_task (self, sb_mcp_client_get_prompt_async, cancellable, callback, user_data);
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "name", name);
  if (arguments != NULL)
    json_object_set_object_member (params, "arguments", json_object_ref (arguments));
  sb_mcp_client_request_async (self, "prompts/get", params, TIMEOUT_MS, ignore_progress, NULL, cancellable,
                               prompt_cb, task);
}

/* Returns: (transfer full) */
SbMcpPromptResult *
sb_mcp_client_get_prompt_finish (SbMcpClient   *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sb_mcp_client_complete_async:
 * @reference: (transfer none): {"type":"ref/prompt","name":…} or {"type":"ref/resource","uri":…}
 * @argument: which argument is being typed
 * @value: what has been typed
 */
void
sb_mcp_client_complete_async (SbMcpClient         *self,
                              JsonObject          *reference,
                              const char          *argument,
                              const char          *value,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  GTask *task = new_task (self, sb_mcp_client_complete_async, cancellable, callback, user_data);
  JsonObject *params = json_object_new ();
  JsonObject *typed = json_object_new ();

  json_object_set_string_member (typed, "name", argument);
  json_object_set_string_member (typed, "value", value);
  json_object_set_object_member (params, "ref", json_object_ref (reference));
  json_object_set_object_member (params, "argument", typed);
  sb_mcp_client_request_async (self, "completion/complete", params, TIMEOUT_MS, NULL, NULL, cancellable, completed_cb,
                               task);
}

/* Returns: (transfer full): at most 100, the best first */
GStrv
sb_mcp_client_complete_finish (SbMcpClient   *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* level: (nullable): of syslog, "debug" to "emergency": what is to come as "log". Without it a server of the
 * modern era sends nothing, and others what they like. */
void
sb_mcp_client_set_log_level (SbMcpClient *self,
                             const char  *level)
{
  /* It may be the one that is given. */
  g_autofree char *old = g_steal_pointer (&self->log_level);
  JsonObject *params = NULL;

  self->log_level = g_strdup (level);
  if (self->era != SB_MCP_ERA_LEGACY || level == NULL || !sb_mcp_client_offers (self, "logging"))
    return;

  params = json_object_new ();
  json_object_set_string_member (params, "level", level);
  sb_mcp_client_request_async (self, "logging/setLevel", params, TIMEOUT_MS, NULL, NULL, NULL, ignored_cb, NULL);
}

const char *
sb_mcp_client_get_log_level (SbMcpClient *self)
{
  return self->log_level;
}
