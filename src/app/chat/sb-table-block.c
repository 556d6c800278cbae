/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-table-block.h"

#define CELL_CHARS 36

struct _SbTableBlock
{
  GtkWidget      parent_instance;

  /* owned */
  SbBlock       *block;  /* nullable */
  GPtrArray     *labels; /* of GtkLabel, in the order of the cells; borrowed from the grid */
  guint          n_columns;
  gulong         changed_id;

  GtkWidget     *scroller;
  GtkWidget     *grid;
};

static void sb_table_block_iface_init (SbBlockWidgetInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbTableBlock, sb_table_block, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_BLOCK_WIDGET, sb_table_block_iface_init))

static void
drop_cells (SbTableBlock *self,
            guint         keep)
{
  while (self->labels->len > keep)
    {
      gtk_grid_remove (GTK_GRID (self->grid), g_ptr_array_index (self->labels, self->labels->len - 1));
      g_ptr_array_set_size (self->labels, self->labels->len - 1);
    }
}

/* A cell has one width, so that its height is known without asking for what the table gets. */
static void
set_cell_text (GtkLabel   *label,
               const char *text)
{
  gboolean wide = g_utf8_strlen (text, -1) > CELL_CHARS;

  gtk_label_set_text (label, text);
  gtk_label_set_wrap (label, wide);
  gtk_label_set_width_chars (label, wide ? CELL_CHARS : -1);
  gtk_label_set_max_width_chars (label, wide ? CELL_CHARS : -1);
}

static GtkWidget *
create_cell (SbTableBlock *self,
             const SbLeaf *leaf,
             guint         index)
{
  GtkWidget *label = gtk_label_new (NULL);
  guint column = index % self->n_columns;
  guint row = index / self->n_columns;
  PangoAlignment alignment = column < leaf->alignments->len ? g_array_index (leaf->alignments, PangoAlignment, column)
                                                             : PANGO_ALIGN_LEFT;

  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_focusable (label, FALSE);
  gtk_label_set_xalign (GTK_LABEL (label),
                        alignment == PANGO_ALIGN_RIGHT ? 1.0 : alignment == PANGO_ALIGN_CENTER ? 0.5 : 0.0);
  gtk_widget_add_css_class (label, "cell");
  if (row == 0)
    gtk_widget_add_css_class (label, "column-name");

  gtk_grid_attach (GTK_GRID (self->grid), label, column, row, 1, 1);
  g_ptr_array_add (self->labels, label);

  return label;
}

static void
update (SbTableBlock *self)
{
  const SbLeaf *leaf = sb_block_get_leaf (self->block);

  if (leaf->n_columns != self->n_columns)
    drop_cells (self, 0);
  self->n_columns = leaf->n_columns;
  drop_cells (self, leaf->cells->len);

  for (guint i = 0; i < leaf->cells->len; i++)
    {
      const SbLeaf *cell = g_ptr_array_index (leaf->cells, i);
      GtkWidget *label = i < self->labels->len ? g_ptr_array_index (self->labels, i) : create_cell (self, leaf, i);

      if (g_strcmp0 (gtk_label_get_text (GTK_LABEL (label)), cell->text) != 0)
        set_cell_text (GTK_LABEL (label), cell->text);
      if (gtk_label_get_attributes (GTK_LABEL (label)) != NULL || cell->attributes != NULL)
        gtk_label_set_attributes (GTK_LABEL (label), cell->attributes);
    }
}

static void
sb_table_block_set_block (SbBlockWidget *widget,
                          SbChatContext *context,
                          SbBlock       *block)
{
  SbTableBlock *self = SB_TABLE_BLOCK (widget);

  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  g_set_object (&self->block, block);
  drop_cells (self, 0);

  if (block == NULL)
    return;

  self->changed_id = g_signal_connect_swapped (block, "changed", G_CALLBACK (update), self);
  update (self);
}

static void
sb_table_block_dispose (GObject *object)
{
  SbTableBlock *self = SB_TABLE_BLOCK (object);

  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  g_clear_object (&self->block);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_pointer (&self->labels, g_ptr_array_unref);

  G_OBJECT_CLASS (sb_table_block_parent_class)->dispose (object);
}

static void
sb_table_block_iface_init (SbBlockWidgetInterface *iface)
{
  iface->set_block = sb_table_block_set_block;
}

static void
sb_table_block_class_init (SbTableBlockClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_table_block_dispose;

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "tableblock");
}

static void
sb_table_block_init (SbTableBlock *self)
{
  self->labels = g_ptr_array_new ();
  self->grid = gtk_grid_new ();
  gtk_widget_set_halign (self->grid, GTK_ALIGN_START);
  gtk_widget_add_css_class (self->grid, "table");

  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->grid);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}
