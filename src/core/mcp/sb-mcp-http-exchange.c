/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-http-exchange.h"

#include <string.h>

#include "sb-id.h"
#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-mcp-http-header.h"
#include "sb-text.h"

#define PIECE (32 * 1024)
/* The window must stay alive while a large answer comes in. */
#define DRAIN_BUDGET (4 * G_TIME_SPAN_MILLISECOND)
#define MAX_EVENT (10 * 1024 * 1024)
#define MAX_ERROR_BODY (64 * 1024)
#define MAX_ERROR_SHOWN 300
#define MAX_REDIRECTS 5
#define MAX_CHALLENGE 4096
#define TOO_MANY_REQUESTS 429 /* RFC 6585; libsoup has no name for it */

typedef enum
{
  STATE_NEW,
  STATE_SENDING,
  STATE_ASKING_TOKEN,
  STATE_READING,
  STATE_ENDED,
  N_STATES,
} ExchangeState;

struct _SbMcpHttpExchange
{
  GObject parent_instance;

  /* owned */
  SbMcpHttpLink      *link;
  char               *method;
  GUri               *uri;
  GBytes             *body;    /* nullable */
  SoupMessageHeaders *headers;
  SoupMessage        *message; /* of this try */
  GCancellable       *io;
  GInputStream       *stream;
  GSource            *readable;
  SbSseParser        *parser;  /* nullable: the body is an event stream */
  GString            *answer;

  /* borrowed */
  const SbMcpHttpHandlers *handlers;
  gpointer                 user_data;

  ExchangeState state;
  gsize         max_answer;
  guint         n_redirects;
  gboolean      asked_token;
  gboolean      asked_scope;
};

G_DEFINE_FINAL_TYPE (SbMcpHttpExchange, sb_mcp_http_exchange, G_TYPE_OBJECT)

static const gboolean legal[N_STATES][N_STATES] = {
  [STATE_NEW] = { [STATE_SENDING] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_SENDING] = { [STATE_SENDING] = TRUE, [STATE_ASKING_TOKEN] = TRUE, [STATE_READING] = TRUE,
                      [STATE_ENDED] = TRUE },
  [STATE_ASKING_TOKEN] = { [STATE_SENDING] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_READING] = { [STATE_ENDED] = TRUE },
};

static void send_request (SbMcpHttpExchange *self);

static void
enter (SbMcpHttpExchange *self,
       ExchangeState      state)
{
  g_assert (legal[self->state][state]);

  self->state = state;
}

/* A stream that is only let go of keeps its connection busy. */
static void
drop_stream (SbMcpHttpExchange *self,
             gboolean           at_end)
{
  if (self->readable != NULL)
    g_source_destroy (self->readable);
  g_clear_pointer (&self->readable, g_source_unref);
  if (self->stream != NULL && at_end)
    g_input_stream_close (self->stream, NULL, NULL);
  else if (self->stream != NULL)
    g_input_stream_close_async (self->stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_clear_object (&self->stream);
}

/* The one way out that the owner hears of. error: (transfer full) (nullable) */
static void
finish (SbMcpHttpExchange *self,
        gboolean           at_end,
        GError            *error)
{
  g_autoptr(GError) held = error;

  enter (self, STATE_ENDED);
  drop_stream (self, at_end);
  self->handlers->end (self, self->parser == NULL ? self->answer : NULL, error, self->user_data);
}

static gboolean
take_bytes (SbMcpHttpExchange *self,
            const guint8      *data,
            gsize              length)
{
  g_autoptr(GError) error = NULL;

  if (self->parser != NULL)
    {
      if (sb_sse_parser_feed (self->parser, data, length, &error))
        return TRUE;
      if (self->state != STATE_ENDED)
        finish (self, FALSE, g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL, error->message));
      return FALSE;
    }

  if (length <= self->max_answer - self->answer->len)
    {
      g_string_append_len (self->answer, (const char *) data, length);
      return TRUE;
    }
  /* Of an error's page the beginning is enough. */
  if (self->max_answer == MAX_ERROR_BODY)
    finish (self, FALSE, NULL);
  else
    finish (self, FALSE, g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL,
                                      "The MCP server answered with more than %d MiB; the answer was not read.",
                                      SB_JSON_MAX_SIZE / (1024 * 1024)));

  return FALSE;
}

