/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-reasoning-row.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sb-markdown.h"
#include "sb-text-block.h"
#include "sb-text.h"

#define MAX_SHOWN 8000 /* bytes; the middle of longer thoughts is left out */

struct _SbReasoningRow
{
  GtkWidget      parent_instance;

  /* owned */
  SbChatContext *context; /* nullable */
  SbBlock       *block;   /* nullable */
  gulong         changed_id;

  GtkWidget     *expander;
  GtkWidget     *text;
};

static void sb_reasoning_row_iface_init (SbBlockWidgetInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbReasoningRow, sb_reasoning_row, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_BLOCK_WIDGET, sb_reasoning_row_iface_init))

static void
update (SbReasoningRow *self)
{
  SbMessage *message = sb_block_get_message (self->block);
  const char *reasoning = sb_message_get_reasoning (message);
  gboolean thinking = sb_message_get_state (message) == SB_MESSAGE_STATE_STREAMING &&
                      sb_message_get_text_length (message) == 0;

  gtk_expander_set_label (GTK_EXPANDER (self->expander), thinking ? _("Thinking…") : _("Thoughts"));

  if (gtk_expander_get_expanded (GTK_EXPANDER (self->expander)))
    {
      g_autofree char *shown = sb_text_head_tail (reasoning != NULL ? reasoning : "", MAX_SHOWN, NULL);
      g_autofree char *clean = sb_markdown_clean (shown, -1);

      sb_text_block_set_text (SB_TEXT_BLOCK (self->text), clean);
    }
}

static void
expanded_cb (SbReasoningRow *self)
{
  if (self->block != NULL)
    update (self);
}

static void
sb_reasoning_row_set_block (SbBlockWidget *widget,
                            SbChatContext *context,
                            SbBlock       *block)
{
  SbReasoningRow *self = SB_REASONING_ROW (widget);

  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  g_set_object (&self->context, context);
  g_set_object (&self->block, block);
  sb_text_block_set_context (SB_TEXT_BLOCK (self->text), context);
  gtk_expander_set_expanded (GTK_EXPANDER (self->expander), FALSE);

  if (block == NULL)
    return;

  self->changed_id = g_signal_connect_swapped (block, "changed", G_CALLBACK (update), self);
  update (self);
}

static void
sb_reasoning_row_dispose (GObject *object)
{
  SbReasoningRow *self = SB_REASONING_ROW (object);

  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  g_clear_object (&self->block);
  g_clear_object (&self->context);
  g_clear_pointer (&self->expander, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_reasoning_row_parent_class)->dispose (object);
}

static void
sb_reasoning_row_iface_init (SbBlockWidgetInterface *iface)
{
  iface->set_block = sb_reasoning_row_set_block;
}

static void
sb_reasoning_row_class_init (SbReasoningRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_reasoning_row_dispose;

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "reasoningrow");
}

static void
sb_reasoning_row_init (SbReasoningRow *self)
{
  self->text = sb_text_block_new ();
  gtk_widget_add_css_class (self->text, "dim-label");

  self->expander = gtk_expander_new (NULL);
  gtk_expander_set_child (GTK_EXPANDER (self->expander), self->text);
  g_signal_connect_swapped (self->expander, "notify::expanded", G_CALLBACK (expanded_cb), self);
  gtk_widget_set_parent (self->expander, GTK_WIDGET (self));
}
