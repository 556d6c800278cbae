/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-mcp-client.h"

G_BEGIN_DECLS

/* What a server answered: texts, JSON and pictures, all foreign. */
#define SB_TYPE_CONTENT_VIEW (sb_content_view_get_type ())
G_DECLARE_FINAL_TYPE (SbContentView, sb_content_view, SB, CONTENT_VIEW, GtkWidget)

void sb_content_view_clear        (SbContentView         *self);
void sb_content_view_show_message (SbContentView         *self,
                                   const char            *text);
/* contents: of SbMcpContent; structured: nullable */
void sb_content_view_show         (SbContentView         *self,
                                   GPtrArray             *contents,
                                   JsonNode              *structured);

/* messages: of SbMcpPromptMessage, each below who says it */
void sb_content_view_show_messages (SbContentView        *self,
                                    GPtrArray            *messages);

G_END_DECLS
