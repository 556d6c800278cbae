/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-file-tree-private.h"

#include <string.h>

#define MAX_ENTRIES 2000

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

static void listed_cb (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data);

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

void
_sb_file_tree_emit_changed (SbFileTree *self,
                            const char *path)
{
  g_signal_emit (self, signals[CHANGED], 0, path);
}

char *
_sb_file_tree_dup_parent (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? g_strndup (path, slash - path) : g_strdup ("");
}

static void
list (SbFileTree *self,
      const char *path)
{
  SbFileListing *listing = g_hash_table_lookup (self->listings, path);
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

void
_sb_file_tree_unwatch (SbFileTree *self,
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

void
_sb_file_tree_open_directory (SbFileTree *self,
                              const char *path)
{
  if (!g_hash_table_contains (self->listings, path))
    g_hash_table_insert (self->listings, g_strdup (path), g_new0 (SbFileListing, 1));

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
void
_sb_file_tree_forget (SbFileTree    *self,
                      SbOutlineNode *node)
{
  g_autofree char *path = g_strdup (sb_file_entry_get_path (sb_outline_node_get_item (node)));

  for (guint i = 0; i < sb_outline_node_get_n_children (node); i++)
    _sb_file_tree_forget (self, sb_outline_node_get_child (node, i));

  _sb_file_tree_unwatch (self, path);
  g_hash_table_remove (self->listings, path);
  g_hash_table_remove (self->nodes, path);
}

/* (nullable): the node of a directory, "" is the root */
SbOutlineNode *
_sb_file_tree_find_directory (SbFileTree *self,
                              const char *path)
{
  return *path == '\0' ? sb_outline_get_root (self->outline) : g_hash_table_lookup (self->nodes, path);
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
  SbFileListing *listing;

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
      _sb_file_tree_merge (self, call->path, infos);
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
  g_autofree char *directory = _sb_file_tree_dup_parent (relative);

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

  if (_sb_file_tree_is_deleted (node) && sb_outline_node_get_expanded (node))
    {
      _sb_file_tree_list_deleted (self, path);
      return;
    }
  if (self->channel == NULL || !sb_channel_is_open (self->channel))
    return;

  if (sb_outline_node_get_expanded (node))
    _sb_file_tree_open_directory (self, path);
  else
    _sb_file_tree_unwatch (self, path);
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
  g_signal_connect_object (self->credits, "credited", G_CALLBACK (_sb_file_tree_credited_cb), self, G_CONNECT_SWAPPED);
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
  _sb_file_tree_open_directory (self, "");
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
    g_signal_connect_object (changes, "changed", G_CALLBACK (_sb_file_tree_changes_cb), self, G_CONNECT_SWAPPED);
  _sb_file_tree_change_all (self);
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
  SbFileListing *listing;

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
