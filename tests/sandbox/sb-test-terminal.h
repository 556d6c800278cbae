/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-terminal-session.h"
#include "sb-test-channel.h"

G_BEGIN_DECLS

/* Somebody at a terminal of 24 rows and 80 columns. */
typedef struct
{
  SbTerminalSession *session;
  GString           *screen; /* what came and was not expected yet */
  GError            *error;
  gsize              total;
  gboolean           hold;   /* takes nothing */
  gboolean           exited;
  guint              outcome;
  int                value;
} SbTestTerminal;

/* argv: nullable: a shell */
void sb_test_terminal_start       (SbTestTerminal    *self,
                                   SbChannel         *channel,
                                   const char *const *argv);
void sb_test_terminal_type        (SbTestTerminal    *self,
                                   const char        *text);
/* Waits for the text, and forgets all up to its end. */
void sb_test_terminal_expect      (SbTestTerminal    *self,
                                   const char        *text);
void sb_test_terminal_wait_exited (SbTestTerminal    *self);
void sb_test_terminal_clear       (SbTestTerminal    *self);

G_END_DECLS
