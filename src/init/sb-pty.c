/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* A terminal is a command whose three streams are one pseudo-terminal: it lives in the same table, and is read, fed and
 * killed by the same code. */

#define MAX_SIDE 4096

typedef struct
{
  int master;
  int input;  /* the master once more: a source watches one descriptor in one direction */
  int slave;
  int status[2];
} Pty;

static struct winsize
make_size (uint32_t rows,
           uint32_t columns)
{
  if (rows == 0 || rows > MAX_SIDE || columns == 0 || columns > MAX_SIDE)
    die (5);

  return (struct winsize) { .ws_row = (unsigned short) rows, .ws_col = (unsigned short) columns };
}

static void
close_pty (Pty *pty)
{
  int *fds[] = { &pty->master, &pty->input, &pty->slave, &pty->status[0], &pty->status[1] };

  for (unsigned int i = 0; i < sizeof fds / sizeof fds[0]; i++)
    {
      if (*fds[i] >= 0)
        close (*fds[i]);
      *fds[i] = -1;
    }
}

/* The terminal must never become ours: without O_NOCTTY, PID 1 would get it. */
static bool
open_pty (Pty                  *pty,
          const struct winsize *size)
{
  char name[64];

  *pty = (Pty) { -1, -1, -1, { -1, -1 } };
  pty->master = open ("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (pty->master < 0 || unlockpt (pty->master) != 0 || ptsname_r (pty->master, name, sizeof name) != 0)
    return false;

  pty->slave = open (name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  pty->input = fcntl (pty->master, F_DUPFD_CLOEXEC, 3);

  return pty->slave >= 0 && pty->input >= 0 && pipe2 (pty->status, O_CLOEXEC) == 0
         && ioctl (pty->master, TIOCSWINSZ, size) == 0;
}

/* 0 or an errno */
static int
launch (Exec                 *exec,
        ExecRequest          *request,
        const struct winsize *size,
        int                   cwd_fd)
{
  ExecChild child = { .argv = request->argv, .cwd_fd = cwd_fd, .terminal = true };
  Pty pty;

  child.env = exec_env (exec, request->env, request->env_count);
  exec->pid = -1;
  if (open_pty (&pty, size))
    {
      child.stdin_fd = child.stdout_fd = child.stderr_fd = pty.slave;
      child.status_fd = pty.status[1];
      exec->pid = fork ();
    }

  if (exec->pid == 0)
    exec_child_run (&child);
  if (exec->pid < 0)
    {
      int failure = errno;

      close_pty (&pty);
      return failure;
    }

  exec_adopt_output (exec, 0, pty.master);
  exec_adopt_input (exec, pty.input);
  exec_adopt_status (exec, pty.status[0]);
  pty.master = pty.input = pty.status[0] = -1;
  close_pty (&pty);

  return 0;
}

void
pty_request (const SbWireFrame *frame)
{
  static ExecRequest request;
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  uint32_t rows = sb_wire_get_u32 (&unpacker);
  uint32_t columns = sb_wire_get_u32 (&unpacker);
  struct winsize size;
  Exec *exec;
  int cwd_fd;
  int failure = EAGAIN;

  exec_unpack (&unpacker, &request);
  size = make_size (rows, columns);
  cwd_fd = exec_open_cwd (request.cwd);
  if (cwd_fd < 0)
    {
      send_error (frame->id, SB_WIRE_ERROR_CWD, errno);
      return;
    }

  exec = exec_take_slot (true);
  if (exec != NULL)
    exec->terminal = true;
  if (exec != NULL && exec_prepare (exec, frame, true))
    failure = launch (exec, &request, &size, cwd_fd);
  close (cwd_fd);

  if (failure != 0)
    {
      send_errno (frame->id, failure);
      if (exec != NULL)
        exec_clear (exec);
      return;
    }

  exec->state = EXEC_RUNNING;
  exec->budget = UINT64_MAX;
}

/* The kernel tells the foreground programs (SIGWINCH). */
void
pty_resize_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  uint32_t rows = sb_wire_get_u32 (&unpacker);
  uint32_t columns = sb_wire_get_u32 (&unpacker);
  Exec *exec = exec_find (frame->id);
  struct winsize size;

  if (!sb_wire_get_end (&unpacker))
    die (5);
  size = make_size (rows, columns);
  if (exec != NULL && exec->terminal && exec->output[0].fd >= 0)
    ioctl (exec->output[0].fd, TIOCSWINSZ, &size);
}
