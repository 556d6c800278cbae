/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-patch.h"

#include <string.h>

#define MAX_FILES 100
#define MAX_HUNKS 1000
#define MAX_LINES 100000
#define MAX_START 10000000

/* With its newline, if it has one; borrowed from the text of the patch. */
typedef struct
{
  const char *start;
  gsize       length;
} Line;

typedef struct
{
  GArray *before; /* of Line: unchanged and removed ones */
  GArray *after;  /* of Line: unchanged and added ones */
  guint   start;  /* in the old file, counted from 1; 0: it is empty */
} Hunk;

typedef struct
{
  char       *path;
  GPtrArray  *hunks; /* of Hunk */
  SbPatchKind kind;
} File;

struct _SbPatch
{
  char      *text;
  GPtrArray *files; /* of File */
};

/* Where the parser is. */
typedef struct
{
  const char *at;
  const char *end;
  SbPatch    *patch;
  guint       line; /* counted from 1 */
  guint       n_hunks;
} Parser;

G_DEFINE_QUARK (sb-patch-error-quark, sb_patch_error)

static void
hunk_free (gpointer data)
{
  Hunk *hunk = data;

  g_array_unref (hunk->before);
  g_array_unref (hunk->after);
  g_free (hunk);
}

static void
file_free (gpointer data)
{
  File *file = data;

  g_ptr_array_unref (file->hunks);
  g_free (file->path);
  g_free (file);
}

static gboolean
fail (const Parser  *parser,
      GError       **error,
      const char    *what)
{
  g_set_error (error, SB_PATCH_ERROR, SB_PATCH_ERROR_SYNTAX,
               "Line %u of the patch: %s. Nothing was changed.", parser->line, what);

  return FALSE;
}

static gsize
get_line_length (const Parser *parser)
{
  const char *newline = memchr (parser->at, '\n', (gsize) (parser->end - parser->at));

  return newline != NULL ? (gsize) (newline - parser->at) + 1 : (gsize) (parser->end - parser->at);
}

static gboolean
looks_at (const Parser *parser,
          const char   *prefix)
{
  gsize length = strlen (prefix);

  return (gsize) (parser->end - parser->at) >= length && memcmp (parser->at, prefix, length) == 0;
}

static void
skip_line (Parser *parser)
{
  parser->at += get_line_length (parser);
  parser->line++;
}

/* Returns (transfer full): the name behind "--- " or "+++ ", without a time, and without the a/ and b/ of git */
static char *
take_name (Parser *parser)
{
  g_autofree char *line = g_strndup (parser->at + 4, get_line_length (parser) - 4);
  char *name = NULL;

  line[strcspn (line, "\t\r\n")] = '\0';
  name = line;
  if (strncmp (name, "a/", 2) == 0 || strncmp (name, "b/", 2) == 0)
    name += 2;
  skip_line (parser);

  return g_strdup (name);
}

/* "12,5" or "12" */
static gboolean
take_range (const char **at,
            guint       *start,
            guint       *count)
{
  char *end = NULL;
  guint64 value = g_ascii_isdigit (**at) ? g_ascii_strtoull (*at, &end, 10) : G_MAXUINT64;

  if (value > MAX_START)
    return FALSE;
  *start = (guint) value;
  *count = 1;
  if (*end == ',')
    {
      *at = end + 1;
      value = g_ascii_isdigit (**at) ? g_ascii_strtoull (*at, &end, 10) : G_MAXUINT64;
      if (value > MAX_LINES)
        return FALSE;
      *count = (guint) value;
    }
  *at = end;

  return TRUE;
}

static gboolean
parse_ranges (const Parser *parser,
              Hunk         *hunk,
              guint        *n_before,
              guint        *n_after)
{
  g_autofree char *line = g_strndup (parser->at, get_line_length (parser));
  const char *at = line + strlen ("@@ -");
  guint new_start = 0;

  if (!take_range (&at, &hunk->start, n_before) || strncmp (at, " +", 2) != 0)
    return FALSE;
  at += 2;

  return take_range (&at, &new_start, n_after) && g_str_has_prefix (at, " @@");
}

static void
drop_newline (GArray *lines)
{
  Line *last = lines->len > 0 ? &g_array_index (lines, Line, lines->len - 1) : NULL;

  if (last != NULL && last->length > 0 && last->start[last->length - 1] == '\n')
    last->length--;
}

/* One line of a hunk. FALSE: it cannot be one. */
static gboolean
take_hunk_line (Parser *parser,
                Hunk   *hunk,
                char   *last)
{
  gsize length = get_line_length (parser);
  char mark = parser->at[0];
  /* Editors and models take away the space of an empty line. */
  gboolean bare = mark == '\n' || (mark == '\r' && length == 2);
  Line line = { parser->at + (bare ? 0 : 1), length - (bare ? 0 : 1) };

  if (bare)
    mark = ' ';
  if (mark == '\\')
    {
      if (*last == ' ' || *last == '-')
        drop_newline (hunk->before);
      if (*last == ' ' || *last == '+')
        drop_newline (hunk->after);
    }
  else if (mark != ' ' && mark != '-' && mark != '+')
    return FALSE;

  if (mark == ' ' || mark == '-')
    g_array_append_val (hunk->before, line);
  if (mark == ' ' || mark == '+')
    g_array_append_val (hunk->after, line);
  *last = mark;
  skip_line (parser);

  return TRUE;
}

