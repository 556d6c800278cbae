/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-request.h"

#include "sb-json.h"
#include "sb-mcp-message.h"

struct _SbMcpRequest
{
  GObject parent_instance;

  /* owned */
  GObject      *peer;
  char         *key;
  JsonNode     *id;
  JsonObject   *params;
  JsonNode     *progress_token; /* nullable */
  GCancellable *cancellable;

  /* borrowed */
  const SbMcpRequestSink *sink;

  double   last_progress;
  gboolean done;
};

G_DEFINE_FINAL_TYPE (SbMcpRequest, sb_mcp_request, G_TYPE_OBJECT)

static void
answer (SbMcpRequest *self,
        JsonObject   *message)
{
  self->done = TRUE;
  self->sink->forget (self->peer, self->key);
  self->sink->send (self->peer, message, NULL);
}

static JsonNode *
find_progress_token (JsonObject *params)
{
  JsonObject *meta = sb_json_get_object (params, "_meta");
  JsonNode *token = meta != NULL ? json_object_get_member (meta, "progressToken") : NULL;

  return token != NULL && JSON_NODE_HOLDS_VALUE (token) ? json_node_copy (token) : NULL;
}

static void
sb_mcp_request_dispose (GObject *object)
{
  SbMcpRequest *self = SB_MCP_REQUEST (object);

  if (!self->done)
    sb_mcp_request_fail (self, SB_MCP_CODE_INTERNAL, "The request was dropped without an answer.");

  G_OBJECT_CLASS (sb_mcp_request_parent_class)->dispose (object);
}

static void
sb_mcp_request_finalize (GObject *object)
{
  SbMcpRequest *self = SB_MCP_REQUEST (object);

  g_clear_object (&self->peer);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->id, json_node_unref);
  g_clear_pointer (&self->progress_token, json_node_unref);
  g_clear_pointer (&self->params, json_object_unref);
  g_clear_pointer (&self->key, g_free);

  G_OBJECT_CLASS (sb_mcp_request_parent_class)->finalize (object);
}

static void
sb_mcp_request_class_init (SbMcpRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_request_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_request_finalize;
}

static void
sb_mcp_request_init (SbMcpRequest *self)
{
  self->cancellable = g_cancellable_new ();
  self->last_progress = -1;
}

/**
 * sb_mcp_request_new:
 * @peer: (transfer none): kept until the request is gone
 * @sink: (transfer none): static; how to reach @peer
 * @key: the id as text, by which @peer knows the request
 * @id: (transfer none): the id as it came
 * @params: (transfer none): never %NULL
 *
 * Returns: (transfer full): a request that @peer must remember by @key without a reference
 */
SbMcpRequest *
sb_mcp_request_new (GObject                *peer,
                    const SbMcpRequestSink *sink,
                    const char             *key,
                    JsonNode               *id,
                    JsonObject             *params)
{
  SbMcpRequest *self = g_object_new (SB_TYPE_MCP_REQUEST, NULL);

  self->peer = g_object_ref (peer);
  self->sink = sink;
  self->key = g_strdup (key);
  self->id = json_node_copy (id);
  self->params = json_object_ref (params);
  self->progress_token = find_progress_token (params);

  return self;
}

JsonObject *
sb_mcp_request_get_params (SbMcpRequest *self)
{
  return self->params;
}

/* Cancelled when the far end no longer wants the answer, or is gone. */
GCancellable *
sb_mcp_request_get_cancellable (SbMcpRequest *self)
{
  return self->cancellable;
}

/**
 * sb_mcp_request_respond:
 * @self: a request
 * @result: (transfer full): the result object
 *
 * Answers; nothing is sent for a request that was cancelled, and a second answer is ignored.
 */
void
sb_mcp_request_respond (SbMcpRequest *self,
                        JsonObject   *result)
{
  if (self->done)
    json_object_unref (result);
  else
    answer (self, sb_mcp_message_new_result (self->id, result));
}

/* As respond(), with a JSON-RPC error. */
void
sb_mcp_request_fail (SbMcpRequest *self,
                     int           code,
                     const char   *message)
{
  sb_mcp_request_fail_with (self, code, message, NULL);
}

/* data: (nullable) (transfer none): what a program can make of the error */
void
sb_mcp_request_fail_with (SbMcpRequest *self,
                          int           code,
                          const char   *message,
                          JsonNode     *data)
{
  if (!self->done)
    answer (self, sb_mcp_message_new_error (self->id, code, message, data));
}

/**
 * sb_mcp_request_notify:
 * @self: a request
 * @method: of the notification
 * @params: (transfer full) (nullable): of the notification
 *
 * Says something that belongs to this request, such as what is logged while it is worked on; not after the
 * answer.
 */
void
sb_mcp_request_notify (SbMcpRequest *self,
                       const char   *method,
                       JsonObject   *params)
{
  JsonObject *message = sb_mcp_message_new_notification (method, params);

  if (self->done)
    json_object_unref (message);
  else
    self->sink->send (self->peer, message, self->id);
}

/* Returns: (transfer none): the id as the far end chose it */
JsonNode *
sb_mcp_request_get_id (SbMcpRequest *self)
{
  return self->id;
}

/**
 * sb_mcp_request_progress:
 * @self: a request
 * @progress: must grow from one to the next; made to, where it does not
 * @total: -1 when unknown
 * @text: (nullable): what happens
 *
 * Tells how far it is, but only to a client that gave a progress token, and not after the answer.
 */
void
sb_mcp_request_progress (SbMcpRequest *self,
                         double        progress,
                         double        total,
                         const char   *text)
{
  JsonObject *params = NULL;

  if (self->done || self->progress_token == NULL)
    return;

  self->last_progress = progress > self->last_progress ? progress : self->last_progress + 1;
  params = json_object_new ();
  json_object_set_member (params, "progressToken", json_node_copy (self->progress_token));
  json_object_set_double_member (params, "progress", self->last_progress);
  if (total >= 0)
    json_object_set_double_member (params, "total", total);
  if (text != NULL)
    json_object_set_string_member (params, "message", text);
  self->sink->send (self->peer, sb_mcp_message_new_notification ("notifications/progress", params), self->id);
}

/* The far end asked for it, or is gone: whoever works on the request sees its cancellable, and no answer is
 * sent. */
void
sb_mcp_request_cancel (SbMcpRequest *self)
{
  if (self->done)
    return;

  self->done = TRUE;
  self->sink->forget (self->peer, self->key);
  g_cancellable_cancel (self->cancellable);
}
