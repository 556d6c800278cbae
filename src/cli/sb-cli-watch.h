/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-conversation.h"

G_BEGIN_DECLS

/* How a conversation is put on the terminal; one for people, one for programs. Only what happens from now on. */
typedef struct
{
  void (*message_added)   (SbMessage    *message,
                           gpointer      user_data);
  void (*text_appended)   (SbMessage    *message,
                           gsize         offset,
                           gpointer      user_data);
  void (*message_changed) (SbMessage    *message,
                           gpointer      user_data);
  void (*trace_changed)   (SbTraceEvent *event,
                           gpointer      user_data);
} SbCliOutput;

/* Tells an output what happens in a conversation, as long as it lives. */
#define SB_TYPE_CLI_WATCH (sb_cli_watch_get_type ())
G_DECLARE_FINAL_TYPE (SbCliWatch, sb_cli_watch, SB, CLI_WATCH, GObject)

SbCliWatch *sb_cli_watch_new (SbConversation    *conversation,
                              const SbCliOutput *output,
                              gpointer           user_data);

extern const SbCliOutput sb_cli_text_output;
extern const SbCliOutput sb_cli_json_output;

/* The lines of --json that belong to no message. */
void        sb_cli_json_done (const char *state);

G_END_DECLS
