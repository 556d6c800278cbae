/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway-choice.h"

#include <string.h>

#include "sb-fake-engine.h"
#include "sb-sandbox-endpoint.h"
#include "sb-server-container.h"
#include "sb-test-gateway.h"
#include "sb-test.h"

#define MINUTE 60000
#define BRIDGE \
  "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" \
  "{\"IPAM\":{\"Config\":[{\"Gateway\":\"127.0.0.1\"}]}}"
#define CATALOG \
  "registry:\n  node-code-sandbox:\n    image: sandbar/sandbox-server:latest\n    longLived: true\n"

typedef struct
{
  SbTestGateway    *test;
  SbSandboxManager *sandboxes;
  SbSecrets        *secrets;
  SbGatewayChoice  *choice;
  char             *path;
} Fixture;

static SbGatewayChoice *
new_choice (Fixture *fixture)
{
  return sb_gateway_choice_new (fixture->test->gateway, fixture->sandboxes, fixture->test->parts.approvals,
                                fixture->secrets, fixture->path);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr(GListStore) backends = g_list_store_new (SB_TYPE_SANDBOX_BACKEND);

  fixture->sandboxes = sb_sandbox_manager_new (G_LIST_MODEL (backends));
  fixture->test = sb_test_gateway_new (MINUTE, NULL);
  fixture->secrets = sb_secrets_new ();
  fixture->path = g_build_filename (fixture->test->folder, "gateway.json", NULL);
  fixture->choice = new_choice (fixture);
  sb_test_gateway_set_catalog (fixture->test, CATALOG);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_clear_object (&fixture->choice);
  sb_test_gateway_free (fixture->test);
  g_clear_object (&fixture->secrets);
  g_clear_object (&fixture->sandboxes);
  g_free (fixture->path);
}

static gboolean
use_external (Fixture     *fixture,
              const char  *url,
              const char  *token,
              GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_gateway_choice_use_external_async (fixture->choice, url, token, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_gateway_choice_use_external_finish (fixture->choice, result, error);
}

static SbOfficialPlan *
make_plan (Fixture  *fixture,
           GError  **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_gateway_choice_plan_async (fixture->choice, NULL, SB_OFFICIAL_STDIO, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_gateway_choice_plan_finish (fixture->choice, result, error);
}

static SbSandboxEndpoint *
open_endpoint (Fixture *fixture)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) docker = sb_docker_client_new (sb_fake_engine_get_host (engine), NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  SbSandboxEndpoint *endpoint;

  sb_fake_engine_set_answer (engine, BRIDGE, -1, 0, TRUE);
  sb_sandbox_endpoint_open_async (fixture->sandboxes, fixture->test->parts.approvals, docker, NULL,
                                  sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  endpoint = sb_sandbox_endpoint_open_finish (result, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (sb_sandbox_endpoint_get_url (endpoint), "http://127.0.0.1:"));

  return endpoint;
}

/* The endpoint of one is what the other finds at an address; the token is with the secrets, and only there. */
static void
test_external (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr(SbSandboxEndpoint) endpoint = open_endpoint (fixture);
  const char *url = sb_sandbox_endpoint_get_url (endpoint);
  const char *token = sb_sandbox_endpoint_get_token (endpoint);
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *list = NULL;

  sb_gateway_start (fixture->test->gateway);
  g_assert_false (use_external (fixture, "nowhere", token, &error));
  g_assert_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SERVER);
  g_assert_cmpint (sb_gateway_choice_get_mode (fixture->choice), ==, SB_GATEWAY_BUILT_IN);
  g_clear_error (&error);

  g_assert_true (use_external (fixture, url, token, &error));
  g_assert_no_error (error);
  sb_test_gateway_wait (fixture->test, "gateway", SB_GATEWAY_SERVER_READY);
  list = sb_test_gateway_list (fixture->test);
  g_assert_nonnull (strstr (list, "initSandbox"));
  g_assert_true (g_file_get_contents (fixture->path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, url));
  g_assert_null (strstr (text, token));

  /* The next start. */
  sb_gateway_use_built_in (fixture->test->gateway);
  g_clear_object (&fixture->choice);
  fixture->choice = new_choice (fixture);
  g_assert_cmpint (sb_gateway_choice_get_mode (fixture->choice), ==, SB_GATEWAY_EXTERNAL);
  g_assert_cmpstr (sb_gateway_choice_get_url (fixture->choice), ==, url);
  sb_gateway_choice_start (fixture->choice);
  sb_test_wait_until (sb_gateway_get_mode (fixture->test->gateway) == SB_GATEWAY_EXTERNAL);
  sb_test_gateway_wait (fixture->test, "gateway", SB_GATEWAY_SERVER_READY);

  /* Without the token. */
  g_assert_true (use_external (fixture, url, "", &error));
  sb_test_gateway_wait (fixture->test, "gateway", SB_GATEWAY_SERVER_BLOCKED);

  g_assert_true (sb_gateway_choice_use_built_in (fixture->choice, &error));
  g_assert_cmpint (sb_gateway_get_mode (fixture->test->gateway), ==, SB_GATEWAY_BUILT_IN);
}

static void
test_official (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) docker = sb_docker_client_new (sb_fake_engine_get_host (engine), NULL);
  g_autoptr(SbOfficialPlan) plan = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_null (make_plan (fixture, &error));
  g_assert_error (error, SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_SETUP);
  g_clear_error (&error);

  sb_fake_engine_set_answer (engine, BRIDGE, -1, 0, TRUE);
  sb_gateway_choice_set_docker (fixture->choice, docker);
  g_assert_true (sb_gateway_get_docker (fixture->test->gateway) == docker);
  plan = make_plan (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (plan->changes), >, 0);
  g_assert_nonnull (strstr (g_ptr_array_index (plan->catalogs, 0), "http://127.0.0.1:"));
  /* Looking changes nothing. */
  g_assert_cmpint (sb_gateway_get_mode (fixture->test->gateway), ==, SB_GATEWAY_BUILT_IN);

  g_assert_true (sb_gateway_choice_use_official (fixture->choice, "me/gateway:1", SB_OFFICIAL_SSE, &error));
  g_assert_cmpint (sb_gateway_get_mode (fixture->test->gateway), ==, SB_GATEWAY_OFFICIAL);
  g_assert_cmpuint (g_strv_length ((char **) sb_gateway_get_rewrites (fixture->test->gateway)), ==,
                    g_strv_length (plan->changes));
  g_clear_object (&fixture->choice);
  fixture->choice = new_choice (fixture);
  g_assert_cmpint (sb_gateway_choice_get_mode (fixture->choice), ==, SB_GATEWAY_OFFICIAL);
  g_assert_cmpstr (sb_gateway_choice_get_image (fixture->choice), ==, "me/gateway:1");
  g_assert_cmpint (sb_gateway_choice_get_transport (fixture->choice), ==, SB_OFFICIAL_SSE);
}

