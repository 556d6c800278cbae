/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-state.h"
#include "sb-catalog.h"
#include "sb-server-launch.h"

#include "sb-json.h"
#include "sb-test.h"

#include <string.h>

static SbCatalog *
read_catalog (const char *yaml)
{
  g_autoptr(GError) error = NULL;
  SbCatalog *catalog = sb_catalog_new_from_data (yaml, -1, &error);

  g_assert_no_error (error);

  return catalog;
}

static void
test_demo (void)
{
  g_autoptr(GBytes) bytes = sb_test_load_data ("catalog/cases/demo.yaml");
  g_autofree char *yaml = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr(SbCatalog) catalog = read_catalog (yaml);
  SbCatalogServer *server = sb_catalog_lookup (catalog, "node-code-sandbox");
  const SbCatalogFields *fields = sb_catalog_server_get_fields (server);
  SbCatalogPair *pair;

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (catalog)), ==, 2);
  g_assert_cmpstr (sb_catalog_get_name (catalog), ==, "local-mcp-catalog");
  g_assert_cmpint (sb_catalog_get_form (catalog), ==, SB_CATALOG_FORM_REGISTRY);
  g_assert_null (sb_catalog_lookup (catalog, "nobody"));
  g_assert_null (sb_catalog_server_get_problem (server));
  g_assert_cmpint (sb_catalog_server_get_kind (server), ==, SB_SERVER_KIND_IMAGE);
  g_assert_cmpuint (sb_catalog_server_get_line (server), ==, 28);
  g_assert_cmpstr (sb_catalog_server_get_title (server), ==, "Node.js Sandbox");
  g_assert_true (fields->long_lived);
  g_assert_false (fields->disable_network);
  g_assert_cmpuint (g_strv_length (fields->tools), ==, 3);
  g_assert_cmpstr (fields->volumes[0], ==, "/var/run/docker.sock:/var/run/docker.sock");
  g_assert_null (fields->extra_hosts[0]);
  g_assert_cmpuint (fields->env->len, ==, 1);
  pair = g_ptr_array_index (fields->env, 0);
  g_assert_cmpstr (pair->name, ==, "TESTCONTAINERS_HOST_OVERRIDE");
  g_assert_cmpstr (pair->value, ==, "host.docker.internal");
  g_assert_nonnull (sb_yaml_node_get (sb_catalog_server_get_node (server), "extra_hosts"));
}

#define EVERY_FIELD \
  "name: all\ntitle: All\ndescription: d\ntype: server\nicon: i\nreadme: r\nimage: a/b\nlongLived: yes\n" \
  "command: [run, '1']\nenv:\n  - {name: A, value: 1}\n  - name: B\nsecrets:\n  - name: all.key\n    env: KEY\n" \
  "volumes: [data:/data]\nuser: '1000'\ndisableNetwork: true\nallowHosts: ['a:443']\nextraHosts: ['a:1.2.3.4']\n" \
  "oauth: {scopes: [x], clientId: us, clientSecret: all.client, issuer: 'https://a.example'}\n" \
  "tools: [{name: t}]\nprefix: p\npolicy: x\nfuture: 1\n" \
  "config:\n  - name: all\n    type: object\n    properties: {port: {type: integer, default: 80}}\n" \
  "metadata: {pulls: 1, category: c, tags: [t], license: MIT, owner: o}\n" \
  "x-sandbar: {network: none, limits: {cpus: 0.5, memory: 512m, pids: 64}}\n"

