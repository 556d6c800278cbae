/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-undo.h"

#include <adwaita.h>
#include <glib/gi18n.h>

typedef struct
{
  /* owned */
  GtkWidget      *widget;
  gpointer        user_data;
  GDestroyNotify  destroy;

  SbUndoFunc undo;
} Offer;

static void
offer_free (gpointer  data,
            GClosure *closure)
{
  Offer *offer = data;

  offer->destroy (offer->user_data);
  g_object_unref (offer->widget);
  g_free (offer);
}

static void
clicked_cb (AdwToast *toast,
            gpointer  user_data)
{
  Offer *offer = user_data;

  offer->undo (offer->widget, offer->user_data);
}

void
sb_undo_offer (GtkWidget      *widget,
               const char     *title,
               SbUndoFunc      undo,
               gpointer        user_data,
               GDestroyNotify  destroy)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);
  g_autofree char *markup = g_markup_escape_text (title, -1);
  AdwToast *toast;
  Offer *offer;

  if (overlay == NULL)
    {
      destroy (user_data);
      return;
    }

  offer = g_new0 (Offer, 1);
  offer->widget = g_object_ref (widget);
  offer->user_data = user_data;
  offer->destroy = destroy;
  offer->undo = undo;
  toast = adw_toast_new (markup);
  adw_toast_set_button_label (toast, _("_Undo"));
  g_signal_connect_data (toast, "button-clicked", G_CALLBACK (clicked_cb), offer, offer_free, 0);
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
}
