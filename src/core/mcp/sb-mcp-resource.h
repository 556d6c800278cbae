/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* A resource, or a template of many, as a server lists it. Everything in it is foreign. */
typedef struct
{
  /* owned */
  JsonObject *entry;

  /* borrowed, of entry; nullable but for uri and name */
  const char *uri; /* of a template: with {parts} to fill in (RFC 6570) */
  const char *name;
  const char *title;
  const char *description;
  const char *mime_type;
  JsonObject *annotations;
  JsonArray  *icons;

  gint64 size; /* in bytes; -1: unknown */
} SbMcpResource;

SbMcpResource *sb_mcp_resource_parse          (JsonNode      *node);
SbMcpResource *sb_mcp_resource_parse_template (JsonNode      *node);
void           sb_mcp_resource_free           (SbMcpResource *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMcpResource, sb_mcp_resource_free)

G_END_DECLS
