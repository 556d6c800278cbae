/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-retry.h"

#define MAX_WAIT_MS (60 * 1000)
#define MAX_BACKOFF_MS (8 * 1000)
#define RESET_PREFIX "x-ratelimit-reset-tokens"

static gboolean
is_worth_retrying (guint               status,
                   SoupMessageHeaders *headers)
{
  const char *advice = soup_message_headers_get_one (headers, "x-should-retry");

  if (advice != NULL)
    return g_ascii_strcasecmp (advice, "true") == 0;

  return status == 408 || status == 409 || status == 429 || status >= 500;
}

static gboolean
parse_milliseconds (const char *text,
                    double      unit,
                    gint64     *delay_ms)
{
  char *end = NULL;
  double value = g_ascii_strtod (text, &end);

  if (end == text || *end != '\0' || !(value >= 0) || value * unit > G_MAXINT32)
    return FALSE;
  *delay_ms = value * unit;

  return TRUE;
}

static gboolean
parse_date (const char *text,
            gint64     *delay_ms)
{
  g_autoptr(GDateTime) date = soup_date_time_new_from_http_string (text);
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();

  if (date == NULL)
    return FALSE;
  *delay_ms = MAX (g_date_time_difference (date, now), 0) / 1000;

  return TRUE;
}

/* What the server asks for: the names its SDKs look at, in their order; then the moment its token bucket is
 * full again. */
static gboolean
get_wish (guint               status,
          SoupMessageHeaders *headers,
          gint64             *delay_ms)
{
  const char *after_ms = soup_message_headers_get_one (headers, "retry-after-ms");
  const char *after = soup_message_headers_get_one (headers, "retry-after");
  SoupMessageHeadersIter iter;
  const char *name = NULL;
  const char *value = NULL;

  if (after_ms != NULL && parse_milliseconds (after_ms, 1, delay_ms))
    return TRUE;
  if (after != NULL && (parse_milliseconds (after, 1000, delay_ms) || parse_date (after, delay_ms)))
    return TRUE;

  soup_message_headers_iter_init (&iter, headers);
  while (status == 429 && soup_message_headers_iter_next (&iter, &name, &value))
    {
      if (g_ascii_strncasecmp (name, RESET_PREFIX, strlen (RESET_PREFIX)) == 0 &&
          parse_milliseconds (value, 1000, delay_ms))
        return TRUE;
    }

  return FALSE;
}

/* Whether and when to ask again after an error status. n_retries: how many there were; backoff_ms: the
 * first wait when the server names none, doubled each time up to 8 s, less up to a quarter of it so that
 * many clients do not return at once. FALSE: never, or only after more than a minute, which is for the user
 * to decide. */
gboolean
sb_llm_retry_get_delay (guint               status,
                        SoupMessageHeaders *headers,
                        guint               n_retries,
                        guint               backoff_ms,
                        guint              *delay_ms)
{
  gint64 wish = 0;

  if (!is_worth_retrying (status, headers))
    return FALSE;

  if (get_wish (status, headers, &wish))
    {
      *delay_ms = wish;
      return wish <= MAX_WAIT_MS;
    }

  backoff_ms = MIN ((guint64) backoff_ms << MIN (n_retries, 16), MAX_BACKOFF_MS);
  *delay_ms = backoff_ms * g_random_double_range (0.75, 1);

  return TRUE;
}
