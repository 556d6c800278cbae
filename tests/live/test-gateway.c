/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sb-instance.h"
#include "sb-json.h"
#include "sb-live-engine.h"
#include "sb-orphans.h"
#include "sb-test-gateway.h"
#include "sb-test.h"

#define MINUTE 60000
/* The sandbox server's image by another name: under its own it is served without a container. */
#define BUILT "sandbar/sandbox-server:latest"
#define IMAGE "sandbar-test/server:latest"
#define OF_GATEWAYS "{\"ancestor\":[\"sandbar/gateway:latest\"]}"
#define CATALOG \
  "registry:\n  %s:\n    image: " IMAGE "\n    disableNetwork: true\n" \
  "  mute:\n    x-sandbar:\n      command: [SERVER, count=FOLDER/mute, mute]\n" \
  "  local:\n    x-sandbar:\n      command: [SERVER, count=FOLDER/local, 'tools=a']\n"

/* NULL and skipped without an engine that has the image. */
static SbDockerClient *
connect_engine (void)
{
  g_autoptr(SbDockerClient) client = sb_live_engine_connect ();
  g_autoptr(JsonNode) tagged = NULL;
  g_autoptr(GError) error = NULL;

  if (client == NULL)
    return NULL;
  tagged = sb_live_engine_call (client, "POST", "/images/" BUILT "/tag?repo=sandbar-test%2Fserver&tag=latest", &error);
  if (error != NULL)
    {
      g_test_skip (BUILT " is missing; scripts/build-server-images makes it");
      return NULL;
    }

  return g_steal_pointer (&client);
}

static guint
count_containers (SbDockerClient *client,
                  const char     *server)
{
  g_autofree char *filter = g_strdup_printf ("{\"label\":[\"docker-mcp-name=%s\"]}", server);
  g_autofree char *escaped = g_uri_escape_string (filter, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/containers/json?all=1&filters=", escaped, NULL);
  g_autoptr(JsonNode) list = sb_live_engine_call (client, "GET", path, NULL);

  g_assert_nonnull (list);

  return json_array_get_length (json_node_get_array (list));
}

static char *
new_name (void)
{
  static guint n;

  return g_strdup_printf ("live-%d-%u", getpid (), n++);
}

static void
test_image (void)
{
  g_autoptr(SbDockerClient) docker = connect_engine ();
  g_autoptr(SbTestGateway) test = NULL;
  g_autofree char *name = new_name ();
  g_autofree char *catalog = g_strdup_printf ("registry:\n  %s:\n    image: " IMAGE "\n    disableNetwork: true\n",
                                              name);
  g_autofree char *kill_path = NULL;
  g_autoptr(JsonNode) killed = NULL;
  SbGatewayServer *server;

  if (docker == NULL)
    return;

  test = sb_test_gateway_new (MINUTE, NULL);
  sb_gateway_set_docker (test->gateway, docker);
  sb_test_gateway_set_catalog (test, catalog);
  sb_gateway_start (test->gateway);
  server = sb_test_gateway_wait (test, name, SB_GATEWAY_SERVER_READY);
  g_assert_nonnull (sb_gateway_find_tool (test->gateway, "initSandbox", NULL));
  g_assert_cmpuint (count_containers (docker, name), ==, 1);

  /* The container is killed: another one comes. */
  kill_path = g_strdup_printf ("/containers/%s/kill", sb_gateway_server_get_container_id (server));
  killed = sb_live_engine_call (docker, "POST", kill_path, NULL);
  sb_test_wait_until (sb_gateway_server_get_n_restarts (server) == 1);
  sb_test_gateway_wait (test, name, SB_GATEWAY_SERVER_READY);
  sb_test_wait_until (count_containers (docker, name) == 1);

  sb_test_gateway_stop (test);
  g_assert_cmpuint (count_containers (docker, name), ==, 0);

  /* And the end comes while it starts. */
  sb_gateway_start (test->gateway);
  sb_test_gateway_stop (test);
  g_assert_cmpuint (count_containers (docker, name), ==, 0);
}

static void
test_missing_image (void)
{
  g_autoptr(SbDockerClient) docker = connect_engine ();
  g_autoptr(SbTestGateway) test = NULL;
  SbGatewayServer *server;

  if (docker == NULL)
    return;

  test = sb_test_gateway_new (MINUTE, NULL);
  sb_gateway_set_docker (test->gateway, docker);
  sb_test_gateway_set_catalog (test, "registry:\n  one:\n    image: sandbar/no-such-image\n"
                                     "  two:\n    image: " IMAGE "\n    allowHosts: ['*.example.org:443']\n"
                                     "    x-sandbar:\n      network: hosts\n");
  sb_gateway_start (test->gateway);
  server = sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_BLOCKED);
  g_assert_nonnull (strstr (sb_gateway_server_get_message (server), "is not in the engine"));
  server = sb_test_gateway_wait (test, "two", SB_GATEWAY_SERVER_BLOCKED);
  g_assert_nonnull (strstr (sb_gateway_server_get_message (server), "List each host by its name"));
}

