/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-provider-pool.h"

#include "sb-model-discovery.h"
#include "sb-rehearsal.h"

#include <string.h>

#define REHEARSAL_MODEL "rehearsal"
#define SEARCH_SECONDS 4

/* What answers an agent. */
typedef struct
{
  char          *agent_id;
  SbLlmProvider *provider;  /* nullable: the rehearsal, which is started when it is first needed */
  char          *model;     /* nullable: to be asked for */
  GError        *problem;   /* nullable: why it could not be asked */
} Slot;

/* One search for keys, local servers and models, one after the other. The data of its GTask. */
typedef struct
{
  GCancellable *cancellable; /* ends what hangs after SEARCH_SECONDS */
  guint         timeout_id;
  guint         index;       /* of the key or slot that is looked at */
} Search;

struct _SbProviderPool
{
  GObject            parent_instance;

  /* owned */
  SbAgentCatalog    *agents;
  SbSecrets         *secrets;
  SbRedactor        *redactor;
  SbProviderChoices *choices;
  GHashTable        *variables; /* char * → char * */
  GPtrArray         *slots;     /* of Slot */
  SbLlmProvider     *local;     /* nullable: the model server of this machine */
  char              *local_model;
  SbRehearsal       *rehearsal;
  SbLlmProvider     *rehearsal_provider;
  char              *status;
};

enum
{
  PROP_0,
  PROP_STATUS,
  N_PROPS
};

enum
{
  CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbProviderPool, sb_provider_pool, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static const char * const key_names[] = { "CEREBRAS_API_KEY", "SANDBAR_API_KEY" };

static void look_for_key (GTask          *task);
static void key_cb (GObject              *source,
                    GAsyncResult         *result,
                    gpointer              user_data);
static void look_for_local (GTask        *task);
static void local_cb (GObject            *source,
                      GAsyncResult       *result,
                      gpointer            user_data);
static void look_for_models (GTask       *task);
static void models_cb (GObject           *source,
                       GAsyncResult      *result,
                       gpointer           user_data);

static void
slot_free (gpointer data)
{
  Slot *slot = data;

  g_clear_object (&slot->provider);
  g_free (slot->agent_id);
  g_free (slot->model);
  g_clear_error (&slot->problem);
  g_free (slot);
}

static void
search_free (gpointer data)
{
  Search *search = data;

  g_clear_handle_id (&search->timeout_id, g_source_remove);
  g_object_unref (search->cancellable);
  g_free (search);
}

static const char *
get_variable (SbProviderPool *self,
              const char     *name)
{
  return name != NULL ? g_hash_table_lookup (self->variables, name) : NULL;
}

static const char *
get_profile_id (const SbProviderChoice *choice,
                SbAgent                *agent)
{
  if (choice->profile != NULL)
    return choice->profile;

  return choice->base_url != NULL ? "openai" : sb_agent_get_provider (agent);
}

/* Fills in the slot, or leaves it to the rehearsal. */
static void
fill_slot (SbProviderPool *self,
           SbAgent        *agent,
           Slot           *slot)
{
  const SbProviderChoice *choice = sb_provider_choices_lookup (self->choices, sb_agent_get_id (agent));
  const char *id = get_profile_id (choice, agent);
  const SbLlmProfile *profile = sb_llm_profile_lookup (id);
  gboolean is_cerebras = strcmp (id, "cerebras") == 0;
  const char *base_url = choice->base_url;
  const char *model = choice->model;
  const char *api_key = choice->api_key != NULL ? choice->api_key : get_variable (self, profile->key_name);

  if (strcmp (id, "rehearsal") == 0)
    return;
  if (model == NULL && strcmp (id, sb_agent_get_provider (agent)) == 0)
    model = sb_agent_get_model (agent);

  if (strcmp (id, "local") == 0)
    {
      g_set_object (&slot->provider, self->local);
      slot->model = g_strdup (model != NULL ? model : self->local_model);
      return;
    }

  if (is_cerebras && base_url == NULL)
    base_url = get_variable (self, "CEREBRAS_BASE_URL");
  if (is_cerebras && model == NULL)
    model = get_variable (self, "CEREBRAS_CHAT_MODEL");
  if (base_url == NULL && (profile->base_url == NULL || (is_cerebras && api_key == NULL)))
    return;

  slot->provider = sb_llm_provider_new (profile, base_url, api_key);
  slot->model = g_strdup (model);
}

static void
rebuild_slots (SbProviderPool *self)
{
  g_ptr_array_set_size (self->slots, 0);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->agents)); i++)
    {
      g_autoptr(SbAgent) agent = g_list_model_get_item (G_LIST_MODEL (self->agents), i);
      Slot *slot = g_new0 (Slot, 1);

      slot->agent_id = g_strdup (sb_agent_get_id (agent));
      fill_slot (self, agent, slot);
      g_ptr_array_add (self->slots, slot);
    }
}

