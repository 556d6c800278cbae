/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-request.h"

#include <stdio.h>
#include <string.h>

#include "sb-docker-facts.h"
#include "sb-instance.h"
#include "sb-json.h"
#include "sb-tar.h"
#include "sb-test.h"

#define MIB (1024 * 1024)

#define VERSION "{\"Version\":\"20.10.24+dfsg1\",\"Os\":\"linux\",\"Arch\":\"amd64\"," \
                "\"Components\":[{\"Name\":\"Engine\"}]}"
#define INFO "{\"NCPU\":2,\"MemoryLimit\":true,\"SwapLimit\":true,\"CpuCfsQuota\":true,\"PidsLimit\":true," \
             "\"DefaultRuntime\":\"runc\",\"SecurityOptions\":[\"name=seccomp,profile=default\"]}"

static const SbSandboxSpec spec = {
  .id = (char *) "box-1",
  .memory_bytes = 256 * MIB,
  .disk_bytes = 64 * MIB,
  .pids = 100,
  .cpus = 8,
};

static char *loopback_only[] = { (char *) "lo", NULL };

static const SbGreeting good_greeting = {
  .pid = 1,
  .uid = 65532,
  .gid = 65532,
  .no_new_privs = 1,
  .seccomp_mode = 2,
  .filter = SB_WIRE_FILTER_HOLDS,
  .root_read_only = 1,
  .workspace_bytes = 64 * MIB,
  .interfaces = loopback_only,
};

static JsonObject *
parse (const char *json)
{
  g_autoptr(GError) error = NULL;
  JsonObject *object = sb_json_parse_object (json, -1, &error);

  g_assert_no_error (error);

  return object;
}

static SbDockerEngine *
new_engine (const char *version,
            const char *info,
            GError    **error)
{
  g_autoptr(JsonObject) version_object = parse (version);
  g_autoptr(JsonObject) info_object = parse (info);

  return sb_docker_engine_new (version_object, info_object, error);
}

static void
test_engine (void)
{
  static const struct { const char *version; const char *info; const char *label; } cases[] = {
    { VERSION, INFO, "Docker Engine 20.10.24" },
    { VERSION, "{\"OperatingSystem\":\"Docker Desktop\"}", "Docker Desktop 20.10.24" },
    { "{\"Version\":\"5.2.0\",\"Os\":\"linux\",\"Arch\":\"arm64\",\"Components\":[{\"Name\":\"Podman Engine\"}]}",
      "{}", "Podman Engine 5.2.0" },
    { "{\"Os\":\"linux\",\"Arch\":\"amd64\",\"Components\":[7]}",
      "{\"SecurityOptions\":[1,null]}", "Docker Engine ?" },
    { "{\"Os\":\"windows\",\"Arch\":\"amd64\"}", "{}", NULL },
    { "{\"Os\":7}", "{}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(SbDockerEngine) engine = new_engine (cases[i].version, cases[i].info, &error);

      if (cases[i].label == NULL)
        g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE);
      else
        g_assert_cmpstr (engine->label, ==, cases[i].label);
    }
}

/* What an engine would report that took everything. */
static JsonObject *
new_inspected (const SbDockerEngine *engine)
{
  JsonObject *request = sb_docker_request_new (&spec, "image", "volume", engine);

  json_object_set_boolean_member (sb_json_get_object (request, "HostConfig"), "Privileged", FALSE);

  return request;
}

