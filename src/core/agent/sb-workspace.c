/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-workspace-private.h"

#include "sb-approval-memory.h"
#include "sb-engine-discovery.h"

#define SHUTDOWN_MS 2400

enum
{
  PROP_0,
  PROP_SANDBOX_STATUS,
  PROP_PROVIDER_STATUS,
  PROP_REHEARSAL,
  N_PROPS
};

enum
{
  WARNING,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbWorkspace, sb_workspace, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* Composition */

static gboolean
make_sandboxes (SbWorkspace  *self,
                const char   *wanted,
                GError      **error)
{
  g_autofree char *problem = NULL;
  g_autofree char *chosen = sb_store_get_setting (self->store, SB_ENGINES_SETTING);
  g_autoptr(SbEngineList) engines = sb_engine_discovery_run (wanted, chosen, &problem, error);

  if (engines == NULL)
    return FALSE;
  if (problem != NULL)
    sb_workspace_add_problem (self, "An engine cannot be used", problem);

  self->sandboxes = sb_sandbox_manager_new_for_engines (engines);
  sb_workspace_load_profiles (self);

  return TRUE;
}

static void
make_sessions (SbWorkspace *self)
{
  SbServices parts = { self->agents, self->providers, self->store, self->sandboxes, self->approvals };
  g_autoptr(SbServices) services = sb_services_new (&parts);

  sb_approval_memory_attach (self->approvals, self->store);
  sb_image_supplies_set_approvals (sb_sandbox_manager_get_supplies (self->sandboxes), self->approvals);
  self->packages = sb_packages_new_proxy (self->store, self->approvals);
  self->package_bridge = sb_package_bridge_new (self->sandboxes, self->packages);
  self->tool_servers = sb_tool_servers_new (services, self->secrets, self->redactor);
  sb_services_set_gateway (services, sb_tool_servers_get_gateway (self->tool_servers));
  self->sessions = sb_session_list_new (services);
}

/* Signals of the parts */

static void
sandbox_status_cb (SbWorkspace *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SANDBOX_STATUS]);
}

static void
providers_changed_cb (SbWorkspace *self)
{
  gboolean rehearsal = sb_workspace_get_rehearsal (self, NULL);

  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROVIDER_STATUS]);
  if (rehearsal != self->rehearsal)
    {
      self->rehearsal = rehearsal;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REHEARSAL]);
    }
}

static void
activity_cb (SbSandboxManager *sandboxes,
             gpointer          data,
             gpointer          user_data)
{
  SbWorkspace *self = user_data;
  const SbActivity *activity = data;

  sb_session_list_add_activity (self->sessions, activity);

  /* Whoever had one sandbox may want another, and soon; whoever had none pays for none. */
  if (activity->kind == SB_ACTIVITY_CREATE && activity->ok && !self->keeps_spare)
    {
      self->keeps_spare = TRUE;
      sb_sandbox_manager_set_keep_spare (sandboxes, TRUE);
    }
}

static void
server_problem_cb (SbWorkspace *self,
                   const char  *title,
                   const char  *hint)
{
  g_signal_emit (self, signals[WARNING], 0, title, hint);
}

static void
store_failed_cb (SbStore  *store,
                 gpointer  error,
                 gpointer  user_data)
{
  SbWorkspace *self = user_data;
  gboolean damaged = g_error_matches (error, SB_STORE_ERROR, SB_STORE_ERROR_CORRUPT);

  g_signal_emit (self, signals[WARNING], 0, damaged ? "The history is damaged" : "The history cannot be written",
                 ((const GError *) error)->message);
}

/* Start */

static void
probe_done (SbWorkspace *self)
{
  g_autoptr(GPtrArray) waiting = NULL;

  if (--self->n_probes > 0)
    return;

  self->started = TRUE;
  waiting = g_steal_pointer (&self->starting);
  self->starting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    g_task_return_boolean (g_ptr_array_index (waiting, i), TRUE);
}

static void
providers_started_cb (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr(SbWorkspace) self = user_data;

  sb_provider_pool_start_finish (SB_PROVIDER_POOL (source), result, NULL);

  /* Sandboxes are looked for by the first call that needs one; nobody has to wait for that here. */
  sb_session_list_set_ready (self->sessions);
  probe_done (self);
}