static Slot *
find_slot (SbProviderPool *self,
           SbAgent        *agent)
{
  for (guint i = 0; i < self->slots->len; i++)
    {
      Slot *slot = g_ptr_array_index (self->slots, i);

      if (strcmp (slot->agent_id, sb_agent_get_id (agent)) == 0)
        return slot;
    }

  return NULL;
}

/* Model ids change every few months, so they are asked for; one made for code is preferred. */
static const char *
pick_model (GStrv ids)
{
  for (guint i = 0; ids[i] != NULL; i++)
    if (strstr (ids[i], "coder") != NULL)
      return ids[i];

  return ids[0];
}

static void
update_status (SbProviderPool *self)
{
  g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *status = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->agents)); i++)
    {
      g_autoptr(SbAgent) agent = g_list_model_get_item (G_LIST_MODEL (self->agents), i);
      g_autofree char *part = sb_provider_pool_describe (self, agent);

      if (!g_ptr_array_find_with_equal_func (parts, part, g_str_equal, NULL))
        g_ptr_array_add (parts, g_steal_pointer (&part));
    }
  g_ptr_array_add (parts, NULL);

  status = g_strjoinv (", ", (char **) parts->pdata);
  if (g_strcmp0 (status, self->status) != 0)
    {
      g_free (self->status);
      self->status = g_steal_pointer (&status);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
start_rehearsal (SbProviderPool  *self,
                 GError         **error)
{
  g_autoptr(GError) local_error = NULL;

  self->rehearsal = sb_rehearsal_new (&local_error);
  if (self->rehearsal == NULL)
    {
      g_set_error (error, SB_AGENT_ERROR, SB_AGENT_ERROR_SETUP,
                   "There is no model to ask, and the rehearsal could not be started: %s", local_error->message);
      return;
    }

  self->rehearsal_provider = sb_llm_provider_new (sb_llm_profile_lookup ("rehearsal"),
                                                  sb_rehearsal_get_base_url (self->rehearsal), NULL);
}

/* The search, in the order in which it runs */

static gboolean
search_timeout_cb (gpointer user_data)
{
  Search *search = user_data;

  search->timeout_id = 0;
  g_cancellable_cancel (search->cancellable);

  return G_SOURCE_REMOVE;
}

static void
look_for_key (GTask *task)
{
  SbProviderPool *self = g_task_get_source_object (task);
  Search *search = g_task_get_task_data (task);

  while (search->index < G_N_ELEMENTS (key_names) && get_variable (self, key_names[search->index]) != NULL)
    search->index++;

  if (search->index < G_N_ELEMENTS (key_names))
    {
      sb_secrets_lookup_async (self->secrets, key_names[search->index], search->cancellable, key_cb,
                               g_object_ref (task));
      return;
    }

  search->index = 0;
  g_clear_object (&self->local);
  g_clear_pointer (&self->local_model, g_free);
  look_for_local (task);
}

static void
key_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbProviderPool *self = g_task_get_source_object (task);
  Search *search = g_task_get_task_data (task);
  g_autofree char *secret = sb_secrets_lookup_finish (SB_SECRETS (source), result, NULL);

  if (secret != NULL && secret[0] != '\0')
    sb_provider_pool_set_variable (self, key_names[search->index], secret);

  search->index++;
  look_for_key (task);
}

