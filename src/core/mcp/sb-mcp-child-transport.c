/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-child-transport.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sb-mcp-client.h"
#include "sb-mcp-stream-transport.h"
#include "sb-text.h"

/* The specification's order of ending a server: close its stdin, then TERM, then KILL. */
#define PATIENCE_MS 2000
#define STDERR_TAIL (64 * 1024)
#define STDERR_SHOWN 600
#define READ_SIZE 4096

#define SB_TYPE_MCP_CHILD_TRANSPORT (sb_mcp_child_transport_get_type ())
G_DECLARE_FINAL_TYPE (SbMcpChildTransport, sb_mcp_child_transport, SB, MCP_CHILD_TRANSPORT, GObject)

typedef enum
{
  STATE_NEW,
  STATE_RUNNING,
  STATE_STDIN_CLOSED,
  STATE_TERMINATED,
  STATE_KILLED,
  STATE_REAPED,
} ChildState;

struct _SbMcpChildTransport
{
  GObject parent_instance;

  /* owned */
  char           *name;
  GSubprocess    *process;
  SbDuplex       *duplex;
  SbMcpTransport *stream;
  GString        *stderr_tail;
  SbTextCleaner  *stderr_cleaner;
  guint8         *stderr_buffer;
  GCancellable   *stderr_cancellable;
  GError         *stream_error;

  /* borrowed */
  SbMcpStderrFunc stderr_func; /* nullable */
  gpointer        stderr_data;

  ChildState state;
  pid_t      group;
  guint      patience_id;
  gboolean   stream_ended;
  gboolean   stderr_ended;
  gboolean   asked_to_close;
};

enum
{
  STDERR,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void sb_mcp_child_transport_iface_init (SbMcpTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbMcpChildTransport, sb_mcp_child_transport, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_MCP_TRANSPORT, sb_mcp_child_transport_iface_init))

/* Its own environment would hand every API key of ours to every server: only what programs need to run at
 * all. */
static const char * const inherited[] = {
  "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "XDG_RUNTIME_DIR",
  "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS",
};

static void step (SbMcpChildTransport *self);

static GStrv
build_environment (const char * const *env)
{
  GStrv environment = g_new0 (char *, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (inherited); i++)
    {
      const char *value = g_getenv (inherited[i]);

      if (value != NULL)
        environment = g_environ_setenv (environment, inherited[i], value, TRUE);
    }
  for (gsize i = 0; env != NULL && env[i] != NULL; i++)
    {
      const char *equals = strchr (env[i], '=');
      g_autofree char *name = equals != NULL ? g_strndup (env[i], equals - env[i]) : NULL;

      if (name != NULL && name[0] != '\0')
        environment = g_environ_setenv (environment, name, equals + 1, TRUE);
    }

  return environment;
}

static char *
describe_end (SbMcpChildTransport *self)
{
  g_autofree char *words = sb_text_clean (self->stderr_tail->str, self->stderr_tail->len, NULL);
  gsize length = strlen (g_strstrip (words));
  const char *last = length > STDERR_SHOWN ? g_utf8_find_next_char (words + length - STDERR_SHOWN, NULL) : words;
  g_autofree char *how = NULL;

  if (g_subprocess_get_if_signaled (self->process))
    how = g_strdup_printf ("was killed by signal %d", g_subprocess_get_term_sig (self->process));
  else
    how = g_strdup_printf ("ended with status %d", g_subprocess_get_exit_status (self->process));
  if (length == 0)
    return g_strdup_printf ("“%s” %s and said nothing about it.", self->name, how);

  return g_strdup_printf ("“%s” %s. Its last words: %s", self->name, how, last);
}

static void
finish_if_over (SbMcpChildTransport *self)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  if (self->state != STATE_REAPED || !self->stream_ended || !self->stderr_ended)
    return;

  if (self->stream_error != NULL && self->stream_error->domain == SB_MCP_ERROR)
    {
      error = g_steal_pointer (&self->stream_error);
    }
  else if (!self->asked_to_close)
    {
      text = describe_end (self);
      error = g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_CLOSED, text);
    }
  g_clear_handle_id (&self->patience_id, g_source_remove);
  g_signal_emit_by_name (self, "closed", error);
  g_object_unref (self);
}

static gboolean
patience_cb (gpointer user_data)
{
  SbMcpChildTransport *self = user_data;

  self->patience_id = 0;
  step (self);

  return G_SOURCE_REMOVE;
}

/* One step further towards the end of the process, and time for it to obey. */
static void
step (SbMcpChildTransport *self)
{
  if (self->state == STATE_RUNNING)
    {
      self->state = STATE_STDIN_CLOSED;
      sb_duplex_shutdown_write (self->duplex);
    }
  else if (self->state == STATE_STDIN_CLOSED)
    {
      self->state = STATE_TERMINATED;
      kill (-self->group, SIGTERM);
    }
  else if (self->state == STATE_TERMINATED)
    {
      self->state = STATE_KILLED;
      kill (-self->group, SIGKILL);
    }
  else if (self->state == STATE_REAPED)
    {
      sb_mcp_transport_close (self->stream);
      g_cancellable_cancel (self->stderr_cancellable);
    }
  if (self->state == STATE_STDIN_CLOSED || self->state == STATE_TERMINATED)
    self->patience_id = g_timeout_add (PATIENCE_MS, patience_cb, self);
}

