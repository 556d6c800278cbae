/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-decoder.h"

#include <string.h>

#include "sb-json.h"
#include "sb-llm-calls.h"
#include "sb-llm-error.h"
#include "sb-llm-fast-path.h"
#include "sb-llm-response.h"
#include "sb-llm-think.h"
#include "sb-sse-parser.h"
#include "sb-text.h"

#define MAX_EVENT (16 * 1024 * 1024)
#define MAX_BODY (32 * 1024 * 1024)
#define MAX_ERROR_BODY (64 * 1024)
#define MAX_OUTPUT (32 * 1024 * 1024)
#define MAX_PROGRESS 1024

typedef enum
{
  MODE_SNIFF,  /* nothing but white space so far */
  MODE_EVENTS, /* server-sent events, perhaps after lines of progress text */
  MODE_BODY,   /* one JSON answer, an error, a web page: collected and looked at in the end */
} DecoderMode;

struct _SbLlmDecoder
{
  /* owned */
  SbSseParser        *sse;
  SbLlmThink         *think;
  SbLlmCalls         *calls;
  GString            *text;
  GString            *reasoning;
  GString            *body;
  GString            *scratch;
  char               *content_type;
  char               *id;
  char               *model;
  char               *finish_reason;
  char               *progress;
  JsonObject         *usage;
  JsonObject         *time_info;
  GError             *error;

  /* borrowed */
  const SbLlmProfile *profile;
  SbLlmDeltaFunc      delta_func;
  gpointer            delta_data;

  DecoderMode         mode;
  guint               http_status;
  guint               n_events;
  gboolean            fast_path;
  gboolean            at_eof; /* what is unreadable now was cut, not wrong */
  gboolean            has_done;
};

static void
fail (SbLlmDecoder *self,
      GError       *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
}

static gboolean
is_over (SbLlmDecoder *self)
{
  return self->has_done || self->error != NULL;
}

static void
check_size (SbLlmDecoder *self)
{
  if (self->text->len + self->reasoning->len + sb_llm_calls_size (self->calls) > MAX_OUTPUT)
    fail (self, sb_llm_error_new (SB_LLM_ERROR_PROTOCOL, NULL, "The model's answer is larger than %d MiB.",
                                  MAX_OUTPUT / 1024 / 1024));
}

static void
emit_text (gboolean    reasoning,
           const char *text,
           gsize       length,
           gpointer    user_data)
{
  SbLlmDecoder *self = user_data;
  SbLlmDelta delta = {
    .kind = reasoning ? SB_LLM_DELTA_REASONING : SB_LLM_DELTA_TEXT,
    .text = text,
    .length = length,
  };

  g_string_append_len (reasoning ? self->reasoning : self->text, text, length);
  check_size (self);
  if (self->delta_func != NULL)
    self->delta_func (&delta, self->delta_data);
}

static void
emit_call (const SbLlmDelta *delta,
           gpointer          user_data)
{
  SbLlmDecoder *self = user_data;

  if (self->delta_func != NULL)
    self->delta_func (delta, self->delta_data);
}

static void
apply_content (SbLlmDecoder *self,
               JsonObject   *message)
{
  const char *text = sb_json_get_string (message, "content");
  JsonArray *parts = sb_json_get_array (message, "content");

  if (text != NULL)
    sb_llm_think_feed (self->think, text, strlen (text));

  for (guint i = 0; parts != NULL && i < json_array_get_length (parts); i++)
    {
      JsonNode *part = json_array_get_element (parts, i);

      text = JSON_NODE_HOLDS_OBJECT (part) ? sb_json_get_string (json_node_get_object (part), "text") : NULL;
      if (text != NULL)
        sb_llm_think_feed (self->think, text, strlen (text));
    }
}

/* Gateways send the same piece under both names, so only one of them is read. */
static void
apply_reasoning (SbLlmDecoder *self,
                 JsonObject   *message)
{
  const char *text = sb_json_get_string (message, "reasoning");

  if (text == NULL || text[0] == '\0')
    text = sb_json_get_string (message, "reasoning_content");
  if (text != NULL && text[0] != '\0')
    emit_text (TRUE, text, strlen (text), self);
}

static void
apply_calls (SbLlmDecoder *self,
             JsonObject   *message)
{
  JsonArray *calls = sb_json_get_array (message, "tool_calls");

  for (guint i = 0; calls != NULL && i < json_array_get_length (calls); i++)
    {
      JsonNode *call = json_array_get_element (calls, i);

      if (JSON_NODE_HOLDS_OBJECT (call) && !sb_llm_calls_add (self->calls, json_node_get_object (call)))
        fail (self, sb_llm_error_new (SB_LLM_ERROR_PROTOCOL, NULL,
                                      "The model asked for too many tool calls at once."));
    }
  check_size (self);
}

