/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-channel.h"
#include "sb-file-entry.h"

G_BEGIN_DECLS

/* Shows one file of a sandbox as it is now: text highlighted by its name, anything else as bytes. */
#define SB_TYPE_FILE_VIEW (sb_file_view_get_type ())
G_DECLARE_FINAL_TYPE (SbFileView, sb_file_view, SB, FILE_VIEW, GtkWidget)

/* entry NULL: nothing. The channel is only used to read. */
void sb_file_view_set_file (SbFileView  *self,
                            SbChannel   *channel,
                            SbFileEntry *entry);
/* Reads again, staying where the reader is; gone: the file was deleted. */
void sb_file_view_refresh  (SbFileView  *self,
                            gboolean     gone);

G_END_DECLS
