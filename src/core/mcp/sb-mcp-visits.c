/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-mcp-client-private.h"
#include "sb-mcp-message.h"

#define MAX_VISITS 8

/* The pages that a call is held back by, until the user is done with all of them. */
typedef struct
{
  /* owned */
  GPtrArray *open;      /* of Visit */
  GSource   *cancelled; /* nullable */

  gulong complete_id;
  gulong closed_id;
} Visits;

/* One page. It ends by the user's word, or by the server's, which then takes the question back. */
typedef struct
{
  GTask        *task; /* nullable: this visit is over */
  char         *id;   /* nullable */
  GCancellable *io;
} Visit;

static void
visit_free (Visit *visit)
{
  g_clear_object (&visit->task);
  g_object_unref (visit->io);
  g_free (visit->id);
  g_free (visit);
}

static void
visits_free (gpointer data)
{
  Visits *visits = data;

  g_ptr_array_unref (visits->open);
  g_free (visits);
}

/* Takes every question back that still stands. error: (transfer full) (nullable) */
static void
finish (GTask  *task,
        GError *error)
{
  SbMcpClient *self = g_task_get_source_object (task);
  Visits *visits = g_task_get_task_data (task);

  g_clear_signal_handler (&visits->complete_id, self);
  g_clear_signal_handler (&visits->closed_id, self);
  if (visits->cancelled != NULL)
    g_source_destroy (visits->cancelled);
  g_clear_pointer (&visits->cancelled, g_source_unref);
  while (visits->open->len > 0)
    {
      Visit *visit = g_ptr_array_steal_index (visits->open, visits->open->len - 1);
      g_autoptr(GCancellable) io = g_object_ref (visit->io);

      g_clear_object (&visit->task);
      g_cancellable_cancel (io);
    }

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
end_visit (Visit *visit)
{
  g_autoptr(GTask) task = g_steal_pointer (&visit->task);
  Visits *visits = g_task_get_task_data (task);

  g_ptr_array_remove_fast (visits->open, visit);
  if (visits->open->len == 0)
    finish (task, NULL);
}

static void
complete_cb (SbMcpClient *self,
             const char  *id,
             gpointer     user_data)
{
  g_autoptr(GTask) task = g_object_ref (user_data);
  Visits *visits = g_task_get_task_data (task);

  for (guint i = 0; i < visits->open->len; i++)
    {
      Visit *visit = g_ptr_array_index (visits->open, i);
      g_autoptr(GCancellable) io = NULL;

      if (g_strcmp0 (visit->id, id) != 0)
        continue;
      io = g_object_ref (visit->io);
      end_visit (visit);
      g_cancellable_cancel (io);
      return;
    }
}

static void
closed_cb (SbMcpClient  *self,
           const GError *error,
           gpointer      user_data)
{
  g_autoptr(GTask) task = g_object_ref (user_data);

  finish (task, g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_CLOSED, "The MCP server has ended the connection."));
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  g_autoptr(GTask) task = g_object_ref (user_data);

  finish (task, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The call was stopped."));

  return G_SOURCE_REMOVE;
}

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Visit *visit = user_data;
  g_autoptr(GTask) task = visit->task != NULL ? g_object_ref (visit->task) : NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) answer = sb_mcp_host_ask_finish (SB_MCP_HOST (source), result, &error);

  if (task == NULL)
    ;
  else if (answer == NULL)
    finish (task, g_error_new (SB_MCP_ERROR, SB_MCP_ERROR_REMOTE,
                               "The MCP server wants a web page to be visited before this call: %s", error->message));
  else if (g_strcmp0 (sb_json_get_string (answer, "action"), "accept") == 0)
    end_visit (visit);
  else
    finish (task, g_error_new_literal (SB_MCP_ERROR, SB_MCP_ERROR_REMOTE,
                                       "The MCP server wants a web page to be visited before this call, and the user "
                                       "did not do that. The call was not made."));
  visit_free (visit);
}

static void
ask (GTask      *task,
     JsonObject *entry)
{
  SbMcpClient *self = g_task_get_source_object (task);
  Visits *visits = g_task_get_task_data (task);
  Visit *visit = g_new0 (Visit, 1);

  visit->task = g_object_ref (task);
  visit->id = g_strdup (sb_json_get_string (entry, "elicitationId"));
  visit->io = g_cancellable_new ();
  g_ptr_array_add (visits->open, visit);
  sb_mcp_host_ask_visit_async (self->host, self->server_name, entry, visit->io, asked_cb, visit);
}

/* Returns: (transfer none) (nullable): the pages that a refusal lists, if it is one that does, all good */
static JsonArray *
find_entries (JsonObject *refusal)
{
  JsonObject *data = refusal != NULL ? sb_json_get_object (refusal, "data") : NULL;
  JsonArray *entries = data != NULL ? sb_json_get_array (data, "elicitations") : NULL;
  guint n = entries != NULL ? json_array_get_length (entries) : 0;

  if (sb_json_get_int (refusal, "code", 0) != SB_MCP_CODE_URL_ELICITATION || n == 0 || n > MAX_VISITS)
    return NULL;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (entries, i);

      if (!JSON_NODE_HOLDS_OBJECT (node)
          || g_strcmp0 (sb_json_get_string (json_node_get_object (node), "mode"), "url") != 0)
        return NULL;
    }

  return entries;
}

/* refusal: (nullable): the error that a server answered with. Whether it can be mended by visiting pages. */
gboolean
sb_mcp_client_wants_visits (JsonObject *refusal)
{
  return refusal != NULL && find_entries (refusal) != NULL;
}

/**
 * sb_mcp_client_visit_async:
 * @refusal: (transfer none): of which sb_mcp_client_wants_visits() is true
 *
 * Asks the user to visit the pages that error -32042 lists (2025-11-25), all at once. Finishes when the user or
 * notifications/elicitation/complete says of each that it is done; with SB_MCP_ERROR_REMOTE when one of them is
 * refused.
 */
void
sb_mcp_client_visit_async (SbMcpClient         *self,
                           JsonObject          *refusal,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  JsonArray *entries = find_entries (refusal);
  Visits *visits = g_new0 (Visits, 1);
  guint n = json_array_get_length (entries);

  g_task_set_source_tag (task, sb_mcp_client_visit_async);
  g_task_set_check_cancellable (task, FALSE);
  visits->open = g_ptr_array_new ();
  g_task_set_task_data (task, visits, visits_free);
  visits->complete_id = g_signal_connect (self, "elicitation-complete", G_CALLBACK (complete_cb), task);
  visits->closed_id = g_signal_connect (self, "closed", G_CALLBACK (closed_cb), task);
  if (cancellable != NULL)
    {
      visits->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (visits->cancelled, G_SOURCE_FUNC (cancelled_cb), task, NULL);
      g_source_attach (visits->cancelled, NULL);
    }
  for (guint i = 0; i < n; i++)
    ask (task, json_node_get_object (json_array_get_element (entries, i)));
}

gboolean
sb_mcp_client_visit_finish (SbMcpClient   *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
