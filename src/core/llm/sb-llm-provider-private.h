/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-llm-exchange.h"

G_BEGIN_DECLS

void  sb_llm_provider_set_timing   (SbLlmProvider     *self,
                                    const SbLlmTiming *timing);
GStrv sb_llm_provider_parse_models (const char        *json,
                                    gsize              length,
                                    GError           **error);

G_END_DECLS
