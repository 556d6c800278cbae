/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-entry.h"

#include <string.h>

#include "sb-text.h"

struct _SbFileEntry
{
  GObject parent_instance;

  /* owned */
  char *path;
  char *display_name;
  SbFileCredit *credit; /* nullable */

  /* borrowed */
  const char *name; /* the end of path */

  SbFileType type;
  SbFileMark mark;
  guint64    size;
  gint64     mtime;
};

enum
{
  CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbFileEntry, sb_file_entry, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
sb_file_entry_finalize (GObject *object)
{
  SbFileEntry *self = SB_FILE_ENTRY (object);

  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->display_name, g_free);
  g_clear_pointer (&self->credit, sb_file_credit_free);

  G_OBJECT_CLASS (sb_file_entry_parent_class)->finalize (object);
}

static void
sb_file_entry_class_init (SbFileEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_file_entry_finalize;

  signals[CHANGED] = g_signal_new ("changed", SB_TYPE_FILE_ENTRY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
sb_file_entry_init (SbFileEntry *self)
{
}

SbFileEntry *
sb_file_entry_new (const char       *directory,
                   const SbFileInfo *info)
{
  SbFileEntry *self = g_object_new (SB_TYPE_FILE_ENTRY, NULL);

  self->path = *directory != '\0' ? g_strconcat (directory, "/", info->name, NULL) : g_strdup (info->name);
  self->name = self->path + strlen (self->path) - strlen (info->name);
  self->display_name = sb_text_clean (info->name, -1, NULL);
  g_strdelimit (self->display_name, "\n\t", ' ');
  self->type = info->type;
  self->size = info->size;
  self->mtime = info->mtime_us;

  return self;
}

const char *
sb_file_entry_get_path (SbFileEntry *self)
{
  return self->path;
}

const char *
sb_file_entry_get_name (SbFileEntry *self)
{
  return self->name;
}

const char *
sb_file_entry_get_display_name (SbFileEntry *self)
{
  return self->display_name;
}

SbFileType
sb_file_entry_get_file_type (SbFileEntry *self)
{
  return self->type;
}

guint64
sb_file_entry_get_size (SbFileEntry *self)
{
  return self->size;
}

gint64
sb_file_entry_get_mtime (SbFileEntry *self)
{
  return self->mtime;
}

SbFileMark
sb_file_entry_get_mark (SbFileEntry *self)
{
  return self->mark;
}

const SbFileCredit *
sb_file_entry_get_credit (SbFileEntry *self)
{
  return self->credit;
}

gboolean
sb_file_entry_update (SbFileEntry      *self,
                      const SbFileInfo *info)
{
  g_return_val_if_fail (SB_IS_FILE_ENTRY (self), FALSE);

  if (self->type == info->type && self->size == info->size && self->mtime == info->mtime_us)
    return FALSE;

  self->type = info->type;
  self->size = info->size;
  self->mtime = info->mtime_us;
  g_signal_emit (self, signals[CHANGED], 0);

  return TRUE;
}

void
sb_file_entry_set_mark (SbFileEntry        *self,
                        SbFileMark          mark,
                        const SbFileCredit *credit)
{
  g_return_if_fail (SB_IS_FILE_ENTRY (self));

  if (self->mark == mark && sb_file_credit_equal (self->credit, credit))
    return;

  self->mark = mark;
  g_clear_pointer (&self->credit, sb_file_credit_free);
  self->credit = sb_file_credit_copy (credit);
  g_signal_emit (self, signals[CHANGED], 0);
}

int
sb_file_entry_compare (SbFileEntry *a,
                       SbFileEntry *b)
{
  gboolean a_is_directory = a->type == SB_FILE_TYPE_DIRECTORY;
  gboolean b_is_directory = b->type == SB_FILE_TYPE_DIRECTORY;

  if (a_is_directory != b_is_directory)
    return a_is_directory ? -1 : 1;

  return strcmp (a->name, b->name);
}
