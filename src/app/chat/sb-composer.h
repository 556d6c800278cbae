/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-workspace.h"

G_BEGIN_DECLS

/* Where the user writes: text, the agent to ask, a status, and Send, which is Stop while an answer runs.
 * Its buttons and keys activate chat.send and chat.stop. Property: text. */
#define SB_TYPE_COMPOSER (sb_composer_get_type ())
G_DECLARE_FINAL_TYPE (SbComposer, sb_composer, SB, COMPOSER, GtkWidget)

void        sb_composer_set_agents   (SbComposer     *self,
                                      SbAgentCatalog *agents); /* nullable */
/* The agent that was chosen; NULL: automatic. */
const char *sb_composer_get_agent_id (SbComposer     *self);
char       *sb_composer_dup_text     (SbComposer     *self);
void        sb_composer_set_text     (SbComposer     *self,
                                      const char     *text);
gboolean    sb_composer_is_blank     (SbComposer     *self);
void        sb_composer_set_running  (SbComposer     *self,
                                      gboolean        running);
void        sb_composer_set_status   (SbComposer     *self,
                                      const char     *status); /* nullable */
gboolean    sb_composer_has_selection (SbComposer    *self);

G_END_DECLS
