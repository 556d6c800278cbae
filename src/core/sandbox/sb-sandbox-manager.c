/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-manager.h"

#include <string.h>

#include "sb-file-tracker.h"
#include "sb-id.h"
#include "sb-sandbox-creation.h"
#include "sb-sandbox-ending.h"
#include "sb-sandbox-manager-private.h"
#include "sb-sandbox-private.h"
#include "sb-text.h"

#define DEFAULT_LIMIT 16
/* Ended ones stay in the list for a while, so that one can see why they ended. */
#define MAX_ENDED 8
#define SHUTDOWN_MS 2000
#define MIN_PREFIX 4

struct _SbSandboxManager
{
  GObject parent_instance;

  /* owned */
  SbEngineList    *engines;
  SbImageSupplies *supplies;
  SbSandboxPools  *pools;     /* of profiles, and their spares */
  GPtrArray       *sandboxes; /* of SbSandbox, the newest first */
  GHashTable      *trackers;  /* SbSandbox → SbFileTracker, of those that are ready */
  char            *status;
  char            *label;     /* nullable: of the engine that the next sandbox would be on */
  char            *problem;   /* nullable: why there is none */

  guint    max_live;
  gboolean probing;
  gboolean closed;
};

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

G_DEFINE_FINAL_TYPE_WITH_CODE (SbSandboxManager, sb_sandbox_manager, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sb_sandbox_manager_list_model_init))

static void
update_label (SbSandboxManager *self,
              SbEngine         *engine)
{
  const char *label = engine != NULL ? sb_engine_get_label (engine) : NULL;

  if (g_strcmp0 (label, self->label) == 0)
    return;

  g_free (self->label);
  self->label = g_strdup (label);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BACKEND_LABEL]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AVAILABLE]);
}

static void
update_status (SbSandboxManager *self)
{
  SbEngine *engine = sb_engine_list_choose (self->engines, NULL);
  g_autofree char *places = sb_engine_list_describe (self->engines, engine, sb_sandbox_manager_get_n_live (self),
                                                    self->problem);
  g_autofree char *supply = sb_image_supplies_describe (self->supplies);
  g_autofree char *status = NULL;

  update_label (self, engine);
  if (supply != NULL && engine != NULL)
    status = g_strdup_printf ("%s · %s", places, supply);
  else
    status = g_strdup (supply != NULL ? supply : places);
  if (g_strcmp0 (status, self->status) == 0)
    return;

  g_free (self->status);
  self->status = g_steal_pointer (&status);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
set_problem (SbSandboxManager *self,
             const GError     *error)
{
  g_clear_pointer (&self->problem, g_free);
  if (error != NULL)
    self->problem = g_strdup (error->message);
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

  self->probing = FALSE;
  sb_engine_list_probe_finish (SB_ENGINE_LIST (source), result, &error);
  set_problem (self, error);
}

/* A sandbox was lost: by itself, or with its engine, which may be back or not. */
static void
reprobe (SbSandboxManager *self)
{
  if (self->probing || self->closed)
    return;

  self->probing = TRUE;
  sb_engine_list_probe_async (self->engines, NULL, NULL, reprobed_cb, g_object_ref (self));
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
}

static void
engines_changed_cb (SbSandboxManager *self)
{
  update_status (self);
}

static void
supplies_changed_cb (SbSandboxManager *self)
{
  update_status (self);
}

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbSandboxManager *self = g_task_get_source_object (task);
  GError *error = NULL;
  SbSandbox *sandbox = sb_sandbox_creation_finish (result, &error);

  if (sandbox != NULL)
    {
      g_task_return_pointer (task, sandbox, g_object_unref);
      return;
    }

  if (g_error_matches (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE))
    set_problem (self, error);
  g_task_return_error (task, error);
}

static void
probed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbSandboxManager *self = SB_SANDBOX_MANAGER (g_task_get_source_object (task));
  GError *error = NULL;
  gboolean found = sb_engine_list_probe_finish (SB_ENGINE_LIST (source), result, &error);

  set_problem (self, error);
  if (found)
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
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_sandbox_ending_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
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
      g_value_set_boolean (value, self->label != NULL);
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
  g_clear_object (&self->pools);
  if (self->engines != NULL)
    g_signal_handlers_disconnect_by_data (self->engines, self);
  g_clear_object (&self->engines);
  g_signal_handlers_disconnect_by_data (self->supplies, self);

  G_OBJECT_CLASS (sb_sandbox_manager_parent_class)->dispose (object);
}

