/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-snapshot-store.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".sbtree"
#define UNFINISHED ".part"
#define ASIDE ".removed"
#define MAX_SNAPSHOTS 100
#define MAX_NAME 60
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

struct _SbSnapshotStore
{
  GObject parent_instance;

  /* owned */
  char      *folder;
  GPtrArray *snapshots; /* of SbSnapshot, the newest first */
};

static void sb_snapshot_store_list_model_init (GListModelInterface *iface);

G_DEFINE_QUARK (sb-snapshot-error-quark, sb_snapshot_error)
G_DEFINE_FINAL_TYPE_WITH_CODE (SbSnapshotStore, sb_snapshot_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sb_snapshot_store_list_model_init))

static gboolean
is_good_name (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length <= MAX_NAME && name[0] != '.' && strspn (name, NAME_CHARACTERS) == length;
}

static char *
build_path (SbSnapshotStore *self,
            const char      *name,
            const char      *suffix)
{
  g_autofree char *file = g_strconcat (name, suffix, NULL);

  return g_build_filename (self->folder, file, NULL);
}

/* (transfer full) (nullable): NULL when it is no snapshot */
static SbSnapshot *
look_at (SbSnapshotStore *self,
         const char      *name)
{
  g_autofree char *path = build_path (self, name, SUFFIX);
  struct stat info;

  if (lstat (path, &info) != 0 || !S_ISREG (info.st_mode))
    return NULL;

  return sb_snapshot_new (name, (guint64) info.st_size,
                          (gint64) info.st_mtim.tv_sec * G_USEC_PER_SEC + info.st_mtim.tv_nsec / 1000);
}

static int
compare_snapshots (gconstpointer a,
                   gconstpointer b)
{
  gint64 first = sb_snapshot_get_created (*(SbSnapshot *const *) a);
  gint64 second = sb_snapshot_get_created (*(SbSnapshot *const *) b);

  return first > second ? -1 : first < second;
}

/* Nobody wants it back any more. */
static void
forget_aside (SbSnapshotStore *self,
              const char      *file)
{
  g_autofree char *path = g_build_filename (self->folder, file, NULL);

  g_unlink (path);
}

static void
scan (SbSnapshotStore *self)
{
  g_autoptr(GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *file = NULL;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *name = g_strndup (file, strlen (file) - MIN (strlen (file), strlen (SUFFIX)));
      SbSnapshot *snapshot = NULL;

      if (g_str_has_suffix (file, ASIDE))
        forget_aside (self, file);
      else if (g_str_has_suffix (file, SUFFIX) && is_good_name (name))
        snapshot = look_at (self, name);
      if (snapshot != NULL)
        g_ptr_array_add (self->snapshots, snapshot);
    }
  g_ptr_array_sort (self->snapshots, compare_snapshots);
}

static GType
sb_snapshot_store_get_item_type (GListModel *model)
{
  return SB_TYPE_SNAPSHOT;
}

static guint
sb_snapshot_store_get_n_items (GListModel *model)
{
  return SB_SNAPSHOT_STORE (model)->snapshots->len;
}

static gpointer
sb_snapshot_store_get_item (GListModel *model,
                            guint       position)
{
  SbSnapshotStore *self = SB_SNAPSHOT_STORE (model);

  return position < self->snapshots->len ? g_object_ref (g_ptr_array_index (self->snapshots, position)) : NULL;
}

static void
sb_snapshot_store_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_snapshot_store_get_item_type;
  iface->get_n_items = sb_snapshot_store_get_n_items;
  iface->get_item = sb_snapshot_store_get_item;
}

static void
sb_snapshot_store_finalize (GObject *object)
{
  SbSnapshotStore *self = SB_SNAPSHOT_STORE (object);

  g_ptr_array_unref (self->snapshots);
  g_free (self->folder);

  G_OBJECT_CLASS (sb_snapshot_store_parent_class)->finalize (object);
}

static void
sb_snapshot_store_class_init (SbSnapshotStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_snapshot_store_finalize;
}

