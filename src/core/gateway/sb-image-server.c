/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-image-server.h"

#include "sb-image-fetch.h"
#include "sb-server-container.h"
#include "sb-server-egress.h"

typedef enum
{
  STATE_NEW,
  STATE_IMAGE,
  STATE_EGRESS,
  STATE_CONTAINER,
  STATE_OPEN,
  STATE_FAILED,
  STATE_ENDING,
  STATE_ENDED,
} State;

struct _SbImageServer
{
  GObject               parent_instance;

  /* owned */
  SbDockerClient       *docker;
  SbServerLog          *log;
  SbImageFetch         *fetch;     /* nullable */
  SbServerEgress       *egress;    /* nullable: its network is all, none, or not there yet */
  SbMcpTransport       *transport; /* nullable */
  GTask                *opening;   /* nullable */
  GTask                *ending;    /* nullable */
  GError               *error;     /* nullable: of what could not be taken away */
  char                 *id;        /* nullable until it was created */

  /* borrowed, outlives it */
  const SbServerLaunch *launch;

  State                 state;
};

enum
{
  PROGRESS,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbImageServer, sb_image_server, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
enter (SbImageServer *self,
       State          state)
{
  g_assert (state > self->state);
  self->state = state;
}

/* error: (transfer full) */
static void
fail (SbImageServer *self,
      GError        *error)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->opening);

  enter (self, STATE_FAILED);
  g_task_return_error (task, error);
}

static void
runs_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(SbImageServer) self = user_data;
  GError *error = NULL;
  SbMcpTransport *transport = sb_server_container_run_finish (SB_DOCKER_CLIENT (source), result, &self->id, &error);
  g_autoptr(GTask) task = NULL;

  if (transport == NULL)
    {
      fail (self, error);
      return;
    }

  enter (self, STATE_OPEN);
  task = g_steal_pointer (&self->opening);
  self->transport = g_object_ref (transport);
  g_task_return_pointer (task, transport, g_object_unref);
}

static void
run (SbImageServer *self)
{
  const char *network = self->egress != NULL ? sb_server_egress_get_network (self->egress) : NULL;

  enter (self, STATE_CONTAINER);
  sb_server_container_run_async (self->docker, self->launch, network, self->log,
                                 g_task_get_cancellable (self->opening), runs_cb, g_object_ref (self));
}

/* A server that reaches nothing any more had better come back with a new network. */
static void
lost_cb (SbImageServer *self)
{
  if (self->state == STATE_OPEN)
    sb_mcp_transport_close (self->transport);
}

static void
egress_open_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(SbImageServer) self = user_data;
  g_autoptr(GError) error = NULL;

  if (sb_server_egress_open_finish (SB_SERVER_EGRESS (source), result, &error))
    run (self);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    fail (self, g_steal_pointer (&error));
  else
    fail (self, g_error_new (SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_START,
                             "The network of the server %s, with its listed hosts only, did not come up: %s",
                             self->launch->name, error->message));
}

static void
open_egress (SbImageServer *self)
{
  GError *error = NULL;
  g_autoptr(SbEgressRules) rules = sb_egress_rules_new (self->launch->name,
                                                        (const char * const *) self->launch->allow_hosts, &error);

  if (rules == NULL)
    {
      fail (self, error);
      return;
    }

  enter (self, STATE_EGRESS);
  self->egress = sb_server_egress_new (self->docker, self->launch->image, rules, self->log);
  g_signal_connect_object (self->egress, "lost", G_CALLBACK (lost_cb), self, G_CONNECT_SWAPPED);
  sb_server_egress_open_async (self->egress, g_task_get_cancellable (self->opening), egress_open_cb,
                               g_object_ref (self));
}

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(SbImageServer) self = user_data;
  GError *error = NULL;

  if (!sb_image_fetch_run_finish (SB_IMAGE_FETCH (source), result, &error))
    fail (self, error);
  else if (self->launch->network == SB_SERVER_NETWORK_HOSTS)
    open_egress (self);
  else
    run (self);
}

static void
progress_cb (SbImageServer *self,
             const char    *words)
{
  g_signal_emit (self, signals[PROGRESS], 0, words);
}

/* The end */

