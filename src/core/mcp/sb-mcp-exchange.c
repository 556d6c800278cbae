/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-exchange-private.h"

#include "sb-json.h"
#include "sb-mcp-forward.h"
#include "sb-mcp-message.h"

static const char * const levels[] = {
  "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency",
};

typedef struct
{
  char       *key;
  char       *method;
  JsonObject *params;
} Question;

struct _SbMcpExchange
{
  GObject parent_instance;

  /* owned */
  SbMcpRequest *request;
  SbMcpPeer    *peer;
  SbMcpToolbox *toolbox;
  JsonObject   *capabilities; /* nullable: the client's */
  char         *log_level;    /* nullable */
  char         *purpose;      /* the method and what it names: what a state is good for */
  JsonObject   *answers;      /* of the client */
  char         *state;        /* nullable: of the earlier round */
  char         *next_state;   /* nullable: of this round */
  GPtrArray    *questions;    /* of Question */

  /* borrowed */
  SbMcpExchangeHandler handler;
  gpointer             user_data;
  const char          *lacking; /* nullable, static: what was asked for and the client does not offer */

  guint    n_open; /* questions on their way */
  gboolean is_tool;
  gboolean is_resource;
  gboolean modern;
  gboolean waiting;
  gboolean answered;
};

G_DEFINE_FINAL_TYPE (SbMcpExchange, sb_mcp_exchange, G_TYPE_OBJECT)

/* A question and the exchange that it belongs to, on its way to the client. */
typedef struct
{
  SbMcpExchange *exchange;
  char          *key;
} Errand;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->key);
  g_free (question->method);
  json_object_unref (question->params);
  g_free (question);
}

static int
find_level (const char *level)
{
  for (guint i = 0; level != NULL && i < G_N_ELEMENTS (levels); i++)
    if (g_str_equal (levels[i], level))
      return i;

  return -1;
}

/* A tool that cannot go on is a result that the model reads; anything else is an error. */
static void
fail_with_text (SbMcpExchange *self,
                const char    *text)
{
  JsonObject *result = NULL;
  JsonObject *content = NULL;
  JsonArray *contents = NULL;

  if (!self->is_tool)
    {
      sb_mcp_exchange_fail (self, SB_MCP_CODE_INTERNAL, text, NULL);
      return;
    }

  result = json_object_new ();
  content = json_object_new ();
  contents = json_array_new ();
  json_object_set_string_member (content, "type", "text");
  json_object_set_string_member (content, "text", text);
  json_array_add_object_element (contents, content);
  json_object_set_array_member (result, "content", contents);
  json_object_set_boolean_member (result, "isError", TRUE);
  sb_mcp_exchange_respond (self, result);
}

static void
fail_lacking (SbMcpExchange *self)
{
  g_autofree char *text = g_strdup_printf ("The client does not offer %s, which this needs.", self->lacking);
  g_autoptr(JsonNode) data = NULL;
  JsonObject *needed = NULL;
  JsonObject *object = NULL;

  if (!self->modern)
    {
      fail_with_text (self, text);
      return;
    }

  needed = json_object_new ();
  object = json_object_new ();
  json_object_set_object_member (needed, self->lacking, json_object_new ());
  json_object_set_object_member (object, "requiredCapabilities", needed);
  data = json_node_alloc ();
  json_node_take_object (json_node_init (data, JSON_NODE_OBJECT), object);
  sb_mcp_exchange_fail (self, SB_MCP_CODE_MISSING_CAPABILITY, text, data);
}

static void
run (SbMcpExchange *self)
{
  self->waiting = FALSE;
  self->lacking = NULL;
  g_ptr_array_set_size (self->questions, 0);
  self->handler (self, self->user_data);
}

static void
client_answered_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  Errand *errand = user_data;
  g_autoptr(SbMcpExchange) self = g_steal_pointer (&errand->exchange);
  g_autofree char *key = g_steal_pointer (&errand->key);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_peer_call_finish (SB_MCP_PEER (source), result, &error);

  g_free (errand);
  self->n_open--;
  if (answer != NULL)
    json_object_set_member (self->answers, key, json_node_ref (answer));
  else if (!self->answered)
    fail_with_text (self, error->message);
  if (self->n_open == 0 && !self->answered)
    run (self);
}

