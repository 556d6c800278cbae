/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "sb-test-helper.h"
#include "sb-test-terminal.h"
#include "sb-wire.h"

static void
test_shell (void)
{
  SbTestHelper helper = { 0 };
  SbTestTerminal terminal = { 0 };

  sb_test_helper_start (&helper, NULL);
  sb_test_terminal_start (&terminal, helper.channel, NULL);
  sb_test_terminal_type (&terminal, "test -t 0 && test -t 1 && test -t 2 && tty=$(tty) && echo on-${tty%/*}\n");
  sb_test_terminal_expect (&terminal, "on-/dev/pts\r\n");
  sb_test_terminal_type (&terminal, "echo $TERM:$CI:; pwd; exit 3\n");
  sb_test_terminal_expect (&terminal, "xterm-256color::\r\n");
  sb_test_terminal_expect (&terminal, helper.workspace);
  sb_test_terminal_wait_exited (&terminal);
  g_assert_no_error (terminal.error);
  g_assert_cmpuint (terminal.outcome, ==, SB_EXEC_EXITED);
  g_assert_cmpint (terminal.value, ==, 3);
  g_assert_false (sb_terminal_session_get_running (terminal.session));
  g_assert_false (sb_terminal_session_write (terminal.session, "x", 1));
  sb_test_terminal_clear (&terminal);
  sb_test_helper_end (&helper);
}

static void
test_resize (void)
{
  SbTestHelper helper = { 0 };
  SbTestTerminal terminal = { 0 };

  sb_test_helper_start (&helper, NULL);
  sb_test_terminal_start (&terminal, helper.channel, NULL);
  sb_test_terminal_type (&terminal, "echo size-$(stty size)\n");
  sb_test_terminal_expect (&terminal, "size-24 80\r\n");
  sb_test_terminal_type (&terminal, "sh -c 'trap \"stty size\" WINCH; echo armed-$((1 + 1)); sleep 1000006 & wait'\n");
  sb_test_terminal_expect (&terminal, "armed-2\r\n");
  sb_terminal_session_resize (terminal.session, 33, 101);
  sb_test_terminal_expect (&terminal, "33 101\r\n");
  sb_test_terminal_clear (&terminal);
  sb_test_helper_end (&helper);
}

static void
test_interrupt (void)
{
  SbTestHelper helper = { 0 };
  SbTestTerminal terminal = { 0 };

  sb_test_helper_start (&helper, NULL);
  sb_test_terminal_start (&terminal, helper.channel, NULL);
  sb_test_terminal_type (&terminal, "sh -c 'echo up-$((2 + 3)); exec sleep 1000000'\n");
  sb_test_terminal_expect (&terminal, "up-5\r\n");
  sb_test_terminal_type (&terminal, "\003");
  sb_test_terminal_expect (&terminal, "^C");
  sb_test_terminal_type (&terminal, "echo code-$?\n");
  sb_test_terminal_expect (&terminal, "code-130\r\n");
  sb_test_terminal_clear (&terminal);
  sb_test_helper_end (&helper);
}

/* Nobody takes what `yes` writes: it stands still, and nothing else does. */
static void
test_flood (void)
{
  SbTestHelper helper = { 0 };
  SbTestTerminal flood = { .hold = TRUE };
  SbTestTerminal other = { 0 };
  const char *argv[] = { "yes", NULL };

  sb_test_helper_start (&helper, NULL);
  sb_test_terminal_start (&flood, helper.channel, argv);
  sb_test_wait_until (flood.total == SB_WIRE_OUTPUT_WINDOW);
  for (guint i = 0; i < 50; i++)
    g_free (sb_test_shell_text (helper.channel, "true"));
  sb_test_terminal_start (&other, helper.channel, NULL);
  sb_test_terminal_type (&other, "echo still-$((40 + 2))\n");
  sb_test_terminal_expect (&other, "still-42\r\n");
  g_assert_cmpuint (flood.total, ==, SB_WIRE_OUTPUT_WINDOW);

  /* Once it is taken it goes on, and ends in the middle of it. */
  flood.hold = FALSE;
  sb_terminal_session_take (flood.session, flood.total);
  sb_test_wait_until (flood.total > 4 * SB_WIRE_OUTPUT_WINDOW);
  sb_test_terminal_type (&flood, "\003");
  sb_test_terminal_wait_exited (&flood);
  g_assert_cmpuint (flood.outcome, ==, SB_EXEC_SIGNALED);
  g_assert_cmpint (flood.value, ==, SIGINT);
  sb_test_terminal_clear (&flood);
  sb_test_terminal_clear (&other);
  sb_test_helper_end (&helper);
}

/* A closed terminal whose output nobody takes must not wait for credit for ever. */
static void
test_close_flood (void)
{
  SbTestHelper helper = { 0 };
  SbTestTerminal flood = { .hold = TRUE };
  const char *argv[] = { "yes", NULL };

  sb_test_helper_start (&helper, NULL);
  sb_test_terminal_start (&flood, helper.channel, argv);
  sb_test_wait_until (flood.total == SB_WIRE_OUTPUT_WINDOW);
  sb_terminal_session_close (flood.session);
  sb_test_terminal_wait_exited (&flood);
  g_assert_cmpuint (flood.outcome, ==, SB_EXEC_SIGNALED);
  sb_test_terminal_clear (&flood);
  sb_test_helper_end (&helper);
}

