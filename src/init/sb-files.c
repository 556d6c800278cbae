/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LIST_MAX_BYTES (2u * 1024u * 1024u) /* of one answer */
#define NO_REPLACE 1u /* of renameat2 */

/* The one path of a request, made relative. Answers for itself when it is refused. */
static bool
take_path (SbWireUnpacker    *unpacker,
           const SbWireFrame *frame,
           bool               last,
           char              *normal)
{
  const char *path = sb_wire_get_string (unpacker);

  if (unpacker->bad || (last && !sb_wire_get_end (unpacker)))
    die (5);
  if (path_normalize (path, normal))
    return true;

  send_errno (frame->id, errno);

  return false;
}

/* Nonblocking, so that a FIFO or a device cannot hold us; what is not a regular file is refused. -1 with errno. */
static int
open_regular (const char  *normal,
              struct stat *info)
{
  int fd = path_open (normal, O_RDONLY | O_NONBLOCK, 0);

  if (fd < 0)
    return -1;
  memset (info, 0, sizeof *info);
  if (fstat (fd, info) == 0 && S_ISREG (info->st_mode))
    return fd;

  close (fd);
  errno = S_ISDIR (info->st_mode) ? EISDIR : ENXIO;

  return -1;
}

void
file_read_request (const SbWireFrame *frame)
{
  static uint8_t payload[8 + SB_WIRE_CHUNK];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  uint64_t offset = sb_wire_get_u64 (&unpacker);
  size_t max = sb_wire_get_u32 (&unpacker);
  char normal[SB_WIRE_MAX_PATH];
  struct stat info;
  ssize_t got;
  int fd;

  if (!take_path (&unpacker, frame, true, normal))
    return;
  fd = open_regular (normal, &info);
  if (fd < 0)
    {
      send_errno (frame->id, errno);
      return;
    }

  sb_wire_put_u64 (&packer, (uint64_t) info.st_size);
  if (offset > INT64_MAX)
    offset = INT64_MAX;
  got = pread (fd, payload + packer.length, max < SB_WIRE_CHUNK ? max : SB_WIRE_CHUNK, (off_t) offset);
  if (got < 0)
    send_errno (frame->id, errno);
  else
    send_frame (SB_WIRE_FILE_DATA, 0, frame->id, payload, packer.length + (size_t) got);
  close (fd);
}

static SbWireFileType
type_of (mode_t mode)
{
  if (S_ISREG (mode))
    return SB_WIRE_FILE_REGULAR;
  if (S_ISDIR (mode))
    return SB_WIRE_FILE_DIRECTORY;

  return S_ISLNK (mode) ? SB_WIRE_FILE_SYMLINK : SB_WIRE_FILE_OTHER;
}

