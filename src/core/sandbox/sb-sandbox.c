/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox.h"

#include "sb-id.h"
#include "sb-idle-watch.h"
#include "sb-sandbox-private.h"

#define OPEN_TIMEOUT_MS (10 * 1000)
/* How long a start that nobody wants any more may take to come to its end by itself. */
#define ABORT_PATIENCE_MS 1000
/* More than the far end keeps logs of; the oldest are forgotten first. */
#define MAX_COMMANDS 256

typedef struct
{
  /* owned */
  char    *text;
  char    *trace_id; /* nullable */

  guint32  process;
} Command;

struct _SbSandbox
{
  GObject parent_instance;

  /* owned */
  char             *id;
  char             *name;
  char             *owner;   /* nullable */
  char             *message; /* nullable */
  char            **env;     /* nullable */
  SbSandboxBackend *backend;
  char             *backend_label;
  GPtrArray        *facts;   /* nullable */
  GArray           *commands; /* of Command: started in the background, the newest last */
  SbChannel        *channel; /* nullable */
  SbChangeLog      *changes;
  SbPortList       *ports;
  GCancellable     *start_cancellable;
  SbIdleWatch      *idle;    /* nullable: it may idle */
  char             *reason;  /* nullable: why it is being stopped, if not because somebody said so */

  SbSandboxState state;
  gint64         created;
  guint          abort_id;
  gboolean       paused;      /* its programs hold still */
  gboolean       is_silent;   /* nothing came for a while; the message may tell why */
  gboolean       is_unwanted; /* to be ended as soon as it has started */
  gboolean       is_assigned;
};

enum
{
  PROP_ID = 1,
  PROP_NAME,
  PROP_STATE,
  PROP_MESSAGE,
  PROP_CREATED,
  PROP_BACKEND_LABEL,
  PROP_PAUSED,
  N_PROPS,
};

enum
{
  FILE_CHANGED,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbSandbox, sb_sandbox, G_TYPE_OBJECT)

GType
sb_sandbox_state_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { SB_SANDBOX_STATE_STARTING, "SB_SANDBOX_STATE_STARTING", "starting" },
    { SB_SANDBOX_STATE_READY, "SB_SANDBOX_STATE_READY", "ready" },
    { SB_SANDBOX_STATE_STOPPING, "SB_SANDBOX_STATE_STOPPING", "stopping" },
    { SB_SANDBOX_STATE_STOPPED, "SB_SANDBOX_STATE_STOPPED", "stopped" },
    { SB_SANDBOX_STATE_LOST, "SB_SANDBOX_STATE_LOST", "lost" },
    { SB_SANDBOX_STATE_FAILED, "SB_SANDBOX_STATE_FAILED", "failed" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("SbSandboxState", values));

  return type;
}

static gboolean
is_legal (SbSandboxState from,
          SbSandboxState to)
{
  switch (from)
    {
    case SB_SANDBOX_STATE_STARTING:
      return to == SB_SANDBOX_STATE_READY || to == SB_SANDBOX_STATE_FAILED;
    case SB_SANDBOX_STATE_READY:
      return to == SB_SANDBOX_STATE_STOPPING || to == SB_SANDBOX_STATE_LOST;
    case SB_SANDBOX_STATE_STOPPING:
      return to == SB_SANDBOX_STATE_STOPPED;
    case SB_SANDBOX_STATE_STOPPED:
    case SB_SANDBOX_STATE_LOST:
    case SB_SANDBOX_STATE_FAILED:
    default:
      return FALSE;
    }
}