static void
sandboxes_probed_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(SbWorkspace) self = user_data;
  g_autoptr(GError) error = NULL;
  SbEngineList *engines = sb_sandbox_manager_get_engines (SB_SANDBOX_MANAGER (source));

  /* An image is got when somebody needs a sandbox. */
  if (!sb_sandbox_manager_probe_finish (SB_SANDBOX_MANAGER (source), result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
      sb_engine_list_find_lacking (engines, NULL, NULL) == NULL)
    g_signal_emit (self, signals[WARNING], 0, "No code can be run", error->message);

  /* Whose containers need an engine, if there is one. */
  if (self->shutting_down == NULL)
    sb_tool_servers_start (self->tool_servers);
  probe_done (self);
}

static void
tell_problems (SbWorkspace *self)
{
  for (guint i = 0; i < self->problems->len; i++)
    {
      GStrv pair = g_ptr_array_index (self->problems, i);

      g_signal_emit (self, signals[WARNING], 0, pair[0], pair[1]);
    }
  g_ptr_array_set_size (self->problems, 0);
}

static void
ensure_started (SbWorkspace  *self,
                GCancellable *cancellable)
{
  if (self->started || self->n_probes > 0)
    return;

  tell_problems (self);
  self->n_probes = 2;
  sb_provider_pool_start_async (self->providers, cancellable, providers_started_cb, g_object_ref (self));
  sb_sandbox_manager_probe_async (self->sandboxes, cancellable, sandboxes_probed_cb, g_object_ref (self));
}

/* The end: runs stop, the history is written, sandboxes end; each step when the one before is done */

static void
shutdown_done (SbWorkspace *self)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->shutting_down);

  g_clear_handle_id (&self->shutdown_id, g_source_remove);
  if (task != NULL)
    g_task_return_boolean (task, TRUE);
}

static void
part_ended (SbWorkspace *self)
{
  if (--self->n_ending == 0)
    shutdown_done (self);
}

static void
sandboxes_ended_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr(SbWorkspace) self = user_data;

  sb_sandbox_manager_shutdown_finish (SB_SANDBOX_MANAGER (source), result, NULL);
  part_ended (self);
}

static void
servers_ended_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(SbWorkspace) self = user_data;

  sb_tool_servers_stop_finish (self->tool_servers, result, NULL);
  part_ended (self);
}

static void
end_parts (SbWorkspace *self)
{
  sb_session_list_close (self->sessions);
  sb_store_flush (self->store, NULL);
  self->n_ending = 2;
  sb_tool_servers_stop_async (self->tool_servers, servers_ended_cb, g_object_ref (self));
  sb_sandbox_manager_shutdown_async (self->sandboxes, sandboxes_ended_cb, g_object_ref (self));
}

static gboolean
shutdown_timeout_cb (gpointer user_data)
{
  SbWorkspace *self = user_data;

  self->shutdown_id = 0;
  shutdown_done (self);

  return G_SOURCE_REMOVE;
}

static void
session_finished_cb (SbWorkspace *self)
{
  if (self->shutting_down != NULL && !sb_session_list_is_running (self->sessions))
    end_parts (self);
}

