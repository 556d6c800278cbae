/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TERM_GRACE_US 2000000 /* between TERM and KILL */
#define DRAIN_GRACE_US 100000 /* for what is still in the pipes of a command that is over */
#define KILL_PERIOD_US 5000
#define KILL_PATIENCE 40      /* rounds; then as PID 1 everything goes, if nobody else is at work */

static Exec slots[EXEC_SLOTS];

Exec *
exec_slot (unsigned int index)
{
  return &slots[index];
}

Exec *
exec_find (uint32_t id)
{
  for (unsigned int i = 0; i < EXEC_SLOTS; i++)
    if (slots[i].state != EXEC_FREE && slots[i].id == id)
      return &slots[i];

  return NULL;
}

bool
exec_any_running (const Exec *except)
{
  for (unsigned int i = 0; i < EXEC_SLOTS; i++)
    if (&slots[i] != except && slots[i].state != EXEC_FREE && slots[i].state != EXEC_DONE)
      return true;

  return false;
}

void
exec_clear (Exec *exec)
{
  source_close (&exec->output[0]);
  source_close (&exec->output[1]);
  source_close (&exec->status);
  source_close (&exec->input);
  free (exec->input_buffer);
  log_close (&exec->log);
  memset (exec, 0, sizeof *exec);
  exec->output[0].fd = exec->output[1].fd = exec->status.fd = exec->input.fd = -1;
}

/* Commands that end by themselves and those that last have half of the table each, so that neither keeps the other out.
 * The oldest background process that is over makes room when its half is full. */
Exec *
exec_take_slot (bool lasting)
{
  Exec *unused = NULL;
  Exec *oldest = NULL;
  unsigned int used = 0;

  for (unsigned int i = 0; i < EXEC_SLOTS; i++)
    {
      Exec *exec = &slots[i];

      if (exec->state == EXEC_FREE)
        unused = unused != NULL ? unused : exec;
      else if ((exec->background || exec->terminal) == lasting)
        used++;
      if (exec->state == EXEC_DONE && lasting && (oldest == NULL || exec->ended < oldest->ended))
        oldest = exec;
    }

  if (used < SB_WIRE_MAX_COMMANDS)
    {
      unused->output[0].fd = unused->output[1].fd = unused->status.fd = unused->input.fd = -1;
      oldest = unused;
    }
  if (oldest != NULL)
    exec_clear (oldest);

  return oldest;
}

static void
finish_background (Exec *exec)
{
  exec->state = EXEC_DONE;
  exec->deadline = 0;
  if (!exec->started)
    exec_clear (exec);
}

static void
send_exited (const Exec *exec)
{
  uint8_t payload[32];
  SbWirePacker packer = { payload, sizeof payload, 0, false };
  bool signaled = WIFSIGNALED (exec->wait_status);
  uint32_t value = (uint32_t) (signaled ? WTERMSIG (exec->wait_status) : WEXITSTATUS (exec->wait_status));

  sb_wire_put_u8 (&packer, (uint8_t) exec->outcome);
  sb_wire_put_u32 (&packer, value);
  sb_wire_put_u64 (&packer, (uint64_t) (exec->ended - exec->begun));
  sb_wire_put_u64 (&packer, exec->totals[0]);
  sb_wire_put_u64 (&packer, exec->totals[1]);
  send_packed (SB_WIRE_EXITED, 0, exec->id, &packer);
}

/* A command that nobody stopped: how did it end? 137 is what a shell answers whose child was killed. */
static SbWireOutcome
natural_outcome (const Exec *exec)
{
  bool killed = (WIFSIGNALED (exec->wait_status) && WTERMSIG (exec->wait_status) == SIGKILL)
                || (WIFEXITED (exec->wait_status) && WEXITSTATUS (exec->wait_status) == 128 + SIGKILL);

  if (killed && counters_oom_kills () > exec->oom_kills)
    return SB_WIRE_OUTCOME_OOM;

  return WIFSIGNALED (exec->wait_status) ? SB_WIRE_OUTCOME_SIGNALED : SB_WIRE_OUTCOME_EXITED;
}

static void
finish_if_drained (Exec *exec)
{
  if (exec->state != EXEC_DRAINING || exec->output[0].fd >= 0 || exec->output[1].fd >= 0 || exec->status.fd >= 0)
    return;

  if (!exec->stopped)
    exec->outcome = natural_outcome (exec);
  source_close (&exec->input);
  if (exec->background)
    {
      finish_background (exec);
      return;
    }

  if (exec->exec_errno != 0)
    send_errno (exec->id, exec->exec_errno);
  else
    send_exited (exec);
  exec_clear (exec);
}

