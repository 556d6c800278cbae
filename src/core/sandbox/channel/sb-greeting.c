/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-greeting.h"

#include <string.h>

#include "sb-channel.h"
#include "sb-wire-codec.h"

static void
read_interfaces (SbWireUnpacker *unpacker,
                 SbGreeting     *greeting)
{
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  guint32 count = sb_wire_get_u32 (unpacker);

  if (count > SB_WIRE_MAX_INTERFACES)
    unpacker->bad = true;
  for (guint32 i = 0; i < count && !unpacker->bad; i++)
    g_strv_builder_add (builder, sb_wire_get_string (unpacker));
  greeting->interfaces = g_strv_builder_end (builder);
}

/**
 * sb_greeting_parse:
 * @payload: the payload of a GREETING frame: hostile
 * @length: its length
 *
 * Does no I/O.
 *
 * Returns: (transfer full): the greeting, or NULL with SB_CHANNEL_ERROR_PROTOCOL
 */
SbGreeting *
sb_greeting_parse (const guint8  *payload,
                   gsize          length,
                   GError       **error)
{
  SbWireUnpacker unpacker = { payload, length, false };
  g_autoptr(SbGreeting) greeting = g_new0 (SbGreeting, 1);
  guint32 version = sb_wire_get_u32 (&unpacker);
  const void *nonce = sb_wire_get_bytes (&unpacker, SB_WIRE_NONCE);

  if (version != SB_WIRE_VERSION || nonce == NULL)
    {
      g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_PROTOCOL,
                           "The helper in the sandbox is of another version. Rebuild or reinstall Sandbar.");
      return NULL;
    }

  memcpy (greeting->nonce, nonce, SB_WIRE_NONCE);
  greeting->pid = sb_wire_get_u32 (&unpacker);
  greeting->uid = sb_wire_get_u32 (&unpacker);
  greeting->gid = sb_wire_get_u32 (&unpacker);
  greeting->capabilities = sb_wire_get_u64 (&unpacker);
  greeting->bounding_capabilities = sb_wire_get_u64 (&unpacker);
  greeting->no_new_privs = sb_wire_get_u8 (&unpacker);
  greeting->seccomp_mode = sb_wire_get_u8 (&unpacker);
  greeting->filter = sb_wire_get_u8 (&unpacker);
  greeting->root_read_only = sb_wire_get_u8 (&unpacker);
  greeting->has_openat2 = sb_wire_get_u8 (&unpacker);
  greeting->workspace_bytes = sb_wire_get_u64 (&unpacker);
  greeting->cgroup_memory = sb_wire_get_u64 (&unpacker);
  greeting->cgroup_processes = sb_wire_get_u64 (&unpacker);
  greeting->watched_memory = sb_wire_get_u64 (&unpacker);
  greeting->rlimit_processes = sb_wire_get_u64 (&unpacker);
  read_interfaces (&unpacker, greeting);

  if (!sb_wire_get_end (&unpacker))
    {
      g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_PROTOCOL,
                           "The sandbox sent a greeting that cannot be read.");
      return NULL;
    }

  return g_steal_pointer (&greeting);
}

void
sb_greeting_free (SbGreeting *greeting)
{
  g_strfreev (greeting->interfaces);
  g_free (greeting);
}

/**
 * sb_greeting_has_loopback_only:
 * @greeting: a greeting
 *
 * Returns: TRUE when the sandbox has no network interface but "lo", apart from the tunnel stubs that some kernels put
 *   into every network namespace: those are down, and without capabilities they stay so
 */
gboolean
sb_greeting_has_loopback_only (const SbGreeting *greeting)
{
  static const char *const harmless[] = { "lo", "tunl0", "gre0", "gretap0", "erspan0", "ip_vti0", "ip6_vti0",
                                          "sit0", "ip6tnl0", "ip6gre0", NULL };

  for (guint i = 0; greeting->interfaces[i] != NULL; i++)
    if (!g_strv_contains (harmless, greeting->interfaces[i]))
      return FALSE;

  return TRUE;
}
