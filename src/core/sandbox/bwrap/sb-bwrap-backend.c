/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-bwrap-backend.h"

#include "sb-bwrap-command.h"
#include "sb-bwrap-scope.h"
#include "sb-handshake.h"
#include "sb-helper-path.h"
#include "sb-id.h"
#include "sb-isolation.h"
#include "sb-text.h"

#define START_TIMEOUT_MS 10000

/* One start, from the process to the checked greeting. */
typedef struct
{
  char           *id;
  guint           pids;
  guint64         memory_bytes;
  double          cpus;
  gboolean        in_scope;
  gboolean        keeps_cpus; /* the scope does */
  SbBwrapCommand  command;
  SbDuplex       *duplex;
  GPtrArray      *facts;
  GError         *error; /* why it fails, while the process is being buried */
} Start;

struct _SbBwrapBackend
{
  GObject parent_instance;

  /* owned */
  char       *helper_path; /* nullable */
  char       *no_scope;    /* nullable: why systemd makes no scopes; it is not asked again */
  GHashTable *running;     /* id -> GSubprocess, a guard: nothing is left when it is over */
};

#define SB_TYPE_BWRAP_BACKEND (sb_bwrap_backend_get_type ())
G_DECLARE_FINAL_TYPE (SbBwrapBackend, sb_bwrap_backend, SB, BWRAP_BACKEND, GObject)

static void backend_iface_init (SbSandboxBackendInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbBwrapBackend, sb_bwrap_backend, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_SANDBOX_BACKEND, backend_iface_init))

static void scope_cb     (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);
static void handshake_cb (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);
static void buried_cb    (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);
static void ended_cb     (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);

static void
running_free (gpointer data)
{
  GSubprocess *process = data;

  sb_bwrap_command_end (process);
  g_object_unref (process);
}

static void
start_free (gpointer data)
{
  Start *start = data;

  sb_bwrap_command_clear (&start->command);
  g_clear_object (&start->duplex);
  g_clear_pointer (&start->facts, g_ptr_array_unref);
  g_clear_error (&start->error);
  g_free (start->id);
  g_free (start);
}

static gboolean
file_says (const char *path,
           char        value)
{
  g_autofree char *contents = NULL;

  return g_file_get_contents (path, &contents, NULL, NULL) && contents[0] == value;
}

/* What to do, when the kernel does not let us make a user namespace. */
static const char *
get_hint (void)
{
  if (file_says ("/proc/sys/kernel/unprivileged_userns_clone", '0'))
    return " Allow user namespaces: sysctl kernel.unprivileged_userns_clone=1.";
  if (file_says ("/proc/sys/user/max_user_namespaces", '0'))
    return " Allow user namespaces: sysctl user.max_user_namespaces=10000.";
  if (file_says ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", '1'))
    return " AppArmor restricts user namespaces: sysctl kernel.apparmor_restrict_unprivileged_userns=0, or a "
           "profile for bwrap.";

  return "";
}

static GError *
new_start_error (Start        *start,
                 const GError *reason)
{
  g_autofree char *complaint = sb_bwrap_command_read_stderr (&start->command);

  if (reason->domain == SB_SANDBOX_ERROR || g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_copy (reason);
  if (complaint[0] != '\0')
    return g_error_new (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_START, "bubblewrap could not start a sandbox: %s.%s",
                        complaint, get_hint ());

  return g_error_new (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_START, "bubblewrap could not start a sandbox: %s%s",
                      reason->message, get_hint ());
}

static void
add_memory_fact (GPtrArray        *facts,
                 const SbGreeting *greeting,
                 const Start      *start,
                 const char       *no_scope)
{
  guint64 asked = start->memory_bytes;
  g_autofree char *size = sb_format_size (asked);
  g_autofree char *label = g_strdup_printf ("%s memory", size);
  gboolean watched = asked > 0 && greeting->watched_memory == asked;
  gboolean holds = asked > 0 && start->in_scope;
  char *detail = NULL;

  if (holds)
    detail = g_strdup_printf ("At most %s of memory, and no swap: a control group of systemd.", size);
  else if (watched)
    detail = g_strdup_printf ("No control group here (systemd: %s): each process may take %s, and five times a second "
                              "PID 1 adds up all of them and stops the biggest above that. Short peaks pass.",
                              no_scope, size);
  else
    detail = g_strdup ("Memory is not limited.");
  g_ptr_array_add (facts, sb_sandbox_fact_new ("memory", holds, holds || watched ? label : "memory not limited",
                                               detail));
}

static void
add_cpu_fact (GPtrArray   *facts,
              const Start *start)
{
  g_autofree char *label = g_strdup_printf ("%.3g processors", start->cpus);

  if (start->in_scope && start->keeps_cpus)
    g_ptr_array_add (facts, sb_sandbox_fact_new ("cpu", TRUE, label,
                                                 g_strdup_printf ("The time of %.3g processors, by a control group of "
                                                                  "systemd.", start->cpus)));
  else
    g_ptr_array_add (facts, sb_sandbox_fact_new ("cpu", FALSE, "processors not limited",
                                                 g_strdup ("Processor time is not limited.")));
}

static void
add_process_fact (GPtrArray        *facts,
                  const SbGreeting *greeting,
                  guint             asked)
{
  g_autofree char *label = g_strdup_printf ("%u processes", asked);
  gboolean limited = asked > 0 && greeting->rlimit_processes == asked;
  char *detail = NULL;

  if (limited)
    detail = g_strdup_printf ("At most %u processes and threads, counted in a user namespace of its own.", asked);
  else
    detail = g_strdup ("The number of processes is not limited.");
  g_ptr_array_add (facts, sb_sandbox_fact_new ("processes", limited, limited ? label : "processes not limited",
                                               detail));
}

static void
add_facts (GPtrArray        *facts,
           const SbGreeting *greeting,
           const Start      *start,
           const char       *no_scope)
{
  add_memory_fact (facts, greeting, start, no_scope);
  add_cpu_fact (facts, start);
  add_process_fact (facts, greeting, start->pids);
  g_ptr_array_add (facts, sb_sandbox_fact_new ("backend", TRUE, "bubblewrap",
                                               g_strdup ("Namespaces on this machine's kernel; its /usr is visible, "
                                                         "read-only.")));
}

/* The one place where a start fails: nothing of it may be left when the caller hears of it. */
static void
fail_start (GTask        *task,
            const GError *reason)
{
  Start *start = g_task_get_task_data (task);

  start->error = new_start_error (start, reason);
  sb_duplex_close (start->duplex);
  sb_bwrap_command_end (start->command.process);
  g_subprocess_wait_async (start->command.process, NULL, buried_cb, task);
}

static void
buried_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  Start *start = g_task_get_task_data (task);

  g_task_return_error (task, g_steal_pointer (&start->error));
}

/* The guard waits for a byte. */
static void
go (GTask *task)
{
  Start *start = g_task_get_task_data (task);
  g_autoptr(GBytes) byte = g_bytes_new_static ("\n", 1);

  sb_duplex_write (start->duplex, byte);
  sb_handshake_async (start->duplex, START_TIMEOUT_MS, g_task_get_cancellable (task), handshake_cb, task);
}

static void
enter_scope (GTask               *task,
             const SbSandboxSpec *spec)
{
  SbBwrapBackend *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);
  const char *pid = g_subprocess_get_identifier (start->command.process);

  if (self->no_scope != NULL || pid == NULL)
    go (task);
  else
    sb_bwrap_scope_start_async (spec, (guint) g_ascii_strtoull (pid, NULL, 10), "/", g_task_get_cancellable (task),
                                scope_cb, task);
}