static gboolean
readable_cb (GObject  *stream,
             gpointer  user_data)
{
  g_autoptr(SbMcpHttpExchange) self = g_object_ref (user_data);
  GPollableInputStream *pollable = G_POLLABLE_INPUT_STREAM (stream);
  gint64 until = sb_clock_monotonic () + DRAIN_BUDGET;

  while (self->state == STATE_READING && sb_clock_monotonic () < until)
    {
      guint8 piece[PIECE];
      g_autoptr(GError) error = NULL;
      gssize length = g_pollable_input_stream_read_nonblocking (pollable, piece, sizeof piece, NULL, &error);

      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        break;
      if (length > 0)
        take_bytes (self, piece, length);
      else if (length == 0)
        finish (self, TRUE, NULL);
      else
        finish (self, FALSE, sb_mcp_http_link_make_net_error (self->link, self->message, error));
    }
  if (self->state == STATE_READING && self->readable == NULL)
    {
      self->readable = g_pollable_input_stream_create_source (pollable, NULL);
      g_source_set_callback (self->readable, G_SOURCE_FUNC (readable_cb), self, NULL);
      g_source_attach (self->readable, NULL);
    }

  return G_SOURCE_CONTINUE;
}

static void
event_cb (const SbSseEvent *event,
          gpointer          user_data)
{
  SbMcpHttpExchange *self = user_data;

  if (self->state == STATE_READING)
    self->handlers->event (event, self->user_data);
}

static void
read_answer (SbMcpHttpExchange *self)
{
  guint status = soup_message_get_status (self->message);

  enter (self, STATE_READING);
  self->max_answer = SOUP_STATUS_IS_SUCCESSFUL (status) ? SB_JSON_MAX_SIZE : MAX_ERROR_BODY;
  if (sb_mcp_http_exchange_is_event_stream (self))
    self->parser = sb_sse_parser_new (MAX_EVENT, event_cb, NULL, self);
  self->handlers->head (self, self->user_data);
  if (self->state == STATE_READING)
    readable_cb (G_OBJECT (self->stream), self);
}

/* Once for a token, and once for one that may do more. */
static gboolean
wants_token (SbMcpHttpExchange *self)
{
  guint status = soup_message_get_status (self->message);
  const char *challenge = sb_mcp_http_exchange_get_header (self, "WWW-Authenticate");
  gboolean scope = status == SOUP_STATUS_FORBIDDEN && challenge != NULL
                   && strstr (challenge, "insufficient_scope") != NULL;

  return ((status == SOUP_STATUS_UNAUTHORIZED && !self->asked_token) || (scope && !self->asked_scope))
         && sb_mcp_http_link_get_tokens (self->link) != NULL
         && sb_mcp_http_is_same_origin (self->uri, sb_mcp_http_link_get_uri (self->link));
}

/* Another request has brought a new token since this one was sent. */
static gboolean
has_new_token (SbMcpHttpExchange *self)
{
  g_autofree char *token = sb_mcp_token_source_dup_token (sb_mcp_http_link_get_tokens (self->link));
  const char *sent = soup_message_headers_get_one (soup_message_get_request_headers (self->message), "Authorization");

  return token != NULL && (sent == NULL || !g_str_has_prefix (sent, "Bearer ")
                           || !g_str_equal (sent + strlen ("Bearer "), token));
}

static void
token_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(SbMcpHttpExchange) self = user_data;
  g_autoptr(GError) error = NULL;
  gboolean found = sb_mcp_token_source_refresh_finish (SB_MCP_TOKEN_SOURCE (source), result, &error);

  if (self->state != STATE_ASKING_TOKEN)
    return;

  if (found)
    send_request (self);
  else
    finish (self, FALSE, g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_UNAUTHORIZED, error->message));
}

static void
ask_token (SbMcpHttpExchange *self)
{
  const char *challenge = sb_mcp_http_exchange_get_header (self, "WWW-Authenticate");

  enter (self, STATE_ASKING_TOKEN);
  if (soup_message_get_status (self->message) == SOUP_STATUS_UNAUTHORIZED)
    self->asked_token = TRUE;
  else
    self->asked_scope = TRUE;
  drop_stream (self, FALSE);
  if (has_new_token (self))
    {
      send_request (self);
      return;
    }
  sb_mcp_token_source_refresh_async (sb_mcp_http_link_get_tokens (self->link),
                                     challenge != NULL && strlen (challenge) <= MAX_CHALLENGE ? challenge : NULL,
                                     self->io, token_cb, g_object_ref (self));
}

