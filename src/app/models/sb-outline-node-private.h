/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-outline-node.h"

G_BEGIN_DECLS

struct _SbOutlineNode
{
  GObject parent_instance;

  /* owned */
  GObject   *item;     /* NULL for the invisible root */
  GPtrArray *children; /* of SbOutlineNode */

  /* borrowed */
  SbOutlineNode *parent;

  int  depth; /* -1 for the root */
  guint container : 1;
  guint expanded : 1;
  guint shown : 1; /* scratch for the filter: it or something below it passes */
};

SbOutlineNode *_sb_outline_node_new          (GObject       *item,
                                              SbOutlineNode *parent);
void           _sb_outline_node_insert       (SbOutlineNode *self,
                                              guint          index,
                                              SbOutlineNode *child);
void           _sb_outline_node_remove       (SbOutlineNode *self,
                                              SbOutlineNode *child);
void           _sb_outline_node_set_expanded (SbOutlineNode *self,
                                              gboolean       expanded);

G_END_DECLS
