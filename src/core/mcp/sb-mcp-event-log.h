/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The last events of a session's streams, so that a client whose connection broke can ask for what it missed. */
typedef struct _SbMcpEventLog SbMcpEventLog;

typedef void (*SbMcpEventFunc) (const char *id,
                                const char *data,
                                gpointer    user_data);

SbMcpEventLog *sb_mcp_event_log_new      (gsize            max_bytes);
void           sb_mcp_event_log_free     (SbMcpEventLog   *self);
char          *sb_mcp_event_log_add      (SbMcpEventLog   *self,
                                          guint            stream,
                                          const char      *data);
char          *sb_mcp_event_log_dup_mark (SbMcpEventLog   *self,
                                          guint            stream);
gboolean       sb_mcp_event_log_find     (SbMcpEventLog   *self,
                                          const char      *id,
                                          guint           *stream);
void           sb_mcp_event_log_replay   (SbMcpEventLog   *self,
                                          const char      *id,
                                          SbMcpEventFunc   func,
                                          gpointer         user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMcpEventLog, sb_mcp_event_log_free)

G_END_DECLS
