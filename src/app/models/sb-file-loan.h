/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

#include "sb-channel.h"

G_BEGIN_DECLS

#define SB_FILE_LOAN_MAX (64 * 1024 * 1024)

/* A private copy of a file of a sandbox, outside of it, for another program: of at most 64 MiB, under a clean name,
 * never executable, made when it is asked for. It goes with this object. */
#define SB_TYPE_FILE_LOAN (sb_file_loan_get_type ())
G_DECLARE_FINAL_TYPE (SbFileLoan, sb_file_loan, SB, FILE_LOAN, GObject)

SbFileLoan *sb_file_loan_new          (SbChannel            *channel,
                                       const char           *path);
/* Asked for again it is the same copy. */
void        sb_file_loan_fetch_async  (SbFileLoan           *self,
                                       GCancellable         *cancellable,
                                       GAsyncReadyCallback   callback,
                                       gpointer              user_data);
/* (transfer none) */
GFile      *sb_file_loan_fetch_finish (SbFileLoan           *self,
                                       GAsyncResult         *result,
                                       GError              **error);
/* (transfer full): what a file of that path is called outside */
char       *sb_file_loan_dup_name     (const char           *path);

G_END_DECLS
