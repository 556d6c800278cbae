/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway-server.h"

#include "sb-id.h"
#include "sb-server-link.h"
#include "sb-text-filter.h"

#define START_TIMEOUT_MS (60 * 1000)
#define FIRST_DELAY_MS 1000
#define PING_MS (15 * 1000)
#define PING_TIMEOUT_MS (10 * 1000)
/* A server that is busy with one thing at a time may well miss one. */
#define MAX_MISSED_PINGS 2
#define LAST_DELAY_MS (60 * 1000)
/* A server that ran that long gets a new count of tries. */
#define STABLE_SECONDS 60
#define MAX_TRIES 5
#define MAX_DOUBLINGS 8

struct _SbGatewayServer
{
  GObject               parent_instance;

  /* owned */
  SbCatalogServer      *entry;
  SbGatewayContext     *context;
  SbServerLog          *log;
  GListStore           *tools;       /* of SbGatewayTool */
  char                 *message;
  GPtrArray            *stopping;    /* of GTask: who waits for its end */
  SbOAuthSource        *tokens;      /* nullable: of a remote server */
  SbMcpHost            *host;        /* nullable: the context's */

  /* owned: of the instance that runs or comes up */
  GCancellable         *cancellable;
  SbServerLink         *link;        /* nullable */
  SbMcpClient          *client;      /* nullable */
  gulong                closed_id;
  gulong                changed_id;
  gulong                sign_in_id;  /* of tokens */
  guint                 timeout_id;  /* of coming up, until the next try, or until the next ping */

  SbGatewayServerState  state;
  gint64                started;     /* wall clock, µs */
  gint64                ready_since; /* monotonic µs, 0: it is not: a clock that is set does not make it stable */
  guint                 n_tries;     /* since it was last stable */
  guint                 n_restarts;
  guint                 n_missed;    /* pings, one after the other */
};

enum
{
  PROP_0,
  PROP_STATE,
  PROP_MESSAGE,
  PROP_NEEDS_SIGN_IN,
  N_PROPS
};

enum
{
  TOOLS_CHANGED,
  N_SIGNALS
};

