/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-facts.h"

#include <string.h>

#include "sb-docker-request.h"
#include "sb-id.h"
#include "sb-isolation.h"
#include "sb-json.h"
#include "sb-text.h"

static const char *
get_string (JsonObject *object,
            const char *name)
{
  const char *value = sb_json_get_string (object, name);

  return value != NULL ? value : "";
}

static gboolean
is_empty (JsonObject *object,
          const char *name)
{
  JsonArray *array = sb_json_get_array (object, name);

  return array == NULL || json_array_get_length (array) == 0;
}

/* Podman lists the container's own volumes here too, by name: "NAME:/sbx:ro,…". A folder of the host is a path. */
static gboolean
binds_host (JsonObject *host)
{
  JsonArray *binds = sb_json_get_array (host, "Binds");

  for (guint i = 0; binds != NULL && i < json_array_get_length (binds); i++)
    {
      JsonNode *node = json_array_get_element (binds, i);
      const char *bind = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";
      const char *target = strchr (bind, ':');

      if (!g_ascii_isalnum (bind[0]) || target == NULL
          || !g_str_has_prefix (target, ":" SB_DOCKER_HELPER_TARGET ":"))
        return TRUE;
    }

  return FALSE;
}

/* Engines ignore names they do not know: what is missing here was lost without an error. What PID 1 can see is
 * checked by sb_isolation_check(). */
static const char *
find_breach (const SbSandboxSpec  *spec,
             const SbDockerEngine *engine,
             JsonObject           *host,
             const SbGreeting     *greeting)
{
  if (!g_str_equal (get_string (host, "NetworkMode"), "none"))
    return "its network is not off";
  if (greeting->uid != SB_DOCKER_USER || greeting->gid != SB_DOCKER_USER)
    return "it does not run as its own user";
  if (!is_empty (host, "CapAdd") || sb_json_get_boolean (host, "Privileged", TRUE))
    return "it is privileged";
  if (!sb_json_get_boolean (host, "ReadonlyRootfs", FALSE))
    return "its root is writable";
  if (binds_host (host) || !is_empty (host, "Devices"))
    return "it sees files of the host";
  if (g_str_equal (get_string (host, "PidMode"), "host")
      || g_str_equal (get_string (host, "IpcMode"), "host"))
    return "it shares the host's processes";
  if (engine->has_gvisor && spec->hosts == NULL && !g_str_equal (get_string (host, "Runtime"), SB_DOCKER_GVISOR))
    return "it does not run under gVisor";

  return NULL;
}

/* Limits that the engine said it has, and did not take. */
static const char *
find_missing_limit (const SbSandboxSpec  *spec,
                    const SbDockerEngine *engine,
                    JsonObject           *host,
                    const SbGreeting     *greeting)
{
  if (engine->limits_memory && sb_json_get_int (host, "Memory", 0) != (gint64) spec->memory_bytes)
    return "its memory is not limited";
  if (engine->limits_pids && sb_json_get_int (host, "PidsLimit", 0) != sb_docker_request_get_pids (spec, engine))
    return "its processes are not limited";
  /* A file system of its own rounds to pages; a much larger one is not ours. */
  if (greeting->workspace_bytes > spec->disk_bytes + 4096)
    return "its workspace is not limited";

  return NULL;
}

static void
add (GPtrArray  *facts,
     const char *id,
     gboolean    holds,
     const char *label,
     const char *detail)
{
  g_ptr_array_add (facts, sb_sandbox_fact_new (id, holds, label, g_strdup (detail)));
}

static void
add_memory (GPtrArray            *facts,
            const SbSandboxSpec  *spec,
            const SbDockerEngine *engine,
            JsonObject           *host)
{
  g_autofree char *size = sb_format_size (spec->memory_bytes);
  g_autofree char *label = g_strdup_printf ("%s memory", size);
  g_autofree char *detail = NULL;
  gboolean swap = sb_json_get_int (host, "MemorySwap", 0) == (gint64) spec->memory_bytes;

  if (!engine->limits_memory)
    add (facts, "memory", FALSE, "memory not limited",
         "This engine cannot limit memory: it has no control groups.");
  else if (!swap || !engine->limits_swap)
    {
      detail = g_strdup_printf ("At most %s of memory, but swap besides: this engine cannot limit it.", size);
      add (facts, "memory", FALSE, label, detail);
    }
  else
    {
      detail = g_strdup_printf ("At most %s of memory, and no swap.", size);
      add (facts, "memory", TRUE, label, detail);
    }
}

static void
add_processes (GPtrArray            *facts,
               const SbSandboxSpec  *spec,
               const SbDockerEngine *engine)
{
  gint64 pids = sb_docker_request_get_pids (spec, engine);
  g_autofree char *label = g_strdup_printf ("%" G_GINT64_FORMAT " processes", pids);
  g_autofree char *detail = g_strdup_printf ("At most %" G_GINT64_FORMAT " processes and threads at a time%s.", pids,
                                             pids > (gint64) spec->pids ? ", gVisor's own among them" : "");

  if (engine->limits_pids)
    add (facts, "processes", TRUE, label, detail);
  else
    add (facts, "processes", FALSE, "processes not limited",
         "This engine cannot limit the number of processes (no control groups).");
}

