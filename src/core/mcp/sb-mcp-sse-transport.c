/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-sse-transport.h"

#include <string.h>

#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-mcp-http-exchange.h"
#include "sb-mcp-http-header.h"
#include "sb-text.h"

#define NOISE_MAX 4096

typedef enum
{
  STATE_NEW,
  STATE_OPENING, /* until the server has named where messages go */
  STATE_OPEN,
  STATE_CLOSING, /* "closed" is on its way */
  STATE_CLOSED,
  N_STATES,
} SseState;

struct _SbMcpSseTransport
{
  GObject parent_instance;

  /* owned */
  SbMcpHttpLink     *link;
  SbMcpHttpExchange *stream;
  GUri              *endpoint;
  GQueue             waiting; /* of JsonNode: not sent yet */
  GPtrArray         *posts;   /* of Post */
  GError            *reason;  /* why it closed; nullable */

  SseState state;
  guint    open_id;
  guint    closed_id;
  gboolean initializing; /* notifications/initialized is under way: the server takes nothing else before it */
};

/* A message under way. */
typedef struct
{
  /* owned */
  SbMcpHttpExchange *exchange;
  JsonNode          *message;

  /* borrowed */
  SbMcpSseTransport *transport;

  guint timer_id;
} Post;

static void sb_mcp_sse_transport_iface_init (SbMcpTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbMcpSseTransport, sb_mcp_sse_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_MCP_TRANSPORT, sb_mcp_sse_transport_iface_init))

static const gboolean legal[N_STATES][N_STATES] = {
  [STATE_NEW] = { [STATE_OPENING] = TRUE, [STATE_CLOSING] = TRUE },
  [STATE_OPENING] = { [STATE_OPEN] = TRUE, [STATE_CLOSING] = TRUE },
  [STATE_OPEN] = { [STATE_CLOSING] = TRUE },
  [STATE_CLOSING] = { [STATE_CLOSED] = TRUE },
};

static void send_waiting (SbMcpSseTransport *self);

static void
enter (SbMcpSseTransport *self,
       SseState           state)
{
  g_assert (legal[self->state][state]);

  self->state = state;
}

static void
post_free (gpointer data)
{
  Post *post = data;

  g_clear_handle_id (&post->timer_id, g_source_remove);
  sb_mcp_http_exchange_cancel (post->exchange);
  g_object_unref (post->exchange);
  json_node_unref (post->message);
  g_free (post);
}

static gboolean
closed_cb (gpointer user_data)
{
  g_autoptr(SbMcpSseTransport) self = g_object_ref (SB_MCP_SSE_TRANSPORT (user_data));

  self->closed_id = 0;
  enter (self, STATE_CLOSED);
  g_signal_emit_by_name (self, "closed", self->reason);

  return G_SOURCE_REMOVE;
}

static void
drop_all (SbMcpSseTransport *self)
{
  g_clear_handle_id (&self->open_id, g_source_remove);
  if (self->stream != NULL)
    sb_mcp_http_exchange_cancel (self->stream);
  g_clear_object (&self->stream);
  g_ptr_array_set_size (self->posts, 0);
  g_queue_clear_full (&self->waiting, (GDestroyNotify) json_node_unref);
}

/* The one way to the end. reason: (transfer full) (nullable) */
static void
fail (SbMcpSseTransport *self,
      GError            *reason)
{
  if (self->state >= STATE_CLOSING)
    {
      g_clear_error (&reason);
      return;
    }

  enter (self, STATE_CLOSING);
  self->reason = reason;
  drop_all (self);
  self->closed_id = g_idle_add_full (G_PRIORITY_DEFAULT, closed_cb, self, NULL);
}

static gboolean
is_initialized (JsonNode *message)
{
  return JSON_NODE_HOLDS_OBJECT (message)
         && g_strcmp0 (sb_json_get_string (json_node_get_object (message), "method"), "notifications/initialized") == 0;
}

static void
post_head_cb (SbMcpHttpExchange *exchange,
              gpointer           user_data)
{
}

static void
post_event_cb (const SbSseEvent *event,
               gpointer          user_data)
{
}

