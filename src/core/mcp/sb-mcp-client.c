/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-client.h"

#include "sb-json.h"
#include "sb-mcp-message.h"
#include "sb-mcp-peer.h"
#include "sb-mcp-tool.h"
#include "sb-text.h"

/* A server may have to be downloaded first (npx), hence the long wait for its first word. */
#define INITIALIZE_TIMEOUT_MS (60 * 1000)
#define LIST_TIMEOUT_MS (30 * 1000)
#define MAX_PAGES 64
#define MAX_TOOLS 4096

struct _SbMcpClient
{
  GObject parent_instance;

  /* owned */
  SbMcpPeer *peer;
  char      *server_name;
};

/* The pages of one tools/list. */
typedef struct
{
  GPtrArray  *tools;
  GHashTable *names;
  GHashTable *cursors;
  guint       n_pages;
} Listing;

enum
{
  TOOLS_CHANGED,
  CLOSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_QUARK (sb-mcp-error-quark, sb_mcp_error)
G_DEFINE_FINAL_TYPE (SbMcpClient, sb_mcp_client, G_TYPE_OBJECT)

static void list_next_page (GTask      *task,
                            const char *cursor);

static void
listing_free (gpointer data)
{
  Listing *listing = data;

  g_clear_pointer (&listing->tools, g_ptr_array_unref);
  g_hash_table_unref (listing->names);
  g_hash_table_unref (listing->cursors);
  g_free (listing);
}

static JsonObject *
new_initialize_params (void)
{
  JsonObject *info = json_object_new ();
  JsonObject *params = json_object_new ();

  json_object_set_string_member (info, "name", "sandbar");
  json_object_set_string_member (info, "title", "Sandbar");
  json_object_set_string_member (info, "version", PACKAGE_VERSION);
  json_object_set_string_member (params, "protocolVersion", sb_mcp_revisions[0]);
  json_object_set_object_member (params, "capabilities", json_object_new ());
  json_object_set_object_member (params, "clientInfo", info);

  return params;
}

static char *
dup_server_name (JsonObject *result)
{
  JsonObject *info = sb_json_get_object (result, "serverInfo");
  const char *title = info != NULL ? sb_json_get_string (info, "title") : NULL;
  const char *name = info != NULL ? sb_json_get_string (info, "name") : NULL;

  return g_strdup (title != NULL ? title : name);
}

static void
take_tools (Listing   *listing,
            JsonArray *array)
{
  guint n = array != NULL ? json_array_get_length (array) : 0;

  for (guint i = 0; i < n && listing->tools->len < MAX_TOOLS; i++)
    {
      SbMcpTool *tool = sb_mcp_tool_parse (json_array_get_element (array, i));

      if (tool != NULL && g_hash_table_add (listing->names, g_strdup (tool->name)))
        g_ptr_array_add (listing->tools, tool);
      else
        g_clear_pointer (&tool, sb_mcp_tool_free);
    }
}

static void
tools_changed_cb (JsonObject *params,
                  gpointer    user_data)
{
  g_signal_emit (user_data, signals[TOOLS_CHANGED], 0);
}

/* Roots, sampling and elicitation are not offered, so a server that asks for them gets "not supported" from
 * the peer. */
static const SbMcpMethod methods[] = {
  { .method = "notifications/tools/list_changed", .notification = tools_changed_cb },
};

static void
peer_closed_cb (SbMcpPeer    *peer,
                const GError *error,
                gpointer      user_data)
{
  g_autoptr(SbMcpClient) self = g_object_ref (user_data);

  g_signal_emit (self, signals[CLOSED], 0, error);
}

static void
initialized_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbMcpClient *self = SB_MCP_CLIENT (g_task_get_source_object (task));
  GError *error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_peer_call_finish (SB_MCP_PEER (source), result, &error);
  const char *revision = NULL;

  if (answer == NULL)
    {
      sb_mcp_client_close (self);
      g_task_return_error (task, error);
      return;
    }

