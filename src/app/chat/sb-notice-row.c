/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-notice-row.h"

#include <glib/gi18n.h>

#include "sb-markdown.h"

struct _SbNoticeRow
{
  GtkWidget      parent_instance;

  /* owned */
  SbChatContext *context; /* nullable */
  SbBlock       *block;   /* nullable */
  gulong         changed_id;

  /* template */
  GtkWidget     *template_root;
  GtkWidget     *details;
  GtkWidget     *hint;
  GtkWidget     *icon;
  GtkWidget     *retry;
  GtkWidget     *title;
};

static void sb_notice_row_iface_init (SbBlockWidgetInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbNoticeRow, sb_notice_row, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_BLOCK_WIDGET, sb_notice_row_iface_init))

static char *
get_title (SbNoticeRow *self,
           SbMessage   *message)
{
  if (sb_block_get_kind (self->block) != SB_BLOCK_ENDED)
    return sb_markdown_clean (sb_message_get_text (message), -1);

  if (sb_message_get_state (message) == SB_MESSAGE_STATE_STOPPED)
    return g_strdup (_("You stopped this answer."));

  return g_strdup (_("Sandbar was closed before this answer was finished."));
}

static void
update (SbNoticeRow *self)
{
  SbMessage *message = sb_block_get_message (self->block);
  SbBlockKind kind = sb_block_get_kind (self->block);
  gboolean error = kind == SB_BLOCK_ERROR;
  gboolean notice = kind != SB_BLOCK_ENDED;
  g_autofree char *title = get_title (self, message);
  g_autofree char *hint = NULL;
  g_autofree char *spoken = NULL;

  if (notice && sb_message_get_hint (message) != NULL)
    hint = sb_markdown_clean (sb_message_get_hint (message), -1);

  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon),
                                error ? "dialog-error-symbolic"
                                : notice ? "dialog-information-symbolic"
                                : "media-playback-stop-symbolic");
  gtk_label_set_text (GTK_LABEL (self->title), title);
  gtk_label_set_text (GTK_LABEL (self->hint), hint != NULL ? hint : "");
  gtk_widget_set_visible (self->hint, hint != NULL && *hint != '\0');
  gtk_widget_set_visible (self->retry, notice && sb_message_get_can_retry (message));
  gtk_widget_set_visible (self->details, error && sb_message_get_trace_id (message) != NULL);

  if (error)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self), "error-notice");
      gtk_widget_remove_css_class (self->title, "dim-label");
    }
  else
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self), "error-notice");
      gtk_widget_add_css_class (self->title, "dim-label");
    }

  spoken = g_strdup_printf ("%s %s", title, hint != NULL ? hint : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
details_cb (SbNoticeRow *self)
{
  sb_chat_context_set_selected_trace_id (self->context,
                                         sb_message_get_trace_id (sb_block_get_message (self->block)));
}

static void
sb_notice_row_set_block (SbBlockWidget *widget,
                         SbChatContext *context,
                         SbBlock       *block)
{
  SbNoticeRow *self = SB_NOTICE_ROW (widget);

  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  g_set_object (&self->context, context);
  g_set_object (&self->block, block);

  if (block == NULL)
    return;

  self->changed_id = g_signal_connect_swapped (block, "changed", G_CALLBACK (update), self);
  update (self);
}

static void
sb_notice_row_dispose (GObject *object)
{
  SbNoticeRow *self = SB_NOTICE_ROW (object);

  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  g_clear_object (&self->block);
  g_clear_object (&self->context);
  g_clear_pointer (&self->template_root, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_notice_row_parent_class)->dispose (object);
}

static void
sb_notice_row_iface_init (SbBlockWidgetInterface *iface)
{
  iface->set_block = sb_notice_row_set_block;
}

static void
sb_notice_row_class_init (SbNoticeRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_notice_row_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "noticerow");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-notice-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbNoticeRow, details);
  gtk_widget_class_bind_template_child (widget_class, SbNoticeRow, hint);
  gtk_widget_class_bind_template_child (widget_class, SbNoticeRow, icon);
  gtk_widget_class_bind_template_child (widget_class, SbNoticeRow, retry);
  gtk_widget_class_bind_template_child (widget_class, SbNoticeRow, template_root);
  gtk_widget_class_bind_template_child (widget_class, SbNoticeRow, title);
  gtk_widget_class_bind_template_callback (widget_class, details_cb);
}

static void
sb_notice_row_init (SbNoticeRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
