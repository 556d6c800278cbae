/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-bench.h"
#include "sb-id.h"
#include "sb-llm-decoder.h"
#include "sb-llm-response.h"

#define N_EVENTS 20000
#define PIECE (64 * 1024)
#define N_ROUNDS 9

/* One token an event, about 240 bytes each, as Cerebras sends them. */
static GString *
make_stream (void)
{
  static const char * const tokens[] = {
    " the", " of", "function", " (", "const", "\\n  ", " primes", ".", " and", " \\\"x\\\""
  };
  GString *stream = g_string_new (NULL);

  for (int i = 0; i < N_EVENTS; i++)
    g_string_append_printf (stream,
                            "data: {\"id\":\"chatcmpl-1f5b1c52-8a45-4ff7-9f0e-0e0f7d1b2c3d\","
                            "\"choices\":[{\"delta\":{\"content\":\"%s\"},\"index\":0}],\"created\":1761231236,"
                            "\"model\":\"qwen-3-coder-480b\",\"system_fingerprint\":\"fp_f7e28a8d5a0e4bd0a2d1\","
                            "\"object\":\"chat.completion.chunk\"}\n\n",
                            tokens[i % G_N_ELEMENTS (tokens)]);
  g_string_append (stream, "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\",\"index\":0}]}\n\n");

  return stream;
}

static gint64
decode (const GString *stream,
        gboolean       fast_path)
{
  gint64 start = sb_clock_monotonic ();
  g_autoptr(SbLlmDecoder) decoder = sb_llm_decoder_new (sb_llm_profile_lookup (NULL), 200, NULL, NULL, NULL);
  g_autoptr(SbLlmResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  sb_llm_decoder_set_fast_path (decoder, fast_path);
  for (gsize offset = 0; offset < stream->len; offset += PIECE)
    sb_llm_decoder_feed (decoder, (const guint8 *) stream->str + offset, MIN (PIECE, stream->len - offset));
  response = sb_llm_decoder_finish (decoder, FALSE, &error);
  if (error != NULL)
    g_error ("%s", error->message);

  return sb_clock_monotonic () - start;
}

static void
measure (const char    *name,
         const GString *stream,
         gboolean       fast_path)
{
  g_autoptr(SbBenchSeries) series = sb_bench_series_new ();

  decode (stream, fast_path);
  for (int i = 0; i < N_ROUNDS; i++)
    sb_bench_series_add (series, (double) decode (stream, fast_path) / N_EVENTS);
  sb_bench_row (name, "us", series, NULL, NULL);
  sb_bench_figure ("  events a second", "1/s", 1e6 / sb_bench_series_median (series));
}

/* How fast the bytes of a streamed answer become text, without a network. */
int
main (void)
{
  GString *stream = make_stream ();

  measure ("an event of 240 bytes, the usual kind", stream, TRUE);
  measure ("an event of 240 bytes, any JSON", stream, FALSE);
  g_string_free (stream, TRUE);

  return 0;
}