static gboolean
is_gone (const char *pid)
{
  g_autofree char *path = g_build_filename ("/proc", pid, NULL);

  return !g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
close_session (SbTestTerminal *terminal)
{
  sb_terminal_session_close (terminal->session);
  sb_test_terminal_wait_exited (terminal);
  g_assert_cmpuint (terminal->outcome, ==, SB_EXEC_SIGNALED);
}

static void
end_shell (SbTestTerminal *terminal)
{
  sb_test_terminal_type (terminal, "exit 0\n");
  sb_test_terminal_wait_exited (terminal);
  g_assert_cmpuint (terminal->outcome, ==, SB_EXEC_EXITED);
}

/* What left the foreground, the session, and even the terminal. */
static void
test_end_takes_all (gconstpointer data)
{
  void (*end) (SbTestTerminal *terminal) = data;
  static const char start[] =
    "sleep 1000001 & echo $! > a; setsid sleep 1000002 < /dev/null > /dev/null 2>&1 & echo $! > b;"
    " (trap '' HUP TERM; sleep 1000003 & echo $! > c); nohup sleep 1000004 > /dev/null & echo $! > d;"
    " echo ready-$((3 + 4))\n";
  static const char *const files[] = { "a", "b", "c", "d" };
  SbTestHelper helper = { 0 };
  SbTestTerminal terminal = { 0 };

  sb_test_helper_start (&helper, NULL);
  sb_test_terminal_start (&terminal, helper.channel, NULL);
  sb_test_terminal_type (&terminal, start);
  sb_test_terminal_expect (&terminal, "ready-7\r\n");
  end (&terminal);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *pid = sb_test_read (helper.channel, files[i], NULL);

      g_assert_cmpuint (strtoul (g_strstrip (pid), NULL, 10), >, 1);
      g_assert_true (is_gone (pid));
    }
  sb_test_terminal_clear (&terminal);
  sb_test_helper_end (&helper);
}

/* More than there are slots, without waiting for the end of any. */
static void
test_let_go (void)
{
  SbTestHelper helper = { 0 };

  sb_test_helper_start (&helper, NULL);
  for (guint i = 0; i < 80; i++)
    {
      SbTestTerminal terminal = { 0 };

      sb_test_terminal_start (&terminal, helper.channel, NULL);
      if (i % 2 == 0)
        sb_test_terminal_type (&terminal, "sleep 1000005\n");
      sb_test_wait_until (terminal.total > 0);
      sb_test_terminal_clear (&terminal);
    }
  sb_test_helper_end (&helper);
}

static void
test_input (void)
{
  SbTestHelper helper = { 0 };
  SbTestTerminal terminal = { 0 };
  const char *argv[] = { "/bin/sh", "-c", "stty raw -echo; echo go; head -c 3000000 | wc -c; echo end", NULL };
  g_autofree char *text = g_strnfill (3000000, 'x');

  sb_test_helper_start (&helper, NULL);
  sb_test_terminal_start (&terminal, helper.channel, argv);
  sb_test_terminal_expect (&terminal, "go\n");
  g_assert_true (sb_terminal_session_write (terminal.session, text, 3000000));
  g_assert_false (sb_terminal_session_write (terminal.session, text, 3000000));
  sb_test_terminal_expect (&terminal, "3000000\n");
  sb_test_terminal_wait_exited (&terminal);
  sb_test_terminal_clear (&terminal);
  sb_test_helper_end (&helper);
}

static void
test_errors (void)
{
  SbTestHelper helper = { 0 };
  SbTestTerminal missing = { 0 };
  SbTestTerminal running = { 0 };
  SbTestTerminal late = { 0 };
  const char *argv[] = { "no-such-program", NULL };

  sb_test_helper_start (&helper, NULL);
  sb_test_terminal_start (&missing, helper.channel, argv);
  sb_test_terminal_wait_exited (&missing);
  g_assert_error (missing.error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND);

  sb_test_terminal_start (&running, helper.channel, NULL);
  sb_channel_close (helper.channel);
  g_assert_error (running.error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED);
  sb_test_terminal_start (&late, helper.channel, NULL);
  g_assert_error (late.error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED);
  sb_test_terminal_clear (&missing);
  sb_test_terminal_clear (&running);
  sb_test_terminal_clear (&late);
  sb_test_helper_end (&helper);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/sandbox/terminal/shell", test_shell);
  g_test_add_func ("/sandbox/terminal/resize", test_resize);
  g_test_add_func ("/sandbox/terminal/interrupt", test_interrupt);
  g_test_add_func ("/sandbox/terminal/flood", test_flood);
  g_test_add_func ("/sandbox/terminal/close-flood", test_close_flood);
  g_test_add_data_func ("/sandbox/terminal/close-takes-all", close_session, test_end_takes_all);
  g_test_add_data_func ("/sandbox/terminal/exit-takes-all", end_shell, test_end_takes_all);
  g_test_add_func ("/sandbox/terminal/let-go", test_let_go);
  g_test_add_func ("/sandbox/terminal/input", test_input);
  g_test_add_func ("/sandbox/terminal/errors", test_errors);

  return g_test_run ();
}
