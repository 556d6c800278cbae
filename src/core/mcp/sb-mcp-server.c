/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-server.h"

#include "sb-json.h"
#include "sb-mcp-forward.h"
#include "sb-mcp-parameters.h"
#include "sb-mcp-session.h"
#include "sb-mcp-toolbox.h"

struct _SbMcpServer
{
  GObject parent_instance;

  /* owned */
  SbMcpToolbox *toolbox;
  GPtrArray    *sessions; /* of SbMcpSession */
};

enum
{
  WANTS_CHANGED,
  ROOTS_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbMcpServer, sb_mcp_server, G_TYPE_OBJECT)

static void
wants_changed_cb (SbMcpServer *self)
{
  g_signal_emit (self, signals[WANTS_CHANGED], 0);
}

static void
roots_changed_cb (SbMcpServer *self)
{
  g_signal_emit (self, signals[ROOTS_CHANGED], 0);
}

static void
session_ended_cb (SbMcpSession *session,
                  gpointer      user_data)
{
  SbMcpServer *self = user_data;

  g_ptr_array_remove (self->sessions, session);
  wants_changed_cb (self);
}

static void
tell_changed (SbMcpServer *self,
              const char  *kind)
{
  for (guint i = 0; i < self->sessions->len; i++)
    sb_mcp_session_tell_changed (g_ptr_array_index (self->sessions, i), kind);
}

static void
sb_mcp_server_dispose (GObject *object)
{
  SbMcpServer *self = SB_MCP_SERVER (object);

  for (guint i = 0; self->sessions != NULL && i < self->sessions->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->sessions, i), self);
  g_clear_pointer (&self->sessions, g_ptr_array_unref);
  g_clear_pointer (&self->toolbox, sb_mcp_toolbox_unref);

  G_OBJECT_CLASS (sb_mcp_server_parent_class)->dispose (object);
}

