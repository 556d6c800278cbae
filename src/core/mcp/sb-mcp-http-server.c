/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-http-server.h"

#include <libsoup/soup.h>
#include <string.h>

#include "sb-id.h"
#include "sb-json.h"
#include "sb-mcp-http-guard.h"
#include "sb-mcp-http-header.h"
#include "sb-mcp-http-listener.h"
#include "sb-mcp-http-request.h"
#include "sb-mcp-http-session.h"
#include "sb-mcp-message.h"

#define MCP_PATH "/mcp"
#define SSE_PATH "/sse"
#define MESSAGE_PATH "/message"
#define HEALTH_PATH "/health"
#define SESSION_QUERY "sessionId"
#define MAX_SESSIONS 64
#define MAX_CONNECTIONS 256
#define IDLE_TIMEOUT_S (30 * 60)
#define REQUEST_TIMEOUT_MS (30 * 1000)
#define SWEEP_S 60

struct _SbMcpHttpServer
{
  GObject parent_instance;

  /* owned */
  SoupServer        *soup;
  SbMcpHttpListener *listener;
  char              *address;
  char              *url;
  char              *token;    /* nullable */
  GStrv              hosts;    /* nullable */
  GHashTable        *sessions; /* id → SbMcpHttpSession */
  GPtrArray         *singles;  /* of SbMcpHttpSession: stateless requests under way */

  /* borrowed */
  SbMcpAcceptFunc      accept_func;
  gpointer             user_data;
  SbMcpHeaderCheckFunc check_func; /* nullable */
  gpointer             check_data;

  SbMcpHttpServeKind kind;
  guint              max_sessions;
  guint              idle_timeout_s;
  gsize              max_body;
  guint              sweep_id;
};

G_DEFINE_FINAL_TYPE (SbMcpHttpServer, sb_mcp_http_server, G_TYPE_OBJECT)

/* As soon as the head is there: what will be refused anyway is not kept. */
static void
early_cb (SoupServer        *soup,
          SoupServerMessage *http,
          const char        *path,
          GHashTable        *query,
          gpointer           user_data)
{
  SbMcpHttpServer *self = user_data;
  goffset length = soup_message_headers_get_content_length (soup_server_message_get_request_headers (http));
  const char * const *hosts = (const char * const *) self->hosts;

  if (!sb_mcp_http_guard_host_allowed (sb_mcp_http_request_get_header (http, "Host"), self->address, hosts))
    {
      sb_mcp_http_request_refuse (http, SOUP_STATUS_FORBIDDEN, "This server is not known by that name.");
    }
  else if (!sb_mcp_http_guard_origin_allowed (sb_mcp_http_request_get_header (http, "Origin"), hosts))
    {
      sb_mcp_http_request_refuse (http, SOUP_STATUS_FORBIDDEN, "Pages of that origin may not use this server.");
    }
  else if (self->token != NULL && !g_str_equal (path, HEALTH_PATH)
           && !sb_mcp_http_guard_token_matches (sb_mcp_http_request_get_header (http, "Authorization"), self->token))
    {
      soup_message_headers_replace (soup_server_message_get_response_headers (http), "WWW-Authenticate",
                                    "Bearer realm=\"Sandbar\"");
      sb_mcp_http_request_refuse (http, SOUP_STATUS_UNAUTHORIZED, "Send the server's token: Authorization: Bearer ….");
    }
  else if (length > (goffset) self->max_body)
    {
      sb_mcp_http_request_refuse (http, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "The message is too large.");
    }

  if (soup_server_message_get_status (http) != 0)
    soup_message_body_set_accumulate (soup_server_message_get_request_body (http), FALSE);
  else
    sb_mcp_http_request_limit (http, self->max_body);
}

static void
session_closed_cb (SbMcpTransport *transport,
                   const GError   *error,
                   gpointer        user_data)
{
  SbMcpHttpServer *self = user_data;
  SbMcpHttpSession *session = SB_MCP_HTTP_SESSION (transport);

  g_signal_handlers_disconnect_by_data (session, self);
  if (sb_mcp_http_session_get_id (session) != NULL)
    g_hash_table_remove (self->sessions, sb_mcp_http_session_get_id (session));
  else
    g_ptr_array_remove_fast (self->singles, session);
}