static void
connect_parts (SbWorkspace *self)
{
  g_signal_connect_object (self->sandboxes, "notify::status", G_CALLBACK (sandbox_status_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sandboxes, "activity", G_CALLBACK (activity_cb), self, 0);
  g_signal_connect_object (self->providers, "changed", G_CALLBACK (providers_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->store, "failed", G_CALLBACK (store_failed_cb), self, 0);
  g_signal_connect_object (self->sessions, "finished", G_CALLBACK (session_finished_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->tool_servers, "problem", G_CALLBACK (server_problem_cb), self, G_CONNECT_SWAPPED);
}

static void
sb_workspace_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  SbWorkspace *self = SB_WORKSPACE (object);

  switch (prop_id)
    {
    case PROP_SANDBOX_STATUS:
      g_object_get_property (G_OBJECT (self->sandboxes), "status", value);
      break;

    case PROP_PROVIDER_STATUS:
      g_object_get_property (G_OBJECT (self->providers), "status", value);
      break;

    case PROP_REHEARSAL:
      g_value_set_boolean (value, self->rehearsal);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
sb_workspace_dispose (GObject *object)
{
  SbWorkspace *self = SB_WORKSPACE (object);

  g_clear_handle_id (&self->shutdown_id, g_source_remove);
  g_clear_object (&self->sessions);
  g_clear_object (&self->tool_servers);
  g_clear_object (&self->package_bridge);
  g_clear_object (&self->packages);
  g_clear_object (&self->approvals);
  g_clear_pointer (&self->starting, g_ptr_array_unref);
  g_clear_pointer (&self->problems, g_ptr_array_unref);
  g_clear_object (&self->providers);
  g_clear_object (&self->sandboxes);
  g_clear_object (&self->secrets);
  g_clear_object (&self->store);
  g_clear_object (&self->agents);
  g_clear_object (&self->redactor);

  G_OBJECT_CLASS (sb_workspace_parent_class)->dispose (object);
}

static void
sb_workspace_class_init (SbWorkspaceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = sb_workspace_get_property;
  object_class->dispose = sb_workspace_dispose;

  properties[PROP_SANDBOX_STATUS] = g_param_spec_string ("sandbox-status", NULL, NULL, NULL, flags);
  properties[PROP_PROVIDER_STATUS] = g_param_spec_string ("provider-status", NULL, NULL, NULL, flags);
  properties[PROP_REHEARSAL] = g_param_spec_boolean ("rehearsal", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[WARNING] =
    g_signal_new ("warning",
                  G_TYPE_FROM_CLASS (klass),
                  G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
sb_workspace_init (SbWorkspace *self)
{
  self->redactor = sb_redactor_new ();
  self->approvals = sb_approvals_new ();
  self->starting = g_ptr_array_new_with_free_func (g_object_unref);
  self->problems = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
}

/**
 * sb_workspace_new:
 *
 * Puts the core together: agents, history, providers, sandboxes. Reads local files and connects to nothing. Takes the
 * keys out of the environment, so call it before anything starts a child.
 *
 * What is wrong with local files (the user's agents.yaml, the history) is told by "warning" at the start, and does
 * without them.
 *
 * Returns: (transfer full) (nullable): NULL when an option is not known, or the agents file it names is wrong
 */
SbWorkspace *
sb_workspace_new (const SbWorkspaceOptions  *options,
                  GError                   **error)
{
  static const SbWorkspaceOptions defaults = { NULL };
  g_autoptr(SbWorkspace) self = g_object_new (SB_TYPE_WORKSPACE, NULL);

  if (options == NULL)
    options = &defaults;
  if (!sb_workspace_load_agents (self, options->agents_file, error) ||
      !sb_workspace_open_store (self, options, error) ||
      !make_sandboxes (self, options->backend, error))
    return NULL;

  sb_workspace_make_providers (self, options);
  make_sessions (self);
  connect_parts (self);

  return g_steal_pointer (&self);
}

/**
 * sb_workspace_start_async:
 *
 * Probes providers and sandboxes at the same time. What is missing is told by "warning" and does not fail the start.
 * What is sent before it finishes waits for it.
 */
void
sb_workspace_start_async (SbWorkspace         *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (SB_IS_WORKSPACE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_workspace_start_async);
  if (self->started)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  g_ptr_array_add (self->starting, g_steal_pointer (&task));
  ensure_started (self, cancellable);
}

gboolean
sb_workspace_start_finish (SbWorkspace   *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

SbAgentCatalog *
sb_workspace_get_agents (SbWorkspace *self)
{
  g_return_val_if_fail (SB_IS_WORKSPACE (self), NULL);

  return self->agents;
}

GListModel *
sb_workspace_get_conversations (SbWorkspace *self)
{
  g_return_val_if_fail (SB_IS_WORKSPACE (self), NULL);

  return sb_store_get_conversations (self->store);
}

SbStore *
sb_workspace_get_store (SbWorkspace *self)
{
  g_return_val_if_fail (SB_IS_WORKSPACE (self), NULL);

  return self->store;
}

SbSandboxManager *
sb_workspace_get_sandboxes (SbWorkspace *self)
{
  g_return_val_if_fail (SB_IS_WORKSPACE (self), NULL);

  return self->sandboxes;
}

SbApprovals *
sb_workspace_get_approvals (SbWorkspace *self)
{
  g_return_val_if_fail (SB_IS_WORKSPACE (self), NULL);

  return self->approvals;
}

SbNpmProxy *
sb_workspace_get_packages (SbWorkspace *self)
{
  g_return_val_if_fail (SB_IS_WORKSPACE (self), NULL);

  return self->packages;
}

SbToolServers *
sb_workspace_get_tool_servers (SbWorkspace *self)
{
  g_return_val_if_fail (SB_IS_WORKSPACE (self), NULL);

  return self->tool_servers;
}

SbSecrets *
sb_workspace_get_secrets (SbWorkspace *self)
{
  g_return_val_if_fail (SB_IS_WORKSPACE (self), NULL);

  return self->secrets;
}

/**
 * sb_workspace_new_conversation:
 *
 * Returns: (transfer none): the store keeps it
 */
SbConversation *
sb_workspace_new_conversation (SbWorkspace *self)
{
  g_return_val_if_fail (SB_IS_WORKSPACE (self), NULL);

  return sb_store_create_conversation (self->store);
}

gboolean
sb_workspace_open_conversation (SbWorkspace     *self,
                                SbConversation  *conversation,
                                GError         **error)
{
  g_return_val_if_fail (SB_IS_WORKSPACE (self), FALSE);
  g_return_val_if_fail (SB_IS_CONVERSATION (conversation), FALSE);

  return sb_store_load (self->store, conversation, error);
}

/**
 * sb_workspace_send:
 * @agent_id: (nullable): the user's choice in the composer
 *
 * Begins a turn. FALSE with SB_AGENT_ERROR_BUSY while the conversation is answered, SB_AGENT_ERROR_UNKNOWN for an
 * agent that does not exist.
 */
gboolean
sb_workspace_send (SbWorkspace     *self,
                   SbConversation  *conversation,
                   const char      *text,
                   const char      *agent_id,
                   GError         **error)
{
  g_autofree char *valid = NULL;

  g_return_val_if_fail (SB_IS_WORKSPACE (self), FALSE);
  g_return_val_if_fail (SB_IS_CONVERSATION (conversation), FALSE);
  g_return_val_if_fail (text != NULL, FALSE);

  if (agent_id != NULL && sb_agent_catalog_lookup (self->agents, agent_id) == NULL)
    {
      g_set_error (error, SB_AGENT_ERROR, SB_AGENT_ERROR_UNKNOWN, "There is no agent “%s”.", agent_id);
      return FALSE;
    }

  valid = g_utf8_make_valid (text, -1);
  ensure_started (self, NULL);

  return sb_session_send (sb_session_list_ensure (self->sessions, conversation), valid, agent_id, error);
}

void
sb_workspace_stop (SbWorkspace    *self,
                   SbConversation *conversation)
{
  SbSession *session;

  g_return_if_fail (SB_IS_WORKSPACE (self));

  session = sb_session_list_find (self->sessions, conversation);
  if (session != NULL)
    sb_session_stop (session);
}

gboolean
sb_workspace_retry (SbWorkspace     *self,
                    SbConversation  *conversation,
                    GError         **error)
{
  g_return_val_if_fail (SB_IS_WORKSPACE (self), FALSE);

  ensure_started (self, NULL);

  return sb_session_retry (sb_session_list_ensure (self->sessions, conversation), error);
}

/**
 * sb_workspace_shutdown_async:
 *
 * Stops every run, writes the history and ends every sandbox; within 2.5 s, whatever hangs.
 */
void
sb_workspace_shutdown_async (SbWorkspace         *self,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_return_if_fail (SB_IS_WORKSPACE (self));
  g_return_if_fail (self->shutting_down == NULL);

  self->shutting_down = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (self->shutting_down, sb_workspace_shutdown_async);
  sb_approvals_set_attended (self->approvals, FALSE);
  self->shutdown_id = g_timeout_add (SHUTDOWN_MS, shutdown_timeout_cb, self);

  if (!sb_session_list_is_running (self->sessions))
    {
      end_parts (self);
      return;
    }

  sb_session_list_stop (self->sessions);
}

gboolean
sb_workspace_shutdown_finish (SbWorkspace   *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
