/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-block-widget.h"

G_BEGIN_DECLS

/* A paragraph with one PangoLayout, which it keeps for as long as the text and the width stay. Asks for no width of
 * its own, so that a long text is laid out once a change (GtkLabel does it several times). Text can be selected,
 * links can be clicked. Shows a block of kind TEXT, or any text by sb_text_block_set_text(). */
#define SB_TYPE_TEXT_BLOCK (sb_text_block_get_type ())
G_DECLARE_FINAL_TYPE (SbTextBlock, sb_text_block, SB, TEXT_BLOCK, GtkWidget)

GtkWidget  *sb_text_block_new             (void);
void        sb_text_block_set_context     (SbTextBlock   *self,
                                           SbChatContext *context);
/* Plain text; must be fit for Pango (sb_markdown_clean()). */
void        sb_text_block_set_text        (SbTextBlock   *self,
                                           const char    *text);
/* Asks for as much width as the text needs, up to that many characters; 0: none. */
void        sb_text_block_set_natural_chars (SbTextBlock *self,
                                             guint        n_chars);
gboolean    sb_text_block_get_selection   (SbTextBlock   *self,
                                           int           *start,
                                           int           *end);
void        sb_text_block_select          (SbTextBlock   *self,
                                           int            start,
                                           int            end); /* -1: to the end */
char       *sb_text_block_dup_selection   (SbTextBlock   *self); /* nullable */

G_END_DECLS