static void
enter (SbSandbox      *self,
       SbSandboxState  state,
       const char     *message)
{
  g_assert (is_legal (self->state, state));

  g_clear_handle_id (&self->abort_id, g_source_remove);
  self->state = state;
  g_free (self->message);
  self->message = g_strdup (message);
  sb_port_list_set_channel (self->ports, sb_sandbox_get_channel (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
drop_channel (SbSandbox *self)
{
  g_autoptr(SbChannel) channel = g_steal_pointer (&self->channel);

  if (channel == NULL)
    return;

  g_signal_handlers_disconnect_by_data (channel, self);
  sb_channel_close (channel);
}

static void
file_changed_cb (SbChannel    *channel,
                 const char   *path,
                 SbFileChange  change,
                 gpointer      user_data)
{
  g_signal_emit (user_data, signals[FILE_CHANGED], 0, path, change);
}

static void
set_message (SbSandbox  *self,
             const char *message)
{
  if (g_strcmp0 (self->message, message) == 0)
    return;

  g_free (self->message);
  self->message = g_strdup (message);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
}

static void
explained_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbSandbox) self = SB_SANDBOX (user_data);
  g_autofree char *why = sb_sandbox_backend_explain_finish (SB_SANDBOX_BACKEND (source), result);

  if (self->state == SB_SANDBOX_STATE_READY && self->is_silent)
    set_message (self, why);
}

static void
channel_silent_cb (SbChannel *channel,
                   gboolean   silent,
                   gpointer   user_data)
{
  SbSandbox *self = SB_SANDBOX (user_data);

  self->is_silent = silent;
  if (!silent)
    set_message (self, NULL);
  else if (sb_sandbox_backend_explain_async (self->backend, self->id, NULL, explained_cb, self))
    g_object_ref (self);
}

static void
channel_closed_cb (SbChannel    *channel,
                   const GError *error,
                   gpointer      user_data)
{
  g_autoptr(SbSandbox) self = g_object_ref (user_data);
  g_autofree char *message = NULL;

  if (self->state != SB_SANDBOX_STATE_READY)
    return;

  if (self->message != NULL)
    message = g_strdup_printf ("%s It was given up, for such a one cannot be told from a dead one. Start a new one.",
                               self->message);
  else
    message = g_strdup_printf ("It was killed from outside, or its engine went away%s%s. Start a new one.",
                               error != NULL ? ": " : "", error != NULL ? error->message : "");
  drop_channel (self);
  enter (self, SB_SANDBOX_STATE_LOST, message);
  /* What is left of it, e.g. a container whose stream broke, must not run on. */
  sb_sandbox_backend_remove_async (self->backend, self->id, NULL, NULL, NULL);
}

static gboolean
abort_cb (gpointer user_data)
{
  SbSandbox *self = user_data;

  self->abort_id = 0;
  g_cancellable_cancel (self->start_cancellable);

  return G_SOURCE_REMOVE;
}

static void
fail_start (GTask  *task,
            GError *error)
{
  SbSandbox *self = SB_SANDBOX (g_task_get_source_object (task));

  enter (self, SB_SANDBOX_STATE_FAILED, error->message);
  g_task_return_error (task, error);
}

static void
failed_removed_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;

  sb_sandbox_backend_remove_finish (SB_SANDBOX_BACKEND (source), result, NULL);
  fail_start (task, g_error_copy (g_task_get_task_data (task)));
}

