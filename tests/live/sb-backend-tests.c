/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-backend-tests.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define MIB (1024ull * 1024)
#define OWN "--own-sandbox"

static struct
{
  SbSandboxBackend *backend;
  char             *why_not;
} tested;

gboolean
sb_test_sandbox_start (SbTestSandbox    *self,
                       SbSandboxBackend *backend,
                       SbSandboxSpec    *spec)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbDuplex) duplex = NULL;
  g_autoptr(GError) error = NULL;

  self->backend = backend;
  self->id = g_strdup_printf ("test-%08x", g_random_int ());
  spec->id = self->id;
  sb_sandbox_backend_start_async (backend, spec, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  duplex = sb_sandbox_backend_start_finish (backend, result, &self->facts, &error);
  g_assert_no_error (error);

  self->channel = sb_channel_new (duplex);
  sb_test_open (self->channel, &error);
  g_assert_no_error (error);

  return TRUE;
}

static void
remove_by_id (SbSandboxBackend *backend,
              const char       *id)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_sandbox_backend_remove_async (backend, id, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_sandbox_backend_remove_finish (backend, result, &error));
  g_assert_no_error (error);
}

void
sb_test_sandbox_remove (SbTestSandbox *self)
{
  sb_channel_close (self->channel);
  remove_by_id (self->backend, self->id);
  g_clear_object (&self->channel);
  g_clear_pointer (&self->facts, g_ptr_array_unref);
  g_clear_pointer (&self->id, g_free);
}

SbSandboxBackend *
sb_backend_tests_get (gconstpointer data)
{
  if (tested.why_not != NULL)
    g_test_skip (tested.why_not);

  return tested.why_not == NULL ? tested.backend : NULL;
}

/* FALSE: skipped. */
static gboolean
start (SbTestSandbox *sandbox,
       gconstpointer  data)
{
  SbSandboxBackend *backend = sb_backend_tests_get (data);
  SbSandboxSpec spec = {
    .memory_bytes = 512 * MIB,
    .disk_bytes = 64 * MIB,
    .pids = 64,
    .cpus = 1,
    .ttl_seconds = 600,
  };

  return backend != NULL && sb_test_sandbox_start (sandbox, backend, &spec);
}

static void
assert_shell (SbTestSandbox *sandbox,
              const char    *script,
              const char    *expected)
{
  g_autofree char *text = sb_test_shell_text (sandbox->channel, script);

  g_assert_cmpstr (text, ==, expected);
}

static void
assert_alive (SbTestSandbox *sandbox)
{
  assert_shell (sandbox, "echo alive", "alive\n");
}

static void
test_facts (gconstpointer data)
{
  static const char *const needed[] = { "network", "user", "capabilities", "root", "memory", "processes", "disk",
                                        "backend", "seccomp", NULL };
  SbTestSandbox sandbox = { 0 };

  if (!start (&sandbox, data))
    return;

  for (guint i = 0; needed[i] != NULL; i++)
    {
      guint found = 0;

      for (guint j = 0; j < sandbox.facts->len; j++)
        found += strcmp (((SbSandboxFact *) g_ptr_array_index (sandbox.facts, j))->id, needed[i]) == 0;
      if (found != 1)
        g_error ("fact %s: found %u times", needed[i], found);
    }
  for (guint j = 0; j < sandbox.facts->len; j++)
    {
      const SbSandboxFact *fact = g_ptr_array_index (sandbox.facts, j);

      g_test_message ("%s %s: %s (%s)", fact->holds ? "holds" : "does not hold", fact->id, fact->label, fact->detail);
    }
  sb_test_sandbox_remove (&sandbox);
}

static void
test_identity (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };
  g_autofree char *status = NULL;
  g_autofree char *environment = NULL;

  g_setenv ("SB_SECRET", "do-not-leak", TRUE);
  if (!start (&sandbox, data))
    return;

  status = sb_test_shell_text (sandbox.channel,
                               "id -u; id -G; grep -E 'Cap(Eff|Prm|Bnd)|NoNewPrivs' /proc/self/status");
  g_assert_cmpstr (status, ==, "65532\n65532\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n"
                               "CapBnd:\t0000000000000000\nNoNewPrivs:\t1\n");
  environment = sb_test_shell_text (sandbox.channel, "env");
  g_assert_null (strstr (environment, "do-not-leak"));
  assert_shell (&sandbox, "pwd; echo $HOME; echo $USER; umask", "/workspace\n/workspace\nagent\n0022\n");
  sb_test_sandbox_remove (&sandbox);
}