  revision = sb_json_get_string (json_node_get_object (answer), "protocolVersion");
  if (!sb_mcp_revision_is_known (revision))
    {
      g_autofree char *shown = sb_text_clean (revision != NULL ? revision : "none", -1, NULL);

      sb_mcp_client_close (self);
      g_task_return_new_error (task, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL,
                               "The MCP server speaks another protocol revision (%s); Sandbar speaks "
                               "2024-11-05 to %s. Update the server or Sandbar.", shown, sb_mcp_revisions[0]);
      return;
    }

  g_free (self->server_name);
  self->server_name = dup_server_name (json_node_get_object (answer));
  sb_mcp_peer_set_revision (self->peer, revision);
  sb_mcp_peer_notify (self->peer, "notifications/initialized", NULL);
  g_task_return_boolean (task, TRUE);
}

static void
page_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Listing *listing = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_peer_call_finish (SB_MCP_PEER (source), result, &error);
  const char *cursor = NULL;

  if (answer == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  take_tools (listing, sb_json_get_array (json_node_get_object (answer), "tools"));
  cursor = sb_json_get_string (json_node_get_object (answer), "nextCursor");
  /* A server that hands out cursors for ever, or the same again, gets no further question. */
  if (cursor != NULL && cursor[0] != '\0' && ++listing->n_pages < MAX_PAGES && listing->tools->len < MAX_TOOLS
      && g_hash_table_add (listing->cursors, g_strdup (cursor)))
    list_next_page (g_steal_pointer (&task), cursor);
  else
    g_task_return_pointer (task, g_steal_pointer (&listing->tools), (GDestroyNotify) g_ptr_array_unref);
}

/* task: (transfer full); cursor: nullable */
static void
list_next_page (GTask      *task,
                const char *cursor)
{
  SbMcpClient *self = SB_MCP_CLIENT (g_task_get_source_object (task));
  JsonObject *params = NULL;

  if (cursor != NULL)
    {
      params = json_object_new ();
      json_object_set_string_member (params, "cursor", cursor);
    }
  sb_mcp_peer_call_async (self->peer, "tools/list", params, LIST_TIMEOUT_MS, NULL, NULL,
                          g_task_get_cancellable (task), page_cb, task);
}

static void
called_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_peer_call_finish (SB_MCP_PEER (source), result, &error);

  if (answer == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, sb_mcp_tool_result_parse (answer), (GDestroyNotify) sb_mcp_tool_result_free);
}

/* Progress is asked for even when nobody looks at it: it extends the timeout. */
static void
ignore_progress (double      progress,
                 double      total,
                 const char *text,
                 gpointer    user_data)
{
}

static void
sb_mcp_client_dispose (GObject *object)
{
  SbMcpClient *self = SB_MCP_CLIENT (object);

  if (self->peer != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->peer, self);
      sb_mcp_peer_close (self->peer);
    }
  g_clear_object (&self->peer);

  G_OBJECT_CLASS (sb_mcp_client_parent_class)->dispose (object);
}

static void
sb_mcp_client_finalize (GObject *object)
{
  SbMcpClient *self = SB_MCP_CLIENT (object);

  g_free (self->server_name);

  G_OBJECT_CLASS (sb_mcp_client_parent_class)->finalize (object);
}

