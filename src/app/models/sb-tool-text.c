/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-text.h"

#include <glib/gi18n.h>

#include "sb-json.h"
#include "sb-text.h"

#define MAX_SUMMARY 300
#define MAX_DESCRIPTION (8 * 1024)

guint
sb_tool_text_claims (const SbMcpTool *tool,
                     SbToolClaim      claims[SB_TOOL_MAX_CLAIMS])
{
  JsonObject *annotations = tool->annotations;
  guint n = 0;

  if (annotations == NULL)
    return 0;

  if (sb_json_get_boolean (annotations, "readOnlyHint", FALSE))
    claims[n++] = (SbToolClaim) { _("reads only"), "success" };
  else if (sb_json_get_boolean (annotations, "destructiveHint", FALSE))
    claims[n++] = (SbToolClaim) { _("changes things"), "warning" };
  if (sb_json_get_boolean (annotations, "openWorldHint", FALSE))
    claims[n++] = (SbToolClaim) { _("reaches the network"), "warning" };
  if (sb_json_get_boolean (annotations, "idempotentHint", FALSE))
    claims[n++] = (SbToolClaim) { _("may be repeated"), NULL };

  return n;
}

char *
sb_tool_text_summary (const SbMcpTool *tool)
{
  g_autofree char *head = g_strndup (tool->description != NULL ? tool->description : "", MAX_SUMMARY);
  char *clean = sb_text_clean (head, -1, NULL);

  return g_strstrip (g_strdelimit (clean, "\n\t", ' '));
}

char *
sb_tool_text_description (const SbMcpTool *tool)
{
  g_autofree char *head = sb_text_head_tail (tool->description != NULL ? tool->description : "", MAX_DESCRIPTION, NULL);

  return sb_text_clean (head, -1, NULL);
}
