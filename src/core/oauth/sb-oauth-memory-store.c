/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-memory-store.h"

struct _SbOAuthMemoryStore
{
  GObject parent_instance;

  /* owned */
  GHashTable *values;
};

static void sb_oauth_memory_store_iface_init (SbOAuthStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbOAuthMemoryStore, sb_oauth_memory_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_OAUTH_STORE, sb_oauth_memory_store_iface_init))

static void
sb_oauth_memory_store_lookup_async (SbOAuthStore        *store,
                                    const char          *name,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  SbOAuthMemoryStore *self = SB_OAUTH_MEMORY_STORE (store);
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_return_pointer (task, g_strdup (g_hash_table_lookup (self->values, name)), g_free);
}

static char *
sb_oauth_memory_store_lookup_finish (SbOAuthStore  *store,
                                     GAsyncResult  *result,
                                     GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
sb_oauth_memory_store_store_async (SbOAuthStore        *store,
                                   const char          *name,
                                   const char          *value,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  SbOAuthMemoryStore *self = SB_OAUTH_MEMORY_STORE (store);
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);

  if (value != NULL)
    g_hash_table_replace (self->values, g_strdup (name), g_strdup (value));
  else
    g_hash_table_remove (self->values, name);
  g_task_return_boolean (task, TRUE);
}

static gboolean
sb_oauth_memory_store_store_finish (SbOAuthStore  *store,
                                    GAsyncResult  *result,
                                    GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
sb_oauth_memory_store_iface_init (SbOAuthStoreInterface *iface)
{
  iface->lookup_async = sb_oauth_memory_store_lookup_async;
  iface->lookup_finish = sb_oauth_memory_store_lookup_finish;
  iface->store_async = sb_oauth_memory_store_store_async;
  iface->store_finish = sb_oauth_memory_store_store_finish;
}

static void
sb_oauth_memory_store_finalize (GObject *object)
{
  g_hash_table_unref (SB_OAUTH_MEMORY_STORE (object)->values);

  G_OBJECT_CLASS (sb_oauth_memory_store_parent_class)->finalize (object);
}

static void
sb_oauth_memory_store_class_init (SbOAuthMemoryStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_oauth_memory_store_finalize;
}

static void
sb_oauth_memory_store_init (SbOAuthMemoryStore *self)
{
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

SbOAuthStore *
sb_oauth_memory_store_new (void)
{
  return g_object_new (SB_TYPE_OAUTH_MEMORY_STORE, NULL);
}
