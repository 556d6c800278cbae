/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-client.h"

G_BEGIN_DECLS

typedef enum
{
  SB_MCP_WAITER_TIMED_OUT,
  SB_MCP_WAITER_CANCELLED,
} SbMcpWaiterEnd;

typedef struct _SbMcpWaiter SbMcpWaiter;

/* The waiter gave up; the function frees it. */
typedef void (*SbMcpWaiterFunc) (SbMcpWaiter    *waiter,
                                 SbMcpWaiterEnd  end,
                                 gpointer        user_data);

/* A call of ours that has no answer yet. */
struct _SbMcpWaiter
{
  /* owned */
  GTask   *task;
  GSource *timeout;   /* nullable */
  GSource *cancelled; /* nullable */

  /* borrowed */
  SbMcpProgressFunc progress_func; /* nullable */
  gpointer          progress_data;
  SbMcpWaiterFunc   end_func;
  gpointer          end_data;

  gint64   id;
  gint64   idle_us;  /* 0: waits for ever */
  gint64   give_up;  /* monotonic; pushed back by progress */
  gint64   hard_end; /* monotonic; not pushed back */
  gint64   paused;   /* monotonic, since when; 0: it is not */
  gboolean is_initialize;
};

SbMcpWaiter *sb_mcp_waiter_new      (GTask           *task,
                                     gint64           id,
                                     guint            timeout_ms,
                                     SbMcpWaiterFunc  end_func,
                                     gpointer         end_data);
void         sb_mcp_waiter_free     (SbMcpWaiter     *self);
void         sb_mcp_waiter_progress (SbMcpWaiter     *self,
                                     JsonObject      *params);
void         sb_mcp_waiter_pause    (SbMcpWaiter     *self);
void         sb_mcp_waiter_resume   (SbMcpWaiter     *self);
GTask       *sb_mcp_waiter_finish   (SbMcpWaiter     *self);

G_END_DECLS
