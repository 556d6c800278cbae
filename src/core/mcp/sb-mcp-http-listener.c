/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-http-listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOCKET_KEY "sb-socket"

struct _SbMcpHttpListener
{
  GObject parent_instance;

  /* owned */
  SoupServer     *server;
  GSocketService *service;
  GHashTable     *visitors; /* remote address as text → Visitor */
  int             far_end;  /* of the socket that libsoup listens to; -1: none */

  guint max_connections;
  guint request_timeout_ms;
};

/* One connection. */
typedef struct
{
  /* owned */
  char *name;

  /* borrowed */
  SbMcpHttpListener *listener;
  GSocketConnection *connection; /* weak */

  guint timer_id; /* 0: a whole request is there and is being answered */
} Visitor;

G_DEFINE_FINAL_TYPE (SbMcpHttpListener, sb_mcp_http_listener, G_TYPE_OBJECT)

static void
connection_gone_cb (gpointer  user_data,
                    GObject  *where_it_was)
{
  Visitor *visitor = user_data;

  visitor->connection = NULL;
  g_hash_table_remove (visitor->listener->visitors, visitor->name);
}

static void
visitor_free (gpointer data)
{
  Visitor *visitor = data;

  g_clear_handle_id (&visitor->timer_id, g_source_remove);
  if (visitor->connection != NULL)
    g_object_weak_unref (G_OBJECT (visitor->connection), connection_gone_cb, visitor);
  g_free (visitor->name);
  g_free (visitor);
}

/* The end of the stream makes the server close the connection itself. */
static gboolean
too_slow_cb (gpointer user_data)
{
  Visitor *visitor = user_data;

  visitor->timer_id = 0;
  g_socket_shutdown (g_socket_connection_get_socket (visitor->connection), TRUE, TRUE, NULL);

  return G_SOURCE_REMOVE;
}

static void
await_request (Visitor *visitor)
{
  g_clear_handle_id (&visitor->timer_id, g_source_remove);
  visitor->timer_id = g_timeout_add (visitor->listener->request_timeout_ms, too_slow_cb, visitor);
}

static Visitor *
find_visitor (SbMcpHttpListener *self,
              SoupServerMessage *message)
{
  GSocketAddress *address = soup_server_message_get_remote_address (message);
  g_autofree char *name = address != NULL
                            ? g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (address)) : NULL;

  return name != NULL ? g_hash_table_lookup (self->visitors, name) : NULL;
}

static void
request_read_cb (SoupServer        *server,
                 SoupServerMessage *message,
                 gpointer           user_data)
{
  Visitor *visitor = find_visitor (user_data, message);

  if (visitor != NULL)
    g_clear_handle_id (&visitor->timer_id, g_source_remove);
}

static void
request_finished_cb (SoupServer        *server,
                     SoupServerMessage *message,
                     gpointer           user_data)
{
  Visitor *visitor = find_visitor (user_data, message);

  if (visitor != NULL)
    await_request (visitor);
}

/* libsoup closes every connection after its first request unless it listens itself: it gets a socket on which
 * nobody ever comes. */
static gboolean
make_it_listen (SbMcpHttpListener  *self,
                GError            **error)
{
  int ends[2] = { -1, -1 };
  g_autoptr(GSocket) socket = NULL;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "No further socket could be opened.");
      return FALSE;
    }

  self->far_end = ends[1];
  socket = g_socket_new_from_fd (ends[0], error);
  if (socket == NULL)
    {
      close (ends[0]);
      return FALSE;
    }

  return soup_server_listen_socket (self->server, socket, 0, error);
}

static gboolean
incoming_cb (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source,
             gpointer           user_data)
{
  SbMcpHttpListener *self = user_data;
  g_autoptr(GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);
  g_autoptr(GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  Visitor *visitor = NULL;

  if (remote == NULL || local == NULL || g_hash_table_size (self->visitors) >= self->max_connections)
    return TRUE;

  visitor = g_new0 (Visitor, 1);
  visitor->name = g_socket_connectable_to_string (G_SOCKET_CONNECTABLE (remote));
  visitor->listener = self;
  visitor->connection = connection;
  g_object_weak_ref (G_OBJECT (connection), connection_gone_cb, visitor);
  g_hash_table_replace (self->visitors, visitor->name, visitor);
  await_request (visitor);
  g_socket_set_option (g_socket_connection_get_socket (connection), IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  g_object_set_data_full (G_OBJECT (remote), SOCKET_KEY, g_object_ref (g_socket_connection_get_socket (connection)),
                          g_object_unref);
  soup_server_accept_iostream (self->server, G_IO_STREAM (connection), local, remote, NULL);

  return TRUE;
}

static void
sb_mcp_http_listener_dispose (GObject *object)
{
  SbMcpHttpListener *self = SB_MCP_HTTP_LISTENER (object);

  sb_mcp_http_listener_stop (self);
  if (self->far_end >= 0)
    close (self->far_end);
  self->far_end = -1;
  g_clear_object (&self->server);
  g_clear_pointer (&self->visitors, g_hash_table_unref);

  G_OBJECT_CLASS (sb_mcp_http_listener_parent_class)->dispose (object);
}

static void
sb_mcp_http_listener_class_init (SbMcpHttpListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_http_listener_dispose;
}

static void
sb_mcp_http_listener_init (SbMcpHttpListener *self)
{
  self->visitors = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, visitor_free);
  self->far_end = -1;
}

/**
 * sb_mcp_http_listener_new:
 * @server: gets the connections
 * @address: an IP address
 * @port: 0: any that is free
 * @request_timeout_ms: for a whole request from its first byte, and for the next one on a kept connection
 * @bound_port: (out): the port
 *
 * Returns: (transfer full) (nullable): the listener, which listens
 */
SbMcpHttpListener *
sb_mcp_http_listener_new (SoupServer  *server,
                          const char  *address,
                          guint16      port,
                          guint        max_connections,
                          guint        request_timeout_ms,
                          guint16     *bound_port,
                          GError     **error)
{
  g_autoptr(SbMcpHttpListener) self = g_object_new (SB_TYPE_MCP_HTTP_LISTENER, NULL);
  g_autoptr(GSocketAddress) wanted = g_inet_socket_address_new_from_string (address, port);
  g_autoptr(GSocketAddress) bound = NULL;

  if (wanted == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "“%s” is no IP address that can be listened on.", address);
      return NULL;
    }

  self->server = g_object_ref (server);
  self->max_connections = max_connections;
  self->request_timeout_ms = request_timeout_ms;
  self->service = g_socket_service_new ();
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), wanted, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &bound, error)
      || !make_it_listen (self, error))
    return NULL;

  *bound_port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming_cb), self);
  g_signal_connect (server, "request-read", G_CALLBACK (request_read_cb), self);
  g_signal_connect (server, "request-finished", G_CALLBACK (request_finished_cb), self);

  return g_steal_pointer (&self);
}

/* Takes no connection any more. */
void
sb_mcp_http_listener_stop (SbMcpHttpListener *self)
{
  if (self->service == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->service, self);
  g_signal_handlers_disconnect_by_data (self->server, self);
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_clear_object (&self->service);
}

/* The connection that a message came on, which libsoup does not tell for those it was handed; nullable. */
GSocket *
sb_mcp_http_get_socket (SoupServerMessage *message)
{
  GSocketAddress *address = soup_server_message_get_remote_address (message);

  return address != NULL ? g_object_get_data (G_OBJECT (address), SOCKET_KEY) : NULL;
}
