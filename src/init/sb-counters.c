/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define WATCH_PERIOD_US 200000
#define V2 "/sys/fs/cgroup/"
#define V1_MEMORY "/sys/fs/cgroup/memory/"

static int64_t next_watch;

/* Control group files describe this sandbox only when we are its PID 1; seen from elsewhere they may be the whole
 * machine's. */
static bool
read_cgroup (const char *path,
             char       *buffer,
             size_t      size)
{
  int fd = config.is_pid_1 ? open (path, O_RDONLY | O_CLOEXEC) : -1;
  ssize_t got;

  if (fd < 0)
    return false;
  got = read (fd, buffer, size - 1);
  close (fd);
  if (got <= 0)
    return false;
  buffer[got] = '\0';

  return true;
}

/* A number at the start, or after "key " at the start of a line. "max" and absurdly large limits read as 0: none. */
static bool
read_cgroup_number (const char *path,
                    const char *key,
                    uint64_t   *value)
{
  char buffer[4096];
  const char *text = buffer;
  size_t length = strlen (key);

  if (!read_cgroup (path, buffer, sizeof buffer))
    return false;

  while (length > 0 && text != NULL && (strncmp (text, key, length) != 0 || text[length] != ' '))
    {
      text = strchr (text, '\n');
      text = text != NULL ? text + 1 : NULL;
    }
  if (text == NULL)
    return false;

  *value = strtoull (text + length, NULL, 10);
  if (*value >= UINT64_C (1) << 60)
    *value = 0;

  return true;
}

static uint64_t
read_either (const char *v2_path,
             const char *v1_path)
{
  uint64_t value = 0;

  if (!read_cgroup_number (v2_path, "", &value))
    read_cgroup_number (v1_path, "", &value);

  return value;
}

uint64_t
counters_memory_limit (void)
{
  return read_either (V2 "memory.max", V1_MEMORY "memory.limit_in_bytes");
}

uint64_t
counters_process_limit (void)
{
  return read_either (V2 "pids.max", "/sys/fs/cgroup/pids/pids.max");
}

uint64_t
counters_oom_kills (void)
{
  uint64_t kills = 0;

  if (!read_cgroup_number (V2 "memory.events", "oom_kill", &kills))
    read_cgroup_number (V1_MEMORY "memory.oom_control", "oom_kill", &kills);

  return kills;
}

static uint64_t
cgroup_cpu_us (void)
{
  uint64_t value = 0;

  if (read_cgroup_number (V2 "cpu.stat", "usage_usec", &value))
    return value;
  read_cgroup_number ("/sys/fs/cgroup/cpuacct/cpuacct.usage", "", &value);

  return value / 1000;
}

static void
read_totals (ProcTotals *totals,
             uint64_t   *memory_limit)
{
  *memory_limit = counters_memory_limit ();
  totals->memory_bytes = read_either (V2 "memory.current", V1_MEMORY "memory.usage_in_bytes");
  totals->count = (uint32_t) read_either (V2 "pids.current", "/sys/fs/cgroup/pids/pids.current");
  totals->cpu_us = cgroup_cpu_us ();

  if (*memory_limit == 0 || totals->memory_bytes == 0)
    {
      procs_sum (totals);
      *memory_limit = config.max_memory;
    }
}

void
counters_request (const SbWireFrame *frame)
{
  uint8_t payload[48];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  ProcTotals totals;
  uint64_t memory_limit;
  struct statvfs disk;

  read_totals (&totals, &memory_limit);
  if (statvfs (config.workspace, &disk) != 0)
    memset (&disk, 0, sizeof disk);

  sb_wire_put_u64 (&packer, totals.memory_bytes);
  sb_wire_put_u64 (&packer, memory_limit);
  sb_wire_put_u64 (&packer, totals.count);
  sb_wire_put_u64 (&packer, totals.cpu_us);
  sb_wire_put_u64 (&packer, (uint64_t) (disk.f_blocks - disk.f_bfree) * disk.f_frsize);
  sb_wire_put_u64 (&packer, (uint64_t) disk.f_blocks * disk.f_frsize);
  send_packed (SB_WIRE_COUNTERS_DATA, 0, frame->id, &packer);
}

/* Where no control group limits the memory, this end adds it up while anything runs, and stops the command that holds
 * most. */
int64_t
watchdog_deadline (void)
{
  if (config.max_memory == 0 || !exec_any_running (NULL))
    return 0;

  return next_watch != 0 ? next_watch : 1;
}

void
watchdog_tick (int64_t now)
{
  ProcTotals totals;
  Exec *owner;

  if (config.max_memory == 0 || now < next_watch || !exec_any_running (NULL))
    return;

  procs_sum (&totals);
  if (totals.memory_bytes > config.max_memory)
    {
      owner = procs_kill_biggest ();
      if (owner != NULL)
        exec_stop (owner, SB_WIRE_OUTCOME_OOM, false);
    }
  next_watch = now_us () + WATCH_PERIOD_US;
}
