/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-http-session.h"

#include <string.h>

#include "sb-id.h"
#include "sb-json.h"
#include "sb-mcp-event-log.h"
#include "sb-mcp-http-header.h"
#include "sb-mcp-http-reply.h"
#include "sb-mcp-http-request.h"
#include "sb-mcp-message.h"

/* The stream of what belongs to no request of the client. */
#define OWN_STREAM 0
#define LOG_BYTES (4 * 1024 * 1024)
/* An answer that is ready sooner is sent as plain JSON, which costs the client less; one that takes longer
 * becomes a stream, which is kept alive and can be resumed. */
#define PATIENCE_MS 250
/* The first revision whose clients expect an event without data. */
#define PRIMING_REVISION "2025-11-25"

struct _SbMcpHttpSession
{
  GObject parent_instance;

  /* owned */
  char           *id;       /* nullable: SINGLE */
  char           *revision; /* nullable: not agreed on yet */
  GPtrArray      *calls;    /* of Call */
  SbMcpHttpReply *own;      /* nullable: the stream of our own messages, while one is open */
  char           *own_mark; /* the last event of OWN_STREAM that was sent */
  SbMcpEventLog  *log;

  SbMcpHttpSessionKind kind;
  guint                last_stream;
  guint                closed_id;
  gint64               last_used;
  gboolean             closing;
};

/* A POST with requests that are not all answered. */
typedef struct
{
  /* owned */
  SbMcpHttpReply *reply; /* nullable: the client is gone; it may come back for the answer */
  GHashTable     *open;  /* id key → the id as it came */

  /* borrowed */
  SbMcpHttpSession *session;

  guint    stream;
  guint    patience_id;
  gboolean is_batch;
  gboolean lacks_meta; /* a stateless request without what each must carry: its refusal has a status */
} Call;

static void sb_mcp_http_session_iface_init (SbMcpTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbMcpHttpSession, sb_mcp_http_session, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_MCP_TRANSPORT, sb_mcp_http_session_iface_init))

static void
call_free (gpointer data)
{
  Call *call = data;

  g_clear_handle_id (&call->patience_id, g_source_remove);
  g_clear_object (&call->reply);
  g_hash_table_unref (call->open);
  g_free (call);
}

static gboolean
closed_cb (gpointer user_data)
{
  g_autoptr(SbMcpHttpSession) self = g_object_ref (SB_MCP_HTTP_SESSION (user_data));

  self->closed_id = 0;
  g_signal_emit_by_name (self, "closed", NULL);

  return G_SOURCE_REMOVE;
}

/* The one way to the end. Whoever still waits hears that the session is gone. */
static void
end (SbMcpHttpSession *self)
{
  if (self->closing)
    return;

  self->closing = TRUE;
  for (guint i = 0; i < self->calls->len; i++)
    {
      Call *call = g_ptr_array_index (self->calls, i);

      if (call->reply != NULL && !sb_mcp_http_reply_is_stream (call->reply))
        sb_mcp_http_reply_whole (call->reply, SOUP_STATUS_NOT_FOUND, NULL, NULL);
      else if (call->reply != NULL)
        sb_mcp_http_reply_end (call->reply);
    }
  g_ptr_array_set_size (self->calls, 0);
  if (self->own != NULL)
    sb_mcp_http_reply_end (self->own);
  g_clear_object (&self->own);
  self->closed_id = g_idle_add_full (G_PRIORITY_DEFAULT, closed_cb, self, NULL);
}

static void
touch (SbMcpHttpSession *self)
{
  self->last_used = sb_clock_monotonic ();
}

static gboolean
wants_priming (SbMcpHttpSession *self)
{
  return self->kind == SB_MCP_HTTP_SESSION_STREAMABLE && g_strcmp0 (self->revision, PRIMING_REVISION) >= 0;
}

