/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-row.h"

#include <glib/gi18n.h>

#include "sb-id.h"
#include "sb-text.h"
#include "sb-tool-text.h"

struct _SbToolRow
{
  GtkWidget parent_instance;

  /* owned */
  SbToolsModel  *model; /* nullable */
  SbGatewayTool *tool;  /* nullable */

  /* template */
  GtkWidget *box;
  GtkLabel  *claim;
  GtkSwitch *enabled;
  GtkLabel  *name;
  GtkLabel  *summary;
  GtkLabel  *tokens;

  gboolean syncing;
};

G_DEFINE_FINAL_TYPE (SbToolRow, sb_tool_row, GTK_TYPE_WIDGET)

static void
show_claim (SbToolRow *self)
{
  SbToolClaim claims[SB_TOOL_MAX_CLAIMS];
  guint n = sb_tool_text_claims (sb_gateway_tool_get_tool (self->tool), claims);

  gtk_widget_set_visible (GTK_WIDGET (self->claim), n > 0);
  if (n > 0)
    {
      const char *classes[] = { "sb-chip", claims[0].style, NULL };

      gtk_label_set_text (self->claim, claims[0].label);
      gtk_widget_set_css_classes (GTK_WIDGET (self->claim), classes);
    }
}

static void
show_switch (SbToolRow *self)
{
  self->syncing = TRUE;
  gtk_switch_set_active (self->enabled, sb_gateway_tool_get_enabled (self->tool));
  self->syncing = FALSE;
}

static void
show (SbToolRow *self)
{
  g_autofree char *name = sb_text_clean (sb_gateway_tool_get_exposed_name (self->tool), -1, NULL);
  g_autofree char *server = sb_text_clean (sb_gateway_tool_get_server_name (self->tool), -1, NULL);
  g_autofree char *said = sb_tool_text_summary (sb_gateway_tool_get_tool (self->tool));
  g_autofree char *summary = *said != '\0' ? g_strjoin (" · ", server, said, NULL) : g_strdup (server);
  g_autofree char *count = sb_format_count (sb_gateway_tool_get_tokens (self->tool));
  g_autofree char *tokens = g_strdup_printf (_("%s tokens"), count);
  g_autofree char *spoken = g_strjoin (", ", name, summary, tokens, NULL);
  g_autofree char *verb = g_strdup_printf (_("Offer the tool %s"), name);

  gtk_label_set_text (self->name, name);
  gtk_label_set_text (self->summary, summary);
  gtk_label_set_text (self->tokens, tokens);
  show_claim (self);
  show_switch (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->enabled), GTK_ACCESSIBLE_PROPERTY_LABEL, verb, -1);
}

static gboolean
enabled_cb (SbToolRow *self,
            gboolean   enabled)
{
  if (!self->syncing && self->tool != NULL)
    sb_tools_model_switch_tool (self->model, sb_gateway_tool_get_server_name (self->tool),
                                sb_gateway_tool_get_name (self->tool), enabled);

  return GDK_EVENT_PROPAGATE;
}

static void
sb_tool_row_dispose (GObject *object)
{
  SbToolRow *self = SB_TOOL_ROW (object);

  sb_tool_row_set_tool (self, NULL, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_tool_row_parent_class)->dispose (object);
}

static void
sb_tool_row_class_init (SbToolRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_tool_row_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-tool-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbToolRow, box);
  gtk_widget_class_bind_template_child (widget_class, SbToolRow, claim);
  gtk_widget_class_bind_template_child (widget_class, SbToolRow, enabled);
  gtk_widget_class_bind_template_child (widget_class, SbToolRow, name);
  gtk_widget_class_bind_template_child (widget_class, SbToolRow, summary);
  gtk_widget_class_bind_template_child (widget_class, SbToolRow, tokens);
  gtk_widget_class_bind_template_callback (widget_class, enabled_cb);
}

static void
sb_tool_row_init (SbToolRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_tool_row_new (void)
{
  return g_object_new (SB_TYPE_TOOL_ROW, NULL);
}

void
sb_tool_row_set_tool (SbToolRow     *self,
                      SbToolsModel  *model,
                      SbGatewayTool *tool)
{
  g_return_if_fail (SB_IS_TOOL_ROW (self));

  if (self->tool != NULL)
    g_signal_handlers_disconnect_by_data (self->tool, self);
  g_set_object (&self->model, model);
  g_set_object (&self->tool, tool);
  if (tool == NULL)
    return;

  g_signal_connect_swapped (tool, "notify", G_CALLBACK (show), self);
  show (self);
}
