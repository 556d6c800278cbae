/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-manager.h"

#include <string.h>

#include "sb-file-tracker.h"
#include "sb-id.h"
#include "sb-sandbox-manager-private.h"
#include "sb-sandbox-pool.h"
#include "sb-sandbox-private.h"
#include "sb-sandbox-probe.h"
#include "sb-sandbox-spec.h"

#define DEFAULT_LIMIT 16
/* Ended ones stay in the list for a while, so that one can see why they ended. */
#define MAX_ENDED 8
#define SHUTDOWN_MS 2000
#define MIN_PREFIX 4

struct _SbSandboxManager
{
  GObject parent_instance;

  /* owned */
  GListModel       *backends;
  SbSandboxBackend *backend;   /* nullable: none found yet, or it went away */
  SbSandboxPool    *pool;
  GPtrArray        *sandboxes; /* of SbSandbox, the newest first */
  GPtrArray        *spares;    /* of SbSandbox: those of the pool, while they end at shutdown; never in the list */
  GHashTable       *trackers;  /* SbSandbox → SbFileTracker, of those that are ready */
  char             *status;
  char             *problem;   /* nullable: why there is no backend */
  GTask            *shutdown;  /* nullable */

  guint    max_live;
  guint    shutdown_id;
  gboolean probing;
  gboolean closed;
};

/* What create remembers. */
typedef struct
{
  SbSandboxSpec *spec;
  char          *owner;
  char          *trace_id;
  SbSandbox     *sandbox; /* nullable */
  gint64         start;
  gboolean       probed;
} Creation;

enum
{
  PROP_BACKEND_LABEL = 1,
  PROP_STATUS,
  PROP_AVAILABLE,
  N_PROPS,
};

enum
{
  ACTIVITY,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void sb_sandbox_manager_list_model_init (GListModelInterface *iface);
static void create_step                        (GTask               *task);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbSandboxManager, sb_sandbox_manager, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sb_sandbox_manager_list_model_init))

static void
creation_free (gpointer data)
{
  Creation *creation = data;

  sb_sandbox_spec_free (creation->spec);
  g_clear_object (&creation->sandbox);
  g_free (creation->owner);
  g_free (creation->trace_id);
  g_free (creation);
}

static gboolean
is_fallback (SbSandboxManager *self)
{
  g_autoptr(SbSandboxBackend) first = g_list_model_get_item (self->backends, 0);

  return self->backend != NULL && first != self->backend;
}

static char *
describe_status (SbSandboxManager *self)
{
  const char *label = sb_sandbox_manager_get_backend_label (self);
  const char *remark = is_fallback (self) ? " — no engine answers" : "";
  guint n = sb_sandbox_manager_get_n_live (self);

  if (label == NULL && self->problem != NULL)
    return g_strdup (self->problem);
  if (label == NULL)
    return g_strdup ("Looking for a way to start sandboxes…");
  if (n == 0)
    return g_strdup_printf ("%s%s", label, remark[0] != '\0' ? remark : " — no sandbox");

  return g_strdup_printf ("%s%s — %u %s", label, remark, n, n == 1 ? "sandbox" : "sandboxes");
}

static void
update_status (SbSandboxManager *self)
{
  g_autofree char *status = describe_status (self);

  if (g_strcmp0 (status, self->status) == 0)
    return;

  g_free (self->status);
  self->status = g_steal_pointer (&status);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
set_backend (SbSandboxManager *self,
             SbSandboxBackend *backend,
             const GError     *problem)
{
  g_clear_pointer (&self->problem, g_free);
  if (backend == NULL && problem != NULL)
    self->problem = g_strdup (problem->message);
  if (g_set_object (&self->backend, backend))
    {
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BACKEND_LABEL]);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AVAILABLE]);
    }
  if (!self->closed)
    sb_sandbox_pool_set_backend (self->pool, backend);
  update_status (self);
}

static void
tracker_cb (SbSandbox  *sandbox,
            const char *trace_id,
            const char *title,
            gpointer    user_data)
{
  gint64 now = sb_clock_monotonic ();
  const SbActivity activity = {
    .kind = SB_ACTIVITY_FILE, .trace_id = trace_id, .sandbox_id = sb_sandbox_get_id (sandbox),
    .title = title, .start = now, .end = now, .ok = TRUE,
  };

  sb_sandbox_manager_report (SB_SANDBOX_MANAGER (user_data), &activity);
}

