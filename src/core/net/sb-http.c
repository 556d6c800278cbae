/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-http.h"

#include <gio/gunixsocketaddress.h>

#define MAX_CONNECTIONS 64

G_DEFINE_QUARK (sb-net-error-quark, sb_net_error)

static const struct
{
  GTlsCertificateFlags  flag;
  const char           *reason;
} certificate_reasons[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA, "it is signed by an authority this computer does not know" },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, "it was issued for another host" },
  { G_TLS_CERTIFICATE_EXPIRED, "it has expired" },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, "it is not valid yet; is the clock of this computer right?" },
  { G_TLS_CERTIFICATE_REVOKED, "it was revoked" },
};

static SoupSession *
new_session (GSocketConnectable *connectable)
{
  SoupSession *session = g_object_new (SOUP_TYPE_SESSION,
                                       "remote-connectable", connectable,
                                       "timeout", 0,
                                       "idle-timeout", 60,
                                       "max-conns", MAX_CONNECTIONS,
                                       "max-conns-per-host", MAX_CONNECTIONS,
                                       "user-agent", "sandbar/" PACKAGE_VERSION,
                                       NULL);

  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);

  return session;
}

/**
 * sb_http_session_new:
 *
 * A session for any host. libsoup's defaults break long streams: its timeout of 60 s ends an idle one (here
 * 0: callers bring their own limits through a #GCancellable), two connections a host let two streams block
 * every further call (here 64), and asking for gzip makes servers compress archives and hold back streamed
 * text (here not asked for).
 *
 * Returns: (transfer full): a session, to be used from the main thread
 */
SoupSession *
sb_http_session_new (void)
{
  return new_session (NULL);
}

/**
 * sb_http_session_new_unix:
 * @socket_path: the path of a stream socket
 *
 * A session with the same settings whose every connection goes to @socket_path, whatever host the address
 * names. Address it as "http://localhost/…": some servers refuse a Host header that is a path.
 *
 * Returns: (transfer full): a session, to be used from the main thread
 */
SoupSession *
sb_http_session_new_unix (const char *socket_path)
{
  g_autoptr(GSocketAddress) address = NULL;

  g_return_val_if_fail (socket_path != NULL, NULL);

  address = g_unix_socket_address_new (socket_path);

  return sb_http_session_new_to (G_SOCKET_CONNECTABLE (address));
}

/**
 * sb_http_session_new_to:
 * @connectable: where every connection goes
 *
 * As sb_http_session_new_unix(), for any other kind of address.
 *
 * Returns: (transfer full): a session, to be used from the main thread
 */
SoupSession *
sb_http_session_new_to (GSocketConnectable *connectable)
{
  g_return_val_if_fail (G_IS_SOCKET_CONNECTABLE (connectable), NULL);

  return new_session (connectable);
}

/**
 * sb_http_describe_certificate:
 * @flags: what is wrong with a server's certificate
 *
 * Returns: (transfer none): the most telling reason, as the end of a sentence
 */
const char *
sb_http_describe_certificate (GTlsCertificateFlags flags)
{
  for (gsize i = 0; i < G_N_ELEMENTS (certificate_reasons); i++)
    {
      if (flags & certificate_reasons[i].flag)
        return certificate_reasons[i].reason;
    }

  return "it is not acceptable";
}
