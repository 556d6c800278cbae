/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>

#include "sb-mcp-client.h"
#include "sb-mcp-memory-transport.h"
#include "sb-sandbox-server.h"
#include "sb-test.h"
#include "sb-workspace.h"

/* "npm install" inside a sandbox without a network, from a registry of our own: sb-hello, which needs sb-dep and would
 * like to run a script. */
typedef struct
{
  SoupServer *server;
  GBytes     *tarball;
  char       *integrity;
  char       *url;
  GString    *asked;    /* paths */
} Registry;

static void
run (const char * const *argv)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GSubprocess) process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, &error);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, NULL));
}

static void
pack (Registry *registry)
{
  static const char manifest[] =
    "{\"name\":\"sb-any\",\"version\":\"1.0.0\",\"main\":\"index.js\","
    "\"scripts\":{\"postinstall\":\"touch /tmp/ran\"}}";
  g_autofree char *dir = sb_test_make_dir ();
  g_autofree char *package = g_build_filename (dir, "package", NULL);
  g_autofree char *json = g_build_filename (package, "package.json", NULL);
  g_autofree char *index = g_build_filename (package, "index.js", NULL);
  g_autofree char *archive = g_build_filename (dir, "a.tgz", NULL);
  const char *argv[] = { "tar", "-C", dir, "-czf", archive, "package", NULL };
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA512);
  g_autofree char *base64 = NULL;
  guint8 digest[64];
  gsize length = sizeof digest;
  char *data;

  g_mkdir (package, 0700);
  g_assert_true (g_file_set_contents (json, manifest, -1, NULL));
  g_assert_true (g_file_set_contents (index, "module.exports = 'hello from a package';", -1, NULL));
  run (argv);
  g_assert_true (g_file_get_contents (archive, &data, &length, NULL));
  registry->tarball = g_bytes_new_take (data, length);

  g_checksum_update (checksum, (guchar *) data, length);
  length = sizeof digest;
  g_checksum_get_digest (checksum, digest, &length);
  base64 = g_base64_encode (digest, length);
  registry->integrity = g_strconcat ("sha512-", base64, NULL);
}

static char *
make_document (Registry   *registry,
               const char *name)
{
  const char *dependencies = g_str_equal (name, "sb-hello") ? "\"dependencies\":{\"sb-dep\":\"*\"}," : "";

  return g_strdup_printf ("{\"name\":\"%s\",\"dist-tags\":{\"latest\":\"1.0.0\"},"
                          "\"time\":{\"1.0.0\":\"2020-01-01T00:00:00.000Z\"},"
                          "\"versions\":{\"1.0.0\":{\"name\":\"%s\",\"version\":\"1.0.0\",\"hasInstallScript\":true,%s"
                          "\"dist\":{\"integrity\":\"%s\",\"tarball\":\"%s%s/-/%s-1.0.0.tgz\"}}}}",
                          name, name, dependencies, registry->integrity, registry->url, name, name);
}

static void
registry_cb (SoupServer        *server,
             SoupServerMessage *message,
             const char        *path,
             GHashTable        *query,
             gpointer           user_data)
{
  Registry *registry = user_data;
  g_autofree char *body = NULL;

  g_string_append_printf (registry->asked, "%s\n", path);
  soup_server_message_set_status (message, 200, NULL);
  if (g_str_has_suffix (path, ".tgz"))
    {
      soup_message_body_append_bytes (soup_server_message_get_response_body (message), registry->tarball);
      return;
    }
  body = make_document (registry, path + 1);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, body, strlen (body));
}

