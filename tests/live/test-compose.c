/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-docker-request.h"
#include "sb-instance.h"
#include "sb-json.h"
#include "sb-live-engine.h"
#include "sb-mcp-client.h"
#include "sb-mcp-http-transport.h"
#include "sb-tar.h"
#include "sb-test.h"
#include "sb-yaml-json.h"

/* What docker-compose.yml says of its gateway, carried out as Compose would, with our own image in the place of
 * Docker's, and the catalog's sandbox server for a server: the parts that need no registry. */

#define IMAGE "sandbar/gateway:latest"
#define TOKEN "a-token-of-the-tests-own"

typedef struct
{
  SbDockerClient *docker;
  JsonObject     *compose;
  JsonObject     *service; /* borrowed from compose */
  char           *network;
  char           *id;
  guint16         port;
} Fixture;

static JsonNode *
call (Fixture    *fixture,
      const char *method,
      const char *path,
      JsonObject *body)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  JsonNode *node;

  sb_docker_client_call_async (fixture->docker, method, path, body, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  node = sb_docker_client_call_finish (fixture->docker, result, &error);
  g_assert_no_error (error);

  return node;
}

static char *
read_source (const char *name)
{
  g_autofree char *path = g_build_filename (g_getenv ("SB_TEST_SOURCE_ROOT"), name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));

  return text;
}

static void
load_compose (Fixture *fixture)
{
  g_autofree char *text = read_source ("docker-compose.yml");
  g_autoptr(SbYamlNode) yaml = sb_yaml_parse (text, -1, NULL);
  g_autoptr(JsonNode) json = sb_yaml_node_to_json (yaml);

  fixture->compose = json_object_ref (json_node_get_object (json));
  fixture->service = sb_json_get_object (sb_json_get_object (fixture->compose, "services"), "gateway");
  g_assert_nonnull (fixture->service);
  /* Nothing that Compose would start before it, and that is left out here. */
  g_assert_cmpuint (json_object_get_size (sb_json_get_object (fixture->compose, "services")), ==, 1);
  g_assert_false (json_object_has_member (fixture->service, "depends_on"));
}

/* "${NAME:?why}" is what the user has set. */
static JsonArray *
new_environment (Fixture *fixture)
{
  JsonObject *environment = sb_json_get_object (fixture->service, "environment");
  JsonArray *array = json_array_new ();
  g_autoptr(GList) names = json_object_get_members (environment);

  for (GList *l = names; l != NULL; l = l->next)
    {
      const char *value = sb_json_get_string (environment, l->data);
      g_autofree char *wanted = g_strdup_printf ("${%s:?", (char *) l->data);
      g_autofree char *entry = NULL;

      entry = g_strdup_printf ("%s=%s", (char *) l->data, g_str_has_prefix (value, wanted) ? TOKEN : value);
      json_array_add_string_element (array, entry);
    }

  return array;
}

/* "127.0.0.1:8811:8811"; the port of the host is left to the engine: another may be there already. */
static void
publish (Fixture    *fixture,
         JsonObject *request,
         JsonObject *host)
{
  JsonArray *ports = sb_json_get_array (fixture->service, "ports");
  g_auto(GStrv) parts = g_strsplit (json_array_get_string_element (ports, 0), ":", -1);
  g_autofree char *inside = NULL;
  JsonObject *exposed = json_object_new ();
  JsonObject *bindings = json_object_new ();
  JsonObject *binding = json_object_new ();
  JsonArray *list = json_array_new ();

  g_assert_cmpuint (json_array_get_length (ports), ==, 1);
  g_assert_cmpuint (g_strv_length (parts), ==, 3);
  g_assert_cmpstr (parts[0], ==, "127.0.0.1");
  inside = g_strconcat (parts[2], "/tcp", NULL);
  json_object_set_object_member (exposed, inside, json_object_new ());
  json_object_set_object_member (request, "ExposedPorts", exposed);
  json_object_set_string_member (binding, "HostIp", parts[0]);
  json_object_set_string_member (binding, "HostPort", "0");
  json_array_add_object_element (list, binding);
  json_object_set_array_member (bindings, inside, list);
  json_object_set_object_member (host, "PortBindings", bindings);
}

