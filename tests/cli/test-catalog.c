/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-fake-engine.h"
#include "sb-test.h"

#include <gio/gio.h>
#include <string.h>

#define ID "sha256:ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define DIGEST "sha256:1174e6a29634a83b2be93ac1fefabf63265f498c02c72201fe3464e687dd8836"

typedef struct
{
  char *dir;
  char *file;
  char *out;
  char *err;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->dir = sb_test_make_dir ();
  fixture->file = g_build_filename (fixture->dir, "catalog.yaml", NULL);
  g_assert_true (g_file_set_contents (fixture->file, "# mine\nregistry:\n  a:\n    image: x/y:1 # why\n", -1, NULL));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_free (fixture->dir);
  g_free (fixture->file);
  g_free (fixture->out);
  g_free (fixture->err);
}

/* Runs it to its end; "FILE" stands for the fixture's catalog. */
static int
run (Fixture    *fixture,
     const char *line)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                                       G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autofree char *program = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "src", "cli", "sandbar-cli", NULL);
  g_autofree char *command = g_strconcat (program, " catalog ", line, NULL);
  g_auto(GStrv) argv = g_strsplit (command, " ", -1);
  g_autoptr(GSubprocess) child = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  for (guint i = 0; argv[i] != NULL; i++)
    if (strcmp (argv[i], "FILE") == 0)
      {
        g_free (argv[i]);
        argv[i] = g_strdup (fixture->file);
      }
  g_clear_pointer (&fixture->out, g_free);
  g_clear_pointer (&fixture->err, g_free);
  g_subprocess_launcher_set_cwd (launcher, fixture->dir);
  g_subprocess_launcher_setenv (launcher, "XDG_CONFIG_HOME", fixture->dir, TRUE);
  g_subprocess_launcher_setenv (launcher, "DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  child = g_subprocess_launcher_spawnv (launcher, (const char * const *) argv, &error);
  g_assert_no_error (error);
  /* The engine that it may ask is played by this process. */
  g_subprocess_communicate_utf8_async (child, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_subprocess_communicate_utf8_finish (child, result, &fixture->out, &fixture->err, &error);
  g_assert_no_error (error);
  g_test_message ("%s: %s%s", line, fixture->out, fixture->err);

  return g_subprocess_get_exit_status (child);
}

static char *
read_file (Fixture *fixture)
{
  char *text = NULL;

  g_assert_true (g_file_get_contents (fixture->file, &text, NULL, NULL));

  return text;
}

static void
test_edits (Fixture       *fixture,
            gconstpointer  data)
{
  g_autofree char *text = NULL;

  g_assert_cmpint (run (fixture, "pin FILE a sha256:1174e6a29634a83b2be93ac1fefabf63265f498c02c72201fe3464e687dd8836"),
                   ==, 0);
  g_assert_cmpint (run (fixture, "add FILE b https://x.test/sse"), ==, 0);
  g_assert_cmpint (run (fixture, "add FILE b z"), ==, 1);
  g_assert_cmpint (run (fixture, "add FILE c z"), ==, 0);
  g_assert_cmpint (run (fixture, "remove FILE c"), ==, 0);
  g_assert_cmpint (run (fixture, "remove FILE c"), ==, 1);
  g_assert_cmpint (run (fixture, "pin FILE a latest"), ==, 1);
  text = read_file (fixture);
  g_assert_cmpstr (text, ==,
                   "# mine\nregistry:\n  a:\n"
                   "    image: x/y@sha256:1174e6a29634a83b2be93ac1fefabf63265f498c02c72201fe3464e687dd8836 # why\n"
                   "  b:\n    remote:\n      url: https://x.test/sse\n      transport_type: sse\n");
}

static void
test_pin (Fixture       *fixture,
          gconstpointer  data)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autofree char *line = g_strconcat ("pin FILE a --engine ", sb_fake_engine_get_host (engine), NULL);
  g_autofree char *text = NULL;

  sb_fake_engine_set_answer (engine, "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n{\"message\":\"no\"}", -1, 0,
                             TRUE);
  g_assert_cmpint (run (fixture, line), ==, 1);
  g_assert_nonnull (strstr (fixture->err, "registry"));

  sb_fake_engine_set_answer (engine, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"Id\":\"" ID "\","
                             "\"RepoDigests\":[\"x/y@" DIGEST "\"]}", -1, 0, TRUE);
  g_assert_cmpint (run (fixture, line), ==, 0);
  text = read_file (fixture);
  g_assert_cmpstr (text, ==, "# mine\nregistry:\n  a:\n    image: x/y@" DIGEST " # why\n");
}