/* Our own gateway's image in the place of Docker's: it speaks the same flags. */
static void
test_official (gconstpointer data)
{
  g_autoptr(SbDockerClient) docker = connect_engine ();
  g_autoptr(SbTestGateway) test = NULL;
  g_autofree char *name = new_name ();
  g_autofree char *catalog = g_strdup_printf ("registry:\n  %s:\n    image: " IMAGE "\n    disableNetwork: true\n",
                                              name);
  SbOfficialOptions options = { .transport = GPOINTER_TO_INT (data), .image = "sandbar/gateway:latest" };
  g_autofree char *id = NULL;
  g_autofree char *answer = NULL;
  g_autofree char *kill_path = NULL;
  g_autoptr(JsonNode) killed = NULL;
  g_autoptr(GError) error = NULL;
  SbGatewayServer *server;

  if (docker == NULL)
    return;

  test = sb_test_gateway_new (MINUTE, NULL);
  sb_gateway_set_docker (test->gateway, docker);
  sb_test_gateway_set_catalog (test, catalog);
  g_assert_true (sb_gateway_use_official (test->gateway, &options, &error));
  sb_gateway_start (test->gateway);
  server = sb_gateway_lookup (test->gateway, "gateway");
  sb_test_wait_until (sb_gateway_server_get_state (server) == SB_GATEWAY_SERVER_READY ||
                      sb_gateway_server_get_state (server) == SB_GATEWAY_SERVER_BLOCKED);
  if (sb_gateway_server_get_state (server) != SB_GATEWAY_SERVER_READY)
    g_error ("%s", sb_gateway_server_get_message (server));
  answer = sb_test_gateway_call (test, "listSandboxes", "{}");
  g_test_message ("%s", answer);
  g_assert_nonnull (strstr (answer, "content"));
  g_assert_cmpuint (count_containers (docker, name), ==, 1);

  /* The gateway is killed, and another one comes. */
  id = g_strdup (sb_gateway_server_get_container_id (server));
  kill_path = g_strdup_printf ("/containers/%s/kill", id);
  killed = sb_live_engine_call (docker, "POST", kill_path, NULL);
  sb_test_wait_until (sb_gateway_server_get_n_restarts (server) > 0);
  sb_test_gateway_wait (test, "gateway", SB_GATEWAY_SERVER_READY);
  sb_test_wait_until (count_containers (docker, name) == 1);

  sb_test_gateway_stop (test);
  sb_test_wait_until (count_containers (docker, name) == 0);
  g_assert_cmpuint (sb_live_engine_count (docker, ".instance", sb_instance_get_id ()), ==, 0);
}

/* The owner is killed: neither the container nor a process that hears nothing is left. */
static void
test_killed (void)
{
  g_autoptr(SbDockerClient) docker = connect_engine ();
  g_autoptr(SbTestGateway) test = NULL;
  g_autofree char *name = new_name ();
  g_autofree char *server = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "tests", "gateway", "sb-test-server",
                                              NULL);
  g_autofree char *program = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "src", "cli", "sandbar-cli", NULL);
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
                                                                       | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr(GSubprocess) owner = NULL;
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *catalog = NULL;
  pid_t mute = 0, local = 0;

  if (docker == NULL)
    return;

  test = sb_test_gateway_new (MINUTE, NULL);
  g_string_printf (text, CATALOG, name);
  g_string_replace (text, "SERVER", server, 0);
  g_string_replace (text, "FOLDER", test->folder, 0);
  catalog = g_build_filename (test->folder, "catalog.yaml", NULL);
  g_assert_true (g_file_set_contents (catalog, text->str, -1, NULL));
  g_subprocess_launcher_setenv (launcher, "DOCKER_HOST", sb_docker_client_get_host (docker), TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", test->folder, TRUE);
  sb_orphans_adopt ();
  owner = g_subprocess_launcher_spawn (launcher, NULL, program, "gateway", "--enable-all-servers", "--catalog", catalog,
                                       NULL);
  g_assert_nonnull (owner);
  sb_test_wait_until (sb_test_gateway_count (test, "mute", &mute) == 1 &&
                      sb_test_gateway_count (test, "local", &local) == 1 && count_containers (docker, name) == 1);

  g_subprocess_force_exit (owner);
  sb_test_wait_until (count_containers (docker, name) == 0);
  sb_test_wait_until (sb_orphans_count () == 0);
  g_assert_true (sb_test_process_is_gone (mute));
  g_assert_true (sb_test_process_is_gone (local));
}

