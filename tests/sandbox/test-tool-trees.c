/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "sb-json.h"
#include "sb-sandbox-snapshots.h"
#include "sb-test.h"
#include "sb-test-tools.h"

/* text: a part of the answer */
static void
assert_answer (Fixture    *fixture,
               const char *tool,
               const char *arguments,
               gboolean    is_error,
               const char *text)
{
  g_autoptr(SbMcpToolResult) result = tools_call (fixture, tool, arguments);

  g_test_message ("%s %s: %s", tool, arguments, result->text);
  g_assert_true (result->is_error == is_error);
  g_assert_nonnull (strstr (result->text, text));
}

static void
test_search (Fixture       *fixture,
             gconstpointer  data)
{
  tools_init_sandbox (fixture);
  assert_answer (fixture, "exec", "{\"command\":\"mkdir src; echo 'the needle' > src/a.c; echo x > b.txt\"}", FALSE,
                 "exit code: 0");
  assert_answer (fixture, "searchFiles", "{\"text\":\"needle\"}", FALSE, "src/a.c:1: the needle");
  assert_answer (fixture, "searchFiles", "{\"name\":\"*.txt\"}", FALSE, "b.txt");
  assert_answer (fixture, "exec", "{\"command\":\"printf needle2 > \\\"$(printf 'b.txt\\\\nc.txt')\\\"\"}", FALSE,
                 "exit code: 0");
  assert_answer (fixture, "searchFiles", "{\"name\":\"*c.txt\"}", FALSE, "b.txt\\nc.txt\n");
  assert_answer (fixture, "searchFiles", "{\"text\":\"needle2\"}", FALSE, "b.txt\\nc.txt:1: needle2\n");
  assert_answer (fixture, "searchFiles", "{\"text\":\"none\"}", FALSE, "Nothing was found");
  assert_answer (fixture, "searchFiles", "{}", TRUE, "Give text");
  assert_answer (fixture, "searchFiles", "{\"text\":\"x\",\"path\":\"/etc\"}", TRUE, "outside the workspace");
}

static void
test_patch (Fixture       *fixture,
            gconstpointer  data)
{
  tools_init_sandbox (fixture);
  assert_answer (fixture, "exec", "{\"command\":\"printf 'one\\\\ntwo\\\\n' > a; printf 'x\\\\n' > b\"}", FALSE,
                 "exit code: 0");
  assert_answer (fixture, "applyPatch",
                 "{\"patch\":\"--- a/a\\n+++ b/a\\n@@ -1,2 +1,2 @@\\n-one\\n+ONE\\n two\\n"
                 "--- /dev/null\\n+++ b/c\\n@@ -0,0 +1 @@\\n+new\\n--- a/b\\n+++ /dev/null\\n@@ -1 +0,0 @@\\n-x\\n\"}",
                 FALSE, "c (created)");
  assert_answer (fixture, "exec", "{\"command\":\"cat a c; ls\"}", FALSE, "stdout: ONE\ntwo\nnew\na\nc\n");

  /* The second file does not fit: the first one stays too. */
  assert_answer (fixture, "applyPatch",
                 "{\"patch\":\"--- a/a\\n+++ b/a\\n@@ -1 +1 @@\\n-ONE\\n+1\\n"
                 "--- a/c\\n+++ b/c\\n@@ -1 +1 @@\\n-old\\n+x\\n\"}",
                 TRUE, "Hunk 1 of “c” (line 1) does not match the file. Nothing was changed.");
  assert_answer (fixture, "readFile", "{\"filename\":\"a\"}", FALSE, "ONE");
  assert_answer (fixture, "applyPatch", "{\"patch\":\"hello\"}", TRUE, "Line 1 of the patch");
  assert_answer (fixture, "applyPatch", "{\"patch\":\"--- ../x\\n+++ ../x\\n@@ -1 +1 @@\\n-a\\n+b\\n\"}", TRUE,
                 "outside the workspace");
}

/* A patch for “a”, very many new files, and one that cannot be made: something is there, but leads nowhere. */
static char *
build_failing_patch (void)
{
  g_autoptr(GString) patch = g_string_new ("--- a/a\\n+++ b/a\\n@@ -1 +1 @@\\n-one\\n+ONE\\n");

  for (guint i = 0; i < 90; i++)
    g_string_append_printf (patch, "--- /dev/null\\n+++ b/many/%u\\n@@ -0,0 +1 @@\\n+new\\n", i);
  g_string_append (patch, "--- /dev/null\\n+++ b/dangling\\n@@ -0,0 +1 @@\\n+new\\n");

  return g_strdup_printf ("{\"patch\":\"%s\"}", patch->str);
}

