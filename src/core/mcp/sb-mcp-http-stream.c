/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-http-stream.h"

#include <string.h>

#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-mcp-http-answer.h"
#include "sb-mcp-http-header.h"
#include "sb-mcp-message.h"
#include "sb-mcp-text.h"

#define ACCEPT_BOTH "application/json, text/event-stream"
#define ACCEPT_STREAM "text/event-stream"
/* When the server names no time to wait. */
#define RETRY_MS 1000
#define MAX_RETRY_MS (60 * 60 * 1000)
#define BACKOFF_MS 250
#define MAX_FAILURES 8
/* How long the end of a stream is waited for after the answer, so that its connection can be used again. */
#define LINGER_MS 2000
#define MAX_EVENT_ID 4096

typedef enum
{
  STATE_NEW,
  STATE_POSTING,   /* until the head of the POST's answer */
  STATE_OPEN,      /* a body is read */
  STATE_WAITING,   /* before a GET */
  STATE_GETTING,   /* until the head of a GET's answer */
  STATE_LINGERING, /* the answer is there, the stream's end is not */
  STATE_ENDED,
  N_STATES,
} StreamState;

struct _SbMcpHttpStream
{
  GObject parent_instance;

  /* owned */
  SbMcpHttpLink      *link;
  JsonNode           *message;  /* nullable: only listens */
  char               *id_key;   /* nullable: the message wants no answer */
  char               *placeholder; /* nullable, as exact: see SbMcpExactString */
  char               *exact;
  SoupMessageHeaders *headers;  /* of every request */
  SbMcpHttpExchange  *exchange;
  char               *last_event_id;

  /* borrowed */
  const SbMcpHttpStreamFuncs *funcs;
  gpointer                    user_data;

  StreamState state;
  guint       timer_id;
  gint64      retry_ms;   /* -1: not named */
  guint       n_failures; /* in a row */
  gboolean    is_probe;
  gboolean    was_open;
  gboolean    has_news;   /* an event came since the last request */
  gboolean    is_first;   /* nothing was said yet */
};

G_DEFINE_FINAL_TYPE (SbMcpHttpStream, sb_mcp_http_stream, G_TYPE_OBJECT)

static const gboolean legal[N_STATES][N_STATES] = {
  [STATE_NEW] = { [STATE_POSTING] = TRUE, [STATE_GETTING] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_POSTING] = { [STATE_OPEN] = TRUE, [STATE_WAITING] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_OPEN] = { [STATE_WAITING] = TRUE, [STATE_LINGERING] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_WAITING] = { [STATE_GETTING] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_GETTING] = { [STATE_OPEN] = TRUE, [STATE_WAITING] = TRUE, [STATE_ENDED] = TRUE },
  [STATE_LINGERING] = { [STATE_ENDED] = TRUE },
};

static void start_exchange (SbMcpHttpStream *self);

static void
enter (SbMcpHttpStream *self,
       StreamState      state)
{
  g_assert (legal[self->state][state]);

  self->state = state;
  g_clear_handle_id (&self->timer_id, g_source_remove);
}

static void
drop_exchange (SbMcpHttpStream *self)
{
  if (self->exchange != NULL)
    sb_mcp_http_exchange_cancel (self->exchange);
  g_clear_object (&self->exchange);
}

/* The one way out that the owner hears of. error: (transfer full) (nullable) */
static void
finish (SbMcpHttpStream *self,
        GError          *error)
{
  g_autoptr(SbMcpHttpStream) held = g_object_ref (self);
  g_autoptr(GError) reason = error;

  enter (self, STATE_ENDED);
  drop_exchange (self);
  self->funcs->ended (self, reason, self->user_data);
}

static gboolean
linger_cb (gpointer user_data)
{
  SbMcpHttpStream *self = user_data;

  self->timer_id = 0;
  finish (self, NULL);

  return G_SOURCE_REMOVE;
}

static gboolean
has_session (SbMcpHttpStream *self)
{
  return soup_message_headers_get_one (self->headers, SB_MCP_HEADER_SESSION) != NULL;
}

static GError *
make_session_error (void)
{
  return g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_SESSION_LOST,
                              "The MCP server has ended the session; connect to it again.");
}

