/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-text-filter.h"

#include "sb-text.h"

#include <string.h>

struct _SbTextFilter
{
  /* owned */
  SbRedactor    *redactor; /* nullable */
  SbTextCleaner *cleaner;
  GString       *pending;  /* clean, not yet let through */
};

static void
let_through (SbTextFilter *self,
             gboolean      all,
             GString      *out)
{
  g_autofree char *masked = NULL;
  gsize length, held;

  if (self->pending->len == 0)
    return;

  masked = sb_redactor_mask (self->redactor, self->pending->str);
  length = strlen (masked);
  held = all ? 0 : sb_redactor_get_partial (self->redactor, masked);
  g_string_append_len (out, masked, length - held);
  g_string_assign (self->pending, masked + length - held);
}

/**
 * sb_text_filter_new:
 * @redactor: (nullable): knows the secrets; also those it learns of later
 *
 * Returns: (transfer full): for one text that comes in chunks
 */
SbTextFilter *
sb_text_filter_new (SbRedactor *redactor)
{
  SbTextFilter *self = g_new0 (SbTextFilter, 1);

  g_set_object (&self->redactor, redactor);
  self->cleaner = sb_text_cleaner_new ();
  self->pending = g_string_new (NULL);

  return self;
}

void
sb_text_filter_free (SbTextFilter *self)
{
  g_clear_object (&self->redactor);
  sb_text_cleaner_free (self->cleaner);
  g_string_free (self->pending, TRUE);
  g_free (self);
}

/**
 * sb_text_filter_feed:
 * @out: what may be shown is appended
 */
void
sb_text_filter_feed (SbTextFilter *self,
                     const char   *bytes,
                     gsize         length,
                     GString      *out)
{
  if (self->redactor == NULL)
    {
      sb_text_cleaner_feed (self->cleaner, bytes, length, out);
      return;
    }

  sb_text_cleaner_feed (self->cleaner, bytes, length, self->pending);
  let_through (self, FALSE, out);
}

void
sb_text_filter_finish (SbTextFilter *self,
                       GString      *out)
{
  sb_text_cleaner_finish (self->cleaner, self->redactor != NULL ? self->pending : out);
  if (self->redactor != NULL)
    let_through (self, TRUE, out);
}

/**
 * sb_text_filter_apply:
 * @redactor: (nullable)
 * @length: -1 for a text with an end
 *
 * Returns: (transfer full)
 */
char *
sb_text_filter_apply (SbRedactor *redactor,
                      const char *bytes,
                      gssize      length)
{
  g_autofree char *clean = sb_text_clean (bytes, length, NULL);

  return redactor != NULL ? sb_redactor_mask (redactor, clean) : g_steal_pointer (&clean);
}