static void
sb_snapshot_store_init (SbSnapshotStore *self)
{
  self->snapshots = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * sb_snapshot_store_new:
 * @folder: where they are kept; made, for this user alone, when the first one is
 *
 * Returns: (transfer full): the store, with what is in the folder already
 */
SbSnapshotStore *
sb_snapshot_store_new (const char *folder)
{
  SbSnapshotStore *self = g_object_new (SB_TYPE_SNAPSHOT_STORE, NULL);

  self->folder = g_strdup (folder);
  scan (self);

  return self;
}

/* (transfer none) (nullable) */
SbSnapshot *
sb_snapshot_store_lookup (SbSnapshotStore *self,
                          const char      *name)
{
  g_return_val_if_fail (SB_IS_SNAPSHOT_STORE (self), NULL);

  for (guint i = 0; i < self->snapshots->len; i++)
    if (g_str_equal (sb_snapshot_get_name (g_ptr_array_index (self->snapshots, i)), name))
      return g_ptr_array_index (self->snapshots, i);

  return NULL;
}

/* Can there be a new one of this name? */
gboolean
sb_snapshot_store_check_name (SbSnapshotStore  *self,
                              const char       *name,
                              GError          **error)
{
  g_return_val_if_fail (SB_IS_SNAPSHOT_STORE (self), FALSE);

  if (!is_good_name (name))
    {
      g_set_error (error, SB_SNAPSHOT_ERROR, SB_SNAPSHOT_ERROR_NAME,
                   "A snapshot's name has up to %d letters, digits, - _ and dots, and does not begin with a dot.",
                   MAX_NAME);
      return FALSE;
    }
  if (sb_snapshot_store_lookup (self, name) != NULL)
    {
      g_set_error (error, SB_SNAPSHOT_ERROR, SB_SNAPSHOT_ERROR_NAME,
                   "There is a snapshot “%s” already. Choose another name.", name);
      return FALSE;
    }
  if (self->snapshots->len >= MAX_SNAPSHOTS)
    {
      g_set_error (error, SB_SNAPSHOT_ERROR, SB_SNAPSHOT_ERROR_LIMIT,
                   "There are %d snapshots already. Remove one that is not needed any more.", MAX_SNAPSHOTS);
      return FALSE;
    }

  return TRUE;
}

static gboolean
fail (GError     **error,
      const char  *what,
      int          number)
{
  g_set_error (error, SB_SNAPSHOT_ERROR, SB_SNAPSHOT_ERROR_IO, "The snapshot could not be %s: %s.", what,
               g_strerror (number));

  return FALSE;
}

/**
 * sb_snapshot_store_begin:
 * @name: of a new snapshot
 *
 * Returns: (transfer full) (nullable): where its bytes go, in a file that only this user can read; commit or abandon it
 */
GOutputStream *
sb_snapshot_store_begin (SbSnapshotStore  *self,
                         const char       *name,
                         GError          **error)
{
  g_autofree char *path = NULL;
  int fd = -1;

  g_return_val_if_fail (SB_IS_SNAPSHOT_STORE (self), NULL);

  if (!sb_snapshot_store_check_name (self, name, error))
    return NULL;

  path = build_path (self, name, UNFINISHED);
  if (g_mkdir_with_parents (self->folder, 0700) == 0)
    fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      fail (error, "written", errno);
      return NULL;
    }

  return g_unix_output_stream_new (fd, TRUE);
}

/**
 * sb_snapshot_store_commit:
 * @stream: (transfer none): as begin gave it, with everything written
 *
 * Returns: (transfer none) (nullable): the snapshot, which is on disk now
 */
