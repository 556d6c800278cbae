/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-outline.h"

#include "sb-outline-node-private.h"

struct _SbOutline
{
  GObject parent_instance;

  /* owned */
  SbOutlineNode *root;
  GPtrArray     *rows; /* of SbOutlineNode: what is visible, in order */

  /* borrowed */
  SbOutlineFilterFunc filter;
  gpointer            filter_data;
};

enum
{
  EXPANDED_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbOutline, sb_outline, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

/* The first row behind the subtree whose top is the row before start. */
static guint
find_subtree_end (SbOutline *self,
                  guint      start,
                  int        depth)
{
  guint end = start;

  while (end < self->rows->len
         && ((SbOutlineNode *) g_ptr_array_index (self->rows, end))->depth > depth)
    end++;

  return end;
}

static void
collect_expanded (SbOutlineNode *node,
                  GPtrArray     *rows)
{
  for (guint i = 0; i < node->children->len; i++)
    {
      SbOutlineNode *child = g_ptr_array_index (node->children, i);

      g_ptr_array_add (rows, g_object_ref (child));
      if (child->expanded)
        collect_expanded (child, rows);
    }
}

static gboolean
mark_shown (SbOutline     *self,
            SbOutlineNode *node)
{
  gboolean shown = node->item != NULL && self->filter (node->item, self->filter_data);

  for (guint i = 0; i < node->children->len; i++)
    shown |= mark_shown (self, g_ptr_array_index (node->children, i));

  node->shown = shown;

  return shown;
}

static void
collect_shown (SbOutlineNode *node,
               GPtrArray     *rows)
{
  for (guint i = 0; i < node->children->len; i++)
    {
      SbOutlineNode *child = g_ptr_array_index (node->children, i);

      if (!child->shown)
        continue;
      g_ptr_array_add (rows, g_object_ref (child));
      collect_shown (child, rows);
    }
}

/* Announces only the stretch that differs, so that a view keeps its selection and its place. */
static void
replace_rows (SbOutline *self,
              GPtrArray *rows)
{
  g_autoptr(GPtrArray) old = g_steal_pointer (&self->rows);
  guint head = 0;
  guint tail = 0;

  self->rows = rows;
  while (head < old->len && head < rows->len
         && g_ptr_array_index (old, head) == g_ptr_array_index (rows, head))
    head++;
  while (tail < old->len - head && tail < rows->len - head
         && g_ptr_array_index (old, old->len - 1 - tail) == g_ptr_array_index (rows, rows->len - 1 - tail))
    tail++;

  if (old->len != rows->len || head < rows->len)
    g_list_model_items_changed (G_LIST_MODEL (self), head, old->len - head - tail, rows->len - head - tail);
}

static void
rebuild (SbOutline *self)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_object_unref);

  if (self->filter != NULL)
    {
      mark_shown (self, self->root);
      collect_shown (self->root, rows);
    }
  else
    {
      collect_expanded (self->root, rows);
    }

  replace_rows (self, rows);
}

static gboolean
children_are_visible (SbOutline     *self,
                      SbOutlineNode *node)
{
  return node == self->root || (node->expanded && sb_outline_get_position (self, node) != G_MAXUINT);
}

static guint
find_row_for_child (SbOutline     *self,
                    SbOutlineNode *parent,
                    guint          index)
{
  SbOutlineNode *before;

  if (index == 0)
    return parent == self->root ? 0 : sb_outline_get_position (self, parent) + 1;

  before = g_ptr_array_index (parent->children, index - 1);

  return find_subtree_end (self, sb_outline_get_position (self, before) + 1, before->depth);
}

static GType
sb_outline_get_item_type (GListModel *model)
{
  return SB_TYPE_OUTLINE_NODE;
}

static guint
sb_outline_get_n_items (GListModel *model)
{
  return SB_OUTLINE (model)->rows->len;
}

