/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "sb-json.h"
#include "sb-mcp-child-transport.h"
#include "sb-mcp-client.h"
#include "sb-mcp-http-transport.h"
#include "sb-test.h"

#define TOKEN "a-token-for-the-test"
#define CATALOG \
  "registry:\n" \
  "  one:\n    x-sandbar:\n      command: [%1$s, count=%2$s/one, tell=KEY, 'tools=a,b']\n" \
  "    secrets:\n      - name: one.key\n        env: KEY\n" \
  "  two:\n    x-sandbar:\n      command: [%1$s, count=%2$s/two, 'tools=a']\n" \
  "  three:\n    x-sandbar:\n      command: [%1$s, die]\n"

/* sandbar-cli gateway as a program of its own. */
typedef struct
{
  SbMcpTransport *program;
  SbMcpClient    *client;  /* nullable */
  GString        *said;    /* on standard error */
  char           *folder;
  gboolean        ended;
} Fixture;

static void
stderr_cb (const guint8 *data,
           gsize         length,
           gpointer      user_data)
{
  g_string_append_len (((Fixture *) user_data)->said, (const char *) data, length);
}

static void
closed_cb (Fixture *fixture)
{
  fixture->ended = TRUE;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *server = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "tests", "gateway", "sb-test-server",
                                              NULL);
  g_autofree char *catalog = NULL;
  g_autofree char *text = NULL;
  g_autofree char *secrets = NULL;

  fixture->folder = sb_test_make_dir ();
  fixture->said = g_string_new (NULL);
  catalog = g_build_filename (fixture->folder, "catalog.yaml", NULL);
  secrets = g_build_filename (fixture->folder, "secrets", NULL);
  text = g_strdup_printf (CATALOG, server, fixture->folder);
  g_assert_true (g_file_set_contents (catalog, text, -1, NULL));
  g_assert_true (g_file_set_contents (secrets, "# none\none.key=hunter2hunter2\n", -1, NULL));
}

static void
start (Fixture    *fixture,
       const char *options)
{
  g_autofree char *program = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "src", "cli", "sandbar-cli", NULL);
  g_autofree char *line = g_strdup_printf ("%s gateway --catalog=%s/catalog.yaml --secrets %s/secrets %s", program,
                                           fixture->folder, fixture->folder, options);
  g_auto(GStrv) argv = g_strsplit (line, " ", -1);
  const char * const env[] = {
    "MCP_GATEWAY_AUTH_TOKEN=" TOKEN, "DOCKER_HOST=unix:///nonexistent/docker.sock", NULL,
  };
  g_autoptr(GError) error = NULL;

  fixture->program = sb_mcp_child_transport_new ((const char * const *) argv, env, NULL, &error);
  g_assert_no_error (error);
  sb_mcp_child_transport_set_stderr_func (fixture->program, stderr_cb, fixture);
  g_signal_connect_swapped (fixture->program, "closed", G_CALLBACK (closed_cb), fixture);
}

/* The first line of what it said that begins so, without that. */
static char *
find_said (Fixture    *fixture,
           const char *prefix)
{
  const char *line = strstr (fixture->said->str, prefix);
  const char *end = line != NULL ? strchr (line, '\n') : NULL;

  return end != NULL ? g_strndup (line + strlen (prefix), end - line - strlen (prefix)) : NULL;
}

static void
initialize (Fixture        *fixture,
            SbMcpTransport *transport)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  fixture->client = sb_mcp_client_new (transport);
  sb_mcp_client_initialize_async (fixture->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sb_mcp_client_initialize_finish (fixture->client, result, &error);
  g_assert_no_error (error);
}

static char *
list (Fixture *fixture)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GPtrArray) tools = NULL;
  GString *names = g_string_new (NULL);

  sb_mcp_client_list_tools_async (fixture->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  tools = sb_mcp_client_list_tools_finish (fixture->client, result, NULL);
  for (guint i = 0; i < tools->len; i++)
    g_string_append_printf (names, "%s ", ((SbMcpTool *) g_ptr_array_index (tools, i))->name);

  return g_string_free (names, FALSE);
}

static void
call (Fixture    *fixture,
      const char *name)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbMcpToolResult) answer = NULL;

  sb_mcp_client_call_tool_async (fixture->client, name, NULL, NULL, 0, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  answer = sb_mcp_client_call_tool_finish (fixture->client, result, NULL);
  g_assert_nonnull (answer);
  g_assert_false (answer->is_error);
}

static gboolean
is_gone (Fixture    *fixture,
         const char *file)
{
  g_autofree char *path = g_build_filename (fixture->folder, file, NULL);
  g_autofree char *pid = NULL;

  g_assert_true (g_file_get_contents (path, &pid, NULL, NULL));

  return kill (atoi (pid), 0) < 0;
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->client != NULL)
    sb_mcp_client_close (fixture->client);
  sb_mcp_transport_close (fixture->program);
  sb_test_wait_until (fixture->ended);
  g_clear_object (&fixture->client);
  g_clear_object (&fixture->program);
  g_test_message ("%s", fixture->said->str);
  g_assert_null (strstr (fixture->said->str, "hunter2"));
  g_string_free (fixture->said, TRUE);
  g_free (fixture->folder);
}

