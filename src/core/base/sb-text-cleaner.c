/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-text.h"

/* An escape that is not over by then was none: what follows is shown again. */
#define MAX_CONTROL_SEQUENCE 256
#define MAX_CONTROL_STRING (16 * 1024)

#define REPLACEMENT 0xfffd

typedef enum
{
  STATE_GROUND,
  STATE_ESCAPE,         /* after ESC */
  STATE_INTERMEDIATE,   /* ESC ( and the like: one more character to come */
  STATE_CSI,            /* ESC [ … final */
  STATE_OSC,            /* ESC ] … BEL or ST; also ended by a line break */
  STATE_STRING,         /* DCS, SOS, PM, APC: … ST */
  STATE_OSC_ESCAPE,     /* ESC inside: ST if a backslash follows */
  STATE_STRING_ESCAPE,
} State;

struct _SbTextCleaner
{
  /* UTF-8 decoder */
  gunichar partial;
  guint    n_missing;     /* continuation bytes still to come */
  guint8   next_min;      /* range of the next one: no overlong forms, surrogates or values beyond U+10FFFF */
  guint8   next_max;

  /* escape sequences (ECMA-48) */
  State    state;
  guint    n_in_sequence;

  /* line discipline */
  gboolean pending_return;
  gboolean line_is_empty;

  gunichar previous;      /* last character written */
  guint64  n_removed;
};

static gboolean
is_variation_selector (gunichar c)
{
  return (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef);
}

static gboolean
is_joiner (gunichar c)
{
  return c == 0x200c || c == 0x200d;
}

/* Characters that cannot be seen or that reorder others: a text could say one thing and do another
 * (CVE-2021-42574), or carry orders for a model that a reader does not see. */
