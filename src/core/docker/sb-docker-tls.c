/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-tls.h"

#include "sb-docker-client.h"

struct _SbDockerTls
{
  /* owned */
  char            *directory;
  GTlsDatabase    *database;    /* nullable: the system's authorities */
  GTlsCertificate *certificate; /* nullable: we have none to show */

  GTlsCertificateFlags last_errors;
  gboolean             is_verified;
};

static const struct
{
  GTlsCertificateFlags  flag;
  const char           *what;
} complaints[] = {
  { G_TLS_CERTIFICATE_EXPIRED, "has expired. Make a new one on its machine" },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, "is not valid yet. Compare the clocks of both machines" },
  { G_TLS_CERTIFICATE_REVOKED, "was revoked. Do not use this engine" },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, "is for another name. Use the name that it was made for" },
  { G_TLS_CERTIFICATE_UNKNOWN_CA, "is of an authority that you do not trust. If you do, put its ca.pem into" },
  { G_TLS_CERTIFICATE_INSECURE, "uses an algorithm that is too weak. Make a new one on its machine" },
};

static char *
dup_file (const char *directory,
          const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

static gboolean
fail (GError       **error,
      const char    *path,
      const GError  *reason)
{
  g_set_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNTRUSTED,
               "The TLS file %s cannot be used: %s. Get a new one for this engine.", path, reason->message);

  return FALSE;
}

static gboolean
load_authority (SbDockerTls  *self,
                GError      **error)
{
  g_autofree char *path = dup_file (self->directory, "ca.pem");
  g_autoptr(GError) local = NULL;

  if (path == NULL)
    return TRUE;
  self->database = g_tls_file_database_new (path, &local);

  return self->database != NULL || fail (error, path, local);
}

static gboolean
load_identity (SbDockerTls  *self,
               GError      **error)
{
  g_autofree char *path = dup_file (self->directory, "cert.pem");
  g_autofree char *key = dup_file (self->directory, "key.pem");
  g_autoptr(GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr(GDateTime) end = NULL;
  g_autoptr(GError) local = NULL;

  if (path == NULL || key == NULL)
    return TRUE;
  self->certificate = g_tls_certificate_new_from_files (path, key, &local);
  if (self->certificate == NULL)
    return fail (error, path, local);

  end = g_tls_certificate_get_not_valid_after (self->certificate);
  if (end == NULL || g_date_time_compare (now, end) <= 0)
    return TRUE;
  local = g_error_new_literal (SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNTRUSTED, "your certificate has expired");

  return fail (error, path, local);
}

/* The end of both ways to a handshake: remembers what is wrong, and lets it pass only if the user said so. */
static gboolean
judge (SbDockerTls          *self,
       GTlsCertificateFlags  errors)
{
  self->last_errors = errors;

  return !self->is_verified;
}

static gboolean
message_certificate_cb (SoupMessage          *message,
                        GTlsCertificate      *certificate,
                        GTlsCertificateFlags  errors,
                        gpointer              user_data)
{
  return judge (user_data, errors);
}

static gboolean
connection_certificate_cb (GTlsConnection       *connection,
                           GTlsCertificate      *certificate,
                           GTlsCertificateFlags  errors,
                           gpointer              user_data)
{
  return judge (user_data, errors);
}

static void
client_event_cb (GSocketClient      *client,
                 GSocketClientEvent  event,
                 GSocketConnectable *connectable,
                 GIOStream          *connection,
                 gpointer            user_data)
{
  SbDockerTls *self = user_data;

  if (event != G_SOCKET_CLIENT_TLS_HANDSHAKING)
    return;

  if (self->database != NULL)
    g_tls_connection_set_database (G_TLS_CONNECTION (connection), self->database);
  if (self->certificate != NULL)
    g_tls_connection_set_certificate (G_TLS_CONNECTION (connection), self->certificate);
  g_signal_connect (connection, "accept-certificate", G_CALLBACK (connection_certificate_cb), self);
}

static const char *
find_complaint (SbDockerTls *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (complaints); i++)
    {
      if (self->last_errors & complaints[i].flag)
        return complaints[i].what;
    }

  return "cannot be checked. Make a new one on its machine";
}

/**
 * sb_docker_tls_load:
 * @directory: (nullable): with ca.pem, cert.pem and key.pem, each of which may be missing
 * @is_verified: whether the engine's certificate must be right
 * @error: set to %SB_DOCKER_ERROR_UNTRUSTED when a file is there and cannot be used
 *
 * Without ca.pem the authorities of the system count, as for the Docker CLI.
 *
 * Returns: (transfer full) (nullable): what is needed for TLS to one engine
 */
SbDockerTls *
sb_docker_tls_load (const char  *directory,
                    gboolean     is_verified,
                    GError     **error)
{
  g_autoptr(SbDockerTls) self = g_new0 (SbDockerTls, 1);

  self->is_verified = is_verified;
  self->directory = g_strdup (directory);
  if (directory != NULL && (!load_authority (self, error) || !load_identity (self, error)))
    return NULL;

  return g_steal_pointer (&self);
}

void
sb_docker_tls_free (SbDockerTls *self)
{
  if (self == NULL)
    return;

  g_clear_object (&self->database);
  g_clear_object (&self->certificate);
  g_free (self->directory);
  g_free (self);
}

void
sb_docker_tls_prepare_session (SbDockerTls *self,
                               SoupSession *session)
{
  if (self->database != NULL)
    soup_session_set_tls_database (session, self->database);
}

void
sb_docker_tls_prepare_message (SbDockerTls *self,
                               SoupMessage *message)
{
  if (self->certificate != NULL)
    soup_message_set_tls_client_certificate (message, self->certificate);
  g_signal_connect (message, "accept-certificate", G_CALLBACK (message_certificate_cb), self);
}

void
sb_docker_tls_prepare_client (SbDockerTls   *self,
                              GSocketClient *client)
{
  g_socket_client_set_tls (client, TRUE);
  g_signal_connect (client, "event", G_CALLBACK (client_event_cb), self);
}

/**
 * sb_docker_tls_explain:
 * @self: the TLS that was used
 * @host: the engine's address
 * @error: why a call failed
 *
 * Returns: (transfer full) (nullable): the same as %SB_DOCKER_ERROR_UNTRUSTED in words that say what to do next
 */
GError *
sb_docker_tls_explain (SbDockerTls  *self,
                       const char   *host,
                       const GError *error)
{
  const char *folder = self->directory != NULL ? self->directory : "the folder of DOCKER_CERT_PATH";
  const char *complaint = find_complaint (self);
  gboolean names_folder = g_str_has_suffix (complaint, "into");

  if (error->domain != G_TLS_ERROR)
    return NULL;
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE) && self->last_errors != 0)
    return g_error_new (SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNTRUSTED,
                        "The engine at %s is not trusted: its certificate %s%s%s.", host, complaint,
                        names_folder ? " " : "", names_folder ? folder : "");
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS))
    return g_error_new (SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNTRUSTED,
                        "What answers at %s does not speak TLS. Correct the address or the port.", host);
  if (self->certificate == NULL)
    return g_error_new (SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNTRUSTED,
                        "The engine at %s wants to know who you are. Put your cert.pem and key.pem into %s.", host,
                        folder);

  return g_error_new (SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNTRUSTED,
                      "The engine at %s does not accept your certificate in %s (%s). Get a new one for this engine.",
                      host, folder, error->message);
}
