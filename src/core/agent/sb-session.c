/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-session.h"

#include "sb-mcp-memory-transport.h"
#include "sb-sandbox-server.h"

struct _SbSession
{
  GObject           parent_instance;

  /* owned */
  SbServices       *services;
  SbConversation   *conversation;
  SbMcpServer      *server;      /* nullable until the first turn */
  SbToolRegistry   *tools;
  SbRun            *run;         /* nullable */
  GCancellable     *cancellable;

  gboolean          ready;       /* providers are known */
};

enum
{
  FINISHED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbSession, sb_session, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void connected_cb (GObject      *source,
                          GAsyncResult *result,
                          gpointer      user_data);

static gboolean
check_idle (SbSession  *self,
            GError    **error)
{
  if (!sb_session_is_running (self))
    return TRUE;

  g_set_error (error, SB_AGENT_ERROR, SB_AGENT_ERROR_BUSY,
               "This conversation is still being answered. Stop it first, or wait for its end.");

  return FALSE;
}

static void
connect_tools (SbSession *self)
{
  g_autoptr(SbMcpTransport) near = NULL;
  g_autoptr(SbMcpTransport) far = NULL;
  g_autoptr(SbMcpClient) client = NULL;

  sb_mcp_memory_transport_new_pair (&near, &far);
  g_set_object (&self->server, NULL);
  self->server = sb_sandbox_server_new (self->services->sandboxes, sb_conversation_get_id (self->conversation),
                                        self->services->approvals);
  sb_mcp_server_accept (self->server, far);

  client = sb_mcp_client_new (near);
  sb_tool_registry_add_async (self->tools, client, NULL, self->cancellable, connected_cb, g_object_ref (self));
}

/* A run goes on when everything it needs is there: providers and tools. */
static void
proceed (SbSession *self)
{
  if (self->run == NULL || !self->ready || sb_run_get_state (self->run) != SB_RUN_STATE_ROUTING)
    return;

  if (sb_tool_registry_is_empty (self->tools))
    connect_tools (self);
  else
    sb_run_proceed (self->run);
}

static void
finished_cb (SbRun    *run,
             gpointer  user_data)
{
  SbSession *self = SB_SESSION (user_data);

  g_clear_object (&self->run);
  g_signal_emit (self, signals[FINISHED], 0);
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbSession) self = user_data;
  g_autoptr(GError) error = NULL;
  gboolean connected = sb_tool_registry_add_finish (SB_TOOL_REGISTRY (source), result, &error);

  if (self->run == NULL || sb_run_get_state (self->run) != SB_RUN_STATE_ROUTING)
    return;

  if (connected)
    sb_run_proceed (self->run);
  else
    sb_run_fail (self->run, error);
}

static void
looked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbSession) self = user_data;

  sb_provider_pool_start_finish (SB_PROVIDER_POOL (source), result, NULL);
  sb_session_set_ready (self);
}

/* A server that was not there at the last look may be by now: whoever asks or retries should not have to configure
 * anything. */
static void
look_again_if_needed (SbSession *self)
{
  if (!self->ready || sb_provider_pool_is_complete (self->services->providers))
    return;

  self->ready = FALSE;
  sb_provider_pool_start_async (self->services->providers, self->cancellable, looked_cb, g_object_ref (self));
}

static void
start_run (SbSession  *self,
           const char *text,
           const char *agent_id,
           SbMessage  *user)
{
  SbServices *services = self->services;
  SbRunParts parts = { services->agents, services->providers, self->tools, services->store, services->approvals,
                       self->conversation };
  g_autoptr(SbRun) run = sb_run_new (&parts);

  g_set_object (&self->run, run);
  g_signal_connect_object (run, "finished", G_CALLBACK (finished_cb), self, 0);
  sb_run_open (run, text, agent_id, user);
  look_again_if_needed (self);
  proceed (self);
}

static SbMessage *
dup_last_user_message (SbSession *self)
{
  GListModel *messages = G_LIST_MODEL (self->conversation);

  for (guint i = g_list_model_get_n_items (messages); i > 0; i--)
    {
      g_autoptr(SbMessage) message = g_list_model_get_item (messages, i - 1);

      if (sb_message_get_role (message) == SB_MESSAGE_ROLE_USER)
        return g_steal_pointer (&message);
    }

  return NULL;
}

static void
sb_session_dispose (GObject *object)
{
  SbSession *self = SB_SESSION (object);

  if (self->tools != NULL)
    sb_session_close (self);

  g_clear_object (&self->run);
  g_clear_object (&self->tools);
  g_clear_object (&self->server);
  g_clear_pointer (&self->services, sb_services_unref);
  g_clear_object (&self->conversation);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (sb_session_parent_class)->dispose (object);
}

