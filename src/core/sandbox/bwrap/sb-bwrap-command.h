/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox-backend.h"

G_BEGIN_DECLS

/* A bwrap process below its guard; its PID 1 is sandbar-init. */
typedef struct
{
  GSubprocess *process;   /* the guard: it ends when all others have */
  int          stderr_fd; /* a file in memory: what bwrap complained about */
} SbBwrapCommand;

gboolean sb_bwrap_command_start      (SbBwrapCommand       *self,
                                      const SbSandboxSpec  *spec,
                                      const char           *bwrap_path,
                                      const char           *helper_path,
                                      GError              **error);
void     sb_bwrap_command_clear      (SbBwrapCommand       *self);
char    *sb_bwrap_command_read_stderr (SbBwrapCommand      *self);
void     sb_bwrap_command_end        (GSubprocess          *process);

G_END_DECLS
