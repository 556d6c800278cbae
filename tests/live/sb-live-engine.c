/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-live-engine.h"

#include "sb-json.h"
#include "sb-test.h"

SbDockerClient *
sb_live_engine_connect (void)
{
  const char *host = g_getenv ("SANDBAR_TEST_DOCKER_HOST");
  const char *reason = g_getenv ("SANDBAR_TEST_NO_DOCKER");
  g_autoptr(GError) error = NULL;
  SbDockerClient *client = NULL;

  if (host == NULL || *host == '\0')
    {
      g_test_skip (reason != NULL && *reason != '\0' ? reason : "SANDBAR_TEST_DOCKER_HOST names no engine");
      return NULL;
    }

  client = sb_docker_client_new (host, &error);
  g_assert_no_error (error);

  return client;
}

JsonNode *
sb_live_engine_call (SbDockerClient *client,
                     const char     *method,
                     const char     *path,
                     GError        **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_docker_client_call_async (client, method, path, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_docker_client_call_finish (client, result, error);
}

static JsonNode *
list (SbDockerClient *client,
      const char     *path,
      const char     *label,
      const char     *value)
{
  g_autofree char *filter = g_strdup_printf ("{\"label\":[\"" APP_ID "%s=%s\"]}", label, value);
  g_autofree char *escaped = g_uri_escape_string (filter, NULL, FALSE);
  g_autofree char *full = g_strconcat (path, escaped, NULL);
  g_autoptr(GError) error = NULL;
  JsonNode *node = sb_live_engine_call (client, "GET", full, &error);

  g_assert_no_error (error);

  return node;
}

guint
sb_live_engine_count (SbDockerClient *client,
                      const char     *label,
                      const char     *value)
{
  g_autoptr(JsonNode) containers = list (client, "/containers/json?all=1&filters=", label, value);
  g_autoptr(JsonNode) volumes = list (client, "/volumes?filters=", label, value);
  JsonArray *array = sb_json_get_array (json_node_get_object (volumes), "Volumes");

  return json_array_get_length (json_node_get_array (containers))
         + (array != NULL ? json_array_get_length (array) : 0);
}

gboolean
sb_live_engine_probe (SbSandboxBackend *backend,
                      GError          **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_sandbox_backend_probe_async (backend, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_sandbox_backend_probe_finish (backend, result, error);
}

SbDuplex *
sb_live_engine_start (SbSandboxBackend *backend,
                      const char       *id,
                      GPtrArray       **facts,
                      GError          **error)
{
  g_autoptr(GAsyncResult) result = NULL;
  SbSandboxSpec spec = {
    .id = (char *) id,
    .memory_bytes = 256 * 1024 * 1024,
    .disk_bytes = 64 * 1024 * 1024,
    .pids = 128,
    .cpus = 1,
  };

  sb_sandbox_backend_start_async (backend, &spec, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_sandbox_backend_start_finish (backend, result, facts, error);
}

gboolean
sb_live_engine_remove (SbSandboxBackend *backend,
                       const char       *id,
                       GError          **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_sandbox_backend_remove_async (backend, id, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_sandbox_backend_remove_finish (backend, result, error);
}

/* scripts/SCRIPT with its arguments; what it prints. (transfer full) */
char *
sb_live_engine_script (const char *script,
                       const char *host,
                       const char *argument,
                       const char *directory)
{
  g_autofree char *path = g_build_filename (g_getenv ("SB_TEST_SOURCE_ROOT"), "scripts", script, NULL);
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr(GSubprocess) process = NULL;
  g_autoptr(GError) error = NULL;
  char *output = NULL;

  if (host != NULL)
    g_subprocess_launcher_setenv (launcher, "DOCKER_HOST", host, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, path, argument, directory, NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  if (!g_subprocess_get_successful (process))
    g_error ("%s: %s", script, output);

  return g_strstrip (output);
}