static void
sb_session_class_init (SbSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_session_dispose;

  signals[FINISHED] =
    g_signal_new ("finished",
                  G_TYPE_FROM_CLASS (klass),
                  G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
sb_session_init (SbSession *self)
{
  self->tools = sb_tool_registry_new ();
  self->cancellable = g_cancellable_new ();
}

SbSession *
sb_session_new (SbServices     *services,
                SbConversation *conversation)
{
  SbSession *self = g_object_new (SB_TYPE_SESSION, NULL);

  self->services = sb_services_ref (services);
  sb_tool_registry_set_gateway (self->tools, services->gateway);
  self->conversation = g_object_ref (conversation);

  return self;
}

SbConversation *
sb_session_get_conversation (SbSession *self)
{
  g_return_val_if_fail (SB_IS_SESSION (self), NULL);

  return self->conversation;
}

gboolean
sb_session_is_running (SbSession *self)
{
  g_return_val_if_fail (SB_IS_SESSION (self), FALSE);

  return self->run != NULL;
}

void
sb_session_set_ready (SbSession *self)
{
  g_return_if_fail (SB_IS_SESSION (self));

  self->ready = TRUE;
  proceed (self);
}

/**
 * sb_session_send:
 * @agent_id: (nullable): the user's choice
 *
 * Begins a turn; what happens is seen in the conversation. FALSE with SB_AGENT_ERROR_BUSY during another.
 */
gboolean
sb_session_send (SbSession   *self,
                 const char  *text,
                 const char  *agent_id,
                 GError     **error)
{
  g_return_val_if_fail (SB_IS_SESSION (self), FALSE);

  if (!check_idle (self, error))
    return FALSE;

  start_run (self, text, agent_id, NULL);

  return TRUE;
}

/**
 * sb_session_retry:
 *
 * Drops what came after the user's last sentence, and answers it again. The trace keeps the turn that failed.
 */
gboolean
sb_session_retry (SbSession  *self,
                  GError    **error)
{
  GListModel *messages;
  g_autoptr(SbMessage) user = NULL;
  g_autoptr(SbMessage) last = NULL;

  g_return_val_if_fail (SB_IS_SESSION (self), FALSE);

  if (!check_idle (self, error))
    return FALSE;

  user = dup_last_user_message (self);
  if (user == NULL)
    {
      g_set_error (error, SB_AGENT_ERROR, SB_AGENT_ERROR_UNKNOWN, "There is nothing to try again yet.");
      return FALSE;
    }

  messages = G_LIST_MODEL (self->conversation);
  last = g_list_model_get_item (messages, g_list_model_get_n_items (messages) - 1);
  sb_conversation_rewind (self->conversation, sb_message_get_turn_id (last));
  start_run (self, sb_message_get_text (user), NULL, user);

  return TRUE;
}

void
sb_session_stop (SbSession *self)
{
  g_return_if_fail (SB_IS_SESSION (self));

  if (self->run != NULL)
    sb_run_stop (self->run);
}

gboolean
sb_session_add_activity (SbSession        *self,
                         const SbActivity *activity)
{
  SbTrace *trace;
  SbTraceEvent *call;
  SbTraceEvent *event;
  SbTraceKind kind;

  g_return_val_if_fail (SB_IS_SESSION (self), FALSE);

  trace = sb_conversation_get_trace (self->conversation);
  call = activity->trace_id != NULL ? sb_trace_lookup (trace, activity->trace_id) : NULL;
  if (call == NULL)
    return FALSE;

  kind = activity->kind == SB_ACTIVITY_FILE || activity->kind == SB_ACTIVITY_WRITE
         ? SB_TRACE_KIND_FILE : SB_TRACE_KIND_SANDBOX;
  event = sb_trace_begin (trace, call, kind, activity->title);
  sb_trace_event_set_subtitle (event, activity->subtitle);
  sb_trace_event_set_agent (event, sb_trace_event_get_agent (call));
  sb_trace_event_finish_at (event, activity->ok ? SB_TRACE_STATE_OK : SB_TRACE_STATE_FAILED,
                            activity->start, activity->end);

  return TRUE;
}

/* Ends the connection to the tools, and with it what they run. */
void
sb_session_close (SbSession *self)
{
  g_return_if_fail (SB_IS_SESSION (self));

  g_cancellable_cancel (self->cancellable);
  sb_tool_registry_close (self->tools);
}
