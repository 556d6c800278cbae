/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-backend-tests.h"
#include "sb-test-terminal.h"
#include "sb-wire.h"

#define N_SESSIONS 20

static gboolean
start (SbTestSandbox *sandbox,
       gconstpointer  data)
{
  SbSandboxBackend *backend = sb_backend_tests_get (data);
  SbSandboxSpec spec = {
    .memory_bytes = 256 * 1024 * 1024,
    .disk_bytes = 16 * 1024 * 1024,
    .pids = 128,
    .cpus = 1,
    .ttl_seconds = 600,
  };

  return backend != NULL && sb_test_sandbox_start (sandbox, backend, &spec);
}

static void
test_shell (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };
  SbTestTerminal terminal = { 0 };

  if (!start (&sandbox, data))
    return;

  sb_test_terminal_start (&terminal, sandbox.channel, NULL);
  sb_test_terminal_type (&terminal, "tty=$(tty); echo at-${tty%/*}; id -u; pwd; grep NoNewPrivs /proc/self/status\n");
  sb_test_terminal_expect (&terminal, "at-/dev/pts\r\n65532\r\n/workspace\r\nNoNewPrivs:\t1\r\n");
  sb_test_terminal_type (&terminal, "cat /proc/self/oom_score_adj; grep CapEff /proc/self/status\n");
  sb_test_terminal_expect (&terminal, "1000\r\nCapEff:\t0000000000000000\r\n");
  sb_terminal_session_resize (terminal.session, 40, 120);
  sb_test_terminal_type (&terminal, "echo size-$(stty size)\n");
  sb_test_terminal_expect (&terminal, "size-40 120\r\n");
  sb_test_terminal_type (&terminal, "sleep 1000000\n");
  /* Typed sooner, the shell would get it, or nobody. */
  g_free (sb_test_shell_text (sandbox.channel, "until ps -C sleep -o stat= | grep -q +; do :; done"));
  sb_test_terminal_type (&terminal, "\003");
  sb_test_terminal_expect (&terminal, "^C");
  sb_test_terminal_type (&terminal, "exit 7\n");
  sb_test_terminal_wait_exited (&terminal);
  g_assert_cmpuint (terminal.outcome, ==, SB_EXEC_EXITED);
  g_assert_cmpint (terminal.value, ==, 7);
  sb_test_terminal_clear (&terminal);
  sb_test_sandbox_remove (&sandbox);
}

/* One that nobody reads and one that is read as fast as it goes: commands answer beside them. */
static void
test_flood (gconstpointer data)
{
  const char *argv[] = { "yes", NULL };
  SbTestSandbox sandbox = { 0 };
  SbTestTerminal held = { .hold = TRUE };
  SbTestTerminal taken = { 0 };

  if (!start (&sandbox, data))
    return;

  sb_test_terminal_start (&held, sandbox.channel, argv);
  sb_test_terminal_start (&taken, sandbox.channel, argv);
  sb_test_wait_until (held.total == SB_WIRE_OUTPUT_WINDOW && taken.total > SB_WIRE_OUTPUT_WINDOW);
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr(SbExecResult) result = sb_test_shell (sandbox.channel, "true");

      g_assert_cmpint (result->exit_code, ==, 0);
    }
  g_assert_cmpuint (held.total, ==, SB_WIRE_OUTPUT_WINDOW);
  sb_test_terminal_type (&taken, "\003");
  sb_test_terminal_wait_exited (&taken);
  sb_test_terminal_clear (&held);
  sb_test_terminal_clear (&taken);
  sb_test_sandbox_remove (&sandbox);
}

static guint
count_processes (SbTestSandbox *sandbox)
{
  g_autofree char *text = sb_test_shell_text (sandbox->channel, "ls -d /proc/[0-9]* | wc -l");

  return (guint) g_ascii_strtoull (text, NULL, 10);
}

static void
test_leaves_nothing (gconstpointer data)
{
  SbTestSandbox sandbox = { 0 };
  SbTestTerminal terminals[N_SESSIONS] = { 0 };
  guint before;

  if (!start (&sandbox, data))
    return;

  /* What the start itself still had under way is no part of it. */
  sb_test_wait_until ((before = count_processes (&sandbox)) == count_processes (&sandbox));
  for (guint i = 0; i < N_SESSIONS; i++)
    {
      sb_test_terminal_start (&terminals[i], sandbox.channel, NULL);
      sb_test_terminal_type (&terminals[i], "setsid sleep 1000000 & (trap '' HUP; sleep 1000000 &);"
                                            " echo up-$((1+1))\n");
      sb_test_terminal_expect (&terminals[i], "up-2\r\n");
    }
  g_assert_cmpuint (count_processes (&sandbox), >=, before + 3 * N_SESSIONS);
  for (guint i = 0; i < N_SESSIONS; i++)
    sb_terminal_session_close (terminals[i].session);
  for (guint i = 0; i < N_SESSIONS; i++)
    {
      sb_test_terminal_wait_exited (&terminals[i]);
      sb_test_terminal_clear (&terminals[i]);
    }
  /* A shell that lists them may be seen twice, just after it has forked. */
  sb_test_wait_until (count_processes (&sandbox) <= before);
  sb_test_sandbox_remove (&sandbox);
}

void
sb_terminal_tests_add (const char *name)
{
  sb_backend_tests_add_one (name, "terminal/shell", test_shell);
  sb_backend_tests_add_one (name, "terminal/flood", test_flood);
  sb_backend_tests_add_one (name, "terminal/leaves-nothing", test_leaves_nothing);
}