static void
sb_sandbox_manager_finalize (GObject *object)
{
  SbSandboxManager *self = SB_SANDBOX_MANAGER (object);

  g_clear_object (&self->supplies);
  g_clear_pointer (&self->sandboxes, g_ptr_array_unref);
  g_clear_pointer (&self->trackers, g_hash_table_unref);
  g_free (self->label);
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
  self->trackers = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  self->supplies = sb_image_supplies_new ();
  g_signal_connect_swapped (self->supplies, "changed", G_CALLBACK (supplies_changed_cb), self);
  self->max_live = DEFAULT_LIMIT;
}

/* Private: for the creation. */

SbSandboxPools *
sb_sandbox_manager_get_pools (SbSandboxManager *self)
{
  return self->pools;
}

SbEngineList *
sb_sandbox_manager_get_engines (SbSandboxManager *self)
{
  return self->engines;
}

SbImageSupplies *
sb_sandbox_manager_get_supplies (SbSandboxManager *self)
{
  return self->supplies;
}

gboolean
sb_sandbox_manager_is_closed (SbSandboxManager *self)
{
  return self->closed;
}

char *
sb_sandbox_manager_choose_name (SbSandboxManager *self)
{
  char *name = sb_id_new_nickname ();

  while (sb_sandbox_manager_lookup (self, name, NULL) != NULL)
    {
      g_free (name);
      name = sb_id_new_nickname ();
    }

  return name;
}

void
sb_sandbox_manager_insert (SbSandboxManager *self,
                           SbSandbox        *sandbox)
{
  g_ptr_array_insert (self->sandboxes, 0, g_object_ref (sandbox));
  g_signal_connect (sandbox, "notify::state", G_CALLBACK (sandbox_state_cb), self);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);
  drop_oldest_ended (self);
  sandbox_state_cb (sandbox, NULL, self);
}

/* Private: for the MCP tools. */

/* One of its own before one that everybody may use. */
SbSandbox *
sb_sandbox_manager_find_newest (SbSandboxManager *self,
                                const char       *owner)
{
  SbSandbox *shared = NULL;

  for (guint i = 0; i < self->sandboxes->len; i++)
    {
      SbSandbox *sandbox = g_ptr_array_index (self->sandboxes, i);
      const char *other = sb_sandbox_get_owner (sandbox);

      if (sb_sandbox_get_channel (sandbox) == NULL)
        continue;
      if (g_strcmp0 (other, owner) == 0)
        return sandbox;
      if (other == NULL && shared == NULL)
        shared = sandbox;
    }

  return shared;
}

