/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-llm-provider.h"

G_BEGIN_DECLS

/* Bytes of one answer of a chat completions server, streamed or not, good or bad, become deltas and one
 * response. Sans I/O. */
typedef struct _SbLlmDecoder SbLlmDecoder;

SbLlmDecoder  *sb_llm_decoder_new           (const SbLlmProfile *profile,
                                             guint               http_status,
                                             const char         *content_type,
                                             SbLlmDeltaFunc      delta_func,
                                             gpointer            delta_data);
void           sb_llm_decoder_free          (SbLlmDecoder       *self);
void           sb_llm_decoder_set_fast_path (SbLlmDecoder       *self,
                                             gboolean            enabled);
gboolean       sb_llm_decoder_feed          (SbLlmDecoder       *self,
                                             const guint8       *data,
                                             gsize               length);
gboolean       sb_llm_decoder_has_end       (SbLlmDecoder       *self);
gboolean       sb_llm_decoder_has_output    (SbLlmDecoder       *self);
SbLlmResponse *sb_llm_decoder_finish        (SbLlmDecoder       *self,
                                             gboolean            cut,
                                             GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbLlmDecoder, sb_llm_decoder_free)

G_END_DECLS