static void
reprobed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbSandboxManager) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbSandboxBackend) backend = sb_sandbox_probe_finish (result, &error);

  self->probing = FALSE;
  set_backend (self, backend, error);
}

/* A sandbox was lost: by itself, or with its engine, which may be back or not. */
static void
reprobe (SbSandboxManager *self)
{
  if (self->probing || self->closed)
    return;

  self->probing = TRUE;
  sb_sandbox_probe_async (self->backends, NULL, reprobed_cb, g_object_ref (self));
}

static void
drop_oldest_ended (SbSandboxManager *self)
{
  guint n_ended = self->sandboxes->len - sb_sandbox_manager_get_n_live (self);

  for (guint i = self->sandboxes->len; i > 0 && n_ended > MAX_ENDED; i--)
    {
      SbSandbox *sandbox = g_ptr_array_index (self->sandboxes, i - 1);

      if (sb_sandbox_is_live (sandbox) || sb_sandbox_get_state (sandbox) == SB_SANDBOX_STATE_STOPPING)
        continue;
      g_signal_handlers_disconnect_by_data (sandbox, self);
      g_ptr_array_remove_index (self->sandboxes, i - 1);
      g_list_model_items_changed (G_LIST_MODEL (self), i - 1, 1, 0);
      n_ended--;
    }
}

static gboolean
are_over (GPtrArray *sandboxes)
{
  for (guint i = 0; i < sandboxes->len; i++)
    {
      SbSandbox *sandbox = g_ptr_array_index (sandboxes, i);

      if (sb_sandbox_is_live (sandbox) || sb_sandbox_get_state (sandbox) == SB_SANDBOX_STATE_STOPPING)
        return FALSE;
    }

  return TRUE;
}

static void
finish_shutdown_if_over (SbSandboxManager *self)
{
  g_autoptr(GTask) task = NULL;

  if (self->shutdown == NULL || !are_over (self->sandboxes) || !are_over (self->spares))
    return;

  g_clear_handle_id (&self->shutdown_id, g_source_remove);
  task = g_steal_pointer (&self->shutdown);
  g_task_return_boolean (task, TRUE);
}

static void
sandbox_state_cb (SbSandbox  *sandbox,
                  GParamSpec *pspec,
                  gpointer    user_data)
{
  g_autoptr(SbSandboxManager) self = g_object_ref (user_data);
  SbSandboxState state = sb_sandbox_get_state (sandbox);

  if (state == SB_SANDBOX_STATE_READY)
    g_hash_table_insert (self->trackers, sandbox, sb_file_tracker_new (sandbox, tracker_cb, self));
  else
    g_hash_table_remove (self->trackers, sandbox);
  if (state == SB_SANDBOX_STATE_LOST)
    reprobe (self);
  update_status (self);
  finish_shutdown_if_over (self);
}

/* Those of the pool end with the others, and are waited for, though nobody sees them. */
static void
take_spares (SbSandboxManager *self,
             GPtrArray        *all)
{
  g_clear_pointer (&self->spares, g_ptr_array_unref);
  self->spares = sb_sandbox_pool_take_all (self->pool);
  sb_sandbox_pool_set_enabled (self->pool, FALSE);
  for (guint i = 0; i < self->spares->len; i++)
    {
      SbSandbox *spare = g_ptr_array_index (self->spares, i);

      g_signal_connect_object (spare, "notify::state", G_CALLBACK (finish_shutdown_if_over), self, G_CONNECT_SWAPPED);
      g_ptr_array_add (all, g_object_ref (spare));
    }
}

static char *
choose_name (SbSandboxManager *self)
{
  char *name = sb_id_new_nickname ();

  while (sb_sandbox_manager_lookup (self, name, NULL) != NULL)
    {
      g_free (name);
      name = sb_id_new_nickname ();
    }

  return name;
}

static void
insert (SbSandboxManager *self,
        SbSandbox        *sandbox)
{
  g_ptr_array_insert (self->sandboxes, 0, g_object_ref (sandbox));
  g_signal_connect (sandbox, "notify::state", G_CALLBACK (sandbox_state_cb), self);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);
  drop_oldest_ended (self);
  sandbox_state_cb (sandbox, NULL, self);
}

