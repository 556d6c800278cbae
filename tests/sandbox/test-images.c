/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-fake-engine.h"
#include "sb-sandbox-manager.h"
#include "sb-test-backend.h"
#include "sb-test.h"

#include <string.h>

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define STEP "{\"stream\":\"Step 1/2 : FROM debian\\n\"}\r\n"
#define BUILT OK STEP "{\"stream\":\"Successfully built 0123\\n\"}\r\n"
#define FAILED OK STEP "{\"error\":\"no registry answers\"}\r\n"

/* An engine whose image is missing, and something to use in its place that is off at first. */
typedef struct
{
  SbFakeEngine     *fake;
  SbTestBackend    *engine;
  SbTestBackend    *other;
  SbEngineList     *engines;
  SbSandboxManager *manager;
  SbImageSupplies  *supplies; /* borrowed */
  SbApprovals      *approvals;
} Fixture;

static SbTestBackend *
add (SbEngineList *engines,
     const char   *id,
     guint         tier)
{
  SbTestBackend *backend = sb_test_backend_new (id);
  g_autoptr(SbEngine) engine = sb_engine_new (SB_SANDBOX_BACKEND (backend), id, tier);

  sb_engine_list_add (engines, engine);

  return backend;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->fake = sb_fake_engine_new ();
  sb_fake_engine_set_answer (fixture->fake, BUILT, -1, 0, TRUE);
  fixture->engines = sb_engine_list_new ();
  fixture->engine = add (fixture->engines, "engine", 0);
  fixture->other = add (fixture->engines, "other", 5);
  sb_test_backend_lose_image (fixture->engine, sb_fake_engine_get_host (fixture->fake));
  sb_test_backend_set_available (fixture->other, FALSE);
  fixture->manager = sb_sandbox_manager_new_for_engines (fixture->engines);
  fixture->supplies = sb_sandbox_manager_get_supplies (fixture->manager);
  fixture->approvals = sb_approvals_new ();
  sb_approvals_set_attended (fixture->approvals, TRUE);
  sb_image_supplies_set_approvals (fixture->supplies, fixture->approvals);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_sandbox_manager_shutdown_async (fixture->manager, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_clear_object (&result);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->manager);
  g_assert_finalize_object (fixture->engines);
  g_assert_finalize_object (fixture->engine);
  g_assert_finalize_object (fixture->other);
  g_assert_finalize_object (fixture->approvals);
  sb_fake_engine_free (fixture->fake);
}

static void
begin (Fixture       *fixture,
       const char    *image,
       GCancellable  *cancellable,
       GAsyncResult **result)
{
  const SbSandboxSpec spec = { .image = (char *) image };

  sb_sandbox_manager_create_async (fixture->manager, &spec, NULL, "t1", cancellable, sb_test_keep_result,
                                   result);
}

static void
assert_created (Fixture       *fixture,
                GAsyncResult **result,
                const char    *label)
{
  g_autoptr(SbSandbox) sandbox = NULL;
  g_autoptr(GError) error = NULL;

  sb_test_wait_until (*result != NULL);
  sandbox = sb_sandbox_manager_create_finish (fixture->manager, *result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (sb_sandbox_get_backend_label (sandbox), ==, label);
  g_clear_object (result);
}

static void
assert_failed (Fixture       *fixture,
               GAsyncResult **result,
               const char    *text)
{
  g_autoptr(SbSandbox) sandbox = NULL;
  g_autoptr(GError) error = NULL;

  sb_test_wait_until (*result != NULL);
  sandbox = sb_sandbox_manager_create_finish (fixture->manager, *result, &error);
  g_assert_null (sandbox);
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_IMAGE);
  g_assert_nonnull (strstr (error->message, text));
  g_clear_object (result);
}

#define assert_cancelled(fixture, result) G_STMT_START { \
  g_autoptr(GError) error = NULL; \
  sb_test_wait_until (result != NULL); \
  g_assert_null (sb_sandbox_manager_create_finish ((fixture)->manager, result, &error)); \
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED); \
} G_STMT_END

static guint
count (gpointer model)
{
  return g_list_model_get_n_items (G_LIST_MODEL (model));
}

