/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-supplies.h"

#include <stdio.h>

#include "sb-enum.h"
#include "sb-json.h"

struct _SbCliSupplies
{
  GObject parent_instance;

  /* owned */
  SbImageSupplies *supplies;
  char            *told; /* nullable: the line before */

  gboolean         json;
};

G_DEFINE_FINAL_TYPE (SbCliSupplies, sb_cli_supplies, G_TYPE_OBJECT)

static char *
describe (SbImageSupply *supply)
{
  const char *name = sb_image_supply_get_name (supply);
  const char *engine = sb_engine_get_label (sb_image_supply_get_engine (supply));
  const char *status = sb_image_supply_get_status (supply);
  const char *verb = sb_image_supply_is_build (supply) ? "builds" : "downloads";

  switch (sb_image_supply_get_state (supply))
    {
    case SB_IMAGE_SUPPLY_WORKING:
      if (status != NULL && *status != '\0')
        return g_strdup (status);
      return g_strdup_printf ("%s %s the image %s.", engine, verb, name);
    case SB_IMAGE_SUPPLY_DONE:
      return g_strdup_printf ("The image %s is ready.", name);
    case SB_IMAGE_SUPPLY_FAILED:
    case SB_IMAGE_SUPPLY_DENIED:
      return g_strdup (sb_image_supply_get_problem (supply));
    case SB_IMAGE_SUPPLY_WAITING:
    case SB_IMAGE_SUPPLY_ASKING:
    case SB_IMAGE_SUPPLY_CHECKING:
    case SB_IMAGE_SUPPLY_CANCELLED:
    default:
      return NULL;
    }
}

static void
print_object (SbImageSupply *supply,
              const char    *text)
{
  g_autoptr(JsonObject) object = json_object_new ();
  g_autofree char *line = NULL;
  double fraction = sb_image_supply_get_fraction (supply);

  json_object_set_string_member (object, "type", "image");
  json_object_set_string_member (object, "state",
                                 sb_enum_to_nick (SB_TYPE_IMAGE_SUPPLY_STATE, sb_image_supply_get_state (supply)));
  json_object_set_string_member (object, "name", sb_image_supply_get_name (supply));
  json_object_set_string_member (object, "engine", sb_engine_get_id (sb_image_supply_get_engine (supply)));
  json_object_set_string_member (object, "text", text);
  if (fraction >= 0)
    json_object_set_double_member (object, "fraction", fraction);
  line = sb_json_object_to_string (object);
  puts (line);
  fflush (stdout);
}

static void
changed_cb (SbImageSupplies *supplies,
            SbImageSupply   *supply,
            gpointer         user_data)
{
  SbCliSupplies *self = user_data;
  g_autofree char *text = describe (supply);

  if (text == NULL || g_strcmp0 (text, self->told) == 0)
    return;

  if (self->json)
    print_object (supply, text);
  else
    fprintf (stderr, "%s\n", text);
  g_free (self->told);
  self->told = g_steal_pointer (&text);
}

static void
sb_cli_supplies_dispose (GObject *object)
{
  SbCliSupplies *self = SB_CLI_SUPPLIES (object);

  if (self->supplies != NULL)
    g_signal_handlers_disconnect_by_data (self->supplies, self);
  g_clear_object (&self->supplies);
  g_clear_pointer (&self->told, g_free);

  G_OBJECT_CLASS (sb_cli_supplies_parent_class)->dispose (object);
}

static void
sb_cli_supplies_class_init (SbCliSuppliesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_cli_supplies_dispose;
}

static void
sb_cli_supplies_init (SbCliSupplies *self)
{
}

SbCliSupplies *
sb_cli_supplies_new (SbImageSupplies *supplies,
                     gboolean         json)
{
  SbCliSupplies *self = g_object_new (SB_TYPE_CLI_SUPPLIES, NULL);

  self->supplies = g_object_ref (supplies);
  self->json = json;
  g_signal_connect (supplies, "changed", G_CALLBACK (changed_cb), self);

  return self;
}
