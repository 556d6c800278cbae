/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Spins the default main context until the condition holds; fails the test after 30 s. */
#define sb_test_wait_until(condition) \
  G_STMT_START { \
    gint64 sb_test_deadline = g_get_monotonic_time () + 30 * G_USEC_PER_SEC; \
    while (!(condition)) \
      { \
        if (g_get_monotonic_time () > sb_test_deadline) \
          g_error ("%s:%d: still waiting for: %s", __FILE__, __LINE__, #condition); \
        sb_test_iterate (); \
      } \
  } G_STMT_END

/* A GAsyncReadyCallback for user_data = GAsyncResult **: keeps the result. */
void          sb_test_keep_result (GObject       *source,
                                   GAsyncResult  *result,
                                   gpointer       user_data);
/* One turn of the default main context, waking at least every 10 ms. */
void          sb_test_iterate     (void);
/* Spins for that long; for "nothing happens" checks only. */
void          sb_test_spin        (guint          milliseconds);
GBytes       *sb_test_load_data   (const char    *path_below_tests);
/* A folder of its own, which goes with all that is in it when the test program ends in order. */
char         *sb_test_make_dir    (void);
/* With all that is in it; links are removed and not followed. */
void          sb_test_remove_dir  (const char    *path);

/* At the end of tests with TLS: the leak checker stumbles over what its library keeps for a thread that is there. */
void          sb_test_end_threads (void);

G_END_DECLS
