/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-document.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sb-hex-dump.h"
#include "sb-text.h"

#define TEXT_PAGE (256 * 1024)
#define HEX_PAGE (16 * 1024)
/* A line of a megabyte would take Pango seconds: such text is shown in pieces. */
#define MAX_LINE 20000

struct _SbFileDocument
{
  GObject parent_instance;

  /* owned */
  SbChannel    *channel;
  GCancellable *cancellable;
  char         *path;
  char         *text;
  char         *message;
  char         *draft;
  GBytes       *base;   /* nullable: what the file held when it was read or saved last */
  GBytes       *theirs; /* nullable: what it holds now, while that is in conflict */

  SbFileDocumentState state;
  guint64             size;
  guint64             offset;
  guint64             length;
  gboolean            binary;
  gboolean            gone;
  gboolean            edited;
  gboolean            conflict;
  gboolean            overwrite; /* what is below has been seen, and is not wanted */
  gboolean            in_flight;
  gboolean            again;     /* it changed while it was being read */
};

enum
{
  PROP_0,
  PROP_CONFLICT,
  N_PROPS
};

enum
{
  LOADED,
  CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbFileDocument, sb_file_document, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void read_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data);

static void
set_conflict (SbFileDocument *self,
              gboolean        conflict,
              GBytes         *theirs)
{
  g_autoptr(GBytes) old = g_steal_pointer (&self->theirs);

  self->theirs = theirs != NULL ? g_bytes_ref (theirs) : NULL;
  if (self->conflict == conflict)
    return;

  self->conflict = conflict;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONFLICT]);
}

static void
set_base (SbFileDocument *self,
          GBytes         *base)
{
  g_autoptr(GBytes) old = g_steal_pointer (&self->base);

  self->base = base != NULL ? g_bytes_ref (base) : NULL;
}

static char *
break_long_lines (const char *text)
{
  GString *out = g_string_new (NULL);
  const char *line = text;

  while (*line != '\0')
    {
      const char *end = strchrnul (line, '\n');

      while (end - line > MAX_LINE)
        {
          const char *cut = g_utf8_find_prev_char (line, line + MAX_LINE);

          g_string_append_len (out, line, cut - line);
          g_string_append (out, "↩\n");
          line = cut;
        }
      g_string_append_len (out, line, end - line);
      if (*end == '\n')
        g_string_append_c (out, *end++);
      line = end;
    }

  return g_string_free (out, FALSE);
}

/* A page may begin and end in the middle of a character. */
static void
trim_characters (const char **data,
                 gsize       *length)
{
  gsize tail = 0;

  while (*length > 0 && ((guchar) **data & 0xc0) == 0x80)
    {
      (*data)++;
      (*length)--;
    }
  while (tail < 4 && tail < *length && ((guchar) (*data)[*length - 1 - tail] & 0xc0) == 0x80)
    tail++;
  if (tail < *length && !g_utf8_validate (*data + *length - 1 - tail, tail + 1, NULL))
    *length -= tail + 1;
}

static void
take_text (SbFileDocument *self,
           GBytes         *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  gboolean whole = self->size <= SB_FILE_DOCUMENT_WHOLE;
  g_autofree char *clean = NULL;

  if (!whole)
    {
      length = MIN (length, TEXT_PAGE);
      self->length = length;
      trim_characters (&data, &length);
    }
  clean = sb_text_clean (data != NULL ? data : "", length, NULL);
  g_free (self->text);
  self->text = break_long_lines (clean);

  /* What is not shown as it is would not be saved as it is. */
  if (whole && strlen (self->text) == length && (length == 0 || memcmp (self->text, data, length) == 0))
    self->state = SB_FILE_DOCUMENT_TEXT;
  else
    self->state = SB_FILE_DOCUMENT_PART;
}

static void
take_bytes (SbFileDocument *self,
            GBytes         *bytes)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  g_free (self->text);
  self->text = sb_hex_dump (data, length, self->offset, HEX_PAGE);
  self->state = SB_FILE_DOCUMENT_BYTES;
  self->length = MIN (length, HEX_PAGE);
}

static void
show (SbFileDocument *self,
      GBytes         *bytes)
{
  self->length = g_bytes_get_size (bytes);
  if (self->binary)
    take_bytes (self, bytes);
  else
    take_text (self, bytes);
  set_base (self, self->state == SB_FILE_DOCUMENT_TEXT ? bytes : NULL);
  set_conflict (self, FALSE, NULL);
  self->edited = FALSE;
  self->overwrite = FALSE;
  g_signal_emit (self, signals[LOADED], 0);
}

static gboolean
is_base (SbFileDocument *self,
         GBytes         *bytes)
{
  return self->base != NULL && g_bytes_equal (self->base, bytes);
}

static void
take (SbFileDocument *self,
      GBytes         *bytes)
{
  if (self->state == SB_FILE_DOCUMENT_TEXT && is_base (self, bytes))
    {
      set_conflict (self, FALSE, NULL);
      return;
    }

  if (!self->edited)
    show (self, bytes);
  else if (!self->overwrite)
    set_conflict (self, TRUE, self->size <= SB_FILE_DOCUMENT_WHOLE ? bytes : NULL);
}

