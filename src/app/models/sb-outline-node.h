/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* A place in an SbOutline. Properties: expandable, expanded. */
#define SB_TYPE_OUTLINE_NODE (sb_outline_node_get_type ())
G_DECLARE_FINAL_TYPE (SbOutlineNode, sb_outline_node, SB, OUTLINE_NODE, GObject)

gpointer       sb_outline_node_get_item       (SbOutlineNode *self);
SbOutlineNode *sb_outline_node_get_parent     (SbOutlineNode *self); /* NULL at the top */
int            sb_outline_node_get_depth      (SbOutlineNode *self);
gboolean       sb_outline_node_get_expandable (SbOutlineNode *self);
gboolean       sb_outline_node_get_expanded   (SbOutlineNode *self);
guint          sb_outline_node_get_n_children (SbOutlineNode *self);
SbOutlineNode *sb_outline_node_get_child      (SbOutlineNode *self,
                                               guint          index);
/* A container can be expanded even while it is empty. */
void           sb_outline_node_set_container  (SbOutlineNode *self,
                                               gboolean       container);

G_END_DECLS
