/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-workspace-private.h"

#include "sb-environment.h"

/* What answers which agent. */

void
sb_workspace_make_providers (SbWorkspace              *self,
                             const SbWorkspaceOptions *options)
{
  g_autoptr(GHashTable) variables = sb_environment_take (".env");
  SbProviderChoice everywhere = { NULL };
  GHashTableIter iter;
  gpointer name, value;

  self->secrets = sb_secrets_new ();
  self->providers = sb_provider_pool_new (self->agents, self->store, self->secrets, self->redactor);

  g_hash_table_iter_init (&iter, variables);
  while (g_hash_table_iter_next (&iter, &name, &value))
    sb_provider_pool_set_variable (self->providers, name, value);

  everywhere.profile = options->profile;
  everywhere.base_url = options->base_url != NULL ? options->base_url
                                                  : g_hash_table_lookup (variables, "SANDBAR_BASE_URL");
  everywhere.model = options->model != NULL ? options->model : g_hash_table_lookup (variables, "SANDBAR_MODEL");
  if (everywhere.profile != NULL || everywhere.base_url != NULL || everywhere.model != NULL)
    sb_provider_pool_override (self->providers, NULL, &everywhere);
}

/**
 * sb_workspace_get_rehearsal:
 * @agent_id: (nullable): NULL for any agent
 */
gboolean
sb_workspace_get_rehearsal (SbWorkspace *self,
                            const char  *agent_id)
{
  g_return_val_if_fail (SB_IS_WORKSPACE (self), FALSE);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->agents)); i++)
    {
      g_autoptr(SbAgent) agent = g_list_model_get_item (G_LIST_MODEL (self->agents), i);

      if (agent_id != NULL && !g_str_equal (agent_id, sb_agent_get_id (agent)))
        continue;
      if (sb_provider_pool_is_rehearsal (self->providers, agent))
        return TRUE;
    }

  return FALSE;
}

/**
 * sb_workspace_describe_provider:
 * @agent_id: (nullable): NULL or nobody's id for the coordinator
 *
 * Returns: (transfer full)
 */
char *
sb_workspace_describe_provider (SbWorkspace *self,
                                const char  *agent_id)
{
  SbAgent *agent;

  g_return_val_if_fail (SB_IS_WORKSPACE (self), NULL);

  agent = sb_agent_catalog_lookup (self->agents, agent_id);

  return sb_provider_pool_describe (self->providers,
                                    agent != NULL ? agent : sb_agent_catalog_get_root (self->agents));
}

static void
configured_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_provider_pool_configure_finish (SB_PROVIDER_POOL (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * sb_workspace_dup_provider_choice:
 * @agent_id: (nullable): NULL or nobody's id for the coordinator
 * @profile_id: (out) (transfer full) (nullable): as sb_workspace_configure_provider_async() takes it
 * @base_url: (out) (transfer full) (nullable)
 * @model: (out) (transfer full) (nullable)
 *
 * What was chosen for the agent, which need not be what answers it: see sb_workspace_describe_provider().
 */
void
sb_workspace_dup_provider_choice (SbWorkspace  *self,
                                  const char   *agent_id,
                                  char        **profile_id,
                                  char        **base_url,
                                  char        **model)
{
  const SbProviderChoice *choice;
  SbAgent *agent;

  g_return_if_fail (SB_IS_WORKSPACE (self));

  agent = sb_agent_catalog_lookup (self->agents, agent_id);
  choice = sb_provider_pool_get_choice (self->providers,
                                        agent != NULL ? agent : sb_agent_catalog_get_root (self->agents));
  *profile_id = g_strdup (choice->profile);
  *base_url = g_strdup (choice->base_url);
  *model = g_strdup (choice->model);
}

/**
 * sb_workspace_configure_provider_async:
 *
 * Chooses what answers an agent (NULL: all of them), now and from now on. Runs under way keep what they have until
 * their next request.
 */
void
sb_workspace_configure_provider_async (SbWorkspace         *self,
                                       const char          *agent_id,
                                       const char          *profile_id,
                                       const char          *base_url,
                                       const char          *model,
                                       const char          *api_key,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data)
{
  SbProviderChoice choice = { profile_id, base_url, model, api_key };
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (SB_IS_WORKSPACE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_workspace_configure_provider_async);
  sb_provider_pool_configure_async (self->providers, agent_id, &choice, cancellable, configured_cb,
                                    g_steal_pointer (&task));
}

gboolean
sb_workspace_configure_provider_finish (SbWorkspace   *self,
                                        GAsyncResult  *result,
                                        GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