/* TRUE: this, or a batch with it, answers our message. */
static gboolean
deliver (SbMcpHttpStream *self,
         JsonNode        *node)
{
  gboolean answered = FALSE;

  if (self->id_key != NULL)
    sb_mcp_http_answer_complete (node, self->message);
  answered = sb_mcp_http_answer_is_for (node, self->id_key);
  /* Some servers say 200, and then that the session is gone. What was at work would have said something before. */
  if (answered && self->is_first && has_session (self) && sb_mcp_http_answer_is_complaint (node))
    {
      finish (self, make_session_error ());
      return TRUE;
    }

  self->is_first = FALSE;
  json_node_seal (node);
  self->funcs->message (node, self->user_data);

  return answered;
}

static gboolean
try_again_cb (gpointer user_data)
{
  SbMcpHttpStream *self = user_data;

  self->timer_id = 0;
  self->is_first = FALSE;
  enter (self, STATE_GETTING);
  start_exchange (self);

  return G_SOURCE_REMOVE;
}

/* Never before the time the server asked for; failures in a row double it, and no two clients come at once. */
static void
wait_and_resume (SbMcpHttpStream *self)
{
  gint64 asked = self->retry_ms >= 0 ? MIN (self->retry_ms, MAX_RETRY_MS) : RETRY_MS;
  gint64 backoff = 0;
  gint64 delay = 0;

  self->n_failures = self->has_news ? 0 : self->n_failures + 1;
  if (self->n_failures > 0)
    backoff = BACKOFF_MS << self->n_failures;
  delay = MAX (asked, backoff);
  delay += g_random_int_range (0, delay / 4 + 1);

  drop_exchange (self);
  enter (self, STATE_WAITING);
  self->timer_id = g_timeout_add (delay, try_again_cb, self);
}

static gboolean
can_resume (SbMcpHttpStream *self)
{
  if (self->n_failures >= MAX_FAILURES)
    return FALSE;

  return self->message == NULL ? self->was_open : self->last_event_id != NULL;
}

static GError *
make_unsupported_error (guint status)
{
  return g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_UNSUPPORTED,
                      "No MCP server of the streamable HTTP kind answers at this address (HTTP status %u). Check the "
                      "address.", status);
}

static void
end_refused (SbMcpHttpStream   *self,
             SbMcpHttpExchange *exchange,
             const GString     *body)
{
  guint status = sb_mcp_http_exchange_get_status (exchange);
  gboolean may_be_another_kind = status == SOUP_STATUS_BAD_REQUEST || status == SOUP_STATUS_NOT_FOUND
                                 || status == SOUP_STATUS_METHOD_NOT_ALLOWED;
  gboolean lost = has_session (self) && sb_mcp_http_answer_ends_session (status, body);
  gboolean is_access = status == SOUP_STATUS_UNAUTHORIZED || status == SOUP_STATUS_FORBIDDEN;
  gboolean may_answer = self->id_key != NULL && body != NULL && !is_access;
  g_autoptr(JsonNode) answer = may_answer ? sb_mcp_http_answer_parse_error (body) : NULL;

  if (lost && self->was_open)
    {
      /* It had begun: whoever hears SESSION_LOST would do it a second time. */
      finish (self, g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_UNREACHABLE,
                                         "The MCP server has forgotten this call in the middle of it; what it did is "
                                         "not known."));
    }
  else if (lost)
    {
      finish (self, make_session_error ());
    }
  else if (answer != NULL)
    {
      deliver (self, answer);
      if (self->state != STATE_ENDED)
        finish (self, NULL);
    }
  else if (self->is_probe && may_be_another_kind)
    {
      finish (self, make_unsupported_error (status));
    }
  else
    {
      finish (self, sb_mcp_http_exchange_make_error (exchange, body));
    }
}

/* A 2xx answer to our POST that is no event stream. */
static void
end_accepted (SbMcpHttpStream   *self,
              SbMcpHttpExchange *exchange,
              const GString     *body)
{
  g_autoptr(JsonNode) node = NULL;

  if (self->id_key == NULL)
    {
      finish (self, NULL);
      return;
    }

  if (body->len > 0)
    node = sb_mcp_text_parse (body->str, body->len);
  if (node != NULL && deliver (self, node))
    {
      if (self->state != STATE_ENDED)
        finish (self, NULL);
    }
  else if (self->state != STATE_ENDED && body->len == 0)
    {
      finish (self, g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL,
                                         "The MCP server took the request and gave no answer to it."));
    }
  else if (self->state != STATE_ENDED)
    {
      finish (self, sb_mcp_http_exchange_make_error (exchange, NULL));
    }
}

