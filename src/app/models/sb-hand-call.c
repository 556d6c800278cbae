/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-hand-call.h"

#include "sb-json.h"

struct _SbHandCall
{
  /* owned */
  SbTraceEvent *turn; /* nullable, as call */
  SbTraceEvent *call;
};

static SbTraceState
get_state (SbMcpToolResult *result,
           const GError    *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return SB_TRACE_STATE_CANCELLED;

  return result != NULL && !result->is_error ? SB_TRACE_STATE_OK : SB_TRACE_STATE_FAILED;
}

static void
set_response (SbTraceEvent    *event,
              SbMcpToolResult *result,
              const GError    *error)
{
  g_autofree char *json = result != NULL ? sb_json_to_string (result->result, FALSE) : NULL;

  sb_trace_event_set_response (event, json != NULL ? json : error->message);
}

SbHandCall *
sb_hand_call_begin (SbTrace    *trace,
                    const char *title,
                    const char *tool,
                    JsonObject *arguments)
{
  SbHandCall *self = g_new0 (SbHandCall, 1);
  g_autofree char *json = sb_json_object_to_string (arguments);

  if (trace == NULL)
    return self;

  self->turn = g_object_ref (sb_trace_begin (trace, NULL, SB_TRACE_KIND_TURN, title));
  self->call = g_object_ref (sb_trace_begin (trace, self->turn, SB_TRACE_KIND_TOOL_CALL, tool));
  sb_trace_event_set_request (self->call, json);

  return self;
}

const char *
sb_hand_call_get_id (SbHandCall *self)
{
  return self->call != NULL ? sb_trace_event_get_id (self->call) : NULL;
}

void
sb_hand_call_end (SbHandCall      *self,
                  SbMcpToolResult *result,
                  const GError    *error)
{
  SbTraceState state = get_state (result, error);

  if (self->call != NULL)
    {
      set_response (self->call, result, error);
      sb_trace_event_finish (self->call, state);
      sb_trace_event_finish (self->turn, state);
    }
  g_clear_object (&self->call);
  g_clear_object (&self->turn);
  g_free (self);
}
