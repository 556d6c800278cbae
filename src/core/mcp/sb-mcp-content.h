/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  SB_MCP_CONTENT_TEXT,
  SB_MCP_CONTENT_IMAGE,
  SB_MCP_CONTENT_AUDIO,
  SB_MCP_CONTENT_LINK,     /* resource_link: what resources/read can be asked for */
  SB_MCP_CONTENT_RESOURCE, /* a resource itself, with text or data */
  SB_MCP_CONTENT_UNKNOWN,  /* only raw is set */
} SbMcpContentKind;

/* One item of a tool's result, of a prompt's message or of a resource. Everything in it is foreign. */
typedef struct
{
  /* owned */
  JsonNode *raw;

  /* borrowed, of raw; each is NULL where the server said nothing */
  const char *text;
  const char *data; /* base64 */
  const char *mime_type;
  const char *uri;
  const char *name;
  const char *title;
  const char *description;
  JsonObject *annotations;
  JsonObject *meta;
  JsonArray  *icons;

  SbMcpContentKind kind;
  gint64           size; /* in bytes, as a link says; -1: unknown */
} SbMcpContent;

SbMcpContent *sb_mcp_content_parse          (JsonNode     *node);
SbMcpContent *sb_mcp_content_parse_resource (JsonNode     *node);
GPtrArray    *sb_mcp_content_parse_list     (JsonArray    *array);
void          sb_mcp_content_free           (SbMcpContent *self);
GBytes       *sb_mcp_content_dup_bytes      (SbMcpContent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMcpContent, sb_mcp_content_free)

G_END_DECLS
