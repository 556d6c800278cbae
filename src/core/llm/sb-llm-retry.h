/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

gboolean sb_llm_retry_get_delay (guint               status,
                                 SoupMessageHeaders *headers,
                                 guint               n_retries,
                                 guint               backoff_ms,
                                 guint              *delay_ms);

G_END_DECLS