/* Takes one that has ended off the list. */
void
sb_sandbox_manager_forget (SbSandboxManager *self,
                           SbSandbox        *sandbox)
{
  guint position = 0;

  if (sb_sandbox_is_live (sandbox) || !g_ptr_array_find (self->sandboxes, sandbox, &position))
    return;

  g_signal_handlers_disconnect_by_data (sandbox, self);
  g_ptr_array_remove_index (self->sandboxes, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
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

  sb_sandbox_begin_use (sandbox, call);
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

  sb_sandbox_end_use (sandbox, call);
  if (tracker != NULL)
    sb_file_tracker_end (tracker, call);
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
 * sb_sandbox_manager_new_for_engines:
 * @engines: (transfer none): where sandboxes can be
 *
 * Finds an engine when one is first needed, or by sb_sandbox_manager_probe_async(); looks again when it goes away.
 * Ended sandboxes stay in the list, up to eight.
 *
 * Returns: (transfer full): the manager
 */
SbSandboxManager *
sb_sandbox_manager_new_for_engines (SbEngineList *engines)
{
  SbSandboxManager *self = NULL;

  g_return_val_if_fail (SB_IS_ENGINE_LIST (engines), NULL);

  self = g_object_new (SB_TYPE_SANDBOX_MANAGER, NULL);
  self->engines = g_object_ref (engines);
  self->pools = sb_sandbox_pools_new (engines);
  g_signal_connect_swapped (engines, "changed", G_CALLBACK (engines_changed_cb), self);
  update_status (self);

  return self;
}

/**
 * sb_sandbox_manager_new:
 * @backends: (transfer none): of #SbSandboxBackend, the most wanted first
 *
 * As sb_sandbox_manager_new_for_engines(); each backend is used only while none before it works.
 *
 * Returns: (transfer full): the manager
 */
SbSandboxManager *
sb_sandbox_manager_new (GListModel *backends)
{
  g_autoptr(SbEngineList) engines = NULL;

  g_return_val_if_fail (G_IS_LIST_MODEL (backends), NULL);

  engines = sb_engine_list_new_for_backends (backends);

  return sb_sandbox_manager_new_for_engines (engines);
}

/**
 * sb_sandbox_manager_set_profiles:
 * @profiles: (transfer full) (element-type SbSandboxProfile): as of sb_sandbox_profiles_parse()
 *
 * For sandboxes that are created from now on; spares of the old ones end.
 */
void
sb_sandbox_manager_set_profiles (SbSandboxManager *self,
                                 GPtrArray        *profiles)
{
  g_return_if_fail (SB_IS_SANDBOX_MANAGER (self) && profiles != NULL);

  sb_sandbox_pools_set_profiles (self->pools, profiles);
}

/* (transfer none) (element-type SbSandboxProfile) */
GPtrArray *
sb_sandbox_manager_get_profiles (SbSandboxManager *self)
{
  g_return_val_if_fail (SB_IS_SANDBOX_MANAGER (self), NULL);

  return sb_sandbox_pools_get_profiles (self->pools);
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
  sb_engine_list_probe_async (self->engines, NULL, cancellable, probed_cb, task);
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
  return self->label;
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
 * @spec: (nullable): what is asked for in particular; limits of 0 mean those of its profile
 * @owner: (nullable): whose it is
 * @trace_id: (nullable): for "activity"
 *
 * Claims the spare of the profile when it fits, otherwise starts a sandbox on the engine with most room, or on the one
 * that is asked for; it is in the list from the beginning. Cancelling ends the start.
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
  const char *name = spec != NULL ? spec->profile : NULL;
  SbSandboxProfile *profile = sb_sandbox_pools_find_profile (self->pools, name);

  g_task_set_source_tag (task, sb_sandbox_manager_create_async);
  g_task_set_check_cancellable (task, FALSE);
  if (sb_sandbox_manager_get_n_live (self) >= self->max_live)
    {
      g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_LIMIT,
                               "There are %u sandboxes already, which is the limit. Stop one that is not needed.",
                               self->max_live);
      g_object_unref (task);
      return;
    }
  if (profile == NULL)
    {
      g_autofree char *shown = sb_text_short (name, 60);

      g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_NOT_FOUND,
                               "There is no sandbox profile “%s”. Choose one of the settings.", shown);
      g_object_unref (task);
      return;
    }

  sb_sandbox_pools_ensure (self->pools, profile);
  sb_sandbox_creation_async (self, sb_sandbox_profile_merge (profile, spec), profile->is_shared ? NULL : owner,
                             trace_id, cancellable, created_cb, task);
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

/* For each profile that is used; the default one counts as used. */
void
sb_sandbox_manager_set_keep_spare (SbSandboxManager *self,
                                   gboolean          keep_spare)
{
  sb_sandbox_pools_set_enabled (self->pools, keep_spare);
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
  GTask *task = g_task_new (self, NULL, callback, user_data);
  g_autoptr(GPtrArray) all = NULL;

  g_task_set_source_tag (task, sb_sandbox_manager_shutdown_async);
  self->closed = TRUE;
  sb_image_supplies_close (self->supplies);
  all = g_ptr_array_copy (self->sandboxes, (GCopyFunc) g_object_ref, NULL);
  g_ptr_array_set_free_func (all, g_object_unref);
  /* Those of the pools end with the others, and are waited for, though nobody sees them. */
  g_ptr_array_extend_and_steal (all, sb_sandbox_pools_close (self->pools));
  sb_sandbox_ending_async (all, SHUTDOWN_MS, ended_cb, task);
}

gboolean
sb_sandbox_manager_shutdown_finish (SbSandboxManager  *self,
                                    GAsyncResult      *result,
                                    GError           **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
