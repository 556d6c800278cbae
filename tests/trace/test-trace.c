/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-id.h"
#include "sb-json.h"
#include "sb-test.h"
#include "sb-trace-payload.h"
#include "sb-trace.h"

static void
count_cb (guint *count)
{
  (*count)++;
}

static void
test_tree (void)
{
  g_autoptr(SbTrace) trace = sb_trace_new (NULL);
  SbTraceEvent *turn = sb_trace_begin (trace, NULL, SB_TRACE_KIND_TURN, "Turn");
  SbTraceEvent *run = sb_trace_begin (trace, turn, SB_TRACE_KIND_AGENT_RUN, "Cerebras");
  SbTraceEvent *call = sb_trace_begin (trace, run, SB_TRACE_KIND_MODEL_CALL, "model");
  SbTraceEvent *next = sb_trace_begin (trace, NULL, SB_TRACE_KIND_TURN, "Turn");

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (trace)), ==, 4);
  g_assert_null (sb_trace_event_get_parent_id (turn));
  g_assert_cmpstr (sb_trace_event_get_turn_id (turn), ==, sb_trace_event_get_id (turn));
  g_assert_cmpstr (sb_trace_event_get_parent_id (call), ==, sb_trace_event_get_id (run));
  g_assert_cmpstr (sb_trace_event_get_turn_id (call), ==, sb_trace_event_get_id (turn));
  g_assert_cmpuint (sb_trace_event_get_depth (call), ==, 2);
  g_assert_cmpstr (sb_trace_event_get_turn_id (next), !=, sb_trace_event_get_turn_id (turn));
  g_assert_true (sb_trace_lookup (trace, sb_trace_event_get_id (call)) == call);
  g_assert_null (sb_trace_lookup (trace, "event-none"));
  g_assert_null (sb_trace_lookup (trace, NULL));
}

static void
test_life (void)
{
  g_autoptr(SbTrace) trace = sb_trace_new (NULL);
  guint n_changed = 0;
  guint n_state = 0;
  SbTraceEvent *event;
  gint64 end;

  g_signal_connect_swapped (trace, "event-changed", G_CALLBACK (count_cb), &n_changed);
  event = sb_trace_begin (trace, NULL, SB_TRACE_KIND_TURN, "Turn");
  g_signal_connect_swapped (event, "notify::state", G_CALLBACK (count_cb), &n_state);
  g_assert_cmpuint (n_changed, ==, 1);
  g_assert_cmpint (sb_trace_event_get_state (event), ==, SB_TRACE_STATE_RUNNING);
  g_assert_cmpint (sb_trace_event_get_end (event), ==, 0);

  sb_trace_event_set_subtitle (event, "exit 0");
  sb_trace_event_set_subtitle (event, "exit 0");
  g_assert_cmpuint (n_changed, ==, 2);

  sb_trace_event_finish (event, SB_TRACE_STATE_FAILED);
  g_assert_cmpuint (n_changed, ==, 3);
  end = sb_trace_event_get_end (event);
  g_assert_cmpint (end, >=, sb_trace_event_get_start (event));

  sb_trace_event_finish (event, SB_TRACE_STATE_OK);
  sb_trace_event_finish_at (event, SB_TRACE_STATE_OK, 1, 2);
  g_assert_cmpint (sb_trace_event_get_state (event), ==, SB_TRACE_STATE_FAILED);
  g_assert_cmpint (sb_trace_event_get_end (event), ==, end);
  g_assert_cmpuint (n_changed, ==, 3);
  g_assert_cmpuint (n_state, ==, 1);
}

static void
test_finish_at (void)
{
  g_autoptr(SbTrace) trace = sb_trace_new (NULL);
  SbTraceEvent *turn = sb_trace_begin (trace, NULL, SB_TRACE_KIND_TURN, "Turn");
  SbTraceEvent *late = sb_trace_begin (trace, turn, SB_TRACE_KIND_SANDBOX, "process");
  gint64 start = sb_trace_event_get_start (turn);
  g_autoptr(SbTraceEvent) second = NULL;

  sb_trace_event_finish_at (late, SB_TRACE_STATE_OK, start - 500, start + 1500);
  g_assert_cmpint (sb_trace_event_get_duration (late), ==, 2000);
  g_assert_cmpint (sb_trace_event_get_wall_start (late), ==, sb_trace_event_get_wall_start (turn) - 500);
  second = g_list_model_get_item (G_LIST_MODEL (trace), 1);
  g_assert_true (second == late);
}