static void
test_request (void)
{
  g_autoptr(SbDockerEngine) engine = new_engine (VERSION, INFO, NULL);
  g_autoptr(JsonObject) request = new_inspected (engine);
  JsonObject *host = sb_json_get_object (request, "HostConfig");
  JsonArray *mounts = sb_json_get_array (host, "Mounts");
  JsonObject *labels = sb_json_get_object (request, "Labels");

  g_assert_true (sb_json_get_boolean (request, "StdinOnce", FALSE));
  g_assert_true (sb_json_get_boolean (request, "OpenStdin", FALSE));
  g_assert_true (sb_json_get_boolean (host, "AutoRemove", FALSE));
  g_assert_cmpint (sb_json_get_int (host, "Memory", 0), ==, 256 * MIB);
  g_assert_cmpint (sb_json_get_int (host, "MemorySwap", 0), ==, 256 * MIB);
  /* No more processors than the engine has: it would refuse. */
  g_assert_cmpint (sb_json_get_int (host, "NanoCpus", 0), ==, G_GINT64_CONSTANT (2000000000));
  g_assert_cmpuint (json_array_get_length (mounts), ==, 2);
  g_assert_null (sb_json_get_string (json_array_get_object_element (mounts, 0), "Source"));
  g_assert_true (sb_json_get_boolean (json_array_get_object_element (mounts, 1), "ReadOnly", FALSE));
  g_assert_cmpstr (sb_json_get_string (labels, SB_DOCKER_LABEL_ID), ==, "box-1");
  g_assert_cmpstr (sb_json_get_string (labels, SB_DOCKER_LABEL_INSTANCE), ==, sb_instance_get_id ());
}

static void
test_facts (void)
{
  g_autoptr(SbDockerEngine) engine = new_engine (VERSION, INFO, NULL);
  g_autoptr(JsonObject) inspected = new_inspected (engine);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) facts = sb_docker_facts_check (&spec, engine, inspected, &good_greeting, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < facts->len; i++)
    g_assert_true (((SbSandboxFact *) facts->pdata[i])->holds);
}

/* An engine that cannot count swap says so; that is a warning, not a refusal. */
static void
test_no_swap_limit (void)
{
  g_autoptr(SbDockerEngine) engine = new_engine (VERSION, INFO, NULL);
  g_autoptr(JsonObject) inspected = new_inspected (engine);
  g_autoptr(GPtrArray) facts = NULL;
  guint broken = 0;

  json_object_set_int_member (sb_json_get_object (inspected, "HostConfig"), "MemorySwap", -1);
  facts = sb_docker_facts_check (&spec, engine, inspected, &good_greeting, NULL);
  g_assert_nonnull (facts);
  for (guint i = 0; i < facts->len; i++)
    {
      SbSandboxFact *fact = facts->pdata[i];

      broken += !fact->holds;
      g_assert_true (fact->holds || g_str_equal (fact->id, "memory"));
    }
  g_assert_cmpuint (broken, ==, 1);
}