static void
begin_draining (Exec    *exec,
                int64_t  now)
{
  bool keep_reading = exec->background && !exec->stopped;

  exec->state = EXEC_DRAINING;
  exec->deadline = keep_reading ? 0 : now + DRAIN_GRACE_US;
  /* Whoever closed a terminal reads no more, and gives no more credit. */
  if (exec->terminal && exec->stopped)
    source_close (&exec->output[0]);
  finish_if_drained (exec);
}

/* The grace is over: what lies in the pipes now is still delivered, what a left-over child writes later is not. */
static void
end_draining (Exec *exec)
{
  exec->deadline = 0;
  source_close (&exec->status);
  for (unsigned int i = 0; i < 2; i++)
    {
      if (exec->output[i].fd < 0)
        continue;
      if (ioctl (exec->output[i].fd, FIONREAD, &exec->drain[i]) != 0 || exec->drain[i] <= 0)
        source_close (&exec->output[i]);
    }

  finish_if_drained (exec);
}

/* Ends a command and all that came from it. The first reason counts. */
void
exec_stop (Exec          *exec,
           SbWireOutcome  outcome,
           bool           polite)
{
  if (!exec->stopped)
    exec->outcome = outcome;
  exec->stopped = true;

  if (polite && exec->state == EXEC_RUNNING)
    {
      kill (-exec->pid, SIGTERM);
      exec->state = EXEC_TERMINATING;
      exec->deadline = now_us () + TERM_GRACE_US;
    }
  else if (exec->state != EXEC_KILLING && exec->state != EXEC_DONE)
    {
      exec->state = EXEC_KILLING;
      exec->kill_rounds = 0;
      exec->deadline = now_us ();
    }
}

static void
kill_round (Exec    *exec,
            int64_t  now)
{
  unsigned int alive = procs_kill_exec (exec);

  exec->kill_rounds++;
  if (alive == 0 && exec->reaped)
    {
      begin_draining (exec, now);
      return;
    }

  if (exec->kill_rounds == KILL_PATIENCE && config.is_pid_1 && !exec_any_running (exec))
    kill (-1, SIGKILL);
  exec->deadline = now + (exec->kill_rounds < KILL_PATIENCE ? KILL_PERIOD_US : 20 * KILL_PERIOD_US);
}

static size_t
readable_now (const Exec   *exec,
              unsigned int  index)
{
  size_t limit = SB_WIRE_CHUNK;

  if (exec->drain[index] >= 0 && (size_t) exec->drain[index] < limit)
    limit = (size_t) exec->drain[index];
  if (!exec->background && exec->credit < limit)
    limit = exec->credit;

  return limit;
}

static void
take_output (Exec          *exec,
             unsigned int   index,
             const uint8_t *data,
             size_t         length)
{
  exec->totals[index] += length;
  if (exec->drain[index] >= 0)
    exec->drain[index] -= (int) length;

  if (exec->background)
    {
      log_append (&exec->log, data, length);
      return;
    }

  exec->credit -= (uint32_t) length;
  send_frame (SB_WIRE_OUTPUT, (uint8_t) (index + 1), exec->id, data, length);
  if (exec->totals[0] + exec->totals[1] > exec->budget)
    exec_stop (exec, SB_WIRE_OUTCOME_OUTPUT_LIMIT, false);
}

static void
output_cb (Source  *source,
           uint32_t events)
{
  static uint8_t buffer[SB_WIRE_CHUNK];
  Exec *exec = source->owner;
  unsigned int index = source == &exec->output[1];
  size_t limit = readable_now (exec, index);
  ssize_t got;

  if (limit == 0)
    return;

  got = read (source->fd, buffer, limit);
  if (got > 0)
    take_output (exec, index, buffer, (size_t) got);
  else if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;

  if (got <= 0 || exec->drain[index] == 0)
    source_close (source);
  finish_if_drained (exec);
}

static void
status_cb (Source  *source,
           uint32_t events)
{
  Exec *exec = source->owner;
  ssize_t got = read (source->fd, &exec->exec_errno, sizeof exec->exec_errno);

  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;

  source_close (source);
  exec->started = got == 0;
  if (exec->background && exec->started)
    send_ok (exec->id);
  else if (exec->background)
    send_errno (exec->id, exec->exec_errno);
  finish_if_drained (exec);
}