/* A program that writes into a patched file before all is put back: its file stays. Whoever comes first, nothing is
 * lost. */
static void
test_patch_undone (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autofree char *arguments = build_failing_patch ();
  gboolean in_between = FALSE;

  tools_init_sandbox (fixture);
  assert_answer (fixture, "exec", "{\"command\":\"echo one > a; mkdir many; ln -s nowhere dangling\"}", FALSE,
                 "exit code: 0");
  assert_answer (fixture, "applyPatch", arguments, TRUE, "“dangling”");
  assert_answer (fixture, "exec", "{\"command\":\"cat a; ls many\"}", FALSE, "stdout: one\n");

  for (guint i = 0; i < 20 && !in_between; i++)
    {
      g_autoptr(SbMcpToolResult) patched = NULL;
      g_autoptr(SbMcpToolResult) seen = NULL;

      assert_answer (fixture, "exec", "{\"command\":\"touch ready; while [ ! -e over ] && read x < a && "
                     "[ \\\"$x\\\" = one ]; do :; done; [ -e over ] || echo mine > a; touch ended\","
                     "\"background\":true}", FALSE, "process id");
      assert_answer (fixture, "exec", "{\"command\":\"while [ ! -e ready ]; do sleep 0.01; done\"}", FALSE, "code: 0");
      patched = tools_call (fixture, "applyPatch", arguments);
      seen = tools_call (fixture, "exec", "{\"command\":\"touch over; while [ ! -e ended ]; do sleep 0.01; done; "
                         "cat a; ls many; rm ready over ended\"}");
      in_between = strstr (patched->text, "“a” was changed by somebody else") != NULL;
      if (in_between)
        g_assert_nonnull (strstr (seen->text, "stdout: mine\n"));
      else
        g_assert_nonnull (strstr (patched->text, "Nothing was changed."));
      if (strstr (seen->text, "stdout: mine\n") == NULL)
        g_assert_nonnull (strstr (seen->text, "stdout: one\n"));
      assert_answer (fixture, "exec", "{\"command\":\"echo one > a\"}", FALSE, "code: 0");
    }
  g_test_message ("the program was %s", in_between ? "in between" : "never in between");
}

/* A restore that breaks off has changed nothing, and so the files of the snapshot were never there. */
static void
test_failed_restore (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autofree char *folder = sb_test_make_dir ();
  g_autofree char *path = g_build_filename (folder, "first.sbtree", NULL);
  g_autoptr(SbSnapshotStore) store = sb_snapshot_store_new (folder);
  g_autoptr(GMappedFile) file = NULL;
  g_autoptr(GBytes) whole = NULL;
  g_autoptr(GBytes) torn = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  SbSandbox *other = NULL;

  sb_sandbox_manager_set_snapshots (fixture->manager, store);
  tools_init_sandbox (fixture);
  assert_answer (fixture, "writeFile", "{\"filename\":\"d/a\",\"contents\":\"text\"}", FALSE, "success");
  assert_answer (fixture, "snapshot", "{\"name\":\"first\"}", FALSE, "snapshot: first");
  file = g_mapped_file_new (path, FALSE, NULL);
  whole = g_mapped_file_get_bytes (file);
  torn = g_bytes_new_from_bytes (whole, 0, g_bytes_get_size (whole) - 1);

  assert_answer (fixture, "initSandbox", "{\"name\":\"other\"}", FALSE, "started");
  other = sb_sandbox_manager_lookup (fixture->manager, "other", NULL);
  sb_sandbox_restore_async (other, torn, TRUE, NULL, sb_test_keep_result, &result);
  g_assert_nonnull (sb_change_log_get_newest (sb_sandbox_get_change_log (other), "d/a"));
  sb_test_wait_until (result != NULL);
  g_assert_false (sb_sandbox_restore_finish (other, result, &error));
  g_assert_null (sb_change_log_get_newest (sb_sandbox_get_change_log (other), "d/a"));
}

