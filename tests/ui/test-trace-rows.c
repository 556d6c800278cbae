/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-credits.h"
#include "sb-hex-dump.h"
#include "sb-trace-rows.h"
#include "sb-trace-text.h"

typedef struct
{
  /* owned */
  SbTrace     *trace;
  SbTraceRows *rows;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();

  fixture->trace = sb_trace_new (redactor);
  fixture->rows = sb_trace_rows_new ();
  sb_trace_rows_set_trace (fixture->rows, fixture->trace);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_assert_finalize_object (fixture->rows);
  g_assert_finalize_object (fixture->trace);
}

static guint
count_rows (Fixture *fixture)
{
  return g_list_model_get_n_items (G_LIST_MODEL (sb_trace_rows_get_outline (fixture->rows)));
}

static void
assert_row (Fixture    *fixture,
            guint       position,
            int         depth,
            const char *title)
{
  g_autoptr(SbOutlineNode) node =
    g_list_model_get_item (G_LIST_MODEL (sb_trace_rows_get_outline (fixture->rows)), position);

  g_assert_nonnull (node);
  g_assert_cmpint (sb_outline_node_get_depth (node), ==, depth);
  g_assert_cmpstr (sb_trace_event_get_title (sb_outline_node_get_item (node)), ==, title);
}

/* Parallel calls come mixed in the flat list; each child is found below its own parent. */
static void
test_tree (Fixture       *fixture,
           gconstpointer  data)
{
  SbTraceEvent *turn = sb_trace_begin (fixture->trace, NULL, SB_TRACE_KIND_TURN, "turn");
  SbTraceEvent *one = sb_trace_begin (fixture->trace, turn, SB_TRACE_KIND_TOOL_CALL, "one");
  SbTraceEvent *two = sb_trace_begin (fixture->trace, turn, SB_TRACE_KIND_TOOL_CALL, "two");

  sb_trace_begin (fixture->trace, one, SB_TRACE_KIND_SANDBOX, "in one");
  sb_trace_begin (fixture->trace, two, SB_TRACE_KIND_SANDBOX, "in two");
  sb_trace_begin (fixture->trace, one, SB_TRACE_KIND_FILE, "+ a");

  g_assert_cmpuint (count_rows (fixture), ==, 6);
  assert_row (fixture, 0, 0, "turn");
  assert_row (fixture, 1, 1, "one");
  assert_row (fixture, 2, 2, "in one");
  assert_row (fixture, 3, 2, "+ a");
  assert_row (fixture, 4, 1, "two");
  assert_row (fixture, 5, 2, "in two");
}

static void
count_notify_cb (guint *n_notified)
{
  (*n_notified)++;
}

static void
test_running (Fixture       *fixture,
              gconstpointer  data)
{
  guint n_notified = 0;
  SbTraceEvent *turn;
  SbTraceEvent *call;

  g_signal_connect_swapped (fixture->rows, "notify::running", G_CALLBACK (count_notify_cb), &n_notified);
  g_assert_false (sb_trace_rows_get_running (fixture->rows));
  turn = sb_trace_begin (fixture->trace, NULL, SB_TRACE_KIND_TURN, "turn");
  call = sb_trace_begin (fixture->trace, turn, SB_TRACE_KIND_MODEL_CALL, "call");
  g_assert_true (sb_trace_rows_get_running (fixture->rows));
  sb_trace_event_finish (call, SB_TRACE_STATE_FAILED);
  g_assert_true (sb_trace_rows_get_running (fixture->rows));
  sb_trace_event_finish (turn, SB_TRACE_STATE_OK);
  g_assert_false (sb_trace_rows_get_running (fixture->rows));
  g_assert_cmpuint (n_notified, ==, 2);
}

static void
test_filter (Fixture       *fixture,
             gconstpointer  data)
{
  SbTraceEvent *turn = sb_trace_begin (fixture->trace, NULL, SB_TRACE_KIND_TURN, "print primes");
  SbTraceEvent *call = sb_trace_begin (fixture->trace, turn, SB_TRACE_KIND_TOOL_CALL, "exec node hello.js");

  sb_trace_begin (fixture->trace, turn, SB_TRACE_KIND_MODEL_CALL, "qwen");
  sb_trace_event_set_subtitle (call, "exit 0");
  sb_trace_rows_set_filter (fixture->rows, "NODE");
  g_assert_cmpuint (count_rows (fixture), ==, 2);
  assert_row (fixture, 1, 1, "exec node hello.js");
  sb_trace_rows_set_filter (fixture->rows, "exit");
  g_assert_cmpuint (count_rows (fixture), ==, 2);
  sb_trace_rows_set_filter (fixture->rows, "no such thing");
  g_assert_cmpuint (count_rows (fixture), ==, 0);
  sb_trace_rows_set_filter (fixture->rows, "");
  g_assert_cmpuint (count_rows (fixture), ==, 3);
}

