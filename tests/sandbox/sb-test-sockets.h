/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-duplex.h"
#include "sb-test.h"

G_BEGIN_DECLS

/* What one end of a connection got. */
typedef struct
{
  GByteArray *bytes;
  GError     *error;
  gboolean    closed;
} SbTestEnd;

void             sb_test_end_start  (SbTestEnd        *end,
                                     SbDuplex         *duplex);
void             sb_test_end_clear  (SbTestEnd        *end);

GSocketListener *sb_test_serve      (guint16          *port);
SbDuplex        *sb_test_accept     (GSocketListener  *listener);
SbDuplex        *sb_test_dial       (guint16           port,
                                     GError          **error);
void             sb_test_send       (SbDuplex         *duplex,
                                     const char       *text);
GBytes          *sb_test_make_noise (gsize             length);

G_END_DECLS
