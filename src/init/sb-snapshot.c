/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sb-tree-codec.h"

#define SNAPSHOT_SLOTS 2
#define SLICE_US 4000
#define PIECE (SB_WIRE_CHUNK / 2)
#define FULL (SB_WIRE_CHUNK / 4)  /* enough for a frame; what is added at once is at most a piece, or two paths */

typedef struct
{
  bool     used;
  bool     ended;    /* the walk; what is in the buffer still has to go */
  uint32_t id;
  uint32_t credit;
  uint64_t left;     /* bytes of contents that may still go out */
  uint32_t entries;
  int      fd;       /* of the file that is being read; -1: none */
  Walk     walk;
  size_t   length;
  uint8_t  buffer[SB_WIRE_CHUNK];
} Snapshot;

static Snapshot slots[SNAPSHOT_SLOTS];

static void
release (Snapshot *snapshot)
{
  if (snapshot->fd >= 0)
    close (snapshot->fd);
  walk_end (&snapshot->walk);
  snapshot->used = false;
}

static void
add (Snapshot   *snapshot,
     char        kind,
     uint32_t    mode,
     const char *target)
{
  snapshot->length += sb_tree_write_entry (snapshot->buffer + snapshot->length,
                                           sizeof snapshot->buffer - snapshot->length, kind, mode,
                                           snapshot->walk.path, target);
}

static void
put_length (Snapshot *snapshot,
            size_t    at,
            uint32_t  length)
{
  for (unsigned int i = 0; i < 4; i++)
    snapshot->buffer[at + i] = (uint8_t) (length >> (8 * i));
}

/* A file that is cut off meanwhile ends where it ends, and so does one that has grown beyond the limit. */
static void
read_on (Snapshot *snapshot)
{
  size_t at = snapshot->length;
  size_t most = snapshot->left < PIECE ? (size_t) snapshot->left : PIECE;
  ssize_t got = read (snapshot->fd, snapshot->buffer + at + 4, most);

  put_length (snapshot, at, got > 0 ? (uint32_t) got : 0);
  snapshot->length += 4 + (got > 0 ? (size_t) got : 0);
  snapshot->left -= got > 0 ? (uint64_t) got : 0;
  if (got > 0)
    return;

  close (snapshot->fd);
  snapshot->fd = -1;
}

