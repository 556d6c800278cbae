/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-decoder.h"

#include "sb-llm-response.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            size_t        size);

/* What one way of feeding made of the input. */
typedef struct
{
  GString *text;
  GString *reasoning;
} Sum;

static void
delta_cb (const SbLlmDelta *delta,
          gpointer          user_data)
{
  Sum *sum = user_data;

  g_assert (g_utf8_validate_len (delta->text, delta->length, NULL));
  if (delta->kind == SB_LLM_DELTA_TEXT)
    g_string_append_len (sum->text, delta->text, delta->length);
  else if (delta->kind == SB_LLM_DELTA_REASONING)
    g_string_append_len (sum->reasoning, delta->text, delta->length);
}

static char *
decode (const guint8 *data,
        gsize         size,
        guint         status,
        gsize         piece,
        gboolean      fast_path)
{
  Sum sum = { g_string_new (NULL), g_string_new (NULL) };
  const SbLlmProfile *profile = sb_llm_profile_lookup (NULL);
  g_autoptr(SbLlmDecoder) decoder = sb_llm_decoder_new (profile, status, NULL, delta_cb, &sum);
  g_autoptr(SbLlmResponse) response = NULL;
  g_autoptr(GError) error = NULL;
  char *outcome = NULL;

  sb_llm_decoder_set_fast_path (decoder, fast_path);
  for (gsize offset = 0; offset < size; offset += piece)
    {
      if (!sb_llm_decoder_feed (decoder, data + offset, MIN (piece, size - offset)))
        break;
    }
  response = sb_llm_decoder_finish (decoder, FALSE, &error);

  g_assert (g_str_equal (response->text, sum.text->str));
  g_assert (error == NULL || g_utf8_validate (error->message, -1, NULL));
  outcome = g_strdup_printf ("%s|%s|%u|%d|%s", response->text, sum.reasoning->str, response->tool_calls->len,
                             response->finish, error != NULL ? error->message : "");
  g_string_free (sum.text, TRUE);
  g_string_free (sum.reasoning, TRUE);

  return outcome;
}

/* Any bytes as the answer of a model server: the same, however they are cut and whichever way they are
 * parsed. The first byte chooses between a good and an error status. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  guint status = size > 0 && data[0] % 4 == 0 ? 500 : 200;
  g_autofree char *whole = decode (data, size, status, MAX (size, 1), TRUE);
  g_autofree char *bytes = decode (data, size, status, 1, TRUE);
  g_autofree char *slow = decode (data, size, status, 7, FALSE);

  g_assert (g_str_equal (whole, bytes));
  g_assert (g_str_equal (whole, slow));

  return 0;
}