static void
fail (SbFileDocument *self,
      GError         *error)
{
  self->gone = g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND);
  /* What was read before, and what was typed, stays. */
  if (self->state != SB_FILE_DOCUMENT_LOADING)
    return;

  self->state = SB_FILE_DOCUMENT_FAILED;
  g_free (self->message);
  self->message = g_strdup (error->message);
}

static gboolean
is_paged (SbFileDocument *self)
{
  return self->binary || self->size > SB_FILE_DOCUMENT_WHOLE;
}

static gsize
get_page (SbFileDocument *self)
{
  if (!is_paged (self))
    return SB_FILE_DOCUMENT_WHOLE;

  return self->binary ? HEX_PAGE : TEXT_PAGE;
}

static void
read_page (SbFileDocument *self)
{
  if (self->in_flight)
    {
      self->again = TRUE;
      return;
    }

  self->in_flight = TRUE;
  self->again = FALSE;
  sb_channel_read_file_async (self->channel, self->path, self->offset, get_page (self), self->cancellable,
                              read_cb, g_object_ref (self));
}

/* It shrank to less than where the reader is, or is small enough now to be shown whole. */
static gboolean
is_wrong_page (SbFileDocument *self,
               GBytes         *bytes)
{
  gsize length = g_bytes_get_size (bytes);

  if (is_paged (self))
    return self->offset > 0 && self->offset >= self->size;

  return self->offset > 0 || length < self->size;
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(SbFileDocument) self = user_data;
  g_autoptr(GError) error = NULL;
  guint64 size = 0;
  g_autoptr(GBytes) bytes = sb_channel_read_file_finish (SB_CHANNEL (source), result, &size, &error);

  self->in_flight = FALSE;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (bytes != NULL)
    {
      self->size = size;
      self->gone = FALSE;
      if (self->offset == 0)
        self->binary = sb_text_looks_binary (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      if (is_wrong_page (self, bytes))
        {
          self->offset = 0;
          self->again = TRUE;
        }
      else
        {
          take (self, bytes);
        }
    }
  else
    {
      fail (self, error);
    }

  g_signal_emit (self, signals[CHANGED], 0);
  if (self->again)
    read_page (self);
}

static void
save_done (GTask  *task,
           GBytes *bytes)
{
  SbFileDocument *self = g_task_get_source_object (task);

  set_base (self, bytes);
  self->size = g_bytes_get_size (bytes);
  self->length = self->size;
  self->gone = FALSE;
  self->overwrite = FALSE;
  set_conflict (self, FALSE, NULL);
  g_signal_emit (self, signals[CHANGED], 0);
  g_task_return_boolean (task, TRUE);
}

static void
return_conflict (GTask *task)
{
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG,
                           _("The file changed while you edited it; nothing was saved yet."));
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_channel_write_file_finish (SB_CHANNEL (source), result, &error))
    {
      save_done (task, g_task_get_task_data (task));
    }
  else if (g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CHANGED))
    {
      g_clear_error (&error);
      read_page (g_task_get_source_object (task));
      return_conflict (task);
    }
  else
    {
      g_task_return_error (task, error);
    }
}

/* What is there now is looked at once more: an event of its change may still be on its way. */
static void
compared_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbFileDocument *self = g_task_get_source_object (task);
  GBytes *text = g_task_get_task_data (task);
  guint64 size = 0;
  g_autoptr(GBytes) bytes = sb_channel_read_file_finish (SB_CHANNEL (source), result, &size, NULL);

  if (self->overwrite)
    {
      sb_channel_write_file_async (self->channel, self->path, text, 0, FALSE, NULL, written_cb,
                                   g_steal_pointer (&task));
    }
  else if (bytes == NULL || (size == g_bytes_get_size (bytes) && is_base (self, bytes)))
    {
      sb_channel_replace_file_async (self->channel, self->path, text, bytes, NULL, written_cb,
                                     g_steal_pointer (&task));
    }
  else if (size == g_bytes_get_size (bytes) && g_bytes_equal (bytes, text))
    {
      save_done (task, text);
    }
  else
    {
      set_conflict (self, TRUE, size == g_bytes_get_size (bytes) ? bytes : NULL);
      g_signal_emit (self, signals[CHANGED], 0);
      return_conflict (task);
    }
}

static void
sb_file_document_dispose (GObject *object)
{
  SbFileDocument *self = SB_FILE_DOCUMENT (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->channel);

  G_OBJECT_CLASS (sb_file_document_parent_class)->dispose (object);
}

static void
sb_file_document_finalize (GObject *object)
{
  SbFileDocument *self = SB_FILE_DOCUMENT (object);

  g_clear_pointer (&self->base, g_bytes_unref);
  g_clear_pointer (&self->theirs, g_bytes_unref);
  g_free (self->path);
  g_free (self->text);
  g_free (self->message);
  g_free (self->draft);

  G_OBJECT_CLASS (sb_file_document_parent_class)->finalize (object);
}