static gpointer
sb_outline_get_item (GListModel *model,
                     guint       position)
{
  SbOutline *self = SB_OUTLINE (model);

  return position < self->rows->len ? g_object_ref (g_ptr_array_index (self->rows, position)) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_outline_get_item_type;
  iface->get_n_items = sb_outline_get_n_items;
  iface->get_item = sb_outline_get_item;
}

static void
sb_outline_finalize (GObject *object)
{
  SbOutline *self = SB_OUTLINE (object);

  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_object (&self->root);

  G_OBJECT_CLASS (sb_outline_parent_class)->finalize (object);
}

static void
sb_outline_class_init (SbOutlineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sb_outline_finalize;

  signals[EXPANDED_CHANGED] =
    g_signal_new ("expanded-changed", SB_TYPE_OUTLINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, SB_TYPE_OUTLINE_NODE);
}

static void
sb_outline_init (SbOutline *self)
{
  self->root = _sb_outline_node_new (NULL, NULL);
  self->root->expanded = TRUE;
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
}

SbOutline *
sb_outline_new (void)
{
  return g_object_new (SB_TYPE_OUTLINE, NULL);
}

SbOutlineNode *
sb_outline_get_root (SbOutline *self)
{
  g_return_val_if_fail (SB_IS_OUTLINE (self), NULL);

  return self->root;
}

void
sb_outline_insert (SbOutline     *self,
                   SbOutlineNode *parent,
                   guint          index,
                   GPtrArray     *items,
                   gboolean       expanded)
{
  guint position;

  g_return_if_fail (SB_IS_OUTLINE (self));

  parent = parent != NULL ? parent : self->root;
  g_return_if_fail (index <= parent->children->len);

  for (guint i = 0; i < items->len; i++)
    {
      SbOutlineNode *node = _sb_outline_node_new (g_ptr_array_index (items, i), parent);

      node->expanded = !!expanded;
      _sb_outline_node_insert (parent, index + i, node);
    }

  if (items->len == 0)
    return;
  if (self->filter != NULL)
    {
      rebuild (self);
      return;
    }
  if (!children_are_visible (self, parent))
    return;

  position = find_row_for_child (self, parent, index);
  for (guint i = 0; i < items->len; i++)
    g_ptr_array_insert (self->rows, position + i,
                        g_object_ref (g_ptr_array_index (parent->children, index + i)));
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, items->len);
}

SbOutlineNode *
sb_outline_append (SbOutline     *self,
                   SbOutlineNode *parent,
                   gpointer       item,
                   gboolean       expanded)
{
  g_autoptr(GPtrArray) items = g_ptr_array_new ();
  guint index;

  g_return_val_if_fail (SB_IS_OUTLINE (self), NULL);

  parent = parent != NULL ? parent : self->root;
  index = parent->children->len;
  g_ptr_array_add (items, item);
  sb_outline_insert (self, parent, index, items, expanded);

  return g_ptr_array_index (parent->children, index);
}

void
sb_outline_remove (SbOutline     *self,
                   SbOutlineNode *node)
{
  guint position;

  g_return_if_fail (SB_IS_OUTLINE (self));
  g_return_if_fail (node->parent != NULL);

  position = sb_outline_get_position (self, node);
  if (position != G_MAXUINT)
    {
      guint n_rows = find_subtree_end (self, position + 1, node->depth) - position;

      g_object_ref (node);
      g_ptr_array_remove_range (self->rows, position, n_rows);
      _sb_outline_node_remove (node->parent, node);
      g_object_unref (node);
      g_list_model_items_changed (G_LIST_MODEL (self), position, n_rows, 0);
    }
  else
    {
      _sb_outline_node_remove (node->parent, node);
    }
}

