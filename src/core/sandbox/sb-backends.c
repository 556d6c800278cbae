/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-backends.h"

#include "sb-bwrap-backend.h"
#include "sb-docker-backend.h"
#include "sb-docker-endpoint.h"
#include "sb-text.h"

/* What is no address for us is left out and told. Returns: (transfer full) (nullable): of which, and why */
static char *
add_docker_backends (GListStore *backends)
{
  g_autoptr(GPtrArray) endpoints = sb_docker_endpoint_discover ();
  g_autoptr(GString) problems = g_string_new (NULL);
  gboolean have_explicit = FALSE;

  for (guint i = 0; i < endpoints->len; i++)
    {
      SbDockerEndpoint *endpoint = g_ptr_array_index (endpoints, i);
      g_autoptr(SbDockerClient) client = NULL;
      g_autoptr(SbSandboxBackend) backend = NULL;
      g_autoptr(GError) error = NULL;

      /* Who names an engine must not get another one in its place. */
      have_explicit |= endpoint->is_explicit;
      if (have_explicit && !endpoint->is_explicit)
        continue;

      client = sb_docker_client_new_for_endpoint (endpoint, &error);
      if (client == NULL)
        {
          g_string_append_printf (problems, "%s%s, from %s: %s", problems->len > 0 ? "\n" : "", endpoint->host,
                                  endpoint->source, error->message);
          continue;
        }
      backend = sb_docker_backend_new (client, NULL, NULL);
      g_list_store_append (backends, backend);
    }

  return problems->len > 0 ? sb_text_clean (problems->str, problems->len, NULL) : NULL;
}

/**
 * sb_backends_discover:
 * @wanted: (nullable): "docker" or "bwrap"; NULL for an engine if there is one, else bubblewrap
 * @problem: (out) (optional) (nullable): why an engine that is configured is not among them, for the user
 *
 * Reads configuration only and connects to nothing; whoever probes them finds out which of them work.
 *
 * Returns: (transfer full) (nullable): NULL with SB_SANDBOX_ERROR_UNAVAILABLE for a backend nobody knows
 */
GListModel *
sb_backends_discover (const char  *wanted,
                      char       **problem,
                      GError     **error)
{
  g_autoptr(GListStore) backends = g_list_store_new (SB_TYPE_SANDBOX_BACKEND);
  g_autofree char *left_out = NULL;

  if (wanted != NULL && !g_str_equal (wanted, "docker") && !g_str_equal (wanted, "bwrap"))
    {
      g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                   "There is no sandbox backend “%s”; choose docker or bwrap.", wanted);
      return NULL;
    }

  if (wanted == NULL || g_str_equal (wanted, "docker"))
    left_out = add_docker_backends (backends);
  if (wanted == NULL || g_str_equal (wanted, "bwrap"))
    {
      g_autoptr(SbSandboxBackend) bwrap = sb_bwrap_backend_new (NULL);

      g_list_store_append (backends, bwrap);
    }

  if (problem != NULL)
    *problem = g_steal_pointer (&left_out);

  return G_LIST_MODEL (g_steal_pointer (&backends));
}
