/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway-context.h"

struct _SbSecretRequest
{
  GTask *task; /* owned */
};

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
 * sb_secret_request_new:
 * @names: of the secrets, as a catalog has them
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
  g_task_set_task_data (self->task, g_strdupv ((char **) names), (GDestroyNotify) g_strfreev);

  return self;
}

const char * const *
sb_secret_request_get_names (SbSecretRequest *self)
{
  return g_task_get_task_data (self->task);
}

void
sb_secret_request_answer (SbSecretRequest *self,
                          GHashTable      *values)
{
  g_task_return_pointer (self->task, g_hash_table_ref (values), (GDestroyNotify) g_hash_table_unref);
  g_object_unref (self->task);
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
