/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-client-private.h"
#include "sb-mcp-message.h"
#include "sb-mcp-tool.h"

enum
{
  TOOLS_CHANGED,
  PROMPTS_CHANGED,
  RESOURCES_CHANGED,
  RESOURCE_UPDATED,
  LOG,
  ELICITATION_COMPLETE,
  CLOSED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_QUARK (sb-mcp-error-quark, sb_mcp_error)
G_DEFINE_FINAL_TYPE (SbMcpClient, sb_mcp_client, G_TYPE_OBJECT)

static JsonObject *
ref_object (JsonObject *object)
{
  return object != NULL ? json_object_ref (object) : NULL;
}

static void
peer_closed_cb (SbMcpPeer    *peer,
                const GError *error,
                gpointer      user_data)
{
  g_autoptr(SbMcpClient) self = g_object_ref (user_data);

  sb_mcp_client_stop_notices (self);
  g_signal_emit (self, signals[CLOSED], 0, error);
}

static void
roots_changed_cb (SbMcpHost *host,
                  gpointer   user_data)
{
  SbMcpClient *self = user_data;

  if (self->era == SB_MCP_ERA_LEGACY && self->revision != NULL)
    sb_mcp_peer_notify (self->peer, "notifications/roots/list_changed", NULL);
}

static void
sb_mcp_client_dispose (GObject *object)
{
  SbMcpClient *self = SB_MCP_CLIENT (object);

  sb_mcp_client_stop_notices (self);
  g_clear_handle_id (&self->changed_id, g_source_remove);
  if (self->host != NULL)
    g_signal_handlers_disconnect_by_data (self->host, self);
  g_clear_object (&self->host);
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

  g_clear_pointer (&self->server_info, json_object_unref);
  g_clear_pointer (&self->capabilities, json_object_unref);
  g_hash_table_unref (self->tools);
  g_hash_table_unref (self->subscribed);
  g_free (self->pinned);
  g_free (self->revision);
  g_free (self->server_name);
  g_free (self->instructions);
  g_free (self->log_level);

  G_OBJECT_CLASS (sb_mcp_client_parent_class)->finalize (object);
}

static void
sb_mcp_client_class_init (SbMcpClientClass *klass)
{
  GType text = G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE;

  G_OBJECT_CLASS (klass)->dispose = sb_mcp_client_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_client_finalize;

  signals[TOOLS_CHANGED] = g_signal_new ("tools-changed", SB_TYPE_MCP_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
  signals[PROMPTS_CHANGED] = g_signal_new ("prompts-changed", SB_TYPE_MCP_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                           NULL, G_TYPE_NONE, 0);
  signals[RESOURCES_CHANGED] = g_signal_new ("resources-changed", SB_TYPE_MCP_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL,
                                             NULL, NULL, G_TYPE_NONE, 0);
  signals[RESOURCE_UPDATED] = g_signal_new ("resource-updated", SB_TYPE_MCP_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                            NULL, G_TYPE_NONE, 1, text);
  signals[LOG] = g_signal_new ("log", SB_TYPE_MCP_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 3, text, text, text);
  signals[ELICITATION_COMPLETE] = g_signal_new ("elicitation-complete", SB_TYPE_MCP_CLIENT, G_SIGNAL_RUN_LAST, 0,
                                                NULL, NULL, NULL, G_TYPE_NONE, 1, text);
  signals[CLOSED] = g_signal_new ("closed", SB_TYPE_MCP_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
sb_mcp_client_init (SbMcpClient *self)
{
  self->tools = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) sb_mcp_tool_free);
  self->subscribed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->host = sb_mcp_host_new ();
}

/**
 * sb_mcp_client_new:
 * @transport: (transfer none): not started yet; started at once
 *
 * A client of both eras of the specification: the revisions with a handshake (2024-11-05 to 2025-11-25), and
 * 2026-07-28. "closed" comes once, when the transport has ended, also after sb_mcp_client_close().
 *
 * Returns: (transfer full): the client
 */
SbMcpClient *
sb_mcp_client_new (SbMcpTransport *transport)
{
  const SbMcpMethod *methods = NULL;
  gsize n_methods = sb_mcp_client_get_methods (&methods);
  SbMcpClient *self = NULL;

  g_return_val_if_fail (SB_IS_MCP_TRANSPORT (transport), NULL);

  self = g_object_new (SB_TYPE_MCP_CLIENT, NULL);
  self->peer = sb_mcp_peer_new (transport, SB_MCP_ROLE_CLIENT, methods, n_methods, self);
  g_signal_connect (self->peer, "closed", G_CALLBACK (peer_closed_cb), self);
  sb_mcp_peer_start (self->peer);

  return self;
}

/* host: (transfer none): what servers are offered. To be set before the handshake; without it nothing is. */
void
sb_mcp_client_set_host (SbMcpClient *self,
                        SbMcpHost   *host)
{
  g_return_if_fail (SB_IS_MCP_HOST (host));

  g_signal_handlers_disconnect_by_data (self->host, self);
  g_set_object (&self->host, host);
  g_signal_connect (host, "roots-changed", G_CALLBACK (roots_changed_cb), self);
}

/* revision: (nullable): the only one to be spoken, when the user knows better. Before the handshake. */
void
sb_mcp_client_set_revision (SbMcpClient *self,
                            const char  *revision)
{
  g_return_if_fail (revision == NULL || sb_mcp_revision_is_known (revision)
                    || g_str_equal (revision, SB_MCP_MODERN_REVISION));

  g_free (self->pinned);
  self->pinned = g_strdup (revision);
}

/**
 * sb_mcp_client_set_era:
 * @era: what the server was the last time; its way is tried first
 * @func: (nullable): told what it is now, to be remembered
 *
 * To be set before the handshake.
 */
void
sb_mcp_client_set_era (SbMcpClient  *self,
                       SbMcpEra      era,
                       SbMcpEraFunc  func,
                       gpointer      user_data)
{
  self->era = era;
  self->era_func = func;
  self->era_data = user_data;
}

/* What the handshake has found out. */
void
sb_mcp_client_take_server (SbMcpClient *self,
                           SbMcpEra     era,
                           const char  *revision,
                           JsonObject  *result)
{
  JsonObject *meta = sb_json_get_object (result, "_meta");
  JsonObject *info = sb_json_get_object (result, "serverInfo");
  const char *title = NULL;

  if (info == NULL && meta != NULL)
    info = sb_json_get_object (meta, SB_MCP_META_SERVER_INFO);
  title = info != NULL ? sb_json_get_string (info, "title") : NULL;
  if (title == NULL && info != NULL)
    title = sb_json_get_string (info, "name");

  g_clear_pointer (&self->server_info, json_object_unref);
  g_clear_pointer (&self->capabilities, json_object_unref);
  g_free (self->server_name);
  g_free (self->instructions);
  g_free (self->revision);
  self->era = era;
  self->n_sessions++;
  self->revision = g_strdup (revision);
  self->server_info = ref_object (info);
  self->server_name = g_strdup (title);
  self->capabilities = ref_object (sb_json_get_object (result, "capabilities"));
  self->instructions = g_strdup (sb_json_get_string (result, "instructions"));

  sb_mcp_peer_set_revision (self->peer, revision);
  if (era == SB_MCP_ERA_MODERN)
    {
      sb_mcp_client_listen (self);
    }
  else
    {
      sb_mcp_peer_notify (self->peer, "notifications/initialized", NULL);
      sb_mcp_client_set_log_level (self, self->log_level);
    }
  if (self->era_func != NULL)
    self->era_func (era, self->era_data);
}

SbMcpEra
sb_mcp_client_get_era (SbMcpClient *self)
{
  return self->era;
}

/* NULL before the handshake, as the following. */
const char *
sb_mcp_client_get_revision (SbMcpClient *self)
{
  return self->revision;
}

/* What the server calls itself: foreign text. */
const char *
sb_mcp_client_get_server_name (SbMcpClient *self)
{
  return self->server_name;
}

/* Its name, version, icons and so on, foreign. */
JsonObject *
sb_mcp_client_get_server_info (SbMcpClient *self)
{
  return self->server_info;
}

/* For the model; foreign text. */
const char *
sb_mcp_client_get_instructions (SbMcpClient *self)
{
  return self->instructions;
}

JsonObject *
sb_mcp_client_get_capabilities (SbMcpClient *self)
{
  return self->capabilities;
}

/* capability: "tools", "prompts", "resources", "completions", "logging"… */
gboolean
sb_mcp_client_offers (SbMcpClient *self,
                      const char  *capability)
{
  return self->capabilities != NULL && sb_json_get_object (self->capabilities, capability) != NULL;
}

/* Ends the connection; calls in flight fail with SB_MCP_ERROR_CLOSED. */
void
sb_mcp_client_close (SbMcpClient *self)
{
  sb_mcp_client_stop_notices (self);
  sb_mcp_peer_close (self->peer);
}