static Call *
find_call (SbMcpHttpSession *self,
           const char       *key)
{
  for (guint i = 0; key != NULL && i < self->calls->len; i++)
    {
      Call *call = g_ptr_array_index (self->calls, i);

      if (g_hash_table_contains (call->open, key))
        return call;
    }

  return NULL;
}

static void
begin_stream (SbMcpHttpSession *self,
              SbMcpHttpReply   *reply,
              guint             stream)
{
  if (sb_mcp_http_reply_is_stream (reply))
    return;

  sb_mcp_http_reply_begin_stream (reply);
  if (wants_priming (self))
    {
      g_autofree char *mark = sb_mcp_event_log_dup_mark (self->log, stream);

      sb_mcp_http_reply_event (reply, NULL, mark, "");
    }
}

static gboolean
patience_cb (gpointer user_data)
{
  Call *call = user_data;

  call->patience_id = 0;
  if (call->reply != NULL)
    begin_stream (call->session, call->reply, call->stream);

  return G_SOURCE_REMOVE;
}

static void
own_gone_cb (SbMcpHttpReply *reply,
             gpointer        user_data)
{
  SbMcpHttpSession *self = user_data;

  touch (self);
  if (reply == self->own)
    g_clear_object (&self->own);
  if (self->kind == SB_MCP_HTTP_SESSION_SSE)
    end (self);
}

static void
emit_cancelled (SbMcpHttpSession *self,
                JsonNode         *id)
{
  JsonObject *params = json_object_new ();
  g_autoptr(JsonNode) node = json_node_alloc ();

  json_object_set_member (params, "requestId", json_node_copy (id));
  json_node_take_object (node, sb_mcp_message_new_notification ("notifications/cancelled", params));
  json_node_seal (node);
  g_signal_emit_by_name (self, "message", node);
}

/* With a session the work goes on, and the client may come back for the answer. Without one this was its way
 * to cancel. */
static void
call_gone_cb (SbMcpHttpReply *reply,
              gpointer        user_data)
{
  Call *call = user_data;
  g_autoptr(SbMcpHttpSession) self = g_object_ref (call->session);
  GHashTableIter iter;
  gpointer id = NULL;

  touch (self);
  if (reply == call->reply)
    g_clear_object (&call->reply);
  if (self->kind != SB_MCP_HTTP_SESSION_SINGLE || self->closing)
    return;

  g_hash_table_iter_init (&iter, call->open);
  if (g_hash_table_iter_next (&iter, NULL, &id))
    {
      g_autoptr(JsonNode) held = json_node_copy (id);

      emit_cancelled (self, held);
    }
  end (self);
}

/* The refusals that a stateless client must see without reading the body. */
static guint
get_status (Call     *call,
            JsonNode *message)
{
  JsonObject *error = sb_json_get_object (json_node_get_object (message), "error");
  gint64 code = error != NULL ? sb_json_get_int (error, "code", 0) : 0;

  if (call->session->kind != SB_MCP_HTTP_SESSION_SINGLE || error == NULL)
    return SOUP_STATUS_OK;
  if (code == SB_MCP_CODE_METHOD_NOT_FOUND)
    return SOUP_STATUS_NOT_FOUND;
  if (code == SB_MCP_CODE_INVALID_REQUEST || code == SB_MCP_CODE_PARSE || (code <= -32020 && code >= -32029)
      || (code == SB_MCP_CODE_INVALID_PARAMS && call->lacks_meta))
    return SOUP_STATUS_BAD_REQUEST;

  return SOUP_STATUS_OK;
}

static void
finish_call (SbMcpHttpSession *self,
             Call             *call)
{
  if (call->reply != NULL)
    sb_mcp_http_reply_end (call->reply);
  g_ptr_array_remove_fast (self->calls, call);
  touch (self);
  if (self->kind == SB_MCP_HTTP_SESSION_SINGLE)
    end (self);
}

