/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-session.h"

#include "sb-json.h"
#include "sb-mcp-message.h"
#include "sb-mcp-peer.h"
#include "sb-mcp-schema.h"
#include "sb-mcp-tool-call.h"

struct _SbMcpSession
{
  GObject parent_instance;

  /* owned */
  SbMcpToolbox *toolbox;
  SbMcpPeer    *peer;

  gboolean initialized;
};

enum
{
  ENDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbMcpSession, sb_mcp_session, G_TYPE_OBJECT)

static gboolean
refuse_before_initialize (SbMcpSession *self,
                          SbMcpRequest *request)
{
  if (!self->initialized)
    sb_mcp_request_fail (request, SB_MCP_CODE_INVALID_REQUEST, "Send initialize first.");

  return !self->initialized;
}

/* Absent and null mean no arguments; models leave them out. Returns (transfer full) (nullable). */
static JsonObject *
dup_arguments (JsonObject *params)
{
  JsonNode *node = json_object_get_member (params, "arguments");

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return json_object_new ();

  return JSON_NODE_HOLDS_OBJECT (node) ? json_object_ref (json_node_get_object (node)) : NULL;
}

/* An unknown revision is answered with our newest; a second initialize is answered as the first. */
static void
initialize_cb (SbMcpRequest *request,
               gpointer      user_data)
{
  SbMcpSession *self = user_data;
  const char *asked = sb_json_get_string (sb_mcp_request_get_params (request), "protocolVersion");
  const char *revision = sb_mcp_revision_is_known (asked) ? asked : sb_mcp_revisions[0];

  self->initialized = TRUE;
  sb_mcp_peer_set_revision (self->peer, revision);
  sb_mcp_request_respond (request, sb_mcp_toolbox_new_initialize_result (self->toolbox, revision));
}

static void
list_tools_cb (SbMcpRequest *request,
               gpointer      user_data)
{
  SbMcpSession *self = user_data;

  if (refuse_before_initialize (self, request))
    return;

  if (sb_json_get_string (sb_mcp_request_get_params (request), "cursor") != NULL)
    sb_mcp_request_fail (request, SB_MCP_CODE_INVALID_PARAMS, "There is no such page; all tools are on the first.");
  else
    sb_mcp_request_respond (request, sb_mcp_toolbox_new_list_result (self->toolbox));
}

static void
call_tool_cb (SbMcpRequest *request,
              gpointer      user_data)
{
  SbMcpSession *self = user_data;
  JsonObject *params = sb_mcp_request_get_params (request);
  const char *name = sb_json_get_string (params, "name");
  SbMcpServedTool *tool = name != NULL ? sb_mcp_toolbox_lookup (self->toolbox, name) : NULL;
  g_autoptr(JsonObject) arguments = dup_arguments (params);
  g_autoptr(SbMcpToolCall) call = NULL;
  g_autofree char *problem = NULL;

  if (refuse_before_initialize (self, request))
    return;
  if (tool == NULL)
    {
      sb_mcp_request_fail (request, SB_MCP_CODE_INVALID_PARAMS, "There is no tool of this name; see tools/list.");
      return;
    }

  problem = arguments != NULL ? sb_mcp_schema_find_problem (tool->schema, arguments)
                              : g_strdup ("The arguments must be an object.");
  if (arguments == NULL)
    arguments = json_object_new ();
  call = sb_mcp_tool_call_new (request, tool->name, arguments);
  if (problem != NULL)
    sb_mcp_tool_call_fail (call, problem, NULL);
  else
    tool->handler (call, tool->user_data);
}

static const SbMcpMethod methods[] = {
  { .method = "initialize", .request = initialize_cb },
  { .method = "tools/list", .request = list_tools_cb },
  { .method = "tools/call", .request = call_tool_cb },
};

static void
peer_closed_cb (SbMcpPeer    *peer,
                const GError *error,
                gpointer      user_data)
{
  g_signal_emit (user_data, signals[ENDED], 0);
}

static void
sb_mcp_session_dispose (GObject *object)
{
  SbMcpSession *self = SB_MCP_SESSION (object);

  if (self->peer != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->peer, self);
      sb_mcp_peer_close (self->peer);
    }
  g_clear_object (&self->peer);
  g_clear_pointer (&self->toolbox, sb_mcp_toolbox_unref);

  G_OBJECT_CLASS (sb_mcp_session_parent_class)->dispose (object);
}

static void
sb_mcp_session_class_init (SbMcpSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_session_dispose;

  signals[ENDED] = g_signal_new ("ended", SB_TYPE_MCP_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
sb_mcp_session_init (SbMcpSession *self)
{
}

/* Returns: (transfer full): a session that answers once it is started */
SbMcpSession *
sb_mcp_session_new (SbMcpToolbox   *toolbox,
                    SbMcpTransport *transport)
{
  SbMcpSession *self = g_object_new (SB_TYPE_MCP_SESSION, NULL);

  self->toolbox = sb_mcp_toolbox_ref (toolbox);
  self->peer = sb_mcp_peer_new (transport, SB_MCP_ROLE_SERVER, methods, G_N_ELEMENTS (methods), self);
  g_signal_connect (self->peer, "closed", G_CALLBACK (peer_closed_cb), self);

  return self;
}

void
sb_mcp_session_start (SbMcpSession *self)
{
  sb_mcp_peer_start (self->peer);
}
