/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-bwrap-scope.h"

#include <string.h>

#define SERVICE "org.freedesktop.systemd1"
#define OBJECT "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"
#define TIMEOUT_MS 3000
/* Guard, bwrap and sandbar-init are in the scope, too. */
#define OWN_PROCESSES 3

/* One start, from the bus to limits that were read back. */
typedef enum
{
  SCOPE_CONNECTING,
  SCOPE_SUBSCRIBING,
  SCOPE_STARTING,
  SCOPE_WAITING,
  SCOPE_DONE,
} ScopeState;

typedef struct
{
  /* owned */
  char            *unit;
  char            *root;
  GDBusConnection *bus;
  GCancellable    *cancellable; /* fires for the caller's and for the time limit */

  ScopeState       state;
  guint            pid;
  guint            pids;
  guint64          memory_bytes;
  double           cpus;
  guint            signal_id;
  guint            timer_id;
  gulong           cancelled_id;
  gboolean         timed_out;
  gboolean         removed;     /* the job is over */
  gboolean         succeeded;
  gboolean         keeps_cpus;
} Scope;

static void
scope_free (gpointer data)
{
  Scope *scope = data;

  if (scope->signal_id != 0)
    g_dbus_connection_signal_unsubscribe (scope->bus, scope->signal_id);
  g_clear_handle_id (&scope->timer_id, g_source_remove);
  g_clear_object (&scope->bus);
  g_clear_object (&scope->cancellable);
  g_free (scope->unit);
  g_free (scope->root);
  g_free (scope);
}

static void
enter (Scope      *scope,
       ScopeState  state)
{
  g_assert (state == scope->state + 1 || (state == SCOPE_DONE && scope->state < SCOPE_DONE));

  scope->state = state;
}

/* The one place that finishes. error: (transfer full) (nullable) */
static void
finish (GTask  *task,
        GError *error)
{
  Scope *scope = g_task_get_task_data (task);

  enter (scope, SCOPE_DONE);
  g_clear_handle_id (&scope->timer_id, g_source_remove);
  g_cancellable_disconnect (g_task_get_cancellable (task), scope->cancelled_id);
  if (scope->timed_out)
    {
      g_clear_error (&error);
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "it did not answer in time");
    }
  if (error != NULL)
    g_dbus_error_strip_remote_error (error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static gboolean
reads (Scope      *scope,
       const char *group,
       const char *file,
       guint64     at_most)
{
  g_autofree char *path = g_build_filename (scope->root, "sys", "fs", "cgroup", group, file, NULL);
  g_autofree char *text = NULL;
  guint64 value = 0;

  return g_file_get_contents (path, &text, NULL, NULL)
         && g_ascii_string_to_unsigned (g_strchomp (text), 10, 0, G_MAXUINT64, &value, NULL) && value <= at_most;
}

/* "150000 100000": so much time in each period, in µs; "max": as much as there is. */
static gboolean
reads_cpus (Scope      *scope,
            const char *group)
{
  g_autofree char *path = g_build_filename (scope->root, "sys", "fs", "cgroup", group, "cpu.max", NULL);
  g_autofree char *text = NULL;
  g_auto(GStrv) parts = NULL;
  guint64 quota = 0;
  guint64 period = 0;

  if (scope->cpus <= 0 || !g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  parts = g_strsplit (g_strchomp (text), " ", 3);

  return g_strv_length (parts) == 2
         && g_ascii_string_to_unsigned (parts[0], 10, 1, G_MAXUINT32, &quota, NULL)
         && g_ascii_string_to_unsigned (parts[1], 10, 1, G_MAXUINT32, &period, NULL)
         && (double) quota <= scope->cpus * (double) period + 1;
}

/* A manager may take a property and lack the controller that keeps it: what counts is what the kernel says. Users are
 * seldom given the controller of processors; the other limits are worth having without it. */
static gboolean
limits_hold (Scope *scope)
{
  g_autofree char *pid = g_strdup_printf ("%u", scope->pid);
  g_autofree char *path = g_build_filename (scope->root, "proc", pid, "cgroup", NULL);
  g_autofree char *text = NULL;
  const char *group = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  group = g_str_has_prefix (text, "0::/") ? text + strlen ("0::/") : NULL;
  if (group == NULL || !g_str_has_suffix (g_strchomp (text), scope->unit) || strstr (group, "..") != NULL)
    return FALSE;

  scope->keeps_cpus = reads_cpus (scope, group);

  return (scope->memory_bytes == 0 || (reads (scope, group, "memory.max", scope->memory_bytes)
                                       && reads (scope, group, "memory.swap.max", 0)))
         && (scope->pids == 0 || reads (scope, group, "pids.max", scope->pids + OWN_PROCESSES));
}

static void
finish_when_done (GTask *task)
{
  Scope *scope = g_task_get_task_data (task);

  if (scope->state != SCOPE_WAITING || !scope->removed)
    return;

  if (!scope->succeeded)
    finish (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "it could not start the scope"));
  else if (!limits_hold (scope))
    finish (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "its limits did not take"));
  else
    finish (task, NULL);
}

