/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "sb-test-helper.h"
#include "sb-wire.h"

/* The address sanitizer keeps up to 256 MiB of what was freed. */
#ifdef __SANITIZE_ADDRESS__
#define FLOOD_MEMORY_KIB (400 * 1024)
#else
#define FLOOD_MEMORY_KIB (16 * 1024)
#endif

static void
assert_bytes (GBytes     *bytes,
              const char *expected)
{
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected, strlen (expected));
}

static void
test_exit (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(SbExecResult) plain = NULL;
  g_autoptr(SbExecResult) killed = NULL;

  sb_test_helper_start (&helper, NULL);
  plain = sb_test_shell (helper.channel, "echo out; echo err >&2; exit 7");
  g_assert_cmpint (plain->outcome, ==, SB_EXEC_EXITED);
  g_assert_cmpint (plain->exit_code, ==, 7);
  assert_bytes (plain->stdout_head_tail, "out\n");
  assert_bytes (plain->stderr_head_tail, "err\n");
  g_assert_cmpuint (plain->stdout_total, ==, 4);

  killed = sb_test_shell (helper.channel, "kill -SEGV $$");
  g_assert_cmpint (killed->outcome, ==, SB_EXEC_SIGNALED);
  g_assert_cmpint (killed->term_signal, ==, SIGSEGV);
  sb_test_helper_end (&helper);
}

static void
test_environment (void)
{
  SbTestHelper helper = { 0 };
  const char *argv[] = { "env", NULL };
  const char *env[] = { "PATH=/usr/bin:/bin", "HELLO=wörld", "SANDBAR_EXEC=forged", "broken", NULL };
  const SbExecSpec spec = { .argv = argv, .env = env };
  g_autoptr(SbExecResult) result = NULL;
  g_autofree char *text = NULL;

  g_setenv ("SB_SECRET", "do-not-leak", TRUE);
  sb_test_helper_start (&helper, "--env=FROM_SPEC=1");
  result = sb_test_exec (helper.channel, &spec, NULL);
  text = sb_test_text (result->stdout_head_tail);
  g_assert_nonnull (strstr (text, "\nPATH=/usr/bin:/bin\n"));
  g_assert_nonnull (strstr (text, "\nHELLO=wörld\n"));
  g_assert_nonnull (strstr (text, "\nFROM_SPEC=1\n"));
  g_assert_nonnull (strstr (text, "\nUSER=agent\n"));
  g_assert_null (strstr (text, "SB_SECRET"));
  g_assert_null (strstr (text, "forged"));
  g_assert_null (strstr (text, "broken"));
  sb_test_helper_end (&helper);
}

static void
test_working_directory (void)
{
  SbTestHelper helper = { 0 };
  static const char *const refused[] = { "/proc/self", "..", "/etc", "file", "link", "a/../../..", "missing", NULL };
  const char *argv[] = { "pwd", NULL };
  SbExecSpec spec = { .argv = argv, .cwd = "sub/dir" };
  g_autoptr(SbExecResult) result = NULL;
  g_autofree char *expected = NULL;

  sb_test_helper_start (&helper, NULL);
  g_free (sb_test_shell_text (helper.channel, "mkdir -p sub/dir a; touch file; ln -s /etc link"));
  result = sb_test_exec (helper.channel, &spec, NULL);
  expected = g_strconcat (helper.workspace, "/sub/dir\n", NULL);
  assert_bytes (result->stdout_head_tail, expected);

  for (guint i = 0; refused[i] != NULL; i++)
    {
      g_autoptr(GError) error = NULL;

      spec.cwd = refused[i];
      g_assert_null (sb_test_exec (helper.channel, &spec, &error));
      g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_DENIED);
    }
  sb_test_helper_end (&helper);
}

