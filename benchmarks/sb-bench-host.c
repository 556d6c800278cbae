/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-bench-host.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "sb-engine-discovery.h"
#include "sb-json.h"
#include "sb-mcp-memory-transport.h"

#define IMAGE "sandbar/node-sandbox:latest"
#define MOUNTS \
  "[{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"}," \
  "{\"destination\":\"/dev\",\"type\":\"tmpfs\",\"source\":\"tmpfs\",\"options\":[\"nosuid\",\"mode=755\"]}," \
  "{\"destination\":\"/usr\",\"type\":\"bind\",\"source\":\"/usr\",\"options\":[\"rbind\",\"ro\"]}]"
/* As ours: with --tmpfs, the engine puts the owner and mode of the image's folder over what it was told. */
#define PEER_WORKSPACE \
  "type=volume,target=/workspace,volume-nocopy,volume-opt=type=tmpfs,volume-opt=device=tmpfs," \
  "\"volume-opt=o=size=512m,uid=65532,gid=65532,mode=0755,nosuid,nodev\""

void
sb_bench_host_keep_result (GObject      *source,
                           GAsyncResult *result,
                           gpointer      host)
{
  ((SbBenchHost *) host)->result = g_object_ref (result);
}

GAsyncResult *
sb_bench_host_wait (SbBenchHost *self)
{
  while (self->result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return g_steal_pointer (&self->result);
}

static void
connect_tools (SbBenchHost *self)
{
  g_autoptr(SbMcpTransport) near_end = NULL;
  g_autoptr(SbMcpTransport) far_end = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  self->server = sb_sandbox_server_new (self->manager, "bench", NULL);
  sb_mcp_memory_transport_new_pair (&near_end, &far_end);
  sb_mcp_server_accept (self->server, far_end);
  self->client = sb_mcp_client_new (near_end);
  sb_mcp_client_initialize_async (self->client, NULL, sb_bench_host_keep_result, self);
  result = sb_bench_host_wait (self);
  if (!sb_mcp_client_initialize_finish (self->client, result, &error))
    g_error ("initialize: %s", error->message);
}

static void
make_root (SbBenchHost *self)
{
  static const char * const folders[] = { "rootfs", "rootfs/usr", "rootfs/proc", "rootfs/dev" };
  static const char * const links[] = { "lib", "lib64" };

  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (self->bundle, folders[i], NULL);

      g_mkdir (path, 0755);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (links); i++)
    {
      g_autofree char *path = g_build_filename (self->bundle, "rootfs", links[i], NULL);
      g_autofree char *target = g_build_filename ("usr", links[i], NULL);

      if (symlink (target, path) < 0)
        g_error ("%s could not be made.", path);
    }
}

/* What "runc spec" writes, on this machine's own programs, for true without a terminal. */
static void
make_bundle (SbBenchHost *self)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autoptr(JsonObject) config = NULL;
  g_autofree char *changed = NULL;
  g_autoptr(JsonNode) mounts = sb_json_parse (MOUNTS, -1, NULL);
  JsonArray *args = json_array_new ();
  const char *argv[] = { "runc", "spec", "--bundle", NULL, NULL };

  self->bundle = g_dir_make_tmp ("sandbar-bench-XXXXXX", NULL);
  argv[3] = self->bundle;
  path = g_build_filename (self->bundle, "config.json", NULL);
  if (sb_bench_command (argv) >= 0 && g_file_get_contents (path, &text, NULL, NULL))
    config = sb_json_parse_object (text, -1, NULL);
  if (config == NULL)
    {
      g_rmdir (self->bundle);
      g_clear_pointer (&self->bundle, g_free);
      json_array_unref (args);
      return;
    }

  make_root (self);
  json_array_add_string_element (args, "/usr/bin/true");
  json_object_set_array_member (sb_json_get_object (config, "process"), "args", args);
  json_object_set_boolean_member (sb_json_get_object (config, "process"), "terminal", FALSE);
  json_object_set_array_member (config, "mounts", json_node_dup_array (mounts));
  changed = sb_json_object_to_string (config);
  g_file_set_contents (path, changed, -1, NULL);
}

gboolean
sb_bench_host_open (SbBenchHost *self,
                    const char  *backend)
{
  g_autoptr(SbEngineList) engines = NULL;
  g_autoptr(GAsyncResult) probed = NULL;
  g_autoptr(GError) error = NULL;

  self->with_docker = g_str_equal (backend, "docker");
  engines = sb_engine_discovery_run (backend, NULL, NULL, &error);
  if (engines != NULL)
    {
      self->manager = sb_sandbox_manager_new_for_engines (engines);
      sb_sandbox_manager_probe_async (self->manager, NULL, sb_bench_host_keep_result, self);
      probed = sb_bench_host_wait (self);
    }
  if (engines == NULL || !sb_sandbox_manager_probe_finish (self->manager, probed, &error))
    {
      g_printerr ("%s: %s\n", g_get_prgname (), error->message);
      g_clear_object (&self->manager);
      return FALSE;
    }

  connect_tools (self);
  if (self->with_docker)
    make_bundle (self);

  return TRUE;
}