G_DEFINE_ENUM_TYPE (SbGatewayServerState, sb_gateway_server_state,
                    G_DEFINE_ENUM_VALUE (SB_GATEWAY_SERVER_OFF, "off"),
                    G_DEFINE_ENUM_VALUE (SB_GATEWAY_SERVER_STARTING, "starting"),
                    G_DEFINE_ENUM_VALUE (SB_GATEWAY_SERVER_READY, "ready"),
                    G_DEFINE_ENUM_VALUE (SB_GATEWAY_SERVER_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (SB_GATEWAY_SERVER_BLOCKED, "blocked"),
                    G_DEFINE_ENUM_VALUE (SB_GATEWAY_SERVER_STOPPING, "stopping"))

G_DEFINE_FINAL_TYPE (SbGatewayServer, sb_gateway_server, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* From a state to those that may follow it. */
static const guint8 transitions[] = {
  [SB_GATEWAY_SERVER_OFF] = 1 << SB_GATEWAY_SERVER_STARTING,
  [SB_GATEWAY_SERVER_STARTING] = 1 << SB_GATEWAY_SERVER_READY | 1 << SB_GATEWAY_SERVER_WAITING |
                                 1 << SB_GATEWAY_SERVER_BLOCKED | 1 << SB_GATEWAY_SERVER_STOPPING,
  [SB_GATEWAY_SERVER_READY] = 1 << SB_GATEWAY_SERVER_WAITING | 1 << SB_GATEWAY_SERVER_BLOCKED |
                              1 << SB_GATEWAY_SERVER_STOPPING,
  [SB_GATEWAY_SERVER_WAITING] = 1 << SB_GATEWAY_SERVER_STARTING | 1 << SB_GATEWAY_SERVER_STOPPING,
  [SB_GATEWAY_SERVER_BLOCKED] = 1 << SB_GATEWAY_SERVER_STARTING | 1 << SB_GATEWAY_SERVER_STOPPING,
  [SB_GATEWAY_SERVER_STOPPING] = 1 << SB_GATEWAY_SERVER_OFF,
};

static void
enter (SbGatewayServer      *self,
       SbGatewayServerState  state,
       const char           *message)
{
  g_assert (transitions[self->state] & 1 << state);

  self->state = state;
  g_free (self->message);
  /* A server's last words may be in it. */
  self->message = message != NULL ? sb_text_filter_apply (self->context->redactor, message, -1) : NULL;
  if (self->message != NULL)
    sb_server_log_note (self->log, self->message);
  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
set_tools (SbGatewayServer *self,
           GPtrArray       *tools)
{
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  const char *name = sb_gateway_server_get_name (self);

  while (tools != NULL && tools->len > 0)
    {
      SbGatewayTool *tool = sb_gateway_tool_new (name, g_ptr_array_steal_index (tools, 0));

      sb_gateway_tool_set_enabled (tool, sb_catalog_state_get_tool_enabled (self->context->state, name,
                                                                            sb_gateway_tool_get_name (tool)));
      g_ptr_array_add (items, tool);
    }
  if (items->len == 0 && g_list_model_get_n_items (G_LIST_MODEL (self->tools)) == 0)
    return;

  g_list_store_splice (self->tools, 0, g_list_model_get_n_items (G_LIST_MODEL (self->tools)), items->pdata,
                       items->len);
  g_signal_emit (self, signals[TOOLS_CHANGED], 0);
}

/* Lets go of the instance; its link ends what it started, and is told when that is done. */
static SbServerLink *
drop_instance (SbGatewayServer *self)
{
  /* Before anything is cancelled: what finishes by that sees that it is out of date. */
  g_autoptr(SbServerLink) link = g_steal_pointer (&self->link);
  g_autoptr(GCancellable) cancellable = g_steal_pointer (&self->cancellable);

  g_clear_handle_id (&self->timeout_id, g_source_remove);
  g_cancellable_cancel (cancellable);
  if (self->client != NULL)
    {
      g_clear_signal_handler (&self->closed_id, self->client);
      g_clear_signal_handler (&self->changed_id, self->client);
      sb_mcp_client_close (self->client);
      g_clear_object (&self->client);
    }
  self->started = 0;
  self->ready_since = 0;
  self->n_missed = 0;
  set_tools (self, NULL);

  return g_steal_pointer (&link);
}

/* Trying again */

static gboolean
retry_cb (gpointer user_data)
{
  SbGatewayServer *self = user_data;

  self->timeout_id = 0;
  self->n_restarts++;
  sb_gateway_server_start (self);

  return G_SOURCE_REMOVE;
}

static void
dropped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  sb_server_link_end_finish (SB_SERVER_LINK (source), result, NULL);
}

static void
end_link (SbServerLink *link)
{
  g_autoptr(SbServerLink) owned = link;

  if (owned != NULL)
    sb_server_link_end_async (owned, dropped_cb, NULL);
}

static void
block (SbGatewayServer *self,
       const char      *message)
{
  end_link (drop_instance (self));
  enter (self, SB_GATEWAY_SERVER_BLOCKED, message);
}

/* What is on this machine and does not come up is broken; what is elsewhere comes back some time. */
static gboolean
has_limit (SbGatewayServer *self)
{
  return sb_catalog_server_get_kind (self->entry) != SB_SERVER_KIND_REMOTE;
}

static void
wait_and_retry (SbGatewayServer *self,
                const char      *message)
{
  gboolean stable = self->ready_since != 0 &&
                    g_get_monotonic_time () - self->ready_since > STABLE_SECONDS * G_USEC_PER_SEC;
  guint delay;

  self->n_tries = stable ? 1 : self->n_tries + 1;
  if (self->n_tries >= MAX_TRIES && has_limit (self))
    {
      g_autofree char *last = g_strdup_printf ("%s It was tried %d times; start it again when the cause is gone.",
                                               message, MAX_TRIES);

      block (self, last);
      return;
    }

  end_link (drop_instance (self));
  enter (self, SB_GATEWAY_SERVER_WAITING, message);
  delay = self->context->first_delay_ms > 0 ? self->context->first_delay_ms : FIRST_DELAY_MS;
  delay = MIN (delay << (MIN (self->n_tries, MAX_DOUBLINGS) - 1), LAST_DELAY_MS);
  self->timeout_id = g_timeout_add (delay, retry_cb, self);
}

static void
fail (SbGatewayServer *self,
      const GError    *error)
{
  if (self->state != SB_GATEWAY_SERVER_STARTING && self->state != SB_GATEWAY_SERVER_READY)
    return;

  /* What the user has to do first does not come by waiting. */
  if (error->domain == SB_CATALOG_ERROR || error->domain == SB_APPROVALS_ERROR ||
      g_error_matches (error, SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_SETUP) ||
      g_error_matches (error, SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_IMAGE) ||
      g_error_matches (error, SB_MCP_ERROR, SB_MCP_ERROR_UNAUTHORIZED) ||
      g_error_matches (error, SB_MCP_ERROR, SB_MCP_ERROR_UNSUPPORTED) ||
      g_error_matches (error, SB_MCP_ERROR, SB_MCP_ERROR_UNTRUSTED))
    block (self, error->message);
  else
    wait_and_retry (self, error->message);
}

/* Coming up */

static guint
get_start_timeout (SbGatewayServer *self)
{
  return self->context->start_timeout_ms > 0 ? self->context->start_timeout_ms : START_TIMEOUT_MS;
}

static gboolean
too_slow_cb (gpointer user_data)
{
  SbGatewayServer *self = user_data;
  g_autoptr(GError) error = g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_TIMEOUT,
                                         "The server did not say what it offers within %g seconds of its start.",
                                         get_start_timeout (self) / 1000.0);

  self->timeout_id = 0;
  fail (self, error);

  return G_SOURCE_REMOVE;
}

static void
closed_cb (SbMcpClient *client,
           gpointer     cause,
           gpointer     user_data)
{
  SbGatewayServer *self = user_data;
  g_autoptr(GError) error = NULL;

  error = cause != NULL ? g_error_copy (cause)
                        : g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_CLOSED, "The server ended.");
  fail (self, error);
}

