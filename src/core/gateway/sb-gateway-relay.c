/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-gateway-relay.h"

#include "sb-json.h"
#include "sb-mcp-forward.h"
#include "sb-mcp-message.h"

/* How long a client of the modern era has to come back with its answers. */
#define PARKED_MS (10 * 60 * 1000)
/* What belongs to one connection and not to the request. */
#define CONNECTION_META "io.modelcontextprotocol/"

struct _SbGatewayRelay
{
  GObject        parent_instance;

  /* owned */
  SbMcpServer   *server;
  GPtrArray     *errands; /* of Errand: those that are not over, the oldest first */

  /* borrowed */
  SbRelayedFunc  func;    /* nullable */
  gpointer       func_data;
};

/* What a server asks meanwhile of a client of the modern era. */
typedef struct
{
  /* owned */
  GTask      *task;
  char       *key;
  char       *method;
  JsonObject *params;
} Question;

/* One request. A client of the modern era that is asked something gets an answer that says so, and comes back with
 * another exchange: until then the errand is parked. */
typedef struct
{
  /* owned */
  SbMcpClient    *client;
  SbMcpExchange  *exchange;    /* nullable: it is parked */
  SbMcpToolCall  *call;        /* nullable */
  GCancellable   *cancellable;
  GPtrArray      *questions;   /* of Question */
  char           *id;
  char           *name;        /* nullable: of the tool */
  JsonNode       *answer;      /* nullable: came while it was parked */
  JsonObject     *refusal;     /* nullable, with the next: came while it was parked */
  GError         *error;
  guint           parked_id;
  gulong          cancelled_id;

  /* borrowed */
  SbGatewayRelay *relay;       /* nullable: it is gone */

  gint64          started;     /* monotonic */
  guint           n_questions;
  gboolean        over;        /* the server has answered */
} Errand;

G_DEFINE_FINAL_TYPE (SbGatewayRelay, sb_gateway_relay, G_TYPE_OBJECT)

