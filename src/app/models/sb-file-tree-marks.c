/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-tree-private.h"

#include "sb-file-marks.h"

/* (nullable): no tool call, if the last change was not one's, but that of a terminal or a program in the background */
static const SbFileCredit *
find_credit (SbFileTree  *self,
             SbFileEntry *entry)
{
  const char *path = sb_file_entry_get_path (entry);
  g_autoptr(SbChange) change = self->changes != NULL ? sb_change_set_dup_change (self->changes, path) : NULL;

  if (sb_file_entry_get_file_type (entry) == SB_FILE_TYPE_DIRECTORY
      || (change != NULL && sb_change_get_trace_id (change) == NULL))
    return NULL;

  return sb_file_credits_lookup (self->credits, path);
}

void
_sb_file_tree_mark_entry (SbFileTree  *self,
                          SbFileEntry *entry)
{
  sb_file_entry_set_mark (entry, sb_file_marks_get (self->changes, entry), find_credit (self, entry));
}

void
_sb_file_tree_mark_deleted (SbFileTree  *self,
                            SbFileEntry *entry)
{
  sb_file_entry_set_mark (entry, SB_FILE_MARK_DELETED, find_credit (self, entry));
}

gboolean
_sb_file_tree_is_deleted (SbOutlineNode *node)
{
  return sb_file_entry_get_mark (sb_outline_node_get_item (node)) == SB_FILE_MARK_DELETED;
}

/* Those that are remembered no more go; below those that stay it may be the same. */
static void
remove_forgotten (SbFileTree    *self,
                  SbOutlineNode *parent,
                  GHashTable    *remembered)
{
  for (guint i = sb_outline_node_get_n_children (parent); i > 0; i--)
    {
      SbOutlineNode *node = sb_outline_node_get_child (parent, i - 1);
      const char *path = sb_file_entry_get_path (sb_outline_node_get_item (node));

      if (!_sb_file_tree_is_deleted (node))
        continue;
      if (!g_hash_table_contains (remembered, path))
        _sb_file_tree_remove_node (self, node);
      else if (sb_outline_node_get_expanded (node))
        _sb_file_tree_list_deleted (self, path);
    }
}

void
_sb_file_tree_list_deleted (SbFileTree *self,
                            const char *directory)
{
  SbOutlineNode *parent = _sb_file_tree_find_directory (self, directory);
  g_autoptr(GPtrArray) entries = sb_file_marks_list_deleted (self->changes, directory);
  g_autoptr(GHashTable) remembered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = entries->len; i > 0; i--)
    {
      SbFileEntry *entry = g_ptr_array_index (entries, i - 1);
      const char *path = sb_file_entry_get_path (entry);
      gboolean is_new = g_hash_table_add (remembered, g_strdup (path));

      if (!is_new || g_hash_table_contains (self->nodes, path))
        g_ptr_array_remove_index (entries, i - 1);
      else
        _sb_file_tree_mark_deleted (self, entry);
    }

  remove_forgotten (self, parent, remembered);
  _sb_file_tree_insert (self, parent, entries);
}

static void
mark_node (SbFileTree *self,
           const char *path)
{
  SbOutlineNode *node = g_hash_table_lookup (self->nodes, path);

  if (node != NULL && !_sb_file_tree_is_deleted (node))
    _sb_file_tree_mark_entry (self, sb_outline_node_get_item (node));
}

void
_sb_file_tree_credited_cb (SbFileTree    *self,
                           const char    *path,
                           SbFileCredits *credits)
{
  SbOutlineNode *node = g_hash_table_lookup (self->nodes, path);

  if (node != NULL && _sb_file_tree_is_deleted (node))
    _sb_file_tree_mark_deleted (self, sb_outline_node_get_item (node));
  else
    mark_node (self, path);
}

static gboolean
has_been_listed (SbFileTree *self,
                 const char *directory)
{
  SbOutlineNode *node = _sb_file_tree_find_directory (self, directory);
  SbFileListing *listing = g_hash_table_lookup (self->listings, directory);

  if (node == NULL)
    return FALSE;

  return listing != NULL ? listing->complete : *directory != '\0' && _sb_file_tree_is_deleted (node);
}

/* Of many at once each directory is looked at once. */
static gboolean
outdated_cb (gpointer user_data)
{
  SbFileTree *self = user_data;
  g_autoptr(GHashTable) outdated = g_steal_pointer (&self->outdated);
  GHashTableIter iter;
  gpointer directory;

  self->outdated = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->outdated_id = 0;
  g_hash_table_iter_init (&iter, outdated);
  while (g_hash_table_iter_next (&iter, &directory, NULL))
    if (has_been_listed (self, directory))
      _sb_file_tree_list_deleted (self, directory);

  return G_SOURCE_REMOVE;
}

static void
set_outdated (SbFileTree *self,
              const char *directory)
{
  g_hash_table_add (self->outdated, g_strdup (directory));
  if (self->outdated_id == 0)
    self->outdated_id = g_idle_add (outdated_cb, self);
}

/* The nearest directory above that has a row shows what was deleted. */
static void
change_path (SbFileTree *self,
             const char *path)
{
  g_autofree char *above = _sb_file_tree_dup_parent (path);
  gboolean found = !sb_file_marks_was_deleted (self->changes, path, SB_FILE_TYPE_REGULAR);

  mark_node (self, path);
  while (TRUE)
    {
      g_autofree char *below = g_steal_pointer (&above);

      mark_node (self, below);
      if (!found && _sb_file_tree_find_directory (self, below) != NULL)
        {
          set_outdated (self, below);
          found = TRUE;
        }
      if (*below == '\0')
        break;
      above = _sb_file_tree_dup_parent (below);
    }
}

void
_sb_file_tree_change_all (SbFileTree *self)
{
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    mark_node (self, path);

  g_hash_table_iter_init (&iter, self->listings);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    set_outdated (self, path);
}

void
_sb_file_tree_changes_cb (SbFileTree  *self,
                          const char  *path,
                          SbChangeSet *changes)
{
  if (path != NULL)
    change_path (self, path);
  else
    _sb_file_tree_change_all (self);
}
