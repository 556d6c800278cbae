/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-request.h"

#include <string.h>

#include "sb-id.h"
#include "sb-instance.h"
#include "sb-json.h"

#define MIB (G_GINT64_CONSTANT (1024) * 1024)
#define TMP_BYTES (256 * MIB)
#define SHM_BYTES (64 * MIB)
#define OPEN_FILES 4096
/* Under memory pressure a sandbox goes before anything of the host. */
#define OOM_SCORE 500
/* gVisor's own kernel is counted among the processes, and ends when it cannot have another thread. */
#define GVISOR_THREADS 1024

static JsonArray *
new_string_array (const char *first, ...)
{
  JsonArray *array = json_array_new ();
  va_list args;

  va_start (args, first);
  for (const char *item = first; item != NULL; item = va_arg (args, const char *))
    json_array_add_string_element (array, item);
  va_end (args);

  return array;
}

/**
 * sb_docker_request_new_labels:
 * @id: (nullable): of a sandbox
 *
 * Returns: (transfer full): what makes a container or volume ours, and lets it be swept when this process is gone
 */
JsonObject *
sb_docker_request_new_labels (const char *id)
{
  JsonObject *labels = json_object_new ();
  g_autofree char *created = g_strdup_printf ("%" G_GINT64_FORMAT, sb_clock_wall () / G_USEC_PER_SEC);

  json_object_set_string_member (labels, SB_DOCKER_LABEL, "1");
  json_object_set_string_member (labels, SB_DOCKER_LABEL_INSTANCE, sb_instance_get_id ());
  json_object_set_string_member (labels, SB_DOCKER_LABEL_OWNER, sb_instance_get_owner ());
  json_object_set_string_member (labels, SB_DOCKER_LABEL_CREATED, created);
  if (id != NULL)
    json_object_set_string_member (labels, SB_DOCKER_LABEL_ID, id);

  return labels;
}

/* A tmpfs volume instead of HostConfig.Tmpfs: as hard a limit, and still seen by the engine's own tools. Being
 * nameless it is removed with the container, also when we are not there any more. */
static JsonObject *
new_workspace_mount (const SbSandboxSpec *spec)
{
  JsonObject *mount = json_object_new ();
  JsonObject *options = json_object_new ();
  JsonObject *driver = json_object_new ();
  JsonObject *values = json_object_new ();
  g_autofree char *o = g_strdup_printf ("size=%" G_GUINT64_FORMAT ",uid=%d,gid=%d,mode=0755,nosuid,nodev",
                                        spec->disk_bytes, SB_DOCKER_USER, SB_DOCKER_USER);

  json_object_set_string_member (values, "type", "tmpfs");
  json_object_set_string_member (values, "device", "tmpfs");
  json_object_set_string_member (values, "o", o);
  json_object_set_string_member (driver, "Name", "local");
  json_object_set_object_member (driver, "Options", values);
  json_object_set_boolean_member (options, "NoCopy", TRUE);
  json_object_set_object_member (options, "Labels", sb_docker_request_new_labels (spec->id));
  json_object_set_object_member (options, "DriverConfig", driver);
  json_object_set_string_member (mount, "Type", "volume");
  json_object_set_string_member (mount, "Target", "/workspace");
  json_object_set_object_member (mount, "VolumeOptions", options);

  return mount;
}

/* Podman makes a plain folder of a volume that has options. It knows no uid here either: everything inside is the same
 * user anyway. */
static void
set_workspace_tmpfs (JsonObject          *tmpfs,
                     const SbSandboxSpec *spec)
{
  g_autofree char *o = g_strdup_printf ("rw,nosuid,nodev,size=%" G_GUINT64_FORMAT ",mode=0777",
                                        spec->disk_bytes);

  json_object_set_string_member (tmpfs, "/workspace", o);
}

static JsonObject *
new_helper_mount (const char *volume,
                  gboolean    read_only)
{
  JsonObject *mount = json_object_new ();

  json_object_set_string_member (mount, "Type", "volume");
  json_object_set_string_member (mount, "Source", volume);
  json_object_set_string_member (mount, "Target", SB_DOCKER_HELPER_TARGET);
  json_object_set_boolean_member (mount, "ReadOnly", read_only);

  return mount;
}

static void
add_ulimit (JsonArray  *array,
            const char *name,
            gint64      value)
{
  JsonObject *ulimit = json_object_new ();

  json_object_set_string_member (ulimit, "Name", name);
  json_object_set_int_member (ulimit, "Soft", value);
  json_object_set_int_member (ulimit, "Hard", value);
  json_array_add_object_element (array, ulimit);
}

/* Not nproc: it counts per user of the host, so sandboxes would share it. Not fsize: both writable places are
 * limited, and a full disk is easier to understand than a signal. */
