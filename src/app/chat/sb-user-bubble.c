/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-user-bubble.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sb-markdown.h"
#include "sb-text-block.h"
#include "sb-text.h"

#define MAX_SHOWN 6000 /* bytes; the middle of a longer one is left out */

struct _SbUserBubble
{
  GtkWidget      parent_instance;

  /* owned */
  SbChatContext *context; /* nullable */
  SbBlock       *block;   /* nullable */
  gulong         changed_id;

  GtkWidget     *text;
};

static void sb_user_bubble_iface_init (SbBlockWidgetInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbUserBubble, sb_user_bubble, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_BLOCK_WIDGET, sb_user_bubble_iface_init))

static void
update (SbUserBubble *self)
{
  const char *said = sb_message_get_text (sb_block_get_message (self->block));
  gsize n_omitted = 0;
  g_autofree char *shown = sb_text_head_tail (said != NULL ? said : "", MAX_SHOWN, &n_omitted);
  g_autofree char *clean = sb_markdown_clean (shown, -1);

  sb_text_block_set_text (SB_TEXT_BLOCK (self->text), clean);
}

static void
sb_user_bubble_set_block (SbBlockWidget *widget,
                          SbChatContext *context,
                          SbBlock       *block)
{
  SbUserBubble *self = SB_USER_BUBBLE (widget);

  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  g_set_object (&self->context, context);
  g_set_object (&self->block, block);
  sb_text_block_set_context (SB_TEXT_BLOCK (self->text), context);

  if (block == NULL)
    return;

  self->changed_id = g_signal_connect_swapped (block, "changed", G_CALLBACK (update), self);
  update (self);
}

static void
sb_user_bubble_dispose (GObject *object)
{
  SbUserBubble *self = SB_USER_BUBBLE (object);

  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  g_clear_object (&self->block);
  g_clear_object (&self->context);
  g_clear_pointer (&self->text, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_user_bubble_parent_class)->dispose (object);
}

static void
sb_user_bubble_iface_init (SbBlockWidgetInterface *iface)
{
  iface->set_block = sb_user_bubble_set_block;
}

static void
sb_user_bubble_class_init (SbUserBubbleClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_user_bubble_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "userbubble");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
sb_user_bubble_init (SbUserBubble *self)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("You"), -1);

  self->text = sb_text_block_new ();
  sb_text_block_set_natural_chars (SB_TEXT_BLOCK (self->text), 72);
  gtk_widget_set_halign (self->text, GTK_ALIGN_END);
  gtk_widget_add_css_class (self->text, "bubble");
  gtk_widget_set_parent (self->text, GTK_WIDGET (self));
}