SbSnapshot *
sb_snapshot_store_commit (SbSnapshotStore  *self,
                          const char       *name,
                          GOutputStream    *stream,
                          GError          **error)
{
  g_autofree char *unfinished = build_path (self, name, UNFINISHED);
  g_autofree char *path = build_path (self, name, SUFFIX);
  SbSnapshot *snapshot = NULL;

  /* link() does not replace one that came meanwhile. */
  if (fsync (g_unix_output_stream_get_fd (G_UNIX_OUTPUT_STREAM (stream))) != 0 || link (unfinished, path) != 0)
    {
      fail (error, "kept", errno);
      sb_snapshot_store_abandon (self, name, stream);
      return NULL;
    }

  sb_snapshot_store_abandon (self, name, stream);
  snapshot = look_at (self, name);
  if (snapshot == NULL)
    {
      fail (error, "kept", ENOENT);
      return NULL;
    }
  g_ptr_array_insert (self->snapshots, 0, snapshot);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);

  return snapshot;
}

/* Nothing stays of what has not been committed. */
void
sb_snapshot_store_abandon (SbSnapshotStore *self,
                           const char      *name,
                           GOutputStream   *stream)
{
  g_autofree char *path = build_path (self, name, UNFINISHED);

  g_output_stream_close (stream, NULL, NULL);
  g_unlink (path);
}

/* Returns: (transfer full) (nullable): its bytes, mapped from its file */
GBytes *
sb_snapshot_store_load (SbSnapshotStore  *self,
                        SbSnapshot       *snapshot,
                        GError          **error)
{
  g_autofree char *path = build_path (self, sb_snapshot_get_name (snapshot), SUFFIX);
  g_autoptr(GError) failure = NULL;
  g_autoptr(GMappedFile) file = g_mapped_file_new (path, FALSE, &failure);

  if (file != NULL)
    return g_mapped_file_get_bytes (file);

  g_set_error (error, SB_SNAPSHOT_ERROR, SB_SNAPSHOT_ERROR_NOT_FOUND, "The snapshot “%s” cannot be read: %s.",
               sb_snapshot_get_name (snapshot), failure->message);

  return NULL;
}

static void
forget (SbSnapshotStore *self,
        SbSnapshot      *snapshot)
{
  guint position = 0;

  if (!g_ptr_array_find (self->snapshots, snapshot, &position))
    return;

  g_ptr_array_remove_index (self->snapshots, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

gboolean
sb_snapshot_store_set_aside (SbSnapshotStore  *self,
                             SbSnapshot       *snapshot,
                             GError          **error)
{
  g_autofree char *path = build_path (self, sb_snapshot_get_name (snapshot), SUFFIX);
  g_autofree char *aside = build_path (self, sb_snapshot_get_name (snapshot), ASIDE);

  if (g_rename (path, aside) != 0)
    return fail (error, "removed", errno);

  forget (self, snapshot);

  return TRUE;
}

/* Fails when there is another one of its name by now. */
gboolean
sb_snapshot_store_take_back (SbSnapshotStore  *self,
                             SbSnapshot       *snapshot,
                             GError          **error)
{
  g_autofree char *path = build_path (self, sb_snapshot_get_name (snapshot), SUFFIX);
  g_autofree char *aside = build_path (self, sb_snapshot_get_name (snapshot), ASIDE);

  if (!sb_snapshot_store_check_name (self, sb_snapshot_get_name (snapshot), error))
    return FALSE;
  if (link (aside, path) != 0)
    return fail (error, "brought back", errno);

  g_unlink (aside);
  g_ptr_array_add (self->snapshots, g_object_ref (snapshot));
  g_ptr_array_sort (self->snapshots, compare_snapshots);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, self->snapshots->len - 1, self->snapshots->len);

  return TRUE;
}

/* One that was set aside, too. */
gboolean
sb_snapshot_store_remove (SbSnapshotStore  *self,
                          SbSnapshot       *snapshot,
                          GError          **error)
{
  g_autofree char *path = build_path (self, sb_snapshot_get_name (snapshot), SUFFIX);
  g_autofree char *aside = build_path (self, sb_snapshot_get_name (snapshot), ASIDE);
  gboolean is_here = g_ptr_array_find (self->snapshots, snapshot, NULL);

  if (g_unlink (is_here ? path : aside) != 0 && errno != ENOENT)
    return fail (error, "removed", errno);

  forget (self, snapshot);

  return TRUE;
}
