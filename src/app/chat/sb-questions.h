/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-approvals.h"
#include "sb-tool-servers.h"

G_BEGIN_DECLS

/* What waits for the user's word, above the composer; takes no room when nothing does. */
#define SB_TYPE_QUESTIONS (sb_questions_get_type ())
G_DECLARE_FINAL_TYPE (SbQuestions, sb_questions, SB, QUESTIONS, GtkWidget)

/* Both nullable. */
void sb_questions_set_approvals (SbQuestions   *self,
                                 SbApprovals   *approvals);
void sb_questions_set_servers   (SbQuestions   *self,
                                 SbToolServers *servers);

G_END_DECLS
