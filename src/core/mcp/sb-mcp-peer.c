/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#define G_LOG_DOMAIN "sandbar-mcp"

#include "config.h"

#include "sb-mcp-peer.h"

#include <string.h>

#include "sb-json.h"
#include "sb-mcp-waiters.h"

/* A far end that asks for more at once is flooding us. */
#define MAX_REQUESTS 256
#define MAX_BATCH 1024

struct _SbMcpPeer
{
  GObject parent_instance;

  /* owned */
  SbMcpTransport *transport;
  SbMcpWaiters   *waiters;  /* our calls in flight */
  GHashTable     *requests; /* id key → SbMcpRequest, without a reference */

  /* borrowed */
  const SbMcpMethod *methods;
  gsize              n_methods;
  gpointer           user_data;

  SbMcpRole role;
  gint64    last_id;
  guint64   ignored;
  gboolean  batches;
  gboolean  closed;
  gboolean  ended;
};

enum
{
  CLOSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbMcpPeer, sb_mcp_peer, G_TYPE_OBJECT)

static void handle_message (SbMcpPeer *self,
                            JsonNode  *message);

/* message: (transfer full); options: nullable */
static void
send_object (SbMcpPeer              *self,
             JsonObject             *message,
             const SbMcpSendOptions *options)
{
  g_autoptr(JsonNode) node = json_node_alloc ();

  json_node_init_object (node, message);
  json_object_unref (message);
  if (!self->closed)
    sb_mcp_transport_send_with (self->transport, node, options);
}

static void
request_send (gpointer    peer,
              JsonObject *message,
              JsonNode   *related)
{
  SbMcpSendOptions options = { .related_id = related };

  send_object (SB_MCP_PEER (peer), message, &options);
}

/* A server that asks something in the middle of a call goes on with it when it has its answer: what the user
 * needs to answer is not the server's time. */
static void
pace_waiters (SbMcpPeer *self)
{
  if (self->role == SB_MCP_ROLE_CLIENT)
    sb_mcp_waiters_set_paused (self->waiters, g_hash_table_size (self->requests) > 0);
}

static void
request_forget (gpointer    peer,
                const char *key)
{
  SbMcpPeer *self = peer;

  g_hash_table_remove (self->requests, key);
  pace_waiters (self);
}

static const SbMcpRequestSink request_sink = { request_send, request_forget };

static void
ignore (SbMcpPeer  *self,
        const char *why)
{
  self->ignored++;
  g_debug ("ignored: %s", why);
}

static void
refuse (SbMcpPeer  *self,
        JsonNode   *id,
        int         code,
        const char *text)
{
  self->ignored++;
  if (id != NULL || self->role == SB_MCP_ROLE_SERVER)
    send_object (self, sb_mcp_message_new_error (id, code, text, NULL), NULL);
}

static void
cancel_requests (SbMcpPeer *self)
{
  GHashTableIter iter;
  gpointer request = NULL;

  g_hash_table_iter_init (&iter, self->requests);
  while (g_hash_table_iter_next (&iter, NULL, &request))
    {
      g_autoptr(SbMcpRequest) held = g_object_ref (request);

      sb_mcp_request_cancel (held);
      g_hash_table_iter_init (&iter, self->requests);
    }
}

static const SbMcpMethod *
find_method (SbMcpPeer  *self,
             const char *method,
             gboolean    is_request)
{
  for (gsize i = 0; i < self->n_methods; i++)
    if (g_str_equal (self->methods[i].method, method) && (self->methods[i].request != NULL) == is_request)
      return &self->methods[i];

  return NULL;
}

static void
handle_progress (SbMcpPeer  *self,
                 JsonObject *params)
{
  SbMcpWaiter *waiter = sb_mcp_waiters_find (self->waiters, json_object_get_member (params, "progressToken"));

  if (waiter != NULL)
    sb_mcp_waiter_progress (waiter, params);
  else
    ignore (self, "progress of no call in flight");
}

static void
handle_cancelled (SbMcpPeer  *self,
                  JsonObject *params)
{
  g_autofree char *key = sb_mcp_message_dup_id_key (json_object_get_member (params, "requestId"));
  SbMcpRequest *request = key != NULL ? g_hash_table_lookup (self->requests, key) : NULL;

  if (request != NULL)
    {
      g_autoptr(SbMcpRequest) held = g_object_ref (request);

      sb_mcp_request_cancel (held);
    }
}

