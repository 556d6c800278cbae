/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-resource.h"

#include "sb-json.h"

static SbMcpResource *
parse (JsonNode   *node,
       const char *uri_member)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *uri = object != NULL ? sb_json_get_string (object, uri_member) : NULL;
  SbMcpResource *self = NULL;

  if (uri == NULL || uri[0] == '\0')
    return NULL;

  self = g_new0 (SbMcpResource, 1);
  self->entry = json_object_ref (object);
  self->uri = uri;
  self->name = sb_json_get_string (object, "name");
  if (self->name == NULL)
    self->name = uri;
  self->title = sb_json_get_string (object, "title");
  self->description = sb_json_get_string (object, "description");
  self->mime_type = sb_json_get_string (object, "mimeType");
  self->annotations = sb_json_get_object (object, "annotations");
  self->icons = sb_json_get_array (object, "icons");
  self->size = sb_json_get_int (object, "size", -1);

  return self;
}

/* Returns: (transfer full) (nullable): NULL without a URI */
SbMcpResource *
sb_mcp_resource_parse (JsonNode *node)
{
  return parse (node, "uri");
}

/* Returns: (transfer full) (nullable): NULL without a URI template */
SbMcpResource *
sb_mcp_resource_parse_template (JsonNode *node)
{
  return parse (node, "uriTemplate");
}

void
sb_mcp_resource_free (SbMcpResource *self)
{
  json_object_unref (self->entry);
  g_free (self);
}
