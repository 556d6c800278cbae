/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <libsoup/soup.h>

#include "sb-llm-provider.h"

G_BEGIN_DECLS

/* How long an exchange waits, in milliseconds. */
typedef struct
{
  guint first_byte_ms; /* from sending to the first byte of the answer: a model may be loaded meanwhile */
  guint stall_ms;      /* between two reads */
  guint grace_ms;      /* for the end of the connection, once the answer is whole */
  guint backoff_ms;    /* before the first retry, when the server names no time */
  guint max_retries;
} SbLlmTiming;

/* One completion, from sending to its end: a state machine that retries, streams, times out and is
 * cancelled. */
#define SB_TYPE_LLM_EXCHANGE (sb_llm_exchange_get_type ())
G_DECLARE_FINAL_TYPE (SbLlmExchange, sb_llm_exchange, SB, LLM_EXCHANGE, GObject)

SbLlmExchange *sb_llm_exchange_new           (SoupSession        *session,
                                              const SbLlmProfile *profile,
                                              const SbLlmTiming  *timing,
                                              const char         *url,
                                              const char         *api_key,
                                              GBytes             *body);
void           sb_llm_exchange_start         (SbLlmExchange      *self,
                                              GTask              *task,
                                              SbLlmDeltaFunc      delta_func,
                                              gpointer            delta_data);
SbLlmResponse *sb_llm_exchange_steal_partial (SbLlmExchange      *self);

G_END_DECLS
