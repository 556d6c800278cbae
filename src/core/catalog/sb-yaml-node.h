/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-yaml.h"

G_BEGIN_DECLS

/* Nodes that come from no document: to be put into one by sb-yaml-edit.h. */
SbYamlNode *sb_yaml_node_new_text     (const char         *text);
SbYamlNode *sb_yaml_node_new_word     (const char         *word);
SbYamlNode *sb_yaml_node_new_mapping  (void);
SbYamlNode *sb_yaml_node_new_sequence (void);
SbYamlNode *sb_yaml_node_new_texts    (const char * const *texts);

/* Both take @value. */
SbYamlNode *sb_yaml_node_add          (SbYamlNode         *mapping,
                                       const char         *key,
                                       SbYamlNode         *value);
SbYamlNode *sb_yaml_node_append       (SbYamlNode         *sequence,
                                       SbYamlNode         *value);

SbYamlNode *sb_yaml_node_copy         (SbYamlNode         *self);
gboolean    sb_yaml_node_equal        (SbYamlNode         *a,
                                       SbYamlNode         *b);
gboolean    sb_yaml_node_is_null      (SbYamlNode         *self);

/* Lines of block style, each with @indent blanks before it and a line end behind it. */
void        sb_yaml_node_write        (SbYamlNode         *self,
                                       guint               indent,
                                       GString            *out);
void        sb_yaml_scalar_write      (SbYamlNode         *self,
                                       GString            *out);
/* "key:" with its value behind or below it. */
void        sb_yaml_pair_write        (const char         *key,
                                       SbYamlNode         *value,
                                       guint               indent,
                                       GString            *out);

G_END_DECLS
