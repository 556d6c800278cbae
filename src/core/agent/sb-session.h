/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-run.h"
#include "sb-sandbox-manager.h"
#include "sb-services.h"

G_BEGIN_DECLS

/* What a conversation needs to be talked in: its own connection to the tools, and the run of its last turn.
 * The sandbox server is one a conversation, so "the newest sandbox" is never another conversation's.
 * Signal "finished": a run came to its end. */
#define SB_TYPE_SESSION (sb_session_get_type ())
G_DECLARE_FINAL_TYPE (SbSession, sb_session, SB, SESSION, GObject)

SbSession      *sb_session_new              (SbServices        *services,
                                             SbConversation    *conversation);
SbConversation *sb_session_get_conversation (SbSession         *self);
gboolean        sb_session_is_running       (SbSession         *self);
/* Providers are known: what was sent before goes on. */
void            sb_session_set_ready        (SbSession         *self);
gboolean        sb_session_send             (SbSession         *self,
                                             const char        *text,
                                             const char        *agent_id,
                                             GError           **error);
gboolean        sb_session_retry            (SbSession         *self,
                                             GError           **error);
void            sb_session_stop             (SbSession         *self);
/* Puts what a sandbox did below the call that asked for it; FALSE when that is not in this conversation. */
gboolean        sb_session_add_activity     (SbSession         *self,
                                             const SbActivity  *activity);
void            sb_session_close            (SbSession         *self);

G_END_DECLS
