/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-redactor.h"

#include <string.h>

#include "sb-json-write.h"

#define MASK "•••"

/* Shorter ones would blot out ordinary words. */
#define MIN_SECRET_LENGTH 6

struct _SbRedactor
{
  GObject    parent_instance;

  /* owned */
  GPtrArray *forms;    /* char*: the secrets as they may be spelled, the longest first */
  GPtrArray *patterns; /* GRegex*: what looks like a secret though nobody registered it */
};

G_DEFINE_FINAL_TYPE (SbRedactor, sb_redactor, G_TYPE_OBJECT)

/* Group 1 stays. Possessive repeats only: no backtracking on hostile text. */
static const char * const patterns[] = {
  /* an Authorization header, plain or as a JSON member (also one that is quoted inside a JSON string) */
  "(authorization\\\\?[\"']?\\s*+[:=]\\s*+\\\\?[\"']?(?:(?:bearer|basic|token)\\s++)?)[^\\s\"'\\\\,]{6,}+",
  "(\\bbearer\\s++)[A-Za-z0-9._~+/=-]{16,}+",
  /* "api_key":"…" and kin, api_key=… in a query, X-Api-Key: … */
  "((?:api[_-]?key|access[_-]?token|client[_-]?secret)\\\\?[\"']\\s*+[:=]\\s*+\\\\?[\"'])[^\\s\"'\\\\]{6,}+",
  "([?&](?:api[_-]?key|access[_-]?token|key|token)=)[^\\s\"'\\\\&]{6,}+",
  "(\\bx-api-key\\s*+:\\s*+)[^\\s\"'\\\\]{6,}+",
  /* the shapes of keys: OpenAI and kin, Cerebras, GitHub */
  "(?<![A-Za-z0-9_-])()c?sk-[A-Za-z0-9_-]{16,}+",
  "(?<![A-Za-z0-9_-])()gh[pousr]_[A-Za-z0-9]{30,}+",
};

static int
compare_longest_first (gconstpointer a,
                       gconstpointer b)
{
  gsize length_a = strlen (*(const char * const *) a);
  gsize length_b = strlen (*(const char * const *) b);

  return (length_a < length_b) - (length_a > length_b);
}

static void
add_form (SbRedactor *self,
          char       *form)
{
  if (strlen (form) < MIN_SECRET_LENGTH ||
      g_ptr_array_find_with_equal_func (self->forms, form, g_str_equal, NULL))
    g_free (form);
  else
    g_ptr_array_add (self->forms, form);
}

static char *
escape_for_json (const char *secret)
{
  g_autoptr(JsonNode) node = json_node_init_string (json_node_alloc (), secret);
  GString *out = g_string_new (NULL);

  sb_json_write (node, -1, out);
  g_string_truncate (out, out->len - 1);
  g_string_erase (out, 0, 1);

  return g_string_free (out, FALSE);
}

/* Base64 spells a text in three ways, by where it starts in the whole; only the characters that depend on
 * nothing but the secret are searched for. */
static void
add_base64_forms (SbRedactor *self,
                  const char *secret)
{
  gsize length = strlen (secret);

  for (gsize shift = 0; shift < 3; shift++)
    {
      g_autofree guchar *shifted = g_malloc0 (shift + length);
      g_autofree char *encoded = NULL;
      gsize from = (shift * 8 + 5) / 6;
      gsize to = (shift + length) * 8 / 6;
      char *form;

      memcpy (shifted + shift, secret, length);
      encoded = g_base64_encode (shifted, shift + length);
      form = g_strndup (encoded + from, to - from);
      add_form (self, g_strdelimit (g_strdelimit (g_strdup (form), "+", '-'), "/", '_'));
      add_form (self, form);
    }
}

static char *
replace_all (const char *text,
             const char *form)
{
  gsize length = strlen (form);
  const char *hit = strstr (text, form);
  GString *out;

  if (hit == NULL)
    return NULL;

  out = g_string_new (NULL);
  for (; hit != NULL; hit = strstr (text, form))
    {
      g_string_append_len (out, text, hit - text);
      g_string_append (out, MASK);
      text = hit + length;
    }
  g_string_append (out, text);

  return g_string_free (out, FALSE);
}

static char *
replace_pattern (const char *text,
                 GRegex     *pattern)
{
  g_autoptr(GError) error = NULL;
  char *replaced;

  replaced = g_regex_replace (pattern, text, -1, 0, "\\1" MASK, 0, &error);

  /* The engine gave up: rather show nothing than a secret. */
  return replaced != NULL ? replaced : g_strdup (MASK);
}

