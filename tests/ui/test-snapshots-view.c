/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-page-fixture.h"
#include "sb-sandbox-removal.h"
#include "sb-sandbox-snapshots.h"
#include "sb-shell.h"
#include "sb-snapshot-row.h"
#include "sb-snapshots-view.h"

static SbSnapshotStore *
show (SbPageFixture *fixture)
{
  g_autofree char *folder = sb_test_make_dir ();
  g_autoptr(SbSnapshotStore) store = sb_snapshot_store_new (folder);

  /* The store of the fixture's manager, before the view looks for it. */
  sb_sandbox_manager_set_snapshots (fixture->manager, store);
  gtk_widget_set_visible (fixture->page, FALSE);
  sb_snapshots_view_set_manager (SB_SNAPSHOTS_VIEW (fixture->page), fixture->manager);
  gtk_widget_set_visible (fixture->page, TRUE);
  sb_page_fixture_show (fixture);

  return sb_sandbox_manager_get_snapshots (fixture->manager);
}

static guint
count (SbSnapshotStore *store)
{
  return g_list_model_get_n_items (G_LIST_MODEL (store));
}

static void
take (SbPageFixture   *fixture,
      SbSnapshotStore *store,
      const char      *name)
{
  guint before = count (store);

  gtk_editable_set_text (GTK_EDITABLE (sb_page_fixture_find (fixture->page, GTK_TYPE_ENTRY)), name);
  gtk_widget_activate_action (fixture->page, "snapshots.take", NULL);
  sb_test_wait_until (count (store) == before + 1);
}

static void
clear (SbSnapshotStore *store)
{
  while (count (store) > 0)
    {
      g_autoptr(SbSnapshot) snapshot = g_list_model_get_item (G_LIST_MODEL (store), 0);

      g_assert_true (sb_snapshot_store_remove (store, snapshot, NULL));
    }
}

static void
keep_sandbox_cb (SbSnapshotsView  *view,
                 SbSandbox        *sandbox,
                 SbSandbox       **slot)
{
  *slot = g_object_ref (sandbox);
}

static void
test_take (SbPageFixture *fixture,
           gconstpointer  data)
{
  SbSnapshotStore *store = show (fixture);
  SbSnapshot *unnamed;

  sb_test_wait_until (sb_page_fixture_shows (fixture->page, "A snapshot keeps all files"));
  g_assert_true (sb_test_write (sb_sandbox_get_channel (fixture->sandbox), "a.txt", "one", NULL));
  take (fixture, store, "first");
  sb_test_wait_until (sb_page_fixture_shows (fixture->page, "first"));
  take (fixture, store, "");
  unnamed = g_list_model_get_item (G_LIST_MODEL (store), 0);
  g_assert_true (g_str_has_prefix (sb_snapshot_get_name (unnamed), sb_sandbox_get_name (fixture->sandbox)));
  g_object_unref (unnamed);
  clear (store);
}

/* A sandbox of its own: what happens in it is not seen in the first one. */
static void
test_fork (SbPageFixture *fixture,
           gconstpointer  data)
{
  SbSnapshotStore *store = show (fixture);
  g_autoptr(SbSandbox) other = NULL;
  g_autofree char *text = NULL;

  g_assert_true (sb_test_write (sb_sandbox_get_channel (fixture->sandbox), "a.txt", "one", NULL));
  take (fixture, store, "first");
  g_assert_true (sb_test_write (sb_sandbox_get_channel (fixture->sandbox), "a.txt", "two", NULL));
  g_signal_connect (fixture->page, "forked", G_CALLBACK (keep_sandbox_cb), &other);
  gtk_widget_activate_action (fixture->page, "snapshots.fork", "s", "first");
  sb_test_wait_until (other != NULL);
  g_assert_true (other != fixture->sandbox);
  text = sb_test_read (sb_sandbox_get_channel (other), "a.txt", NULL);
  g_assert_cmpstr (text, ==, "one");
  clear (store);
}

