/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-toolbox.h"

#include <string.h>

#include "sb-json.h"
#include "sb-mcp-message.h"

#define MAC_LENGTH 64

static void
toolbox_clear (gpointer data)
{
  SbMcpToolbox *self = data;

  g_free (self->name);
  g_free (self->version);
  g_free (self->instructions);
  g_free (self->secret);
  sb_mcp_shelf_free (self->tools);
  sb_mcp_shelf_free (self->resources);
  sb_mcp_shelf_free (self->templates);
  sb_mcp_shelf_free (self->prompts);
}

/* Returns: (transfer full) */
SbMcpToolbox *
sb_mcp_toolbox_new (const char *name,
                    const char *version,
                    const char *instructions)
{
  SbMcpToolbox *self = g_rc_box_new0 (SbMcpToolbox);
  g_autofree char *one = g_uuid_string_random ();
  g_autofree char *other = g_uuid_string_random ();

  self->name = g_strdup (name);
  self->version = g_strdup (version);
  self->instructions = g_strdup (instructions);
  self->secret = g_strconcat (one, other, NULL);
  self->tools = sb_mcp_shelf_new ("tools", "name");
  self->resources = sb_mcp_shelf_new ("resources", "uri");
  self->templates = sb_mcp_shelf_new ("resourceTemplates", "uriTemplate");
  self->prompts = sb_mcp_shelf_new ("prompts", "name");

  return self;
}

SbMcpToolbox *
sb_mcp_toolbox_ref (SbMcpToolbox *self)
{
  return g_rc_box_acquire (self);
}

void
sb_mcp_toolbox_unref (SbMcpToolbox *self)
{
  g_rc_box_release_full (self, toolbox_clear);
}

/* spec: copied; its JSON texts must be valid. */
void
sb_mcp_toolbox_add (SbMcpToolbox        *self,
                    const SbMcpToolSpec *spec,
                    gpointer             user_data)
{
  JsonObject *schema = sb_json_parse_object (spec->input_schema, -1, NULL);
  JsonObject *annotations = spec->annotations != NULL ? sb_json_parse_object (spec->annotations, -1, NULL) : NULL;
  g_autoptr(JsonObject) entry = NULL;

  g_return_if_fail (schema != NULL);
  g_return_if_fail (spec->annotations == NULL || annotations != NULL);

  entry = json_object_new ();
  json_object_set_string_member (entry, "name", spec->name);
  json_object_set_string_member (entry, "title", spec->title);
  json_object_set_string_member (entry, "description", spec->description);
  json_object_set_object_member (entry, "inputSchema", schema);
  if (annotations != NULL)
    json_object_set_object_member (entry, "annotations", annotations);
  sb_mcp_shelf_put (self->tools, entry, G_CALLBACK (spec->handler), user_data);
}

static JsonObject *
new_list_capability (void)
{
  JsonObject *capability = json_object_new ();

  json_object_set_boolean_member (capability, "listChanged", TRUE);

  return capability;
}

static JsonObject *
new_capabilities (SbMcpToolbox *self)
{
  JsonObject *capabilities = json_object_new ();

  json_object_set_object_member (capabilities, "tools", new_list_capability ());
  json_object_set_object_member (capabilities, "logging", json_object_new ());
  if (self->offers_all || sb_mcp_shelf_get_length (self->prompts) > 0)
    json_object_set_object_member (capabilities, "prompts", new_list_capability ());
  if (self->offers_all || sb_mcp_shelf_get_length (self->resources) + sb_mcp_shelf_get_length (self->templates) > 0)
    {
      JsonObject *resources = new_list_capability ();

      json_object_set_boolean_member (resources, "subscribe", TRUE);
      json_object_set_object_member (capabilities, "resources", resources);
    }
  if (self->completion != NULL)
    json_object_set_object_member (capabilities, "completions", json_object_new ());

  return capabilities;
}

static JsonObject *
new_info (SbMcpToolbox *self)
{
  JsonObject *info = json_object_new ();

  json_object_set_string_member (info, "name", self->name);
  json_object_set_string_member (info, "version", self->version);

  return info;
}

/* Returns: (transfer full): of initialize */
JsonObject *
sb_mcp_toolbox_new_initialize_result (SbMcpToolbox *self,
                                      const char   *revision)
{
  JsonObject *result = json_object_new ();

  json_object_set_string_member (result, "protocolVersion", revision);
  json_object_set_object_member (result, "capabilities", new_capabilities (self));
  json_object_set_object_member (result, "serverInfo", new_info (self));
  if (self->instructions != NULL)
    json_object_set_string_member (result, "instructions", self->instructions);

  return result;
}

/* Returns: (transfer full): of server/discover */
JsonObject *
sb_mcp_toolbox_new_discover_result (SbMcpToolbox *self)
{
  JsonObject *result = json_object_new ();
  JsonObject *meta = json_object_new ();
  JsonArray *supported = json_array_new ();

  json_array_add_string_element (supported, SB_MCP_MODERN_REVISION);
  json_object_set_array_member (result, "supportedVersions", supported);
  json_object_set_object_member (result, "capabilities", new_capabilities (self));
  json_object_set_object_member (meta, SB_MCP_META_SERVER_INFO, new_info (self));
  json_object_set_object_member (result, "_meta", meta);
  if (self->instructions != NULL)
    json_object_set_string_member (result, "instructions", self->instructions);

  return result;
}

static char *
make_mac (SbMcpToolbox *self,
          const char   *purpose,
          const char   *state)
{
  g_autofree char *text = g_strconcat (purpose, "\n", state, NULL);

  return g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) self->secret, strlen (self->secret), text, -1);
}

/* What a client is given to give back; purpose: what it may be used for. Returns: (transfer full) */
char *
sb_mcp_toolbox_seal_state (SbMcpToolbox *self,
                           const char   *purpose,
                           const char   *state)
{
  g_autofree char *mac = make_mac (self, purpose, state);

  return g_strconcat (mac, state, NULL);
}

/* Returns: (transfer full) (nullable): the state; NULL when it was made up, changed or is for something else */
char *
sb_mcp_toolbox_open_state (SbMcpToolbox *self,
                           const char   *purpose,
                           const char   *sealed)
{
  g_autofree char *mac = NULL;
  guint difference = 0;

  if (strlen (sealed) < MAC_LENGTH)
    return NULL;

  mac = make_mac (self, purpose, sealed + MAC_LENGTH);
  for (guint i = 0; i < MAC_LENGTH; i++)
    difference |= mac[i] ^ sealed[i];

  return difference == 0 ? g_strdup (sealed + MAC_LENGTH) : NULL;
}
