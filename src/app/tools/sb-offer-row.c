/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-offer-row.h"

#include <glib/gi18n.h>

struct _SbOfferRow
{
  GtkWidget parent_instance;

  /* owned */
  SbOffer *offer; /* nullable */

  /* template */
  GtkWidget *box;
  GtkLabel  *chip;
  GtkLabel  *name;
  GtkLabel  *summary;
};

G_DEFINE_FINAL_TYPE (SbOfferRow, sb_offer_row, GTK_TYPE_WIDGET)

static void
show (SbOfferRow *self)
{
  gboolean changed = sb_offer_get_changed (self->offer);
  const char *classes[] = { "sb-chip", changed ? "warning" : NULL, NULL };
  g_autofree char *title = sb_offer_dup_title (self->offer);
  g_autofree char *summary = sb_offer_dup_summary (self->offer);
  g_autofree char *spoken = NULL;

  gtk_label_set_text (self->name, title);
  gtk_label_set_text (self->summary, summary);
  gtk_label_set_text (self->chip, changed ? _("changed") : _("watched"));
  gtk_widget_set_css_classes (GTK_WIDGET (self->chip), classes);
  gtk_widget_set_visible (GTK_WIDGET (self->chip), changed || sb_offer_get_watched (self->offer));
  spoken = g_strjoin (", ", title, summary, changed ? _("changed") : NULL, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken, -1);
}

static void
sb_offer_row_dispose (GObject *object)
{
  SbOfferRow *self = SB_OFFER_ROW (object);

  sb_offer_row_set_offer (self, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_offer_row_parent_class)->dispose (object);
}

static void
sb_offer_row_class_init (SbOfferRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_offer_row_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-offer-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SbOfferRow, box);
  gtk_widget_class_bind_template_child (widget_class, SbOfferRow, chip);
  gtk_widget_class_bind_template_child (widget_class, SbOfferRow, name);
  gtk_widget_class_bind_template_child (widget_class, SbOfferRow, summary);
}

static void
sb_offer_row_init (SbOfferRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_offer_row_new (void)
{
  return g_object_new (SB_TYPE_OFFER_ROW, NULL);
}

void
sb_offer_row_set_offer (SbOfferRow *self,
                        SbOffer    *offer)
{
  g_return_if_fail (SB_IS_OFFER_ROW (self));

  if (self->offer != NULL)
    g_signal_handlers_disconnect_by_data (self->offer, self);
  g_set_object (&self->offer, offer);
  if (offer == NULL)
    return;

  g_signal_connect_swapped (offer, "notify", G_CALLBACK (show), self);
  show (self);
}
