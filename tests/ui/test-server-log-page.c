/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-server-log-page.h"
#include "sb-shell.h"
#include "sb-test.h"
#include "sb-tools-fixture.h"

static char *
dup_text (SbToolsFixture *fixture)
{
  GtkWidget *view = sb_tools_fixture_find (fixture->page, GTK_TYPE_TEXT_VIEW);
  char *text = NULL;

  g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "text", &text, NULL);

  return text;
}

static gboolean
has (SbToolsFixture *fixture,
     const char     *part)
{
  g_autofree char *text = dup_text (fixture);

  return strstr (text, part) != NULL;
}

/* What a server says is there at once, live, and within bounds. */
static void
test_log (SbToolsFixture *fixture,
          gconstpointer   data)
{
  SbGatewayServer *server = sb_gateway_lookup (fixture->gateway, "weather");
  SbServerLog *log = sb_gateway_server_get_log (server);
  g_autofree char *text = NULL;

  g_assert_true (sb_tools_fixture_shows (fixture->page, "Choose a Server"));
  sb_tools_model_set_server (fixture->model, server);
  g_assert_true (sb_tools_fixture_shows (fixture->page, "Nothing Was Said"));
  sb_server_log_feed (log, (const guint8 *) "rain <b>soon</b>\n", 17);
  sb_test_wait_until (has (fixture, "rain <b>soon</b>"));

  for (guint i = 0; i < 40000; i++)
    sb_server_log_feed (log, (const guint8 *) "a line that comes again and again\n", 34);
  sb_server_log_feed (log, (const guint8 *) "the last\n", 9);
  sb_test_wait_until (has (fixture, "the last"));
  text = dup_text (fixture);
  g_assert_cmpuint (strlen (text), <=, 256 * 1024);

  sb_tools_model_set_server (fixture->model, sb_gateway_lookup (fixture->gateway, "own"));
  g_assert_false (has (fixture, "the last"));
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  sb_shell_init ();

  g_test_add ("/server-log-page/log", SbToolsFixture, GSIZE_TO_POINTER (SB_TYPE_SERVER_LOG_PAGE),
              sb_tools_fixture_set_up, test_log, sb_tools_fixture_tear_down);

  return g_test_run ();
}
