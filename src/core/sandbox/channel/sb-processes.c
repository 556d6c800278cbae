/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-processes.h"

#include <string.h>

#include "sb-wire-codec.h"

void
sb_process_free (SbProcess *process)
{
  g_free (process->name);
  g_free (process->command);
  g_free (process);
}

/* NULL: broken */
static SbProcess *
read_process (SbWireUnpacker *unpacker)
{
  g_autoptr(SbProcess) process = g_new0 (SbProcess, 1);

  process->pid = sb_wire_get_u32 (unpacker);
  process->parent = sb_wire_get_u32 (unpacker);
  process->state = (char) sb_wire_get_u8 (unpacker);
  process->cpu_us = sb_wire_get_u64 (unpacker);
  process->memory_bytes = sb_wire_get_u64 (unpacker);
  process->age_us = sb_wire_get_u64 (unpacker);
  process->request = sb_wire_get_u32 (unpacker);
  process->name = g_strdup (sb_wire_get_string (unpacker));
  process->command = g_strdup (sb_wire_get_string (unpacker));
  if (unpacker->bad || process->pid == 0 || process->pid > G_MAXINT32 || !g_ascii_isalpha (process->state)
      || strlen (process->command) > SB_WIRE_MAX_CMDLINE)
    return NULL;

  return g_steal_pointer (&process);
}

/**
 * sb_processes_parse:
 * @data: the payload of a PROCESSES_DATA frame
 * @length: its length
 * @max_processes: how many @processes may hold
 * @processes: (element-type SbProcess): where they are added
 *
 * Does no I/O. What it reads is hostile.
 *
 * Returns: FALSE when it is broken, or holds too many; some may have been added
 */
gboolean
sb_processes_parse (const guint8 *data,
                    gsize         length,
                    guint         max_processes,
                    GPtrArray    *processes)
{
  SbWireUnpacker unpacker = { data, length, false };

  while (unpacker.left > 0)
    {
      SbProcess *process = read_process (&unpacker);

      if (process == NULL)
        return FALSE;
      g_ptr_array_add (processes, process);
      if (processes->len > max_processes)
        return FALSE;
    }

  return TRUE;
}