static void
reaped_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  SbMcpChildTransport *self = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  g_clear_handle_id (&self->patience_id, g_source_remove);
  self->state = STATE_REAPED;
  /* What it left behind (npx starts the server as a grandchild) would run on for ever, and holds the pipes
   * open; if it has left the group, they are given up after a while. */
  kill (-self->group, SIGKILL);
  self->patience_id = g_timeout_add (PATIENCE_MS, patience_cb, self);
  finish_if_over (self);
}

/* bytes: of stderr, as they came */
static void
take_stderr (SbMcpChildTransport *self,
             const char          *bytes,
             gsize                length)
{
  g_autoptr(GString) text = g_string_new (NULL);

  g_string_append_len (self->stderr_tail, bytes, length);
  if (self->stderr_tail->len > STDERR_TAIL)
    g_string_erase (self->stderr_tail, 0, self->stderr_tail->len - STDERR_TAIL);
  sb_text_cleaner_feed (self->stderr_cleaner, bytes, length, text);
  if (text->len > 0)
    g_signal_emit (self, signals[STDERR], 0, text->str);
}

static void
stderr_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  SbMcpChildTransport *self = user_data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (n <= 0)
    {
      self->stderr_ended = TRUE;
      finish_if_over (self);
      return;
    }

  if (self->stderr_func != NULL)
    self->stderr_func (self->stderr_buffer, n, self->stderr_data);
  take_stderr (self, (const char *) self->stderr_buffer, n);
  g_input_stream_read_async (G_INPUT_STREAM (source), self->stderr_buffer, READ_SIZE, G_PRIORITY_LOW,
                             self->stderr_cancellable, stderr_cb, self);
}

static void
stream_message_cb (SbMcpTransport *stream,
                   JsonNode       *message,
                   gpointer        user_data)
{
  SbMcpChildTransport *self = user_data;

  if (!self->asked_to_close)
    g_signal_emit_by_name (self, "message", message);
}

static void
stream_noise_cb (SbMcpTransport *stream,
                 const char     *line,
                 gpointer        user_data)
{
  SbMcpChildTransport *self = user_data;

  if (!self->asked_to_close)
    g_signal_emit_by_name (self, "noise", line);
}

static void
stream_closed_cb (SbMcpTransport *stream,
                  const GError   *error,
                  gpointer        user_data)
{
  SbMcpChildTransport *self = user_data;

  self->stream_ended = TRUE;
  self->stream_error = error != NULL ? g_error_copy (error) : NULL;
  /* Its stdout is closed: it is no server any more, even if it goes on running. */
  if (self->state == STATE_RUNNING)
    step (self);
  finish_if_over (self);
}

static void
sb_mcp_child_transport_start (SbMcpTransport *transport)
{
  SbMcpChildTransport *self = SB_MCP_CHILD_TRANSPORT (transport);

  g_return_if_fail (self->state == STATE_NEW);

  /* Held until the process has been reaped. */
  g_object_ref (self);
  self->state = STATE_RUNNING;
  sb_mcp_transport_start (self->stream);
  g_input_stream_read_async (g_subprocess_get_stderr_pipe (self->process), self->stderr_buffer, READ_SIZE,
                             G_PRIORITY_LOW, self->stderr_cancellable, stderr_cb, self);
  g_subprocess_wait_async (self->process, NULL, reaped_cb, self);
}

static void
sb_mcp_child_transport_send_with (SbMcpTransport         *transport,
                                  JsonNode               *message,
                                  const SbMcpSendOptions *options)
{
  SbMcpChildTransport *self = SB_MCP_CHILD_TRANSPORT (transport);

  if (!self->asked_to_close)
    sb_mcp_transport_send_with (self->stream, message, options);
}

static void
sb_mcp_child_transport_send (SbMcpTransport *transport,
                             JsonNode       *message)
{
  sb_mcp_child_transport_send_with (transport, message, NULL);
}

static void
sb_mcp_child_transport_close (SbMcpTransport *transport)
{
  SbMcpChildTransport *self = SB_MCP_CHILD_TRANSPORT (transport);

  self->asked_to_close = TRUE;
  if (self->state == STATE_RUNNING)
    step (self);
}

static void
sb_mcp_child_transport_iface_init (SbMcpTransportInterface *iface)
{
  iface->start = sb_mcp_child_transport_start;
  iface->send = sb_mcp_child_transport_send;
  iface->send_with = sb_mcp_child_transport_send_with;
  iface->close = sb_mcp_child_transport_close;
}

