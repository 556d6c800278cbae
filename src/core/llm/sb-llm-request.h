/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What a chat completion asks: messages and tools in OpenAI's shape, without anything of HTTP. */
typedef enum
{
  SB_LLM_ROLE_SYSTEM,
  SB_LLM_ROLE_USER,
  SB_LLM_ROLE_ASSISTANT,
  SB_LLM_ROLE_TOOL,
} SbLlmRole;

typedef struct
{
  char *id;
  char *name;
  char *arguments; /* raw JSON text, as the model wrote it; "" means {} */
} SbLlmToolCall;

typedef struct
{
  SbLlmRole  role;
  char      *content;      /* nullable for an assistant that only calls */
  GPtrArray *tool_calls;   /* nullable; of SbLlmToolCall, owned */
  char      *tool_call_id; /* for SB_LLM_ROLE_TOOL */
} SbLlmMessage;

typedef struct
{
  char       *name;
  char       *description;
  JsonObject *parameters; /* JSON Schema as the tool published it; the codec adapts it to the provider */
} SbLlmToolSpec;

typedef struct _SbLlmRequest SbLlmRequest;

struct _SbLlmRequest
{
  char      *model;
  GPtrArray *messages; /* of SbLlmMessage */
  GPtrArray *tools;    /* of SbLlmToolSpec */
  char      *tool_choice; /* nullable: "auto" when there are tools; "required"; or a tool's name */
  double     temperature; /* < 0: not sent */
  int        max_completion_tokens; /* 0: not sent */
};

SbLlmToolCall *sb_llm_tool_call_new      (const char   *id,
                                          const char   *name,
                                          const char   *arguments);
void           sb_llm_tool_call_free     (SbLlmToolCall *call);

SbLlmRequest  *sb_llm_request_new        (const char   *model);
void           sb_llm_request_free       (SbLlmRequest *self);
/* (transfer none): fill in tool_calls, tool_call_id */
SbLlmMessage  *sb_llm_request_add        (SbLlmRequest *self,
                                          SbLlmRole     role,
                                          const char   *content);
void           sb_llm_message_add_call   (SbLlmMessage *message,
                                          const char   *id,
                                          const char   *name,
                                          const char   *arguments);
void           sb_llm_request_add_tool   (SbLlmRequest *self,
                                          const char   *name,
                                          const char   *description,
                                          JsonObject   *parameters);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbLlmRequest, sb_llm_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbLlmToolCall, sb_llm_tool_call_free)

G_END_DECLS
