/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-outline-node.h"

G_BEGIN_DECLS

/* A tree as the flat GListModel (of SbOutlineNode) of its visible rows, for fixed-height list views.
 * Signal "expanded-changed" (SbOutlineNode*). */
#define SB_TYPE_OUTLINE (sb_outline_get_type ())
G_DECLARE_FINAL_TYPE (SbOutline, sb_outline, SB, OUTLINE, GObject)

typedef gboolean (*SbOutlineFilterFunc) (gpointer item,
                                         gpointer user_data);

SbOutline     *sb_outline_new          (void);
/* The invisible parent of the rows at the top. */
SbOutlineNode *sb_outline_get_root     (SbOutline           *self);
/* items: of GObject. Puts them below parent (NULL: the root), in front of its child number index, with one
 * items-changed. */
void           sb_outline_insert       (SbOutline           *self,
                                        SbOutlineNode       *parent,
                                        guint                index,
                                        GPtrArray           *items,
                                        gboolean             expanded);
/* (transfer none) */
SbOutlineNode *sb_outline_append       (SbOutline           *self,
                                        SbOutlineNode       *parent,
                                        gpointer             item,
                                        gboolean             expanded);
void           sb_outline_remove       (SbOutline           *self,
                                        SbOutlineNode       *node);
/* The n children from index on, with one items-changed. parent NULL: the root. */
void           sb_outline_remove_range (SbOutline           *self,
                                        SbOutlineNode       *parent,
                                        guint                index,
                                        guint                n);
void           sb_outline_clear        (SbOutline           *self);
void           sb_outline_set_expanded (SbOutline           *self,
                                        SbOutlineNode       *node,
                                        gboolean             expanded);
/* Expands the row's node, or collapses it, if it has something below it. */
void           sb_outline_toggle       (SbOutline           *self,
                                        guint                position);
/* Expands what is above the node. */
void           sb_outline_reveal       (SbOutline           *self,
                                        SbOutlineNode       *node);
/* Row number; G_MAXUINT when it is not visible. */
guint          sb_outline_get_position (SbOutline           *self,
                                        SbOutlineNode       *node);
/* While there is a filter, what passes is shown with all above it, expanded or not. NULL: none. */
void           sb_outline_set_filter   (SbOutline           *self,
                                        SbOutlineFilterFunc  func,
                                        gpointer             user_data);

G_END_DECLS