static void
test_job (gconstpointer data)
{
  static const char script[] =
    "const p = []; for (let n = 2; p.length < 20; n++) if (p.every (q => n % q)) p.push (n);"
    "console.log (p.join (' '));";
  SbTestSandbox sandbox = { 0 };
  g_autoptr(GError) error = NULL;

  if (!start (&sandbox, data))
    return;

  g_assert_true (sb_test_write (sandbox.channel, "/workspace/src/primes.js", script, &error));
  g_assert_no_error (error);
  assert_shell (&sandbox, "node src/primes.js", "2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 61 67 71\n");
  sb_test_sandbox_remove (&sandbox);
}

static void
test_network (gconstpointer data)
{
  static const char script[] =
    "const net = require ('net'); const hosts = ['1.1.1.1', '169.254.169.254', '172.17.0.1'];"
    "for (const h of hosts) net.connect (80, h).on ('error', e => console.log (e.code)).on ('connect', () => "
    "console.log ('CONNECTED')); require ('dns').lookup ('example.com', e => console.log (e ? 'NO NAME' : 'NAME'))";
  SbTestSandbox sandbox = { 0 };
  g_autofree char *text = NULL;

  if (!start (&sandbox, data))
    return;

  g_assert_true (sb_test_write (sandbox.channel, "net.js", script, NULL));
  text = sb_test_shell_text (sandbox.channel, "node net.js | sort");
  g_assert_cmpstr (text, ==, "ENETUNREACH\nENETUNREACH\nENETUNREACH\nNO NAME\n");
  sb_test_sandbox_remove (&sandbox);
}

static void
test_read_only (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };

  if (!start (&sandbox, data))
    return;

  assert_shell (&sandbox,
                "for f in /usr/bin/x /etc/x /x /sbx/x /bin/sh /sbx/sandbar-init /proc/sys/kernel/hostname "
                "/proc/sysrq-trigger; do (echo > $f) 2>/dev/null && echo \"wrote $f\"; done; "
                "touch /tmp/x /workspace/x && echo fine",
                "fine\n");
  sb_test_sandbox_remove (&sandbox);
}

static void
test_outside (gconstpointer data)
{
  static const char *const paths[] = { "shadow", "environ", "up", "/etc/passwd", "../etc/passwd", "/proc/self/environ",
                                       "dir/passwd", NULL };
  SbTestSandbox sandbox = { 0 };

  if (!start (&sandbox, data))
    return;

  g_free (sb_test_shell_text (sandbox.channel, "ln -s /etc/shadow shadow; ln -s /proc/self/environ environ; "
                                               "ln -s ../etc/passwd up; ln -s /etc dir; mkfifo fifo"));
  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr(GError) read_error = NULL;
      g_autoptr(GError) write_error = NULL;

      g_assert_null (sb_test_read (sandbox.channel, paths[i], &read_error));
      g_assert_error (read_error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_DENIED);
      g_assert_false (sb_test_write (sandbox.channel, paths[i], "x", &write_error));
      g_assert_error (write_error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_DENIED);
    }
  sb_test_sandbox_remove (&sandbox);
}

static void
test_pid_1 (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };

  if (!start (&sandbox, data))
    return;

  assert_shell (&sandbox, "kill -9 1; kill -STOP 1; kill -TERM 1; echo still", "still\n");
  assert_shell (&sandbox, "cat /proc/1/environ /proc/1/mem 2>/dev/null; ls /proc/1/fd 2>/dev/null; echo closed",
                "closed\n");
  g_free (sb_test_shell_text (sandbox.channel, "kill -9 -1"));
  assert_alive (&sandbox);
  sb_test_sandbox_remove (&sandbox);
}

static void
test_fork_bomb (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };
  const char *bomb[] = { "/bin/sh", "-c", "b() { b | b & }; b; sleep 1000", NULL };
  const SbExecSpec spec = { .argv = bomb, .timeout_ms = 500 };
  g_autoptr(SbExecResult) counted = NULL;
  g_autoptr(SbExecResult) result = NULL;
  g_autoptr(GError) error = NULL;

  if (!start (&sandbox, data))
    return;

  counted = sb_test_shell (sandbox.channel, "i=0; while [ $i -lt 200 ]; do sleep 1000 & i=$((i+1)); done");
  g_assert_cmpint (counted->exit_code, !=, 0);

  result = sb_test_exec (sandbox.channel, &spec, &error);
  g_assert_no_error (error);
  g_assert_cmpint (result->outcome, !=, SB_EXEC_OUTPUT_LIMIT);
  g_free (sb_test_shell_text (sandbox.channel, "kill -9 -1"));
  assert_alive (&sandbox);
  sb_test_sandbox_remove (&sandbox);
}

