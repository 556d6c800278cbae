/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-egress-connection.h"

#include "sb-id.h"
#include "sb-splice.h"

#define CONNECT_SECONDS 15
/* A name with more addresses than that is tried no further. */
#define MAX_ADDRESSES 8

typedef enum
{
  STATE_NEW,
  STATE_RESOLVING,
  STATE_CONNECTING,
  STATE_CARRYING,
  STATE_OVER,
} State;

struct _SbEgressConnection
{
  GObject             parent_instance;

  /* owned */
  GIOStream          *inside;
  SbEgressRules      *rules;
  GQueue              addresses;   /* of GInetAddress: still to be tried */
  SbSplice           *splice;      /* nullable until connected */
  GCancellable       *cancellable;
  char               *problem;     /* nullable */

  /* borrowed */
  const SbEgressHost *host;        /* of the rules */

  State               state;
};

enum
{
  OVER,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbEgressConnection, sb_egress_connection, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void try_next (SbEgressConnection *self);

static void
enter (SbEgressConnection *self,
       State               state)
{
  g_assert (state > self->state);
  self->state = state;
}

/* The one place where it ends. */
static void
finish (SbEgressConnection *self)
{
  g_autoptr(SbEgressConnection) keep = g_object_ref (self);

  if (self->state == STATE_OVER)
    return;

  enter (self, STATE_OVER);
  g_cancellable_cancel (self->cancellable);
  if (self->splice != NULL)
    sb_splice_end (self->splice);
  g_clear_object (&self->inside);
  g_signal_emit (self, signals[OVER], 0);
}

static void
fail (SbEgressConnection *self,
      const char         *problem)
{
  g_free (self->problem);
  self->problem = g_strdup (problem);
  finish (self);
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbEgressConnection) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocketConnection) outside = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);

  if (self->state == STATE_OVER)
    return;
  if (outside == NULL)
    {
      g_free (self->problem);
      self->problem = g_strdup (error->message);
      try_next (self);
      return;
    }

  g_clear_pointer (&self->problem, g_free);
  enter (self, STATE_CARRYING);
  self->splice = sb_splice_new (self->inside, G_IO_STREAM (outside));
  g_signal_connect_object (self->splice, "over", G_CALLBACK (finish), self, G_CONNECT_SWAPPED);
  sb_splice_start (self->splice, NULL);
}

static void
try_next (SbEgressConnection *self)
{
  g_autoptr(GInetAddress) address = g_queue_pop_head (&self->addresses);
  g_autoptr(GSocketAddress) target = NULL;
  g_autoptr(GSocketClient) client = NULL;

  if (address == NULL)
    {
      finish (self);
      return;
    }

  /* No proxy: it would look the name up again, and could reach something else. */
  client = g_socket_client_new ();
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, CONNECT_SECONDS);
  target = g_inet_socket_address_new (address, self->host->port);
  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (target), self->cancellable, connected_cb,
                                 g_object_ref (self));
}

static void
dial (SbEgressConnection *self,
      GList              *addresses)
{
  for (GList *l = addresses; l != NULL && g_queue_get_length (&self->addresses) < MAX_ADDRESSES; l = l->next)
    if (sb_egress_rules_permits (self->rules, l->data, self->host->port))
      g_queue_push_tail (&self->addresses, g_object_ref (l->data));

  if (g_queue_is_empty (&self->addresses))
    {
      fail (self, "It is an address of this machine or of the network around it, which is not listed.");
      return;
    }

  enter (self, STATE_CONNECTING);
  try_next (self);
}

static void
resolved_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbEgressConnection) self = user_data;
  g_autoptr(GError) error = NULL;
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, &error);

  if (self->state == STATE_OVER)
    {
      g_resolver_free_addresses (addresses);
      return;
    }

  if (addresses == NULL)
    fail (self, error->message);
  else
    dial (self, addresses);
  g_resolver_free_addresses (addresses);
}

static void
sb_egress_connection_dispose (GObject *object)
{
  SbEgressConnection *self = SB_EGRESS_CONNECTION (object);

  g_clear_object (&self->inside);
  g_clear_object (&self->splice);
  g_clear_object (&self->cancellable);
  g_queue_clear_full (&self->addresses, g_object_unref);

  G_OBJECT_CLASS (sb_egress_connection_parent_class)->dispose (object);
}

static void
sb_egress_connection_finalize (GObject *object)
{
  SbEgressConnection *self = SB_EGRESS_CONNECTION (object);

  g_clear_pointer (&self->rules, sb_egress_rules_unref);
  g_free (self->problem);

  G_OBJECT_CLASS (sb_egress_connection_parent_class)->finalize (object);
}

static void
sb_egress_connection_class_init (SbEgressConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_egress_connection_dispose;
  object_class->finalize = sb_egress_connection_finalize;

  signals[OVER] = g_signal_new ("over", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
}

static void
sb_egress_connection_init (SbEgressConnection *self)
{
  self->cancellable = g_cancellable_new ();
  g_queue_init (&self->addresses);
}

/* host: its number in the rules */
SbEgressConnection *
sb_egress_connection_new (GIOStream     *inside,
                          SbEgressRules *rules,
                          guint          host)
{
  SbEgressConnection *self = g_object_new (SB_TYPE_EGRESS_CONNECTION, NULL);

  self->inside = g_object_ref (inside);
  self->rules = sb_egress_rules_ref (rules);
  self->host = sb_egress_rules_get (rules, host);

  return self;
}

/**
 * sb_egress_connection_start:
 *
 * Once. What it resolves to is checked against the rules, and only that is dialled: a name that means something else
 * a moment later changes nothing.
 */
void
sb_egress_connection_start (SbEgressConnection *self)
{
  GList literal = { 0 };

  g_return_if_fail (SB_IS_EGRESS_CONNECTION (self));

  enter (self, STATE_RESOLVING);
  if (self->host->literal == NULL)
    {
      g_autoptr(GResolver) resolver = g_resolver_get_default ();

      g_resolver_lookup_by_name_async (resolver, self->host->name, self->cancellable, resolved_cb,
                                       g_object_ref (self));
      return;
    }

  literal.data = self->host->literal;
  dial (self, &literal);
}

/* Returns: (transfer full): a line for the server's log */
char *
sb_egress_connection_describe (SbEgressConnection *self)
{
  g_autofree char *sent = NULL;
  g_autofree char *received = NULL;

  g_return_val_if_fail (SB_IS_EGRESS_CONNECTION (self), NULL);

  if (self->problem != NULL)
    return g_strdup_printf ("%s:%u was not reached: %s", self->host->name, self->host->port, self->problem);
  if (self->splice == NULL)
    return g_strdup_printf ("%s:%u was given up.", self->host->name, self->host->port);

  sent = sb_format_size (sb_splice_get_sent (self->splice));
  received = sb_format_size (sb_splice_get_received (self->splice));

  return g_strdup_printf ("%s:%u: %s sent, %s received.", self->host->name, self->host->port, sent, received);
}

void
sb_egress_connection_end (SbEgressConnection *self)
{
  g_return_if_fail (SB_IS_EGRESS_CONNECTION (self));

  finish (self);
}
