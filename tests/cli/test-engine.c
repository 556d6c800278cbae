/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-fake-engine.h"
#include "sb-fake-model.h"
#include "sb-json.h"
#include "sb-test.h"

#include <glib/gstdio.h>
#include <string.h>

#define ANSWER(body) "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" body
#define NOT_FOUND "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" \
  "{\"message\":\"No such image\"}"
#define STEP "{\"stream\":\"Step 1/2 : FROM debian\\n\"}\r\n"
#define DIGEST "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* sandbar-cli as a child, and an engine that answers as it is told. */
typedef struct
{
  SbFakeEngine *engine;
  SbFakeModel  *model;
  char         *dir;
  char         *out;
  char         *err;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->engine = sb_fake_engine_new ();
  fixture->model = sb_fake_model_new ();
  fixture->dir = sb_test_make_dir ();
  sb_fake_engine_set_answer (fixture->engine, NOT_FOUND, -1, 0, TRUE);
  sb_fake_engine_set_route (fixture->engine, "GET /version",
                            ANSWER ("{\"Version\":\"24.0.7\",\"Os\":\"linux\",\"Arch\":\"" SB_TEST_ARCH "\"}"), FALSE);
  sb_fake_engine_set_route (fixture->engine, "GET /info", ANSWER ("{\"NCPU\":2}"), FALSE);
  sb_fake_engine_set_route (fixture->engine, "GET /containers/json", ANSWER ("[]"), FALSE);
  sb_fake_engine_set_route (fixture->engine, "GET /volumes", ANSWER ("{\"Volumes\":[]}"), FALSE);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  sb_test_remove_dir (fixture->dir);
  g_free (fixture->out);
  g_free (fixture->err);
  g_free (fixture->dir);
  sb_fake_model_free (fixture->model);
  sb_fake_engine_free (fixture->engine);
}

static int
run (Fixture            *fixture,
     const char * const *arguments)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE |
                                                                       G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                                                       G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_autoptr(GStrvBuilder) argv = g_strv_builder_new ();
  g_auto(GStrv) words = NULL;
  g_autofree char *program = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "src", "cli", "sandbar-cli", NULL);
  g_autoptr(GSubprocess) child = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  g_strv_builder_add (argv, program);
  g_strv_builder_addv (argv, (const char **) arguments);
  words = g_strv_builder_end (argv);
  g_subprocess_launcher_set_cwd (launcher, fixture->dir);
  g_subprocess_launcher_setenv (launcher, "DOCKER_HOST", sb_fake_engine_get_host (fixture->engine), TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", fixture->dir, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_CONFIG_HOME", fixture->dir, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", fixture->dir, TRUE);
  g_subprocess_launcher_setenv (launcher, "DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_unsetenv (launcher, "SANDBAR_IMAGE");
  child = g_subprocess_launcher_spawnv (launcher, (const char * const *) words, &error);
  g_assert_no_error (error);

  g_clear_pointer (&fixture->out, g_free);
  g_clear_pointer (&fixture->err, g_free);
  g_subprocess_communicate_utf8_async (child, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_subprocess_communicate_utf8_finish (child, result, &fixture->out, &fixture->err, &error);
  g_assert_no_error (error);
  g_test_message ("out: %s", fixture->out);
  g_test_message ("err: %s", fixture->err);
  g_assert_true (g_subprocess_get_if_exited (child));

  return g_subprocess_get_exit_status (child);
}

#define RUN(fixture, ...) run (fixture, (const char * const []) { __VA_ARGS__, NULL })

static int
chat (Fixture    *fixture,
      const char *option)
{
  sb_fake_model_call (fixture->model, "initSandbox {}", NULL);
  sb_fake_model_say (fixture->model, "So it is.");

  return RUN (fixture, "chat", "--ephemeral", "--backend=docker", "--model=fake-1", "--agent=cerebras", "--base-url",
              sb_fake_model_get_url (fixture->model), option, "do it");
}

/* Nobody is there, so nothing is built, and the tool says so. */
static void
test_chat_unattended (Fixture       *fixture,
                      gconstpointer  data)
{
  g_assert_cmpint (chat (fixture, "--agent=cerebras"), ==, 0);
  g_assert_cmpuint (sb_fake_engine_count (fixture->engine, "POST /build"), ==, 0);
  g_assert_nonnull (strstr (fixture->out, "✗ initSandbox"));
  g_assert_nonnull (strstr (sb_fake_model_get_content (fixture->model, 1, -1), "nobody is there to allow it"));
}

static void
test_chat_builds (Fixture       *fixture,
                  gconstpointer  data)
{
  sb_fake_engine_set_route (fixture->engine, "POST /build",
                            ANSWER (STEP "{\"error\":\"no registry answers\"}\r\n"), FALSE);
  g_assert_cmpint (chat (fixture, "--allow=image"), ==, 0);
  g_assert_cmpuint (sb_fake_engine_count (fixture->engine, "POST /build"), ==, 1);
  g_assert_nonnull (strstr (fixture->err, "builds the image sandbar/node-sandbox:latest.\nStep 1/2 : FROM debian\n"));
  g_assert_nonnull (strstr (fixture->err, "could not be built: no registry answers"));
  g_assert_nonnull (strstr (sb_fake_model_get_content (fixture->model, 1, -1), "scripts/build-image"));

  g_assert_cmpint (chat (fixture, "--json"), ==, 0);
  g_assert_nonnull (strstr (fixture->out, "{\"type\":\"image\",\"state\":\"failed\""));
}

static void
test_image_build (Fixture       *fixture,
                  gconstpointer  data)
{
  sb_fake_engine_set_route (fixture->engine, "POST /build",
                            ANSWER (STEP "{\"aux\":{\"ID\":\"" DIGEST "\"}}\r\n"), FALSE);
  g_assert_cmpint (RUN (fixture, "image", "build"), ==, 0);
  g_assert_cmpstr (fixture->out, ==, "  0%  Step 1/2 : FROM debian\nsandbar/node-sandbox:latest is ready: " DIGEST
                   ".\n");
  g_assert_nonnull (strstr (sb_fake_engine_get_request (fixture->engine), "t=sandbar%2Fnode-sandbox%3Alatest"));
  g_assert_null (strstr (sb_fake_engine_get_request (fixture->engine), "networkmode=none"));

  /* Of one's own: without a network. */
  g_assert_cmpint (RUN (fixture, "image", "build", "--json", fixture->dir, "me/mine:1"), ==, 1);
  g_assert_nonnull (strstr (fixture->err, "Dockerfile"));
}

static void
test_image_build_folder (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autofree char *folder = g_build_filename (fixture->dir, "mine", NULL);
  g_autofree char *path = g_build_filename (folder, "Dockerfile", NULL);

  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "FROM scratch\n", -1, NULL));
  sb_fake_engine_set_route (fixture->engine, "POST /build",
                            ANSWER (STEP "{\"aux\":{\"ID\":\"" DIGEST "\"}}\r\n"), FALSE);
  g_assert_cmpint (RUN (fixture, "image", "build", "--json", folder, "me/mine:1"), ==, 0);
  g_assert_nonnull (strstr (fixture->out, "{\"type\":\"done\",\"name\":\"me/mine:1\",\"digest\":\"" DIGEST "\"}"));
  g_assert_nonnull (strstr (sb_fake_engine_get_request (fixture->engine), "networkmode=none"));
}

