/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-endpoint.h"

#include "sb-json.h"

#define DEFAULT_HOST "unix:///var/run/docker.sock"
#define MAX_FILE_SIZE (1024 * 1024)

static SbDockerEndpoint *
endpoint_new (const char *host,
              const char *source,
              gboolean    is_explicit)
{
  SbDockerEndpoint *endpoint = g_new0 (SbDockerEndpoint, 1);

  endpoint->host = g_strdup (host);
  endpoint->source = g_strdup (source);
  endpoint->is_explicit = is_explicit;

  return endpoint;
}

static const char *
get_setting (const char *name)
{
  const char *value = g_getenv (name);

  return value != NULL && *value != '\0' ? value : NULL;
}

static char *
dup_config_path (const char *first, ...)
{
  const char *config = get_setting ("DOCKER_CONFIG");
  g_autofree char *fallback = g_build_filename (g_get_home_dir (), ".docker", NULL);
  g_autofree char *rest = NULL;
  va_list args;

  va_start (args, first);
  rest = g_build_filename_valist ((char *) first, &args);
  va_end (args);

  return g_build_filename (config != NULL ? config : fallback, rest, NULL);
}

/* A file that is missing, unreadable, too large or not JSON counts as not there: the CLI goes on as well. */
static JsonObject *
load_json (const char *path)
{
  g_autofree char *contents = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &contents, &length, NULL) || length > MAX_FILE_SIZE)
    return NULL;

  return sb_json_parse_object (contents, length, NULL);
}

/* DOCKER_CONTEXT, else config.json's currentContext; "default" names no context. */
static char *
dup_context_name (void)
{
  g_autofree char *path = dup_config_path ("config.json", NULL);
  g_autoptr(JsonObject) config = NULL;
  const char *name = get_setting ("DOCKER_CONTEXT");

  if (name == NULL)
    {
      config = load_json (path);
      name = config != NULL ? sb_json_get_string (config, "currentContext") : NULL;
    }
  if (name == NULL || *name == '\0' || g_str_equal (name, "default"))
    return NULL;

  return g_strdup (name);
}

/* TLS for plain tcp is asked for by a variable; say so in the address, for the client to refuse instead of
 * talking in the clear. */
static char *
dup_host (const char *host,
          gboolean    with_tls)
{
  if (strstr (host, "://") == NULL)
    return g_strconcat (with_tls ? "tcps://" : "tcp://", host, NULL);
  if (with_tls && g_str_has_prefix (host, "tcp://"))
    return g_strconcat ("tcps://", host + strlen ("tcp://"), NULL);

  return g_strdup (host);
}

/* The folder of a context is named by the SHA-256 of its name. */
static char *
dup_context_host (const char *name)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  g_autofree char *path = dup_config_path ("contexts", "meta", digest, "meta.json", NULL);
  g_autofree char *tls = dup_config_path ("contexts", "tls", digest, NULL);
  g_autoptr(JsonObject) meta = load_json (path);
  JsonObject *endpoints = meta != NULL ? sb_json_get_object (meta, "Endpoints") : NULL;
  JsonObject *docker = endpoints != NULL ? sb_json_get_object (endpoints, "docker") : NULL;
  const char *host = docker != NULL ? sb_json_get_string (docker, "Host") : NULL;

  if (host == NULL || *host == '\0')
    return g_strconcat ("context://", name, NULL);

  return dup_host (host, g_file_test (tls, G_FILE_TEST_IS_DIR));
}

static SbDockerEndpoint *
find_explicit (void)
{
  const char *host = get_setting ("DOCKER_HOST");
  g_autofree char *name = NULL;
  g_autofree char *source = NULL;
  g_autofree char *address = NULL;

  if (host != NULL)
    {
      address = dup_host (host, get_setting ("DOCKER_TLS_VERIFY") != NULL);
      return endpoint_new (address, "DOCKER_HOST", TRUE);
    }

  name = dup_context_name ();
  if (name == NULL)
    return NULL;
  source = g_strdup_printf ("context %s", name);
  address = dup_context_host (name);

  return endpoint_new (address, source, TRUE);
}

static void
offer_socket (GPtrArray  *endpoints,
              const char *directory,
              const char *name,
              const char *source)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autofree char *host = g_strconcat ("unix://", path, NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    g_ptr_array_add (endpoints, endpoint_new (host, source, FALSE));
}

void
sb_docker_endpoint_free (SbDockerEndpoint *endpoint)
{
  if (endpoint == NULL)
    return;

  g_free (endpoint->host);
  g_free (endpoint->source);
  g_free (endpoint);
}

/**
 * sb_docker_endpoint_discover:
 *
 * Follows the Docker CLI: DOCKER_HOST, DOCKER_CONTEXT, currentContext of config.json, else the default
 * socket. What the user chose in one of these ways stands alone: nothing else is tried behind their back.
 * Without a choice the default socket comes first, then those of rootless Docker, Docker Desktop and Podman
 * that exist. A context that cannot be read gives "context://NAME" and TCP with TLS "tcps://…":
 * sb_docker_client_new() explains both.
 *
 * Returns: (transfer full) (element-type SbDockerEndpoint): at least one
 */
GPtrArray *
sb_docker_endpoint_discover (void)
{
  GPtrArray *endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_docker_endpoint_free);
  SbDockerEndpoint *chosen = find_explicit ();
  const char *runtime = g_get_user_runtime_dir ();
  const char *home = g_get_home_dir ();

  if (chosen != NULL)
    {
      g_ptr_array_add (endpoints, chosen);
      return endpoints;
    }

  g_ptr_array_add (endpoints, endpoint_new (DEFAULT_HOST, "default socket", FALSE));
  offer_socket (endpoints, runtime, "docker.sock", "rootless socket");
  offer_socket (endpoints, home, ".docker/desktop/docker.sock", "Docker Desktop");
  offer_socket (endpoints, home, ".docker/run/docker.sock", "Docker Desktop");
  offer_socket (endpoints, runtime, "podman/podman.sock", "Podman");
  offer_socket (endpoints, "/run/podman", "podman.sock", "Podman");

  return endpoints;
}
