/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-ssh.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <string.h>
#include <unistd.h>

#include "sb-docker-client.h"
#include "sb-text.h"

#define MAX_COMPLAINT 4096
#define MAX_QUOTED 300

struct _SbDockerSsh
{
  GObject parent_instance;

  /* owned */
  GPtrArray      *argv;      /* of char*, with a NULL at its end */
  char           *target;    /* "user@host", for people */
  GSocketService *service;
  GSocketAddress *address;
  GHashTable     *children;  /* set of GSubprocess */
  char           *complaint; /* nullable: what the last ssh that failed said */
};

G_DEFINE_FINAL_TYPE (SbDockerSsh, sb_docker_ssh, G_TYPE_OBJECT)

typedef struct
{
  SbDockerSsh       *ssh;
  GSocketConnection *connection; /* kept until ssh has ended: its words come before the end of the stream */
} Child;

static const struct
{
  const char *words;
  const char *advice; /* TARGET: whom ssh was to reach */
} advices[] = {
  { "REMOTE HOST IDENTIFICATION HAS CHANGED",
    "the host key of TARGET is not the one that is known. Find out why, then see “ssh-keygen -R”" },
  { "Host key verification failed",
    "the host key of TARGET is not known. Run “ssh TARGET” once in a terminal and compare the key" },
  { "Permission denied",
    "TARGET does not let you in without a password. Run “ssh-copy-id TARGET” or “ssh-add”" },
  { "Could not resolve hostname", "there is no machine of the name in TARGET. Correct the address" },
  { "command not found", "there is no docker program on TARGET, which the way by ssh needs. Install it there" },
};

static void
child_free (Child *child)
{
  g_object_unref (child->connection);
  g_object_unref (child->ssh);
  g_free (child);
}

static char *
read_complaint (GSubprocess *process)
{
  GInputStream *stream = g_subprocess_get_stderr_pipe (process);
  char buffer[MAX_COMPLAINT];
  gssize n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (stream), buffer, sizeof buffer, NULL,
                                                       NULL);

  return n > 0 ? sb_text_clean (buffer, n, NULL) : g_strdup ("");
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Child *child = user_data;
  GSubprocess *process = G_SUBPROCESS (source);

  g_subprocess_wait_finish (process, result, NULL);
  /* The status is that of the command at the other end; 255 is ssh's own. */
  if (!g_subprocess_get_successful (process))
    {
      g_free (child->ssh->complaint);
      child->ssh->complaint = g_strstrip (read_complaint (process));
    }
  g_hash_table_remove (child->ssh->children, process);
  child_free (child);
}

/* Anybody on this machine could find the address; only this process shall use it. */
static gboolean
is_ours (GSocket *socket)
{
  g_autoptr(GCredentials) credentials = g_socket_get_credentials (socket, NULL);

  return credentials != NULL && g_credentials_get_unix_pid (credentials, NULL) == getpid ();
}

/* ssh reads and writes the connection itself: no byte passes through this process a second time, and both ends see the
 * other's end. */
static GSubprocess *
spawn (SbDockerSsh  *self,
       GSocket      *socket,
       GError      **error)
{
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
  int fd = g_socket_get_fd (socket);

  g_subprocess_launcher_take_stdin_fd (launcher, fcntl (fd, F_DUPFD_CLOEXEC, 3));
  g_subprocess_launcher_take_stdout_fd (launcher, fcntl (fd, F_DUPFD_CLOEXEC, 3));

  return g_subprocess_launcher_spawnv (launcher, (const char * const *) self->argv->pdata, error);
}

static gboolean
incoming_cb (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source_object,
             gpointer           user_data)
{
  SbDockerSsh *self = user_data;
  GSocket *socket = g_socket_connection_get_socket (connection);
  g_autoptr(GSubprocess) process = NULL;
  g_autoptr(GError) error = NULL;
  Child *child = NULL;

  if (!is_ours (socket))
    return TRUE;
  process = spawn (self, socket, &error);
  if (process == NULL)
    {
      g_free (self->complaint);
      self->complaint = g_strdup (error->message);
      return TRUE;
    }

  child = g_new0 (Child, 1);
  child->ssh = g_object_ref (self);
  child->connection = g_object_ref (connection);
  g_hash_table_add (self->children, g_object_ref (process));
  g_subprocess_wait_async (process, NULL, ended_cb, child);

  return TRUE;
}

static void
add_argument (SbDockerSsh *self,
              const char  *argument)
{
  g_ptr_array_add (self->argv, g_strdup (argument));
}

/* As the Docker CLI's own: a path is that of the socket on the other machine. BatchMode: nobody is there to answer
 * questions. The keep-alive ends a connection whose far end vanished. */
static void
make_command (SbDockerSsh *self,
              GUri        *uri)
{
  static const char *options[] = {
    "ssh", "-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=15",
    "-o", "ServerAliveCountMax=3", "-o", "LogLevel=ERROR",
  };
  g_autofree char *port = g_strdup_printf ("%d", g_uri_get_port (uri));
  g_autofree char *host = g_strconcat ("unix://", g_uri_get_path (uri), NULL);
  g_autofree char *quoted = g_shell_quote (host);

  for (guint i = 0; i < G_N_ELEMENTS (options); i++)
    add_argument (self, options[i]);
  if (g_uri_get_port (uri) > 0)
    {
      add_argument (self, "-p");
      add_argument (self, port);
    }
  if (g_uri_get_user (uri) != NULL)
    {
      add_argument (self, "-l");
      add_argument (self, g_uri_get_user (uri));
    }
  add_argument (self, "--");
  add_argument (self, g_uri_get_host (uri));
  add_argument (self, "docker");
  if (strlen (g_uri_get_path (uri)) > 1)
    {
      add_argument (self, "--host");
      add_argument (self, quoted);
    }
  add_argument (self, "system");
  add_argument (self, "dial-stdio");
  g_ptr_array_add (self->argv, NULL);
}

