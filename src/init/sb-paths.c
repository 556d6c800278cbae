/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_openat2
#define SYS_openat2 437
#endif

/* From linux/openat2.h, which a musl tool chain does not have. */
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_BENEATH 0x08

struct open_how
{
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};

static const char *
skip_prefix (const char *path,
             const char *prefix)
{
  size_t length = strlen (prefix);

  if (strncmp (path, prefix, length) != 0 || (path[length] != '/' && path[length] != '\0'))
    return NULL;

  return path + length;
}

/* Makes a path relative to the workspace ("." for itself), without "." and empty components. FALSE, with errno, when it
 * is absolute and elsewhere, or too long. ".." stays: the kernel judges it. */
bool
path_normalize (const char *path,
                char       *normal)
{
  size_t length = 0;

  if (path[0] == '/')
    {
      const char *below = skip_prefix (path, config.workspace);

      path = below != NULL ? below : skip_prefix (path, "/workspace");
    }
  if (path == NULL || strlen (path) >= SB_WIRE_MAX_PATH - 2)
    {
      errno = path == NULL ? EXDEV : ENAMETOOLONG;
      return false;
    }

  while (*path != '\0')
    {
      size_t part = strcspn (path, "/");

      if (part > 0 && !(part == 1 && path[0] == '.'))
        {
          if (length > 0)
            normal[length++] = '/';
          memcpy (normal + length, path, part);
          length += part;
        }
      path += part;
      path += *path == '/';
    }

  if (length == 0)
    normal[length++] = '.';
  normal[length] = '\0';

  return true;
}

static int
open_beneath (const char *normal,
              int         flags,
              mode_t      mode)
{
  struct open_how how = {
    .flags = (uint64_t) (unsigned int) flags,
    .mode = flags & O_CREAT ? mode : 0,
    .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
  };

  return (int) syscall (SYS_openat2, config.workspace_fd, normal, &how, sizeof how);
}

bool
path_resolves_with_openat2 (void)
{
  int fd = open_beneath (".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

  if (fd < 0)
    return false;
  close (fd);

  return true;
}

/* For kernels and engines without openat2: one component at a time, no link followed, no way up. */
static int
open_walking (const char *normal,
              int         flags,
              mode_t      mode)
{
  char part[SB_WIRE_MAX_PATH];
  int dir = fcntl (config.workspace_fd, F_DUPFD_CLOEXEC, 3);

  while (dir >= 0)
    {
      size_t length = strcspn (normal, "/");
      bool last = normal[length] == '\0';
      int next;

      memcpy (part, normal, length);
      part[length] = '\0';
      if (strcmp (part, "..") == 0)
        {
          close (dir);
          errno = EXDEV;
          return -1;
        }

      next = openat (dir, part, last ? flags | O_NOFOLLOW : O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, mode);
      close (dir);
      if (last)
        return next;
      dir = next;
      normal += length + 1;
    }

  return -1;
}

/* Opens what lies beneath the workspace, never anything above it. -1 with errno. */
int
path_open (const char *normal,
           int         flags,
           mode_t      mode)
{
  /* openat2 refuses flags that mean nothing together with O_PATH. */
  flags |= flags & O_PATH ? O_CLOEXEC : O_CLOEXEC | O_NOCTTY;

  return config.has_openat2 ? open_beneath (normal, flags, mode) : open_walking (normal, flags, mode);
}

static int
make_dir (const char *normal)
{
  const char *leaf;
  int parent = path_open_parent (normal, false, &leaf);
  int result;

  if (parent < 0)
    return -1;
  result = mkdirat (parent, leaf, 0755);
  if (result != 0 && errno == EEXIST)
    result = 0;
  close (parent);

  return result;
}

/* ".." is there already, or not ours to make. */
static bool
ends_upwards (const char *path)
{
  size_t length = strlen (path);

  return length >= 2 && strcmp (path + length - 2, "..") == 0 && (length == 2 || path[length - 3] == '/');
}

static bool
make_parents (const char *normal)
{
  char path[SB_WIRE_MAX_PATH];

  strcpy (path, normal);
  for (char *slash = strchr (path, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      *slash = '\0';
      if (!ends_upwards (path) && make_dir (path) != 0)
        return false;
      *slash = '/';
    }

  return true;
}

/* The directory that holds the last component, and that component: a plain name. make: with all that is missing on
 * the way. */
int
path_open_parent (const char  *normal,
                  bool         make,
                  const char **leaf)
{
  char parent[SB_WIRE_MAX_PATH];
  const char *slash = strrchr (normal, '/');

  *leaf = slash != NULL ? slash + 1 : normal;
  if (strcmp (*leaf, ".") == 0 || strcmp (*leaf, "..") == 0)
    {
      errno = strcmp (*leaf, ".") == 0 ? EISDIR : EXDEV;
      return -1;
    }
  if (make && !make_parents (normal))
    return -1;
  if (slash == NULL)
    return fcntl (config.workspace_fd, F_DUPFD_CLOEXEC, 3);

  memcpy (parent, normal, (size_t) (slash - normal));
  parent[slash - normal] = '\0';

  return path_open (parent, O_PATH | O_DIRECTORY, 0);
}
