/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-demux.h"

#include <string.h>

#include "sb-http.h"

#define OUT(length) "\x01\0\0\0\0\0\0" length
#define ERR(length) "\x02\0\0\0\0\0\0" length
#define ROW(bytes) bytes, sizeof bytes - 1

static const struct
{
  const char *input;
  gsize       length;
  const char *out;
  const char *stderr_tail;
  int         feed_code;
  int         finish_code;
} rows[] = {
  { ROW (""), "", "", -1, -1 },
  { ROW (OUT ("\x05") "hello"), "hello", "", -1, -1 },
  { ROW (OUT ("\x02") "ab" ERR ("\x03") "no\n" OUT ("\x01") "c"), "abc", "no", -1, SB_NET_ERROR_CLOSED },
  { ROW (OUT ("\0") OUT ("\x01") "x"), "x", "", -1, -1 },
  { ROW ("\0\0\0\0\0\0\0\x02" "in" OUT ("\x01") "x"), "x", "", -1, -1 },
  { ROW ("\x03\0\0\0\0\0\0\x04" "oops"), "", "oops", -1, SB_NET_ERROR_CLOSED },
  { ROW (OUT ("\x05") "hel"), "hel", "", -1, SB_NET_ERROR_CLOSED },
  { ROW ("\x01\0\0\0"), "", "", -1, SB_NET_ERROR_CLOSED },
  { ROW ("\x04\0\0\0\0\0\0\x01x"), "", "", SB_NET_ERROR_PROTOCOL, 0 },
  { ROW ("\x01\0\x01\0\0\0\0\x01x"), "", "", SB_NET_ERROR_PROTOCOL, 0 },
  { ROW ("\x01\0\0\0\x7f\0\0\x01x"), "", "", SB_NET_ERROR_PROTOCOL, 0 },
  { ROW ("{\"message\":\"not a stream\"}"), "", "", SB_NET_ERROR_PROTOCOL, 0 },
};

static gboolean
feed (SbDockerDemux *demux,
      guint          row,
      gsize          step,
      GByteArray    *out,
      GError       **error)
{
  for (gsize at = 0; at < rows[row].length; at += step)
    {
      const guint8 *data = (const guint8 *) rows[row].input + at;

      if (!sb_docker_demux_feed (demux, data, MIN (step, rows[row].length - at), out, error))
        return FALSE;
    }

  return TRUE;
}

static void
check (guint row,
       gsize step)
{
  g_autoptr(SbDockerDemux) demux = sb_docker_demux_new ();
  g_autoptr(GByteArray) out = g_byte_array_new ();
  g_autoptr(GError) error = NULL;
  g_autofree char *words = NULL;

  if (rows[row].feed_code >= 0)
    {
      g_assert_false (feed (demux, row, step, out, &error));
      g_assert_error (error, SB_NET_ERROR, rows[row].feed_code);
      return;
    }

  feed (demux, row, step, out, &error);
  g_assert_no_error (error);
  g_byte_array_append (out, (const guint8 *) "", 1);
  g_assert_cmpstr ((const char *) out->data, ==, rows[row].out);
  words = sb_docker_demux_dup_stderr (demux);
  g_assert_cmpstr (words, ==, rows[row].stderr_tail);
  if (rows[row].finish_code < 0)
    {
      g_assert_true (sb_docker_demux_finish (demux, &error));
      g_assert_no_error (error);
      return;
    }
  g_assert_false (sb_docker_demux_finish (demux, &error));
  g_assert_error (error, SB_NET_ERROR, rows[row].finish_code);
}

static void
test_rows (void)
{
  for (guint row = 0; row < G_N_ELEMENTS (rows); row++)
    {
      for (gsize step = 1; step <= MAX (rows[row].length, 1); step++)
        check (row, step);
    }
}

static void
test_stderr_limit (void)
{
  g_autoptr(SbDockerDemux) demux = sb_docker_demux_new ();
  g_autoptr(GByteArray) out = g_byte_array_new ();
  g_autofree char *words = NULL;

  for (guint i = 0; i < 10000; i++)
    sb_docker_demux_feed (demux, (const guint8 *) ERR ("\x04") "spam", 12, out, NULL);
  sb_docker_demux_feed (demux, (const guint8 *) ERR ("\x07") "\x1b[31mend", 15, out, NULL);
  words = sb_docker_demux_dup_stderr (demux);
  g_assert_cmpuint (strlen (words), <=, 4096);
  g_assert_true (g_str_has_suffix (words, "spamen"));
  g_assert_cmpuint (out->len, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/docker/demux/rows", test_rows);
  g_test_add_func ("/docker/demux/stderr-limit", test_stderr_limit);

  return g_test_run ();
}
