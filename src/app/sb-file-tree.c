/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-tree.h"

#include <string.h>

#include "sb-file-credits.h"
#include "sb-file-entry.h"
#include "sb-file-marks.h"

#define MAX_ENTRIES 2000

struct _SbFileTree
{
  GObject parent_instance;

  /* owned */
  SbChannel     *channel;
  SbChangeSet   *changes;   /* nullable: nothing is marked */
  SbFileCredits *credits;
  SbOutline     *outline;
  GCancellable  *cancellable;
  GHashTable    *nodes;     /* path → SbOutlineNode, borrowed from the outline; "" is the root */
  GHashTable    *listings;  /* path → Listing: directories that have been asked for */
  GHashTable    *watched;   /* of paths: directories that are open */
  GHashTable    *outdated;  /* of paths: directories that something was deleted from since they were looked at */
  guint          outdated_id;

  gboolean loading;
};

/* What is known about listing one directory. */
typedef struct
{
  gboolean in_flight;
  gboolean again;     /* it changed while it was being listed */
  gboolean complete;  /* listed at least once */
  gboolean truncated;
} Listing;

typedef struct
{
  /* owned */
  SbFileTree *tree;
  char       *path;
} ListCall;

enum
{
  PROP_0,
  PROP_LOADING,
  N_PROPS
};

enum
{
  CHANGED,
  FAILED,
  LISTED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbFileTree, sb_file_tree, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void listed_cb    (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);
static void list_deleted (SbFileTree   *self,
                          const char   *directory);

static void
list_call_free (ListCall *call)
{
  g_object_unref (call->tree);
  g_free (call->path);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ListCall, list_call_free)

static void
set_loading (SbFileTree *self,
             gboolean    loading)
{
  if (self->loading == loading)
    return;

  self->loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

static char *
get_directory (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? g_strndup (path, slash - path) : g_strdup ("");
}

static void
list (SbFileTree *self,
      const char *path)
{
  Listing *listing = g_hash_table_lookup (self->listings, path);
  ListCall *call;

  if (listing->in_flight)
    {
      listing->again = TRUE;
      return;
    }

  listing->in_flight = TRUE;
  listing->again = FALSE;
  call = g_new0 (ListCall, 1);
  call->tree = g_object_ref (self);
  call->path = g_strdup (path);
  sb_channel_list_async (self->channel, path, MAX_ENTRIES, self->cancellable, listed_cb, call);
}

static void
watch (SbFileTree *self,
       const char *path)
{
  if (g_hash_table_add (self->watched, g_strdup (path)))
    sb_channel_watch (self->channel, path);
}

static void
unwatch (SbFileTree *self,
         const char *path)
{
  if (g_hash_table_remove (self->watched, path))
    sb_channel_unwatch (self->channel, path);
}

static void
unwatch_all (SbFileTree *self)
{
  GHashTableIter iter;
  gpointer path = NULL;

  g_hash_table_iter_init (&iter, self->watched);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    sb_channel_unwatch (self->channel, path);
  g_hash_table_remove_all (self->watched);
}

static void
open_directory (SbFileTree *self,
                const char *path)
{
  if (!g_hash_table_contains (self->listings, path))
    g_hash_table_insert (self->listings, g_strdup (path), g_new0 (Listing, 1));

  /* Watched first: nothing can change unseen between the listing and the watch. */
  watch (self, path);
  list (self, path);
}

static void
close_all (SbFileTree *self)
{
  g_signal_handlers_disconnect_by_data (self->channel, self);
  unwatch_all (self);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->outdated_id, g_source_remove);
  g_hash_table_remove_all (self->outdated);
  g_hash_table_remove_all (self->listings);
  g_hash_table_remove_all (self->nodes);
  sb_outline_clear (self->outline);
  g_clear_object (&self->channel);
  set_loading (self, FALSE);
}

/* Forgets a node and all below it. */
static void
forget (SbFileTree    *self,
        SbOutlineNode *node)
{
  g_autofree char *path = g_strdup (sb_file_entry_get_path (sb_outline_node_get_item (node)));

  for (guint i = 0; i < sb_outline_node_get_n_children (node); i++)
    forget (self, sb_outline_node_get_child (node, i));

  unwatch (self, path);
  g_hash_table_remove (self->listings, path);
  g_hash_table_remove (self->nodes, path);
}

static void
mark_entry (SbFileTree  *self,
            SbFileEntry *entry)
{
  gboolean is_directory = sb_file_entry_get_file_type (entry) == SB_FILE_TYPE_DIRECTORY;
  const char *path = sb_file_entry_get_path (entry);

  sb_file_entry_set_mark (entry, sb_file_marks_get (self->changes, entry),
                          is_directory ? NULL : sb_file_credits_lookup (self->credits, path));
}

static void
mark_deleted (SbFileTree  *self,
              SbFileEntry *entry)
{
  sb_file_entry_set_mark (entry, SB_FILE_MARK_DELETED,
                          sb_file_credits_lookup (self->credits, sb_file_entry_get_path (entry)));
}

static gboolean
is_deleted (SbOutlineNode *node)
{
  return sb_file_entry_get_mark (sb_outline_node_get_item (node)) == SB_FILE_MARK_DELETED;
}

/* (nullable): the node of a directory, "" is the root */
static SbOutlineNode *
find_directory (SbFileTree *self,
                const char *path)
{
  return *path == '\0' ? sb_outline_get_root (self->outline) : g_hash_table_lookup (self->nodes, path);
}

static void
remove_node (SbFileTree    *self,
             SbOutlineNode *node)
{
  g_autofree char *path = g_strdup (sb_file_entry_get_path (sb_outline_node_get_item (node)));

  forget (self, node);
  sb_outline_remove (self->outline, node);
  g_signal_emit (self, signals[CHANGED], 0, path);
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
    if (!is_deleted (sb_outline_node_get_child (node, i - 1)))
      bury (self, sb_outline_node_get_child (node, i - 1));

  if (!sb_file_marks_was_deleted (self->changes, path, sb_file_entry_get_file_type (entry)))
    {
      remove_node (self, node);
      return;
    }

  unwatch (self, path);
  g_hash_table_remove (self->listings, path);
  mark_deleted (self, entry);
  g_signal_emit (self, signals[CHANGED], 0, path);
}

/* A file that is there, and was there, or is again. */
static void
update_node (SbFileTree       *self,
             SbOutlineNode    *node,
             const SbFileInfo *info)
{
  SbFileEntry *entry = sb_outline_node_get_item (node);
  gboolean returned = is_deleted (node);

  if (!sb_file_entry_update (entry, info) && !returned)
    return;

  mark_entry (self, entry);
  g_signal_emit (self, signals[CHANGED], 0, sb_file_entry_get_path (entry));
  if (returned && sb_outline_node_get_expanded (node))
    open_directory (self, sb_file_entry_get_path (entry));
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

      if (is_deleted (node) || g_hash_table_contains (infos, sb_file_entry_get_name (entry))
          || is_remembered (self, node))
        break;

      g_ptr_array_add (paths, g_strdup (sb_file_entry_get_path (entry)));
      forget (self, node);
      start--;
    }
  if (start < end)
    sb_outline_remove_range (self->outline, parent, start, end - start);
  for (guint i = 0; i < paths->len; i++)
    g_signal_emit (self, signals[CHANGED], 0, g_ptr_array_index (paths, i));

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

