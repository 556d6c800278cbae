/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-decoder.h"

#include <string.h>

#include "sb-json.h"
#include "sb-llm-error.h"
#include "sb-test.h"

/* How a body reaches the decoder. */
typedef enum
{
  FEED_WHOLE,
  FEED_BYTES,
  FEED_RANDOM,
} FeedMode;

/* What the deltas added up to. */
typedef struct
{
  GString   *text;
  GString   *reasoning;
  GPtrArray *arguments; /* of GString, by call index */
} Sum;

static const char * const codes[] = {
  [SB_LLM_ERROR_AUTH] = "auth",
  [SB_LLM_ERROR_UNREACHABLE] = "unreachable",
  [SB_LLM_ERROR_RATE_LIMIT] = "rate-limit",
  [SB_LLM_ERROR_CONTEXT] = "context",
  [SB_LLM_ERROR_MODEL] = "model",
  [SB_LLM_ERROR_REQUEST] = "request",
  [SB_LLM_ERROR_SERVER] = "server",
  [SB_LLM_ERROR_PROTOCOL] = "protocol",
  [SB_LLM_ERROR_CUT] = "cut",
  [SB_LLM_ERROR_TIMEOUT] = "timeout",
};

static const char * const finishes[] = {
  [SB_LLM_FINISH_STOP] = "stop",
  [SB_LLM_FINISH_TOOL_CALLS] = "tool_calls",
  [SB_LLM_FINISH_LENGTH] = "length",
  [SB_LLM_FINISH_FILTER] = "filter",
  [SB_LLM_FINISH_OTHER] = "other",
};

static void
free_string (gpointer string)
{
  g_string_free (string, TRUE);
}

static void
sum_init (Sum *sum)
{
  sum->text = g_string_new (NULL);
  sum->reasoning = g_string_new (NULL);
  sum->arguments = g_ptr_array_new_with_free_func (free_string);
}

static void
sum_clear (Sum *sum)
{
  g_string_free (sum->text, TRUE);
  g_string_free (sum->reasoning, TRUE);
  g_ptr_array_unref (sum->arguments);
}

static void
delta_cb (const SbLlmDelta *delta,
          gpointer          user_data)
{
  Sum *sum = user_data;

  g_assert_true (g_utf8_validate_len (delta->text, delta->length, NULL));
  if (delta->kind == SB_LLM_DELTA_TEXT)
    g_string_append_len (sum->text, delta->text, delta->length);
  else if (delta->kind == SB_LLM_DELTA_REASONING)
    g_string_append_len (sum->reasoning, delta->text, delta->length);
  else
    {
      while (sum->arguments->len <= delta->call_index)
        g_ptr_array_add (sum->arguments, g_string_new (NULL));
      g_string_append_len (g_ptr_array_index (sum->arguments, delta->call_index), delta->text, delta->length);
    }
}

static void
append_event (GString    *body,
              JsonObject *chunk)
{
  g_autofree char *text = sb_json_object_to_string (chunk);

  g_string_append_printf (body, "data: %s\n\n", text);
}

static void
append_chunk (GString    *body,
              JsonObject *delta,
              const char *finish,
              JsonObject *extra)
{
  g_autoptr(JsonObject) chunk = json_object_new ();
  JsonObject *choice = json_object_new ();
  JsonArray *choices = json_array_new ();
  g_autoptr(GList) names = extra != NULL ? json_object_get_members (extra) : NULL;

  json_object_set_string_member (chunk, "id", "c1");
  json_object_set_string_member (chunk, "object", "chat.completion.chunk");
  json_object_set_int_member (chunk, "created", 1);
  json_object_set_string_member (chunk, "model", "m");
  json_object_set_int_member (choice, "index", 0);
  json_object_set_object_member (choice, "delta", json_object_ref (delta));
  if (finish != NULL)
    json_object_set_string_member (choice, "finish_reason", finish);
  else
    json_object_set_null_member (choice, "finish_reason");
  json_array_add_object_element (choices, choice);
  json_object_set_array_member (chunk, "choices", choices);
  for (GList *l = names; l != NULL; l = l->next)
    json_object_set_member (chunk, l->data, json_object_dup_member (extra, l->data));

  append_event (body, chunk);
}

static void
append_content (GString    *body,
                const char *name,
                const char *text)
{
  g_autoptr(JsonObject) delta = json_object_new ();

  json_object_set_string_member (delta, name, text);
  append_chunk (body, delta, NULL, NULL);
}

