/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-sampling.h"

#include "sb-json.h"
#include "sb-mcp-client.h"

#define MAX_MESSAGES 256

struct _SbMcpSampling
{
  GObject parent_instance;

  /* owned */
  GTask      *task;        /* until it is answered */
  char       *server_name; /* nullable */
  JsonObject *params;
  GPtrArray  *messages;    /* of SbMcpSamplingMessage */
};

G_DEFINE_FINAL_TYPE (SbMcpSampling, sb_mcp_sampling, G_TYPE_OBJECT)

static void
message_free (gpointer data)
{
  SbMcpSamplingMessage *message = data;

  g_ptr_array_unref (message->contents);
  g_free (message);
}

/* Content is one item, and since 2025-11-25 may be a list of them. */
static SbMcpSamplingMessage *
parse_message (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *content = object != NULL ? json_object_get_member (object, "content") : NULL;
  SbMcpSamplingMessage *message = NULL;

  if (content == NULL || !(JSON_NODE_HOLDS_OBJECT (content) || JSON_NODE_HOLDS_ARRAY (content)))
    return NULL;

  message = g_new0 (SbMcpSamplingMessage, 1);
  message->from_assistant = g_strcmp0 (sb_json_get_string (object, "role"), "assistant") == 0;
  message->contents = sb_mcp_content_parse_list (JSON_NODE_HOLDS_ARRAY (content) ? json_node_get_array (content)
                                                                                  : NULL);
  if (JSON_NODE_HOLDS_OBJECT (content))
    g_ptr_array_add (message->contents, sb_mcp_content_parse (content));

  return message;
}

static gboolean
take_messages (SbMcpSampling *self)
{
  JsonArray *array = sb_json_get_array (self->params, "messages");
  guint n = array != NULL ? json_array_get_length (array) : 0;

  if (n == 0 || n > MAX_MESSAGES)
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      SbMcpSamplingMessage *message = parse_message (json_array_get_element (array, i));

      if (message == NULL)
        return FALSE;
      g_ptr_array_add (self->messages, message);
    }

  return TRUE;
}

static void
sb_mcp_sampling_dispose (GObject *object)
{
  SbMcpSampling *self = SB_MCP_SAMPLING (object);

  if (self->task != NULL)
    sb_mcp_sampling_refuse (self, "The user has not decided.");

  G_OBJECT_CLASS (sb_mcp_sampling_parent_class)->dispose (object);
}

static void
sb_mcp_sampling_finalize (GObject *object)
{
  SbMcpSampling *self = SB_MCP_SAMPLING (object);

  g_ptr_array_unref (self->messages);
  json_object_unref (self->params);
  g_free (self->server_name);

  G_OBJECT_CLASS (sb_mcp_sampling_parent_class)->finalize (object);
}

static void
sb_mcp_sampling_class_init (SbMcpSamplingClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_sampling_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_sampling_finalize;
}

static void
sb_mcp_sampling_init (SbMcpSampling *self)
{
  self->messages = g_ptr_array_new_with_free_func (message_free);
}

/**
 * sb_mcp_sampling_new:
 * @task: (transfer none): returns the result object, once; not when this fails
 * @server_name: (nullable): who asks
 * @params: (transfer none): of sampling/createMessage
 *
 * Returns: (transfer full) (nullable): %NULL with SB_MCP_ERROR_PROTOCOL for what cannot be asked
 */
SbMcpSampling *
sb_mcp_sampling_new (GTask       *task,
                     const char  *server_name,
                     JsonObject  *params,
                     GError     **error)
{
  g_autoptr(SbMcpSampling) self = g_object_new (SB_TYPE_MCP_SAMPLING, NULL);

  self->server_name = g_strdup (server_name);
  self->params = json_object_ref (params);
  if (!take_messages (self))
    {
      g_set_error (error, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL, "messages is a list of 1 to %d messages with content.",
                   MAX_MESSAGES);
      return NULL;
    }
  self->task = g_object_ref (task);

  return g_steal_pointer (&self);
}

const char *
sb_mcp_sampling_get_server_name (SbMcpSampling *self)
{
  return self->server_name;
}

/* Returns: (transfer none): of SbMcpSamplingMessage */
GPtrArray *
sb_mcp_sampling_get_messages (SbMcpSampling *self)
{
  return self->messages;
}

/* Returns: (nullable) */
const char *
sb_mcp_sampling_get_system_prompt (SbMcpSampling *self)
{
  return sb_json_get_string (self->params, "systemPrompt");
}

/* How much the model may write; 0: the server has not said. */
gint64
sb_mcp_sampling_get_max_tokens (SbMcpSampling *self)
{
  return MAX (sb_json_get_int (self->params, "maxTokens", 0), 0);
}

/* Returns: (transfer none): all of it: temperature, stopSequences, modelPreferences and so on */
JsonObject *
sb_mcp_sampling_get_params (SbMcpSampling *self)
{
  return self->params;
}

/* Cancelled when the server no longer wants it; nullable. */
GCancellable *
sb_mcp_sampling_get_cancellable (SbMcpSampling *self)
{
  return self->task != NULL ? g_task_get_cancellable (self->task) : NULL;
}

/**
 * sb_mcp_sampling_respond:
 * @model: which model wrote it
 * @text: valid UTF-8
 * @stop_reason: "endTurn", "stopSequence" or "maxTokens"
 */
void
sb_mcp_sampling_respond (SbMcpSampling *self,
                         const char    *model,
                         const char    *text,
                         const char    *stop_reason)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->task);
  JsonObject *result = NULL;
  JsonObject *content = NULL;

  g_return_if_fail (task != NULL);

  result = json_object_new ();
  content = json_object_new ();
  json_object_set_string_member (content, "type", "text");
  json_object_set_string_member (content, "text", text);
  json_object_set_string_member (result, "role", "assistant");
  json_object_set_object_member (result, "content", content);
  json_object_set_string_member (result, "model", model);
  json_object_set_string_member (result, "stopReason", stop_reason);
  g_task_return_pointer (task, result, (GDestroyNotify) json_object_unref);
}

/* reason: for the server. */
void
sb_mcp_sampling_refuse (SbMcpSampling *self,
                        const char    *reason)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->task);

  g_return_if_fail (task != NULL);

  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "%s", reason);
}
