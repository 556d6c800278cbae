/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-content.h"

#include <string.h>

#include "sb-json.h"

/* A result can hold a million empty items; nobody looks at more than these. */
#define MAX_ITEMS 4096

static const char * const type_names[] = { "text", "image", "audio", "resource_link", "resource" };

static SbMcpContentKind
find_kind (const char *type)
{
  for (guint i = 0; type != NULL && i < G_N_ELEMENTS (type_names); i++)
    if (g_str_equal (type, type_names[i]))
      return i;

  return SB_MCP_CONTENT_UNKNOWN;
}

static void
take_resource (SbMcpContent *self,
               JsonObject   *resource)
{
  self->uri = sb_json_get_string (resource, "uri");
  self->mime_type = sb_json_get_string (resource, "mimeType");
  self->text = sb_json_get_string (resource, "text");
  self->data = sb_json_get_string (resource, "blob");
}

static void
take_members (SbMcpContent *self,
              JsonObject   *object)
{
  self->text = sb_json_get_string (object, "text");
  self->data = sb_json_get_string (object, "data");
  self->mime_type = sb_json_get_string (object, "mimeType");
  self->uri = sb_json_get_string (object, "uri");
  self->name = sb_json_get_string (object, "name");
  self->title = sb_json_get_string (object, "title");
  self->description = sb_json_get_string (object, "description");
  self->icons = sb_json_get_array (object, "icons");
  self->size = sb_json_get_int (object, "size", -1);
}

static SbMcpContent *
new_content (JsonNode *node)
{
  SbMcpContent *self = g_new0 (SbMcpContent, 1);
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  self->raw = json_node_ref (node);
  self->kind = SB_MCP_CONTENT_UNKNOWN;
  self->size = -1;
  if (object != NULL)
    {
      self->annotations = sb_json_get_object (object, "annotations");
      self->meta = sb_json_get_object (object, "_meta");
    }

  return self;
}

/* What the kind promises must be there; otherwise it is not of that kind. */
static gboolean
is_complete (SbMcpContent *self)
{
  switch (self->kind)
    {
    case SB_MCP_CONTENT_TEXT:
      return self->text != NULL;
    case SB_MCP_CONTENT_IMAGE:
    case SB_MCP_CONTENT_AUDIO:
      return self->data != NULL && self->mime_type != NULL;
    case SB_MCP_CONTENT_LINK:
      return self->uri != NULL;
    case SB_MCP_CONTENT_RESOURCE:
      return self->text != NULL || self->data != NULL;
    case SB_MCP_CONTENT_UNKNOWN:
    default:
      return FALSE;
    }
}

/**
 * sb_mcp_content_parse:
 * @node: an item of "content"; anything at all
 *
 * Unknown kinds, and known ones without what they are for, are kept raw: one odd item must not cost the
 * rest of a result.
 *
 * Returns: (transfer full)
 */
SbMcpContent *
sb_mcp_content_parse (JsonNode *node)
{
  SbMcpContent *self = new_content (node);
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonObject *resource = NULL;

  if (object == NULL)
    return self;

  self->kind = find_kind (sb_json_get_string (object, "type"));
  resource = self->kind == SB_MCP_CONTENT_RESOURCE ? sb_json_get_object (object, "resource") : NULL;
  if (resource != NULL)
    take_resource (self, resource);
  else if (self->kind != SB_MCP_CONTENT_UNKNOWN)
    take_members (self, object);
  if (!is_complete (self))
    self->kind = SB_MCP_CONTENT_UNKNOWN;

  return self;
}

/* As parse(), of an item of resources/read, which has no type. */
SbMcpContent *
sb_mcp_content_parse_resource (JsonNode *node)
{
  SbMcpContent *self = new_content (node);

  if (JSON_NODE_HOLDS_OBJECT (node))
    take_resource (self, json_node_get_object (node));
  if (self->text != NULL || self->data != NULL)
    self->kind = SB_MCP_CONTENT_RESOURCE;

  return self;
}

/* array: nullable. Returns: (transfer full) of SbMcpContent */
GPtrArray *
sb_mcp_content_parse_list (JsonArray *array)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_mcp_content_free);
  guint n = array != NULL ? MIN (json_array_get_length (array), MAX_ITEMS) : 0;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (list, sb_mcp_content_parse (json_array_get_element (array, i)));

  return list;
}

void
sb_mcp_content_free (SbMcpContent *self)
{
  json_node_unref (self->raw);
  g_free (self);
}

/**
 * sb_mcp_content_dup_bytes:
 *
 * Decodes the data of an image, a sound or a resource.
 *
 * Returns: (transfer full) (nullable): the bytes; %NULL without data, or when it is no base64
 */
GBytes *
sb_mcp_content_dup_bytes (SbMcpContent *self)
{
  gsize length = self->data != NULL ? strlen (self->data) : 0;
  gsize n_bytes = 0;
  guchar *bytes = NULL;

  /* GLib's decoder skips what it does not know, and would make a picture of noise out of it. */
  if (length == 0 || strspn (self->data, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n")
                       != length)
    return NULL;

  bytes = g_base64_decode (self->data, &n_bytes);
  if (n_bytes == 0)
    {
      g_free (bytes);
      return NULL;
    }

  return g_bytes_new_take (bytes, n_bytes);
}
