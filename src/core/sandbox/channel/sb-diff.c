/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-diff.h"

#include <string.h>

#include "sb-text.h"

/* Of both texts together. The search takes up to MAX_EDITS times as many steps, and MAX_EDITS² numbers. */
#define MAX_LINES 100000
#define MAX_EDITS 1000
#define MAX_CONTEXT 100

typedef struct
{
  const char *start;
  gsize       length; /* with its newline */
  guint       id;     /* the same for the same bytes, in both texts */
} Line;

struct _SbDiff
{
  /* owned */
  GBytes *old_text;
  GBytes *new_text;
  GArray *hunks; /* of SbDiffHunk */
  GArray *lines; /* of SbDiffLine */

  guint    n_added;
  guint    n_removed;
  gboolean coarse;
  gboolean binary;
};

/* Two lists of lines, and which of them are not in the other. */
typedef struct
{
  /* owned */
  GArray *old_lines;
  GArray *new_lines;
  guint8 *removed;
  guint8 *added;
} Comparison;

static GArray *
split_lines (GBytes *text)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (Line));
  gsize left = 0;
  const char *data = g_bytes_get_data (text, &left);

  while (left > 0)
    {
      const char *newline = memchr (data, '\n', left);
      const Line line = { data, newline != NULL ? (gsize) (newline - data) + 1 : left, 0 };

      g_array_append_val (lines, line);
      data += line.length;
      left -= line.length;
    }

  return lines;
}

static int
compare_lines (gconstpointer a,
               gconstpointer b)
{
  const Line *first = *(const Line *const *) a;
  const Line *second = *(const Line *const *) b;
  int order = memcmp (first->start, second->start, MIN (first->length, second->length));

  if (order != 0 || first->length == second->length)
    return order;

  return first->length < second->length ? -1 : 1;
}

/* Sorting instead of hashing: no choice of lines makes it slow. */
static void
number_lines (Comparison *comparison)
{
  g_autoptr(GPtrArray) sorted = g_ptr_array_new ();
  guint id = 0;

  for (guint i = 0; i < comparison->old_lines->len; i++)
    g_ptr_array_add (sorted, &g_array_index (comparison->old_lines, Line, i));
  for (guint i = 0; i < comparison->new_lines->len; i++)
    g_ptr_array_add (sorted, &g_array_index (comparison->new_lines, Line, i));
  g_ptr_array_sort (sorted, compare_lines);

  for (guint i = 0; i < sorted->len; i++)
    {
      if (i > 0 && compare_lines (&sorted->pdata[i - 1], &sorted->pdata[i]) != 0)
        id++;
      ((Line *) sorted->pdata[i])->id = id;
    }
}

static const Line *
get_old (const Comparison *comparison,
         guint             i)
{
  return &g_array_index (comparison->old_lines, Line, i);
}

static const Line *
get_new (const Comparison *comparison,
         guint             i)
{
  return &g_array_index (comparison->new_lines, Line, i);
}

/* From the end of the shortest way back to its beginning; every step that is not diagonal is a difference. */
static void
mark_way (Comparison *comparison,
          GPtrArray  *rounds,
          guint       skipped,
          int         x,
          int         y)
{
  for (int d = (int) rounds->len; d > 0; d--)
    {
      /* Where each diagonal had come to after d − 1 steps; number k lies at k + d. */
      const int *before = g_ptr_array_index (rounds, d - 1);
      int k = x - y;
      gboolean down = k == -d || (k != d && before[k - 1 + d] < before[k + 1 + d]);
      int from_x = before[(down ? k + 1 : k - 1) + d];
      int from_y = from_x - (down ? k + 1 : k - 1);

      if (down)
        comparison->added[skipped + (guint) from_y] = TRUE;
      else
        comparison->removed[skipped + (guint) from_x] = TRUE;
      x = from_x;
      y = from_y;
    }
}

/* Past the lines that are the same from there on. */
static int
follow_same (const Comparison *comparison,
             guint             skipped,
             int               x,
             int               y,
             int               n,
             int               m)
{
  while (x < n && y < m
         && get_old (comparison, skipped + (guint) x)->id == get_new (comparison, skipped + (guint) y)->id)
    {
      x++;
      y++;
    }

  return x;
}

