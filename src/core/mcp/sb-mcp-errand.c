/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-client-private.h"
#include "sb-mcp-message.h"
#include "sb-mcp-parameters.h"
#include "sb-mcp-text.h"
#include "sb-text.h"

/* A server that asks on and on is ended here. */
#define MAX_ROUNDS 16
#define MAX_QUESTIONS 32

/* One request until its final answer: in the modern era a server may answer with questions, and gets the
 * request again with their answers; a forgotten session is made anew once, and once a page is visited first. */
typedef struct
{
  /* owned */
  char        *method;
  JsonObject  *params;
  GStrv        parameters; /* nullable: for headers */
  JsonObject  *answers;    /* nullable: to the questions of the last round */
  JsonNode    *state;      /* nullable: the server's, to be given back as it is */
  char        *exact;      /* nullable: its JSON text, where the tree cannot hold it */
  char        *placeholder;
  JsonObject  *refusal;    /* nullable: the error that the server answered with */
  GError      *error;      /* nullable: of a question that could not be answered */

  /* borrowed */
  SbMcpProgressFunc progress_func;
  gpointer          progress_data;

  guint    timeout_ms;
  guint    n_open; /* questions without an answer */
  guint    n_rounds;
  guint    session; /* in which it was sent last */
  gboolean restored;
  gboolean revised;
  gboolean visited;
} Errand;

/* One question of a server's, on its way to the host. */
typedef struct
{
  GTask *task; /* of the errand */
  char  *key;
} Question;

static void send_errand (GTask *task);

static void
errand_free (gpointer data)
{
  Errand *errand = data;

  g_free (errand->method);
  json_object_unref (errand->params);
  g_strfreev (errand->parameters);
  g_clear_pointer (&errand->answers, json_object_unref);
  g_clear_pointer (&errand->state, json_node_unref);
  g_free (errand->exact);
  g_free (errand->placeholder);
  g_clear_pointer (&errand->refusal, json_object_unref);
  g_clear_error (&errand->error);
  g_free (errand);
}

static JsonObject *
copy_members (JsonObject *object)
{
  JsonObject *copy = json_object_new ();
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *node = NULL;

  if (object != NULL)
    json_object_iter_init_ordered (&iter, object);
  while (object != NULL && json_object_iter_next_ordered (&iter, &name, &node))
    json_object_set_member (copy, name, json_node_ref (node));

  return copy;
}

/* What was sent is sealed and may be needed again: every round has its own outside. */
static JsonObject *
new_params (SbMcpClient *self,
            Errand      *errand)
{
  JsonObject *params = copy_members (errand->params);
  JsonObject *meta = sb_json_get_object (params, "_meta");

  if (meta != NULL)
    json_object_set_object_member (params, "_meta", copy_members (meta));
  if (self->era == SB_MCP_ERA_MODERN)
    sb_mcp_client_add_meta (self, params);
  if (errand->answers != NULL)
    json_object_set_object_member (params, "inputResponses", json_object_ref (errand->answers));
  if (errand->exact != NULL)
    json_object_set_string_member (params, "requestState", errand->placeholder);
  else if (errand->state != NULL)
    json_object_set_member (params, "requestState", json_node_ref (errand->state));

  return params;
}

static void
finish_round (GTask *task)
{
  Errand *errand = g_task_get_task_data (task);

  if (errand->n_open > 0)
    return;

  if (errand->error != NULL)
    g_task_return_error (task, g_steal_pointer (&errand->error));
  else
    send_errand (g_object_ref (task));
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Question *question = user_data;
  g_autoptr(GTask) task = g_steal_pointer (&question->task);
  Errand *errand = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  JsonObject *answer = sb_mcp_host_ask_finish (SB_MCP_HOST (source), result, &error);

  errand->n_open--;
  if (answer != NULL)
    json_object_set_object_member (errand->answers, question->key, answer);
  else if (errand->error == NULL)
    errand->error = g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_REMOTE,
                                 "The MCP server asked for something that it did not get: %s", error->message);
  g_free (question->key);
  g_free (question);
  finish_round (task);
}