static void
append_raw (GString    *body,
            const char *raw)
{
  g_autoptr(JsonObject) empty = json_object_new ();

  if (g_str_equal (raw, "$R"))
    append_content (body, "role", "assistant");
  else if (g_str_equal (raw, "$Z"))
    g_string_append (body, "data: [DONE]\n\n");
  else if (g_str_equal (raw, "$H"))
    {
      append_content (body, "content", "Hello");
      append_content (body, "content", " world");
      append_chunk (body, empty, "stop", NULL);
      append_raw (body, "$Z");
    }
  else
    g_string_append (body, raw);
}

static void
append_item (GString    *body,
             JsonObject *item)
{
  g_autoptr(JsonObject) empty = json_object_new ();
  JsonObject *delta = sb_json_get_object (item, "delta");

  if (json_object_has_member (item, "chunk"))
    append_event (body, json_object_get_object_member (item, "chunk"));
  else if (json_object_has_member (item, "letters"))
    {
      g_autofree char *letters = g_strnfill (json_object_get_int_member (item, "letters"), 'x');

      append_content (body, "content", letters);
    }
  else
    append_chunk (body, delta != NULL ? delta : empty, sb_json_get_string (item, "finish"),
                  sb_json_get_object (item, "extra"));
}

static GString *
build_body (JsonObject *test_case)
{
  JsonArray *items = json_object_get_array_member (test_case, "body");
  const char *newline = sb_json_get_string (test_case, "newline");
  GString *body = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonNode *item = json_array_get_element (items, i);

      if (JSON_NODE_HOLDS_OBJECT (item))
        append_item (body, json_node_get_object (item));
      else
        append_raw (body, json_node_get_string (item));
    }
  if (newline != NULL)
    g_string_replace (body, "\n", newline, 0);

  return body;
}

static void
feed (SbLlmDecoder *decoder,
      GString      *body,
      FeedMode      mode)
{
  gsize offset = 0;

  while (offset < body->len)
    {
      gsize rest = body->len - offset;
      gsize piece = rest;

      if (mode == FEED_BYTES)
        piece = 1;
      else if (mode == FEED_RANDOM)
        piece = g_test_rand_int_range (1, 40);
      piece = MIN (piece, rest);

      if (!sb_llm_decoder_feed (decoder, (const guint8 *) body->str + offset, piece))
        return;
      offset += piece;
    }
}

static void
check_calls (JsonArray     *wanted,
             SbLlmResponse *response,
             Sum           *sum)
{
  g_assert_cmpuint (response->tool_calls->len, ==, wanted != NULL ? json_array_get_length (wanted) : 0);
  g_assert_cmpuint (sum->arguments->len, ==, response->tool_calls->len);

  for (guint i = 0; i < response->tool_calls->len; i++)
    {
      const SbLlmToolCall *call = g_ptr_array_index (response->tool_calls, i);
      JsonArray *parts = json_array_get_array_element (wanted, i);

      if (json_array_get_null_element (parts, 0))
        g_assert_cmpuint (strlen (call->id), >, 4);
      else
        g_assert_cmpstr (call->id, ==, json_array_get_string_element (parts, 0));
      g_assert_cmpstr (call->name, ==, json_array_get_string_element (parts, 1));
      g_assert_cmpstr (call->arguments, ==, json_array_get_string_element (parts, 2));
      g_assert_cmpstr (call->arguments, ==, ((GString *) g_ptr_array_index (sum->arguments, i))->str);
    }
}

static void
check_error (JsonObject   *test_case,
             const GError *error)
{
  const char *wanted = sb_json_get_string (test_case, "error");
  const char *message = sb_json_get_string (test_case, "message");

  if (wanted == NULL)
    {
      g_assert_no_error (error);
      return;
    }

  g_assert_nonnull (error);
  g_assert_true (error->domain == SB_LLM_ERROR);
  g_assert_cmpstr (codes[error->code], ==, wanted);
  g_assert_nonnull (sb_llm_error_get_hint (error));
  if (message != NULL)
    g_assert_nonnull (strstr (error->message, message));
  if (json_object_has_member (test_case, "error_status"))
    g_assert_cmpuint (sb_llm_error_get_http_status (error), ==,
                      json_object_get_int_member (test_case, "error_status"));
}

