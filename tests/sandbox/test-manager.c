/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-manager-private.h"
#include "sb-sandbox-manager.h"
#include "sb-test-backend.h"
#include "sb-test.h"

typedef struct
{
  SbTestBackend    *first;
  SbTestBackend    *second;
  SbSandboxManager *manager;
  GPtrArray        *activities; /* of "kind title ok" */
} Fixture;

static void
activity_cb (SbSandboxManager *manager,
             SbActivity       *activity,
             gpointer          user_data)
{
  Fixture *fixture = user_data;

  g_assert_cmpint (activity->end, >=, activity->start);
  g_ptr_array_add (fixture->activities, g_strdup_printf ("%s %s %s", activity->title, activity->trace_id,
                                                         activity->ok ? "ok" : "failed"));
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr(GListStore) backends = g_list_store_new (SB_TYPE_SANDBOX_BACKEND);

  fixture->first = sb_test_backend_new ("Engine");
  fixture->second = sb_test_backend_new ("bubblewrap");
  g_list_store_append (backends, fixture->first);
  g_list_store_append (backends, fixture->second);
  fixture->manager = sb_sandbox_manager_new (G_LIST_MODEL (backends));
  fixture->activities = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (fixture->manager, "activity", G_CALLBACK (activity_cb), fixture);
}