/* Myers, An O(ND) Difference Algorithm and Its Variations, 1986: after d steps the furthest point of each diagonal.
 * FALSE: more than MAX_EDITS steps. */
static gboolean
find_way (Comparison *comparison,
          guint       skipped,
          int         n,
          int         m)
{
  g_autoptr(GPtrArray) rounds = g_ptr_array_new_with_free_func (g_free);
  int max = MIN (n + m, MAX_EDITS);
  g_autofree int *memory = g_new0 (int, 2 * max + 3);
  int *reach = memory + max + 1;

  for (int d = 0; d <= max; d++)
    {
      for (int k = -d; k <= d; k += 2)
        {
          gboolean down = k == -d || (k != d && reach[k - 1] < reach[k + 1]);
          int x = down ? reach[k + 1] : reach[k - 1] + 1;

          x = follow_same (comparison, skipped, x, x - k, n, m);
          reach[k] = x;
          if (x >= n && x - k >= m)
            {
              mark_way (comparison, rounds, skipped, n, m);
              return TRUE;
            }
        }
      /* As the next round finds it, from −(d + 1) to d + 1. */
      g_ptr_array_add (rounds, g_memdup2 (reach - d - 1, (gsize) (2 * d + 3) * sizeof (int)));
    }

  return FALSE;
}

static void
compare (SbDiff     *self,
         Comparison *comparison)
{
  guint n = comparison->old_lines->len;
  guint m = comparison->new_lines->len;
  guint skipped = 0;

  number_lines (comparison);
  while (skipped < n && skipped < m && get_old (comparison, skipped)->id == get_new (comparison, skipped)->id)
    skipped++;
  while (n > skipped && m > skipped && get_old (comparison, n - 1)->id == get_new (comparison, m - 1)->id)
    {
      n--;
      m--;
    }

  if (n + m <= MAX_LINES && find_way (comparison, skipped, (int) (n - skipped), (int) (m - skipped)))
    return;

  self->coarse = TRUE;
  memset (comparison->removed + skipped, TRUE, n - skipped);
  memset (comparison->added + skipped, TRUE, m - skipped);
}

static void
add_line (SbDiff     *self,
          SbDiffHunk *hunk,
          SbDiffKind  kind,
          const Line *line,
          guint       old_index,
          guint       new_index)
{
  gboolean ends = line->start[line->length - 1] == '\n';
  const SbDiffLine added = {
    .kind = kind,
    .old_line = kind != SB_DIFF_ADDED ? old_index + 1 : 0,
    .new_line = kind != SB_DIFF_REMOVED ? new_index + 1 : 0,
    .text = line->start,
    .length = line->length - (ends ? 1 : 0),
    .no_newline = !ends,
  };

  g_array_append_val (self->lines, added);
  hunk->n_lines++;
  hunk->old_count += kind != SB_DIFF_ADDED;
  hunk->new_count += kind != SB_DIFF_REMOVED;
  self->n_added += kind == SB_DIFF_ADDED;
  self->n_removed += kind == SB_DIFF_REMOVED;
}

/* TRUE when one of the next lines, of which all before are in both, is a difference. */
static gboolean
goes_on (const Comparison *comparison,
         guint             i,
         guint             j,
         guint             within)
{
  for (guint k = 0; k <= within; k++)
    if ((i + k < comparison->old_lines->len && comparison->removed[i + k])
        || (j + k < comparison->new_lines->len && comparison->added[j + k]))
      return TRUE;

  return FALSE;
}

/* One line more in the hunk; i and j stand behind it afterwards. */
static void
take_line (SbDiff           *self,
           const Comparison *comparison,
           SbDiffHunk       *hunk,
           guint            *i,
           guint            *j)
{
  gboolean removed = *i < comparison->old_lines->len && comparison->removed[*i];
  gboolean added = !removed && *j < comparison->new_lines->len && comparison->added[*j];

  if (removed)
    add_line (self, hunk, SB_DIFF_REMOVED, get_old (comparison, *i), *i, *j);
  else if (added)
    add_line (self, hunk, SB_DIFF_ADDED, get_new (comparison, *j), *i, *j);
  else
    add_line (self, hunk, SB_DIFF_CONTEXT, get_old (comparison, *i), *i, *j);
  *i += !added;
  *j += !removed;
}