/* The answer itself comes over the stream, perhaps before this. */
static void
post_end_cb (SbMcpHttpExchange *exchange,
             const GString     *body,
             const GError      *error,
             gpointer           user_data)
{
  Post *post = user_data;
  g_autoptr(SbMcpSseTransport) self = g_object_ref (post->transport);
  g_autoptr(JsonNode) message = json_node_ref (post->message);
  g_autoptr(GError) failure = NULL;

  if (error != NULL)
    failure = g_error_copy (error);
  else if (!SOUP_STATUS_IS_SUCCESSFUL (sb_mcp_http_exchange_get_status (exchange)))
    failure = sb_mcp_http_exchange_make_error (exchange, body);
  if (is_initialized (message))
    self->initializing = FALSE;
  g_ptr_array_remove_fast (self->posts, post);
  if (failure != NULL)
    g_signal_emit_by_name (self, "failed", message, failure);
  send_waiting (self);
}

static const SbMcpHttpHandlers post_handlers = { post_head_cb, post_event_cb, post_end_cb };

static gboolean
post_timeout_cb (gpointer user_data)
{
  Post *post = user_data;
  g_autoptr(SbMcpSseTransport) self = g_object_ref (post->transport);
  g_autoptr(JsonNode) message = json_node_ref (post->message);
  g_autoptr(GError) error = g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_TIMEOUT,
                                                 "The MCP server did not take a message in time.");

  post->timer_id = 0;
  if (is_initialized (message))
    self->initializing = FALSE;
  g_ptr_array_remove_fast (self->posts, post);
  g_signal_emit_by_name (self, "failed", message, error);
  send_waiting (self);

  return G_SOURCE_REMOVE;
}

/* message: (transfer full) */
static void
post_message (SbMcpSseTransport *self,
              JsonNode          *message)
{
  Post *post = g_new0 (Post, 1);
  char *text = sb_json_to_string (message, FALSE);
  g_autoptr(GBytes) body = g_bytes_new_take (text, strlen (text));

  post->transport = self;
  post->message = message;
  post->exchange = sb_mcp_http_exchange_new (self->link, "POST", self->endpoint, body, &post_handlers, post);
  post->timer_id = g_timeout_add (sb_mcp_http_link_get_post_timeout (self->link), post_timeout_cb, post);
  g_ptr_array_add (self->posts, post);
  self->initializing = is_initialized (message);
  sb_mcp_http_exchange_set_header (post->exchange, "Accept", "application/json, text/event-stream");
  sb_mcp_http_exchange_start (post->exchange);
}

static void
send_waiting (SbMcpSseTransport *self)
{
  JsonNode *message = NULL;

  while (self->state == STATE_OPEN && !self->initializing && (message = g_queue_pop_head (&self->waiting)) != NULL)
    post_message (self, message);
}

static void
take_endpoint (SbMcpSseTransport *self,
               const char        *data)
{
  GError *error = NULL;

  if (self->state == STATE_OPEN)
    {
      fail (self, g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL,
                                       "The MCP server changed the address for messages in the middle of a session."));
      return;
    }

  self->endpoint = sb_mcp_http_resolve_endpoint (sb_mcp_http_exchange_get_uri (self->stream), data, &error);
  if (self->endpoint == NULL)
    {
      fail (self, error);
      return;
    }

  enter (self, STATE_OPEN);
  g_clear_handle_id (&self->open_id, g_source_remove);
  send_waiting (self);
}

static void
take_message (SbMcpSseTransport *self,
              const SbSseEvent  *event)
{
  g_autoptr(JsonNode) message = sb_json_parse (event->data, event->length, NULL);

  if (message != NULL)
    {
      json_node_seal (message);
      g_signal_emit_by_name (self, "message", message);
    }
  else
    {
      g_autofree char *noise = sb_text_clean (event->data, MIN (event->length, NOISE_MAX), NULL);

      g_signal_emit_by_name (self, "noise", noise);
    }
}

static void
event_cb (const SbSseEvent *event,
          gpointer          user_data)
{
  g_autoptr(SbMcpSseTransport) self = g_object_ref (SB_MCP_SSE_TRANSPORT (user_data));

  if (g_str_equal (event->event, "endpoint"))
    take_endpoint (self, event->data);
  else if (g_str_equal (event->event, "message") && event->length > 0)
    take_message (self, event);
}

static void
head_cb (SbMcpHttpExchange *exchange,
         gpointer           user_data)
{
}

