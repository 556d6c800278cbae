/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-abuse.h"
#include "sb-json.h"

/* Commands that do not want to end, processes that hide, and those that turn against their neighbours. */

/* Returns: the pid of the process whose command begins with the text; 0: there is none */
static gint64
find_pid (SbAbuse    *self,
          const char *text)
{
  g_autoptr(SbMcpToolResult) result = sb_abuse_call (self, "listProcesses", "{}");
  JsonArray *processes = sb_json_get_array (json_node_get_object (result->structured), "processes");

  for (guint i = 0; i < json_array_get_length (processes); i++)
    {
      JsonObject *process = json_array_get_object_element (processes, i);

      if (g_str_has_prefix (sb_json_get_string (process, "command"), text))
        return sb_json_get_int (process, "pid", 0);
    }

  return 0;
}

static gint64
start (SbAbuse    *self,
       const char *script)
{
  g_autofree char *arguments = g_strdup_printf ("{\"command\":[\"sh\",\"-c\",\"%s\"],\"background\":true}", script);
  g_autoptr(SbMcpToolResult) result = sb_abuse_call (self, "exec", arguments);

  g_assert_false (result->is_error);

  return sb_abuse_get_int (result, "processId");
}

static void
ignore_signals (SbAbuse *self)
{
  g_autoptr(SbMcpToolResult) result = sb_abuse_exec (self, "trap '' TERM INT HUP; while :; do sleep 1000; done", 200);

  g_assert_true (sb_abuse_is (result, "timedOut"));
  g_assert_cmpuint (sb_abuse_count (self), ==, 0);
}

/* It outlives its command, is seen, and is ended. */
static void
hide (SbAbuse *self)
{
  gint64 pid = 0;
  g_autofree char *arguments = NULL;

  g_free (sb_abuse_exploit (self, "hide 1000031"));
  sb_test_wait_until (find_pid (self, "sleep 1000031") != 0);
  pid = find_pid (self, "sleep 1000031");
  arguments = g_strdup_printf ("{\"pid\":%" G_GINT64_FORMAT "}", pid);
  sb_abuse_expect (self, "killProcess", arguments, FALSE, "was sent");
  g_assert_cmpint (find_pid (self, "sleep 1000031"), ==, pid);
  g_free (arguments);
  arguments = g_strdup_printf ("{\"pid\":%" G_GINT64_FORMAT ",\"signal\":\"KILL\"}", pid);
  sb_abuse_expect (self, "killProcess", arguments, FALSE, "was sent");
  sb_test_wait_until (sb_abuse_count (self) == 0);
}

static void
make_zombies (SbAbuse *self)
{
  g_autofree char *text = sb_abuse_exploit (self, "zombies 25 200");

  g_assert_cmpstr (text, ==, "5000\n");
  sb_test_wait_until (sb_abuse_count (self) == 0);
}

/* Whoever is killed by a neighbour is told so; PID 1 is not to be reached. */
static void
kill_all (SbAbuse *self)
{
  gint64 process = start (self, "exec sleep 1000032");
  g_autofree char *arguments = g_strdup_printf ("{\"processId\":%" G_GINT64_FORMAT "}", process);
  g_autoptr(SbMcpToolResult) itself = sb_abuse_exec (self, "kill -9 1; kill -STOP 1; kill -TERM 1; echo tried", 0);
  g_autoptr(SbMcpToolResult) result = NULL;

  g_assert_nonnull (strstr (itself->text, "stdout: tried"));
  sb_abuse_expect (self, "readProcessLog", arguments, FALSE, ": running;");
  result = sb_abuse_exec (self, "kill -9 -1", 0);
  g_assert_false (result->is_error);
  sb_test_wait_until (sb_abuse_count (self) == 0);
  sb_abuse_expect (self, "readProcessLog", arguments, FALSE, ": killed, signal 9;");
}

/* What holds still, itself or by a neighbour, is still ended in time. */
static void
stop_siblings (SbAbuse *self)
{
  g_autoptr(SbMcpToolResult) itself = sb_abuse_exec (self, "kill -STOP $$; sleep 1000", 200);
  g_autoptr(SbMcpToolResult) sibling = NULL;
  gint64 process = start (self, "while :; do for p in /proc/[0-9]*; do p=${p#/proc/}; [ $p = $$ ] || kill -STOP $p; "
                          "done; done 2> /dev/null");
  g_autofree char *arguments = g_strdup_printf ("{\"processId\":%" G_GINT64_FORMAT ",\"signal\":\"KILL\"}", process);

  g_assert_true (sb_abuse_is (itself, "timedOut"));
  sibling = sb_abuse_exec (self, "sleep 1000", 500);
  g_assert_true (sb_abuse_is (sibling, "timedOut"));
  sb_abuse_expect (self, "killProcess", arguments, FALSE, "was sent");
  sb_test_wait_until (sb_abuse_count (self) == 0);
}

int
main (int    argc,
      char **argv)
{
  static const SbAbuseCase cases[] = {
    { 8, "ignore-signals", ignore_signals },
    { 9, "hide", hide },
    { 10, "zombies", make_zombies },
    { 11, "kill-all", kill_all },
    { 12, "stop-siblings", stop_siblings },
  };

  return sb_abuse_main (argc, argv, cases, G_N_ELEMENTS (cases));
}
