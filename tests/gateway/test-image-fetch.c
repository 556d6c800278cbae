/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-fake-engine.h"
#include "sb-image-fetch.h"
#include "sb-server-container.h"
#include "sb-test.h"

#define DIGEST "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define OTHER "sha256:2222222222222222222222222222222222222222222222222222222222222222"
#define PINNED "mcp/one@" DIGEST
#define MISSING "{\"message\":\"No such image\"}"
#define PULLS \
  "{\"status\":\"Pulling from mcp/one\",\"id\":\"latest\"}\r\n" \
  "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":50,\"total\":200},\"id\":\"aa\"}\r\n" \
  "{\"status\":\"Download complete\",\"progressDetail\":{\"current\":200,\"total\":200},\"id\":\"aa\"}\r\n" \
  "{\"status\":\"Digest: " DIGEST "\"}\r\n"

/* What happened to one fetch. */
typedef struct
{
  SbFakeEngine *engine;
  SbServerLog  *log;
  GString      *words;
  GCancellable *cancellable;
  GError       *error;
} Case;

static void
case_start (Case *test)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();

  test->engine = sb_fake_engine_new ();
  test->log = sb_server_log_new (redactor);
  test->words = g_string_new (NULL);
  test->cancellable = g_cancellable_new ();
  test->error = NULL;
}

static void
case_end (Case *test)
{
  sb_fake_engine_free (test->engine);
  g_clear_object (&test->log);
  g_clear_object (&test->cancellable);
  g_clear_error (&test->error);
  g_string_free (test->words, TRUE);
}

static void
progress_cb (SbImageFetch *fetch,
             const char   *words,
             Case         *test)
{
  g_string_append_printf (test->words, "%s\n", words);
}

static gboolean
run (Case         *test,
     const char   *image,
     SbServerPull  pull)
{
  g_autoptr(SbDockerClient) docker = sb_docker_client_new (sb_fake_engine_get_host (test->engine), NULL);
  g_autoptr(SbImageFetch) fetch = sb_image_fetch_new (docker, image, pull, test->log);
  g_autoptr(GAsyncResult) result = NULL;

  g_signal_connect (fetch, "progress", G_CALLBACK (progress_cb), test);
  sb_image_fetch_run_async (fetch, test->cancellable, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_image_fetch_run_finish (fetch, result, &test->error);
}

static void
assert_refused (Case       *test,
                const char *words)
{
  g_assert_error (test->error, SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_IMAGE);
  g_assert_nonnull (strstr (test->error->message, words));
}

static void
test_there (void)
{
  Case test;

  case_start (&test);
  sb_fake_engine_add_answer (test.engine, "GET /images/" PINNED "/json", "200 OK",
                             "{\"Id\":\"" OTHER "\",\"RepoDigests\":[\"mcp/one@" DIGEST "\"]}");
  g_assert_true (run (&test, PINNED, SB_SERVER_PULL_MISSING));
  g_assert_cmpuint (sb_fake_engine_get_n_requests (test.engine), ==, 1);
  g_assert_cmpstr (test.words->str, ==, "");
  case_end (&test);
}

static void
test_pulled (void)
{
  g_autofree char *log = NULL;
  Case test;

  case_start (&test);
  sb_fake_engine_add_answer (test.engine, "GET /images/", "404 Not Found", MISSING);
  sb_fake_engine_add_answer (test.engine, "POST /images/create", "200 OK", PULLS);
  sb_fake_engine_add_answer (test.engine, "GET /images/", "200 OK", "{\"RepoDigests\":[\"mcp/one@" DIGEST "\"]}");
  g_assert_true (run (&test, PINNED, SB_SERVER_PULL_MISSING));
  g_assert_cmpuint (sb_fake_engine_get_n_requests (test.engine), ==, 3);
  log = sb_server_log_dup_text (test.log);
  g_assert_nonnull (strstr (log, "Pulling " PINNED));
  g_assert_nonnull (strstr (log, "Pulled " PINNED));
  g_assert_nonnull (strstr (test.words->str, "25 %"));
  g_assert_nonnull (strstr (test.words->str, "100 %"));
  case_end (&test);
}

/* Also when the engine says that it has pulled what was asked for. */
static void
test_digest (void)
{
  Case test;

  case_start (&test);
  sb_fake_engine_add_answer (test.engine, "GET /images/", "404 Not Found", MISSING);
  sb_fake_engine_add_answer (test.engine, "POST /images/create", "200 OK", PULLS);
  sb_fake_engine_add_answer (test.engine, "GET /images/", "200 OK",
                             "{\"Id\":\"" OTHER "\",\"RepoDigests\":[7,\"mcp/one@" OTHER "\"]}");
  g_assert_false (run (&test, PINNED, SB_SERVER_PULL_MISSING));
  assert_refused (&test, "its digest is not the one of the catalog");
  case_end (&test);
}

static void
test_policy (void)
{
  static const struct
  {
    const char  *image;
    SbServerPull pull;
  } cases[] = {
    { "mcp/one", SB_SERVER_PULL_NEVER },
    { "sandbar/sandbox-server:latest", SB_SERVER_PULL_ALWAYS },
    { "sandbar/gateway", SB_SERVER_PULL_MISSING },
  };
  Case test;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      case_start (&test);
      sb_fake_engine_add_answer (test.engine, "GET /images/", "404 Not Found", MISSING);
      g_assert_false (run (&test, cases[i].image, cases[i].pull));
      assert_refused (&test, "is not in the engine. Pull or build it first.");
      g_assert_cmpuint (sb_fake_engine_get_n_requests (test.engine), ==, 1);
      case_end (&test);
    }

  /* It may be there, and is asked for all the same. */
  case_start (&test);
  sb_fake_engine_add_answer (test.engine, "POST /images/create", "200 OK", PULLS);
  sb_fake_engine_add_answer (test.engine, "GET /images/", "200 OK", "{\"Id\":\"" OTHER "\"}");
  g_assert_true (run (&test, "mcp/one:latest", SB_SERVER_PULL_ALWAYS));
  g_assert_cmpuint (sb_fake_engine_get_n_requests (test.engine), ==, 2);
  case_end (&test);
}

