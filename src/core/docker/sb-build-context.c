/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-build-context.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sb-docker-client.h"
#include "sb-docker-ignore.h"
#include "sb-tar.h"
#include "sb-text.h"

#define MAX_BYTES (512u * 1024 * 1024)
#define MAX_ENTRIES 100000
#define MAX_DEPTH 64
#define DOCKERFILE "Dockerfile"
#define IGNORE_FILE ".dockerignore"

typedef struct
{
  /* owned */
  GByteArray     *tar;
  SbDockerIgnore *ignore;

  /* borrowed */
  GCancellable   *cancellable;

  guint           n_entries;
} Packer;

static gboolean pack_folder (Packer      *self,
                             int          fd,
                             const char  *path,
                             guint        depth,
                             GError     **error);

static gboolean
fail (GError     **error,
      const char  *path,
      int          error_number)
{
  g_autofree char *clean = sb_text_clean (path, -1, NULL);

  g_set_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_CONTEXT, "“%s” cannot be read: %s.", clean,
               g_strerror (error_number));

  return FALSE;
}

static gboolean
fail_too_large (GError **error)
{
  g_set_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_CONTEXT,
               "The folder is too large to build an image from it: more than %u MiB, %d files or %d levels. List in "
               "“" IGNORE_FILE "” what the image does not need.", MAX_BYTES / 1024 / 1024, MAX_ENTRIES, MAX_DEPTH);

  return FALSE;
}

