/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-llm-provider.h"

G_BEGIN_DECLS

SbLlmResponse *sb_llm_response_new       (void);
SbLlmFinish    sb_llm_finish_from_string (const char    *reason,
                                          gboolean       has_calls);
void           sb_llm_response_summarize (SbLlmResponse *self,
                                          const char    *id,
                                          const char    *reason,
                                          JsonObject    *usage,
                                          JsonObject    *time_info);

G_END_DECLS
