/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#define G_LOG_DOMAIN "sandbar-mcp"

#include "config.h"

#include "sb-mcp-streamable-transport.h"

#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-mcp-http-header.h"
#include "sb-mcp-http-stream.h"
#include "sb-mcp-message.h"

/* How long the server may take to hear that the session is over. */
#define DELETE_TIMEOUT_MS 2000
#define MAX_PARAMETER 8192

struct _SbMcpStreamableTransport
{
  GObject parent_instance;

  /* owned */
  SbMcpHttpLink     *link;
  char              *session_id;   /* nullable */
  char              *revision;     /* nullable: agreed on by initialize */
  GPtrArray         *streams;      /* of SbMcpHttpStream: messages under way */
  SbMcpHttpStream   *listener;     /* nullable */
  GQueue             held_back;    /* of SbMcpHttpStream, not started: until the server knows it is initialized */
  SbMcpHttpStream   *initialized;  /* nullable, borrowed from streams */
  SbMcpHttpExchange *farewell;     /* nullable */

  guint    closed_id;
  guint    farewell_id;
  gboolean works; /* a message was taken at this address */
  gboolean closing;
};

static void sb_mcp_streamable_transport_iface_init (SbMcpTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbMcpStreamableTransport, sb_mcp_streamable_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_MCP_TRANSPORT, sb_mcp_streamable_transport_iface_init))

static void start_stream (SbMcpStreamableTransport *self,
                          SbMcpHttpStream          *stream);

static JsonObject *
get_object (JsonNode *message)
{
  return JSON_NODE_HOLDS_OBJECT (message) ? json_node_get_object (message) : NULL;
}

static gboolean
is_method (JsonNode   *message,
           const char *method)
{
  JsonObject *object = get_object (message);

  return object != NULL && g_strcmp0 (sb_json_get_string (object, "method"), method) == 0;
}

static void
drop_listener (SbMcpStreamableTransport *self)
{
  if (self->listener != NULL)
    sb_mcp_http_stream_cancel (self->listener);
  g_clear_object (&self->listener);
}

static void
message_cb (JsonNode *message,
            gpointer  user_data)
{
  g_signal_emit_by_name (user_data, "message", message);
}

static void
listener_ended_cb (SbMcpHttpStream *stream,
                   const GError    *error,
                   gpointer         user_data)
{
  SbMcpStreamableTransport *self = user_data;

  /* The stream is optional: servers without one answer 405, 404, 406 or 400, and calls work all the same. */
  if (error != NULL)
    g_debug ("no stream of the server's own messages: %s", error->message);
  g_clear_object (&self->listener);
}

static const SbMcpHttpStreamFuncs listener_funcs = { NULL, message_cb, listener_ended_cb };

static void
set_session_headers (SbMcpStreamableTransport *self,
                     SbMcpHttpStream          *stream)
{
  sb_mcp_http_stream_set_header (stream, SB_MCP_HEADER_SESSION, self->session_id);
  sb_mcp_http_stream_set_header (stream, SB_MCP_HEADER_REVISION, self->revision);
}

static void
listen (SbMcpStreamableTransport *self)
{
  drop_listener (self);
  self->listener = sb_mcp_http_stream_new (self->link, NULL, &listener_funcs, self);
  set_session_headers (self, self->listener);
  sb_mcp_http_stream_start (self->listener);
}

static void
release (SbMcpStreamableTransport *self)
{
  SbMcpHttpStream *stream = NULL;

  while (!self->closing && self->initialized == NULL && (stream = g_queue_pop_head (&self->held_back)) != NULL)
    start_stream (self, stream);
}

static void
take_session_id (SbMcpStreamableTransport *self,
                 SbMcpHttpStream          *stream)
{
  const char *id = sb_mcp_http_stream_get_session_id (stream);

  g_clear_pointer (&self->session_id, g_free);
  if (id != NULL && sb_mcp_http_header_is_session_id (id))
    self->session_id = g_strdup (id);
}