static void
test_failure (void)
{
  Case test;

  case_start (&test);
  sb_fake_engine_add_answer (test.engine, "GET /images/", "404 Not Found", MISSING);
  sb_fake_engine_add_answer (test.engine, "POST /images/create", "200 OK",
                             "{\"errorDetail\":{\"message\":\"no space left\"},\"error\":\"no space left\"}\r\n");
  g_assert_false (run (&test, "mcp/one", SB_SERVER_PULL_MISSING));
  assert_refused (&test, "The image mcp/one could not be pulled: ");
  g_assert_nonnull (strstr (test.error->message, "no space left"));
  case_end (&test);
}

/* The engine says nothing more: only the user ends it. */
static void
test_cancel (void)
{
  g_autoptr(SbDockerClient) docker = NULL;
  g_autoptr(SbImageFetch) fetch = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  Case test;

  case_start (&test);
  docker = sb_docker_client_new (sb_fake_engine_get_host (test.engine), NULL);
  fetch = sb_image_fetch_new (docker, "mcp/one", SB_SERVER_PULL_ALWAYS, test.log);
  sb_image_fetch_run_async (fetch, test.cancellable, sb_test_keep_result, &result);
  sb_test_wait_until (sb_fake_engine_get_n_requests (test.engine) == 1);
  g_cancellable_cancel (test.cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_false (sb_image_fetch_run_finish (fetch, result, &test.error));
  g_assert_error (test.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  case_end (&test);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/gateway/image-fetch/there", test_there);
  g_test_add_func ("/gateway/image-fetch/pulled", test_pulled);
  g_test_add_func ("/gateway/image-fetch/digest", test_digest);
  g_test_add_func ("/gateway/image-fetch/policy", test_policy);
  g_test_add_func ("/gateway/image-fetch/failure", test_failure);
  g_test_add_func ("/gateway/image-fetch/cancel", test_cancel);

  return g_test_run ();
}
