/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-approvals.h"
#include "sb-json.h"
#include "sb-sandbox-manager-private.h"
#include "sb-sandbox-server.h"
#include "sb-sandbox-snapshots.h"
#include "sb-sandbox-spec.h"
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

static const char *
get_text (SbMcpToolResult *result,
          const char      *name)
{
  return sb_json_get_string (json_node_get_object (result->structured), name);
}

static void
test_exec (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) little = NULL;

  tools_init_sandbox (fixture);
  assert_answer (fixture, "exec", "{\"command\":[\"echo\",\"$((1 + 2))\"],\"shell\":\"sh\"}", FALSE, "stdout: 3\n");
  assert_answer (fixture, "exec", "{\"command\":[\"echo\",\"$((1 + 2))\"]}", FALSE, "stdout: $((1 + 2))\n");
  assert_answer (fixture, "exec", "{\"command\":[\"x\"],\"shell\":\"-c\"}", TRUE, "name of a shell");
  little = tools_call (fixture, "exec", "{\"command\":[\"seq\",\"10000\"],\"maxOutputBytes\":400}");
  g_assert_cmpuint (strlen (little->text), <, 700);
  g_assert_nonnull (strstr (little->text, "stdout: 1\n2\n"));
  g_assert_nonnull (strstr (little->text, "9999\n10000\n"));
  g_assert_true (tools_get_boolean (little, "truncated"));
}

static void
test_run_code (Fixture       *fixture,
               gconstpointer  data)
{
  tools_init_sandbox (fixture);
  assert_answer (fixture, "runCode", "{\"language\":\"sh\",\"code\":\"x=4; echo $x; exit 3\"}", FALSE,
                 "stdout: 4\n\n\nstderr: \n\nexit code: 3");
  assert_answer (fixture, "runCode", "{\"language\":\"cobol\",\"code\":\"x\"}", TRUE, "node, python or sh");
  assert_answer (fixture, "runCode", "{\"language\":\"node\",\"code\":\"x\",\"env\":[\"PATH=/none\"]}", TRUE,
                 "There is no node");
  assert_answer (fixture, "runCode", "{\"language\":\"sh\",\"code\":\"sleep 100\",\"timeoutMs\":50}", TRUE,
                 "timed out");
}

static void
test_write (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) read = NULL;
  g_autofree char *matching = NULL;

  tools_init_sandbox (fixture);
  assert_answer (fixture, "writeFile", "{\"filename\":\"run\",\"contents\":\"#!/bin/sh\\necho ran\",\"mode\":\"755\"}",
                 FALSE, "success");
  assert_answer (fixture, "exec", "{\"command\":[\"./run\"]}", FALSE, "stdout: ran");
  assert_answer (fixture, "writeFile", "{\"filename\":\"run\",\"contents\":\"x\",\"mode\":\"4755\"}", TRUE, "“mode”");
  assert_answer (fixture, "writeFile", "{\"filename\":\"run\",\"contents\":\"x\",\"mode\":\"rwx\"}", TRUE, "“mode”");

  assert_answer (fixture, "writeFile", "{\"filename\":\"a\",\"contents\":\"one\",\"ifMatch\":\"none\"}", FALSE,
                 "success");
  assert_answer (fixture, "writeFile", "{\"filename\":\"a\",\"contents\":\"two\",\"ifMatch\":\"none\"}", TRUE, "");
  read = tools_call (fixture, "readFile", "{\"filename\":\"a\"}");
  g_assert_cmpstr (read->text, ==, "one");
  matching = g_strdup_printf ("{\"filename\":\"a\",\"contents\":\"two\",\"ifMatch\":\"%s\"}",
                              get_text (read, "hash"));
  assert_answer (fixture, "writeFile", matching, FALSE, "success");
  assert_answer (fixture, "writeFile", matching, TRUE, "");
  assert_answer (fixture, "readFile", "{\"filename\":\"a\"}", FALSE, "two");
  assert_answer (fixture, "writeFile", "{\"filename\":\"a\",\"contents\":\"x\",\"ifMatch\":\"xyz\"}", TRUE,
                 "“ifMatch”");
  assert_answer (fixture, "writeFile",
                 "{\"filename\":\"a\",\"contents\":\"x\",\"ifMatch\":\"none\",\"append\":true}", TRUE,
                 "cannot be used together");
  assert_answer (fixture, "writeFile", "{\"filename\":\"a\",\"contents\":\"!\",\"encoding\":\"base64\"}", TRUE,
                 "not base64");
}

