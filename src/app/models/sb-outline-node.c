/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-outline-node.h"
#include "sb-outline-node-private.h"

enum
{
  PROP_0,
  PROP_EXPANDABLE,
  PROP_EXPANDED,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbOutlineNode, sb_outline_node, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
sb_outline_node_dispose (GObject *object)
{
  SbOutlineNode *self = SB_OUTLINE_NODE (object);

  for (guint i = 0; self->children != NULL && i < self->children->len; i++)
    ((SbOutlineNode *) g_ptr_array_index (self->children, i))->parent = NULL;

  g_clear_pointer (&self->children, g_ptr_array_unref);
  g_clear_object (&self->item);

  G_OBJECT_CLASS (sb_outline_node_parent_class)->dispose (object);
}

static void
sb_outline_node_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  SbOutlineNode *self = SB_OUTLINE_NODE (object);

  switch (prop_id)
    {
    case PROP_EXPANDABLE:
      g_value_set_boolean (value, sb_outline_node_get_expandable (self));
      break;
    case PROP_EXPANDED:
      g_value_set_boolean (value, self->expanded);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_outline_node_class_init (SbOutlineNodeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_outline_node_dispose;
  object_class->get_property = sb_outline_node_get_property;

  properties[PROP_EXPANDABLE] =
    g_param_spec_boolean ("expandable", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_EXPANDED] =
    g_param_spec_boolean ("expanded", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_outline_node_init (SbOutlineNode *self)
{
  self->children = g_ptr_array_new_with_free_func (g_object_unref);
}

SbOutlineNode *
_sb_outline_node_new (GObject       *item,
                      SbOutlineNode *parent)
{
  SbOutlineNode *self = g_object_new (SB_TYPE_OUTLINE_NODE, NULL);

  g_set_object (&self->item, item);
  self->parent = parent;
  self->depth = parent != NULL ? parent->depth + 1 : -1;

  return self;
}

/* Takes the child over. */
void
_sb_outline_node_insert (SbOutlineNode *self,
                         guint          index,
                         SbOutlineNode *child)
{
  gboolean was_expandable = sb_outline_node_get_expandable (self);

  g_ptr_array_insert (self->children, index, child);

  if (!was_expandable)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXPANDABLE]);
}

void
_sb_outline_node_remove (SbOutlineNode *self,
                         SbOutlineNode *child)
{
  child->parent = NULL;
  g_ptr_array_remove (self->children, child);

  if (!sb_outline_node_get_expandable (self))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXPANDABLE]);
}

void
_sb_outline_node_set_expanded (SbOutlineNode *self,
                               gboolean       expanded)
{
  if (self->expanded == !!expanded)
    return;

  self->expanded = !!expanded;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXPANDED]);
}

gpointer
sb_outline_node_get_item (SbOutlineNode *self)
{
  g_return_val_if_fail (SB_IS_OUTLINE_NODE (self), NULL);

  return self->item;
}

SbOutlineNode *
sb_outline_node_get_parent (SbOutlineNode *self)
{
  g_return_val_if_fail (SB_IS_OUTLINE_NODE (self), NULL);

  return self->parent != NULL && self->parent->depth >= 0 ? self->parent : NULL;
}

int
sb_outline_node_get_depth (SbOutlineNode *self)
{
  g_return_val_if_fail (SB_IS_OUTLINE_NODE (self), 0);

  return self->depth;
}

gboolean
sb_outline_node_get_expandable (SbOutlineNode *self)
{
  g_return_val_if_fail (SB_IS_OUTLINE_NODE (self), FALSE);

  return self->container || self->children->len > 0;
}

gboolean
sb_outline_node_get_expanded (SbOutlineNode *self)
{
  g_return_val_if_fail (SB_IS_OUTLINE_NODE (self), FALSE);

  return self->expanded;
}

guint
sb_outline_node_get_n_children (SbOutlineNode *self)
{
  g_return_val_if_fail (SB_IS_OUTLINE_NODE (self), 0);

  return self->children->len;
}

SbOutlineNode *
sb_outline_node_get_child (SbOutlineNode *self,
                           guint          index)
{
  g_return_val_if_fail (SB_IS_OUTLINE_NODE (self), NULL);
  g_return_val_if_fail (index < self->children->len, NULL);

  return g_ptr_array_index (self->children, index);
}

void
sb_outline_node_set_container (SbOutlineNode *self,
                               gboolean       container)
{
  g_return_if_fail (SB_IS_OUTLINE_NODE (self));

  if (self->container == !!container)
    return;

  self->container = !!container;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_EXPANDABLE]);
}
