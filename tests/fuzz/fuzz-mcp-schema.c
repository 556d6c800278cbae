/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "sb-json.h"
#include "sb-mcp-content.h"
#include "sb-mcp-form.h"
#include "sb-mcp-parameters.h"
#include "sb-mcp-schema.h"

int LLVMFuzzerTestOneInput (const uint8_t *data,
                            size_t         size);

static void
judge (JsonObject *schema,
       JsonNode   *value)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (value) ? json_node_get_object (value) : NULL;
  g_autoptr(GPtrArray) form = sb_mcp_form_parse (schema, NULL);
  g_autofree char *checked = sb_mcp_schema_check (schema, value);
  g_autofree char *found = NULL;
  g_autofree char *missing = NULL;
  g_auto(GStrv) parameters = NULL;

  sb_mcp_parameters_are_valid (schema);
  if (object == NULL)
    return;

  found = sb_mcp_schema_find_problem (schema, object);
  parameters = sb_mcp_parameters_dup (schema, object);
  if (form != NULL)
    missing = sb_mcp_form_find_problem (form, object);
}

/* A schema from a server, on the first line, and what is to fit it on the second. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  const char *text = (const char *) data;
  const char *newline = memchr (text, '\n', size);
  gsize length = newline != NULL ? newline - text : size;
  g_autoptr(JsonObject) schema = sb_json_parse_object (text, length, NULL);
  g_autoptr(JsonNode) value = newline != NULL ? sb_json_parse (newline + 1, size - length - 1, NULL) : NULL;
  g_autoptr(SbMcpContent) content = value != NULL ? sb_mcp_content_parse (value) : NULL;
  g_autoptr(GBytes) bytes = content != NULL ? sb_mcp_content_dup_bytes (content) : NULL;

  if (schema != NULL && value != NULL)
    judge (schema, value);

  return 0;
}
