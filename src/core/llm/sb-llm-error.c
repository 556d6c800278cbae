/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-error.h"

#include <string.h>

#include "sb-json.h"
#include "sb-text.h"

#define MAX_QUOTE 400

/* What travels with each GError of the domain. */
typedef struct
{
  char  *hint;
  guint  status;
} SbLlmErrorPrivate;

static void
sb_llm_error_private_init (SbLlmErrorPrivate *priv)
{
}

static void
sb_llm_error_private_copy (const SbLlmErrorPrivate *source,
                           SbLlmErrorPrivate       *target)
{
  target->hint = g_strdup (source->hint);
  target->status = source->status;
}

static void
sb_llm_error_private_clear (SbLlmErrorPrivate *priv)
{
  g_free (priv->hint);
}

G_DEFINE_EXTENDED_ERROR (SbLlmError, sb_llm_error)

static const char * const default_hints[] = {
  [SB_LLM_ERROR_AUTH] = "Check the API key in the settings.",
  [SB_LLM_ERROR_UNREACHABLE] = "Check the address in the settings and that the server runs, then retry.",
  [SB_LLM_ERROR_RATE_LIMIT] = "Wait a little, then retry.",
  [SB_LLM_ERROR_CONTEXT] = "Start a new conversation, or choose a model with a larger context.",
  [SB_LLM_ERROR_MODEL] = "Choose one of the models the server offers in the settings.",
  [SB_LLM_ERROR_REQUEST] = "Request and answer are in the trace; another model may accept it.",
  [SB_LLM_ERROR_SERVER] = "Retry. If it happens again, look at the server's own log.",
  [SB_LLM_ERROR_PROTOCOL] = "Check that the address is the base URL of an OpenAI-compatible server.",
  [SB_LLM_ERROR_CUT] = "What arrived is kept. Retry to ask again.",
  [SB_LLM_ERROR_TIMEOUT] = "Retry. A large local model may need minutes to load the first time.",
};

/* An error of the domain with the sentence made from format. hint: what to do next, copied; NULL: the usual
 * one of the code. */
GError *
sb_llm_error_new (SbLlmError  code,
                  const char *hint,
                  const char *format,
                  ...)
{
  GError *error = NULL;
  va_list args;

  va_start (args, format);
  error = g_error_new_valist (SB_LLM_ERROR, code, format, args);
  va_end (args);

  sb_llm_error_get_private (error)->hint = g_strdup (hint);

  return error;
}

static const char *
get_code_text (JsonObject *object)
{
  const char *code = sb_json_get_string (object, "code");

  return code != NULL ? code : sb_json_get_string (object, "type");
}

static const char *
get_message (JsonObject *object)
{
  static const char * const names[] = { "message", "detail", "msg", "error" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *message = sb_json_get_string (object, names[i]);

      if (message != NULL && message[0] != '\0')
        return message;
    }

  return NULL;
}

static guint
get_status (JsonObject *object)
{
  static const char * const names[] = { "status_code", "code", "status" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gint64 status = sb_json_get_int (object, names[i], 0);

      if (status >= 400 && status < 600)
        return status;
    }

  return 0;
}

static char *
quote (const char *text,
       gssize      length)
{
  g_autofree char *clean = NULL;

  if (text == NULL)
    return NULL;

  clean = g_strstrip (sb_text_clean (text, length, NULL));
  if (clean[0] == '\0')
    return NULL;
  if (g_utf8_strlen (clean, -1) > MAX_QUOTE)
    {
      g_autofree char *head = g_utf8_substring (clean, 0, MAX_QUOTE);

      return g_strconcat (head, "…", NULL);
    }

  return g_steal_pointer (&clean);
}

/* Servers have no common code for "too long", only common words. */
static gboolean
is_about_context (const char *message,
                  const char *code)
{
  static const char * const words[] = {
    "context length", "context_length", "context size", "context window", "context overflow",
    "maximum context", "too many tokens", "prompt is too long", "exceed_context",
  };
  g_autofree char *all = g_strconcat (message != NULL ? message : "", " ", code != NULL ? code : "", NULL);
  g_autofree char *lower = g_ascii_strdown (all, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (strstr (lower, words[i]) != NULL)
        return TRUE;
    }

  return FALSE;
}

static SbLlmError
code_from_status (guint       status,
                  const char *message,
                  const char *code)
{
  if ((status == 400 || status == 413 || status == 422 || status >= 500) && is_about_context (message, code))
    return SB_LLM_ERROR_CONTEXT;

  switch (status)
    {
    case 401:
    case 403:
      return SB_LLM_ERROR_AUTH;
    case 404:
      return SB_LLM_ERROR_MODEL;
    case 408:
    case 504:
      return SB_LLM_ERROR_TIMEOUT;
    case 413:
      return SB_LLM_ERROR_CONTEXT;
    case 429:
      return SB_LLM_ERROR_RATE_LIMIT;
    default:
      return status >= 500 || status < 400 ? SB_LLM_ERROR_SERVER : SB_LLM_ERROR_REQUEST;
    }
}

static const char *
describe (SbLlmError code)
{
  switch (code)
    {
    case SB_LLM_ERROR_AUTH:
      return "The model server refused the API key";
    case SB_LLM_ERROR_MODEL:
      return "The model server does not have this model";
    case SB_LLM_ERROR_TIMEOUT:
      return "The model server took too long";
    case SB_LLM_ERROR_CONTEXT:
      return "The conversation is too long for this model";
    case SB_LLM_ERROR_RATE_LIMIT:
      return "The model server's rate limit is reached";
    case SB_LLM_ERROR_REQUEST:
      return "The model server refused the request";
    case SB_LLM_ERROR_PROTOCOL:
      return "This address is not a model server";
    case SB_LLM_ERROR_UNREACHABLE:
    case SB_LLM_ERROR_SERVER:
    case SB_LLM_ERROR_CUT:
    default:
      return "The model server reported an error";
    }
}

