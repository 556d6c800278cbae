/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib-object.h>

#include "sb-channel.h"
#include "sb-file-credits.h"

G_BEGIN_DECLS

typedef enum
{
  SB_FILE_MARK_NONE,
  SB_FILE_MARK_ADDED,
  SB_FILE_MARK_MODIFIED,
  SB_FILE_MARK_INSIDE,  /* of a directory: something below it changed */
  SB_FILE_MARK_DELETED, /* it is only remembered */
} SbFileMark;

/* A file of a sandbox as the tree shows it. Signal "changed": anything of it. */
#define SB_TYPE_FILE_ENTRY (sb_file_entry_get_type ())
G_DECLARE_FINAL_TYPE (SbFileEntry, sb_file_entry, SB, FILE_ENTRY, GObject)

SbFileEntry *sb_file_entry_new              (const char       *directory, /* "" for the workspace itself */
                                             const SbFileInfo *info);
const char  *sb_file_entry_get_path         (SbFileEntry      *self); /* raw bytes, below the workspace */
const char  *sb_file_entry_get_name         (SbFileEntry      *self); /* raw bytes */
const char  *sb_file_entry_get_display_name (SbFileEntry      *self); /* fit to show */
SbFileType   sb_file_entry_get_file_type    (SbFileEntry      *self);
guint64      sb_file_entry_get_size         (SbFileEntry      *self);
gint64       sb_file_entry_get_mtime        (SbFileEntry      *self); /* wall µs */
SbFileMark   sb_file_entry_get_mark         (SbFileEntry      *self);
/* nullable: the tool call that wrote it */
const SbFileCredit *sb_file_entry_get_credit (SbFileEntry     *self);
/* TRUE if its size, time or kind are other than before. */
gboolean     sb_file_entry_update           (SbFileEntry      *self,
                                             const SbFileInfo *info);
void         sb_file_entry_set_mark         (SbFileEntry      *self,
                                             SbFileMark        mark,
                                             const SbFileCredit *credit);
/* Directories first, then by name. */
int          sb_file_entry_compare          (SbFileEntry      *a,
                                             SbFileEntry      *b);

G_END_DECLS
