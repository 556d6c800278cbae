/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-text.h"

#include <string.h>

#include "sb-json.h"

#define STATE "requestState"
#define RESULT "result"

/* A place in JSON text that is known to be valid. */
typedef struct
{
  const char *at;
  const char *end;
} Cursor;

static void
skip_blanks (Cursor *cursor)
{
  while (cursor->at < cursor->end && strchr (" \t\r\n", *cursor->at) != NULL)
    cursor->at++;
}

static void
skip_string (Cursor *cursor)
{
  for (cursor->at++; cursor->at < cursor->end && *cursor->at != '"'; cursor->at++)
    if (*cursor->at == '\\')
      cursor->at++;
  cursor->at++;
}

static void
skip_value (Cursor *cursor)
{
  guint depth = 0;

  do
    {
      char c = *cursor->at;

      if (c == '"')
        {
          skip_string (cursor);
          continue;
        }
      if (c == '{' || c == '[')
        depth++;
      else if ((c == '}' || c == ']') && depth-- == 0)
        return;
      else if (c == ',' && depth == 0)
        return;
      cursor->at++;
    }
  while (cursor->at < cursor->end && (depth > 0 || strchr (",}]", *cursor->at) == NULL));
}

/* Goes to the value of a member of the object at the cursor: the last of that name, which is the one that counts. */
static gboolean
find_member (Cursor     *cursor,
             const char *name)
{
  gsize length = strlen (name);
  const char *found = NULL;

  skip_blanks (cursor);
  if (cursor->at >= cursor->end || *cursor->at != '{')
    return FALSE;

  for (cursor->at++; cursor->at < cursor->end && *cursor->at != '}';)
    {
      const char *key = NULL;
      gboolean is_it = FALSE;

      skip_blanks (cursor);
      if (cursor->at >= cursor->end || *cursor->at != '"')
        break;
      key = cursor->at + 1;
      skip_string (cursor);
      is_it = (gsize) (cursor->at - key) == length + 1 && memcmp (key, name, length) == 0;
      skip_blanks (cursor);
      cursor->at++;
      skip_blanks (cursor);
      if (is_it)
        found = cursor->at;
      skip_value (cursor);
      skip_blanks (cursor);
      if (cursor->at < cursor->end && *cursor->at == ',')
        cursor->at++;
    }
  cursor->at = found;

  return found != NULL;
}

/* Returns: (transfer full) (nullable): the text of the result's requestState, if it is a string with escapes */
static char *
find_state (const char *text,
            gsize       length)
{
  Cursor cursor = { text, text + length };
  const char *start = NULL;

  if (memmem (text, length, "\"" STATE "\"", strlen ("\"" STATE "\"")) == NULL
      || memmem (text, length, "\\u", 2) == NULL || !find_member (&cursor, RESULT) || !find_member (&cursor, STATE)
      || *cursor.at != '"')
    return NULL;

  start = cursor.at;
  skip_string (&cursor);

  return memmem (start, cursor.at - start, "\\u", 2) != NULL ? g_strndup (start, cursor.at - start) : NULL;
}

/* A name that is written with escapes is found by the parser alone: then it means another string. */
static gboolean
says_same (const char *text,
           const char *string)
{
  g_autoptr(JsonNode) node = sb_json_parse (text, -1, NULL);

  return node != NULL && g_strcmp0 (json_node_get_string (node), string) == 0;
}

/**
 * sb_mcp_text_parse:
 * @text: a message, foreign; need not end in NUL
 *
 * As sb_json_parse(), and notes the exact text of a requestState that has escapes.
 *
 * Returns: (transfer full) (nullable): the message; %NULL: it is no JSON
 */
JsonNode *
sb_mcp_text_parse (const char *text,
                   gsize       length)
{
  JsonNode *node = sb_json_parse (text, length, NULL);
  JsonObject *object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonObject *result = object != NULL ? sb_json_get_object (object, RESULT) : NULL;
  const char *string = result != NULL ? sb_json_get_string (result, STATE) : NULL;
  g_autofree char *state = string != NULL ? find_state (text, length) : NULL;

  if (state != NULL && says_same (state, string))
    json_object_set_string_member (result, SB_MCP_EXACT_STATE_KEY, state);

  return node;
}

/* Whether it is the JSON text of one string, and nothing besides. */
gboolean
sb_mcp_text_is_exact (const char *text)
{
  g_autoptr(JsonNode) node = sb_json_parse (text, -1, NULL);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
         && text[0] == '"' && text[strlen (text) - 1] == '"';
}

/**
 * sb_mcp_text_new:
 * @message: (transfer none): to be sent
 * @exact: (nullable): what stands in the text in the place of a string that is in the tree
 *
 * Returns: (transfer full): the message in one line
 */
char *
sb_mcp_text_new (JsonNode               *message,
                 const SbMcpExactString *exact)
{
  g_autofree char *text = sb_json_to_string (message, FALSE);
  g_autofree char *quoted = exact != NULL ? g_strdup_printf ("\"%s\"", exact->placeholder) : NULL;
  const char *place = quoted != NULL ? strstr (text, quoted) : NULL;
  g_autofree char *before = place != NULL ? g_strndup (text, place - text) : NULL;

  if (place == NULL)
    return g_steal_pointer (&text);

  return g_strconcat (before, exact->text, place + strlen (quoted), NULL);
}