/* Its size is the one it had when it was opened: what is added meanwhile is left out. */
static gboolean
read_file (int           dir,
           const char   *name,
           struct stat  *info,
           char        **contents,
           gsize        *length)
{
  int fd = openat (dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  gsize size = 0;

  *length = 0;
  *contents = NULL;
  if (fd < 0 || fstat (fd, info) != 0 || !S_ISREG (info->st_mode) || info->st_size > MAX_BYTES)
    {
      if (fd >= 0)
        errno = info->st_size > MAX_BYTES ? EFBIG : EINVAL;
      if (fd >= 0)
        close (fd);
      return FALSE;
    }

  size = (gsize) info->st_size;
  *contents = g_malloc (size + 1);
  while (*length < size)
    {
      gssize got = read (fd, *contents + *length, size - *length);

      if (got == 0 || (got < 0 && errno != EINTR))
        break;
      *length += (gsize) MAX (got, 0);
    }
  close (fd);

  return TRUE;
}

static gboolean
pack_file (Packer      *self,
           int          dir,
           const char  *name,
           const char  *path,
           GError     **error)
{
  g_autofree char *contents = NULL;
  struct stat info = { 0 };
  gsize length = 0;

  if (!read_file (dir, name, &info, &contents, &length))
    return errno == EFBIG ? fail_too_large (error) : fail (error, path, errno);
  if (self->tar->len + length > MAX_BYTES)
    return fail_too_large (error);

  sb_tar_add_file (self->tar, path, info.st_mode & 0777, contents, length);

  return TRUE;
}

static gboolean
pack_link (Packer      *self,
           int          dir,
           const char  *name,
           const char  *path,
           GError     **error)
{
  char target[4096];
  gssize length = readlinkat (dir, name, target, sizeof target - 1);

  if (length < 0)
    return fail (error, path, errno);
  target[length] = '\0';
  sb_tar_add_symlink (self->tar, path, target);

  return TRUE;
}

static gboolean
pack_subfolder (Packer      *self,
                int          dir,
                const char  *name,
                const char  *path,
                guint        depth,
                GError     **error)
{
  int fd = openat (dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd < 0)
    return fail (error, path, errno);

  return pack_folder (self, fd, path, depth + 1, error);
}

/* The engine reads both, whatever the patterns say. */
static gboolean
is_needed (const char *path)
{
  return g_str_equal (path, DOCKERFILE) || g_str_equal (path, IGNORE_FILE);
}

static gboolean
pack_entry (Packer      *self,
            int          dir,
            const char  *name,
            const char  *path,
            guint        depth,
            GError     **error)
{
  gboolean ignored = sb_docker_ignore_matches (self->ignore, path) && !is_needed (path);
  struct stat info;

  if (fstatat (dir, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? TRUE : fail (error, path, errno);
  if (ignored && !(S_ISDIR (info.st_mode) && sb_docker_ignore_has_exceptions (self->ignore)))
    return TRUE;
  if (++self->n_entries > MAX_ENTRIES || self->tar->len > MAX_BYTES)
    return fail_too_large (error);

  if (S_ISREG (info.st_mode))
    return pack_file (self, dir, name, path, error);
  if (S_ISLNK (info.st_mode))
    return pack_link (self, dir, name, path, error);
  if (!S_ISDIR (info.st_mode))
    return TRUE;
  if (!ignored)
    sb_tar_add_directory (self->tar, path, info.st_mode & 0777);

  return pack_subfolder (self, dir, name, path, depth, error);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Sorted, so that the same folder is the same archive; takes the descriptor. */
static GPtrArray *
list_names (int fd)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  DIR *dir = fdopendir (fd);
  const struct dirent *entry;

  if (dir == NULL)
    {
      close (fd);
      return NULL;
    }
  while (names->len <= MAX_ENTRIES && (entry = readdir (dir)) != NULL)
    if (!g_str_equal (entry->d_name, ".") && !g_str_equal (entry->d_name, ".."))
      g_ptr_array_add (names, g_strdup (entry->d_name));
  closedir (dir);
  g_ptr_array_sort (names, compare_names);

  return g_steal_pointer (&names);
}

/* path: "" for the folder itself. Takes the descriptor. */
static gboolean
pack_folder (Packer      *self,
             int          fd,
             const char  *path,
             guint        depth,
             GError     **error)
{
  g_autoptr(GPtrArray) names = list_names (dup (fd));
  gboolean good = TRUE;

  if (names == NULL)
    good = fail (error, path, errno);
  else if (depth > MAX_DEPTH)
    good = fail_too_large (error);
  for (guint i = 0; good && i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *below = *path != '\0' ? g_strconcat (path, "/", name, NULL) : g_strdup (name);

      good = !g_cancellable_set_error_if_cancelled (self->cancellable, error)
             && pack_entry (self, fd, name, below, depth, error);
    }
  close (fd);

  return good;
}

static gboolean
has_dockerfile (int          fd,
                const char  *folder,
                GError     **error)
{
  g_autofree char *clean = NULL;
  struct stat info;

  if (fstatat (fd, DOCKERFILE, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (info.st_mode))
    return TRUE;

  clean = sb_text_clean (folder, -1, NULL);
  g_set_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_CONTEXT,
               "There is no file “" DOCKERFILE "” in “%s”. It says how to build the image.", clean);

  return FALSE;
}

static SbDockerIgnore *
read_ignore (int fd)
{
  g_autofree char *contents = NULL;
  struct stat info = { 0 };
  gsize length = 0;

  read_file (fd, IGNORE_FILE, &info, &contents, &length);

  return sb_docker_ignore_parse (contents != NULL ? contents : "", length);
}

static void
pack_in_thread (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  const char *folder = task_data;
  Packer packer = { .cancellable = cancellable };
  GError *error = NULL;
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd < 0)
    {
      fail (&error, folder, errno);
      g_task_return_error (task, error);
      return;
    }
  if (!has_dockerfile (fd, folder, &error))
    {
      close (fd);
      g_task_return_error (task, error);
      return;
    }

  packer.tar = sb_tar_new ();
  packer.ignore = read_ignore (fd);
  if (pack_folder (&packer, fd, "", 0, &error))
    g_task_return_pointer (task, sb_tar_end (g_steal_pointer (&packer.tar)), (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
  g_clear_pointer (&packer.tar, g_byte_array_unref);
  sb_docker_ignore_free (packer.ignore);
}

/**
 * sb_build_context_pack_async:
 * @folder: a folder with a Dockerfile
 * @cancellable: (nullable): ends it
 * @callback: called with the result
 * @user_data: for it
 *
 * Packs all of @folder but what its .dockerignore names, in a thread. Links stay links, and are not followed; sockets,
 * pipes and devices are left out. At most 512 MiB, 100,000 files and 64 levels.
 */
void
sb_build_context_pack_async (const char          *folder,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (folder != NULL);

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_build_context_pack_async);
  g_task_set_task_data (task, g_strdup (folder), g_free);
  g_task_run_in_thread (task, pack_in_thread);
}

/**
 * sb_build_context_pack_finish:
 * @result: the result
 * @error: set to %SB_DOCKER_ERROR_CONTEXT, with what to do, or to %G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): a tar archive for sb_image_job_new_build()
 */
GBytes *
sb_build_context_pack_finish (GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
