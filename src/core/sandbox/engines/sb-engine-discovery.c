/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-engine-discovery.h"

#include <string.h>

#include "sb-bwrap-backend.h"
#include "sb-docker-backend.h"
#include "sb-docker-endpoint.h"
#include "sb-text.h"

/* What the Docker CLI would use without being told anything. */
#define LOCAL "local"
#define MAX_ENGINES 32
#define BWRAP_TIER 1000

typedef struct
{
  SbEngineList *engines;
  GString      *problems;
} Discovery;

static void
complain (Discovery    *discovery,
          const char   *host,
          const char   *source,
          const GError *error)
{
  g_string_append_printf (discovery->problems, "%s%s, from %s: %s", discovery->problems->len > 0 ? "\n" : "", host,
                          source, error->message);
}

static void
add_endpoint (Discovery              *discovery,
              const SbDockerEndpoint *endpoint,
              const char             *id,
              guint                   tier)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbDockerClient) client = sb_docker_client_new_for_endpoint (endpoint, &error);
  g_autoptr(SbSandboxBackend) backend = NULL;
  g_autoptr(SbEngine) engine = NULL;

  if (client == NULL)
    {
      complain (discovery, endpoint->host, endpoint->source, error);
      return;
    }

  backend = sb_docker_backend_new (client, NULL, NULL);
  engine = sb_engine_new (backend, id, tier);
  sb_engine_list_add (discovery->engines, engine);
}

/* Guesses stand in for each other: only one of them is used at a time. */
static void
add_found (Discovery *discovery)
{
  g_autoptr(GPtrArray) endpoints = sb_docker_endpoint_discover ();
  gboolean have_explicit = FALSE;

  for (guint i = 0; i < endpoints->len; i++)
    {
      SbDockerEndpoint *endpoint = g_ptr_array_index (endpoints, i);

      /* Who names an engine must not get another one in its place. */
      have_explicit |= endpoint->is_explicit;
      if (!have_explicit || endpoint->is_explicit)
        add_endpoint (discovery, endpoint, endpoint->host, i);
    }
}

static gboolean
parse_line (const char  *line,
            char       **name,
            char       **host,
            GError     **error)
{
  const char *equals = strchr (line, '=');
  g_autofree char *shown = NULL;

  if (equals != NULL)
    {
      *name = g_strstrip (g_strndup (line, equals - line));
      *host = g_strstrip (g_strdup (equals + 1));
    }
  if (equals != NULL && **name != '\0' && strlen (*name) <= 60 && **host != '\0' && strpbrk (*host, " \t") == NULL)
    return TRUE;

  shown = sb_text_short (line, 80);
  g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
               "“%s” names no engine: write NAME=ADDRESS, e.g. office=ssh://me@office.", shown);

  return FALSE;
}

/* The user's own list: all of them are used together. */
static void
add_chosen (Discovery  *discovery,
            const char *engines)
{
  g_auto(GStrv) lines = g_strsplit_set (engines, "\n,", MAX_ENGINES);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *name = NULL;
      g_autofree char *host = NULL;
      g_autoptr(SbDockerEndpoint) endpoint = NULL;
      g_autoptr(GError) error = NULL;

      if (*g_strstrip (lines[i]) == '\0' || *lines[i] == '#')
        continue;
      if (!parse_line (lines[i], &name, &host, &error) || sb_engine_list_find (discovery->engines, name) != NULL)
        {
          if (error == NULL)
            error = g_error_new_literal (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE, "This name is used twice.");
          complain (discovery, lines[i], "the list of engines", error);
          continue;
        }
      if (g_str_equal (host, LOCAL))
        {
          g_autoptr(GPtrArray) found = sb_docker_endpoint_discover ();

          endpoint = sb_docker_endpoint_copy (g_ptr_array_index (found, 0));
        }
      else
        {
          endpoint = sb_docker_endpoint_new (host, "the list of engines");
        }
      add_endpoint (discovery, endpoint, name, 0);
    }
}

