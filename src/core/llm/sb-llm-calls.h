/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-llm-provider.h"

G_BEGIN_DECLS

/* Puts tool calls together from the fragments of a stream, for servers that number, name and identify them
 * differently. */
typedef struct _SbLlmCalls SbLlmCalls;

SbLlmCalls *sb_llm_calls_new   (SbLlmDeltaFunc  func,
                                gpointer        user_data);
void        sb_llm_calls_free  (SbLlmCalls     *self);
gboolean    sb_llm_calls_add   (SbLlmCalls     *self,
                                JsonObject     *fragment);
guint       sb_llm_calls_count (SbLlmCalls     *self);
gsize       sb_llm_calls_size  (SbLlmCalls     *self);
GPtrArray  *sb_llm_calls_dup   (SbLlmCalls     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbLlmCalls, sb_llm_calls_free)

G_END_DECLS
