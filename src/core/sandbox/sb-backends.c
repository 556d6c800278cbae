/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-backends.h"

#include "sb-bwrap-backend.h"
#include "sb-docker-backend.h"
#include "sb-docker-endpoint.h"

static void
add_docker_backends (GListStore *backends)
{
  g_autoptr(GPtrArray) endpoints = sb_docker_endpoint_discover ();
  gboolean have_explicit = FALSE;

  for (guint i = 0; i < endpoints->len; i++)
    {
      SbDockerEndpoint *endpoint = g_ptr_array_index (endpoints, i);
      g_autoptr(SbDockerClient) client = NULL;
      g_autoptr(SbSandboxBackend) backend = NULL;

      /* Who names an engine must not get another one in its place. */
      have_explicit |= endpoint->is_explicit;
      if (have_explicit && !endpoint->is_explicit)
        continue;

      client = sb_docker_client_new (endpoint->host, NULL);
      if (client == NULL)
        continue;
      backend = sb_docker_backend_new (client, NULL, NULL);
      g_list_store_append (backends, backend);
    }
}

/**
 * sb_backends_discover:
 * @wanted: (nullable): "docker" or "bwrap"; NULL for an engine if there is one, else bubblewrap
 *
 * Reads configuration only and connects to nothing; whoever probes them finds out which of them work.
 *
 * Returns: (transfer full) (nullable): NULL with SB_SANDBOX_ERROR_UNAVAILABLE for a backend nobody knows
 */
GListModel *
sb_backends_discover (const char  *wanted,
                      GError     **error)
{
  g_autoptr(GListStore) backends = g_list_store_new (SB_TYPE_SANDBOX_BACKEND);

  if (wanted != NULL && !g_str_equal (wanted, "docker") && !g_str_equal (wanted, "bwrap"))
    {
      g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                   "There is no sandbox backend “%s”; choose docker or bwrap.", wanted);
      return NULL;
    }

  if (wanted == NULL || g_str_equal (wanted, "docker"))
    add_docker_backends (backends);
  if (wanted == NULL || g_str_equal (wanted, "bwrap"))
    {
      g_autoptr(SbSandboxBackend) bwrap = sb_bwrap_backend_new (NULL);

      g_list_store_append (backends, bwrap);
    }

  return G_LIST_MODEL (g_steal_pointer (&backends));
}
