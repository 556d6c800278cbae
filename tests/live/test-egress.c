/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>
#include <unistd.h>

#include "sb-instance.h"
#include "sb-json.h"
#include "sb-live-engine.h"
#include "sb-orphans.h"
#include "sb-test-gateway.h"
#include "sb-test-resolver.h"
#include "sb-test.h"

#define MINUTE 60000
#define IMAGE "sandbar/node-sandbox:latest"

/* An MCP server of one tool, which tries to get out: by TCP, by a datagram, or tells its interfaces. */
#define SERVER \
  "const net = require('net'), dgram = require('dgram'), os = require('os');" \
  "const say = m => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...m }) + '\\n');" \
  "const told = (id, text) => say({ id, result: { content: [{ type: 'text', text: String(text) }] } });" \
  "const tcp = (id, a) => { let got = ''; const c = net.connect(a.port, a.host);" \
  "  c.on('data', d => got += d).on('end', () => told(id, 'got ' + got)).on('error', e => told(id, e.code)); };" \
  "const udp = (id, a) => { const s = dgram.createSocket('udp4');" \
  "  s.on('error', e => { told(id, e.code); }).send('x', a.port, a.host, e => told(id, e ? e.code : 'sent')); };" \
  "const call = (id, a) => a.udp ? udp(id, a) : a.host ? tcp(id, a) : told(id, Object.keys(os.networkInterfaces()));" \
  "require('readline').createInterface({ input: process.stdin }).on('line', line => { const m = JSON.parse(line);" \
  "  if (m.method === 'initialize') say({ id: m.id, result: { protocolVersion: '2025-06-18'," \
  "    capabilities: { tools: {} }, serverInfo: { name: 'out', version: '1' } } });" \
  "  else if (m.method === 'tools/list') say({ id: m.id, result: { tools: [{ name: 'out'," \
  "    inputSchema: { type: 'object' } }] } });" \
  "  else if (m.method === 'tools/call') call(m.id, m.params.arguments);" \
  "  else if (m.id !== undefined) say({ id: m.id, error: { code: -32601, message: 'no' } }); });"

static guint
count (SbDockerClient *client,
       const char     *filter)
{
  g_autofree char *escaped = g_uri_escape_string (filter, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/containers/json?all=1&filters=", escaped, NULL);
  g_autoptr(JsonNode) list = sb_live_engine_call (client, "GET", path, NULL);

  g_assert_nonnull (list);

  return json_array_get_length (json_node_get_array (list));
}

static guint
count_egress (SbDockerClient *client)
{
  return count (client, "{\"name\":[\"sandbar-egress\"]}");
}

static guint
count_servers (SbDockerClient *client,
               const char     *name)
{
  g_autofree char *filter = g_strdup_printf ("{\"label\":[\"docker-mcp-name=%s\"]}", name);

  return count (client, filter);
}

/* NULL and skipped without an engine that has the image. */
static SbDockerClient *
connect_engine (void)
{
  g_autoptr(SbDockerClient) client = sb_live_engine_connect ();
  g_autoptr(JsonNode) image = NULL;

  if (client == NULL)
    return NULL;
  image = sb_live_engine_call (client, "GET", "/images/" IMAGE "/json", NULL);
  if (image == NULL)
    {
      g_test_skip (IMAGE " is missing; scripts/build-image makes it");
      return NULL;
    }

  return g_steal_pointer (&client);
}

/* hosts: of allowHosts */
static char *
new_catalog (const char *name,
             const char *hosts)
{
  g_autofree char *script = g_strescape (SERVER, NULL);

  return g_strdup_printf ("registry:\n  %s:\n    image: " IMAGE "\n    command: [node, -e, \"%s\"]\n"
                          "    allowHosts: [%s]\n", name, script, hosts);
}

static void G_GNUC_PRINTF (3, 4)
assert_told (SbTestGateway *test,
             const char    *told,
             const char    *format,
             ...)
{
  g_autofree char *arguments = NULL;
  g_autofree char *answer = NULL;
  va_list args;

  va_start (args, format);
  arguments = g_strdup_vprintf (format, args);
  va_end (args);
  answer = sb_test_gateway_call (test, "out", arguments);
  g_test_message ("%s: %s", arguments, answer);
  g_assert_nonnull (strstr (answer, told));
}

static gboolean
greet_cb (GSocketService    *service,
          GSocketConnection *connection,
          GObject           *source_object,
          gpointer           user_data)
{
  guint *n = user_data;

  (*n)++;
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), "hello", 5, NULL, NULL, NULL);

  return FALSE;
}

