/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Takes <think>…</think> at the head of an answer apart from the answer, however the deltas cut the tags. */
typedef struct _SbLlmThink SbLlmThink;

typedef void (*SbLlmThinkFunc) (gboolean    reasoning,
                                const char *text,
                                gsize       length,
                                gpointer    user_data);

SbLlmThink *sb_llm_think_new    (SbLlmThinkFunc  func,
                                 gpointer        user_data);
void        sb_llm_think_free   (SbLlmThink     *self);
void        sb_llm_think_feed   (SbLlmThink     *self,
                                 const char     *text,
                                 gsize           length);
void        sb_llm_think_finish (SbLlmThink     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbLlmThink, sb_llm_think_free)

G_END_DECLS