static void
job_removed_cb (GDBusConnection *bus,
                const char      *sender,
                const char      *path,
                const char      *interface,
                const char      *name,
                GVariant        *parameters,
                gpointer         user_data)
{
  GTask *task = G_TASK (user_data);
  Scope *scope = g_task_get_task_data (task);
  const char *unit = NULL;
  const char *result = NULL;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(uoss)")))
    return;
  g_variant_get (parameters, "(u&o&s&s)", NULL, NULL, &unit, &result);
  if (!g_str_equal (unit, scope->unit) || scope->state == SCOPE_DONE)
    return;

  scope->removed = TRUE;
  scope->succeeded = g_str_equal (result, "done");
  finish_when_done (task);
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Scope *scope = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer == NULL)
    {
      finish (task, error);
      return;
    }
  enter (scope, SCOPE_WAITING);
  finish_when_done (task);
}

static GVariant *
new_properties (Scope *scope)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sv)"));
  g_variant_builder_add (&builder, "(sv)", "Description", g_variant_new_string ("Sandbox of Sandbar"));
  g_variant_builder_add (&builder, "(sv)", "PIDs",
                         g_variant_new_fixed_array (G_VARIANT_TYPE_UINT32, &scope->pid, 1, sizeof scope->pid));
  g_variant_builder_add (&builder, "(sv)", "CollectMode", g_variant_new_string ("inactive-or-failed"));
  if (scope->memory_bytes > 0)
    {
      g_variant_builder_add (&builder, "(sv)", "MemoryMax", g_variant_new_uint64 (scope->memory_bytes));
      g_variant_builder_add (&builder, "(sv)", "MemorySwapMax", g_variant_new_uint64 (0));
    }
  if (scope->pids > 0)
    g_variant_builder_add (&builder, "(sv)", "TasksMax", g_variant_new_uint64 (scope->pids + OWN_PROCESSES));
  if (scope->cpus > 0)
    g_variant_builder_add (&builder, "(sv)", "CPUQuotaPerSecUSec",
                           g_variant_new_uint64 ((guint64) (scope->cpus * G_USEC_PER_SEC)));

  return g_variant_builder_end (&builder);
}

/* Without a subscription a manager keeps the ends of its jobs to itself. */
static void
subscribed_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Scope *scope = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(GVariant) answer = g_dbus_connection_call_finish (scope->bus, result, &error);

  /* Of those on one connection, all but the first hear that they have one. */
  if (answer == NULL && !g_dbus_error_is_remote_error (error))
    {
      finish (task, error);
      return;
    }
  if (g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN)
      || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NAME_HAS_NO_OWNER))
    {
      finish (task, error);
      return;
    }

  g_clear_error (&error);
  enter (scope, SCOPE_STARTING);
  g_dbus_connection_call (scope->bus, SERVICE, OBJECT, MANAGER, "StartTransientUnit",
                          g_variant_new ("(ss@a(sv)@a(sa(sv)))", scope->unit, "fail", new_properties (scope),
                                         g_variant_new_array (G_VARIANT_TYPE ("(sa(sv))"), NULL, 0)),
                          G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT_MS, scope->cancellable,
                          started_cb, task);
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Scope *scope = g_task_get_task_data (task);
  GError *error = NULL;

  scope->bus = g_bus_get_finish (result, &error);
  if (scope->bus == NULL)
    {
      finish (task, error);
      return;
    }

  g_dbus_connection_set_exit_on_close (scope->bus, FALSE);
  enter (scope, SCOPE_SUBSCRIBING);
  scope->signal_id = g_dbus_connection_signal_subscribe (scope->bus, SERVICE, MANAGER, "JobRemoved", OBJECT, NULL,
                                                         G_DBUS_SIGNAL_FLAGS_NONE, job_removed_cb, task, NULL);
  g_dbus_connection_call (scope->bus, SERVICE, OBJECT, MANAGER, "Subscribe", NULL, NULL,
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, TIMEOUT_MS, scope->cancellable, subscribed_cb, task);
}

