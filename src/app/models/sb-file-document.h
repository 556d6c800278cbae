/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-channel.h"

G_BEGIN_DECLS

/* Larger files are read in pages and not edited. */
#define SB_FILE_DOCUMENT_WHOLE (1024 * 1024)

typedef enum
{
  SB_FILE_DOCUMENT_LOADING,
  SB_FILE_DOCUMENT_TEXT,   /* whole, and shown as it is: can be edited */
  SB_FILE_DOCUMENT_PART,   /* a page of it, or text that is not fit to be shown as it is: to be read */
  SB_FILE_DOCUMENT_BYTES,  /* a page of it as numbers */
  SB_FILE_DOCUMENT_FAILED, /* it cannot be read; see the message */
} SbFileDocumentState;

/* One file of a sandbox that somebody reads or edits. It knows what the file held when it was read, so what was typed
 * and what changed below never overwrite each other unasked.
 * Property: conflict (the file changed while it holds edits). Signals: "loaded": there is new text to show; "changed":
 * anything else. */
#define SB_TYPE_FILE_DOCUMENT (sb_file_document_get_type ())
G_DECLARE_FINAL_TYPE (SbFileDocument, sb_file_document, SB, FILE_DOCUMENT, GObject)

SbFileDocument      *sb_file_document_new          (SbChannel            *channel,
                                                    const char           *path);
SbChannel           *sb_file_document_get_channel  (SbFileDocument       *self);
const char          *sb_file_document_get_path     (SbFileDocument       *self);
SbFileDocumentState  sb_file_document_get_state    (SbFileDocument       *self);
const char          *sb_file_document_get_message  (SbFileDocument       *self); /* nullable: why it failed */
const char          *sb_file_document_get_text     (SbFileDocument       *self); /* valid UTF-8, fit to show */
guint64              sb_file_document_get_size     (SbFileDocument       *self);
gboolean             sb_file_document_get_gone     (SbFileDocument       *self); /* it was deleted */
/* Of the page that is shown, in bytes; the length is the file's size when it is shown whole. */
guint64              sb_file_document_get_offset   (SbFileDocument       *self);
guint64              sb_file_document_get_length   (SbFileDocument       *self);
void                 sb_file_document_go           (SbFileDocument       *self,
                                                    int                   pages);
/* The file may have changed, or gone. */
void                 sb_file_document_refresh      (SbFileDocument       *self);
/* Whether somebody has typed into its text. */
gboolean             sb_file_document_get_edited   (SbFileDocument       *self);
void                 sb_file_document_set_edited   (SbFileDocument       *self,
                                                    gboolean              edited);
/* nullable: what was typed, while nobody shows it */
const char          *sb_file_document_get_draft    (SbFileDocument       *self);
void                 sb_file_document_set_draft    (SbFileDocument       *self,
                                                    const char           *draft);
gboolean             sb_file_document_get_conflict (SbFileDocument       *self);
/* (transfer none) (nullable): what the file holds, when that is in conflict and text */
GBytes              *sb_file_document_get_theirs   (SbFileDocument       *self);
/* Ends the conflict: the next save overwrites theirs; or theirs is loaded, and what was typed is up to the caller. */
void                 sb_file_document_keep_mine    (SbFileDocument       *self);
void                 sb_file_document_load_theirs  (SbFileDocument       *self);
void                 sb_file_document_save_async   (SbFileDocument       *self,
                                                    const char           *text,
                                                    GAsyncReadyCallback   callback,
                                                    gpointer              user_data);
/* G_IO_ERROR_WRONG_ETAG: it changed meanwhile; nothing was written, there is a conflict now. */
gboolean             sb_file_document_save_finish  (SbFileDocument       *self,
                                                    GAsyncResult         *result,
                                                    GError              **error);

G_END_DECLS