static void
scope_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  SbBwrapBackend *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;

  start->in_scope = sb_bwrap_scope_start_finish (result, &start->keeps_cpus, &error);
  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    {
      g_clear_error (&error);
      g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error);
      fail_start (task, error);
      return;
    }
  if (error != NULL && self->no_scope == NULL)
    self->no_scope = sb_text_clean (error->message, -1, NULL);
  go (task);
}

static void
handshake_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  SbBwrapBackend *self = g_task_get_source_object (task);
  Start *start = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(SbGreeting) greeting = sb_handshake_finish (result, &error);

  if (greeting == NULL || !sb_isolation_check (greeting, start->facts, &error))
    {
      fail_start (task, error);
      return;
    }

  add_facts (start->facts, greeting, start, self->no_scope);
  g_hash_table_insert (self->running, g_strdup (start->id), g_object_ref (start->command.process));
  g_subprocess_wait_async (start->command.process, NULL, ended_cb, g_object_ref (self));

  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static gboolean
is_process (gpointer key,
            gpointer value,
            gpointer user_data)
{
  return value == user_data;
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(SbBwrapBackend) self = SB_BWRAP_BACKEND (user_data);

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  g_hash_table_foreach_remove (self->running, is_process, source);
}

static const char *
get_label (SbSandboxBackend *backend)
{
  return "bubblewrap";
}

static char *
find_bwrap (GError **error)
{
  char *path = g_find_program_in_path ("bwrap");

  if (path == NULL)
    g_set_error_literal (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                         "bubblewrap is not installed. Install the package “bubblewrap”.");

  return path;
}

static gboolean
start_process (SbBwrapBackend       *self,
               Start                *start,
               const SbSandboxSpec  *spec,
               GError              **error)
{
  g_autofree char *bwrap = find_bwrap (error);

  if (bwrap == NULL)
    return FALSE;
  if (self->helper_path == NULL)
    {
      g_set_error_literal (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                           "The helper “sandbar-init” was not found. Reinstall Sandbar.");
      return FALSE;
    }
  if (!sb_bwrap_command_start (&start->command, spec, bwrap, self->helper_path, error))
    return FALSE;

  start->duplex = sb_duplex_new (g_subprocess_get_stdout_pipe (start->command.process),
                                 g_subprocess_get_stdin_pipe (start->command.process),
                                 G_OBJECT (start->command.process));

  return TRUE;
}