static void
begin_file (Snapshot *snapshot)
{
  struct stat info;
  int fd = openat (snapshot->walk.parent, snapshot->walk.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
    add (snapshot, 'S', SB_TREE_SKIPPED_UNREADABLE, NULL);
  else if ((uint64_t) info.st_size > snapshot->left)
    add (snapshot, 'S', SB_TREE_SKIPPED_SIZE, NULL);
  else
    {
      add (snapshot, 'F', info.st_mode & 0777, NULL);
      snapshot->fd = fd;
      return;
    }

  if (fd >= 0)
    close (fd);
}

static void
add_link (Snapshot *snapshot)
{
  char target[SB_WIRE_MAX_PATH];
  ssize_t length = readlinkat (snapshot->walk.parent, snapshot->walk.name, target, sizeof target - 1);

  target[length > 0 ? length : 0] = '\0';
  if (length > 0)
    add (snapshot, 'L', 0, target);
  else
    add (snapshot, 'S', SB_TREE_SKIPPED_UNREADABLE, NULL);
}

static void
add_directory (Snapshot *snapshot)
{
  add (snapshot, 'D', snapshot->walk.info.st_mode & 0777, NULL);
  if (snapshot->walk.state == WALK_TOO_DEEP)
    add (snapshot, 'S', SB_TREE_SKIPPED_DEPTH, NULL);
  else if (snapshot->walk.state == WALK_UNREADABLE)
    add (snapshot, 'S', SB_TREE_SKIPPED_UNREADABLE, NULL);
}

static void
produce (Snapshot *snapshot)
{
  mode_t mode;

  if (snapshot->fd >= 0)
    {
      read_on (snapshot);
      return;
    }
  if (snapshot->entries == SB_WIRE_MAX_TREE || !walk_next (&snapshot->walk))
    {
      snapshot->buffer[snapshot->length++] = 'E';
      snapshot->ended = true;
      return;
    }

  snapshot->entries++;
  mode = snapshot->walk.info.st_mode;
  if (S_ISDIR (mode))
    add_directory (snapshot);
  else if (S_ISREG (mode))
    begin_file (snapshot);
  else if (S_ISLNK (mode))
    add_link (snapshot);
  else
    add (snapshot, 'S', SB_TREE_SKIPPED_KIND, NULL);
}

/* FALSE: it waits for credit, or is over. */
static bool
step (Snapshot *snapshot)
{
  uint8_t flags = 0;

  if (snapshot->length < FULL && !snapshot->ended)
    {
      produce (snapshot);
      return true;
    }
  if (snapshot->credit < snapshot->length)
    return false;

  snapshot->credit -= (uint32_t) snapshot->length;
  if (snapshot->ended)
    flags = SB_WIRE_FLAG_END;
  if (snapshot->ended && (snapshot->walk.truncated || snapshot->entries == SB_WIRE_MAX_TREE))
    flags |= SB_WIRE_FLAG_TRUNCATED;
  send_frame (SB_WIRE_TREE_DATA, flags, snapshot->id, snapshot->buffer, snapshot->length);
  snapshot->length = 0;
  if (snapshot->ended)
    release (snapshot);

  return snapshot->used;
}

static bool
can_go_on (const Snapshot *snapshot)
{
  return snapshot->used && frames_have_room () && snapshot->credit >= SB_WIRE_CHUNK;
}

int64_t
snapshot_deadline (void)
{
  for (unsigned int i = 0; i < SNAPSHOT_SLOTS; i++)
    if (can_go_on (&slots[i]))
      return 1;

  return 0;
}

void
snapshot_tick (int64_t now)
{
  for (unsigned int i = 0; i < SNAPSHOT_SLOTS; i++)
    {
      int64_t stop = now_us () + SLICE_US;

      while (can_go_on (&slots[i]) && now_us () < stop && step (&slots[i]))
        continue;
    }
}

static Snapshot *
find (uint32_t id)
{
  for (unsigned int i = 0; i < SNAPSHOT_SLOTS; i++)
    if (slots[i].used && slots[i].id == id)
      return &slots[i];

  return NULL;
}

bool
snapshot_credit (uint32_t id,
                 uint32_t bytes)
{
  Snapshot *snapshot = find (id);

  if (snapshot == NULL)
    return false;
  if (bytes > SB_WIRE_OUTPUT_WINDOW - snapshot->credit)
    die (5);
  snapshot->credit += bytes;

  return true;
}

bool
snapshot_cancel (uint32_t id)
{
  Snapshot *snapshot = find (id);

  if (snapshot == NULL)
    return false;
  send_errno (id, ECANCELED);
  release (snapshot);

  return true;
}

void
snapshot_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  uint64_t max = sb_wire_get_u64 (&unpacker);
  const char *path = sb_wire_get_string (&unpacker);
  char normal[SB_WIRE_MAX_PATH];
  Snapshot *snapshot = NULL;

  if (!sb_wire_get_end (&unpacker))
    die (5);
  for (unsigned int i = 0; i < SNAPSHOT_SLOTS && snapshot == NULL; i++)
    snapshot = slots[i].used ? NULL : &slots[i];
  if (snapshot == NULL)
    {
      send_errno (frame->id, EAGAIN);
      return;
    }
  if (!path_normalize (path, normal) || !walk_begin (&snapshot->walk, normal))
    {
      send_errno (frame->id, errno);
      return;
    }

  snapshot->used = true;
  snapshot->ended = false;
  snapshot->id = frame->id;
  snapshot->fd = -1;
  snapshot->credit = SB_WIRE_OUTPUT_WINDOW;
  snapshot->left = max;
  snapshot->entries = 0;
  memcpy (snapshot->buffer, SB_TREE_MAGIC, SB_TREE_MAGIC_LENGTH);
  snapshot->length = SB_TREE_MAGIC_LENGTH;
}
