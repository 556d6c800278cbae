/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-markdown-splitter.h"

#include <string.h>

enum
{
  MODE_NONE, /* between regions */
  MODE_PROSE,
  MODE_LIST, /* prose that a blank line does not close when an item or an indented line follows */
  MODE_CODE,
};

typedef struct
{
  gsize start;
  gsize end;  /* without its newline */
  gsize next; /* start of the next line */
} Line;

static gboolean
read_line (SbMarkdownSplitter *self,
           const char         *text,
           gsize               length,
           gboolean            complete,
           Line               *line)
{
  const char *newline = memchr (text + self->scan, '\n', length - self->scan);

  line->start = self->scan;
  line->end = newline != NULL ? (gsize) (newline - text) : length;
  line->next = newline != NULL ? line->end + 1 : length;

  return newline != NULL || (complete && line->start < length);
}

static gsize
count_indent (const char *text,
              const Line *line)
{
  gsize position = line->start;

  while (position < line->end && (text[position] == ' ' || text[position] == '\t'))
    position++;

  return position - line->start;
}

static gboolean
is_blank (const char *text,
          const Line *line)
{
  for (gsize i = line->start; i < line->end; i++)
    if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r')
      return FALSE;

  return TRUE;
}

static gboolean
is_heading (const char *text,
            const Line *line)
{
  gsize indent = count_indent (text, line);
  gsize position = line->start + indent;
  guint level = 0;

  for (; position < line->end && text[position] == '#'; position++)
    level++;

  return indent < 4 && level >= 1 && level <= 6 && (position == line->end || text[position] == ' ');
}

static gboolean
is_list_item (const char *text,
              const Line *line)
{
  gsize position = line->start + count_indent (text, line);
  gsize digits = position;

  while (digits < line->end && digits - position < 9 && g_ascii_isdigit (text[digits]))
    digits++;

  if (digits > position)
    return digits + 1 < line->end && (text[digits] == '.' || text[digits] == ')') && text[digits + 1] == ' ';

  return position + 1 < line->end && strchr ("-*+", text[position]) != NULL && text[position + 1] == ' ';
}

/* Fences may be indented further than CommonMark's three blanks: in lists models do so. */
static gboolean
open_fence (SbMarkdownSplitter *self,
            const char         *text,
            const Line         *line)
{
  gsize indent = count_indent (text, line);
  gsize position = line->start + indent;
  gsize run = position;

  if (indent > 12 || position >= line->end || (text[position] != '`' && text[position] != '~'))
    return FALSE;

  while (run < line->end && text[run] == text[position])
    run++;

  if (run - position < 3 ||
      (text[position] == '`' && memchr (text + run, '`', line->end - run) != NULL))
    return FALSE;

  self->fence = text[position];
  self->fence_length = run - position;
  self->fence_indent = indent;
  self->info_start = run;
  self->info_end = line->end;

  return TRUE;
}

/* A line that closes the fence, or (partial) may still become one. */
static gboolean
is_closing_fence (SbMarkdownSplitter *self,
                  const char         *text,
                  const Line         *line,
                  gboolean            partial)
{
  gsize position = line->start + count_indent (text, line);
  gsize run = position;

  while (run < line->end && text[run] == self->fence)
    run++;

  if (run - position < self->fence_length && !partial)
    return FALSE;

  for (; run < line->end; run++)
    if (text[run] != ' ' && text[run] != '\t' && text[run] != '\r')
      return FALSE;

  return TRUE;
}

static gboolean
close_region (SbMarkdownSplitter *self,
              gsize               end,
              gsize               resume,
              SbMarkdownRegion   *region)
{
  region->kind = self->mode == MODE_CODE ? SB_MARKDOWN_REGION_CODE : SB_MARKDOWN_REGION_PROSE;
  region->start = self->start;
  region->end = end;
  region->indent = self->mode == MODE_CODE ? self->fence_indent : 0;
  region->info_start = self->info_start;
  region->info_end = self->info_end;

  self->start = resume;
  self->scan = resume;
  self->mode = MODE_NONE;
  self->blank_seen = FALSE;
  self->table = FALSE;

  return TRUE;
}

/* Where to cut a line that is too long: after a blank if there is one in the second half, else between characters. */
static gsize
find_cut (const char *text,
          gsize       start,
          gsize       size)
{
  gsize cut = start + size;

  for (gsize i = cut; i > start + size / 2; i--)
    if (text[i - 1] == ' ')
      return i;

  while (cut > start + 1 && ((guchar) text[cut] & 0xc0) == 0x80)
    cut--;

  return cut;
}

static gboolean
scan_prose_line (SbMarkdownSplitter *self,
                 const char         *text,
                 const Line         *line,
                 SbMarkdownRegion   *region)
{
  gsize cap = self->table ? 4 * SB_MARKDOWN_REGION_SIZE : SB_MARKDOWN_REGION_SIZE;
  Line ignored = *line;
  SbMarkdownSplitter probe = *self;

  if (is_blank (text, line))
    return close_region (self, line->start, line->next, region);

  if (open_fence (&probe, text, &ignored) || is_heading (text, line))
    return close_region (self, line->start, line->start, region);

  self->scan = line->next;

  return line->next - self->start >= cap && close_region (self, line->next, line->next, region);
}

