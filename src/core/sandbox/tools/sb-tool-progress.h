/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-server.h"

G_BEGIN_DECLS

/* Passes a command's output on as progress of its call: cleaned, gathered, and not without end. */
typedef struct _SbToolProgress SbToolProgress;

SbToolProgress *sb_tool_progress_new  (SbMcpToolCall  *call);
void            sb_tool_progress_feed (SbToolProgress *self,
                                       int             fd,
                                       const guint8   *data,
                                       gsize           length);
void            sb_tool_progress_free (SbToolProgress *self);

G_END_DECLS
