/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static bool
unpack_strings (SbWireUnpacker  *unpacker,
                const char     **strings,
                uint32_t         max,
                uint32_t        *count)
{
  *count = sb_wire_get_u32 (unpacker);
  if (*count > max)
    return false;

  for (uint32_t i = 0; i < *count; i++)
    strings[i] = sb_wire_get_string (unpacker);

  return !unpacker->bad;
}

/* The end of EXEC, SPAWN and PTY: where, what, and with which variables. */
void
exec_unpack (SbWireUnpacker *unpacker,
             ExecRequest    *request)
{
  uint32_t argc = 0;

  request->cwd = sb_wire_get_string (unpacker);
  if (!unpack_strings (unpacker, (const char **) request->argv, EXEC_MAX_ARGS, &argc)
      || !unpack_strings (unpacker, request->env, EXEC_MAX_ARGS, &request->env_count)
      || !sb_wire_get_end (unpacker) || argc == 0)
    die (5);
  request->argv[argc] = NULL;
}

/* -1 with errno: not a directory in the workspace */
int
exec_open_cwd (const char *cwd)
{
  char normal[SB_WIRE_MAX_PATH];

  return path_normalize (cwd, normal) ? path_open (normal, O_PATH | O_DIRECTORY, 0) : -1;
}

bool
exec_prepare (Exec              *exec,
              const SbWireFrame *frame,
              bool               with_input)
{
  exec->id = frame->id;
  exec->credit = SB_WIRE_OUTPUT_WINDOW;
  exec->drain[0] = exec->drain[1] = -1;
  exec->oom_kills = counters_oom_kills ();
  exec->begun = now_us ();

  if (with_input)
    exec->input_buffer = malloc (SB_WIRE_UPLOAD_WINDOW);

  return !with_input || exec->input_buffer != NULL;
}

static bool
open_pipes (int  pipes[4][2],
            bool with_input)
{
  for (unsigned int i = 0; i < 4; i++)
    pipes[i][0] = pipes[i][1] = -1;

  for (unsigned int i = 0; i < 4; i++)
    if ((i < 3 || with_input) && pipe2 (pipes[i], O_CLOEXEC) != 0)
      return false;

  /* Best effort: a flood changes between its command and us less often. */
  for (unsigned int i = 0; i < 2; i++)
    fcntl (pipes[i][0], F_SETPIPE_SZ, SB_WIRE_OUTPUT_WINDOW);

  return true;
}

static void
close_fd (int fd)
{
  if (fd >= 0)
    close (fd);
}

static void
close_pipes (int          pipes[4][2],
             unsigned int end)
{
  for (unsigned int i = 0; i < 4; i++)
    close_fd (pipes[i][i < 3 ? end : !end]);
}

/* Pipes: 0 and 1 are the output, 2 the status (read here), 3 the input (written here). 0 or an errno. */
static int
launch (Exec              *exec,
        const SbWireFrame *frame,
        ExecRequest       *request,
        int                cwd_fd)
{
  int pipes[4][2];
  ExecChild child = { .argv = request->argv, .cwd_fd = cwd_fd };

  child.env = exec_env (exec, request->env, request->env_count);
  if (!open_pipes (pipes, (frame->flags & SB_WIRE_FLAG_STDIN) != 0))
    exec->pid = -1;
  else
    {
      child.stdout_fd = pipes[0][1];
      child.stderr_fd = pipes[1][1];
      child.status_fd = pipes[2][1];
      child.stdin_fd = pipes[3][0];
      exec->pid = fork ();
    }

  if (exec->pid == 0)
    exec_child_run (&child);
  if (exec->pid < 0)
    {
      int failure = errno;

      close_pipes (pipes, 0);
      close_pipes (pipes, 1);
      return failure;
    }

  close_pipes (pipes, 1);
  exec_adopt_output (exec, 0, pipes[0][0]);
  exec_adopt_output (exec, 1, pipes[1][0]);
  exec_adopt_status (exec, pipes[2][0]);
  if (pipes[3][1] >= 0)
    exec_adopt_input (exec, pipes[3][1]);

  return 0;
}

void
exec_request (const SbWireFrame *frame)
{
  static ExecRequest request;
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  Exec *exec;
  int cwd_fd;
  int failure = EAGAIN;

  request.timeout_ms = sb_wire_get_u32 (&unpacker);
  request.budget = sb_wire_get_u64 (&unpacker);
  exec_unpack (&unpacker, &request);
  cwd_fd = exec_open_cwd (request.cwd);
  if (cwd_fd < 0)
    {
      send_error (frame->id, SB_WIRE_ERROR_CWD, errno);
      return;
    }

  exec = exec_take_slot (frame->type == SB_WIRE_SPAWN);
  if (exec != NULL)
    exec->background = frame->type == SB_WIRE_SPAWN;
  if (exec != NULL && exec_prepare (exec, frame, (frame->flags & SB_WIRE_FLAG_STDIN) != 0)
      && (!exec->background || log_open (&exec->log)))
    failure = launch (exec, frame, &request, cwd_fd);
  close (cwd_fd);

  if (failure != 0)
    {
      send_errno (frame->id, failure);
      if (exec != NULL)
        exec_clear (exec);
      return;
    }

  exec->state = EXEC_RUNNING;
  exec->budget = request.budget != 0 ? request.budget : SB_WIRE_DEFAULT_BUDGET;
  exec->deadline = request.timeout_ms != 0 ? exec->begun + (int64_t) request.timeout_ms * 1000 : 0;
}
