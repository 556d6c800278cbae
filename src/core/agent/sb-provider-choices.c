/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-provider-choices.h"

#include "sb-agent.h"

#define EVERY_AGENT "*"

typedef struct
{
  SbProviderChoice choice; /* points to the fields below */
  char            *fields[4];
} Entry;

struct _SbProviderChoices
{
  /* owned */
  SbStore    *store;
  GHashTable *overrides; /* agent id or EVERY_AGENT → Entry */
  Entry      *answer;    /* the last one read from the settings */
};

static const char * const setting_names[] = { "profile", "base-url", "model" };

static Entry *
entry_new (char *profile,
           char *base_url,
           char *model,
           char *api_key)
{
  Entry *entry = g_new0 (Entry, 1);
  char *fields[] = { profile, base_url, model, api_key };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      if (fields[i] != NULL && fields[i][0] == '\0')
        g_clear_pointer (&fields[i], g_free);
      entry->fields[i] = fields[i];
    }

  entry->choice.profile = fields[0];
  entry->choice.base_url = fields[1];
  entry->choice.model = fields[2];
  entry->choice.api_key = fields[3];

  return entry;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  for (guint i = 0; i < G_N_ELEMENTS (entry->fields); i++)
    g_free (entry->fields[i]);
  g_free (entry);
}

static gboolean
is_default (const SbProviderChoice *choice)
{
  return choice->profile == NULL && choice->base_url == NULL && choice->model == NULL && choice->api_key == NULL;
}

static char *
get_setting (SbProviderChoices *self,
             const char        *agent_id,
             guint              field)
{
  g_autofree char *key = g_strdup_printf ("provider/%s/%s", agent_id, setting_names[field]);

  return sb_store_get_setting (self->store, key);
}

static void
set_settings (SbProviderChoices      *self,
              const char             *agent_id,
              const SbProviderChoice *choice)
{
  const char *values[] = { choice->profile, choice->base_url, choice->model };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *key = g_strdup_printf ("provider/%s/%s", agent_id, setting_names[i]);

      sb_store_set_setting (self->store, key, values[i] != NULL ? values[i] : "");
    }
}

static const SbProviderChoice *
read_settings (SbProviderChoices *self,
               const char        *agent_id)
{
  g_clear_pointer (&self->answer, entry_free);
  self->answer = entry_new (get_setting (self, agent_id, 0), get_setting (self, agent_id, 1),
                            get_setting (self, agent_id, 2), NULL);

  return &self->answer->choice;
}

SbProviderChoices *
sb_provider_choices_new (SbStore *store)
{
  SbProviderChoices *self = g_new0 (SbProviderChoices, 1);

  self->store = g_object_ref (store);
  self->overrides = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);

  return self;
}

void
sb_provider_choices_free (SbProviderChoices *self)
{
  g_clear_pointer (&self->answer, entry_free);
  g_hash_table_unref (self->overrides);
  g_object_unref (self->store);
  g_free (self);
}

const SbProviderChoice *
sb_provider_choices_lookup (SbProviderChoices *self,
                            const char        *agent_id)
{
  Entry *entry = g_hash_table_lookup (self->overrides, agent_id);
  const SbProviderChoice *choice;

  if (entry == NULL)
    entry = g_hash_table_lookup (self->overrides, EVERY_AGENT);
  if (entry != NULL)
    return &entry->choice;

  choice = read_settings (self, agent_id);

  return is_default (choice) ? read_settings (self, EVERY_AGENT) : choice;
}

void
sb_provider_choices_override (SbProviderChoices      *self,
                              const char             *agent_id,
                              const SbProviderChoice *choice)
{
  g_hash_table_replace (self->overrides,
                        g_strdup (agent_id != NULL ? agent_id : EVERY_AGENT),
                        entry_new (g_strdup (choice->profile), g_strdup (choice->base_url),
                                   g_strdup (choice->model), g_strdup (choice->api_key)));
}

void
sb_provider_choices_save (SbProviderChoices      *self,
                          const char             *agent_id,
                          const SbProviderChoice *choice,
                          GListModel             *agents)
{
  static const SbProviderChoice none = { NULL };

  set_settings (self, agent_id != NULL ? agent_id : EVERY_AGENT, choice);

  if (agent_id == NULL)
    {
      g_hash_table_remove_all (self->overrides);
      for (guint i = 0; i < g_list_model_get_n_items (agents); i++)
        {
          g_autoptr(SbAgent) agent = g_list_model_get_item (agents, i);

          set_settings (self, sb_agent_get_id (agent), &none);
        }
    }
  else
    {
      /* Over a choice for all that came with the environment. */
      sb_provider_choices_override (self, agent_id, choice);
    }
}
