/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-leaf.h"

#include <string.h>

static void
clear_link (gpointer data)
{
  SbLeafLink *link = data;

  g_free (link->uri);
}

static gboolean
attributes_equal (PangoAttrList *a,
                  PangoAttrList *b)
{
  if (a == NULL || b == NULL)
    return a == b;

  return pango_attr_list_equal (a, b);
}

static gboolean
links_equal (GArray *a,
             GArray *b)
{
  if (a == NULL || b == NULL || a->len != b->len)
    return a == b;

  for (guint i = 0; i < a->len; i++)
    {
      const SbLeafLink *left = &g_array_index (a, SbLeafLink, i);
      const SbLeafLink *right = &g_array_index (b, SbLeafLink, i);

      if (left->start != right->start || left->end != right->end || g_strcmp0 (left->uri, right->uri) != 0)
        return FALSE;
    }

  return TRUE;
}

static gboolean
cells_equal (const SbLeaf *a,
             const SbLeaf *b)
{
  if (a->cells == NULL || b->cells == NULL)
    return a->cells == b->cells;

  if (a->n_columns != b->n_columns || a->cells->len != b->cells->len)
    return FALSE;

  for (guint i = 0; i < a->cells->len; i++)
    if (!sb_leaf_equal (g_ptr_array_index (a->cells, i), g_ptr_array_index (b->cells, i)))
      return FALSE;

  return TRUE;
}

SbLeaf *
sb_leaf_new (SbLeafKind kind)
{
  SbLeaf *self = g_new0 (SbLeaf, 1);

  self->kind = kind;
  self->text = g_strdup ("");

  if (kind == SB_LEAF_TABLE)
    {
      self->cells = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_leaf_free);
      self->alignments = g_array_new (FALSE, FALSE, sizeof (PangoAlignment));
    }

  return self;
}

void
sb_leaf_free (SbLeaf *self)
{
  if (self == NULL)
    return;

  g_free (self->text);
  g_free (self->marker);
  g_free (self->language);
  g_clear_pointer (&self->attributes, pango_attr_list_unref);
  g_clear_pointer (&self->links, g_array_unref);
  g_clear_pointer (&self->cells, g_ptr_array_unref);
  g_clear_pointer (&self->alignments, g_array_unref);
  g_free (self);
}

void
sb_leaf_add_link (SbLeaf     *self,
                  guint       start,
                  guint       end,
                  const char *uri)
{
  SbLeafLink link = { start, end, g_strdup (uri) };

  if (self->links == NULL)
    {
      self->links = g_array_new (FALSE, FALSE, sizeof (SbLeafLink));
      g_array_set_clear_func (self->links, clear_link);
    }

  g_array_append_val (self->links, link);
}

gboolean
sb_leaf_equal (const SbLeaf *a,
               const SbLeaf *b)
{
  return a->kind == b->kind &&
         a->length == b->length &&
         memcmp (a->text, b->text, a->length) == 0 &&
         a->depth == b->depth &&
         a->quote == b->quote &&
         a->heading == b->heading &&
         g_strcmp0 (a->marker, b->marker) == 0 &&
         g_strcmp0 (a->language, b->language) == 0 &&
         attributes_equal (a->attributes, b->attributes) &&
         links_equal (a->links, b->links) &&
         cells_equal (a, b);
}

/* The link under a byte of the text, or NULL. */
const SbLeafLink *
sb_leaf_get_link_at (const SbLeaf *self,
                     guint         index)
{
  for (guint i = 0; self->links != NULL && i < self->links->len; i++)
    {
      const SbLeafLink *link = &g_array_index (self->links, SbLeafLink, i);

      if (index >= link->start && index < link->end)
        return link;
    }

  return NULL;
}
