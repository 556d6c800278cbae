/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define OUT_ROOM (128u * 1024u)         /* more waiting than this: commands are not read from */
#define OUT_BUSY (1024u * 1024u)        /* more than this: no new requests are read */
#define PIPE_BYTES (1024 * 1024)
#define OUT_MAX (8u * 1024u * 1024u)    /* more than this cannot happen: one answer is at most 3 MiB */

static struct
{
  Source   source;
  uint8_t *data;
  size_t   capacity;
  size_t   start;
  size_t   end;
} out;

static struct
{
  Source        source;
  SbWireDecoder decoder;
  int64_t       heard;
  bool          greeted;
} in;

static size_t
out_pending (void)
{
  return out.end - out.start;
}

static void
out_reserve (size_t length)
{
  size_t wanted;

  if (out.end + length <= out.capacity)
    return;

  memmove (out.data, out.data + out.start, out_pending ());
  out.end -= out.start;
  out.start = 0;

  wanted = out.capacity != 0 ? out.capacity : 2 * OUT_ROOM;
  while (wanted < out.end + length)
    wanted *= 2;
  if (wanted > OUT_MAX)
    die (4);
  if (wanted != out.capacity)
    out.data = realloc (out.data, wanted);
  if (out.data == NULL)
    die (4);
  out.capacity = wanted;
}

void
send_frame (uint8_t     type,
            uint8_t     flags,
            uint32_t    id,
            const void *payload,
            size_t      length)
{
  out_reserve (SB_WIRE_HEADER + length);
  sb_wire_write_header (out.data + out.end, type, flags, id, (uint32_t) length);
  if (length > 0)
    memcpy (out.data + out.end + SB_WIRE_HEADER, payload, length);
  out.end += SB_WIRE_HEADER + length;
}

void
send_packed (uint8_t             type,
             uint8_t             flags,
             uint32_t            id,
             const SbWirePacker *packer)
{
  if (packer->overflow)
    send_error (id, SB_WIRE_ERROR_LIMIT, 0);
  else
    send_frame (type, flags, id, packer->data, packer->length);
}

void
send_ok (uint32_t id)
{
  send_frame (SB_WIRE_OK, 0, id, NULL, 0);
}

void
send_error (uint32_t    id,
            SbWireError code,
            int         error_number)
{
  uint8_t payload[8];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  sb_wire_put_u32 (&packer, code);
  sb_wire_put_u32 (&packer, (uint32_t) error_number);
  send_frame (SB_WIRE_ERROR, 0, id, payload, packer.length);
}

void
send_errno (uint32_t id,
            int      error_number)
{
  SbWireError code = SB_WIRE_ERROR_IO;

  switch (error_number)
    {
    case ESTALE:
      code = SB_WIRE_ERROR_CHANGED;
      break;
    case ENOENT: case ENOTDIR: case ESRCH: case ECONNREFUSED:
      code = SB_WIRE_ERROR_NOT_FOUND;
      break;
    case EACCES: case EPERM: case EXDEV: case ELOOP: case EROFS:
      code = SB_WIRE_ERROR_DENIED;
      break;
    case EISDIR: case ENXIO: case ENODEV:
      code = SB_WIRE_ERROR_NOT_FILE;
      break;
    case ENOSPC: case EDQUOT:
      code = SB_WIRE_ERROR_NO_SPACE;
      break;
    case EFBIG: case ENAMETOOLONG: case E2BIG: case EMFILE: case ENFILE: case ENOMEM: case EAGAIN:
      code = SB_WIRE_ERROR_LIMIT;
      break;
    default:
      break;
    }

  send_error (id, code, error_number);
}

void
send_credit (uint32_t id,
             size_t   bytes)
{
  uint8_t payload[4];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  sb_wire_put_u32 (&packer, (uint32_t) bytes);
  send_frame (SB_WIRE_CREDIT, 0, id, payload, packer.length);
}

bool
frames_have_room (void)
{
  return out_pending () < OUT_ROOM;
}

/* Writes what waits, and turns to the host again only when it takes the answers. */
void
frames_flush (void)
{
  while (out_pending () > 0)
    {
      ssize_t written = write (out.source.fd, out.data + out.start, out_pending ());

      if (written < 0 && errno == EINTR)
        continue;
      if (written < 0 && errno != EAGAIN)
        die (0);
      if (written < 0)
        break;
      out.start += (size_t) written;
    }

  if (out_pending () == 0)
    out.start = out.end = 0;
  source_arm (&out.source, out_pending () > 0 ? EPOLLOUT : 0);
  source_arm (&in.source, out_pending () < OUT_BUSY ? EPOLLIN : 0);
}

static void
credit_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  uint32_t bytes = sb_wire_get_u32 (&unpacker);

  if (sb_wire_get_end (&unpacker) && !exec_credit (frame->id, bytes) && !tunnel_credit (frame->id, bytes))
    snapshot_credit (frame->id, bytes);
}

static void
data_request (const SbWireFrame *frame)
{
  if (!exec_data (frame) && !tunnel_data (frame) && !write_data (frame))
    restore_data (frame);
}

