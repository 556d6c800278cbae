/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-think.h"

#include <string.h>

typedef enum
{
  THINK_HEAD,   /* nothing but white space and perhaps a part of an opening tag so far */
  THINK_INSIDE, /* after an opening tag */
  THINK_GAP,    /* white space between the closing tag and the answer */
  THINK_ANSWER, /* the answer: tags in it are its own business */
} ThinkState;

struct _SbLlmThink
{
  /* owned */
  GString        *held; /* bytes whose meaning is not known yet */

  /* borrowed */
  SbLlmThinkFunc  func;
  gpointer        user_data;

  ThinkState      state;
};

static const char * const open_tags[] = { "<think>", "<thinking>" };
static const char * const close_tags[] = { "</think>", "</thinking>" };

static void
emit (SbLlmThink *self,
      gboolean    reasoning,
      const char *text,
      gsize       length)
{
  if (length > 0)
    self->func (reasoning, text, length, self->user_data);
}

static gsize
count_space (const char *text,
             gsize       length)
{
  gsize n = 0;

  while (n < length && g_ascii_isspace (text[n]))
    n++;

  return n;
}

static void
step_head (SbLlmThink *self)
{
  const char *rest = self->held->str + count_space (self->held->str, self->held->len);

  for (gsize i = 0; i < G_N_ELEMENTS (open_tags); i++)
    {
      if (g_str_has_prefix (rest, open_tags[i]))
        {
          g_string_erase (self->held, 0, rest - self->held->str + strlen (open_tags[i]));
          self->state = THINK_INSIDE;
          return;
        }
    }

  for (gsize i = 0; i < G_N_ELEMENTS (open_tags); i++)
    {
      if (g_str_has_prefix (open_tags[i], rest))
        return;
    }

  emit (self, FALSE, self->held->str, self->held->len);
  g_string_truncate (self->held, 0);
  self->state = THINK_ANSWER;
}

/* How many bytes at the end may be the beginning of a closing tag. */
static gsize
count_partial_close (const GString *held)
{
  for (gsize n = MIN (held->len, strlen ("</thinking>") - 1); n > 0; n--)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (close_tags); i++)
        {
          if (n < strlen (close_tags[i]) && memcmp (held->str + held->len - n, close_tags[i], n) == 0)
            return n;
        }
    }

  return 0;
}

static void
step_inside (SbLlmThink *self)
{
  gsize known = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (close_tags); i++)
    {
      const char *close = strstr (self->held->str, close_tags[i]);

      if (close != NULL)
        {
          emit (self, TRUE, self->held->str, close - self->held->str);
          g_string_erase (self->held, 0, close - self->held->str + strlen (close_tags[i]));
          self->state = THINK_GAP;
          return;
        }
    }

  known = self->held->len - count_partial_close (self->held);
  emit (self, TRUE, self->held->str, known);
  g_string_erase (self->held, 0, known);
}

static void
step_gap (SbLlmThink *self)
{
  gsize space = count_space (self->held->str, self->held->len);

  if (space < self->held->len)
    {
      emit (self, FALSE, self->held->str + space, self->held->len - space);
      self->state = THINK_ANSWER;
    }
  g_string_truncate (self->held, 0);
}

/* func: called with each piece in order, during feed and finish. */
SbLlmThink *
sb_llm_think_new (SbLlmThinkFunc func,
                  gpointer       user_data)
{
  SbLlmThink *self = g_new0 (SbLlmThink, 1);

  self->held = g_string_new (NULL);
  self->func = func;
  self->user_data = user_data;

  return self;
}

void
sb_llm_think_free (SbLlmThink *self)
{
  if (self == NULL)
    return;

  g_string_free (self->held, TRUE);
  g_free (self);
}

/* text: valid UTF-8 without NUL, any part of the answer. Tags count only at its head: later ones are quoted
 * text. */
void
sb_llm_think_feed (SbLlmThink *self,
                   const char *text,
                   gsize       length)
{
  ThinkState before = THINK_ANSWER;

  if (self->state == THINK_ANSWER)
    {
      emit (self, FALSE, text, length);
      return;
    }

  g_string_append_len (self->held, text, length);
  do
    {
      before = self->state;
      if (self->state == THINK_HEAD)
        step_head (self);
      else if (self->state == THINK_INSIDE)
        step_inside (self);
      else if (self->state == THINK_GAP)
        step_gap (self);
    }
  while (self->state != before && self->held->len > 0);
}

/* The answer is over: what was held back is what it looks like. */
void
sb_llm_think_finish (SbLlmThink *self)
{
  emit (self, self->state == THINK_INSIDE, self->held->str, self->held->len);
  g_string_truncate (self->held, 0);
}
