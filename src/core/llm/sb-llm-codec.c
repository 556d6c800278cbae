/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-codec.h"

#include "sb-json.h"
#include "sb-llm-schema.h"

/* "system", never "developer": older chat templates drop the latter in silence. */
static const char * const role_names[] = {
  [SB_LLM_ROLE_SYSTEM] = "system",
  [SB_LLM_ROLE_USER] = "user",
  [SB_LLM_ROLE_ASSISTANT] = "assistant",
  [SB_LLM_ROLE_TOOL] = "tool",
};

static void
set_text (JsonObject *object,
          const char *name,
          const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);

  json_object_set_string_member (object, name, valid);
}

/* Strict servers parse the arguments in the history and refuse the whole request when they are not an
 * object. */
static char *
make_valid_arguments (const char *arguments)
{
  g_autoptr(JsonObject) parsed = NULL;
  g_autoptr(JsonObject) wrapped = NULL;

  if (arguments == NULL || arguments[0] == '\0')
    return g_strdup ("{}");

  parsed = sb_json_parse_object (arguments, -1, NULL);
  if (parsed != NULL)
    return g_strdup (arguments);

  wrapped = json_object_new ();
  set_text (wrapped, "invalid_arguments", arguments);

  return sb_json_object_to_string (wrapped);
}

static JsonObject *
build_call (const SbLlmToolCall *call)
{
  JsonObject *object = json_object_new ();
  JsonObject *function = json_object_new ();
  g_autofree char *arguments = make_valid_arguments (call->arguments);

  set_text (object, "id", call->id);
  json_object_set_string_member (object, "type", "function");
  set_text (function, "name", call->name);
  json_object_set_string_member (function, "arguments", arguments);
  json_object_set_object_member (object, "function", function);

  return object;
}

static JsonObject *
build_message (const SbLlmMessage *message)
{
  JsonObject *object = json_object_new ();
  gboolean calls = message->tool_calls != NULL && message->tool_calls->len > 0;

  json_object_set_string_member (object, "role", role_names[message->role]);
  if (message->content == NULL && calls)
    json_object_set_null_member (object, "content");
  else
    set_text (object, "content", message->content);

  if (calls)
    {
      JsonArray *array = json_array_new ();

      for (guint i = 0; i < message->tool_calls->len; i++)
        json_array_add_object_element (array, build_call (g_ptr_array_index (message->tool_calls, i)));
      json_object_set_array_member (object, "tool_calls", array);
    }
  if (message->role == SB_LLM_ROLE_TOOL)
    set_text (object, "tool_call_id", message->tool_call_id);

  return object;
}

static JsonObject *
build_parameters (const SbLlmProfile  *profile,
                  const SbLlmToolSpec *tool)
{
  JsonObject *empty = NULL;

  if (tool->parameters != NULL && profile->plain_schemas)
    return sb_llm_schema_make_plain (tool->parameters);
  if (tool->parameters != NULL)
    return json_object_ref (tool->parameters);

  empty = json_object_new ();
  json_object_set_string_member (empty, "type", "object");
  json_object_set_object_member (empty, "properties", json_object_new ());

  return empty;
}

static JsonArray *
build_tools (const SbLlmProfile *profile,
             GPtrArray          *tools)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < tools->len; i++)
    {
      const SbLlmToolSpec *tool = g_ptr_array_index (tools, i);
      JsonObject *object = json_object_new ();
      JsonObject *function = json_object_new ();

      json_object_set_string_member (object, "type", "function");
      set_text (function, "name", tool->name);
      if (tool->description != NULL)
        set_text (function, "description", tool->description);
      json_object_set_object_member (function, "parameters", build_parameters (profile, tool));
      json_object_set_object_member (object, "function", function);
      json_array_add_object_element (array, object);
    }

  return array;
}

static void
set_tool_choice (JsonObject *body,
                 const char *choice)
{
  static const char * const words[] = { "auto", "none", "required", NULL };
  JsonObject *object = NULL;
  JsonObject *function = NULL;

  if (g_strv_contains (words, choice))
    {
      json_object_set_string_member (body, "tool_choice", choice);
      return;
    }

  object = json_object_new ();
  function = json_object_new ();
  json_object_set_string_member (object, "type", "function");
  json_object_set_string_member (function, "name", choice);
  json_object_set_object_member (object, "function", function);
  json_object_set_object_member (body, "tool_choice", object);
}

/* The body of POST /chat/completions for a request, in the dialect of a profile. Only keys every known
 * server takes are sent: Cerebras answers 400 for one it does not know. The request is not changed.
 * (transfer full) */
JsonObject *
sb_llm_codec_build_body (const SbLlmProfile *profile,
                         const SbLlmRequest *request)
{
  JsonObject *body = json_object_new ();
  JsonArray *messages = json_array_new ();
  JsonObject *stream_options = json_object_new ();

  set_text (body, "model", request->model);
  for (guint i = 0; i < request->messages->len; i++)
    json_array_add_object_element (messages, build_message (g_ptr_array_index (request->messages, i)));
  json_object_set_array_member (body, "messages", messages);

  if (request->tools->len > 0)
    {
      json_object_set_array_member (body, "tools", build_tools (profile, request->tools));
      if (request->tool_choice != NULL)
        set_tool_choice (body, request->tool_choice);
    }
  if (request->temperature >= 0)
    json_object_set_double_member (body, "temperature", request->temperature);
  if (request->max_completion_tokens > 0)
    json_object_set_int_member (body, profile->max_completion_tokens ? "max_completion_tokens" : "max_tokens",
                                request->max_completion_tokens);

  json_object_set_boolean_member (body, "stream", TRUE);
  json_object_set_boolean_member (stream_options, "include_usage", TRUE);
  json_object_set_object_member (body, "stream_options", stream_options);

  return body;
}
