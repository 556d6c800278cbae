/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-endpoint.h"

#include "sb-json.h"

#define DEFAULT_HOST "unix:///var/run/docker.sock"
#define CONTEXT_SCHEME "context://"
#define MAX_CONTEXTS 64
#define MAX_FILE_SIZE (1024 * 1024)

static SbDockerEndpoint *
endpoint_new (const char *host,
              const char *source)
{
  SbDockerEndpoint *endpoint = g_new0 (SbDockerEndpoint, 1);

  endpoint->host = g_strdup (host);
  endpoint->source = g_strdup (source);

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
  g_autoptr(JsonObject) config = NULL;
  const char *name = get_setting ("DOCKER_CONTEXT");

  if (name == NULL)
    {
      config = sb_docker_endpoint_load_config ();
      name = config != NULL ? sb_json_get_string (config, "currentContext") : NULL;
    }
  if (name == NULL || *name == '\0' || g_str_equal (name, "default"))
    return NULL;

  return g_strdup (name);
}

/* The CLI writes both tcp://; here the scheme says whether TLS is spoken, so that nothing talks in the clear by
 * mistake. */
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

/* The endpoint that a meta.json describes. tls: the folder of the context's TLS files, if it has some */
static SbDockerEndpoint *
read_context (JsonObject *meta,
              const char *name,
              const char *tls)
{
  JsonObject *endpoints = meta != NULL ? sb_json_get_object (meta, "Endpoints") : NULL;
  JsonObject *docker = endpoints != NULL ? sb_json_get_object (endpoints, "docker") : NULL;
  const char *host = docker != NULL ? sb_json_get_string (docker, "Host") : NULL;
  g_autofree char *source = g_strdup_printf ("context %s", name);
  g_autofree char *missing = g_strconcat ("context://", name, NULL);
  g_autofree char *address = NULL;
  SbDockerEndpoint *endpoint = NULL;
  gboolean has_tls = g_file_test (tls, G_FILE_TEST_IS_DIR);
  gboolean is_unverified = docker != NULL && sb_json_get_boolean (docker, "SkipTLSVerify", FALSE);

  if (host == NULL || *host == '\0')
    return endpoint_new (missing, source);

  address = dup_host (host, has_tls || is_unverified);
  endpoint = endpoint_new (address, source);
  endpoint->tls_directory = has_tls ? g_strdup (tls) : NULL;
  endpoint->is_unverified = is_unverified;

  return endpoint;
}

/* The folder of a context is named by the SHA-256 of its name. */
static SbDockerEndpoint *
find_context (const char *name)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  g_autofree char *path = dup_config_path ("contexts", "meta", digest, "meta.json", NULL);
  g_autofree char *tls = dup_config_path ("contexts", "tls", digest, "docker", NULL);
  g_autoptr(JsonObject) meta = load_json (path);

  return read_context (meta, name, tls);
}

/* With TLS: the files of DOCKER_CERT_PATH, else those beside config.json. */
static SbDockerEndpoint *
find_host (const char *host,
           const char *source,
           gboolean    with_tls)
{
  g_autofree char *address = dup_host (host, with_tls);
  SbDockerEndpoint *endpoint = endpoint_new (address, source);
  const char *directory = get_setting ("DOCKER_CERT_PATH");

  if (g_str_has_prefix (address, "tcps://"))
    endpoint->tls_directory = directory != NULL ? g_strdup (directory) : dup_config_path (".", NULL);

  return endpoint;
}

static SbDockerEndpoint *
find_explicit (void)
{
  const char *host = get_setting ("DOCKER_HOST");
  gboolean verified = get_setting ("DOCKER_TLS_VERIFY") != NULL;
  gboolean unverified = !verified && get_setting ("DOCKER_TLS") != NULL;
  SbDockerEndpoint *endpoint = NULL;
  g_autofree char *name = NULL;

  if (host != NULL)
    {
      endpoint = find_host (host, "DOCKER_HOST", verified || unverified);
      endpoint->is_unverified = unverified;
    }
  else if ((name = dup_context_name ()) != NULL)
    {
      endpoint = find_context (name);
    }
  if (endpoint != NULL)
    endpoint->is_explicit = TRUE;

  return endpoint;
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
    g_ptr_array_add (endpoints, endpoint_new (host, source));
}

