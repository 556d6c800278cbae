/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-redactor.h"

G_BEGIN_DECLS

/* Of a title or the like, in characters. */
#define SB_TRACE_LABEL_MAX 200

/* What a request or response may take in the trace; the rest is left out of its middle. */
#define SB_TRACE_PAYLOAD_MAX (256 * 1024)

char *sb_trace_payload_prepare (SbRedactor *redactor,
                                const char *text);
char *sb_trace_label_prepare   (SbRedactor *redactor,
                                const char *text);

G_END_DECLS
