/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tree-unpacker.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sb-channel.h"
#include "sb-text.h"
#include "sb-tree-codec.h"

struct _SbTreeUnpacker
{
  GOutputStream parent_instance;

  /* owned */
  GFile        *folder;
  char         *parent; /* nullable: the path of the directory that parent_fd is */
  SbTreeReader *reader;
  GPtrArray    *left_out;
  GMutex        lock;   /* of what is looked at while a thread writes: unpacked, left_out and complete */

  gsize          skip;  /* bytes of each path that are above what is saved */
  char          *base;  /* owned: all paths are this one or beneath it; "": any */
  int            root_fd;
  int            parent_fd;
  int            file_fd; /* -1: none, or the contents are left out */
  SbTreeUnpacked unpacked;
  gboolean       complete;
};

G_DEFINE_FINAL_TYPE (SbTreeUnpacker, sb_tree_unpacker, G_TYPE_OUTPUT_STREAM)

static void
clear_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static gboolean
fail (GError     **error,
      int          number)
{
  if (number == ENOSPC || number == EDQUOT)
    g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NO_SPACE,
                         "The disk of the folder is full. Make room, or choose another folder.");
  else
    g_set_error (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_IO, "The folder cannot be written: %s.",
                 g_strerror (number));

  return FALSE;
}

static const char *
get_leaf (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? slash + 1 : path;
}

static void
add (SbTreeUnpacker *self,
     guint          *counter,
     gboolean        is_left_out)
{
  g_mutex_lock (&self->lock);
  (*counter)++;
  if (is_left_out && self->left_out->len < SB_TREE_UNPACKER_MAX_NAMES)
    g_ptr_array_add (self->left_out, sb_text_clean (self->reader->path, strlen (self->reader->path), NULL));
  g_mutex_unlock (&self->lock);
}

/* A name of bytes that are no text, or that act on whoever prints it, is not made here. */
static gboolean
is_fit (const char *path)
{
  if (!g_utf8_validate (path, -1, NULL))
    return FALSE;
  for (const char *p = path; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_type (g_utf8_get_char (p)) == G_UNICODE_CONTROL)
      return FALSE;

  return TRUE;
}

