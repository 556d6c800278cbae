/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-prompt.h"

#include "sb-json.h"

#define MAX_ARGUMENTS 256
#define MAX_MESSAGES 1024

static SbMcpPromptArgument *
parse_argument (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *name = object != NULL ? sb_json_get_string (object, "name") : NULL;
  SbMcpPromptArgument *argument = NULL;

  if (name == NULL)
    return NULL;

  argument = g_new0 (SbMcpPromptArgument, 1);
  argument->name = name;
  argument->title = sb_json_get_string (object, "title");
  argument->description = sb_json_get_string (object, "description");
  argument->required = sb_json_get_boolean (object, "required", FALSE);

  return argument;
}

/* Returns: (transfer full) (nullable): NULL without a name */
SbMcpPrompt *
sb_mcp_prompt_parse (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *name = object != NULL ? sb_json_get_string (object, "name") : NULL;
  SbMcpPrompt *self = NULL;
  JsonArray *arguments = NULL;
  guint n = 0;

  if (name == NULL || name[0] == '\0')
    return NULL;

  self = g_new0 (SbMcpPrompt, 1);
  self->entry = json_object_ref (object);
  self->arguments = g_ptr_array_new_with_free_func (g_free);
  self->name = name;
  self->title = sb_json_get_string (object, "title");
  self->description = sb_json_get_string (object, "description");
  self->icons = sb_json_get_array (object, "icons");
  arguments = sb_json_get_array (object, "arguments");
  n = arguments != NULL ? MIN (json_array_get_length (arguments), MAX_ARGUMENTS) : 0;
  for (guint i = 0; i < n; i++)
    {
      SbMcpPromptArgument *argument = parse_argument (json_array_get_element (arguments, i));

      if (argument != NULL)
        g_ptr_array_add (self->arguments, argument);
    }

  return self;
}

void
sb_mcp_prompt_free (SbMcpPrompt *self)
{
  g_ptr_array_unref (self->arguments);
  json_object_unref (self->entry);
  g_free (self);
}

static void
message_free (gpointer data)
{
  SbMcpPromptMessage *message = data;

  sb_mcp_content_free (message->content);
  g_free (message);
}

static SbMcpPromptMessage *
parse_message (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *content = object != NULL ? json_object_get_member (object, "content") : NULL;
  SbMcpPromptMessage *message = NULL;

  if (content == NULL)
    return NULL;

  message = g_new0 (SbMcpPromptMessage, 1);
  message->content = sb_mcp_content_parse (content);
  message->from_assistant = g_strcmp0 (sb_json_get_string (object, "role"), "assistant") == 0;

  return message;
}

/**
 * sb_mcp_prompt_result_parse:
 * @node: a prompts/get result, an object
 *
 * Returns: (transfer full): its messages; those without content are left out
 */
SbMcpPromptResult *
sb_mcp_prompt_result_parse (JsonNode *node)
{
  SbMcpPromptResult *self = g_new0 (SbMcpPromptResult, 1);
  JsonArray *messages = sb_json_get_array (json_node_get_object (node), "messages");
  guint n = messages != NULL ? MIN (json_array_get_length (messages), MAX_MESSAGES) : 0;

  self->raw = json_node_ref (node);
  self->description = sb_json_get_string (json_node_get_object (node), "description");
  self->messages = g_ptr_array_new_with_free_func (message_free);
  for (guint i = 0; i < n; i++)
    {
      SbMcpPromptMessage *message = parse_message (json_array_get_element (messages, i));

      if (message != NULL)
        g_ptr_array_add (self->messages, message);
    }

  return self;
}

void
sb_mcp_prompt_result_free (SbMcpPromptResult *self)
{
  g_ptr_array_unref (self->messages);
  json_node_unref (self->raw);
  g_free (self);
}
