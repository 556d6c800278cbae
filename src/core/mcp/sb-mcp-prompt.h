/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-content.h"

G_BEGIN_DECLS

typedef struct
{
  /* borrowed, of the prompt; title and description nullable */
  const char *name;
  const char *title;
  const char *description;

  gboolean required;
} SbMcpPromptArgument;

/* A prompt as a server lists it. Everything in it is foreign. */
typedef struct
{
  /* owned */
  JsonObject *entry;
  GPtrArray  *arguments; /* of SbMcpPromptArgument */

  /* borrowed, of entry; nullable but for name */
  const char *name;
  const char *title;
  const char *description;
  JsonArray  *icons;
} SbMcpPrompt;

SbMcpPrompt *sb_mcp_prompt_parse (JsonNode    *node);
void         sb_mcp_prompt_free  (SbMcpPrompt *self);

typedef struct
{
  SbMcpContent *content;
  gboolean      from_assistant;
} SbMcpPromptMessage;

/* What prompts/get gives. */
typedef struct
{
  JsonNode   *raw;
  GPtrArray  *messages;    /* of SbMcpPromptMessage */
  const char *description; /* borrowed, nullable */
} SbMcpPromptResult;

SbMcpPromptResult *sb_mcp_prompt_result_parse (JsonNode          *node);
void               sb_mcp_prompt_result_free  (SbMcpPromptResult *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMcpPrompt, sb_mcp_prompt_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMcpPromptResult, sb_mcp_prompt_result_free)

G_END_DECLS
