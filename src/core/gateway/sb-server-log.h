/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-redactor.h"

G_BEGIN_DECLS

/* What a server says on its standard error, and what happened to it: the last lines, cleaned, without secrets.
 * Signal "appended" (char *text). */
#define SB_TYPE_SERVER_LOG (sb_server_log_get_type ())
G_DECLARE_FINAL_TYPE (SbServerLog, sb_server_log, SB, SERVER_LOG, GObject)

SbServerLog *sb_server_log_new      (SbRedactor   *redactor);
void         sb_server_log_feed     (SbServerLog  *self,
                                     const guint8 *data,
                                     gsize         length);
/* A line of our own. */
void         sb_server_log_note     (SbServerLog  *self,
                                     const char   *text);
char        *sb_server_log_dup_text (SbServerLog  *self);

G_END_DECLS