static JsonObject *
new_request (Fixture *fixture)
{
  JsonObject *request = json_object_new ();
  JsonObject *host = json_object_new ();
  JsonArray *binds = json_array_new ();
  g_autofree char *socket = NULL;

  g_assert_true (sb_json_get_boolean (fixture->service, "use_api_socket", FALSE));
  socket = g_strconcat (sb_docker_client_get_host (fixture->docker) + strlen ("unix://"), ":/var/run/docker.sock",
                        NULL);
  json_array_add_string_element (binds, socket);
  json_object_set_array_member (host, "Binds", binds);
  json_object_set_boolean_member (host, "Init", sb_json_get_boolean (fixture->service, "init", FALSE));
  json_object_set_string_member (host, "NetworkMode", fixture->network);
  json_object_set_string_member (request, "Image", IMAGE);
  json_object_set_array_member (request, "Cmd",
                                json_array_ref (sb_json_get_array (fixture->service, "command")));
  json_object_set_array_member (request, "Env", new_environment (fixture));
  json_object_set_object_member (request, "Labels", sb_docker_request_new_labels (NULL));
  json_object_set_int_member (request, "StopTimeout",
                              g_ascii_strtoll (sb_json_get_string (fixture->service, "stop_grace_period"), NULL, 10));
  publish (fixture, request, host);
  json_object_set_object_member (request, "HostConfig", host);

  return request;
}

static void
add_with_folders (GByteArray *tar,
                  const char *path,
                  const char *text)
{
  for (const char *slash = strchr (path, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      g_autofree char *folder = g_strndup (path, slash - path + 1);

      sb_tar_add_directory (tar, folder, 0755);
    }
  sb_tar_add_file (tar, path, 0644, text, strlen (text));
}

/* configs and secrets: files that Compose puts into the container. */
static void
upload_files (Fixture *fixture)
{
  JsonObject *config = json_array_get_object_element (sb_json_get_array (fixture->service, "configs"), 0);
  JsonObject *source = sb_json_get_object (sb_json_get_object (fixture->compose, "configs"),
                                           sb_json_get_string (config, "source"));
  const char *secret = json_array_get_string_element (sb_json_get_array (fixture->service, "secrets"), 0);
  g_autofree char *catalog = read_source (sb_json_get_string (source, "file"));
  g_autofree char *secret_path = g_strconcat ("run/secrets/", secret, NULL);
  g_autofree char *path = g_strdup_printf ("/containers/%s/archive?path=/", fixture->id);
  GByteArray *tar = sb_tar_new ();
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(JsonNode) answer = NULL;
  g_autoptr(GError) error = NULL;

  add_with_folders (tar, sb_json_get_string (config, "target") + 1, catalog);
  add_with_folders (tar, secret_path, "");
  bytes = sb_tar_end (tar);
  sb_docker_client_upload_async (fixture->docker, "PUT", path, bytes, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  answer = sb_docker_client_upload_finish (fixture->docker, result, &error);
  g_assert_no_error (error);
}

static void
find_port (Fixture *fixture)
{
  g_autofree char *path = g_strdup_printf ("/containers/%s/json", fixture->id);
  g_autoptr(JsonNode) node = call (fixture, "GET", path, NULL);
  JsonObject *settings = sb_json_get_object (json_node_get_object (node), "NetworkSettings");
  JsonArray *list = sb_json_get_array (sb_json_get_object (settings, "Ports"), "8811/tcp");

  fixture->port = (guint16) g_ascii_strtoull (sb_json_get_string (json_array_get_object_element (list, 0), "HostPort"),
                                              NULL, 10);
}

static void
up (Fixture *fixture)
{
  g_autoptr(JsonObject) request = NULL;
  g_autoptr(JsonObject) network = json_object_new ();
  g_autoptr(JsonNode) made = NULL;
  g_autoptr(JsonNode) created = NULL;
  g_autoptr(JsonNode) started = NULL;
  g_autofree char *path = NULL;

  json_object_set_string_member (network, "Name", fixture->network);
  json_object_set_object_member (network, "Labels", sb_docker_request_new_labels (NULL));
  made = call (fixture, "POST", "/networks/create", network);
  request = new_request (fixture);
  created = call (fixture, "POST", "/containers/create", request);
  fixture->id = g_strdup (sb_json_get_string (json_node_get_object (created), "Id"));
  upload_files (fixture);
  path = g_strdup_printf ("/containers/%s/start", fixture->id);
  started = call (fixture, "POST", path, NULL);
  find_port (fixture);
}

static void
down (Fixture *fixture)
{
  g_autofree char *stop = g_strdup_printf ("/containers/%s/stop", fixture->id);
  g_autofree char *remove = g_strdup_printf ("/containers/%s?v=1", fixture->id);
  g_autofree char *network = g_strconcat ("/networks/", fixture->network, NULL);
  g_autoptr(JsonNode) stopped = call (fixture, "POST", stop, NULL);
  g_autoptr(JsonNode) removed = call (fixture, "DELETE", remove, NULL);
  g_autoptr(JsonNode) gone = call (fixture, "DELETE", network, NULL);
}

static gboolean
is_healthy (Fixture *fixture)
{
  g_autoptr(GSocketClient) client = g_socket_client_new ();
  g_autoptr(GSocketConnection) connection = g_socket_client_connect_to_host (client, "127.0.0.1", fixture->port, NULL,
                                                                            NULL);
  static const char request[] = "GET /health HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n";
  char answer[64] = "";

  if (connection == NULL)
    return FALSE;
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request, strlen (request), NULL,
                             NULL, NULL);
  g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)), answer, sizeof answer - 1, NULL,
                           NULL, NULL);

  return strstr (answer, " 200 ") != NULL;
}

