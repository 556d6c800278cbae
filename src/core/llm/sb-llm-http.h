/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <libsoup/soup.h>

#include "sb-llm-provider.h"

G_BEGIN_DECLS

SoupSession *sb_llm_http_session_new           (void);
SoupMessage *sb_llm_http_message_new           (const char         *method,
                                                const char         *url,
                                                const char         *api_key);
const char  *sb_llm_http_get_content_type      (SoupMessage        *message);
void         sb_llm_http_describe              (SoupMessage        *message,
                                                JsonObject         *summary);
GError      *sb_llm_http_make_redirect_error   (SoupMessage        *message);
GError      *sb_llm_http_make_connection_error (SoupMessage        *message,
                                                const SbLlmProfile *profile,
                                                const GError       *cause);

G_END_DECLS
