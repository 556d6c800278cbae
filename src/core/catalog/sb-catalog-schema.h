/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-yaml.h"

G_BEGIN_DECLS

/* What a key may hold, as Docker's gateway decodes it. */
typedef enum
{
  SB_SCHEMA_ANY,
  SB_SCHEMA_TEXT,
  SB_SCHEMA_INTEGER,
  SB_SCHEMA_NUMBER,
  SB_SCHEMA_BOOLEAN,
  SB_SCHEMA_TEXTS,    /* a list of texts */
  SB_SCHEMA_TEXT_MAP, /* name: text */
  SB_SCHEMA_MAP,      /* keys of its own */
  SB_SCHEMA_MAPS,     /* a list of such mappings */
  SB_SCHEMA_IGNORED,  /* found in catalogs, read by nobody */
} SbSchemaType;

typedef struct _SbSchemaKey SbSchemaKey;

struct _SbSchemaKey
{
  const char        *name;
  SbSchemaType       type;
  const SbSchemaKey *keys; /* of a mapping; ends with a NULL name */
};

typedef enum
{
  SB_SCHEMA_UNKNOWN,   /* @node is the key; @name what was probably meant, or NULL */
  SB_SCHEMA_UNREAD,    /* @node is the key */
  SB_SCHEMA_TWICE,     /* @node is the second key */
  SB_SCHEMA_WRONG_TYPE /* @node is the value; @name says what it must be */
} SbSchemaFinding;

/* @path: the keys and indices from the root to the finding, NULL-terminated. */
typedef void (*SbSchemaFunc) (SbSchemaFinding     finding,
                              SbYamlNode         *node,
                              const char * const *path,
                              const char         *name,
                              gpointer            user_data);

extern const SbSchemaKey sb_catalog_root_keys[];
extern const SbSchemaKey sb_catalog_entry_keys[];

void        sb_catalog_schema_check (SbYamlNode         *mapping,
                                     const SbSchemaKey  *keys,
                                     const char * const *path,
                                     SbSchemaFunc        func,
                                     gpointer            user_data);
gboolean    sb_catalog_parse_boolean (SbYamlNode *node,
                                      gboolean   *value);

G_END_DECLS