static void
sb_redactor_finalize (GObject *object)
{
  SbRedactor *self = SB_REDACTOR (object);

  g_ptr_array_unref (self->forms);
  g_ptr_array_unref (self->patterns);

  G_OBJECT_CLASS (sb_redactor_parent_class)->finalize (object);
}

static void
sb_redactor_class_init (SbRedactorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_redactor_finalize;
}

static void
sb_redactor_init (SbRedactor *self)
{
  self->forms = g_ptr_array_new_with_free_func (g_free);
  self->patterns = g_ptr_array_new_with_free_func ((GDestroyNotify) g_regex_unref);

  for (guint i = 0; i < G_N_ELEMENTS (patterns); i++)
    {
      /* RAW: the text need not be UTF-8. */
      GRegex *pattern = g_regex_new (patterns[i], G_REGEX_RAW | G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL);

      g_assert (pattern != NULL);
      g_ptr_array_add (self->patterns, pattern);
    }
}

SbRedactor *
sb_redactor_new (void)
{
  return g_object_new (SB_TYPE_REDACTOR, NULL);
}

/**
 * sb_redactor_add_secret:
 * @secret: (nullable): an API key or the like; ignored if shorter than 6 characters
 *
 * From now on @secret is taken out, also where it is escaped for JSON or a URL or is part of something in
 * Base64. Secrets stay known until the redactor goes.
 */
void
sb_redactor_add_secret (SbRedactor *self,
                        const char *secret)
{
  g_return_if_fail (SB_IS_REDACTOR (self));

  if (secret == NULL || strlen (secret) < MIN_SECRET_LENGTH)
    return;

  add_form (self, g_strdup (secret));
  add_form (self, escape_for_json (secret));
  add_form (self, g_uri_escape_string (secret, NULL, FALSE));
  add_base64_forms (self, secret);
  g_ptr_array_sort (self->forms, compare_longest_first);
}

/**
 * sb_redactor_mask:
 * @text: (nullable): any text; need not be UTF-8
 *
 * Returns: (transfer full) (nullable): @text with "•••" in place of every registered secret; NULL for NULL
 */
char *
sb_redactor_mask (SbRedactor *self,
                  const char *text)
{
  g_autofree char *masked = NULL;

  g_return_val_if_fail (SB_IS_REDACTOR (self), NULL);

  masked = g_strdup (text);
  for (guint i = 0; text != NULL && i < self->forms->len; i++)
    {
      char *replaced = replace_all (masked, g_ptr_array_index (self->forms, i));

      if (replaced != NULL)
        {
          g_free (masked);
          masked = replaced;
        }
    }

  return g_steal_pointer (&masked);
}

/**
 * sb_redactor_get_partial:
 *
 * For text that comes in pieces: so many bytes of its end have to wait until one knows what follows.
 */
gsize
sb_redactor_get_partial (SbRedactor *self,
                         const char *text)
{
  gsize length = strlen (text);
  gsize longest = 0;

  g_return_val_if_fail (SB_IS_REDACTOR (self), 0);

  for (guint i = 0; i < self->forms->len; i++)
    {
      const char *form = g_ptr_array_index (self->forms, i);

      for (gsize n = MIN (length, strlen (form) - 1); n > longest; n--)
        if (memcmp (text + length - n, form, n) == 0)
          longest = n;
    }

  return longest;
}

/**
 * sb_redactor_apply:
 * @text: (nullable): any text; need not be UTF-8
 *
 * Returns: (transfer full) (nullable): @text with "•••" in place of every registered secret and of everything
 *   that looks like one (Authorization headers, "api_key" members, "sk-…"); NULL for NULL
 */
char *
sb_redactor_apply (SbRedactor *self,
                   const char *text)
{
  g_autofree char *redacted = NULL;

  g_return_val_if_fail (SB_IS_REDACTOR (self), NULL);

  if (text == NULL)
    return NULL;

  redacted = sb_redactor_mask (self, text);
  for (guint i = 0; i < self->patterns->len; i++)
    {
      char *replaced = replace_pattern (redacted, g_ptr_array_index (self->patterns, i));

      g_free (redacted);
      redacted = replaced;
    }

  return g_steal_pointer (&redacted);
}