static gboolean
shut_down (SbSandboxManager  *manager,
           GError           **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_sandbox_manager_shutdown_async (manager, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_sandbox_manager_shutdown_finish (manager, result, error);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (shut_down (fixture->manager, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (sb_test_backend_get_running (fixture->first), ==, 0);
  g_assert_cmpuint (sb_test_backend_get_running (fixture->second), ==, 0);
  g_assert_finalize_object (fixture->manager);
  g_assert_finalize_object (fixture->first);
  g_assert_finalize_object (fixture->second);
  g_ptr_array_unref (fixture->activities);
}

static SbSandbox *
create (Fixture     *fixture,
        const char  *owner,
        GError     **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_sandbox_manager_create_async (fixture->manager, NULL, owner, "trace", NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_sandbox_manager_create_finish (fixture->manager, result, error);
}

static void
stop (Fixture   *fixture,
      SbSandbox *sandbox)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_sandbox_manager_stop_async (fixture->manager, sandbox, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_sandbox_manager_stop_finish (fixture->manager, result, &error));
  g_assert_no_error (error);
}

static char *
get_status (Fixture *fixture)
{
  char *status = NULL;

  g_object_get (fixture->manager, "status", &status, NULL);

  return status;
}

#define assert_status(fixture, expected) \
  G_STMT_START { \
    g_autofree char *assert_status_text = get_status (fixture); \
    g_assert_cmpstr (assert_status_text, ==, expected); \
  } G_STMT_END

static void
test_life (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbSandbox) sandbox = NULL;
  g_autoptr(SbSandbox) listed = NULL;

  assert_status (fixture, "Looking for a way to start sandboxes…");
  sandbox = create (fixture, "me", &error);
  g_assert_no_error (error);
  assert_status (fixture, "Engine — 1 sandbox");
  g_assert_cmpint (sb_sandbox_get_state (sandbox), ==, SB_SANDBOX_STATE_READY);
  g_assert_cmpstr (sb_sandbox_get_owner (sandbox), ==, "me");
  g_assert_cmpstr (sb_sandbox_get_backend_label (sandbox), ==, "Engine");
  g_assert_nonnull (sb_sandbox_get_channel (sandbox));
  g_assert_cmpuint (sb_sandbox_get_facts (sandbox)->len, ==, 1);
  listed = g_list_model_get_item (G_LIST_MODEL (fixture->manager), 0);
  g_assert_true (listed == sandbox);
  g_assert_cmpuint (fixture->activities->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (fixture->activities, 0), ==, "start sandbox trace ok");

  stop (fixture, sandbox);
  g_assert_cmpint (sb_sandbox_get_state (sandbox), ==, SB_SANDBOX_STATE_STOPPED);
  g_assert_null (sb_sandbox_get_channel (sandbox));
  g_assert_null (sb_sandbox_get_message (sandbox));
  g_assert_cmpuint (sb_test_backend_get_running (fixture->first), ==, 0);
  assert_status (fixture, "Engine — no sandbox");
  stop (fixture, sandbox);
}

static void
test_lookup (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(SbSandbox) mine = create (fixture, "me", NULL);
  g_autoptr(SbSandbox) yours = create (fixture, "you", NULL);
  g_autofree char *prefix = g_strndup (sb_sandbox_get_id (mine), 8);
  g_autoptr(GError) error = NULL;

  g_assert_true (sb_sandbox_manager_lookup (fixture->manager, sb_sandbox_get_id (mine), NULL) == mine);
  g_assert_true (sb_sandbox_manager_lookup (fixture->manager, sb_sandbox_get_name (yours), NULL) == yours);
  g_assert_true (sb_sandbox_manager_lookup (fixture->manager, prefix, NULL) == mine);
  g_assert_null (sb_sandbox_manager_lookup (fixture->manager, "sb-", NULL));
  g_assert_null (sb_sandbox_manager_lookup (fixture->manager, "", NULL));
  g_assert_null (sb_sandbox_manager_lookup (fixture->manager, "no-such", &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_NOT_FOUND);
  g_assert_true (sb_sandbox_manager_find_newest (fixture->manager, "me") == mine);
  g_assert_null (sb_sandbox_manager_find_newest (fixture->manager, NULL));
  stop (fixture, mine);
  g_assert_null (sb_sandbox_manager_find_newest (fixture->manager, "me"));
}

static void
test_fallback (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr(SbSandbox) sandbox = NULL;

  sb_test_backend_set_available (fixture->first, FALSE);
  sandbox = create (fixture, NULL, NULL);
  g_assert_cmpstr (sb_sandbox_get_backend_label (sandbox), ==, "bubblewrap");
  assert_status (fixture, "bubblewrap — no engine answers — 1 sandbox");
}

static void
test_nothing_available (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbSandbox) sandbox = NULL;
  g_autofree char *status = NULL;

  sb_test_backend_set_available (fixture->first, FALSE);
  sb_test_backend_set_available (fixture->second, FALSE);
  g_assert_null (create (fixture, NULL, &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE);
  g_assert_nonnull (strstr (error->message, "Engine: It is switched off."));
  status = get_status (fixture);
  g_assert_cmpstr (status, ==, error->message);

  /* It comes back, and is found without being asked to look. */
  sb_test_backend_set_available (fixture->first, TRUE);
  sandbox = create (fixture, NULL, NULL);
  g_assert_nonnull (sandbox);
}

static void
test_engine_restarted (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr(SbSandbox) before = create (fixture, NULL, NULL);
  g_autoptr(SbSandbox) after = NULL;

  sb_test_backend_set_available (fixture->first, FALSE);
  after = create (fixture, NULL, NULL);
  g_assert_cmpstr (sb_sandbox_get_backend_label (after), ==, "bubblewrap");
  g_assert_cmpint (sb_sandbox_get_state (before), ==, SB_SANDBOX_STATE_READY);
}

static void
test_lost (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(SbSandbox) sandbox = create (fixture, NULL, NULL);

  sb_test_backend_set_available (fixture->first, FALSE);
  sb_test_backend_kill_all (fixture->first);
  sb_test_wait_until (sb_sandbox_get_state (sandbox) == SB_SANDBOX_STATE_LOST);
  g_assert_true (g_str_has_prefix (sb_sandbox_get_message (sandbox), "It was killed from outside"));
  g_assert_null (sb_sandbox_get_channel (sandbox));
  sb_test_wait_until (sb_test_backend_get_removed (fixture->first) == 1);
  sb_test_wait_until (g_strcmp0 (sb_sandbox_manager_get_backend_label (fixture->manager), "bubblewrap") == 0);
}

static void
test_limit (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbSandbox) one = NULL;
  g_autoptr(SbSandbox) two = NULL;
  g_autoptr(GError) error = NULL;

  sb_sandbox_manager_set_limit (fixture->manager, 1);
  one = create (fixture, NULL, NULL);
  g_assert_null (create (fixture, NULL, &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_LIMIT);
  stop (fixture, one);
  two = create (fixture, NULL, NULL);
  g_assert_nonnull (two);
}

static void
test_ended_ones_go (Fixture       *fixture,
                    gconstpointer  data)
{
  for (guint i = 0; i < 12; i++)
    {
      g_autoptr(SbSandbox) sandbox = create (fixture, NULL, NULL);

      stop (fixture, sandbox);
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->manager)), ==, 9);
}

static void
test_spare (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbSandbox) sandbox = NULL;

  sb_sandbox_manager_probe_async (fixture->manager, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_sandbox_manager_probe_finish (fixture->manager, result, NULL));
  assert_status (fixture, "Engine — no sandbox");
  sb_sandbox_manager_set_keep_spare (fixture->manager, TRUE);
  sb_test_wait_until (sb_sandbox_pools_has_spare (sb_sandbox_manager_get_pools (fixture->manager)));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->manager)), ==, 0);

  sandbox = create (fixture, "me", NULL);
  g_assert_cmpstr (g_ptr_array_index (fixture->activities, 0), ==, "claim spare trace ok");
  g_assert_cmpstr (sb_sandbox_get_owner (sandbox), ==, "me");
  g_assert_cmpstr (sb_sandbox_get_name (sandbox), !=, "spare");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->manager)), ==, 1);
  sb_test_wait_until (sb_test_backend_get_running (fixture->first) == 2);

  /* A spare that dies is replaced, and nobody sees it. */
  sb_test_backend_kill_all (fixture->first);
  sb_test_wait_until (sb_sandbox_get_state (sandbox) == SB_SANDBOX_STATE_LOST);
  sb_test_wait_until (sb_test_backend_get_started (fixture->first) == 3);
}