static gboolean
scan_list_line (SbMarkdownSplitter *self,
                const char         *text,
                const Line         *line,
                SbMarkdownRegion   *region)
{
  gboolean top_item = is_list_item (text, line) && count_indent (text, line) < 2;
  gboolean belongs = is_list_item (text, line) || count_indent (text, line) >= 2;
  gsize size = line->start - self->start;
  SbMarkdownSplitter probe = *self;

  if (is_blank (text, line))
    {
      self->blank_seen = TRUE;
      self->scan = line->next;
      return FALSE;
    }

  if ((self->blank_seen && !belongs) ||
      open_fence (&probe, text, line) ||
      is_heading (text, line) ||
      (top_item && size >= SB_MARKDOWN_REGION_SIZE) ||
      size >= 4 * SB_MARKDOWN_REGION_SIZE)
    return close_region (self, line->start, line->start, region);

  self->blank_seen = FALSE;
  self->scan = line->next;

  return FALSE;
}

static gboolean
scan_first_line (SbMarkdownSplitter *self,
                 const char         *text,
                 const Line         *line,
                 SbMarkdownRegion   *region)
{
  self->start = line->start;
  self->scan = line->next;

  if (is_blank (text, line))
    {
      self->start = line->next;
      return FALSE;
    }

  if (open_fence (self, text, line))
    {
      self->mode = MODE_CODE;
      self->start = line->next;
      return FALSE;
    }

  self->mode = is_list_item (text, line) ? MODE_LIST : MODE_PROSE;
  self->table = memchr (text + line->start, '|', line->end - line->start) != NULL;

  return is_heading (text, line) && close_region (self, line->next, line->next, region);
}

static gboolean
scan_line (SbMarkdownSplitter *self,
           const char         *text,
           const Line         *line,
           SbMarkdownRegion   *region)
{
  switch (self->mode)
    {
    case MODE_NONE:
      return scan_first_line (self, text, line, region);

    case MODE_PROSE:
      return scan_prose_line (self, text, line, region);

    case MODE_LIST:
      return scan_list_line (self, text, line, region);

    case MODE_CODE:
      if (is_closing_fence (self, text, line, FALSE))
        return close_region (self, line->start, line->next, region);
      self->scan = line->next;
      return FALSE;

    default:
      g_assert_not_reached ();
    }
}

/* The line is too long to wait for its end. */
static gboolean
cut_long_line (SbMarkdownSplitter *self,
               const char         *text,
               const Line         *line,
               SbMarkdownRegion   *region)
{
  gsize cut;

  if (line->start > self->start && self->mode != MODE_NONE)
    return close_region (self, line->start, line->start, region);

  self->start = line->start;
  cut = find_cut (text, line->start, SB_MARKDOWN_REGION_SIZE);

  return close_region (self, cut, cut, region);
}

static void
describe_open (SbMarkdownSplitter *self,
               const char         *text,
               gsize               length,
               SbMarkdownRegion   *region)
{
  Line line = { self->scan, length, length };
  SbMarkdownSplitter probe = *self;
  SbMarkdownRegion open;

  close_region (&probe, length, length, &open);
  *region = open;

  /* Not shown until it is known what it is: the start of a fence. */
  if (self->mode == MODE_CODE && line.start < length && is_closing_fence (self, text, &line, TRUE))
    region->end = line.start;
  if (self->mode == MODE_NONE && length - self->start < 3 && strspn (text + self->start, "`~") == length - self->start)
    region->end = self->start;
}

void
sb_markdown_splitter_init (SbMarkdownSplitter *self)
{
  *self = (SbMarkdownSplitter) { 0 };
}

/**
 * sb_markdown_splitter_next:
 * @text: the whole text so far, NUL-terminated; a longer version of what was passed before
 * @length: bytes of @text
 * @complete: nothing will follow
 * @region: (out): the region
 *
 * Regions close at a blank line, a fence, a heading, or when they are too long. Linear in the length of the text:
 * a line is looked at once. Fences follow CommonMark 0.30, 4.5, but may be indented as far as models do it in lists.
 *
 * Returns: %TRUE if @region is closed and will not change; %FALSE if it is the open rest, perhaps empty
 */
gboolean
sb_markdown_splitter_next (SbMarkdownSplitter *self,
                           const char         *text,
                           gsize               length,
                           gboolean            complete,
                           SbMarkdownRegion   *region)
{
  g_return_val_if_fail (self->scan <= length, FALSE);

  for (;;)
    {
      Line line;
      gboolean whole = read_line (self, text, length, complete, &line);

      if (self->mode != MODE_CODE && line.end - line.start > 2 * SB_MARKDOWN_REGION_SIZE)
        return cut_long_line (self, text, &line, region);

      if (!whole)
        break;

      if (scan_line (self, text, &line, region))
        return TRUE;
    }

  if (complete && self->mode != MODE_NONE)
    return close_region (self, length, length, region);

  describe_open (self, text, length, region);
  return FALSE;
}
