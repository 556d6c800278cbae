/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-engine.h"

#include <string.h>

#include "sb-json.h"
#include "sb-sandbox-backend.h"
#include "sb-text.h"

#define MAX_RUNTIMES 16

/* The first component is the engine itself: "Engine" or "Podman Engine". */
static gboolean
is_podman (JsonObject *version)
{
  JsonArray *components = sb_json_get_array (version, "Components");
  JsonNode *first = NULL;
  const char *name = NULL;

  if (components == NULL || json_array_get_length (components) == 0)
    return FALSE;
  first = json_array_get_element (components, 0);
  if (!JSON_NODE_HOLDS_OBJECT (first))
    return FALSE;
  name = sb_json_get_string (json_node_get_object (first), "Name");

  return name != NULL && strstr (name, "Podman") != NULL;
}

static gboolean
has_security_option (JsonObject *info,
                     const char *option)
{
  JsonArray *options = sb_json_get_array (info, "SecurityOptions");

  for (guint i = 0; options != NULL && i < json_array_get_length (options); i++)
    {
      JsonNode *node = json_array_get_element (options, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
          && g_str_has_prefix (json_node_get_string (node), option))
        return TRUE;
    }

  return FALSE;
}

/* A distribution's suffix ("+dfsg1") tells the reader nothing. */
static char *
dup_version (JsonObject *version)
{
  const char *number = sb_json_get_string (version, "Version");
  g_autofree char *clean = sb_text_clean (number != NULL ? number : "?", -1, NULL);

  clean[strcspn (clean, "+~ \n")] = '\0';

  return sb_text_short (clean, 40);
}

static char *
dup_label (JsonObject *version,
           JsonObject *info,
           const char *number)
{
  const char *system = sb_json_get_string (info, "OperatingSystem");
  const char *kind = "Docker Engine";

  if (is_podman (version))
    kind = "Podman Engine";
  else if (system != NULL && g_str_equal (system, "Docker Desktop"))
    kind = "Docker Desktop";

  return g_strdup_printf ("%s %s", kind, number);
}

static char **
dup_runtimes (JsonObject *info)
{
  JsonObject *runtimes = sb_json_get_object (info, "Runtimes");
  g_autoptr(GList) names = runtimes != NULL ? json_object_get_members (runtimes) : NULL;
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  guint n = 0;

  for (GList *l = names; l != NULL && n < MAX_RUNTIMES; l = l->next, n++)
    {
      g_autofree char *clean = sb_text_clean (l->data, -1, NULL);

      g_strv_builder_add (builder, clean);
    }

  return g_strv_builder_end (builder);
}

/* Podman names every runtime that it knows of, installed or not, and gives a container none but its own. */
static gboolean
offers_gvisor (const SbDockerEngine *engine)
{
  g_autofree char *own = g_path_get_basename (engine->runtime);

  return engine->is_podman ? g_str_equal (own, SB_DOCKER_GVISOR)
                           : g_strv_contains ((const char * const *) engine->runtimes, SB_DOCKER_GVISOR);
}

static char **
dup_warnings (const SbDockerEngine *engine)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  if (!engine->limits_memory)
    g_strv_builder_add (builder, "It cannot limit memory.");
  else if (!engine->limits_swap)
    g_strv_builder_add (builder, "It cannot limit swap.");
  if (!engine->limits_pids)
    g_strv_builder_add (builder, "It cannot limit the number of processes.");
  if (!engine->limits_cpu)
    g_strv_builder_add (builder, "It cannot limit processor time.");

  return g_strv_builder_end (builder);
}

/**
 * sb_docker_engine_new:
 * @version: the answer to GET /version
 * @info: the answer to GET /info
 * @error: set to %SB_SANDBOX_ERROR_UNAVAILABLE
 *
 * Returns: (transfer full) (nullable): what matters of both; %NULL for an engine that runs no Linux
 * containers
 */
SbDockerEngine *
sb_docker_engine_new (JsonObject  *version,
                      JsonObject  *info,
                      GError     **error)
{
  const char *os = sb_json_get_string (version, "Os");
  const char *arch = sb_json_get_string (version, "Arch");
  const char *runtime = sb_json_get_string (info, "DefaultRuntime");
  SbDockerEngine *engine = NULL;

  if (os == NULL || !g_str_equal (os, "linux") || arch == NULL)
    {
      g_set_error_literal (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                           "The engine does not run Linux containers. Switch it over, or use another one.");
      return NULL;
    }

  engine = g_new0 (SbDockerEngine, 1);
  engine->is_podman = is_podman (version);
  engine->version = dup_version (version);
  engine->label = dup_label (version, info, engine->version);
  engine->runtimes = dup_runtimes (info);
  engine->memory_bytes = (guint64) MAX (0, sb_json_get_int (info, "MemTotal", 0));
  engine->runtime = sb_text_clean (runtime != NULL ? runtime : "unknown runtime", -1, NULL);
  engine->has_gvisor = offers_gvisor (engine);
  engine->arch = sb_text_clean (arch, -1, NULL);
  engine->cpus = MAX (1, sb_json_get_int (info, "NCPU", 1));
  engine->limits_memory = sb_json_get_boolean (info, "MemoryLimit", FALSE);
  engine->limits_swap = sb_json_get_boolean (info, "SwapLimit", FALSE);
  engine->limits_cpu = sb_json_get_boolean (info, "CpuCfsQuota", FALSE);
  engine->limits_pids = sb_json_get_boolean (info, "PidsLimit", FALSE);
  engine->is_rootless = has_security_option (info, "name=rootless");
  engine->warnings = dup_warnings (engine);

  return engine;
}

void
sb_docker_engine_free (SbDockerEngine *engine)
{
  if (engine == NULL)
    return;

  g_free (engine->label);
  g_free (engine->runtime);
  g_free (engine->arch);
  g_free (engine->version);
  g_strfreev (engine->runtimes);
  g_strfreev (engine->warnings);
  g_free (engine);
}
