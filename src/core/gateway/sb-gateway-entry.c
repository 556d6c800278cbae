/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway-entry.h"

#include "sb-json.h"
#include "sb-text.h"

#define TOKEN_ENV "GATEWAY_TOKEN"

/* YAML is JSON and more. entry: (transfer full) */
static SbCatalog *
new_catalog (JsonObject  *entry,
             GError     **error)
{
  g_autoptr(JsonObject) root = json_object_new ();
  JsonObject *registry = json_object_new ();
  g_autofree char *text = NULL;

  json_object_set_object_member (registry, SB_GATEWAY_ENTRY_NAME, entry);
  json_object_set_object_member (root, "registry", registry);
  text = sb_json_object_to_string (root);

  return sb_catalog_new_from_data (text, -1, error);
}

static void
add_token (JsonObject *entry,
           JsonObject *remote)
{
  JsonObject *headers = json_object_new ();
  JsonObject *secret = json_object_new ();
  JsonArray *secrets = json_array_new ();

  json_object_set_string_member (headers, "Authorization", "Bearer ${" TOKEN_ENV "}");
  json_object_set_object_member (remote, "headers", headers);
  json_object_set_string_member (secret, "name", SB_GATEWAY_ENTRY_SECRET);
  json_object_set_string_member (secret, "env", TOKEN_ENV);
  json_array_add_object_element (secrets, secret);
  json_object_set_array_member (entry, "secrets", secrets);
}

/* The gateway's two ways are at fixed paths (/sse and /mcp). */
static gboolean
is_sse (GUri *uri)
{
  return g_str_has_suffix (g_uri_get_path (uri), "/sse");
}

/**
 * sb_gateway_entry_new_external:
 *
 * Returns: (transfer full) (nullable): a catalog whose one server is the gateway at @url
 */
SbCatalog *
sb_gateway_entry_new_external (const char  *url,
                               gboolean     has_token,
                               GError     **error)
{
  g_autoptr(GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  JsonObject *entry, *remote;

  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_host (uri)[0] == '\0' ||
      !(g_str_equal (g_uri_get_scheme (uri), "http") || g_str_equal (g_uri_get_scheme (uri), "https")))
    {
      g_autofree char *shown = sb_text_short (url, 200);

      g_set_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SERVER,
                   "“%s” is no address of a gateway; it looks like http://127.0.0.1:8811/mcp.", shown);
      return NULL;
    }

  entry = json_object_new ();
  remote = json_object_new ();
  json_object_set_string_member (entry, "title", "Gateway");
  json_object_set_string_member (remote, "url", url);
  json_object_set_string_member (remote, "transport_type", is_sse (uri) ? "sse" : "streamable-http");
  if (has_token)
    add_token (entry, remote);
  json_object_set_object_member (entry, "remote", remote);

  return new_catalog (entry, error);
}

/**
 * sb_gateway_entry_new_official:
 * @secrets: of char*: names that its servers want
 *
 * Returns: (transfer full): a catalog whose one server is Docker's gateway
 */
SbCatalog *
sb_gateway_entry_new_official (const char *image,
                               GPtrArray  *secrets)
{
  JsonObject *entry = json_object_new ();
  JsonArray *list = json_array_new ();

  json_object_set_string_member (entry, "title", "Docker MCP Gateway");
  json_object_set_string_member (entry, "image", image);
  for (guint i = 0; i < secrets->len; i++)
    {
      JsonObject *secret = json_object_new ();
      g_autofree char *variable = g_strdup_printf ("SECRET_%u", i);

      json_object_set_string_member (secret, "name", g_ptr_array_index (secrets, i));
      json_object_set_string_member (secret, "env", variable);
      json_array_add_object_element (list, secret);
    }
  json_object_set_array_member (entry, "secrets", list);

  return new_catalog (entry, NULL);
}
