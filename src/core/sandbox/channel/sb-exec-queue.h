/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _SbExecQueue SbExecQueue;
typedef struct _SbExecTurn SbExecTurn;

typedef void (*SbExecTurnFunc) (gpointer data);

SbExecQueue *sb_exec_queue_new  (guint           max_running,
                                 guint           max_waiting);
void         sb_exec_queue_free (SbExecQueue    *self);
SbExecTurn  *sb_exec_queue_join (SbExecQueue    *self,
                                 SbExecTurnFunc  begin,
                                 gpointer        data);
void         sb_exec_queue_run  (SbExecQueue    *self);
void         sb_exec_turn_end   (SbExecTurn     *turn);

G_END_DECLS
