/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-engine.h"

G_BEGIN_DECLS

/* All places where sandboxes can be: a GListModel of SbEngine, the most wanted first.
 * Signal "changed": the state of one of them. */
#define SB_TYPE_ENGINE_LIST (sb_engine_list_get_type ())
G_DECLARE_FINAL_TYPE (SbEngineList, sb_engine_list, SB, ENGINE_LIST, GObject)

SbEngineList *sb_engine_list_new              (void);
/* of SbSandboxBackend: each is used only when none before it works */
SbEngineList *sb_engine_list_new_for_backends (GListModel           *backends);
void          sb_engine_list_add              (SbEngineList         *self,
                                               SbEngine             *engine);
/* Its sandboxes live on; no new ones come to it. */
void          sb_engine_list_remove           (SbEngineList         *self,
                                               SbEngine             *engine);
/* id: nullable: the one with most room that is ready. (transfer none) (nullable): none is, or it is not known yet
 * whether a more wanted one is */
SbEngine     *sb_engine_list_choose           (SbEngineList         *self,
                                               const char           *id);
/* (transfer none) (nullable) */
SbEngine     *sb_engine_list_find             (SbEngineList         *self,
                                               const char           *id);
SbEngine     *sb_engine_list_find_for         (SbEngineList         *self,
                                               SbSandbox            *sandbox);
/* What would be used before "chosen" (nullable: nothing can be used) if its image were there; id: nullable: only that
 * one. (transfer none) (nullable) */
SbEngine     *sb_engine_list_find_lacking     (SbEngineList         *self,
                                               const char           *id,
                                               SbEngine             *chosen);
/* Until at least one is ready: the most wanted ones together, then the next. id: nullable: only that one. */
void          sb_engine_list_probe_async      (SbEngineList         *self,
                                               const char           *id,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
gboolean      sb_engine_list_probe_finish     (SbEngineList         *self,
                                               GAsyncResult         *result,
                                               GError              **error);
char         *sb_engine_list_describe         (SbEngineList         *self,
                                               SbEngine             *chosen,
                                               guint                 n_live,
                                               const char           *problem);

G_END_DECLS