static gboolean
parse_hunk (Parser  *parser,
            File    *file,
            GError **error)
{
  Hunk *hunk = g_new0 (Hunk, 1);
  guint n_before = 0;
  guint n_after = 0;
  char last = '\0';

  hunk->before = g_array_new (FALSE, FALSE, sizeof (Line));
  hunk->after = g_array_new (FALSE, FALSE, sizeof (Line));
  g_ptr_array_add (file->hunks, hunk);
  if (++parser->n_hunks > MAX_HUNKS)
    return fail (parser, error, "there are too many hunks");
  if (!parse_ranges (parser, hunk, &n_before, &n_after))
    return fail (parser, error, "a hunk begins with “@@ -old,count +new,count @@”");
  skip_line (parser);

  while (hunk->before->len < n_before || hunk->after->len < n_after)
    {
      if (parser->at == parser->end)
        return fail (parser, error, "the hunk has fewer lines than its head says");
      if (!take_hunk_line (parser, hunk, &last))
        return fail (parser, error, "lines of a hunk begin with a space, “-” or “+”, as many as its head says");
    }
  if (hunk->before->len > n_before || hunk->after->len > n_after)
    return fail (parser, error, "the hunk has more lines than its head says");
  if (parser->at < parser->end && parser->at[0] == '\\')
    take_hunk_line (parser, hunk, &last);

  return TRUE;
}

static gboolean
parse_file (Parser  *parser,
            GError **error)
{
  File *file = g_new0 (File, 1);
  g_autofree char *old_name = take_name (parser);
  g_autofree char *new_name = NULL;

  file->hunks = g_ptr_array_new_with_free_func (hunk_free);
  g_ptr_array_add (parser->patch->files, file);
  if (parser->patch->files->len > MAX_FILES)
    return fail (parser, error, "there are too many files");
  if (!looks_at (parser, "+++ "))
    return fail (parser, error, "behind “--- old name” comes “+++ new name”");
  new_name = take_name (parser);

  if (g_str_equal (old_name, "/dev/null"))
    file->kind = SB_PATCH_CREATE;
  else if (g_str_equal (new_name, "/dev/null"))
    file->kind = SB_PATCH_DELETE;
  else if (!g_str_equal (old_name, new_name))
    return fail (parser, error, "the two names differ; to rename a file, use moveFile");
  file->path = g_strdup (file->kind == SB_PATCH_DELETE ? old_name : new_name);
  if (file->path[0] == '\0')
    return fail (parser, error, "the name is empty");

  while (looks_at (parser, "@@ -"))
    if (!parse_hunk (parser, file, error))
      return FALSE;
  if (file->hunks->len == 0)
    return fail (parser, error, "there is no hunk behind the names");

  return TRUE;
}

/* What git writes between files. */
static gboolean
is_extra (const Parser *parser)
{
  static const char * const extras[] = { "diff ", "index ", "new file mode ", "deleted file mode ", "\n", "\r\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (extras); i++)
    if (looks_at (parser, extras[i]))
      return TRUE;

  return FALSE;
}

static gboolean
parse_files (Parser  *parser,
             GError **error)
{
  while (parser->at < parser->end)
    {
      if (is_extra (parser))
        skip_line (parser);
      else if (!looks_at (parser, "--- "))
        return fail (parser, error, "“--- old name” is expected here");
      else if (!parse_file (parser, error))
        return FALSE;
    }
  if (parser->patch->files->len == 0)
    return fail (parser, error, "there is no file in it; a unified diff is expected");

  return TRUE;
}

/**
 * sb_patch_parse:
 * @text: as "diff -u" and "git diff" write it; hostile
 *
 * Strict: the counts of every hunk must be right. Names lose their a/ and b/; whether they lie in the workspace is for
 * others to decide. Renames, modes and binary parts are refused.
 *
 * Returns: (transfer full) (nullable): the patch; on error nothing, and the line in the message
 */
SbPatch *
sb_patch_parse (const char  *text,
                gsize        length,
                GError     **error)
{
  g_autoptr(SbPatch) self = g_new0 (SbPatch, 1);
  Parser parser = { .line = 1 };

  self->text = g_strndup (text, length);
  self->files = g_ptr_array_new_with_free_func (file_free);
  parser.at = self->text;
  parser.end = self->text + length;
  parser.patch = self;

  return parse_files (&parser, error) ? g_steal_pointer (&self) : NULL;
}

void
sb_patch_free (SbPatch *self)
{
  g_ptr_array_unref (self->files);
  g_free (self->text);
  g_free (self);
}

guint
sb_patch_get_n_files (const SbPatch *self)
{
  return self->files->len;
}

static const File *
get_file (const SbPatch *self,
          guint          file)
{
  return g_ptr_array_index (self->files, file);
}

const char *
sb_patch_get_path (const SbPatch *self,
                   guint          file)
{
  return get_file (self, file)->path;
}

SbPatchKind
sb_patch_get_kind (const SbPatch *self,
                   guint          file)
{
  return get_file (self, file)->kind;
}

guint
sb_patch_get_n_hunks (const SbPatch *self,
                      guint          file)
{
  return get_file (self, file)->hunks->len;
}

static GArray *
split (GBytes *bytes)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (Line));
  gsize left = 0;
  const char *data = g_bytes_get_data (bytes, &left);

  while (left > 0)
    {
      const char *newline = memchr (data, '\n', left);
      const Line line = { data, newline != NULL ? (gsize) (newline - data) + 1 : left };

      g_array_append_val (lines, line);
      data += line.length;
      left -= line.length;
    }

  return lines;
}

