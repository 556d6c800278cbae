/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-official-log.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* What is said of it at the end. */
static char *
read_all (const guint8 *data,
          gsize         size,
          gsize         step)
{
  g_autoptr(SbOfficialLog) log = sb_official_log_new ();
  SbOfficialStage stage = sb_official_log_get_stage (log);

  for (gsize at = 0; at < size; at += step)
    {
      gboolean changed = sb_official_log_feed (log, data + at, MIN (step, size - at));

      /* It only goes on, and not without saying so. */
      g_assert_cmpint (sb_official_log_get_stage (log), >=, stage);
      g_assert_true (changed || sb_official_log_get_stage (log) == stage);
      stage = sb_official_log_get_stage (log);
    }
  g_assert_cmpint (stage, <=, SB_OFFICIAL_READY);
  g_assert_cmpuint (sb_official_log_get_n_ready (log), <=, sb_official_log_get_n_servers (log));

  return sb_official_log_describe (log);
}

/* However the stream is cut, the same is made of it. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *whole = NULL;
  g_autofree char *pieces = NULL;

  if (size == 0)
    return 0;

  whole = read_all (data + 1, size - 1, size);
  pieces = read_all (data + 1, size - 1, data[0] + 1);
  g_assert_cmpstr (whole, ==, pieces);

  return 0;
}
