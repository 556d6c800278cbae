/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-environment.h"
#include "sb-provider-pool.h"
#include "sb-test.h"

#include <glib/gstdio.h>

static const char *yaml =
  "agents:\n"
  "  - {id: first, instruction: x, provider: rehearsal}\n"
  "  - {id: cloud, instruction: x, provider: cerebras}\n"
  "  - {id: own, instruction: x, provider: openai, model: own-1}\n";

typedef struct
{
  SbAgentCatalog *agents;
  SbStore        *store;
  SbSecrets      *secrets;
  SbRedactor     *redactor;
  SbProviderPool *pool;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  fixture->redactor = sb_redactor_new ();
  fixture->secrets = sb_secrets_new ();
  fixture->agents = sb_agent_catalog_new_from_data (yaml, -1, &error);
  g_assert_no_error (error);
  fixture->store = sb_store_new (":memory:", fixture->redactor, &error);
  g_assert_no_error (error);
  fixture->pool = sb_provider_pool_new (fixture->agents, fixture->store, fixture->secrets, fixture->redactor);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->pool);
  g_object_unref (fixture->store);
  g_object_unref (fixture->agents);
  g_object_unref (fixture->secrets);
  g_object_unref (fixture->redactor);
}

static void
start (Fixture *fixture)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_provider_pool_start_async (fixture->pool, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_provider_pool_start_finish (fixture->pool, result, NULL));
}

static void
configure (Fixture          *fixture,
           const char       *agent_id,
           SbProviderChoice  choice)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_provider_pool_configure_async (fixture->pool, agent_id, &choice, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sb_provider_pool_configure_finish (fixture->pool, result, &error);
  g_assert_no_error (error);
}

