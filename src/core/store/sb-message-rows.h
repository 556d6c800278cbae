/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-database.h"
#include "sb-message.h"

G_BEGIN_DECLS

/* Private to store: a message and its rows. */

/* Writes all of a new message; of one that is there, all but its text and reasoning. owner 0: complete. */
gboolean   sb_message_rows_write    (SbDatabase  *database,
                                     const char  *conversation_id,
                                     const char  *parent_id,
                                     gint64       owner,
                                     SbMessage   *message,
                                     GError     **error);
/* Writes the whole text and reasoning in place of whatever was written of them. */
gboolean   sb_message_rows_set_text (SbDatabase  *database,
                                     SbMessage   *message,
                                     GError     **error);
gboolean   sb_message_rows_append   (SbDatabase  *database,
                                     SbMessage   *message,
                                     gboolean     reasoning,
                                     const char  *text,
                                     GError     **error);
/* Takes it out of the branch that is shown. */
gboolean   sb_message_rows_retire   (SbDatabase  *database,
                                     SbMessage   *message,
                                     GError     **error);
GPtrArray *sb_message_rows_load     (SbDatabase  *database,
                                     const char  *conversation_id,
                                     GError     **error);

G_END_DECLS
