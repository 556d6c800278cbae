/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-offers.h"

#include "sb-json.h"

#define MAX_OFFERS 2000
#define N_KINDS (SB_OFFER_TEMPLATE + 1)

struct _SbOffers
{
  GObject parent_instance;

  /* owned */
  SbGatewayServer *server;         /* nullable */
  SbMcpClient     *client;         /* nullable */
  GCancellable    *cancellable;    /* nullable: of the lists that are asked for */
  GPtrArray       *kinds[N_KINDS]; /* of SbOffer */
  char            *problem;        /* nullable */
};

enum
{
  LISTED,
  N_SIGNALS
};

static void sb_offers_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbOffers, sb_offers, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sb_offers_list_model_init))

static guint signals[N_SIGNALS];

static guint
count_before (SbOffers *self,
              guint     kind)
{
  guint n = 0;

  for (guint i = 0; i < kind; i++)
    n += self->kinds[i]->len;

  return n;
}

/* What is watched stays so when a list comes anew. */
static gboolean
was_watched (GPtrArray  *offers,
             const char *key)
{
  for (guint i = 0; i < offers->len; i++)
    if (g_str_equal (sb_offer_get_key (g_ptr_array_index (offers, i)), key))
      return sb_offer_get_watched (g_ptr_array_index (offers, i));

  return FALSE;
}

/* items: nullable */
static void
take (SbOffers    *self,
      SbOfferKind  kind,
      GPtrArray   *items)
{
  g_autoptr(GPtrArray) old = self->kinds[kind];

  self->kinds[kind] = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; items != NULL && i < MIN (items->len, MAX_OFFERS); i++)
    {
      SbOffer *offer = sb_offer_new (kind, items, i);

      sb_offer_set_watched (offer, was_watched (old, sb_offer_get_key (offer)));
      g_ptr_array_add (self->kinds[kind], offer);
    }
  g_list_model_items_changed (G_LIST_MODEL (self), count_before (self, kind), old->len, self->kinds[kind]->len);
}

/* items: (transfer full) (nullable) */
static void
listed (SbOffers    *self,
        SbOfferKind  kind,
        GPtrArray   *items,
        GError      *error)
{
  g_autoptr(GPtrArray) owned = items;
  g_autoptr(GError) failure = error;

  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (failure != NULL)
    {
      g_free (self->problem);
      self->problem = g_strdup (failure->message);
    }
  take (self, kind, owned);
  g_signal_emit (self, signals[LISTED], 0);
}

static void
prompts_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(SbOffers) self = user_data;
  GError *error = NULL;
  GPtrArray *items = sb_mcp_client_list_prompts_finish (SB_MCP_CLIENT (source), result, &error);

  listed (self, SB_OFFER_PROMPT, items, error);
}

static void
resources_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbOffers) self = user_data;
  GError *error = NULL;
  GPtrArray *items = sb_mcp_client_list_resources_finish (SB_MCP_CLIENT (source), result, &error);

  listed (self, SB_OFFER_RESOURCE, items, error);
}

static void
templates_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbOffers) self = user_data;
  GError *error = NULL;
  GPtrArray *items = sb_mcp_client_list_templates_finish (SB_MCP_CLIENT (source), result, &error);

  listed (self, SB_OFFER_TEMPLATE, items, error);
}

static void
list_prompts (SbOffers *self)
{
  if (sb_mcp_client_offers (self->client, "prompts"))
    sb_mcp_client_list_prompts_async (self->client, self->cancellable, prompts_cb, g_object_ref (self));
}

static void
list_resources (SbOffers *self)
{
  if (!sb_mcp_client_offers (self->client, "resources"))
    return;

  sb_mcp_client_list_resources_async (self->client, self->cancellable, resources_cb, g_object_ref (self));
  sb_mcp_client_list_templates_async (self->client, self->cancellable, templates_cb, g_object_ref (self));
}

static void
updated_cb (SbOffers   *self,
            const char *uri)
{
  GPtrArray *resources = self->kinds[SB_OFFER_RESOURCE];

  for (guint i = 0; i < resources->len; i++)
    if (g_str_equal (sb_offer_get_key (g_ptr_array_index (resources, i)), uri))
      sb_offer_set_changed (g_ptr_array_index (resources, i), TRUE);
}

static void
drop_client (SbOffers *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->client != NULL)
    g_signal_handlers_disconnect_by_data (self->client, self);
  g_clear_object (&self->client);
  g_clear_pointer (&self->problem, g_free);
  for (guint kind = 0; kind < N_KINDS; kind++)
    take (self, kind, NULL);
}

