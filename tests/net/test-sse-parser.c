/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sse-parser.h"

#include <string.h>

#include "sb-http.h"

#define LIMIT 64

static void
event_cb (const SbSseEvent *event,
          gpointer          user_data)
{
  GString *log = user_data;

  g_assert_cmpuint (event->data[event->length], ==, '\0');
  g_string_append_printf (log, "%s{", event->event);
  g_string_append_len (log, event->data, event->length);
  g_string_append_c (log, '}');
  if (event->id != NULL)
    g_string_append_printf (log, "#%s", event->id);
}

static void
line_cb (const char *line,
         gsize       length,
         gpointer    user_data)
{
  GString *log = user_data;

  g_string_append_c (log, '<');
  g_string_append_len (log, line, length);
  g_string_append_c (log, '>');
}

static const struct
{
  const char *input;
  const char *expected;
} rows[] = {
  { "", "" },
  { "data: hello\n\n", "message{hello}" },
  { "data: hello\r\n\r\n", "message{hello}" },
  { "data: hello\r\r", "message{hello}" },
  { "data: a\r\ndata: b\n\rdata: c\n\n", "message{a\nb}message{c}" },
  { "data:a\ndata: b\ndata:  c\n\n", "message{a\nb\n c}" },
  { "\xef\xbb\xbf" "data: bom\n\n", "message{bom}" },
  { "data: x\n\xef\xbb\xbf" "data: y\n\n", "<\xef\xbb\xbf" "data: y>message{x}" },
  { ": comment\n\n:\ndata: 1\n\n", "<: comment><:>message{1}" },
  { "event: tool\ndata: 1\n\ndata: 2\n\n", "tool{1}message{2}" },
  { "event: tool\n\ndata: 2\n\n", "message{2}" },
  { "event:\ndata: 2\n\n", "message{2}" },
  { "id: 7\ndata: 1\n\ndata: 2\n\nid\ndata: 3\n\n", "message{1}#7message{2}#7message{3}#" },
  { "data\n\ndata\ndata\n\ndata:", "message{}message{\n}" },
  { "\n\n\n", "" },
  { "data: cut off", "" },
  { "data: cut off\n", "" },
  { "error: {\"message\":\"no\"}\n", "<error: {\"message\":\"no\"}>" },
  { "error: no end", "<error: no end>" },
  { "Data: 1\n\ndatum: 1\n\n", "<Data: 1><datum: 1>" },
  { "data: a:b\n\n", "message{a:b}" },
  { "data: [DONE]\n\n", "message{[DONE]}" },
  { "retry: 10\nretry: 1x\nretry:\ndata: 1\n\n", "message{1}" },
};

static gboolean
feed (SbSseParser *parser,
      const char  *input,
      gsize        length,
      guint        step,
      GRand       *rand,
      GError     **error)
{
  for (gsize at = 0, n = 0; at < length; at += n)
    {
      n = rand != NULL ? (gsize) g_rand_int_range (rand, 1, 9) : step;
      n = MIN (n, length - at);
      if (!sb_sse_parser_feed (parser, (const guint8 *) input + at, n, error))
        return FALSE;
    }

  return TRUE;
}

static void
check (const char *input,
       const char *expected,
       guint       step,
       GRand      *rand)
{
  g_autoptr(GString) log = g_string_new (NULL);
  g_autoptr(SbSseParser) parser = sb_sse_parser_new (LIMIT, event_cb, line_cb, log);
  g_autoptr(GError) error = NULL;

  feed (parser, input, strlen (input), step, rand, &error);
  g_assert_no_error (error);
  sb_sse_parser_finish (parser);
  g_assert_cmpstr (log->str, ==, expected);
}

static void
test_rows (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (11);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      check (rows[i].input, rows[i].expected, 1, NULL);
      check (rows[i].input, rows[i].expected, 1000, NULL);
      for (guint round = 0; round < 20; round++)
        check (rows[i].input, rows[i].expected, 0, rand);
    }
}

static void
test_retry (void)
{
  static const char text[] = "retry: 250\nretry: -1\nretry: 99999999999999999999\n";
  g_autoptr(GString) log = g_string_new (NULL);
  g_autoptr(SbSseParser) parser = sb_sse_parser_new (LIMIT, event_cb, NULL, log);

  g_assert_cmpint (sb_sse_parser_get_retry (parser), ==, -1);
  feed (parser, text, strlen (text), 1, NULL, NULL);
  g_assert_cmpint (sb_sse_parser_get_retry (parser), ==, 250);
}

static void
test_nul (void)
{
  static const char input[] = "id: a\0b\ndata: x\0y\n\n";
  g_autoptr(GString) log = g_string_new (NULL);
  g_autoptr(SbSseParser) parser = sb_sse_parser_new (LIMIT, event_cb, NULL, log);

  feed (parser, input, sizeof input - 1, 1, NULL, NULL);
  g_assert_cmpmem (log->str, log->len, "message{x\0y}", 12);
}

static void
check_limit (const char *input,
             guint       step)
{
  g_autoptr(GString) log = g_string_new (NULL);
  g_autoptr(SbSseParser) parser = sb_sse_parser_new (16, event_cb, line_cb, log);
  g_autoptr(GError) error = NULL;

  g_assert_false (feed (parser, input, strlen (input), step, NULL, &error));
  g_assert_error (error, SB_NET_ERROR, SB_NET_ERROR_TOO_LARGE);
  g_clear_error (&error);
  g_assert_false (sb_sse_parser_feed (parser, (const guint8 *) "\n", 1, &error));
  g_assert_error (error, SB_NET_ERROR, SB_NET_ERROR_TOO_LARGE);
  sb_sse_parser_finish (parser);
  g_assert_cmpstr (log->str, ==, "");
}

static void
test_limits (void)
{
  static const char *inputs[] = {
    "data: 0123456789a\n\n",
    "no end of line at all",
    "data: 12345\ndata: 12345\ndata: 12345\n\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (inputs); i++)
    {
      check_limit (inputs[i], 1);
      check_limit (inputs[i], 1000);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/net/sse-parser/rows", test_rows);
  g_test_add_func ("/net/sse-parser/retry", test_retry);
  g_test_add_func ("/net/sse-parser/nul", test_nul);
  g_test_add_func ("/net/sse-parser/limits", test_limits);

  return g_test_run ();
}