static void
ask_client (SbMcpExchange *self)
{
  g_autoptr(JsonNode) id = json_node_copy (sb_mcp_request_get_id (self->request));
  SbMcpCallOptions options = { .send.related_id = id };

  self->n_open = self->questions->len;
  if (self->n_open == 0)
    run (self);
  for (guint i = 0; i < self->questions->len; i++)
    {
      Question *question = g_ptr_array_index (self->questions, i);
      Errand *errand = g_new0 (Errand, 1);

      errand->exchange = g_object_ref (self);
      errand->key = g_strdup (question->key);
      sb_mcp_peer_call_with (self->peer, question->method, json_object_ref (question->params), &options,
                             sb_mcp_exchange_get_cancellable (self), client_answered_cb, errand);
    }
}

static void
respond_input_required (SbMcpExchange *self)
{
  JsonObject *result = json_object_new ();
  JsonObject *requests = json_object_new ();

  for (guint i = 0; i < self->questions->len; i++)
    {
      Question *question = g_ptr_array_index (self->questions, i);
      JsonObject *request = json_object_new ();

      json_object_set_string_member (request, "method", question->method);
      json_object_set_object_member (request, "params", json_object_ref (question->params));
      json_object_set_object_member (requests, question->key, request);
    }
  json_object_set_string_member (result, "resultType", "input_required");
  if (self->questions->len > 0)
    json_object_set_object_member (result, "inputRequests", requests);
  else
    json_object_unref (requests);
  if (self->next_state != NULL)
    {
      g_autofree char *sealed = sb_mcp_toolbox_seal_state (self->toolbox, self->purpose, self->next_state);

      json_object_set_string_member (result, "requestState", sealed);
    }
  self->answered = TRUE;
  sb_mcp_request_respond (self->request, result);
}

static void
take_meta (SbMcpExchange *self)
{
  JsonObject *params = sb_mcp_exchange_get_params (self);
  JsonObject *meta = sb_json_get_object (params, "_meta");
  JsonObject *answers = sb_json_get_object (params, "inputResponses");
  JsonObject *capabilities = NULL;

  self->modern = meta != NULL && json_object_has_member (meta, SB_MCP_REVISION_KEY);
  if (!self->modern)
    return;

  capabilities = sb_json_get_object (meta, SB_MCP_META_CAPABILITIES);
  g_clear_pointer (&self->capabilities, json_object_unref);
  self->capabilities = capabilities != NULL ? json_object_ref (capabilities) : NULL;
  g_free (self->log_level);
  self->log_level = g_strdup (sb_json_get_string (meta, SB_MCP_META_LOG_LEVEL));
  if (answers != NULL)
    {
      json_object_unref (self->answers);
      self->answers = json_object_ref (answers);
    }
}

static void
sb_mcp_exchange_dispose (GObject *object)
{
  SbMcpExchange *self = SB_MCP_EXCHANGE (object);

  if (self->request != NULL && !self->answered)
    fail_with_text (self, "It ended without a result.");
  g_clear_object (&self->request);
  g_clear_object (&self->peer);

  G_OBJECT_CLASS (sb_mcp_exchange_parent_class)->dispose (object);
}

static void
sb_mcp_exchange_finalize (GObject *object)
{
  SbMcpExchange *self = SB_MCP_EXCHANGE (object);

  g_clear_pointer (&self->capabilities, json_object_unref);
  json_object_unref (self->answers);
  g_ptr_array_unref (self->questions);
  sb_mcp_toolbox_unref (self->toolbox);
  g_free (self->log_level);
  g_free (self->purpose);
  g_free (self->state);
  g_free (self->next_state);

  G_OBJECT_CLASS (sb_mcp_exchange_parent_class)->finalize (object);
}

static void
sb_mcp_exchange_class_init (SbMcpExchangeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_mcp_exchange_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_mcp_exchange_finalize;
}

static void
sb_mcp_exchange_init (SbMcpExchange *self)
{
  self->answers = json_object_new ();
  self->questions = g_ptr_array_new_with_free_func (question_free);
}

