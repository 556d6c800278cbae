/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-change-log.h"
#include "sb-channel.h"
#include "sb-port-list.h"
#include "sb-sandbox-backend.h"

G_BEGIN_DECLS

typedef enum
{
  SB_SANDBOX_STATE_STARTING,
  SB_SANDBOX_STATE_READY,
  SB_SANDBOX_STATE_STOPPING,
  SB_SANDBOX_STATE_STOPPED, /* by us */
  SB_SANDBOX_STATE_LOST,    /* killed from outside, or its engine went away */
  SB_SANDBOX_STATE_FAILED,  /* never came up */
} SbSandboxState;

#define SB_TYPE_SANDBOX_STATE (sb_sandbox_state_get_type ())
GType sb_sandbox_state_get_type (void);

/* One sandbox, from asking for it to its end. Properties: id, name, state, message (why it ended), created
 * (wall µs), backend-label, paused.
 * Signal "file-changed" (char *path, SbFileChange) for the directories that are watched. */
#define SB_TYPE_SANDBOX (sb_sandbox_get_type ())
G_DECLARE_FINAL_TYPE (SbSandbox, sb_sandbox, SB, SANDBOX, GObject)

const char     *sb_sandbox_get_id            (SbSandbox *self);
const char     *sb_sandbox_get_name          (SbSandbox *self); /* "quiet-otter" */
SbSandboxState  sb_sandbox_get_state         (SbSandbox *self);
const char     *sb_sandbox_get_message       (SbSandbox *self); /* nullable */
gint64          sb_sandbox_get_created       (SbSandbox *self);
const char     *sb_sandbox_get_backend_label (SbSandbox *self);
/* (transfer none) of SbSandboxFact; nullable while starting */
GPtrArray      *sb_sandbox_get_facts         (SbSandbox *self);
SbChannel      *sb_sandbox_get_channel       (SbSandbox *self); /* (nullable): only while ready */
/* What happened to its files: the model is sb_change_set_new(). */
SbChangeLog    *sb_sandbox_get_change_log    (SbSandbox *self);
gboolean        sb_sandbox_is_paused         (SbSandbox *self); /* all its programs hold still */
/* The ports that programs in it listen on; empty unless it is ready. */
SbPortList     *sb_sandbox_get_ports         (SbSandbox *self);
/* Which conversation it belongs to; NULL: shared. */
const char     *sb_sandbox_get_owner         (SbSandbox *self);
/* What a request to start something was: "node server.js"; nullable: nobody remembers. Borrowed until the next call. */
const char     *sb_sandbox_get_command       (SbSandbox *self,
                                              guint32    process);
/* Which tool call it was for, as its trace id; likewise. */
const char     *sb_sandbox_get_call          (SbSandbox *self,
                                              guint32    process);
const char * const *sb_sandbox_get_env       (SbSandbox *self); /* nullable: for every command in it */

G_END_DECLS