static void
test_image_pull (Fixture       *fixture,
                 gconstpointer  data)
{
  sb_fake_engine_set_route (fixture->engine, "POST /images/create",
                            ANSWER ("{\"status\":\"Digest: " DIGEST "\"}\r\n"), FALSE);
  g_assert_cmpint (RUN (fixture, "image", "pull", "me/x"), ==, 0);
  g_assert_nonnull (strstr (fixture->out, "me/x:latest is ready: " DIGEST ".\n"));
  g_assert_nonnull (strstr (sb_fake_engine_get_request (fixture->engine), "fromImage=me%2Fx%3Alatest"));

  sb_fake_engine_set_route (fixture->engine, "POST /images/create", NOT_FOUND, FALSE);
  g_assert_cmpint (RUN (fixture, "image", "pull", "me/x"), ==, 1);
  g_assert_nonnull (strstr (fixture->err, "No such image"));
}

static void
test_image_ls (Fixture       *fixture,
               gconstpointer  data)
{
  sb_fake_engine_set_route (fixture->engine, "GET /images/json",
                            ANSWER ("[{\"Id\":\"" DIGEST "\",\"RepoTags\":[\"me/\\u001b[31mx:1\"],\"Size\":12000000},"
                                    "7,{\"Id\":5}]"), FALSE);
  g_assert_cmpint (RUN (fixture, "image", "ls"), ==, 0);
  g_assert_null (strchr (fixture->out, '\x1b'));
  g_assert_nonnull (strstr (fixture->out, "x:1"));
  g_assert_nonnull (strstr (fixture->out, "0123456789ab"));
  g_assert_nonnull (strstr (fixture->out, "local build"));
}

/* Who asks is in the filter of the list. */
static char *
dup_owner (Fixture *fixture)
{
  const char *found = NULL;

  g_assert_cmpint (RUN (fixture, "sandbox", "list"), ==, 0);
  found = strstr (sb_fake_engine_get_request (fixture->engine), ".owner%3D");
  g_assert_nonnull (found);

  return g_strndup (found + strlen (".owner%3D"), 16);
}