static void
question_free (gpointer data)
{
  Question *question = data;

  if (question->task != NULL)
    g_task_return_new_error (question->task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Nobody waits for this any more.");
  g_clear_object (&question->task);
  json_object_unref (question->params);
  g_free (question->key);
  g_free (question->method);
  g_free (question);
}

static void
cancelled_cb (Errand *errand)
{
  g_cancellable_cancel (errand->cancellable);
}

static void
let_go (Errand *errand)
{
  if (errand->exchange != NULL)
    g_clear_signal_handler (&errand->cancelled_id, sb_mcp_exchange_get_cancellable (errand->exchange));
  g_clear_object (&errand->call);
  g_clear_object (&errand->exchange);
}

static void
errand_clear (gpointer data)
{
  Errand *errand = data;

  g_clear_handle_id (&errand->parked_id, g_source_remove);
  let_go (errand);
  g_clear_object (&errand->client);
  g_clear_object (&errand->cancellable);
  g_clear_pointer (&errand->questions, g_ptr_array_unref);
  g_clear_pointer (&errand->answer, json_node_unref);
  g_clear_pointer (&errand->refusal, json_object_unref);
  g_clear_error (&errand->error);
  g_free (errand->id);
  g_free (errand->name);
}

static void
errand_unref (gpointer errand)
{
  g_rc_box_release_full (errand, errand_clear);
}

static void
hold (Errand        *errand,
      SbMcpExchange *exchange,
      SbMcpToolCall *call)
{
  GCancellable *cancellable = sb_mcp_exchange_get_cancellable (exchange);

  g_clear_handle_id (&errand->parked_id, g_source_remove);
  errand->exchange = g_object_ref (exchange);
  errand->call = call != NULL ? g_object_ref (call) : NULL;
  errand->cancelled_id = g_signal_connect_swapped (cancellable, "cancelled", G_CALLBACK (cancelled_cb), errand);
  if (g_cancellable_is_cancelled (cancellable))
    cancelled_cb (errand);
}

/* The answer */

static void
pass_refusal (Errand *errand)
{
  JsonObject *refusal = errand->refusal;
  const char *text = refusal != NULL ? sb_json_get_string (refusal, "message") : NULL;

  if (refusal != NULL)
    sb_mcp_exchange_fail (errand->exchange, sb_json_get_int (refusal, "code", SB_MCP_CODE_INTERNAL),
                          text != NULL ? text : errand->error->message, json_object_get_member (refusal, "data"));
  else if (errand->call != NULL)
    sb_mcp_tool_call_fail (errand->call, errand->error->message, NULL);
  else
    sb_mcp_exchange_fail (errand->exchange, SB_MCP_CODE_INTERNAL, errand->error->message, NULL);
}

/* The one place where an errand ends. */
static void
finish (Errand *errand)
{
  g_autoptr(SbGatewayRelay) self = errand->relay != NULL ? g_object_ref (errand->relay) : NULL;
  gboolean answered = errand->answer != NULL;

  if (errand->exchange != NULL && answered)
    sb_mcp_exchange_respond (errand->exchange, sb_json_copy_object (json_node_get_object (errand->answer)));
  else if (errand->exchange != NULL)
    pass_refusal (errand);
  if (self != NULL && self->func != NULL && errand->name != NULL)
    self->func (errand->name, g_get_monotonic_time () - errand->started, answered, self->func_data);

  let_go (errand);
  g_clear_handle_id (&errand->parked_id, g_source_remove);
  g_ptr_array_set_size (errand->questions, 0);
  if (self != NULL)
    g_ptr_array_remove (self->errands, errand);
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Errand *errand = user_data;
  JsonObject *refusal;

  errand->over = TRUE;
  errand->answer = sb_mcp_client_request_finish (SB_MCP_CLIENT (source), result, &errand->error);
  refusal = sb_mcp_client_request_get_refusal (result);
  errand->refusal = refusal != NULL ? json_object_ref (refusal) : NULL;
  /* A parked one has nobody to be told yet. */
  if (errand->parked_id == 0)
    finish (errand);
  errand_unref (errand);
}

static void
progress_cb (double      progress,
             double      total,
             const char *text,
             gpointer    user_data)
{
  Errand *errand = user_data;

  if (errand->exchange != NULL)
    sb_mcp_exchange_progress (errand->exchange, progress, total, text);
}

/* Questions */

static gboolean
expired_cb (gpointer user_data)
{
  Errand *errand = g_rc_box_acquire (user_data);

  errand->parked_id = 0;
  g_cancellable_cancel (errand->cancellable);
  g_ptr_array_set_size (errand->questions, 0);
  if (errand->over)
    finish (errand);
  errand_unref (errand);

  return G_SOURCE_REMOVE;
}

static void
park (Errand *errand)
{
  for (guint i = 0; i < errand->questions->len; i++)
    {
      Question *question = g_ptr_array_index (errand->questions, i);

      sb_mcp_exchange_ask (errand->exchange, question->key, question->method, json_object_ref (question->params));
    }
  errand->parked_id = g_timeout_add (PARKED_MS, expired_cb, errand);
  sb_mcp_exchange_wait (errand->exchange, errand->id);
  let_go (errand);
}

/* What the client has said; a question that it has left out is asked again. */
static void
take_answers (Errand *errand)
{
  for (guint i = errand->questions->len; i > 0; i--)
    {
      Question *question = g_ptr_array_index (errand->questions, i - 1);
      JsonObject *answer = sb_mcp_exchange_ask (errand->exchange, question->key, question->method,
                                                json_object_ref (question->params));
      g_autoptr(GTask) task = NULL;

      if (answer == NULL)
        continue;
      task = g_steal_pointer (&question->task);
      g_ptr_array_remove_index (errand->questions, i - 1);
      g_task_return_pointer (task, json_object_ref (answer), (GDestroyNotify) json_object_unref);
    }
}

static void
forwarded_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  JsonObject *answer = sb_mcp_forward_finish (result, &error);

  if (answer != NULL)
    g_task_return_pointer (task, answer, (GDestroyNotify) json_object_unref);
  else
    g_task_return_error (task, error);
}

static void
ask_modern (Errand     *errand,
            const char *method,
            JsonObject *params,
            GTask      *task)
{
  Question *question = g_new0 (Question, 1);

  question->task = g_object_ref (task);
  question->key = g_strdup_printf ("question-%u", ++errand->n_questions);
  question->method = g_strdup (method);
  question->params = json_object_ref (params);
  g_ptr_array_add (errand->questions, question);
  if (errand->exchange != NULL)
    park (errand);
}