static void
test_redacted (void)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();
  g_autoptr(SbTrace) trace = sb_trace_new (redactor);
  SbTraceEvent *event = sb_trace_begin (trace, NULL, SB_TRACE_KIND_TURN, "with hunter22");

  sb_redactor_add_secret (redactor, "hunter22");
  sb_trace_event_set_title (event, "a hunter22");
  sb_trace_event_set_subtitle (event, "b hunter22");
  sb_trace_event_set_request (event, "{\"k\":\"hunter22\",\"Authorization\":\"Bearer abcdefghij\"}");
  sb_trace_event_set_response (event, "<html>hunter22\033[31m\377</html>");
  g_assert_cmpstr (sb_trace_event_get_title (event), ==, "a •••");
  g_assert_cmpstr (sb_trace_event_get_subtitle (event), ==, "b •••");
  g_assert_cmpstr (sb_trace_event_get_request (event), ==, "{\"k\":\"•••\",\"Authorization\":\"Bearer •••\"}");
  g_assert_cmpstr (sb_trace_event_get_response (event), ==, "<html>•••\357\277\275</html>");
  sb_trace_event_set_response (event, NULL);
  g_assert_null (sb_trace_event_get_response (event));
}

/* Names come from outside too. */
static void
test_label (void)
{
  g_autoptr(SbTrace) trace = sb_trace_new (NULL);
  g_autofree char *filler = g_strnfill (5000, 'x');
  SbTraceEvent *event = sb_trace_begin (trace, NULL, SB_TRACE_KIND_TOOL_CALL, "ex\033[31mec\nls\342\200\256");

  g_assert_cmpstr (sb_trace_event_get_title (event), ==, "exec ls⟨U+202E⟩");
  sb_trace_event_set_subtitle (event, filler);
  g_assert_cmpint (g_utf8_strlen (sb_trace_event_get_subtitle (event), -1), ==, SB_TRACE_LABEL_MAX);
  g_assert_true (g_str_has_suffix (sb_trace_event_get_subtitle (event), "x…"));
}

static void
test_capped (void)
{
  g_autofree char *filler = g_strnfill (200 * 1024, 'x');
  g_autofree char *json = g_strdup_printf ("{\"model\":\"m\",\"a\":\"%s\",\"b\":[\"%s\",1]}", filler, filler);
  g_autofree char *raw = g_strconcat ("head ", filler, filler, " tail", NULL);
  g_autofree char *from_json = sb_trace_payload_prepare (NULL, json);
  g_autofree char *from_raw = sb_trace_payload_prepare (NULL, raw);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) object = sb_json_parse_object (from_json, -1, &error);
  GString *many = g_string_new ("[0");
  g_autofree char *from_many = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (sb_json_get_string (object, "model"), ==, "m");
  g_assert_nonnull (strstr (sb_json_get_string (object, "a"), "bytes left out"));
  g_assert_cmpuint (strlen (from_json), <=, SB_TRACE_PAYLOAD_MAX);

  g_assert_cmpuint (strlen (from_raw), <=, SB_TRACE_PAYLOAD_MAX);
  g_assert_true (g_str_has_prefix (from_raw, "head x"));
  g_assert_true (g_str_has_suffix (from_raw, "x tail"));
  g_assert_nonnull (strstr (from_raw, "bytes left out"));

  while (many->len < 2 * SB_TRACE_PAYLOAD_MAX)
    g_string_append (many, ",12345");
  from_many = sb_trace_payload_prepare (NULL, many->str);
  g_assert_cmpuint (strlen (from_many), <=, SB_TRACE_PAYLOAD_MAX);
  g_string_free (many, TRUE);
}