static bool
put_entry (SbWirePacker *packer,
           int           dir,
           const char   *name)
{
  char target[SB_WIRE_MAX_PATH] = "";
  struct stat info;
  ssize_t length;

  if (fstatat (dir, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return false;
  if (S_ISLNK (info.st_mode))
    {
      length = readlinkat (dir, name, target, sizeof target - 1);
      target[length > 0 ? length : 0] = '\0';
    }

  sb_wire_put_u8 (packer, (uint8_t) type_of (info.st_mode));
  sb_wire_put_u32 (packer, (uint32_t) info.st_mode & 07777);
  sb_wire_put_u64 (packer, (uint64_t) info.st_size);
  sb_wire_put_u64 (packer, (uint64_t) info.st_mtim.tv_sec * 1000000 + (uint64_t) info.st_mtim.tv_nsec / 1000);
  sb_wire_put_string (packer, name);
  sb_wire_put_string (packer, target);

  return true;
}

static void
send_directory (const SbWireFrame *frame,
                DIR               *dir,
                uint32_t           max)
{
  static uint8_t payload[SB_WIRE_MAX_PAYLOAD];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  size_t sent = 0;
  uint32_t count = 0;
  uint8_t flags = SB_WIRE_FLAG_END;
  struct dirent *entry;

  while ((entry = readdir (dir)) != NULL)
    {
      const char *name = entry->d_name;

      if (strcmp (name, ".") == 0 || strcmp (name, "..") == 0 || write_is_temp (name))
        continue;
      if (count == max || sent > LIST_MAX_BYTES)
        {
          flags |= SB_WIRE_FLAG_TRUNCATED;
          break;
        }

      count += put_entry (&packer, dirfd (dir), name);
      if (packer.length > SB_WIRE_CHUNK)
        {
          send_packed (SB_WIRE_ENTRIES, 0, frame->id, &packer);
          sent += packer.length;
          packer.length = 0;
        }
    }

  send_packed (SB_WIRE_ENTRIES, flags, frame->id, &packer);
}

/* Something else by that name is another mistake than no such name. */
static bool
exists (const char *normal)
{
  int fd = path_open (normal, O_PATH | O_NOFOLLOW, 0);

  if (fd >= 0)
    close (fd);

  return fd >= 0;
}

void
file_list_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  uint32_t max = sb_wire_get_u32 (&unpacker);
  char normal[SB_WIRE_MAX_PATH];
  DIR *dir;
  int fd;

  if (!take_path (&unpacker, frame, true, normal))
    return;

  fd = path_open (normal, O_RDONLY | O_DIRECTORY | O_NONBLOCK, 0);
  dir = fd >= 0 ? fdopendir (fd) : NULL;
  if (dir == NULL)
    {
      send_errno (frame->id, errno == ENOTDIR && exists (normal) ? EISDIR : errno);
      return;
    }

  send_directory (frame, dir, max < SB_WIRE_MAX_LIST ? max : SB_WIRE_MAX_LIST);
  closedir (dir);
}

void
file_stat_request (const SbWireFrame *frame)
{
  uint8_t payload[2 * SB_WIRE_MAX_PATH + 64];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  char normal[SB_WIRE_MAX_PATH];
  const char *leaf = ".";
  int dir;

  if (!take_path (&unpacker, frame, true, normal))
    return;

  if (strcmp (normal, ".") == 0)
    dir = path_open (normal, O_PATH | O_DIRECTORY, 0);
  else
    dir = path_open_parent (normal, false, &leaf);
  if (dir >= 0 && put_entry (&packer, dir, leaf))
    send_packed (SB_WIRE_ENTRIES, SB_WIRE_FLAG_END, frame->id, &packer);
  else
    send_errno (frame->id, errno);
  if (dir >= 0)
    close (dir);
}

void
file_rename_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  char from[SB_WIRE_MAX_PATH];
  char to[SB_WIRE_MAX_PATH];
  const char *from_leaf, *to_leaf;
  unsigned int flags = frame->flags & SB_WIRE_FLAG_NO_REPLACE ? NO_REPLACE : 0;
  int from_dir, to_dir = -1;

  if (!take_path (&unpacker, frame, false, from) || !take_path (&unpacker, frame, true, to))
    return;

  from_dir = path_open_parent (from, false, &from_leaf);
  if (from_dir >= 0)
    to_dir = path_open_parent (to, true, &to_leaf);
  if (to_dir >= 0 && syscall (SYS_renameat2, from_dir, from_leaf, to_dir, to_leaf, flags) == 0)
    send_ok (frame->id);
  else if (errno == EEXIST && flags != 0)
    send_errno (frame->id, ESTALE);
  else
    send_errno (frame->id, errno);

  if (from_dir >= 0)
    close (from_dir);
  if (to_dir >= 0)
    close (to_dir);
}

void
file_mkdir_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  char normal[SB_WIRE_MAX_PATH];
  const char *leaf;
  int dir;

  if (!take_path (&unpacker, frame, true, normal))
    return;

  dir = path_open_parent (normal, true, &leaf);
  if (dir >= 0 && mkdirat (dir, leaf, 0755) == 0)
    send_ok (frame->id);
  else
    send_errno (frame->id, errno);
  if (dir >= 0)
    close (dir);
}
