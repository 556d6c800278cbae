/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-change-set.h"
#include "sb-trace.h"

G_BEGIN_DECLS

/* The files of a sandbox that changed since its start, or since a tool call, and how. Property: changes. */
#define SB_TYPE_CHANGES_PAGE (sb_changes_page_get_type ())
G_DECLARE_FINAL_TYPE (SbChangesPage, sb_changes_page, SB, CHANGES_PAGE, GtkWidget)

void sb_changes_page_set_changes (SbChangesPage *self,
                                  SbChangeSet   *changes); /* nullable */
/* Where the names of the tool calls come from. */
void sb_changes_page_set_trace   (SbChangesPage *self,
                                  SbTrace       *trace); /* nullable */
/* A file, if it changed. */
void sb_changes_page_show        (SbChangesPage *self,
                                  const char    *path);

G_END_DECLS
