/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-secret-token-store.h"

struct _SbSecretTokenStore
{
  GObject parent_instance;

  /* owned */
  SbSecrets *secrets;
};

static void sb_secret_token_store_iface_init (SbOAuthStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbSecretTokenStore, sb_secret_token_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_OAUTH_STORE, sb_secret_token_store_iface_init))

static void
looked_up_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  char *value = sb_secrets_lookup_finish (SB_SECRETS (source), result, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, value, g_free);
}

static void
stored_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_secrets_store_finish (SB_SECRETS (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
sb_secret_token_store_lookup_async (SbOAuthStore        *store,
                                    const char          *name,
                                    GCancellable        *cancellable,
                                    GAsyncReadyCallback  callback,
                                    gpointer             user_data)
{
  SbSecretTokenStore *self = SB_SECRET_TOKEN_STORE (store);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, sb_secret_token_store_lookup_async);
  sb_secrets_lookup_async (self->secrets, name, cancellable, looked_up_cb, task);
}

static char *
sb_secret_token_store_lookup_finish (SbOAuthStore  *store,
                                     GAsyncResult  *result,
                                     GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
sb_secret_token_store_store_async (SbOAuthStore        *store,
                                   const char          *name,
                                   const char          *value,
                                   GCancellable        *cancellable,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data)
{
  SbSecretTokenStore *self = SB_SECRET_TOKEN_STORE (store);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, sb_secret_token_store_store_async);
  sb_secrets_store_async (self->secrets, name, value, cancellable, stored_cb, task);
}

static gboolean
sb_secret_token_store_store_finish (SbOAuthStore  *store,
                                    GAsyncResult  *result,
                                    GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
sb_secret_token_store_iface_init (SbOAuthStoreInterface *iface)
{
  iface->lookup_async = sb_secret_token_store_lookup_async;
  iface->lookup_finish = sb_secret_token_store_lookup_finish;
  iface->store_async = sb_secret_token_store_store_async;
  iface->store_finish = sb_secret_token_store_store_finish;
}

static void
sb_secret_token_store_finalize (GObject *object)
{
  g_object_unref (SB_SECRET_TOKEN_STORE (object)->secrets);

  G_OBJECT_CLASS (sb_secret_token_store_parent_class)->finalize (object);
}

static void
sb_secret_token_store_class_init (SbSecretTokenStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_secret_token_store_finalize;
}

static void
sb_secret_token_store_init (SbSecretTokenStore *self)
{
}

/* (transfer full) */
SbOAuthStore *
sb_secret_token_store_new (SbSecrets *secrets)
{
  SbSecretTokenStore *self = g_object_new (SB_TYPE_SECRET_TOKEN_STORE, NULL);

  self->secrets = g_object_ref (secrets);

  return SB_OAUTH_STORE (self);
}
