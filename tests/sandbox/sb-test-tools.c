/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-test-tools.h"

#include "sb-json.h"
#include "sb-mcp-memory-transport.h"
#include "sb-sandbox-server.h"
#include "sb-test.h"

static void
activity_cb (SbSandboxManager *manager,
             SbActivity       *activity,
             gpointer          user_data)
{
  Fixture *fixture = user_data;

  g_assert_nonnull (activity->sandbox_id);
  g_ptr_array_add (fixture->activities, g_strdup_printf ("%d|%s|%s|%s|%s", activity->kind, activity->title,
                                                         activity->subtitle, activity->trace_id,
                                                         activity->ok ? "ok" : "failed"));
}

SbMcpClient *
tools_new_client (SbMcpServer *server)
{
  g_autoptr(SbMcpTransport) a = NULL;
  g_autoptr(SbMcpTransport) b = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  SbMcpClient *client = NULL;

  sb_mcp_memory_transport_new_pair (&a, &b);
  sb_mcp_server_accept (server, b);
  client = sb_mcp_client_new (a);
  sb_mcp_client_initialize_async (client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_mcp_client_initialize_finish (client, result, NULL));

  return client;
}

void
tools_set_up (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(GListStore) backends = g_list_store_new (SB_TYPE_SANDBOX_BACKEND);

  fixture->backend = sb_test_backend_new ("Test");
  g_list_store_append (backends, fixture->backend);
  fixture->manager = sb_sandbox_manager_new (G_LIST_MODEL (backends));
  fixture->activities = g_ptr_array_new_with_free_func (g_free);
  fixture->progress = g_string_new (NULL);
  g_signal_connect (fixture->manager, "activity", G_CALLBACK (activity_cb), fixture);
  fixture->server = sb_sandbox_server_new (fixture->manager, "me", NULL);
  fixture->client = tools_new_client (fixture->server);
}

void
tools_tear_down (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_mcp_client_close (fixture->client);
  sb_test_wait_until (sb_mcp_server_get_n_sessions (fixture->server) == 0);
  sb_sandbox_manager_shutdown_async (fixture->manager, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_sandbox_manager_shutdown_finish (fixture->manager, result, NULL));
  g_clear_object (&result);
  g_assert_cmpuint (sb_test_backend_get_running (fixture->backend), ==, 0);
  g_assert_finalize_object (fixture->client);
  g_assert_finalize_object (fixture->server);
  g_assert_finalize_object (fixture->manager);
  g_assert_finalize_object (fixture->backend);
  g_ptr_array_unref (fixture->activities);
  g_string_free (fixture->progress, TRUE);
}

static void
progress_cb (double      progress,
             double      total,
             const char *text,
             gpointer    user_data)
{
  if (text != NULL)
    g_string_append (user_data, text);
}

SbMcpToolResult *
tools_call_on (Fixture     *fixture,
               SbMcpClient *client,
               const char  *name,
               const char  *arguments)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(JsonObject) object = sb_json_parse_object (arguments, -1, NULL);
  g_autoptr(GError) error = NULL;
  SbMcpToolResult *tool_result = NULL;

  g_assert_nonnull (object);
  sb_mcp_client_call_tool_async (client, name, object, "t1", 0, progress_cb, fixture->progress, NULL,
                                 sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  tool_result = sb_mcp_client_call_tool_finish (client, result, &error);
  g_assert_no_error (error);

  return tool_result;
}

SbMcpToolResult *
tools_call (Fixture    *fixture,
            const char *name,
            const char *arguments)
{
  return tools_call_on (fixture, fixture->client, name, arguments);
}

void
tools_init_sandbox (Fixture *fixture)
{
  g_autoptr(SbMcpToolResult) result = tools_call (fixture, "initSandbox", "{}");

  g_assert_false (result->is_error);
  g_assert_true (g_str_has_prefix (result->text, "started sandbox id: sb-"));
  /* Nothing is isolated by this backend, and nothing of the kind is claimed. */
  g_assert_false (json_object_has_member (json_node_get_object (result->structured), "network"));
}

gint64
tools_get_int (SbMcpToolResult *result,
               const char      *name)
{
  return sb_json_get_int (json_node_get_object (result->structured), name, -1);
}

gboolean
tools_get_boolean (SbMcpToolResult *result,
                   const char      *name)
{
  g_assert_true (json_object_has_member (json_node_get_object (result->structured), name));

  return sb_json_get_boolean (json_node_get_object (result->structured), name, FALSE);
}

gboolean
tools_has_activity (Fixture    *fixture,
                    const char *text)
{
  for (guint i = 0; i < fixture->activities->len; i++)
    if (g_str_equal (g_ptr_array_index (fixture->activities, i), text))
      return TRUE;

  return FALSE;
}