static void
test_snapshots (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *folder = sb_test_make_dir ();
  g_autofree char *path = g_build_filename (folder, "first.sbtree", NULL);
  g_autoptr(SbSnapshotStore) store = sb_snapshot_store_new (folder);
  g_autoptr(SbSnapshotStore) again = NULL;
  struct stat info;

  sb_sandbox_manager_set_snapshots (fixture->manager, store);
  tools_init_sandbox (fixture);
  assert_answer (fixture, "listSnapshots", "{}", FALSE, "There are no snapshots");
  assert_answer (fixture, "writeFile", "{\"filename\":\"d/a\",\"contents\":\"before\"}", FALSE, "success");
  assert_answer (fixture, "snapshot", "{\"name\":\"first\"}", FALSE, "snapshot: first\n1 files");
  assert_answer (fixture, "snapshot", "{\"name\":\"first\"}", TRUE, "already");
  assert_answer (fixture, "snapshot", "{\"name\":\"../x\"}", TRUE, "name has up to");
  g_assert_cmpint (stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);

  assert_answer (fixture, "writeFile", "{\"filename\":\"d/a\",\"contents\":\"after\"}", FALSE, "success");
  assert_answer (fixture, "writeFile", "{\"filename\":\"b\",\"contents\":\"after\"}", FALSE, "success");
  assert_answer (fixture, "fork", "{}", FALSE, "started sandbox id: sb-");
  assert_answer (fixture, "restore", "{\"snapshot\":\"first\"}", FALSE, "restored");
  assert_answer (fixture, "exec", "{\"command\":\"cat d/a; ls\"}", FALSE, "stdout: befored\n");
  assert_answer (fixture, "restore", "{\"snapshot\":\"none\"}", TRUE, "There is no snapshot");

  /* They are there after a restart. */
  again = sb_snapshot_store_new (folder);
  g_assert_nonnull (sb_snapshot_store_lookup (again, "first"));
  g_assert_true (sb_snapshot_store_remove (again, sb_snapshot_store_lookup (again, "first"), NULL));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (again)), ==, 0);
  g_assert_cmpint (g_access (path, F_OK), !=, 0);
}

/* Two clients of one server: neither moves the other one's sandbox. */
static void
test_select (Fixture       *fixture,
             gconstpointer  data)
{
  SbMcpClient *other = tools_new_client (fixture->server);
  g_autoptr(SbMcpToolResult) first = tools_call (fixture, "initSandbox", "{\"name\":\"first\"}");
  g_autoptr(SbMcpToolResult) second = tools_call_on (fixture, other, "initSandbox", "{\"name\":\"second\"}");
  g_autoptr(SbMcpToolResult) selected = NULL;

  assert_answer (fixture, "inspectSandbox", "{}", FALSE, "(first)");
  assert_answer (fixture, "selectSandbox", "{\"containerId\":\"second\"}", FALSE, "selected");
  assert_answer (fixture, "inspectSandbox", "{}", FALSE, "(second)");
  assert_answer (fixture, "selectSandbox", "{\"containerId\":\"none\"}", TRUE, "listSandboxes");
  selected = tools_call_on (fixture, other, "inspectSandbox", "{\"containerId\":\"first\"}");
  g_assert_false (selected->is_error);
  assert_answer (fixture, "sandboxMetrics", "{}", FALSE, "memory: ");
  sb_mcp_client_close (other);
  sb_test_wait_until (sb_mcp_server_get_n_sessions (fixture->server) == 1);
  g_assert_finalize_object (other);
}

static void
test_artifact (Fixture       *fixture,
               gconstpointer  data)
{
  tools_init_sandbox (fixture);
  assert_answer (fixture, "exec", "{\"command\":\"printf '\\\\211PNG\\\\r\\\\n\\\\032\\\\n' > a; "
                 "truncate -s 2M b\"}", FALSE, "exit code: 0");
  assert_answer (fixture, "getArtifact", "{\"path\":\"a\"}", FALSE, "image/png");
  assert_answer (fixture, "getArtifact", "{\"path\":\"b\"}", TRUE, "larger than 1 MiB");
  assert_answer (fixture, "getArtifact", "{\"path\":\"/etc/passwd\"}", TRUE, "outside the workspace");
}

#define ADD(name, func) g_test_add ("/sandbox/tool-trees/" name, Fixture, NULL, tools_set_up, func, tools_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("search", test_search);
  ADD ("patch", test_patch);
  ADD ("patch-undone", test_patch_undone);
  ADD ("failed-restore", test_failed_restore);
  ADD ("snapshots", test_snapshots);
  ADD ("select", test_select);
  ADD ("artifact", test_artifact);

  return g_test_run ();
}
