/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where a model server may be listening. */
typedef struct
{
  const char *profile_id;
  const char *label;
  const char *base_url;
} SbModelProbe;

/* A server that was found, with the models that can chat, in its order. */
typedef struct
{
  char *profile_id;
  char *label;
  char *base_url;
  GStrv models;
} SbModelServer;

void           sb_model_server_free      (SbModelServer        *self);
void           sb_model_discovery_async  (const SbModelProbe   *probes,
                                          gsize                 n_probes,
                                          GCancellable         *cancellable,
                                          GAsyncReadyCallback   callback,
                                          gpointer              user_data);
SbModelServer *sb_model_discovery_finish (GAsyncResult         *result,
                                          GError              **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbModelServer, sb_model_server_free)

G_END_DECLS
