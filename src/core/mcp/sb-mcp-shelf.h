/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* One thing that a server offers: a tool, a prompt, a resource or a template of them. */
typedef struct
{
  /* owned */
  JsonObject *entry; /* as it is listed; sealed */

  /* borrowed */
  const char *key; /* of entry: its name or address */
  GCallback   handler;
  gpointer    user_data;
} SbMcpOffer;

/* The things of one kind that a server offers, in the order in which they were first put there. */
typedef struct _SbMcpShelf SbMcpShelf;

SbMcpShelf *sb_mcp_shelf_new        (const char *member,
                                     const char *key_member);
void        sb_mcp_shelf_free       (SbMcpShelf *self);
gboolean    sb_mcp_shelf_put        (SbMcpShelf *self,
                                     JsonObject *entry,
                                     GCallback   handler,
                                     gpointer    user_data);
gboolean    sb_mcp_shelf_remove     (SbMcpShelf *self,
                                     const char *key);
guint       sb_mcp_shelf_get_length (SbMcpShelf *self);
SbMcpOffer *sb_mcp_shelf_lookup     (SbMcpShelf *self,
                                     const char *key);
SbMcpOffer *sb_mcp_shelf_match      (SbMcpShelf *self,
                                     const char *uri);
JsonObject *sb_mcp_shelf_new_page   (SbMcpShelf *self,
                                     const char *cursor,
                                     guint       page_size);

G_END_DECLS
