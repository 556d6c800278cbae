/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-port-forward.h"

#include "sb-id.h"
#include "sb-peer.h"
#include "sb-port-connection.h"

#define MAX_CONNECTIONS 48
#define IDLE_SECONDS (10 * 60)
#define CHECK_SECONDS 30
#define MAX_TRIES 20

struct _SbPortForward
{
  GObject parent_instance;

  /* owned */
  SbChannel      *channel;
  GSocketService *service;
  GPtrArray      *connections; /* of SbPortConnection */
  char           *host;        /* "TOKEN.localhost:PORT" */
  char           *uri;
  guint           check_id;

  guint16         port;
  guint16         local_port;
  gboolean        open;
};

enum
{
  PROP_OPEN = 1,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (SbPortForward, sb_port_forward, G_TYPE_OBJECT)

static void
over_cb (SbPortConnection *connection,
         gpointer          user_data)
{
  SbPortForward *self = SB_PORT_FORWARD (user_data);

  g_signal_handlers_disconnect_by_data (connection, self);
  g_ptr_array_remove_fast (self->connections, connection);
}

static gboolean
incoming_cb (GSocketService    *service,
             GSocketConnection *stream,
             GObject           *source,
             gpointer           user_data)
{
  SbPortForward *self = SB_PORT_FORWARD (user_data);
  SbPortConnection *connection = NULL;

  if (!self->open || self->connections->len >= MAX_CONNECTIONS || !sb_peer_is_own_user (stream))
    return TRUE;

  connection = sb_port_connection_new (G_IO_STREAM (stream), self->channel, self->port, self->host);
  g_ptr_array_add (self->connections, connection);
  g_signal_connect (connection, "over", G_CALLBACK (over_cb), self);
  sb_port_connection_start (connection);

  return TRUE;
}

static gboolean
check_cb (gpointer user_data)
{
  SbPortForward *self = SB_PORT_FORWARD (user_data);
  gint64 oldest = sb_clock_monotonic () - (gint64) IDLE_SECONDS * G_USEC_PER_SEC;

  for (guint i = self->connections->len; i > 0; i--)
    {
      SbPortConnection *connection = g_ptr_array_index (self->connections, i - 1);

      if (sb_port_connection_get_last_use (connection) < oldest)
        sb_port_connection_end (connection);
    }

  return G_SOURCE_CONTINUE;
}

static void
channel_closed_cb (SbChannel    *channel,
                   const GError *reason,
                   gpointer      user_data)
{
  sb_port_forward_close (SB_PORT_FORWARD (user_data));
}

static guint16
listen_on (SbPortForward  *self,
           GSocketFamily   family,
           guint16         port,
           GError        **error)
{
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (family);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new (loopback, port);
  g_autoptr(GSocketAddress) bound = NULL;

  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), address, G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP, NULL, &bound, error))
    return 0;

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

/* The same port on both loopbacks: a browser that tries ::1 first must not end up with somebody else. A machine without
 * IPv6 has no ::1 to end up at. */
static gboolean
start_listening (SbPortForward  *self,
                 GError        **error)
{
  for (guint i = 0; i < MAX_TRIES; i++)
    {
      g_autoptr(GError) problem = NULL;

      g_clear_object (&self->service);
      self->service = g_socket_service_new ();
      self->local_port = listen_on (self, G_SOCKET_FAMILY_IPV4, 0, error);
      if (self->local_port == 0)
        return FALSE;
      if (listen_on (self, G_SOCKET_FAMILY_IPV6, self->local_port, &problem) != 0
          || !g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
        return TRUE;
    }

  g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT,
                       "No free port was found on this machine. Close some programs and try again.");

  return FALSE;
}