static void
kill_request (const SbWireFrame *frame)
{
  if (!search_cancel (frame->id) && !snapshot_cancel (frame->id) && !restore_cancel (frame->id))
    exec_kill_request (frame);
}

static void
ping_request (const SbWireFrame *frame)
{
  send_frame (SB_WIRE_PONG, 0, frame->id, NULL, 0);
}

static void
handle_frame (const SbWireFrame *frame)
{
  static void (*const handlers[]) (const SbWireFrame *) = {
    [SB_WIRE_HELLO] = facts_send,
    [SB_WIRE_PING] = ping_request,
    [SB_WIRE_EXEC] = exec_request,
    [SB_WIRE_SPAWN] = exec_request,
    [SB_WIRE_DATA_IN] = data_request,
    [SB_WIRE_CREDIT] = credit_request,
    [SB_WIRE_KILL] = kill_request,
    [SB_WIRE_LOG] = log_request,
    [SB_WIRE_JOBS] = jobs_request,
    [SB_WIRE_READ] = file_read_request,
    [SB_WIRE_WRITE] = write_request,
    [SB_WIRE_LIST] = file_list_request,
    [SB_WIRE_STAT] = file_stat_request,
    [SB_WIRE_REMOVE] = removal_request,
    [SB_WIRE_RENAME] = file_rename_request,
    [SB_WIRE_MKDIR] = file_mkdir_request,
    [SB_WIRE_WATCH] = watch_request,
    [SB_WIRE_UNWATCH] = unwatch_request,
    [SB_WIRE_COUNTERS] = counters_request,
    [SB_WIRE_PTY] = pty_request,
    [SB_WIRE_RESIZE] = pty_resize_request,
    [SB_WIRE_PROCESSES] = processes_request,
    [SB_WIRE_SIGNAL] = signal_request,
    [SB_WIRE_CONNECT] = connect_request,
    [SB_WIRE_LISTEN] = listen_request,
    [SB_WIRE_UNLISTEN] = unlisten_request,
    [SB_WIRE_PORTS] = ports_request,
    [SB_WIRE_SNAPSHOT] = snapshot_request,
    [SB_WIRE_RESTORE] = restore_request,
    [SB_WIRE_SEARCH] = search_request,
    [SB_WIRE_PAUSE] = pause_request,
    [SB_WIRE_INPUT] = exec_input_request,
  };

  if (frame->type >= sizeof handlers / sizeof handlers[0] || handlers[frame->type] == NULL)
    die (5);
  if (!in.greeted && frame->type != SB_WIRE_HELLO)
    die (5);

  in.greeted = true;
  if (pause_is_on ()
      && (frame->type == SB_WIRE_EXEC || frame->type == SB_WIRE_SPAWN || frame->type == SB_WIRE_PTY))
    {
      send_error (frame->id, SB_WIRE_ERROR_PAUSED, 0);
      return;
    }
  handlers[frame->type] (frame);
}

static void
in_cb (Source  *source,
       uint32_t events)
{
  static uint8_t buffer[SB_WIRE_MAX_PAYLOAD];
  ssize_t got = read (source->fd, buffer, sizeof buffer);
  const uint8_t *data = buffer;
  size_t length;
  SbWireFrame frame;
  SbWireDecode decode;

  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (got <= 0)
    die (0);

  in.heard = now_us ();
  length = (size_t) got;
  while ((decode = sb_wire_decoder_feed (&in.decoder, &data, &length, &frame)) == SB_WIRE_DECODE_FRAME)
    handle_frame (&frame);
  if (decode == SB_WIRE_DECODE_BROKEN)
    die (5);
}

static void
out_cb (Source  *source,
        uint32_t events)
{
  if (events & (EPOLLERR | EPOLLHUP))
    die (0);
}

int64_t
frames_deadline (void)
{
  return config.lease_seconds > 0 ? in.heard + (int64_t) config.lease_seconds * 1000000 : 0;
}

/* The channel moves away from 0 and 1, so that nothing that prints can write into it. */
void
frames_init (void)
{
  int in_fd = fcntl (STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  int out_fd = fcntl (STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  int null_fd = open ("/dev/null", O_RDWR | O_CLOEXEC);

  if (in_fd < 0 || out_fd < 0 || null_fd < 0)
    die (3);
  fcntl (in_fd, F_SETFL, fcntl (in_fd, F_GETFL) | O_NONBLOCK);
  fcntl (out_fd, F_SETFL, fcntl (out_fd, F_GETFL) | O_NONBLOCK);
  /* Best effort: whoever carries the frames on takes turns with us less often. */
  fcntl (out_fd, F_SETPIPE_SZ, PIPE_BYTES);
  dup2 (null_fd, STDIN_FILENO);
  dup2 (null_fd, STDOUT_FILENO);
  close (null_fd);

  in.heard = now_us ();
  source_open (&in.source, in_fd, in_cb, NULL);
  source_open (&out.source, out_fd, out_cb, NULL);
  source_arm (&in.source, EPOLLIN);
}
