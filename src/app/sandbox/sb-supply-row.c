/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-supply-row.h"

#include <glib/gi18n.h>

struct _SbSupplyRow
{
  GtkWidget parent_instance;

  /* owned */
  SbImageSupplies *supplies;
  SbImageSupply   *supply;

  /* template */
  GtkProgressBar  *bar;
  GtkWidget       *box;
  GtkWidget       *cancel;
  GtkWidget       *dismiss;
  GtkImage        *icon;
  GtkTextView     *log;
  GtkToggleButton *log_button;
  GtkRevealer     *log_revealer;
  GtkLabel        *problem;
  GtkButton       *retry;
  GtkLabel        *status;
  GtkLabel        *title;
};

G_DEFINE_FINAL_TYPE (SbSupplyRow, sb_supply_row, GTK_TYPE_WIDGET)

static char *
describe (SbSupplyRow *self)
{
  const char *engine = sb_engine_get_label (sb_image_supply_get_engine (self->supply));
  const char *name = sb_image_supply_get_name (self->supply);
  gboolean is_build = sb_image_supply_is_build (self->supply);

  switch (sb_image_supply_get_state (self->supply))
    {
    case SB_IMAGE_SUPPLY_WAITING:
    case SB_IMAGE_SUPPLY_ASKING:
      return g_strdup_printf (_("%s has no image for sandboxes yet"), engine);
    case SB_IMAGE_SUPPLY_WORKING:
      return is_build ? g_strdup_printf (_("%s builds the image for sandboxes"), engine)
                      : g_strdup_printf (_("%s downloads the image %s"), engine, name);
    case SB_IMAGE_SUPPLY_DENIED:
      return g_strdup_printf (_("%s goes without an image"), engine);
    case SB_IMAGE_SUPPLY_FAILED:
      return is_build ? g_strdup (_("The image for sandboxes was not built"))
                      : g_strdup_printf (_("The image %s was not downloaded"), name);
    case SB_IMAGE_SUPPLY_CHECKING:
    case SB_IMAGE_SUPPLY_DONE:
    case SB_IMAGE_SUPPLY_CANCELLED:
    default:
      return g_strdup_printf (_("%s gets ready"), engine);
    }
}

static void
update_progress (SbSupplyRow *self)
{
  SbImageSupplyState state = sb_image_supply_get_state (self->supply);
  double fraction = sb_image_supply_get_fraction (self->supply);
  const char *status = sb_image_supply_get_status (self->supply);

  if (state == SB_IMAGE_SUPPLY_ASKING)
    status = _("The question below the conversation waits for your answer.");
  else if (status == NULL || *status == '\0')
    status = _("It began.");
  gtk_label_set_text (self->status, status);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->status), status);
  if (fraction >= 0)
    gtk_progress_bar_set_fraction (self->bar, fraction);
  else
    gtk_progress_bar_pulse (self->bar);
}

/* Only for somebody who looks: there may be a lot of it. */
static void
update_log (SbSupplyRow *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->log);
  GtkTextIter end;

  if (!gtk_toggle_button_get_active (self->log_button))
    return;

  gtk_text_buffer_set_text (buffer, sb_image_supply_get_log (self->supply), -1);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_place_cursor (buffer, &end);
  gtk_text_view_scroll_mark_onscreen (self->log, gtk_text_buffer_get_insert (buffer));
}

static void
update (SbSupplyRow *self)
{
  SbImageSupplyState state = sb_image_supply_get_state (self->supply);
  const char *problem = sb_image_supply_get_problem (self->supply);
  gboolean over = sb_image_supply_is_over (self->supply);
  gboolean failed = state == SB_IMAGE_SUPPLY_FAILED;
  g_autofree char *title = describe (self);

  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->problem, problem != NULL ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), over && problem != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->status), !over);
  gtk_widget_set_visible (GTK_WIDGET (self->bar), state == SB_IMAGE_SUPPLY_WORKING);
  gtk_widget_set_visible (GTK_WIDGET (self->log_button), *sb_image_supply_get_log (self->supply) != '\0');
  gtk_widget_set_visible (self->cancel, !over);
  gtk_widget_set_visible (self->dismiss, over);
  gtk_widget_set_visible (GTK_WIDGET (self->retry), over);
  gtk_button_set_label (self->retry, failed ? _("_Try Again") : _("_Build"));
  gtk_image_set_from_icon_name (self->icon, failed ? "dialog-error-symbolic" : "sb-sandbox-symbolic");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  update_progress (self);
  update_log (self);
}

static void
cancel_cb (GtkWidget  *widget,
           const char *action_name,
           GVariant   *parameter)
{
  sb_image_supply_cancel (SB_SUPPLY_ROW (widget)->supply);
}

static void
retry_cb (GtkWidget  *widget,
          const char *action_name,
          GVariant   *parameter)
{
  SbSupplyRow *self = SB_SUPPLY_ROW (widget);

  sb_image_supplies_make (self->supplies, sb_image_supply_get_engine (self->supply),
                          sb_image_supply_get_image (self->supply));
}

static void
dismiss_cb (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  SbSupplyRow *self = SB_SUPPLY_ROW (widget);

  sb_image_supplies_dismiss (self->supplies, self->supply);
}

static void
sb_supply_row_dispose (GObject *object)
{
  SbSupplyRow *self = SB_SUPPLY_ROW (object);

  if (self->supply != NULL)
    g_signal_handlers_disconnect_by_data (self->supply, self);
  g_clear_object (&self->supply);
  g_clear_object (&self->supplies);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_supply_row_parent_class)->dispose (object);
}

static void
sb_supply_row_class_init (SbSupplyRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_supply_row_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-supply-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbSupplyRow, bar);
  gtk_widget_class_bind_template_child (widget_class, SbSupplyRow, box);
  gtk_widget_class_bind_template_child (widget_class, SbSupplyRow, cancel);
  gtk_widget_class_bind_template_child (widget_class, SbSupplyRow, dismiss);
  gtk_widget_class_bind_template_child (widget_class, SbSupplyRow, icon);
  gtk_widget_class_bind_template_child (widget_class, SbSupplyRow, log);
  gtk_widget_class_bind_template_child (widget_class, SbSupplyRow, log_button);
  gtk_widget_class_bind_template_child (widget_class, SbSupplyRow, log_revealer);
  gtk_widget_class_bind_template_child (widget_class, SbSupplyRow, problem);
  gtk_widget_class_bind_template_child (widget_class, SbSupplyRow, retry);
  gtk_widget_class_bind_template_child (widget_class, SbSupplyRow, status);
  gtk_widget_class_bind_template_child (widget_class, SbSupplyRow, title);
  gtk_widget_class_install_action (widget_class, "supply.cancel", NULL, cancel_cb);
  gtk_widget_class_install_action (widget_class, "supply.retry", NULL, retry_cb);
  gtk_widget_class_install_action (widget_class, "supply.dismiss", NULL, dismiss_cb);
}

static void
sb_supply_row_init (SbSupplyRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->log_button, "toggled", G_CALLBACK (update_log), self, G_CONNECT_SWAPPED);
}

GtkWidget *
sb_supply_row_new (SbImageSupplies *supplies,
                   SbImageSupply   *supply)
{
  SbSupplyRow *self = g_object_new (SB_TYPE_SUPPLY_ROW, NULL);

  self->supplies = g_object_ref (supplies);
  self->supply = g_object_ref (supply);
  g_signal_connect_object (supply, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);

  return GTK_WIDGET (self);
}