/* The parent's ends: nonblocking, and gone in the child. */
static void
adopt (Exec       *exec,
       Source     *source,
       int         fd,
       SourceFunc  func)
{
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  source_open (source, fd, func, exec);
}

void
exec_adopt_output (Exec         *exec,
                   unsigned int  index,
                   int           fd)
{
  adopt (exec, &exec->output[index], fd, output_cb);
}

void
exec_adopt_status (Exec *exec,
                   int   fd)
{
  adopt (exec, &exec->status, fd, status_cb);
  source_arm (&exec->status, EPOLLIN);
}

void
exec_adopt_input (Exec *exec,
                  int   fd)
{
  adopt (exec, &exec->input, fd, exec_input_cb);
}

bool
exec_credit (uint32_t id,
             uint32_t bytes)
{
  Exec *exec = exec_find (id);

  if (exec == NULL)
    return false;
  if (bytes > SB_WIRE_OUTPUT_WINDOW - exec->credit)
    die (5);
  exec->credit += bytes;

  return true;
}

void
exec_kill_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  uint32_t number = sb_wire_get_u32 (&unpacker);
  Exec *exec = exec_find (frame->id);

  if (!sb_wire_get_end (&unpacker) || number >= NSIG)
    die (5);
  if (exec == NULL)
    tunnel_kill (frame->id, number == 0);
  if (exec == NULL || exec->state == EXEC_DONE)
    return;

  if (number == 0 || number == SIGKILL)
    exec_stop (exec, SB_WIRE_OUTCOME_SIGNALED, number == 0);
  else if (!exec->reaped)
    kill (-exec->pid, (int) number);
}

void
exec_reaped (pid_t pid,
             int   wait_status)
{
  for (unsigned int i = 0; i < EXEC_SLOTS; i++)
    {
      Exec *exec = &slots[i];

      if (exec->state == EXEC_FREE || exec->reaped || exec->pid != pid)
        continue;

      exec->reaped = true;
      exec->wait_status = wait_status;
      exec->ended = now_us ();
      if (exec->state == EXEC_RUNNING && !exec->terminal)
        begin_draining (exec, exec->ended);
      else
        {
          exec->state = EXEC_KILLING;
          exec->deadline = exec->ended;
        }
      return;
    }
}

/* Commands are read from only while the host takes it: credit of their own, and room in the common queue. */
void
exec_rearm (void)
{
  bool room = frames_have_room ();

  for (unsigned int i = 0; i < EXEC_SLOTS; i++)
    {
      Exec *exec = &slots[i];

      if (exec->state == EXEC_FREE)
        continue;
      for (unsigned int j = 0; j < 2; j++)
        source_arm (&exec->output[j], readable_now (exec, j) > 0 && (room || exec->background) ? EPOLLIN : 0);
    }
}

/* Time that did not count. */
void
exec_postpone (int64_t by)
{
  for (unsigned int i = 0; i < EXEC_SLOTS; i++)
    if (slots[i].state == EXEC_RUNNING && slots[i].deadline != 0)
      slots[i].deadline += by;
}

/* What holds still is not late. */
static bool
is_due (const Exec *exec)
{
  return exec->state != EXEC_FREE && exec->deadline != 0 && !(exec->state == EXEC_RUNNING && pause_is_on ());
}

int64_t
exec_deadline (void)
{
  int64_t deadline = 0;

  for (unsigned int i = 0; i < EXEC_SLOTS; i++)
    if (is_due (&slots[i]) && (deadline == 0 || slots[i].deadline < deadline))
      deadline = slots[i].deadline;

  return deadline;
}

void
exec_tick (int64_t now)
{
  for (unsigned int i = 0; i < EXEC_SLOTS; i++)
    {
      Exec *exec = &slots[i];

      if (!is_due (exec) || now < exec->deadline)
        continue;

      if (exec->state == EXEC_RUNNING)
        exec_stop (exec, SB_WIRE_OUTCOME_TIMED_OUT, true);
      else if (exec->state == EXEC_TERMINATING)
        exec_stop (exec, exec->outcome, false);
      else if (exec->state == EXEC_KILLING)
        kill_round (exec, now);
      else if (exec->state == EXEC_DRAINING)
        end_draining (exec);
    }
}
