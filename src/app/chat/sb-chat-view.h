/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-workspace.h"

G_BEGIN_DECLS

/* The middle pane: transcript and composer of one conversation.
 * Properties: workspace, conversation (nullable), selected-trace-id (nullable; set by a click on a card or
 * notice, settable to highlight). Actions: chat.send, chat.stop, chat.retry, chat.copy-block, chat.jump-to-end. */
#define SB_TYPE_CHAT_VIEW (sb_chat_view_get_type ())
G_DECLARE_FINAL_TYPE (SbChatView, sb_chat_view, SB, CHAT_VIEW, GtkWidget)

GtkWidget      *sb_chat_view_new                   (void);
SbWorkspace    *sb_chat_view_get_workspace         (SbChatView     *self);
void            sb_chat_view_set_workspace         (SbChatView     *self,
                                                    SbWorkspace    *workspace);
SbConversation *sb_chat_view_get_conversation      (SbChatView     *self);
void            sb_chat_view_set_conversation      (SbChatView     *self,
                                                    SbConversation *conversation);
const char     *sb_chat_view_get_selected_trace_id (SbChatView     *self);
void            sb_chat_view_set_selected_trace_id (SbChatView     *self,
                                                    const char     *trace_id);
/* Puts the cursor into the composer. */
void            sb_chat_view_focus_composer        (SbChatView     *self);

G_END_DECLS
