/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "sb-id.h"
#include "sb-test-tools.h"
#include "sb-test.h"

#define DAY (G_GINT64_CONSTANT (24) * 60 * 60)

/* Seconds by which the wall clock of this process is wrong. */
static gint64 jump;

/* The three instead of the C library's, for us and for GLib: as if somebody set the clock. */
int
clock_gettime (clockid_t        id,
               struct timespec *value)
{
  int result = (int) syscall (SYS_clock_gettime, id, value);

  if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE || id == CLOCK_TAI)
    value->tv_sec += jump;

  return result;
}

int
gettimeofday (struct timeval *restrict value,
              void *restrict           zone)
{
  struct timespec now = { 0 };
  int result = clock_gettime (CLOCK_REALTIME, &now);

  value->tv_sec = now.tv_sec;
  value->tv_usec = now.tv_nsec / 1000;

  return result;
}

time_t
time (time_t *value)
{
  struct timespec now = { 0 };

  clock_gettime (CLOCK_REALTIME, &now);
  if (value != NULL)
    *value = now.tv_sec;

  return now.tv_sec;
}

static void
set_clock (gint64 seconds)
{
  gint64 before = sb_clock_wall ();
  gint64 old = jump;

  jump = seconds;
  /* It has to be our clock that is read. */
  g_assert_cmpint (ABS (sb_clock_wall () - before - (seconds - old) * G_USEC_PER_SEC), <, DAY * G_USEC_PER_SEC / 2);
}

static void
assert_lives (Fixture   *fixture,
              SbSandbox *sandbox)
{
  g_autoptr(SbMcpToolResult) result = tools_call (fixture, "exec", "{\"command\":\"sleep 0.2; echo here\"}");

  g_assert_nonnull (strstr (result->text, "here"));
  g_assert_cmpint (sb_sandbox_get_state (sandbox), ==, SB_SANDBOX_STATE_READY);
}

/* A year forward and two back: it goes on, and it does not forget to end. */
static void
test_wall_jumps (Fixture       *fixture,
                 gconstpointer  data)
{
  const SbSandboxSpec spec = { .idle_seconds = 2 };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbSandbox) sandbox = NULL;

  sb_sandbox_manager_create_async (fixture->manager, &spec, "me", NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sandbox = sb_sandbox_manager_create_finish (fixture->manager, result, NULL);
  g_assert_nonnull (sandbox);
  set_clock (400 * DAY);
  assert_lives (fixture, sandbox);
  /* After its last use: by this clock it would be idle in 800 days. */
  set_clock (-400 * DAY);
  sb_test_wait_until (sb_sandbox_get_state (sandbox) == SB_SANDBOX_STATE_STOPPED);
  g_assert_nonnull (strstr (sb_sandbox_get_message (sandbox), "Nobody used it"));
  set_clock (0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/sandbox/clocks/wall-jumps", Fixture, NULL, tools_set_up, test_wall_jumps, tools_tear_down);

  return g_test_run ();
}