static void
start_async (SbSandboxBackend    *backend,
             const SbSandboxSpec *spec,
             GCancellable        *cancellable,
             GAsyncReadyCallback  callback,
             gpointer             user_data)
{
  SbBwrapBackend *self = SB_BWRAP_BACKEND (backend);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Start *start = g_new0 (Start, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, start_async);
  g_task_set_check_cancellable (task, FALSE);
  start->id = g_strdup (spec->id);
  start->pids = spec->pids;
  start->memory_bytes = spec->memory_bytes;
  start->cpus = spec->cpus;
  start->facts = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_sandbox_fact_free);
  start->command.stderr_fd = -1;
  g_task_set_task_data (task, start, start_free);

  if (!start_process (self, start, spec, &error))
    {
      g_task_return_error (task, error);
      g_object_unref (task);
      return;
    }

  enter_scope (task, spec);
}

static SbDuplex *
start_finish (SbSandboxBackend  *backend,
              GAsyncResult      *result,
              GPtrArray        **facts,
              GError           **error)
{
  Start *start = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;

  start = g_task_get_task_data (G_TASK (result));
  if (facts != NULL)
    *facts = g_steal_pointer (&start->facts);

  return g_steal_pointer (&start->duplex);
}

static void
removed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);

  g_subprocess_wait_finish (G_SUBPROCESS (source), result, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
remove_async (SbSandboxBackend    *backend,
              const char          *id,
              GCancellable        *cancellable,
              GAsyncReadyCallback  callback,
              gpointer             user_data)
{
  SbBwrapBackend *self = SB_BWRAP_BACKEND (backend);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GSubprocess *process = g_hash_table_lookup (self->running, id);

  g_task_set_source_tag (task, remove_async);
  if (process == NULL)
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
      return;
    }

  sb_bwrap_command_end (process);
  g_subprocess_wait_async (process, NULL, removed_cb, task);
}

static gboolean
remove_finish (SbSandboxBackend  *backend,
               GAsyncResult      *result,
               GError           **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
probe_removed_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);

  g_task_return_boolean (task, TRUE);
}

static void
probe_started_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  g_autoptr(GError) error = NULL;
  g_autoptr(SbDuplex) duplex = start_finish (SB_SANDBOX_BACKEND (source), result, NULL, &error);
  const char *id = g_task_get_task_data (task);

  if (duplex == NULL && g_error_matches (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_START))
    g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE, "%s", error->message);
  else if (duplex == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    remove_async (SB_SANDBOX_BACKEND (source), id, NULL, probe_removed_cb, g_steal_pointer (&task));
}

/* The only honest probe is a sandbox that starts and passes its checks: it takes some 30 ms. Dead owners leave nothing:
 * their guards see to it. */
static void
probe_async (SbSandboxBackend    *backend,
             GCancellable        *cancellable,
             GAsyncReadyCallback  callback,
             gpointer             user_data)
{
  GTask *task = g_task_new (backend, cancellable, callback, user_data);
  SbSandboxSpec spec = { .disk_bytes = 1024 * 1024 };

  g_task_set_source_tag (task, probe_async);
  spec.id = g_strdup_printf ("probe-%p", (gpointer) task);
  g_task_set_task_data (task, spec.id, g_free);
  start_async (backend, &spec, cancellable, probe_started_cb, task);
}

static gboolean
probe_finish (SbSandboxBackend  *backend,
              GAsyncResult      *result,
              GError           **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
backend_iface_init (SbSandboxBackendInterface *iface)
{
  iface->get_label = get_label;
  iface->probe_async = probe_async;
  iface->probe_finish = probe_finish;
  iface->start_async = start_async;
  iface->start_finish = start_finish;
  iface->remove_async = remove_async;
  iface->remove_finish = remove_finish;
}

static void
sb_bwrap_backend_finalize (GObject *object)
{
  SbBwrapBackend *self = SB_BWRAP_BACKEND (object);

  g_clear_pointer (&self->running, g_hash_table_unref);
  g_clear_pointer (&self->helper_path, g_free);
  g_clear_pointer (&self->no_scope, g_free);

  G_OBJECT_CLASS (sb_bwrap_backend_parent_class)->finalize (object);
}

static void
sb_bwrap_backend_class_init (SbBwrapBackendClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sb_bwrap_backend_finalize;
}

static void
sb_bwrap_backend_init (SbBwrapBackend *self)
{
  self->running = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, running_free);
}

/**
 * sb_bwrap_backend_new:
 * @helper_path: (nullable): sandbar-init; NULL: where sb_helper_path_find() finds it
 *
 * Sandboxes by bubblewrap: no engine, no image, no privileges; the programs are those of this machine's /usr.
 *
 * Returns: (transfer full): a backend
 */
SbSandboxBackend *
sb_bwrap_backend_new (const char *helper_path)
{
  SbBwrapBackend *self = g_object_new (SB_TYPE_BWRAP_BACKEND, NULL);

  self->helper_path = helper_path != NULL ? g_strdup (helper_path) : sb_helper_path_find ();

  return SB_SANDBOX_BACKEND (self);
}
