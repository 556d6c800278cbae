/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* An HTTP server that says byte for byte what the test tells it to. */
typedef struct _SbScriptServer SbScriptServer;

SbScriptServer *sb_script_server_new        (void);
void            sb_script_server_free       (SbScriptServer *self);
const char     *sb_script_server_get_origin (SbScriptServer *self);
/* The next request that begins so is answered with the bytes; then the connection is closed, or left open. A
 * request without an answer gets 405. */
void            sb_script_server_answer     (SbScriptServer *self,
                                             const char     *request,
                                             const char     *text,
                                             gboolean        keep_open);
void            sb_script_server_answer_bytes (SbScriptServer *self,
                                               const char     *request,
                                               GBytes         *bytes,
                                               gboolean        keep_open);
/* Says more on the connection that was left open last, and closes it if told to. */
void            sb_script_server_say        (SbScriptServer *self,
                                             const char     *bytes,
                                             gboolean        close);
/* The n-th request, head and body; waits for it. */
const char     *sb_script_server_wait       (SbScriptServer *self,
                                             guint           n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbScriptServer, sb_script_server_free)

G_END_DECLS