static char *
load (SbTraceEvent *event,
      SbTracePart   part,
      GObject      *source)
{
  guint *n_loads = g_object_get_data (source, "loads");

  (*n_loads)++;

  return g_strdup (part == SB_TRACE_PART_REQUEST ? "{\"q\":1}" : NULL);
}

static void
test_restored (void)
{
  guint n_loads = 0;
  guint n_changed = 0;
  g_autoptr(GObject) source = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr(SbTrace) trace = sb_trace_new (NULL);
  g_autoptr(SbTraceEvent) event = NULL;
  SbTraceRecord record = {
    .id = "event-1", .parent_id = "turn-1", .turn_id = "turn-1", .kind = SB_TRACE_KIND_MODEL_CALL,
    .state = SB_TRACE_STATE_OK, .depth = 1, .title = "model", .wall_start = sb_clock_wall () - G_USEC_PER_SEC,
    .duration = 1500, .prompt_tokens = 3, .completion_tokens = -1, .first_token_us = -1,
  };

  g_object_set_data (source, "loads", &n_loads);
  g_signal_connect_swapped (trace, "event-changed", G_CALLBACK (count_cb), &n_changed);
  event = sb_trace_event_new_restored (&record, load, source);
  sb_trace_restore (trace, event);
  sb_trace_restore (trace, event);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (trace)), ==, 1);
  g_assert_true (sb_trace_lookup (trace, "event-1") == event);
  g_assert_cmpint (sb_trace_event_get_duration (event), ==, 1500);
  g_assert_cmpint (sb_trace_event_get_usage (event)->prompt_tokens, ==, 3);
  g_assert_cmpint (sb_trace_event_get_start (event), <, sb_clock_monotonic ());
  g_assert_cmpuint (n_loads, ==, 0);

  g_assert_cmpstr (sb_trace_event_get_request (event), ==, "{\"q\":1}");
  g_assert_null (sb_trace_event_get_response (event));
  g_assert_cmpstr (sb_trace_event_get_request (event), ==, "{\"q\":1}");
  g_assert_cmpuint (n_loads, ==, 2);
  g_assert_cmpuint (n_changed, ==, 0);
}

static void
test_source_gone (void)
{
  GObject *source = g_object_new (G_TYPE_OBJECT, NULL);
  SbTraceRecord record = { .id = "turn-1", .turn_id = "turn-1", .title = "Turn" };
  g_autoptr(SbTraceEvent) event = sb_trace_event_new_restored (&record, load, source);

  g_assert_finalize_object (source);
  g_assert_null (sb_trace_event_get_request (event));
}

/* An event may outlive its trace. */
static void
test_lifetime (void)
{
  SbTrace *trace = sb_trace_new (NULL);
  g_autoptr(SbTraceEvent) event = g_object_ref (sb_trace_begin (trace, NULL, SB_TRACE_KIND_TURN, "Turn"));

  g_assert_finalize_object (trace);
  sb_trace_event_finish (event, SB_TRACE_STATE_OK);
  g_assert_cmpint (sb_trace_event_get_state (event), ==, SB_TRACE_STATE_OK);
}

static void
test_names (void)
{
  g_assert_cmpstr (sb_trace_kind_to_string (SB_TRACE_KIND_MODEL_CALL), ==, "model-call");
  g_assert_cmpstr (sb_trace_state_to_string (SB_TRACE_STATE_DENIED), ==, "denied");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/trace/tree", test_tree);
  g_test_add_func ("/trace/life", test_life);
  g_test_add_func ("/trace/finish-at", test_finish_at);
  g_test_add_func ("/trace/redacted", test_redacted);
  g_test_add_func ("/trace/label", test_label);
  g_test_add_func ("/trace/capped", test_capped);
  g_test_add_func ("/trace/restored", test_restored);
  g_test_add_func ("/trace/source-gone", test_source_gone);
  g_test_add_func ("/trace/lifetime", test_lifetime);
  g_test_add_func ("/trace/names", test_names);

  return g_test_run ();
}
