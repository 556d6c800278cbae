/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-pools.h"

#include "sb-sandbox-pool.h"

struct _SbSandboxPools
{
  GObject parent_instance;

  /* owned */
  SbEngineList *engines;
  GPtrArray    *profiles; /* of SbSandboxProfile */
  GHashTable   *pools;    /* name of a profile → SbSandboxPool, of those that were used */

  gboolean enabled;
  gboolean closed;
};

G_DEFINE_FINAL_TYPE (SbSandboxPools, sb_sandbox_pools, G_TYPE_OBJECT)

static void
sb_sandbox_pools_dispose (GObject *object)
{
  SbSandboxPools *self = SB_SANDBOX_POOLS (object);

  g_clear_pointer (&self->pools, g_hash_table_unref);
  g_clear_pointer (&self->profiles, g_ptr_array_unref);
  g_clear_object (&self->engines);

  G_OBJECT_CLASS (sb_sandbox_pools_parent_class)->dispose (object);
}

static void
sb_sandbox_pools_class_init (SbSandboxPoolsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_sandbox_pools_dispose;
}

static void
sb_sandbox_pools_init (SbSandboxPools *self)
{
  self->pools = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->profiles = sb_sandbox_profiles_parse (NULL, NULL);
}

SbSandboxPools *
sb_sandbox_pools_new (SbEngineList *engines)
{
  SbSandboxPools *self = g_object_new (SB_TYPE_SANDBOX_POOLS, NULL);

  self->engines = g_object_ref (engines);

  return self;
}

void
sb_sandbox_pools_set_profiles (SbSandboxPools *self,
                               GPtrArray      *profiles)
{
  g_hash_table_remove_all (self->pools);
  g_ptr_array_unref (self->profiles);
  self->profiles = profiles;
  if (self->enabled)
    sb_sandbox_pools_ensure (self, sb_sandbox_profiles_find (profiles, NULL));
}

GPtrArray *
sb_sandbox_pools_get_profiles (SbSandboxPools *self)
{
  return self->profiles;
}

SbSandboxProfile *
sb_sandbox_pools_find_profile (SbSandboxPools *self,
                               const char     *name)
{
  return sb_sandbox_profiles_find (self->profiles, name);
}

void
sb_sandbox_pools_set_enabled (SbSandboxPools *self,
                              gboolean        enabled)
{
  GHashTableIter iter;
  gpointer pool = NULL;

  self->enabled = enabled;
  sb_sandbox_pools_ensure (self, sb_sandbox_profiles_find (self->profiles, NULL));
  g_hash_table_iter_init (&iter, self->pools);
  while (g_hash_table_iter_next (&iter, NULL, &pool))
    sb_sandbox_pool_set_enabled (pool, enabled && !self->closed);
}

void
sb_sandbox_pools_ensure (SbSandboxPools         *self,
                         const SbSandboxProfile *profile)
{
  SbSandboxPool *pool = g_hash_table_lookup (self->pools, profile->name);

  if (pool == NULL)
    {
      pool = sb_sandbox_pool_new (self->engines, profile->spec);
      g_hash_table_insert (self->pools, g_strdup (profile->name), pool);
    }
  sb_sandbox_pool_set_enabled (pool, self->enabled && !self->closed);
}

/* Each spare is handed out once: what claims it takes it away from its pool. */
SbSandbox *
sb_sandbox_pools_claim (SbSandboxPools      *self,
                        const SbSandboxSpec *spec)
{
  GHashTableIter iter;
  gpointer pool = NULL;

  g_hash_table_iter_init (&iter, self->pools);
  while (g_hash_table_iter_next (&iter, NULL, &pool))
    {
      SbSandbox *spare = sb_sandbox_pool_claim (pool, spec);

      if (spare != NULL)
        return spare;
    }

  return NULL;
}

gboolean
sb_sandbox_pools_has_spare (SbSandboxPools *self)
{
  SbSandboxProfile *profile = sb_sandbox_profiles_find (self->profiles, NULL);
  SbSandboxPool *pool = g_hash_table_lookup (self->pools, profile->name);

  return pool != NULL && sb_sandbox_pool_is_ready (pool);
}

GPtrArray *
sb_sandbox_pools_close (SbSandboxPools *self)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer pool = NULL;

  self->closed = TRUE;
  g_hash_table_iter_init (&iter, self->pools);
  while (g_hash_table_iter_next (&iter, NULL, &pool))
    {
      g_ptr_array_extend_and_steal (all, sb_sandbox_pool_take_all (pool));
      sb_sandbox_pool_set_enabled (pool, FALSE);
    }

  return all;
}
