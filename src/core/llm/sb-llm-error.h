/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-llm-provider.h"

G_BEGIN_DECLS

GError     *sb_llm_error_new             (SbLlmError          code,
                                          const char         *hint,
                                          const char         *format,
                                          ...) G_GNUC_PRINTF (3, 4);
GError     *sb_llm_error_new_status      (const SbLlmProfile *profile,
                                          guint               status,
                                          const char         *content_type,
                                          const char         *body,
                                          gsize               length);
GError     *sb_llm_error_new_object      (JsonObject         *object,
                                          guint               fallback_status);
guint       sb_llm_error_get_http_status (const GError       *error);

G_END_DECLS
