/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Server-sent events, sans I/O (WHATWG HTML, 9.2.6): LF, CR and CRLF, BOM, comments, multi-line data, split
 * anywhere. */
typedef struct _SbSseParser SbSseParser;

typedef struct
{
  const char *event; /* "message" when the stream names none */
  const char *data;  /* NUL-terminated; may hold invalid UTF-8 */
  gsize       length;
  const char *id;    /* nullable */
} SbSseEvent;

typedef void (*SbSseEventFunc) (const SbSseEvent *event,
                                gpointer          user_data);
/* A line outside the grammar ("error: {…}", progress text), or a comment: ignored by the parser, perhaps
 * not by the caller. */
typedef void (*SbSseLineFunc)  (const char       *line,
                                gsize             length,
                                gpointer          user_data);

SbSseParser *sb_sse_parser_new       (gsize           max_event,
                                      SbSseEventFunc  event_func,
                                      SbSseLineFunc   line_func,
                                      gpointer        user_data);
void         sb_sse_parser_free      (SbSseParser    *self);
gboolean     sb_sse_parser_feed      (SbSseParser    *self,
                                      const guint8   *data,
                                      gsize           length,
                                      GError        **error);
void         sb_sse_parser_finish    (SbSseParser    *self);
gint64       sb_sse_parser_get_retry (SbSseParser    *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSseParser, sb_sse_parser_free)

G_END_DECLS
