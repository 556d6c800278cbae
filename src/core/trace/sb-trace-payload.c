/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-trace-payload.h"

#include <string.h>

#include "sb-json.h"
#include "sb-text.h"

/* Room for the line that says what is left out. */
#define MARK_ROOM 64

static void shorten_node (JsonNode *node,
                          gsize     max_string);

static char *
redact_and_clean (SbRedactor *redactor,
                  const char *text)
{
  g_autofree char *redacted = redactor != NULL ? sb_redactor_apply (redactor, text) : g_strdup (text);

  return sb_text_clean (redacted, -1, NULL);
}

static void
shorten_element_cb (JsonArray *array,
                    guint      index,
                    JsonNode  *element,
                    gpointer   user_data)
{
  shorten_node (element, *(gsize *) user_data);
}

static void
shorten_member_cb (JsonObject *object,
                   const char *name,
                   JsonNode   *member,
                   gpointer    user_data)
{
  shorten_node (member, *(gsize *) user_data);
}

static void
shorten_node (JsonNode *node,
              gsize     max_string)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      json_object_foreach_member (json_node_get_object (node), shorten_member_cb, &max_string);
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      json_array_foreach_element (json_node_get_array (node), shorten_element_cb, &max_string);
    }
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING &&
           strlen (json_node_get_string (node)) > max_string + MARK_ROOM)
    {
      g_autofree char *shorter = sb_text_head_tail (json_node_get_string (node), max_string, NULL);

      json_node_set_string (node, shorter);
    }
}

/* JSON stays JSON: its long strings are shortened, each with a mark, as little as needed. */
static char *
shorten_json (const char *text)
{
  g_autoptr(JsonNode) root = sb_json_parse (text, -1, NULL);

  if (root == NULL)
    return NULL;

  for (gsize max_string = 64 * 1024; max_string >= 256; max_string /= 4)
    {
      g_autofree char *shorter = NULL;

      shorten_node (root, max_string);
      shorter = sb_json_to_string (root, FALSE);
      if (strlen (shorter) <= SB_TRACE_PAYLOAD_MAX)
        return g_steal_pointer (&shorter);
    }

  return NULL;
}

/**
 * sb_trace_payload_prepare:
 * @redactor: (nullable)
 * @text: (nullable): a request or response as it went over the wire; need not be JSON, nor UTF-8
 *
 * The one boundary through which payloads enter the trace: takes secrets out, makes the text fit to show, and
 * shortens it to about SB_TRACE_PAYLOAD_MAX, saying where.
 *
 * Returns: (transfer full) (nullable): NULL for NULL
 */
char *
sb_trace_payload_prepare (SbRedactor *redactor,
                          const char *text)
{
  g_autofree char *clean = NULL;
  char *shorter;

  if (text == NULL)
    return NULL;

  clean = redact_and_clean (redactor, text);
  if (strlen (clean) <= SB_TRACE_PAYLOAD_MAX)
    return g_steal_pointer (&clean);

  shorter = shorten_json (clean);

  return shorter != NULL ? shorter : sb_text_head_tail (clean, SB_TRACE_PAYLOAD_MAX - MARK_ROOM, NULL);
}

/**
 * sb_trace_label_prepare:
 * @text: (nullable): a name or a summary, perhaps from outside
 *
 * Like sb_trace_payload_prepare(), for what stands in one line: at most SB_TRACE_LABEL_MAX characters.
 *
 * Returns: (transfer full) (nullable): NULL for NULL
 */
char *
sb_trace_label_prepare (SbRedactor *redactor,
                        const char *text)
{
  g_autofree char *clean = NULL;
  g_autofree char *start = NULL;

  if (text == NULL)
    return NULL;

  clean = g_strdelimit (redact_and_clean (redactor, text), "\n\t", ' ');
  if (g_utf8_strlen (clean, -1) <= SB_TRACE_LABEL_MAX)
    return g_steal_pointer (&clean);

  start = g_utf8_substring (clean, 0, SB_TRACE_LABEL_MAX - 1);

  return g_strconcat (start, "…", NULL);
}