/* Each answer lacks one guarantee. */
static void
test_breaches (void)
{
  static const struct { const char *name; const char *json; } breaches[] = {
    { "NetworkMode", "{\"v\":\"bridge\"}" },
    { "CapAdd", "{\"v\":[\"SYS_ADMIN\"]}" },
    { "Privileged", "{\"v\":true}" },
    { "ReadonlyRootfs", "{\"v\":false}" },
    { "Binds", "{\"v\":[\"/:/host\"]}" },
    { "Devices", "{\"v\":[{\"PathOnHost\":\"/dev/kvm\"}]}" },
    { "PidMode", "{\"v\":\"host\"}" },
    { "IpcMode", "{\"v\":\"host\"}" },
    { "Memory", "{\"v\":0}" },
    { "PidsLimit", "{\"v\":null}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (breaches); i++)
    {
      g_autoptr(SbDockerEngine) engine = new_engine (VERSION, INFO, NULL);
      g_autoptr(JsonObject) inspected = new_inspected (engine);
      g_autoptr(JsonObject) other = parse (breaches[i].json);
      g_autoptr(GError) error = NULL;

      json_object_set_member (sb_json_get_object (inspected, "HostConfig"), breaches[i].name,
                              json_node_copy (json_object_get_member (other, "v")));
      g_assert_null (sb_docker_facts_check (&spec, engine, inspected, &good_greeting, &error));
      g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNSAFE);
    }
}

static void
test_image (void)
{
  static const struct { const char *container; const char *image; const char *label; const char *part; } rows[] = {
    { "{\"Image\":\"sha256:0123456789abcdef\",\"Config\":{\"Image\":\"host:1/me/node-sandbox:2\"}}",
      "{\"RepoDigests\":[\"host:1/me/node-sandbox@sha256:77\"]}", "node-sandbox", "node-sandbox@sha256:77" },
    { "{\"Image\":\"sha256:0123456789abcdef\",\"Config\":{\"Image\":\"node-sandbox\"}}", "{\"RepoDigests\":[]}",
      "node-sandbox", "sha256:0123456789ab, which was built locally" },
    { "{\"Config\":{\"Image\":\"x@sha256:1\"}}", "{\"RepoDigests\":[7]}", "x", "locally" },
    { "{}", "{}", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GPtrArray) facts = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_sandbox_fact_free);
      g_autoptr(JsonObject) container = parse (rows[i].container);
      g_autoptr(JsonObject) image = parse (rows[i].image);

      sb_docker_facts_add_image (facts, container, image);
      g_assert_cmpuint (facts->len, ==, rows[i].label != NULL);
      if (rows[i].label == NULL)
        continue;
      g_assert_cmpstr (((SbSandboxFact *) g_ptr_array_index (facts, 0))->label, ==, rows[i].label);
      g_assert_nonnull (strstr (((SbSandboxFact *) g_ptr_array_index (facts, 0))->detail, rows[i].part));
    }
}

static void
test_breaches_inside (void)
{
  g_autoptr(SbDockerEngine) engine = new_engine (VERSION, INFO, NULL);
  g_autoptr(JsonObject) inspected = new_inspected (engine);
  g_autoptr(JsonObject) nothing = json_object_new ();
  SbGreeting greetings[] = { good_greeting, good_greeting, good_greeting, good_greeting, good_greeting,
                             good_greeting };
  char *two[] = { (char *) "lo", (char *) "eth0", NULL };

  greetings[0].uid = 0;
  greetings[1].capabilities = 1;
  greetings[2].interfaces = two;
  greetings[3].workspace_bytes = G_GUINT64_CONSTANT (100) * 1024 * MIB;
  greetings[4].filter = SB_WIRE_FILTER_BROKEN;
  greetings[5].seccomp_mode = 0;
  for (guint i = 0; i < G_N_ELEMENTS (greetings); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (sb_docker_facts_check (&spec, engine, inspected, &greetings[i], &error));
      g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNSAFE);
    }
  g_assert_null (sb_docker_facts_check (&spec, engine, nothing, &good_greeting, NULL));
}