static void
sb_file_document_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_CONFLICT:
      g_value_set_boolean (value, SB_FILE_DOCUMENT (object)->conflict);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_file_document_class_init (SbFileDocumentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_file_document_dispose;
  object_class->finalize = sb_file_document_finalize;
  object_class->get_property = sb_file_document_get_property;

  properties[PROP_CONFLICT] =
    g_param_spec_boolean ("conflict", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[LOADED] = g_signal_new ("loaded", SB_TYPE_FILE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[CHANGED] = g_signal_new ("changed", SB_TYPE_FILE_DOCUMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
sb_file_document_init (SbFileDocument *self)
{
  self->cancellable = g_cancellable_new ();
  self->text = g_strdup ("");
}

SbFileDocument *
sb_file_document_new (SbChannel  *channel,
                      const char *path)
{
  SbFileDocument *self = g_object_new (SB_TYPE_FILE_DOCUMENT, NULL);

  self->channel = g_object_ref (channel);
  self->path = g_strdup (path);
  read_page (self);

  return self;
}

SbChannel *
sb_file_document_get_channel (SbFileDocument *self)
{
  return self->channel;
}

const char *
sb_file_document_get_path (SbFileDocument *self)
{
  return self->path;
}

SbFileDocumentState
sb_file_document_get_state (SbFileDocument *self)
{
  return self->state;
}

const char *
sb_file_document_get_message (SbFileDocument *self)
{
  return self->message;
}

const char *
sb_file_document_get_text (SbFileDocument *self)
{
  return self->text;
}

guint64
sb_file_document_get_size (SbFileDocument *self)
{
  return self->size;
}

gboolean
sb_file_document_get_gone (SbFileDocument *self)
{
  return self->gone;
}

guint64
sb_file_document_get_offset (SbFileDocument *self)
{
  return self->offset;
}

guint64
sb_file_document_get_length (SbFileDocument *self)
{
  return self->length;
}

/* pages: forward, or back when negative; G_MAXINT: to the end, G_MININT: to the beginning. */
void
sb_file_document_go (SbFileDocument *self,
                     int             pages)
{
  guint64 page = get_page (self);
  guint64 last = self->size > 0 ? (self->size - 1) / page : 0;
  guint64 at = self->offset / page;

  g_return_if_fail (SB_IS_FILE_DOCUMENT (self));

  if (pages < 0)
    at = (guint64) -(gint64) pages > at ? 0 : at + pages;
  else
    at = MIN (at + pages, last);
  if (!is_paged (self) || self->edited || at * page == self->offset)
    return;

  self->offset = at * page;
  read_page (self);
}

void
sb_file_document_refresh (SbFileDocument *self)
{
  g_return_if_fail (SB_IS_FILE_DOCUMENT (self));

  read_page (self);
}

gboolean
sb_file_document_get_edited (SbFileDocument *self)
{
  return self->edited;
}

void
sb_file_document_set_edited (SbFileDocument *self,
                             gboolean        edited)
{
  g_return_if_fail (SB_IS_FILE_DOCUMENT (self));

  if (self->edited == edited)
    return;

  self->edited = edited;
  if (!edited && self->conflict)
    sb_file_document_load_theirs (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

const char *
sb_file_document_get_draft (SbFileDocument *self)
{
  return self->draft;
}

void
sb_file_document_set_draft (SbFileDocument *self,
                            const char     *draft)
{
  g_return_if_fail (SB_IS_FILE_DOCUMENT (self));

  g_free (self->draft);
  self->draft = g_strdup (draft);
}

gboolean
sb_file_document_get_conflict (SbFileDocument *self)
{
  return self->conflict;
}

GBytes *
sb_file_document_get_theirs (SbFileDocument *self)
{
  return self->theirs;
}

void
sb_file_document_keep_mine (SbFileDocument *self)
{
  g_return_if_fail (SB_IS_FILE_DOCUMENT (self));

  self->overwrite = TRUE;
  set_conflict (self, FALSE, NULL);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
sb_file_document_load_theirs (SbFileDocument *self)
{
  g_return_if_fail (SB_IS_FILE_DOCUMENT (self));

  self->edited = FALSE;
  set_base (self, NULL);
  set_conflict (self, FALSE, NULL);
  read_page (self);
}

/* Looks whether the file is still as it was read, and replaces it at once. */
void
sb_file_document_save_async (SbFileDocument      *self,
                             const char          *text,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (self, NULL, callback, user_data);

  g_return_if_fail (SB_IS_FILE_DOCUMENT (self));

  g_task_set_source_tag (task, sb_file_document_save_async);
  g_task_set_task_data (task, g_bytes_new (text, strlen (text)), (GDestroyNotify) g_bytes_unref);
  sb_channel_read_file_async (self->channel, self->path, 0, SB_FILE_DOCUMENT_WHOLE, NULL, compared_cb,
                              g_steal_pointer (&task));
}

gboolean
sb_file_document_save_finish (SbFileDocument  *self,
                              GAsyncResult    *result,
                              GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