static JsonArray *
new_ulimits (void)
{
  JsonArray *ulimits = json_array_new ();

  add_ulimit (ulimits, "nofile", OPEN_FILES);
  add_ulimit (ulimits, "core", 0);

  return ulimits;
}

static gboolean
is_under_gvisor (const SbSandboxSpec  *spec,
                 const SbDockerEngine *engine)
{
  return engine->has_gvisor && spec->hosts == NULL;
}

/* Returns: what PidsLimit is to be */
gint64
sb_docker_request_get_pids (const SbSandboxSpec  *spec,
                            const SbDockerEngine *engine)
{
  return (gint64) spec->pids + (is_under_gvisor (spec, engine) ? GVISOR_THREADS : 0);
}

static void
set_limits (JsonObject           *host,
            const SbSandboxSpec  *spec,
            const SbDockerEngine *engine)
{
  if (engine->limits_memory)
    {
      json_object_set_int_member (host, "Memory", spec->memory_bytes);
      json_object_set_int_member (host, "MemorySwap", spec->memory_bytes);
    }
  if (engine->limits_pids)
    json_object_set_int_member (host, "PidsLimit", sb_docker_request_get_pids (spec, engine));
  if (engine->limits_cpu)
    json_object_set_int_member (host, "NanoCpus", (gint64) (MIN (spec->cpus, engine->cpus) * 1e9));
  json_object_set_int_member (host, "ShmSize", SHM_BYTES);
  json_object_set_int_member (host, "OomScoreAdj", OOM_SCORE);
  json_object_set_array_member (host, "Ulimits", new_ulimits ());
}

/* Its own ports may be low ones, and no name is looked up elsewhere. */
static void
set_hosts (JsonObject          *host,
           const SbSandboxSpec *spec)
{
  JsonArray *hosts = json_array_new ();
  JsonObject *settings = json_object_new ();

  for (guint i = 0; spec->hosts[i] != NULL; i++)
    json_array_add_string_element (hosts, spec->hosts[i]);
  json_object_set_string_member (settings, "net.ipv4.ip_unprivileged_port_start", "0");
  json_object_set_array_member (host, "ExtraHosts", hosts);
  json_object_set_array_member (host, "Dns", new_string_array ("127.0.0.1", NULL));
  json_object_set_object_member (host, "Sysctls", settings);
}

static JsonObject *
new_host_config (const SbSandboxSpec  *spec,
                 const char           *helper_volume,
                 const SbDockerEngine *engine)
{
  JsonObject *host = json_object_new ();
  JsonObject *log = json_object_new ();
  JsonObject *tmpfs = json_object_new ();
  JsonArray *mounts = json_array_new ();
  g_autofree char *tmp = g_strdup_printf ("rw,nosuid,nodev,size=%" G_GINT64_FORMAT ",mode=1777",
                                          (gint64) TMP_BYTES);

  json_object_set_string_member (tmpfs, "/tmp", tmp);
  json_object_set_string_member (log, "Type", "none");
  if (engine->is_podman)
    set_workspace_tmpfs (tmpfs, spec);
  else
    json_array_add_object_element (mounts, new_workspace_mount (spec));
  json_array_add_object_element (mounts, new_helper_mount (helper_volume, TRUE));

  json_object_set_string_member (host, "NetworkMode", "none");
  json_object_set_array_member (host, "CapDrop", new_string_array ("ALL", NULL));
  json_object_set_array_member (host, "SecurityOpt", new_string_array ("no-new-privileges:true", NULL));
  json_object_set_boolean_member (host, "ReadonlyRootfs", TRUE);
  json_object_set_object_member (host, "Tmpfs", tmpfs);
  json_object_set_array_member (host, "Mounts", mounts);
  json_object_set_string_member (host, "IpcMode", "private");
  json_object_set_string_member (host, "CgroupnsMode", "private");
  json_object_set_object_member (host, "LogConfig", log);
  json_object_set_boolean_member (host, "AutoRemove", TRUE);
  /* A kernel of its own for the sandbox, where the engine has one to offer. */
  if (is_under_gvisor (spec, engine))
    json_object_set_string_member (host, "Runtime", SB_DOCKER_GVISOR);
  if (spec->hosts != NULL)
    set_hosts (host, spec);
  set_limits (host, spec, engine);

  return host;
}

static JsonArray *
new_arguments (const SbSandboxSpec *spec)
{
  JsonArray *arguments = new_string_array ("--workspace=/workspace", NULL);
  g_autofree char *ttl = g_strdup_printf ("--ttl=%u", spec->ttl_seconds);

  if (spec->ttl_seconds > 0)
    json_array_add_string_element (arguments, ttl);
  for (guint i = 0; spec->env != NULL && spec->env[i] != NULL; i++)
    {
      g_autofree char *env = g_strconcat ("--env=", spec->env[i], NULL);

      json_array_add_string_element (arguments, env);
    }

  return arguments;
}

