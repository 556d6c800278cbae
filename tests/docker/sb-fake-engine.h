/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Listens on a socket in a folder of its own and plays given bytes to whoever asks; "GET /_ping" is
 * answered by itself. */
typedef struct _SbFakeEngine SbFakeEngine;

SbFakeEngine *sb_fake_engine_new               (void);
void          sb_fake_engine_free              (SbFakeEngine *self);
const char   *sb_fake_engine_get_host          (SbFakeEngine *self);
/* The answer to each request but the ping. step: bytes a write; 0: all at once. NULL: none, and the
 * connection stays open. */
void          sb_fake_engine_set_answer        (SbFakeEngine *self,
                                                const char   *bytes,
                                                gssize        length,
                                                gsize         step,
                                                gboolean      close_after);
/* The answer to the next request that begins like this behind the version ("POST /images/create"), whole and with a
 * length; those that are not taken go before the one for all. */
void          sb_fake_engine_add_answer        (SbFakeEngine *self,
                                                const char   *request,
                                                const char   *status,
                                                const char   *body);
/* The answer to requests that begin so, "GET /containers/json", whatever the version; then the connection ends, unless
 * stays: then more can be played to it. Comes before the answer above. bytes: NULL: no special one any more. */
void          sb_fake_engine_set_route         (SbFakeEngine *self,
                                                const char   *prefix,
                                                const char   *bytes,
                                                gboolean      stays);
/* To every connection of that route that is open. */
void          sb_fake_engine_play              (SbFakeEngine *self,
                                                const char   *prefix,
                                                const char   *bytes);
/* How many requests began so. */
guint         sb_fake_engine_count             (SbFakeEngine *self,
                                                const char   *prefix);
void          sb_fake_engine_set_ping          (SbFakeEngine *self,
                                                const char   *bytes);
/* Head and body of the last request but the ping; then what came after it over the same connection. */
const char   *sb_fake_engine_get_request       (SbFakeEngine *self);
guint         sb_fake_engine_get_n_requests    (SbFakeEngine *self);
gboolean      sb_fake_engine_saw_end           (SbFakeEngine *self);
void          sb_fake_engine_stop_listening    (SbFakeEngine *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbFakeEngine, sb_fake_engine_free)

G_END_DECLS
