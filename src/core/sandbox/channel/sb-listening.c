/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-listening.h"

#include <gio/gio.h>
#include <string.h>

#include "sb-wire-codec.h"

static SbListeningPort *
read_port (SbWireUnpacker *unpacker)
{
  g_autoptr(SbListeningPort) port = g_new0 (SbListeningPort, 1);
  guint8 address_length = sb_wire_get_u8 (unpacker);
  const guint8 *bytes = NULL;
  g_autoptr(GInetAddress) address = NULL;
  guint32 number = 0;
  const char *command = NULL;

  if (address_length != 4 && address_length != 16)
    return NULL;
  bytes = sb_wire_get_bytes (unpacker, address_length);
  number = sb_wire_get_u32 (unpacker);
  port->pid = sb_wire_get_u32 (unpacker);
  command = sb_wire_get_string (unpacker);
  if (unpacker->bad || number == 0 || number > G_MAXUINT16 || strlen (command) > SB_WIRE_MAX_COMMAND)
    return NULL;

  address = g_inet_address_new_from_bytes (bytes, address_length == 4 ? G_SOCKET_FAMILY_IPV4 : G_SOCKET_FAMILY_IPV6);
  port->address = g_inet_address_to_string (address);
  port->port = (guint16) number;
  port->command = g_strdup (command);

  return g_steal_pointer (&port);
}

/**
 * sb_listening_parse:
 * @payload: the payload of a PORTS_DATA frame: hostile
 * @length: its length
 * @ports: (element-type SbListeningPort): gets what was read
 *
 * Does no I/O.
 *
 * Returns: FALSE when the frame is not well-formed, or holds too much
 */
gboolean
sb_listening_parse (const guint8 *payload,
                    gsize         length,
                    GPtrArray    *ports)
{
  SbWireUnpacker unpacker = { payload, length, false };

  while (unpacker.left > 0)
    {
      SbListeningPort *port = ports->len < SB_WIRE_MAX_PORTS ? read_port (&unpacker) : NULL;

      if (port == NULL)
        return FALSE;
      g_ptr_array_add (ports, port);
    }

  return TRUE;
}

void
sb_listening_port_free (SbListeningPort *port)
{
  g_free (port->address);
  g_free (port->command);
  g_free (port);
}