static void
apply_choice (SbLlmDecoder *self,
              JsonObject   *choice)
{
  JsonObject *message = sb_json_get_object (choice, "delta");
  const char *reason = sb_json_get_string (choice, "finish_reason");

  if (sb_json_get_int (choice, "index", 0) != 0)
    return;

  if (message == NULL)
    message = sb_json_get_object (choice, "message");
  if (message != NULL)
    {
      apply_reasoning (self, message);
      apply_content (self, message);
      apply_calls (self, message);
    }
  if (reason != NULL && reason[0] != '\0')
    {
      g_free (self->finish_reason);
      self->finish_reason = g_strdup (reason);
    }
}

static void
keep_object (JsonObject **slot,
             JsonObject  *chunk,
             const char  *name)
{
  JsonObject *object = sb_json_get_object (chunk, name);

  if (object == NULL)
    return;

  g_clear_pointer (slot, json_object_unref);
  *slot = json_object_ref (object);
}

static void
keep_string (char       **slot,
             JsonObject  *chunk,
             const char  *name)
{
  if (*slot == NULL)
    *slot = g_strdup (sb_json_get_string (chunk, name));
}

static gboolean
is_error_object (JsonObject *chunk)
{
  JsonNode *error = json_object_get_member (chunk, "error");

  if (error != NULL && !JSON_NODE_HOLDS_NULL (error))
    return TRUE;
  if (g_strcmp0 (sb_json_get_string (chunk, "object"), "error") == 0 ||
      g_strcmp0 (sb_json_get_string (chunk, "type"), "error") == 0)
    return TRUE;

  return !json_object_has_member (chunk, "choices") && sb_json_get_string (chunk, "message") != NULL;
}

static void
process_chunk (SbLlmDecoder *self,
               JsonObject   *chunk)
{
  JsonArray *choices = sb_json_get_array (chunk, "choices");

  self->n_events++;
  keep_string (&self->id, chunk, "id");
  keep_string (&self->model, chunk, "model");
  keep_object (&self->usage, chunk, "usage");
  keep_object (&self->time_info, chunk, "time_info");

  for (guint i = 0; choices != NULL && i < json_array_get_length (choices); i++)
    {
      JsonNode *choice = json_array_get_element (choices, i);

      if (JSON_NODE_HOLDS_OBJECT (choice))
        apply_choice (self, json_node_get_object (choice));
    }

  if (is_error_object (chunk))
    fail (self, sb_llm_error_new_object (chunk, 0));
}

static void
fail_unreadable (SbLlmDecoder *self,
                 const char   *data,
                 gsize         length)
{
  g_autofree char *clean = NULL;

  if (self->at_eof)
    return;

  clean = sb_text_clean (data, MIN (length, 200), NULL);
  fail (self, sb_llm_error_new (SB_LLM_ERROR_PROTOCOL, "Retry. What arrived before is kept.",
                                "The model server sent an event that is not JSON: %s", clean));
}

static gboolean
is_done_mark (const char *data,
              gsize       length)
{
  while (length > 0 && g_ascii_isspace (data[length - 1]))
    length--;

  return length == strlen ("[DONE]") && memcmp (data, "[DONE]", length) == 0;
}

/* One JSON text, or the end mark. FALSE: neither. */
static gboolean
process_text (SbLlmDecoder *self,
              const char   *data,
              gsize         length)
{
  g_autoptr(JsonObject) chunk = NULL;

  if (is_done_mark (data, length))
    {
      self->n_events++;
      self->has_done = TRUE;
      return TRUE;
    }

  chunk = sb_json_parse_object (data, length, NULL);
  if (chunk == NULL)
    return FALSE;

  process_chunk (self, chunk);

  return TRUE;
}

/* Proxies that drop the empty lines make one event of many; each line of it is whole then. */
static void
process_lines (SbLlmDecoder *self,
               const char   *data,
               gsize         length)
{
  const char *end = data + length;

  while (data < end && !is_over (self))
    {
      const char *newline = memchr (data, '\n', end - data);
      gsize line = (newline != NULL ? newline : end) - data;

      if (line > 0 && !process_text (self, data, line))
        {
          fail_unreadable (self, data, line);
          return;
        }
      data += line + 1;
    }
}

static void
process_error_text (SbLlmDecoder *self,
                    const char   *data,
                    gsize         length)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (data, length, NULL);

  self->n_events++;
  if (object == NULL)
    {
      g_autofree char *clean = sb_text_clean (data, MIN (length, 400), NULL);

      object = json_object_new ();
      json_object_set_string_member (object, "message", clean);
    }

  fail (self, sb_llm_error_new_object (object, 0));
}