static void
test_build (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  const char *host = sb_fake_engine_get_host (engine);
  g_autofree char *file = g_build_filename (fixture->dir, "Dockerfile", NULL);
  g_autofree char *line = g_strconcat ("build --name mine --engine ", host, " FILE .", NULL);
  g_autofree char *own = g_strconcat ("build --name mine --engine ", host, " .", NULL);
  g_autofree char *own_path = g_build_filename (fixture->dir, "sandbar", "catalog.yaml", NULL);
  g_autofree char *text = NULL;
  g_autofree char *own_text = NULL;

  g_assert_cmpint (run (fixture, line), ==, 1);
  g_assert_nonnull (strstr (fixture->err, "Dockerfile"));

  g_assert_true (g_file_set_contents (file, "FROM scratch\n", -1, NULL));
  sb_fake_engine_set_answer (engine, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
                             "{\"stream\":\"Step 1/1\",\"Id\":\"" ID "\"}\n", -1, 0, TRUE);
  g_assert_cmpint (run (fixture, line), ==, 0);
  g_assert_nonnull (strstr (fixture->err, "Step 1/1"));
  text = read_file (fixture);
  g_assert_cmpstr (text, ==, "# mine\nregistry:\n  a:\n    image: x/y:1 # why\n  mine:\n    image: " ID "\n"
                             "    longLived: true\n");
  g_assert_cmpint (run (fixture, "show FILE"), ==, 0);
  g_assert_nonnull (strstr (fixture->out, "on  mine"));

  /* To the catalog of the window: what ships, and one more. */
  g_assert_cmpint (run (fixture, own), ==, 0);
  g_assert_true (g_file_get_contents (own_path, &own_text, NULL, NULL));
  g_assert_nonnull (strstr (own_text, "  context7:\n"));
  g_assert_nonnull (strstr (own_text, "  mine:\n    image: " ID "\n"));
  g_assert_cmpint (run (fixture, "build --name Mine FILE ."), ==, 1);
}

static void
test_config (Fixture       *fixture,
             gconstpointer  data)
{
  g_assert_true (g_file_set_contents (fixture->file,
                                      "registry:\n  a:\n    image: x\n    command: ['{{a.root}}', '{{a.depth}}']\n"
                                      "    config:\n      - name: a\n        description: d\n        type: object\n"
                                      "        properties:\n          root: {type: string}\n"
                                      "          depth: {type: integer}\n", -1, NULL));
  g_assert_cmpint (run (fixture, "config FILE a root=/x=y depth=3"), ==, 0);
  g_assert_cmpint (run (fixture, "config FILE a"), ==, 0);
  g_assert_cmpstr (fixture->out, ==, "root=\"/x=y\"\ndepth=3\n");
  g_assert_cmpint (run (fixture, "template FILE a"), ==, 0);
  g_assert_nonnull (strstr (fixture->out, "argument    /x=y\nargument    3\n"));
  g_assert_cmpint (run (fixture, "config FILE a depth=deep"), ==, 1);
  g_assert_cmpint (run (fixture, "config FILE a depth"), ==, 1);
  g_assert_cmpint (run (fixture, "config FILE b depth=1"), ==, 1);
  g_assert_cmpint (run (fixture, "config FILE a depth="), ==, 0);
  g_assert_cmpint (run (fixture, "config FILE a"), ==, 0);
  g_assert_cmpstr (fixture->out, ==, "root=\"/x=y\"\n");
}

/* As compose file and what goes beside it; names only, since nobody asked for more. */
static void
test_compose (Fixture       *fixture,
              gconstpointer  data)
{
  g_assert_true (g_file_set_contents (fixture->file,
                                      "registry:\n  a:\n    image: x\n    secrets:\n      - {name: a.key, env: KEY}\n"
                                      "  off:\n    image: y\n    secrets:\n      - {name: off.key, env: OFF}\n", -1,
                                      NULL));
  g_assert_cmpint (run (fixture, "enable FILE a"), ==, 0);
  g_assert_cmpint (run (fixture, "export FILE --form compose"), ==, 0);
  g_assert_nonnull (strstr (fixture->out, "--servers=a"));
  g_assert_cmpint (run (fixture, "export FILE --form compose-env"), ==, 0);
  g_assert_nonnull (strstr (fixture->out, "\nMCP_GATEWAY_AUTH_TOKEN=\"\"\n"));
  g_assert_nonnull (strstr (fixture->out, "\nSANDBAR_MCP_SECRETS=\"a.key=\\n\"\n"));
  g_assert_cmpint (run (fixture, "export FILE --form compose-env --secrets"), ==, 0);
  g_assert_null (strstr (fixture->out, "AUTH_TOKEN=\"\""));
  g_assert_cmpint (run (fixture, "export FILE --form other"), ==, 2);
}

