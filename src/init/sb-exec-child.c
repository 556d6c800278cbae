/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STATUS_FD 3

extern char **environ;

static void
limit (int      resource,
       uint64_t value)
{
  struct rlimit limits;

  if (getrlimit (resource, &limits) == 0 && limits.rlim_max != RLIM_INFINITY && limits.rlim_max < value)
    value = limits.rlim_max;
  limits.rlim_cur = limits.rlim_max = (rlim_t) value;
  setrlimit (resource, &limits);
}

static void
set_limits (void)
{
  limit (RLIMIT_NOFILE, 4096);
  limit (RLIMIT_CORE, 0);
  limit (RLIMIT_FSIZE, config.max_file_bytes);
  if (config.max_processes > 0)
    limit (RLIMIT_NPROC, config.max_processes);
  if (config.max_memory > 0)
    limit (RLIMIT_DATA, config.max_memory);
}

static void
reset_signals (void)
{
  sigset_t none;

  for (int number = 1; number < NSIG; number++)
    signal (number, SIG_DFL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

void
close_above (unsigned int last)
{
#ifdef SYS_close_range
  if (syscall (SYS_close_range, last + 1, ~0u, 0) == 0)
    return;
#endif
  for (unsigned int fd = last + 1; fd < 4096; fd++)
    close ((int) fd);
}

/* The first to go when memory runs out is what the agent started, never PID 1. Its file belongs to root while the
 * process is not dumpable; by now the channel is closed here, so nothing is left that a sibling could steal. */
static void
volunteer_for_oom (void)
{
  int fd;

  prctl (PR_SET_DUMPABLE, 1, 0, 0, 0);
  fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    return;
  if (write (fd, "1000", 4) < 0)
    (void) errno; /* a wish, not a guarantee */
  close (fd);
}

static void
place (int fd,
       int target)
{
  if (fd == target)
    fcntl (fd, F_SETFD, 0);
  else
    dup2 (fd, target);
}

/* Runs between fork and exec. All descriptors in the child are above STATUS_FD, so none is overwritten before it is
 * used. */
void
exec_child_run (const ExecChild *child)
{
  int status_fd = child->status_fd;
  int failure;

  setsid ();
  if (fchdir (child->cwd_fd) == 0)
    {
      place (child->stdin_fd >= 0 ? child->stdin_fd : STDIN_FILENO, STDIN_FILENO);
      place (child->stdout_fd, STDOUT_FILENO);
      place (child->stderr_fd, STDERR_FILENO);
      place (child->status_fd, STATUS_FD);
      fcntl (STATUS_FD, F_SETFD, FD_CLOEXEC);
      status_fd = STATUS_FD;
      close_above (STATUS_FD);
      if (child->terminal)
        ioctl (STDIN_FILENO, TIOCSCTTY, 0);
      volunteer_for_oom ();
      set_limits ();
      reset_signals ();
      environ = child->env;
      execvp (child->argv[0], child->argv);
    }

  failure = errno;
  if (write (status_fd, &failure, sizeof failure) < 0)
    _exit (126);
  _exit (127);
}
