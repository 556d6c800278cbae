/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-test-helper.h"

static void
test_filter (void)
{
#if defined(__x86_64__) || defined(__aarch64__)
  SbTestHelper helper = { 0 };
  const SbGreeting *greeting = NULL;
  g_autofree char *text = NULL;

  sb_test_helper_start (&helper, NULL);
  greeting = sb_channel_get_greeting (helper.channel);
  g_assert_cmpuint (greeting->filter, ==, SB_WIRE_FILTER_HOLDS);
  g_assert_cmpuint (greeting->seccomp_mode, ==, 2);
  text = sb_test_shell_text (helper.channel,
                             "grep ^Seccomp: /proc/self/status | tr -d '\\t'; unshare -U true || echo no");
  g_assert_true (g_str_has_prefix (text, "Seccomp:2\nno\n"));
  sb_test_helper_end (&helper);
#else
  g_test_skip ("no filter for this processor");
#endif
}

/* A helper without its filter says so: what it starts would be refused by sb_isolation_check(). */
static void
test_no_filter (void)
{
#if defined(__x86_64__) || defined(__aarch64__)
  SbTestHelper helper = { 0 };

  sb_test_helper_start_without_filters (&helper);
  g_assert_cmpuint (sb_channel_get_greeting (helper.channel)->filter, ==, SB_WIRE_FILTER_BROKEN);
  sb_test_helper_end (&helper);
#else
  g_test_skip ("no filter for this processor");
#endif
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sandbox/isolation/filter", test_filter);
  g_test_add_func ("/sandbox/isolation/no-filter", test_no_filter);

  return g_test_run ();
}