static void
report_creation (SbSandboxManager *self,
                 Creation         *creation,
                 const char       *title,
                 const GError     *error)
{
  const SbActivity activity = {
    .kind = SB_ACTIVITY_CREATE, .trace_id = creation->trace_id, .title = title,
    .sandbox_id = creation->sandbox != NULL ? sb_sandbox_get_id (creation->sandbox) : NULL,
    .subtitle = error != NULL ? error->message : sb_sandbox_get_name (creation->sandbox),
    .start = creation->start, .end = sb_clock_monotonic (), .ok = error == NULL,
  };

  sb_sandbox_manager_report (self, &activity);
}

static void
create_claim (GTask     *task,
              SbSandbox *spare)
{
  SbSandboxManager *self = SB_SANDBOX_MANAGER (g_task_get_source_object (task));
  Creation *creation = g_task_get_task_data (task);
  g_autofree char *name = choose_name (self);

  creation->sandbox = g_object_ref (spare);
  sb_sandbox_assign (spare, name, creation->owner, creation->spec->env);
  insert (self, spare);
  report_creation (self, creation, "claim spare", NULL);
  g_task_return_pointer (task, g_object_ref (spare), g_object_unref);
}

static void
create_started_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbSandboxManager *self = SB_SANDBOX_MANAGER (g_task_get_source_object (task));
  Creation *creation = g_task_get_task_data (task);
  GError *error = NULL;

  if (sb_sandbox_start_finish (SB_SANDBOX (source), result, &error))
    {
      report_creation (self, creation, "start sandbox", NULL);
      g_task_return_pointer (task, g_object_ref (source), g_object_unref);
      return;
    }

  report_creation (self, creation, "start sandbox", error);
  /* The engine may have been restarted since it was asked: look again, once. */
  if (g_error_matches (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE) && !self->closed)
    {
      set_backend (self, NULL, error);
      if (!creation->probed)
        {
          g_error_free (error);
          create_step (g_steal_pointer (&task));
          return;
        }
    }
  g_task_return_error (task, error);
}

static void
create_cancelled_cb (GCancellable *cancellable,
                     gpointer      user_data)
{
  sb_sandbox_abort_start (SB_SANDBOX (user_data));
}

static void
create_cold (GTask *task)
{
  SbSandboxManager *self = SB_SANDBOX_MANAGER (g_task_get_source_object (task));
  Creation *creation = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autofree char *name = choose_name (self);

  g_clear_object (&creation->sandbox);
  creation->sandbox = sb_sandbox_new (self->backend, name);
  sb_sandbox_assign (creation->sandbox, name, creation->owner, creation->spec->env);
  if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (create_cancelled_cb), creation->sandbox, 0);
  insert (self, creation->sandbox);
  sb_sandbox_start_async (creation->sandbox, creation->spec, create_started_cb, task);
}

static void
create_probed_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbSandboxManager *self = SB_SANDBOX_MANAGER (g_task_get_source_object (task));
  GError *error = NULL;
  g_autoptr(SbSandboxBackend) backend = sb_sandbox_probe_finish (result, &error);

  if (backend == NULL && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_task_return_error (task, error);
      return;
    }

  set_backend (self, backend, error);
  if (backend != NULL)
    create_step (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

/* task: (transfer full) */
static void
create_step (GTask *task)
{
  SbSandboxManager *self = SB_SANDBOX_MANAGER (g_task_get_source_object (task));
  Creation *creation = g_task_get_task_data (task);
  g_autoptr(SbSandbox) spare = NULL;

  if (self->closed)
    {
      g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_GONE, "Sandbar is about to end.");
      g_object_unref (task);
      return;
    }
  if (self->backend == NULL)
    {
      creation->probed = TRUE;
      sb_sandbox_probe_async (self->backends, g_task_get_cancellable (task), create_probed_cb, task);
      return;
    }

  if (sb_sandbox_spec_fits_spare (creation->spec))
    spare = sb_sandbox_pool_claim (self->pool);
  if (spare == NULL)
    {
      create_cold (task);
      return;
    }

  create_claim (task, spare);
  g_object_unref (task);
}