/* On every address of this machine. */
static GSocketService *
start_host (guint16 *port,
            guint   *n)
{
  GSocketService *service = g_socket_service_new ();

  *port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
  g_assert_cmpuint (*port, >, 0);
  g_signal_connect (service, "incoming", G_CALLBACK (greet_cb), n);

  return service;
}

static void
test_listed (void)
{
  g_autoptr(SbDockerClient) docker = connect_engine ();
  g_autoptr(SbTestResolver) resolver = sb_test_resolver_install ();
  g_autoptr(SbTestGateway) test = NULL;
  g_autoptr(GSocketService) host = NULL;
  g_autoptr(GSocketService) other = NULL;
  g_autofree char *name = g_strdup_printf ("out-%d", getpid ());
  g_autofree char *hosts = NULL;
  g_autofree char *catalog = NULL;
  g_autofree char *log = NULL;
  SbGatewayServer *server;
  guint16 port, other_port;
  guint n = 0, n_other = 0;

  if (docker == NULL)
    return;

  host = start_host (&port, &n);
  other = start_host (&other_port, &n_other);
  sb_test_resolver_set (resolver, "listed.test", "127.0.0.1");
  sb_test_resolver_set (resolver, "inner.test", "127.0.0.1");
  sb_test_resolver_set (resolver, "unlisted.test", "127.0.0.1");
  hosts = g_strdup_printf ("'listed.test:%u', '127.0.0.1:%u', 'inner.test:%u'", port, port, other_port);
  catalog = new_catalog (name, hosts);
  test = sb_test_gateway_new (MINUTE, NULL);
  sb_gateway_set_docker (test->gateway, docker);
  sb_test_gateway_set_catalog (test, catalog);
  sb_gateway_start (test->gateway);
  sb_test_wait_until (sb_gateway_lookup (test->gateway, name) != NULL);
  server = sb_gateway_lookup (test->gateway, name);
  sb_test_wait_until (sb_gateway_server_get_state (server) == SB_GATEWAY_SERVER_READY ||
                      sb_gateway_server_get_state (server) == SB_GATEWAY_SERVER_BLOCKED);
  if (sb_gateway_server_get_state (server) != SB_GATEWAY_SERVER_READY)
    g_error ("%s", sb_gateway_server_get_message (server));
  g_assert_cmpuint (count_egress (docker), ==, 1);

  assert_told (test, "got hello", "{\"host\":\"listed.test\",\"port\":%u}", port);
  assert_told (test, "got hello", "{\"host\":\"127.0.0.1\",\"port\":%u}", port);
  g_assert_cmpuint (n, ==, 2);
  /* A name that leads to this machine, which is not listed for that port */
  assert_told (test, "\"got \"", "{\"host\":\"inner.test\",\"port\":%u}", other_port);
  /* Other ports, other names, addresses, the engine's own */
  assert_told (test, "ECONNREFUSED", "{\"host\":\"listed.test\",\"port\":%u}", other_port);
  assert_told (test, "ECONNREFUSED", "{\"host\":\"127.0.0.1\",\"port\":%u}", other_port);
  assert_told (test, "EAI_AGAIN", "{\"host\":\"unlisted.test\",\"port\":%u}", port);
  assert_told (test, "ENETUNREACH", "{\"host\":\"172.17.0.1\",\"port\":%u}", port);
  assert_told (test, "ENETUNREACH", "{\"host\":\"1.1.1.1\",\"port\":443}");
  assert_told (test, "ENETUNREACH", "{\"udp\":true,\"host\":\"1.1.1.1\",\"port\":53}");
  assert_told (test, "\"lo\"", "{}");
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (n_other, ==, 0);
  log = sb_server_log_dup_text (sb_gateway_server_get_log (server));
  g_test_message ("%s", log);
  g_assert_nonnull (strstr (log, "5 bytes received"));
  g_assert_nonnull (strstr (log, "which is not listed"));

  sb_test_gateway_stop (test);
  g_assert_cmpuint (count_egress (docker), ==, 0);
  g_assert_cmpuint (count_servers (docker, name), ==, 0);
  g_assert_cmpuint (sb_live_engine_count (docker, ".instance", sb_instance_get_id ()), ==, 0);
}

