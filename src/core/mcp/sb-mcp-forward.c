/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-forward.h"

#include "sb-json.h"

/* For what a program answers; a person may take longer. */
#define ROOTS_TIMEOUT_MS (30 * 1000)

const char *
sb_mcp_forward_get_capability (const char *method)
{
  if (g_str_equal (method, "elicitation/create"))
    return "elicitation";

  return g_str_equal (method, "roots/list") ? "roots" : "sampling";
}

/* capabilities: (nullable): the client's */
gboolean
sb_mcp_forward_is_offered (JsonObject *capabilities,
                           const char *method)
{
  return capabilities != NULL && sb_json_get_object (capabilities, sb_mcp_forward_get_capability (method)) != NULL;
}

/* Returns: (transfer full): what sb_mcp_host_get_code() makes “method not found” of */
GError *
sb_mcp_forward_new_lack (const char *method)
{
  return g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "The client does not offer %s, which this needs.",
                      sb_mcp_forward_get_capability (method));
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_peer_call_finish (SB_MCP_PEER (source), result, &error);
  JsonObject *refusal = sb_mcp_peer_call_get_error (result);

  if (answer != NULL)
    {
      g_task_return_pointer (task, json_object_ref (json_node_get_object (answer)),
                             (GDestroyNotify) json_object_unref);
      return;
    }

  /* A user's refusal stays one at the other end. */
  if (refusal != NULL && sb_json_get_int (refusal, "code", 0) == SB_MCP_CODE_REFUSED_BY_USER)
    {
      g_clear_error (&error);
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED, "The user has refused this.");
    }
  g_task_return_error (task, error);
}

/**
 * sb_mcp_forward_async:
 * @peer: to a client that shook hands
 * @related_id: (nullable): of the request that it belongs to
 * @params: (transfer none): of the question
 */
void
sb_mcp_forward_async (SbMcpPeer           *peer,
                      JsonNode            *related_id,
                      const char          *method,
                      JsonObject          *params,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  SbMcpCallOptions options = { .send.related_id = related_id };
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, sb_mcp_forward_async);
  g_task_set_check_cancellable (task, FALSE);
  if (g_str_equal (method, "roots/list"))
    options.timeout_ms = ROOTS_TIMEOUT_MS;
  sb_mcp_peer_call_with (peer, method, json_object_ref (params), &options, cancellable, answered_cb, task);
}

/* Returns: (transfer full): the answer, foreign; sb_mcp_host_get_code() makes a code of the error */
JsonObject *
sb_mcp_forward_finish (GAsyncResult  *result,
                       GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
