/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MAX_NAME 64
#define MAX_ENTRY (SB_WIRE_MAX_CMDLINE + MAX_NAME + 64)

static uint64_t
ticks_to_us (uint64_t ticks)
{
  return ticks * 1000000 / (uint64_t) sysconf (_SC_CLK_TCK);
}

static uint64_t
boot_us (void)
{
  struct timespec time;

  clock_gettime (CLOCK_BOOTTIME, &time);

  return (uint64_t) time.tv_sec * 1000000 + (uint64_t) time.tv_nsec / 1000;
}

/* Arguments are separated by NULs, and so are those of a process that wrote over them. */
static void
read_command (pid_t pid,
              char *command)
{
  size_t length = proc_read_file (pid, "cmdline", command, SB_WIRE_MAX_CMDLINE);

  command[length] = '\0';
  while (length > 0 && command[length - 1] == '\0')
    length--;
  for (size_t i = 0; i < length; i++)
    if (command[i] == '\0')
      command[i] = ' ';
}

static void
read_name (pid_t pid,
           char *name)
{
  size_t length = proc_read_file (pid, "comm", name, MAX_NAME);

  name[length] = '\0';
  if (length > 0 && name[length - 1] == '\n')
    name[length - 1] = '\0';
}

static void
pack (SbWirePacker  *packer,
      const Process *process,
      uint64_t       now)
{
  char name[MAX_NAME];
  char command[SB_WIRE_MAX_CMDLINE];
  uint64_t start = ticks_to_us (process->start);

  read_name (process->pid, name);
  read_command (process->pid, command);
  sb_wire_put_u32 (packer, (uint32_t) process->pid);
  sb_wire_put_u32 (packer, (uint32_t) process->parent);
  sb_wire_put_u8 (packer, (uint8_t) process->state);
  sb_wire_put_u64 (packer, ticks_to_us (process->ticks));
  sb_wire_put_u64 (packer, process->pages * (uint64_t) sysconf (_SC_PAGESIZE));
  sb_wire_put_u64 (packer, now > start ? now - start : 0);
  sb_wire_put_u32 (packer, proc_get_request (process));
  sb_wire_put_string (packer, name);
  sb_wire_put_string (packer, command);
}

void
processes_request (const SbWireFrame *frame)
{
  static uint8_t payload[SB_WIRE_MAX_PAYLOAD];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  unsigned int count = procs_scan ();
  uint64_t now = boot_us ();

  if (frame->length != 0)
    die (5);

  for (unsigned int i = 0; i < count; i++)
    {
      if (!proc_is_ours (proc_at (i), count))
        continue;
      if (packer.length + MAX_ENTRY > sizeof payload)
        {
          send_packed (SB_WIRE_PROCESSES_DATA, 0, frame->id, &packer);
          packer.length = 0;
        }
      pack (&packer, proc_at (i), now);
    }

  send_packed (SB_WIRE_PROCESSES_DATA, SB_WIRE_FLAG_END, frame->id, &packer);
}

/* Only to what the list shows: never to PID 1, and where there is no PID namespace never to a stranger. */
static int
send_signal (uint32_t pid,
             uint32_t number)
{
  unsigned int count;

  if (pid <= 1 || pid == (uint32_t) getpid ())
    return EPERM;

  count = procs_scan ();
  for (unsigned int i = 0; i < count; i++)
    if (proc_at (i)->pid == (pid_t) pid && proc_is_ours (proc_at (i), count))
      return kill ((pid_t) pid, (int) number) == 0 ? 0 : errno;

  return ESRCH;
}

void
signal_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  uint32_t pid = sb_wire_get_u32 (&unpacker);
  uint32_t number = sb_wire_get_u32 (&unpacker);
  int failure;

  if (!sb_wire_get_end (&unpacker) || number == 0 || number >= NSIG)
    die (5);

  failure = send_signal (pid, number);
  if (failure != 0)
    send_errno (frame->id, failure);
  else
    send_ok (frame->id);
}
