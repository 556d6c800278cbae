/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-change-set.h"
#include "sb-file-entry.h"

G_BEGIN_DECLS

/* What a change set says about the rows of a tree. changes: nullable, nothing is known. */

/* Of a file or directory that is there: a deletion that it has outlived does not count. */
SbFileMark  sb_file_marks_get         (SbChangeSet *changes,
                                       SbFileEntry *entry);
/* Whether a path that is not there any more was there once: a file, or a directory that held one. */
gboolean    sb_file_marks_was_deleted (SbChangeSet *changes,
                                       const char  *path,
                                       SbFileType   type);
/* (transfer full) of SbFileEntry: files that were deleted from a directory ("" is the workspace), and directories
 * that files were deleted from; whether there is something of that name now is the caller's to see. */
GPtrArray  *sb_file_marks_list_deleted (SbChangeSet *changes,
                                        const char  *directory);

G_END_DECLS