/* Deleted at once where nothing could offer to bring it back, and none of its bytes stay. */
static void
test_remove (SbPageFixture *fixture,
             gconstpointer  data)
{
  SbSnapshotStore *store = show (fixture);
  g_autoptr(SbSnapshot) snapshot = NULL;

  take (fixture, store, "first");
  gtk_widget_activate_action (fixture->page, "snapshots.remove", "s", "first");
  g_assert_cmpuint (count (store), ==, 0);

  take (fixture, store, "second");
  snapshot = g_object_ref (sb_snapshot_store_lookup (store, "second"));
  g_assert_true (sb_snapshot_store_set_aside (store, snapshot, NULL));
  g_assert_null (sb_snapshot_store_lookup (store, "second"));
  g_assert_true (sb_snapshot_store_take_back (store, snapshot, NULL));
  g_assert_true (sb_snapshot_store_lookup (store, "second") == snapshot);
  g_assert_true (sb_snapshot_store_set_aside (store, snapshot, NULL));
  take (fixture, store, "second");
  g_assert_false (sb_snapshot_store_take_back (store, snapshot, NULL));
  g_assert_true (sb_snapshot_store_remove (store, snapshot, NULL));
  g_assert_nonnull (sb_snapshot_store_lookup (store, "second"));
  clear (store);
}

static gboolean
prepare (SbSandboxRemoval *removal)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_sandbox_removal_prepare_async (removal, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_sandbox_removal_prepare_finish (removal, result);
}

/* Removed, and brought back in a new sandbox. */
static void
test_removal (SbPageFixture *fixture,
              gconstpointer  data)
{
  g_autoptr(SbSandboxRemoval) removal = sb_sandbox_removal_new (fixture->manager, fixture->sandbox);
  g_autoptr(GAsyncResult) removed = NULL;
  g_autoptr(GAsyncResult) restored = NULL;
  g_autoptr(SbSandbox) other = NULL;
  g_autofree char *text = NULL;

  g_assert_true (sb_test_write (sb_sandbox_get_channel (fixture->sandbox), "a.txt", "one", NULL));
  g_assert_true (prepare (removal));
  sb_sandbox_removal_run_async (removal, sb_test_keep_result, &removed);
  sb_test_wait_until (removed != NULL);
  g_assert_true (sb_sandbox_removal_run_finish (removal, removed, NULL));
  g_assert_cmpint (sb_sandbox_get_state (fixture->sandbox), ==, SB_SANDBOX_STATE_STOPPED);

  sb_sandbox_removal_restore_async (removal, sb_test_keep_result, &restored);
  sb_test_wait_until (restored != NULL);
  other = sb_sandbox_removal_restore_finish (removal, restored, NULL);
  g_assert_nonnull (other);
  text = sb_test_read (sb_sandbox_get_channel (other), "a.txt", NULL);
  g_assert_cmpstr (text, ==, "one");
}

/* What an undo could not bring back whole is not offered for one. */
static void
test_too_much (SbPageFixture *fixture,
               gconstpointer  data)
{
  g_autoptr(SbSandboxRemoval) removal = sb_sandbox_removal_new (fixture->manager, fixture->sandbox);

  sb_exec_result_free (sb_test_shell (sb_sandbox_get_channel (fixture->sandbox), "truncate -s 65M large"));
  g_assert_false (prepare (removal));
}

int
main (int   argc,
      char *argv[])
{
  gconstpointer type;

  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  type = GSIZE_TO_POINTER (SB_TYPE_SNAPSHOTS_VIEW);

  g_test_add ("/snapshots-view/take", SbPageFixture, type, sb_page_fixture_set_up, test_take,
              sb_page_fixture_tear_down);
  g_test_add ("/snapshots-view/fork", SbPageFixture, type, sb_page_fixture_set_up, test_fork,
              sb_page_fixture_tear_down);
  g_test_add ("/snapshots-view/remove", SbPageFixture, type, sb_page_fixture_set_up, test_remove,
              sb_page_fixture_tear_down);
  g_test_add ("/snapshots-view/removal", SbPageFixture, type, sb_page_fixture_set_up, test_removal,
              sb_page_fixture_tear_down);
  g_test_add ("/snapshots-view/too-much", SbPageFixture, type, sb_page_fixture_set_up, test_too_much,
              sb_page_fixture_tear_down);

  return g_test_run ();
}