static void
test_memory (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };
  g_autoptr(SbExecResult) hog = NULL;
  g_autoptr(SbExecResult) herd = NULL;

  if (!start (&sandbox, data))
    return;

  hog = sb_test_shell (sandbox.channel, "exec head -c 2000000000 /dev/zero | tail -c 2000000000 > /dev/null");
  g_assert_false (hog->outcome == SB_EXEC_EXITED && hog->exit_code == 0);
  /* Together too much. A control group kills some of them, a watcher the whole command: one of them must be seen. */
  herd = sb_test_shell (sandbox.channel,
                        "for i in 1 2 3 4; do tail -c 300000000 /dev/zero & all=\"$all $!\"; done; "
                        "(sleep 8; kill $all) & killed=0; "
                        "for one in $all; do wait $one; [ $? != 137 ] || killed=$((killed + 1)); done; exit $killed");
  g_assert_false (herd->outcome == SB_EXEC_EXITED && herd->exit_code == 0);
  assert_alive (&sandbox);
  sb_test_sandbox_remove (&sandbox);
}

static void
test_disk (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };
  g_autofree char *large = g_strnfill (1024 * 1024, 'x');
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;

  if (!start (&sandbox, data))
    return;

  text = sb_test_shell_text (sandbox.channel, "dd if=/dev/zero of=fill bs=1M count=1000 2>&1; true");
  g_assert_nonnull (strstr (text, "No space left on device"));
  g_assert_false (sb_test_write (sandbox.channel, "more", large, &error));
  g_assert_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NO_SPACE);
  g_free (sb_test_shell_text (sandbox.channel, "rm fill"));
  g_assert_true (sb_test_write (sandbox.channel, "more", large, NULL));
  sb_test_sandbox_remove (&sandbox);
}

static void
test_namespaces (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };

  if (!start (&sandbox, data))
    return;

  assert_shell (&sandbox,
                "unshare -Ur true 2>/dev/null && echo user; unshare -n true 2>/dev/null && echo net; "
                "mount -t tmpfs x /tmp 2>/dev/null && echo mount; mount -o remount,rw / 2>/dev/null && echo remount; "
                "umount /proc 2>/dev/null && echo umount; mknod sda b 8 0 2>/dev/null && echo mknod; echo none",
                "none\n");
  sb_test_sandbox_remove (&sandbox);
}

static void
changed_cb (SbChannel    *channel,
            const char   *path,
            SbFileChange  change,
            gpointer      user_data)
{
  g_string_append_printf (user_data, "%s:%d ", path, change);
}

static void
test_watch (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };
  g_autoptr(GString) seen = g_string_new (NULL);

  if (!start (&sandbox, data))
    return;

  g_signal_connect (sandbox.channel, "file-changed", G_CALLBACK (changed_cb), seen);
  sb_channel_watch (sandbox.channel, "");
  g_assert_true (sb_test_write (sandbox.channel, "new.txt", "1", NULL));
  sb_test_wait_until (strstr (seen->str, "new.txt:0 ") != NULL);
  sb_test_sandbox_remove (&sandbox);
}

static void
test_counters (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };
  g_autoptr(GAsyncResult) result = NULL;
  SbChannelCounters counters = { 0 };

  if (!start (&sandbox, data))
    return;

  g_free (sb_test_shell_text (sandbox.channel, "head -c 10000000 /dev/zero > data"));
  sb_channel_counters_async (sandbox.channel, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_channel_counters_finish (sandbox.channel, result, &counters, NULL));
  g_assert_cmpuint (counters.memory_limit, ==, 512 * MIB);
  g_assert_cmpuint (counters.disk_limit, ==, 64 * MIB);
  g_assert_cmpuint (counters.disk_bytes, >=, 10000000);
  sb_test_sandbox_remove (&sandbox);
}

