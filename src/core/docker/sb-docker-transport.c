/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-transport.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

#include "sb-docker-answer.h"
#include "sb-docker-ssh.h"
#include "sb-docker-tls.h"
#include "sb-http.h"

#define MAX_SOCKET_PATH 107
#define PORT 2375
#define TLS_PORT 2376

struct _SbDockerTransport
{
  /* owned */
  char               *host;
  char               *base;   /* "http://localhost", before the path */
  char               *prefix; /* between them: "" mostly */
  SoupSession        *session;
  GSocketConnectable *connectable;
  SbDockerTls        *tls; /* nullable */
  SbDockerSsh        *ssh; /* nullable */
};

static gboolean
use_unix_socket (SbDockerTransport  *self,
                 const char         *path,
                 GError            **error)
{
  g_autoptr(GSocketAddress) address = NULL;

  if (*path != '/' || strlen (path) > MAX_SOCKET_PATH)
    {
      g_set_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE,
                   "“%s” is not the path of a socket. Correct DOCKER_HOST or the Docker context.", path);
      return FALSE;
    }

  address = g_unix_socket_address_new (path);
  self->connectable = G_SOCKET_CONNECTABLE (g_steal_pointer (&address));
  self->session = sb_http_session_new_to (self->connectable);
  self->base = g_strdup ("http://localhost");

  return TRUE;
}

static gboolean
use_ssh (SbDockerTransport  *self,
         GError            **error)
{
  self->ssh = sb_docker_ssh_new (self->host, error);
  if (self->ssh == NULL)
    return FALSE;

  self->connectable = g_object_ref (sb_docker_ssh_get_connectable (self->ssh));
  self->session = sb_http_session_new_to (self->connectable);
  self->base = g_strdup ("http://localhost");

  return TRUE;
}

/* A path is allowed where a web server passes requests on; it cannot have more in it than a path. */
static gboolean
is_prefix (const char *path)
{
  return strspn (path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._~-") == strlen (path);
}

static gboolean
use_tcp (SbDockerTransport  *self,
         const char         *address,
         GError            **error)
{
  const char *slash = strchr (address, '/');
  g_autofree char *authority = slash != NULL ? g_strndup (address, slash - address) : g_strdup (address);
  GNetworkAddress *network = NULL;
  const char *name = NULL;
  gboolean is_v6 = FALSE;

  self->connectable = g_network_address_parse (authority, self->tls != NULL ? TLS_PORT : PORT, NULL);
  if (self->connectable == NULL || *authority == '\0' || (slash != NULL && !is_prefix (slash)))
    {
      g_set_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE,
                   "“%s” is not the address of an engine. Correct DOCKER_HOST or the Docker context.",
                   self->host);
      return FALSE;
    }

  self->session = sb_http_session_new ();
  soup_session_set_proxy_resolver (self->session, NULL);
  network = G_NETWORK_ADDRESS (self->connectable);
  name = g_network_address_get_hostname (network);
  is_v6 = strchr (name, ':') != NULL;
  self->base = g_strdup_printf ("%s://%s%s%s:%u", self->tls != NULL ? "https" : "http", is_v6 ? "[" : "", name,
                                is_v6 ? "]" : "", g_network_address_get_port (network));
  if (slash != NULL)
    self->prefix = g_str_has_suffix (slash, "/") ? g_strndup (slash, strlen (slash) - 1) : g_strdup (slash);

  return TRUE;
}

static gboolean
use_tls (SbDockerTransport       *self,
         const SbDockerEndpoint  *endpoint,
         const char              *address,
         GError                 **error)
{
  self->tls = sb_docker_tls_load (endpoint->tls_directory, !endpoint->is_unverified, error);
  if (self->tls == NULL || !use_tcp (self, address, error))
    return FALSE;

  sb_docker_tls_prepare_session (self->tls, self->session);

  return TRUE;
}

