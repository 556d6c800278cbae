/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef enum
{
  SB_MCP_FIELD_STRING,
  SB_MCP_FIELD_INTEGER,
  SB_MCP_FIELD_NUMBER,
  SB_MCP_FIELD_BOOLEAN,
  SB_MCP_FIELD_CHOICE,  /* one of the choices, a string */
  SB_MCP_FIELD_CHOICES, /* a list of them */
} SbMcpFieldKind;

typedef enum
{
  SB_MCP_FORMAT_NONE,
  SB_MCP_FORMAT_EMAIL,
  SB_MCP_FORMAT_URI,
  SB_MCP_FORMAT_DATE,
  SB_MCP_FORMAT_DATE_TIME,
} SbMcpFormat;

typedef struct
{
  char *value;
  char *title; /* never NULL; foreign text, as value */
} SbMcpChoice;

/* One field of a form that a server wants filled in. Texts are foreign. */
typedef struct
{
  /* owned */
  char      *name;
  char      *title;         /* never NULL */
  char      *description;   /* nullable */
  JsonNode  *default_value; /* nullable; valid for the field */
  GPtrArray *choices;       /* of SbMcpChoice; empty but for CHOICE and CHOICES */

  SbMcpFieldKind kind;
  SbMcpFormat    format;
  gboolean       required;
  double         minimum; /* of a number, of a text's length in characters, or of how many choices */
  double         maximum; /* the same; G_MAXDOUBLE: none */
} SbMcpField;

GPtrArray *sb_mcp_form_parse        (JsonObject  *schema,
                                     GError     **error);
char      *sb_mcp_form_find_problem (GPtrArray   *fields,
                                     JsonObject  *content);

G_END_DECLS