static void
answer (Fixture         *fixture,
        SbApprovalState  state)
{
  g_autoptr(SbApproval) approval = NULL;

  sb_test_wait_until (count (fixture->approvals) > 0);
  approval = g_list_model_get_item (G_LIST_MODEL (fixture->approvals), 0);
  g_assert_cmpstr (sb_approval_get_kind (approval), ==, "image");
  sb_approval_answer (approval, state);
}

static SbImageSupply *
get_supply (Fixture *fixture)
{
  g_autoptr(SbImageSupply) supply = g_list_model_get_item (G_LIST_MODEL (fixture->supplies), 0);

  return supply;
}

static void
test_waits (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(GAsyncResult) first = NULL;
  g_autoptr(GAsyncResult) second = NULL;
  g_autofree char *status = NULL;

  begin (fixture, NULL, NULL, &first);
  begin (fixture, NULL, NULL, &second);
  sb_test_wait_until (count (fixture->approvals) > 0);
  g_object_get (fixture->manager, "status", &status, NULL);
  g_assert_cmpstr (status, ==, "engine waits for your answer about its image");
  g_assert_cmpuint (sb_fake_engine_get_n_requests (fixture->fake), ==, 0);
  answer (fixture, SB_APPROVAL_ALLOWED_ONCE);

  assert_created (fixture, &first, "engine");
  assert_created (fixture, &second, "engine");
  g_assert_cmpuint (sb_fake_engine_get_n_requests (fixture->fake), ==, 1);
  g_assert_cmpuint (count (fixture->approvals), ==, 0);
  g_assert_cmpuint (count (fixture->supplies), ==, 0);
}

static void
test_meanwhile (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autofree char *status = NULL;

  sb_test_backend_set_available (fixture->other, TRUE);
  begin (fixture, NULL, NULL, &result);
  assert_created (fixture, &result, "other");
  begin (fixture, NULL, NULL, &result);
  assert_created (fixture, &result, "other");
  g_assert_cmpuint (count (fixture->approvals), ==, 1);
  g_object_get (fixture->manager, "status", &status, NULL);
  g_assert_nonnull (strstr (status, "other"));
  g_assert_nonnull (strstr (status, "engine waits for your answer"));

  answer (fixture, SB_APPROVAL_ALLOWED_ONCE);
  sb_test_wait_until (count (fixture->supplies) == 0);
  begin (fixture, NULL, NULL, &result);
  assert_created (fixture, &result, "engine");
}

static void
test_denied (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbEngine) engine = g_list_model_get_item (G_LIST_MODEL (fixture->engines), 0);

  begin (fixture, NULL, NULL, &result);
  answer (fixture, SB_APPROVAL_DENIED);
  assert_failed (fixture, &result, "you did not allow");
  g_assert_cmpint (sb_image_supply_get_state (get_supply (fixture)), ==, SB_IMAGE_SUPPLY_DENIED);

  /* Nobody is asked twice, but may think again. */
  begin (fixture, NULL, NULL, &result);
  assert_failed (fixture, &result, "you did not allow");
  g_assert_cmpuint (count (fixture->approvals), ==, 0);
  sb_image_supplies_make (fixture->supplies, engine, NULL);
  sb_test_wait_until (count (fixture->supplies) == 0);
  begin (fixture, NULL, NULL, &result);
  assert_created (fixture, &result, "engine");
}

static void
test_unattended (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_approvals_set_attended (fixture->approvals, FALSE);
  begin (fixture, NULL, NULL, &result);
  assert_failed (fixture, &result, "nobody is there");
  g_assert_cmpuint (sb_fake_engine_get_n_requests (fixture->fake), ==, 0);

  sb_approvals_set_attended (fixture->approvals, TRUE);
  begin (fixture, NULL, NULL, &result);
  answer (fixture, SB_APPROVAL_ALLOWED_ONCE);
  assert_created (fixture, &result, "engine");
}