static void
accepted_cb (SbMcpHttpStream *stream,
             gpointer         user_data)
{
  SbMcpStreamableTransport *self = user_data;

  self->works = TRUE;
  if (is_method (sb_mcp_http_stream_get_message (stream), "initialize"))
    take_session_id (self, stream);
}

static void
ended_cb (SbMcpHttpStream *stream,
          const GError    *error,
          gpointer         user_data)
{
  g_autoptr(SbMcpStreamableTransport) self = g_object_ref (SB_MCP_STREAMABLE_TRANSPORT (user_data));
  g_autoptr(SbMcpHttpStream) held = g_object_ref (stream);
  gboolean was_initialized = stream == self->initialized;

  g_ptr_array_remove_fast (self->streams, stream);
  if (was_initialized)
    self->initialized = NULL;
  if (error != NULL && error->code == SB_MCP_ERROR_SESSION_LOST)
    g_clear_pointer (&self->session_id, g_free);
  if (error != NULL)
    g_signal_emit_by_name (self, "failed", sb_mcp_http_stream_get_message (stream), error);
  else if (was_initialized && !self->closing)
    listen (self);
  release (self);
}

static const SbMcpHttpStreamFuncs funcs = { accepted_cb, message_cb, ended_cb };

static void
start_stream (SbMcpStreamableTransport *self,
              SbMcpHttpStream          *stream)
{
  JsonNode *message = sb_mcp_http_stream_get_message (stream);

  g_ptr_array_add (self->streams, stream);
  if (is_method (message, "notifications/initialized"))
    self->initialized = stream;
  sb_mcp_http_stream_start (stream);
}

static void
set_stateless_headers (SbMcpHttpStream        *stream,
                       JsonObject             *message,
                       const char             *revision,
                       const SbMcpSendOptions *options)
{
  const char *target = sb_mcp_http_header_get_target (message);
  g_autofree char *name = target != NULL ? sb_mcp_http_header_encode (target) : NULL;
  const char * const *parameters = options != NULL ? options->parameters : NULL;

  sb_mcp_http_stream_set_header (stream, SB_MCP_HEADER_REVISION, revision);
  sb_mcp_http_stream_set_header (stream, SB_MCP_HEADER_METHOD, sb_json_get_string (message, "method"));
  sb_mcp_http_stream_set_header (stream, SB_MCP_HEADER_NAME, name);
  for (gsize i = 0; parameters != NULL && parameters[i] != NULL; i += 2)
    {
      g_autofree char *header = g_strconcat (SB_MCP_HEADER_PARAM_PREFIX, parameters[i], NULL);
      g_autofree char *value = sb_mcp_http_header_encode (parameters[i + 1]);

      if (sb_mcp_http_header_is_name (parameters[i]) && strlen (value) <= MAX_PARAMETER)
        sb_mcp_http_stream_set_header (stream, header, value);
    }
}

static SbMcpHttpStream *
find_request (SbMcpStreamableTransport *self,
              JsonNode                 *id)
{
  g_autofree char *key = sb_mcp_message_dup_id_key (id);

  for (guint i = 0; key != NULL && i < self->streams->len; i++)
    {
      SbMcpHttpStream *stream = g_ptr_array_index (self->streams, i);
      JsonObject *object = get_object (sb_mcp_http_stream_get_message (stream));
      g_autofree char *other = NULL;

      if (object == NULL || !json_object_has_member (object, "method"))
        continue;
      other = sb_mcp_message_dup_id_key (json_object_get_member (object, "id"));
      if (g_strcmp0 (key, other) == 0)
        return stream;
    }

  return NULL;
}

