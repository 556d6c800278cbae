/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-http-link.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "sb-http.h"
#include "sb-mcp-client.h"
#include "sb-mcp-http-header.h"

/* Node's servers close a kept connection after 5 s; ours is given up first, so that no request meets its end. */
#define IDLE_CONNECTION_S 4
#define POST_TIMEOUT_MS (30 * 1000)
/* A peer that vanished without a word is noticed after a minute, also while a stream is silent for hours. */
#define KEEPALIVE_IDLE_S 30
#define KEEPALIVE_INTERVAL_S 10
#define KEEPALIVE_PROBES 3

struct _SbMcpHttpLink
{
  GObject parent_instance;

  /* owned */
  SoupSession      *session;
  GUri             *uri;
  char             *token;   /* nullable */
  SbMcpTokenSource *tokens;  /* nullable */
  GStrv             headers; /* nullable: name, value, … */

  guint post_timeout_ms;
};

G_DEFINE_FINAL_TYPE (SbMcpHttpLink, sb_mcp_http_link, G_TYPE_OBJECT)

static gboolean
is_header_value (const char *value)
{
  for (gsize i = 0; value[i] != '\0'; i++)
    if (value[i] == '\r' || value[i] == '\n')
      return FALSE;

  return TRUE;
}

static gboolean
check_options (const SbMcpHttpOptions  *options,
               GError                 **error)
{
  gboolean good = options->token == NULL || is_header_value (options->token);

  for (gsize i = 0; good && options->headers != NULL && options->headers[i] != NULL; i += 2)
    good = options->headers[i + 1] != NULL && sb_mcp_http_header_is_name (options->headers[i])
           && is_header_value (options->headers[i + 1]);
  if (!good)
    g_set_error_literal (error, SB_MCP_ERROR, SB_MCP_ERROR_UNSUPPORTED,
                         "A header or the token of this MCP server holds characters that cannot be sent. "
                         "Correct it in the settings of the server.");

  return good;
}

static GUri *
parse_url (const char  *url,
           GError     **error)
{
  g_autoptr(GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  if ((g_strcmp0 (scheme, "http") == 0 || g_strcmp0 (scheme, "https") == 0) && g_uri_get_host (uri) != NULL
      && g_uri_get_host (uri)[0] != '\0')
    return g_steal_pointer (&uri);

  g_set_error_literal (error, SB_MCP_ERROR, SB_MCP_ERROR_UNSUPPORTED,
                       "The address of an MCP server begins with http:// or https:// and names a host.");

  return NULL;
}

static char *
dup_server_name (GUri *uri)
{
  if (g_uri_get_port (uri) > 0)
    return g_strdup_printf ("%s:%d", g_uri_get_host (uri), g_uri_get_port (uri));

  return g_strdup (g_uri_get_host (uri));
}

static void
network_event_cb (SoupMessage        *message,
                  GSocketClientEvent  event,
                  GIOStream          *connection,
                  gpointer            user_data)
{
  GSocket *socket = NULL;

  if (event != G_SOCKET_CLIENT_CONNECTED || !G_IS_SOCKET_CONNECTION (connection))
    return;

  socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection));
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL_S, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_PROBES, NULL);
}

static void
add_credentials (SbMcpHttpLink      *self,
                 SoupMessageHeaders *headers)
{
  g_autofree char *token = self->tokens != NULL ? sb_mcp_token_source_dup_token (self->tokens)
                                                : g_strdup (self->token);

  if (token != NULL && is_header_value (token))
    {
      g_autofree char *value = g_strconcat ("Bearer ", token, NULL);

      soup_message_headers_replace (headers, "Authorization", value);
    }
  for (gsize i = 0; self->headers != NULL && self->headers[i] != NULL; i += 2)
    soup_message_headers_replace (headers, self->headers[i], self->headers[i + 1]);
}

static void
sb_mcp_http_link_finalize (GObject *object)
{
  SbMcpHttpLink *self = SB_MCP_HTTP_LINK (object);

  g_clear_object (&self->session);
  g_clear_object (&self->tokens);
  g_clear_pointer (&self->uri, g_uri_unref);
  g_clear_pointer (&self->headers, g_strfreev);
  g_free (self->token);

  G_OBJECT_CLASS (sb_mcp_http_link_parent_class)->finalize (object);
}