/* task, error: (transfer full) */
static void
fail_and_remove (GTask  *task,
                 GError *error)
{
  SbSandbox *self = SB_SANDBOX (g_task_get_source_object (task));

  g_task_set_task_data (task, error, (GDestroyNotify) g_error_free);
  sb_sandbox_backend_remove_async (self->backend, self->id, NULL, failed_removed_cb, task);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbSandbox *self = SB_SANDBOX (g_task_get_source_object (task));
  GError *error = NULL;

  if (sb_channel_open_finish (SB_CHANNEL (source), result, &error) && sb_channel_is_open (self->channel)
      && !self->is_unwanted)
    {
      enter (self, SB_SANDBOX_STATE_READY, NULL);
      g_task_return_boolean (task, TRUE);
      return;
    }

  if (error == NULL && self->is_unwanted)
    error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The start was stopped.");
  if (error == NULL)
    error = g_error_new_literal (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_START, "The sandbox ended as soon as it started.");
  drop_channel (self);
  fail_and_remove (g_steal_pointer (&task), error);
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbSandbox *self = SB_SANDBOX (g_task_get_source_object (task));
  GError *error = NULL;
  g_autoptr(SbDuplex) duplex = sb_sandbox_backend_start_finish (SB_SANDBOX_BACKEND (source), result,
                                                                &self->facts, &error);

  if (duplex == NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      /* It may have been there already when the cancellation came. */
      fail_and_remove (g_steal_pointer (&task), error);
      return;
    }
  if (duplex == NULL)
    {
      fail_start (task, error);
      return;
    }

  self->channel = sb_channel_new (duplex);
  g_signal_connect (self->channel, "file-changed", G_CALLBACK (file_changed_cb), self);
  g_signal_connect (self->channel, "closed", G_CALLBACK (channel_closed_cb), self);
  g_signal_connect (self->channel, "silent", G_CALLBACK (channel_silent_cb), self);
  sb_channel_open_async (self->channel, OPEN_TIMEOUT_MS, self->start_cancellable, opened_cb,
                         g_steal_pointer (&task));
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbSandbox *self = SB_SANDBOX (g_task_get_source_object (task));
  GError *error = NULL;
  gboolean removed = sb_sandbox_backend_remove_finish (SB_SANDBOX_BACKEND (source), result, &error);

  /* Its stream is closed, so PID 1 in it has ended; that the engine did not answer is still worth telling. */
  enter (self, SB_SANDBOX_STATE_STOPPED, removed ? self->reason : error->message);
  if (removed)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
sb_sandbox_get_property (GObject    *object,
                         guint       property_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  SbSandbox *self = SB_SANDBOX (object);

  switch (property_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_CREATED:
      g_value_set_int64 (value, self->created);
      break;
    case PROP_BACKEND_LABEL:
      g_value_set_string (value, self->backend_label);
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
sb_sandbox_dispose (GObject *object)
{
  SbSandbox *self = SB_SANDBOX (object);

  g_clear_handle_id (&self->abort_id, g_source_remove);
  g_clear_pointer (&self->idle, sb_idle_watch_free);
  drop_channel (self);
  g_clear_object (&self->backend);
  g_clear_object (&self->start_cancellable);

  G_OBJECT_CLASS (sb_sandbox_parent_class)->dispose (object);
}

static void
sb_sandbox_finalize (GObject *object)
{
  SbSandbox *self = SB_SANDBOX (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->owner);
  g_free (self->message);
  g_free (self->reason);
  g_free (self->backend_label);
  g_strfreev (self->env);
  g_clear_pointer (&self->facts, g_ptr_array_unref);
  g_array_unref (self->commands);
  g_object_unref (self->changes);
  g_object_unref (self->ports);

  G_OBJECT_CLASS (sb_sandbox_parent_class)->finalize (object);
}

static void
sb_sandbox_class_init (SbSandboxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sb_sandbox_get_property;
  object_class->dispose = sb_sandbox_dispose;
  object_class->finalize = sb_sandbox_finalize;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, SB_TYPE_SANDBOX_STATE, SB_SANDBOX_STATE_STARTING,
                                              flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_CREATED] = g_param_spec_int64 ("created", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_BACKEND_LABEL] = g_param_spec_string ("backend-label", NULL, NULL, NULL, flags);
  properties[PROP_PAUSED] = g_param_spec_boolean ("paused", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[FILE_CHANGED] = g_signal_new ("file-changed", SB_TYPE_SANDBOX, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_UINT);
}

static void
command_clear (gpointer data)
{
  Command *command = data;

  g_free (command->text);
  g_free (command->trace_id);
}

static void
sb_sandbox_init (SbSandbox *self)
{
  self->commands = g_array_new (FALSE, FALSE, sizeof (Command));
  g_array_set_clear_func (self->commands, command_clear);
  self->changes = sb_change_log_new ();
  self->ports = sb_port_list_new ();
  self->id = sb_id_new ("sb");
  self->created = sb_clock_wall ();
  self->start_cancellable = g_cancellable_new ();
}

/* Private: for the manager and its parts. */

/* Returns: (transfer full): a sandbox that is to be started */
SbSandbox *
sb_sandbox_new (SbSandboxBackend *backend,
                const char       *name)
{
  SbSandbox *self = g_object_new (SB_TYPE_SANDBOX, NULL);

  self->backend = g_object_ref (backend);
  self->backend_label = g_strdup (sb_sandbox_backend_get_label (backend));
  self->name = g_strdup (name);

  return self;
}

gboolean
sb_sandbox_is_live (SbSandbox *self)
{
  return self->state == SB_SANDBOX_STATE_STARTING || self->state == SB_SANDBOX_STATE_READY;
}

/* Gives it to somebody: a new one at its start, the spare when it is claimed. */
void
sb_sandbox_assign (SbSandbox          *self,
                   const char         *name,
                   const char         *owner,
                   const char * const *env)
{
  g_free (self->owner);
  self->owner = g_strdup (owner);
  g_strfreev (self->env);
  self->env = g_strdupv ((char **) env);
  self->created = sb_clock_wall ();
  self->is_assigned = TRUE;
  sb_sandbox_rename (self, name);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CREATED]);
}

/* seconds: after so many without use it ends; 0: never */
void
sb_sandbox_set_idle_limit (SbSandbox *self,
                           guint      seconds)
{
  g_clear_pointer (&self->idle, sb_idle_watch_free);
  if (seconds > 0)
    self->idle = sb_idle_watch_new (self, seconds);
}

/* Between these it is in use, whatever happens in it. */
void
sb_sandbox_begin_use (SbSandbox     *self,
                      gconstpointer  call)
{
  if (self->idle != NULL)
    sb_idle_watch_begin_call (self->idle, call);
}

void
sb_sandbox_end_use (SbSandbox     *self,
                    gconstpointer  call)
{
  if (self->idle != NULL)
    sb_idle_watch_end_call (self->idle, call);
}

gboolean
sb_sandbox_is_spare (SbSandbox *self)
{
  return !self->is_assigned;
}

void
sb_sandbox_rename (SbSandbox  *self,
                   const char *name)
{
  g_free (self->name);
  self->name = g_strdup (name);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

void
sb_sandbox_set_paused (SbSandbox *self,
                       gboolean   paused)
{
  if (self->paused == paused)
    return;

  self->paused = paused;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
}

const char * const *
sb_sandbox_get_env (SbSandbox *self)
{
  return (const char * const *) self->env;
}

/* (nullable): what was started in the background with that id, the last one */
static const Command *
find_command (SbSandbox *self,
              guint32    process)
{
  for (guint i = self->commands->len; i > 0; i--)
    {
      const Command *command = &g_array_index (self->commands, Command, i - 1);

      if (command->process == process)
        return command;
    }

  return NULL;
}

void
sb_sandbox_remember_command (SbSandbox  *self,
                             guint32     process,
                             const char *command,
                             const char *trace_id)
{
  const Command remembered = { g_strdup (command), g_strdup (trace_id), process };

  if (self->commands->len == MAX_COMMANDS)
    g_array_remove_index (self->commands, 0);
  g_array_append_val (self->commands, remembered);
  sb_port_list_wake (self->ports);
}

const char *
sb_sandbox_get_command (SbSandbox *self,
                        guint32    process)
{
  const Command *command = find_command (self, process);

  if (command != NULL)
    return command->text;

  return self->channel != NULL ? sb_channel_get_title (self->channel, process) : NULL;
}

const char *
sb_sandbox_get_call (SbSandbox *self,
                     guint32    process)
{
  const Command *command = find_command (self, process);

  if (command != NULL)
    return command->trace_id;

  return self->channel != NULL ? sb_channel_get_call (self->channel, process) : NULL;
}

void
sb_sandbox_start_async (SbSandbox           *self,
                        const SbSandboxSpec *spec,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);
  SbSandboxSpec with_id = *spec;

  g_task_set_source_tag (task, sb_sandbox_start_async);
  with_id.id = self->id;
  sb_sandbox_backend_start_async (self->backend, &with_id, self->start_cancellable, started_cb, task);
}

gboolean
sb_sandbox_start_finish (SbSandbox     *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* A start under way ends as failed, soon. A backend that is cut off in the middle may leave something
 * behind (an engine does, between create and start), so the start comes to its end first, if that
 * does not take long. */
void
sb_sandbox_abort_start (SbSandbox *self)
{
  if (self->state != SB_SANDBOX_STATE_STARTING || self->is_unwanted)
    return;

  self->is_unwanted = TRUE;
  self->abort_id = g_timeout_add (ABORT_PATIENCE_MS, abort_cb, self);
}

void
sb_sandbox_stop_async (SbSandbox           *self,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, sb_sandbox_stop_async);
  if (self->state != SB_SANDBOX_STATE_READY)
    {
      sb_sandbox_abort_start (self);
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }

  enter (self, SB_SANDBOX_STATE_STOPPING, self->reason);
  drop_channel (self);
  sb_sandbox_backend_remove_async (self->backend, self->id, NULL, stopped_cb, task);
}

/* Ends it by itself, and tells why. */
void
sb_sandbox_stop_for (SbSandbox  *self,
                     const char *reason)
{
  if (self->state != SB_SANDBOX_STATE_READY)
    return;

  g_free (self->reason);
  self->reason = g_strdup (reason);
  sb_sandbox_stop_async (self, NULL, NULL);
}

gboolean
sb_sandbox_stop_finish (SbSandbox     *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Public. */

const char *
sb_sandbox_get_id (SbSandbox *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX (self), NULL);

  return self->id;
}

const char *
sb_sandbox_get_name (SbSandbox *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX (self), NULL);

  return self->name;
}