static void
relisted_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbGatewayServer) self = user_data;
  g_autoptr(GPtrArray) tools = sb_mcp_client_list_tools_finish (SB_MCP_CLIENT (source), result, NULL);

  if (tools != NULL && self->client == SB_MCP_CLIENT (source) && self->state == SB_GATEWAY_SERVER_READY)
    set_tools (self, tools);
}

static void
tools_changed_cb (SbGatewayServer *self)
{
  if (self->state == SB_GATEWAY_SERVER_READY)
    sb_mcp_client_list_tools_async (self->client, self->cancellable, relisted_cb, g_object_ref (self));
}

static void await_ping (SbGatewayServer *self);

static void
pinged_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbGatewayServer) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_client_request_finish (SB_MCP_CLIENT (source), result, &error);

  if (self->client != SB_MCP_CLIENT (source) || self->state != SB_GATEWAY_SERVER_READY)
    return;

  /* One that knows no pings has answered, too. */
  if (answer != NULL || g_error_matches (error, SB_MCP_ERROR, SB_MCP_ERROR_REMOTE))
    self->n_missed = 0;
  else if (g_error_matches (error, SB_MCP_ERROR, SB_MCP_ERROR_TIMEOUT))
    self->n_missed++;
  else
    self->n_missed = MAX_MISSED_PINGS;

  if (self->n_missed < MAX_MISSED_PINGS)
    await_ping (self);
  else
    fail (self, error);
}

static guint
get_ping_timeout (SbGatewayServer *self)
{
  return self->context->ping_timeout_ms > 0 ? self->context->ping_timeout_ms : PING_TIMEOUT_MS;
}

static gboolean
ping_cb (gpointer user_data)
{
  SbGatewayServer *self = user_data;

  self->timeout_id = 0;
  sb_mcp_client_request_async (self->client, "ping", NULL, get_ping_timeout (self), NULL, NULL, self->cancellable,
                               pinged_cb, g_object_ref (self));

  return G_SOURCE_REMOVE;
}

