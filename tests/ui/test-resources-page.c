/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-page-fixture.h"
#include "sb-resources-page.h"
#include "sb-shell.h"

#define MIB (1024 * 1024)

/* Half a processor over one second; the labels say so, and that is what is spoken. */
static void
test_figures (SbPageFixture *fixture,
              gconstpointer  data)
{
  SbResourcesPage *page = SB_RESOURCES_PAGE (fixture->page);
  SbChannelCounters counters = {
    .memory_bytes = 256 * MIB, .memory_limit = 512 * MIB, .processes = 3, .cpu_us = 1000000, .disk_bytes = MIB,
  };

  sb_resources_page_add (page, 10 * G_USEC_PER_SEC, &counters);
  g_assert_true (sb_page_fixture_shows (fixture->page, "0 % of one processor"));
  counters.cpu_us += 500000;
  sb_resources_page_add (page, 11 * G_USEC_PER_SEC, &counters);
  g_assert_true (sb_page_fixture_shows (fixture->page, "50 % of one processor"));
  g_assert_true (sb_page_fixture_shows (fixture->page, "256\xc2\xa0MiB of 512\xc2\xa0MiB"));
  g_assert_true (sb_page_fixture_shows (fixture->page, "1\xc2\xa0MiB"));
  g_assert_true (sb_page_fixture_shows (fixture->page, "3 processes"));

  /* Counters that went backwards, from another clock or a hostile far end. */
  counters.cpu_us = 0;
  sb_resources_page_add (page, 5 * G_USEC_PER_SEC, &counters);
  counters.cpu_us = G_MAXUINT64;
  counters.memory_bytes = G_MAXUINT64;
  sb_resources_page_add (page, 500 * G_USEC_PER_SEC, &counters);
  sb_test_spin (50);
}

static void
test_live (SbPageFixture *fixture,
           gconstpointer  data)
{
  sb_page_fixture_show (fixture);
  sb_test_wait_until (sb_page_fixture_shows (fixture->page, "0 processes"));
  sb_page_fixture_stop (fixture);
  g_object_set (fixture->page, "sandbox", NULL, NULL);
  g_assert_false (sb_page_fixture_shows (fixture->page, "0 processes"));
}

int
main (int   argc,
      char *argv[])
{
  gconstpointer type;

  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();
  type = GSIZE_TO_POINTER (SB_TYPE_RESOURCES_PAGE);

  g_test_add ("/resources-page/figures", SbPageFixture, type, sb_page_fixture_set_up, test_figures,
              sb_page_fixture_tear_down);
  g_test_add ("/resources-page/live", SbPageFixture, type, sb_page_fixture_set_up, test_live,
              sb_page_fixture_tear_down);

  return g_test_run ();
}
