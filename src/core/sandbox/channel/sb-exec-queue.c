/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-exec-queue.h"

struct _SbExecQueue
{
  GQueue waiting; /* of SbExecTurn, which are their requests' */

  guint running;
  guint max_running;
  guint max_waiting;
};

struct _SbExecTurn
{
  /* borrowed */
  SbExecQueue   *queue;
  SbExecTurnFunc begin; /* NULL: it began */
  gpointer       data;

  GList link; /* while it waits */
};

/* Returns: (transfer full): commands that take turns, first come, first served */
SbExecQueue *
sb_exec_queue_new (guint max_running,
                   guint max_waiting)
{
  SbExecQueue *self = g_new0 (SbExecQueue, 1);

  g_queue_init (&self->waiting);
  self->max_running = max_running;
  self->max_waiting = max_waiting;

  return self;
}

/* All turns have ended. */
void
sb_exec_queue_free (SbExecQueue *self)
{
  g_assert (self->running == 0 && g_queue_is_empty (&self->waiting));
  g_free (self);
}

/**
 * sb_exec_queue_join:
 * @begin: called once, from sb_exec_queue_run(), or from sb_exec_turn_end() of another one
 * @data: for @begin
 *
 * Returns: (transfer full) (nullable): a turn, to be ended when the command is over or nobody wants it any more;
 *   %NULL: too many wait
 */
SbExecTurn *
sb_exec_queue_join (SbExecQueue    *self,
                    SbExecTurnFunc  begin,
                    gpointer        data)
{
  SbExecTurn *turn = NULL;

  if (self->waiting.length >= self->max_waiting)
    return NULL;

  turn = g_new0 (SbExecTurn, 1);
  turn->queue = self;
  turn->begin = begin;
  turn->data = data;
  turn->link.data = turn;
  g_queue_push_tail_link (&self->waiting, &turn->link);

  return turn;
}

/* Begins those for whom there is room. */
void
sb_exec_queue_run (SbExecQueue *self)
{
  while (self->running < self->max_running && !g_queue_is_empty (&self->waiting))
    {
      SbExecTurn *turn = g_queue_pop_head_link (&self->waiting)->data;
      SbExecTurnFunc begin = g_steal_pointer (&turn->begin);

      self->running++;
      begin (turn->data);
    }
}

/* (transfer full): it may wait still */
void
sb_exec_turn_end (SbExecTurn *turn)
{
  SbExecQueue *queue = turn->queue;

  if (turn->begin != NULL)
    g_queue_unlink (&queue->waiting, &turn->link);
  else
    queue->running--;
  g_free (turn);
  sb_exec_queue_run (queue);
}
