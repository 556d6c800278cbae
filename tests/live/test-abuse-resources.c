/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-abuse.h"
#include "sb-json.h"

#define MIB (1024 * 1024)
#define MAX_RESULT (80 * 1024) /* of text, whatever a command writes to its two streams */

static void
fork_bomb (SbAbuse *self)
{
  g_autoptr(SbMcpToolResult) result = sb_abuse_exec (self, "b() { b | b & }; b 2> /dev/null; sleep 1000", 500);

  g_assert_true (sb_abuse_is (result, "timedOut") || sb_abuse_get_int (result, "exitCode") != 0);
  sb_test_wait_until (sb_abuse_count (self) == 0);
}

static void
hog_memory (SbAbuse *self)
{
  g_autoptr(SbMcpToolResult) result =
    sb_abuse_exec (self, "exec node -e 'const a = []; for (;;) a.push (Buffer.alloc (1e7, 1))'", 30000);

  /* Where there is no control group, each process has a limit of its own, and the program is told. */
  if (!sb_abuse_is (result, "oom") && !sb_abuse_is_docker (self))
    {
      g_assert_cmpint (sb_abuse_get_int (result, "exitCode"), !=, 0);
      g_assert_nonnull (strstr (result->text, "allocation failed"));
      return;
    }

  g_assert_true (sb_abuse_is (result, "oom"));
  g_assert_cmpint (sb_abuse_get_int (result, "exitCode"), ==, 137);
  g_assert_nonnull (strstr (result->text, "used more memory than the sandbox has"));
}

/* Either the file system is full, or memory is; neither is the host's. */
static void
fill_temporary (SbAbuse *self)
{
  static const char * const places[] = { "/tmp", "/dev/shm" };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *script = g_strdup_printf ("dd if=/dev/zero of=%s/x bs=1M count=2000; rc=$?; rm %s/x; exit $rc",
                                                 places[i], places[i]);
      g_autoptr(SbMcpToolResult) result = sb_abuse_exec (self, script, 30000);

      g_assert_cmpint (sb_abuse_get_int (result, "exitCode"), !=, 0);
    }
}

static void
fill_workspace (SbAbuse *self)
{
  g_autofree char *sparse = sb_abuse_shell (self, "truncate -s 1T sparse 2>&1; dd if=/dev/zero of=big bs=1M 2>&1");
  g_autofree char *many = NULL;

  g_assert_nonnull (strstr (sparse, "No space left on device"));
  sb_abuse_expect (self, "writeFile", "{\"filename\":\"more\",\"contents\":\"xxxxxxxxxxxxxxxx\"}", TRUE, "is full");
  sb_abuse_expect (self, "listFiles", "{}", FALSE, "big");
  sb_abuse_expect (self, "statFile", "{\"path\":\"big\"}", FALSE, "big");
  many = sb_abuse_shell (self, "rm big sparse; mkdir many; cd many; "
                         "node -e 'const fs = require (\"fs\"); let n = 0; try { for (; n < 30000; n++)"
                         " fs.writeFileSync (\"f\" + n, \"x\"); } catch (e) { console.log (e.code); }'");
  sb_abuse_expect (self, "listFiles", "{\"path\":\"many\"}", FALSE, "f1");
  sb_abuse_expect (self, "deleteFile", "{\"path\":\"many\",\"recursive\":true}", FALSE, "deleted");
  sb_abuse_expect (self, "writeFile", "{\"filename\":\"more\",\"contents\":\"x\"}", FALSE, "success");
}

static void
flood_output (SbAbuse *self)
{
  static const char * const scripts[] = { "exec yes", "exec cat /dev/urandom", "yes >&2 & exec yes" };

  for (gsize i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr(SbMcpToolResult) result = sb_abuse_exec (self, scripts[i], 60000);

      g_assert_true (sb_abuse_is (result, "outputLimit"));
      g_assert_true (sb_abuse_is (result, "truncated"));
      g_assert_cmpint (sb_abuse_get_int (result, "stdoutBytes") + sb_abuse_get_int (result, "stderrBytes"), >,
                       200 * MIB);
      g_assert_cmpuint (strlen (result->text), <, MAX_RESULT);
    }
}