static void
end_stream (SbMcpHttpStream *self)
{
  if (self->state == STATE_LINGERING)
    finish (self, NULL);
  else if (can_resume (self))
    wait_and_resume (self);
  else if (self->message == NULL)
    finish (self, NULL);
  else
    finish (self, g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_UNREACHABLE,
                                       "The MCP server ended its answer before it was complete. Try again."));
}

static void
head_cb (SbMcpHttpExchange *exchange,
         gpointer           user_data)
{
  SbMcpHttpStream *self = user_data;
  gboolean posted = self->state == STATE_POSTING;

  if (!SOUP_STATUS_IS_SUCCESSFUL (sb_mcp_http_exchange_get_status (exchange)))
    return;

  self->has_news = FALSE;
  enter (self, STATE_OPEN);
  if (sb_mcp_http_exchange_is_event_stream (exchange))
    self->was_open = TRUE;
  if (posted)
    self->funcs->accepted (self, self->user_data);
}

static void
event_cb (const SbSseEvent *event,
          gpointer          user_data)
{
  g_autoptr(SbMcpHttpStream) self = g_object_ref (SB_MCP_HTTP_STREAM (user_data));
  g_autoptr(JsonNode) node = NULL;

  self->has_news = TRUE;
  if (event->id != NULL && strlen (event->id) <= MAX_EVENT_ID && g_strcmp0 (event->id, self->last_event_id) != 0)
    {
      g_free (self->last_event_id);
      self->last_event_id = g_strdup (event->id);
    }
  /* Empty data only carries an id; other events are not ours. */
  if (event->length == 0 || !g_str_equal (event->event, "message"))
    return;

  node = sb_mcp_text_parse (event->data, event->length);
  if (node != NULL && deliver (self, node) && self->state == STATE_OPEN)
    {
      enter (self, STATE_LINGERING);
      self->timer_id = g_timeout_add (LINGER_MS, linger_cb, self);
    }
}

static void
end_cb (SbMcpHttpExchange *exchange,
        const GString     *body,
        const GError      *error,
        gpointer           user_data)
{
  g_autoptr(SbMcpHttpStream) self = g_object_ref (SB_MCP_HTTP_STREAM (user_data));
  gboolean is_stream = self->was_open && body == NULL;
  gboolean is_get = self->state == STATE_GETTING;

  if (is_stream && sb_mcp_http_exchange_get_retry (exchange) >= 0)
    self->retry_ms = sb_mcp_http_exchange_get_retry (exchange);
  if (is_get)
    self->has_news = FALSE;

  if (self->state == STATE_LINGERING)
    finish (self, NULL);
  else if (error != NULL && error->code != SB_MCP_ERROR_UNREACHABLE)
    finish (self, g_error_copy (error));
  else if (error != NULL && !can_resume (self))
    finish (self, g_error_copy (error));
  else if (error != NULL)
    wait_and_resume (self);
  else if (is_stream)
    end_stream (self);
  else if (is_get && sb_mcp_http_exchange_get_status (exchange) >= 500 && can_resume (self))
    wait_and_resume (self);
  else if (is_get && self->message != NULL)
    end_refused (self, exchange, body);
  else if (self->message == NULL)
    finish (self, NULL);
  else if (SOUP_STATUS_IS_SUCCESSFUL (sb_mcp_http_exchange_get_status (exchange)))
    end_accepted (self, exchange, body);
  else
    end_refused (self, exchange, body);
}

static const SbMcpHttpHandlers handlers = { head_cb, event_cb, end_cb };

static gboolean
post_timeout_cb (gpointer user_data)
{
  SbMcpHttpStream *self = user_data;

  self->timer_id = 0;
  finish (self, g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_TIMEOUT,
                                     "The MCP server did not take a message in time."));

  return G_SOURCE_REMOVE;
}

static void
copy_header (const char *name,
             const char *value,
             gpointer    user_data)
{
  sb_mcp_http_exchange_set_header (user_data, name, value);
}

