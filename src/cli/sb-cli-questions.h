/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-approvals.h"

G_BEGIN_DECLS

/* Puts the questions of the core on the terminal, one after the other. Signal "asks": the next line that the user
 * types is wanted. */
#define SB_TYPE_CLI_QUESTIONS (sb_cli_questions_get_type ())
G_DECLARE_FINAL_TYPE (SbCliQuestions, sb_cli_questions, SB, CLI_QUESTIONS, GObject)

/* is_terminal: somebody can type. allowed: nullable: kinds of questions that are answered with yes, without being put;
 * with neither of both, nobody is there to be asked. */
SbCliQuestions *sb_cli_questions_new         (SbApprovals         *approvals,
                                              gboolean             is_terminal,
                                              const char * const  *allowed);
/* FALSE: no question stands. */
gboolean        sb_cli_questions_take_line   (SbCliQuestions      *self,
                                              const char          *line);

G_END_DECLS