/* Of a parked one is known what it was asked already. */
static gboolean
can_ask (Errand     *errand,
         const char *method)
{
  if (errand->exchange != NULL)
    return sb_mcp_exchange_client_offers (errand->exchange, sb_mcp_forward_get_capability (method));

  for (guint i = 0; i < errand->questions->len; i++)
    if (g_str_equal (((Question *) g_ptr_array_index (errand->questions, i))->method, method))
      return TRUE;

  return FALSE;
}

/* The newest of this server whose client can be asked. */
static Errand *
find_errand (SbGatewayRelay *self,
             SbMcpClient    *client,
             const char     *method)
{
  for (guint i = self->errands->len; i > 0; i--)
    {
      Errand *errand = g_ptr_array_index (self->errands, i - 1);

      if (errand->client == client && !errand->over && can_ask (errand, method))
        return errand;
    }

  return NULL;
}

static void
sb_gateway_relay_dispose (GObject *object)
{
  SbGatewayRelay *self = SB_GATEWAY_RELAY (object);

  while (self->errands->len > 0)
    {
      Errand *errand = g_ptr_array_steal_index (self->errands, self->errands->len - 1);

      errand->relay = NULL;
      g_clear_handle_id (&errand->parked_id, g_source_remove);
      g_cancellable_cancel (errand->cancellable);
      g_ptr_array_set_size (errand->questions, 0);
      errand_unref (errand);
    }
  g_clear_object (&self->server);

  G_OBJECT_CLASS (sb_gateway_relay_parent_class)->dispose (object);
}

static void
sb_gateway_relay_finalize (GObject *object)
{
  g_ptr_array_unref (SB_GATEWAY_RELAY (object)->errands);

  G_OBJECT_CLASS (sb_gateway_relay_parent_class)->finalize (object);
}

static void
sb_gateway_relay_class_init (SbGatewayRelayClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_gateway_relay_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_gateway_relay_finalize;
}

static void
sb_gateway_relay_init (SbGatewayRelay *self)
{
  self->errands = g_ptr_array_new_with_free_func (errand_unref);
}

/* server: whose clients they are */
SbGatewayRelay *
sb_gateway_relay_new (SbMcpServer *server)
{
  SbGatewayRelay *self = g_object_new (SB_TYPE_GATEWAY_RELAY, NULL);

  self->server = g_object_ref (server);

  return self;
}

void
sb_gateway_relay_set_func (SbGatewayRelay *self,
                           SbRelayedFunc   func,
                           gpointer        user_data)
{
  self->func = func;
  self->func_data = user_data;
}

/**
 * sb_gateway_relay_resume:
 * @call: (nullable): of the exchange
 *
 * Returns: %TRUE when the exchange is the next round of one that is on its way, or of none that is known: then it is
 * seen to
 */
gboolean
sb_gateway_relay_resume (SbGatewayRelay *self,
                         SbMcpExchange  *exchange,
                         SbMcpToolCall  *call)
{
  const char *id = sb_mcp_exchange_get_state (exchange);
  Errand *errand = NULL;

  if (id == NULL)
    return FALSE;

  for (guint i = 0; i < self->errands->len && errand == NULL; i++)
    if (g_str_equal (((Errand *) g_ptr_array_index (self->errands, i))->id, id))
      errand = g_ptr_array_index (self->errands, i);
  if (errand == NULL || errand->parked_id == 0)
    {
      sb_mcp_exchange_fail (exchange, SB_MCP_CODE_INVALID_PARAMS,
                            "This is over, or took too long; make the request again.", NULL);
      return TRUE;
    }

  hold (errand, exchange, call);
  take_answers (errand);
  if (errand->over)
    finish (errand);
  else if (errand->questions->len > 0)
    park (errand);

  return TRUE;
}