static void
write_long_line (SbAbuse *self)
{
  g_autoptr(SbMcpToolResult) result = sb_abuse_exec (self, "head -c 100000000 /dev/zero | tr '\\0' x", 60000);

  g_assert_cmpint (sb_abuse_get_int (result, "stdoutBytes"), ==, 100000000);
  g_assert_cmpint (sb_abuse_get_int (result, "exitCode"), ==, 0);
  g_assert_cmpuint (strlen (result->text), <, MAX_RESULT);
}

static void
spin (SbAbuse *self)
{
  g_autoptr(SbMcpToolResult) result = sb_abuse_exec (self, "while true; do :; done & while true; do :; done", 300);

  g_assert_true (sb_abuse_is (result, "timedOut"));
  g_assert_nonnull (strstr (result->text, "still running after "));
  g_assert_cmpuint (sb_abuse_count (self), ==, 0);
}

static void
run_with_input (SbAbuse    *self,
                const char *script,
                GBytes     *input)
{
  const char *argv[] = { "sh", "-c", script, NULL };
  const SbExecSpec spec = { .argv = argv, .stdin_bytes = input, .timeout_ms = 20000 };
  g_autoptr(GError) error = NULL;
  g_autoptr(SbExecResult) result = sb_test_exec (self->channel, &spec, &error);

  g_assert_no_error (error);
  g_assert_cmpint (result->outcome, ==, SB_EXEC_EXITED);
}

/* Whether it reads a part of it, none, or closes it. */
static void
leave_input (SbAbuse *self)
{
  gsize length = 100 * MIB;
  g_autoptr(GBytes) input = g_bytes_new_take (g_malloc0 (length), length);

  run_with_input (self, "sleep 0.1", input);
  run_with_input (self, "exec < /dev/null; sleep 0.1", input);
  run_with_input (self, "head -c 1 > /dev/null", input);
  run_with_input (self, "test $(wc -c) = 104857600", input);
}

static JsonObject *
new_echo (guint number)
{
  g_autofree char *text = g_strdup_printf ("{\"command\":[\"echo\",\"number-%u-\"]}", number);

  return sb_json_parse_object (text, -1, NULL);
}

/* Each of a hundred gets its own answer, or is told that there were too many. */
static void
run_many (SbAbuse *self)
{
  GAsyncResult *results[100] = { NULL };
  guint answered = 0;

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr(JsonObject) arguments = new_echo (i);

      sb_abuse_begin (self, "exec", arguments, &results[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autofree char *expected = g_strdup_printf ("stdout: number-%u-\n", i);
      g_autoptr(SbMcpToolResult) result = sb_abuse_end (self, &results[i]);

      g_clear_object (&results[i]);
      answered += !result->is_error;
      g_assert_nonnull (strstr (result->text, result->is_error ? "limit" : expected));
    }
  /* What one sandbox runs at a time. */
  g_assert_cmpuint (answered, >=, 60);
}

/* Fifty at once: as many as there may be, and a clear answer for the rest. */
static void
init_many (SbAbuse *self)
{
  GAsyncResult *results[50] = { NULL };
  g_autoptr(JsonObject) arguments = sb_json_parse_object ("{\"memoryMb\":64,\"diskMb\":16}", -1, NULL);
  guint made = 0;

  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    sb_abuse_begin (self, "initSandbox", arguments, &results[i]);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr(SbMcpToolResult) result = sb_abuse_end (self, &results[i]);

      g_clear_object (&results[i]);
      made += !result->is_error;
      g_assert_nonnull (strstr (result->text, result->is_error ? "Stop one" : "started sandbox id: "));
    }
  g_assert_cmpuint (made + 1, ==, sb_sandbox_manager_get_n_live (self->manager));
  g_assert_cmpuint (made, >, 0);
  g_assert_cmpuint (made, <, G_N_ELEMENTS (results));
}

int
main (int    argc,
      char **argv)
{
  static const SbAbuseCase cases[] = {
    { 1, "fork-bomb", fork_bomb },
    { 2, "memory-hog", hog_memory },
    { 3, "fill-temporary", fill_temporary },
    { 4, "fill-workspace", fill_workspace },
    { 5, "flood", flood_output },
    { 6, "long-line", write_long_line },
    { 7, "spin", spin },
    { 41, "unread-input", leave_input },
    { 42, "many-commands", run_many },
    { 42, "many-sandboxes", init_many },
  };

  return sb_abuse_main (argc, argv, cases, G_N_ELEMENTS (cases));
}
