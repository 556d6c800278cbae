/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-backend.h"

G_DEFINE_QUARK (sb-sandbox-error-quark, sb_sandbox_error)
G_DEFINE_INTERFACE (SbSandboxBackend, sb_sandbox_backend, G_TYPE_OBJECT)

static void
sb_sandbox_backend_default_init (SbSandboxBackendInterface *iface)
{
}

/**
 * sb_sandbox_fact_new:
 * @id: which guarantee
 * @holds: whether it is guaranteed on this machine
 * @label: a few words
 * @detail: (transfer full): a sentence with the real value
 *
 * Returns: (transfer full): a fact
 */
SbSandboxFact *
sb_sandbox_fact_new (const char *id,
                     gboolean    holds,
                     const char *label,
                     char       *detail)
{
  SbSandboxFact *fact = g_new0 (SbSandboxFact, 1);

  fact->id = g_strdup (id);
  fact->label = g_strdup (label);
  fact->detail = detail;
  fact->holds = holds;

  return fact;
}

void
sb_sandbox_fact_free (SbSandboxFact *fact)
{
  g_free (fact->id);
  g_free (fact->label);
  g_free (fact->detail);
  g_free (fact);
}

/* For people: the kind of backend and, once it has been probed, its version. */
const char *
sb_sandbox_backend_get_label (SbSandboxBackend *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX_BACKEND (self), NULL);

  return SB_SANDBOX_BACKEND_GET_IFACE (self)->get_label (self);
}

/* Returns: (transfer none) (nullable): valid until the next probe */
const SbBackendInfo *
sb_sandbox_backend_get_info (SbSandboxBackend *self)
{
  SbSandboxBackendInterface *iface = NULL;

  g_return_val_if_fail (SB_IS_SANDBOX_BACKEND (self), NULL);

  iface = SB_SANDBOX_BACKEND_GET_IFACE (self);

  return iface->get_info != NULL ? iface->get_info (self) : NULL;
}

/**
 * sb_sandbox_backend_probe_async:
 * @self: a backend
 *
 * Finds out whether a sandbox could be started now, and removes what dead owners left. May be repeated, e.g. after the
 * engine was restarted.
 */
void
sb_sandbox_backend_probe_async (SbSandboxBackend    *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_return_if_fail (SB_IS_SANDBOX_BACKEND (self));

  SB_SANDBOX_BACKEND_GET_IFACE (self)->probe_async (self, cancellable, callback, user_data);
}

gboolean
sb_sandbox_backend_probe_finish (SbSandboxBackend  *self,
                                 GAsyncResult      *result,
                                 GError           **error)
{
  g_return_val_if_fail (SB_IS_SANDBOX_BACKEND (self), FALSE);

  return SB_SANDBOX_BACKEND_GET_IFACE (self)->probe_finish (self, result, error);
}

/**
 * sb_sandbox_backend_start_async:
 * @self: a backend whose probe succeeded
 * @spec: (transfer none): copied as far as it is needed
 *
 * Starts one sandbox. When it fails or is cancelled nothing of it is left behind.
 */
void
sb_sandbox_backend_start_async (SbSandboxBackend    *self,
                                const SbSandboxSpec *spec,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_return_if_fail (SB_IS_SANDBOX_BACKEND (self));

  SB_SANDBOX_BACKEND_GET_IFACE (self)->start_async (self, spec, cancellable, callback, user_data);
}

/**
 * sb_sandbox_backend_start_finish:
 * @facts: (out) (transfer full): of #SbSandboxFact
 *
 * Returns: (transfer full): the stream to sandbar-init; the sandbox ends with it. Or %NULL with a #SbSandboxError.
 */
SbDuplex *
sb_sandbox_backend_start_finish (SbSandboxBackend  *self,
                                 GAsyncResult      *result,
                                 GPtrArray        **facts,
                                 GError           **error)
{
  g_return_val_if_fail (SB_IS_SANDBOX_BACKEND (self), NULL);

  return SB_SANDBOX_BACKEND_GET_IFACE (self)->start_finish (self, result, facts, error);
}

/* id: of the spec it was started with. */
void
sb_sandbox_backend_remove_async (SbSandboxBackend    *self,
                                 const char          *id,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  g_return_if_fail (SB_IS_SANDBOX_BACKEND (self));

  SB_SANDBOX_BACKEND_GET_IFACE (self)->remove_async (self, id, cancellable, callback, user_data);
}

gboolean
sb_sandbox_backend_remove_finish (SbSandboxBackend  *self,
                                  GAsyncResult      *result,
                                  GError           **error)
{
  g_return_val_if_fail (SB_IS_SANDBOX_BACKEND (self), FALSE);

  return SB_SANDBOX_BACKEND_GET_IFACE (self)->remove_finish (self, result, error);
}

gboolean
sb_sandbox_backend_explain_async (SbSandboxBackend    *self,
                                  const char          *id,
                                  GCancellable        *cancellable,
                                  GAsyncReadyCallback  callback,
                                  gpointer             user_data)
{
  g_return_val_if_fail (SB_IS_SANDBOX_BACKEND (self), FALSE);

  if (SB_SANDBOX_BACKEND_GET_IFACE (self)->explain_async == NULL)
    return FALSE;

  SB_SANDBOX_BACKEND_GET_IFACE (self)->explain_async (self, id, cancellable, callback, user_data);

  return TRUE;
}

char *
sb_sandbox_backend_explain_finish (SbSandboxBackend *self,
                                   GAsyncResult     *result)
{
  g_return_val_if_fail (SB_IS_SANDBOX_BACKEND (self), NULL);

  return SB_SANDBOX_BACKEND_GET_IFACE (self)->explain_finish (self, result);
}

/**
 * sb_sandbox_backend_new_image_job:
 * @image: (nullable): the one that a sandbox names; %NULL: the one that it has for those who name none
 *
 * Asks nobody: whoever runs the job has the user's leave.
 *
 * Returns: (transfer full) (nullable): what would build or pull it; %NULL for a backend without images
 */
SbImageJob *
sb_sandbox_backend_new_image_job (SbSandboxBackend *self,
                                  const char       *image)
{
  SbSandboxBackendInterface *iface = NULL;

  g_return_val_if_fail (SB_IS_SANDBOX_BACKEND (self), NULL);

  iface = SB_SANDBOX_BACKEND_GET_IFACE (self);

  return iface->new_image_job != NULL ? iface->new_image_job (self, image) : NULL;
}
