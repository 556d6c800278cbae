/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-id.h"

#include <string.h>

#include <sys/random.h>

/* Without i, l, o and u: nothing to confuse, hardly a word to form. */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

static const char * const adjectives[] = {
  "amber", "bold", "brave", "breezy", "bright", "brisk", "calm", "clear", "clever", "coral", "cosy", "crisp",
  "curious", "daring", "eager", "early", "easy", "fair", "fleet", "fond", "fresh", "gentle", "glad", "golden",
  "grand", "happy", "hazel", "honest", "humble", "ivory", "jolly", "keen", "kind", "lively", "loyal", "lucky",
  "mellow", "merry", "mild", "misty", "neat", "nimble", "noble", "olive", "patient", "plucky", "polite", "proud",
  "quick", "quiet", "rapid", "ready", "rosy", "sandy", "shy", "silver", "smart", "snug", "sunny", "swift",
  "tidy", "warm", "wise", "witty",
};

static const char * const animals[] = {
  "auk", "avocet", "badger", "beaver", "bittern", "bunting", "clam", "cockle", "cod", "coot", "crab", "crane",
  "curlew", "dolphin", "duck", "dunlin", "egret", "eider", "falcon", "finch", "fox", "gannet", "godwit", "goose",
  "grebe", "gull", "hare", "heron", "ibis", "kestrel", "kite", "knot", "lark", "limpet", "lobster", "martin",
  "mussel", "newt", "osprey", "otter", "owl", "oyster", "pelican", "petrel", "pipit", "plover", "prawn", "puffin",
  "robin", "ruff", "salmon", "scoter", "seal", "shrew", "snipe", "stork", "swan", "teal", "tern", "trout",
  "turtle", "vole", "whale", "wren",
};

static void
fill_random (guint8 *bytes,
             gsize   length)
{
  /* Up to 256 bytes never come short; see getrandom(2). */
  if (getrandom (bytes, length, 0) != (gssize) length)
    for (gsize i = 0; i < length; i++)
      bytes[i] = g_random_int ();
}

/**
 * sb_id_new:
 * @prefix: says what it names: "conv", "msg", "evt"…
 *
 * Returns: (transfer full): @prefix, a dash and 80 random bits in 16 lower-case characters
 */
char *
sb_id_new (const char *prefix)
{
  guint8 bytes[16];
  char text[G_N_ELEMENTS (bytes) + 1];

  g_return_val_if_fail (prefix != NULL, NULL);

  fill_random (bytes, sizeof bytes);
  for (guint i = 0; i < G_N_ELEMENTS (bytes); i++)
    text[i] = alphabet[bytes[i] % 32];
  text[G_N_ELEMENTS (bytes)] = '\0';

  return g_strdup_printf ("%s-%s", prefix, text);
}

/**
 * sb_id_new_nickname:
 *
 * Returns: (transfer full): two words to call a thing by, such as "quiet-otter"; one of 4096, so not unique
 */
char *
sb_id_new_nickname (void)
{
  guint8 bytes[2];

  fill_random (bytes, sizeof bytes);

  return g_strdup_printf ("%s-%s", adjectives[bytes[0] % G_N_ELEMENTS (adjectives)],
                          animals[bytes[1] % G_N_ELEMENTS (animals)]);
}

/**
 * sb_clock_monotonic:
 *
 * Returns: microseconds of a clock that never goes back, to measure with; means nothing in another boot
 */
gint64
sb_clock_monotonic (void)
{
  return g_get_monotonic_time ();
}

/**
 * sb_clock_wall:
 *
 * Returns: microseconds since 1970 in UTC, to date with; may jump
 */
gint64
sb_clock_wall (void)
{
  return g_get_real_time ();
}

/**
 * sb_format_duration:
 *
 * Returns: (transfer full): a duration as a row shows it: "0.6 ms", "41 ms", "1.3 s", "2 min 5 s", "3 h 20
 *   min"
 */
char *
sb_format_duration (gint64 microseconds)
{
  gint64 seconds;

  microseconds = MAX (microseconds, 0);
  if (microseconds < 9950)
    return g_strdup_printf ("%.1f ms", microseconds / 1000.0);
  if (microseconds < 999500)
    return g_strdup_printf ("%.0f ms", microseconds / 1000.0);
  if (microseconds < 59950 * G_GINT64_CONSTANT (1000))
    return g_strdup_printf ("%.1f s", microseconds / (double) G_USEC_PER_SEC);

  seconds = (microseconds + G_USEC_PER_SEC / 2) / G_USEC_PER_SEC;
  if (seconds < 3600)
    return g_strdup_printf ("%d min %d s", (int) (seconds / 60), (int) (seconds % 60));

  return g_strdup_printf ("%" G_GINT64_FORMAT " h %d min", seconds / 3600, (int) (seconds % 3600 / 60));
}

/**
 * sb_format_size:
 *
 * Powers of 1024, as limits are given; what is round is shown round.
 *
 * Returns: (transfer full): "1.2 MiB", "512 MiB", in the user's language
 */
char *
sb_format_size (guint64 bytes)
{
  char *size = g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
  char *fraction = strpbrk (size, ".,");

  if (fraction != NULL && fraction[1] == '0' && !g_ascii_isdigit (fraction[2]))
    memmove (fraction, fraction + 2, strlen (fraction + 2) + 1);

  return size;
}

/**
 * sb_format_count:
 *
 * Returns: (transfer full): "1,942", grouped as the user's language does
 */
char *
sb_format_count (gint64 count)
{
  return g_strdup_printf ("%'" G_GINT64_FORMAT, count);
}
