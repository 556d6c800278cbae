/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-approval-row.h"

struct _SbApprovalRow
{
  GtkListBoxRow  parent_instance;

  /* owned */
  SbApproval    *approval;

  /* template */
  GtkWidget     *always;
  GtkWidget     *detail;
  GtkWidget     *detail_window;
  GtkWidget     *icon;
  GtkWidget     *title;
};

G_DEFINE_FINAL_TYPE (SbApprovalRow, sb_approval_row, GTK_TYPE_LIST_BOX_ROW)

static const struct
{
  const char *kind;
  const char *icon_name;
} icons[] = {
  { "package", "package-x-generic-symbolic" },
  { "port", "network-server-symbolic" },
  { "bind", "folder-symbolic" },
  { "image", "sb-sandbox-symbolic" },
  { "tool", "applications-utilities-symbolic" },
  { "url", "web-browser-symbolic" },
};

static const char *
get_icon_name (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (icons); i++)
    if (g_str_equal (icons[i].kind, kind))
      return icons[i].icon_name;

  return "dialog-question-symbolic";
}

static void
answer_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  SbApprovalRow *self = SB_APPROVAL_ROW (widget);
  SbApprovalState answer = SB_APPROVAL_DENIED;

  if (g_str_equal (action_name, "approval.allow-once"))
    answer = SB_APPROVAL_ALLOWED_ONCE;
  else if (g_str_equal (action_name, "approval.allow-always"))
    answer = SB_APPROVAL_ALLOWED_ALWAYS;

  sb_approval_answer (self->approval, answer);
}

static void
sb_approval_row_dispose (GObject *object)
{
  g_clear_object (&SB_APPROVAL_ROW (object)->approval);

  G_OBJECT_CLASS (sb_approval_row_parent_class)->dispose (object);
}

static void
sb_approval_row_class_init (SbApprovalRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_approval_row_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-approval-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbApprovalRow, always);
  gtk_widget_class_bind_template_child (widget_class, SbApprovalRow, detail);
  gtk_widget_class_bind_template_child (widget_class, SbApprovalRow, detail_window);
  gtk_widget_class_bind_template_child (widget_class, SbApprovalRow, icon);
  gtk_widget_class_bind_template_child (widget_class, SbApprovalRow, title);
  gtk_widget_class_install_action (widget_class, "approval.deny", NULL, answer_action);
  gtk_widget_class_install_action (widget_class, "approval.allow-once", NULL, answer_action);
  gtk_widget_class_install_action (widget_class, "approval.allow-always", NULL, answer_action);
}

static void
sb_approval_row_init (SbApprovalRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_approval_row_new (SbApproval *approval)
{
  SbApprovalRow *self = g_object_new (SB_TYPE_APPROVAL_ROW, NULL);
  const char *detail = sb_approval_get_detail (approval);

  self->approval = g_object_ref (approval);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), get_icon_name (sb_approval_get_kind (approval)));
  gtk_label_set_text (GTK_LABEL (self->title), sb_approval_get_title (approval));
  gtk_label_set_text (GTK_LABEL (self->detail), detail != NULL ? detail : "");
  gtk_widget_set_visible (self->detail_window, detail != NULL && *detail != '\0');
  gtk_widget_set_visible (self->always, sb_approval_get_key (approval) != NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, sb_approval_get_title (approval),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, detail != NULL ? detail : "",
                                  -1);

  return GTK_WIDGET (self);
}