/**
 * sb_docker_request_new:
 * @spec: what is asked for; its id and limits are set
 * @image: the image to use
 * @helper_volume: the volume with sandbar-init
 * @engine: what the engine can limit
 *
 * A container without network, capabilities and a writable root, with sandbar-init as PID 1. OpenStdin,
 * StdinOnce and AutoRemove make its input a dead man's switch: when the attached owner goes, PID 1 reads
 * the end of its input and exits, and the engine removes the container with its workspace.
 *
 * Returns: (transfer full): the body of POST /containers/create
 */
JsonObject *
sb_docker_request_new (const SbSandboxSpec  *spec,
                       const char           *image,
                       const char           *helper_volume,
                       const SbDockerEngine *engine)
{
  JsonObject *request = json_object_new ();
  JsonObject *health = json_object_new ();
  g_autofree char *user = g_strdup_printf ("%d:%d", SB_DOCKER_USER, SB_DOCKER_USER);
  const char *program = SB_DOCKER_HELPER_TARGET "/" SB_DOCKER_HELPER_NAME;

  json_object_set_array_member (health, "Test", new_string_array ("NONE", NULL));
  json_object_set_string_member (request, "Image", image);
  json_object_set_string_member (request, "User", user);
  json_object_set_array_member (request, "Entrypoint", new_string_array (program, NULL));
  json_object_set_array_member (request, "Cmd", new_arguments (spec));
  json_object_set_string_member (request, "WorkingDir", "/workspace");
  json_object_set_string_member (request, "Hostname", "sandbox");
  json_object_set_boolean_member (request, "OpenStdin", TRUE);
  json_object_set_boolean_member (request, "StdinOnce", TRUE);
  json_object_set_boolean_member (request, "AttachStdin", TRUE);
  json_object_set_boolean_member (request, "AttachStdout", TRUE);
  json_object_set_boolean_member (request, "AttachStderr", TRUE);
  json_object_set_string_member (request, "StopSignal", "SIGKILL");
  json_object_set_object_member (request, "Healthcheck", health);
  json_object_set_object_member (request, "Labels", sb_docker_request_new_labels (spec->id));
  json_object_set_object_member (request, "HostConfig", new_host_config (spec, helper_volume, engine));

  return request;
}

/**
 * sb_docker_request_new_for_filler:
 * @image: any image that is there
 * @helper_volume: the volume to fill
 *
 * A container that is never started: through it the archive call reaches the volume.
 *
 * Returns: (transfer full): the body of POST /containers/create
 */
JsonObject *
sb_docker_request_new_for_filler (const char *image,
                                  const char *helper_volume)
{
  JsonObject *request = json_object_new ();
  JsonObject *host = json_object_new ();
  JsonArray *mounts = json_array_new ();

  json_array_add_object_element (mounts, new_helper_mount (helper_volume, FALSE));
  json_object_set_string_member (host, "NetworkMode", "none");
  json_object_set_array_member (host, "CapDrop", new_string_array ("ALL", NULL));
  json_object_set_array_member (host, "Mounts", mounts);
  json_object_set_string_member (request, "Image", image);
  json_object_set_array_member (request, "Entrypoint", new_string_array ("/never-started", NULL));
  json_object_set_object_member (request, "Labels", sb_docker_request_new_labels (NULL));
  json_object_set_object_member (request, "HostConfig", host);

  return request;
}

/**
 * sb_docker_request_dup_name:
 * @id: a sandbox's id
 *
 * Returns: (transfer full): the name of its container, fit for an address
 */
char *
sb_docker_request_dup_name (const char *id)
{
  char *name = g_strconcat ("sandbar-", id, NULL);

  return g_strcanon (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.-", '_');
}

static char *
dup_filter (const char *label,
            const char *value)
{
  g_autoptr(JsonObject) filters = json_object_new ();
  g_autofree char *labelled = g_strdup_printf ("%s=%s", label, value);
  g_autofree char *json = NULL;

  json_object_set_array_member (filters, "label", new_string_array (labelled, NULL));
  json = sb_json_object_to_string (filters);

  return g_uri_escape_string (json, NULL, FALSE);
}

/**
 * sb_docker_request_dup_filter:
 *
 * Returns: (transfer full): the query part that limits a list to what this owner made
 */
char *
sb_docker_request_dup_filter (void)
{
  g_autofree char *filter = dup_filter (SB_DOCKER_LABEL_OWNER, sb_instance_get_owner ());

  return g_strconcat ("filters=", filter, NULL);
}

/**
 * sb_docker_request_dup_instance_filter:
 *
 * Returns: (transfer full): the value of “filters” that limits a list to what this process made
 */
char *
sb_docker_request_dup_instance_filter (void)
{
  return dup_filter (SB_DOCKER_LABEL_INSTANCE, sb_instance_get_id ());
}