/* It waits for the engine, and none of the servers that it runs start here meanwhile. */
static void
test_official_starts (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) docker = sb_docker_client_new (sb_fake_engine_get_host (engine), NULL);

  g_assert_true (g_file_set_contents (fixture->path, "{\"mode\":\"official\"}", -1, NULL));
  g_clear_object (&fixture->choice);
  fixture->choice = new_choice (fixture);
  sb_gateway_choice_start (fixture->choice);
  sb_gateway_start (fixture->test->gateway);
  sb_test_gateway_wait (fixture->test, "gateway", SB_GATEWAY_SERVER_BLOCKED);
  g_assert_null (sb_gateway_lookup (fixture->test->gateway, "node-code-sandbox"));

  sb_fake_engine_set_answer (engine, BRIDGE, -1, 0, TRUE);
  sb_gateway_choice_set_docker (fixture->choice, docker);
  sb_test_wait_until (sb_gateway_get_docker (fixture->test->gateway) == docker);
  g_assert_nonnull (strstr (sb_gateway_get_rewrites (fixture->test->gateway)[0], "http://127.0.0.1:"));
}

/* A file that somebody spoilt is no file. */
static void
test_spoilt (Fixture       *fixture,
             gconstpointer  data)
{
  static const char * const texts[] = { "", "[]", "{\"mode\":7}", "{\"mode\":\"external\"}", "{\"mode\":\"other\"}" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(SbGatewayChoice) choice = NULL;

      g_assert_true (g_file_set_contents (fixture->path, texts[i], -1, NULL));
      choice = new_choice (fixture);
      g_assert_cmpint (sb_gateway_choice_get_mode (choice), ==, SB_GATEWAY_BUILT_IN);
      g_assert_cmpstr (sb_gateway_choice_get_image (choice), ==, SB_OFFICIAL_IMAGE);
    }
}

int
main (int    argc,
      char **argv)
{
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/gateway-choice/external", Fixture, NULL, set_up, test_external, tear_down);
  g_test_add ("/gateway-choice/official", Fixture, NULL, set_up, test_official, tear_down);
  g_test_add ("/gateway-choice/official-starts", Fixture, NULL, set_up, test_official_starts, tear_down);
  g_test_add ("/gateway-choice/spoilt", Fixture, NULL, set_up, test_spoilt, tear_down);

  return g_test_run ();
}