static void
test_span (Fixture       *fixture,
           gconstpointer  data)
{
  SbTraceEvent *first = sb_trace_begin (fixture->trace, NULL, SB_TRACE_KIND_TURN, "first");
  SbTraceEvent *second;
  SbTraceEvent *call;
  SbTraceSpan span;

  sb_trace_event_finish_at (first, SB_TRACE_STATE_OK, 1000, 3000);
  second = sb_trace_begin (fixture->trace, NULL, SB_TRACE_KIND_TURN, "second");
  call = sb_trace_begin (fixture->trace, second, SB_TRACE_KIND_MODEL_CALL, "call");
  sb_trace_event_finish_at (second, SB_TRACE_STATE_OK, 5000, 9000);

  span = sb_trace_rows_get_span (fixture->rows,
                                 sb_trace_rows_lookup (fixture->rows, sb_trace_event_get_id (first)));
  g_assert_cmpint (span.start, ==, 1000);
  g_assert_cmpint (span.end, ==, 3000);
  span = sb_trace_rows_get_span (fixture->rows,
                                 sb_trace_rows_lookup (fixture->rows, sb_trace_event_get_id (call)));
  g_assert_cmpint (span.start, ==, 5000);
  g_assert_cmpint (span.end, ==, 9000);
  g_assert_cmpuint (sb_trace_rows_get_turn (fixture->rows,
                                            sb_trace_rows_lookup (fixture->rows,
                                                                  sb_trace_event_get_id (call))),
                    ==, 2);
}

static void
test_other_trace (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();
  g_autoptr(SbTrace) other = sb_trace_new (redactor);

  sb_trace_begin (fixture->trace, NULL, SB_TRACE_KIND_TURN, "mine");
  sb_trace_begin (other, NULL, SB_TRACE_KIND_TURN, "theirs");
  sb_trace_rows_set_trace (fixture->rows, other);
  g_assert_cmpuint (count_rows (fixture), ==, 1);
  assert_row (fixture, 0, 0, "theirs");

  sb_trace_begin (fixture->trace, NULL, SB_TRACE_KIND_TURN, "not shown");
  g_assert_cmpuint (count_rows (fixture), ==, 1);
  sb_trace_rows_set_trace (fixture->rows, NULL);
  g_assert_cmpuint (count_rows (fixture), ==, 0);
  g_assert_false (sb_trace_rows_get_running (fixture->rows));
}

/* The whole event as JSON, whatever its bodies hold. */
static void
test_raw (Fixture       *fixture,
          gconstpointer  data)
{
  SbTraceEvent *turn = sb_trace_begin (fixture->trace, NULL, SB_TRACE_KIND_TURN, "a \"title\" & <b>");
  g_autofree char *raw = NULL;
  g_autofree char *described = NULL;

  sb_trace_event_set_request (turn, "{\"a\":[1,2]}");
  sb_trace_event_set_response (turn, "not JSON");
  sb_trace_event_finish (turn, SB_TRACE_STATE_FAILED);
  raw = sb_trace_text_raw (turn);
  g_assert_nonnull (strstr (raw, "\"title\": \"a \\\"title\\\" & <b>\""));
  g_assert_nonnull (strstr (raw, "\"response\": \"not JSON\""));
  g_assert_nonnull (strstr (raw, "\"a\": ["));
  described = sb_trace_text_describe (turn);
  g_assert_nonnull (strstr (described, "failed"));
}

static void
test_credits (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(SbFileCredits) credits = sb_file_credits_new ();
  SbTraceEvent *turn = sb_trace_begin (fixture->trace, NULL, SB_TRACE_KIND_TURN, "turn");
  SbTraceEvent *call = sb_trace_begin (fixture->trace, turn, SB_TRACE_KIND_TOOL_CALL, "writeFile lib/a.js");
  SbTraceEvent *process;

  sb_trace_begin (fixture->trace, call, SB_TRACE_KIND_FILE, "+ lib/a.js");
  sb_file_credits_set_trace (credits, fixture->trace);
  g_assert_cmpstr (sb_file_credits_lookup (credits, "lib/a.js")->tool, ==, "writeFile");
  g_assert_null (sb_file_credits_lookup (credits, "a.js"));

  call = sb_trace_begin (fixture->trace, turn, SB_TRACE_KIND_TOOL_CALL, "exec node a.js");
  process = sb_trace_begin (fixture->trace, call, SB_TRACE_KIND_SANDBOX, "node a.js");
  sb_trace_event_finish (sb_trace_begin (fixture->trace, process, SB_TRACE_KIND_FILE,
                                         "~ /workspace/lib/a.js"),
                         SB_TRACE_STATE_OK);
  g_assert_cmpstr (sb_file_credits_lookup (credits, "lib/a.js")->tool, ==, "exec");
}

static void
test_hex (void)
{
  guint8 bytes[20] = "abc\x01\xff";
  g_autofree char *dump = sb_hex_dump (bytes, sizeof bytes, 0, 1024);
  g_autofree char *cut = sb_hex_dump (bytes, sizeof bytes, 0, 3);

  g_assert_true (g_str_has_prefix (dump, "00000000  61 62 63 01 ff"));
  g_assert_nonnull (strstr (dump, "  abc............."));
  g_assert_nonnull (strstr (dump, "\n00000010  00 00 00 00"));
  g_assert_true (g_str_has_suffix (cut, "  abc\n"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/trace-rows/tree", Fixture, NULL, set_up, test_tree, tear_down);
  g_test_add ("/trace-rows/running", Fixture, NULL, set_up, test_running, tear_down);
  g_test_add ("/trace-rows/filter", Fixture, NULL, set_up, test_filter, tear_down);
  g_test_add ("/trace-rows/span", Fixture, NULL, set_up, test_span, tear_down);
  g_test_add ("/trace-rows/other-trace", Fixture, NULL, set_up, test_other_trace, tear_down);
  g_test_add ("/trace-rows/raw", Fixture, NULL, set_up, test_raw, tear_down);
  g_test_add ("/trace-rows/credits", Fixture, NULL, set_up, test_credits, tear_down);
  g_test_add_func ("/hex-dump", test_hex);

  return g_test_run ();
}