/* NULL: there are too many, and it was refused. (transfer none) */
static SbMcpHttpSession *
open_session (SbMcpHttpServer      *self,
              SbMcpHttpSessionKind  kind,
              SoupServerMessage    *http)
{
  g_autofree char *first = sb_id_new ("mcp");
  g_autofree char *id = sb_id_new (first);
  SbMcpHttpSession *session = NULL;

  if (g_hash_table_size (self->sessions) >= self->max_sessions)
    {
      sb_mcp_http_request_refuse (http, SOUP_STATUS_SERVICE_UNAVAILABLE,
                                  "Too many sessions are open; end one, or come back later.");
      return NULL;
    }

  session = sb_mcp_http_session_new (kind, id);
  g_hash_table_insert (self->sessions, (gpointer) sb_mcp_http_session_get_id (session), session);
  g_signal_connect (session, "closed", G_CALLBACK (session_closed_cb), self);
  self->accept_func (SB_MCP_TRANSPORT (session), self->user_data);

  return session;
}

/* NULL: refused. (transfer none) */
static SbMcpHttpSession *
find_session (SbMcpHttpServer   *self,
              SoupServerMessage *http,
              const char        *id)
{
  SbMcpHttpSession *session = id != NULL ? g_hash_table_lookup (self->sessions, id) : NULL;

  if (id == NULL)
    sb_mcp_http_request_refuse (http, SOUP_STATUS_BAD_REQUEST, "The session is missing; send initialize first.");
  else if (session == NULL)
    sb_mcp_http_request_refuse (http, SOUP_STATUS_NOT_FOUND, "There is no such session; send initialize again.");

  return session;
}

/* The session of a request with the header for it, whose revision is checked too. */
static SbMcpHttpSession *
find_streamable_session (SbMcpHttpServer   *self,
                         SoupServerMessage *http)
{
  const char *revision = sb_mcp_http_request_get_header (http, SB_MCP_HEADER_REVISION);

  if (revision != NULL && !sb_mcp_revision_is_known (revision))
    {
      sb_mcp_http_request_refuse (http, SOUP_STATUS_BAD_REQUEST, "This protocol revision is not known.");
      return NULL;
    }

  return find_session (self, http, sb_mcp_http_request_get_header (http, SB_MCP_HEADER_SESSION));
}

static const char *
lookup_header (const char *name,
               gpointer    lookup_data)
{
  return sb_mcp_http_request_get_header (lookup_data, name);
}

static const char *
find_mismatch (SbMcpHttpServer   *self,
               SoupServerMessage *http,
               JsonObject        *message)
{
  const char *mismatch = sb_mcp_http_request_find_mismatch (http, message);

  if (mismatch != NULL || self->check_func == NULL)
    return mismatch;

  return self->check_func (message, lookup_header, http, self->check_data);
}

static void
take_single (SbMcpHttpServer   *self,
             SoupServerMessage *http,
             JsonNode          *message)
{
  JsonObject *object = json_node_get_object (message);
  JsonNode *id = json_object_get_member (object, "id");
  const char *mismatch = NULL;
  SbMcpHttpSession *session = NULL;

  if (sb_mcp_http_header_get_meta_revision (object) == NULL)
    {
      sb_mcp_http_request_refuse_with (http, SOUP_STATUS_BAD_REQUEST, id, SB_MCP_CODE_INVALID_PARAMS,
                                       "Each request names its revision in _meta (" SB_MCP_REVISION_KEY ").");
      return;
    }
  mismatch = find_mismatch (self, http, object);
  if (mismatch != NULL)
    {
      sb_mcp_http_request_refuse_with (http, SOUP_STATUS_BAD_REQUEST, id, SB_MCP_CODE_HEADER_MISMATCH, mismatch);
      return;
    }

  session = sb_mcp_http_session_new (SB_MCP_HTTP_SESSION_SINGLE, NULL);
  g_ptr_array_add (self->singles, session);
  g_signal_connect (session, "closed", G_CALLBACK (session_closed_cb), self);
  self->accept_func (SB_MCP_TRANSPORT (session), self->user_data);
  sb_mcp_http_session_take (session, message, http);
  /* Nothing follows a message that wants no answer. */
  if (id == NULL)
    sb_mcp_transport_close (SB_MCP_TRANSPORT (session));
}

