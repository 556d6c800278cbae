/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-tool-call.h"

#include "sb-json.h"
#include "sb-mcp-message.h"

struct _SbMcpToolCall
{
  GObject parent_instance;

  /* owned */
  SbMcpExchange *exchange;
  char          *name;
  JsonObject    *arguments;
  JsonArray     *more; /* nullable: content besides the text */
};

G_DEFINE_FINAL_TYPE (SbMcpToolCall, sb_mcp_tool_call, G_TYPE_OBJECT)

static JsonObject *
new_result (const char *text,
            JsonArray  *more,
            JsonNode   *structured)
{
  JsonObject *result = json_object_new ();
  JsonObject *content = json_object_new ();
  JsonArray *contents = json_array_new ();

  json_object_set_string_member (content, "type", "text");
  json_object_set_string_member (content, "text", text);
  json_array_add_object_element (contents, content);
  for (guint i = 0; more != NULL && i < json_array_get_length (more); i++)
    json_array_add_element (contents, json_array_dup_element (more, i));
  json_object_set_array_member (result, "content", contents);
  if (structured != NULL)
    json_object_set_member (result, "structuredContent", json_node_copy (structured));

  return result;
}

static void
answer (SbMcpToolCall *self,
        const char    *text,
        JsonNode      *structured,
        gboolean       is_error)
{
  JsonObject *result = new_result (text, self->more, structured);

  json_object_set_boolean_member (result, "isError", is_error);
  sb_mcp_exchange_respond (self->exchange, result);
}

static void
sb_mcp_tool_call_dispose (GObject *object)
{
  SbMcpToolCall *self = SB_MCP_TOOL_CALL (object);

  if (self->exchange != NULL && sb_mcp_exchange_is_open (self->exchange))
    answer (self, "The tool ended without a result.", NULL, TRUE);
  g_clear_object (&self->exchange);

  G_OBJECT_CLASS (sb_mcp_tool_call_parent_class)->dispose (object);
}

static void
sb_mcp_tool_call_finalize (GObject *object)
{
  SbMcpToolCall *self = SB_MCP_TOOL_CALL (object);

  g_free (self->name);
  g_clear_pointer (&self->arguments, json_object_unref);
  g_clear_pointer (&self->more, json_array_unref);

  G_OBJECT_CLASS (sb_mcp_tool_call_parent_class)->finalize (object);
}

static void
sb_mcp_tool_call_class_init (SbMcpToolCallClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_tool_call_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_tool_call_finalize;
}

static void
sb_mcp_tool_call_init (SbMcpToolCall *self)
{
}

/* Returns: (transfer full) */
SbMcpToolCall *
sb_mcp_tool_call_new (SbMcpExchange *exchange,
                      const char    *name,
                      JsonObject    *arguments)
{
  SbMcpToolCall *self = g_object_new (SB_TYPE_MCP_TOOL_CALL, NULL);

  self->exchange = g_object_ref (exchange);
  self->name = g_strdup (name);
  self->arguments = json_object_ref (arguments);

  return self;
}

const char *
sb_mcp_tool_call_get_name (SbMcpToolCall *self)
{
  return self->name;
}

/* (transfer none): checked against the tool's schema, but for unknown members. */
JsonObject *
sb_mcp_tool_call_get_arguments (SbMcpToolCall *self)
{
  return self->arguments;
}

const char *
sb_mcp_tool_call_get_trace_id (SbMcpToolCall *self)
{
  JsonObject *meta = sb_json_get_object (sb_mcp_exchange_get_params (self->exchange), "_meta");

  return meta != NULL ? sb_json_get_string (meta, SB_MCP_TRACE_ID_KEY) : NULL;
}

GObject *
sb_mcp_tool_call_get_session (SbMcpToolCall *self)
{
  return sb_mcp_exchange_get_session (self->exchange);
}

void
sb_mcp_tool_call_add_content (SbMcpToolCall *self,
                              JsonObject    *content)
{
  if (self->more == NULL)
    self->more = json_array_new ();
  json_array_add_object_element (self->more, content);
}

GCancellable *
sb_mcp_tool_call_get_cancellable (SbMcpToolCall *self)
{
  return sb_mcp_exchange_get_cancellable (self->exchange);
}

/**
 * sb_mcp_tool_call_progress:
 * @progress: grows from one to the next
 * @total: -1 when unknown
 * @text: (nullable): valid UTF-8
 *
 * Goes only to clients that asked for progress.
 */
void
sb_mcp_tool_call_progress (SbMcpToolCall *self,
                           double         progress,
                           double         total,
                           const char    *text)
{
  sb_mcp_exchange_progress (self->exchange, progress, total, text);
}

/**
 * sb_mcp_tool_call_respond:
 * @text: valid UTF-8, for the model
 * @structured: (nullable) (transfer none): an object, for programs
 *
 * The tool's result. It is not sent when the call was cancelled meanwhile.
 */
void
sb_mcp_tool_call_respond (SbMcpToolCall *self,
                          const char    *text,
                          JsonNode      *structured)
{
  answer (self, text, structured, FALSE);
}

/* As respond(), for a tool that could not do it: text says why and what to do. */
void
sb_mcp_tool_call_fail (SbMcpToolCall *self,
                       const char    *text,
                       JsonNode      *structured)
{
  answer (self, text, structured, TRUE);
}

/* result: (transfer full): the whole result, with contents of any kind. */
void
sb_mcp_tool_call_respond_whole (SbMcpToolCall *self,
                                JsonObject    *result)
{
  sb_mcp_exchange_respond (self->exchange, result);
}

/* Returns: (transfer none): for what tools have in common with prompts and resources: logging, questions to the
 * client, errors of the protocol */
SbMcpExchange *
sb_mcp_tool_call_get_exchange (SbMcpToolCall *self)
{
  return self->exchange;
}
