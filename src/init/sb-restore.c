/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sb-tree-codec.h"

#define RESTORE_SLOTS 2
#define MAX_BYTES (64ull * 1024 * 1024 * 1024)
#define SLICE_US 2000
#define NO_REPLACE 1u /* of renameat2 */
#define EXCHANGE 2u

/* A tree that comes instead of what is there first comes into a directory beside it, "new"; then what is there moves
 * into another, "old", and the new in its place; then both go. What fails before that leaves everything as it was. */
typedef struct
{
  bool         used;
  bool         ended;   /* the tree; the stream must end too */
  bool         replaces;
  bool         leaving; /* only temporary directories are still to go */
  bool         old_too; /* after this one, "old" */
  int          failure; /* errno: to be told when they are gone */
  int          target;  /* the directory that is filled; -1: none */
  char         new_name[32];
  char         old_name[32];
  Removal      removal;
  uint32_t     id;
  int          fd;    /* of the file that is being written; -1: none */
  size_t       base_length;
  char         path[2 * SB_WIRE_MAX_PATH]; /* where to, and there the entry */
  SbTreeReader reader;
} Restore;

static Restore slots[RESTORE_SLOTS];
static unsigned int serial;

static void
release (Restore *restore)
{
  if (restore->fd >= 0)
    close (restore->fd);
  if (restore->target >= 0)
    close (restore->target);
  restore->used = false;
}

