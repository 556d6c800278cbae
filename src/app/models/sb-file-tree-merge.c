/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-tree-private.h"

#include "sb-file-marks.h"

void
_sb_file_tree_remove_node (SbFileTree    *self,
                           SbOutlineNode *node)
{
  g_autofree char *path = g_strdup (sb_file_entry_get_path (sb_outline_node_get_item (node)));

  _sb_file_tree_forget (self, node);
  sb_outline_remove (self->outline, node);
  _sb_file_tree_emit_changed (self, path);
}

static void
insert_entries (SbFileTree    *self,
                SbOutlineNode *parent,
                guint          index,
                GPtrArray     *entries)
{
  sb_outline_insert (self->outline, parent, index, entries, FALSE);

  for (guint i = 0; i < entries->len; i++)
    {
      SbFileEntry *entry = g_ptr_array_index (entries, i);
      SbOutlineNode *node = sb_outline_node_get_child (parent, index + i);

      sb_outline_node_set_container (node, sb_file_entry_get_file_type (entry) == SB_FILE_TYPE_DIRECTORY);
      g_hash_table_insert (self->nodes, g_strdup (sb_file_entry_get_path (entry)), node);
    }
  g_ptr_array_set_size (entries, 0);
}

/* What is gone is remembered in its place, with what was below it, if there was something to remember. */
static void
bury (SbFileTree    *self,
      SbOutlineNode *node)
{
  SbFileEntry *entry = sb_outline_node_get_item (node);
  const char *path = sb_file_entry_get_path (entry);

  for (guint i = sb_outline_node_get_n_children (node); i > 0; i--)
    if (!_sb_file_tree_is_deleted (sb_outline_node_get_child (node, i - 1)))
      bury (self, sb_outline_node_get_child (node, i - 1));

  if (!sb_file_marks_was_deleted (self->changes, path, sb_file_entry_get_file_type (entry)))
    {
      _sb_file_tree_remove_node (self, node);
      return;
    }

  _sb_file_tree_unwatch (self, path);
  g_hash_table_remove (self->listings, path);
  _sb_file_tree_mark_deleted (self, entry);
  _sb_file_tree_emit_changed (self, path);
}

/* A file that is there, and was there, or is again. */
static void
update_node (SbFileTree       *self,
             SbOutlineNode    *node,
             const SbFileInfo *info)
{
  SbFileEntry *entry = sb_outline_node_get_item (node);
  gboolean returned = _sb_file_tree_is_deleted (node);

  if (!sb_file_entry_update (entry, info) && !returned)
    return;

  _sb_file_tree_mark_entry (self, entry);
  _sb_file_tree_emit_changed (self, sb_file_entry_get_path (entry));
  if (returned && sb_outline_node_get_expanded (node))
    _sb_file_tree_open_directory (self, sb_file_entry_get_path (entry));
}

static gboolean
is_remembered (SbFileTree    *self,
               SbOutlineNode *node)
{
  SbFileEntry *entry = sb_outline_node_get_item (node);

  return sb_file_marks_was_deleted (self->changes, sb_file_entry_get_path (entry),
                                    sb_file_entry_get_file_type (entry));
}

/* From end backwards as many as are gone for good go at once: a view has much to do for each change of its model.
 * Returns: how many that were. */
static guint
remove_run (SbFileTree    *self,
            SbOutlineNode *parent,
            guint          end,
            GHashTable    *infos)
{
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  guint start = end;

  while (start > 0)
    {
      SbOutlineNode *node = sb_outline_node_get_child (parent, start - 1);
      SbFileEntry *entry = sb_outline_node_get_item (node);

      if (_sb_file_tree_is_deleted (node) || g_hash_table_contains (infos, sb_file_entry_get_name (entry))
          || is_remembered (self, node))
        break;

      g_ptr_array_add (paths, g_strdup (sb_file_entry_get_path (entry)));
      _sb_file_tree_forget (self, node);
      start--;
    }
  if (start < end)
    sb_outline_remove_range (self->outline, parent, start, end - start);
  for (guint i = 0; i < paths->len; i++)
    _sb_file_tree_emit_changed (self, g_ptr_array_index (paths, i));

  return end - start;
}