/* One sandbox of ours, one of somebody else, and a container of anybody. */
static void
have_containers (Fixture *fixture)
{
  g_autofree char *owner = dup_owner (fixture);
  g_autofree char *body =
    g_strdup_printf (ANSWER ("[{\"Id\":\"aaaa1\",\"Names\":[\"/web\"]},"
                             "{\"Id\":\"bbbb1\",\"Labels\":{\"io.github.sandbar.Sandbar.owner\":\"else\","
                             "\"io.github.sandbar.Sandbar.id\":\"sbx-other\"}},"
                             "{\"Id\":\"cccc1\",\"Labels\":{\"io.github.sandbar.Sandbar.owner\":\"%s\","
                             "\"io.github.sandbar.Sandbar.id\":\"sbx-mine\"}}]"), owner);

  sb_fake_engine_set_route (fixture->engine, "GET /containers/json", body, FALSE);
}

static void
test_sandbox_foreign (Fixture       *fixture,
                      gconstpointer  data)
{
  static const char * const names[] = { "web", "aaaa1", "sbx-other", "sbx-" };

  have_containers (fixture);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_cmpint (RUN (fixture, "sandbox", "stop", names[i]), ==, 1);
      g_assert_nonnull (strstr (fixture->err, "is no sandbox of yours"));
      g_assert_cmpint (RUN (fixture, "sandbox", "rm", names[i]), ==, 1);
      g_assert_cmpint (RUN (fixture, "sandbox", "exec", names[i], "true"), ==, 1);
    }
  g_assert_cmpint (RUN (fixture, "sandbox", "rm", "nothing"), ==, 1);
  g_assert_nonnull (strstr (fixture->err, "There is no sandbox “nothing”"));
  g_assert_cmpint (RUN (fixture, "sandbox", "rm"), ==, 2);
  g_assert_cmpuint (sb_fake_engine_count (fixture->engine, "POST ") + sb_fake_engine_count (fixture->engine, "DELETE "),
                    ==, 0);
}

static void
test_sandbox_end (Fixture       *fixture,
                  gconstpointer  data)
{
  have_containers (fixture);
  sb_fake_engine_set_route (fixture->engine, "POST /containers/cccc1/stop",
                            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", FALSE);
  g_assert_cmpint (RUN (fixture, "sandbox", "stop", "sbx-mine"), ==, 0);
  g_assert_cmpstr (fixture->out, ==, "sbx-mine is gone.\n");
  g_assert_cmpuint (sb_fake_engine_count (fixture->engine, "POST /containers/cccc1/stop?t=2"), ==, 1);

  g_assert_cmpint (RUN (fixture, "sandbox", "rm", "cccc"), ==, 0);
  g_assert_cmpuint (sb_fake_engine_count (fixture->engine, "POST "), ==, 1);
  g_assert_cmpuint (sb_fake_engine_count (fixture->engine, "DELETE /containers/cccc1?force=1&v=1"), ==, 2);

  sb_fake_engine_set_route (fixture->engine, "DELETE /containers/cccc1",
                            "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n{\"message\":\"busy\"}",
                            FALSE);
  g_assert_cmpint (RUN (fixture, "sandbox", "rm", "cccc"), ==, 1);
  g_assert_nonnull (strstr (fixture->err, "busy"));
}

static void
test_sandbox_exec (Fixture       *fixture,
                   gconstpointer  data)
{
  static const char upgraded[] = "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
                                 "\1\0\0\0\0\0\0\4out\n\2\0\0\0\0\0\0\4err\n";

  have_containers (fixture);
  sb_fake_engine_set_route (fixture->engine, "POST /containers/cccc1/exec", ANSWER ("{\"Id\":\"eeee\"}"), FALSE);
  sb_fake_engine_set_route (fixture->engine, "GET /exec/eeee/json", ANSWER ("{\"ExitCode\":7}"), FALSE);
  sb_fake_engine_set_answer (fixture->engine, upgraded, sizeof upgraded - 1, 0, TRUE);
  g_assert_cmpint (RUN (fixture, "sandbox", "exec", "sbx-mine", "sh", "-c", "exit 7"), ==, 7);
  g_assert_cmpstr (fixture->out, ==, "out\n");
  g_assert_cmpstr (fixture->err, ==, "err\n");
  g_assert_cmpuint (sb_fake_engine_count (fixture->engine, "POST /exec/eeee/start"), ==, 1);
}

#define ADD(name, function) g_test_add ("/cli-engine/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("chat-unattended", test_chat_unattended);
  ADD ("chat-builds", test_chat_builds);
  ADD ("image-build", test_image_build);
  ADD ("image-build-folder", test_image_build_folder);
  ADD ("image-pull", test_image_pull);
  ADD ("image-ls", test_image_ls);
  ADD ("sandbox-foreign", test_sandbox_foreign);
  ADD ("sandbox-end", test_sandbox_end);
  ADD ("sandbox-exec", test_sandbox_exec);

  return g_test_run ();
}