static void
test_lint (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_cmpint (run (fixture, "lint FILE"), ==, 0);
  g_assert_nonnull (strstr (fixture->out, "catalog.yaml:4: hint: "));
  g_assert_cmpint (run (fixture, "lint --docker FILE"), ==, 1);

  g_assert_true (g_file_set_contents (fixture->file, "servers:\n  a:\n    image: x\n    extra_hosts: ['a:b']\n",
                                      -1, NULL));
  g_assert_cmpint (run (fixture, "lint --json FILE"), ==, 1);
  g_assert_true (g_str_has_prefix (fixture->out, "{\"line\":1,\"severity\":\"warning\",\"code\":\"misspelt-key\""));
  g_assert_cmpint (run (fixture, "fix --print FILE"), ==, 0);
  g_assert_cmpstr (fixture->out, ==, "registry:\n  a:\n    image: x\n    extraHosts: ['a:b']\n");
  g_assert_cmpint (run (fixture, "fix FILE"), ==, 0);
  g_assert_cmpint (run (fixture, "lint FILE"), ==, 0);
}

static void
test_state (Fixture       *fixture,
            gconstpointer  data)
{
  g_assert_cmpint (run (fixture, "show FILE"), ==, 0);
  g_assert_true (g_str_has_prefix (fixture->out, "off a "));
  g_assert_cmpint (run (fixture, "enable FILE a"), ==, 0);
  g_assert_cmpint (run (fixture, "show --json FILE"), ==, 0);
  g_assert_nonnull (strstr (fixture->out, "\"enabled\":true"));
  g_assert_cmpint (run (fixture, "disable FILE a"), ==, 0);
  g_assert_cmpint (run (fixture, "show FILE"), ==, 0);
  g_assert_true (g_str_has_prefix (fixture->out, "off a "));
  g_assert_cmpint (run (fixture, "enable FILE nobody"), ==, 1);
  g_assert_cmpint (run (fixture, "template FILE a"), ==, 0);
  g_assert_true (g_str_has_prefix (fixture->out, "runs on     x/y:1\n"));
}

static void
test_import (Fixture       *fixture,
             gconstpointer  data)
{
  g_autofree char *path = g_build_filename (fixture->dir, "settings.json", NULL);
  g_autofree char *before = read_file (fixture);
  g_autofree char *after = NULL;

  g_assert_true (g_file_set_contents (path, "{\"mcpServers\":{\"n\":{\"command\":\"npx\",\"args\":[\"t\"],"
                                            "\"env\":{\"A_TOKEN\":\"s3\"}}}}", -1, NULL));
  /* Without a place for the secret nothing is changed, and it is nowhere in what is printed. */
  g_assert_cmpint (run (fixture, "import FILE settings.json"), ==, 1);
  after = read_file (fixture);
  g_assert_cmpstr (after, ==, before);
  g_assert_cmpint (run (fixture, "import --print FILE settings.json"), ==, 0);
  g_assert_nonnull (strstr (fixture->out, "name: n.a_token"));
  g_assert_null (strstr (fixture->out, "s3"));
  g_assert_null (strstr (fixture->err, "s3"));
  g_assert_cmpint (run (fixture, "export FILE"), ==, 0);
  g_assert_nonnull (strstr (fixture->out, "\"mcpServers\""));
  g_assert_cmpint (run (fixture, "export --form=none FILE"), ==, 2);
}

static void
test_usage (Fixture       *fixture,
            gconstpointer  data)
{
  g_assert_cmpint (run (fixture, "--help"), ==, 0);
  g_assert_cmpint (run (fixture, "dance FILE"), ==, 2);
  g_assert_cmpint (run (fixture, "add FILE"), ==, 2);
  g_assert_cmpint (run (fixture, "show /nonexistent"), ==, 1);
}

#define ADD(name, function) g_test_add ("/cli-catalog/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("edits", test_edits);
  ADD ("pin", test_pin);
  ADD ("build", test_build);
  ADD ("config", test_config);
  ADD ("compose", test_compose);
  ADD ("lint", test_lint);
  ADD ("state", test_state);
  ADD ("import", test_import);
  ADD ("usage", test_usage);

  return g_test_run ();
}
