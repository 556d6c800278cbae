/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway-context.h"

#include "sb-docker-undertaker.h"
#include "sb-helper-path.h"
#include "sb-instance.h"
#include "sb-oauth-memory-store.h"

struct _SbSecretRequest
{
  /* owned */
  GTask        *task;        /* NULL when it was cancelled */
  GCancellable *cancellable; /* nullable */
  GStrv         names;

  gulong        cancelled_id;
};

static void
undertaker_dismiss (gpointer data)
{
  sb_docker_undertaker_dismiss (data);
}

static void
context_clear (gpointer data)
{
  SbGatewayContext *self = data;

  g_clear_object (&self->state);
  g_clear_object (&self->redactor);
  g_clear_object (&self->approvals);
  g_clear_object (&self->host);
  g_clear_object (&self->sandboxes);
  g_clear_object (&self->docker);
  g_clear_object (&self->tokens);
  g_hash_table_unref (self->undertakers);
  g_hash_table_unref (self->own_secrets);
  g_clear_pointer (&self->official, sb_official_plan_unref);
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  SbSecretRequest *self = user_data;
  g_autoptr(GTask) task = g_steal_pointer (&self->task);

  g_task_return_error_if_cancelled (task);
}

SbGatewayContext *
sb_gateway_context_new (const SbGatewayContext *parts)
{
  SbGatewayContext *self = g_rc_box_new0 (SbGatewayContext);

  self->state = g_object_ref (parts->state);
  self->redactor = g_object_ref (parts->redactor);
  self->approvals = g_object_ref (parts->approvals);
  self->host = g_object_ref (parts->host);
  self->sandboxes = parts->sandboxes != NULL ? g_object_ref (parts->sandboxes) : NULL;
  self->docker = parts->docker != NULL ? g_object_ref (parts->docker) : NULL;
  self->secrets = parts->secrets;
  self->secrets_data = parts->secrets_data;
  self->tokens = parts->tokens != NULL ? g_object_ref (parts->tokens) : sb_oauth_memory_store_new ();
  self->open_browser = parts->open_browser;
  self->open_data = parts->open_data;
  self->open_unasked = parts->open_unasked;
  self->start_timeout_ms = parts->start_timeout_ms;
  self->first_delay_ms = parts->first_delay_ms;
  self->ping_ms = parts->ping_ms;
  self->ping_timeout_ms = parts->ping_timeout_ms;
  self->undertakers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, undertaker_dismiss);
  self->own_secrets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

SbGatewayContext *
sb_gateway_context_ref (SbGatewayContext *self)
{
  return g_rc_box_acquire (self);
}

void
sb_gateway_context_unref (SbGatewayContext *self)
{
  g_rc_box_release_full (self, context_clear);
}

/**
 * sb_gateway_context_watch_engine:
 *
 * Takes an id for this process, which the labels of containers name, and starts an undertaker for the engine in
 * @self, once for each.
 */
gboolean
sb_gateway_context_watch_engine (SbGatewayContext  *self,
                                 GError           **error)
{
  const char *host = sb_docker_client_get_host (self->docker);
  g_autofree char *helper = NULL;
  GSubprocess *undertaker;

  if (!sb_instance_hold (error))
    return FALSE;
  if (g_hash_table_contains (self->undertakers, host))
    return TRUE;

  helper = sb_helper_path_find ();
  undertaker = sb_docker_undertaker_start (host, helper);
  if (undertaker != NULL)
    g_hash_table_insert (self->undertakers, g_strdup (host), undertaker);

  return TRUE;
}

/**
 * sb_secret_request_new:
 * @names: of the secrets, as a catalog has them
 * @cancellable: (nullable): finishes it at once; it is answered all the same
 *
 * Returns: (transfer full): to be answered once
 */
SbSecretRequest *
sb_secret_request_new (const char * const  *names,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  SbSecretRequest *self = g_new0 (SbSecretRequest, 1);

  self->task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, sb_secret_request_new);
  self->names = g_strdupv ((char **) names);
  self->cancellable = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  if (cancellable != NULL)
    self->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self, NULL);

  return self;
}

const char * const *
sb_secret_request_get_names (SbSecretRequest *self)
{
  return (const char * const *) self->names;
}

void
sb_secret_request_answer (SbSecretRequest *self,
                          GHashTable      *values)
{
  g_cancellable_disconnect (self->cancellable, self->cancelled_id);
  if (self->task != NULL)
    g_task_return_pointer (self->task, g_hash_table_ref (values), (GDestroyNotify) g_hash_table_unref);
  g_clear_object (&self->task);
  g_clear_object (&self->cancellable);
  g_strfreev (self->names);
  g_free (self);
}

/**
 * sb_secret_request_finish:
 *
 * Returns: (transfer full) (nullable): name → secret
 */
GHashTable *
sb_secret_request_finish (GAsyncResult  *result,
                          GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
