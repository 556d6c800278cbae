/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* The log of a background process: its first bytes for good, and the last ones in a ring. */
#define LOG_HEAD (32u * 1024u)
#define LOG_TAIL (96u * 1024u)

bool
log_open (ExecLog *log)
{
  log->head = malloc (LOG_HEAD);
  log->tail = malloc (LOG_TAIL);
  log->total = 0;
  if (log->head != NULL && log->tail != NULL)
    return true;

  log_close (log);

  return false;
}

void
log_close (ExecLog *log)
{
  free (log->head);
  free (log->tail);
  log->head = log->tail = NULL;
}

void
log_append (ExecLog       *log,
            const uint8_t *data,
            size_t         length)
{
  while (length > 0)
    {
      size_t room;
      uint8_t *target;

      if (log->total < LOG_HEAD)
        {
          room = LOG_HEAD - (size_t) log->total;
          target = log->head + log->total;
        }
      else
        {
          size_t position = (size_t) ((log->total - LOG_HEAD) % LOG_TAIL);

          room = LOG_TAIL - position;
          target = log->tail + position;
        }

      if (room > length)
        room = length;
      memcpy (target, data, room);
      log->total += room;
      data += room;
      length -= room;
    }
}

/* The longest piece at the offset that lies in one place; the offset moves up when those bytes are gone. */
static const uint8_t *
log_peek (const ExecLog *log,
          uint64_t      *offset,
          size_t        *length)
{
  uint64_t kept_from = log->total > LOG_HEAD + LOG_TAIL ? log->total - LOG_TAIL : LOG_HEAD;
  size_t position;

  *length = 0;
  if (*offset >= log->total)
    return NULL;

  if (*offset < LOG_HEAD)
    {
      uint64_t end = log->total < LOG_HEAD ? log->total : LOG_HEAD;

      *length = (size_t) (end - *offset);
      return log->head + *offset;
    }

  if (*offset < kept_from)
    *offset = kept_from;
  position = (size_t) ((*offset - LOG_HEAD) % LOG_TAIL);
  *length = (size_t) (log->total - *offset);
  if (*length > LOG_TAIL - position)
    *length = LOG_TAIL - position;

  return log->tail + position;
}

void
log_request (const SbWireFrame *frame)
{
  static uint8_t payload[SB_WIRE_MAX_PAYLOAD];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  uint32_t process = sb_wire_get_u32 (&unpacker);
  uint64_t offset = sb_wire_get_u64 (&unpacker);
  size_t max = sb_wire_get_u32 (&unpacker);
  Exec *exec = exec_find (process);
  const uint8_t *piece;
  size_t length;

  if (!sb_wire_get_end (&unpacker))
    die (5);
  if (exec == NULL || !exec->background)
    {
      send_errno (frame->id, ESRCH);
      return;
    }

  piece = log_peek (&exec->log, &offset, &length);
  if (max > SB_WIRE_CHUNK)
    max = SB_WIRE_CHUNK;
  if (length > max)
    length = max;
  sb_wire_put_u64 (&packer, offset);
  sb_wire_put_u64 (&packer, exec->log.total);
  sb_wire_put_bytes (&packer, piece, length);
  send_packed (SB_WIRE_LOG_DATA, 0, frame->id, &packer);
}

void
jobs_request (const SbWireFrame *frame)
{
  uint8_t payload[EXEC_SLOTS * 32];
  SbWirePacker packer = { payload, sizeof payload, 0, false };

  for (unsigned int i = 0; i < EXEC_SLOTS; i++)
    {
      const Exec *exec = exec_slot (i);
      bool signaled = WIFSIGNALED (exec->wait_status);
      bool running = exec->state != EXEC_DONE;

      if (exec->state == EXEC_FREE || !exec->background)
        continue;
      sb_wire_put_u32 (&packer, exec->id);
      sb_wire_put_u8 (&packer, (uint8_t) ((running ? SB_WIRE_JOB_RUNNING : 0)
                                          | (exec_input_is_open (exec) ? SB_WIRE_JOB_OPEN : 0)));
      sb_wire_put_u8 (&packer, (uint8_t) exec->outcome);
      sb_wire_put_u32 (&packer, (uint32_t) (signaled ? WTERMSIG (exec->wait_status) : WEXITSTATUS (exec->wait_status)));
      sb_wire_put_u64 (&packer, exec->log.total);
    }

  send_packed (SB_WIRE_JOBS_DATA, 0, frame->id, &packer);
}
