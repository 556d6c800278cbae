/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-engine-list.h"
#include "sb-image-supplies.h"
#include "sb-sandbox-profile.h"
#include "sb-sandbox.h"

G_BEGIN_DECLS

typedef enum
{
  SB_ACTIVITY_CREATE, /* cold start, or a claimed spare */
  SB_ACTIVITY_STOP,
  SB_ACTIVITY_EXEC,
  SB_ACTIVITY_READ,
  SB_ACTIVITY_WRITE,
  SB_ACTIVITY_LIST,
  SB_ACTIVITY_FILE,   /* a file changed while a call ran */
} SbActivityKind;

/* What the sandbox did for a tool call; whoever keeps a trace joins it by trace_id. */
typedef struct
{
  SbActivityKind  kind;
  const char     *trace_id; /* nullable */
  const char     *sandbox_id;
  const char     *title;    /* "node hello.js", "+ hello.js", "claim spare" */
  const char     *subtitle; /* nullable: "exit 0" */
  gint64          start;    /* monotonic µs */
  gint64          end;
  gboolean        ok;
} SbActivity;

/* All sandboxes of this process: a GListModel of SbSandbox (spares are not in it), newest first.
 * Property: backend-label, status (a sentence for the corner of the window), available. Signal: "activity"
 * (SbActivity*). */
#define SB_TYPE_SANDBOX_MANAGER (sb_sandbox_manager_get_type ())
G_DECLARE_FINAL_TYPE (SbSandboxManager, sb_sandbox_manager, SB, SANDBOX_MANAGER, GObject)

SbSandboxManager *sb_sandbox_manager_new_for_engines (SbEngineList       *engines);
/* (transfer none): a GListModel of SbEngine */
SbEngineList     *sb_sandbox_manager_get_engines   (SbSandboxManager     *self);
/* (transfer none): what engines get that lack an image */
SbImageSupplies  *sb_sandbox_manager_get_supplies  (SbSandboxManager     *self);
/* of SbSandboxProfile; (transfer full) */
void              sb_sandbox_manager_set_profiles  (SbSandboxManager     *self,
                                                    GPtrArray            *profiles);
GPtrArray        *sb_sandbox_manager_get_profiles  (SbSandboxManager     *self);
/* backends: tried in order; the first whose probe succeeds is used. */
SbSandboxManager *sb_sandbox_manager_new           (GListModel           *backends);
void              sb_sandbox_manager_probe_async   (SbSandboxManager     *self,
                                                    GCancellable         *cancellable,
                                                    GAsyncReadyCallback   callback,
                                                    gpointer              user_data);
gboolean          sb_sandbox_manager_probe_finish  (SbSandboxManager     *self,
                                                    GAsyncResult         *result,
                                                    GError              **error);
/* nullable before a probe succeeded */
const char       *sb_sandbox_manager_get_backend_label (SbSandboxManager *self);
/* Sandboxes that start, run or stop just now; the list also holds those that ended. */
guint             sb_sandbox_manager_get_n_live    (SbSandboxManager     *self);
/* Ready when it finishes. trace_id, owner nullable. */
void              sb_sandbox_manager_create_async  (SbSandboxManager     *self,
                                                    const SbSandboxSpec  *spec, /* nullable: defaults */
                                                    const char           *owner,
                                                    const char           *trace_id,
                                                    GCancellable         *cancellable,
                                                    GAsyncReadyCallback   callback,
                                                    gpointer              user_data);
SbSandbox        *sb_sandbox_manager_create_finish (SbSandboxManager     *self,
                                                    GAsyncResult         *result,
                                                    GError              **error);
/* By id, unique id prefix or name. (transfer none) */
SbSandbox        *sb_sandbox_manager_lookup        (SbSandboxManager     *self,
                                                    const char           *id_or_name,
                                                    GError              **error);
void              sb_sandbox_manager_stop_async    (SbSandboxManager     *self,
                                                    SbSandbox            *sandbox,
                                                    GCancellable         *cancellable,
                                                    GAsyncReadyCallback   callback,
                                                    gpointer              user_data);
gboolean          sb_sandbox_manager_stop_finish   (SbSandboxManager     *self,
                                                    GAsyncResult         *result,
                                                    GError              **error);
/* Keeps one idle spare of each profile in use started. Off by default. */
void              sb_sandbox_manager_set_keep_spare (SbSandboxManager    *self,
                                                     gboolean             keep_spare);
/* Ends every sandbox and the spare; for the end of the process. */
void              sb_sandbox_manager_shutdown_async  (SbSandboxManager    *self,
                                                      GAsyncReadyCallback  callback,
                                                      gpointer             user_data);
gboolean          sb_sandbox_manager_shutdown_finish (SbSandboxManager    *self,
                                                      GAsyncResult        *result,
                                                      GError             **error);

G_END_DECLS