void
sb_bench_host_close (SbBenchHost *self)
{
  g_autoptr(GAsyncResult) ended = NULL;

  sb_bench_host_stop_peer (self);
  sb_mcp_client_close (self->client);
  sb_sandbox_manager_shutdown_async (self->manager, sb_bench_host_keep_result, self);
  ended = sb_bench_host_wait (self);
  sb_sandbox_manager_shutdown_finish (self->manager, ended, NULL);
  g_clear_object (&self->client);
  g_clear_object (&self->server);
  g_clear_object (&self->manager);
  if (self->bundle != NULL)
    {
      const char *remove[] = { "rm", "-r", self->bundle, NULL };

      sb_bench_command (remove);
    }
  g_clear_pointer (&self->bundle, g_free);
}

SbSandbox *
sb_bench_host_create (SbBenchHost *self)
{
  g_autoptr(GAsyncResult) created = NULL;
  g_autoptr(GError) error = NULL;
  SbSandbox *sandbox = NULL;

  sb_sandbox_manager_create_async (self->manager, NULL, "bench", NULL, NULL, sb_bench_host_keep_result, self);
  created = sb_bench_host_wait (self);
  sandbox = sb_sandbox_manager_create_finish (self->manager, created, &error);
  if (sandbox == NULL)
    g_error ("create: %s", error->message);

  return sandbox;
}

void
sb_bench_host_stop (SbBenchHost *self,
                    SbSandbox   *sandbox)
{
  g_autoptr(GAsyncResult) stopped = NULL;

  sb_sandbox_manager_stop_async (self->manager, sandbox, NULL, sb_bench_host_keep_result, self);
  stopped = sb_bench_host_wait (self);
  sb_sandbox_manager_stop_finish (self->manager, stopped, NULL);
}

double
sb_bench_host_call (SbBenchHost      *self,
                    const char       *name,
                    const char       *arguments,
                    SbMcpToolResult **whole)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (arguments, -1, NULL);
  g_autoptr(SbMcpToolResult) tool_result = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  double start = sb_bench_now ();
  double duration = 0;

  sb_mcp_client_call_tool_async (self->client, name, object, NULL, 60000, NULL, NULL, NULL,
                                 sb_bench_host_keep_result, self);
  result = sb_bench_host_wait (self);
  tool_result = sb_mcp_client_call_tool_finish (self->client, result, &error);
  duration = sb_bench_now () - start;
  if (tool_result == NULL || tool_result->is_error)
    g_error ("%s: %s", name, error != NULL ? error->message : tool_result->text);
  if (whole != NULL)
    *whole = g_steal_pointer (&tool_result);

  return duration;
}

/* The same image and the limits that the docker command can set; it sleeps. */
gboolean
sb_bench_host_start_peer (SbBenchHost *self)
{
  g_autofree char *name = g_strdup_printf ("sandbar-bench-%d-%u", getpid (), self->n_names++);
  const char *run[] = { "docker", "run", "-d", "--rm", "--name", name, "--network", "none", "--cap-drop", "ALL",
                        "--read-only", "--mount", PEER_WORKSPACE, "--memory", "1g", "--pids-limit", "512",
                        "--security-opt", "no-new-privileges", "--user", "65532:65532", IMAGE, "sleep", "600", NULL };

  if (!self->with_docker || sb_bench_command (run) < 0)
    return FALSE;

  self->container = g_steal_pointer (&name);

  return TRUE;
}

void
sb_bench_host_stop_peer (SbBenchHost *self)
{
  const char *kill[] = { "docker", "rm", "-fv", self->container, NULL };

  if (self->container != NULL)
    sb_bench_command (kill);
  g_clear_pointer (&self->container, g_free);
}

double
sb_bench_host_docker_exec (SbBenchHost *self,
                           const char  *script)
{
  const char *argv[] = { "docker", "exec", self->container, "sh", "-c", script, NULL };

  return sb_bench_command (argv);
}

GStrv
sb_bench_host_dup_bare (SbBenchHost *self)
{
  g_autofree char *name = g_strdup_printf ("sandbar-bench-%d-%u", getpid (), self->n_names++);
  const char *runc[] = { "runc", "run", "--bundle", self->bundle, name, NULL };
  const char *bwrap[] = { "bwrap", "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev",
                          "--proc", "/proc", "--tmpfs", "/tmp", "true", NULL };

  return g_strdupv ((GStrv) (self->bundle != NULL ? runc : bwrap));
}

const char *
sb_bench_host_get_bare_name (SbBenchHost *self)
{
  return self->bundle != NULL ? "bare runc run true" : "bare bwrap true";
}
