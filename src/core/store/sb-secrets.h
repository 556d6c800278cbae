/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* API keys in the Secret Service; where there is none, in memory for this session only (is-persistent says
 * which). */
#define SB_TYPE_SECRETS (sb_secrets_get_type ())
G_DECLARE_FINAL_TYPE (SbSecrets, sb_secrets, SB, SECRETS, GObject)

SbSecrets *sb_secrets_new            (void);
gboolean   sb_secrets_get_persistent (SbSecrets            *self);
void       sb_secrets_lookup_async   (SbSecrets            *self,
                                      const char           *name,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data);
char      *sb_secrets_lookup_finish  (SbSecrets            *self,
                                      GAsyncResult         *result,
                                      GError              **error);
void       sb_secrets_store_async    (SbSecrets            *self,
                                      const char           *name,
                                      const char           *secret,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data);
gboolean   sb_secrets_store_finish   (SbSecrets            *self,
                                      GAsyncResult         *result,
                                      GError              **error);

G_END_DECLS
