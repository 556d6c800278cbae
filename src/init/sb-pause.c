/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-init.h"

/* A sandbox that holds still: every process but this one is stopped, and no new one begins. The engine's own pause
 * would stop this one too, and a frozen PID 1 does not see its owner die. */

static int64_t paused_since;

bool
pause_is_on (void)
{
  return paused_since != 0;
}

void
pause_request (const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  bool wanted = sb_wire_get_u8 (&unpacker) != 0;

  if (!sb_wire_get_end (&unpacker))
    die (5);

  if (wanted && paused_since == 0)
    {
      paused_since = now_us ();
      procs_freeze (true);
    }
  else if (!wanted && paused_since != 0)
    {
      /* The time to run does not pass while nothing can run. */
      exec_postpone (now_us () - paused_since);
      paused_since = 0;
      procs_freeze (false);
    }
  send_ok (frame->id);
}
