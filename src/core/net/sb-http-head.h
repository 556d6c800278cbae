/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The head of an HTTP/1.x answer or request (RFC 9112), sans I/O, for connections that are taken over after it. */
typedef struct _SbHttpHead SbHttpHead;

SbHttpHead *sb_http_head_new                (void);
SbHttpHead *sb_http_head_new_request        (void);
void        sb_http_head_free               (SbHttpHead    *self);
gboolean    sb_http_head_feed               (SbHttpHead    *self,
                                             const guint8  *data,
                                             gsize          length,
                                             gsize         *consumed,
                                             GError       **error);
gboolean    sb_http_head_is_complete        (SbHttpHead    *self);
guint       sb_http_head_get_status         (SbHttpHead    *self);
const char *sb_http_head_get_reason         (SbHttpHead    *self);
const char *sb_http_head_get_header         (SbHttpHead    *self,
                                             const char    *name);
gint64      sb_http_head_get_content_length (SbHttpHead    *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbHttpHead, sb_http_head_free)

G_END_DECLS