/* Returns: (transfer full) */
SbMcpExchange *
sb_mcp_exchange_new (SbMcpRequest               *request,
                     const char                 *method,
                     const SbMcpExchangeContext *context)
{
  SbMcpExchange *self = g_object_new (SB_TYPE_MCP_EXCHANGE, NULL);
  const char *name = sb_json_get_string (sb_mcp_request_get_params (request), "name");
  const char *uri = sb_json_get_string (sb_mcp_request_get_params (request), "uri");

  self->request = g_object_ref (request);
  self->peer = g_object_ref (context->peer);
  self->toolbox = sb_mcp_toolbox_ref (context->toolbox);
  self->capabilities = context->capabilities != NULL ? json_object_ref (context->capabilities) : NULL;
  self->log_level = g_strdup (context->log_level != NULL ? context->log_level : "info");
  self->purpose = g_strconcat (method, " ", name != NULL ? name : uri, NULL);
  self->is_tool = g_str_equal (method, "tools/call");
  self->is_resource = g_str_equal (method, "resources/read");
  take_meta (self);

  return self;
}

/**
 * sb_mcp_exchange_run:
 * @handler: called now, and again after each round of questions
 *
 * Returns: %FALSE when it has failed already, because the client's state is none of ours
 */
gboolean
sb_mcp_exchange_run (SbMcpExchange        *self,
                     SbMcpExchangeHandler  handler,
                     gpointer              user_data)
{
  JsonNode *state = self->modern ? json_object_get_member (sb_mcp_exchange_get_params (self), "requestState") : NULL;
  const char *sealed = state != NULL ? sb_json_get_string (sb_mcp_exchange_get_params (self), "requestState") : NULL;

  if (sealed != NULL)
    self->state = sb_mcp_toolbox_open_state (self->toolbox, self->purpose, sealed);
  if (state != NULL && self->state == NULL)
    {
      sb_mcp_exchange_fail (self, SB_MCP_CODE_INVALID_PARAMS, "requestState is not what this server gave.", NULL);
      return FALSE;
    }

  self->handler = handler;
  self->user_data = user_data;
  run (self);

  return TRUE;
}

/* levels: nullable; of two, the one that lets more through. */
const char *
sb_mcp_exchange_get_lower_level (const char *a,
                                 const char *b)
{
  if (a == NULL || b == NULL)
    return a != NULL ? a : b;

  return find_level (a) <= find_level (b) ? a : b;
}

/* level: nullable. */
gboolean
sb_mcp_exchange_level_is_known (const char *level)
{
  return find_level (level) >= 0;
}

/* Returns: (transfer none): of the request */
JsonObject *
sb_mcp_exchange_get_params (SbMcpExchange *self)
{
  return sb_mcp_request_get_params (self->request);
}

/* (transfer none): the same object for all requests of one client */
GObject *
sb_mcp_exchange_get_session (SbMcpExchange *self)
{
  return G_OBJECT (self->peer);
}

/* Cancelled by the client, or when it is gone. */
GCancellable *
sb_mcp_exchange_get_cancellable (SbMcpExchange *self)
{
  return sb_mcp_request_get_cancellable (self->request);
}

/* Whether an answer is still to be given by the handler that is running. */
gboolean
sb_mcp_exchange_is_open (SbMcpExchange *self)
{
  return !self->answered && !self->waiting;
}

gboolean
sb_mcp_exchange_is_modern (SbMcpExchange *self)
{
  return self->modern;
}

/* Returns: (nullable): the lowest that the client wants to hear of this exchange */
const char *
sb_mcp_exchange_get_log_level (SbMcpExchange *self)
{
  return self->log_level;
}

/* capability: "elicitation", "sampling" or "roots". */
gboolean
sb_mcp_exchange_client_offers (SbMcpExchange *self,
                               const char    *capability)
{
  return self->capabilities != NULL && sb_json_get_object (self->capabilities, capability) != NULL;
}

/* result: (transfer full). It is not sent when the client has cancelled; a second answer is ignored. */
void
sb_mcp_exchange_respond (SbMcpExchange *self,
                         JsonObject    *result)
{
  if (self->answered)
    {
      json_object_unref (result);
      return;
    }

  self->answered = TRUE;
  if (self->modern && !json_object_has_member (result, "resultType"))
    json_object_set_string_member (result, "resultType", "complete");
  /* Whoever knows how long a resource stays as it is says so; otherwise it is read anew each time. */
  if (self->modern && self->is_resource && !json_object_has_member (result, "ttlMs"))
    {
      json_object_set_int_member (result, "ttlMs", 0);
      json_object_set_string_member (result, "cacheScope", "private");
    }
  sb_mcp_request_respond (self->request, result);
}