static void
post_streamable (SbMcpHttpServer   *self,
                 SoupServerMessage *http)
{
  g_autoptr(JsonNode) message = sb_mcp_http_request_read (http);
  SbMcpHttpSession *session = NULL;

  if (message == NULL)
    return;
  if (!sb_mcp_http_request_accepts (http, "application/json")
      || !sb_mcp_http_request_accepts (http, "text/event-stream"))
    {
      sb_mcp_http_request_refuse (http, SOUP_STATUS_NOT_ACCEPTABLE,
                                  "Accept both application/json and text/event-stream.");
      return;
    }
  if (sb_mcp_http_request_is_stateless (http, message))
    {
      take_single (self, http, message);
      return;
    }

  if (JSON_NODE_HOLDS_OBJECT (message)
      && g_strcmp0 (sb_json_get_string (json_node_get_object (message), "method"), "initialize") == 0
      && sb_mcp_http_request_get_header (http, SB_MCP_HEADER_SESSION) == NULL)
    session = open_session (self, SB_MCP_HTTP_SESSION_STREAMABLE, http);
  else
    session = find_streamable_session (self, http);
  if (session != NULL)
    sb_mcp_http_session_take (session, message, http);
}

static void
get_streamable (SbMcpHttpServer   *self,
                SoupServerMessage *http)
{
  SbMcpHttpSession *session = NULL;

  if (!sb_mcp_http_request_accepts (http, "text/event-stream"))
    {
      sb_mcp_http_request_refuse (http, SOUP_STATUS_NOT_ACCEPTABLE, "Accept text/event-stream.");
      return;
    }

  session = find_streamable_session (self, http);
  if (session != NULL)
    sb_mcp_http_session_listen (session, http, sb_mcp_http_request_get_header (http, "Last-Event-ID"));
}

static void
delete_streamable (SbMcpHttpServer   *self,
                   SoupServerMessage *http)
{
  SbMcpHttpSession *session = find_streamable_session (self, http);

  if (session == NULL)
    return;

  soup_server_message_set_status (http, SOUP_STATUS_NO_CONTENT, NULL);
  g_hash_table_steal (self->sessions, sb_mcp_http_session_get_id (session));
  g_signal_handlers_disconnect_by_data (session, self);
  sb_mcp_transport_close (SB_MCP_TRANSPORT (session));
  g_object_unref (session);
}

static void
mcp_cb (SoupServer        *soup,
        SoupServerMessage *http,
        const char        *path,
        GHashTable        *query,
        gpointer           user_data)
{
  SbMcpHttpServer *self = user_data;

  if (!g_str_equal (path, MCP_PATH))
    soup_server_message_set_status (http, SOUP_STATUS_NOT_FOUND, NULL);
  else if (sb_mcp_http_request_is (http, "POST"))
    post_streamable (self, http);
  else if (sb_mcp_http_request_is (http, "GET"))
    get_streamable (self, http);
  else if (sb_mcp_http_request_is (http, "DELETE"))
    delete_streamable (self, http);
  else
    sb_mcp_http_request_refuse_method (http, "GET, POST, DELETE, OPTIONS");
}

static void
sse_cb (SoupServer        *soup,
        SoupServerMessage *http,
        const char        *path,
        GHashTable        *query,
        gpointer           user_data)
{
  SbMcpHttpServer *self = user_data;
  SbMcpHttpSession *session = NULL;
  g_autofree char *endpoint = NULL;

  if (!g_str_equal (path, SSE_PATH))
    {
      soup_server_message_set_status (http, SOUP_STATUS_NOT_FOUND, NULL);
      return;
    }
  if (!sb_mcp_http_request_is (http, "GET"))
    {
      sb_mcp_http_request_refuse_method (http, "GET, OPTIONS");
      return;
    }
  if (!sb_mcp_http_request_accepts (http, "text/event-stream"))
    {
      sb_mcp_http_request_refuse (http, SOUP_STATUS_NOT_ACCEPTABLE, "Accept text/event-stream.");
      return;
    }

  session = open_session (self, SB_MCP_HTTP_SESSION_SSE, http);
  if (session == NULL)
    return;
  endpoint = g_strdup_printf (MESSAGE_PATH "?" SESSION_QUERY "=%s", sb_mcp_http_session_get_id (session));
  sb_mcp_http_session_open_sse (session, http, endpoint);
}