static void
probed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbSandboxManager *self = SB_SANDBOX_MANAGER (g_task_get_source_object (task));
  GError *error = NULL;
  g_autoptr(SbSandboxBackend) backend = sb_sandbox_probe_finish (result, &error);

  set_backend (self, backend, error);
  if (backend != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_sandbox_stop_finish (SB_SANDBOX (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
shutdown_stopped_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  sb_sandbox_stop_finish (SB_SANDBOX (source), result, NULL);
}

static gboolean
shutdown_over_cb (gpointer user_data)
{
  SbSandboxManager *self = user_data;
  g_autoptr(GTask) task = g_steal_pointer (&self->shutdown);

  self->shutdown_id = 0;
  g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                           "The sandboxes were told to end, but the engine did not confirm it in time.");

  return G_SOURCE_REMOVE;
}

static GType
sb_sandbox_manager_get_item_type (GListModel *model)
{
  return SB_TYPE_SANDBOX;
}

static guint
sb_sandbox_manager_get_n_items (GListModel *model)
{
  return SB_SANDBOX_MANAGER (model)->sandboxes->len;
}

static gpointer
sb_sandbox_manager_get_item (GListModel *model,
                             guint       position)
{
  SbSandboxManager *self = SB_SANDBOX_MANAGER (model);

  return position < self->sandboxes->len ? g_object_ref (g_ptr_array_index (self->sandboxes, position)) : NULL;
}

static void
sb_sandbox_manager_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_sandbox_manager_get_item_type;
  iface->get_n_items = sb_sandbox_manager_get_n_items;
  iface->get_item = sb_sandbox_manager_get_item;
}

