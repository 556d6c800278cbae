/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define SB_JSON_ERROR (sb_json_error_quark ())

typedef enum
{
  SB_JSON_ERROR_SYNTAX,    /* not JSON, or more than one root */
  SB_JSON_ERROR_TOO_DEEP,  /* nesting beyond SB_JSON_MAX_DEPTH */
  SB_JSON_ERROR_TOO_LARGE, /* more than SB_JSON_MAX_SIZE bytes */
  SB_JSON_ERROR_TYPE,      /* valid JSON of another type than asked for */
} SbJsonError;

#define SB_JSON_MAX_DEPTH 128
#define SB_JSON_MAX_SIZE (64 * 1024 * 1024)

GQuark      sb_json_error_quark      (void);

JsonNode   *sb_json_parse            (const char  *data,
                                      gssize       length,
                                      GError     **error);
JsonObject *sb_json_parse_object     (const char  *data,
                                      gssize       length,
                                      GError     **error);
char       *sb_json_to_string        (JsonNode    *node,
                                      gboolean     pretty);
char       *sb_json_object_to_string (JsonObject  *object);

const char *sb_json_get_string       (JsonObject  *object,
                                      const char  *name);
gint64      sb_json_get_int          (JsonObject  *object,
                                      const char  *name,
                                      gint64       fallback);
double      sb_json_get_double       (JsonObject  *object,
                                      const char  *name,
                                      double       fallback);
gboolean    sb_json_get_boolean      (JsonObject  *object,
                                      const char  *name,
                                      gboolean     fallback);
JsonObject *sb_json_copy_object      (JsonObject  *object);
JsonObject *sb_json_get_object       (JsonObject  *object,
                                      const char  *name);
JsonArray  *sb_json_get_array        (JsonObject  *object,
                                      const char  *name);
GStrv       sb_json_dup_strings      (JsonObject  *object,
                                      const char  *name);

G_END_DECLS
