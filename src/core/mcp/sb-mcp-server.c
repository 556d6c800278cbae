/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-server.h"

#include "sb-mcp-session.h"
#include "sb-mcp-toolbox.h"

struct _SbMcpServer
{
  GObject parent_instance;

  /* owned */
  SbMcpToolbox *toolbox;
  GPtrArray    *sessions; /* of SbMcpSession */
};

G_DEFINE_FINAL_TYPE (SbMcpServer, sb_mcp_server, G_TYPE_OBJECT)

static void
session_ended_cb (SbMcpSession *session,
                  gpointer      user_data)
{
  SbMcpServer *self = user_data;

  g_ptr_array_remove_fast (self->sessions, session);
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
 * A server of the specification's revisions with a handshake (2024-11-05 to 2025-11-25). Whatever a client
 * sends, the session goes on; only its transport ends it, and that cancels its calls.
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

void
sb_mcp_server_accept (SbMcpServer    *self,
                      SbMcpTransport *transport)
{
  SbMcpSession *session = sb_mcp_session_new (self->toolbox, transport);

  g_ptr_array_add (self->sessions, session);
  g_signal_connect (session, "ended", G_CALLBACK (session_ended_cb), self);
  sb_mcp_session_start (session);
}

guint
sb_mcp_server_get_n_sessions (SbMcpServer *self)
{
  return self->sessions->len;
}