/* Processes and containers tell us when they end; with an address nothing may be open that could. */
static void
await_ping (SbGatewayServer *self)
{
  guint interval = self->context->ping_ms > 0 ? self->context->ping_ms : PING_MS;

  if (sb_catalog_server_get_kind (self->entry) == SB_SERVER_KIND_REMOTE)
    self->timeout_id = g_timeout_add (interval, ping_cb, self);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbGatewayServer) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) tools = sb_mcp_client_list_tools_finish (SB_MCP_CLIENT (source), result, &error);

  if (self->client != SB_MCP_CLIENT (source) || self->state != SB_GATEWAY_SERVER_STARTING)
    return;
  if (tools == NULL)
    {
      fail (self, error);
      return;
    }

  g_clear_handle_id (&self->timeout_id, g_source_remove);
  self->started = sb_clock_wall ();
  self->ready_since = g_get_monotonic_time ();
  set_tools (self, tools);
  enter (self, SB_GATEWAY_SERVER_READY, NULL);
  if (self->state == SB_GATEWAY_SERVER_READY)
    await_ping (self);
}

static void
initialized_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr(SbGatewayServer) self = user_data;
  g_autoptr(GError) error = NULL;
  gboolean done = sb_mcp_client_initialize_finish (SB_MCP_CLIENT (source), result, &error);

  if (self->client != SB_MCP_CLIENT (source) || self->state != SB_GATEWAY_SERVER_STARTING)
    return;

  if (done)
    sb_mcp_client_list_tools_async (self->client, self->cancellable, listed_cb, g_object_ref (self));
  else
    fail (self, error);
}

static void
progress_cb (SbGatewayServer *self,
             const char      *words,
             SbServerLink    *link)
{
  if (self->link != link || self->state != SB_GATEWAY_SERVER_STARTING)
    return;

  g_free (self->message);
  self->message = sb_text_filter_apply (self->context->redactor, words, -1);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
}

static void
needs_sign_in_cb (SbGatewayServer *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NEEDS_SIGN_IN]);
}

/* Kept for the next instance: what a sign-in has brought is there before the keyring has it. */
static void
keep_tokens (SbGatewayServer *self,
             SbOAuthSource   *tokens)
{
  if (self->tokens == tokens)
    return;

  if (self->tokens != NULL)
    g_clear_signal_handler (&self->sign_in_id, self->tokens);
  g_set_object (&self->tokens, tokens);
  if (tokens != NULL)
    self->sign_in_id = g_signal_connect_swapped (tokens, "notify::needs-sign-in", G_CALLBACK (needs_sign_in_cb), self);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbGatewayServer) self = user_data;
  SbServerLink *link = SB_SERVER_LINK (source);
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpTransport) transport = sb_server_link_open_finish (link, result, &error);

  if (self->link != link || self->state != SB_GATEWAY_SERVER_STARTING)
    return;
  if (transport == NULL)
    {
      fail (self, error);
      return;
    }

  keep_tokens (self, sb_server_link_get_tokens (link));
  self->client = sb_mcp_client_new (transport);
  sb_mcp_client_set_host (self->client, self->host != NULL ? self->host : self->context->host);
  self->closed_id = g_signal_connect (self->client, "closed", G_CALLBACK (closed_cb), self);
  self->changed_id = g_signal_connect_swapped (self->client, "tools-changed", G_CALLBACK (tools_changed_cb), self);
  self->timeout_id = g_timeout_add (get_start_timeout (self), too_slow_cb, self);
  sb_mcp_client_initialize_async (self->client, self->cancellable, initialized_cb, g_object_ref (self));
}

static void
open_link (SbGatewayServer *self)
{
  self->cancellable = g_cancellable_new ();
  self->link = sb_server_link_new (self->entry, self->context, self->log);
  sb_server_link_set_tokens (self->link, self->tokens);
  g_signal_connect_object (self->link, "progress", G_CALLBACK (progress_cb), self, G_CONNECT_SWAPPED);
  sb_server_link_open_async (self->link, self->cancellable, opened_cb, g_object_ref (self));
}

static void
signed_in_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbGatewayServer) self = user_data;
  g_autoptr(GError) error = NULL;
  gboolean done = sb_oauth_source_sign_in_finish (SB_OAUTH_SOURCE (source), result, &error);

  if (done && self->state == SB_GATEWAY_SERVER_BLOCKED)
    sb_gateway_server_start (self);
  else if (done && self->state == SB_GATEWAY_SERVER_STARTING && self->link == NULL)
    open_link (self);
  else if (!done && self->state == SB_GATEWAY_SERVER_STARTING && self->link == NULL)
    block (self, error->message);
}