/* 307 and 308 keep method and body; the others turn a POST into a GET, so only a GET may follow them. */
static gboolean
is_redirect (SbMcpHttpExchange *self)
{
  guint status = soup_message_get_status (self->message);
  gboolean keeps = status == SOUP_STATUS_TEMPORARY_REDIRECT || status == SOUP_STATUS_PERMANENT_REDIRECT;
  gboolean turns = status == SOUP_STATUS_MOVED_PERMANENTLY || status == SOUP_STATUS_FOUND
                   || status == SOUP_STATUS_SEE_OTHER;

  return keeps || (turns && g_str_equal (self->method, "GET"));
}

static void
follow_redirect (SbMcpHttpExchange *self)
{
  const char *location = sb_mcp_http_exchange_get_header (self, "Location");
  g_autoptr(GUri) uri = location != NULL ? g_uri_parse_relative (self->uri, location, SOUP_HTTP_URI_FLAGS, NULL)
                                         : NULL;

  if (uri == NULL || g_uri_get_host (uri) == NULL || self->n_redirects++ >= MAX_REDIRECTS
      || g_strcmp0 (g_uri_get_scheme (uri), g_uri_get_scheme (self->uri)) != 0)
    {
      g_autofree char *shown = sb_text_clean (location != NULL ? location : "nowhere", -1, NULL);

      finish (self, FALSE, g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_UNSUPPORTED,
                                        "The MCP server sends to another address (%s), which is not followed. If "
                                        "you trust it, make it the address of the server.", shown));
      return;
    }

  /* The session belongs to the server that made it. */
  if (!sb_mcp_http_is_same_origin (uri, self->uri))
    soup_message_headers_remove (self->headers, SB_MCP_HEADER_SESSION);
  drop_stream (self, FALSE);
  g_uri_unref (self->uri);
  self->uri = g_steal_pointer (&uri);
  send_request (self);
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(SbMcpHttpExchange) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);

  if (self->state != STATE_SENDING)
    {
      if (stream != NULL)
        g_input_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
      return;
    }
  if (stream == NULL)
    {
      finish (self, FALSE, sb_mcp_http_link_make_net_error (self->link, self->message, error));
      return;
    }

  self->stream = g_steal_pointer (&stream);
  if (wants_token (self))
    ask_token (self);
  else if (is_redirect (self))
    follow_redirect (self);
  else
    read_answer (self);
}

static void
copy_header (const char *name,
             const char *value,
             gpointer    user_data)
{
  soup_message_headers_replace (user_data, name, value);
}

static void
send_request (SbMcpHttpExchange *self)
{
  enter (self, STATE_SENDING);
  g_clear_object (&self->message);
  self->message = sb_mcp_http_link_new_message (self->link, self->method, self->uri);
  soup_message_headers_foreach (self->headers, copy_header, soup_message_get_request_headers (self->message));
  if (self->body != NULL)
    soup_message_set_request_body_from_bytes (self->message, "application/json", self->body);
  soup_session_send_async (sb_mcp_http_link_get_session (self->link), self->message, G_PRIORITY_DEFAULT, self->io,
                           sent_cb, g_object_ref (self));
}

static void
sb_mcp_http_exchange_finalize (GObject *object)
{
  SbMcpHttpExchange *self = SB_MCP_HTTP_EXCHANGE (object);

  drop_stream (self, FALSE);
  g_clear_object (&self->link);
  g_clear_object (&self->message);
  g_clear_object (&self->io);
  g_clear_pointer (&self->uri, g_uri_unref);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_clear_pointer (&self->parser, sb_sse_parser_free);
  g_string_free (self->answer, TRUE);
  g_free (self->method);

  G_OBJECT_CLASS (sb_mcp_http_exchange_parent_class)->finalize (object);
}

static void
sb_mcp_http_exchange_class_init (SbMcpHttpExchangeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_http_exchange_finalize;
}

static void
sb_mcp_http_exchange_init (SbMcpHttpExchange *self)
{
  self->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  self->io = g_cancellable_new ();
  self->answer = g_string_new (NULL);
}

/**
 * sb_mcp_http_exchange_new:
 * @link: the server
 * @method: of HTTP
 * @uri: (nullable): where to; else the address of @link
 * @body: (nullable): JSON
 * @handlers: static
 * @user_data: for @handlers; must live until the end or cancel()
 *
 * Returns: (transfer full): an exchange to be started, and cancelled before it is let go of
 */
