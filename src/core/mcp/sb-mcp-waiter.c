/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-waiter.h"

#include "sb-id.h"
#include "sb-json.h"

/* However much progress a server reports, no call lasts longer: this is above the longest exec of the
 * sandbox. */
#define HARD_LIMIT_US (2 * G_TIME_SPAN_HOUR)

static void arm_timeout (SbMcpWaiter *self);

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static gboolean
timeout_cb (gpointer user_data)
{
  SbMcpWaiter *self = user_data;

  clear_source (&self->timeout);
  /* Progress only moves the date, which is cheap in a flood of it; the timer catches up here. */
  if (sb_clock_monotonic () < MIN (self->give_up, self->hard_end))
    arm_timeout (self);
  else
    self->end_func (self, SB_MCP_WAITER_TIMED_OUT, self->end_data);

  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  SbMcpWaiter *self = user_data;

  self->end_func (self, SB_MCP_WAITER_CANCELLED, self->end_data);

  return G_SOURCE_REMOVE;
}

static void
arm_timeout (SbMcpWaiter *self)
{
  gint64 left = MIN (self->give_up, self->hard_end) - sb_clock_monotonic ();

  self->timeout = g_timeout_source_new (MAX (left, 0) / 1000 + 1);
  g_source_set_callback (self->timeout, timeout_cb, self, NULL);
  g_source_attach (self->timeout, NULL);
}

static void
arm_cancelled (SbMcpWaiter  *self,
               GCancellable *cancellable)
{
  self->cancelled = g_cancellable_source_new (cancellable);
  g_source_set_callback (self->cancelled, G_SOURCE_FUNC (cancelled_cb), self, NULL);
  g_source_attach (self->cancelled, NULL);
}

/**
 * sb_mcp_waiter_new:
 * @task: (transfer full): what is returned when the answer is there
 * @id: the request's id
 * @timeout_ms: without progress; 0: none
 * @end_func: called at most once, from the main loop
 *
 * Watches the timeout and the cancellable of @task.
 */
SbMcpWaiter *
sb_mcp_waiter_new (GTask           *task,
                   gint64           id,
                   guint            timeout_ms,
                   SbMcpWaiterFunc  end_func,
                   gpointer         end_data)
{
  SbMcpWaiter *self = g_new0 (SbMcpWaiter, 1);
  GCancellable *cancellable = g_task_get_cancellable (task);
  gint64 now = sb_clock_monotonic ();

  self->task = task;
  self->id = id;
  self->end_func = end_func;
  self->end_data = end_data;
  self->idle_us = timeout_ms * G_TIME_SPAN_MILLISECOND;
  self->give_up = now + self->idle_us;
  self->hard_end = now + HARD_LIMIT_US;
  if (timeout_ms > 0)
    arm_timeout (self);
  if (cancellable != NULL)
    arm_cancelled (self, cancellable);

  return self;
}

void
sb_mcp_waiter_free (SbMcpWaiter *self)
{
  clear_source (&self->timeout);
  clear_source (&self->cancelled);
  g_clear_object (&self->task);
  g_free (self);
}

/* params: of notifications/progress. */
void
sb_mcp_waiter_progress (SbMcpWaiter *self,
                        JsonObject  *params)
{
  self->give_up = (self->paused != 0 ? self->paused : sb_clock_monotonic ()) + self->idle_us;
  if (self->progress_func != NULL)
    self->progress_func (sb_json_get_double (params, "progress", -1), sb_json_get_double (params, "total", -1),
                         sb_json_get_string (params, "message"), self->progress_data);
}

/* Its time stands still until resume(); it can be cancelled all the same. */
void
sb_mcp_waiter_pause (SbMcpWaiter *self)
{
  g_return_if_fail (self->paused == 0);

  self->paused = sb_clock_monotonic ();
  clear_source (&self->timeout);
}

void
sb_mcp_waiter_resume (SbMcpWaiter *self)
{
  gint64 pause = sb_clock_monotonic () - self->paused;

  g_return_if_fail (self->paused != 0);

  self->paused = 0;
  self->give_up += pause;
  self->hard_end += pause;
  if (self->idle_us > 0)
    arm_timeout (self);
}

/* Frees the waiter; returns (transfer full) the task, to be returned by the caller as the last thing it
 * does. */
GTask *
sb_mcp_waiter_finish (SbMcpWaiter *self)
{
  GTask *task = g_steal_pointer (&self->task);

  sb_mcp_waiter_free (self);

  return task;
}
