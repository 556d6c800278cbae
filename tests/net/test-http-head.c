/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-http-head.h"

#include <string.h>

#include "sb-http.h"

#define UPGRADED "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n" \
                 "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"

static const struct
{
  const char *input;
  guint       status;
  const char *reason;
  const char *rest;
  gint64      content_length;
} good[] = {
  { UPGRADED, 101, "UPGRADED", "", -1 },
  { UPGRADED "\x01rest\r\n\r\n", 101, "UPGRADED", "\x01rest\r\n\r\n", -1 },
  { "HTTP/1.1 200 OK\r\n\r\nx", 200, "OK", "x", -1 },
  { "HTTP/1.0 404 Not Found\nContent-Length: 3\n\nabc", 404, "Not Found", "abc", 3 },
  { "HTTP/1.1 500\r\nContent-Length: 0\r\n\r\n", 500, "", "", 0 },
  { "HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 400 Bad\r\n\r\n", 400, "Bad", "", -1 },
  { "HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n", 200, "OK", "", -1 },
  { "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", 200, "OK", "", -1 },
};

static const char *bad[] = {
  "\r\n",
  "SSH-2.0-OpenSSH_9.2\r\n",
  "HTTP/2 200 OK\r\n",
  "HTTP/1.1 20 OK\r\n",
  "HTTP/1.1 2000 OK\r\n",
  "HTTP/1.1 099 No\r\n",
  "http/1.1 200 OK\r\n",
  "HTTP/1.1 200 OK\r\nno colon\r\n",
  "HTTP/1.1 200 OK\r\nName : space\r\n",
  "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n",
  "HTTP/1.1 200 OK\r\n: empty\r\n",
  "HTTP/1.1 200 OK\r\nA: b\rc\r\n",
  "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
};

static gboolean
feed (SbHttpHead *head,
      const char *input,
      gsize       length,
      gsize       step,
      gsize      *at,
      GError    **error)
{
  *at = 0;
  while (*at < length && !sb_http_head_is_complete (head))
    {
      gsize n = MIN (step, length - *at);
      gsize consumed = 0;

      if (!sb_http_head_feed (head, (const guint8 *) input + *at, n, &consumed, error))
        return FALSE;
      *at += consumed;
      g_assert_true (consumed == n || sb_http_head_is_complete (head));
    }

  return TRUE;
}

static void
test_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      for (gsize step = 1; step <= strlen (good[i].input); step++)
        {
          g_autoptr(SbHttpHead) head = sb_http_head_new ();
          g_autoptr(GError) error = NULL;
          gsize at = 0;

          feed (head, good[i].input, strlen (good[i].input), step, &at, &error);
          g_assert_no_error (error);
          g_assert_true (sb_http_head_is_complete (head));
          g_assert_cmpuint (sb_http_head_get_status (head), ==, good[i].status);
          g_assert_cmpstr (sb_http_head_get_reason (head), ==, good[i].reason);
          g_assert_cmpstr (good[i].input + at, ==, good[i].rest);
          g_assert_cmpint (sb_http_head_get_content_length (head), ==, good[i].content_length);
        }
    }
}

static void
test_headers (void)
{
  g_autoptr(SbHttpHead) head = sb_http_head_new ();
  gsize at = 0;

  g_assert_true (feed (head, UPGRADED, strlen (UPGRADED), 1000, &at, NULL));
  g_assert_cmpstr (sb_http_head_get_header (head, "upgrade"), ==, "tcp");
  g_assert_cmpstr (sb_http_head_get_header (head, "content-type"), ==, "application/vnd.docker.raw-stream");
  g_assert_null (sb_http_head_get_header (head, "api-version"));
}

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      for (gsize step = 1; step <= strlen (bad[i]); step++)
        {
          g_autoptr(SbHttpHead) head = sb_http_head_new ();
          g_autoptr(GError) error = NULL;
          gsize at = 0;

          g_assert_false (feed (head, bad[i], strlen (bad[i]), step, &at, &error));
          g_assert_error (error, SB_NET_ERROR, SB_NET_ERROR_PROTOCOL);
        }
    }
}

static void
test_limits (void)
{
  g_autoptr(GString) endless = g_string_new ("HTTP/1.1 200 OK\r\nX: ");
  g_autoptr(GString) many = g_string_new ("HTTP/1.1 200 OK\r\n");
  g_autoptr(SbHttpHead) head = sb_http_head_new ();
  g_autoptr(SbHttpHead) other = sb_http_head_new ();
  g_autoptr(GError) error = NULL;
  gsize at = 0;

  for (guint i = 0; i < 8000; i++)
    g_string_append (endless, "0123456789");
  g_assert_false (feed (head, endless->str, endless->len, 100, &at, &error));
  g_assert_error (error, SB_NET_ERROR, SB_NET_ERROR_TOO_LARGE);
  g_clear_error (&error);

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (many, "X-%u: y\r\n", i);
  g_assert_false (feed (other, many->str, many->len, 100, &at, &error));
  g_assert_error (error, SB_NET_ERROR, SB_NET_ERROR_PROTOCOL);
}

static void
test_requests (void)
{
  static const struct
  {
    const char *input;
    const char *host; /* NULL: refused */
  } cases[] = {
    { "GET / HTTP/1.1\r\nHost: a.localhost:80\r\n\r\nbody", "a.localhost:80" },
    { "POST http://x/y?z HTTP/1.0\nA: b\nhost: h\n\n", "h" },
    { "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", NULL },
    { "GET  / HTTP/1.1\r\n", NULL },
    { "GET / HTTP/1.1 \r\n", NULL },
    { "GET / HTTP/2.0\r\n", NULL },
    { "GET HTTP/1.1\r\n", NULL },
    { "G\001T / HTTP/1.1\r\n", NULL },
    { "HTTP/1.1 200 OK\r\n", NULL },
    { "\r\n", NULL },
    { "\x16\x03\x01\n", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize step = 1; step < 100; step += 7)
      {
        g_autoptr(SbHttpHead) head = sb_http_head_new_request ();
        gsize at = 0;
        gboolean ok = feed (head, cases[i].input, strlen (cases[i].input), step, &at, NULL);

        g_assert_true (ok == (cases[i].host != NULL));
        if (!ok)
          continue;
        g_assert_true (sb_http_head_is_complete (head));
        g_assert_cmpstr (sb_http_head_get_header (head, "host"), ==, cases[i].host);
      }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/net/http-head/good", test_good);
  g_test_add_func ("/net/http-head/headers", test_headers);
  g_test_add_func ("/net/http-head/bad", test_bad);
  g_test_add_func ("/net/http-head/limits", test_limits);

  g_test_add_func ("/net/http-head/requests", test_requests);

  return g_test_run ();
}
