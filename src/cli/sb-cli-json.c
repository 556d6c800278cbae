/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-watch.h"
#include "sb-enum.h"
#include "sb-json.h"

#include <stdio.h>

static JsonObject *
event_new (const char *type)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "type", type);

  return object;
}

static void
set_string (JsonObject *object,
            const char *name,
            const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
}

static void
set_duration (JsonObject *object,
              gint64      microseconds)
{
  if (microseconds >= 0)
    json_object_set_double_member (object, "durationMs", microseconds / 1000.0);
}

static void
print (JsonObject *object)
{
  g_autofree char *line = sb_json_object_to_string (object);

  puts (line);
  fflush (stdout);
}

static JsonObject *
message_event (const char *type,
               SbMessage  *message)
{
  JsonObject *object = event_new (type);

  set_string (object, "id", sb_message_get_id (message));
  set_string (object, "role", sb_enum_to_nick (SB_TYPE_MESSAGE_ROLE, sb_message_get_role (message)));
  set_string (object, "state", sb_enum_to_nick (SB_TYPE_MESSAGE_STATE, sb_message_get_state (message)));
  set_string (object, "agent", sb_message_get_agent (message));
  set_string (object, "model", sb_message_get_model (message));
  set_string (object, "traceId", sb_message_get_trace_id (message));

  return object;
}

static void
print_notice (SbMessage *message)
{
  g_autoptr(JsonObject) object = message_event ("notice", message);

  set_string (object, "kind", sb_enum_to_nick (SB_TYPE_NOTICE_KIND, sb_message_get_notice_kind (message)));
  set_string (object, "text", sb_message_get_text (message));
  set_string (object, "hint", sb_message_get_hint (message));
  if (sb_message_get_can_retry (message))
    json_object_set_boolean_member (object, "canRetry", TRUE);
  print (object);
}

static void
print_tool (SbMessage *message)
{
  g_autoptr(JsonObject) object = message_event ("tool", message);
  g_autoptr(JsonNode) structured = NULL;

  set_string (object, "name", sb_message_get_tool_name (message));
  set_string (object, "arguments", sb_message_get_arguments (message));
  set_string (object, "badge", sb_message_get_badge (message));
  set_string (object, "result", sb_message_get_result (message));
  if (sb_message_get_structured (message) != NULL)
    structured = sb_json_parse (sb_message_get_structured (message), -1, NULL);
  if (structured != NULL)
    json_object_set_member (object, "structured", g_steal_pointer (&structured));
  if (sb_message_get_result (message) != NULL)
    json_object_set_boolean_member (object, "isError", sb_message_get_is_error (message));
  set_duration (object, sb_message_get_duration (message));
  print (object);
}

static void
print_message (SbMessage *message)
{
  g_autoptr(JsonObject) object = message_event ("message", message);

  if (sb_message_get_state (message) != SB_MESSAGE_STATE_STREAMING)
    set_string (object, "text", sb_message_get_text (message));
  if (sb_message_get_completion_tokens (message) >= 0)
    json_object_set_int_member (object, "completionTokens", sb_message_get_completion_tokens (message));
  set_duration (object, sb_message_get_duration (message));
  print (object);
}

static void
message_changed (SbMessage *message,
                 gpointer   user_data)
{
  switch (sb_message_get_role (message))
    {
    case SB_MESSAGE_ROLE_NOTICE:
      break;

    case SB_MESSAGE_ROLE_TOOL:
      print_tool (message);
      break;

    case SB_MESSAGE_ROLE_USER:
    case SB_MESSAGE_ROLE_ASSISTANT:
    default:
      print_message (message);
      break;
    }
}

static void
message_added (SbMessage *message,
               gpointer   user_data)
{
  if (sb_message_get_role (message) == SB_MESSAGE_ROLE_NOTICE)
    print_notice (message);
  else
    message_changed (message, user_data);
}

static void
text_appended (SbMessage *message,
               gsize      offset,
               gpointer   user_data)
{
  g_autoptr(JsonObject) object = event_new ("delta");

  set_string (object, "id", sb_message_get_id (message));
  set_string (object, "text", sb_message_get_text (message) + offset);
  print (object);
}

static void
trace_changed (SbTraceEvent *event,
               gpointer      user_data)
{
  g_autoptr(JsonObject) object = event_new ("trace");
  SbTraceState state = sb_trace_event_get_state (event);

  set_string (object, "id", sb_trace_event_get_id (event));
  set_string (object, "parentId", sb_trace_event_get_parent_id (event));
  set_string (object, "kind", sb_trace_kind_to_string (sb_trace_event_get_kind (event)));
  set_string (object, "title", sb_trace_event_get_title (event));
  set_string (object, "subtitle", sb_trace_event_get_subtitle (event));
  set_string (object, "agent", sb_trace_event_get_agent (event));
  set_string (object, "state", sb_trace_state_to_string (state));
  if (state != SB_TRACE_STATE_RUNNING)
    set_duration (object, sb_trace_event_get_duration (event));
  print (object);
}

const SbCliOutput sb_cli_json_output = { message_added, text_appended, message_changed, trace_changed };

void
sb_cli_json_done (const char *state)
{
  g_autoptr(JsonObject) object = event_new ("done");

  set_string (object, "state", state);
  print (object);
}