/* Returns: (transfer full): a request's own, for the far server: ids, tokens and rounds are those of each connection */
JsonObject *
sb_gateway_relay_new_params (SbMcpExchange *exchange)
{
  static const char * const ours[] = { "inputResponses", "requestState" };
  JsonObject *params = sb_json_copy_object (sb_mcp_exchange_get_params (exchange));
  JsonObject *meta = sb_json_get_object (params, "_meta");
  JsonObject *kept = meta != NULL ? sb_json_copy_object (meta) : NULL;
  g_autoptr(GList) names = meta != NULL ? json_object_get_members (meta) : NULL;

  for (GList *l = names; l != NULL; l = l->next)
    if (g_str_has_prefix (l->data, CONNECTION_META) || g_str_equal (l->data, "progressToken"))
      json_object_remove_member (kept, l->data);
  if (kept != NULL)
    json_object_set_object_member (params, "_meta", kept);
  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    if (json_object_has_member (params, ours[i]))
      json_object_remove_member (params, ours[i]);

  return params;
}

/* level: (nullable). Once lower, it stays so: what is too much for a client is kept from it by its own session. */
void
sb_gateway_relay_lower_level (SbMcpClient *client,
                              const char  *level)
{
  const char *now = sb_mcp_client_get_log_level (client);

  if (level != NULL && g_strcmp0 (sb_mcp_exchange_get_lower_level (level, now), now) != 0)
    sb_mcp_client_set_log_level (client, level);
}

/**
 * sb_gateway_relay_send:
 * @call: (nullable): of the exchange
 * @params: (transfer full): as the server is to get them
 *
 * Passes a request on; its answer or refusal goes back as it comes.
 */
void
sb_gateway_relay_send (SbGatewayRelay *self,
                       SbMcpExchange  *exchange,
                       SbMcpToolCall  *call,
                       SbMcpClient    *client,
                       const char     *method,
                       JsonObject     *params)
{
  Errand *errand = g_rc_box_new0 (Errand);

  if (sb_mcp_exchange_is_modern (exchange))
    sb_gateway_relay_lower_level (client, sb_mcp_exchange_get_log_level (exchange));
  errand->relay = self;
  errand->client = g_object_ref (client);
  errand->cancellable = g_cancellable_new ();
  errand->questions = g_ptr_array_new_with_free_func (question_free);
  errand->id = g_uuid_string_random ();
  errand->name = call != NULL ? g_strdup (sb_mcp_tool_call_get_name (call)) : NULL;
  errand->started = g_get_monotonic_time ();
  hold (errand, exchange, call);
  g_ptr_array_add (self->errands, errand);
  /* How long is for the client to decide. */
  sb_mcp_client_request_async (client, method, params, 0, progress_cb, errand, errand->cancellable, answered_cb,
                               g_rc_box_acquire (errand));
}

/**
 * sb_gateway_relay_ask:
 * @client: to the server that asks
 * @method: elicitation/create, sampling/createMessage or roots/list
 * @params: (transfer none): of the question
 * @task: gets the answer, a #JsonObject
 *
 * A server does not say for which request it asks: the one that came last is meant. Outside of all requests any client
 * of the older era that can be asked will do.
 */
void
sb_gateway_relay_ask (SbGatewayRelay *self,
                      SbMcpClient    *client,
                      const char     *method,
                      JsonObject     *params,
                      GTask          *task)
{
  Errand *errand = find_errand (self, client, method);
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (errand == NULL)
    sb_mcp_server_forward_async (self->server, method, params, cancellable, forwarded_cb, g_object_ref (task));
  else if (errand->exchange == NULL || sb_mcp_exchange_is_modern (errand->exchange))
    ask_modern (errand, method, params, task);
  else
    sb_mcp_exchange_forward_async (errand->exchange, method, params, cancellable, forwarded_cb, g_object_ref (task));
}

/* To whoever has asked for it in the handshake's era, and to those whose requests the server is at in the other. */
void
sb_gateway_relay_log (SbGatewayRelay *self,
                      SbMcpClient    *client,
                      const char     *level,
                      const char     *logger,
                      const char     *text)
{
  sb_mcp_server_tell_log (self->server, level, logger, text);
  for (guint i = 0; i < self->errands->len; i++)
    {
      Errand *errand = g_ptr_array_index (self->errands, i);

      if (errand->client == client && errand->exchange != NULL && sb_mcp_exchange_is_modern (errand->exchange))
        sb_mcp_exchange_log (errand->exchange, level, logger, text);
    }
}
