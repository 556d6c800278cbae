/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLOTS 2
#define SLICE_US 2000
#define MAX_ENTRIES 200000
#define MAX_REWINDS 10000

typedef struct
{
  bool     used;
  uint32_t id;
  Removal  removal;
} RemoveRequest;

static RemoveRequest slots[SLOTS];

void
removal_end (Removal *self)
{
  while (self->depth > 0)
    closedir (self->levels[--self->depth].contents);
  if (self->dir >= 0)
    close (self->dir);
  self->dir = -1;
}

/* What is too far down comes up, and its turn comes later: so any depth ends. */
static int
hoist (Removal    *self,
       int         dir,
       const char *name)
{
  char temp[32];

  snprintf (temp, sizeof temp, WRITE_TEMP_PREFIX "d%d-%u", (int) getpid (), self->left);

  return renameat (dir, name, dirfd (self->levels[0].contents), temp) == 0 ? 0 : errno;
}

static int
push (Removal    *self,
      int         dir,
      const char *name)
{
  int fd;

  if (strlen (name) >= sizeof self->levels[0].name)
    return ENAMETOOLONG;
  if (self->depth == REMOVAL_MAX_DEPTH)
    return hoist (self, dir, name);

  fd = openat (dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0 && errno == EACCES && fchmodat (dir, name, 0700, 0) == 0)
    fd = openat (dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return errno;
  self->levels[self->depth].contents = fdopendir (fd);
  if (self->levels[self->depth].contents == NULL)
    {
      close (fd);
      return ENOMEM;
    }
  self->levels[self->depth].rewound = 0;
  strcpy (self->levels[self->depth++].name, name);

  return 0;
}

/* What is no directory goes at once. */
static int
enter (Removal    *self,
       int         dir,
       const char *name)
{
  if (self->left == 0)
    return EFBIG;
  self->left--;

  if (unlinkat (dir, name, 0) == 0)
    return 0;
  /* A directory that nothing may be taken out of; not the one around it all, which is nobody's to change. */
  if (errno == EACCES && self->depth > 0 && fchmod (dir, 0700) == 0 && unlinkat (dir, name, 0) == 0)
    return 0;

  return errno == EISDIR || errno == EPERM ? push (self, dir, name) : errno;
}

/* A directory that is empty now, unless something has come since it was read. */
static int
leave (Removal *self)
{
  unsigned int at = self->depth - 1;
  int parent = at > 0 ? dirfd (self->levels[at - 1].contents) : self->dir;

  if (unlinkat (parent, self->levels[at].name, AT_REMOVEDIR) != 0)
    {
      if ((errno != ENOTEMPTY && errno != EEXIST) || self->levels[at].rewound++ == MAX_REWINDS)
        return errno;
      rewinddir (self->levels[at].contents);
      return 0;
    }

  closedir (self->levels[at].contents);
  self->depth--;

  return 0;
}

/* dir: taken over. name: what goes, with all that it holds; a link is not followed. Errno. */
int
removal_begin (Removal    *self,
               int         dir,
               const char *name)
{
  self->dir = dir;
  self->depth = 0;
  self->left = MAX_ENTRIES;

  return enter (self, dir, name);
}

bool
removal_is_over (const Removal *self)
{
  return self->depth == 0;
}

/* One entry, unless it is over. Errno. */
int
removal_step (Removal *self)
{
  struct dirent *entry;
  DIR *contents;

  if (self->depth == 0)
    return 0;

  contents = self->levels[self->depth - 1].contents;
  entry = readdir (contents);
  if (entry == NULL)
    return leave (self);
  if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
    return 0;

  return enter (self, dirfd (contents), entry->d_name);
}

int64_t
removal_deadline (void)
{
  for (unsigned int i = 0; i < SLOTS; i++)
    if (slots[i].used)
      return 1;

  return 0;
}

static void
answer (RemoveRequest *request,
        int            failure)
{
  if (failure == 0)
    send_ok (request->id);
  else
    send_errno (request->id, failure);
  removal_end (&request->removal);
  request->used = false;
}

void
removal_tick (int64_t now)
{
  for (unsigned int i = 0; i < SLOTS; i++)
    {
      int64_t stop = now_us () + SLICE_US;
      int failure = 0;

      while (slots[i].used && failure == 0 && !removal_is_over (&slots[i].removal) && now_us () < stop)
        failure = removal_step (&slots[i].removal);
      if (slots[i].used && (failure != 0 || removal_is_over (&slots[i].removal)))
        answer (&slots[i], failure);
    }
}

/* dir: taken over */
static void
remove_all (uint32_t    id,
            int         dir,
            const char *leaf)
{
  RemoveRequest *request = NULL;
  int failure;

  for (unsigned int i = 0; i < SLOTS && request == NULL; i++)
    request = slots[i].used ? NULL : &slots[i];
  if (request == NULL)
    {
      close (dir);
      send_errno (id, EAGAIN);
      return;
    }

  request->used = true;
  request->id = id;
  failure = removal_begin (&request->removal, dir, leaf);
  if (failure != 0 || removal_is_over (&request->removal))
    answer (request, failure);
}

/* Whoever replaces the file between the look and the removal, in microseconds, loses what he wrote. */
static int
remove_if_unchanged (int         dir,
                     const char *leaf,
                     uint64_t    expected)
{
  struct stat before, after;

  if (fstatat (dir, leaf, &before, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? ESTALE : errno;
  if (write_hash_file (dir, leaf) != expected)
    return ESTALE;
  if (fstatat (dir, leaf, &after, AT_SYMLINK_NOFOLLOW) != 0 || after.st_ino != before.st_ino
      || after.st_size != before.st_size || after.st_ctim.tv_sec != before.st_ctim.tv_sec
      || after.st_ctim.tv_nsec != before.st_ctim.tv_nsec)
    return ESTALE;

  return unlinkat (dir, leaf, 0) == 0 ? 0 : errno;
}

static int
remove_one (int         dir,
            const char *leaf)
{
  if (unlinkat (dir, leaf, 0) == 0)
    return 0;
  if ((errno == EISDIR || errno == EPERM) && unlinkat (dir, leaf, AT_REMOVEDIR) == 0)
    return 0;

  return errno;
}

void
removal_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  const char *path = sb_wire_get_string (&unpacker);
  bool checks = (frame->flags & SB_WIRE_FLAG_IF_MATCH) != 0;
  uint64_t expected = checks ? sb_wire_get_u64 (&unpacker) : 0;
  char normal[SB_WIRE_MAX_PATH];
  const char *leaf;
  int dir = -1, failure;

  if (!sb_wire_get_end (&unpacker))
    die (5);
  if (path_normalize (path, normal))
    dir = path_open_parent (normal, false, &leaf);
  if (dir < 0)
    {
      send_errno (frame->id, errno);
      return;
    }
  if (!checks && (frame->flags & SB_WIRE_FLAG_RECURSIVE))
    {
      remove_all (frame->id, dir, leaf);
      return;
    }

  failure = checks ? remove_if_unchanged (dir, leaf, expected) : remove_one (dir, leaf);
  close (dir);
  if (failure == 0)
    send_ok (frame->id);
  else
    send_errno (frame->id, failure);
}
