/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-client-private.h"
#include "sb-mcp-message.h"
#include "sb-text.h"

/* A server may have to be downloaded first (npx), hence the long wait for its first word. */
#define FIRST_TIMEOUT_MS (60 * 1000)
#define MAX_REVISIONS 64

/* Which era is tried; each at most once. */
typedef struct
{
  GError  *first_error; /* nullable: why the first try was none */
  gboolean tried_legacy;
  gboolean tried_modern;
  gboolean tried_again; /* the modern era, with a revision that the server named */
} Handshake;

static void try_legacy (GTask *task);
static void try_modern (GTask *task);

static void
handshake_free (gpointer data)
{
  Handshake *handshake = data;

  g_clear_error (&handshake->first_error);
  g_free (handshake);
}

JsonObject *
sb_mcp_client_new_info (void)
{
  JsonObject *info = json_object_new ();

  json_object_set_string_member (info, "name", "sandbar");
  json_object_set_string_member (info, "title", "Sandbar");
  json_object_set_string_member (info, "version", PACKAGE_VERSION);

  return info;
}

static JsonObject *
new_initialize_params (SbMcpClient *self)
{
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "protocolVersion", self->pinned != NULL ? self->pinned
                                                                                   : sb_mcp_revisions[0]);
  json_object_set_object_member (params, "capabilities", sb_mcp_host_new_capabilities (self->host));
  json_object_set_object_member (params, "clientInfo", sb_mcp_client_new_info ());

  return params;
}

/* revisions: (nullable): what a server says that it speaks. Whether ours of the modern era is among them. */
gboolean
sb_mcp_client_lists_modern (JsonArray *revisions)
{
  guint n = revisions != NULL ? MIN (json_array_get_length (revisions), MAX_REVISIONS) : 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (revisions, i);

      if (JSON_NODE_HOLDS_VALUE (node) && g_strcmp0 (json_node_get_string (node), SB_MCP_MODERN_REVISION) == 0)
        return TRUE;
    }

  return FALSE;
}

/* Whether a server that refuses our revision names the very same among those it speaks: asked once more. */
gboolean
sb_mcp_client_is_offered_modern (JsonObject *refusal)
{
  JsonObject *data = refusal != NULL ? sb_json_get_object (refusal, "data") : NULL;

  return data != NULL && sb_json_get_int (refusal, "code", 0) == SB_MCP_CODE_UNSUPPORTED_REVISION
         && sb_mcp_client_lists_modern (sb_json_get_array (data, "supported"));
}

/* A server of the modern era has no initialize: it says so, or names its revisions. */
static gboolean
is_modern_refusal (JsonObject *refusal)
{
  gint64 code = refusal != NULL ? sb_json_get_int (refusal, "code", 0) : 0;

  return code == SB_MCP_CODE_METHOD_NOT_FOUND || code == SB_MCP_CODE_UNSUPPORTED_REVISION
         || code == SB_MCP_CODE_MISSING_CAPABILITY || code == SB_MCP_CODE_HEADER_MISMATCH
         || code == SB_MCP_CODE_INVALID_PARAMS;
}

/* error: (transfer full) */
static void
give_up (GTask  *task,
         GError *error)
{
  SbMcpClient *self = g_task_get_source_object (task);
  Handshake *handshake = g_task_get_task_data (task);

  /* The first refusal is the one that says what is wrong; the second only repeats that it is refused. */
  if (handshake->first_error != NULL)
    {
      g_error_free (error);
      error = g_steal_pointer (&handshake->first_error);
    }
  self->era = SB_MCP_ERA_UNKNOWN;
  sb_mcp_client_close (self);
  g_task_return_error (task, error);
}

/* error: (transfer full) */
static void
try_other (GTask      *task,
           GError     *error,
           JsonObject *refusal)
{
  SbMcpClient *self = g_task_get_source_object (task);
  Handshake *handshake = g_task_get_task_data (task);
  gboolean refused = g_error_matches (error, SB_MCP_ERROR, SB_MCP_ERROR_REMOTE);

  if (!refused || self->pinned != NULL || (handshake->tried_legacy && handshake->tried_modern)
      || (handshake->tried_legacy && !is_modern_refusal (refusal)))
    {
      give_up (task, error);
      return;
    }

  handshake->first_error = error;
  if (handshake->tried_legacy)
    try_modern (g_object_ref (task));
  else
    try_legacy (g_object_ref (task));
}