/* The first event goes the long way: it names the model. */
static gboolean
process_fast (SbLlmDecoder *self,
              const char   *data,
              gsize         length)
{
  SbLlmPlainEvent plain;

  if (!self->fast_path || self->model == NULL || !sb_llm_fast_path_read (data, length, self->scratch, &plain))
    return FALSE;

  self->n_events++;
  if (plain.length > 0 && plain.reasoning)
    emit_text (TRUE, plain.text, plain.length, self);
  else if (plain.length > 0)
    sb_llm_think_feed (self->think, plain.text, plain.length);

  return TRUE;
}

static void
event_cb (const SbSseEvent *event,
          gpointer          user_data)
{
  SbLlmDecoder *self = user_data;

  if (is_over (self) || event->length == 0)
    return;

  if (g_strcmp0 (event->event, "error") == 0)
    process_error_text (self, event->data, event->length);
  else if (!process_fast (self, event->data, event->length) &&
           !process_text (self, event->data, event->length))
    process_lines (self, event->data, event->length);
}

/* What is no event: a comment, an error of older llama.cpp, or progress text of a model runner. */
static void
line_cb (const char *line,
         gsize       length,
         gpointer    user_data)
{
  SbLlmDecoder *self = user_data;
  gsize prefix = strlen ("error:");

  if (is_over (self) || length == 0 || line[0] == ':')
    return;

  if (length > prefix && memcmp (line, "error:", prefix) == 0)
    process_error_text (self, line + prefix, length - prefix);
  else if (line[0] != '{' || !process_text (self, line, length))
    {
      g_free (self->progress);
      self->progress = sb_text_clean (line, MIN (length, MAX_PROGRESS), NULL);
    }
}

static void
feed_events (SbLlmDecoder *self,
             const guint8 *data,
             gsize         length)
{
  g_autoptr(GError) error = NULL;

  if (!sb_sse_parser_feed (self->sse, data, length, &error))
    fail (self, sb_llm_error_new (SB_LLM_ERROR_PROTOCOL, NULL, "The model's answer cannot be read: %s",
                                  error->message));
}

static void
feed_body (SbLlmDecoder *self,
           const guint8 *data,
           gsize         length)
{
  gsize room = (self->http_status >= 400 ? MAX_ERROR_BODY : MAX_BODY) - self->body->len;

  g_string_append_len (self->body, (const char *) data, MIN (length, room));
}

/* The content type is wrong too often to be believed: the first byte tells a stream from a document. */
static DecoderMode
sniff (guint8 byte)
{
  return byte == '{' || byte == '[' || byte == '<' ? MODE_BODY : MODE_EVENTS;
}

static gboolean
is_padding (guint8 byte)
{
  return g_ascii_isspace (byte) || byte == 0xef || byte == 0xbb || byte == 0xbf; /* the bytes of a BOM */
}

/* The standard drops an event whose empty line never came; servers that forget it after the last one are
 * common. */
static void
finish_events (SbLlmDecoder *self)
{
  if (is_over (self))
    return;

  self->at_eof = TRUE;
  feed_events (self, (const guint8 *) "\n\n", 2);
  sb_sse_parser_finish (self->sse);
}

static void
finish_body (SbLlmDecoder *self)
{
  if (self->http_status >= 400)
    {
      fail (self, sb_llm_error_new_status (self->profile, self->http_status, self->content_type,
                                           self->body->str, self->body->len));
      return;
    }
  self->at_eof = TRUE;
  if (self->body->len > 0 && self->body->str[0] == '{' &&
      !process_text (self, self->body->str, self->body->len))
    process_lines (self, self->body->str, self->body->len);
}

static void
check_end (SbLlmDecoder *self,
           gboolean      cut)
{
  gboolean empty = self->n_events == 0 && self->body->len == 0;

  if (self->error != NULL || sb_llm_decoder_has_end (self))
    return;

  if (sb_llm_decoder_has_output (self) || cut)
    fail (self, sb_llm_error_new (SB_LLM_ERROR_CUT, NULL, "The answer broke off before its end."));
  else if (self->body->len > 0 && self->body->str[0] == '<')
    fail (self, sb_llm_error_new (SB_LLM_ERROR_PROTOCOL, NULL,
                                  "This address is not a model server: it answers with a web page."));
  else if (self->progress != NULL)
    fail (self, sb_llm_error_new (SB_LLM_ERROR_PROTOCOL, NULL, "This is not the answer of a model server: %s",
                                  self->progress));
  else
    fail (self, sb_llm_error_new (SB_LLM_ERROR_PROTOCOL, NULL,
                                  "This address is not a model server: its answer is %s.",
                                  empty ? "empty" : "no chat completion"));
}

/* profile: borrowed for the decoder's life, for hints. content_type: nullable. delta_func: nullable; called
 * during feed and finish. */