static void
sb_mcp_server_class_init (SbMcpServerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_server_dispose;

  signals[WANTS_CHANGED] = g_signal_new ("wants-changed", SB_TYPE_MCP_SERVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
  signals[ROOTS_CHANGED] = g_signal_new ("roots-changed", SB_TYPE_MCP_SERVER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
}

static void
sb_mcp_server_init (SbMcpServer *self)
{
  self->sessions = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * sb_mcp_server_new:
 * @name: for programs
 * @version: of the server
 * @instructions: (nullable): for the model
 *
 * A server of both eras of the specification: the revisions with a handshake (2024-11-05 to 2025-11-25), and
 * 2026-07-28; each request says which it is of. Whatever a client sends, the session goes on; only its
 * transport ends it, and that cancels its calls.
 *
 * Returns: (transfer full): the server
 */
SbMcpServer *
sb_mcp_server_new (const char *name,
                   const char *version,
                   const char *instructions)
{
  SbMcpServer *self = g_object_new (SB_TYPE_MCP_SERVER, NULL);

  self->toolbox = sb_mcp_toolbox_new (name, version, instructions);

  return self;
}

/**
 * sb_mcp_server_add_tools:
 * @specs: copied, but for the handlers; the schemas must be valid JSON objects
 * @user_data: for the handlers; must outlive the server
 *
 * Arguments are checked against the schema (required, and types) before a handler is called. Where a schema
 * has a list, a handler must also take a single item.
 */
void
sb_mcp_server_add_tools (SbMcpServer         *self,
                         const SbMcpToolSpec *specs,
                         gsize                n_specs,
                         gpointer             user_data)
{
  for (gsize i = 0; i < n_specs; i++)
    sb_mcp_toolbox_add (self->toolbox, &specs[i], user_data);
}

/**
 * sb_mcp_server_set_tool:
 * @entry: (transfer none): as tools/list is to show it, with a name; sealed by the call
 * @handler: for its calls
 * @user_data: for @handler; must outlive the tool
 *
 * Adds a tool, or replaces the one of this name, at any time; clients are told. As in add_tools(), arguments
 * are checked against the schema, if it has one.
 */
void
sb_mcp_server_set_tool (SbMcpServer      *self,
                        JsonObject       *entry,
                        SbMcpToolHandler  handler,
                        gpointer          user_data)
{
  if (sb_mcp_shelf_put (self->toolbox->tools, entry, G_CALLBACK (handler), user_data))
    tell_changed (self, "tools");
}

/* Calls that are being served go on. */
void
sb_mcp_server_remove_tool (SbMcpServer *self,
                           const char  *name)
{
  if (sb_mcp_shelf_remove (self->toolbox->tools, name))
    tell_changed (self, "tools");
}

/* handler: (nullable): for calls of tools that are not listed; without it they are refused. */
void
sb_mcp_server_set_tool_fallback (SbMcpServer      *self,
                                 SbMcpToolHandler  handler,
                                 gpointer          user_data)
{
  self->toolbox->tool_fallback = handler;
  self->toolbox->tool_fallback_data = user_data;
}

/**
 * sb_mcp_server_set_resource:
 * @entry: (transfer none): as it is to be listed, with "uri", or with "uriTemplate" for many; sealed
 * @handler: answers resources/read, whose params name the address
 */
void
sb_mcp_server_set_resource (SbMcpServer          *self,
                            JsonObject           *entry,
                            SbMcpExchangeHandler  handler,
                            gpointer              user_data)
{
  gboolean is_template = sb_json_get_string (entry, "uriTemplate") != NULL;

  if (sb_mcp_shelf_put (is_template ? self->toolbox->templates : self->toolbox->resources, entry,
                        G_CALLBACK (handler), user_data))
    tell_changed (self, "resources");
}

/* uri: or the template. */
void
sb_mcp_server_remove_resource (SbMcpServer *self,
                               const char  *uri)
{
  if (sb_mcp_shelf_remove (self->toolbox->resources, uri) || sb_mcp_shelf_remove (self->toolbox->templates, uri))
    tell_changed (self, "resources");
}

/* entry: (transfer none): as it is to be listed, with a name; sealed. handler: answers prompts/get. */
void
sb_mcp_server_set_prompt (SbMcpServer          *self,
                          JsonObject           *entry,
                          SbMcpExchangeHandler  handler,
                          gpointer              user_data)
{
  if (sb_mcp_shelf_put (self->toolbox->prompts, entry, G_CALLBACK (handler), user_data))
    tell_changed (self, "prompts");
}

void
sb_mcp_server_remove_prompt (SbMcpServer *self,
                             const char  *name)
{
  if (sb_mcp_shelf_remove (self->toolbox->prompts, name))
    tell_changed (self, "prompts");
}

/* handler: (nullable): answers completion/complete. To be set before clients come. */
void
sb_mcp_server_set_completion (SbMcpServer          *self,
                              SbMcpExchangeHandler  handler,
                              gpointer              user_data)
{
  self->toolbox->completion = handler;
  self->toolbox->completion_data = user_data;
}

/* page_size: of lists; 0, the default: everything on one page */
void
sb_mcp_server_set_page_size (SbMcpServer *self,
                             guint        page_size)
{
  self->toolbox->page_size = page_size;
}

void
sb_mcp_server_set_offers_all (SbMcpServer *self,
                              gboolean     offers_all)
{
  self->toolbox->offers_all = offers_all;
}

/* Tells the clients that have subscribed to it. */
void
sb_mcp_server_tell_resource_updated (SbMcpServer *self,
                                     const char  *uri)
{
  for (guint i = 0; i < self->sessions->len; i++)
    sb_mcp_session_tell_updated (g_ptr_array_index (self->sessions, i), uri);
}

/* level: of syslog; logger: nullable. To each client that has set a level, if that lets it through. */
void
sb_mcp_server_tell_log (SbMcpServer *self,
                        const char  *level,
                        const char  *logger,
                        const char  *text)
{
  for (guint i = 0; i < self->sessions->len; i++)
    sb_mcp_session_tell_log (g_ptr_array_index (self->sessions, i), level, logger, text);
}

/* Returns: (nullable): the lowest that any client has set */
const char *
sb_mcp_server_get_log_level (SbMcpServer *self)
{
  const char *lowest = NULL;

  for (guint i = 0; i < self->sessions->len; i++)
    {
      SbMcpSession *session = g_ptr_array_index (self->sessions, i);

      lowest = sb_mcp_exchange_get_lower_level (lowest, sb_mcp_session_get_log_level (session));
    }

  return lowest;
}

/* Returns: (transfer full): the addresses that clients have subscribed to, as a set */
GHashTable *
sb_mcp_server_collect_subscriptions (SbMcpServer *self)
{
  GHashTable *uris = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < self->sessions->len; i++)
    sb_mcp_session_collect_subscriptions (g_ptr_array_index (self->sessions, i), uris);

  return uris;
}

/* Returns: (nullable): the user_data of whoever would be asked to read it */
gpointer
sb_mcp_server_find_resource (SbMcpServer *self,
                             const char  *uri)
{
  SbMcpOffer *offer = sb_mcp_shelf_lookup (self->toolbox->resources, uri);

  if (offer == NULL)
    offer = sb_mcp_shelf_match (self->toolbox->templates, uri);

  return offer != NULL ? offer->user_data : NULL;
}

/**
 * sb_mcp_server_forward_async:
 * @method: elicitation/create, sampling/createMessage or roots/list
 * @params: (transfer none): of the question
 *
 * Asks the client that came last of those that can be asked this outside of an exchange. To be finished with
 * sb_mcp_forward_finish(); with G_IO_ERROR_NOT_SUPPORTED when there is none.
 */
void
sb_mcp_server_forward_async (SbMcpServer         *self,
                             const char          *method,
                             JsonObject          *params,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  for (guint i = self->sessions->len; i > 0; i--)
    {
      SbMcpSession *session = g_ptr_array_index (self->sessions, i - 1);

      if (!sb_mcp_session_can_forward (session, method))
        continue;
      sb_mcp_session_forward_async (session, method, params, cancellable, callback, user_data);
      return;
    }

  g_task_report_error (NULL, callback, user_data, sb_mcp_server_forward_async, sb_mcp_forward_new_lack (method));
}

/* Returns: (transfer none) (nullable): how the headers of a tools/call differ from its arguments */
const char *
sb_mcp_server_check_headers (JsonObject        *message,
                             SbMcpHeaderLookup  lookup,
                             gpointer           lookup_data,
                             gpointer           server)
{
  SbMcpServer *self = SB_MCP_SERVER (server);
  JsonObject *params = sb_json_get_object (message, "params");
  const char *name = params != NULL ? sb_json_get_string (params, "name") : NULL;
  SbMcpOffer *tool = name != NULL ? sb_mcp_shelf_lookup (self->toolbox->tools, name) : NULL;
  JsonObject *schema = tool != NULL ? sb_json_get_object (tool->entry, "inputSchema") : NULL;

  if (schema == NULL)
    return NULL;

  return sb_mcp_parameters_find_problem (schema, sb_json_get_object (params, "arguments"), lookup, lookup_data);
}

void
sb_mcp_server_accept (SbMcpServer    *self,
                      SbMcpTransport *transport)
{
  SbMcpSession *session = sb_mcp_session_new (self->toolbox, transport);

  g_ptr_array_add (self->sessions, session);
  g_signal_connect (session, "ended", G_CALLBACK (session_ended_cb), self);
  g_signal_connect_swapped (session, "wants-changed", G_CALLBACK (wants_changed_cb), self);
  g_signal_connect_swapped (session, "roots-changed", G_CALLBACK (roots_changed_cb), self);
  sb_mcp_session_start (session);
}

guint
sb_mcp_server_get_n_sessions (SbMcpServer *self)
{
  return self->sessions->len;
}
