/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "sb-test-helper.h"
#include "sb-test-terminal.h"

static GPtrArray *
list (SbTestHelper *helper)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  GPtrArray *processes;

  sb_channel_list_processes_async (helper->channel, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  processes = sb_channel_list_processes_finish (helper->channel, result, &error);
  g_assert_no_error (error);

  return processes;
}

/* Borrowed from the list, which the next call replaces; NULL: none has such a command line. */
static const SbProcess *
find (SbTestHelper  *helper,
      GPtrArray    **processes,
      const char    *command)
{
  g_clear_pointer (processes, g_ptr_array_unref);
  *processes = list (helper);
  for (guint i = 0; i < (*processes)->len; i++)
    {
      const SbProcess *process = g_ptr_array_index (*processes, i);

      if (strcmp (process->command, command) == 0)
        return process;
    }

  return NULL;
}

static guint32
spawn (SbTestHelper *helper,
       const char   *script)
{
  const char *argv[] = { "/bin/sh", "-c", script, NULL };
  const SbExecSpec spec = { .argv = argv };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  guint32 process;

  sb_channel_spawn_async (helper->channel, &spec, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  process = sb_channel_spawn_finish (helper->channel, result, &error);
  g_assert_no_error (error);

  return process;
}

static gboolean
send (SbTestHelper  *helper,
      guint32        pid,
      int            signal,
      GError       **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_channel_signal_process_async (helper->channel, pid, signal, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_channel_signal_process_finish (helper->channel, result, error);
}

/* Whatever it did to get away: a session of its own, an environment of its own. */
static void
test_list (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GPtrArray) processes = NULL;
  const SbProcess *process;
  guint32 job;

  sb_test_helper_start (&helper, NULL);
  processes = list (&helper);
  g_assert_cmpuint (processes->len, ==, 0);

  job = spawn (&helper, "setsid sleep 1000021 & env -i sleep 1000022 & exec sleep 1000023");
  sb_test_wait_until (find (&helper, &processes, "sleep 1000021") != NULL
                      && find (&helper, &processes, "sleep 1000022") != NULL
                      && find (&helper, &processes, "sleep 1000023") != NULL);
  g_assert_cmpuint (processes->len, ==, 3);
  for (guint i = 0; i < processes->len; i++)
    {
      process = g_ptr_array_index (processes, i);
      g_assert_cmpuint (process->pid, >, 1);
      g_assert_cmpuint (process->request, ==, job);
      g_assert_cmpuint (process->memory_bytes, >, 0);
      g_assert_cmpstr (process->name, ==, "sleep");
      g_assert_true (g_ascii_isalpha (process->state));
    }
  sb_test_helper_end (&helper);
}

static void
test_terminal (void)
{
  SbTestHelper helper = { 0 };
  SbTestTerminal terminal = { 0 };
  g_autoptr(GPtrArray) processes = NULL;

  sb_test_helper_start (&helper, NULL);
  sb_test_terminal_start (&terminal, helper.channel, NULL);
  sb_test_terminal_type (&terminal, "sleep 1000024\n");
  sb_test_wait_until (find (&helper, &processes, "sleep 1000024") != NULL);
  g_assert_cmpuint (find (&helper, &processes, "sleep 1000024")->request, ==,
                    sb_terminal_session_get_id (terminal.session));
  sb_test_terminal_clear (&terminal);
  sb_test_helper_end (&helper);
}

static void
test_signal (void)
{
  SbTestHelper helper = { 0 };
  g_autoptr(GPtrArray) processes = NULL;
  g_autoptr(GError) gone = NULL;
  guint32 pid;

  sb_test_helper_start (&helper, NULL);
  spawn (&helper, "exec sleep 1000025");
  sb_test_wait_until (find (&helper, &processes, "sleep 1000025") != NULL);
  pid = find (&helper, &processes, "sleep 1000025")->pid;
  g_assert_true (send (&helper, pid, SIGSTOP, NULL));
  sb_test_wait_until (find (&helper, &processes, "sleep 1000025")->state == 'T');
  g_assert_true (send (&helper, pid, SIGKILL, NULL));
  /* Until it is reaped it is there, though without a command. */
  sb_test_wait_until (!send (&helper, pid, SIGKILL, NULL));
  g_assert_false (send (&helper, pid, SIGKILL, &gone));
  g_assert_error (gone, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND);
  sb_test_helper_end (&helper);
}

/* Neither PID 1 nor the helper nor anybody who is not in the list, who here would be on the host. */
static void
test_strangers (void)
{
  SbTestHelper helper = { 0 };
  guint32 refused[] = { 0, 1, 0, 0x7fffffff, 0xffffffff, 0 };

  sb_test_helper_start (&helper, NULL);
  refused[2] = (guint32) strtoul (g_subprocess_get_identifier (helper.process), NULL, 10);
  refused[5] = (guint32) getpid ();
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_false (send (&helper, refused[i], SIGKILL, &error));
      g_assert_true (g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_DENIED)
                     || g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND));
    }
  g_free (sb_test_shell_text (helper.channel, "true"));
  sb_test_helper_end (&helper);
}

/* More than one frame of them, with names and arguments made to confuse. */
static void
test_many (void)
{
  static const char script[] =
    "i=0; while [ $i -lt 300 ]; do"
    " perl -e '$0 = \") R 1 (\\n\" . \"x\" x 2000; sleep 1000026' & i=$((i + 1)); done; wait";
  SbTestHelper helper = { 0 };
  guint count = 0;

  sb_test_helper_start (&helper, NULL);
  spawn (&helper, script);
  while (count < 301)
    {
      g_autoptr(GPtrArray) processes = list (&helper);

      count = 0;
      for (guint i = 0; i < processes->len; i++)
        {
          const SbProcess *process = g_ptr_array_index (processes, i);

          count += g_str_has_prefix (process->command, ") R 1 (\n") || process->request != 0;
        }
      g_assert_cmpuint (processes->len, <=, 301);
    }
  sb_test_helper_end (&helper);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/sandbox/processes/list", test_list);
  g_test_add_func ("/sandbox/processes/terminal", test_terminal);
  g_test_add_func ("/sandbox/processes/signal", test_signal);
  g_test_add_func ("/sandbox/processes/strangers", test_strangers);
  g_test_add_func ("/sandbox/processes/many", test_many);

  return g_test_run ();
}
