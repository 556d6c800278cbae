/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-message.h"
#include "sb-trace.h"

G_BEGIN_DECLS

/* A conversation: a GListModel of SbMessage, its trace, and what the list on the left shows. Properties: id,
 * title, updated (wall µs), subtitle ("Cerebras · running"), running, active-agent, agent-label. */
#define SB_TYPE_CONVERSATION (sb_conversation_get_type ())
G_DECLARE_FINAL_TYPE (SbConversation, sb_conversation, SB, CONVERSATION, GObject)

SbConversation *sb_conversation_new              (const char     *id, /* NULL: a new one */
                                                  SbRedactor     *redactor);
const char     *sb_conversation_get_id           (SbConversation *self);
SbRedactor     *sb_conversation_get_redactor     (SbConversation *self); /* nullable */
const char     *sb_conversation_get_title        (SbConversation *self); /* nullable: nothing said yet */
void            sb_conversation_set_title        (SbConversation *self,
                                                  const char     *title);
gint64          sb_conversation_get_updated      (SbConversation *self);
void            sb_conversation_set_updated      (SbConversation *self,
                                                  gint64          updated);
gboolean        sb_conversation_get_running      (SbConversation *self);
void            sb_conversation_set_running      (SbConversation *self,
                                                  gboolean        running);
const char     *sb_conversation_get_active_agent (SbConversation *self); /* nullable: the coordinator */
void            sb_conversation_set_active_agent (SbConversation *self,
                                                  const char     *agent);
const char     *sb_conversation_get_agent_label  (SbConversation *self); /* nullable: what people call it */
void            sb_conversation_set_agent_label  (SbConversation *self,
                                                  const char     *label);
SbTrace        *sb_conversation_get_trace        (SbConversation *self);
void            sb_conversation_append           (SbConversation *self,
                                                  SbMessage      *message);
/* Drops the messages of the last turn but the user's own, for Retry. */
void            sb_conversation_rewind           (SbConversation *self,
                                                  const char     *turn_id);

G_END_DECLS