static void
send_on_call (SbMcpHttpSession *self,
              Call             *call,
              JsonNode         *message,
              const char       *answers)
{
  g_autofree char *text = sb_json_to_string (message, FALSE);
  g_autofree char *event_id = NULL;

  if (answers != NULL)
    g_hash_table_remove (call->open, answers);
  if (answers != NULL && !call->is_batch && call->reply != NULL && !sb_mcp_http_reply_is_stream (call->reply))
    {
      sb_mcp_http_reply_whole (call->reply, get_status (call, message), "application/json", g_steal_pointer (&text));
      finish_call (self, call);
      return;
    }

  if (self->kind == SB_MCP_HTTP_SESSION_STREAMABLE)
    event_id = sb_mcp_event_log_add (self->log, call->stream, text);
  if (call->reply != NULL)
    {
      g_autoptr(SbMcpHttpReply) reply = g_object_ref (call->reply);

      /* Without a priming event: this one has an id of its own. */
      sb_mcp_http_reply_begin_stream (reply);
      sb_mcp_http_reply_event (reply, NULL, event_id, text);
    }
  if (g_hash_table_size (call->open) == 0 && !self->closing)
    finish_call (self, call);
}

static void
send_on_own (SbMcpHttpSession *self,
             JsonNode         *message)
{
  g_autofree char *text = sb_json_to_string (message, FALSE);

  if (self->kind == SB_MCP_HTTP_SESSION_STREAMABLE)
    {
      g_autofree char *event_id = sb_mcp_event_log_add (self->log, OWN_STREAM, text);

      if (self->own == NULL)
        return;
      sb_mcp_http_reply_event (self->own, NULL, event_id, text);
      g_free (self->own_mark);
      self->own_mark = g_steal_pointer (&event_id);
    }
  else if (self->own != NULL)
    {
      sb_mcp_http_reply_event (self->own, "message", NULL, text);
    }
}

static void
sb_mcp_http_session_start (SbMcpTransport *transport)
{
  /* Messages come when the server passes a request on. */
}

static void
sb_mcp_http_session_send_with (SbMcpTransport         *transport,
                               JsonNode               *message,
                               const SbMcpSendOptions *options)
{
  SbMcpHttpSession *self = SB_MCP_HTTP_SESSION (transport);
  JsonObject *object = json_node_get_object (message);
  gboolean is_answer = !json_object_has_member (object, "method");
  g_autofree char *key = NULL;
  Call *call = NULL;

  if (self->closing)
    return;

  if (is_answer)
    key = sb_mcp_message_dup_id_key (json_object_get_member (object, "id"));
  else if (options != NULL && options->related_id != NULL)
    key = sb_mcp_message_dup_id_key (options->related_id);
  call = find_call (self, key);
  if (call == NULL && self->kind == SB_MCP_HTTP_SESSION_SINGLE && self->calls->len > 0)
    call = g_ptr_array_index (self->calls, 0);

  if (call != NULL)
    send_on_call (self, call, message, is_answer ? key : NULL);
  else
    send_on_own (self, message);
}

static void
sb_mcp_http_session_send (SbMcpTransport *transport,
                          JsonNode       *message)
{
  sb_mcp_http_session_send_with (transport, message, NULL);
}

static void
sb_mcp_http_session_set_revision (SbMcpTransport *transport,
                                  const char     *revision)
{
  SbMcpHttpSession *self = SB_MCP_HTTP_SESSION (transport);

  g_free (self->revision);
  self->revision = g_strdup (revision);
}

static void
sb_mcp_http_session_close (SbMcpTransport *transport)
{
  end (SB_MCP_HTTP_SESSION (transport));
}

static void
sb_mcp_http_session_iface_init (SbMcpTransportInterface *iface)
{
  iface->start = sb_mcp_http_session_start;
  iface->send = sb_mcp_http_session_send;
  iface->close = sb_mcp_http_session_close;
  iface->send_with = sb_mcp_http_session_send_with;
  iface->set_revision = sb_mcp_http_session_set_revision;
}