static void
handle_notification (SbMcpPeer  *self,
                     const char *method,
                     JsonObject *params)
{
  const SbMcpMethod *known = find_method (self, method, FALSE);

  if (g_str_equal (method, "notifications/progress"))
    handle_progress (self, params);
  else if (g_str_equal (method, "notifications/cancelled"))
    handle_cancelled (self, params);
  else if (known != NULL)
    known->notification (params, self->user_data);
}

static void
handle_request (SbMcpPeer  *self,
                JsonNode   *id,
                const char *method,
                JsonObject *params)
{
  const SbMcpMethod *known = find_method (self, method, TRUE);
  g_autofree char *key = sb_mcp_message_dup_id_key (id);
  g_autoptr(SbMcpRequest) request = NULL;

  if (key == NULL)
    {
      refuse (self, NULL, SB_MCP_CODE_INVALID_REQUEST, "A request's id is a string or a whole number.");
      return;
    }
  if (g_hash_table_contains (self->requests, key))
    {
      refuse (self, id, SB_MCP_CODE_INVALID_REQUEST, "A request with this id is still being worked on.");
      return;
    }
  if (g_hash_table_size (self->requests) >= MAX_REQUESTS)
    {
      refuse (self, id, SB_MCP_CODE_BUSY, "Too many requests at once; wait for answers.");
      return;
    }

  request = sb_mcp_request_new (G_OBJECT (self), &request_sink, key, id, params);
  g_hash_table_insert (self->requests, g_strdup (key), request);
  pace_waiters (self);
  if (known != NULL)
    known->request (request, self->user_data);
  else if (g_str_equal (method, "ping"))
    sb_mcp_request_respond (request, json_object_new ());
  else
    sb_mcp_request_fail (request, SB_MCP_CODE_METHOD_NOT_FOUND, "This method is not supported.");
}

static void
handle_incoming (SbMcpPeer  *self,
                 JsonObject *message)
{
  JsonNode *id = json_object_get_member (message, "id");
  g_autofree char *key = sb_mcp_message_dup_id_key (id);
  JsonNode *answerable = key != NULL ? id : NULL;
  const char *method = sb_json_get_string (message, "method");
  JsonNode *params_node = json_object_get_member (message, "params");
  g_autoptr(JsonObject) params = NULL;

  if (method == NULL || g_strcmp0 (sb_json_get_string (message, "jsonrpc"), "2.0") != 0)
    {
      refuse (self, answerable, SB_MCP_CODE_INVALID_REQUEST,
              "A message needs \"jsonrpc\": \"2.0\" and a method that is a string.");
      return;
    }

  if (params_node == NULL || JSON_NODE_HOLDS_NULL (params_node))
    params = json_object_new ();
  else if (JSON_NODE_HOLDS_OBJECT (params_node))
    params = json_object_ref (json_node_get_object (params_node));

  if (params == NULL && id != NULL)
    refuse (self, answerable, SB_MCP_CODE_INVALID_PARAMS, "params is an object.");
  else if (params == NULL)
    ignore (self, "a notification whose params are no object");
  else if (id != NULL)
    handle_request (self, id, method, params);
  else
    handle_notification (self, method, params);
}

