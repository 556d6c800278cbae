/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-egress.h"

#include "sb-channel.h"
#include "sb-docker-backend.h"
#include "sb-docker-request.h"
#include "sb-egress-connection.h"
#include "sb-id.h"
#include "sb-sandbox-spec.h"
#include "sb-tunnel-listener.h"

/* sandbar-init alone, and what it buffers. */
#define MEMORY_BYTES (G_GUINT64_CONSTANT (64) * 1024 * 1024)
#define DISK_BYTES (G_GUINT64_CONSTANT (64) * 1024)
#define PIDS 8
#define CPUS 1.0

/* One host that is listened for. */
typedef struct
{
  /* owned */
  SbTunnelListener *listener;

  /* borrowed */
  SbServerEgress   *egress;

  guint             host;
} Gate;

struct _SbServerEgress
{
  GObject           parent_instance;

  /* owned */
  SbSandboxBackend *backend;
  SbEgressRules    *rules;
  SbServerLog      *log;
  char             *image;
  char             *id;
  char             *network;
  SbChannel        *channel;     /* nullable until it runs */
  GPtrArray        *gates;       /* of Gate, in the rules' order; a host without one has no address inside */
  GHashTable       *connections; /* of SbEgressConnection */
  GTask            *opening;     /* nullable */
  gulong            closed_id;

  gboolean          opened;
};

enum
{
  LOST,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbServerEgress, sb_server_egress, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void listen_next (SbServerEgress *self);

static void
gate_free (gpointer data)
{
  Gate *gate = data;

  if (gate->listener != NULL)
    sb_tunnel_listener_close (gate->listener);
  g_clear_object (&gate->listener);
  g_free (gate);
}

/* The one place where opening ends. error: (transfer full) (nullable) */
static void
finish_opening (SbServerEgress *self,
                GError         *error)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->opening);

  self->opened = error == NULL;
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
over_cb (SbServerEgress     *self,
         SbEgressConnection *connection)
{
  g_autofree char *line = sb_egress_connection_describe (connection);

  sb_server_log_note (self->log, line);
  g_hash_table_remove (self->connections, connection);
}

static void
incoming_cb (SbTunnelListener *listener,
             GIOStream        *stream,
             gpointer          user_data)
{
  Gate *gate = user_data;
  SbServerEgress *self = gate->egress;
  SbEgressConnection *connection = sb_egress_connection_new (stream, self->rules, gate->host);

  g_hash_table_add (self->connections, connection);
  g_signal_connect_object (connection, "over", G_CALLBACK (over_cb), self, G_CONNECT_SWAPPED);
  sb_egress_connection_start (connection);
}

static void
listening_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbServerEgress) self = user_data;
  GError *error = NULL;
  Gate *gate = g_ptr_array_index (self->gates, self->gates->len - 1);

  gate->listener = sb_channel_listen_finish (SB_CHANNEL (source), result, &error);
  if (gate->listener == NULL)
    finish_opening (self, error);
  else
    listen_next (self);
}

static void
note_unreachable (SbServerEgress     *self,
                  const SbEgressHost *host)
{
  g_autofree char *line = g_strdup_printf ("%s has no way out of the container as an address. What is listed by name "
                                           "may lead to it.", host->name);

  sb_server_log_note (self->log, line);
}

static void
listen_next (SbServerEgress *self)
{
  const SbEgressHost *host;
  Gate *gate;

  if (self->gates->len == sb_egress_rules_count (self->rules))
    {
      finish_opening (self, NULL);
      return;
    }

  host = sb_egress_rules_get (self->rules, self->gates->len);
  gate = g_new0 (Gate, 1);
  gate->egress = self;
  gate->host = self->gates->len;
  g_ptr_array_add (self->gates, gate);
  if (host->local == 0)
    {
      note_unreachable (self, host);
      listen_next (self);
      return;
    }

  sb_channel_listen_at_async (self->channel, host->local, host->port, incoming_cb, gate,
                              g_task_get_cancellable (self->opening), listening_cb, g_object_ref (self));
}

static void
closed_cb (SbServerEgress *self)
{
  if (!self->opened)
    return;

  self->opened = FALSE;
  sb_server_log_note (self->log, "The way to the listed hosts was lost.");
  g_signal_emit (self, signals[LOST], 0);
}

static void
channel_open_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(SbServerEgress) self = user_data;
  GError *error = NULL;

  if (sb_channel_open_finish (SB_CHANNEL (source), result, &error))
    listen_next (self);
  else
    finish_opening (self, error);
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(SbServerEgress) self = user_data;
  GError *error = NULL;
  g_autoptr(SbDuplex) duplex = sb_sandbox_backend_start_finish (SB_SANDBOX_BACKEND (source), result, NULL, &error);

  if (duplex == NULL)
    {
      finish_opening (self, error);
      return;
    }

  self->channel = sb_channel_new (duplex);
  self->closed_id = g_signal_connect_swapped (self->channel, "closed", G_CALLBACK (closed_cb), self);
  sb_channel_open_async (self->channel, 0, g_task_get_cancellable (self->opening), channel_open_cb,
                         g_object_ref (self));
}

