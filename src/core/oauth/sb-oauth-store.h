/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where tokens and registrations are kept: short strings that are secret, by name. */
#define SB_TYPE_OAUTH_STORE (sb_oauth_store_get_type ())
G_DECLARE_INTERFACE (SbOAuthStore, sb_oauth_store, SB, OAUTH_STORE, GObject)

struct _SbOAuthStoreInterface
{
  GTypeInterface parent_iface;

  void      (*lookup_async)  (SbOAuthStore         *self,
                              const char           *name,
                              GCancellable         *cancellable,
                              GAsyncReadyCallback   callback,
                              gpointer              user_data);
  char     *(*lookup_finish) (SbOAuthStore         *self,
                              GAsyncResult         *result,
                              GError              **error);
  void      (*store_async)   (SbOAuthStore         *self,
                              const char           *name,
                              const char           *value,
                              GCancellable         *cancellable,
                              GAsyncReadyCallback   callback,
                              gpointer              user_data);
  gboolean  (*store_finish)  (SbOAuthStore         *self,
                              GAsyncResult         *result,
                              GError              **error);
};

void      sb_oauth_store_lookup_async  (SbOAuthStore         *self,
                                        const char           *name,
                                        GCancellable         *cancellable,
                                        GAsyncReadyCallback   callback,
                                        gpointer              user_data);
/* (transfer full) (nullable): NULL without an error: there is none */
char     *sb_oauth_store_lookup_finish (SbOAuthStore         *self,
                                        GAsyncResult         *result,
                                        GError              **error);
/* value: nullable: forgets it */
void      sb_oauth_store_store_async   (SbOAuthStore         *self,
                                        const char           *name,
                                        const char           *value,
                                        GCancellable         *cancellable,
                                        GAsyncReadyCallback   callback,
                                        gpointer              user_data);
gboolean  sb_oauth_store_store_finish  (SbOAuthStore         *self,
                                        GAsyncResult         *result,
                                        GError              **error);

G_END_DECLS
