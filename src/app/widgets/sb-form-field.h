/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-mcp-form.h"

G_BEGIN_DECLS

/* One value to fill in, with its title and what is said of it. Texts are foreign. */
#define SB_TYPE_FORM_FIELD (sb_form_field_get_type ())
G_DECLARE_FINAL_TYPE (SbFormField, sb_form_field, SB, FORM_FIELD, GtkWidget)

/* field: of fields, which are kept. lines: a text may have several. */
GtkWidget  *sb_form_field_new       (GPtrArray         *fields,
                                     const SbMcpField  *field,
                                     gboolean           lines);
/* A value of another kind, typed as JSON. */
GtkWidget  *sb_form_field_new_json  (const char        *name,
                                     const char        *description,
                                     gboolean           required);
const char *sb_form_field_get_name  (SbFormField       *self);
/* value: nullable: left empty. FALSE with an error for what is no value of its kind. */
gboolean    sb_form_field_dup_value (SbFormField       *self,
                                     JsonNode         **value,
                                     GError           **error);

G_END_DECLS