static void
sb_mcp_http_link_class_init (SbMcpHttpLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_http_link_finalize;
}

static void
sb_mcp_http_link_init (SbMcpHttpLink *self)
{
}

/**
 * sb_mcp_http_link_new:
 * @url: the server's address, as the user gave it
 * @options: copied
 *
 * Nothing is connected before the first message.
 *
 * Returns: (transfer full): the link
 */
SbMcpHttpLink *
sb_mcp_http_link_new (const char              *url,
                      const SbMcpHttpOptions  *options,
                      GError                 **error)
{
  g_autoptr(GUri) uri = parse_url (url, error);
  SbMcpHttpLink *self = NULL;

  if (uri == NULL || !check_options (options, error))
    return NULL;

  self = g_object_new (SB_TYPE_MCP_HTTP_LINK, NULL);
  self->uri = g_steal_pointer (&uri);
  self->token = g_strdup (options->token);
  g_set_object (&self->tokens, options->tokens);
  self->headers = g_strdupv ((GStrv) options->headers);
  self->post_timeout_ms = options->post_timeout_ms > 0 ? options->post_timeout_ms : POST_TIMEOUT_MS;
  self->session = sb_http_session_new ();
  soup_session_set_idle_timeout (self->session, IDLE_CONNECTION_S);
  soup_session_add_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);

  return self;
}

GUri *
sb_mcp_http_link_get_uri (SbMcpHttpLink *self)
{
  return self->uri;
}

SoupSession *
sb_mcp_http_link_get_session (SbMcpHttpLink *self)
{
  return self->session;
}

/* nullable */
SbMcpTokenSource *
sb_mcp_http_link_get_tokens (SbMcpHttpLink *self)
{
  return self->tokens;
}

/* milliseconds */
guint
sb_mcp_http_link_get_post_timeout (SbMcpHttpLink *self)
{
  return self->post_timeout_ms;
}

/* A message to the server, or to where it redirects: what proves who we are stays with the server's own
 * origin. IDEMPOTENT lets a POST use a kept connection at all. (transfer full) */
SoupMessage *
sb_mcp_http_link_new_message (SbMcpHttpLink *self,
                              const char    *method,
                              GUri          *uri)
{
  SoupMessage *message = soup_message_new_from_uri (method, uri);

  soup_message_add_flags (message, SOUP_MESSAGE_IDEMPOTENT | SOUP_MESSAGE_NO_REDIRECT);
  soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
  g_signal_connect (message, "network-event", G_CALLBACK (network_event_cb), NULL);
  if (sb_mcp_http_is_same_origin (uri, self->uri))
    add_credentials (self, soup_message_get_request_headers (message));

  return message;
}

/* Why there is no answer at all. (transfer full) */
GError *
sb_mcp_http_link_make_net_error (SbMcpHttpLink *self,
                                 SoupMessage   *message,
                                 const GError  *cause)
{
  g_autofree char *server = dup_server_name (soup_message_get_uri (message));
  GTlsCertificateFlags flags = soup_message_get_tls_peer_certificate_errors (message);

  if (flags != 0)
    return g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_UNTRUSTED,
                        "The certificate of %s cannot be trusted: %s. Check the address; if it is right, the "
                        "certificate has to be repaired.", server, sb_http_describe_certificate (flags));
  if (cause->domain == G_TLS_ERROR)
    return g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_UNREACHABLE,
                        "No secure connection to %s: %s. Check whether the address has to begin with https:// or "
                        "http://.", server, cause->message);
  if (cause->domain == G_RESOLVER_ERROR)
    return g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_UNREACHABLE,
                        "The host of the MCP server, %s, is not known. Check the address and the network.",
                        g_uri_get_host (soup_message_get_uri (message)));
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
    return g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_UNREACHABLE,
                        "No MCP server answers at %s. Start it, or correct the address.", server);

  return g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_UNREACHABLE, "The connection to the MCP server at %s broke: %s.",
                      server, cause->message);
}
