/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_PROCESSES SB_WIRE_MAX_PROCESSES
#define TAG "SANDBAR_EXEC="

static Process table[MAX_PROCESSES];

/* The number of bytes, and a NUL after them; 0: it is gone, or there are none. */
size_t
proc_read_file (pid_t       pid,
                const char *name,
                char       *buffer,
                size_t      size)
{
  char path[64];
  ssize_t got;
  int fd;

  snprintf (path, sizeof path, "/proc/%d/%s", (int) pid, name);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return 0;
  got = read (fd, buffer, size - 1);
  close (fd);
  if (got <= 0)
    return 0;
  buffer[got] = '\0';

  return (size_t) got;
}

const Process *
proc_at (unsigned int index)
{
  return &table[index];
}

static bool
read_process (pid_t    pid,
              Process *process)
{
  char buffer[1024];
  unsigned long long user, system, start;
  long long pages;
  int parent, group, session;
  char *after_name;

  if (!proc_read_file (pid, "stat", buffer, sizeof buffer))
    return false;

  /* The name may hold anything, also ')' and spaces. */
  after_name = strrchr (buffer, ')');
  if (after_name == NULL
      || sscanf (after_name + 1, " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %llu %llu"
                                 " %*d %*d %*d %*d %*d %*d %llu %*u %lld",
                 &process->state, &parent, &group, &session, &user, &system, &start, &pages) != 8)
    return false;

  process->pid = pid;
  process->parent = parent;
  process->group = group;
  process->session = session;
  process->ticks = user + system;
  process->start = start;
  process->pages = pages > 0 ? (uint64_t) pages : 0;

  return true;
}

static const Process *
find_process (pid_t        pid,
              unsigned int count)
{
  for (unsigned int i = 0; i < count; i++)
    if (table[i].pid == pid)
      return &table[i];

  return NULL;
}

/* As PID 1 everything that can be seen is ours; elsewhere only what descends from this process is. */
bool
proc_is_ours (const Process *process,
              unsigned int   count)
{
  pid_t self = getpid ();

  if (process->pid == self)
    return false;
  if (config.is_pid_1)
    return true;

  for (unsigned int steps = 0; process != NULL && steps < MAX_PROCESSES; steps++)
    {
      if (process->parent == self)
        return true;
      process = find_process (process->parent, count);
    }

  return false;
}

unsigned int
procs_scan (void)
{
  DIR *dir = opendir ("/proc");
  unsigned int count = 0;
  struct dirent *entry;

  if (dir == NULL)
    return 0;

  while (count < MAX_PROCESSES && (entry = readdir (dir)) != NULL)
    if (isdigit ((unsigned char) entry->d_name[0]) && read_process (atoi (entry->d_name), &table[count]))
      count++;
  closedir (dir);

  return count;
}

/* The tag that exec_request put first into the environment. 0: none, it was wiped. */
static uint32_t
read_tag (pid_t pid)
{
  char buffer[64];

  if (!proc_read_file (pid, "environ", buffer, sizeof buffer) || strncmp (buffer, TAG, strlen (TAG)) != 0)
    return 0;

  return (uint32_t) strtoul (buffer + strlen (TAG), NULL, 10);
}

static bool
is_command (pid_t pid)
{
  for (unsigned int i = 0; i < EXEC_SLOTS; i++)
    {
      const Exec *exec = exec_slot (i);

      if (exec->state != EXEC_FREE && exec->state != EXEC_DONE && exec->pid == pid)
        return true;
    }

  return false;
}

/* Group and session find all that did not run away; the tag finds what called setsid; and an orphan that also wiped
 * its environment has no excuse left. A command that was just forked looks like one, until it has its own session. */
static bool
belongs_to (const Process *process,
            const Exec    *exec)
{
  uint32_t tag;

  if (process->group == exec->pid || process->session == exec->pid)
    return true;

  tag = read_tag (process->pid);
  if (tag != 0)
    return tag == exec->id;

  return process->parent == getpid () && !is_command (process->session) && !is_command (process->pid);
}

