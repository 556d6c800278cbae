/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-mcp-http-answer.h"
#include "sb-mcp-text.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

static void
check_exact (JsonObject *result)
{
  const char *text = sb_json_get_string (result, SB_MCP_EXACT_STATE_KEY);
  SbMcpExactString exact = { "placeholder", text };
  g_autoptr(JsonNode) message = sb_json_parse ("[\"placeholder\"]", -1, NULL);
  g_autofree char *sent = NULL;
  g_autoptr(JsonNode) again = NULL;

  if (text == NULL || !sb_mcp_text_is_exact (text))
    return;

  sent = sb_mcp_text_new (message, &exact);
  again = sb_json_parse (sent, -1, NULL);
  g_assert_true (again != NULL && json_array_get_length (json_node_get_array (again)) == 1);
}

/* Whatever a server calls its state: what is sent back is one string, and a message stays one. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *whole = g_strdup_printf ("{\"result\":{\"requestState\":%.*s}}", (int) MIN (size, 4096),
                                            (const char *) data);
  const char * const texts[] = { whole, (const char *) data };
  const gsize lengths[] = { strlen (whole), size };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(JsonNode) node = sb_mcp_text_parse (texts[i], lengths[i]);
      JsonObject *object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      JsonObject *result = object != NULL ? sb_json_get_object (object, "result") : NULL;

      if (result != NULL)
        check_exact (result);
      if (node != NULL)
        {
          sb_mcp_http_answer_is_for (node, "i1");
          sb_mcp_http_answer_is_complaint (node);
        }
    }

  return 0;
}
