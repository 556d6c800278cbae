/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The scripted model: an OpenAI-compatible server on 127.0.0.1, for a first run with no key and no local
 * model.
 * It understands initialise, write, run, list, read and fetch, and says so when it does not understand. */
#define SB_TYPE_REHEARSAL (sb_rehearsal_get_type ())
G_DECLARE_FINAL_TYPE (SbRehearsal, sb_rehearsal, SB, REHEARSAL, GObject)

SbRehearsal *sb_rehearsal_new          (GError      **error);
const char  *sb_rehearsal_get_base_url (SbRehearsal  *self);
/* Pace of the stream; 0 (default): as fast as it goes. */
void         sb_rehearsal_set_tokens_per_second (SbRehearsal *self,
                                                 guint        rate);

G_END_DECLS