static void
test_read (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) lines = NULL;
  g_autoptr(SbMcpToolResult) binary = NULL;
  g_autoptr(SbMcpToolResult) cut = NULL;

  tools_init_sandbox (fixture);
  assert_answer (fixture, "exec",
                 "{\"command\":\"seq 200000 > n; printf 'a\\nb' > s; printf '\\\\000\\\\001' > z\"}", FALSE,
                 "exit code: 0");
  lines = tools_call (fixture, "readFile", "{\"filename\":\"n\",\"startLine\":150000,\"endLine\":150002}");
  g_assert_cmpstr (lines->text, ==, "150000\n150001\n150002\n");
  g_assert_cmpint (tools_get_int (lines, "nextLine"), ==, 150003);
  assert_answer (fixture, "readFile", "{\"filename\":\"s\",\"startLine\":2}", FALSE, "b");
  assert_answer (fixture, "readFile", "{\"filename\":\"s\",\"startLine\":7}", FALSE, "[the file has 2 lines]");
  assert_answer (fixture, "readFile", "{\"filename\":\"s\",\"startLine\":3,\"endLine\":2}", TRUE, "endLine");
  cut = tools_call (fixture, "readFile", "{\"filename\":\"n\",\"startLine\":1,\"maxBytes\":8}");
  g_assert_true (g_str_has_prefix (cut->text, "1\n2\n3\n4\n\n[… the lines go on; read on with a startLine of 5"));
  g_assert_true (tools_get_boolean (cut, "truncated"));
  assert_answer (fixture, "readFile", "{\"filename\":\"missing\",\"startLine\":1}", TRUE, "missing");

  assert_answer (fixture, "readFile", "{\"filename\":\"z\"}", FALSE, "encoding base64");
  binary = tools_call (fixture, "readFile", "{\"filename\":\"z\",\"encoding\":\"base64\"}");
  g_assert_cmpstr (binary->text, ==, "AAE=");
}

static void
test_remove (Fixture       *fixture,
             gconstpointer  data)
{
  assert_answer (fixture, "initSandbox", "{\"name\":\"one\"}", FALSE, "name: one");
  assert_answer (fixture, "initSandbox", "{\"name\":\"two\"}", FALSE, "name: two");
  assert_answer (fixture, "stopSandbox", "{\"containerId\":\"one\"}", FALSE, "stopped");
  assert_answer (fixture, "listSandboxes", "{}", FALSE, "(one)");
  assert_answer (fixture, "removeSandbox", "{\"containerId\":\"one\"}", FALSE, "removed");
  assert_answer (fixture, "removeSandbox", "{\"containerId\":\"two\"}", FALSE, "removed");
  assert_answer (fixture, "listSandboxes", "{}", FALSE, "There are no sandboxes");
  assert_answer (fixture, "removeSandbox", "{\"containerId\":\"two\"}", TRUE, "");
  g_assert_cmpuint (sb_test_backend_get_running (fixture->backend), ==, 0);
}

