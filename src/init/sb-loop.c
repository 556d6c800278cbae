/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define MAX_EVENTS 32

static int epoll_fd = -1;

void
loop_init (void)
{
  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (epoll_fd < 0)
    die (3);
}

int64_t
now_us (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);

  return (int64_t) time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* As PID 1 ending is enough: the kernel kills the namespace. Elsewhere only our own descendants may be touched. */
void
die (int status)
{
  if (!config.is_pid_1)
    procs_kill_all ();

  _exit (status);
}

/* The slots that hold sources are never freed, so an event that comes late finds a closed or another fd, not freed
 * memory. */
void
source_open (Source     *source,
             int         fd,
             SourceFunc  func,
             void       *owner)
{
  source->fd = fd;
  source->armed = 0;
  source->func = func;
  source->owner = owner;
}

/* 0 takes it out altogether: epoll reports a hang-up even to those who asked for nothing, again and again. */
void
source_arm (Source  *source,
            uint32_t events)
{
  struct epoll_event event = { .events = events, .data.ptr = source };
  int operation = EPOLL_CTL_MOD;

  if (source->fd < 0 || source->armed == events)
    return;

  if (events == 0)
    operation = EPOLL_CTL_DEL;
  else if (source->armed == 0)
    operation = EPOLL_CTL_ADD;
  epoll_ctl (epoll_fd, operation, source->fd, &event);
  source->armed = events;
}

void
source_close (Source *source)
{
  if (source->fd < 0)
    return;

  source_arm (source, 0);
  close (source->fd);
  source->fd = -1;
}

/* Waits until something happens or the deadline (0: none), and tells the sources. */
void
loop_wait (int64_t deadline_us)
{
  struct epoll_event events[MAX_EVENTS];
  int timeout = -1;
  int count;

  if (deadline_us != 0)
    {
      int64_t left = deadline_us - now_us ();

      timeout = left <= 0 ? 0 : (int) ((left < 3600000000 ? left : 3600000000) / 1000 + 1);
    }

  count = epoll_wait (epoll_fd, events, MAX_EVENTS, timeout);
  if (count < 0 && errno != EINTR)
    die (3);

  for (int i = 0; i < count; i++)
    {
      Source *source = events[i].data.ptr;

      if (source->fd >= 0 && source->armed != 0)
        source->func (source, events[i].events);
    }
}
