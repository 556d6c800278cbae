/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-store.h"

G_DEFINE_INTERFACE (SbOAuthStore, sb_oauth_store, G_TYPE_OBJECT)

static void
sb_oauth_store_default_init (SbOAuthStoreInterface *iface)
{
}

void
sb_oauth_store_lookup_async (SbOAuthStore        *self,
                             const char          *name,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  SB_OAUTH_STORE_GET_IFACE (self)->lookup_async (self, name, cancellable, callback, user_data);
}

char *
sb_oauth_store_lookup_finish (SbOAuthStore  *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  return SB_OAUTH_STORE_GET_IFACE (self)->lookup_finish (self, result, error);
}

void
sb_oauth_store_store_async (SbOAuthStore        *self,
                            const char          *name,
                            const char          *value,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  SB_OAUTH_STORE_GET_IFACE (self)->store_async (self, name, value, cancellable, callback, user_data);
}

gboolean
sb_oauth_store_store_finish (SbOAuthStore  *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  return SB_OAUTH_STORE_GET_IFACE (self)->store_finish (self, result, error);
}