static void
test_cancelled (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr(GCancellable) first = g_cancellable_new ();
  g_autoptr(GCancellable) second = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GAsyncResult) other = NULL;

  /* While the question stands. */
  begin (fixture, NULL, first, &result);
  sb_test_wait_until (count (fixture->approvals) > 0);
  g_cancellable_cancel (first);
  assert_cancelled (fixture, result);
  sb_test_wait_until (count (fixture->supplies) == 0);
  g_assert_cmpuint (count (fixture->approvals), ==, 0);

  /* While the engine works, which it does until the last one leaves. */
  g_clear_object (&result);
  g_cancellable_reset (first);
  sb_fake_engine_set_answer (fixture->fake, NULL, 0, 0, FALSE);
  begin (fixture, NULL, first, &result);
  begin (fixture, NULL, second, &other);
  answer (fixture, SB_APPROVAL_ALLOWED_ONCE);
  sb_test_wait_until (sb_fake_engine_get_n_requests (fixture->fake) == 1);
  g_cancellable_cancel (first);
  assert_cancelled (fixture, result);
  g_assert_cmpuint (count (fixture->supplies), ==, 1);
  g_cancellable_cancel (second);
  assert_cancelled (fixture, other);
  sb_test_wait_until (count (fixture->supplies) == 0);
}

/* By its own button: those who wait are told. */
static void
test_given_up (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_fake_engine_set_answer (fixture->fake, NULL, 0, 0, FALSE);
  begin (fixture, NULL, NULL, &result);
  answer (fixture, SB_APPROVAL_ALLOWED_ONCE);
  sb_test_wait_until (sb_fake_engine_get_n_requests (fixture->fake) == 1);
  sb_image_supply_cancel (get_supply (fixture));
  assert_cancelled (fixture, result);
  g_assert_cmpuint (count (fixture->supplies), ==, 0);
}

static void
test_fails (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_fake_engine_set_answer (fixture->fake, FAILED, -1, 0, TRUE);
  begin (fixture, NULL, NULL, &result);
  answer (fixture, SB_APPROVAL_ALLOWED_ONCE);
  assert_failed (fixture, &result, "no registry answers");
  g_assert_nonnull (strstr (sb_image_supply_get_problem (get_supply (fixture)), "scripts/build-image"));
  g_assert_nonnull (strstr (sb_image_supply_get_log (get_supply (fixture)), "Step 1/2"));

  /* The user has said yes already. */
  sb_fake_engine_set_answer (fixture->fake, BUILT, -1, 0, TRUE);
  begin (fixture, NULL, NULL, &result);
  assert_created (fixture, &result, "engine");
  g_assert_cmpuint (count (fixture->supplies), ==, 0);
}

/* One that is named was allowed by whoever named it. */
static void
test_named (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_test_backend_lose_image (fixture->engine, NULL);
  begin (fixture, NULL, NULL, &result);
  assert_created (fixture, &result, "engine");

  sb_test_backend_lose_image (fixture->engine, sb_fake_engine_get_host (fixture->fake));
  begin (fixture, "me/other:2", NULL, &result);
  assert_created (fixture, &result, "engine");
  g_assert_nonnull (strstr (sb_fake_engine_get_request (fixture->fake), "fromImage=me%2Fother%3A2"));
  g_assert_cmpuint (count (fixture->approvals), ==, 0);
}

/* It was there when the program began, and then removed: asked for as if it had never been. */
static void
test_removed (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_test_backend_lose_image (fixture->engine, NULL);
  begin (fixture, NULL, NULL, &result);
  assert_created (fixture, &result, "engine");

  sb_test_backend_lose_image (fixture->engine, sb_fake_engine_get_host (fixture->fake));
  begin (fixture, NULL, NULL, &result);
  answer (fixture, SB_APPROVAL_ALLOWED_ONCE);
  assert_created (fixture, &result, "engine");
}

/* The end of the program ends what it waits for. */
static void
test_closed (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GAsyncResult) ended = NULL;

  begin (fixture, NULL, NULL, &result);
  sb_test_wait_until (count (fixture->approvals) > 0);
  sb_sandbox_manager_shutdown_async (fixture->manager, sb_test_keep_result, &ended);
  assert_cancelled (fixture, result);
  sb_test_wait_until (ended != NULL);
}

#define ADD(name, func) g_test_add ("/images/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("waits", test_waits);
  ADD ("meanwhile", test_meanwhile);
  ADD ("denied", test_denied);
  ADD ("unattended", test_unattended);
  ADD ("cancelled", test_cancelled);
  ADD ("given-up", test_given_up);
  ADD ("fails", test_fails);
  ADD ("named", test_named);
  ADD ("removed", test_removed);
  ADD ("closed", test_closed);

  return g_test_run ();
}