/* How many processes of this machine have the marker in their arguments. */
static guint
count_marked (const char *marker)
{
  g_autoptr(GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *name = NULL;
  guint count = 0;

  while ((name = g_dir_read_name (proc)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", name, "cmdline", NULL);
      g_autofree char *arguments = NULL;
      gsize length = 0;

      if (!g_ascii_isdigit (name[0]) || !g_file_get_contents (path, &arguments, &length, NULL))
        continue;
      for (gsize i = 0; i < length; i++)
        arguments[i] = arguments[i] == '\0' ? ' ' : arguments[i];
      count += g_str_has_prefix (arguments, "sleep") && strstr (arguments, marker) != NULL;
    }

  return count;
}

static char *
start_marked (SbTestSandbox *sandbox)
{
  char *marker = g_strdup_printf ("%u.5", 100000000 + g_random_int_range (0, 100000000));
  g_autofree char *script = g_strdup_printf ("sleep %s & setsid sh -c 'trap \"\" TERM HUP; sleep %s & wait' "
                                             ">/dev/null 2>&1 &", marker, marker);

  g_free (sb_test_shell_text (sandbox->channel, script));

  return marker;
}

static void
closed_cb (SbChannel    *channel,
           const GError *error,
           gpointer      user_data)
{
  gboolean *closed = user_data;

  *closed = TRUE;
}

static void
test_remove (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };
  g_autofree char *marker = NULL;
  gboolean closed = FALSE;

  if (!start (&sandbox, data))
    return;

  g_signal_connect (sandbox.channel, "closed", G_CALLBACK (closed_cb), &closed);
  marker = start_marked (&sandbox);
  sb_test_wait_until (count_marked (marker) == 2);
  remove_by_id (sandbox.backend, sandbox.id);
  g_assert_cmpuint (count_marked (marker), ==, 0);
  sb_test_wait_until (closed);
  remove_by_id (sandbox.backend, sandbox.id);
  remove_by_id (sandbox.backend, "never-was");
  sb_test_sandbox_remove (&sandbox);
}

static void
test_close (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };
  g_autofree char *marker = NULL;

  if (!start (&sandbox, data))
    return;

  marker = start_marked (&sandbox);
  sb_test_wait_until (count_marked (marker) == 2);
  sb_channel_close (sandbox.channel);
  sb_test_wait_until (count_marked (marker) == 0);
  sb_test_sandbox_remove (&sandbox);
}

void
sb_backend_tests_own (int                argc,
                      char             **argv,
                      SbSandboxBackend  *backend)
{
  SbTestSandbox sandbox = { 0 };
  SbSandboxSpec spec = { .memory_bytes = 512 * MIB, .disk_bytes = 16 * MIB, .pids = 64, .cpus = 1 };
  g_autoptr(GAsyncResult) probed = NULL;
  g_autofree char *marker = NULL;

  if (argc < 2 || strcmp (argv[1], OWN) != 0)
    return;

  sb_sandbox_backend_probe_async (backend, NULL, sb_test_keep_result, &probed);
  sb_test_wait_until (probed != NULL);
  sb_test_sandbox_start (&sandbox, backend, &spec);
  marker = start_marked (&sandbox);
  printf ("%s\n", marker);
  fflush (stdout);
  for (;;)
    sb_test_iterate ();
}

static void
test_owner_killed (gconstpointer data)
{
  g_autoptr(GSubprocess) owner = NULL;
  g_autoptr(GDataInputStream) output = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *marker = NULL;
  g_autoptr(GError) error = NULL;

  if (sb_backend_tests_get (data) == NULL)
    return;

  owner = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, program, OWN, NULL);
  g_assert_no_error (error);
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (owner));
  g_data_input_stream_read_line_async (output, 0, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  marker = g_data_input_stream_read_line_finish (output, result, NULL, NULL);
  g_assert_nonnull (marker);
  sb_test_wait_until (count_marked (marker) == 2);

  g_subprocess_send_signal (owner, SIGKILL);
  sb_test_wait_until (count_marked (marker) == 0);
}

void
sb_backend_tests_add_one (const char    *name,
                          const char    *test,
                          GTestDataFunc  func)
{
  g_autofree char *path = g_strdup_printf ("/live/%s/%s", name, test);

  g_test_add_data_func (path, NULL, func);
}

/* One backend a program: it is probed here, once. */
void
sb_backend_tests_probe (SbSandboxBackend *backend)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  tested.backend = backend;
  sb_sandbox_backend_probe_async (backend, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  if (!sb_sandbox_backend_probe_finish (backend, result, &error))
    tested.why_not = g_strdup (error->message);
}

void
sb_backend_tests_add (const char       *name,
                      SbSandboxBackend *backend)
{
  static const struct
  {
    const char    *name;
    GTestDataFunc  func;
  } tests[] = {
    { "facts", test_facts },
    { "identity", test_identity },
    { "job", test_job },
    { "network", test_network },
    { "read-only", test_read_only },
    { "outside", test_outside },
    { "pid-1", test_pid_1 },
    { "fork-bomb", test_fork_bomb },
    { "memory", test_memory },
    { "disk", test_disk },
    { "namespaces", test_namespaces },
    { "watch", test_watch },
    { "counters", test_counters },
    { "remove", test_remove },
    { "close", test_close },
    { "owner-killed", test_owner_killed },
  };

  sb_backend_tests_probe (backend);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    sb_backend_tests_add_one (name, tests[i].name, tests[i].func);
  sb_seccomp_tests_add (name);
  sb_terminal_tests_add (name);
  sb_tree_tests_add (name);
}