/* While a call is under way, its end finishes; nothing else waits for the end of a job. */
static void
stop (GTask *task)
{
  Scope *scope = g_task_get_task_data (task);

  g_cancellable_cancel (scope->cancellable);
  if (scope->state == SCOPE_WAITING)
    finish (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "it was cancelled"));
}

static gboolean
timer_cb (gpointer user_data)
{
  GTask *task = G_TASK (user_data);
  Scope *scope = g_task_get_task_data (task);

  scope->timer_id = 0;
  scope->timed_out = TRUE;
  stop (task);

  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  g_cancellable_cancel (G_CANCELLABLE (user_data));
}

/* GLib would start a bus of its own where there is none. */
static gboolean
has_bus (void)
{
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");
  g_autofree char *socket = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);

  return (address != NULL && *address != '\0') || g_file_test (socket, G_FILE_TEST_EXISTS);
}

/**
 * sb_bwrap_scope_start_async:
 * @spec: the limits, and the name
 * @pid: a process that has no children yet: what it starts later is in the scope with it
 * @root: where /proc and /sys are, to read back what the kernel keeps; "/" but for tests
 * @cancellable: (nullable): ends it
 * @callback: called with the result
 * @user_data: for it
 *
 * Asks the user's systemd for a transient scope (org.freedesktop.systemd1.Manager.StartTransientUnit) around @pid. It
 * is gone with the last process in it. Ends after three seconds at the latest.
 */
void
sb_bwrap_scope_start_async (const SbSandboxSpec *spec,
                            guint                pid,
                            const char          *root,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Scope *scope = g_new0 (Scope, 1);

  g_task_set_source_tag (task, sb_bwrap_scope_start_async);
  g_task_set_check_cancellable (task, FALSE);
  /* Another program may have one by the same name. */
  scope->unit = g_strdup_printf ("sandbar-%s-%u.scope", spec->id, pid);
  scope->root = g_strdup (root);
  scope->pid = pid;
  scope->pids = spec->pids;
  scope->memory_bytes = spec->memory_bytes;
  scope->cpus = spec->cpus;
  scope->cancellable = g_cancellable_new ();
  g_task_set_task_data (task, scope, scope_free);
  if (!has_bus ())
    {
      finish (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "this session has no bus"));
      return;
    }

  if (cancellable != NULL)
    scope->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb),
                                                 g_object_ref (scope->cancellable), g_object_unref);
  scope->timer_id = g_timeout_add (TIMEOUT_MS, timer_cb, task);
  g_bus_get (G_BUS_TYPE_SESSION, scope->cancellable, connected_cb, task);
}

/**
 * sb_bwrap_scope_start_finish:
 * @result: the result
 * @keeps_cpus: (out): whether the limit of processors holds, too
 * @error: set to why there is no scope: the end of a sentence about systemd
 *
 * Returns: TRUE when the limits of memory and processes hold
 */
gboolean
sb_bwrap_scope_start_finish (GAsyncResult  *result,
                             gboolean      *keeps_cpus,
                             GError       **error)
{
  Scope *scope;

  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  scope = g_task_get_task_data (G_TASK (result));
  *keeps_cpus = scope->keeps_cpus;

  return g_task_propagate_boolean (G_TASK (result), error);
}