static void
sb_mcp_client_class_init (SbMcpClientClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_client_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_client_finalize;

  signals[TOOLS_CHANGED] = g_signal_new ("tools-changed", SB_TYPE_MCP_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
  signals[CLOSED] = g_signal_new ("closed", SB_TYPE_MCP_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
sb_mcp_client_init (SbMcpClient *self)
{
}

/**
 * sb_mcp_client_new:
 * @transport: (transfer none): not started yet; started at once
 *
 * A client of the specification's revisions with a handshake (2024-11-05 to 2025-11-25).
 * "closed" comes once, when the transport has ended, also after sb_mcp_client_close().
 *
 * Returns: (transfer full): the client
 */
SbMcpClient *
sb_mcp_client_new (SbMcpTransport *transport)
{
  SbMcpClient *self = NULL;

  g_return_val_if_fail (SB_IS_MCP_TRANSPORT (transport), NULL);

  self = g_object_new (SB_TYPE_MCP_CLIENT, NULL);
  self->peer = sb_mcp_peer_new (transport, SB_MCP_ROLE_CLIENT, methods, G_N_ELEMENTS (methods), self);
  g_signal_connect (self->peer, "closed", G_CALLBACK (peer_closed_cb), self);
  sb_mcp_peer_start (self->peer);

  return self;
}

/**
 * sb_mcp_client_initialize_async:
 *
 * The handshake; to be finished before anything else is asked. When it fails the connection is closed:
 * there is nothing to be done with a server that cannot be greeted.
 */
void
sb_mcp_client_initialize_async (SbMcpClient         *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, sb_mcp_client_initialize_async);
  g_task_set_check_cancellable (task, FALSE);
  sb_mcp_peer_call_async (self->peer, "initialize", new_initialize_params (), INITIALIZE_TIMEOUT_MS, NULL, NULL,
                          cancellable, initialized_cb, task);
}

gboolean
sb_mcp_client_initialize_finish (SbMcpClient   *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* What the server calls itself: foreign text; NULL before the handshake. */
const char *
sb_mcp_client_get_server_name (SbMcpClient *self)
{
  return self->server_name;
}

/**
 * sb_mcp_client_list_tools_async:
 *
 * Asks for every page, up to 64 of them and 4096 tools. Tools without a name, and the second of one name,
 * are left out.
 */
void
sb_mcp_client_list_tools_async (SbMcpClient         *self,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Listing *listing = g_new0 (Listing, 1);

  listing->tools = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_mcp_tool_free);
  listing->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  listing->cursors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_task_set_source_tag (task, sb_mcp_client_list_tools_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, listing, listing_free);
  list_next_page (task, NULL);
}

/* Returns: (transfer full) of SbMcpTool */
GPtrArray *
sb_mcp_client_list_tools_finish (SbMcpClient   *self,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sb_mcp_client_call_tool_async:
 * @arguments: (nullable) (transfer none): sealed by the call
 * @trace_id: (nullable): joins what the server does to the caller's trace
 * @timeout_ms: without progress; 0: none. There is a hard limit of two hours besides.
 * @progress_func: (nullable): called from the main loop until the call finishes
 *
 * A tool that fails is a result with is_error, not an error: SB_MCP_ERROR is for the protocol and the
 * connection. Texts of the result are foreign: they are valid UTF-8, and no more than that.
 */
void
sb_mcp_client_call_tool_async (SbMcpClient         *self,
                               const char          *name,
                               JsonObject          *arguments,
                               const char          *trace_id,
                               guint                timeout_ms,
                               SbMcpProgressFunc    progress_func,
                               gpointer             progress_data,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  JsonObject *params = json_object_new ();

  g_task_set_source_tag (task, sb_mcp_client_call_tool_async);
  g_task_set_check_cancellable (task, FALSE);
  json_object_set_string_member (params, "name", name);
  json_object_set_object_member (params, "arguments",
                                 arguments != NULL ? json_object_ref (arguments) : json_object_new ());
  if (trace_id != NULL)
    {
      JsonObject *meta = json_object_new ();

      json_object_set_string_member (meta, SB_MCP_TRACE_ID_KEY, trace_id);
      json_object_set_object_member (params, "_meta", meta);
    }
  sb_mcp_peer_call_async (self->peer, "tools/call", params, timeout_ms,
                          progress_func != NULL ? progress_func : ignore_progress, progress_data, cancellable,
                          called_cb, task);
}

/* Returns: (transfer full) */
SbMcpToolResult *
sb_mcp_client_call_tool_finish (SbMcpClient   *self,
                                GAsyncResult  *result,
                                GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Ends the connection; calls in flight fail with SB_MCP_ERROR_CLOSED. */
void
sb_mcp_client_close (SbMcpClient *self)
{
  sb_mcp_peer_close (self->peer);
}
