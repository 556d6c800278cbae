/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-file-loan.h"

G_BEGIN_DECLS

/* A file of a sandbox for the clipboard or a drop: copied out when somebody takes it, not before.
 * Signal "failed" (GError*): it could not be. */
#define SB_TYPE_FILE_PROVIDER (sb_file_provider_get_type ())
G_DECLARE_FINAL_TYPE (SbFileProvider, sb_file_provider, SB, FILE_PROVIDER, GdkContentProvider)

GdkContentProvider *sb_file_provider_new (SbFileLoan *loan);

G_END_DECLS
