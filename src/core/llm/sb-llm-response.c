/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-response.h"

#include "sb-json.h"

static const struct
{
  const char  *reason;
  SbLlmFinish  finish;
} finishes[] = {
  { "stop", SB_LLM_FINISH_STOP },
  { "complete", SB_LLM_FINISH_STOP },
  { "end_turn", SB_LLM_FINISH_STOP },
  { "eos", SB_LLM_FINISH_STOP },
  { "eos_token", SB_LLM_FINISH_STOP },
  { "stop_sequence", SB_LLM_FINISH_STOP },
  { "tool_calls", SB_LLM_FINISH_TOOL_CALLS },
  { "function_call", SB_LLM_FINISH_TOOL_CALLS },
  { "tool_use", SB_LLM_FINISH_TOOL_CALLS },
  { "length", SB_LLM_FINISH_LENGTH },
  { "max_tokens", SB_LLM_FINISH_LENGTH },
  { "model_length", SB_LLM_FINISH_LENGTH },
  { "content_filter", SB_LLM_FINISH_FILTER },
  { "recitation", SB_LLM_FINISH_FILTER },
  { "safety", SB_LLM_FINISH_FILTER },
};

/* What a server's finish_reason means; NULL: it named none. Calls count more than the word: several servers
 * say "stop". */
SbLlmFinish
sb_llm_finish_from_string (const char *reason,
                           gboolean    has_calls)
{
  SbLlmFinish finish = reason != NULL ? SB_LLM_FINISH_OTHER : SB_LLM_FINISH_STOP;

  for (gsize i = 0; reason != NULL && i < G_N_ELEMENTS (finishes); i++)
    {
      if (g_ascii_strcasecmp (finishes[i].reason, reason) == 0)
        finish = finishes[i].finish;
    }

  if (has_calls && (finish == SB_LLM_FINISH_STOP || finish == SB_LLM_FINISH_OTHER))
    return SB_LLM_FINISH_TOOL_CALLS;
  if (!has_calls && finish == SB_LLM_FINISH_TOOL_CALLS)
    return SB_LLM_FINISH_STOP;

  return finish;
}

SbLlmResponse *
sb_llm_response_new (void)
{
  SbLlmResponse *self = g_new0 (SbLlmResponse, 1);

  self->tool_calls = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_llm_tool_call_free);
  self->prompt_tokens = -1;
  self->completion_tokens = -1;
  self->first_token_us = -1;
  self->raw = json_object_new ();

  return self;
}

void
sb_llm_response_free (SbLlmResponse *self)
{
  if (self == NULL)
    return;

  g_free (self->text);
  g_free (self->reasoning);
  g_ptr_array_unref (self->tool_calls);
  g_free (self->model);
  json_object_unref (self->raw);
  g_free (self);
}

static JsonArray *
describe_calls (GPtrArray *calls)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < calls->len; i++)
    {
      const SbLlmToolCall *call = g_ptr_array_index (calls, i);
      JsonObject *object = json_object_new ();
      JsonObject *function = json_object_new ();

      json_object_set_string_member (object, "id", call->id);
      json_object_set_string_member (object, "type", "function");
      json_object_set_string_member (function, "name", call->name);
      json_object_set_string_member (function, "arguments", call->arguments);
      json_object_set_object_member (object, "function", function);
      json_array_add_object_element (array, object);
    }

  return array;
}

/* Writes raw from the fields: the stream as one chat.completion object, as a server that does not stream
 * would have sent it. usage and time_info are referenced. */
void
sb_llm_response_summarize (SbLlmResponse *self,
                           const char    *id,
                           const char    *reason,
                           JsonObject    *usage,
                           JsonObject    *time_info)
{
  JsonObject *message = json_object_new ();
  JsonObject *choice = json_object_new ();
  JsonArray *choices = json_array_new ();

  json_object_set_string_member (message, "role", "assistant");
  json_object_set_string_member (message, "content", self->text);
  if (self->reasoning != NULL)
    json_object_set_string_member (message, "reasoning", self->reasoning);
  if (self->tool_calls->len > 0)
    json_object_set_array_member (message, "tool_calls", describe_calls (self->tool_calls));

  json_object_set_int_member (choice, "index", 0);
  json_object_set_object_member (choice, "message", message);
  if (reason != NULL)
    json_object_set_string_member (choice, "finish_reason", reason);
  else
    json_object_set_null_member (choice, "finish_reason");
  json_array_add_object_element (choices, choice);

  json_object_set_string_member (self->raw, "object", "chat.completion");
  if (id != NULL)
    json_object_set_string_member (self->raw, "id", id);
  if (self->model != NULL)
    json_object_set_string_member (self->raw, "model", self->model);
  json_object_set_array_member (self->raw, "choices", choices);
  if (usage != NULL)
    json_object_set_object_member (self->raw, "usage", json_object_ref (usage));
  if (time_info != NULL)
    json_object_set_object_member (self->raw, "time_info", json_object_ref (time_info));
}
