/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-id.h"
#include "sb-test.h"
#include "sb-tool-times.h"

static SbTraceEvent *
begin (SbConversation *conversation,
       SbTraceKind     kind,
       const char     *title)
{
  return sb_trace_begin (sb_conversation_get_trace (conversation), NULL, kind, title);
}

static void
test_times (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbStore) store = sb_store_new (":memory:", NULL, &error);
  SbConversation *conversation = sb_store_create_conversation (store);
  SbToolTimes times;

  g_assert_no_error (error);
  sb_store_get_tool_times (store, "exec", &times);
  g_assert_cmpuint (times.n_calls, ==, 0);
  g_assert_cmpint (times.p95, ==, 0);

  for (guint i = 0; i < 20; i++)
    sb_trace_event_finish (begin (conversation, SB_TRACE_KIND_TOOL_CALL, "exec"),
                           i < 3 ? SB_TRACE_STATE_FAILED : SB_TRACE_STATE_OK);
  sb_trace_event_finish (begin (conversation, SB_TRACE_KIND_TOOL_CALL, "readFile"), SB_TRACE_STATE_OK);
  sb_trace_event_finish (begin (conversation, SB_TRACE_KIND_TURN, "exec"), SB_TRACE_STATE_OK);
  begin (conversation, SB_TRACE_KIND_TOOL_CALL, "exec");
  g_assert_true (sb_store_flush (store, &error));
  g_assert_no_error (error);

  sb_store_get_tool_times (store, "exec", &times);
  g_assert_cmpuint (times.n_calls, ==, 20);
  g_assert_cmpuint (times.n_failed, ==, 3);
  g_assert_cmpint (times.p50, >=, 0);
  g_assert_cmpint (times.p95, >=, times.p50);
  sb_store_get_tool_times (store, "readFile", &times);
  g_assert_cmpuint (times.n_calls, ==, 1);
  g_assert_cmpuint (times.n_failed, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tool-times/times", test_times);

  return g_test_run ();
}
