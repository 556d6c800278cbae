/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-marks.h"

#include <string.h>

/* As many as a directory shows of what is there. */
#define MAX_DELETED 2000

static SbFileMark
get_file_mark (SbChangeSet *changes,
               const char  *path)
{
  g_autoptr(SbChange) change = sb_change_set_dup_change (changes, path);

  if (change == NULL)
    return SB_FILE_MARK_NONE;

  switch (sb_change_get_kind (change))
    {
    case SB_CHANGE_ADDED:
      return SB_FILE_MARK_ADDED;
    case SB_CHANGE_MODIFIED:
      return SB_FILE_MARK_MODIFIED;
    case SB_CHANGE_DELETED:
    default:
      return SB_FILE_MARK_NONE;
    }
}

SbFileMark
sb_file_marks_get (SbChangeSet *changes,
                   SbFileEntry *entry)
{
  const char *path = sb_file_entry_get_path (entry);
  guint first = 0;

  if (changes == NULL)
    return SB_FILE_MARK_NONE;
  if (sb_file_entry_get_file_type (entry) != SB_FILE_TYPE_DIRECTORY)
    return get_file_mark (changes, path);

  return sb_change_set_find_below (changes, path, &first) > 0 ? SB_FILE_MARK_INSIDE : SB_FILE_MARK_NONE;
}

gboolean
sb_file_marks_was_deleted (SbChangeSet *changes,
                           const char  *path,
                           SbFileType   type)
{
  g_autoptr(SbChange) change = NULL;
  guint first = 0;
  guint n = 0;

  if (changes == NULL)
    return FALSE;

  if (type != SB_FILE_TYPE_DIRECTORY)
    {
      change = sb_change_set_dup_change (changes, path);
      return change != NULL && sb_change_get_kind (change) == SB_CHANGE_DELETED;
    }

  n = sb_change_set_find_below (changes, path, &first);
  for (guint i = 0; i < n; i++)
    if (sb_change_get_kind (sb_change_set_get_change (changes, first + i)) == SB_CHANGE_DELETED)
      return TRUE;

  return FALSE;
}

static SbFileEntry *
make_entry (const char *directory,
            const char *rest,
            SbChange   *change)
{
  g_autofree char *name = g_strndup (rest, strcspn (rest, "/"));
  gboolean is_file = rest[strlen (name)] == '\0';
  const SbFileInfo info = {
    .name = name,
    .type = is_file ? SB_FILE_TYPE_REGULAR : SB_FILE_TYPE_DIRECTORY,
    .size = is_file ? sb_change_get_old_size (change) : 0,
  };

  return sb_file_entry_new (directory, &info);
}

GPtrArray *
sb_file_marks_list_deleted (SbChangeSet *changes,
                            const char  *directory)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func (g_object_unref);
  gsize skip = *directory != '\0' ? strlen (directory) + 1 : 0;
  const char *last = NULL;
  guint first = 0;
  guint n = changes != NULL ? sb_change_set_find_below (changes, directory, &first) : 0;

  for (guint i = 0; i < n && entries->len < MAX_DELETED; i++)
    {
      SbChange *change = sb_change_set_get_change (changes, first + i);
      const char *rest = sb_change_get_path (change) + skip;
      gsize length = strcspn (rest, "/") + 1;

      if (sb_change_get_kind (change) != SB_CHANGE_DELETED)
        continue;
      /* What is below one directory comes in a row. */
      if (last != NULL && rest[length - 1] == '/' && strncmp (last, rest, length) == 0)
        continue;

      g_ptr_array_add (entries, make_entry (directory, rest, change));
      last = rest;
    }

  return entries;
}