static void
test_init (Fixture       *fixture,
           gconstpointer  data)
{
  static const struct
  {
    const char *arguments;
    const char *text;
  } refused[] = {
    { "{\"memoryMb\":1}", "“memoryMb” must be from 64 to 65536" },
    { "{\"diskMb\":99999999}", "“diskMb” must be from" },
    { "{\"ttlSeconds\":1}", "“ttlSeconds” must be from" },
    { "{\"idleSeconds\":1}", "“idleSeconds” must be from" },
    { "{\"cpus\":1000}", "“cpus” must be from" },
    { "{\"env\":[\"x\"]}", "NAME=value" },
    { "{\"image\":\"a b\"}", "no name of an image" },
    { "{\"image\":\"--privileged\"}", "no name of an image" },
    { "{\"image\":\"registry.example/evil:1\"}", "nobody is there to allow it" },
    { "{\"profile\":\"none\"}", "no sandbox profile" },
    { "{\"snapshot\":\"none\"}", "no snapshot" },
    { "{\"engine\":\"none\"}", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    assert_answer (fixture, "initSandbox", refused[i].arguments, TRUE, refused[i].text);
  g_assert_cmpuint (sb_test_backend_get_started (fixture->backend), ==, 0);
}

static void
test_reuse (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbMcpToolResult) first = tools_call (fixture, "initSandbox", "{\"reuse\":true}");
  g_autoptr(SbMcpToolResult) again = tools_call (fixture, "initSandbox", "{\"reuse\":true}");
  g_autoptr(SbMcpToolResult) named = tools_call (fixture, "initSandbox", "{\"reuse\":true,\"name\":\"other\"}");
  g_autoptr(SbMcpToolResult) named_again = tools_call (fixture, "initSandbox", "{\"reuse\":true,\"name\":\"other\"}");

  g_assert_false (tools_get_boolean (first, "reused"));
  g_assert_true (tools_get_boolean (again, "reused"));
  g_assert_cmpstr (get_text (first, "sandbox"), ==,
                   get_text (again, "sandbox"));
  g_assert_true (g_str_has_prefix (again->text, "started sandbox id: "));
  g_assert_false (tools_get_boolean (named, "reused"));
  g_assert_true (tools_get_boolean (named_again, "reused"));
  g_assert_cmpuint (sb_test_backend_get_started (fixture->backend), ==, 2);
}

static void
test_snapshot (Fixture       *fixture,
               gconstpointer  data)
{
  g_autofree char *folder = sb_test_make_dir ();
  g_autoptr(SbSnapshotStore) store = sb_snapshot_store_new (folder);

  sb_sandbox_manager_set_snapshots (fixture->manager, store);
  tools_init_sandbox (fixture);
  assert_answer (fixture, "writeFile", "{\"filename\":\"d/a\",\"contents\":\"kept\"}", FALSE, "success");
  assert_answer (fixture, "snapshot", "{\"name\":\"s\"}", FALSE, "snapshot: s");
  assert_answer (fixture, "initSandbox", "{\"snapshot\":\"s\"}", FALSE, "started sandbox id:");
  assert_answer (fixture, "readFile", "{\"filename\":\"d/a\"}", FALSE, "kept");
}

static void
answer_cb (SbApprovals *approvals,
           guint        position,
           guint        removed,
           guint        added,
           gpointer     user_data)
{
  g_autoptr(SbApproval) approval = g_list_model_get_item (G_LIST_MODEL (approvals), position);
  SbApprovalState *answer = user_data;

  if (added == 0)
    return;
  g_assert_cmpstr (sb_approval_get_kind (approval), ==, "image");
  g_assert_cmpstr (sb_approval_get_key (approval), ==, "image:registry.example/image:1");
  sb_approval_answer (approval, *answer);
}

static void
test_image (Fixture       *fixture,
            gconstpointer  data)
{
  SbApprovalState answer = SB_APPROVAL_DENIED;
  g_autoptr(SbApprovals) approvals = sb_approvals_new ();
  g_autoptr(SbMcpServer) server = sb_sandbox_server_new (fixture->manager, "me", approvals);
  g_autoptr(SbMcpClient) client = tools_new_client (server);
  g_autoptr(SbMcpToolResult) unattended = NULL;
  g_autoptr(SbMcpToolResult) denied = NULL;
  g_autoptr(SbMcpToolResult) allowed = NULL;
  const char *arguments = "{\"image\":\"registry.example/image:1\"}";

  unattended = tools_call_on (fixture, client, "initSandbox", arguments);
  g_assert_true (unattended->is_error);
  sb_approvals_set_attended (approvals, TRUE);
  g_signal_connect (approvals, "items-changed", G_CALLBACK (answer_cb), &answer);
  denied = tools_call_on (fixture, client, "initSandbox", arguments);
  g_assert_true (denied->is_error);
  g_assert_cmpuint (sb_test_backend_get_started (fixture->backend), ==, 0);
  answer = SB_APPROVAL_ALLOWED_ONCE;
  allowed = tools_call_on (fixture, client, "initSandbox", arguments);
  g_assert_false (allowed->is_error);
  g_assert_cmpuint (sb_test_backend_get_started (fixture->backend), ==, 1);
  sb_mcp_client_close (client);
}

/* What a profile shares is found by every conversation. */
static void
test_shared (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(SbMcpServer) server = sb_sandbox_server_new (fixture->manager, "you", NULL);
  g_autoptr(SbMcpClient) client = tools_new_client (server);
  g_autoptr(SbMcpToolResult) used = NULL;
  g_autoptr(SbMcpToolResult) named = NULL;
  g_autoptr(GError) error = NULL;
  GPtrArray *profiles = sb_sandbox_profiles_parse ("[{\"name\":\"ours\",\"shared\":true}]", &error);

  g_assert_no_error (error);
  sb_sandbox_manager_set_profiles (fixture->manager, profiles);
  assert_answer (fixture, "initSandbox", "{\"profile\":\"ours\",\"name\":\"common\"}", FALSE, "name: common");
  assert_answer (fixture, "writeFile", "{\"filename\":\"a\",\"contents\":\"hello\"}", FALSE, "success");
  used = tools_call_on (fixture, client, "readFile", "{\"filename\":\"a\"}");
  g_assert_cmpstr (used->text, ==, "hello");
  named = tools_call_on (fixture, client, "readFile", "{\"filename\":\"a\",\"containerId\":\"common\"}");
  g_assert_cmpstr (named->text, ==, "hello");
  sb_mcp_client_close (client);
}

/* Used for longer than it may idle, and then not at all. */
static void
test_idle (Fixture       *fixture,
           gconstpointer  data)
{
  const SbSandboxSpec spec = { .idle_seconds = 1 };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbSandbox) sandbox = NULL;

  sb_sandbox_manager_create_async (fixture->manager, &spec, "me", NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sandbox = sb_sandbox_manager_create_finish (fixture->manager, result, NULL);
  g_assert_nonnull (sandbox);
  assert_answer (fixture, "exec", "{\"command\":\"sleep 2.5; echo done\"}", FALSE, "stdout: done");
  sb_test_wait_until (sb_sandbox_get_state (sandbox) == SB_SANDBOX_STATE_STOPPED);
  g_assert_nonnull (strstr (sb_sandbox_get_message (sandbox), "Nobody used it"));
  assert_answer (fixture, "listSandboxes", "{}", FALSE, "Nobody used it");
}

#define ADD(name, func) g_test_add ("/sandbox/tool-arguments/" name, Fixture, NULL, tools_set_up, func, tools_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("exec", test_exec);
  ADD ("run-code", test_run_code);
  ADD ("write", test_write);
  ADD ("read", test_read);
  ADD ("remove", test_remove);
  ADD ("init", test_init);
  ADD ("reuse", test_reuse);
  ADD ("snapshot", test_snapshot);
  ADD ("image", test_image);
  ADD ("shared", test_shared);
  ADD ("idle", test_idle);

  return g_test_run ();
}