/* data: (nullable) (transfer none) */
void
sb_mcp_exchange_fail (SbMcpExchange *self,
                      int            code,
                      const char    *text,
                      JsonNode      *data)
{
  if (self->answered)
    return;

  self->answered = TRUE;
  sb_mcp_request_fail_with (self->request, code, text, data);
}

/* As sb_mcp_request_progress(). */
void
sb_mcp_exchange_progress (SbMcpExchange *self,
                          double         progress,
                          double         total,
                          const char    *text)
{
  sb_mcp_request_progress (self->request, progress, total, text);
}

/**
 * sb_mcp_exchange_log:
 * @level: of syslog, "debug" to "emergency"
 * @logger: (nullable): who says it
 * @text: valid UTF-8
 *
 * Goes only to clients that want this level; in the modern era only to those that asked for it.
 */
void
sb_mcp_exchange_log (SbMcpExchange *self,
                     const char    *level,
                     const char    *logger,
                     const char    *text)
{
  JsonObject *params = NULL;

  if (self->log_level == NULL || find_level (level) < find_level (self->log_level))
    return;

  params = json_object_new ();
  json_object_set_string_member (params, "level", level);
  if (logger != NULL)
    json_object_set_string_member (params, "logger", logger);
  json_object_set_string_member (params, "data", text);
  sb_mcp_request_notify (self->request, "notifications/message", params);
}

/**
 * sb_mcp_exchange_ask:
 * @key: names the question within the exchange
 * @method: elicitation/create, sampling/createMessage or roots/list
 * @params: (transfer full): of the question
 *
 * Asks the client, both eras' way. A handler asks what it needs, and when anything has no answer yet calls
 * sb_mcp_exchange_wait() and returns; it is called again with the answers. Answers are foreign.
 *
 * Returns: (transfer none) (nullable): the answer; %NULL: not yet
 */
JsonObject *
sb_mcp_exchange_ask (SbMcpExchange *self,
                     const char    *key,
                     const char    *method,
                     JsonObject    *params)
{
  JsonObject *answer = sb_json_get_object (self->answers, key);
  Question *question = NULL;

  if (answer != NULL)
    {
      json_object_unref (params);
      return answer;
    }

  if (!sb_mcp_exchange_client_offers (self, sb_mcp_forward_get_capability (method)))
    self->lacking = sb_mcp_forward_get_capability (method);
  question = g_new0 (Question, 1);
  question->key = g_strdup (key);
  question->method = g_strdup (method);
  question->params = params;
  g_ptr_array_add (self->questions, question);

  return NULL;
}

/**
 * sb_mcp_exchange_forward_async:
 * @params: (transfer none): of the question
 *
 * Asks the client of an exchange that is not modern at once, as it is, and whatever else is asked meanwhile. To be
 * finished with sb_mcp_forward_finish().
 */
void
sb_mcp_exchange_forward_async (SbMcpExchange       *self,
                               const char          *method,
                               JsonObject          *params,
                               GCancellable        *cancellable,
                               GAsyncReadyCallback  callback,
                               gpointer             user_data)
{
  g_autoptr(JsonNode) id = json_node_copy (sb_mcp_request_get_id (self->request));

  g_return_if_fail (!self->modern);

  sb_mcp_forward_async (self->peer, id, method, params, cancellable, callback, user_data);
}

/* Returns: (nullable): what the handler gave to sb_mcp_exchange_wait() in the round before */
const char *
sb_mcp_exchange_get_state (SbMcpExchange *self)
{
  return self->state;
}

/**
 * sb_mcp_exchange_wait:
 * @state: (nullable): UTF-8, to be remembered; clients of the modern era see it and cannot change it
 *
 * Ends this run of the handler: what was asked goes to the client.
 */
void
sb_mcp_exchange_wait (SbMcpExchange *self,
                      const char    *state)
{
  g_return_if_fail (!self->waiting);

  if (self->answered)
    return;
  if (self->lacking != NULL)
    {
      fail_lacking (self);
      return;
    }

  self->waiting = TRUE;
  g_free (self->next_state);
  self->next_state = g_strdup (state);
  if (self->modern)
    {
      respond_input_required (self);
      return;
    }

  g_free (self->state);
  self->state = g_strdup (state);
  json_object_unref (self->answers);
  self->answers = json_object_new ();
  ask_client (self);
}
