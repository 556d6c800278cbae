/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Values to fill in, one below the other. */
#define SB_TYPE_FORM (sb_form_get_type ())
G_DECLARE_FINAL_TYPE (SbForm, sb_form, SB, FORM, GtkWidget)

/* fields: of SbMcpField */
GtkWidget  *sb_form_new            (GPtrArray   *fields);
/* Of the input of a tool, which is any JSON schema: what has no field of its own is typed as JSON. */
GtkWidget  *sb_form_new_for_schema (JsonObject  *schema);
guint       sb_form_get_n_fields   (SbForm      *self);
/* (transfer full): what was filled in; an error says what is wrong */
JsonObject *sb_form_dup_content    (SbForm      *self,
                                    GError     **error);

G_END_DECLS
