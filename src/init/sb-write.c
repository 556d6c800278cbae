/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WRITE_SLOTS 16
#define NO_REPLACE 1u /* of renameat2 */
#define EXCHANGE 2u
#define MAX_HASHED (64 * 1024 * 1024)

/* A file that is being written: under a name of its own first, so that nobody ever sees half of it. */
typedef struct
{
  bool     used;
  uint32_t id;
  int      fd;
  int      dir;
  bool     append;
  bool     replaces;
  bool     checks;   /* only if what is there is what is expected */
  uint64_t expected; /* its hash; 0: nothing */
  mode_t   mode;
  char     temp[32];
  char     leaf[256];
} Write;

static Write slots[WRITE_SLOTS];
static unsigned int serial;

static Write *
find_write (uint32_t id)
{
  for (unsigned int i = 0; i < WRITE_SLOTS; i++)
    if (slots[i].used && slots[i].id == id)
      return &slots[i];

  return NULL;
}

bool
write_is_temp (const char *name)
{
  for (unsigned int i = 0; i < WRITE_SLOTS; i++)
    if (slots[i].used && !slots[i].append && strcmp (slots[i].temp, name) == 0)
      return true;

  return restore_is_temp (name);
}

static Write *
take_slot (void)
{
  for (unsigned int i = 0; i < WRITE_SLOTS; i++)
    if (!slots[i].used)
      return &slots[i];

  return NULL;
}

static void
release (Write *write)
{
  if (write->fd >= 0)
    close (write->fd);
  if (write->dir >= 0)
    close (write->dir);
  memset (write, 0, sizeof *write);
}

static void
fail (Write *write,
      int    error_number)
{
  send_errno (write->id, error_number);
  if (!write->append && write->fd >= 0)
    unlinkat (write->dir, write->temp, 0);
  release (write);
}

/* What is there already: nothing, or a regular file whose mode is kept. Anything else is refused, links too. */
static int
inspect_target (Write  *write,
                mode_t  wanted)
{
  struct stat info;

  write->mode = wanted != 0 ? wanted & 0777 : 0644;
  if (fstatat (write->dir, write->leaf, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return errno == ENOENT ? 0 : errno;

  if (S_ISLNK (info.st_mode))
    return ELOOP;
  if (!S_ISREG (info.st_mode))
    return EISDIR;

  write->replaces = true;
  if (wanted == 0)
    write->mode = info.st_mode & 0777;

  return 0;
}

static int
open_target (Write *write)
{
  if (write->append)
    write->fd = openat (write->dir, write->leaf,
                        O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, write->mode);
  else
    {
      snprintf (write->temp, sizeof write->temp, WRITE_TEMP_PREFIX "%d-%u", (int) getpid (), serial++);
      write->fd = openat (write->dir, write->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    }

  return write->fd >= 0 ? 0 : errno;
}

static int
begin (Write      *write,
       const char *normal,
       mode_t      mode)
{
  const char *leaf;
  int failure;

  write->dir = path_open_parent (normal, true, &leaf);
  if (write->dir < 0)
    return errno;
  if (strlen (leaf) >= sizeof write->leaf)
    return ENAMETOOLONG;
  strcpy (write->leaf, leaf);

  failure = inspect_target (write, mode);

  return failure != 0 ? failure : open_target (write);
}

void
write_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  mode_t mode = sb_wire_get_u32 (&unpacker);
  const char *path = sb_wire_get_string (&unpacker);
  bool checks = (frame->flags & SB_WIRE_FLAG_IF_MATCH) != 0;
  uint64_t expected = checks ? sb_wire_get_u64 (&unpacker) : 0;
  char normal[SB_WIRE_MAX_PATH];
  Write *write = take_slot ();
  int failure;

  if (!sb_wire_get_end (&unpacker))
    die (5);
  if (write == NULL)
    {
      send_errno (frame->id, EAGAIN);
      return;
    }

  write->used = true;
  write->id = frame->id;
  write->fd = write->dir = -1;
  write->append = (frame->flags & SB_WIRE_FLAG_APPEND) != 0;
  write->checks = checks;
  write->expected = expected;
  failure = path_normalize (path, normal) ? begin (write, normal, mode) : errno;
  if (failure != 0)
    fail (write, failure);
}

/* Exchanging instead of replacing tells those who watch that the file was there before. */
static int
move_into_place (Write *write)
{
  if (write->replaces
      && syscall (SYS_renameat2, write->dir, write->temp, write->dir, write->leaf, EXCHANGE) == 0)
    {
      unlinkat (write->dir, write->temp, 0);
      return 0;
    }

  return renameat (write->dir, write->temp, write->dir, write->leaf) == 0 ? 0 : errno;
}

uint64_t
write_hash_file (int         dir,
                 const char *name)
{
  static uint8_t buffer[SB_WIRE_CHUNK];
  uint64_t hash = SB_WIRE_HASH_BEGIN;
  int fd = openat (dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  struct stat info;
  ssize_t got;

  if (fd < 0)
    return 0;
  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size > MAX_HASHED)
    hash = 0;
  while (hash != 0 && (got = read (fd, buffer, sizeof buffer)) > 0)
    hash = sb_wire_hash (hash, buffer, (size_t) got);
  close (fd);

  return hash;
}

/* Exchanged first and looked at then: whoever wrote in between finds his file back. */
static int
move_if_unchanged (Write *write)
{
  if (write->expected == 0)
    {
      if (syscall (SYS_renameat2, write->dir, write->temp, write->dir, write->leaf, NO_REPLACE) == 0)
        return 0;
      return errno == EEXIST ? ESTALE : errno;
    }

  if (syscall (SYS_renameat2, write->dir, write->temp, write->dir, write->leaf, EXCHANGE) != 0)
    return errno == ENOENT ? ESTALE : errno;
  if (write_hash_file (write->dir, write->temp) == write->expected)
    {
      unlinkat (write->dir, write->temp, 0);
      return 0;
    }

  return syscall (SYS_renameat2, write->dir, write->temp, write->dir, write->leaf, EXCHANGE) == 0 ? ESTALE : errno;
}

static void
complete (Write *write)
{
  int failure = 0;

  if (!write->append && fchmod (write->fd, write->mode) != 0)
    failure = errno;
  if (failure == 0 && !write->append)
    failure = write->checks ? move_if_unchanged (write) : move_into_place (write);

  if (failure != 0)
    {
      fail (write, failure);
      return;
    }
  send_ok (write->id);
  release (write);
}

bool
write_data (const SbWireFrame *frame)
{
  Write *target = find_write (frame->id);
  const uint8_t *data = frame->payload;
  size_t left = frame->length;

  if (target == NULL)
    return false;

  while (left > 0)
    {
      ssize_t written = write (target->fd, data, left);

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0)
        {
          fail (target, errno);
          return true;
        }
      data += written;
      left -= (size_t) written;
    }

  if (frame->flags & SB_WIRE_FLAG_END)
    complete (target);
  else
    send_credit (frame->id, frame->length);

  return true;
}