static void
sb_mcp_http_session_dispose (GObject *object)
{
  SbMcpHttpSession *self = SB_MCP_HTTP_SESSION (object);

  self->closing = TRUE;
  g_clear_handle_id (&self->closed_id, g_source_remove);
  g_ptr_array_set_size (self->calls, 0);
  g_clear_object (&self->own);

  G_OBJECT_CLASS (sb_mcp_http_session_parent_class)->dispose (object);
}

static void
sb_mcp_http_session_finalize (GObject *object)
{
  SbMcpHttpSession *self = SB_MCP_HTTP_SESSION (object);

  g_ptr_array_unref (self->calls);
  g_clear_pointer (&self->log, sb_mcp_event_log_free);
  g_free (self->id);
  g_free (self->revision);
  g_free (self->own_mark);

  G_OBJECT_CLASS (sb_mcp_http_session_parent_class)->finalize (object);
}

static void
sb_mcp_http_session_class_init (SbMcpHttpSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_http_session_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_http_session_finalize;
}

static void
sb_mcp_http_session_init (SbMcpHttpSession *self)
{
  self->calls = g_ptr_array_new_with_free_func (call_free);
  self->log = sb_mcp_event_log_new (LOG_BYTES);
  self->own_mark = sb_mcp_event_log_dup_mark (self->log, OWN_STREAM);
  touch (self);
}

/* id: nullable for SINGLE. (transfer full) */
SbMcpHttpSession *
sb_mcp_http_session_new (SbMcpHttpSessionKind  kind,
                         const char           *id)
{
  SbMcpHttpSession *self = g_object_new (SB_TYPE_MCP_HTTP_SESSION, NULL);

  self->kind = kind;
  self->id = g_strdup (id);

  return self;
}

const char *
sb_mcp_http_session_get_id (SbMcpHttpSession *self)
{
  return self->id;
}

/* Whether nothing is open, and nothing has happened since that time (monotonic). */
gboolean
sb_mcp_http_session_is_idle (SbMcpHttpSession *self,
                             gint64            since)
{
  return self->own == NULL && self->calls->len == 0 && self->last_used <= since;
}

/* FALSE: it was refused. */
static gboolean
check_ids (SbMcpHttpSession  *self,
           GHashTable        *ids,
           SoupServerMessage *http)
{
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer id = NULL;

  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, &key, &id))
    if (find_call (self, key) != NULL)
      {
        sb_mcp_http_request_refuse_with (http, SOUP_STATUS_BAD_REQUEST, id, SB_MCP_CODE_INVALID_REQUEST,
                                         "A request with this id is still being worked on.");
        return FALSE;
      }

  return TRUE;
}

static void
await_answers (SbMcpHttpSession  *self,
               JsonNode          *message,
               GHashTable        *ids,
               SoupServerMessage *http)
{
  Call *call = g_new0 (Call, 1);

  call->session = self;
  call->open = g_hash_table_ref (ids);
  call->stream = ++self->last_stream;
  call->is_batch = JSON_NODE_HOLDS_ARRAY (message);
  call->lacks_meta = self->kind == SB_MCP_HTTP_SESSION_SINGLE
                     && !sb_mcp_http_header_has_capabilities (json_node_get_object (message));
  call->reply = sb_mcp_http_reply_new (http, call_gone_cb, call);
  call->patience_id = g_timeout_add (PATIENCE_MS, patience_cb, call);
  if (self->id != NULL)
    sb_mcp_http_reply_set_header (call->reply, SB_MCP_HEADER_SESSION, self->id);
  g_ptr_array_add (self->calls, call);
}

/**
 * sb_mcp_http_session_take:
 * @message: (transfer none): what was POSTed
 * @http: the POST, from within its handler; answered now or later
 */