static void
fail_answers_of_batch (SbMcpPeer *self,
                       JsonArray *batch)
{
  guint n = MIN (json_array_get_length (batch), MAX_BATCH);

  for (guint i = 0; i < n; i++)
    {
      JsonNode *element = json_array_get_element (batch, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (element) ? json_node_get_object (element) : NULL;
      SbMcpWaiter *waiter = object != NULL && !json_object_has_member (object, "method")
                              ? sb_mcp_waiters_find (self->waiters, json_object_get_member (object, "id")) : NULL;

      if (waiter != NULL)
        sb_mcp_waiters_fail (self->waiters, waiter, SB_MCP_ERROR_PROTOCOL,
                     "The MCP server answered in a batch, which the agreed revision does not allow.");
    }
}

static void
handle_batch (SbMcpPeer *self,
              JsonArray *batch)
{
  guint n = json_array_get_length (batch);

  if (!self->batches)
    {
      fail_answers_of_batch (self, batch);
      refuse (self, NULL, SB_MCP_CODE_INVALID_REQUEST,
              "Batches are not part of this revision; send one message a line.");
      return;
    }
  if (n == 0 || n > MAX_BATCH)
    {
      refuse (self, NULL, SB_MCP_CODE_INVALID_REQUEST, "A batch has between 1 and 1024 messages.");
      return;
    }

  /* Each request of a batch is answered for itself: its answers need not be ready together. */
  for (guint i = 0; i < n && !self->closed; i++)
    {
      JsonNode *element = json_array_get_element (batch, i);

      if (JSON_NODE_HOLDS_OBJECT (element))
        handle_message (self, element);
      else
        refuse (self, NULL, SB_MCP_CODE_INVALID_REQUEST, "A message is an object.");
    }
}

static void
handle_message (SbMcpPeer *self,
                JsonNode  *message)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (message) ? json_node_get_object (message) : NULL;

  if (JSON_NODE_HOLDS_ARRAY (message))
    handle_batch (self, json_node_get_array (message));
  else if (object == NULL)
    refuse (self, NULL, SB_MCP_CODE_INVALID_REQUEST, "A message is an object.");
  else if (json_object_has_member (object, "method"))
    handle_incoming (self, object);
  else if (json_object_has_member (object, "result") || json_object_has_member (object, "error")
           || sb_mcp_waiters_find (self->waiters, json_object_get_member (object, "id")) != NULL)
    {
      if (!sb_mcp_waiters_take_answer (self->waiters, object))
        ignore (self, "an answer to no call in flight");
    }
  else
    refuse (self, NULL, SB_MCP_CODE_INVALID_REQUEST, "A message has a method, a result or an error.");
}

static void
message_cb (SbMcpTransport *transport,
            JsonNode       *message,
            gpointer        user_data)
{
  g_autoptr(SbMcpPeer) self = g_object_ref (user_data);

  if (!self->closed)
    handle_message (self, message);
}

/* Banners are skipped; what was clearly meant as a message must not leave its caller waiting. */
static void
client_noise (SbMcpPeer  *self,
              const char *line)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (line));
  SbMcpWaiter *waiter = NULL;

  self->ignored++;
  g_debug ("not JSON: %s", trimmed);
  if (g_str_has_prefix (trimmed, "\"jsonrpc\""))
    {
      sb_mcp_waiters_fail_all (self->waiters, SB_MCP_ERROR_PROTOCOL,
                "The MCP server spreads a message over several lines; one message a line is required.");
      return;
    }

  waiter = sb_mcp_waiters_find_sole (self->waiters);
  if (waiter != NULL && trimmed[0] == '{' && strstr (trimmed, "\"jsonrpc\"") != NULL)
    sb_mcp_waiters_fail (self->waiters, waiter, SB_MCP_ERROR_PROTOCOL,
                 "The MCP server answered with something that is not valid JSON.");
}

static void
noise_cb (SbMcpTransport *transport,
          const char     *line,
          gpointer        user_data)
{
  g_autoptr(SbMcpPeer) self = g_object_ref (user_data);

  if (self->closed)
    return;

  if (self->role == SB_MCP_ROLE_CLIENT)
    client_noise (self, line);
  else
    refuse (self, NULL, SB_MCP_CODE_PARSE, "This line is not valid JSON.");
}

static void
failed_cb (SbMcpTransport *transport,
           JsonNode       *message,
           const GError   *error,
           gpointer        user_data)
{
  g_autoptr(SbMcpPeer) self = g_object_ref (user_data);
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (message) ? json_node_get_object (message) : NULL;
  SbMcpWaiter *waiter = object != NULL && json_object_has_member (object, "method")
                          ? sb_mcp_waiters_find (self->waiters, json_object_get_member (object, "id")) : NULL;

  if (waiter != NULL)
    sb_mcp_waiters_fail (self->waiters, waiter, error->code, error->message);
  else
    g_debug ("not delivered: %s", error->message);
}