static GError *
make_open_error (SbMcpHttpExchange *exchange,
                 const GString     *body)
{
  guint status = sb_mcp_http_exchange_get_status (exchange);

  if (status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN || status >= 500)
    return sb_mcp_http_exchange_make_error (exchange, body);

  return g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_UNSUPPORTED,
                      "No MCP server of the SSE kind answers at this address (HTTP status %u). Check the address.",
                      status);
}

static void
end_cb (SbMcpHttpExchange *exchange,
        const GString     *body,
        const GError      *error,
        gpointer           user_data)
{
  SbMcpSseTransport *self = user_data;

  if (error != NULL)
    fail (self, g_error_copy (error));
  else if (body != NULL)
    fail (self, make_open_error (exchange, body));
  else
    fail (self, g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_CLOSED,
                                     "The MCP server ended the session; connect to it again."));
}

static const SbMcpHttpHandlers handlers = { head_cb, event_cb, end_cb };

static gboolean
open_timeout_cb (gpointer user_data)
{
  SbMcpSseTransport *self = user_data;

  self->open_id = 0;
  fail (self, g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_UNREACHABLE,
                                   "The MCP server opened no session in time. Try again, or check the address."));

  return G_SOURCE_REMOVE;
}

static void
sb_mcp_sse_transport_start (SbMcpTransport *transport)
{
  SbMcpSseTransport *self = SB_MCP_SSE_TRANSPORT (transport);

  enter (self, STATE_OPENING);
  self->open_id = g_timeout_add (sb_mcp_http_link_get_post_timeout (self->link), open_timeout_cb, self);
  self->stream = sb_mcp_http_exchange_new (self->link, "GET", NULL, NULL, &handlers, self);
  sb_mcp_http_exchange_set_header (self->stream, "Accept", "text/event-stream");
  sb_mcp_http_exchange_start (self->stream);
}

static void
sb_mcp_sse_transport_send (SbMcpTransport *transport,
                           JsonNode       *message)
{
  SbMcpSseTransport *self = SB_MCP_SSE_TRANSPORT (transport);

  if (self->state >= STATE_CLOSING)
    return;

  g_queue_push_tail (&self->waiting, json_node_ref (message));
  send_waiting (self);
}

static void
sb_mcp_sse_transport_close (SbMcpTransport *transport)
{
  fail (SB_MCP_SSE_TRANSPORT (transport), NULL);
}

static void
sb_mcp_sse_transport_iface_init (SbMcpTransportInterface *iface)
{
  iface->start = sb_mcp_sse_transport_start;
  iface->send = sb_mcp_sse_transport_send;
  iface->close = sb_mcp_sse_transport_close;
}

static void
sb_mcp_sse_transport_dispose (GObject *object)
{
  SbMcpSseTransport *self = SB_MCP_SSE_TRANSPORT (object);

  drop_all (self);
  g_clear_handle_id (&self->closed_id, g_source_remove);

  G_OBJECT_CLASS (sb_mcp_sse_transport_parent_class)->dispose (object);
}

static void
sb_mcp_sse_transport_finalize (GObject *object)
{
  SbMcpSseTransport *self = SB_MCP_SSE_TRANSPORT (object);

  g_ptr_array_unref (self->posts);
  g_clear_object (&self->link);
  g_clear_pointer (&self->endpoint, g_uri_unref);
  g_clear_error (&self->reason);

  G_OBJECT_CLASS (sb_mcp_sse_transport_parent_class)->finalize (object);
}

static void
sb_mcp_sse_transport_class_init (SbMcpSseTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_sse_transport_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_sse_transport_finalize;
}

static void
sb_mcp_sse_transport_init (SbMcpSseTransport *self)
{
  self->posts = g_ptr_array_new_with_free_func (post_free);
  g_queue_init (&self->waiting);
}

/**
 * sb_mcp_sse_transport_new:
 * @link: the server
 *
 * A GET holds the session: its stream names where messages are POSTed to (on the same origin, once) and brings
 * every answer. When the stream ends, the session is lost and with it the connection: "closed".
 *
 * Returns: (transfer full): the transport
 */
SbMcpTransport *
sb_mcp_sse_transport_new (SbMcpHttpLink *link)
{
  SbMcpSseTransport *self = g_object_new (SB_TYPE_MCP_SSE_TRANSPORT, NULL);

  self->link = g_object_ref (link);

  return SB_MCP_TRANSPORT (self);
}