bool
restore_is_temp (const char *name)
{
  for (unsigned int i = 0; i < RESTORE_SLOTS; i++)
    if (slots[i].used && slots[i].replaces
        && (strcmp (slots[i].new_name, name) == 0 || strcmp (slots[i].old_name, name) == 0))
      return true;

  return false;
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

static void
answer (Restore *restore)
{
  if (restore->failure == 0)
    send_ok (restore->id);
  else
    send_errno (restore->id, restore->failure);
  release (restore);
}

/* Errno. Begins to remove one of its directories. */
static int
begin_removal (Restore    *restore,
               const char *name)
{
  int dir = fcntl (restore->target, F_DUPFD_CLOEXEC, 3);

  return dir < 0 ? errno : removal_begin (&restore->removal, dir, name);
}

/* To move a directory one must be allowed to write into it. Errno. */
static int
move_one (int          from,
          int          to,
          const char  *name,
          unsigned int flags)
{
  struct stat info;
  int failure;

  if (syscall (SYS_renameat2, from, name, to, name, flags) == 0 || errno == ENOENT)
    return 0;
  if (errno != EACCES || fstatat (from, name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR (info.st_mode)
      || fchmodat (from, name, 0700, 0) != 0)
    return errno;

  failure = syscall (SYS_renameat2, from, name, to, name, flags) == 0 ? 0 : errno;
  fchmodat (failure == 0 ? to : from, name, info.st_mode & 07777, 0);

  return failure;
}

/* Everything by its name from one directory into another, but for the two. What has come there meanwhile changes places
 * with it. Errno. */
static int
move_all (const Restore *restore,
          int            from,
          int            to)
{
  int fd = openat (from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *contents = fd >= 0 ? fdopendir (fd) : NULL;
  struct dirent *entry;
  int failure = 0;

  if (contents == NULL)
    return errno;

  while (failure == 0 && (entry = readdir (contents)) != NULL)
    {
      const char *name = entry->d_name;

      if (strcmp (name, ".") == 0 || strcmp (name, "..") == 0 || strcmp (name, restore->new_name) == 0
          || strcmp (name, restore->old_name) == 0)
        continue;
      failure = move_one (from, to, name, NO_REPLACE);
      if (failure == EEXIST)
        failure = move_one (from, to, name, EXCHANGE);
    }
  closedir (contents);

  return failure;
}

/* The new in place of the old, by moving alone: nothing is written, and so no room is needed. */
static int
exchange (Restore *restore)
{
  int new_fd = openat (restore->target, restore->new_name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  int old_fd = openat (restore->target, restore->old_name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  int failure = new_fd < 0 || old_fd < 0 ? ENOENT : move_all (restore, restore->target, old_fd);

  if (failure == 0)
    failure = move_all (restore, new_fd, restore->target);
  /* What has taken the place of something changes places with it again. */
  if (failure != 0 && old_fd >= 0)
    move_all (restore, old_fd, restore->target);
  if (new_fd >= 0)
    close (new_fd);
  if (old_fd >= 0)
    close (old_fd);

  return failure;
}

/* The last thing that can be done about it. */
static void
finish (Restore *restore,
        int      failure)
{
  if (failure == 0 && restore->replaces)
    failure = exchange (restore);
  restore->failure = failure;
  if (!restore->replaces)
    {
      answer (restore);
      return;
    }

  if (restore->fd >= 0)
    close (restore->fd);
  restore->fd = -1;
  restore->leaving = true;
  restore->old_too = true;
  if (begin_removal (restore, restore->new_name) != 0)
    removal_end (&restore->removal);
}

int64_t
restore_deadline (void)
{
  for (unsigned int i = 0; i < RESTORE_SLOTS; i++)
    if (slots[i].used && slots[i].leaving)
      return 1;

  return 0;
}

static void
clean_up (Restore *restore)
{
  int64_t stop = now_us () + SLICE_US;
  int failure = 0;

  while (failure == 0 && !removal_is_over (&restore->removal) && now_us () < stop)
    failure = removal_step (&restore->removal);
  if (failure == 0 && !removal_is_over (&restore->removal))
    return;

  removal_end (&restore->removal);
  if (restore->old_too)
    {
      restore->old_too = false;
      if (begin_removal (restore, restore->old_name) == 0 && !removal_is_over (&restore->removal))
        return;
      removal_end (&restore->removal);
    }
  answer (restore);
}

void
restore_tick (int64_t now)
{
  for (unsigned int i = 0; i < RESTORE_SLOTS; i++)
    if (slots[i].used && slots[i].leaving)
      clean_up (&slots[i]);
}

static Restore *
find (uint32_t id)
{
  for (unsigned int i = 0; i < RESTORE_SLOTS; i++)
    if (slots[i].used && slots[i].id == id)
      return &slots[i];

  return NULL;
}

bool
restore_cancel (uint32_t id)
{
  Restore *restore = find (id);

  if (restore != NULL && !restore->leaving)
    finish (restore, ECANCELED);

  return restore != NULL;
}

bool
restore_data (const SbWireFrame *frame)
{
  const uint8_t *data = frame->payload;
  size_t left = frame->length;
  Restore *restore = find (frame->id);
  SbTreeEvent event;
  int failure = 0;

  if (restore == NULL)
    return false;
  if (restore->leaving)
    return true;

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
  finish (restore, failure == 0 && !restore->ended ? EINVAL : failure);

  return true;
}

/* Errno. Makes the two directories, which have names that nobody watches. */
static int
begin_replacing (Restore *restore)
{
  int number = (int) getpid ();

  snprintf (restore->new_name, sizeof restore->new_name, WRITE_TEMP_PREFIX "n%d-%u", number, serial);
  snprintf (restore->old_name, sizeof restore->old_name, WRITE_TEMP_PREFIX "o%d-%u", number, serial++);
  if (mkdirat (restore->target, restore->new_name, 0755) != 0)
    return errno;
  if (mkdirat (restore->target, restore->old_name, 0755) != 0)
    {
      int failure = errno;

      unlinkat (restore->target, restore->new_name, AT_REMOVEDIR);
      return failure;
    }
  if (restore->base_length + strlen (restore->new_name) + 1 >= SB_WIRE_MAX_PATH)
    return ENAMETOOLONG;

  restore->base_length += (size_t) sprintf (restore->path + restore->base_length, "%s/", restore->new_name);

  return 0;
}

/* Errno; 0: the stream may come. */
static int
begin (Restore    *restore,
       const char *path,
       bool        replace)
{
  char normal[SB_WIRE_MAX_PATH];

  if (!path_normalize (path, normal))
    return errno;
  restore->target = path_open (normal, O_RDONLY | O_DIRECTORY, 0);
  if (restore->target < 0)
    return errno;

  restore->base_length = 0;
  if (strcmp (normal, ".") != 0)
    {
      strcpy (restore->path, normal);
      restore->base_length = strlen (normal) + 1;
      restore->path[restore->base_length - 1] = '/';
    }
  restore->replaces = replace;

  return replace ? begin_replacing (restore) : 0;
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
    {
      memset (restore, 0, offsetof (Restore, removal));
      restore->target = restore->fd = restore->removal.dir = -1;
      restore->removal.depth = 0;
      failure = begin (restore, path, (frame->flags & SB_WIRE_FLAG_RECURSIVE) != 0);
    }
  if (failure != 0)
    {
      send_errno (frame->id, failure);
      if (restore != NULL)
        release (restore);
      return;
    }

  restore->used = true;
  restore->id = frame->id;
  sb_tree_reader_init (&restore->reader, 2 * SB_WIRE_MAX_TREE, MAX_BYTES);
}