static void
start_exchange (SbMcpHttpStream *self)
{
  gboolean posts = self->state == STATE_POSTING;
  g_autoptr(GBytes) body = NULL;

  if (posts)
    {
      SbMcpExactString exact = { self->placeholder, self->exact };
      char *text = sb_mcp_text_new (self->message, self->exact != NULL ? &exact : NULL);

      body = g_bytes_new_take (text, strlen (text));
    }
  self->exchange = sb_mcp_http_exchange_new (self->link, posts ? "POST" : "GET", NULL, body, &handlers, self);
  soup_message_headers_foreach (self->headers, copy_header, self->exchange);
  sb_mcp_http_exchange_set_header (self->exchange, "Accept", posts ? ACCEPT_BOTH : ACCEPT_STREAM);
  if (!posts)
    sb_mcp_http_exchange_set_header (self->exchange, "Last-Event-ID", self->last_event_id);
  sb_mcp_http_exchange_start (self->exchange);
}

static void
sb_mcp_http_stream_finalize (GObject *object)
{
  SbMcpHttpStream *self = SB_MCP_HTTP_STREAM (object);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  drop_exchange (self);
  g_clear_object (&self->link);
  g_clear_pointer (&self->message, json_node_unref);
  g_clear_pointer (&self->headers, soup_message_headers_unref);
  g_free (self->id_key);
  g_free (self->placeholder);
  g_free (self->exact);
  g_free (self->last_event_id);

  G_OBJECT_CLASS (sb_mcp_http_stream_parent_class)->finalize (object);
}

static void
sb_mcp_http_stream_class_init (SbMcpHttpStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_http_stream_finalize;
}

static void
sb_mcp_http_stream_init (SbMcpHttpStream *self)
{
  self->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  self->retry_ms = -1;
  self->is_first = TRUE;
}

/**
 * sb_mcp_http_stream_new:
 * @link: the server
 * @message: (nullable): what to POST; %NULL only listens, by GET
 * @funcs: static
 * @user_data: for @funcs; must live until the end or cancel()
 *
 * Returns: (transfer full): a stream to be started, and cancelled before it is let go of
 */
SbMcpHttpStream *
sb_mcp_http_stream_new (SbMcpHttpLink              *link,
                        JsonNode                   *message,
                        const SbMcpHttpStreamFuncs *funcs,
                        gpointer                    user_data)
{
  SbMcpHttpStream *self = g_object_new (SB_TYPE_MCP_HTTP_STREAM, NULL);
  JsonObject *object = message != NULL && JSON_NODE_HOLDS_OBJECT (message) ? json_node_get_object (message) : NULL;

  self->link = g_object_ref (link);
  self->message = message != NULL ? json_node_ref (message) : NULL;
  if (object != NULL && json_object_has_member (object, "method"))
    self->id_key = sb_mcp_message_dup_id_key (json_object_get_member (object, "id"));
  self->funcs = funcs;
  self->user_data = user_data;

  return self;
}

/* Of every request; value: nullable: nothing is set. */
void
sb_mcp_http_stream_set_header (SbMcpHttpStream *self,
                               const char      *name,
                               const char      *value)
{
  if (value != NULL)
    soup_message_headers_replace (self->headers, name, value);
}

/* Before the start; copied. */
void
sb_mcp_http_stream_set_exact (SbMcpHttpStream        *self,
                              const SbMcpExactString *exact)
{
  self->placeholder = g_strdup (exact->placeholder);
  self->exact = g_strdup (exact->text);
}

/* Nothing is known of the server yet: a refusal may mean that it is of the older kind (UNSUPPORTED). */
void
sb_mcp_http_stream_set_probe (SbMcpHttpStream *self)
{
  self->is_probe = TRUE;
}

void
sb_mcp_http_stream_start (SbMcpHttpStream *self)
{
  enter (self, self->message != NULL ? STATE_POSTING : STATE_GETTING);
  /* Whoever waits for an answer has a time limit; of the others nobody else takes care. */
  if (self->message != NULL && self->id_key == NULL)
    self->timer_id = g_timeout_add (sb_mcp_http_link_get_post_timeout (self->link), post_timeout_cb, self);
  start_exchange (self);
}

/* Nothing is heard of it any more. */
void
sb_mcp_http_stream_cancel (SbMcpHttpStream *self)
{
  if (self->state != STATE_ENDED)
    enter (self, STATE_ENDED);
  drop_exchange (self);
}

/* nullable */
JsonNode *
sb_mcp_http_stream_get_message (SbMcpHttpStream *self)
{
  return self->message;
}

/* In accepted(): the session that the server has opened; nullable, foreign. */
const char *
sb_mcp_http_stream_get_session_id (SbMcpHttpStream *self)
{
  return sb_mcp_http_exchange_get_header (self->exchange, SB_MCP_HEADER_SESSION);
}