static void
test_missing_limit (void)
{
  g_autoptr(SbDockerEngine) engine = new_engine (VERSION, INFO, NULL);
  g_autoptr(JsonObject) unlimited = new_inspected (engine);
  g_autoptr(JsonObject) networked = new_inspected (engine);
  SbSandboxSpec weak = spec;
  g_autoptr(GPtrArray) facts = NULL;
  g_autoptr(GError) error = NULL;
  SbSandboxFact *last = NULL;

  json_object_set_int_member (sb_json_get_object (unlimited, "HostConfig"), "Memory", 0);
  g_assert_null (sb_docker_facts_check (&spec, engine, unlimited, &good_greeting, &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNSAFE);
  g_clear_error (&error);

  weak.allows_weak = TRUE;
  facts = sb_docker_facts_check (&weak, engine, unlimited, &good_greeting, &error);
  g_assert_no_error (error);
  last = facts->pdata[facts->len - 1];
  g_assert_cmpstr (last->id, ==, "limits");
  g_assert_false (last->holds);

  /* What keeps it in is never for sale. */
  json_object_set_string_member (sb_json_get_object (networked, "HostConfig"), "NetworkMode", "bridge");
  g_assert_null (sb_docker_facts_check (&weak, engine, networked, &good_greeting, &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNSAFE);
}

static void
test_gvisor (void)
{
  g_autoptr(SbDockerEngine) plain = new_engine (VERSION, INFO, NULL);
  g_autoptr(SbDockerEngine) engine = new_engine (VERSION, "{\"NCPU\":2,\"MemTotal\":4096,\"DefaultRuntime\":\"runc\","
                                                 "\"Runtimes\":{\"runc\":{},\"runsc\":{\"path\":\"/x\"}}}", NULL);
  g_autoptr(JsonObject) without = new_inspected (plain);
  g_autoptr(JsonObject) request = new_inspected (engine);
  g_autoptr(GPtrArray) facts = NULL;
  g_autoptr(GError) error = NULL;
  gboolean told = FALSE;

  g_assert_cmpuint (engine->memory_bytes, ==, 4096);
  g_assert_false (json_object_has_member (sb_json_get_object (without, "HostConfig"), "Runtime"));
  g_assert_cmpstr (sb_json_get_string (sb_json_get_object (request, "HostConfig"), "Runtime"), ==, "runsc");
  facts = sb_docker_facts_check (&spec, engine, request, &good_greeting, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < facts->len; i++)
    told |= strstr (((SbSandboxFact *) facts->pdata[i])->label, "gVisor") != NULL;
  g_assert_true (told);

  g_assert_null (sb_docker_facts_check (&spec, engine, without, &good_greeting, &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNSAFE);
}

/* What gVisor's own threads need is on top of what the sandbox may have. */
static void
test_gvisor_threads (void)
{
  g_autoptr(SbDockerEngine) plain = new_engine (VERSION, INFO, NULL);
  g_autoptr(SbDockerEngine) engine = new_engine (VERSION, "{\"NCPU\":2,\"PidsLimit\":true,"
                                                 "\"Runtimes\":{\"runsc\":{}}}", NULL);
  g_autoptr(JsonObject) request = new_inspected (engine);
  JsonObject *host = sb_json_get_object (request, "HostConfig");
  gint64 pids = sb_docker_request_get_pids (&spec, engine);

  g_assert_cmpint (sb_docker_request_get_pids (&spec, plain), ==, 100);
  g_assert_cmpint (pids, >, 500);
  g_assert_cmpint (sb_json_get_int (host, "PidsLimit", 0), ==, pids);
}

/* Podman lists runtimes that it does not use, makes a folder of a tmpfs volume, and names volumes among the binds. */
static void
test_podman (void)
{
  static const char *const refused[] = { "/etc:/workspace:rw", "name:/workspace:rw", "/etc:/sbx:ro", "name:/etc:rw",
                                         "name", "~/x:/sbx:ro" };
  const char *version = "{\"Version\":\"4.3.1\",\"Os\":\"linux\",\"Arch\":\"amd64\","
                        "\"Components\":[{\"Name\":\"Podman Engine\"}]}";
  g_autoptr(SbDockerEngine) engine = new_engine (version, "{\"NCPU\":2,\"DefaultRuntime\":\"crun\","
                                                 "\"Runtimes\":{\"crun\":{},\"runsc\":{}}}", NULL);
  g_autoptr(SbDockerEngine) gvisor = new_engine (version, "{\"NCPU\":2,\"DefaultRuntime\":\"/usr/bin/runsc\","
                                                 "\"Runtimes\":{\"crun\":{},\"runsc\":{}}}", NULL);
  g_autoptr(JsonObject) inspected = new_inspected (engine);
  JsonObject *host = sb_json_get_object (inspected, "HostConfig");
  JsonArray *binds = json_array_new ();
  g_autoptr(GPtrArray) facts = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_false (engine->has_gvisor);
  g_assert_true (gvisor->has_gvisor);
  g_assert_false (json_object_has_member (host, "Runtime"));
  g_assert_cmpuint (json_array_get_length (sb_json_get_array (host, "Mounts")), ==, 1);
  g_assert_nonnull (strstr (sb_json_get_string (sb_json_get_object (host, "Tmpfs"), "/workspace"), "size=67108864"));

  json_array_add_string_element (binds, "sandbar-init-1:/sbx:ro,rprivate,nosuid,nodev,rbind");
  json_object_set_array_member (host, "Binds", binds);
  facts = sb_docker_facts_check (&spec, engine, inspected, &good_greeting, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr(GError) breach = NULL;

      binds = json_array_new ();
      json_array_add_string_element (binds, refused[i]);
      json_object_set_array_member (host, "Binds", binds);
      g_assert_null (sb_docker_facts_check (&spec, engine, inspected, &good_greeting, &breach));
      g_assert_error (breach, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNSAFE);
    }
}

static void
test_name (void)
{
  g_autofree char *plain = sb_docker_request_dup_name ("box-1a");
  g_autofree char *odd = sb_docker_request_dup_name ("../x?y\nz");

  g_assert_cmpstr (plain, ==, "sandbar-box-1a");
  g_assert_cmpstr (odd, ==, "sandbar-.._x_y_z");
}

static void
test_instance (void)
{
  g_autoptr(GError) error = NULL;

  sb_instance_hold (&error);
  g_assert_no_error (error);
  g_assert_true (sb_instance_is_alive (sb_instance_get_id ()));
  g_assert_false (sb_instance_is_alive ("app-0000000000000000"));
  g_assert_false (sb_instance_is_alive ("../../etc/passwd"));
  g_assert_false (sb_instance_is_alive (""));
  g_assert_cmpuint (strlen (sb_instance_get_owner ()), ==, 16);
}

static void
test_tar (void)
{
  g_autofree char *directory = sb_test_make_dir ();
  g_autofree char *path = g_build_filename (directory, "x.tar", NULL);
  g_autoptr(GBytes) contents = g_bytes_new_static ("hello tar\n", 10);
  g_autoptr(GBytes) tar = sb_tar_new_for_file ("some-name", 0755, contents);
  g_autoptr(GSubprocess) lister = NULL;
  g_autofree char *listing = NULL;
  g_autoptr(GError) error = NULL;

  g_file_set_contents (path, g_bytes_get_data (tar, NULL), g_bytes_get_size (tar), &error);
  g_assert_no_error (error);
  lister = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "tar", "--numeric-owner", "-tvf", path,
                             NULL);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (lister, NULL, NULL, &listing, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_successful (lister));
  g_assert_true (g_str_has_prefix (listing, "-rwxr-xr-x 0/0 "));
  g_assert_true (g_str_has_suffix (listing, " some-name\n"));
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *runtime = sb_test_make_dir ();

  g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_assert_true (sb_instance_hold (NULL));

  g_test_add_func ("/sandbox/docker-request/engine", test_engine);
  g_test_add_func ("/sandbox/docker-request/request", test_request);
  g_test_add_func ("/sandbox/docker-request/facts", test_facts);
  g_test_add_func ("/sandbox/docker-request/no-swap-limit", test_no_swap_limit);
  g_test_add_func ("/sandbox/docker-request/breaches", test_breaches);
  g_test_add_func ("/sandbox/docker-request/image", test_image);
  g_test_add_func ("/sandbox/docker-request/breaches-inside", test_breaches_inside);
  g_test_add_func ("/sandbox/docker-request/missing-limit", test_missing_limit);
  g_test_add_func ("/sandbox/docker-request/gvisor", test_gvisor);
  g_test_add_func ("/sandbox/docker-request/gvisor-threads", test_gvisor_threads);
  g_test_add_func ("/sandbox/docker-request/podman", test_podman);
  g_test_add_func ("/sandbox/docker-request/name", test_name);
  g_test_add_func ("/sandbox/docker-request/instance", test_instance);
  g_test_add_func ("/sandbox/docker-request/tar", test_tar);

  return g_test_run ();
}
