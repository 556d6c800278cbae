/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-rule-row.h"

struct _SbRuleRow
{
  GtkWidget  parent_instance;

  GtkWidget *separator;
};

static void sb_rule_row_iface_init (SbBlockWidgetInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbRuleRow, sb_rule_row, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_BLOCK_WIDGET, sb_rule_row_iface_init))

/* One rule is like the next. */
static void
sb_rule_row_set_block (SbBlockWidget *widget,
                       SbChatContext *context,
                       SbBlock       *block)
{
}

static void
sb_rule_row_dispose (GObject *object)
{
  SbRuleRow *self = SB_RULE_ROW (object);

  g_clear_pointer (&self->separator, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_rule_row_parent_class)->dispose (object);
}

static void
sb_rule_row_iface_init (SbBlockWidgetInterface *iface)
{
  iface->set_block = sb_rule_row_set_block;
}

static void
sb_rule_row_class_init (SbRuleRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_rule_row_dispose;

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "rulerow");
}

static void
sb_rule_row_init (SbRuleRow *self)
{
  self->separator = gtk_separator_new (GTK_ORIENTATION_HORIZONTAL);
  gtk_widget_set_parent (self->separator, GTK_WIDGET (self));
}