/* Sends KILL to everything that came from this command, and tells how much was still alive. */
unsigned int
procs_kill_exec (const Exec *exec)
{
  unsigned int killed = 0;
  unsigned int count;

  /* It has no group of its own when a sibling stopped it between fork and setsid. */
  if (!exec->reaped)
    {
      kill (exec->pid, SIGKILL);
      kill (-exec->pid, SIGKILL);
    }

  count = procs_scan ();
  for (unsigned int i = 0; i < count; i++)
    {
      if (table[i].state == 'Z' || !proc_is_ours (&table[i], count) || !belongs_to (&table[i], exec))
        continue;
      kill (table[i].pid, SIGKILL);
      killed++;
    }

  return killed;
}

/* Only for the end of a helper that is not PID 1. */
void
procs_kill_all (void)
{
  for (unsigned int round = 0; round < 100; round++)
    {
      unsigned int count = procs_scan ();
      unsigned int killed = 0;

      for (unsigned int i = 0; i < count; i++)
        if (table[i].state != 'Z' && proc_is_ours (&table[i], count) && kill (table[i].pid, SIGKILL) == 0)
          killed++;
      while (waitpid (-1, NULL, WNOHANG) > 0)
        continue;
      if (killed == 0)
        break;
      usleep (1000);
    }
}

/* Stops everything, or lets it go on. As PID 1 that is one call, which nothing that forks meanwhile escapes. */
void
procs_freeze (bool frozen)
{
  int number = frozen ? SIGSTOP : SIGCONT;
  unsigned int count;

  if (config.is_pid_1)
    {
      kill (-1, number);
      return;
    }

  count = procs_scan ();
  for (unsigned int i = 0; i < count; i++)
    if (proc_is_ours (&table[i], count))
      kill (table[i].pid, number);
}

/* Anonymous and shared memory of one process; shared pages count for each that maps them. */
static uint64_t
read_memory (pid_t pid)
{
  char buffer[2048];
  uint64_t kib = 0;

  if (!proc_read_file (pid, "status", buffer, sizeof buffer))
    return 0;

  for (char *line = buffer; line != NULL; line = strchr (line, '\n'))
    {
      unsigned long long value;

      line += *line == '\n';
      if (sscanf (line, "RssAnon: %llu", &value) == 1 || sscanf (line, "RssShmem: %llu", &value) == 1)
        kib += value;
    }

  return kib * 1024;
}

static Exec *
find_owner (const Process *process)
{
  uint32_t tag = read_tag (process->pid);

  for (unsigned int i = 0; i < EXEC_SLOTS; i++)
    {
      Exec *exec = exec_slot (i);

      if (exec->state == EXEC_FREE || exec->state == EXEC_DONE)
        continue;
      if (exec->pid == process->group || exec->pid == process->session || exec->id == tag)
        return exec;
    }

  return NULL;
}

/* The request that a process came from; 0: nobody can tell any more. */
uint32_t
proc_get_request (const Process *process)
{
  const Exec *owner = find_owner (process);

  return owner != NULL ? owner->id : read_tag (process->pid);
}

/* Kills the process that holds most memory, and tells which running command it came from (NULL: from none). */
Exec *
procs_kill_biggest (void)
{
  unsigned int count = procs_scan ();
  const Process *biggest = NULL;
  uint64_t most = 0;
  Exec *owner;

  for (unsigned int i = 0; i < count; i++)
    {
      uint64_t memory = proc_is_ours (&table[i], count) ? read_memory (table[i].pid) : 0;

      if (memory > most)
        {
          most = memory;
          biggest = &table[i];
        }
    }

  if (biggest == NULL)
    return NULL;
  owner = find_owner (biggest);
  kill (biggest->pid, SIGKILL);

  return owner;
}

void
procs_sum (ProcTotals *totals)
{
  unsigned int count = procs_scan ();
  uint64_t hertz = (uint64_t) sysconf (_SC_CLK_TCK);
  struct rusage gone;

  memset (totals, 0, sizeof *totals);
  for (unsigned int i = 0; i < count; i++)
    {
      if (!proc_is_ours (&table[i], count))
        continue;
      totals->count++;
      totals->memory_bytes += read_memory (table[i].pid);
      totals->cpu_us += table[i].ticks * 1000000 / hertz;
    }

  if (getrusage (RUSAGE_CHILDREN, &gone) == 0)
    totals->cpu_us += (uint64_t) (gone.ru_utime.tv_sec + gone.ru_stime.tv_sec) * 1000000
                      + (uint64_t) (gone.ru_utime.tv_usec + gone.ru_stime.tv_usec);
}