static void
test_stdio (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *names = NULL;

  start (fixture, "--servers=one,two,nowhere --long-lived");
  initialize (fixture, fixture->program);
  g_assert_cmpstr (sb_mcp_client_get_server_name (fixture->client), ==, "Sandbar MCP Gateway");
  names = list (fixture);
  g_assert_nonnull (strstr (names, "one__a "));
  g_assert_nonnull (strstr (names, "two__a "));
  call (fixture, "b");
  sb_test_wait_until (strstr (fixture->said->str, "> Calling tool b took: ") != NULL);
  g_assert_nonnull (strstr (fixture->said->str, "- Those servers are enabled: one, two\n"));
  g_assert_nonnull (strstr (fixture->said->str, "MCP server not found: nowhere\n"));
  g_assert_nonnull (strstr (fixture->said->str, "  > one: (2 tools)\n"));
  g_assert_nonnull (strstr (fixture->said->str, "> 3 tools listed in "));
  g_assert_nonnull (strstr (fixture->said->str, "--long-lived: "));

  /* The end of its input is its end, and that of its servers. */
  sb_mcp_transport_close (fixture->program);
  sb_test_wait_until (fixture->ended);
  g_assert_true (is_gone (fixture, "one"));
  g_assert_true (is_gone (fixture, "two"));
}

static void
serve_over_http (Fixture    *fixture,
                 const char *options,
                 const char *token)
{
  g_autofree char *authorization = g_strconcat ("Bearer ", token, NULL);
  const char *headers[] = { "Authorization", authorization, NULL };
  SbMcpHttpOptions http = { .kind = SB_MCP_HTTP_AUTO, .headers = headers };
  g_autoptr(SbMcpTransport) transport = NULL;
  g_autofree char *url = NULL;
  g_autoptr(GError) error = NULL;

  start (fixture, options);
  sb_mcp_transport_start (fixture->program);
  sb_test_wait_until (fixture->ended || (url = find_said (fixture, " server at ")) != NULL);
  g_assert_nonnull (url);
  transport = sb_mcp_http_transport_new (url, &http, &error);
  g_assert_no_error (error);
  initialize (fixture, transport);
}

static void
test_http (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *options = g_strdup_printf ("--transport=%s --port=0 --enable-all-servers --tools=one:*,nothing",
                                              (const char *) data);
  g_autofree char *names = NULL;

  serve_over_http (fixture, options, TOKEN);
  names = list (fixture);
  g_assert_cmpuint (strlen (names), ==, strlen ("one__a b "));
  g_assert_nonnull (strstr (names, "one__a "));
  g_assert_nonnull (strstr (names, "b "));
  call (fixture, "one__a");
  g_assert_null (strstr (fixture->said->str, TOKEN));
  g_assert_nonnull (strstr (fixture->said->str, "Can't start three: "));
}

static void
test_dry_run (Fixture       *fixture,
              gconstpointer  data)
{
  start (fixture, "--enable-all-servers --dry-run");
  sb_mcp_transport_start (fixture->program);
  sb_test_wait_until (fixture->ended);
  g_assert_nonnull (strstr (fixture->said->str, "Dry run mode enabled"));
  g_assert_true (is_gone (fixture, "one"));
}

static void
test_refused (Fixture       *fixture,
              gconstpointer  data)
{
  start (fixture, data);
  sb_mcp_transport_start (fixture->program);
  sb_test_wait_until (fixture->ended);
  g_assert_true (g_str_has_prefix (fixture->said->str, "sandbar-cli: "));
}

int
main (int    argc,
      char **argv)
{
  static const char * const refused[] = {
    "--block-network", "--port=1", "--transport=pigeon", "--interceptor=before:exec:/bin/true", "--nonsense",
    "--transport=sse --port=70000", "--verbose=perhaps", "--catalog=/nonexistent.yaml", "--servers",
  };

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/gateway/command/stdio", Fixture, NULL, set_up, test_stdio, tear_down);
  g_test_add ("/gateway/command/streaming", Fixture, "streaming", set_up, test_http, tear_down);
  g_test_add ("/gateway/command/sse", Fixture, "sse", set_up, test_http, tear_down);
  g_test_add ("/gateway/command/dry-run", Fixture, NULL, set_up, test_dry_run, tear_down);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autofree char *path = g_strdup_printf ("/gateway/command/refused/%u", i);

      g_test_add (path, Fixture, refused[i], set_up, test_refused, tear_down);
    }

  return g_test_run ();
}
