/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SB_YAML_ERROR (sb_yaml_error_quark ())

typedef enum
{
  SB_YAML_ERROR_SYNTAX, /* not YAML, or something of YAML that is refused: aliases, tags, several documents */
  SB_YAML_ERROR_LIMIT,  /* too large, too deep, too many nodes */
  SB_YAML_ERROR_SCHEMA, /* valid YAML, but not what was asked for */
  SB_YAML_ERROR_EDIT,   /* an edit that could not be made, or not without changing something else */
} SbYamlError;

#define SB_YAML_MAX_SIZE (1024 * 1024)
#define SB_YAML_MAX_DEPTH 32
#define SB_YAML_MAX_NODES 50000

typedef enum
{
  SB_YAML_SCALAR,
  SB_YAML_SEQUENCE,
  SB_YAML_MAPPING,
} SbYamlKind;

/* A node of a document, with the line (from 1) it stands on. Keys of a mapping keep their order; they are unique
 * but for sb_yaml_parse_lenient(). */
typedef struct _SbYamlNode SbYamlNode;

struct _SbYamlNode
{
  SbYamlKind  kind;
  guint       line;
  char       *text;     /* scalar: the value; "" for nothing */
  GPtrArray  *keys;     /* mapping: of SbYamlNode, scalars */
  GPtrArray  *children; /* mapping: the value of each key; sequence: the items; of SbYamlNode */

  guint       column;   /* from 0, in characters */
  gsize       start;    /* bytes of the document, up to end; comments behind it are not part of it */
  gsize       end;
  gboolean    quoted;   /* scalar: a text, whatever it looks like */
  gboolean    flow;     /* collection: [a] or {a: b} */
};

GQuark      sb_yaml_error_quark  (void);

SbYamlNode *sb_yaml_parse        (const char  *data,
                                  gssize       length,
                                  GError     **error);
/* The same, but a key that is set twice is kept twice; sb_yaml_node_get() finds the first. */
SbYamlNode *sb_yaml_parse_lenient (const char  *data,
                                   gssize       length,
                                   GError     **error);
void        sb_yaml_node_free    (SbYamlNode  *self);

SbYamlNode *sb_yaml_node_get     (SbYamlNode  *self,
                                  const char  *key);
gboolean    sb_yaml_node_check_keys (SbYamlNode          *self,
                                     const char          *what,
                                     const char * const  *allowed,
                                     GError             **error);
gboolean    sb_yaml_node_get_text  (SbYamlNode  *self,
                                    const char  *key,
                                    const char **text,
                                    GError     **error);
gboolean    sb_yaml_node_get_texts (SbYamlNode  *self,
                                    const char  *key,
                                    GStrv       *texts,
                                    GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbYamlNode, sb_yaml_node_free)

G_END_DECLS