static int
compare_sources (gconstpointer a,
                 gconstpointer b)
{
  const SbDockerEndpoint *first = *(SbDockerEndpoint * const *) a;
  const SbDockerEndpoint *second = *(SbDockerEndpoint * const *) b;

  return g_strcmp0 (first->source, second->source);
}

void
sb_docker_endpoint_free (SbDockerEndpoint *endpoint)
{
  if (endpoint == NULL)
    return;

  g_free (endpoint->host);
  g_free (endpoint->source);
  g_free (endpoint->tls_directory);
  g_free (endpoint);
}

SbDockerEndpoint *
sb_docker_endpoint_copy (const SbDockerEndpoint *endpoint)
{
  SbDockerEndpoint *copy = endpoint_new (endpoint->host, endpoint->source);

  copy->tls_directory = g_strdup (endpoint->tls_directory);
  copy->is_unverified = endpoint->is_unverified;
  copy->is_explicit = endpoint->is_explicit;

  return copy;
}

/**
 * sb_docker_endpoint_new:
 * @host: an address as in DOCKER_HOST, "tcps://…" for TLS, or "context://NAME"
 * @source: (nullable): where the address comes from, for people; of a context it is the context
 *
 * Somebody chose it, so it is explicit. With "tcps://" the TLS files are those of DOCKER_CERT_PATH, else those beside
 * the CLI's config.json.
 *
 * Returns: (transfer full): an endpoint
 */
SbDockerEndpoint *
sb_docker_endpoint_new (const char *host,
                        const char *source)
{
  SbDockerEndpoint *endpoint = NULL;

  if (g_str_has_prefix (host, CONTEXT_SCHEME))
    endpoint = find_context (host + strlen (CONTEXT_SCHEME));
  else
    endpoint = find_host (host, source, FALSE);
  endpoint->is_explicit = TRUE;

  return endpoint;
}

/**
 * sb_docker_endpoint_discover:
 *
 * Follows the Docker CLI: DOCKER_HOST, DOCKER_CONTEXT, currentContext of config.json, else the default
 * socket. What the user chose in one of these ways stands alone: nothing else is tried behind their back.
 * Without a choice the default socket comes first, then those of rootless Docker, Docker Desktop and Podman
 * that exist. A context that cannot be read gives "context://NAME", which sb_docker_client_new_for_endpoint() explains.
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

  g_ptr_array_add (endpoints, endpoint_new (DEFAULT_HOST, "default socket"));
  offer_socket (endpoints, runtime, "docker.sock", "rootless socket");
  offer_socket (endpoints, home, ".docker/desktop/docker.sock", "Docker Desktop");
  offer_socket (endpoints, home, ".docker/run/docker.sock", "Docker Desktop");
  offer_socket (endpoints, runtime, "podman/podman.sock", "Podman");
  offer_socket (endpoints, "/run/podman", "podman.sock", "Podman");

  return endpoints;
}

/**
 * sb_docker_endpoint_list_contexts:
 *
 * For a choice of engines: what “docker context ls” would show, but for the default.
 *
 * Returns: (transfer full) (element-type SbDockerEndpoint): by name
 */
GPtrArray *
sb_docker_endpoint_list_contexts (void)
{
  GPtrArray *endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_docker_endpoint_free);
  g_autofree char *folder = dup_config_path ("contexts", "meta", NULL);
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *digest = NULL;

  while (dir != NULL && endpoints->len < MAX_CONTEXTS && (digest = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, digest, "meta.json", NULL);
      g_autofree char *tls = dup_config_path ("contexts", "tls", digest, "docker", NULL);
      g_autoptr(JsonObject) meta = load_json (path);
      const char *name = meta != NULL ? sb_json_get_string (meta, "Name") : NULL;

      if (name != NULL && *name != '\0')
        g_ptr_array_add (endpoints, read_context (meta, name, tls));
    }
  g_ptr_array_sort (endpoints, compare_sources);

  return endpoints;
}

/**
 * sb_docker_endpoint_load_config:
 *
 * Returns: (transfer full) (nullable): the config.json of the Docker CLI, from DOCKER_CONFIG or ~/.docker
 */
JsonObject *
sb_docker_endpoint_load_config (void)
{
  g_autofree char *path = dup_config_path ("config.json", NULL);

  return load_json (path);
}