static void
closed_cb (SbMcpTransport *transport,
           const GError   *error,
           gpointer        user_data)
{
  g_autoptr(SbMcpPeer) self = g_object_ref (user_data);
  SbMcpError code = error != NULL && error->domain == SB_MCP_ERROR ? (SbMcpError) error->code : SB_MCP_ERROR_CLOSED;
  g_autofree char *text = NULL;

  if (self->ended)
    return;

  self->ended = TRUE;
  self->closed = TRUE;
  if (error != NULL)
    text = g_strdup_printf ("The connection to the MCP server has ended: %s", error->message);
  sb_mcp_waiters_fail_all (self->waiters, code,
                           text != NULL ? text : "The MCP server has ended the connection.");
  cancel_requests (self);
  g_signal_emit (self, signals[CLOSED], 0, error);
}

static void
send_cancelled (SbMcpPeer  *self,
                gint64      id,
                const char *reason)
{
  JsonObject *params = json_object_new ();

  json_object_set_int_member (params, "requestId", id);
  json_object_set_string_member (params, "reason", reason);
  sb_mcp_peer_notify (self, "notifications/cancelled", params);
}

static void
waiter_end_cb (SbMcpWaiter    *waiter,
               SbMcpWaiterEnd  end,
               gpointer        user_data)
{
  g_autoptr(SbMcpPeer) self = g_object_ref (user_data);
  gboolean timed_out = end == SB_MCP_WAITER_TIMED_OUT;
  g_autoptr(GTask) task = NULL;

  /* The specification forbids to cancel initialize; there the connection is given up instead, by the
   * caller. */
  if (!waiter->is_initialize)
    send_cancelled (self, waiter->id,
                    timed_out ? "The time for this call is over." : "The user stopped this call.");
  if (timed_out)
    {
      sb_mcp_waiters_fail (self->waiters, waiter, SB_MCP_ERROR_TIMEOUT,
                   "The MCP server did not answer in time. Try again, or give the tool more time.");
      return;
    }

  task = sb_mcp_waiters_take (self->waiters, waiter);
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The call was stopped.");
}

/* The token is the request's own id: unique for as long as it matters. (transfer full), as params. */
static JsonObject *
add_progress_token (JsonObject *params,
                    gint64      id)
{
  JsonObject *with_meta = params != NULL ? params : json_object_new ();

  if (sb_json_get_object (with_meta, "_meta") == NULL)
    json_object_set_object_member (with_meta, "_meta", json_object_new ());
  json_object_set_int_member (sb_json_get_object (with_meta, "_meta"), "progressToken", id);

  return with_meta;
}

static void
sb_mcp_peer_dispose (GObject *object)
{
  SbMcpPeer *self = SB_MCP_PEER (object);

  if (self->transport != NULL)
    {
      sb_mcp_peer_close (self);
      g_signal_handlers_disconnect_by_data (self->transport, self);
    }
  g_clear_object (&self->transport);
  g_clear_pointer (&self->waiters, sb_mcp_waiters_free);
  g_clear_pointer (&self->requests, g_hash_table_unref);

  G_OBJECT_CLASS (sb_mcp_peer_parent_class)->dispose (object);
}