/**
 * sb_engine_discovery_run:
 * @wanted: (nullable): "docker" or "bwrap"; NULL for engines if there are some, else bubblewrap
 * @engines: (nullable): the user's list, "NAME=ADDRESS" a line; addresses as of sb_docker_endpoint_new(), or "local";
 * SANDBAR_ENGINES in the environment stands above it
 * @problem: (out) (optional) (nullable): why an engine that is configured is not among them, for the user
 *
 * Reads configuration only and connects to nothing; whoever probes them finds out which of them work. With a list of
 * the user sandboxes are spread over all its engines; without one, engines that are found stand in for each other.
 *
 * Returns: (transfer full) (nullable): NULL with SB_SANDBOX_ERROR_UNAVAILABLE for a backend nobody knows
 */
SbEngineList *
sb_engine_discovery_run (const char  *wanted,
                         const char  *engines,
                         char       **problem,
                         GError     **error)
{
  g_autoptr(SbEngineList) list = sb_engine_list_new ();
  g_autoptr(GString) problems = g_string_new (NULL);
  Discovery discovery = { list, problems };
  const char *variable = g_getenv (SB_ENGINES_VARIABLE);

  if (wanted != NULL && !g_str_equal (wanted, "docker") && !g_str_equal (wanted, "bwrap"))
    {
      g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                   "There is no sandbox backend “%s”; choose docker or bwrap.", wanted);
      return NULL;
    }

  if (variable != NULL && *variable != '\0')
    engines = variable;
  if (wanted == NULL || g_str_equal (wanted, "docker"))
    {
      if (engines != NULL && *engines != '\0')
        add_chosen (&discovery, engines);
      else
        add_found (&discovery);
    }
  if (wanted == NULL || g_str_equal (wanted, "bwrap"))
    {
      g_autoptr(SbSandboxBackend) bwrap = sb_bwrap_backend_new (NULL);
      g_autoptr(SbEngine) engine = sb_engine_new (bwrap, "bubblewrap", BWRAP_TIER);

      sb_engine_list_add (list, engine);
    }

  if (problem != NULL)
    *problem = problems->len > 0 ? sb_text_clean (problems->str, problems->len, NULL) : NULL;

  return g_steal_pointer (&list);
}

static gboolean
is_same (SbEngine *engine,
         SbEngine *other)
{
  const SbBackendInfo *info = sb_engine_get_info (engine);
  const SbBackendInfo *other_info = sb_engine_get_info (other);

  return g_str_equal (sb_engine_get_id (engine), sb_engine_get_id (other))
         && g_strcmp0 (info != NULL ? info->host : NULL, other_info != NULL ? other_info->host : NULL) == 0;
}

static gboolean
is_among (SbEngine   *engine,
          GListModel *engines)
{
  for (guint i = 0; i < g_list_model_get_n_items (engines); i++)
    {
      g_autoptr(SbEngine) other = g_list_model_get_item (engines, i);

      if (is_same (engine, other))
        return TRUE;
    }

  return FALSE;
}

/* The backends that need no engine stay as they are. */
void
sb_engine_discovery_update (SbEngineList  *list,
                            const char    *engines,
                            char         **problem)
{
  g_autoptr(SbEngineList) wanted = sb_engine_discovery_run ("docker", engines, problem, NULL);

  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (list)); i > 0; i--)
    {
      g_autoptr(SbEngine) engine = g_list_model_get_item (G_LIST_MODEL (list), i - 1);

      if (sb_docker_backend_get_client (sb_engine_get_backend (engine)) != NULL
          && !is_among (engine, G_LIST_MODEL (wanted)))
        sb_engine_list_remove (list, engine);
    }
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (wanted)); i++)
    {
      g_autoptr(SbEngine) engine = g_list_model_get_item (G_LIST_MODEL (wanted), i);

      if (!is_among (engine, G_LIST_MODEL (list)))
        sb_engine_list_add (list, engine);
    }
}

gboolean
sb_engine_discovery_check (const char  *line,
                           GError     **error)
{
  g_autofree char *name = NULL;
  g_autofree char *host = NULL;
  g_autoptr(SbDockerEndpoint) endpoint = NULL;
  g_autoptr(SbDockerClient) client = NULL;

  g_return_val_if_fail (line != NULL, FALSE);

  if (!parse_line (line, &name, &host, error))
    return FALSE;
  if (g_str_equal (host, LOCAL))
    return TRUE;

  endpoint = sb_docker_endpoint_new (host, "the list of engines");
  client = sb_docker_client_new_for_endpoint (endpoint, error);

  return client != NULL;
}