static void
test_not_found (void)
{
  SbTestHelper helper = { 0 };
  const char *missing[] = { "no-such-program", NULL };
  const char *nothing[] = { NULL };
  const char *directory[] = { "/etc", NULL };
  SbExecSpec spec = { .argv = missing };
  g_autoptr(GError) missing_error = NULL;
  g_autoptr(GError) nothing_error = NULL;
  g_autoptr(GError) directory_error = NULL;

  sb_test_helper_start (&helper, NULL);
  g_assert_null (sb_test_exec (helper.channel, &spec, &missing_error));
  g_assert_error (missing_error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND);
  spec.argv = nothing;
  g_assert_null (sb_test_exec (helper.channel, &spec, &nothing_error));
  g_assert_error (nothing_error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND);
  spec.argv = directory;
  g_assert_null (sb_test_exec (helper.channel, &spec, &directory_error));
  g_assert_error (directory_error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_DENIED);
  sb_test_helper_end (&helper);
}

static void
test_too_long (void)
{
  SbTestHelper helper = { 0 };
  g_autofree char *script = g_strnfill (70000, 'x');
  const char *argv[] = { "echo", script, NULL };
  const SbExecSpec spec = { .argv = argv };
  g_autoptr(GError) error = NULL;

  sb_test_helper_start (&helper, NULL);
  g_assert_null (sb_test_exec (helper.channel, &spec, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT);
  g_free (sb_test_shell_text (helper.channel, "true"));
  sb_test_helper_end (&helper);
}

static void
test_stdin (void)
{
  SbTestHelper helper = { 0 };
  const char *count[] = { "wc", "-c", NULL };
  const char *deaf[] = { "true", NULL };
  g_autoptr(GBytes) bytes = g_bytes_new_take (g_malloc0 (5000000), 5000000);
  g_autoptr(GBytes) empty = g_bytes_new (NULL, 0);
  SbExecSpec spec = { .argv = count, .stdin_bytes = bytes };
  g_autoptr(SbExecResult) counted = NULL;
  g_autoptr(SbExecResult) nothing = NULL;
  g_autoptr(SbExecResult) unread = NULL;

  sb_test_helper_start (&helper, NULL);
  counted = sb_test_exec (helper.channel, &spec, NULL);
  assert_bytes (counted->stdout_head_tail, "5000000\n");
  spec.stdin_bytes = empty;
  nothing = sb_test_exec (helper.channel, &spec, NULL);
  assert_bytes (nothing->stdout_head_tail, "0\n");
  spec.argv = deaf;
  spec.stdin_bytes = bytes;
  unread = sb_test_exec (helper.channel, &spec, NULL);
  g_assert_cmpint (unread->exit_code, ==, 0);
  sb_test_helper_end (&helper);
}

static void
test_no_stdin (void)
{
  SbTestHelper helper = { 0 };
  g_autofree char *text = NULL;

  sb_test_helper_start (&helper, NULL);
  text = sb_test_shell_text (helper.channel, "cat; echo done");
  g_assert_cmpstr (text, ==, "done\n");
  sb_test_helper_end (&helper);
}

static void
test_timeout (void)
{
  SbTestHelper helper = { 0 };
  const char *patient[] = { "sleep", "1000000000", NULL };
  const char *stubborn[] = { "/bin/sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done", NULL };
  SbExecSpec spec = { .argv = patient, .timeout_ms = 50 };
  g_autoptr(SbExecResult) polite = NULL;
  g_autoptr(SbExecResult) forced = NULL;

  sb_test_helper_start (&helper, NULL);
  polite = sb_test_exec (helper.channel, &spec, NULL);
  g_assert_cmpint (polite->outcome, ==, SB_EXEC_TIMED_OUT);
  g_assert_cmpint (polite->term_signal, ==, SIGTERM);

  spec.argv = stubborn;
  spec.timeout_ms = 300;
  forced = sb_test_exec (helper.channel, &spec, NULL);
  g_assert_cmpint (forced->outcome, ==, SB_EXEC_TIMED_OUT);
  g_assert_cmpint (forced->term_signal, ==, SIGKILL);
  assert_bytes (forced->stdout_head_tail, "up\n");
  sb_test_helper_end (&helper);
}

static gboolean
process_is_gone (const char *pid_text)
{
  int pid = atoi (pid_text);

  g_assert_cmpint (pid, >, 1);

  return kill (pid, 0) != 0;
}

static void
test_escaped (void)
{
  SbTestHelper helper = { 0 };
  const char *argv[] = { "/bin/sh", "-c",
                         "setsid sh -c 'trap \"\" TERM; echo $$ > tagged; sleep 1000' & "
                         "env -i setsid /bin/sh -c 'echo $$ > wiped; exec /bin/sleep 1000' & "
                         "while [ ! -s tagged ] || [ ! -s wiped ]; do sleep 0.01; done; exit", NULL };
  const char *waiting[] = { "/bin/sh", "-c", "setsid sh -c 'echo $$ > late; exec sleep 1000' & sleep 1000", NULL };
  SbExecSpec spec = { .argv = argv };
  g_autoptr(SbExecResult) left = NULL;
  g_autoptr(SbExecResult) killed = NULL;
  g_autofree char *tagged = NULL;
  g_autofree char *wiped = NULL;
  g_autofree char *late = NULL;

  sb_test_helper_start (&helper, NULL);
  left = sb_test_exec (helper.channel, &spec, NULL);
  g_assert_cmpint (left->outcome, ==, SB_EXEC_EXITED);
  tagged = sb_test_read (helper.channel, "tagged", NULL);
  wiped = sb_test_read (helper.channel, "wiped", NULL);
  /* What a command left behind on purpose lives on… */
  g_assert_false (process_is_gone (tagged));
  g_assert_false (process_is_gone (wiped));

  /* …until a command is stopped, which takes its own and the orphans without a name. */
  spec.argv = waiting;
  spec.timeout_ms = 500;
  killed = sb_test_exec (helper.channel, &spec, NULL);
  g_assert_cmpint (killed->outcome, ==, SB_EXEC_TIMED_OUT);
  late = sb_test_read (helper.channel, "late", NULL);
  sb_test_wait_until (process_is_gone (late));
  sb_test_wait_until (process_is_gone (wiped));
  g_assert_false (process_is_gone (tagged));

  /* …or the sandbox ends. */
  sb_test_helper_end (&helper);
  sb_test_wait_until (process_is_gone (tagged));
}

static void
test_output_kept (void)
{
  SbTestHelper helper = { 0 };
  const char *argv[] = { "/bin/sh", "-c", "printf HEAD; head -c 10000000 /dev/zero; printf TAIL", NULL };
  const SbExecSpec spec = { .argv = argv, .keep = 1000 };
  g_autoptr(SbExecResult) result = NULL;
  const char *bytes = NULL;
  gsize length = 0;

  sb_test_helper_start (&helper, NULL);
  result = sb_test_exec (helper.channel, &spec, NULL);
  bytes = g_bytes_get_data (result->stdout_head_tail, &length);
  g_assert_cmpint (result->outcome, ==, SB_EXEC_EXITED);
  g_assert_cmpuint (result->stdout_total, ==, 10000008);
  g_assert_cmpuint (result->stdout_dropped, ==, 10000008 - 2000);
  g_assert_cmpuint (length, ==, 2000);
  g_assert_cmpmem (bytes, 4, "HEAD", 4);
  g_assert_cmpmem (bytes + length - 4, 4, "TAIL", 4);
  sb_test_helper_end (&helper);
}

static void
test_output_limit (void)
{
  SbTestHelper helper = { 0 };
  const char *argv[] = { "yes", NULL };
  const SbExecSpec spec = { .argv = argv, .output_budget = 3000000 };
  g_autoptr(SbExecResult) result = NULL;

  sb_test_helper_start (&helper, NULL);
  result = sb_test_exec (helper.channel, &spec, NULL);
  g_assert_cmpint (result->outcome, ==, SB_EXEC_OUTPUT_LIMIT);
  g_assert_cmpuint (result->stdout_total, >, 3000000);
  g_assert_cmpuint (result->stdout_total, <, 4000000);
  sb_test_helper_end (&helper);
}

static gsize
own_memory_kib (void)
{
  g_autofree char *status = NULL;
  const char *line = NULL;

  g_file_get_contents ("/proc/self/status", &status, NULL, NULL);
  line = strstr (status, "VmHWM:");
  g_assert_nonnull (line);

  return strtoul (line + 6, NULL, 10);
}

static void
count_cb (int           fd,
          const guint8 *data,
          gsize         length,
          gpointer      user_data)
{
  guint64 *count = user_data;

  *count += length;
}

/* A flood of a gigabyte: nothing grows, and another command is answered in the middle of it. */
static void
test_flood (void)
{
  SbTestHelper helper = { 0 };
  const char *argv[] = { "head", "-c", "1000000000", "/dev/zero", NULL };
  const SbExecSpec spec = { .argv = argv, .output_budget = 2000000000 };
  g_autoptr(GAsyncResult) flood = NULL;
  g_autoptr(SbExecResult) result = NULL;
  g_autofree char *text = NULL;
  gsize before = 0;
  guint64 count = 0;

  sb_test_helper_start (&helper, NULL);
  before = own_memory_kib ();
  sb_channel_exec_async (helper.channel, &spec, count_cb, &count, NULL, sb_test_keep_result, &flood);
  sb_test_wait_until (count > 0);
  text = sb_test_shell_text (helper.channel, "echo between");
  g_assert_cmpstr (text, ==, "between\n");
  g_assert_null (flood);

  sb_test_wait_until (flood != NULL);
  result = sb_channel_exec_finish (helper.channel, flood, NULL);
  g_assert_cmpuint (count, ==, 1000000000);
  g_assert_cmpuint (result->stdout_total, ==, 1000000000);
  g_assert_cmpuint (own_memory_kib () - before, <, FLOOD_MEMORY_KIB);
  g_clear_object (&flood);
  sb_test_helper_end (&helper);
}

static void
test_pipe_kept_open (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(SbExecResult) grandchild = NULL;
  g_autoptr(SbExecResult) closed = NULL;

  sb_test_helper_start (&helper, NULL);
  grandchild = sb_test_shell (helper.channel, "echo now; sleep 1000 &");
  assert_bytes (grandchild->stdout_head_tail, "now\n");
  g_assert_cmpint (grandchild->outcome, ==, SB_EXEC_EXITED);
  g_assert_cmpint (grandchild->duration_us, <, 20 * G_USEC_PER_SEC);

  closed = sb_test_shell (helper.channel, "exec >&- 2>&-; sleep 0.2; exit 3");
  g_assert_cmpint (closed->exit_code, ==, 3);
  g_assert_cmpint (closed->duration_us, >=, 200000);
  sb_test_helper_end (&helper);
}

static void
test_binary (void)
{
  SbTestHelper helper = { 0 };
  static const guint8 expected[] = { 0, 0xff, 0xfe, 0x1b, '\n', 0x80 };
  g_autoptr(SbExecResult) result = NULL;

  sb_test_helper_start (&helper, NULL);
  result = sb_test_shell (helper.channel, "printf '\\000\\377\\376\\033\\n\\200'");
  g_assert_cmpmem (g_bytes_get_data (result->stdout_head_tail, NULL), g_bytes_get_size (result->stdout_head_tail),
                   expected, sizeof expected);
  sb_test_helper_end (&helper);
}

static void
test_cancel (void)
{
  SbTestHelper helper = { 0 };
  const char *argv[] = { "/bin/sh", "-c", "trap '' TERM; echo $$ > pid; while :; do sleep 1; done", NULL };
  const SbExecSpec spec = { .argv = argv };
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *pid = NULL;

  sb_test_helper_start (&helper, NULL);
  sb_channel_exec_async (helper.channel, &spec, NULL, NULL, cancellable, sb_test_keep_result, &result);
  while (pid == NULL || pid[0] == '\0')
    {
      g_free (pid);
      pid = sb_test_read (helper.channel, "pid", NULL);
    }
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_channel_exec_finish (helper.channel, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (process_is_gone (pid));
  g_clear_object (&result);
  sb_test_helper_end (&helper);
}

static void
test_parallel (void)
{
  SbTestHelper helper = { 0 };
  GAsyncResult *results[40] = { 0 };
  char scripts[40][32];

  sb_test_helper_start (&helper, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      const char *argv[] = { "/bin/sh", "-c", scripts[i], NULL };
      const SbExecSpec spec = { .argv = argv };

      g_snprintf (scripts[i], sizeof scripts[i], "echo %u; exit %u", i, i);
      sb_channel_exec_async (helper.channel, &spec, NULL, NULL, NULL, sb_test_keep_result, &results[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr(SbExecResult) result = NULL;
      char expected[16];

      sb_test_wait_until (results[i] != NULL);
      result = sb_channel_exec_finish (helper.channel, results[i], NULL);
      g_snprintf (expected, sizeof expected, "%u\n", i);
      g_assert_cmpint (result->exit_code, ==, (int) i);
      assert_bytes (result->stdout_head_tail, expected);
      g_clear_object (&results[i]);
    }
  sb_test_helper_end (&helper);
}

static guint32
spawn (SbTestHelper  *helper,
       const char    *script,
       GError       **error)
{
  const char *argv[] = { "/bin/sh", "-c", script, NULL };
  const SbExecSpec spec = { .argv = argv };
  g_autoptr(GAsyncResult) result = NULL;

  sb_channel_spawn_async (helper->channel, &spec, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_channel_spawn_finish (helper->channel, result, error);
}

static char *
read_log (SbTestHelper *helper,
          guint32       process,
          guint64      *offset,
          guint64      *total)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GError) error = NULL;

  sb_channel_read_log_async (helper->channel, process, *offset, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  bytes = sb_channel_read_log_finish (helper->channel, result, offset, total, &error);
  g_assert_no_error (error);

  return sb_test_text (bytes);
}

static SbJob
find_job (SbTestHelper *helper,
          guint32       process)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GArray) jobs = NULL;
  g_autoptr(GError) error = NULL;
  SbJob none = { 0 };

  sb_channel_list_jobs_async (helper->channel, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  jobs = sb_channel_list_jobs_finish (helper->channel, result, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < jobs->len; i++)
    if (g_array_index (jobs, SbJob, i).process == process)
      return g_array_index (jobs, SbJob, i);

  return none;
}

/* As many as the far end runs at once, which do not end by themselves. */
static void
occupy (SbTestHelper  *helper,
        GCancellable  *first,
        GCancellable  *others,
        GAsyncResult **results)
{
  const char *argv[] = { "sleep", "1000", NULL };
  const SbExecSpec spec = { .argv = argv };

  for (guint i = 0; i < SB_WIRE_MAX_COMMANDS; i++)
    sb_channel_exec_async (helper->channel, &spec, NULL, NULL, i == 0 ? first : others, sb_test_keep_result,
                           &results[i]);
}

static void
assert_cancelled (SbTestHelper  *helper,
                  GAsyncResult **result)
{
  g_autoptr(GError) error = NULL;

  sb_test_wait_until (*result != NULL);
  g_assert_null (sb_channel_exec_finish (helper->channel, *result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (result);
}

static SbExecResult *
wait_for_result (SbTestHelper  *helper,
                 GAsyncResult **result)
{
  SbExecResult *ended = NULL;

  sb_test_wait_until (*result != NULL);
  ended = sb_channel_exec_finish (helper->channel, *result, NULL);
  g_assert_nonnull (ended);
  g_clear_object (result);

  return ended;
}

/* One place gets free, and those who wait take it one after the other. */
static void
test_queue (void)
{
  SbTestHelper helper = { 0 };
  GAsyncResult *occupied[SB_WIRE_MAX_COMMANDS] = { 0 };
  GAsyncResult *waiting[5] = { 0 };
  const char *scripts[] = { "echo 0 >>order", "cat >>order", "echo 2 >>order", "sleep 1000", "echo 4 >>order" };
  g_autoptr(GBytes) input = g_bytes_new_static ("1\n", 2);
  g_autoptr(GCancellable) first = g_cancellable_new ();
  g_autoptr(GCancellable) third = g_cancellable_new ();
  g_autoptr(GCancellable) others = g_cancellable_new ();
  g_autoptr(SbExecResult) late = NULL;
  g_autofree char *order = NULL;

  sb_test_helper_start (&helper, NULL);
  occupy (&helper, first, others, occupied);
  for (guint i = 0; i < G_N_ELEMENTS (waiting); i++)
    {
      const char *argv[] = { "/bin/sh", "-c", scripts[i], NULL };
      const SbExecSpec spec = { .argv = argv, .stdin_bytes = i == 1 ? input : NULL, .timeout_ms = i == 3 ? 200 : 0 };

      sb_channel_exec_async (helper.channel, &spec, NULL, NULL, i == 2 ? third : NULL, sb_test_keep_result,
                             &waiting[i]);
    }

  /* What lasts has room of its own, and who waits can be called off. */
  g_assert_cmpuint (spawn (&helper, "true", NULL), !=, 0);
  g_cancellable_cancel (third);
  assert_cancelled (&helper, &waiting[2]);
  g_assert_null (waiting[0]);

  g_cancellable_cancel (first);
  assert_cancelled (&helper, &occupied[0]);
  sb_exec_result_free (wait_for_result (&helper, &waiting[4]));
  order = sb_test_read (helper.channel, "order", NULL);
  g_assert_cmpstr (order, ==, "0\n1\n4\n");
  late = wait_for_result (&helper, &waiting[3]);
  g_assert_cmpint (late->outcome, ==, SB_EXEC_TIMED_OUT);
  g_assert_cmpint (late->duration_us, >=, 200000);

  g_cancellable_cancel (others);
  for (guint i = 1; i < G_N_ELEMENTS (occupied); i++)
    assert_cancelled (&helper, &occupied[i]);
  for (guint i = 0; i < 2; i++)
    sb_exec_result_free (wait_for_result (&helper, &waiting[i]));
  sb_test_helper_end (&helper);
}

/* Some wait when the sandbox goes away; and the last of very many is not even let in. */
static void
test_too_many (void)
{
  SbTestHelper helper = { 0 };
  GAsyncResult *results[SB_WIRE_MAX_COMMANDS + 257] = { 0 };
  const char *argv[] = { "sleep", "1000", NULL };
  const SbExecSpec spec = { .argv = argv };
  g_autoptr(GError) refused = NULL;

  sb_test_helper_start (&helper, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    sb_channel_exec_async (helper.channel, &spec, NULL, NULL, NULL, sb_test_keep_result, &results[i]);
  sb_test_wait_until (results[G_N_ELEMENTS (results) - 1] != NULL);
  g_assert_null (sb_channel_exec_finish (helper.channel, results[G_N_ELEMENTS (results) - 1], &refused));
  g_assert_error (refused, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT);
  g_clear_object (&results[G_N_ELEMENTS (results) - 1]);

  sb_channel_close (helper.channel);
  for (guint i = 0; i + 1 < G_N_ELEMENTS (results); i++)
    {
      g_autoptr(GError) error = NULL;

      sb_test_wait_until (results[i] != NULL);
      g_assert_null (sb_channel_exec_finish (helper.channel, results[i], &error));
      g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED);
      g_clear_object (&results[i]);
    }
  sb_test_helper_end (&helper);
}

static void
test_spawn (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GError) error = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  guint64 offset = 0;
  guint64 total = 0;
  guint32 process = 0;

  sb_test_helper_start (&helper, NULL);
  process = spawn (&helper, "echo one; while [ ! -e go ]; do sleep 0.01; done; echo two; exec sleep 1000", &error);
  g_assert_no_error (error);
  sb_test_wait_until (find_job (&helper, process).log_bytes == 4);
  g_assert_true (find_job (&helper, process).running);
  first = read_log (&helper, process, &offset, &total);
  g_assert_cmpstr (first, ==, "one\n");

  g_assert_true (sb_test_write (helper.channel, "go", "", NULL));
  sb_test_wait_until (find_job (&helper, process).log_bytes == 8);
  offset = 4;
  second = read_log (&helper, process, &offset, &total);
  g_assert_cmpstr (second, ==, "two\n");

  sb_channel_kill (helper.channel, process, 9);
  sb_test_wait_until (!find_job (&helper, process).running);
  g_assert_cmpint (find_job (&helper, process).value, ==, SIGKILL);
  sb_test_helper_end (&helper);
}

static void
test_spawn_log_is_bounded (void)
{
  SbTestHelper helper = { 0 };
  g_autofree char *head = NULL;
  g_autofree char *tail = NULL;
  guint64 offset = 0;
  guint64 total = 0;
  guint32 process = 0;

  sb_test_helper_start (&helper, NULL);
  process = spawn (&helper, "printf BEGIN; head -c 3000000 /dev/zero | tr '\\0' x; printf END", NULL);
  sb_test_wait_until (!find_job (&helper, process).running);
  head = read_log (&helper, process, &offset, &total);
  g_assert_cmpuint (total, ==, 3000008);
  g_assert_true (g_str_has_prefix (head, "BEGINx"));

  offset = 1000000;
  g_free (read_log (&helper, process, &offset, &total));
  g_assert_cmpuint (offset, ==, 3000008 - 96 * 1024);
  offset = total - 3;
  tail = read_log (&helper, process, &offset, &total);
  g_assert_cmpstr (tail, ==, "END");
  sb_test_helper_end (&helper);
}

static void
test_spawn_not_found (void)
{
  SbTestHelper helper = { 0 };
  const char *argv[] = { "no-such-program", NULL };
  const SbExecSpec spec = { .argv = argv };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_test_helper_start (&helper, NULL);
  sb_channel_spawn_async (helper.channel, &spec, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_cmpuint (sb_channel_spawn_finish (helper.channel, result, &error), ==, 0);
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND);
  g_clear_object (&result);
  sb_test_helper_end (&helper);
}

static void
test_memory_watchdog (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(SbExecResult) result = NULL;
  g_autofree char *text = NULL;

  sb_test_helper_start (&helper, "--max-memory=100000000");
  /* Each part stays below the limit of one process; together they are above it. */
  result = sb_test_shell (helper.channel,
                          "for i in 1 2 3; do head -c 60000000 /dev/zero | tail -c 60000000 | sleep 1000 & done; wait");
  g_assert_cmpint (result->outcome, ==, SB_EXEC_OOM);
  text = sb_test_shell_text (helper.channel, "echo alive");
  g_assert_cmpstr (text, ==, "alive\n");
  sb_test_helper_end (&helper);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/sandbox/exec/exit", test_exit);
  g_test_add_func ("/sandbox/exec/environment", test_environment);
  g_test_add_func ("/sandbox/exec/working-directory", test_working_directory);
  g_test_add_func ("/sandbox/exec/not-found", test_not_found);
  g_test_add_func ("/sandbox/exec/too-long", test_too_long);
  g_test_add_func ("/sandbox/exec/stdin", test_stdin);
  g_test_add_func ("/sandbox/exec/no-stdin", test_no_stdin);
  g_test_add_func ("/sandbox/exec/timeout", test_timeout);
  g_test_add_func ("/sandbox/exec/escaped", test_escaped);
  g_test_add_func ("/sandbox/exec/output-kept", test_output_kept);
  g_test_add_func ("/sandbox/exec/output-limit", test_output_limit);
  g_test_add_func ("/sandbox/exec/flood", test_flood);
  g_test_add_func ("/sandbox/exec/pipe-kept-open", test_pipe_kept_open);
  g_test_add_func ("/sandbox/exec/binary", test_binary);
  g_test_add_func ("/sandbox/exec/cancel", test_cancel);
  g_test_add_func ("/sandbox/exec/parallel", test_parallel);
  g_test_add_func ("/sandbox/exec/queue", test_queue);
  g_test_add_func ("/sandbox/exec/too-many", test_too_many);
  g_test_add_func ("/sandbox/exec/spawn", test_spawn);
  g_test_add_func ("/sandbox/exec/spawn-log-is-bounded", test_spawn_log_is_bounded);
  g_test_add_func ("/sandbox/exec/spawn-not-found", test_spawn_not_found);
  g_test_add_func ("/sandbox/exec/memory-watchdog", test_memory_watchdog);

  return g_test_run ();
}