static void
sb_mcp_peer_class_init (SbMcpPeerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_peer_dispose;

  signals[CLOSED] = g_signal_new ("closed", SB_TYPE_MCP_PEER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
sb_mcp_peer_init (SbMcpPeer *self)
{
  self->waiters = sb_mcp_waiters_new ();
  self->requests = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * sb_mcp_peer_new:
 * @transport: (transfer none): not started yet
 * @role: our side of the connection
 * @methods: static; what the far end may call besides ping
 * @user_data: for @methods; must live until sb_mcp_peer_close()
 *
 * The rules for hostile and sloppy far ends are in the tests (tests/mcp/test-peer.c): nothing they send
 * leaves a call of ours waiting when it could be known that no answer will come.
 *
 * Returns: (transfer full): the peer
 */
SbMcpPeer *
sb_mcp_peer_new (SbMcpTransport    *transport,
                 SbMcpRole          role,
                 const SbMcpMethod *methods,
                 gsize              n_methods,
                 gpointer           user_data)
{
  SbMcpPeer *self = g_object_new (SB_TYPE_MCP_PEER, NULL);

  self->transport = g_object_ref (transport);
  self->role = role;
  self->methods = methods;
  self->n_methods = n_methods;
  self->user_data = user_data;
  g_signal_connect (transport, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (transport, "noise", G_CALLBACK (noise_cb), self);
  g_signal_connect (transport, "failed", G_CALLBACK (failed_cb), self);
  g_signal_connect (transport, "closed", G_CALLBACK (closed_cb), self);

  return self;
}

void
sb_mcp_peer_start (SbMcpPeer *self)
{
  sb_mcp_transport_start (self->transport);
}

/* Fails every call in flight, cancels every request of the far end and closes the transport. The methods'
 * user_data is not used again. */
void
sb_mcp_peer_close (SbMcpPeer *self)
{
  g_autoptr(SbMcpPeer) held = g_object_ref (self);

  if (self->closed)
    return;

  self->closed = TRUE;
  sb_mcp_waiters_fail_all (self->waiters, SB_MCP_ERROR_CLOSED, "The connection to the MCP server was closed.");
  cancel_requests (self);
  sb_mcp_transport_close (self->transport);
}

/* What initialize has agreed on: decides whether batches are accepted, and over HTTP goes into a header. */
void
sb_mcp_peer_set_revision (SbMcpPeer  *self,
                          const char *revision)
{
  self->batches = sb_mcp_revision_has_batches (revision);
  sb_mcp_transport_set_revision (self->transport, revision);
}

/* How many messages made no sense or came too late. */
guint64
sb_mcp_peer_get_ignored (SbMcpPeer *self)
{
  return self->ignored;
}

/* params: (nullable) (transfer full) */
void
sb_mcp_peer_notify (SbMcpPeer  *self,
                    const char *method,
                    JsonObject *params)
{
  send_object (self, sb_mcp_message_new_notification (method, params), NULL);
}

/* As sb_mcp_peer_call_with(), with the options that most calls have. */
void
sb_mcp_peer_call_async (SbMcpPeer           *self,
                        const char          *method,
                        JsonObject          *params,
                        guint                timeout_ms,
                        SbMcpProgressFunc    progress_func,
                        gpointer             progress_data,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  SbMcpCallOptions options = {
    .progress_func = progress_func,
    .progress_data = progress_data,
    .timeout_ms = timeout_ms,
  };

  sb_mcp_peer_call_with (self, method, params, &options, cancellable, callback, user_data);
}

/**
 * sb_mcp_peer_call_with:
 * @self: a peer
 * @method: the method
 * @params: (transfer full) (nullable): its parameters
 * @options: copied, but for what it borrows for the time of this call
 *
 * Cancelling @cancellable, and the timeout, send notifications/cancelled and finish without waiting for the
 * far end; an answer that comes later is ignored.
 *
 * Returns: the request's id; 0 when it was not sent
 */
gint64
sb_mcp_peer_call_with (SbMcpPeer              *self,
                       const char             *method,
                       JsonObject             *params,
                       const SbMcpCallOptions *options,
                       GCancellable           *cancellable,
                       GAsyncReadyCallback     callback,
                       gpointer                user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  SbMcpWaiter *waiter = NULL;
  gint64 id = 0;

  g_task_set_source_tag (task, sb_mcp_peer_call_with);
  g_task_set_check_cancellable (task, FALSE);
  if (g_task_return_error_if_cancelled (task) || self->closed)
    {
      g_clear_pointer (&params, json_object_unref);
      if (!g_task_had_error (task))
        g_task_return_new_error (task, SB_MCP_ERROR, SB_MCP_ERROR_CLOSED, "The MCP server is gone.");
      return 0;
    }

  id = ++self->last_id;
  waiter = sb_mcp_waiter_new (g_steal_pointer (&task), id, options->timeout_ms, waiter_end_cb, self);
  waiter->is_initialize = g_str_equal (method, "initialize");
  waiter->progress_func = options->progress_func;
  waiter->progress_data = options->progress_data;
  sb_mcp_waiters_add (self->waiters, waiter);
  if (options->progress_func != NULL)
    params = add_progress_token (params, id);
  send_object (self, sb_mcp_message_new_request (id, method, params), &options->send);

  return id;
}

/* Returns: (transfer none) (nullable): the "error" of a JSON-RPC error answer, with its code and data */
JsonObject *
sb_mcp_peer_call_get_error (GAsyncResult *result)
{
  return g_task_get_task_data (G_TASK (result));
}

/* Returns: (transfer full): the result, an object */
JsonNode *
sb_mcp_peer_call_finish (SbMcpPeer     *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
