/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-conversation.h"

G_BEGIN_DECLS

/* Conversations to look at and to test with. */
SbConversation *sb_sample_primes   (void); /* the one of the mock-ups */
SbConversation *sb_sample_markdown (void); /* every kind of text block */
SbConversation *sb_sample_troubles (void); /* errors, a blocked network, running, stopped */
SbConversation *sb_sample_long     (guint n_messages);

SbMessage      *sb_sample_add_tool (SbConversation *conversation,
                                    const char     *name,
                                    const char     *arguments,
                                    const char     *output,
                                    const char     *badge,
                                    gint64          duration);
SbMessage      *sb_sample_add_text (SbConversation *conversation,
                                    SbMessageRole   role,
                                    const char     *text);

G_END_DECLS