  if (info == NULL && !is_deleted (node))
    {
      bury (self, node);
    }
  else if (info != NULL && (info->type == SB_FILE_TYPE_DIRECTORY) != was_directory)
    {
      remove_node (self, node);
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
static void
insert_in_place (SbFileTree    *self,
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

      mark_entry (self, entry);
      g_ptr_array_add (entries, entry);
    }

  insert_in_place (self, parent, entries);
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

      if (!is_deleted (node))
        continue;
      if (!g_hash_table_contains (remembered, path))
        remove_node (self, node);
      else if (sb_outline_node_get_expanded (node))
        list_deleted (self, path);
    }
}

/* Brings the rows of what was deleted from a directory up to date. */
static void
list_deleted (SbFileTree *self,
              const char *directory)
{
  SbOutlineNode *parent = find_directory (self, directory);
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
        mark_deleted (self, entry);
    }

  remove_forgotten (self, parent, remembered);
  insert_in_place (self, parent, entries);
}

static void
merge (SbFileTree *self,
       const char *path,
       GPtrArray  *list_of_infos)
{
  SbOutlineNode *parent = find_directory (self, path);
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
  list_deleted (self, path);
}

/* What is collapsed is listed when it is expanded again. */
static gboolean
is_open (SbFileTree *self,
         const char *path)
{
  SbOutlineNode *node = g_hash_table_lookup (self->nodes, path);

  if (!g_hash_table_contains (self->listings, path))
    return FALSE;

  return *path == '\0' || (node != NULL && sb_outline_node_get_expanded (node));
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(ListCall) call = user_data;
  SbFileTree *self = call->tree;
  g_autoptr(GPtrArray) infos = NULL;
  g_autoptr(GError) error = NULL;
  gboolean truncated = FALSE;
  Listing *listing;

  infos = sb_channel_list_finish (SB_CHANNEL (source), result, &truncated, &error);
  listing = g_hash_table_lookup (self->listings, call->path);

  /* Of a sandbox that is no longer shown, or a directory that was closed meanwhile. */
  if ((SbChannel *) source != self->channel || listing == NULL)
    return;

  listing->in_flight = FALSE;
  set_loading (self, FALSE);
  if (infos != NULL)
    {
      listing->complete = TRUE;
      listing->truncated = truncated;
      merge (self, call->path, infos);
      g_signal_emit (self, signals[LISTED], 0, call->path);
    }
  else if (!g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND)
           && !g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED)
           && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_signal_emit (self, signals[FAILED], 0, error);
    }

  /* Merging may have closed the directory. */
  listing = g_hash_table_lookup (self->listings, call->path);
  if (listing != NULL && listing->again && sb_channel_is_open (self->channel))
    list (self, call->path);
}

