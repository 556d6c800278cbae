/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-llm-provider.h"

G_BEGIN_DECLS

char *sb_llm_profile_normalize_url (const SbLlmProfile *profile,
                                    const char         *base_url);

G_END_DECLS