/* Names that ssh would take for options are none. */
static gboolean
is_name (const char *name)
{
  return name != NULL && *name != '\0' && *name != '-';
}

static GUri *
parse (const char  *url,
       GError     **error)
{
  g_autoptr(GUri) uri = g_uri_parse (url, G_URI_FLAGS_HAS_PASSWORD, NULL);

  if (uri != NULL && is_name (g_uri_get_host (uri)) && g_uri_get_password (uri) == NULL
      && (g_uri_get_user (uri) == NULL || is_name (g_uri_get_user (uri))))
    return g_steal_pointer (&uri);

  g_set_error_literal (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE,
                       "This is not the address of an engine behind ssh: use ssh://user@host, with :port and the path "
                       "of the socket there if they are special, and a key instead of a password.");

  return NULL;
}

/* A name that only exists in memory: nothing is left of it, however this process ends. */
static gboolean
listen (SbDockerSsh  *self,
        GError      **error)
{
  g_autofree char *random = g_uuid_string_random ();
  g_autofree char *name = g_strconcat ("sandbar-ssh-", random, NULL);
  g_autoptr(GError) local = NULL;

  self->address = g_unix_socket_address_new_with_type (name, -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  if (g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), self->address, G_SOCKET_TYPE_STREAM,
                                     G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &local))
    return TRUE;

  g_set_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE, "The way by ssh cannot be opened: %s.",
               local->message);

  return FALSE;
}

static void
sb_docker_ssh_dispose (GObject *object)
{
  SbDockerSsh *self = SB_DOCKER_SSH (object);

  if (self->service != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->service, self);
      g_socket_service_stop (self->service);
      g_socket_listener_close (G_SOCKET_LISTENER (self->service));
    }
  g_clear_object (&self->service);
  g_clear_object (&self->address);

  G_OBJECT_CLASS (sb_docker_ssh_parent_class)->dispose (object);
}

static void
sb_docker_ssh_finalize (GObject *object)
{
  SbDockerSsh *self = SB_DOCKER_SSH (object);

  g_ptr_array_unref (self->argv);
  g_hash_table_unref (self->children);
  g_free (self->target);
  g_free (self->complaint);

  G_OBJECT_CLASS (sb_docker_ssh_parent_class)->finalize (object);
}

static void
sb_docker_ssh_class_init (SbDockerSshClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_docker_ssh_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_docker_ssh_finalize;
}

static void
sb_docker_ssh_init (SbDockerSsh *self)
{
  self->argv = g_ptr_array_new_with_free_func (g_free);
  self->children = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
  self->service = g_socket_service_new ();
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming_cb), self);
}

/**
 * sb_docker_ssh_new:
 * @url: ssh://[user@]host[:port][/path/of/the.sock]
 * @error: set to %SB_DOCKER_ERROR_UNREACHABLE
 *
 * Starts no ssh before somebody connects. Each ends with its connection, so at the latest with this process. ssh asks
 * nothing: where it would, the connection ends and sb_docker_ssh_explain() says what to do.
 *
 * Returns: (transfer full) (nullable): a way to the engine, to be used from the main thread
 */
SbDockerSsh *
sb_docker_ssh_new (const char  *url,
                   GError     **error)
{
  g_autoptr(SbDockerSsh) self = NULL;
  g_autoptr(GUri) uri = parse (url, error);

  if (uri == NULL)
    return NULL;

  self = g_object_new (SB_TYPE_DOCKER_SSH, NULL);
  self->target = g_strdup_printf ("%s%s%s", g_uri_get_user (uri) != NULL ? g_uri_get_user (uri) : "",
                                  g_uri_get_user (uri) != NULL ? "@" : "", g_uri_get_host (uri));
  make_command (self, uri);

  return listen (self, error) ? g_steal_pointer (&self) : NULL;
}

GSocketConnectable *
sb_docker_ssh_get_connectable (SbDockerSsh *self)
{
  g_return_val_if_fail (SB_IS_DOCKER_SSH (self), NULL);

  return G_SOCKET_CONNECTABLE (self->address);
}

/**
 * sb_docker_ssh_explain:
 * @self: the way that a call failed on
 *
 * Returns: (transfer full) (nullable): %SB_DOCKER_ERROR_UNTRUSTED or _UNREACHABLE with what ssh said, told once
 */
GError *
sb_docker_ssh_explain (SbDockerSsh *self)
{
  g_autofree char *complaint = g_steal_pointer (&self->complaint);
  g_autoptr(GString) advice = NULL;
  g_autofree char *quoted = NULL;

  if (complaint == NULL)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (advices); i++)
    {
      if (strstr (complaint, advices[i].words) == NULL)
        continue;
      advice = g_string_new (advices[i].advice);
      g_string_replace (advice, "TARGET", self->target, 0);
      return g_error_new (SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNTRUSTED, "The engine cannot be reached by ssh: %s.",
                          advice->str);
    }

  quoted = sb_text_head_tail (*complaint != '\0' ? complaint : "it ended without a word", MAX_QUOTED, NULL);

  return g_error_new (SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE,
                      "The engine cannot be reached by ssh (%s): %s. Try “ssh %s docker version” in a terminal.",
                      self->target, quoted, self->target);
}
