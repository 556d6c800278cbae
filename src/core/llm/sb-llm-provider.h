/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-llm-request.h"

G_BEGIN_DECLS

#define SB_LLM_ERROR (sb_llm_error_quark ())

/* Codes a caller can act on; the message is a sentence for the user, the hint (sb_llm_error_get_hint) says
 * what to do next. */
typedef enum
{
  SB_LLM_ERROR_AUTH,        /* 401, 403: the key is missing or wrong */
  SB_LLM_ERROR_UNREACHABLE, /* no connection: host, DNS, TLS */
  SB_LLM_ERROR_RATE_LIMIT,  /* 429 */
  SB_LLM_ERROR_CONTEXT,     /* too long for the model */
  SB_LLM_ERROR_MODEL,       /* 404: no such model */
  SB_LLM_ERROR_REQUEST,     /* 400, 422: refused as it is */
  SB_LLM_ERROR_SERVER,      /* 5xx, an error event in the stream */
  SB_LLM_ERROR_PROTOCOL,    /* not a model server, or not JSON */
  SB_LLM_ERROR_CUT,         /* the stream ended before its end; what came is kept */
  SB_LLM_ERROR_TIMEOUT,     /* no first byte, or a stall */
} SbLlmError;

typedef enum
{
  SB_LLM_FINISH_STOP,
  SB_LLM_FINISH_TOOL_CALLS,
  SB_LLM_FINISH_LENGTH,
  SB_LLM_FINISH_FILTER,
  SB_LLM_FINISH_OTHER,
} SbLlmFinish;

typedef enum
{
  SB_LLM_DELTA_TEXT,
  SB_LLM_DELTA_REASONING,
  SB_LLM_DELTA_TOOL_CALL, /* a call began or its arguments grew */
} SbLlmDeltaKind;

typedef struct
{
  SbLlmDeltaKind  kind;
  const char     *text;  /* text, reasoning, or a fragment of arguments; valid UTF-8, not NUL-terminated */
  gsize           length;
  guint           call_index; /* for SB_LLM_DELTA_TOOL_CALL */
  const char     *call_name;  /* nullable until known */
} SbLlmDelta;

typedef void (*SbLlmDeltaFunc) (const SbLlmDelta *delta,
                                gpointer          user_data);

/* What a finished (or cut) completion was. */
typedef struct
{
  char       *text;
  char       *reasoning;  /* nullable */
  /* of SbLlmToolCall; arguments may be broken JSON: the caller answers with an error result */
  GPtrArray  *tool_calls;
  SbLlmFinish finish;
  gint64      prompt_tokens;     /* -1 unknown */
  gint64      completion_tokens; /* -1 unknown */
  gint64      first_token_us;    /* from sending; -1 none */
  gint64      duration_us;
  guint       http_status;
  char       *model;             /* nullable: as the server named it */
  JsonObject *raw;               /* a summary of the response as the server meant it, for the trace */
} SbLlmResponse;

void sb_llm_response_free (SbLlmResponse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbLlmResponse, sb_llm_response_free)

/* What differs between servers, as data; see sb_llm_profile_lookup(). */
typedef struct
{
  const char *id;            /* "cerebras", "dmr", "ollama", "rehearsal", "openai" (generic) */
  const char *label;
  const char *base_url;      /* nullable */
  const char *key_name;      /* nullable: name in the Secret Service and of the environment variable */
  gboolean    plain_schemas; /* drop pattern, length and item limits from tool schemas (Cerebras) */
  gboolean    max_completion_tokens; /* else max_tokens */
} SbLlmProfile;

const SbLlmProfile *sb_llm_profile_lookup (const char *id); /* unknown id: the generic one */

/* One OpenAI-compatible endpoint. Immutable; one HTTP session a provider, connections are kept warm. */
#define SB_TYPE_LLM_PROVIDER (sb_llm_provider_get_type ())
G_DECLARE_FINAL_TYPE (SbLlmProvider, sb_llm_provider, SB, LLM_PROVIDER, GObject)

GQuark         sb_llm_error_quark            (void);
const char    *sb_llm_error_get_hint         (const GError        *error);
gboolean       sb_llm_error_can_retry        (const GError        *error);

SbLlmProvider *sb_llm_provider_new           (const SbLlmProfile  *profile,
                                              /* NULL: the profile's; with or without /v1 */
                                              const char          *base_url,
                                              const char          *api_key); /* nullable */
const SbLlmProfile *sb_llm_provider_get_profile (SbLlmProvider    *self);
const char    *sb_llm_provider_get_base_url  (SbLlmProvider       *self);
/* The body that would be sent, for the trace, before it is sent. (transfer full) */
JsonObject    *sb_llm_provider_build_body    (SbLlmProvider       *self,
                                              const SbLlmRequest  *request);
/* body from sb_llm_provider_build_body(). Deltas come on the caller's main context, never after the callback.
 * On SB_LLM_ERROR_CUT and on cancel the response so far is in *partial of the finish function. */
void           sb_llm_provider_stream_async  (SbLlmProvider       *self,
                                              JsonObject          *body,
                                              SbLlmDeltaFunc       delta_func,
                                              gpointer             delta_data,
                                              GCancellable        *cancellable,
                                              GAsyncReadyCallback  callback,
                                              gpointer             user_data);
SbLlmResponse *sb_llm_provider_stream_finish (SbLlmProvider       *self,
                                              GAsyncResult        *result,
                                              SbLlmResponse      **partial, /* (out) (optional) (nullable) */
                                              GError             **error);
/* GET /models: ids, (transfer full) (array zero-terminated=1) */
void           sb_llm_provider_list_models_async  (SbLlmProvider       *self,
                                                   GCancellable        *cancellable,
                                                   GAsyncReadyCallback  callback,
                                                   gpointer             user_data);
GStrv          sb_llm_provider_list_models_finish (SbLlmProvider       *self,
                                                   GAsyncResult        *result,
                                                   GError             **error);

G_END_DECLS
