/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-instance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sb-id.h"
#include "sb-sandbox-backend.h"

/* One for the process: the lock ends when the process does, and not before. */
static char *instance_id = NULL;
static int lock_fd = -1;

static char *
dup_lock_directory (void)
{
  return g_build_filename (g_get_user_runtime_dir (), "sandbar", NULL);
}

static char *
dup_lock_path (const char *id)
{
  g_autofree char *directory = dup_lock_directory ();
  g_autofree char *name = g_strconcat (id, ".lock", NULL);

  return g_build_filename (directory, name, NULL);
}

/* Ids come back from labels in the engine, where anybody may have written them. */
static gboolean
is_plain (const char *id)
{
  return *id != '\0' && strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (id);
}

static gboolean
fail (const char  *path,
      GError     **error)
{
  int code = errno;

  g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
               "The lock file %s cannot be made: %s. Make its folder writable and try again.", path,
               g_strerror (code));

  return FALSE;
}

/* Locked under another name first: nobody shall ever see the file without its lock. */
static gboolean
make_lock (const char  *path,
           GError     **error)
{
  g_autofree char *early = g_strconcat (path, ".new", NULL);
  int fd = open (early, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0)
    return fail (early, error);
  if (flock (fd, LOCK_EX | LOCK_NB) != 0 || rename (early, path) != 0)
    {
      fail (path, error);
      close (fd);
      return FALSE;
    }
  lock_fd = fd;

  return TRUE;
}

/* Where nobody clears the folder at logout, the files of the dead would pile up. */
static void
forget_the_dead (const char *directory)
{
  g_autoptr(GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name = NULL;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *id = g_strndup (name, strcspn (name, "."));

      if (g_str_has_suffix (name, ".lock"))
        sb_instance_is_alive (id);
    }
}

/**
 * sb_instance_hold:
 * @error: set to %SB_SANDBOX_ERROR_UNAVAILABLE
 *
 * Takes this process's lock, once: later calls find it taken. It is never given back; the kernel drops it
 * with the process, however that ends.
 *
 * Returns: whether the lock is held
 */
gboolean
sb_instance_hold (GError **error)
{
  g_autofree char *directory = dup_lock_directory ();
  g_autofree char *id = NULL;
  g_autofree char *path = NULL;

  if (lock_fd >= 0)
    return TRUE;

  id = sb_id_new ("app");
  path = dup_lock_path (id);
  if (g_mkdir_with_parents (directory, 0700) != 0)
    return fail (directory, error);
  forget_the_dead (directory);
  if (!make_lock (path, error))
    return FALSE;
  instance_id = g_steal_pointer (&id);

  return TRUE;
}

/**
 * sb_instance_get_id:
 *
 * Returns: (nullable): the id of this process, as others see it in labels; %NULL before sb_instance_hold()
 */
const char *
sb_instance_get_id (void)
{
  return instance_id;
}

/**
 * sb_instance_get_owner:
 *
 * Engines may be shared, by users and by machines. Only instances that keep their locks in the same place
 * can tell whether one of them lives; this names that place.
 *
 * Returns: a short hash of the machine and the lock folder
 */
const char *
sb_instance_get_owner (void)
{
  static char *owner = NULL;
  g_autofree char *directory = dup_lock_directory ();
  g_autofree char *machine = NULL;
  g_autofree char *both = NULL;

  if (owner != NULL)
    return owner;

  g_file_get_contents ("/etc/machine-id", &machine, NULL, NULL);
  both = g_strdup_printf ("%s\n%s\n%u", machine != NULL ? machine : g_get_host_name (), directory,
                          (guint) getuid ());
  owner = g_compute_checksum_for_string (G_CHECKSUM_SHA256, both, -1);
  owner[16] = '\0';

  return owner;
}

/**
 * sb_instance_is_alive:
 * @id: an instance's id, from a label
 *
 * Also removes the lock file of a dead instance.
 *
 * Returns: whether a process of this owner holds the lock of @id; an id that is none is not alive
 */
gboolean
sb_instance_is_alive (const char *id)
{
  g_autofree char *path = NULL;
  gboolean alive = FALSE;
  int fd = -1;

  g_return_val_if_fail (id != NULL, FALSE);

  if (!is_plain (id))
    return FALSE;

  path = dup_lock_path (id);
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return errno != ENOENT;

  alive = flock (fd, LOCK_SH | LOCK_NB) != 0;
  if (!alive)
    unlink (path);
  close (fd);

  return alive;
}