static void
sb_mcp_child_transport_finalize (GObject *object)
{
  SbMcpChildTransport *self = SB_MCP_CHILD_TRANSPORT (object);

  /* Never started, so nobody waits for it. */
  if (self->state == STATE_NEW && self->process != NULL)
    kill (-self->group, SIGKILL);
  if (self->stream != NULL)
    g_signal_handlers_disconnect_by_data (self->stream, self);
  g_clear_object (&self->stream);
  g_clear_object (&self->duplex);
  g_clear_object (&self->process);
  g_clear_object (&self->stderr_cancellable);
  g_clear_error (&self->stream_error);
  g_string_free (self->stderr_tail, TRUE);
  sb_text_cleaner_free (self->stderr_cleaner);
  g_free (self->stderr_buffer);
  g_free (self->name);

  G_OBJECT_CLASS (sb_mcp_child_transport_parent_class)->finalize (object);
}

static void
sb_mcp_child_transport_class_init (SbMcpChildTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_child_transport_finalize;

  signals[STDERR] = g_signal_new ("stderr", SB_TYPE_MCP_CHILD_TRANSPORT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
sb_mcp_child_transport_init (SbMcpChildTransport *self)
{
  self->stderr_tail = g_string_new (NULL);
  self->stderr_cleaner = sb_text_cleaner_new ();
  self->stderr_buffer = g_malloc (READ_SIZE);
  self->stderr_cancellable = g_cancellable_new ();
}

/* Between fork and exec: a group of its own, for its children too; and if we are killed, it is told. The group
 * is left in shared memory, because GSubprocess forgets the id of a child that ended at once. */
static void
child_setup_cb (gpointer user_data)
{
  pid_t *group = user_data;

  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  *group = getpid ();
}

static GSubprocess *
spawn (const char * const  *argv,
       const char * const  *env,
       const char          *cwd,
       pid_t               *group,
       GError             **error)
{
  g_autoptr(GSubprocessLauncher) launcher = NULL;
  g_auto(GStrv) environment = build_environment (env);
  GSubprocess *process;
  pid_t *shared = mmap (NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  if (shared == MAP_FAILED)
    {
      g_set_error (error, SB_MCP_ERROR, SB_MCP_ERROR_CLOSED, "“%s” could not be started: %s.", argv[0],
                   g_strerror (errno));
      return NULL;
    }

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                        | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_set_environ (launcher, environment);
  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, shared, NULL);
  if (cwd != NULL)
    g_subprocess_launcher_set_cwd (launcher, cwd);
  process = g_subprocess_launcher_spawnv (launcher, argv, error);
  *group = *shared;
  munmap (shared, sizeof *shared);

  return process;
}

/**
 * sb_mcp_child_transport_new:
 * @argv: the program and its arguments; looked up in PATH
 * @env: (nullable): "K=V", on top of a small part of our own environment that holds no secrets
 * @cwd: (nullable): where it runs
 *
 * Starts the program. Its stderr is read all the time, and its end is part of the error that "closed"
 * tells. Closing closes its stdin, and two seconds later ends its process group with TERM, and then KILL.
 *
 * Returns: (transfer full) (nullable): the transport, or %NULL with a #GSpawnError
 */
SbMcpTransport *
sb_mcp_child_transport_new (const char * const  *argv,
                            const char * const  *env,
                            const char          *cwd,
                            GError             **error)
{
  g_autoptr(SbMcpChildTransport) self = g_object_new (SB_TYPE_MCP_CHILD_TRANSPORT, NULL);

  self->process = spawn (argv, env, cwd, &self->group, error);
  if (self->process == NULL)
    return NULL;

  self->name = g_path_get_basename (argv[0]);
  self->duplex = sb_duplex_new (g_subprocess_get_stdout_pipe (self->process),
                                g_subprocess_get_stdin_pipe (self->process), G_OBJECT (self->process));
  self->stream = sb_mcp_stream_transport_new (self->duplex);
  g_signal_connect (self->stream, "message", G_CALLBACK (stream_message_cb), self);
  g_signal_connect (self->stream, "noise", G_CALLBACK (stream_noise_cb), self);
  g_signal_connect (self->stream, "closed", G_CALLBACK (stream_closed_cb), self);

  return SB_MCP_TRANSPORT (g_steal_pointer (&self));
}

/* name: for messages; without it the program's. */
void
sb_mcp_child_transport_set_name (SbMcpTransport *transport,
                                 const char     *name)
{
  SbMcpChildTransport *self = SB_MCP_CHILD_TRANSPORT (transport);

  g_free (self->name);
  self->name = g_path_get_basename (name);
}

void
sb_mcp_child_transport_set_stderr_func (SbMcpTransport  *transport,
                                        SbMcpStderrFunc  func,
                                        gpointer         user_data)
{
  SbMcpChildTransport *self = SB_MCP_CHILD_TRANSPORT (transport);

  self->stderr_func = func;
  self->stderr_data = user_data;
}

/* Returns: (transfer full): the last 64 KiB of what the program wrote to stderr, fit to show */
char *
sb_mcp_child_transport_dup_stderr (SbMcpTransport *transport)
{
  SbMcpChildTransport *self = SB_MCP_CHILD_TRANSPORT (transport);

  return sb_text_clean (self->stderr_tail->str, self->stderr_tail->len, NULL);
}
