/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-offers-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "sb-offer-detail.h"
#include "sb-offer-row.h"

struct _SbOffersPage
{
  GtkWidget parent_instance;

  /* owned */
  SbToolsModel *model; /* nullable */
  SbOffers     *offers;

  /* template */
  SbOfferDetail      *detail;
  GtkSingleSelection *selection;
  GtkStack           *states;
  AdwStatusPage      *status;
};

enum
{
  PROP_0,
  PROP_MODEL,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbOffersPage, sb_offers_page, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static SbGatewayServer *
get_server (SbOffersPage *self)
{
  return self->model != NULL ? sb_tools_model_get_server (self->model) : NULL;
}

static void
show_empty (SbOffersPage *self)
{
  const char *problem = sb_offers_get_problem (self->offers);
  const char *title = _("No Prompts or Resources");
  g_autofree char *text = NULL;

  if (get_server (self) == NULL)
    {
      title = _("Choose a Server");
      text = g_strdup (_("Its prompts and resources are shown here."));
    }
  else if (problem != NULL)
    text = g_markup_escape_text (problem, -1);
  else if (sb_offers_get_client (self->offers) == NULL)
    text = g_strdup (_("They appear here while the server runs."));
  else
    text = g_strdup (_("The server offers tools only."));

  adw_status_page_set_title (self->status, title);
  adw_status_page_set_description (self->status, text);
}

static void
update (SbOffersPage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->offers));
  SbOffer *offer = gtk_single_selection_get_selected_item (self->selection);

  show_empty (self);
  gtk_stack_set_visible_child_name (self->states, n > 0 ? "offers" : "empty");
  sb_offer_detail_set_offer (self->detail, self->offers, offer);
  gtk_widget_set_visible (GTK_WIDGET (self->detail), offer != NULL);
}

/* Asked for only while somebody looks. */
static void
server_cb (SbOffersPage *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    sb_offers_set_server (self->offers, get_server (self));
  update (self);
}

static void
row_setup_cb (SbOffersPage *self,
              GtkListItem  *item)
{
  gtk_list_item_set_child (item, sb_offer_row_new ());
}

static void
row_bind_cb (SbOffersPage *self,
             GtkListItem  *item)
{
  sb_offer_row_set_offer (SB_OFFER_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
row_unbind_cb (SbOffersPage *self,
               GtkListItem  *item)
{
  sb_offer_row_set_offer (SB_OFFER_ROW (gtk_list_item_get_child (item)), NULL);
}

static void
sb_offers_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_offers_page_parent_class)->map (widget);
  server_cb (SB_OFFERS_PAGE (widget));
}

static void
sb_offers_page_dispose (GObject *object)
{
  SbOffersPage *self = SB_OFFERS_PAGE (object);

  if (self->offers != NULL)
    g_signal_handlers_disconnect_by_data (self->offers, self);
  g_clear_pointer ((GtkWidget **) &self->states, gtk_widget_unparent);
  g_clear_object (&self->offers);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (sb_offers_page_parent_class)->dispose (object);
}

static void
sb_offers_page_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_MODEL:
      g_value_set_object (value, SB_OFFERS_PAGE (object)->model);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_offers_page_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_MODEL:
      sb_offers_page_set_model (SB_OFFERS_PAGE (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_offers_page_class_init (SbOffersPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_offers_page_dispose;
  object_class->get_property = sb_offers_page_get_property;
  object_class->set_property = sb_offers_page_set_property;
  widget_class->map = sb_offers_page_map;

  properties[PROP_MODEL] =
    g_param_spec_object ("model", NULL, NULL, SB_TYPE_TOOLS_MODEL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (SB_TYPE_OFFER_DETAIL);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-offers-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbOffersPage, detail);
  gtk_widget_class_bind_template_child (widget_class, SbOffersPage, selection);
  gtk_widget_class_bind_template_child (widget_class, SbOffersPage, states);
  gtk_widget_class_bind_template_child (widget_class, SbOffersPage, status);
  gtk_widget_class_bind_template_callback (widget_class, row_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_unbind_cb);
  gtk_widget_class_bind_template_callback (widget_class, update);
}

static void
sb_offers_page_init (SbOffersPage *self)
{
  self->offers = sb_offers_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->offers));
  g_signal_connect_object (self->offers, "listed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

void
sb_offers_page_set_model (SbOffersPage *self,
                          SbToolsModel *model)
{
  g_return_if_fail (SB_IS_OFFERS_PAGE (self));
  g_return_if_fail (self->model == NULL || model == NULL || self->model == model);

  if (model == NULL || self->model == model)
    return;

  self->model = g_object_ref (model);
  g_signal_connect_object (model, "notify::server", G_CALLBACK (server_cb), self, G_CONNECT_SWAPPED);
  server_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODEL]);
}
