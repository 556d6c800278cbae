/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-block.h"
#include "sb-workspace.h"

G_BEGIN_DECLS

/* What the rows of a transcript share. Properties: selected-trace-id (nullable). */
#define SB_TYPE_CHAT_CONTEXT (sb_chat_context_get_type ())
G_DECLARE_FINAL_TYPE (SbChatContext, sb_chat_context, SB, CHAT_CONTEXT, GObject)

SbChatContext *sb_chat_context_new                   (PangoContext  *pango_context);
SbAgent       *sb_chat_context_lookup_agent          (SbChatContext *self, /* nullable */
                                                      const char    *agent_id);
SbWorkspace   *sb_chat_context_get_workspace         (SbChatContext *self); /* nullable */
void           sb_chat_context_set_workspace         (SbChatContext *self,
                                                      SbWorkspace   *workspace);
const char    *sb_chat_context_get_selected_trace_id (SbChatContext *self); /* nullable */
void           sb_chat_context_set_selected_trace_id (SbChatContext *self,
                                                      const char    *trace_id);

/* The layout of a block's text, kept while the block is near what is looked at. NULL: make one and store it. */
PangoLayout   *sb_chat_context_get_layout            (SbChatContext *self,
                                                      SbBlock       *block);
PangoLayout   *sb_chat_context_create_layout         (SbChatContext *self,
                                                      SbBlock       *block); /* nullable: not kept */
void           sb_chat_context_forget_layout         (SbChatContext *self,
                                                      SbBlock       *block);
void           sb_chat_context_forget_layouts        (SbChatContext *self);

/* Widgets of rows that show another kind of block now, for the next row that needs one: a source view takes
 * milliseconds to make. */
GtkWidget     *sb_chat_context_take_spare            (SbChatContext *self, /* (transfer full) (nullable) */
                                                      GType          type);
void           sb_chat_context_give_spare            (SbChatContext *self,
                                                      GtkWidget     *widget); /* without a parent */

/* Only one text has a selection. */
GtkWidget     *sb_chat_context_get_selection_owner   (SbChatContext *self); /* nullable; a SbTextBlock */
void           sb_chat_context_set_selection_owner   (SbChatContext *self,
                                                      GtkWidget     *owner);

G_END_DECLS