static void
ask_host (GTask      *task,
          const char *key,
          JsonNode   *node)
{
  SbMcpClient *self = g_task_get_source_object (task);
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *method = object != NULL ? sb_json_get_string (object, "method") : NULL;
  g_autoptr(JsonObject) params = object != NULL ? sb_json_get_object (object, "params") : NULL;
  Question *question = g_new0 (Question, 1);

  params = params != NULL ? json_object_ref (params) : json_object_new ();
  question->task = g_object_ref (task);
  question->key = g_strdup (key);
  sb_mcp_host_ask_async (self->host, self->server_name, method != NULL ? method : "", params,
                         g_task_get_cancellable (task), answered_cb, question);
}

static void
ask_all (GTask      *task,
         JsonObject *questions)
{
  Errand *errand = g_task_get_task_data (task);
  JsonObjectIter iter;
  const char *key = NULL;
  JsonNode *node = NULL;

  /* One more, so that answers at once do not end the round before all have been asked. */
  errand->n_open = json_object_get_size (questions) + 1;
  json_object_iter_init_ordered (&iter, questions);
  while (json_object_iter_next_ordered (&iter, &key, &node))
    ask_host (task, key, node);
  errand->n_open--;
  finish_round (task);
}

static void
take_state (Errand     *errand,
            JsonObject *result)
{
  JsonNode *state = json_object_get_member (result, "requestState");
  const char *exact = sb_json_get_string (result, SB_MCP_EXACT_STATE_KEY);

  g_clear_pointer (&errand->state, json_node_unref);
  g_clear_pointer (&errand->exact, g_free);
  g_clear_pointer (&errand->placeholder, g_free);
  errand->state = state != NULL ? json_node_ref (state) : NULL;
  if (state != NULL && exact != NULL && sb_mcp_text_is_exact (exact))
    {
      errand->exact = g_strdup (exact);
      errand->placeholder = g_uuid_string_random ();
    }
}

static void
take_questions (GTask      *task,
                JsonObject *result)
{
  Errand *errand = g_task_get_task_data (task);
  JsonObject *questions = sb_json_get_object (result, "inputRequests");
  JsonNode *state = json_object_get_member (result, "requestState");

  if (++errand->n_rounds > MAX_ROUNDS || (questions != NULL && json_object_get_size (questions) > MAX_QUESTIONS))
    {
      g_task_return_new_error (task, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL,
                               "The MCP server went on asking instead of answering; the call was ended.");
      return;
    }
  if (questions == NULL && state == NULL)
    {
      g_task_return_new_error (task, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL,
                               "The MCP server wants input and does not say which; this answer cannot be used.");
      return;
    }

  g_clear_pointer (&errand->answers, json_object_unref);
  take_state (errand, result);
  if (questions == NULL)
    {
      send_errand (g_object_ref (task));
      return;
    }

  errand->answers = json_object_new ();
  ask_all (task, questions);
}

static void
take_result (GTask    *task,
             JsonNode *answer)
{
  SbMcpClient *self = g_task_get_source_object (task);
  JsonObject *object = json_node_get_object (answer);
  const char *type = self->era == SB_MCP_ERA_MODERN ? sb_json_get_string (object, "resultType") : NULL;

  if (type == NULL || g_str_equal (type, "complete"))
    {
      g_task_return_pointer (task, json_node_ref (answer), (GDestroyNotify) json_node_unref);
    }
  else if (g_str_equal (type, "input_required"))
    {
      take_questions (task, object);
    }
  else
    {
      g_autofree char *shown = sb_text_clean (type, -1, NULL);

      g_task_return_new_error (task, SB_MCP_ERROR, SB_MCP_ERROR_PROTOCOL,
                               "The MCP server answered with a kind of result that is not known (%s). "
                               "Update Sandbar.", shown);
    }
}