static void
test_entry (void)
{
  g_autoptr(SbCatalog) catalog = read_catalog (EVERY_FIELD);
  g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (catalog), 0);
  const SbCatalogFields *fields = sb_catalog_server_get_fields (server);

  g_assert_cmpint (sb_catalog_get_form (catalog), ==, SB_CATALOG_FORM_ENTRY);
  g_assert_cmpstr (sb_catalog_server_get_name (server), ==, "all");
  g_assert_null (sb_catalog_server_get_problem (server));
  g_assert_true (fields->long_lived && fields->disable_network && fields->uses_oauth);
  g_assert_cmpstr (fields->command[1], ==, "1");
  g_assert_cmpuint (fields->env->len, ==, 2);
  g_assert_cmpstr (((SbCatalogPair *) g_ptr_array_index (fields->env, 0))->value, ==, "1");
  g_assert_cmpstr (((SbCatalogPair *) g_ptr_array_index (fields->env, 1))->value, ==, "");
  g_assert_cmpstr (((SbCatalogPair *) g_ptr_array_index (fields->secrets, 0))->value, ==, "KEY");
  g_assert_cmpstr (fields->client_id, ==, "us");
  g_assert_cmpstr (fields->client_issuer, ==, "https://a.example");
  g_assert_cmpstr (fields->client_secret, ==, "all.client");
  g_assert_cmpuint (fields->secrets->len, ==, 1);
  g_assert_cmpstr (fields->user, ==, "1000");
  g_assert_cmpstr (fields->allow_hosts[0], ==, "a:443");
  g_assert_cmpstr (fields->extra_hosts[0], ==, "a:1.2.3.4");
  g_assert_cmpstr (fields->prefix, ==, "p");
  g_assert_cmpstr (fields->category, ==, "c");
  g_assert_cmpstr (fields->tags[0], ==, "t");
  g_assert_cmpuint (json_array_get_length (fields->config), ==, 1);
  g_assert_cmpstr (fields->network, ==, "none");
  g_assert_cmpfloat (fields->cpus, ==, 0.5);
  g_assert_cmpint (fields->memory, ==, 512 * 1024 * 1024);
  g_assert_cmpint (fields->pids, ==, 64);

  /* A server outlives its catalog. */
  g_clear_object (&catalog);
  g_assert_cmpuint (sb_yaml_node_get (sb_catalog_server_get_node (server), "future")->line, ==, 25);
}

static void
test_kinds (void)
{
  static const struct
  {
    const char   *entry;
    SbServerKind  kind;
    const char   *problem;
  } cases[] = {
    { "{image: x}", SB_SERVER_KIND_IMAGE, NULL },
    { "{image: x, remote: {url: 'https://x'}, type: remote}", SB_SERVER_KIND_IMAGE, NULL },
    { "{remote: {url: 'https://x'}}", SB_SERVER_KIND_REMOTE, NULL },
    { "{sseEndpoint: 'https://x'}", SB_SERVER_KIND_REMOTE, NULL },
    { "{x-sandbar: {command: [npx]}}", SB_SERVER_KIND_LOCAL, NULL },
    { "{tools: [{name: a, container: {image: x}}]}", SB_SERVER_KIND_TOOLS, NULL },
    { "{type: server}", SB_SERVER_KIND_NONE, NULL },
    { "{image: [x]}", SB_SERVER_KIND_NONE, "line 2: “image” must be a text" },
    { "{image: x, longLived: 'true'}", SB_SERVER_KIND_IMAGE, "must be true or false, without quotes" },
    { "{image: x, command: run}", SB_SERVER_KIND_IMAGE, "“command” must be a list of texts" },
    { "{image: x, env: {A: 1}}", SB_SERVER_KIND_IMAGE, "“env” must be a list of mappings" },
    { "{image: x, env: [A]}", SB_SERVER_KIND_IMAGE, "must be a mapping" },
    { "{image: x, metadata: {pulls: many}}", SB_SERVER_KIND_IMAGE, "“pulls” must be a whole number" },
    { "text", SB_SERVER_KIND_NONE, "must be a mapping" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *yaml = g_strdup_printf ("registry:\n  s: %s\n", cases[i].entry);
      g_autoptr(SbCatalog) catalog = read_catalog (yaml);
      SbCatalogServer *server = sb_catalog_lookup (catalog, "s");
      const char *problem = sb_catalog_server_get_problem (server);

      g_test_message ("%s: %s", cases[i].entry, problem != NULL ? problem : "good");
      g_assert_cmpint (sb_catalog_server_get_kind (server), ==, cases[i].kind);
      g_assert_true ((problem == NULL) == (cases[i].problem == NULL));
      g_assert_true (problem == NULL || strstr (problem, cases[i].problem) != NULL);
    }
}

static void
test_refused (void)
{
  static const char * const cases[] = {
    "", "- a\n", "registry: [a]\n", "registry: text\n", "image: x\n", "registry:\n  '': {image: x}\n",
    "registry:\n  \"a\\nb\": {image: x}\n", "registry:\n  a: {image: x}\n  a: {image: y}\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (sb_catalog_new_from_data (cases[i], -1, &error));
      g_assert_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SYNTAX);
      g_assert_nonnull (strstr (error->message, "line "));
    }
}