static SbMcpClient *
connect_client (Fixture    *fixture,
                const char *token)
{
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/mcp", fixture->port);
  SbMcpHttpOptions options = { .token = token };
  g_autoptr(SbMcpTransport) transport = sb_mcp_http_transport_new (url, &options, NULL);
  g_autoptr(SbMcpClient) client = sb_mcp_client_new (transport);
  g_autoptr(GAsyncResult) result = NULL;

  sb_mcp_client_initialize_async (client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  if (!sb_mcp_client_initialize_finish (client, result, NULL))
    return NULL;

  return g_steal_pointer (&client);
}

static char *
use (SbMcpClient *client,
     const char  *tool,
     const char  *arguments,
     const char  *part)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (arguments, -1, NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbMcpToolResult) answer = NULL;
  g_autoptr(GError) error = NULL;

  sb_mcp_client_call_tool_async (client, tool, object, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  answer = sb_mcp_client_call_tool_finish (client, result, &error);
  g_assert_no_error (error);
  g_test_message ("%s: %s", tool, answer->text);
  g_assert_nonnull (strstr (answer->text, part));

  return g_strdup (answer->text);
}

static void
test_up (void)
{
  Fixture fixture = { NULL };
  g_autoptr(SbMcpClient) stranger = NULL;
  g_autoptr(SbMcpClient) client = NULL;
  g_autoptr(JsonNode) image = NULL;
  g_autoptr(JsonNode) gone = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *started = NULL;
  g_autofree char *written = NULL;
  g_autofree char *ran = NULL;
  g_autofree char *container = NULL;
  g_autofree char *path = NULL;

  fixture.docker = sb_live_engine_connect ();
  if (fixture.docker == NULL)
    return;
  image = sb_live_engine_call (fixture.docker, "GET", "/images/" IMAGE "/json", NULL);
  if (image == NULL)
    {
      g_test_skip (IMAGE " is missing; scripts/build-server-images makes it");
      g_object_unref (fixture.docker);
      return;
    }

  g_assert_true (sb_instance_hold (NULL));
  load_compose (&fixture);
  fixture.network = g_strdup_printf ("sandbar-compose-%s", sb_instance_get_id ());
  up (&fixture);
  sb_test_wait_until (is_healthy (&fixture));
  stranger = connect_client (&fixture, "not-the-token");
  g_assert_null (stranger);

  client = connect_client (&fixture, TOKEN);
  g_assert_nonnull (client);
  started = use (client, "initSandbox", "{}", "started sandbox id: ");
  written = use (client, "writeFile",
                 "{\"filename\":\"a.js\",\"contents\":\"console.log([1,2,3].map(x => x * 2) + '')\"}", "success");
  ran = use (client, "exec", "{\"command\":[\"node\",\"a.js\"]}", "2,4,6");
  sb_mcp_client_close (client);

  /* Stopping the project ends the sandbox that came from it. */
  container = g_strdup (strstr (started, "id: ") + strlen ("id: "));
  container[strcspn (container, " \n.,")] = '\0';
  path = g_strdup_printf ("/containers/sandbar-%s/json", container);
  gone = sb_live_engine_call (fixture.docker, "GET", path, &error);
  g_assert_no_error (error);
  g_clear_pointer (&gone, json_node_unref);
  down (&fixture);
  gone = sb_live_engine_call (fixture.docker, "GET", path, &error);
  g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_NOT_FOUND);

  json_object_unref (fixture.compose);
  g_object_unref (fixture.docker);
  g_free (fixture.network);
  g_free (fixture.id);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/live/compose/up", test_up);

  return g_test_run ();
}