static void
count_changes_cb (guint *n_changes)
{
  (*n_changes)++;
}

static void
test_spare_ends_unseen (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr(GAsyncResult) probed = NULL;
  g_autoptr(GAsyncResult) shutdown = NULL;
  guint n_changes = 0;

  sb_sandbox_manager_set_keep_spare (fixture->manager, TRUE);
  sb_sandbox_manager_probe_async (fixture->manager, NULL, sb_test_keep_result, &probed);
  sb_test_wait_until (sb_sandbox_pools_has_spare (sb_sandbox_manager_get_pools (fixture->manager)));
  g_signal_connect_swapped (fixture->manager, "items-changed", G_CALLBACK (count_changes_cb), &n_changes);

  sb_sandbox_manager_shutdown_async (fixture->manager, sb_test_keep_result, &shutdown);
  sb_test_wait_until (shutdown != NULL);
  g_assert_true (sb_sandbox_manager_shutdown_finish (fixture->manager, shutdown, NULL));
  g_assert_cmpuint (sb_test_backend_get_running (fixture->first), ==, 0);
  g_assert_cmpuint (n_changes, ==, 0);
  g_signal_handlers_disconnect_by_data (fixture->manager, &n_changes);
}

static void
test_spare_not_for_special_wishes (Fixture       *fixture,
                                   gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbSandbox) sandbox = NULL;
  const SbSandboxSpec spec = { .memory_bytes = 64 * 1024 * 1024 };

  sb_sandbox_manager_set_keep_spare (fixture->manager, TRUE);
  sb_sandbox_manager_create_async (fixture->manager, &spec, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sandbox = sb_sandbox_manager_create_finish (fixture->manager, result, NULL);
  g_assert_cmpstr (g_ptr_array_index (fixture->activities, 0), ==, "start sandbox (null) ok");
}

static void
test_cancel_start (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbSandbox) sandbox = NULL;

  sb_test_backend_set_hanging (fixture->first, TRUE);
  sb_sandbox_manager_create_async (fixture->manager, NULL, NULL, NULL, cancellable, sb_test_keep_result, &result);
  sb_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->manager)) == 1);
  sandbox = g_list_model_get_item (G_LIST_MODEL (fixture->manager), 0);
  g_assert_cmpint (sb_sandbox_get_state (sandbox), ==, SB_SANDBOX_STATE_STARTING);
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_sandbox_manager_create_finish (fixture->manager, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (sb_sandbox_get_state (sandbox), ==, SB_SANDBOX_STATE_FAILED);
}

static void
test_shutdown_while_starting (Fixture       *fixture,
                              gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GAsyncResult) shutdown = NULL;
  g_autoptr(GAsyncResult) late = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbSandbox) ready = create (fixture, NULL, NULL);

  sb_test_backend_set_hanging (fixture->first, TRUE);
  sb_sandbox_manager_create_async (fixture->manager, NULL, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (fixture->manager)) == 2);
  sb_sandbox_manager_shutdown_async (fixture->manager, sb_test_keep_result, &shutdown);
  sb_test_wait_until (shutdown != NULL && result != NULL);
  g_assert_true (sb_sandbox_manager_shutdown_finish (fixture->manager, shutdown, NULL));
  g_assert_null (sb_sandbox_manager_create_finish (fixture->manager, result, NULL));
  g_assert_cmpint (sb_sandbox_get_state (ready), ==, SB_SANDBOX_STATE_STOPPED);

  sb_sandbox_manager_create_async (fixture->manager, NULL, NULL, NULL, NULL, sb_test_keep_result, &late);
  sb_test_wait_until (late != NULL);
  g_assert_null (sb_sandbox_manager_create_finish (fixture->manager, late, &error));
  g_assert_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_GONE);
}

#define ADD(name, func) g_test_add ("/sandbox/manager/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("life", test_life);
  ADD ("lookup", test_lookup);
  ADD ("fallback", test_fallback);
  ADD ("nothing-available", test_nothing_available);
  ADD ("engine-restarted", test_engine_restarted);
  ADD ("lost", test_lost);
  ADD ("limit", test_limit);
  ADD ("ended-ones-go", test_ended_ones_go);
  ADD ("spare", test_spare);
  ADD ("spare-ends-unseen", test_spare_ends_unseen);
  ADD ("spare-not-for-special-wishes", test_spare_not_for_special_wishes);
  ADD ("cancel-start", test_cancel_start);
  ADD ("shutdown-while-starting", test_shutdown_while_starting);

  return g_test_run ();
}