static gboolean
use_endpoint (SbDockerTransport       *self,
              const SbDockerEndpoint  *endpoint,
              GError                 **error)
{
  const char *separator = strstr (self->host, "://");
  const char *rest = separator != NULL ? separator + strlen ("://") : "";

  if (g_str_has_prefix (self->host, "unix://"))
    return use_unix_socket (self, rest, error);
  if (g_str_has_prefix (self->host, "tcp://"))
    return use_tcp (self, rest, error);
  if (g_str_has_prefix (self->host, "tcps://"))
    return use_tls (self, endpoint, rest, error);
  if (g_str_has_prefix (self->host, "ssh://"))
    return use_ssh (self, error);

  if (g_str_has_prefix (self->host, "context://"))
    g_set_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE,
                 "There is no Docker context “%s”. Choose another one with “docker context use”.", rest);
  else
    g_set_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE,
                 "Engines at “%s” are not supported: use unix://, tcp:// or ssh://.", self->host);

  return FALSE;
}

/**
 * sb_docker_transport_new:
 * @endpoint: where the engine is; copied
 * @error: set when Sandbar cannot talk to engines at such an address, with what to do instead
 *
 * Connects to nothing yet.
 *
 * Returns: (transfer full) (nullable): the way there
 */
SbDockerTransport *
sb_docker_transport_new (const SbDockerEndpoint  *endpoint,
                         GError                 **error)
{
  g_autoptr(SbDockerTransport) self = g_new0 (SbDockerTransport, 1);

  self->host = g_strdup (endpoint->host);

  return use_endpoint (self, endpoint, error) ? g_steal_pointer (&self) : NULL;
}

void
sb_docker_transport_free (SbDockerTransport *self)
{
  if (self == NULL)
    return;

  if (self->session != NULL)
    soup_session_abort (self->session);
  g_clear_object (&self->session);
  g_clear_object (&self->connectable);
  g_clear_object (&self->ssh);
  g_clear_pointer (&self->tls, sb_docker_tls_free);
  g_free (self->prefix);
  g_free (self->base);
  g_free (self->host);
  g_free (self);
}

const char *
sb_docker_transport_get_host (SbDockerTransport *self)
{
  return self->host;
}

SoupSession *
sb_docker_transport_get_session (SbDockerTransport *self)
{
  return self->session;
}

GSocketConnectable *
sb_docker_transport_get_connectable (SbDockerTransport *self)
{
  return self->connectable;
}

const char *
sb_docker_transport_get_prefix (SbDockerTransport *self)
{
  return self->prefix != NULL ? self->prefix : "";
}

SoupMessage *
sb_docker_transport_new_message (SbDockerTransport *self,
                                 const char        *method,
                                 const char        *target)
{
  g_autofree char *address = g_strconcat (self->base, sb_docker_transport_get_prefix (self), target, NULL);
  SoupMessage *message = soup_message_new (method, address);

  if (message != NULL && self->tls != NULL)
    sb_docker_tls_prepare_message (self->tls, message);

  return message;
}

GSocketClient *
sb_docker_transport_new_socket_client (SbDockerTransport *self)
{
  GSocketClient *client = g_socket_client_new ();

  g_socket_client_set_enable_proxy (client, FALSE);
  if (self->tls != NULL)
    sb_docker_tls_prepare_client (self->tls, client);

  return client;
}

/**
 * sb_docker_transport_explain:
 * @self: the way that a call failed on
 * @error: why connecting, sending or reading failed
 *
 * Returns: (transfer full): the same as a #SbDockerError in words that say what to do next; cancellation stays
 * %G_IO_ERROR_CANCELLED
 */
GError *
sb_docker_transport_explain (SbDockerTransport *self,
                             const GError      *error)
{
  GError *better = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_copy (error);
  if (self->tls != NULL)
    better = sb_docker_tls_explain (self->tls, self->host, error);
  if (self->ssh != NULL)
    better = sb_docker_ssh_explain (self->ssh);

  return better != NULL ? better : sb_docker_error_new_for_io (self->host, error);
}