static gboolean
is_deceptive (gunichar c)
{
  return c == 0x00ad || c == 0x034f || c == 0x061c || c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0 ||
         c == 0x17b4 || c == 0x17b5 || (c >= 0x180b && c <= 0x180f) || c == 0x200b ||
         c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
         c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

/* Joiners and variation selectors belong to emoji and to many scripts, but not after ASCII (but for keycaps)
 * and selectors not in a row, where they could hide data. */
static gboolean
must_be_visible (SbTextCleaner *self,
                 gunichar       c)
{
  if (is_joiner (c))
    return self->previous < 0x80 || is_joiner (self->previous);

  if (is_variation_selector (c))
    return is_variation_selector (self->previous) || (self->previous < 0x80 && c != 0xfe0e && c != 0xfe0f);

  return is_deceptive (c);
}

static gboolean
is_byte_order_mark (SbTextCleaner *self,
                    gunichar       c)
{
  return c == 0xfeff && self->previous == 0;
}

/* A lone carriage return starts a new line, so that the steps of a progress bar stand below each other; one
 * at the start of a line does nothing. */
static void
settle_return (SbTextCleaner *self,
               GString       *out)
{
  if (!self->pending_return)
    return;

  self->pending_return = FALSE;
  if (!self->line_is_empty)
    g_string_append_c (out, '\n');
  self->line_is_empty = TRUE;
}

static void
write_character (SbTextCleaner *self,
                 gunichar       c,
                 GString       *out)
{
  settle_return (self, out);
  if (must_be_visible (self, c))
    g_string_append_printf (out, "⟨U+%04X⟩", c);
  else
    g_string_append_unichar (out, c);
  self->line_is_empty = FALSE;
  self->previous = c;
}

static void
enter (SbTextCleaner *self,
       State          state)
{
  if (self->state == STATE_GROUND || state == STATE_GROUND || state == STATE_ESCAPE)
    self->n_in_sequence = 0;
  self->state = state;
}

/* Seven-bit (ESC and the character plus 0x40) and eight-bit introducers in one. Returns FALSE if c starts
 * nothing. */
static gboolean
enter_introducer (SbTextCleaner *self,
                  gunichar       c)
{
  switch (c)
    {
    case 0x9b:
      enter (self, STATE_CSI);
      return TRUE;

    case 0x9d:
      enter (self, STATE_OSC);
      return TRUE;

    case 0x90:
    case 0x98:
    case 0x9e:
    case 0x9f:
      enter (self, STATE_STRING);
      return TRUE;

    default:
      return FALSE;
    }
}

static void
process_ground (SbTextCleaner *self,
                gunichar       c,
                GString       *out)
{
  enter (self, STATE_GROUND);

  if (c == '\n')
    {
      self->pending_return = FALSE;
      self->line_is_empty = TRUE;
      self->previous = c;
      g_string_append_c (out, '\n');
    }
  else if (c == '\r')
    {
      self->pending_return = TRUE;
    }
  else if (c == 0x1b)
    {
      self->n_removed++;
      enter (self, STATE_ESCAPE);
    }
  else if ((c == '\t' || (c >= 0x20 && c < 0x7f) || c >= 0xa0) && !is_byte_order_mark (self, c))
    {
      write_character (self, c, out);
    }
  else
    {
      self->n_removed++;
      enter_introducer (self, c);
    }
}

static void
process_escape (SbTextCleaner *self,
                gunichar       c,
                GString       *out)
{
  if (c < 0x20 || c >= 0x7f)
    {
      process_ground (self, c, out);
      return;
    }

  self->n_removed++;
  if (c < 0x30)
    enter (self, STATE_INTERMEDIATE);
  else if (!enter_introducer (self, c + 0x40))
    enter (self, STATE_GROUND);
}

static void
process_sequence (SbTextCleaner *self,
                  gunichar       c,
                  GString       *out)
{
  gunichar first_final = self->state == STATE_CSI ? 0x40 : 0x30;

  if (c < 0x20 || c >= 0x7f || ++self->n_in_sequence > MAX_CONTROL_SEQUENCE)
    {
      process_ground (self, c, out);
      return;
    }

  self->n_removed++;
  if (c >= first_final)
    enter (self, STATE_GROUND);
}

static void
process_string (SbTextCleaner *self,
                gunichar       c,
                GString       *out)
{
  gboolean osc = self->state == STATE_OSC;

  if (++self->n_in_sequence > MAX_CONTROL_STRING || (osc && (c == '\n' || c == '\r')))
    {
      process_ground (self, c, out);
      return;
    }

  self->n_removed++;
  if (c == 0x1b)
    enter (self, osc ? STATE_OSC_ESCAPE : STATE_STRING_ESCAPE);
  else if (c == 0x9c || c == 0x18 || c == 0x1a || (osc && c == 0x07))
    enter (self, STATE_GROUND);
}

static void
process (SbTextCleaner *self,
         gunichar       c,
         GString       *out)
{
  switch (self->state)
    {
    case STATE_GROUND:
      process_ground (self, c, out);
      break;

    case STATE_ESCAPE:
      process_escape (self, c, out);
      break;

    case STATE_INTERMEDIATE:
    case STATE_CSI:
      process_sequence (self, c, out);
      break;

    case STATE_OSC:
    case STATE_STRING:
      process_string (self, c, out);
      break;

    case STATE_OSC_ESCAPE:
    case STATE_STRING_ESCAPE:
      /* ST ends the string; any other escape does too, and begins anew. */
      process_escape (self, c, out);
      break;

    default:
      g_assert_not_reached ();
    }
}

static void
start_multibyte (SbTextCleaner *self,
                 guint8         byte,
                 GString       *out)
{
  self->next_min = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
  self->next_max = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;

  if (byte >= 0xc2 && byte <= 0xdf)
    {
      self->n_missing = 1;
      self->partial = byte & 0x1f;
    }
  else if (byte >= 0xe0 && byte <= 0xef)
    {
      self->n_missing = 2;
      self->partial = byte & 0x0f;
    }
  else if (byte >= 0xf0 && byte <= 0xf4)
    {
      self->n_missing = 3;
      self->partial = byte & 0x07;
    }
  else
    {
      process (self, REPLACEMENT, out);
    }
}

static void
decode (SbTextCleaner *self,
        guint8         byte,
        GString       *out)
{
  if (self->n_missing > 0)
    {
      if (byte >= self->next_min && byte <= self->next_max)
        {
          self->partial = self->partial << 6 | (byte & 0x3f);
          self->next_min = 0x80;
          self->next_max = 0xbf;
          if (--self->n_missing == 0)
            process (self, self->partial, out);
          return;
        }

      self->n_missing = 0;
      process (self, REPLACEMENT, out);
    }

  if (byte < 0x80)
    process (self, byte, out);
  else
    start_multibyte (self, byte, out);
}

/* Plain ASCII is nearly everything: it is copied in one go. */
static gsize
copy_plain (SbTextCleaner *self,
            const char    *bytes,
            gsize          length,
            GString       *out)
{
  gsize n = 0;

  if (self->state != STATE_GROUND || self->n_missing > 0 || self->pending_return)
    return 0;

  while (n < length && bytes[n] >= 0x20 && bytes[n] < 0x7f)
    n++;

  if (n > 0)
    {
      g_string_append_len (out, bytes, n);
      self->line_is_empty = FALSE;
      self->previous = bytes[n - 1];
    }

  return n;
}

/**
 * sb_text_cleaner_new:
 *
 * Makes bytes from outside fit to show, as they come. Escape sequences (ECMA-48) and control characters but
 * \n and \t are left out, \r\n is \n, a lone \r starts a new line, bytes that are not UTF-8 become U+FFFD,
 * invisible and reordering characters are named ("⟨U+202E⟩"). One cleaner a stream; holds no text, so needs
 * no limit.
 *
 * Returns: (transfer full): free with sb_text_cleaner_free()
 */
SbTextCleaner *
sb_text_cleaner_new (void)
{
  SbTextCleaner *self = g_new0 (SbTextCleaner, 1);

  self->line_is_empty = TRUE;

  return self;
}

void
sb_text_cleaner_free (SbTextCleaner *self)
{
  g_free (self);
}

/**
 * sb_text_cleaner_feed:
 * @out: what is fit to show is appended here; what might go on in the next chunk is kept back
 */
void
sb_text_cleaner_feed (SbTextCleaner *self,
                      const char    *bytes,
                      gsize          length,
                      GString       *out)
{
  gsize at = 0;

  g_return_if_fail (self != NULL);
  g_return_if_fail (bytes != NULL || length == 0);
  g_return_if_fail (out != NULL);

  while (at < length)
    {
      at += copy_plain (self, bytes + at, length - at, out);
      if (at < length)
        decode (self, bytes[at++], out);
    }
}

/**
 * sb_text_cleaner_finish:
 *
 * The stream is over: a character that was cut short becomes U+FFFD, an open escape is forgotten. The cleaner
 * may be fed anew.
 */
void
sb_text_cleaner_finish (SbTextCleaner *self,
                        GString       *out)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (out != NULL);

  if (self->n_missing > 0)
    {
      self->n_missing = 0;
      process (self, REPLACEMENT, out);
    }
  settle_return (self, out);
  enter (self, STATE_GROUND);
  self->line_is_empty = TRUE;
  self->previous = 0;
}

/**
 * sb_text_cleaner_get_removed:
 *
 * Returns: how many characters were left out so far; carriage returns and what is shown in another form do
 *   not count
 */
guint64
sb_text_cleaner_get_removed (SbTextCleaner *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_removed;
}
