/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-file-drafts.h"

G_BEGIN_DECLS

/* The texts that were typed into files of sandboxes that ended: to be read, typed on, copied, saved elsewhere, or
 * thrown away, never to be lost by themselves. Actions: unsaved.copy, .discard, .save. */
#define SB_TYPE_UNSAVED_PAGE (sb_unsaved_page_get_type ())
G_DECLARE_FINAL_TYPE (SbUnsavedPage, sb_unsaved_page, SB, UNSAVED_PAGE, GtkWidget)

void sb_unsaved_page_set_drafts (SbUnsavedPage *self,
                                 SbFileDrafts  *drafts);
/* The text on show, which is then no longer unsaved. */
void sb_unsaved_page_save_to    (SbUnsavedPage *self,
                                 GFile         *target);
/* Why it ended. */
void sb_unsaved_page_set_reason (SbUnsavedPage *self,
                                 const char    *reason);

G_END_DECLS
