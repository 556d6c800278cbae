/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  SB_MESSAGE_ROLE_USER,
  SB_MESSAGE_ROLE_ASSISTANT, /* text of an agent */
  SB_MESSAGE_ROLE_TOOL,      /* one tool call with its result: a card */
  SB_MESSAGE_ROLE_NOTICE,    /* who speaks and why, a transfer, an error with what to do next */
} SbMessageRole;

typedef enum
{
  SB_MESSAGE_STATE_PENDING,   /* tool call: arguments known, not started (or waiting for approval) */
  SB_MESSAGE_STATE_STREAMING, /* text arriving; tool call: running */
  SB_MESSAGE_STATE_DONE,
  SB_MESSAGE_STATE_STOPPED,   /* by the user */
  SB_MESSAGE_STATE_FAILED,
  SB_MESSAGE_STATE_INTERRUPTED, /* the app died; found at the next start */
} SbMessageState;

typedef enum
{
  SB_NOTICE_KIND_NONE,
  SB_NOTICE_KIND_SPEAKER, /* "Cerebras · qwen-3-coder": heading of what follows */
  SB_NOTICE_KIND_ROUTE,   /* "DevDuck → Cerebras because …" */
  SB_NOTICE_KIND_ERROR,   /* title, what to do next, perhaps Retry */
  SB_NOTICE_KIND_INFO,
} SbNoticeKind;

#define SB_TYPE_MESSAGE_ROLE (sb_message_role_get_type ())
#define SB_TYPE_MESSAGE_STATE (sb_message_state_get_type ())
#define SB_TYPE_NOTICE_KIND (sb_notice_kind_get_type ())
GType sb_message_role_get_type  (void);
GType sb_message_state_get_type (void);
GType sb_notice_kind_get_type   (void);

/* One thing said, called or noticed in a conversation. Strings are properties that notify; text grows by
 * sb_message_append_text(), which emits "appended" (guint64 offset in bytes of text()) and no notify.
 * Everything shown in the chat is one of these, live and after a reload alike. */
#define SB_TYPE_MESSAGE (sb_message_get_type ())
G_DECLARE_FINAL_TYPE (SbMessage, sb_message, SB, MESSAGE, GObject)

SbMessage      *sb_message_new                (SbMessageRole   role,
                                               const char     *turn_id);

const char     *sb_message_get_id             (SbMessage      *self);
SbMessageRole   sb_message_get_role           (SbMessage      *self);
const char     *sb_message_get_turn_id        (SbMessage      *self);
gint64          sb_message_get_created        (SbMessage      *self); /* wall µs */
SbMessageState  sb_message_get_state          (SbMessage      *self);
void            sb_message_set_state          (SbMessage      *self,
                                               SbMessageState  state);
/* µs; so far while streaming; -1 unknown */
gint64          sb_message_get_duration       (SbMessage      *self);
void            sb_message_set_duration       (SbMessage      *self,
                                               gint64          duration);

/* user, assistant: what was said. tool: live output of the command. notice: the sentence. */
const char     *sb_message_get_text           (SbMessage      *self);
gsize           sb_message_get_text_length    (SbMessage      *self);
void            sb_message_append_text        (SbMessage      *self,
                                               const char     *text,
                                               gssize          length);
void            sb_message_set_text           (SbMessage      *self,
                                               const char     *text);
const char     *sb_message_get_reasoning      (SbMessage      *self); /* nullable */
void            sb_message_append_reasoning   (SbMessage      *self,
                                               const char     *text,
                                               gssize          length);

const char     *sb_message_get_agent          (SbMessage      *self); /* nullable; id of the agent */
void            sb_message_set_agent          (SbMessage      *self,
                                               const char     *agent);
const char     *sb_message_get_model          (SbMessage      *self); /* nullable */
void            sb_message_set_model          (SbMessage      *self,
                                               const char     *model);
const char     *sb_message_get_trace_id       (SbMessage      *self); /* nullable: the event behind it */
void            sb_message_set_trace_id       (SbMessage      *self,
                                               const char     *trace_id);

/* assistant: the finished answer's token counts; -1 unknown */
gint64          sb_message_get_prompt_tokens     (SbMessage   *self);
gint64          sb_message_get_completion_tokens (SbMessage   *self);
gint64          sb_message_get_first_token_us    (SbMessage   *self);
void            sb_message_set_usage             (SbMessage   *self,
                                                  gint64       prompt_tokens,
                                                  gint64       completion_tokens,
                                                  gint64       first_token_us);

/* tool */
const char     *sb_message_get_call_id        (SbMessage      *self);
const char     *sb_message_get_tool_name      (SbMessage      *self);
/* raw JSON text as the model wrote it */
const char     *sb_message_get_arguments      (SbMessage      *self);
void            sb_message_set_tool_call      (SbMessage      *self,
                                               const char     *call_id,
                                               const char     *tool_name,
                                               const char     *arguments);
/* nullable: text as given to the model */
const char     *sb_message_get_result         (SbMessage      *self);
const char     *sb_message_get_structured     (SbMessage      *self); /* nullable JSON: structuredContent */
gboolean        sb_message_get_is_error       (SbMessage      *self);
void            sb_message_set_result         (SbMessage      *self,
                                               const char     *result,
                                               const char     *structured,
                                               gboolean        is_error);
/* nullable: "exit 0", "ready", "written" */
const char     *sb_message_get_badge          (SbMessage      *self);
void            sb_message_set_badge          (SbMessage      *self,
                                               const char     *badge);

/* notice */
SbNoticeKind    sb_message_get_notice_kind    (SbMessage      *self);
void            sb_message_set_notice_kind    (SbMessage      *self,
                                               SbNoticeKind    kind);
const char     *sb_message_get_hint           (SbMessage      *self); /* nullable: what to do next */
void            sb_message_set_hint           (SbMessage      *self,
                                               const char     *hint);
gboolean        sb_message_get_can_retry      (SbMessage      *self);
void            sb_message_set_can_retry      (SbMessage      *self,
                                               gboolean        can_retry);

G_END_DECLS