/* The app in its place: Docker's gateway in a container, until it is killed. */
static int
run_owner (const char *name)
{
  g_autoptr(SbDockerClient) docker = sb_docker_client_new (g_getenv ("DOCKER_HOST"), NULL);
  SbTestGateway *test = sb_test_gateway_new (MINUTE, NULL);
  g_autofree char *catalog = g_strdup_printf ("registry:\n  %s:\n    image: " IMAGE "\n    disableNetwork: true\n",
                                              name);
  SbOfficialOptions options = { .transport = SB_OFFICIAL_STDIO, .image = "sandbar/gateway:latest" };
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  /* Not longer than the test, however that ends. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  sb_gateway_set_docker (test->gateway, docker);
  sb_test_gateway_set_catalog (test, catalog);
  if (!sb_gateway_use_official (test->gateway, &options, NULL))
    return 1;

  sb_gateway_start (test->gateway);
  g_main_loop_run (loop);

  return 0;
}

static guint
count_with (SbDockerClient *client,
            const char     *path,
            const char     *filter)
{
  g_autofree char *escaped = g_uri_escape_string (filter, NULL, FALSE);
  g_autofree char *full = g_strconcat (path, escaped, NULL);
  g_autoptr(JsonNode) list = sb_live_engine_call (client, "GET", full, NULL);

  g_assert_nonnull (list);

  return json_array_get_length (json_node_get_array (list));
}

static guint
count_gateways (SbDockerClient *client)
{
  return count_with (client, "/containers/json?all=1&filters=", OF_GATEWAYS);
}

static guint
count_networks (SbDockerClient *client)
{
  return count_with (client, "/networks?filters=", "{\"name\":[\"sandbar-gateway\"]}");
}

/* (nullable): of the one that runs */
static char *
dup_running (SbDockerClient *client,
             const char     *filter)
{
  g_autofree char *escaped = g_uri_escape_string (filter, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/containers/json?filters=", escaped, NULL);
  g_autoptr(JsonNode) list = sb_live_engine_call (client, "GET", path, NULL);
  JsonArray *array = json_node_get_array (list);

  if (json_array_get_length (array) != 1)
    return NULL;

  return g_strdup (sb_json_get_string (json_array_get_object_element (array, 0), "Id"));
}

static gboolean
runs_another (SbDockerClient *client,
              const char     *filter,
              const char     *old)
{
  g_autofree char *id = dup_running (client, filter);

  return id != NULL && g_strcmp0 (id, old) != 0;
}

/* Until another one has come in its place. */
static void
kill_and_wait (SbDockerClient *client,
               const char     *filter)
{
  g_autofree char *old = NULL;
  g_autofree char *path = NULL;
  g_autoptr(JsonNode) killed = NULL;

  sb_test_wait_until (runs_another (client, filter, NULL));
  old = dup_running (client, filter);
  path = g_strdup_printf ("/containers/%s/kill", old);
  killed = sb_live_engine_call (client, "POST", path, NULL);
  sb_test_wait_until (runs_another (client, filter, old));
}

/* A server, the gateway and the app are killed one after the other: the first two come back, and after the last nothing
 * is left, neither containers nor processes nor the network. */
static void
test_official_killed (void)
{
  g_autoptr(SbDockerClient) docker = connect_engine ();
  g_autofree char *name = new_name ();
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = sb_test_make_dir ();
  g_autofree char *of_server = g_strdup_printf ("{\"label\":[\"docker-mcp-name=%s\"]}", name);
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr(GSubprocess) owner = NULL;

  if (docker == NULL)
    return;

  g_subprocess_launcher_setenv (launcher, "DOCKER_HOST", sb_docker_client_get_host (docker), TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", folder, TRUE);
  sb_orphans_adopt ();
  owner = g_subprocess_launcher_spawn (launcher, NULL, self, "--owner", name, NULL);
  g_assert_nonnull (owner);
  sb_test_wait_until (count_containers (docker, name) == 1 && count_gateways (docker) == 1);

  kill_and_wait (docker, of_server);
  kill_and_wait (docker, OF_GATEWAYS);
  sb_test_wait_until (runs_another (docker, of_server, NULL));

  g_subprocess_force_exit (owner);
  sb_test_wait_until (count_gateways (docker) == 0 && count_containers (docker, name) == 0);
  sb_test_wait_until (count_networks (docker) == 0);
  sb_test_wait_until (sb_orphans_count () == 0);
  sb_test_remove_dir (folder);
}

int
main (int    argc,
      char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--owner"))
    return run_owner (argv[2]);

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/live/gateway/image", test_image);
  g_test_add_func ("/live/gateway/missing-image", test_missing_image);
  g_test_add_data_func ("/live/gateway/official/stdio", GINT_TO_POINTER (SB_OFFICIAL_STDIO), test_official);
  g_test_add_data_func ("/live/gateway/official/sse", GINT_TO_POINTER (SB_OFFICIAL_SSE), test_official);
  g_test_add_data_func ("/live/gateway/official/streaming", GINT_TO_POINTER (SB_OFFICIAL_STREAMING), test_official);
  g_test_add_func ("/live/gateway/killed", test_killed);
  g_test_add_func ("/live/gateway/official/killed", test_official_killed);

  return g_test_run ();
}