SbSandboxState
sb_sandbox_get_state (SbSandbox *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX (self), SB_SANDBOX_STATE_FAILED);

  return self->state;
}

/* Why it ended, a sentence; NULL while it lives. */
const char *
sb_sandbox_get_message (SbSandbox *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX (self), NULL);

  return self->message;
}

/* Wall clock, µs. */
gint64
sb_sandbox_get_created (SbSandbox *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX (self), 0);

  return self->created;
}

const char *
sb_sandbox_get_backend_label (SbSandbox *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX (self), NULL);

  return self->backend_label;
}

/* (transfer none) of SbSandboxFact: what its backend read back from it; they stay after its end. */
GPtrArray *
sb_sandbox_get_facts (SbSandbox *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX (self), NULL);

  return self->facts;
}

SbChannel *
sb_sandbox_get_channel (SbSandbox *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX (self), NULL);

  return self->state == SB_SANDBOX_STATE_READY ? self->channel : NULL;
}

/* (transfer none): what happened to its files; it stays after its end. sb_change_set_new() makes a list of it. */
SbChangeLog *
sb_sandbox_get_change_log (SbSandbox *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX (self), NULL);

  return self->changes;
}

/* (transfer none): the ports that programs in it listen on; empty unless it is ready */
SbPortList *
sb_sandbox_get_ports (SbSandbox *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX (self), NULL);

  return self->ports;
}

/* Its programs hold still; see sb_sandbox_pause_async(). */
gboolean
sb_sandbox_is_paused (SbSandbox *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX (self), FALSE);

  return self->paused;
}

const char *
sb_sandbox_get_owner (SbSandbox *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX (self), NULL);

  return self->owner;
}