static void
stop_done (SbGatewayServer *self)
{
  g_autoptr(GPtrArray) tasks = g_steal_pointer (&self->stopping);

  self->stopping = g_ptr_array_new_with_free_func (g_object_unref);
  enter (self, SB_GATEWAY_SERVER_OFF, NULL);
  for (guint i = 0; i < tasks->len; i++)
    g_task_return_boolean (g_ptr_array_index (tasks, i), TRUE);
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(SbGatewayServer) self = user_data;
  g_autoptr(GError) error = NULL;

  if (!sb_server_link_end_finish (SB_SERVER_LINK (source), result, &error))
    sb_server_log_note (self->log, error->message);
  stop_done (self);
}

static void
sb_gateway_server_dispose (GObject *object)
{
  SbGatewayServer *self = SB_GATEWAY_SERVER (object);

  if (self->tools != NULL && self->context != NULL)
    end_link (drop_instance (self));
  keep_tokens (self, NULL);
  g_clear_object (&self->entry);
  g_clear_object (&self->host);
  g_clear_object (&self->tools);
  g_clear_object (&self->log);
  g_clear_pointer (&self->context, sb_gateway_context_unref);

  G_OBJECT_CLASS (sb_gateway_server_parent_class)->dispose (object);
}

static void
sb_gateway_server_finalize (GObject *object)
{
  SbGatewayServer *self = SB_GATEWAY_SERVER (object);

  g_free (self->message);
  g_ptr_array_unref (self->stopping);

  G_OBJECT_CLASS (sb_gateway_server_parent_class)->finalize (object);
}

static void
sb_gateway_server_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  SbGatewayServer *self = SB_GATEWAY_SERVER (object);

  switch (prop_id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_NEEDS_SIGN_IN:
      g_value_set_boolean (value, sb_gateway_server_get_needs_sign_in (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_gateway_server_class_init (SbGatewayServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = sb_gateway_server_dispose;
  object_class->finalize = sb_gateway_server_finalize;
  object_class->get_property = sb_gateway_server_get_property;

  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, SB_TYPE_GATEWAY_SERVER_STATE,
                                              SB_GATEWAY_SERVER_OFF, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_NEEDS_SIGN_IN] = g_param_spec_boolean ("needs-sign-in", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[TOOLS_CHANGED] = g_signal_new ("tools-changed",
                                         G_TYPE_FROM_CLASS (klass),
                                         G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 0);
}

static void
sb_gateway_server_init (SbGatewayServer *self)
{
  self->tools = g_list_store_new (SB_TYPE_GATEWAY_TOOL);
  self->stopping = g_ptr_array_new_with_free_func (g_object_unref);
}

SbGatewayServer *
sb_gateway_server_new (SbCatalogServer  *entry,
                       SbGatewayContext *context)
{
  SbGatewayServer *self = g_object_new (SB_TYPE_GATEWAY_SERVER, NULL);

  self->entry = g_object_ref (entry);
  self->context = sb_gateway_context_ref (context);
  self->log = sb_server_log_new (context->redactor);

  return self;
}

SbCatalogServer *
sb_gateway_server_get_entry (SbGatewayServer *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_SERVER (self), NULL);

  return self->entry;
}

const char *
sb_gateway_server_get_name (SbGatewayServer *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_SERVER (self), NULL);

  return sb_catalog_server_get_name (self->entry);
}

SbGatewayServerState
sb_gateway_server_get_state (SbGatewayServer *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_SERVER (self), SB_GATEWAY_SERVER_OFF);

  return self->state;
}

const char *
sb_gateway_server_get_message (SbGatewayServer *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_SERVER (self), NULL);

  return self->message;
}

gboolean
sb_gateway_server_is_own (SbGatewayServer *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_SERVER (self), FALSE);

  return sb_server_link_is_own (self->entry, self->context);
}

/* host: (nullable): who answers its questions from its next start on, instead of the context's */
void
sb_gateway_server_set_host (SbGatewayServer *self,
                            SbMcpHost       *host)
{
  g_return_if_fail (SB_IS_GATEWAY_SERVER (self));

  g_set_object (&self->host, host);
}