static void
sb_sandbox_manager_get_property (GObject    *object,
                                 guint       property_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  SbSandboxManager *self = SB_SANDBOX_MANAGER (object);

  switch (property_id)
    {
    case PROP_BACKEND_LABEL:
      g_value_set_string (value, sb_sandbox_manager_get_backend_label (self));
      break;
    case PROP_STATUS:
      g_value_set_string (value, self->status);
      break;
    case PROP_AVAILABLE:
      g_value_set_boolean (value, self->backend != NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
sb_sandbox_manager_dispose (GObject *object)
{
  SbSandboxManager *self = SB_SANDBOX_MANAGER (object);

  self->closed = TRUE;
  for (guint i = 0; i < self->sandboxes->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->sandboxes, i), self);
  g_hash_table_remove_all (self->trackers);
  g_ptr_array_set_size (self->sandboxes, 0);
  g_clear_object (&self->pool);
  g_clear_object (&self->backend);
  g_clear_object (&self->backends);

  G_OBJECT_CLASS (sb_sandbox_manager_parent_class)->dispose (object);
}

static void
sb_sandbox_manager_finalize (GObject *object)
{
  SbSandboxManager *self = SB_SANDBOX_MANAGER (object);

  g_clear_pointer (&self->sandboxes, g_ptr_array_unref);
  g_clear_pointer (&self->spares, g_ptr_array_unref);
  g_clear_pointer (&self->trackers, g_hash_table_unref);
  g_free (self->status);
  g_free (self->problem);

  G_OBJECT_CLASS (sb_sandbox_manager_parent_class)->finalize (object);
}

static void
sb_sandbox_manager_class_init (SbSandboxManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sb_sandbox_manager_get_property;
  object_class->dispose = sb_sandbox_manager_dispose;
  object_class->finalize = sb_sandbox_manager_finalize;

  properties[PROP_BACKEND_LABEL] = g_param_spec_string ("backend-label", NULL, NULL, NULL, flags);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
  properties[PROP_AVAILABLE] = g_param_spec_boolean ("available", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ACTIVITY] = g_signal_new ("activity", SB_TYPE_SANDBOX_MANAGER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
sb_sandbox_manager_init (SbSandboxManager *self)
{
  self->sandboxes = g_ptr_array_new_with_free_func (g_object_unref);
  self->spares = g_ptr_array_new_with_free_func (g_object_unref);
  self->trackers = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  self->pool = sb_sandbox_pool_new ();
  self->max_live = DEFAULT_LIMIT;
}

/* Private: for the MCP tools. */

SbSandbox *
sb_sandbox_manager_find_newest (SbSandboxManager *self,
                                const char       *owner)
{
  for (guint i = 0; i < self->sandboxes->len; i++)
    {
      SbSandbox *sandbox = g_ptr_array_index (self->sandboxes, i);

      if (sb_sandbox_get_channel (sandbox) != NULL && g_strcmp0 (sb_sandbox_get_owner (sandbox), owner) == 0)
        return sandbox;
    }

  return NULL;
}

void
sb_sandbox_manager_report (SbSandboxManager *self,
                           const SbActivity *activity)
{
  g_signal_emit (self, signals[ACTIVITY], 0, activity);
}

void
sb_sandbox_manager_begin_call (SbSandboxManager *self,
                               SbSandbox        *sandbox,
                               gconstpointer     call,
                               const char       *trace_id)
{
  SbFileTracker *tracker = g_hash_table_lookup (self->trackers, sandbox);

  if (tracker != NULL)
    sb_file_tracker_begin (tracker, call, trace_id);
}

/* The call is about to write this file. */
void
sb_sandbox_manager_expect_file (SbSandboxManager *self,
                                SbSandbox        *sandbox,
                                gconstpointer     call,
                                const char       *path)
{
  SbFileTracker *tracker = g_hash_table_lookup (self->trackers, sandbox);

  if (tracker != NULL)
    sb_file_tracker_expect (tracker, call, path);
}

void
sb_sandbox_manager_end_call (SbSandboxManager *self,
                             SbSandbox        *sandbox,
                             gconstpointer     call)
{
  SbFileTracker *tracker = g_hash_table_lookup (self->trackers, sandbox);

  if (tracker != NULL)
    sb_file_tracker_end (tracker, call);
}

/* A claim would succeed now. */
gboolean
sb_sandbox_manager_has_spare (SbSandboxManager *self)
{
  return sb_sandbox_pool_is_ready (self->pool);
}

/* How many may live at once; the spare does not count. */
void
sb_sandbox_manager_set_limit (SbSandboxManager *self,
                              guint             max_live)
{
  self->max_live = max_live;
}

/* Public. */

/**
 * sb_sandbox_manager_new:
 * @backends: (transfer none): of #SbSandboxBackend, the most wanted first
 *
 * Finds a backend when it is first needed, or by sb_sandbox_manager_probe_async(); looks again when it goes away.
 * Ended sandboxes stay in the list, up to eight.
 *
 * Returns: (transfer full): the manager
 */
SbSandboxManager *
sb_sandbox_manager_new (GListModel *backends)
{
  SbSandboxManager *self = NULL;

  g_return_val_if_fail (G_IS_LIST_MODEL (backends), NULL);

  self = g_object_new (SB_TYPE_SANDBOX_MANAGER, NULL);
  self->backends = g_object_ref (backends);
  update_status (self);

  return self;
}

/**
 * sb_sandbox_manager_probe_async:
 *
 * Looks for a backend, from the first on. Sandboxes that exist are not touched.
 */
void
sb_sandbox_manager_probe_async (SbSandboxManager    *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, sb_sandbox_manager_probe_async);
  sb_sandbox_probe_async (self->backends, cancellable, probed_cb, task);
}

/* FALSE with SB_SANDBOX_ERROR_UNAVAILABLE, which says for each backend why not. */
gboolean
sb_sandbox_manager_probe_finish (SbSandboxManager  *self,
                                 GAsyncResult      *result,
                                 GError           **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

const char *
sb_sandbox_manager_get_backend_label (SbSandboxManager *self)
{
  return self->backend != NULL ? sb_sandbox_backend_get_label (self->backend) : NULL;
}

/**
 * sb_sandbox_manager_get_n_live:
 *
 * Returns: how many sandboxes start, run or are being stopped; spares do not count
 */
guint
sb_sandbox_manager_get_n_live (SbSandboxManager *self)
{
  guint n = 0;

  g_return_val_if_fail (SB_IS_SANDBOX_MANAGER (self), 0);

  for (guint i = 0; i < self->sandboxes->len; i++)
    if (sb_sandbox_is_live (g_ptr_array_index (self->sandboxes, i)))
      n++;

  return n;
}

/**
 * sb_sandbox_manager_create_async:
 * @spec: (nullable): limits of 0 mean the defaults
 * @owner: (nullable): whose it is
 * @trace_id: (nullable): for "activity"
 *
 * Claims the spare when it fits, otherwise starts one, which is in the list from the beginning. Cancelling
 * ends the start.
 */
void
sb_sandbox_manager_create_async (SbSandboxManager    *self,
                                 const SbSandboxSpec *spec,
                                 const char          *owner,
                                 const char          *trace_id,
                                 GCancellable        *cancellable,
                                 GAsyncReadyCallback  callback,
                                 gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Creation *creation = g_new0 (Creation, 1);

  creation->spec = sb_sandbox_spec_copy (spec);
  creation->owner = g_strdup (owner);
  creation->trace_id = g_strdup (trace_id);
  creation->start = sb_clock_monotonic ();
  g_task_set_source_tag (task, sb_sandbox_manager_create_async);
  g_task_set_task_data (task, creation, creation_free);
  g_task_set_check_cancellable (task, FALSE);
  if (sb_sandbox_manager_get_n_live (self) >= self->max_live)
    {
      g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_LIMIT,
                               "There are %u sandboxes already, which is the limit. Stop one that is not needed.",
                               self->max_live);
      g_object_unref (task);
      return;
    }

  create_step (task);
}

/* Returns: (transfer full): a sandbox that is ready */
SbSandbox *
sb_sandbox_manager_create_finish (SbSandboxManager  *self,
                                  GAsyncResult      *result,
                                  GError           **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sb_sandbox_manager_lookup:
 * @id_or_name: an id, its beginning (four characters or more) if it is that of only one, or a name
 *
 * Finds ended sandboxes, too.
 *
 * Returns: (transfer none) (nullable): the sandbox, or %NULL with SB_SANDBOX_ERROR_NOT_FOUND
 */
SbSandbox *
sb_sandbox_manager_lookup (SbSandboxManager  *self,
                           const char        *id_or_name,
                           GError           **error)
{
  SbSandbox *found = NULL;
  guint n_found = 0;

  g_return_val_if_fail (id_or_name != NULL, NULL);

  for (guint i = 0; i < self->sandboxes->len; i++)
    {
      SbSandbox *sandbox = g_ptr_array_index (self->sandboxes, i);
      const char *id = sb_sandbox_get_id (sandbox);

      if (g_str_equal (id, id_or_name) || g_str_equal (sb_sandbox_get_name (sandbox), id_or_name))
        return sandbox;
      if (strlen (id_or_name) >= MIN_PREFIX && g_str_has_prefix (id, id_or_name))
        {
          found = sandbox;
          n_found++;
        }
    }
  if (n_found == 1)
    return found;

  g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_NOT_FOUND,
               n_found == 0 ? "There is no sandbox of this id or name." : "More than one sandbox's id begins so.");

  return NULL;
}

/* Ends it for good, at once; whatever runs in it is killed. */
void
sb_sandbox_manager_stop_async (SbSandboxManager    *self,
                               SbSandbox           *sandbox,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, sb_sandbox_manager_stop_async);
  sb_sandbox_stop_async (sandbox, stopped_cb, task);
}

gboolean
sb_sandbox_manager_stop_finish (SbSandboxManager  *self,
                                GAsyncResult      *result,
                                GError           **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sb_sandbox_manager_set_keep_spare (SbSandboxManager *self,
                                   gboolean          keep_spare)
{
  if (!self->closed)
    sb_sandbox_pool_set_enabled (self->pool, keep_spare);
}

/**
 * sb_sandbox_manager_shutdown_async:
 *
 * Ends everything within two seconds; later creates fail. Should an engine not confirm in time, the sandboxes end
 * all the same, because their streams are closed.
 */
void
sb_sandbox_manager_shutdown_async (SbSandboxManager    *self,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  g_autoptr(GPtrArray) all = NULL;

  g_return_if_fail (self->shutdown == NULL);

  self->closed = TRUE;
  all = g_ptr_array_copy (self->sandboxes, (GCopyFunc) g_object_ref, NULL);
  g_ptr_array_set_free_func (all, g_object_unref);
  take_spares (self, all);
  self->shutdown = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->shutdown, sb_sandbox_manager_shutdown_async);
  self->shutdown_id = g_timeout_add (SHUTDOWN_MS, shutdown_over_cb, self);
  for (guint i = 0; i < all->len; i++)
    {
      SbSandbox *sandbox = g_ptr_array_index (all, i);

      if (sb_sandbox_is_live (sandbox))
        sb_sandbox_stop_async (sandbox, shutdown_stopped_cb, NULL);
    }
  finish_shutdown_if_over (self);
}

gboolean
sb_sandbox_manager_shutdown_finish (SbSandboxManager  *self,
                                    GAsyncResult      *result,
                                    GError           **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
