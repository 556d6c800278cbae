/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-engine-discovery.h"
#include "sb-placement.h"
#include "sb-sandbox-manager-private.h"
#include "sb-sandbox-manager.h"
#include "sb-test-backend.h"
#include "sb-test.h"

#include <string.h>

#define GIB (G_GUINT64_CONSTANT (1024) * 1024 * 1024)

/* Two engines that are used together, and one for when both are away. */
typedef struct
{
  SbTestBackend    *big;
  SbTestBackend    *small;
  SbTestBackend    *last;
  SbEngineList     *engines;
  SbSandboxManager *manager;
} Fixture;

static SbTestBackend *
add (SbEngineList *engines,
     const char   *id,
     guint         tier,
     guint64       memory)
{
  SbTestBackend *backend = sb_test_backend_new (id);
  g_autoptr(SbEngine) engine = sb_engine_new (SB_SANDBOX_BACKEND (backend), id, tier);

  sb_test_backend_set_memory (backend, memory);
  sb_engine_list_add (engines, engine);

  return backend;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->engines = sb_engine_list_new ();
  fixture->last = add (fixture->engines, "last", 5, 0);
  fixture->big = add (fixture->engines, "big", 0, 4 * GIB);
  fixture->small = add (fixture->engines, "small", 0, 3 * GIB);
  fixture->manager = sb_sandbox_manager_new_for_engines (fixture->engines);
}

static void
shut_down (Fixture *fixture)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_sandbox_manager_shutdown_async (fixture->manager, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_sandbox_manager_shutdown_finish (fixture->manager, result, NULL));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  shut_down (fixture);
  g_assert_finalize_object (fixture->manager);
  g_assert_finalize_object (fixture->engines);
  g_assert_finalize_object (fixture->big);
  g_assert_finalize_object (fixture->small);
  g_assert_finalize_object (fixture->last);
}