static char *
secret_cb (const char *name,
           gpointer    user_data)
{
  return strcmp (name, "s.key") == 0 ? g_strdup ("sk-1") : NULL;
}

static SbServerLaunch *
resolve (const char  *entry,
         const char  *config,
         GError     **error)
{
  g_autofree char *yaml = g_strdup_printf ("registry:\n  s.x: %s\n", entry);
  g_autoptr(SbCatalog) catalog = read_catalog (yaml);
  g_autoptr(JsonObject) values = config != NULL ? sb_json_parse_object (config, -1, NULL) : NULL;
  SbLaunchInput input = { .config = values, .secret = secret_cb };

  return sb_server_launch_resolve (sb_catalog_lookup (catalog, "s.x"), &input, error);
}

static char *
print_pairs (GPtrArray *pairs)
{
  g_autoptr(GString) out = g_string_new (NULL);

  for (guint i = 0; i < pairs->len; i++)
    {
      SbLaunchPair *pair = g_ptr_array_index (pairs, i);

      g_string_append_printf (out, "%s%s=%s;", pair->secret ? "!" : "", pair->name, pair->value);
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_image (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbServerLaunch) launch =
    resolve ("{image: i, user: '{{s_x.uid}}', longLived: true, extraHosts: ['a:b'], "
             "secrets: [{name: s.key, env: KEY}], "
             "env: [{name: A, value: 'k=$KEY'}, {name: B, value: '{{s_x.port}}'}, {name: C, value: '$NOPE'}, "
             "{name: D, value: '{{s_x.level}}'}], volumes: ['v:/v', '{{s_x.dirs|volume}}', '-x', '{{s_x.none}}', "
             "'/tmp/a:/a'], command: ['--port', '{{s_x.port}}', '{\"a\":1}', '$B'], "
             "config: [{name: s, properties: {level: {type: string, default: info}, port: {default: 1}}}]}",
             "{\"port\":8080,\"uid\":1000,\"dirs\":[\"/srv/a\"]}", &error);
  g_autofree char *env = NULL;
  g_autofree char *arguments = NULL;
  g_autofree char *bind = NULL;
  SbServerMount *mount;

  g_assert_no_error (error);
  env = print_pairs (launch->env);
  arguments = g_strjoinv ("|", launch->arguments);
  g_assert_cmpint (launch->kind, ==, SB_SERVER_KIND_IMAGE);
  g_assert_cmpstr (env, ==, "!KEY=sk-1;!A=k=sk-1;B=8080;D=info;");
  g_assert_cmpstr (arguments, ==, "--port|8080|{\"a\":1}|8080");
  g_assert_cmpstr (launch->user, ==, "1000");
  g_assert_true (launch->long_lived);
  g_assert_cmpint (launch->network, ==, SB_SERVER_NETWORK_FULL);
  g_assert_cmpstr (launch->extra_hosts[0], ==, "a:b");
  g_assert_cmpint (launch->memory, ==, G_GINT64_CONSTANT (2147483648));
  g_assert_cmpuint (launch->mounts->len, ==, 3);
  mount = g_ptr_array_index (launch->mounts, 1);
  bind = sb_server_mount_to_bind (mount);
  g_assert_cmpstr (bind, ==, "/srv/a:/srv/a:ro");
  g_assert_cmpint (mount->answer, ==, SB_BIND_ASK);
}

static void
test_unresolved (void)
{
  static const struct
  {
    const char     *entry;
    SbCatalogError  code;
    const char     *words;
  } cases[] = {
    { "{image: i, secrets: [{name: other, env: K}]}", SB_CATALOG_ERROR_MISSING_SECRET, "“other”" },
    { "{image: i, secrets: [{name: s.key}]}", SB_CATALOG_ERROR_SERVER, "names no variable" },
    { "{image: i, env: [{name: 'A=B', value: x}]}", SB_CATALOG_ERROR_SERVER, "no name of a variable" },
    { "{image: i, volumes: ['/var/run/docker.sock:/s']}", SB_CATALOG_ERROR_BIND, "container engine" },
    { "{image: i, volumes: ['a:b:c:d']}", SB_CATALOG_ERROR_SERVER, "is no volume" },
    { "{image: i, longLived: maybe}", SB_CATALOG_ERROR_SERVER, "cannot be read" },
    { "{remote: {url: 'https://x.test/'}}", SB_CATALOG_ERROR_SERVER, "transport_type" },
    { "{remote: {url: 'file:///etc/passwd', transport_type: sse}}", SB_CATALOG_ERROR_SERVER, "no web address" },
    { "{remote: {url: 'https://x.test/', transport_type: sse, headers: {'A B': x}}}",
      SB_CATALOG_ERROR_SERVER, "header" },
    { "{x-sandbar: {command: ['{{s_x.none}}']}}", SB_CATALOG_ERROR_SERVER, "empty" },
    { "{tools: [{name: a, container: {image: x}}]}", SB_CATALOG_ERROR_SERVER, "container for each call" },
    { "{}", SB_CATALOG_ERROR_SERVER, "no image" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(SbServerLaunch) launch = resolve (cases[i].entry, NULL, &error);

      g_test_message ("%s: %s", cases[i].entry, error != NULL ? error->message : "resolved");
      g_assert_null (launch);
      g_assert_error (error, SB_CATALOG_ERROR, (int) cases[i].code);
      g_assert_nonnull (strstr (error->message, cases[i].words));
    }
}

static void
test_others (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbServerLaunch) remote =
    resolve ("{remote: {url: 'https://x.test/mcp', transport_type: http, headers: {Authorization: 'Bearer ${KEY}', "
             "X: y}}, secrets: [{name: s.key, env: KEY}]}", NULL, &error);
  g_autoptr(SbServerLaunch) local = NULL;
  g_autoptr(SbServerLaunch) hosts = NULL;
  g_autofree char *headers = NULL;
  g_autofree char *env = NULL;
  g_autofree char *arguments = NULL;

  g_assert_no_error (error);
  headers = print_pairs (remote->headers);
  g_assert_cmpstr (headers, ==, "!Authorization=Bearer sk-1;X=y;");
  g_assert_false (remote->sse);
  g_assert_cmpuint (remote->env->len, ==, 0);

  local = resolve ("{x-sandbar: {command: [npx, $KEY, '{{s_x.a}}'], directory: /srv}, "
                   "secrets: [{name: s.key, env: KEY}]}",
                   "{\"a\":\"b\"}", &error);
  g_assert_no_error (error);
  arguments = g_strjoinv ("|", local->arguments);
  env = print_pairs (local->env);
  g_assert_cmpstr (arguments, ==, "npx|$KEY|b");
  g_assert_cmpstr (env, ==, "!KEY=sk-1;");
  g_assert_cmpstr (local->directory, ==, "/srv");

  hosts = resolve ("{image: i, allowHosts: ['a.test:443']}", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (hosts->network, ==, SB_SERVER_NETWORK_HOSTS);
  g_assert_cmpstr (hosts->allow_hosts[0], ==, "a.test:443");
}

/* What is not known, or cannot be kept, is no start rather than a wider network. */
static void
test_network (void)
{
  static const struct
  {
    const char      *entry;
    SbServerNetwork  network;
    SbServerPull     pull;
    const char      *refused; /* nullable */
  } cases[] = {
    { "{image: i}", SB_SERVER_NETWORK_FULL, SB_SERVER_PULL_MISSING, NULL },
    { "{image: i, disableNetwork: true, allowHosts: [a]}", SB_SERVER_NETWORK_NONE, 0, NULL },
    { "{image: i, x-sandbar: {network: none}, allowHosts: [a]}", SB_SERVER_NETWORK_NONE, 0, NULL },
    { "{image: i, x-sandbar: {network: hosts}}", SB_SERVER_NETWORK_NONE, 0, NULL },
    { "{image: i, x-sandbar: {network: hosts}, allowHosts: [a]}", SB_SERVER_NETWORK_HOSTS, 0, NULL },
    { "{image: i, x-sandbar: {network: full}, allowHosts: [a]}", SB_SERVER_NETWORK_FULL, 0, NULL },
    { "{image: i, x-sandbar: {network: some}}", 0, 0, "Use none, hosts or full" },
    { "{x-sandbar: {command: [a], network: hosts}, allowHosts: [a]}", 0, 0, "is a process of this machine" },
    { "{x-sandbar: {command: [a], network: none}}", 0, 0, "is a process of this machine" },
    { "{image: i, x-sandbar: {pull: always}}", SB_SERVER_NETWORK_FULL, SB_SERVER_PULL_ALWAYS, NULL },
    { "{image: i, x-sandbar: {pull: never}}", SB_SERVER_NETWORK_FULL, SB_SERVER_PULL_NEVER, NULL },
    { "{image: i, x-sandbar: {pull: missing}}", SB_SERVER_NETWORK_FULL, SB_SERVER_PULL_MISSING, NULL },
    { "{image: i, x-sandbar: {pull: often}}", 0, 0, "Use missing, always or never" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(SbServerLaunch) launch = resolve (cases[i].entry, NULL, &error);

      g_test_message ("%s", cases[i].entry);
      if (cases[i].refused != NULL)
        {
          g_assert_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SERVER);
          g_assert_nonnull (strstr (error->message, cases[i].refused));
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpint (launch->network, ==, cases[i].network);
      g_assert_cmpint (launch->pull, ==, cases[i].pull);
    }
}

static void
test_mounts (void)
{
  static const char * const readable[] = { "/home/me/read", NULL };
  static const char * const writable[] = { "/home/me/write", NULL };
  static const struct
  {
    const char   *text;
    SbBindAnswer  answer;
    const char   *bind;
  } cases[] = {
    { "data:/data", SB_BIND_ALLOWED, "data:/data:rw" },
    { "/data", SB_BIND_ALLOWED, NULL },
    { "/tmp/x:/x", SB_BIND_ALLOWED, "/tmp/x:/x:ro" },
    { "/tmp/x:/x:rw", SB_BIND_ASK, "/tmp/x:/x:rw" },
    { "/tmp/x:/x:z", SB_BIND_ASK, "/tmp/x:/x:rw" },
    { "/tmp/x:/x:ro,rw", SB_BIND_ASK, "/tmp/x:/x:rw" },
    { "/tmp/../etc:/x", SB_BIND_NEVER, "/etc:/x:ro" },
    { "/home/me/read/a:/x", SB_BIND_ALLOWED, "/home/me/read/a:/x:ro" },
    { "/home/me/read/a:/x:rw", SB_BIND_ASK, "/home/me/read/a:/x:rw" },
    { "/home/me/readable:/x", SB_BIND_ASK, "/home/me/readable:/x:ro" },
    { "/home/me/write:/x:rw", SB_BIND_ALLOWED, "/home/me/write:/x:rw" },
    { "~/write/b:/x:rw", SB_BIND_ALLOWED, "/home/me/write/b:/x:rw" },
    { "~/.ssh:/x", SB_BIND_NEVER, "/home/me/.ssh:/x:ro" },
    { "/home/me/write/.AWS/x:/x", SB_BIND_NEVER, "/home/me/write/.AWS/x:/x:ro" },
    { "/var/run/docker.sock:/s", SB_BIND_NEVER, "/var/run/docker.sock:/s:ro" },
    { "/home/me/docker.sock:/s", SB_BIND_NEVER, "/home/me/docker.sock:/s:ro" },
    { "/:/host", SB_BIND_NEVER, "/:/host:ro" },
    { "/root:/x", SB_BIND_NEVER, "/root:/x:ro" },
    { "/rooted:/x", SB_BIND_ASK, "/rooted:/x:ro" },
    { "C:\\Windows\\x:/x", SB_BIND_NEVER, "c:/Windows/x:/x:ro" },
    { "C:\\Data:/x:ro", SB_BIND_ASK, "c:/Data:/x:ro" },
  };
  static const char * const wrong[] = { "", ":", "a:", ":b", "a:b:c:d", "./relative:/x" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbServerMount) mount = sb_server_mount_parse (cases[i].text, "/home/me", readable, writable, NULL);
      g_autofree char *bind = sb_server_mount_to_bind (mount);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (mount->answer, ==, cases[i].answer);
      g_assert_cmpstr (bind, ==, cases[i].bind);
      g_assert_true ((mount->reason != NULL) == (mount->answer != SB_BIND_ALLOWED));
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_null (sb_server_mount_parse (wrong[i], "/home/me", NULL, NULL, NULL));
}

/* A link to what is refused is refused. */
static void
test_links (void)
{
  g_autofree char *dir = sb_test_make_dir ();
  g_autofree char *link = g_build_filename (dir, "innocent", NULL);
  g_autofree char *text = g_strconcat (link, "/x:/x", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (link);
  g_autoptr(SbServerMount) mount = NULL;

  g_assert_true (g_file_make_symbolic_link (file, "/etc", NULL, NULL));
  mount = sb_server_mount_parse (text, dir, NULL, NULL, NULL);
  g_assert_cmpint (mount->answer, ==, SB_BIND_NEVER);
}

static void
test_state (void)
{
  g_autofree char *dir = sb_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "below", "servers.json", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalogState) state = sb_catalog_state_new (path, &error);
  g_autoptr(SbCatalogState) again = NULL;
  g_autoptr(JsonObject) config = sb_json_parse_object ("{\"port\":80}", -1, NULL);
  g_auto(GStrv) folders = NULL;

  g_assert_no_error (error);
  g_assert_false (sb_catalog_state_get_enabled (state, "a"));
  g_assert_true (sb_catalog_state_get_tool_enabled (state, "a", "t"));
  sb_catalog_state_set_enabled (state, "a", TRUE);
  sb_catalog_state_set_tool_enabled (state, "a", "t", FALSE);
  sb_catalog_state_set_tool_enabled (state, "a", "t", FALSE);
  sb_catalog_state_set_config (state, "a", config);
  sb_catalog_state_allow_folder (state, "a", "/srv", FALSE);
  sb_catalog_state_set_enabled (state, "b", TRUE);
  sb_catalog_state_forget (state, "b");
  g_assert_true (sb_catalog_state_save (state, &error));
  g_assert_no_error (error);

  again = sb_catalog_state_new (path, &error);
  g_assert_no_error (error);
  g_assert_true (sb_catalog_state_get_enabled (again, "a"));
  g_assert_false (sb_catalog_state_get_enabled (again, "b"));
  g_assert_false (sb_catalog_state_get_tool_enabled (again, "a", "t"));
  g_assert_cmpint (sb_json_get_int (sb_catalog_state_get_config (again, "a"), "port", 0), ==, 80);
  folders = sb_catalog_state_dup_folders (again, "a", FALSE);
  g_assert_cmpstr (folders[0], ==, "/srv");
  sb_catalog_state_set_tool_enabled (again, "a", "t", TRUE);
  g_assert_true (sb_catalog_state_get_tool_enabled (again, "a", "t"));

  g_assert_true (g_file_set_contents (path, "{", -1, NULL));
  g_assert_null (sb_catalog_state_new (path, &error));
  g_assert_nonnull (strstr (error->message, path));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/catalog/demo", test_demo);
  g_test_add_func ("/catalog/entry", test_entry);
  g_test_add_func ("/catalog/kinds", test_kinds);
  g_test_add_func ("/catalog/refused", test_refused);
  g_test_add_func ("/catalog/image", test_image);
  g_test_add_func ("/catalog/unresolved", test_unresolved);
  g_test_add_func ("/catalog/others", test_others);
  g_test_add_func ("/catalog/mounts", test_mounts);
  g_test_add_func ("/catalog/network", test_network);
  g_test_add_func ("/catalog/links", test_links);
  g_test_add_func ("/catalog/state", test_state);

  return g_test_run ();
}
