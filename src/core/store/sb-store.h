/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-conversation.h"

G_BEGIN_DECLS

#define SB_STORE_ERROR (sb_store_error_quark ())

typedef enum
{
  SB_STORE_ERROR_OPEN,      /* the file cannot be opened or is not ours */
  SB_STORE_ERROR_TOO_NEW,   /* written by a newer version */
  SB_STORE_ERROR_FULL,      /* no room on the disk */
  SB_STORE_ERROR_READ_ONLY,
  SB_STORE_ERROR_CORRUPT,
  SB_STORE_ERROR_BUSY,      /* another process holds the file */
} SbStoreError;

/* History in SQLite (WAL). Whatever is attached is written as it changes: rows at once, streaming text at
 * most
 * 250 ms late, all of it in one transaction a flush. Signal "failed" (GError*): a write did not work; it is
 * tried again. */
#define SB_TYPE_STORE (sb_store_get_type ())
G_DECLARE_FINAL_TYPE (SbStore, sb_store, SB, STORE, GObject)

GQuark          sb_store_error_quark  (void);
/* path ":memory:" for tests. redactor is given to every conversation. */
SbStore        *sb_store_new          (const char      *path,
                                       SbRedactor      *redactor,
                                       GError         **error);
/* A GListModel of SbConversation, newest first; their messages are read by sb_store_load(). */
GListModel     *sb_store_get_conversations (SbStore    *self);
SbConversation *sb_store_create_conversation (SbStore  *self);
gboolean        sb_store_load         (SbStore         *self,
                                       SbConversation  *conversation,
                                       GError         **error);
void            sb_store_delete       (SbStore         *self,
                                       SbConversation  *conversation);
void            sb_store_undelete     (SbStore         *self,
                                       SbConversation  *conversation);
/* (transfer full): the conversations in which the text stands */
GListModel     *sb_store_search       (SbStore         *self,
                                       const char      *text);
gboolean        sb_store_flush        (SbStore         *self,
                                       GError         **error);
/* Small settings: last window size, chosen provider… */
char           *sb_store_get_setting  (SbStore         *self,
                                       const char      *key);
void            sb_store_set_setting  (SbStore         *self,
                                       const char      *key,
                                       const char      *value);

G_END_DECLS
