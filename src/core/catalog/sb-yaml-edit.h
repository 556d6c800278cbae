/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-yaml-node.h"

G_BEGIN_DECLS

/* A change of a document, made in its text: what it does not touch keeps its comments, its order and its style. A path
 * is the keys from the root; in a list the number of the item, or "-" for one more. */
typedef struct _SbYamlEdit SbYamlEdit;

/* Makes what is missing on the way. Takes @value. */
SbYamlEdit *sb_yaml_edit_new_set           (const char * const *path,
                                            SbYamlNode         *value);
SbYamlEdit *sb_yaml_edit_new_remove        (const char * const *path);
/* Of a key that is set twice; see sb_yaml_parse_lenient(). */
SbYamlEdit *sb_yaml_edit_new_remove_second (const char * const *path);
SbYamlEdit *sb_yaml_edit_new_rename        (const char * const *path,
                                            const char         *name);
void        sb_yaml_edit_free              (SbYamlEdit         *self);

char       *sb_yaml_edit_apply             (SbYamlEdit         *self,
                                            const char         *text,
                                            GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbYamlEdit, sb_yaml_edit_free)

G_END_DECLS
