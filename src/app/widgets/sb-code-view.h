/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Text in a monospace face with line numbers, highlighting and Ctrl+F; follows light and dark. To be read, unless it is
 * made editable. Property: modified (it was typed into since it was set). */
#define SB_TYPE_CODE_VIEW (sb_code_view_get_type ())
G_DECLARE_FINAL_TYPE (SbCodeView, sb_code_view, SB, CODE_VIEW, GtkWidget)

/* text must be valid UTF-8. file_name guesses the language; language_id wins; both nullable.
 * keep_place: the same text in a newer version, so stay where the reader is. */
void       sb_code_view_set_text  (SbCodeView *self,
                                   const char *text,
                                   gssize      length,
                                   const char *language_id,
                                   const char *file_name,
                                   gboolean    keep_place);
/* As if it was typed: what was there before comes back with Ctrl+Z. */
void       sb_code_view_replace_text (SbCodeView *self,
                                      const char *text);
char      *sb_code_view_dup_text  (SbCodeView *self);
void       sb_code_view_set_editable (SbCodeView *self,
                                      gboolean    editable);
gboolean   sb_code_view_get_modified (SbCodeView *self);
void       sb_code_view_set_modified (SbCodeView *self,
                                      gboolean    modified);
void       sb_code_view_find      (SbCodeView *self);

G_END_DECLS