/* Nobody waits for that answer any more. TRUE: closing its stream has said so already (2026-07-28). */
static gboolean
drop_cancelled (SbMcpStreamableTransport *self,
                JsonObject               *cancelled)
{
  JsonObject *params = sb_json_get_object (cancelled, "params");
  SbMcpHttpStream *stream = params != NULL ? find_request (self, json_object_get_member (params, "requestId")) : NULL;
  gboolean stateless = FALSE;

  if (stream == NULL)
    return self->revision == NULL;

  stateless = sb_mcp_http_header_get_meta_revision (get_object (sb_mcp_http_stream_get_message (stream))) != NULL;
  sb_mcp_http_stream_cancel (stream);
  g_ptr_array_remove_fast (self->streams, stream);

  return stateless;
}

static gboolean
closed_cb (gpointer user_data)
{
  g_autoptr(SbMcpStreamableTransport) self = g_object_ref (SB_MCP_STREAMABLE_TRANSPORT (user_data));

  self->closed_id = 0;
  g_clear_handle_id (&self->farewell_id, g_source_remove);
  g_clear_object (&self->farewell);
  g_signal_emit_by_name (self, "closed", NULL);

  return G_SOURCE_REMOVE;
}

static void
farewell_head_cb (SbMcpHttpExchange *exchange,
                  gpointer           user_data)
{
}

static void
farewell_event_cb (const SbSseEvent *event,
                   gpointer          user_data)
{
}

/* Also after an error or 405: it was only polite. */
static void
farewell_end_cb (SbMcpHttpExchange *exchange,
                 const GString     *body,
                 const GError      *error,
                 gpointer           user_data)
{
  closed_cb (user_data);
}

static gboolean
farewell_timeout_cb (gpointer user_data)
{
  SbMcpStreamableTransport *self = user_data;

  self->farewell_id = 0;
  sb_mcp_http_exchange_cancel (self->farewell);
  closed_cb (self);

  return G_SOURCE_REMOVE;
}

static const SbMcpHttpHandlers farewell_handlers = { farewell_head_cb, farewell_event_cb, farewell_end_cb };

static void
say_farewell (SbMcpStreamableTransport *self)
{
  self->farewell = sb_mcp_http_exchange_new (self->link, "DELETE", NULL, NULL, &farewell_handlers, self);
  sb_mcp_http_exchange_set_header (self->farewell, SB_MCP_HEADER_SESSION, self->session_id);
  sb_mcp_http_exchange_set_header (self->farewell, SB_MCP_HEADER_REVISION, self->revision);
  self->farewell_id = g_timeout_add (DELETE_TIMEOUT_MS, farewell_timeout_cb, self);
  sb_mcp_http_exchange_start (self->farewell);
}

static void
drop_streams (SbMcpStreamableTransport *self)
{
  for (guint i = 0; i < self->streams->len; i++)
    sb_mcp_http_stream_cancel (g_ptr_array_index (self->streams, i));
  g_ptr_array_set_size (self->streams, 0);
  g_queue_clear_full (&self->held_back, g_object_unref);
  self->initialized = NULL;
  drop_listener (self);
}

static void
sb_mcp_streamable_transport_start (SbMcpTransport *transport)
{
  /* Nothing is received before something is sent. */
}

static void
sb_mcp_streamable_transport_send_with (SbMcpTransport         *transport,
                                       JsonNode               *message,
                                       const SbMcpSendOptions *options)
{
  SbMcpStreamableTransport *self = SB_MCP_STREAMABLE_TRANSPORT (transport);
  JsonObject *object = get_object (message);
  const char *revision = object != NULL ? sb_mcp_http_header_get_meta_revision (object) : NULL;
  SbMcpHttpStream *stream = NULL;

  if (self->closing || object == NULL
      || (is_method (message, "notifications/cancelled") && drop_cancelled (self, object)))
    return;

  stream = sb_mcp_http_stream_new (self->link, message, &funcs, self);
  if (revision != NULL)
    {
      set_stateless_headers (stream, object, revision, options);
    }
  else if (is_method (message, "initialize"))
    {
      g_clear_pointer (&self->session_id, g_free);
      g_clear_pointer (&self->revision, g_free);
      drop_listener (self);
    }
  else
    {
      set_session_headers (self, stream);
    }
  if (options != NULL && options->exact != NULL)
    sb_mcp_http_stream_set_exact (stream, options->exact);
  if (!self->works)
    sb_mcp_http_stream_set_probe (stream);

  if (self->initialized != NULL)
    g_queue_push_tail (&self->held_back, stream);
  else
    start_stream (self, stream);
}