static void
message_cb (SoupServer        *soup,
            SoupServerMessage *http,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  SbMcpHttpServer *self = user_data;
  SbMcpHttpSession *session = NULL;
  g_autoptr(JsonNode) message = NULL;

  if (!g_str_equal (path, MESSAGE_PATH) || !sb_mcp_http_request_is (http, "POST"))
    {
      sb_mcp_http_request_refuse_method (http, "POST, OPTIONS");
      return;
    }

  session = find_session (self, http, query != NULL ? g_hash_table_lookup (query, SESSION_QUERY) : NULL);
  message = session != NULL ? sb_mcp_http_request_read (http) : NULL;
  if (message != NULL)
    sb_mcp_http_session_take (session, message, http);
}

static void
health_cb (SoupServer        *soup,
           SoupServerMessage *http,
           const char        *path,
           GHashTable        *query,
           gpointer           user_data)
{
  if (!sb_mcp_http_request_is (http, "GET") && !sb_mcp_http_request_is (http, "HEAD"))
    {
      sb_mcp_http_request_refuse_method (http, "GET, HEAD, OPTIONS");
      return;
    }

  soup_server_message_set_status (http, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (http, "text/plain", SOUP_MEMORY_STATIC, "ok\n", 3);
}

/* Clients that were given the bare address find the way. */
static void
other_cb (SoupServer        *soup,
          SoupServerMessage *http,
          const char        *path,
          GHashTable        *query,
          gpointer           user_data)
{
  SbMcpHttpServer *self = user_data;

  if (g_str_equal (path, "/"))
    soup_server_message_set_redirect (http, SOUP_STATUS_TEMPORARY_REDIRECT,
                                      self->kind == SB_MCP_HTTP_SERVE_SSE ? SSE_PATH : MCP_PATH);
  else
    soup_server_message_set_status (http, SOUP_STATUS_NOT_FOUND, NULL);
}

static gboolean
sweep_cb (gpointer user_data)
{
  SbMcpHttpServer *self = user_data;
  gint64 since = sb_clock_monotonic () - (gint64) self->idle_timeout_s * G_USEC_PER_SEC;
  GHashTableIter iter;
  gpointer session = NULL;

  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    if (sb_mcp_http_session_is_idle (session, since))
      sb_mcp_transport_close (SB_MCP_TRANSPORT (session));

  return G_SOURCE_CONTINUE;
}

static void
sb_mcp_http_server_dispose (GObject *object)
{
  SbMcpHttpServer *self = SB_MCP_HTTP_SERVER (object);

  sb_mcp_http_server_stop (self);

  G_OBJECT_CLASS (sb_mcp_http_server_parent_class)->dispose (object);
}

static void
sb_mcp_http_server_finalize (GObject *object)
{
  SbMcpHttpServer *self = SB_MCP_HTTP_SERVER (object);

  g_hash_table_unref (self->sessions);
  g_ptr_array_unref (self->singles);
  g_clear_pointer (&self->hosts, g_strfreev);
  g_free (self->address);
  g_free (self->token);
  g_free (self->url);

  G_OBJECT_CLASS (sb_mcp_http_server_parent_class)->finalize (object);
}

static void
sb_mcp_http_server_class_init (SbMcpHttpServerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_http_server_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_http_server_finalize;
}

static void
sb_mcp_http_server_init (SbMcpHttpServer *self)
{
  self->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->singles = g_ptr_array_new_with_free_func (g_object_unref);
}

/* libsoup asks the early handler of the best path only, so each path needs it. */
static void
add_handler (SbMcpHttpServer    *self,
             const char         *path,
             SoupServerCallback  callback)
{
  soup_server_add_early_handler (self->soup, path, early_cb, self, NULL);
  soup_server_add_handler (self->soup, path, callback, self, NULL);
}

static void
add_handlers (SbMcpHttpServer *self)
{
  add_handler (self, NULL, other_cb);
  add_handler (self, HEALTH_PATH, health_cb);
  if (self->kind == SB_MCP_HTTP_SERVE_STREAMABLE)
    {
      add_handler (self, MCP_PATH, mcp_cb);
    }
  else
    {
      add_handler (self, SSE_PATH, sse_cb);
      add_handler (self, MESSAGE_PATH, message_cb);
    }
}

/**
 * sb_mcp_http_server_new:
 * @options: copied
 * @accept_func: gets a transport for each session, and for each stateless request
 * @user_data: for @accept_func; must live until sb_mcp_http_server_stop()
 *
 * Listens at once. Requests with a foreign Host or Origin, without the token, too large, too slow or too many
 * never reach a transport.
 *
 * Returns: (transfer full) (nullable): the server
 */
SbMcpHttpServer *
sb_mcp_http_server_new (const SbMcpHttpServerOptions  *options,
                        SbMcpAcceptFunc                accept_func,
                        gpointer                       user_data,
                        GError                       **error)
{
  g_autoptr(SbMcpHttpServer) self = g_object_new (SB_TYPE_MCP_HTTP_SERVER, NULL);
  guint16 port = 0;

  self->kind = options->kind;
  self->address = g_strdup (options->address != NULL ? options->address : "127.0.0.1");
  self->token = g_strdup (options->token);
  self->hosts = g_strdupv ((GStrv) options->hosts);
  self->max_sessions = options->max_sessions > 0 ? options->max_sessions : MAX_SESSIONS;
  self->idle_timeout_s = options->idle_timeout_s > 0 ? options->idle_timeout_s : IDLE_TIMEOUT_S;
  self->max_body = options->max_body > 0 ? options->max_body : SB_JSON_MAX_SIZE;
  self->accept_func = accept_func;
  self->user_data = user_data;
  self->soup = soup_server_new ("server-header", "sandbar", NULL);
  self->listener = sb_mcp_http_listener_new (self->soup, self->address, options->port,
                                             options->max_connections > 0 ? options->max_connections
                                                                          : MAX_CONNECTIONS,
                                             options->request_timeout_ms > 0 ? options->request_timeout_ms
                                                                             : REQUEST_TIMEOUT_MS,
                                             &port, error);
  if (self->listener == NULL)
    return NULL;

  add_handlers (self);
  self->url = g_strdup_printf (strchr (self->address, ':') != NULL ? "http://[%s]:%u%s" : "http://%s:%u%s",
                               self->address, port, self->kind == SB_MCP_HTTP_SERVE_SSE ? SSE_PATH : MCP_PATH);
  self->sweep_id = g_timeout_add_seconds (MIN (SWEEP_S, self->idle_timeout_s), sweep_cb, self);

  return g_steal_pointer (&self);
}

/* Without one no Mcp-Param-… header is looked at. */
void
sb_mcp_http_server_set_header_check (SbMcpHttpServer      *self,
                                     SbMcpHeaderCheckFunc  func,
                                     gpointer              user_data)
{
  self->check_func = func;
  self->check_data = user_data;
}

const char *
sb_mcp_http_server_get_url (SbMcpHttpServer *self)
{
  return self->url;
}

guint
sb_mcp_http_server_get_n_sessions (SbMcpHttpServer *self)
{
  return g_hash_table_size (self->sessions);
}

/* Ends every session and takes no client any more. The transports close from the main loop. */
void
sb_mcp_http_server_stop (SbMcpHttpServer *self)
{
  GHashTableIter iter;
  gpointer session = NULL;

  if (self->soup == NULL)
    return;

  g_clear_handle_id (&self->sweep_id, g_source_remove);
  if (self->listener != NULL)
    sb_mcp_http_listener_stop (self->listener);
  g_hash_table_iter_init (&iter, self->sessions);
  while (g_hash_table_iter_next (&iter, NULL, &session))
    {
      g_signal_handlers_disconnect_by_data (session, self);
      sb_mcp_transport_close (SB_MCP_TRANSPORT (session));
    }
  for (guint i = 0; i < self->singles->len; i++)
    {
      g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->singles, i), self);
      sb_mcp_transport_close (g_ptr_array_index (self->singles, i));
    }
  g_hash_table_remove_all (self->sessions);
  g_ptr_array_set_size (self->singles, 0);
  soup_server_disconnect (self->soup);
  g_clear_object (&self->listener);
  g_clear_object (&self->soup);
}
