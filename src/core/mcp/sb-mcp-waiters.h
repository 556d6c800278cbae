/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-waiter.h"

G_BEGIN_DECLS

/* Our calls that are in flight, by id. Waiters that are found are borrowed. */
typedef struct _SbMcpWaiters SbMcpWaiters;

SbMcpWaiters *sb_mcp_waiters_new         (void);
void          sb_mcp_waiters_free        (SbMcpWaiters *self);
void          sb_mcp_waiters_add         (SbMcpWaiters *self,
                                          SbMcpWaiter  *waiter);
SbMcpWaiter  *sb_mcp_waiters_find        (SbMcpWaiters *self,
                                          JsonNode     *id);
SbMcpWaiter  *sb_mcp_waiters_find_sole   (SbMcpWaiters *self);
GTask        *sb_mcp_waiters_take        (SbMcpWaiters *self,
                                          SbMcpWaiter  *waiter);
gboolean      sb_mcp_waiters_take_answer (SbMcpWaiters *self,
                                          JsonObject   *message);
void          sb_mcp_waiters_fail        (SbMcpWaiters *self,
                                          SbMcpWaiter  *waiter,
                                          SbMcpError    code,
                                          const char   *text);
void          sb_mcp_waiters_fail_all    (SbMcpWaiters *self,
                                          SbMcpError    code,
                                          const char   *text);
void          sb_mcp_waiters_set_paused  (SbMcpWaiters *self,
                                          gboolean      paused);

G_END_DECLS