static void
assert_described (Fixture    *fixture,
                  const char *agent_id,
                  const char *expected)
{
  SbAgent *agent = sb_agent_catalog_lookup (fixture->agents, agent_id);
  g_autofree char *text = sb_provider_pool_describe (fixture->pool, agent);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_nothing (Fixture       *fixture,
              gconstpointer  data)
{
  assert_described (fixture, "first", "Looking for a model…");
  g_assert_false (sb_provider_pool_is_rehearsal (fixture->pool, sb_agent_catalog_get_root (fixture->agents)));

  start (fixture);
  assert_described (fixture, "first", "Rehearsal (scripted, no AI)");
  assert_described (fixture, "cloud", "Rehearsal (scripted, no AI)");
  assert_described (fixture, "own", "Rehearsal (scripted, no AI)");
  g_assert_true (sb_provider_pool_is_rehearsal (fixture->pool, sb_agent_catalog_get_root (fixture->agents)));
}

static void
test_cerebras (Fixture       *fixture,
               gconstpointer  data)
{
  SbAgent *cloud = sb_agent_catalog_lookup (fixture->agents, "cloud");
  g_autofree char *shown = NULL;
  const char *model = NULL;
  SbLlmProvider *provider;

  sb_provider_pool_set_variable (fixture->pool, "CEREBRAS_API_KEY", "csk-not-a-real-key");
  sb_provider_pool_set_variable (fixture->pool, "CEREBRAS_BASE_URL", "http://127.0.0.1:1/v1");
  sb_provider_pool_set_variable (fixture->pool, "CEREBRAS_CHAT_MODEL", "coder-9");
  start (fixture);

  assert_described (fixture, "cloud", "Cerebras · coder-9");
  assert_described (fixture, "first", "Rehearsal (scripted, no AI)");
  provider = sb_provider_pool_get (fixture->pool, cloud, &model, NULL);
  g_assert_cmpstr (sb_llm_provider_get_base_url (provider), ==, "http://127.0.0.1:1/v1");
  g_assert_cmpstr (model, ==, "coder-9");

  shown = sb_redactor_apply (fixture->redactor, "key: csk-not-a-real-key");
  g_assert_null (strstr (shown, "csk-not-a-real-key"));
}

/* One endpoint for all beats what agents.yaml says, until the user chooses something else. */
static void
test_override (Fixture       *fixture,
               gconstpointer  data)
{
  SbProviderChoice everywhere = { NULL, "http://127.0.0.1:1/v1", "m", NULL };

  sb_provider_pool_override (fixture->pool, NULL, &everywhere);
  start (fixture);
  assert_described (fixture, "first", "OpenAI-compatible server · m");
  assert_described (fixture, "cloud", "OpenAI-compatible server · m");

  configure (fixture, "first", (SbProviderChoice) { "rehearsal", NULL, NULL, NULL });
  assert_described (fixture, "first", "Rehearsal (scripted, no AI)");
  assert_described (fixture, "cloud", "OpenAI-compatible server · m");

  configure (fixture, NULL, (SbProviderChoice) { "rehearsal", NULL, NULL, NULL });
  assert_described (fixture, "cloud", "Rehearsal (scripted, no AI)");
}

static void
test_settings (Fixture       *fixture,
               gconstpointer  data)
{
  configure (fixture, "own", (SbProviderChoice) { "openai", "http://127.0.0.1:1/v1", NULL, "sk-secret-in-test" });
  assert_described (fixture, "own", "OpenAI-compatible server · own-1");

  /* Another start of the program finds them. */
  g_assert_finalize_object (fixture->pool);
  fixture->pool = sb_provider_pool_new (fixture->agents, fixture->store, fixture->secrets, fixture->redactor);
  start (fixture);
  assert_described (fixture, "own", "OpenAI-compatible server · own-1");
}

/* A server that is not there: no model is known, and asking says why. */
static void
test_unreachable (Fixture       *fixture,
                  gconstpointer  data)
{
  SbProviderChoice everywhere = { NULL, "http://127.0.0.1:1/v1", NULL, NULL };
  g_autoptr(GError) error = NULL;
  const char *model = NULL;

  sb_provider_pool_override (fixture->pool, NULL, &everywhere);
  start (fixture);
  g_assert_false (sb_provider_pool_is_complete (fixture->pool));
  g_assert_null (sb_provider_pool_get (fixture->pool, sb_agent_catalog_get_root (fixture->agents), &model, &error));
  g_assert_error (error, SB_LLM_ERROR, SB_LLM_ERROR_UNREACHABLE);
}

static void
test_environment (void)
{
  g_autofree char *dir = sb_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, ".env", NULL);
  g_autoptr(GHashTable) variables = NULL;

  g_assert_true (g_file_set_contents (path,
                                      "CEREBRAS_API_KEY=from-file\nSANDBAR_MODEL='of file'\nPATH=/evil\n", -1, NULL));
  g_setenv ("CEREBRAS_API_KEY", "from-environment", TRUE);
  g_setenv ("SANDBAR_BASE_URL", "http://x", TRUE);

  variables = sb_environment_take (path);
  g_assert_cmpstr (g_hash_table_lookup (variables, "CEREBRAS_API_KEY"), ==, "from-environment");
  g_assert_cmpstr (g_hash_table_lookup (variables, "SANDBAR_MODEL"), ==, "of file");
  g_assert_cmpstr (g_hash_table_lookup (variables, "SANDBAR_BASE_URL"), ==, "http://x");
  g_assert_false (g_hash_table_contains (variables, "PATH"));
  g_assert_null (g_getenv ("CEREBRAS_API_KEY"));

  g_unsetenv ("SANDBAR_BASE_URL");
}

#define ADD(name, function) g_test_add ("/providers/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  /* No Secret Service of whoever runs the tests. */
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  ADD ("nothing", test_nothing);
  ADD ("cerebras", test_cerebras);
  ADD ("override", test_override);
  ADD ("settings", test_settings);
  ADD ("unreachable", test_unreachable);
  g_test_add_func ("/providers/environment", test_environment);

  return g_test_run ();
}