/* One step down, into a directory that is made if need be; a link is no way. -1: errno */
static int
open_step (int         dir,
           const char *name)
{
  if (mkdirat (dir, name, 0777) != 0 && errno != EEXIST)
    return -1;

  return openat (dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Makes parent_fd the directory that the path is in. Each step is taken from the one before, never from a path: what
 * somebody puts there meanwhile leads nowhere else. */
static gboolean
enter_parent (SbTreeUnpacker *self,
              const char     *path)
{
  g_autofree char *parent = g_strndup (path, (gsize) (get_leaf (path) - path));
  g_auto(GStrv) steps = g_strsplit (parent, "/", -1);
  int fd = -1;

  if (g_strcmp0 (parent, self->parent) == 0)
    return TRUE;

  clear_fd (&self->parent_fd);
  g_clear_pointer (&self->parent, g_free);
  fd = fcntl (self->root_fd, F_DUPFD_CLOEXEC, 3);
  for (guint i = 0; fd >= 0 && steps[i] != NULL && *steps[i] != '\0'; i++)
    {
      int next = open_step (fd, steps[i]);
      int number = errno;

      close (fd);
      fd = next;
      errno = number;
    }
  if (fd < 0)
    return FALSE;

  self->parent_fd = fd;
  self->parent = g_steal_pointer (&parent);

  return TRUE;
}

/* Somebody removed the directory that we are in: what was to go there is left out, and the next one looks anew. */
static gboolean
has_lost_parent (SbTreeUnpacker *self,
                 int             number)
{
  if (number != ENOENT || *self->parent == '\0')
    return FALSE;

  clear_fd (&self->parent_fd);
  g_clear_pointer (&self->parent, g_free);
  add (self, &self->unpacked.n_refused, TRUE);

  return TRUE;
}

static gboolean
make_directory (SbTreeUnpacker  *self,
                const char      *leaf,
                GError         **error)
{
  struct stat info;

  if (mkdirat (self->parent_fd, leaf, 0777) == 0)
    {
      add (self, &self->unpacked.n_directories, FALSE);
      return TRUE;
    }
  if (has_lost_parent (self, errno))
    return TRUE;
  if (errno != EEXIST)
    return fail (error, errno);
  if (fstatat (self->parent_fd, leaf, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR (info.st_mode))
    add (self, &self->unpacked.n_existing, TRUE);

  return TRUE;
}

/* Of the mode only "is a program" is taken over; the rest is as the user makes files. */
static gboolean
make_file (SbTreeUnpacker  *self,
           const char      *leaf,
           GError         **error)
{
  mode_t mode = (self->reader->mode & 0111) != 0 ? 0777 : 0666;

  self->file_fd = openat (self->parent_fd, leaf, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
  if (self->file_fd >= 0 || has_lost_parent (self, errno))
    return TRUE;
  if (errno != EEXIST)
    return fail (error, errno);
  add (self, &self->unpacked.n_existing, TRUE);

  return TRUE;
}

static gboolean
make_entry (SbTreeUnpacker  *self,
            SbTreeEvent      event,
            GError         **error)
{
  const char *path = self->reader->path + self->skip;
  const char *leaf = get_leaf (path);

  if (!is_fit (path))
    {
      add (self, &self->unpacked.n_refused, TRUE);
      return TRUE;
    }
  if (!enter_parent (self, path))
    {
      if (errno != ELOOP && errno != ENOTDIR && errno != ENAMETOOLONG && errno != ENOENT)
        return fail (error, errno);
      add (self, &self->unpacked.n_refused, TRUE);
      return TRUE;
    }

  return event == SB_TREE_DIRECTORY ? make_directory (self, leaf, error) : make_file (self, leaf, error);
}

static gboolean
write_bytes (SbTreeUnpacker  *self,
             GError         **error)
{
  const guint8 *data = self->reader->data;
  gsize left = self->reader->data_length;

  while (self->file_fd >= 0 && left > 0)
    {
      gssize written = write (self->file_fd, data, left);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return fail (error, errno);
      data += written;
      left -= (gsize) written;
    }
  if (self->file_fd >= 0)
    {
      g_mutex_lock (&self->lock);
      self->unpacked.bytes += self->reader->data_length;
      g_mutex_unlock (&self->lock);
    }

  return TRUE;
}

/* Some file systems tell only now that there is no room. */
static gboolean
end_file (SbTreeUnpacker  *self,
          GError         **error)
{
  int fd = self->file_fd;

  self->file_fd = -1;
  if (fd < 0)
    return TRUE;
  if (close (fd) != 0 && errno != EINTR)
    {
      int number = errno;

      unlinkat (self->parent_fd, get_leaf (self->reader->path), 0);
      return fail (error, number);
    }
  add (self, &self->unpacked.n_files, FALSE);

  return TRUE;
}

/* A file of which only a part has come is none. */
static void
drop_unfinished (SbTreeUnpacker *self)
{
  if (self->file_fd >= 0)
    unlinkat (self->parent_fd, get_leaf (self->reader->path), 0);
  clear_fd (&self->file_fd);
}

static gboolean
is_beneath (SbTreeUnpacker *self)
{
  gsize length = strlen (self->base);

  return length == 0
         || (strncmp (self->reader->path, self->base, length) == 0
             && (self->reader->path[length] == '\0' || self->reader->path[length] == '/'));
}

static gboolean
handle (SbTreeUnpacker  *self,
        SbTreeEvent      event,
        GError         **error)
{
  switch (event)
    {
    case SB_TREE_DIRECTORY:
    case SB_TREE_FILE:
      if (!is_beneath (self))
        break;
      return make_entry (self, event, error);
    case SB_TREE_LINK:
      add (self, &self->unpacked.n_links, TRUE);
      return TRUE;
    case SB_TREE_SKIPPED:
      add (self, &self->unpacked.n_skipped, TRUE);
      return TRUE;
    case SB_TREE_DATA:
      return write_bytes (self, error);
    case SB_TREE_FILE_END:
      return end_file (self, error);
    case SB_TREE_END:
      g_mutex_lock (&self->lock);
      self->complete = TRUE;
      g_mutex_unlock (&self->lock);
      return TRUE;
    case SB_TREE_MORE:
      return TRUE;
    case SB_TREE_BROKEN:
    default:
      break;
    }

  g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_LIMIT,
                       "The files from the sandbox are not as they should be, or more than may be saved at once. What "
                       "came before that is in the folder.");

  return FALSE;
}

static gboolean
open_root (SbTreeUnpacker  *self,
           GError         **error)
{
  const char *path = g_file_peek_path (self->folder);

  if (self->root_fd >= 0)
    return TRUE;
  if (path == NULL)
    {
      g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_IO,
                           "Files can only be saved to a folder of this machine. Choose another one.");
      return FALSE;
    }

  self->root_fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  return self->root_fd >= 0 || fail (error, errno);
}

/* Called in a thread by write_async(), one call at a time. */
static gssize
sb_tree_unpacker_write (GOutputStream  *stream,
                        const void     *buffer,
                        gsize           count,
                        GCancellable   *cancellable,
                        GError        **error)
{
  SbTreeUnpacker *self = SB_TREE_UNPACKER (stream);
  const guint8 *data = buffer;
  size_t left = count;
  SbTreeEvent event = SB_TREE_MORE;

  if (!open_root (self, error))
    return -1;

  do
    {
      event = sb_tree_reader_feed (self->reader, &data, &left);
      if (g_cancellable_set_error_if_cancelled (cancellable, error) || !handle (self, event, error))
        {
          drop_unfinished (self);
          return -1;
        }
    }
  while (event != SB_TREE_MORE);

  return (gssize) count;
}

static void
sb_tree_unpacker_finalize (GObject *object)
{
  SbTreeUnpacker *self = SB_TREE_UNPACKER (object);

  drop_unfinished (self);
  clear_fd (&self->parent_fd);
  clear_fd (&self->root_fd);
  g_clear_object (&self->folder);
  g_ptr_array_unref (self->left_out);
  g_mutex_clear (&self->lock);
  g_free (self->parent);
  g_free (self->reader);
  g_free (self->base);

  G_OBJECT_CLASS (sb_tree_unpacker_parent_class)->finalize (object);
}

static void
sb_tree_unpacker_class_init (SbTreeUnpackerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_tree_unpacker_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = sb_tree_unpacker_write;
}

static void
sb_tree_unpacker_init (SbTreeUnpacker *self)
{
  self->root_fd = -1;
  self->parent_fd = -1;
  self->file_fd = -1;
  self->reader = g_new0 (SbTreeReader, 1);
  self->left_out = g_ptr_array_new_with_free_func (g_free);
  g_mutex_init (&self->lock);
}

/**
 * sb_tree_unpacker_new:
 * @folder: an existing directory of this machine, as the user chose it
 * @base: the directory of the sandbox that is saved, without a slash at its end; it keeps its own name, and what is
 *   above it is left away. "": all of it
 * @max_entries: of the tree
 * @max_bytes: of contents
 *
 * Nothing that is in @folder is replaced, links are never made and never followed, a file's mode only says whether it
 * is a program. Use its asynchronous calls: they write in a thread, and the folder may be slow. After an error the
 * file that was being written is gone and the ones before it stay; when the tree breaks the rules or a limit that is
 * %SB_CHANNEL_ERROR_LIMIT.
 *
 * Returns: (transfer full): the stream
 */
GOutputStream *
sb_tree_unpacker_new (GFile      *folder,
                      const char *base,
                      guint64     max_entries,
                      guint64     max_bytes)
{
  SbTreeUnpacker *self = g_object_new (SB_TYPE_TREE_UNPACKER, NULL);

  g_return_val_if_fail (G_IS_FILE (folder), NULL);

  self->folder = g_object_ref (folder);
  self->base = g_strdup (base);
  self->skip = (gsize) (get_leaf (base) - base);
  sb_tree_reader_init (self->reader, max_entries, max_bytes);

  return G_OUTPUT_STREAM (self);
}

/* Any thread, at any time. */
SbTreeUnpacked
sb_tree_unpacker_get_unpacked (SbTreeUnpacker *self)
{
  SbTreeUnpacked unpacked;

  g_mutex_lock (&self->lock);
  unpacked = self->unpacked;
  g_mutex_unlock (&self->lock);

  return unpacked;
}

/* TRUE when the end of the tree has come. */
gboolean
sb_tree_unpacker_is_complete (SbTreeUnpacker *self)
{
  gboolean complete = FALSE;

  g_mutex_lock (&self->lock);
  complete = self->complete;
  g_mutex_unlock (&self->lock);

  return complete;
}

char **
sb_tree_unpacker_dup_left_out (SbTreeUnpacker *self)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->left_out->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (self->left_out, i));
  g_mutex_unlock (&self->lock);

  return g_strv_builder_end (builder);
}