static void
restored_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_mcp_client_restore_finish (SB_MCP_CLIENT (source), result, &error))
    send_errand (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
visited_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_mcp_client_visit_finish (SB_MCP_CLIENT (source), result, &error))
    send_errand (g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
peer_answered_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbMcpClient *self = g_task_get_source_object (task);
  Errand *errand = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(JsonNode) answer = sb_mcp_peer_call_finish (SB_MCP_PEER (source), result, &error);
  JsonObject *refusal = sb_mcp_peer_call_get_error (result);

  if (answer != NULL)
    {
      take_result (task, answer);
    }
  else if (g_error_matches (error, SB_MCP_ERROR, SB_MCP_ERROR_SESSION_LOST) && !errand->restored)
    {
      /* It has not looked at the request, so even a tool may be called again. */
      errand->restored = TRUE;
      g_error_free (error);
      if (errand->session == self->n_sessions)
        sb_mcp_client_restore_async (self, g_task_get_cancellable (task), restored_cb, g_object_ref (task));
      else
        send_errand (g_object_ref (task));
    }
  else if (self->era == SB_MCP_ERA_MODERN && !errand->revised
           && sb_mcp_client_is_offered_modern (refusal))
    {
      errand->revised = TRUE;
      g_error_free (error);
      send_errand (g_object_ref (task));
    }
  else if (!errand->visited && sb_mcp_host_can_elicit (self->host) && sb_mcp_client_wants_visits (refusal))
    {
      errand->visited = TRUE;
      g_error_free (error);
      sb_mcp_client_visit_async (self, refusal, g_task_get_cancellable (task), visited_cb, g_object_ref (task));
    }
  else
    {
      errand->refusal = refusal != NULL ? json_object_ref (refusal) : NULL;
      g_task_return_error (task, error);
    }
}

/* task: (transfer full) */
static void
send_errand (GTask *task)
{
  SbMcpClient *self = g_task_get_source_object (task);
  Errand *errand = g_task_get_task_data (task);
  SbMcpCallOptions options = {
    .progress_func = errand->progress_func,
    .progress_data = errand->progress_data,
    .timeout_ms = errand->timeout_ms,
    .send.parameters = (const char * const *) errand->parameters,
  };
  SbMcpExactString exact = { errand->placeholder, errand->exact };

  if (sb_mcp_client_is_restoring (self))
    {
      sb_mcp_client_restore_async (self, g_task_get_cancellable (task), restored_cb, task);
      return;
    }

  if (errand->exact != NULL)
    options.send.exact = &exact;
  errand->session = self->n_sessions;
  sb_mcp_peer_call_with (self->peer, errand->method, new_params (self, errand), &options,
                         g_task_get_cancellable (task), peer_answered_cb, task);
}

/**
 * sb_mcp_client_run_errand:
 * @task: (transfer full): whose source is the client; returns the result as a JsonNode
 * @params: (transfer full) (nullable): of the request, without what the era adds
 * @options: copied; its "send" is not used
 * @tool_name: (nullable): the tool that is called
 */
void
sb_mcp_client_run_errand (GTask                  *task,
                          const char             *method,
                          JsonObject             *params,
                          const SbMcpCallOptions *options,
                          const char             *tool_name)
{
  SbMcpClient *self = g_task_get_source_object (task);
  Errand *errand = g_new0 (Errand, 1);
  SbMcpTool *tool = tool_name != NULL && self->era == SB_MCP_ERA_MODERN
                      ? g_hash_table_lookup (self->tools, tool_name) : NULL;

  errand->method = g_strdup (method);
  errand->params = params != NULL ? params : json_object_new ();
  errand->progress_func = options->progress_func;
  errand->progress_data = options->progress_data;
  errand->timeout_ms = options->timeout_ms;
  if (tool != NULL)
    errand->parameters = sb_mcp_parameters_dup (tool->input_schema, sb_json_get_object (errand->params, "arguments"));
  g_task_set_task_data (task, errand, errand_free);
  send_errand (task);
}

/* Of sb_mcp_client_request_async(): the error that the server answered with, as it came. (transfer none)
 * (nullable) */
JsonObject *
sb_mcp_client_request_get_refusal (GAsyncResult *result)
{
  Errand *errand = g_task_get_task_data (G_TASK (result));

  return errand->refusal;
}

/* Says in _meta what every request of the modern era must say. */
void
sb_mcp_client_add_meta (SbMcpClient *self,
                        JsonObject  *params)
{
  JsonObject *meta = sb_json_get_object (params, "_meta");

  if (meta == NULL)
    {
      meta = json_object_new ();
      json_object_set_object_member (params, "_meta", meta);
    }
  json_object_set_string_member (meta, SB_MCP_REVISION_KEY, SB_MCP_MODERN_REVISION);
  json_object_set_object_member (meta, SB_MCP_META_CLIENT_INFO, sb_mcp_client_new_info ());
  json_object_set_object_member (meta, SB_MCP_META_CAPABILITIES, sb_mcp_host_new_capabilities (self->host));
  if (self->log_level != NULL)
    json_object_set_string_member (meta, SB_MCP_META_LOG_LEVEL, self->log_level);
}