static void
add_backend (GPtrArray            *facts,
             const SbDockerEngine *engine)
{
  g_autofree char *label = g_strdup_printf ("%s (%s)", engine->label,
                                            engine->has_gvisor ? "gVisor" : engine->runtime);

  if (engine->has_gvisor)
    {
      add (facts, "backend", TRUE, label, "A container under gVisor: it does not reach the host's kernel directly.");
      return;
    }

  add (facts, "backend", TRUE, label,
       engine->is_rootless ? "A container of a rootless engine: root inside it is nobody outside."
                           : "A container. It shares the host's kernel.");
}

/* The user allowed it: a warning for the sandbox's whole life. */
static void
add_missing (GPtrArray  *facts,
             const char *missing)
{
  g_autofree char *detail = g_strdup_printf ("Its profile allows it to be weaker than was meant: %s.", missing);

  add (facts, "limits", FALSE, "a limit is missing", detail);
}

/**
 * sb_docker_facts_check:
 * @spec: what was asked for
 * @engine: what the engine said it can do
 * @inspected: the answer to GET /containers/{id}/json
 * @greeting: what sandbar-init sees
 * @error: set to %SB_SANDBOX_ERROR_UNSAFE when a guarantee that may not be missing is
 *
 * Returns: (transfer full) (nullable) (element-type SbSandboxFact): what holds, and what does not
 */
GPtrArray *
sb_docker_facts_check (const SbSandboxSpec   *spec,
                       const SbDockerEngine  *engine,
                       JsonObject            *inspected,
                       const SbGreeting      *greeting,
                       GError               **error)
{
  g_autoptr(GPtrArray) facts = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_sandbox_fact_free);
  JsonObject *host = sb_json_get_object (inspected, "HostConfig");
  const char *breach = "the engine hides how it runs";
  const char *missing = NULL;

  if (host != NULL)
    breach = find_breach (spec, engine, host, greeting);
  if (breach == NULL)
    missing = find_missing_limit (spec, engine, host, greeting);
  if (missing != NULL && !spec->allows_weak)
    breach = missing;
  if (breach != NULL)
    {
      g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNSAFE,
                   "The sandbox was refused: %s. Nothing was run in it. Update the engine, or use another.",
                   breach);
      return NULL;
    }
  if (!sb_isolation_check (greeting, facts, error))
    return NULL;

  add_memory (facts, spec, engine, host);
  add_processes (facts, spec, engine);
  add_backend (facts, engine);
  if (missing != NULL)
    add_missing (facts, missing);

  return g_steal_pointer (&facts);
}

/* "name@sha256:…" for the first registry that has it, or NULL: it was built here. */
static char *
dup_digest (JsonObject *image)
{
  JsonArray *digests = image != NULL ? sb_json_get_array (image, "RepoDigests") : NULL;
  JsonNode *first = digests != NULL && json_array_get_length (digests) > 0 ? json_array_get_element (digests, 0) : NULL;

  if (first == NULL || !JSON_NODE_HOLDS_VALUE (first) || json_node_get_value_type (first) != G_TYPE_STRING)
    return NULL;

  return sb_text_clean (json_node_get_string (first), -1, NULL);
}

/* "docker.io/sandbar/node-sandbox:latest" is "node-sandbox" where there is little room. */
static char *
dup_short_name (const char *name)
{
  const char *slash = strrchr (name, '/');
  char *label = g_strdup (slash != NULL ? slash + 1 : name);

  label[strcspn (label, ":@")] = '\0';

  return label;
}

/**
 * sb_docker_facts_add_image:
 * @facts: of sb_docker_facts_check()
 * @inspected: the answer to GET /containers/{id}/json
 * @image: (nullable): the answer to GET /images/{id}/json for the image that the container really has
 *
 * Adds the fact "image": its name, its id, and by which digest a registry knows it.
 */
void
sb_docker_facts_add_image (GPtrArray  *facts,
                           JsonObject *inspected,
                           JsonObject *image)
{
  JsonObject *config = sb_json_get_object (inspected, "Config");
  g_autofree char *name = sb_text_clean (config != NULL ? get_string (config, "Image") : "", -1, NULL);
  g_autofree char *id = sb_text_clean (get_string (inspected, "Image"), -1, NULL);
  g_autofree char *digest = dup_digest (image);
  g_autofree char *label = dup_short_name (name);
  g_autofree char *detail = NULL;

  if (*label == '\0')
    return;
  if (digest != NULL)
    detail = g_strdup_printf ("What is installed in it comes from the image %s, %.19s. Its registry has it as %s.",
                              name, id, digest);
  else
    detail = g_strdup_printf ("What is installed in it comes from the image %s, %.19s, which was built locally.", name,
                              id);
  add (facts, "image", TRUE, label, detail);
}