static void
file_changed_cb (SbFileTree   *self,
                 const char   *path,
                 SbFileChange  change,
                 SbChannel    *channel)
{
  g_autofree char *relative = sb_file_tree_normalize (path);
  g_autofree char *directory = get_directory (relative);

  /* RESCAN names the directory itself, the others a file in it. */
  if (is_open (self, directory))
    list (self, directory);
  if (change == SB_FILE_CHANGE_RESCAN && is_open (self, relative))
    list (self, relative);
}

static void
expanded_changed_cb (SbFileTree    *self,
                     SbOutlineNode *node,
                     SbOutline     *outline)
{
  const char *path = sb_file_entry_get_path (sb_outline_node_get_item (node));

  if (is_deleted (node) && sb_outline_node_get_expanded (node))
    {
      list_deleted (self, path);
      return;
    }
  if (self->channel == NULL || !sb_channel_is_open (self->channel))
    return;

  if (sb_outline_node_get_expanded (node))
    open_directory (self, path);
  else
    unwatch (self, path);
}

static void
mark_node (SbFileTree *self,
           const char *path)
{
  SbOutlineNode *node = g_hash_table_lookup (self->nodes, path);

  if (node != NULL && !is_deleted (node))
    mark_entry (self, sb_outline_node_get_item (node));
}

static void
credited_cb (SbFileTree    *self,
             const char    *path,
             SbFileCredits *credits)
{
  SbOutlineNode *node = g_hash_table_lookup (self->nodes, path);

  if (node != NULL && is_deleted (node))
    mark_deleted (self, sb_outline_node_get_item (node));
  else
    mark_node (self, path);
}

static gboolean
has_been_listed (SbFileTree *self,
                 const char *directory)
{
  SbOutlineNode *node = find_directory (self, directory);
  Listing *listing = g_hash_table_lookup (self->listings, directory);

  if (node == NULL)
    return FALSE;

  return listing != NULL ? listing->complete : *directory != '\0' && is_deleted (node);
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
      list_deleted (self, directory);

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
  g_autofree char *above = get_directory (path);
  gboolean found = !sb_file_marks_was_deleted (self->changes, path, SB_FILE_TYPE_REGULAR);

  mark_node (self, path);
  while (TRUE)
    {
      g_autofree char *below = g_steal_pointer (&above);

      mark_node (self, below);
      if (!found && find_directory (self, below) != NULL)
        {
          set_outdated (self, below);
          found = TRUE;
        }
      if (*below == '\0')
        break;
      above = get_directory (below);
    }
}

static void
change_all (SbFileTree *self)
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

static void
changes_changed_cb (SbFileTree  *self,
                    const char  *path,
                    SbChangeSet *changes)
{
  if (path != NULL)
    change_path (self, path);
  else
    change_all (self);
}

static void
sb_file_tree_dispose (GObject *object)
{
  SbFileTree *self = SB_FILE_TREE (object);

  sb_file_tree_set_channel (self, NULL);
  sb_file_tree_set_changes (self, NULL);
  sb_file_credits_set_trace (self->credits, NULL);

  G_OBJECT_CLASS (sb_file_tree_parent_class)->dispose (object);
}

