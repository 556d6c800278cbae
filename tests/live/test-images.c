/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-live-engine.h"
#include "sb-test.h"

#include <string.h>

#define NAME "sandbar/test-images:1"

/* The verbs of sandbar-cli on a real engine. */
static int
run (const char * const  *arguments,
     char               **out,
     char               **err)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
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
  g_subprocess_launcher_setenv (launcher, "DOCKER_HOST", g_getenv ("SANDBAR_TEST_DOCKER_HOST"), TRUE);
  child = g_subprocess_launcher_spawnv (launcher, (const char * const *) words, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (child, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_subprocess_communicate_utf8_finish (child, result, out, err, &error);
  g_assert_no_error (error);
  g_test_message ("out: %s", *out);
  g_test_message ("err: %s", *err);

  return g_subprocess_get_exit_status (child);
}

#define RUN(out, err, ...) run ((const char * const []) { __VA_ARGS__, NULL }, out, err)

/* Built from the image that is there, without a network, listed, and gone again. */
static void
test_build (void)
{
  g_autoptr(SbDockerClient) client = sb_live_engine_connect ();
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autofree char *listed = NULL;
  g_autofree char *list_err = NULL;
  g_autoptr(JsonNode) removed = NULL;
  g_autoptr(GError) error = NULL;

  if (client == NULL)
    return;

  folder = sb_test_make_dir ();
  path = g_build_filename (folder, "Dockerfile", NULL);
  g_assert_true (g_file_set_contents (path, "FROM sandbar/node-sandbox:latest\nRUN node -v >/workspace/version\n", -1,
                                      NULL));
  g_assert_cmpint (RUN (&out, &err, "image", "build", folder, NAME), ==, 0);
  g_assert_nonnull (strstr (out, "Step 2/2"));
  g_assert_nonnull (strstr (out, NAME " is ready: sha256:"));
  g_assert_cmpint (RUN (&listed, &list_err, "image", "ls"), ==, 0);
  g_assert_nonnull (strstr (listed, NAME));
  g_assert_nonnull (strstr (listed, "sandbar/node-sandbox:latest"));

  removed = sb_live_engine_call (client, "DELETE", "/images/" NAME, &error);
  g_assert_no_error (error);
  sb_test_remove_dir (folder);
}

/* What a command says that fails is told, and nothing of that name is left. */
static void
test_failures (void)
{
  g_autoptr(SbDockerClient) client = sb_live_engine_connect ();
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autofree char *pulled = NULL;
  g_autofree char *pull_err = NULL;
  g_autoptr(JsonNode) found = NULL;
  g_autoptr(GError) error = NULL;

  if (client == NULL)
    return;

  folder = sb_test_make_dir ();
  path = g_build_filename (folder, "Dockerfile", NULL);
  g_assert_true (g_file_set_contents (path, "FROM sandbar/node-sandbox:latest\nRUN exit 7\n", -1, NULL));
  g_assert_cmpint (RUN (&out, &err, "image", "build", folder, NAME), ==, 1);
  g_assert_nonnull (strstr (err, "could not be built"));
  found = sb_live_engine_call (client, "GET", "/images/" NAME "/json", &error);
  g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_NOT_FOUND);

  /* A registry that nobody can have. */
  g_assert_cmpint (RUN (&pulled, &pull_err, "image", "pull", "127.0.0.1:9/none/such:1"), ==, 1);
  g_assert_cmpstr (pull_err, !=, "");
  sb_test_remove_dir (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/live-images/build", test_build);
  g_test_add_func ("/live-images/failures", test_failures);

  return g_test_run ();
}
