/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox.h"

G_BEGIN_DECLS

/* For the manager and its parts. */

SbSandbox          *sb_sandbox_new         (SbSandboxBackend     *backend,
                                            const char           *name);
gboolean            sb_sandbox_is_live     (SbSandbox            *self); /* starting or ready */
void                sb_sandbox_assign      (SbSandbox            *self,
                                            const char           *name,
                                            const char           *owner,
                                            const char * const   *env);
gboolean            sb_sandbox_is_spare    (SbSandbox            *self); /* nobody's yet */
void                sb_sandbox_rename      (SbSandbox            *self,
                                            const char           *name);
void                sb_sandbox_set_paused  (SbSandbox            *self,
                                            gboolean              paused);
void                sb_sandbox_set_idle_limit (SbSandbox         *self,
                                               guint              seconds);
void                sb_sandbox_begin_use   (SbSandbox            *self,
                                            gconstpointer         call);
void                sb_sandbox_end_use     (SbSandbox            *self,
                                            gconstpointer         call);
void                sb_sandbox_stop_for    (SbSandbox            *self,
                                            const char           *reason);
/* What a background command was started as, for those who list it later: the far end keeps only its id. */
void                sb_sandbox_remember_command (SbSandbox       *self,
                                                 guint32          process,
                                                 const char      *command,
                                                 const char      *trace_id); /* nullable */
/* Starting → ready or failed; nothing is left behind in the second case. */
void                sb_sandbox_start_async  (SbSandbox           *self,
                                             const SbSandboxSpec *spec,
                                             GAsyncReadyCallback  callback,
                                             gpointer             user_data);
gboolean            sb_sandbox_start_finish (SbSandbox           *self,
                                             GAsyncResult        *result,
                                             GError             **error);
void                sb_sandbox_abort_start  (SbSandbox           *self);
/* Any state → an ended one. */
void                sb_sandbox_stop_async   (SbSandbox           *self,
                                             GAsyncReadyCallback  callback,
                                             gpointer             user_data);
gboolean            sb_sandbox_stop_finish  (SbSandbox           *self,
                                             GAsyncResult        *result,
                                             GError             **error);

G_END_DECLS
