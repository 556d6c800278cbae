/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* The stdin of commands: with the request (DATA_IN, with credit), and of background ones also later (INPUT). */

static void
give_input_credit (Exec   *exec,
                   size_t  bytes)
{
  size_t credit = bytes < exec->input_owed ? bytes : exec->input_owed;

  exec->input_owed -= credit;
  if (credit > 0)
    send_credit (exec->id, credit);
}

void
exec_input_cb (Source  *source,
               uint32_t events)
{
  Exec *exec = source->owner;
  size_t waiting = exec->input_end - exec->input_start;
  ssize_t written = write (source->fd, exec->input_buffer + exec->input_start, waiting);

  if (written < 0 && (errno == EAGAIN || errno == EINTR))
    return;

  if (written < 0)
    {
      give_input_credit (exec, waiting);
      source_close (source);
      return;
    }

  exec->input_start += (size_t) written;
  give_input_credit (exec, (size_t) written);
  if (exec->input_start < exec->input_end)
    return;

  exec->input_start = exec->input_end = 0;
  if (exec->input_last)
    source_close (source);
  else
    source_arm (source, 0);
}

/* FALSE: there is no room for it. */
static bool
append_input (Exec          *exec,
              const uint8_t *data,
              size_t         length,
              bool           last)
{
  if (exec->input_end + length > SB_WIRE_UPLOAD_WINDOW)
    {
      memmove (exec->input_buffer, exec->input_buffer + exec->input_start, exec->input_end - exec->input_start);
      exec->input_end -= exec->input_start;
      exec->input_start = 0;
    }
  if (exec->input_end + length > SB_WIRE_UPLOAD_WINDOW)
    return false;

  memcpy (exec->input_buffer + exec->input_end, data, length);
  exec->input_end += length;
  exec->input_last = last;
  source_arm (&exec->input, EPOLLOUT);

  return true;
}

bool
exec_data (const SbWireFrame *frame)
{
  Exec *exec = exec_find (frame->id);

  if (exec == NULL)
    return false;

  if (exec->input.fd < 0)
    {
      send_credit (frame->id, frame->length);
      return true;
    }

  if (!append_input (exec, frame->payload, frame->length, (frame->flags & SB_WIRE_FLAG_END) != 0))
    die (5);
  exec->input_owed += frame->length;

  return true;
}

/* Nobody tells of a reader that went away before there is something to write. */
bool
exec_input_is_open (const Exec *exec)
{
  struct pollfd fd = { .fd = exec->input.fd };

  return exec->input.fd >= 0 && !exec->input_last && poll (&fd, 1, 0) >= 0 && (fd.revents & POLLERR) == 0;
}

/* EPIPE: it reads no more, or was started without an open stdin. */
void
exec_input_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  Exec *exec = exec_find (sb_wire_get_u32 (&unpacker));

  if (unpacker.bad)
    die (5);

  if (exec == NULL || !exec->background)
    send_errno (frame->id, ESRCH);
  else if (!exec_input_is_open (exec))
    send_errno (frame->id, EPIPE);
  else if (!append_input (exec, unpacker.data, unpacker.left, (frame->flags & SB_WIRE_FLAG_END) != 0))
    send_error (frame->id, SB_WIRE_ERROR_LIMIT, EAGAIN);
  else
    send_ok (frame->id);
}