SbLlmDecoder *
sb_llm_decoder_new (const SbLlmProfile *profile,
                    guint               http_status,
                    const char         *content_type,
                    SbLlmDeltaFunc      delta_func,
                    gpointer            delta_data)
{
  SbLlmDecoder *self = g_new0 (SbLlmDecoder, 1);

  self->profile = profile;
  self->http_status = http_status;
  self->content_type = g_strdup (content_type);
  self->delta_func = delta_func;
  self->delta_data = delta_data;
  self->sse = sb_sse_parser_new (MAX_EVENT, event_cb, line_cb, self);
  self->think = sb_llm_think_new (emit_text, self);
  self->calls = sb_llm_calls_new (emit_call, self);
  self->text = g_string_new (NULL);
  self->reasoning = g_string_new (NULL);
  self->body = g_string_new (NULL);
  self->scratch = g_string_new (NULL);
  self->mode = http_status >= 400 ? MODE_BODY : MODE_SNIFF;
  self->fast_path = TRUE;

  return self;
}

void
sb_llm_decoder_free (SbLlmDecoder *self)
{
  if (self == NULL)
    return;

  sb_sse_parser_free (self->sse);
  sb_llm_think_free (self->think);
  sb_llm_calls_free (self->calls);
  g_string_free (self->text, TRUE);
  g_string_free (self->reasoning, TRUE);
  g_string_free (self->body, TRUE);
  g_string_free (self->scratch, TRUE);
  g_free (self->content_type);
  g_free (self->id);
  g_free (self->model);
  g_free (self->finish_reason);
  g_free (self->progress);
  g_clear_pointer (&self->usage, json_object_unref);
  g_clear_pointer (&self->time_info, json_object_unref);
  g_clear_error (&self->error);
  g_free (self);
}

/* On by default; off, every event is parsed in full: the same result, for comparison. */
void
sb_llm_decoder_set_fast_path (SbLlmDecoder *self,
                              gboolean      enabled)
{
  self->fast_path = enabled;
}

/* Bytes as they come, cut anywhere. Returns FALSE when no more are wanted: the answer has ended or is
 * beyond repair. */
gboolean
sb_llm_decoder_feed (SbLlmDecoder *self,
                     const guint8 *data,
                     gsize         length)
{
  while (self->mode == MODE_SNIFF && length > 0)
    {
      if (!is_padding (*data))
        {
          self->mode = sniff (*data);
          break;
        }
      data++;
      length--;
    }

  if (is_over (self))
    return FALSE;
  if (self->mode == MODE_EVENTS)
    feed_events (self, data, length);
  else if (self->mode == MODE_BODY)
    feed_body (self, data, length);

  return !is_over (self) && self->body->len < (self->http_status >= 400 ? MAX_ERROR_BODY : MAX_BODY);
}

/* Whether the answer is whole although the connection may still be open: a finish_reason or the end mark
 * came. */
gboolean
sb_llm_decoder_has_end (SbLlmDecoder *self)
{
  return self->has_done || self->finish_reason != NULL;
}

/* Whether any text, reasoning or tool call came: from then on nothing may be asked again in silence. */
gboolean
sb_llm_decoder_has_output (SbLlmDecoder *self)
{
  return self->text->len > 0 || self->reasoning->len > 0 || sb_llm_calls_count (self->calls) > 0;
}

/* Call once, when the connection is at its end; cut: it broke. Returns what came, in every case; error is
 * set when that is not a whole answer. Times are the caller's to fill in. (transfer full) */
SbLlmResponse *
sb_llm_decoder_finish (SbLlmDecoder  *self,
                       gboolean       cut,
                       GError       **error)
{
  SbLlmResponse *response = sb_llm_response_new ();

  if (self->mode == MODE_EVENTS)
    finish_events (self);
  else if (self->mode == MODE_BODY)
    finish_body (self);
  sb_llm_think_finish (self->think);
  check_end (self, cut);

  response->text = g_strndup (self->text->str, self->text->len);
  if (self->reasoning->len > 0)
    response->reasoning = g_strndup (self->reasoning->str, self->reasoning->len);
  g_ptr_array_unref (response->tool_calls);
  response->tool_calls = sb_llm_calls_dup (self->calls);
  response->finish = sb_llm_finish_from_string (self->finish_reason, response->tool_calls->len > 0);
  response->http_status = self->http_status;
  response->model = g_strdup (self->model);
  if (self->usage != NULL)
    {
      response->prompt_tokens = sb_json_get_int (self->usage, "prompt_tokens", -1);
      response->completion_tokens = sb_json_get_int (self->usage, "completion_tokens", -1);
    }
  sb_llm_response_summarize (response, self->id, self->finish_reason, self->usage, self->time_info);
  if (self->progress != NULL)
    json_object_set_string_member (response->raw, "status_text", self->progress);

  if (self->error != NULL)
    g_propagate_error (error, g_steal_pointer (&self->error));

  return response;
}
