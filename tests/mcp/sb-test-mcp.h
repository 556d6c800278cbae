/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-transport.h"

G_BEGIN_DECLS

/* The far end of a connection, played by the test: says what it is told to and keeps what it hears, as JSON text. */
typedef struct
{
  SbMcpTransport *ours;  /* for the code under test */
  SbMcpTransport *far;
  GPtrArray      *heard; /* of char* */
  gboolean        closed;
} SbTestFarEnd;

SbTestFarEnd *sb_test_far_end_new  (void);
void          sb_test_far_end_free (SbTestFarEnd *self);
void          sb_test_far_end_say  (SbTestFarEnd *self,
                                    const char   *json);
/* The n-th thing it heard; waits for it. */
const char   *sb_test_far_end_wait (SbTestFarEnd *self,
                                    guint         n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbTestFarEnd, sb_test_far_end_free)

G_END_DECLS
