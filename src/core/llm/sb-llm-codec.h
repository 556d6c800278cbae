/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-llm-provider.h"

G_BEGIN_DECLS

JsonObject *sb_llm_codec_build_body (const SbLlmProfile *profile,
                                     const SbLlmRequest *request);

G_END_DECLS