static void
sb_file_tree_finalize (GObject *object)
{
  SbFileTree *self = SB_FILE_TREE (object);

  g_clear_pointer (&self->nodes, g_hash_table_unref);
  g_clear_pointer (&self->listings, g_hash_table_unref);
  g_clear_pointer (&self->watched, g_hash_table_unref);
  g_clear_pointer (&self->outdated, g_hash_table_unref);
  g_clear_object (&self->outline);
  g_clear_object (&self->credits);

  G_OBJECT_CLASS (sb_file_tree_parent_class)->finalize (object);
}

static void
sb_file_tree_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_LOADING:
      g_value_set_boolean (value, SB_FILE_TREE (object)->loading);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_file_tree_class_init (SbFileTreeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_file_tree_dispose;
  object_class->finalize = sb_file_tree_finalize;
  object_class->get_property = sb_file_tree_get_property;

  properties[PROP_LOADING] =
    g_param_spec_boolean ("loading", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] = g_signal_new ("changed", SB_TYPE_FILE_TREE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[FAILED] = g_signal_new ("failed", SB_TYPE_FILE_TREE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[LISTED] = g_signal_new ("listed", SB_TYPE_FILE_TREE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sb_file_tree_init (SbFileTree *self)
{
  self->outline = sb_outline_new ();
  self->credits = sb_file_credits_new ();
  self->nodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->listings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->watched = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->outdated = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_signal_connect_object (self->outline, "expanded-changed", G_CALLBACK (expanded_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->credits, "credited", G_CALLBACK (credited_cb), self, G_CONNECT_SWAPPED);
}

SbFileTree *
sb_file_tree_new (void)
{
  return g_object_new (SB_TYPE_FILE_TREE, NULL);
}

void
sb_file_tree_set_channel (SbFileTree *self,
                          SbChannel  *channel)
{
  g_return_if_fail (SB_IS_FILE_TREE (self));

  if (self->channel == channel)
    return;

  if (self->channel != NULL)
    close_all (self);
  if (channel == NULL)
    return;

  self->channel = g_object_ref (channel);
  self->cancellable = g_cancellable_new ();
  g_signal_connect_object (channel, "file-changed", G_CALLBACK (file_changed_cb), self, G_CONNECT_SWAPPED);
  set_loading (self, TRUE);
  open_directory (self, "");
}

void
sb_file_tree_set_trace (SbFileTree *self,
                        SbTrace    *trace)
{
  g_return_if_fail (SB_IS_FILE_TREE (self));

  sb_file_credits_set_trace (self->credits, trace);
}

void
sb_file_tree_set_changes (SbFileTree  *self,
                          SbChangeSet *changes)
{
  g_return_if_fail (SB_IS_FILE_TREE (self));

  if (self->changes == changes)
    return;

  if (self->changes != NULL)
    g_signal_handlers_disconnect_by_data (self->changes, self);
  g_set_object (&self->changes, changes);
  if (changes != NULL)
    g_signal_connect_object (changes, "changed", G_CALLBACK (changes_changed_cb), self, G_CONNECT_SWAPPED);
  change_all (self);
}

SbOutline *
sb_file_tree_get_outline (SbFileTree *self)
{
  g_return_val_if_fail (SB_IS_FILE_TREE (self), NULL);

  return self->outline;
}

gboolean
sb_file_tree_get_loading (SbFileTree *self)
{
  g_return_val_if_fail (SB_IS_FILE_TREE (self), FALSE);

  return self->loading;
}

SbOutlineNode *
sb_file_tree_lookup (SbFileTree *self,
                     const char *path)
{
  g_return_val_if_fail (SB_IS_FILE_TREE (self), NULL);

  return path != NULL ? g_hash_table_lookup (self->nodes, path) : NULL;
}

gboolean
sb_file_tree_get_truncated (SbFileTree *self,
                            const char *path)
{
  Listing *listing;

  g_return_val_if_fail (SB_IS_FILE_TREE (self), FALSE);

  listing = g_hash_table_lookup (self->listings, path);

  return listing != NULL && listing->truncated;
}

char *
sb_file_tree_normalize (const char *path)
{
  if (g_str_equal (path, "/workspace"))
    return g_strdup ("");
  if (g_str_has_prefix (path, "/workspace/"))
    path += strlen ("/workspace/");
  while (g_str_has_prefix (path, "./"))
    path += 2;

  return g_strdup (g_str_equal (path, ".") ? "" : path);
}