static void
finish_ending (SbImageServer *self)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->ending);

  enter (self, STATE_ENDED);
  if (self->error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->error));
  else
    g_task_return_boolean (task, TRUE);
}

static void
egress_ended_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(SbImageServer) self = user_data;

  sb_server_egress_end_finish (SB_SERVER_EGRESS (source), result, self->error == NULL ? &self->error : NULL);
  finish_ending (self);
}

static void
end_egress (SbImageServer *self)
{
  if (self->egress != NULL)
    sb_server_egress_end_async (self->egress, egress_ended_cb, g_object_ref (self));
  else
    finish_ending (self);
}

static void
container_ended_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr(SbImageServer) self = user_data;

  sb_server_container_end_finish (SB_DOCKER_CLIENT (source), result, &self->error);
  end_egress (self);
}

static void
sb_image_server_dispose (GObject *object)
{
  SbImageServer *self = SB_IMAGE_SERVER (object);

  g_clear_object (&self->fetch);
  g_clear_object (&self->egress);
  g_clear_object (&self->transport);
  g_clear_object (&self->docker);
  g_clear_object (&self->log);

  G_OBJECT_CLASS (sb_image_server_parent_class)->dispose (object);
}

static void
sb_image_server_finalize (GObject *object)
{
  SbImageServer *self = SB_IMAGE_SERVER (object);

  g_clear_error (&self->error);
  g_free (self->id);

  G_OBJECT_CLASS (sb_image_server_parent_class)->finalize (object);
}

static void
sb_image_server_class_init (SbImageServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_image_server_dispose;
  object_class->finalize = sb_image_server_finalize;

  signals[PROGRESS] = g_signal_new ("progress", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
sb_image_server_init (SbImageServer *self)
{
}

/**
 * sb_image_server_new:
 * @launch: of kind IMAGE; outlives it
 * @log: gets its standard error, and what happens to it
 */
SbImageServer *
sb_image_server_new (SbDockerClient       *docker,
                     const SbServerLaunch *launch,
                     SbServerLog          *log)
{
  SbImageServer *self = g_object_new (SB_TYPE_IMAGE_SERVER, NULL);

  self->docker = g_object_ref (docker);
  self->launch = launch;
  self->log = g_object_ref (log);

  return self;
}

/**
 * sb_image_server_open_async:
 *
 * Pulls the image if the catalog says so, makes the network of listed hosts where one is asked for, and starts the
 * container. Errors: SB_GATEWAY_ERROR, SB_CATALOG_ERROR. It has to be ended in any case.
 */
void
sb_image_server_open_async (SbImageServer       *self,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_return_if_fail (SB_IS_IMAGE_SERVER (self));

  enter (self, STATE_IMAGE);
  self->opening = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->opening, sb_image_server_open_async);
  g_task_set_check_cancellable (self->opening, FALSE);
  self->fetch = sb_image_fetch_new (self->docker, self->launch->image, self->launch->pull, self->log);
  g_signal_connect_object (self->fetch, "progress", G_CALLBACK (progress_cb), self, G_CONNECT_SWAPPED);
  sb_image_fetch_run_async (self->fetch, cancellable, fetched_cb, g_object_ref (self));
}

/* Returns: (transfer full) (nullable): not started */
SbMcpTransport *
sb_image_server_open_finish (SbImageServer  *self,
                             GAsyncResult   *result,
                             GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

const char *
sb_image_server_get_container_id (SbImageServer *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_SERVER (self), NULL);

  return self->id;
}

/**
 * sb_image_server_end_async:
 *
 * When the opening has finished. The server first, then its network.
 */
void
sb_image_server_end_async (SbImageServer       *self,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_return_if_fail (SB_IS_IMAGE_SERVER (self));
  g_return_if_fail (self->opening == NULL && self->ending == NULL);

  enter (self, STATE_ENDING);
  self->ending = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->ending, sb_image_server_end_async);
  if (self->id != NULL)
    sb_server_container_end_async (self->docker, self->id, container_ended_cb, g_object_ref (self));
  else
    end_egress (self);
}

gboolean
sb_image_server_end_finish (SbImageServer  *self,
                            GAsyncResult   *result,
                            GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