static void
close_all (SbServerEgress *self)
{
  GHashTableIter iter;
  gpointer connection;

  self->opened = FALSE;
  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    {
      /* Each takes itself out of the table. */
      sb_egress_connection_end (connection);
      g_hash_table_iter_init (&iter, self->connections);
    }
  g_ptr_array_set_size (self->gates, 0);
  if (self->channel != NULL)
    {
      g_clear_signal_handler (&self->closed_id, self->channel);
      sb_channel_close (self->channel);
    }
  g_clear_object (&self->channel);
}

static void
removed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_sandbox_backend_remove_finish (SB_SANDBOX_BACKEND (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
sb_server_egress_dispose (GObject *object)
{
  SbServerEgress *self = SB_SERVER_EGRESS (object);

  close_all (self);
  g_clear_object (&self->backend);
  g_clear_object (&self->log);
  g_clear_pointer (&self->rules, sb_egress_rules_unref);

  G_OBJECT_CLASS (sb_server_egress_parent_class)->dispose (object);
}

static void
sb_server_egress_finalize (GObject *object)
{
  SbServerEgress *self = SB_SERVER_EGRESS (object);

  g_ptr_array_unref (self->gates);
  g_hash_table_unref (self->connections);
  g_free (self->image);
  g_free (self->id);
  g_free (self->network);

  G_OBJECT_CLASS (sb_server_egress_parent_class)->finalize (object);
}

static void
sb_server_egress_class_init (SbServerEgressClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_server_egress_dispose;
  object_class->finalize = sb_server_egress_finalize;

  signals[LOST] = g_signal_new ("lost", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
}

static void
sb_server_egress_init (SbServerEgress *self)
{
  self->gates = g_ptr_array_new_with_free_func (gate_free);
  self->connections = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->id = sb_id_new ("egress");
}

/**
 * sb_server_egress_new:
 * @image: one that is there: nothing of it is run, but a container needs one
 * @log: is told of each connection when it is over
 */
SbServerEgress *
sb_server_egress_new (SbDockerClient *docker,
                      const char     *image,
                      SbEgressRules  *rules,
                      SbServerLog    *log)
{
  SbServerEgress *self = g_object_new (SB_TYPE_SERVER_EGRESS, NULL);
  g_autofree char *container = sb_docker_request_dup_name (self->id);

  self->backend = sb_docker_backend_new (docker, NULL, image);
  self->image = g_strdup (image);
  self->rules = sb_egress_rules_ref (rules);
  self->log = g_object_ref (log);
  self->network = g_strconcat ("container:", container, NULL);

  return self;
}

/**
 * sb_server_egress_open_async:
 *
 * Errors: #SbSandboxError and #SbChannelError. It has to be ended in any case.
 */
void
sb_server_egress_open_async (SbServerEgress      *self,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr(SbSandboxSpec) spec = sb_sandbox_spec_new_default ();

  g_return_if_fail (SB_IS_SERVER_EGRESS (self));
  g_return_if_fail (self->opening == NULL && self->channel == NULL);

  spec->id = g_strdup (self->id);
  spec->image = g_strdup (self->image);
  spec->hosts = (const char * const *) sb_egress_rules_dup_names (self->rules);
  spec->memory_bytes = MEMORY_BYTES;
  spec->disk_bytes = DISK_BYTES;
  spec->pids = PIDS;
  spec->cpus = CPUS;
  /* An engine without control groups has no limits for the server either. */
  spec->allows_weak = TRUE;
  self->opening = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->opening, sb_server_egress_open_async);
  sb_sandbox_backend_start_async (self->backend, spec, cancellable, started_cb, g_object_ref (self));
}

gboolean
sb_server_egress_open_finish (SbServerEgress  *self,
                              GAsyncResult    *result,
                              GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

const char *
sb_server_egress_get_network (SbServerEgress *self)
{
  g_return_val_if_fail (SB_IS_SERVER_EGRESS (self), NULL);

  return self->network;
}

/**
 * sb_server_egress_end_async:
 *
 * Not while it opens: that has to be cancelled and waited for. Finishes when its container is gone.
 */
void
sb_server_egress_end_async (SbServerEgress      *self,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (SB_IS_SERVER_EGRESS (self));
  g_return_if_fail (self->opening == NULL);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, sb_server_egress_end_async);
  close_all (self);
  sb_sandbox_backend_remove_async (self->backend, self->id, NULL, removed_cb, task);
}

gboolean
sb_server_egress_end_finish (SbServerEgress  *self,
                             GAsyncResult    *result,
                             GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
