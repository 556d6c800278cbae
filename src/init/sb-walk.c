/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Everything below a directory, one entry at a time, so that the loop never waits for a large tree. Directories are
 * opened from their parent's descriptor and links are not followed: whoever renames meanwhile changes what is seen, not
 * where it is looked. */

bool
walk_begin (Walk       *walk,
            const char *normal)
{
  int fd = path_open (normal, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0);

  memset (walk, 0, sizeof *walk);
  walk->dirs[0] = fd >= 0 ? fdopendir (fd) : NULL;
  if (walk->dirs[0] == NULL)
    return false;

  walk->depth = 1;
  walk->parent = -1;
  if (strcmp (normal, ".") != 0)
    {
      strcpy (walk->path, normal);
      walk->lengths[0] = strlen (normal);
    }

  return true;
}

void
walk_end (Walk *walk)
{
  while (walk->depth > 0)
    closedir (walk->dirs[--walk->depth]);
}

/* The path of an entry of the innermost directory. FALSE: too long. */
static bool
set_name (Walk       *walk,
          const char *name)
{
  size_t length = walk->lengths[walk->depth - 1];
  size_t separator = length > 0 ? 1 : 0;

  if (length + separator + strlen (name) >= sizeof walk->path)
    return false;

  if (separator > 0)
    walk->path[length] = '/';
  walk->name = walk->path + length + separator;
  strcpy (walk->path + length + separator, name);

  return true;
}

/* Directories that cannot be entered are listed all the same. */
static void
descend (Walk *walk)
{
  int fd;

  if (walk->depth == WALK_MAX_DEPTH)
    {
      walk->state = WALK_TOO_DEEP;
      return;
    }

  fd = openat (walk->parent, walk->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  walk->dirs[walk->depth] = fd >= 0 ? fdopendir (fd) : NULL;
  if (walk->dirs[walk->depth] == NULL)
    {
      walk->state = WALK_UNREADABLE;
      if (fd >= 0)
        close (fd);
      return;
    }

  walk->lengths[walk->depth] = strlen (walk->path);
  walk->depth++;
}

/* FALSE: there is nothing more. The entry is in name, path, parent, info and state until the next call. */
bool
walk_next (Walk *walk)
{
  while (walk->depth > 0)
    {
      DIR *dir = walk->dirs[walk->depth - 1];
      struct dirent *entry = readdir (dir);

      if (entry == NULL)
        {
          closedir (dir);
          walk->depth--;
          continue;
        }
      if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0 || write_is_temp (entry->d_name))
        continue;
      if (!set_name (walk, entry->d_name))
        {
          walk->truncated = true;
          continue;
        }

      walk->parent = dirfd (dir);
      walk->state = WALK_ENTERED;
      if (fstatat (walk->parent, walk->name, &walk->info, AT_SYMLINK_NOFOLLOW) != 0)
        continue;
      if (S_ISDIR (walk->info.st_mode))
        descend (walk);
      walk->truncated |= walk->state != WALK_ENTERED;
      return true;
    }

  return false;
}