/* A server that was started anew is another client. */
static void
state_cb (SbOffers *self)
{
  SbMcpClient *client = self->server != NULL ? sb_gateway_server_get_client (self->server) : NULL;

  if (client == self->client)
    return;

  drop_client (self);
  if (client != NULL)
    {
      self->client = g_object_ref (client);
      self->cancellable = g_cancellable_new ();
      g_signal_connect_swapped (client, "prompts-changed", G_CALLBACK (list_prompts), self);
      g_signal_connect_swapped (client, "resources-changed", G_CALLBACK (list_resources), self);
      g_signal_connect_swapped (client, "resource-updated", G_CALLBACK (updated_cb), self);
      list_prompts (self);
      list_resources (self);
    }
  g_signal_emit (self, signals[LISTED], 0);
}

static GType
sb_offers_get_item_type (GListModel *model)
{
  return SB_TYPE_OFFER;
}

static guint
sb_offers_get_n_items (GListModel *model)
{
  return count_before (SB_OFFERS (model), N_KINDS);
}

static gpointer
sb_offers_get_item (GListModel *model,
                    guint       position)
{
  SbOffers *self = SB_OFFERS (model);

  for (guint kind = 0; kind < N_KINDS; kind++)
    {
      if (position < self->kinds[kind]->len)
        return g_object_ref (g_ptr_array_index (self->kinds[kind], position));
      position -= self->kinds[kind]->len;
    }

  return NULL;
}

static void
sb_offers_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_offers_get_item_type;
  iface->get_n_items = sb_offers_get_n_items;
  iface->get_item = sb_offers_get_item;
}

static void
sb_offers_dispose (GObject *object)
{
  sb_offers_set_server (SB_OFFERS (object), NULL);

  G_OBJECT_CLASS (sb_offers_parent_class)->dispose (object);
}

static void
sb_offers_finalize (GObject *object)
{
  SbOffers *self = SB_OFFERS (object);

  for (guint kind = 0; kind < N_KINDS; kind++)
    g_ptr_array_unref (self->kinds[kind]);

  G_OBJECT_CLASS (sb_offers_parent_class)->finalize (object);
}

static void
sb_offers_class_init (SbOffersClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_offers_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_offers_finalize;

  signals[LISTED] = g_signal_new ("listed",
                                  G_TYPE_FROM_CLASS (klass),
                                  G_SIGNAL_RUN_LAST,
                                  0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
}

static void
sb_offers_init (SbOffers *self)
{
  for (guint kind = 0; kind < N_KINDS; kind++)
    self->kinds[kind] = g_ptr_array_new_with_free_func (g_object_unref);
}

SbOffers *
sb_offers_new (void)
{
  return g_object_new (SB_TYPE_OFFERS, NULL);
}

void
sb_offers_set_server (SbOffers        *self,
                      SbGatewayServer *server)
{
  g_return_if_fail (SB_IS_OFFERS (self));

  if (self->server == server)
    return;

  if (self->server != NULL)
    g_signal_handlers_disconnect_by_data (self->server, self);
  g_set_object (&self->server, server);
  if (server != NULL)
    g_signal_connect_swapped (server, "notify::state", G_CALLBACK (state_cb), self);
  state_cb (self);
}

SbMcpClient *
sb_offers_get_client (SbOffers *self)
{
  g_return_val_if_fail (SB_IS_OFFERS (self), NULL);

  return self->client;
}

const char *
sb_offers_get_problem (SbOffers *self)
{
  g_return_val_if_fail (SB_IS_OFFERS (self), NULL);

  return self->problem;
}

gboolean
sb_offers_can_watch (SbOffers *self)
{
  JsonObject *capabilities;
  JsonObject *resources;

  g_return_val_if_fail (SB_IS_OFFERS (self), FALSE);

  capabilities = self->client != NULL ? sb_mcp_client_get_capabilities (self->client) : NULL;
  resources = capabilities != NULL ? sb_json_get_object (capabilities, "resources") : NULL;

  return resources != NULL && sb_json_get_boolean (resources, "subscribe", FALSE);
}

void
sb_offers_watch (SbOffers *self,
                 SbOffer  *offer,
                 gboolean  watched)
{
  g_return_if_fail (SB_IS_OFFERS (self));

  if (self->client == NULL || sb_offer_get_watched (offer) == watched)
    return;

  sb_mcp_client_subscribe (self->client, sb_offer_get_key (offer), watched);
  sb_offer_set_watched (offer, watched);
}