void
sb_outline_remove_range (SbOutline     *self,
                         SbOutlineNode *parent,
                         guint          index,
                         guint          n)
{
  SbOutlineNode *last = NULL;
  guint position;
  guint n_rows = 0;

  g_return_if_fail (SB_IS_OUTLINE (self));

  parent = parent != NULL ? parent : self->root;
  g_return_if_fail (n > 0 && index + n <= parent->children->len);

  last = g_ptr_array_index (parent->children, index + n - 1);
  position = sb_outline_get_position (self, g_ptr_array_index (parent->children, index));
  if (position != G_MAXUINT)
    {
      n_rows = find_subtree_end (self, sb_outline_get_position (self, last) + 1, last->depth) - position;
      g_ptr_array_remove_range (self->rows, position, n_rows);
    }
  for (guint i = index + n; i > index; i--)
    _sb_outline_node_remove (parent, g_ptr_array_index (parent->children, i - 1));

  if (n_rows > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), position, n_rows, 0);
}

void
sb_outline_clear (SbOutline *self)
{
  guint n_rows;

  g_return_if_fail (SB_IS_OUTLINE (self));

  n_rows = self->rows->len;
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < self->root->children->len; i++)
    ((SbOutlineNode *) g_ptr_array_index (self->root->children, i))->parent = NULL;
  g_ptr_array_set_size (self->root->children, 0);

  if (n_rows > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_rows, 0);
}

void
sb_outline_set_expanded (SbOutline     *self,
                         SbOutlineNode *node,
                         gboolean       expanded)
{
  guint position;

  g_return_if_fail (SB_IS_OUTLINE (self));
  g_return_if_fail (SB_IS_OUTLINE_NODE (node));

  if (node->expanded == !!expanded)
    return;

  _sb_outline_node_set_expanded (node, expanded);
  position = self->filter == NULL ? sb_outline_get_position (self, node) : G_MAXUINT;

  if (position != G_MAXUINT && expanded)
    {
      g_autoptr(GPtrArray) below = g_ptr_array_new ();

      collect_expanded (node, below);
      for (guint i = 0; i < below->len; i++)
        g_ptr_array_insert (self->rows, position + 1 + i, g_ptr_array_index (below, i));
      g_list_model_items_changed (G_LIST_MODEL (self), position + 1, 0, below->len);
    }
  else if (position != G_MAXUINT)
    {
      guint n_rows = find_subtree_end (self, position + 1, node->depth) - position - 1;

      if (n_rows > 0)
        g_ptr_array_remove_range (self->rows, position + 1, n_rows);
      g_list_model_items_changed (G_LIST_MODEL (self), position + 1, n_rows, 0);
    }

  g_signal_emit (self, signals[EXPANDED_CHANGED], 0, node);
}

void
sb_outline_toggle (SbOutline *self,
                   guint      position)
{
  SbOutlineNode *node;

  g_return_if_fail (SB_IS_OUTLINE (self));

  if (position >= self->rows->len)
    return;

  node = g_ptr_array_index (self->rows, position);
  if (sb_outline_node_get_expandable (node))
    sb_outline_set_expanded (self, node, !node->expanded);
}

void
sb_outline_reveal (SbOutline     *self,
                   SbOutlineNode *node)
{
  g_return_if_fail (SB_IS_OUTLINE (self));
  g_return_if_fail (SB_IS_OUTLINE_NODE (node));

  for (SbOutlineNode *above = node->parent; above != NULL; above = above->parent)
    sb_outline_set_expanded (self, above, TRUE);
}

guint
sb_outline_get_position (SbOutline     *self,
                         SbOutlineNode *node)
{
  g_return_val_if_fail (SB_IS_OUTLINE (self), G_MAXUINT);

  /* From the end: what is asked for is mostly what came last. */
  for (guint i = self->rows->len; i > 0; i--)
    if (g_ptr_array_index (self->rows, i - 1) == node)
      return i - 1;

  return G_MAXUINT;
}

void
sb_outline_set_filter (SbOutline           *self,
                       SbOutlineFilterFunc  func,
                       gpointer             user_data)
{
  g_return_if_fail (SB_IS_OUTLINE (self));

  self->filter = func;
  self->filter_data = user_data;
  rebuild (self);
}
