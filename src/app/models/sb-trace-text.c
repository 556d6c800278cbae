/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-trace-text.h"

#include <glib/gi18n.h>
#include <string.h>

#include "sb-file-tree.h"
#include "sb-id.h"
#include "sb-json.h"

const char *
sb_trace_text_kind (SbTraceEvent *event)
{
  switch (sb_trace_event_get_kind (event))
    {
    case SB_TRACE_KIND_TURN:
      return _("Turn");
    case SB_TRACE_KIND_AGENT_RUN:
      return _("Agent");
    case SB_TRACE_KIND_ROUTE:
      return _("Route");
    case SB_TRACE_KIND_MODEL_CALL:
      return _("Model");
    case SB_TRACE_KIND_TOOL_CALL:
      return _("Tool");
    case SB_TRACE_KIND_APPROVAL:
      return _("Approval");
    case SB_TRACE_KIND_SANDBOX:
      return _("Sandbox");
    case SB_TRACE_KIND_FILE:
      return _("File");
    case SB_TRACE_KIND_CONTAINER:
      return _("Container");
    default:
      return _("Event");
    }
}

const char *
sb_trace_text_state (SbTraceState state)
{
  switch (state)
    {
    case SB_TRACE_STATE_RUNNING:
      return _("running");
    case SB_TRACE_STATE_OK:
      return _("done");
    case SB_TRACE_STATE_FAILED:
      return _("failed");
    case SB_TRACE_STATE_CANCELLED:
      return _("cancelled");
    case SB_TRACE_STATE_DENIED:
      return _("denied");
    default:
      return "";
    }
}

char *
sb_trace_text_describe (SbTraceEvent *event)
{
  g_autofree char *duration = sb_format_duration (sb_trace_event_get_duration (event));
  const char *subtitle = sb_trace_event_get_subtitle (event);
  GString *text = g_string_new (sb_trace_text_kind (event));

  g_string_append_printf (text, " %s", sb_trace_event_get_title (event));
  if (subtitle != NULL)
    g_string_append_printf (text, " · %s", subtitle);
  g_string_append_printf (text, " · %s · %s", sb_trace_text_state (sb_trace_event_get_state (event)),
                          duration);

  return g_string_free (text, FALSE);
}

/* Titles of file events are a sign and the path: "+ lib/sieve.js". */
char *
sb_trace_text_file (SbTraceEvent *event)
{
  const char *title = sb_trace_event_get_title (event);
  const char *space = title != NULL ? strchr (title, ' ') : NULL;

  if (sb_trace_event_get_kind (event) != SB_TRACE_KIND_FILE || space == NULL || space[1] == '\0')
    return NULL;

  return sb_file_tree_normalize (space + 1);
}

static void
add_text (JsonObject *object,
          const char *name,
          const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
}

/* Bodies that parse go in as JSON, the rest as the text it is. */
static void
add_body (JsonObject *object,
          const char *name,
          const char *json)
{
  JsonNode *node = json != NULL ? sb_json_parse (json, -1, NULL) : NULL;

  if (node != NULL)
    json_object_set_member (object, name, node);
  else
    add_text (object, name, json);
}

static void
add_usage (JsonObject         *object,
           const SbTraceUsage *usage)
{
  if (usage == NULL || (usage->prompt_tokens <= 0 && usage->completion_tokens <= 0))
    return;

  json_object_set_int_member (object, "prompt_tokens", usage->prompt_tokens);
  json_object_set_int_member (object, "completion_tokens", usage->completion_tokens);
  json_object_set_int_member (object, "first_token_us", usage->first_token_us);
}

char *
sb_trace_text_raw (SbTraceEvent *event)
{
  JsonObject *object = json_object_new ();
  g_autoptr(JsonNode) node = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (node, object);
  add_text (object, "id", sb_trace_event_get_id (event));
  add_text (object, "parent_id", sb_trace_event_get_parent_id (event));
  add_text (object, "turn_id", sb_trace_event_get_turn_id (event));
  add_text (object, "kind", sb_trace_kind_to_string (sb_trace_event_get_kind (event)));
  add_text (object, "state", sb_trace_state_to_string (sb_trace_event_get_state (event)));
  add_text (object, "title", sb_trace_event_get_title (event));
  add_text (object, "subtitle", sb_trace_event_get_subtitle (event));
  add_text (object, "agent", sb_trace_event_get_agent (event));
  json_object_set_int_member (object, "wall_start_us", sb_trace_event_get_wall_start (event));
  json_object_set_int_member (object, "duration_us", sb_trace_event_get_duration (event));
  add_usage (object, sb_trace_event_get_usage (event));
  add_body (object, "request", sb_trace_event_get_request (event));
  add_body (object, "response", sb_trace_event_get_response (event));

  return sb_json_to_string (node, TRUE);
}