SbMcpClient *
sb_gateway_server_get_client (SbGatewayServer *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_SERVER (self), NULL);

  return self->state == SB_GATEWAY_SERVER_READY ? self->client : NULL;
}

GListModel *
sb_gateway_server_get_tools (SbGatewayServer *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_SERVER (self), NULL);

  return G_LIST_MODEL (self->tools);
}

SbServerLog *
sb_gateway_server_get_log (SbGatewayServer *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_SERVER (self), NULL);

  return self->log;
}

gint64
sb_gateway_server_get_started (SbGatewayServer *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_SERVER (self), 0);

  return self->started;
}

guint
sb_gateway_server_get_n_restarts (SbGatewayServer *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_SERVER (self), 0);

  return self->n_restarts;
}

const char *
sb_gateway_server_get_container_id (SbGatewayServer *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_SERVER (self), NULL);

  return self->link != NULL ? sb_server_link_get_container_id (self->link) : NULL;
}

/**
 * sb_gateway_server_start:
 *
 * Brings it up; how that goes is seen in its state and its log.
 */
void
sb_gateway_server_start (SbGatewayServer *self)
{
  g_return_if_fail (SB_IS_GATEWAY_SERVER (self));

  if (self->state != SB_GATEWAY_SERVER_OFF && self->state != SB_GATEWAY_SERVER_WAITING &&
      self->state != SB_GATEWAY_SERVER_BLOCKED)
    return;

  if (self->state == SB_GATEWAY_SERVER_BLOCKED)
    self->n_tries = 0;
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  enter (self, SB_GATEWAY_SERVER_STARTING, NULL);
  open_link (self);
}

gboolean
sb_gateway_server_get_needs_sign_in (SbGatewayServer *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_SERVER (self), FALSE);

  return self->tokens != NULL && sb_oauth_source_get_needs_sign_in (self->tokens);
}

gboolean
sb_gateway_server_get_signed_in (SbGatewayServer *self)
{
  g_return_val_if_fail (SB_IS_GATEWAY_SERVER (self), FALSE);

  return self->tokens != NULL && sb_oauth_source_get_signed_in (self->tokens);
}

void
sb_gateway_server_sign_out (SbGatewayServer *self)
{
  g_return_if_fail (SB_IS_GATEWAY_SERVER (self));

  if (self->tokens != NULL)
    sb_oauth_source_sign_out (self->tokens);
}

/**
 * sb_gateway_server_sign_in:
 *
 * How it goes is seen in the state and the message; stopping the server ends it.
 */
void
sb_gateway_server_sign_in (SbGatewayServer *self)
{
  g_return_if_fail (SB_IS_GATEWAY_SERVER (self));

  if (!sb_gateway_server_get_needs_sign_in (self)
      || (self->state != SB_GATEWAY_SERVER_BLOCKED && self->state != SB_GATEWAY_SERVER_READY))
    return;

  if (self->state == SB_GATEWAY_SERVER_BLOCKED)
    enter (self, SB_GATEWAY_SERVER_STARTING, "Waiting for you to sign in in the browser.");
  sb_oauth_source_sign_in_async (self->tokens, signed_in_cb, g_object_ref (self));
}

/**
 * sb_gateway_server_stop_async:
 *
 * Finishes when its processes and containers are gone, also for whoever asks a second time.
 */
void
sb_gateway_server_stop_async (SbGatewayServer     *self,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  g_autoptr(SbServerLink) link = NULL;

  g_return_if_fail (SB_IS_GATEWAY_SERVER (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, sb_gateway_server_stop_async);
  if (self->state == SB_GATEWAY_SERVER_OFF)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }

  g_ptr_array_add (self->stopping, g_steal_pointer (&task));
  if (self->state == SB_GATEWAY_SERVER_STOPPING)
    return;

  self->n_tries = 0;
  if (self->tokens != NULL)
    sb_oauth_source_cancel (self->tokens);
  link = drop_instance (self);
  enter (self, SB_GATEWAY_SERVER_STOPPING, NULL);
  if (link != NULL)
    sb_server_link_end_async (link, ended_cb, g_object_ref (self));
  else
    stop_done (self);
}

gboolean
sb_gateway_server_stop_finish (SbGatewayServer  *self,
                               GAsyncResult     *result,
                               GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