static SbSandbox *
create (Fixture     *fixture,
        const char  *engine,
        GError     **error)
{
  const SbSandboxSpec spec = { .engine = (char *) engine };
  g_autoptr(GAsyncResult) result = NULL;

  sb_sandbox_manager_create_async (fixture->manager, &spec, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_sandbox_manager_create_finish (fixture->manager, result, error);
}

#define assert_on(sandbox, label) g_assert_cmpstr (sb_sandbox_get_backend_label (sandbox), ==, label)

static void
test_placement (void)
{
  static const struct { SbPlace places[3]; int chosen; } rows[] = {
    { { { FALSE }, { FALSE }, { FALSE } }, -1 },
    { { { FALSE }, { TRUE, 1 }, { TRUE, 0 } }, 2 },
    { { { TRUE, 0, 8 * GIB, 4 }, { TRUE, 0, 16 * GIB, 4 }, { TRUE, 0, 4 * GIB, 4 } }, 1 },
    { { { TRUE, 0, 8 * GIB, 4, 1 * GIB }, { TRUE, 0, 16 * GIB, 4, 12 * GIB }, { TRUE, 0, 4 * GIB, 4 } }, 0 },
    { { { TRUE, 0, 4 * GIB, 4, 0, 3 }, { TRUE, 0, 4 * GIB, 4, 0, 1 }, { TRUE, 0, 4 * GIB, 4, 0, 2 } }, 1 },
    /* Nothing is known of any: spread evenly, the first one first. */
    { { { TRUE, 0, 0, 0, 0, 0, 1 }, { TRUE, 0, 0, 0, 0, 0, 0 }, { TRUE, 0, 0, 0, 0, 0, 0 } }, 1 },
    /* More than there is may be promised. */
    { { { TRUE, 0, 1 * GIB, 4, 5 * GIB }, { TRUE, 0, 1 * GIB, 4, 3 * GIB }, { FALSE, 0, 64 * GIB } }, 1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    g_assert_cmpint (sb_placement_choose (rows[i].places, 3), ==, rows[i].chosen);
  g_assert_cmpint (sb_placement_choose (NULL, 0), ==, -1);
}

/* A sandbox promises 1 GiB: 4 and 3 become 3 and 3; then processors decide. */
static void
test_spread (Fixture       *fixture,
             gconstpointer  data)
{
  static const char *expected[] = { "big", "small", "big", "small" };
  g_autoptr(SbEngine) first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autoptr(SbSandbox) sandbox = create (fixture, NULL, NULL);

      assert_on (sandbox, expected[i]);
    }
  first = g_list_model_get_item (G_LIST_MODEL (fixture->engines), 0);
  g_assert_cmpstr (sb_engine_get_id (first), ==, "big");
  g_assert_cmpuint (sb_engine_get_n_sandboxes (first), ==, 2);
  g_assert_cmpuint (sb_test_backend_get_running (fixture->last), ==, 0);
}

static void
test_chosen (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbSandbox) small = create (fixture, "small", NULL);
  g_autoptr(SbSandbox) last = create (fixture, "last", NULL);

  assert_on (small, "small");
  assert_on (last, "last");
  g_assert_null (create (fixture, "none", &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "no engine “none”"));
  g_clear_error (&error);

  sb_test_backend_set_available (fixture->small, FALSE);
  g_assert_null (create (fixture, "small", &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "“small” cannot be used now"));
}

static void
test_one_is_lost (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr(SbSandbox) big = create (fixture, "big", NULL);
  g_autoptr(SbSandbox) small = create (fixture, "small", NULL);
  g_autoptr(SbSandbox) next = NULL;
  g_autoptr(SbSandbox) returned = NULL;
  SbEngine *engine = sb_engine_list_find (fixture->engines, "big");

  sb_test_backend_set_available (fixture->big, FALSE);
  sb_test_backend_kill_all (fixture->big);
  sb_test_wait_until (sb_sandbox_get_state (big) == SB_SANDBOX_STATE_LOST);
  sb_test_wait_until (sb_engine_get_state (engine) == SB_ENGINE_STATE_AWAY);
  g_assert_cmpstr (sb_engine_get_problem (engine), ==, "It is switched off.");
  g_assert_cmpuint (sb_engine_get_n_sandboxes (engine), ==, 0);
  g_assert_cmpint (sb_sandbox_get_state (small), ==, SB_SANDBOX_STATE_READY);
  next = create (fixture, NULL, NULL);
  assert_on (next, "small");

  /* Nobody asks; it is found again by itself. */
  sb_test_backend_set_available (fixture->big, TRUE);
  sb_test_wait_until (sb_engine_get_state (engine) == SB_ENGINE_STATE_READY);
  returned = create (fixture, NULL, NULL);
  assert_on (returned, "big");
}

static void
test_all_are_lost (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr(SbSandbox) sandbox = NULL;

  sb_test_backend_set_available (fixture->big, FALSE);
  sb_test_backend_set_available (fixture->small, FALSE);
  sandbox = create (fixture, NULL, NULL);
  assert_on (sandbox, "last");
}

static void
ask (SbEngine *engine)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_engine_probe_async (engine, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_false (sb_engine_probe_finish (engine, result, NULL));
}

static void
test_spare_follows_its_engine (Fixture       *fixture,
                               gconstpointer  data)
{
  g_autoptr(SbSandbox) first = create (fixture, NULL, NULL);
  SbEngine *small = sb_engine_list_find (fixture->engines, "small");

  assert_on (first, "big");
  sb_sandbox_manager_set_keep_spare (fixture->manager, TRUE);
  sb_test_wait_until (sb_sandbox_pools_has_spare (sb_sandbox_manager_get_pools (fixture->manager)));
  g_assert_cmpuint (sb_test_backend_get_running (fixture->small), ==, 1);
  g_assert_cmpuint (sb_engine_get_n_sandboxes (small), ==, 0);

  /* Its stream has not ended, but nobody would want it. */
  sb_test_backend_set_available (fixture->small, FALSE);
  ask (small);
  g_assert_cmpint (sb_engine_get_state (small), ==, SB_ENGINE_STATE_AWAY);
  sb_test_wait_until (sb_test_backend_get_running (fixture->small) == 0);
  sb_test_wait_until (sb_test_backend_get_running (fixture->big) == 2);
}

static void
test_profiles (Fixture       *fixture,
               gconstpointer  data)
{
  const SbSandboxSpec unknown = { .profile = "none" };
  const SbSandboxSpec special = { .profile = "special" };
  g_autoptr(GAsyncResult) refused = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbSandbox) sandbox = NULL;
  static const char json[] = "[{\"name\":\"special\",\"engine\":\"small\",\"shared\":true}]";
  GPtrArray *profiles = sb_sandbox_profiles_parse (json, &error);

  g_assert_no_error (error);
  sb_sandbox_manager_set_profiles (fixture->manager, profiles);
  sb_sandbox_manager_create_async (fixture->manager, &unknown, NULL, NULL, NULL, sb_test_keep_result, &refused);
  sb_test_wait_until (refused != NULL);
  g_assert_null (sb_sandbox_manager_create_finish (fixture->manager, refused, &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_NOT_FOUND);

  sb_sandbox_manager_create_async (fixture->manager, &special, "me", NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sandbox = sb_sandbox_manager_create_finish (fixture->manager, result, NULL);
  assert_on (sandbox, "small");
  g_assert_null (sb_sandbox_get_owner (sandbox));
}

static void
test_discovery (void)
{
  g_autofree char *problem = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbEngineList) list = NULL;
  SbEngine *office = NULL;
  SbEngine *lab = NULL;

  g_unsetenv (SB_ENGINES_VARIABLE);
  list = sb_engine_discovery_run (NULL, "office=ssh://me@office\n lab = tcp://lab:2375 \n\nodd\nlab=tcp://x\n"
                                  "bad=ftp://x", &problem, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 3);
  office = sb_engine_list_find (list, "office");
  lab = sb_engine_list_find (list, "lab");
  g_assert_cmpuint (sb_engine_get_tier (office), ==, sb_engine_get_tier (lab));
  g_assert_cmpuint (sb_engine_get_tier (sb_engine_list_find (list, "bubblewrap")), >, sb_engine_get_tier (lab));
  g_assert_cmpstr (sb_engine_get_info (lab)->host, ==, "tcp://lab:2375");
  g_assert_nonnull (strstr (problem, "“odd” names no engine"));
  g_assert_nonnull (strstr (problem, "used twice"));
  g_assert_nonnull (strstr (problem, "ftp://x"));
  g_assert_null (sb_engine_discovery_run ("podman", NULL, NULL, &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE);
  g_assert_true (sb_engine_discovery_check ("here=local", NULL));
  g_assert_false (sb_engine_discovery_check ("here=nowhere://x", NULL));
}

/* What stays the same is not touched; what goes takes no new sandboxes. */
static void
test_update (void)
{
  g_autoptr(SbEngineList) list = sb_engine_discovery_run (NULL, "a=tcp://a:1\n#b=tcp://b:1\nc=tcp://c:1", NULL, NULL);
  g_autoptr(SbEngine) first = g_object_ref (sb_engine_list_find (list, "a"));
  g_autoptr(SbEngine) third = g_object_ref (sb_engine_list_find (list, "c"));
  g_autofree char *problem = NULL;

  g_assert_null (sb_engine_list_find (list, "b"));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 3);
  sb_engine_discovery_update (list, "a=tcp://a:1\nb=tcp://b:1\nc=tcp://elsewhere:1\nodd", &problem);
  g_assert_true (sb_engine_list_find (list, "a") == first);
  g_assert_nonnull (sb_engine_list_find (list, "b"));
  g_assert_true (sb_engine_list_find (list, "c") != third);
  g_assert_nonnull (sb_engine_list_find (list, "bubblewrap"));
  g_assert_nonnull (strstr (problem, "odd"));

  sb_engine_discovery_update (list, "#a=tcp://a:1", NULL);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (list)), ==, 1);
}

#define ADD(name, func) g_test_add ("/sandbox/engines/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sandbox/engines/placement", test_placement);
  g_test_add_func ("/sandbox/engines/discovery", test_discovery);
  g_test_add_func ("/sandbox/engines/update", test_update);
  ADD ("spread", test_spread);
  ADD ("chosen", test_chosen);
  ADD ("one-is-lost", test_one_is_lost);
  ADD ("all-are-lost", test_all_are_lost);
  ADD ("spare-follows-its-engine", test_spare_follows_its_engine);
  ADD ("profiles", test_profiles);

  return g_test_run ();
}