/* What is updated is not in infos any more. */
static void
compare_node (SbFileTree    *self,
              SbOutlineNode *node,
              GHashTable    *infos)
{
  SbFileEntry *entry = sb_outline_node_get_item (node);
  SbFileInfo *info = g_hash_table_lookup (infos, sb_file_entry_get_name (entry));
  gboolean was_directory = sb_file_entry_get_file_type (entry) == SB_FILE_TYPE_DIRECTORY;

  if (info == NULL && !_sb_file_tree_is_deleted (node))
    {
      bury (self, node);
    }
  else if (info != NULL && (info->type == SB_FILE_TYPE_DIRECTORY) != was_directory)
    {
      _sb_file_tree_remove_node (self, node);
    }
  else if (info != NULL)
    {
      update_node (self, node, info);
      g_hash_table_remove (infos, info->name);
    }
}

static void
remove_missing (SbFileTree    *self,
                SbOutlineNode *parent,
                GHashTable    *infos)
{
  guint end = sb_outline_node_get_n_children (parent);

  while (end > 0)
    {
      guint n_removed = remove_run (self, parent, end, infos);

      end -= n_removed;
      if (n_removed == 0)
        compare_node (self, sb_outline_node_get_child (parent, --end), infos);
    }
}

static int
compare_entries (gconstpointer a,
                 gconstpointer b)
{
  return sb_file_entry_compare (*(SbFileEntry * const *) a, *(SbFileEntry * const *) b);
}

static gboolean
is_before (SbOutlineNode *parent,
           guint          index,
           SbFileEntry   *entry)
{
  SbOutlineNode *child = sb_outline_node_get_child (parent, index);

  return sb_file_entry_compare (sb_outline_node_get_item (child), entry) < 0;
}

/* Each run of neighbours at once. entries: sorted here */
void
_sb_file_tree_insert (SbFileTree    *self,
                      SbOutlineNode *parent,
                      GPtrArray     *entries)
{
  g_autoptr(GPtrArray) run = g_ptr_array_new ();
  guint index = 0;

  g_ptr_array_sort (entries, compare_entries);
  for (guint i = 0; i < entries->len; i++)
    {
      SbFileEntry *entry = g_ptr_array_index (entries, i);
      guint start = index;

      while (index < sb_outline_node_get_n_children (parent) && is_before (parent, index, entry))
        index++;

      if (index != start && run->len > 0)
        {
          guint n = run->len;

          insert_entries (self, parent, start, run);
          index += n;
        }
      g_ptr_array_add (run, entry);
    }

  insert_entries (self, parent, index, run);
}

/* What is left in infos is new. */
static void
insert_new (SbFileTree    *self,
            SbOutlineNode *parent,
            const char    *path,
            GHashTable    *infos)
{
  g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer info;

  g_hash_table_iter_init (&iter, infos);
  while (g_hash_table_iter_next (&iter, NULL, &info))
    {
      SbFileEntry *entry = sb_file_entry_new (path, info);

      _sb_file_tree_mark_entry (self, entry);
      g_ptr_array_add (entries, entry);
    }

  _sb_file_tree_insert (self, parent, entries);
}

void
_sb_file_tree_merge (SbFileTree *self,
                     const char *path,
                     GPtrArray  *list_of_infos)
{
  SbOutlineNode *parent = _sb_file_tree_find_directory (self, path);
  g_autoptr(GHashTable) infos = g_hash_table_new (g_str_hash, g_str_equal);

  if (parent == NULL)
    return;

  for (guint i = 0; i < list_of_infos->len; i++)
    {
      SbFileInfo *info = g_ptr_array_index (list_of_infos, i);

      g_hash_table_insert (infos, info->name, info);
    }

  remove_missing (self, parent, infos);
  insert_new (self, parent, path, infos);
  _sb_file_tree_list_deleted (self, path);
}
