/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-tool.h"

#include "sb-json.h"

static JsonObject *
ref_object (JsonObject *object)
{
  return object != NULL ? json_object_ref (object) : NULL;
}

static JsonObject *
new_open_schema (void)
{
  JsonObject *schema = json_object_new ();

  json_object_set_string_member (schema, "type", "object");

  return schema;
}

/**
 * sb_mcp_tool_parse:
 * @node: an element of a tools/list result
 *
 * Forgives a missing schema, which some servers leave out for tools without arguments; not a missing name.
 *
 * Returns: (transfer full) (nullable): the tool
 */
SbMcpTool *
sb_mcp_tool_parse (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *name = object != NULL ? sb_json_get_string (object, "name") : NULL;
  JsonObject *annotations = NULL;
  JsonObject *schema = NULL;
  const char *title = NULL;
  SbMcpTool *tool = NULL;

  if (name == NULL || name[0] == '\0')
    return NULL;

  annotations = sb_json_get_object (object, "annotations");
  schema = sb_json_get_object (object, "inputSchema");
  title = sb_json_get_string (object, "title");
  if (title == NULL && annotations != NULL)
    title = sb_json_get_string (annotations, "title");

  tool = g_new0 (SbMcpTool, 1);
  tool->name = g_strdup (name);
  tool->title = g_strdup (title);
  tool->description = g_strdup (sb_json_get_string (object, "description"));
  tool->input_schema = schema != NULL ? json_object_ref (schema) : new_open_schema ();
  tool->output_schema = ref_object (sb_json_get_object (object, "outputSchema"));
  tool->annotations = ref_object (annotations);
  tool->entry = json_object_ref (object);

  return tool;
}

void
sb_mcp_tool_free (SbMcpTool *tool)
{
  g_free (tool->name);
  g_free (tool->title);
  g_free (tool->description);
  g_clear_pointer (&tool->input_schema, json_object_unref);
  g_clear_pointer (&tool->output_schema, json_object_unref);
  g_clear_pointer (&tool->annotations, json_object_unref);
  json_object_unref (tool->entry);
  g_free (tool);
}

static char *
join_text (GPtrArray *contents)
{
  g_autoptr(GString) joined = g_string_new (NULL);

  for (guint i = 0; i < contents->len; i++)
    {
      SbMcpContent *content = g_ptr_array_index (contents, i);

      if (content->text != NULL && joined->len > 0)
        g_string_append (joined, "\n\n");
      if (content->text != NULL)
        g_string_append (joined, content->text);
    }

  return g_string_free (g_steal_pointer (&joined), FALSE);
}

/**
 * sb_mcp_tool_result_parse:
 * @node: a tools/call result, an object
 *
 * Content of unknown kinds is kept raw.
 *
 * Returns: (transfer full): the result
 */
SbMcpToolResult *
sb_mcp_tool_result_parse (JsonNode *node)
{
  JsonObject *object = json_node_get_object (node);
  JsonNode *structured = json_object_get_member (object, "structuredContent");
  SbMcpToolResult *result = g_new0 (SbMcpToolResult, 1);

  result->is_error = sb_json_get_boolean (object, "isError", FALSE);
  result->contents = sb_mcp_content_parse_list (sb_json_get_array (object, "content"));
  result->text = join_text (result->contents);
  if (structured != NULL && !JSON_NODE_HOLDS_NULL (structured))
    result->structured = json_node_ref (structured);
  result->result = json_node_ref (node);

  return result;
}

void
sb_mcp_tool_result_free (SbMcpToolResult *result)
{
  g_free (result->text);
  g_free (result->problem);
  g_clear_pointer (&result->contents, g_ptr_array_unref);
  g_clear_pointer (&result->structured, json_node_unref);
  g_clear_pointer (&result->result, json_node_unref);
  g_free (result);
}