SbMcpHttpExchange *
sb_mcp_http_exchange_new (SbMcpHttpLink           *link,
                          const char              *method,
                          GUri                    *uri,
                          GBytes                  *body,
                          const SbMcpHttpHandlers *handlers,
                          gpointer                 user_data)
{
  SbMcpHttpExchange *self = g_object_new (SB_TYPE_MCP_HTTP_EXCHANGE, NULL);

  self->link = g_object_ref (link);
  self->method = g_strdup (method);
  self->uri = g_uri_ref (uri != NULL ? uri : sb_mcp_http_link_get_uri (link));
  self->body = body != NULL ? g_bytes_ref (body) : NULL;
  self->handlers = handlers;
  self->user_data = user_data;

  return self;
}

/* value: nullable: nothing is set */
void
sb_mcp_http_exchange_set_header (SbMcpHttpExchange *self,
                                 const char        *name,
                                 const char        *value)
{
  if (value != NULL)
    soup_message_headers_replace (self->headers, name, value);
}

void
sb_mcp_http_exchange_start (SbMcpHttpExchange *self)
{
  send_request (self);
}

/* Nothing is heard of it any more; its connection is closed unless the answer was whole. */
void
sb_mcp_http_exchange_cancel (SbMcpHttpExchange *self)
{
  if (self->state == STATE_ENDED)
    return;

  enter (self, STATE_ENDED);
  drop_stream (self, FALSE);
  g_cancellable_cancel (self->io);
}

/* Where the last request went: after redirects another address than was asked. */
GUri *
sb_mcp_http_exchange_get_uri (SbMcpHttpExchange *self)
{
  return self->uri;
}

guint
sb_mcp_http_exchange_get_status (SbMcpHttpExchange *self)
{
  return soup_message_get_status (self->message);
}

/* The media type without its parameters; nullable. */
const char *
sb_mcp_http_exchange_get_type_name (SbMcpHttpExchange *self)
{
  return soup_message_headers_get_content_type (soup_message_get_response_headers (self->message), NULL);
}

/* nullable, foreign */
const char *
sb_mcp_http_exchange_get_header (SbMcpHttpExchange *self,
                                 const char        *name)
{
  return soup_message_headers_get_one (soup_message_get_response_headers (self->message), name);
}

/* After how many milliseconds the stream asks to be continued; -1: it did not say. */
gint64
sb_mcp_http_exchange_get_retry (SbMcpHttpExchange *self)
{
  return self->parser != NULL ? sb_sse_parser_get_retry (self->parser) : -1;
}

gboolean
sb_mcp_http_exchange_is_event_stream (SbMcpHttpExchange *self)
{
  const char *type = sb_mcp_http_exchange_get_type_name (self);

  return SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (self->message)) && type != NULL
         && g_ascii_strcasecmp (type, "text/event-stream") == 0;
}

/* A sentence for an answer that is not what was asked for. body: nullable. (transfer full) */
GError *
sb_mcp_http_exchange_make_error (SbMcpHttpExchange *self,
                                 const GString     *body)
{
  guint status = soup_message_get_status (self->message);
  g_autofree char *words = body != NULL ? sb_text_clean (body->str, MIN (body->len, MAX_ERROR_SHOWN), NULL)
                                        : g_strdup ("");
  const char *comma = g_strstrip (words)[0] != '\0' ? ": " : "";

  if (status == SOUP_STATUS_UNAUTHORIZED)
    return g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_UNAUTHORIZED,
                        "The MCP server asks for an access token, or does not accept the one it got (401). Set the "
                        "token in the settings of the server.");
  if (status == SOUP_STATUS_FORBIDDEN)
    return g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_UNAUTHORIZED, "The MCP server refuses access (403)%s%s", comma,
                        words);
  if (status >= 500 || status == TOO_MANY_REQUESTS)
    return g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_UNREACHABLE,
                        "The MCP server cannot answer now (HTTP status %u)%s%s", status, comma, words);
  if (SOUP_STATUS_IS_SUCCESSFUL (status))
    {
      const char *type = sb_mcp_http_exchange_get_type_name (self);
      g_autofree char *shown = sb_text_clean (type != NULL ? type : "nothing", -1, NULL);

      return g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL,
                          "What answers at this address is no MCP server: it sent %s. Check the address.", shown);
    }

  return g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL, "The MCP server refused the message (HTTP status %u)%s%s",
                      status, comma, words);
}
