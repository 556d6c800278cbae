/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-conversation.h"

G_BEGIN_DECLS

/* One conversation in the list on the left: its title, who answers, and whether it runs. */
#define SB_TYPE_CONVERSATION_ROW (sb_conversation_row_get_type ())
G_DECLARE_FINAL_TYPE (SbConversationRow, sb_conversation_row, SB, CONVERSATION_ROW, GtkWidget)

GtkWidget      *sb_conversation_row_new              (void);
void            sb_conversation_row_set_conversation (SbConversationRow *self,
                                                      SbConversation    *conversation);
SbConversation *sb_conversation_row_get_conversation (SbConversationRow *self);

G_END_DECLS
