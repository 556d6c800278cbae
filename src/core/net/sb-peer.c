/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-peer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* As /proc/net/tcp writes it: words in the byte order of the machine, in capitals. */
static char *
format_address (GInetSocketAddress *address)
{
  GInetAddress *host = g_inet_socket_address_get_address (address);
  const guint8 *bytes = g_inet_address_to_bytes (host);
  g_autoptr(GString) text = g_string_new (NULL);

  for (gsize i = 0; i < g_inet_address_get_native_size (host); i += 4)
    {
      guint32 word = 0;

      memcpy (&word, bytes + i, sizeof word);
      g_string_append_printf (text, "%08X", word);
    }
  g_string_append_printf (text, ":%04X", g_inet_socket_address_get_port (address));

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * sb_peer_find_user:
 * @table: what /proc/net/tcp or tcp6 holds
 * @peer: the far end of a connection on this machine
 * @local_port: of the near end
 * @user: (out): whose socket the far end is
 *
 * Does no I/O.
 *
 * Returns: FALSE when the table has no such connection
 */
gboolean
sb_peer_find_user (const char     *table,
                   GSocketAddress *peer,
                   guint16         local_port,
                   guint          *user)
{
  g_autofree char *wanted = format_address (G_INET_SOCKET_ADDRESS (peer));
  g_autofree char *port = g_strdup_printf (":%04X", local_port);

  for (const char *line = table; line != NULL; line = strchr (line, '\n'))
    {
      char from[64];
      char to[64];

      line += *line == '\n';
      if (sscanf (line, " %*u: %63s %63s %*s %*s %*s %*s %u", from, to, user) == 3 && strcmp (from, wanted) == 0
          && g_str_has_suffix (to, port))
        return TRUE;
    }

  return FALSE;
}

/**
 * sb_peer_is_own_user:
 * @connection: accepted on the loopback
 *
 * On the loopback anybody with an account on this machine can connect; the kernel's table of connections tells who did.
 *
 * Returns: TRUE when the far end is a socket of the user that we run as
 */
gboolean
sb_peer_is_own_user (GSocketConnection *connection)
{
  g_autoptr(GSocketAddress) peer = g_socket_connection_get_remote_address (connection, NULL);
  g_autoptr(GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autofree char *table = NULL;
  gboolean is_ipv6 = FALSE;
  guint user = 0;

  if (!G_IS_INET_SOCKET_ADDRESS (peer) || !G_IS_INET_SOCKET_ADDRESS (local)
      || !g_inet_address_get_is_loopback (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (peer))))
    return FALSE;

  is_ipv6 = g_socket_address_get_family (peer) == G_SOCKET_FAMILY_IPV6;
  if (!g_file_get_contents (is_ipv6 ? "/proc/net/tcp6" : "/proc/net/tcp", &table, NULL, NULL))
    return FALSE;

  return sb_peer_find_user (table, peer, g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local)), &user)
         && user == geteuid ();
}