static void
registry_start (Registry *registry)
{
  g_autoptr(GSList) uris = NULL;
  g_autoptr(GError) error = NULL;

  pack (registry);
  registry->asked = g_string_new (NULL);
  registry->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (registry->server, NULL, registry_cb, registry, NULL);
  soup_server_listen_local (registry->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (registry->server);
  registry->url = g_uri_to_string (uris->data);
  g_slist_foreach (uris, (GFunc) g_uri_unref, NULL);
  g_setenv ("npm_config_registry", registry->url, TRUE);
}

static void
registry_stop (Registry *registry)
{
  g_unsetenv ("npm_config_registry");
  soup_server_disconnect (registry->server);
  g_object_unref (registry->server);
  g_bytes_unref (registry->tarball);
  g_string_free (registry->asked, TRUE);
  g_free (registry->integrity);
  g_free (registry->url);
}

/* Returns: (transfer full) (nullable): a running sandbox; NULL: skipped */
static SbSandbox *
start_sandbox (SbWorkspace *workspace)
{
  SbSandboxManager *sandboxes = sb_workspace_get_sandboxes (workspace);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  SbSandbox *sandbox;

  sb_sandbox_manager_create_async (sandboxes, NULL, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sandbox = sb_sandbox_manager_create_finish (sandboxes, result, &error);
  if (sandbox == NULL)
    g_test_skip (error->message);

  return sandbox;
}

static SbExecResult *
shell (SbSandbox  *sandbox,
       const char *script)
{
  const char *argv[] = { "sh", "-c", script, NULL };
  SbExecSpec spec = { .argv = argv, .timeout_ms = 120000 };
  SbChannel *channel = sb_sandbox_get_channel (sandbox);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  SbExecResult *outcome;

  sb_channel_exec_async (channel, &spec, NULL, NULL, NULL, sb_test_keep_result, &result);
  while (result == NULL)
    sb_test_iterate ();
  outcome = sb_channel_exec_finish (channel, result, &error);
  g_assert_no_error (error);

  return outcome;
}

static char *
dup_output (SbExecResult *result)
{
  return g_strndup (g_bytes_get_data (result->stdout_head_tail, NULL), g_bytes_get_size (result->stdout_head_tail));
}

static void
shut_down (SbWorkspace *workspace)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_workspace_shutdown_async (workspace, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
}

/* As a model does it. Returns: (transfer full) */
static SbMcpToolResult *
install (SbWorkspace *workspace,
         SbSandbox   *sandbox,
         const char  *name)
{
  g_autoptr(SbMcpServer) server = sb_sandbox_server_new (sb_workspace_get_sandboxes (workspace), NULL, NULL);
  g_autoptr(SbMcpTransport) a = NULL;
  g_autoptr(SbMcpTransport) b = NULL;
  g_autoptr(SbMcpClient) client = NULL;
  g_autoptr(JsonObject) arguments = json_object_new ();
  g_autoptr(GAsyncResult) ready = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  SbMcpToolResult *outcome = NULL;

  sb_mcp_memory_transport_new_pair (&a, &b);
  sb_mcp_server_accept (server, b);
  client = sb_mcp_client_new (a);
  sb_mcp_client_initialize_async (client, NULL, sb_test_keep_result, &ready);
  sb_test_wait_until (ready != NULL);
  json_object_set_string_member (arguments, "packages", name);
  json_object_set_string_member (arguments, "containerId", sb_sandbox_get_id (sandbox));
  sb_mcp_client_call_tool_async (client, "installPackages", arguments, "t1", 0, NULL, NULL, NULL, sb_test_keep_result,
                                 &result);
  while (result == NULL)
    sb_test_iterate ();
  outcome = sb_mcp_client_call_tool_finish (client, result, &error);
  g_assert_no_error (error);
  g_test_message ("%s", outcome->text);
  sb_mcp_client_close (client);
  sb_test_wait_until (sb_mcp_server_get_n_sessions (server) == 0);

  return outcome;
}

static void
allow (SbWorkspace *workspace,
       const char  *name)
{
  const char *names[] = { name, NULL };
  const SbPackageSettings settings = { (GStrv) names, 3, FALSE };

  sb_packages_save_settings (sb_workspace_get_store (workspace), sb_workspace_get_packages (workspace), &settings);
}

static void
check_install (Registry    *registry,
               SbWorkspace *workspace,
               SbSandbox   *sandbox)
{
  g_autoptr(SbExecResult) missing = shell (sandbox, "command -v npm");
  g_autoptr(SbMcpToolResult) refused = NULL;
  g_autoptr(SbMcpToolResult) by_tool = NULL;
  g_autoptr(SbExecResult) installed = NULL;
  g_autofree char *output = NULL;

  if (missing->exit_code != 0)
    {
      g_test_skip ("there is no npm in the sandbox");
      return;
    }

  /* Nobody is here to be asked. */
  refused = install (workspace, sandbox, "sb-hello");
  g_assert_false (refused->is_error);
  g_assert_true (g_str_has_prefix (refused->text, "Refused: sb-hello. "));
  g_assert_cmpstr (registry->asked->str, ==, "");

  allow (workspace, "sb-hello");
  installed = shell (sandbox, "npm install sb-hello 2>&1 && node -p 'require(\"sb-hello\")' && "
                     "ls node_modules && test ! -e /tmp/ran && echo no script ran");
  output = dup_output (installed);
  g_test_message ("%s", output);
  g_assert_cmpint (installed->exit_code, ==, 0);
  g_assert_nonnull (strstr (output, "hello from a package\nsb-dep\nsb-hello\nno script ran\n"));
  g_assert_nonnull (strstr (registry->asked->str, "/sb-dep/-/sb-dep-1.0.0.tgz"));
  by_tool = install (workspace, sandbox, "sb-hello@1");
  g_assert_true (g_str_has_prefix (by_tool->text, "Packages added: 0, changed: 0."));
}

static void
test_install (gconstpointer backend)
{
  SbWorkspaceOptions options = { .ephemeral = TRUE, .backend = backend };
  Registry registry = { NULL };
  g_autoptr(SbWorkspace) workspace = NULL;
  g_autoptr(SbSandbox) sandbox = NULL;
  g_autoptr(GError) error = NULL;

  if (g_str_equal (backend, "docker") && g_getenv ("SANDBAR_TEST_DOCKER_HOST") == NULL)
    {
      g_test_skip ("SANDBAR_TEST_DOCKER_HOST names no engine");
      return;
    }
  if (g_str_equal (backend, "docker"))
    g_setenv ("DOCKER_HOST", g_getenv ("SANDBAR_TEST_DOCKER_HOST"), TRUE);

  registry_start (&registry);
  workspace = sb_workspace_new (&options, &error);
  g_assert_no_error (error);
  sandbox = start_sandbox (workspace);
  if (sandbox != NULL)
    check_install (&registry, workspace, sandbox);
  shut_down (workspace);
  registry_stop (&registry);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_data_func ("/packages/install/bwrap", "bwrap", test_install);
  g_test_add_data_func ("/packages/install/docker", "docker", test_install);

  return g_test_run ();
}