static void
sb_port_forward_get_property (GObject    *object,
                              guint       property_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  SbPortForward *self = SB_PORT_FORWARD (object);

  switch (property_id)
    {
    case PROP_OPEN:
      g_value_set_boolean (value, self->open);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
sb_port_forward_dispose (GObject *object)
{
  SbPortForward *self = SB_PORT_FORWARD (object);

  sb_port_forward_close (self);
  g_clear_object (&self->channel);
  g_clear_pointer (&self->connections, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_port_forward_parent_class)->dispose (object);
}

static void
sb_port_forward_finalize (GObject *object)
{
  SbPortForward *self = SB_PORT_FORWARD (object);

  g_free (self->host);
  g_free (self->uri);

  G_OBJECT_CLASS (sb_port_forward_parent_class)->finalize (object);
}

static void
sb_port_forward_class_init (SbPortForwardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sb_port_forward_get_property;
  object_class->dispose = sb_port_forward_dispose;
  object_class->finalize = sb_port_forward_finalize;

  properties[PROP_OPEN] = g_param_spec_boolean ("open", NULL, NULL, FALSE,
                                                G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_port_forward_init (SbPortForward *self)
{
  self->connections = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * sb_port_forward_new:
 * @channel: (transfer none): of the sandbox
 * @port: of an HTTP server inside
 *
 * Opens a random port of this machine's loopback that leads to @port. Three things keep others out. Only connections of
 * the same user are taken (the kernel tells whose they are). The address has 80 random bits in its host name, and the
 * first request of a connection must ask for that host: neither a web page elsewhere nor one that rebinds its name to
 * the loopback can know it. The name is below localhost, which browsers take to be the loopback without asking anybody
 * (RFC 6761 6.3); as nothing else has it, what the sandbox serves shares no cookies with other servers of this machine.
 *
 * At most 48 connections at once; one that is not used for 10 minutes is closed, as is one without a whole request head
 * after 10 seconds.
 *
 * Returns: (transfer full) (nullable): the open forward
 */
SbPortForward *
sb_port_forward_new (SbChannel  *channel,
                     guint16     port,
                     GError    **error)
{
  g_autoptr(SbPortForward) self = NULL;
  g_autofree char *name = sb_id_new ("port");

  g_return_val_if_fail (SB_IS_CHANNEL (channel), NULL);
  g_return_val_if_fail (port != 0, NULL);

  if (!sb_channel_is_open (channel))
    {
      g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED, "The sandbox is gone. Start a new one.");
      return NULL;
    }

  self = g_object_new (SB_TYPE_PORT_FORWARD, NULL);
  self->channel = g_object_ref (channel);
  self->port = port;
  if (!start_listening (self, error))
    return NULL;

  self->host = g_strdup_printf ("%s.localhost:%u", name, self->local_port);
  self->uri = g_strdup_printf ("http://%s/", self->host);
  self->open = TRUE;
  self->check_id = g_timeout_add_seconds (CHECK_SECONDS, check_cb, self);
  g_signal_connect_object (self->service, "incoming", G_CALLBACK (incoming_cb), self, 0);
  g_signal_connect_object (channel, "closed", G_CALLBACK (channel_closed_cb), self, 0);

  return g_steal_pointer (&self);
}

guint16
sb_port_forward_get_port (SbPortForward *self)
{
  g_return_val_if_fail (SB_IS_PORT_FORWARD (self), 0);

  return self->port;
}

guint16
sb_port_forward_get_local_port (SbPortForward *self)
{
  g_return_val_if_fail (SB_IS_PORT_FORWARD (self), 0);

  return self->local_port;
}

/* What to open in a browser. Whoever knows it and is the same user gets in: not for logs. */
const char *
sb_port_forward_get_uri (SbPortForward *self)
{
  g_return_val_if_fail (SB_IS_PORT_FORWARD (self), NULL);

  return self->uri;
}

gboolean
sb_port_forward_is_open (SbPortForward *self)
{
  g_return_val_if_fail (SB_IS_PORT_FORWARD (self), FALSE);

  return self->open;
}

guint
sb_port_forward_get_connections (SbPortForward *self)
{
  g_return_val_if_fail (SB_IS_PORT_FORWARD (self), 0);

  return self->connections->len;
}

/**
 * sb_port_forward_close:
 * @self: a forward
 *
 * Closes the port and all connections through it. It cannot be opened again.
 */
void
sb_port_forward_close (SbPortForward *self)
{
  g_return_if_fail (SB_IS_PORT_FORWARD (self));

  g_clear_handle_id (&self->check_id, g_source_remove);
  if (self->service != NULL)
    {
      g_socket_service_stop (self->service);
      g_socket_listener_close (G_SOCKET_LISTENER (self->service));
    }
  g_clear_object (&self->service);
  while (self->connections->len > 0)
    sb_port_connection_end (g_ptr_array_index (self->connections, self->connections->len - 1));
  if (!self->open)
    return;

  self->open = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OPEN]);
}
