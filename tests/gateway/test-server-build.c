/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-build.h"

#include <string.h>

#include "sb-fake-engine.h"
#include "sb-server-container.h"
#include "sb-test.h"

#define ID "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
/* As a line of a build and as what an engine knows of an image alike. */
#define ANSWER \
  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" \
  "{\"stream\":\"Step 1/1 : FROM scratch\",\"Id\":\"" ID "\"}\n"

typedef struct
{
  SbFakeEngine   *engine;
  SbDockerClient *client;
  char           *folder;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *file = NULL;

  fixture->engine = sb_fake_engine_new ();
  fixture->client = sb_docker_client_new (sb_fake_engine_get_host (fixture->engine), NULL);
  fixture->folder = sb_test_make_dir ();
  file = g_build_filename (fixture->folder, "Dockerfile", NULL);
  g_assert_true (g_file_set_contents (file, "FROM scratch\n", -1, NULL));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_clear_object (&fixture->client);
  sb_fake_engine_free (fixture->engine);
  g_free (fixture->folder);
}

static gboolean
run (SbServerBuild  *build,
     GError        **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_server_build_run_async (build, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_server_build_run_finish (build, result, error);
}

static void
count_cb (SbServerBuild *build,
          GParamSpec    *pspec,
          GString       *seen)
{
  g_string_append_c (seen, '0' + sb_server_build_get_state (build));
}

static void
test_done (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(SbServerBuild) build = sb_server_build_new (fixture->client, fixture->folder, "mine");
  g_autoptr(SbCatalog) catalog = NULL;
  g_autoptr(SbCatalog) again = NULL;
  g_autoptr(GString) seen = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *same = NULL;

  g_signal_connect (build, "notify::state", G_CALLBACK (count_cb), seen);
  sb_fake_engine_set_answer (fixture->engine, ANSWER, -1, 0, TRUE);
  g_assert_true (run (build, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (seen->str, ==, "1234");
  g_assert_cmpstr (sb_server_build_get_image (build), ==, ID);
  g_assert_nonnull (strstr (sb_server_build_get_log (build), "Step 1/1"));
  g_assert_true (g_str_has_prefix (sb_fake_engine_get_request (fixture->engine),
                                   "GET /v1.41/images/sandbar-local/mine:latest/json "));

  catalog = sb_catalog_new_from_data ("# my own\nregistry:\n  a: # keep\n    image: x\n", -1, NULL);
  text = sb_server_build_edit (build, catalog, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==,
                   "# my own\nregistry:\n  a: # keep\n    image: x\n  mine:\n    image: " ID "\n"
                   "    longLived: true\n");
  /* Built again: the same entry. */
  again = sb_catalog_new_from_data (text, -1, NULL);
  same = sb_server_build_edit (build, again, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (same, ==, text);
}

static void
test_replaces (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr(SbServerBuild) build = sb_server_build_new (fixture->client, fixture->folder, "mine");
  g_autoptr(SbCatalog) catalog = sb_catalog_new_from_data ("registry:\n  mine:\n    title: T # t\n    image: x:1 # x\n"
                                                           "    env: []\n", -1, NULL);
  g_autoptr(SbCatalog) remote = sb_catalog_new_from_data ("registry:\n  mine:\n    remote:\n"
                                                          "      url: https://x.test\n", -1, NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  sb_fake_engine_set_answer (fixture->engine, ANSWER, -1, 0, TRUE);
  g_assert_true (run (build, NULL));
  text = sb_server_build_edit (build, catalog, &error);
  g_assert_cmpstr (text, ==, "registry:\n  mine:\n    title: T # t\n    image: " ID " # x\n    env: []\n");
  g_assert_null (sb_server_build_edit (build, remote, &error));
  g_assert_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SERVER);
}

static void
test_fails (Fixture       *fixture,
            gconstpointer  data)
{
  static const struct { const char *answer; SbServerBuildState state; } rows[] = {
    { "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"error\":\"no space\"}\n", SB_SERVER_BUILD_FAILED },
    { "HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\n{\"message\":\"oops\"}", SB_SERVER_BUILD_FAILED },
    { "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"stream\":\"Step\"}\n", SB_SERVER_BUILD_FAILED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(SbServerBuild) build = sb_server_build_new (fixture->client, fixture->folder, "mine");
      g_autoptr(GError) error = NULL;

      sb_fake_engine_set_answer (fixture->engine, rows[i].answer, -1, 0, TRUE);
      g_assert_false (run (build, &error));
      g_assert_nonnull (error);
      g_assert_cmpint (sb_server_build_get_state (build), ==, rows[i].state);
      g_assert_null (sb_server_build_get_image (build));
    }
}

static void
test_no_folder (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr(SbServerBuild) build = sb_server_build_new (fixture->client, "/nonexistent", "mine");
  g_autoptr(SbServerBuild) misnamed = sb_server_build_new (fixture->client, fixture->folder, "Not A Name");
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) name_error = NULL;

  g_assert_false (run (build, &error));
  g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_CONTEXT);
  g_assert_false (run (misnamed, &name_error));
  g_assert_error (name_error, SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_SETUP);
  g_assert_cmpuint (sb_fake_engine_get_n_requests (fixture->engine), ==, 0);
}

static void
test_cancelled (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr(SbServerBuild) build = sb_server_build_new (fixture->client, fixture->folder, "mine");
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_fake_engine_set_answer (fixture->engine, NULL, 0, 0, FALSE);
  sb_server_build_run_async (build, cancellable, sb_test_keep_result, &result);
  sb_test_wait_until (sb_fake_engine_get_n_requests (fixture->engine) > 0);
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_false (sb_server_build_run_finish (build, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (sb_server_build_get_state (build), ==, SB_SERVER_BUILD_CANCELLED);
}

static void
test_names (void)
{
  static const struct { const char *folder, *name; } rows[] = {
    { "/home/me/My Server", "my-server" },
    { "/x/y/", "y" },
    { "/x/--A_b.c--", "a_b.c" },
    { "/x/日本", "own-server" },
    { "/x/a..b", "own-server" },
    { "/", "own-server" },
  };
  static const char * const bad[] = { "", "A", "a b", "-a", "a-", "a/b", "a..b", "a:b", "a@b", "a._b", NULL };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *name = sb_server_build_suggest_name (rows[i].folder);

      g_assert_cmpstr (name, ==, rows[i].name);
      g_assert_true (sb_server_build_check_name (name, NULL));
    }
  for (guint i = 0; bad[i] != NULL; i++)
    g_assert_false (sb_server_build_check_name (bad[i], NULL));
  g_assert_true (sb_server_build_check_name ("a--b__c.d", NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/server-build/done", Fixture, NULL, set_up, test_done, tear_down);
  g_test_add ("/server-build/replaces", Fixture, NULL, set_up, test_replaces, tear_down);
  g_test_add ("/server-build/fails", Fixture, NULL, set_up, test_fails, tear_down);
  g_test_add ("/server-build/no-folder", Fixture, NULL, set_up, test_no_folder, tear_down);
  g_test_add ("/server-build/cancelled", Fixture, NULL, set_up, test_cancelled, tear_down);
  g_test_add_func ("/server-build/names", test_names);

  return g_test_run ();
}