static gboolean
fits_at (const Hunk   *hunk,
         const GArray *lines,
         guint         at)
{
  if (at + hunk->before->len > lines->len)
    return FALSE;

  for (guint i = 0; i < hunk->before->len; i++)
    {
      const Line *wanted = &g_array_index (hunk->before, Line, i);
      const Line *there = &g_array_index (lines, Line, at + i);

      if (wanted->length != there->length || memcmp (wanted->start, there->start, wanted->length) != 0)
        return FALSE;
    }

  return TRUE;
}

/* Where it says, or at the only other place where it fits. FALSE: there is none, or more than one. */
static gboolean
find_place (const Hunk   *hunk,
            const GArray *lines,
            guint         from,
            guint        *place,
            guint        *n_places)
{
  guint wanted = hunk->before->len > 0 && hunk->start > 0 ? hunk->start - 1 : hunk->start;

  *n_places = 1;
  *place = wanted;
  if (wanted >= from && fits_at (hunk, lines, wanted))
    return TRUE;

  *n_places = 0;
  for (guint at = from; hunk->before->len > 0 && at + hunk->before->len <= lines->len && *n_places < 2; at++)
    if (fits_at (hunk, lines, at))
      {
        (*n_places)++;
        *place = at;
      }

  return *n_places == 1;
}

static void
append (GByteArray   *out,
        const GArray *lines,
        guint         from,
        guint         to)
{
  for (guint i = from; i < to; i++)
    {
      const Line *line = &g_array_index (lines, Line, i);

      g_byte_array_append (out, (const guint8 *) line->start, (guint) line->length);
    }
}

/**
 * sb_patch_apply:
 * @file: which of its files
 * @before: (nullable): what is there; %NULL: nothing
 * @max_size: of the result, in bytes
 *
 * A hunk must fit exactly: where it says, or, if the file has grown or shrunk since, at the only place where it does.
 *
 * Returns: (transfer full) (nullable): what is to be there: empty when the file is to be deleted; on error nothing, and
 *   the hunk and the reason in the message
 */
GBytes *
sb_patch_apply (const SbPatch  *self,
                guint           file_index,
                GBytes         *before,
                gsize           max_size,
                GError        **error)
{
  const File *file = get_file (self, file_index);
  g_autoptr(GBytes) nothing = g_bytes_new_static ("", 0);
  g_autoptr(GArray) lines = split (before != NULL ? before : nothing);
  g_autoptr(GByteArray) out = g_byte_array_new ();
  guint taken = 0;

  if ((before == NULL) != (file->kind == SB_PATCH_CREATE))
    {
      g_set_error (error, SB_PATCH_ERROR, SB_PATCH_ERROR_MISMATCH,
                   before == NULL ? "There is no “%s”." : "There is a “%s” already, and the patch makes a new one.",
                   file->path);
      return NULL;
    }

  for (guint i = 0; i < file->hunks->len; i++)
    {
      const Hunk *hunk = g_ptr_array_index (file->hunks, i);
      guint place = 0;
      guint n_places = 0;

      if (!find_place (hunk, lines, taken, &place, &n_places))
        {
          g_set_error (error, SB_PATCH_ERROR, SB_PATCH_ERROR_MISMATCH, "Hunk %u of “%s” (line %u) %s.", i + 1,
                       file->path, hunk->start,
                       n_places == 0 ? "does not match the file" : "matches the file in more than one place");
          return NULL;
        }
      append (out, lines, taken, place);
      append (out, hunk->after, 0, hunk->after->len);
      taken = place + hunk->before->len;
      if (out->len > max_size)
        break;
    }
  append (out, lines, taken, lines->len);

  if (out->len > max_size)
    {
      g_set_error (error, SB_PATCH_ERROR, SB_PATCH_ERROR_LIMIT, "“%s” would become too large.", file->path);
      return NULL;
    }
  if (file->kind == SB_PATCH_DELETE && out->len > 0)
    {
      g_set_error (error, SB_PATCH_ERROR, SB_PATCH_ERROR_MISMATCH,
                   "“%s” is to be deleted, but holds more than the patch removes.", file->path);
      return NULL;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