static void
check_response (JsonObject    *test_case,
                SbLlmResponse *response,
                Sum           *sum)
{
  g_autofree char *letters = g_strnfill (sb_json_get_int (test_case, "letters", 0), 'x');
  const char *text = sb_json_get_string (test_case, "text");
  const char *finish = sb_json_get_string (test_case, "finish");

  if (letters[0] != '\0')
    text = letters;
  g_assert_cmpstr (response->text, ==, text != NULL ? text : "Hello world");
  g_assert_cmpstr (sum->text->str, ==, response->text);
  g_assert_cmpstr (response->reasoning, ==, sb_json_get_string (test_case, "reasoning"));
  g_assert_cmpstr (sum->reasoning->str, ==, response->reasoning != NULL ? response->reasoning : "");
  g_assert_cmpstr (finishes[response->finish], ==, finish != NULL ? finish : "stop");
  g_assert_cmpint (response->completion_tokens, ==, sb_json_get_int (test_case, "completion_tokens", -1));
  g_assert_cmpstr (sb_json_get_string (response->raw, "status_text"), ==,
                   sb_json_get_string (test_case, "status_text"));
  check_calls (sb_json_get_array (test_case, "calls"), response, sum);
}

static void
run_case (JsonObject *test_case,
          FeedMode    mode,
          gboolean    fast_path)
{
  const char *type = sb_json_get_string (test_case, "type");
  g_autoptr(SbLlmDecoder) decoder = NULL;
  g_autoptr(SbLlmResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  GString *body = build_body (test_case);
  Sum sum;

  sum_init (&sum);
  decoder = sb_llm_decoder_new (sb_llm_profile_lookup ("openai"), sb_json_get_int (test_case, "status", 200),
                                type != NULL ? type : "text/event-stream", delta_cb, &sum);
  sb_llm_decoder_set_fast_path (decoder, fast_path);
  feed (decoder, body, mode);
  if (sb_json_get_boolean (test_case, "open", FALSE))
    g_assert_true (sb_llm_decoder_has_end (decoder));
  response = sb_llm_decoder_finish (decoder, sb_json_get_boolean (test_case, "cut", FALSE), &error);

  check_error (test_case, error);
  check_response (test_case, response, &sum);

  sum_clear (&sum);
  g_string_free (body, TRUE);
}

static void
test_case_cb (gconstpointer data)
{
  JsonObject *test_case = (JsonObject *) data;

  for (int fast_path = 0; fast_path < 2; fast_path++)
    {
      run_case (test_case, FEED_WHOLE, fast_path);
      run_case (test_case, FEED_BYTES, fast_path);
      for (int i = 0; i < 20; i++)
        run_case (test_case, FEED_RANDOM, fast_path);
    }
}

/* Nested far beyond any real answer, in place of a chunk: refused, never followed. */
static void
test_deep_json (void)
{
  g_autoptr(SbLlmDecoder) decoder = sb_llm_decoder_new (sb_llm_profile_lookup (NULL), 200, NULL, NULL, NULL);
  g_autoptr(SbLlmResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *deep = g_strnfill (100000, '[');
  g_autofree char *event = g_strdup_printf ("data: {\"choices\":%s\n\n", deep);

  g_assert_false (sb_llm_decoder_feed (decoder, (const guint8 *) event, strlen (event)));
  response = sb_llm_decoder_finish (decoder, FALSE, &error);
  g_assert_error (error, SB_LLM_ERROR, SB_LLM_ERROR_PROTOCOL);
}

static void
test_error_body_is_capped (void)
{
  const SbLlmProfile *profile = sb_llm_profile_lookup (NULL);
  g_autoptr(SbLlmDecoder) decoder = sb_llm_decoder_new (profile, 500, "text/plain", NULL, NULL);
  g_autoptr(SbLlmResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *letters = g_strnfill (1 << 20, 'x');

  g_assert_false (sb_llm_decoder_feed (decoder, (const guint8 *) letters, 1 << 20));
  response = sb_llm_decoder_finish (decoder, FALSE, &error);
  g_assert_error (error, SB_LLM_ERROR, SB_LLM_ERROR_SERVER);
  g_assert_cmpuint (strlen (error->message), <, 1000);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(JsonObject) root = NULL;
  JsonArray *cases = NULL;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  bytes = sb_test_load_data ("llm/cases/stream.json");
  root = sb_json_parse_object (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
  g_assert_nonnull (root);
  cases = json_object_get_array_member (root, "cases");
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *test_case = json_array_get_object_element (cases, i);
      const char *id = json_object_get_string_member (test_case, "id");
      g_autofree char *path = g_strdup_printf ("/llm/decoder/%s", id);

      g_test_add_data_func (path, test_case, test_case_cb);
    }
  g_test_add_func ("/llm/decoder/deep-json", test_deep_json);
  g_test_add_func ("/llm/decoder/error-body-is-capped", test_error_body_is_capped);

  return g_test_run ();
}