/* Without its network the server is of no use: both come anew. */
static void
test_lost (void)
{
  g_autoptr(SbDockerClient) docker = connect_engine ();
  g_autoptr(SbTestGateway) test = NULL;
  g_autoptr(JsonNode) list = NULL;
  g_autoptr(JsonNode) killed = NULL;
  g_autofree char *name = g_strdup_printf ("lost-%d", getpid ());
  g_autofree char *catalog = new_catalog (name, "'listed.test:443'");
  g_autofree char *path = NULL;
  SbGatewayServer *server;

  if (docker == NULL)
    return;

  test = sb_test_gateway_new (MINUTE, NULL);
  sb_gateway_set_docker (test->gateway, docker);
  sb_test_gateway_set_catalog (test, catalog);
  sb_gateway_start (test->gateway);
  server = sb_test_gateway_wait (test, name, SB_GATEWAY_SERVER_READY);
  list = sb_live_engine_call (docker, "GET", "/containers/json?filters=%7B%22name%22%3A%5B%22sandbar-egress%22%5D%7D",
                              NULL);
  path = g_strdup_printf ("/containers/%s/kill",
                          sb_json_get_string (json_array_get_object_element (json_node_get_array (list), 0), "Id"));
  killed = sb_live_engine_call (docker, "POST", path, NULL);
  sb_test_wait_until (sb_gateway_server_get_n_restarts (server) == 1);
  sb_test_gateway_wait (test, name, SB_GATEWAY_SERVER_READY);
  sb_test_wait_until (count_egress (docker) == 1 && count_servers (docker, name) == 1);

  sb_test_gateway_stop (test);
  g_assert_cmpuint (count_egress (docker), ==, 0);
  g_assert_cmpuint (count_servers (docker, name), ==, 0);

  /* And the end comes while it starts. */
  sb_gateway_start (test->gateway);
  sb_test_gateway_stop (test);
  g_assert_cmpuint (count_egress (docker), ==, 0);
}

static void
test_owner_killed (void)
{
  g_autoptr(SbDockerClient) docker = connect_engine ();
  g_autofree char *name = g_strdup_printf ("killed-%d", getpid ());
  g_autofree char *text = new_catalog (name, "'listed.test:443'");
  g_autofree char *folder = sb_test_make_dir ();
  g_autofree char *catalog = g_build_filename (folder, "catalog.yaml", NULL);
  g_autofree char *program = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "src", "cli", "sandbar-cli", NULL);
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE
                                                                       | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr(GSubprocess) owner = NULL;

  if (docker == NULL)
    return;

  g_assert_true (g_file_set_contents (catalog, text, -1, NULL));
  g_subprocess_launcher_setenv (launcher, "DOCKER_HOST", sb_docker_client_get_host (docker), TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", folder, TRUE);
  sb_orphans_adopt ();
  owner = g_subprocess_launcher_spawn (launcher, NULL, program, "gateway", "--enable-all-servers", "--catalog", catalog,
                                       NULL);
  g_assert_nonnull (owner);
  sb_test_wait_until (count_egress (docker) == 1 && count_servers (docker, name) == 1);

  g_subprocess_force_exit (owner);
  sb_test_wait_until (count_egress (docker) == 0 && count_servers (docker, name) == 0);
  sb_test_wait_until (sb_orphans_count () == 0);
  sb_test_remove_dir (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/live/egress/listed", test_listed);
  g_test_add_func ("/live/egress/lost", test_lost);
  g_test_add_func ("/live/egress/owner-killed", test_owner_killed);

  return g_test_run ();
}
