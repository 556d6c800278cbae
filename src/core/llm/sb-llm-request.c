/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-request.h"

static void
message_free (gpointer data)
{
  SbLlmMessage *message = data;

  g_free (message->content);
  g_clear_pointer (&message->tool_calls, g_ptr_array_unref);
  g_free (message->tool_call_id);
  g_free (message);
}

static void
tool_spec_free (gpointer data)
{
  SbLlmToolSpec *spec = data;

  g_free (spec->name);
  g_free (spec->description);
  g_clear_pointer (&spec->parameters, json_object_unref);
  g_free (spec);
}

/* A call as a model made it. arguments: raw JSON text, NULL is the same as "". */
SbLlmToolCall *
sb_llm_tool_call_new (const char *id,
                      const char *name,
                      const char *arguments)
{
  SbLlmToolCall *call = g_new0 (SbLlmToolCall, 1);

  call->id = g_strdup (id);
  call->name = g_strdup (name);
  call->arguments = g_strdup (arguments != NULL ? arguments : "");

  return call;
}

void
sb_llm_tool_call_free (SbLlmToolCall *call)
{
  if (call == NULL)
    return;

  g_free (call->id);
  g_free (call->name);
  g_free (call->arguments);
  g_free (call);
}

/* An empty request for a model, without tools, with the server's own temperature and length. */
SbLlmRequest *
sb_llm_request_new (const char *model)
{
  SbLlmRequest *self = g_new0 (SbLlmRequest, 1);

  self->model = g_strdup (model);
  self->messages = g_ptr_array_new_with_free_func (message_free);
  self->tools = g_ptr_array_new_with_free_func (tool_spec_free);
  self->temperature = -1;

  return self;
}

void
sb_llm_request_free (SbLlmRequest *self)
{
  if (self == NULL)
    return;

  g_free (self->model);
  g_ptr_array_unref (self->messages);
  g_ptr_array_unref (self->tools);
  g_free (self->tool_choice);
  g_free (self);
}

/* Appends a message and returns it, borrowed, to have its calls or its call id filled in. content is
 * copied, nullable. */
SbLlmMessage *
sb_llm_request_add (SbLlmRequest *self,
                    SbLlmRole     role,
                    const char   *content)
{
  SbLlmMessage *message = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  message = g_new0 (SbLlmMessage, 1);
  message->role = role;
  message->content = g_strdup (content);
  g_ptr_array_add (self->messages, message);

  return message;
}

void
sb_llm_message_add_call (SbLlmMessage *message,
                         const char   *id,
                         const char   *name,
                         const char   *arguments)
{
  g_return_if_fail (message != NULL);

  if (message->tool_calls == NULL)
    message->tool_calls = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_llm_tool_call_free);

  g_ptr_array_add (message->tool_calls, sb_llm_tool_call_new (id, name, arguments));
}

/* Offers a tool. parameters: a JSON Schema, referenced, never changed; NULL for a tool without arguments. */
void
sb_llm_request_add_tool (SbLlmRequest *self,
                         const char   *name,
                         const char   *description,
                         JsonObject   *parameters)
{
  SbLlmToolSpec *spec = NULL;

  g_return_if_fail (self != NULL);
  g_return_if_fail (name != NULL);

  spec = g_new0 (SbLlmToolSpec, 1);
  spec->name = g_strdup (name);
  spec->description = g_strdup (description);
  spec->parameters = parameters != NULL ? json_object_ref (parameters) : NULL;
  g_ptr_array_add (self->tools, spec);
}
