/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sb-tree-codec.h"

#define RESTORE_SLOTS 2
#define MAX_BYTES (64ull * 1024 * 1024 * 1024)

typedef struct
{
  bool         used;
  bool         ended; /* the tree; the stream must end too */
  uint32_t     id;
  int          fd;    /* of the file that is being written; -1: none */
  size_t       base_length;
  char         path[2 * SB_WIRE_MAX_PATH]; /* where to, and there the entry */
  SbTreeReader reader;
} Restore;

static Restore slots[RESTORE_SLOTS];

static void
release (Restore *restore)
{
  if (restore->fd >= 0)
    close (restore->fd);
  restore->used = false;
}

/* The directory of the entry, made if need be and opened beneath the workspace. What is there by its name goes, unless
 * it is a directory that holds something. -1: errno */
static int
open_place (Restore     *restore,
            const char **leaf)
{
  int dir;

  if (restore->base_length + strlen (restore->reader.path) >= SB_WIRE_MAX_PATH)
    {
      errno = ENAMETOOLONG;
      return -1;
    }

  strcpy (restore->path + restore->base_length, restore->reader.path);
  dir = path_open_parent (restore->path, true, leaf);
  if (dir < 0)
    return -1;
  if (restore->reader.kind != 'D' && unlinkat (dir, *leaf, 0) != 0 && errno == EISDIR)
    unlinkat (dir, *leaf, AT_REMOVEDIR);

  return dir;
}

static int
make_directory (int         dir,
                const char *leaf,
                mode_t      mode)
{
  struct stat info;

  /* Its owner must be able to fill it. */
  if (mkdirat (dir, leaf, (mode & 0777) | 0700) == 0)
    return 0;
  if (errno == EEXIST && fstatat (dir, leaf, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (info.st_mode))
    return 0;

  return errno;
}

static int
make_file (Restore    *restore,
           int         dir,
           const char *leaf)
{
  restore->fd = openat (dir, leaf, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, restore->reader.mode & 0777);

  return restore->fd >= 0 ? 0 : errno;
}

static int
make_entry (Restore     *restore,
            SbTreeEvent  event)
{
  const char *leaf;
  int dir = open_place (restore, &leaf);
  int failure = 0;

  if (dir < 0)
    return errno;

  if (event == SB_TREE_DIRECTORY)
    failure = make_directory (dir, leaf, restore->reader.mode);
  else if (event == SB_TREE_FILE)
    failure = make_file (restore, dir, leaf);
  else if (symlinkat (restore->reader.target, dir, leaf) != 0)
    failure = errno;
  close (dir);

  return failure;
}

static int
write_bytes (Restore *restore)
{
  const uint8_t *data = restore->reader.data;
  size_t left = restore->reader.data_length;

  while (left > 0)
    {
      ssize_t written = write (restore->fd, data, left);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        return errno;
      data += written;
      left -= (size_t) written;
    }

  return 0;
}

static int
handle (Restore     *restore,
        SbTreeEvent  event)
{
  switch (event)
    {
    case SB_TREE_DIRECTORY:
    case SB_TREE_FILE:
    case SB_TREE_LINK:
      return make_entry (restore, event);
    case SB_TREE_DATA:
      return write_bytes (restore);
    case SB_TREE_FILE_END:
      close (restore->fd);
      restore->fd = -1;
      return 0;
    case SB_TREE_END:
      restore->ended = true;
      return 0;
    case SB_TREE_SKIPPED:
    case SB_TREE_MORE:
      return 0;
    case SB_TREE_BROKEN:
    default:
      return EINVAL;
    }
}

bool
restore_data (const SbWireFrame *frame)
{
  const uint8_t *data = frame->payload;
  size_t left = frame->length;
  Restore *restore = NULL;
  SbTreeEvent event;
  int failure = 0;

  for (unsigned int i = 0; i < RESTORE_SLOTS; i++)
    if (slots[i].used && slots[i].id == frame->id)
      restore = &slots[i];
  if (restore == NULL)
    return false;

  do
    {
      event = sb_tree_reader_feed (&restore->reader, &data, &left);
      failure = handle (restore, event);
    }
  while (failure == 0 && event != SB_TREE_MORE);

  if (failure == 0 && !(frame->flags & SB_WIRE_FLAG_END))
    {
      send_credit (frame->id, frame->length);
      return true;
    }

  if (failure == 0 && !restore->ended)
    failure = EINVAL;
  if (failure == 0)
    send_ok (frame->id);
  else
    send_errno (frame->id, failure);
  release (restore);

  return true;
}

/* Errno; 0: the stream may come. */
static int
begin (Restore    *restore,
       const char *path,
       bool        replace)
{
  char normal[SB_WIRE_MAX_PATH];
  int fd;

  if (!path_normalize (path, normal))
    return errno;
  fd = path_open (normal, O_PATH | O_DIRECTORY, 0);
  if (fd < 0)
    return errno;
  close (fd);
  if (replace && !files_clear (normal))
    return errno;

  restore->base_length = 0;
  if (strcmp (normal, ".") != 0)
    {
      strcpy (restore->path, normal);
      restore->base_length = strlen (normal) + 1;
      restore->path[restore->base_length - 1] = '/';
    }

  return 0;
}

void
restore_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  const char *path = sb_wire_get_string (&unpacker);
  Restore *restore = NULL;
  int failure = EAGAIN;

  if (!sb_wire_get_end (&unpacker))
    die (5);
  for (unsigned int i = 0; i < RESTORE_SLOTS && restore == NULL; i++)
    restore = slots[i].used ? NULL : &slots[i];
  if (restore != NULL)
    failure = begin (restore, path, (frame->flags & SB_WIRE_FLAG_RECURSIVE) != 0);
  if (failure != 0)
    {
      send_errno (frame->id, failure);
      return;
    }

  restore->used = true;
  restore->ended = false;
  restore->id = frame->id;
  restore->fd = -1;
  sb_tree_reader_init (&restore->reader, 2 * SB_WIRE_MAX_TREE, MAX_BYTES);
}