static void
finish (GTask      *task,
        SbMcpEra    era,
        const char *revision,
        JsonObject *result)
{
  SbMcpClient *self = g_task_get_source_object (task);

  sb_mcp_client_take_server (self, era, revision, result);
  g_task_return_boolean (task, TRUE);
}

static void
initialized_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbMcpClient *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_peer_call_finish (SB_MCP_PEER (source), result, &error);
  const char *revision = NULL;

  if (answer == NULL)
    {
      try_other (task, error, sb_mcp_peer_call_get_error (result));
      return;
    }

  revision = sb_json_get_string (json_node_get_object (answer), "protocolVersion");
  if (!sb_mcp_revision_is_known (revision) || (self->pinned != NULL && !g_str_equal (revision, self->pinned)))
    {
      g_autofree char *shown = sb_text_clean (revision != NULL ? revision : "none", -1, NULL);

      give_up (task, g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL,
                                  "The MCP server speaks another protocol revision (%s); Sandbar speaks %s to %s. "
                                  "Update the server or Sandbar.", shown,
                                  self->pinned != NULL ? self->pinned : "2024-11-05",
                                  self->pinned != NULL ? self->pinned : sb_mcp_revisions[0]));
      return;
    }

  finish (task, SB_MCP_ERA_LEGACY, revision, json_node_get_object (answer));
}

/* task: (transfer full) */
static void
try_legacy (GTask *task)
{
  SbMcpClient *self = g_task_get_source_object (task);
  Handshake *handshake = g_task_get_task_data (task);

  handshake->tried_legacy = TRUE;
  self->era = SB_MCP_ERA_LEGACY;
  sb_mcp_peer_call_async (self->peer, "initialize", new_initialize_params (self), FIRST_TIMEOUT_MS, NULL, NULL,
                          g_task_get_cancellable (task), initialized_cb, task);
}

static void
discovered_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Handshake *handshake = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_peer_call_finish (SB_MCP_PEER (source), result, &error);

  if (answer == NULL && !handshake->tried_again
      && sb_mcp_client_is_offered_modern (sb_mcp_peer_call_get_error (result)))
    {
      handshake->tried_again = TRUE;
      g_error_free (error);
      try_modern (g_steal_pointer (&task));
      return;
    }

  if (answer == NULL)
    try_other (task, error, sb_mcp_peer_call_get_error (result));
  else if (!sb_mcp_client_lists_modern (sb_json_get_array (json_node_get_object (answer), "supportedVersions")))
    try_other (task, g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_REMOTE,
                                          "The MCP server speaks none of the protocol revisions that Sandbar "
                                          "speaks. Update the server or Sandbar."), NULL);
  else
    finish (task, SB_MCP_ERA_MODERN, SB_MCP_MODERN_REVISION, json_node_get_object (answer));
}

/* task: (transfer full) */
static void
try_modern (GTask *task)
{
  SbMcpClient *self = g_task_get_source_object (task);
  Handshake *handshake = g_task_get_task_data (task);
  JsonObject *params = json_object_new ();

  handshake->tried_modern = TRUE;
  self->era = SB_MCP_ERA_MODERN;
  sb_mcp_client_add_meta (self, params);
  sb_mcp_peer_call_async (self->peer, "server/discover", params, FIRST_TIMEOUT_MS, NULL, NULL,
                          g_task_get_cancellable (task), discovered_cb, task);
}

/**
 * sb_mcp_client_initialize_async:
 *
 * Finds out who the server is and which era it is of; to be finished before anything else is asked. Begins
 * with initialize, which old and most new servers understand, unless the server is known to be modern; a
 * server that refuses it as modern ones do is asked again their way. When it fails the connection is closed:
 * there is nothing to be done with a server that cannot be greeted.
 */
void
sb_mcp_client_initialize_async (SbMcpClient         *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  gboolean modern = self->pinned != NULL ? g_str_equal (self->pinned, SB_MCP_MODERN_REVISION)
                                         : self->era == SB_MCP_ERA_MODERN;

  g_task_set_source_tag (task, sb_mcp_client_initialize_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_new0 (Handshake, 1), handshake_free);
  if (modern)
    try_modern (task);
  else
    try_legacy (task);
}

gboolean
sb_mcp_client_initialize_finish (SbMcpClient   *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