static GError *
make_error (SbLlmError  code,
            const char *hint,
            guint       status,
            const char *message)
{
  g_autofree char *quoted = quote (message, -1);
  GError *error = NULL;

  if (quoted != NULL)
    error = sb_llm_error_new (code, hint, "%s: %s", describe (code), quoted);
  else if (status != 0)
    error = sb_llm_error_new (code, hint, "%s (HTTP %u).", describe (code), status);
  else
    error = sb_llm_error_new (code, hint, "%s.", describe (code));

  sb_llm_error_get_private (error)->status = status;

  return error;
}

/* The hint when the code alone does not say enough; NULL: the usual one. (transfer full) */
static char *
make_hint (const SbLlmProfile *profile,
           guint               status,
           const char         *message)
{
  if (status == 401 || status == 403)
    return profile != NULL && profile->key_name != NULL
      ? g_strdup_printf ("Check the API key in the settings, or %s in the environment.", profile->key_name)
      : NULL;
  if (status == 402)
    return g_strdup ("Check the balance of the account at the provider.");
  if (message != NULL && (strstr (message, "Jinja") != NULL || strstr (message, "template") != NULL))
    return g_strdup ("The model's chat template cannot express this; choose a model that supports tools.");

  return NULL;
}

/* An error that came as JSON: in the stream, or as a body. All forms servers use are understood:
 * {"error":{"message"}}, {"error":"text"}, {"message"}, {"object":"error","message"}, with the status in
 * code, status or status_code. fallback_status: what counts when the object names none, 0 for none.
 * (transfer full) */
GError *
sb_llm_error_new_object (JsonObject *object,
                         guint       fallback_status)
{
  JsonObject *inner = sb_json_get_object (object, "error");
  JsonObject *described = inner != NULL ? inner : object;
  const char *message = get_message (described);
  const char *code = get_code_text (described);
  guint status = get_status (described);
  g_autofree char *hint = NULL;

  if (status == 0)
    status = get_status (object);
  if (status == 0)
    status = fallback_status;

  hint = make_hint (NULL, status, message);

  return make_error (code_from_status (status, message, code), hint, status,
                     message != NULL ? message : code);
}

static gboolean
looks_like_html (const char *content_type,
                 const char *body,
                 gsize       length)
{
  while (length > 0 && g_ascii_isspace (body[0]))
    {
      body++;
      length--;
    }

  return (content_type != NULL && g_str_has_prefix (content_type, "text/html")) ||
         (length > 0 && body[0] == '<');
}

/* Error events as the body of an error status: the JSON after the first "data:". */
static JsonObject *
parse_body (const char *body,
            gsize       length)
{
  const char *data = g_strstr_len (body, length, "data:");
  const char *end = NULL;
  JsonObject *object = sb_json_parse_object (body, length, NULL);

  if (object != NULL || data == NULL)
    return object;

  data += strlen ("data:");
  end = memchr (data, '\n', body + length - data);

  return sb_json_parse_object (data, (end != NULL ? end : body + length) - data, NULL);
}

/* What an answer with an error status means. body: the first kilobytes of it, of any type, not NUL-
 * terminated; its words are quoted, cleaned and shortened, unless they are a web page. (transfer full) */
GError *
sb_llm_error_new_status (const SbLlmProfile *profile,
                         guint               status,
                         const char         *content_type,
                         const char         *body,
                         gsize               length)
{
  g_autoptr(JsonObject) object = length > 0 ? parse_body (body, length) : NULL;
  JsonObject *inner = object != NULL ? sb_json_get_object (object, "error") : NULL;
  JsonObject *described = inner != NULL ? inner : object;
  g_autofree char *text = NULL;
  g_autofree char *hint = NULL;
  const char *message = described != NULL ? get_message (described) : NULL;
  const char *code = described != NULL ? get_code_text (described) : NULL;

  if (object == NULL && looks_like_html (content_type, body, length))
    {
      if (status == 404 || status < 400)
        return make_error (SB_LLM_ERROR_PROTOCOL, NULL, status, "it answers with a web page");

      return make_error (code_from_status (status, NULL, NULL), NULL, status, NULL);
    }
  if (object == NULL)
    message = text = quote (body, length);

  hint = make_hint (profile, status, message);

  return make_error (code_from_status (status, message, code), hint, status,
                     message != NULL ? message : code);
}

/* The HTTP status the error stands for, also when it came inside a stream; 0 when there is none. */
guint
sb_llm_error_get_http_status (const GError *error)
{
  return error != NULL && error->domain == SB_LLM_ERROR ? sb_llm_error_get_private (error)->status : 0;
}

/* What the user can do about the error, a sentence; borrowed from it. NULL for errors of other domains. */
const char *
sb_llm_error_get_hint (const GError *error)
{
  SbLlmErrorPrivate *priv = NULL;

  if (error == NULL || error->domain != SB_LLM_ERROR)
    return NULL;

  priv = sb_llm_error_get_private (error);
  if (priv->hint != NULL)
    return priv->hint;

  g_return_val_if_fail ((guint) error->code < G_N_ELEMENTS (default_hints), NULL);

  return default_hints[error->code];
}

/* Whether asking the same again has a chance, by itself or when the user has done what the hint says: a new key,
 * another model, another address. A request that is refused as it is stays refused. */
gboolean
sb_llm_error_can_retry (const GError *error)
{
  if (error == NULL || error->domain != SB_LLM_ERROR)
    return FALSE;

  return error->code != SB_LLM_ERROR_REQUEST && error->code != SB_LLM_ERROR_CONTEXT;
}
