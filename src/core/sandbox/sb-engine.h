/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox.h"

G_BEGIN_DECLS

typedef enum
{
  SB_ENGINE_STATE_UNKNOWN, /* nobody has asked yet */
  SB_ENGINE_STATE_PROBING,
  SB_ENGINE_STATE_READY,
  SB_ENGINE_STATE_AWAY,    /* cannot start sandboxes now; "problem" says why */
} SbEngineState;

#define SB_TYPE_ENGINE_STATE (sb_engine_state_get_type ())
GType sb_engine_state_get_type (void);

/* A place where sandboxes can be: a container engine, or bubblewrap. Properties: id, label, host (nullable), version
 * (nullable), state, problem (nullable), n-sandboxes, runtimes and warnings (strv, nullable). */
#define SB_TYPE_ENGINE (sb_engine_get_type ())
G_DECLARE_FINAL_TYPE (SbEngine, sb_engine, SB, ENGINE, GObject)

/* id: the user's own name for it, else its address; tier: lower ones are used before higher ones, equal ones
 * together */
SbEngine           *sb_engine_new             (SbSandboxBackend     *backend,
                                               const char           *id,
                                               guint                 tier);
const char         *sb_engine_get_id          (SbEngine             *self);
const char         *sb_engine_get_label       (SbEngine             *self); /* "Docker Engine 20.10.24" */
SbEngineState       sb_engine_get_state       (SbEngine             *self);
const char         *sb_engine_get_problem     (SbEngine             *self);
gboolean            sb_engine_lacks_image     (SbEngine             *self);
guint               sb_engine_get_tier        (SbEngine             *self);
guint               sb_engine_get_n_sandboxes (SbEngine             *self); /* without spares */
SbSandboxBackend   *sb_engine_get_backend     (SbEngine             *self);
/* nullable: it does not say, e.g. before it was probed */
const SbBackendInfo *sb_engine_get_info       (SbEngine             *self);
/* Also sweeps what dead owners left there. Calls while one is under way share it. One that was ready and is not any
 * more is asked again from time to time, until it is back. */
void                sb_engine_probe_async     (SbEngine             *self,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
gboolean            sb_engine_probe_finish    (SbEngine             *self,
                                               GAsyncResult         *result,
                                               GError              **error);
/* What the sandboxes of this process may use of it, until they end. */
void                sb_engine_add_sandbox     (SbEngine             *self,
                                               SbSandbox            *sandbox,
                                               const SbSandboxSpec  *spec);
gboolean            sb_engine_has_sandbox     (SbEngine             *self,
                                               SbSandbox            *sandbox);
void                sb_engine_get_promised    (SbEngine             *self,
                                               guint64              *memory_bytes,
                                               double               *cpus);

G_END_DECLS
