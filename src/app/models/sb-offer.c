/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-offer.h"

#include <glib/gi18n.h>

#include "sb-id.h"
#include "sb-mcp-uri-template.h"
#include "sb-text.h"

#define MAX_TITLE 200
#define MAX_DESCRIPTION 4000
#define MAX_ARGUMENTS 40

struct _SbOffer
{
  GObject parent_instance;

  /* owned */
  GPtrArray *items;

  /* borrowed, of items; one of them */
  const SbMcpPrompt   *prompt;
  const SbMcpResource *resource;

  SbOfferKind kind;
  gboolean    watched;
  gboolean    changed;
};

enum
{
  PROP_WATCHED = 1,
  PROP_CHANGED,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbOffer, sb_offer, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static char *
clean_head (const char *text,
            gsize       max)
{
  g_autofree char *head = sb_text_head_tail (text, max, NULL);

  return sb_text_clean (head, -1, NULL);
}

static void
add_text (JsonObject *schema,
          const char *name,
          const char *description,
          gboolean    required)
{
  JsonObject *property = json_object_new ();

  json_object_set_string_member (property, "type", "string");
  if (description != NULL)
    json_object_set_string_member (property, "description", description);
  json_object_set_object_member (json_object_get_object_member (schema, "properties"), name, property);
  if (required)
    json_array_add_string_element (json_object_get_array_member (schema, "required"), name);
}

static void
sb_offer_get_property (GObject    *object,
                       guint       prop_id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_WATCHED:
      g_value_set_boolean (value, SB_OFFER (object)->watched);
      break;
    case PROP_CHANGED:
      g_value_set_boolean (value, SB_OFFER (object)->changed);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_offer_finalize (GObject *object)
{
  g_ptr_array_unref (SB_OFFER (object)->items);

  G_OBJECT_CLASS (sb_offer_parent_class)->finalize (object);
}

static void
sb_offer_class_init (SbOfferClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sb_offer_get_property;
  object_class->finalize = sb_offer_finalize;

  properties[PROP_WATCHED] = g_param_spec_boolean ("watched", NULL, NULL, FALSE, flags);
  properties[PROP_CHANGED] = g_param_spec_boolean ("changed", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_offer_init (SbOffer *self)
{
}

SbOffer *
sb_offer_new (SbOfferKind  kind,
              GPtrArray   *items,
              guint        index)
{
  SbOffer *self = g_object_new (SB_TYPE_OFFER, NULL);

  self->kind = kind;
  self->items = g_ptr_array_ref (items);
  if (kind == SB_OFFER_PROMPT)
    self->prompt = g_ptr_array_index (items, index);
  else
    self->resource = g_ptr_array_index (items, index);

  return self;
}

SbOfferKind
sb_offer_get_kind (SbOffer *self)
{
  g_return_val_if_fail (SB_IS_OFFER (self), SB_OFFER_PROMPT);

  return self->kind;
}

const char *
sb_offer_get_key (SbOffer *self)
{
  g_return_val_if_fail (SB_IS_OFFER (self), NULL);

  return self->prompt != NULL ? self->prompt->name : self->resource->uri;
}

char *
sb_offer_dup_title (SbOffer *self)
{
  const char *title;

  g_return_val_if_fail (SB_IS_OFFER (self), NULL);

  if (self->prompt != NULL)
    title = self->prompt->title != NULL ? self->prompt->title : self->prompt->name;
  else
    title = self->resource->title != NULL ? self->resource->title : self->resource->name;

  return clean_head (title, MAX_TITLE);
}

char *
sb_offer_dup_summary (SbOffer *self)
{
  static const char * const kinds[] = { N_("Prompt"), N_("Resource"), N_("Resource template") };
  g_autofree char *key = NULL;
  g_autofree char *size = NULL;

  g_return_val_if_fail (SB_IS_OFFER (self), NULL);

  key = clean_head (sb_offer_get_key (self), MAX_TITLE);
  if (self->resource == NULL || self->resource->size < 0)
    return g_strdup_printf ("%s · %s", _(kinds[self->kind]), key);

  size = sb_format_size (self->resource->size);

  return g_strdup_printf ("%s · %s · %s", _(kinds[self->kind]), key, size);
}

/* Returns: (transfer full): "" for none */
char *
sb_offer_dup_description (SbOffer *self)
{
  const char *text;

  g_return_val_if_fail (SB_IS_OFFER (self), NULL);

  text = self->prompt != NULL ? self->prompt->description : self->resource->description;

  return text != NULL ? clean_head (text, MAX_DESCRIPTION) : g_strdup ("");
}

JsonObject *
sb_offer_new_schema (SbOffer *self)
{
  JsonObject *schema = json_object_new ();
  g_auto(GStrv) names = NULL;

  json_object_set_object_member (schema, "properties", json_object_new ());
  json_object_set_array_member (schema, "required", json_array_new ());
  g_return_val_if_fail (SB_IS_OFFER (self), schema);

  for (guint i = 0; self->prompt != NULL && i < MIN (self->prompt->arguments->len, MAX_ARGUMENTS); i++)
    {
      const SbMcpPromptArgument *argument = g_ptr_array_index (self->prompt->arguments, i);

      add_text (schema, argument->name, argument->description, argument->required);
    }
  names = sb_mcp_uri_template_list_names (self->kind == SB_OFFER_TEMPLATE ? self->resource->uri : "");
  for (guint i = 0; names[i] != NULL; i++)
    add_text (schema, names[i], NULL, FALSE);

  return schema;
}

gboolean
sb_offer_get_watched (SbOffer *self)
{
  g_return_val_if_fail (SB_IS_OFFER (self), FALSE);

  return self->watched;
}

void
sb_offer_set_watched (SbOffer  *self,
                      gboolean  watched)
{
  g_return_if_fail (SB_IS_OFFER (self));

  if (self->watched == watched)
    return;

  self->watched = watched;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WATCHED]);
}

gboolean
sb_offer_get_changed (SbOffer *self)
{
  g_return_val_if_fail (SB_IS_OFFER (self), FALSE);

  return self->changed;
}

void
sb_offer_set_changed (SbOffer  *self,
                      gboolean  changed)
{
  g_return_if_fail (SB_IS_OFFER (self));

  if (self->changed == changed)
    return;

  self->changed = changed;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHANGED]);
}
