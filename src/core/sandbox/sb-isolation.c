/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-isolation.h"

#include "sb-id.h"

static gboolean
refuse (GError     **error,
        const char  *what)
{
  g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNSAFE,
               "The sandbox was refused because %s. Nothing was run in it.", what);

  return FALSE;
}

static gboolean
check (const SbGreeting  *greeting,
       GError           **error)
{
  if (greeting->pid != 1)
    return refuse (error, "it has no process namespace of its own");
  if (!sb_greeting_has_loopback_only (greeting))
    return refuse (error, "it can reach a network");
  if (greeting->uid == 0 || greeting->gid == 0)
    return refuse (error, "its processes would be root");
  if (greeting->capabilities != 0 || greeting->bounding_capabilities != 0)
    return refuse (error, "its processes would have capabilities");
  if (!greeting->no_new_privs)
    return refuse (error, "its processes could gain privileges");
  if (greeting->filter != SB_WIRE_FILTER_NONE
      && (greeting->filter != SB_WIRE_FILTER_HOLDS || greeting->seccomp_mode != 2))
    return refuse (error, "its processes could make dangerous system calls");
  if (!greeting->root_read_only)
    return refuse (error, "its root file system is writable");

  return TRUE;
}

static void
add (GPtrArray  *facts,
     const char *id,
     gboolean    holds,
     const char *label,
     char       *detail)
{
  g_ptr_array_add (facts, sb_sandbox_fact_new (id, holds, label, detail));
}

gboolean
sb_isolation_check (const SbGreeting  *greeting,
                    GPtrArray         *facts,
                    GError           **error)
{
  g_autofree char *user = g_strdup_printf ("uid %u", greeting->uid);
  g_autofree char *size = sb_format_size (greeting->workspace_bytes);
  g_autofree char *disk = g_strdup_printf ("%s disk", size);
  gboolean filtered = greeting->filter == SB_WIRE_FILTER_HOLDS;

  if (!check (greeting, error))
    return FALSE;

  add (facts, "network", TRUE, "no network", g_strdup ("Only the loopback interface exists inside."));
  add (facts, "user", TRUE, user, g_strdup_printf ("Everything runs as uid %u, gid %u.", greeting->uid, greeting->gid));
  add (facts, "capabilities", TRUE, "no capabilities", g_strdup ("All capabilities are dropped, also for the future."));
  add (facts, "no-new-privs", TRUE, "no new privileges", g_strdup ("setuid programs gain nothing."));
  add (facts, "seccomp", filtered, filtered ? "system calls filtered" : "no system call filter",
       g_strdup (filtered ? "Calls that reach around the other barriers are refused: a process inside has tried them."
                          : "For this processor there is no filter of ours; the other barriers hold."));
  add (facts, "root", TRUE, "read-only system", g_strdup ("The root file system is read-only."));
  add (facts, "disk", greeting->workspace_bytes > 0, disk,
       g_strdup_printf ("The workspace holds at most %s.", size));

  return TRUE;
}
