/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-waiters.h"

#include <string.h>

#include "sb-json.h"
#include "sb-mcp-message.h"
#include "sb-text.h"

#define MAX_ERROR_TEXT 2000

struct _SbMcpWaiters
{
  /* owned */
  GHashTable *by_id; /* gint64 → SbMcpWaiter */

  gboolean paused;
};

static char *
describe_error (JsonNode *node)
{
  JsonObject *error = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *message = error != NULL ? sb_json_get_string (error, "message") : NULL;
  gint64 code = error != NULL ? sb_json_get_int (error, "code", 0) : 0;
  g_autofree char *text = NULL;

  if (message == NULL)
    return g_strdup ("The MCP server answered with an error and gave no reason.");

  text = sb_text_clean (message, strnlen (message, MAX_ERROR_TEXT), NULL);
  if (code == 0)
    return g_strdup_printf ("The MCP server answered with an error: %s", text);

  return g_strdup_printf ("The MCP server answered with an error: %s (%" G_GINT64_FORMAT ")", text, code);
}

static void
fail_refused (SbMcpWaiters *self,
              SbMcpWaiter  *waiter,
              JsonNode     *error)
{
  g_autofree char *text = describe_error (error);

  if (JSON_NODE_HOLDS_OBJECT (error))
    g_task_set_task_data (waiter->task, json_object_ref (json_node_get_object (error)),
                          (GDestroyNotify) json_object_unref);
  sb_mcp_waiters_fail (self, waiter, SB_MCP_ERROR_REMOTE, text);
}

static void
answer (SbMcpWaiters *self,
        SbMcpWaiter  *waiter,
        JsonNode     *result)
{
  g_autoptr(GTask) task = sb_mcp_waiters_take (self, waiter);

  g_task_return_pointer (task, json_node_ref (result), (GDestroyNotify) json_node_unref);
}

/* Returns: (transfer full) */
SbMcpWaiters *
sb_mcp_waiters_new (void)
{
  SbMcpWaiters *self = g_new0 (SbMcpWaiters, 1);

  self->by_id = g_hash_table_new (g_int64_hash, g_int64_equal);

  return self;
}

/* There must be none left. */
void
sb_mcp_waiters_free (SbMcpWaiters *self)
{
  g_hash_table_unref (self->by_id);
  g_free (self);
}

/* waiter: (transfer full) */
void
sb_mcp_waiters_add (SbMcpWaiters *self,
                    SbMcpWaiter  *waiter)
{
  g_hash_table_insert (self->by_id, &waiter->id, waiter);
  if (self->paused)
    sb_mcp_waiter_pause (waiter);
}

/* id: (nullable): as it came. NULL: no call in flight. */
SbMcpWaiter *
sb_mcp_waiters_find (SbMcpWaiters *self,
                     JsonNode     *id)
{
  gint64 own = 0;

  return sb_mcp_message_read_own_id (id, &own) ? g_hash_table_lookup (self->by_id, &own) : NULL;
}

/* The far end said something that names no call: if only one is in flight, that is the one meant. */
SbMcpWaiter *
sb_mcp_waiters_find_sole (SbMcpWaiters *self)
{
  GHashTableIter iter;
  gpointer waiter = NULL;

  if (g_hash_table_size (self->by_id) != 1)
    return NULL;

  g_hash_table_iter_init (&iter, self->by_id);
  g_hash_table_iter_next (&iter, NULL, &waiter);

  return waiter;
}

/* Frees the waiter; returns (transfer full) its task, to be returned as the last thing that is done. */
GTask *
sb_mcp_waiters_take (SbMcpWaiters *self,
                     SbMcpWaiter  *waiter)
{
  g_hash_table_steal (self->by_id, &waiter->id);

  return sb_mcp_waiter_finish (waiter);
}

/**
 * sb_mcp_waiters_take_answer:
 * @message: a result or an error, as it came
 *
 * Ends the call that is answered, well or not.
 *
 * Returns: %FALSE when there is no such call
 */
gboolean
sb_mcp_waiters_take_answer (SbMcpWaiters *self,
                            JsonObject   *message)
{
  JsonNode *id = json_object_get_member (message, "id");
  JsonNode *result = json_object_get_member (message, "result");
  JsonNode *error = json_object_get_member (message, "error");
  gboolean names_no_call = id == NULL || JSON_NODE_HOLDS_NULL (id);
  SbMcpWaiter *waiter = names_no_call && error != NULL ? sb_mcp_waiters_find_sole (self)
                                                       : sb_mcp_waiters_find (self, id);

  if (waiter == NULL)
    return FALSE;

  if (result != NULL && error != NULL)
    sb_mcp_waiters_fail (self, waiter, SB_MCP_ERROR_PROTOCOL,
                         "The MCP server answered with a result and an error at once; this answer cannot be used.");
  else if (error != NULL)
    fail_refused (self, waiter, error);
  else if (result == NULL || !JSON_NODE_HOLDS_OBJECT (result))
    sb_mcp_waiters_fail (self, waiter, SB_MCP_ERROR_PROTOCOL,
                         "The MCP server answered with neither a result object nor an error; this answer cannot be "
                         "used.");
  else
    answer (self, waiter, result);

  return TRUE;
}

void
sb_mcp_waiters_fail (SbMcpWaiters *self,
                     SbMcpWaiter  *waiter,
                     SbMcpError    code,
                     const char   *text)
{
  g_autoptr(GTask) task = sb_mcp_waiters_take (self, waiter);

  g_task_return_new_error (task, SB_MCP_ERROR, code, "%s", text);
}

void
sb_mcp_waiters_fail_all (SbMcpWaiters *self,
                         SbMcpError    code,
                         const char   *text)
{
  GHashTableIter iter;
  gpointer waiter = NULL;

  /* Each failure runs the caller's code, which may begin or end others: start anew every time. */
  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &waiter))
    {
      sb_mcp_waiters_fail (self, waiter, code, text);
      g_hash_table_iter_init (&iter, self->by_id);
    }
}

/* While paused no call runs out of time, also those that are added; all have left what they had left. */
void
sb_mcp_waiters_set_paused (SbMcpWaiters *self,
                           gboolean      paused)
{
  GHashTableIter iter;
  gpointer waiter = NULL;

  if (self->paused == paused)
    return;

  self->paused = paused;
  g_hash_table_iter_init (&iter, self->by_id);
  while (g_hash_table_iter_next (&iter, NULL, &waiter))
    {
      if (paused)
        sb_mcp_waiter_pause (waiter);
      else
        sb_mcp_waiter_resume (waiter);
    }
}