/* A hunk ends when more unchanged lines follow than would lie between two of them. */
static void
add_hunk (SbDiff           *self,
          const Comparison *comparison,
          guint             context,
          guint            *i,
          guint            *j)
{
  SbDiffHunk hunk = { .old_start = *i, .new_start = *j, .first = self->lines->len };

  while (goes_on (comparison, *i, *j, 2 * context))
    take_line (self, comparison, &hunk, i, j);
  for (guint k = 0; k < context && *i < comparison->old_lines->len; k++)
    take_line (self, comparison, &hunk, i, j);

  hunk.old_start += hunk.old_count > 0;
  hunk.new_start += hunk.new_count > 0;
  g_array_append_val (self->hunks, hunk);
}

static void
add_hunks (SbDiff           *self,
           const Comparison *comparison,
           guint             context)
{
  guint i = 0;
  guint j = 0;

  while (i < comparison->old_lines->len || j < comparison->new_lines->len)
    {
      if (goes_on (comparison, i, j, context))
        add_hunk (self, comparison, context, &i, &j);
      else
        {
          i++;
          j++;
        }
    }
}

static gboolean
is_binary (GBytes *text)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (text, &size);

  return sb_text_looks_binary (data, size);
}

/**
 * sb_diff_new:
 * @old_text: any bytes; kept
 * @new_text: any bytes; kept
 * @context: unchanged lines to show around those that changed; at most 100
 *
 * Compares two texts, line by line: the fewest lines removed and added, by the algorithm of Myers. Bounded in time and
 * memory whatever the texts are; beyond the bounds the answer is coarse, never wrong. May be called in any thread.
 *
 * Returns: (transfer full): the differences
 */
SbDiff *
sb_diff_new (GBytes *old_text,
             GBytes *new_text,
             guint   context)
{
  SbDiff *self = g_new0 (SbDiff, 1);
  Comparison comparison = { NULL, NULL, NULL, NULL };

  self->old_text = g_bytes_ref (old_text);
  self->new_text = g_bytes_ref (new_text);
  self->hunks = g_array_new (FALSE, FALSE, sizeof (SbDiffHunk));
  self->lines = g_array_new (FALSE, FALSE, sizeof (SbDiffLine));
  self->binary = is_binary (old_text) || is_binary (new_text);
  if (self->binary)
    return self;

  comparison.old_lines = split_lines (old_text);
  comparison.new_lines = split_lines (new_text);
  comparison.removed = g_new0 (guint8, comparison.old_lines->len + 1);
  comparison.added = g_new0 (guint8, comparison.new_lines->len + 1);
  compare (self, &comparison);
  add_hunks (self, &comparison, MIN (context, MAX_CONTEXT));
  g_array_unref (comparison.old_lines);
  g_array_unref (comparison.new_lines);
  g_free (comparison.removed);
  g_free (comparison.added);

  return self;
}

void
sb_diff_free (SbDiff *self)
{
  g_bytes_unref (self->old_text);
  g_bytes_unref (self->new_text);
  g_array_unref (self->hunks);
  g_array_unref (self->lines);
  g_free (self);
}

guint
sb_diff_get_n_hunks (const SbDiff *self)
{
  return self->hunks->len;
}

/* (transfer none): valid as long as the diff */
const SbDiffHunk *
sb_diff_get_hunk (const SbDiff *self,
                  guint         index)
{
  g_return_val_if_fail (index < self->hunks->len, NULL);

  return &g_array_index (self->hunks, SbDiffHunk, index);
}

guint
sb_diff_get_n_lines (const SbDiff *self)
{
  return self->lines->len;
}

/* (transfer none): valid as long as the diff */
const SbDiffLine *
sb_diff_get_line (const SbDiff *self,
                  guint         index)
{
  g_return_val_if_fail (index < self->lines->len, NULL);

  return &g_array_index (self->lines, SbDiffLine, index);
}

guint
sb_diff_get_n_added (const SbDiff *self)
{
  return self->n_added;
}

guint
sb_diff_get_n_removed (const SbDiff *self)
{
  return self->n_removed;
}

gboolean
sb_diff_is_coarse (const SbDiff *self)
{
  return self->coarse;
}

gboolean
sb_diff_is_binary (const SbDiff *self)
{
  return self->binary;
}