static gboolean
needs_local (SbProviderPool *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->agents)); i++)
    {
      g_autoptr(SbAgent) agent = g_list_model_get_item (G_LIST_MODEL (self->agents), i);
      const SbProviderChoice *choice = sb_provider_choices_lookup (self->choices, sb_agent_get_id (agent));

      if (strcmp (get_profile_id (choice, agent), "local") == 0)
        return TRUE;
    }

  return FALSE;
}

static void
look_for_local (GTask *task)
{
  SbProviderPool *self = g_task_get_source_object (task);
  Search *search = g_task_get_task_data (task);

  if (needs_local (self))
    {
      sb_model_discovery_async (NULL, 0, search->cancellable, local_cb, g_object_ref (task));
      return;
    }

  rebuild_slots (self);
  look_for_models (task);
}

static void
local_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbProviderPool *self = g_task_get_source_object (task);
  g_autoptr(SbModelServer) server = sb_model_discovery_finish (result, NULL);

  if (server != NULL)
    {
      self->local = sb_llm_provider_new (sb_llm_profile_lookup (server->profile_id), server->base_url, NULL);
      self->local_model = g_strdup (server->models[0]);
    }
  rebuild_slots (self);
  look_for_models (task);
}

static void
look_for_models (GTask *task)
{
  SbProviderPool *self = g_task_get_source_object (task);
  Search *search = g_task_get_task_data (task);

  for (; search->index < self->slots->len; search->index++)
    {
      Slot *slot = g_ptr_array_index (self->slots, search->index);

      if (slot->provider != NULL && slot->model == NULL)
        {
          sb_llm_provider_list_models_async (slot->provider, search->cancellable, models_cb, g_object_ref (task));
          return;
        }
    }

  update_status (self);
  g_task_return_boolean (task, TRUE);
}

/* Not every server lists its models; but a wrong key or a dead host is none of that. */
static gboolean
is_telling (const GError *error)
{
  return g_error_matches (error, SB_LLM_ERROR, SB_LLM_ERROR_AUTH) ||
         g_error_matches (error, SB_LLM_ERROR, SB_LLM_ERROR_UNREACHABLE) ||
         g_error_matches (error, SB_LLM_ERROR, SB_LLM_ERROR_TIMEOUT);
}

static void
models_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbProviderPool *self = g_task_get_source_object (task);
  Search *search = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) models = sb_llm_provider_list_models_finish (SB_LLM_PROVIDER (source), result, &error);
  Slot *slot = search->index < self->slots->len ? g_ptr_array_index (self->slots, search->index) : NULL;

  if (slot != NULL && slot->provider == SB_LLM_PROVIDER (source) && models != NULL)
    slot->model = g_strdup (pick_model (models));
  else if (slot != NULL && slot->provider == SB_LLM_PROVIDER (source) && is_telling (error))
    slot->problem = g_steal_pointer (&error);

  search->index++;
  look_for_models (task);
}

static void
stored_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (!sb_secrets_store_finish (SB_SECRETS (source), result, &error))
    g_task_return_error (task, error);
  else
    look_for_key (task);
}

static void
sb_provider_pool_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  SbProviderPool *self = SB_PROVIDER_POOL (object);

  switch (prop_id)
    {
    case PROP_STATUS:
      g_value_set_string (value, self->status);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
    }
}

static void
sb_provider_pool_finalize (GObject *object)
{
  SbProviderPool *self = SB_PROVIDER_POOL (object);

  g_clear_object (&self->agents);
  g_clear_object (&self->secrets);
  g_clear_object (&self->redactor);
  g_clear_pointer (&self->choices, sb_provider_choices_free);
  g_clear_pointer (&self->variables, g_hash_table_unref);
  g_clear_pointer (&self->slots, g_ptr_array_unref);
  g_clear_object (&self->local);
  g_clear_object (&self->rehearsal_provider);
  g_clear_object (&self->rehearsal);
  g_free (self->local_model);
  g_free (self->status);

  G_OBJECT_CLASS (sb_provider_pool_parent_class)->finalize (object);
}

