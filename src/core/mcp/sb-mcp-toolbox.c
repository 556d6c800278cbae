/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-toolbox.h"

#include "sb-json.h"

struct _SbMcpToolbox
{
  /* owned */
  char      *name;
  char      *version;
  char      *instructions; /* nullable */
  GPtrArray *tools;        /* of SbMcpServedTool, in the order they were added */
};

static void
served_tool_free (gpointer data)
{
  SbMcpServedTool *tool = data;

  json_object_unref (tool->entry);
  g_free (tool);
}

static void
toolbox_clear (gpointer data)
{
  SbMcpToolbox *self = data;

  g_free (self->name);
  g_free (self->version);
  g_free (self->instructions);
  g_ptr_array_unref (self->tools);
}

/* Returns: (transfer full) */
SbMcpToolbox *
sb_mcp_toolbox_new (const char *name,
                    const char *version,
                    const char *instructions)
{
  SbMcpToolbox *self = g_rc_box_new0 (SbMcpToolbox);

  self->name = g_strdup (name);
  self->version = g_strdup (version);
  self->instructions = g_strdup (instructions);
  self->tools = g_ptr_array_new_with_free_func (served_tool_free);

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
  SbMcpServedTool *tool = NULL;

  g_return_if_fail (schema != NULL);
  g_return_if_fail (spec->annotations == NULL || annotations != NULL);

  tool = g_new0 (SbMcpServedTool, 1);
  tool->entry = json_object_new ();
  json_object_set_string_member (tool->entry, "name", spec->name);
  json_object_set_string_member (tool->entry, "title", spec->title);
  json_object_set_string_member (tool->entry, "description", spec->description);
  json_object_set_object_member (tool->entry, "inputSchema", schema);
  if (annotations != NULL)
    json_object_set_object_member (tool->entry, "annotations", annotations);
  json_object_seal (tool->entry);
  tool->name = sb_json_get_string (tool->entry, "name");
  tool->schema = schema;
  tool->handler = spec->handler;
  tool->user_data = user_data;
  g_ptr_array_add (self->tools, tool);
}

/* Returns: (transfer none) (nullable) */
SbMcpServedTool *
sb_mcp_toolbox_lookup (SbMcpToolbox *self,
                       const char   *name)
{
  for (guint i = 0; i < self->tools->len; i++)
    {
      SbMcpServedTool *tool = g_ptr_array_index (self->tools, i);

      if (g_str_equal (tool->name, name))
        return tool;
    }

  return NULL;
}

/* Returns: (transfer full): of tools/list; all tools on one page, always in the same order */
JsonObject *
sb_mcp_toolbox_new_list_result (SbMcpToolbox *self)
{
  JsonObject *result = json_object_new ();
  JsonArray *tools = json_array_new ();

  for (guint i = 0; i < self->tools->len; i++)
    {
      SbMcpServedTool *tool = g_ptr_array_index (self->tools, i);

      json_array_add_object_element (tools, json_object_ref (tool->entry));
    }
  json_object_set_array_member (result, "tools", tools);

  return result;
}

/* Returns: (transfer full): of initialize */
JsonObject *
sb_mcp_toolbox_new_initialize_result (SbMcpToolbox *self,
                                      const char   *revision)
{
  JsonObject *result = json_object_new ();
  JsonObject *capabilities = json_object_new ();
  JsonObject *info = json_object_new ();

  json_object_set_object_member (capabilities, "tools", json_object_new ());
  json_object_set_string_member (info, "name", self->name);
  json_object_set_string_member (info, "version", self->version);
  json_object_set_string_member (result, "protocolVersion", revision);
  json_object_set_object_member (result, "capabilities", capabilities);
  json_object_set_object_member (result, "serverInfo", info);
  if (self->instructions != NULL)
    json_object_set_string_member (result, "instructions", self->instructions);

  return result;
}