void
sb_mcp_http_session_take (SbMcpHttpSession  *self,
                          JsonNode          *message,
                          SoupServerMessage *http)
{
  g_autoptr(SbMcpHttpSession) held = g_object_ref (self);
  g_autoptr(GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                     (GDestroyNotify) json_node_unref);
  gboolean has_batches = self->kind != SB_MCP_HTTP_SESSION_SINGLE && sb_mcp_revision_has_batches (self->revision);

  touch (self);
  if (!sb_mcp_http_request_read_ids (http, message, has_batches, ids) || !check_ids (self, ids, http))
    return;

  if (self->kind != SB_MCP_HTTP_SESSION_SSE && g_hash_table_size (ids) > 0)
    await_answers (self, message, ids, http);
  else
    soup_server_message_set_status (http, SOUP_STATUS_ACCEPTED, NULL);
  json_node_seal (message);
  g_signal_emit_by_name (self, "message", message);
}

static void
replay_cb (const char *id,
           const char *data,
           gpointer    user_data)
{
  sb_mcp_http_reply_event (user_data, NULL, id, data);
}

static void
open_own (SbMcpHttpSession  *self,
          SoupServerMessage *http,
          const char        *from)
{
  if (self->own != NULL)
    sb_mcp_http_reply_end (self->own);
  g_clear_object (&self->own);
  self->own = sb_mcp_http_reply_new (http, own_gone_cb, self);
  sb_mcp_http_reply_begin_stream (self->own);
  if (wants_priming (self))
    sb_mcp_http_reply_event (self->own, NULL, from, "");
  sb_mcp_event_log_replay (self->log, from, replay_cb, self->own);
  g_free (self->own_mark);
  self->own_mark = sb_mcp_event_log_dup_mark (self->log, OWN_STREAM);
}

/* The client comes back for a call's stream. */
static void
reopen_call (SbMcpHttpSession  *self,
             SoupServerMessage *http,
             guint              stream,
             const char        *from)
{
  Call *call = NULL;
  g_autoptr(SbMcpHttpReply) reply = NULL;

  for (guint i = 0; i < self->calls->len && call == NULL; i++)
    if (((Call *) g_ptr_array_index (self->calls, i))->stream == stream)
      call = g_ptr_array_index (self->calls, i);

  reply = sb_mcp_http_reply_new (http, call != NULL ? call_gone_cb : NULL, call);
  sb_mcp_http_reply_begin_stream (reply);
  sb_mcp_event_log_replay (self->log, from, replay_cb, reply);
  if (call == NULL)
    {
      sb_mcp_http_reply_end (reply);
      return;
    }

  if (call->reply != NULL)
    sb_mcp_http_reply_end (call->reply);
  g_set_object (&call->reply, reply);
}

/**
 * sb_mcp_http_session_listen:
 * @http: a GET, from within its handler
 * @last_event_id: (nullable): after which event the client lost a stream
 */
void
sb_mcp_http_session_listen (SbMcpHttpSession  *self,
                            SoupServerMessage *http,
                            const char        *last_event_id)
{
  guint stream = OWN_STREAM;

  touch (self);
  if (last_event_id != NULL && !sb_mcp_event_log_find (self->log, last_event_id, &stream))
    {
      sb_mcp_http_request_refuse_with (http, SOUP_STATUS_BAD_REQUEST, NULL, SB_MCP_CODE_INVALID_REQUEST,
                                       "What followed this event is not known any more.");
      return;
    }

  if (stream != OWN_STREAM)
    {
      reopen_call (self, http, stream, last_event_id);
    }
  else
    {
      g_autofree char *from = g_strdup (last_event_id != NULL ? last_event_id : self->own_mark);

      open_own (self, http, from);
    }
}

/* http: the GET that begins a session of the older kind; endpoint: where its messages are POSTed to */
void
sb_mcp_http_session_open_sse (SbMcpHttpSession  *self,
                              SoupServerMessage *http,
                              const char        *endpoint)
{
  self->own = sb_mcp_http_reply_new (http, own_gone_cb, self);
  sb_mcp_http_reply_begin_stream (self->own);
  sb_mcp_http_reply_event (self->own, "endpoint", NULL, endpoint);
}