static void
sb_provider_pool_class_init (SbProviderPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sb_provider_pool_get_property;
  object_class->finalize = sb_provider_pool_finalize;

  properties[PROP_STATUS] =
    g_param_spec_string ("status", NULL, NULL,
                         NULL,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] =
    g_signal_new ("changed",
                  G_TYPE_FROM_CLASS (klass),
                  G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
sb_provider_pool_init (SbProviderPool *self)
{
  self->variables = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->slots = g_ptr_array_new_with_free_func (slot_free);
}

SbProviderPool *
sb_provider_pool_new (SbAgentCatalog *agents,
                      SbStore        *store,
                      SbSecrets      *secrets,
                      SbRedactor     *redactor)
{
  SbProviderPool *self = g_object_new (SB_TYPE_PROVIDER_POOL, NULL);

  self->agents = g_object_ref (agents);
  self->secrets = g_object_ref (secrets);
  self->redactor = g_object_ref (redactor);
  self->choices = sb_provider_choices_new (store);

  return self;
}

/**
 * sb_provider_pool_override:
 * @agent_id: (nullable): NULL for all agents
 *
 * For this process only. Takes effect with the next sb_provider_pool_start_async().
 */
void
sb_provider_pool_override (SbProviderPool         *self,
                           const char             *agent_id,
                           const SbProviderChoice *choice)
{
  g_return_if_fail (SB_IS_PROVIDER_POOL (self));

  if (choice->api_key != NULL)
    sb_redactor_add_secret (self->redactor, choice->api_key);
  sb_provider_choices_override (self->choices, agent_id, choice);
}

/**
 * sb_provider_pool_set_variable:
 *
 * A key or an address under the name it has in the environment. A key is taken out of traces and logs from now on.
 */
void
sb_provider_pool_set_variable (SbProviderPool *self,
                               const char     *name,
                               const char     *value)
{
  g_return_if_fail (SB_IS_PROVIDER_POOL (self));

  if (g_str_has_suffix (name, "_KEY"))
    sb_redactor_add_secret (self->redactor, value);
  g_hash_table_replace (self->variables, g_strdup (name), g_strdup (value));
}

static GTask *
search_task_new (SbProviderPool      *self,
                 GCancellable        *cancellable,
                 GAsyncReadyCallback  callback,
                 gpointer             user_data,
                 gpointer             source_tag)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Search *search = g_new0 (Search, 1);

  search->cancellable = g_cancellable_new ();
  search->timeout_id = g_timeout_add_seconds (SEARCH_SECONDS, search_timeout_cb, search);
  g_task_set_task_data (task, search, search_free);
  g_task_set_source_tag (task, source_tag);

  return task;
}

/**
 * sb_provider_pool_start_async:
 *
 * Looks for keys in the secrets, for a model server on this machine, and for the names of models nobody named. What
 * does not answer within a few seconds is taken as absent. Does not fail: the rehearsal is always there.
 */
void
sb_provider_pool_start_async (SbProviderPool      *self,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (SB_IS_PROVIDER_POOL (self));

  task = search_task_new (self, cancellable, callback, user_data, sb_provider_pool_start_async);
  look_for_key (task);
}

gboolean
sb_provider_pool_start_finish (SbProviderPool  *self,
                               GAsyncResult    *result,
                               GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * sb_provider_pool_configure_async:
 * @agent_id: (nullable): NULL for all agents, whose own choices end then
 * @choice: the key goes to the secrets under the profile's name for it, the rest to the settings
 */
void
sb_provider_pool_configure_async (SbProviderPool         *self,
                                  const char             *agent_id,
                                  const SbProviderChoice *choice,
                                  GCancellable           *cancellable,
                                  GAsyncReadyCallback     callback,
                                  gpointer                user_data)
{
  g_autoptr(GTask) task = NULL;
  SbProviderChoice without_key = { choice->profile, choice->base_url, choice->model, NULL };
  const char *key_name;

  g_return_if_fail (SB_IS_PROVIDER_POOL (self));

  task = search_task_new (self, cancellable, callback, user_data, sb_provider_pool_configure_async);
  sb_provider_choices_save (self->choices, agent_id, &without_key, G_LIST_MODEL (self->agents));

  key_name = sb_llm_profile_lookup (choice->profile)->key_name;
  if (choice->api_key == NULL || choice->api_key[0] == '\0' || key_name == NULL)
    {
      look_for_key (task);
      return;
    }

  sb_provider_pool_set_variable (self, key_name, choice->api_key);
  sb_secrets_store_async (self->secrets, key_name, choice->api_key, cancellable, stored_cb, g_object_ref (task));
}

gboolean
sb_provider_pool_configure_finish (SbProviderPool  *self,
                                   GAsyncResult    *result,
                                   GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * sb_provider_pool_get_choice:
 *
 * Returns: (transfer none): what was chosen for the agent or for all of them; fields are NULL by default
 */
const SbProviderChoice *
sb_provider_pool_get_choice (SbProviderPool *self,
                             SbAgent        *agent)
{
  g_return_val_if_fail (SB_IS_PROVIDER_POOL (self), NULL);
  g_return_val_if_fail (SB_IS_AGENT (agent), NULL);

  return sb_provider_choices_lookup (self->choices, sb_agent_get_id (agent));
}

/**
 * sb_provider_pool_get:
 * @model: (out) (transfer none): what to ask for
 *
 * Returns: (transfer none) (nullable): the provider; NULL with SB_AGENT_ERROR_SETUP,
 *   or with the SB_LLM_ERROR that kept its server from telling its models
 */
SbLlmProvider *
sb_provider_pool_get (SbProviderPool  *self,
                      SbAgent         *agent,
                      const char     **model,
                      GError         **error)
{
  Slot *slot;

  g_return_val_if_fail (SB_IS_PROVIDER_POOL (self), NULL);

  slot = find_slot (self, agent);
  if (slot == NULL || slot->provider == NULL)
    {
      if (self->rehearsal_provider == NULL)
        start_rehearsal (self, error);
      *model = REHEARSAL_MODEL;
      return self->rehearsal_provider;
    }

  if (slot->model == NULL && slot->problem != NULL)
    {
      g_propagate_error (error, g_error_copy (slot->problem));
      return NULL;
    }
  if (slot->model == NULL)
    {
      g_set_error (error, SB_AGENT_ERROR, SB_AGENT_ERROR_SETUP,
                   "%s does not say which models it has, and none was chosen. Name the model in the preferences.",
                   sb_llm_provider_get_base_url (slot->provider));
      return NULL;
    }
  *model = slot->model;

  return slot->provider;
}

/* FALSE when a server did not tell its models, because it did not run or did not know the key: it may be asked again
 * by another start. */
gboolean
sb_provider_pool_is_complete (SbProviderPool *self)
{
  g_return_val_if_fail (SB_IS_PROVIDER_POOL (self), FALSE);

  for (guint i = 0; i < self->slots->len; i++)
    {
      const Slot *slot = g_ptr_array_index (self->slots, i);

      if (slot->provider != NULL && slot->model == NULL)
        return FALSE;
    }

  return TRUE;
}

/* Whether the scripted model answers the agent; FALSE as long as nothing was looked for. */
gboolean
sb_provider_pool_is_rehearsal (SbProviderPool *self,
                               SbAgent        *agent)
{
  Slot *slot;

  g_return_val_if_fail (SB_IS_PROVIDER_POOL (self), FALSE);

  slot = find_slot (self, agent);

  return slot != NULL && slot->provider == NULL;
}

/**
 * sb_provider_pool_describe:
 *
 * Returns: (transfer full): "Cerebras · qwen-3-coder", "Rehearsal (scripted, no AI)"
 */
char *
sb_provider_pool_describe (SbProviderPool *self,
                           SbAgent        *agent)
{
  Slot *slot;

  g_return_val_if_fail (SB_IS_PROVIDER_POOL (self), NULL);

  slot = find_slot (self, agent);
  if (slot == NULL)
    return g_strdup ("Looking for a model…");
  if (slot->provider == NULL)
    return g_strdup (sb_llm_profile_lookup ("rehearsal")->label);

  return g_strdup_printf ("%s · %s", sb_llm_provider_get_profile (slot->provider)->label,
                          slot->model != NULL ? slot->model : "no model");
}