static void
sb_mcp_streamable_transport_send (SbMcpTransport *transport,
                                  JsonNode       *message)
{
  sb_mcp_streamable_transport_send_with (transport, message, NULL);
}

static void
sb_mcp_streamable_transport_set_revision (SbMcpTransport *transport,
                                          const char     *revision)
{
  SbMcpStreamableTransport *self = SB_MCP_STREAMABLE_TRANSPORT (transport);

  g_free (self->revision);
  self->revision = g_strdup (revision);
}

static void
sb_mcp_streamable_transport_close (SbMcpTransport *transport)
{
  SbMcpStreamableTransport *self = SB_MCP_STREAMABLE_TRANSPORT (transport);

  if (self->closing)
    return;

  self->closing = TRUE;
  drop_streams (self);
  if (self->session_id != NULL)
    say_farewell (self);
  else
    self->closed_id = g_idle_add_full (G_PRIORITY_DEFAULT, closed_cb, self, NULL);
}

static void
sb_mcp_streamable_transport_iface_init (SbMcpTransportInterface *iface)
{
  iface->start = sb_mcp_streamable_transport_start;
  iface->send = sb_mcp_streamable_transport_send;
  iface->close = sb_mcp_streamable_transport_close;
  iface->send_with = sb_mcp_streamable_transport_send_with;
  iface->set_revision = sb_mcp_streamable_transport_set_revision;
}

static void
sb_mcp_streamable_transport_dispose (GObject *object)
{
  SbMcpStreamableTransport *self = SB_MCP_STREAMABLE_TRANSPORT (object);

  self->closing = TRUE;
  drop_streams (self);
  g_clear_handle_id (&self->closed_id, g_source_remove);
  g_clear_handle_id (&self->farewell_id, g_source_remove);
  if (self->farewell != NULL)
    sb_mcp_http_exchange_cancel (self->farewell);
  g_clear_object (&self->farewell);

  G_OBJECT_CLASS (sb_mcp_streamable_transport_parent_class)->dispose (object);
}

static void
sb_mcp_streamable_transport_finalize (GObject *object)
{
  SbMcpStreamableTransport *self = SB_MCP_STREAMABLE_TRANSPORT (object);

  g_ptr_array_unref (self->streams);
  g_clear_object (&self->link);
  g_free (self->session_id);
  g_free (self->revision);

  G_OBJECT_CLASS (sb_mcp_streamable_transport_parent_class)->finalize (object);
}

static void
sb_mcp_streamable_transport_class_init (SbMcpStreamableTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_streamable_transport_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_streamable_transport_finalize;
}

static void
sb_mcp_streamable_transport_init (SbMcpStreamableTransport *self)
{
  self->streams = g_ptr_array_new_with_free_func (g_object_unref);
  g_queue_init (&self->held_back);
}

/**
 * sb_mcp_streamable_transport_new:
 * @link: the server
 *
 * Each message is a POST of its own. Sessions (Mcp-Session-Id, DELETE), the GET stream of the server's own
 * messages and resumption are those of 2025-03-26 to 2025-11-25; a message that names its revision in _meta
 * (2026-07-28) has none of them. A server that has forgotten the session fails the message with SESSION_LOST.
 *
 * Returns: (transfer full): the transport
 */
SbMcpTransport *
sb_mcp_streamable_transport_new (SbMcpHttpLink *link)
{
  SbMcpStreamableTransport *self = g_object_new (SB_TYPE_MCP_STREAMABLE_TRANSPORT, NULL);

  self->link = g_object_ref (link);

  return SB_MCP_TRANSPORT (self);
}
