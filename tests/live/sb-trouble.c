/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-trouble.h"

#include <string.h>

#include "sb-bwrap-backend.h"
#include "sb-docker-backend.h"
#include "sb-json.h"
#include "sb-live-engine.h"
#include "sb-mcp-memory-transport.h"
#include "sb-sandbox-server.h"
#include "sb-test.h"

gboolean
sb_trouble_open (SbTrouble      *fixture,
                 SbDockerClient *engine)
{
  g_autoptr(GListStore) backends = g_list_store_new (SB_TYPE_SANDBOX_BACKEND);
  g_autoptr(SbSandboxBackend) backend = NULL;
  g_autoptr(SbMcpTransport) a = NULL;
  g_autoptr(SbMcpTransport) b = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  backend = engine != NULL ? sb_docker_backend_new (engine, NULL, NULL) : sb_bwrap_backend_new (NULL);
  if (!sb_live_engine_probe (backend, &error))
    {
      g_test_skip (error->message);
      return FALSE;
    }

  fixture->progress = g_string_new (NULL);
  g_list_store_append (backends, backend);
  fixture->manager = sb_sandbox_manager_new (G_LIST_MODEL (backends));
  fixture->server = sb_sandbox_server_new (fixture->manager, NULL, NULL);
  sb_mcp_memory_transport_new_pair (&a, &b);
  sb_mcp_server_accept (fixture->server, b);
  fixture->client = sb_mcp_client_new (a);
  sb_mcp_client_initialize_async (fixture->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_mcp_client_initialize_finish (fixture->client, result, NULL));

  return TRUE;
}

void
sb_trouble_close (SbTrouble *fixture)
{
  g_autoptr(GAsyncResult) result = NULL;

  if (fixture->manager == NULL)
    return;

  sb_mcp_client_close (fixture->client);
  sb_test_wait_until (sb_mcp_server_get_n_sessions (fixture->server) == 0);
  sb_sandbox_manager_shutdown_async (fixture->manager, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_clear_object (&fixture->client);
  g_clear_object (&fixture->server);
  g_clear_object (&fixture->manager);
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

void
sb_trouble_begin (SbTrouble     *fixture,
                  const char    *name,
                  const char    *arguments,
                  GAsyncResult **result)
{
  g_autoptr(JsonObject) object = sb_json_parse_object (arguments, -1, NULL);

  g_assert_nonnull (object);
  sb_mcp_client_call_tool_async (fixture->client, name, object, NULL, 0, progress_cb, fixture->progress, NULL,
                                 sb_test_keep_result, result);
}

/* A silence is only believed after half a minute, and an engine is asked more than once. */
SbMcpToolResult *
sb_trouble_end (SbTrouble     *fixture,
                GAsyncResult **result)
{
  gint64 deadline = g_get_monotonic_time () + 150 * G_USEC_PER_SEC;
  g_autoptr(GError) error = NULL;
  SbMcpToolResult *tool_result = NULL;

  while (*result == NULL && g_get_monotonic_time () < deadline)
    sb_test_iterate ();
  g_assert_nonnull (*result);
  tool_result = sb_mcp_client_call_tool_finish (fixture->client, *result, &error);
  g_assert_no_error (error);
  g_test_message ("%.300s", tool_result->text);

  return tool_result;
}

SbMcpToolResult *
sb_trouble_call (SbTrouble  *fixture,
                 const char *name,
                 const char *arguments)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_trouble_begin (fixture, name, arguments, &result);

  return sb_trouble_end (fixture, &result);
}

void
sb_trouble_assert_call (SbTrouble  *fixture,
                        const char *name,
                        const char *arguments,
                        gboolean    is_error,
                        const char *expected)
{
  g_autoptr(SbMcpToolResult) result = sb_trouble_call (fixture, name, arguments);

  g_assert_nonnull (strstr (result->text, expected));
  g_assert_cmpint (result->is_error, ==, is_error);
}

void
sb_trouble_init_sandbox (SbTrouble *fixture)
{
  sb_trouble_assert_call (fixture, "initSandbox", "{}", FALSE, "started sandbox id: ");
}

void
sb_trouble_assert_usable (SbTrouble *fixture)
{
  sb_trouble_assert_call (fixture, "exec", "{\"command\":[\"echo\",\"still here\"]}", FALSE, "still here");
}

void
sb_trouble_assert_says_how_to_go_on (SbTrouble *fixture)
{
  sb_trouble_assert_call (fixture, "exec", "{\"command\":[\"true\"]}", TRUE, "initSandbox");
  sb_trouble_init_sandbox (fixture);
  sb_trouble_assert_usable (fixture);
}

void
sb_trouble_begin_endless (SbTrouble     *fixture,
                          GAsyncResult **result)
{
  g_string_truncate (fixture->progress, 0);
  sb_trouble_begin (fixture, "exec", "{\"command\":\"echo begun; sleep 1000\"}", result);
  sb_test_wait_until (strstr (fixture->progress->str, "begun") != NULL);
}

void
sb_trouble_end_as_gone (SbTrouble     *fixture,
                        GAsyncResult **result,
                        const char    *reason)
{
  g_autoptr(SbMcpToolResult) tool_result = sb_trouble_end (fixture, result);

  g_assert_true (tool_result->is_error);
  g_assert_nonnull (strstr (tool_result->text,
                            "is gone, and its files with it. It was killed from outside, or its engine went away"));
  g_assert_nonnull (strstr (tool_result->text, reason));
  g_assert_nonnull (strstr (tool_result->text, "initSandbox"));
}

char *
sb_trouble_start_engine (const char *directory)
{
  char *host = sb_live_engine_script ("test-engine", NULL, "start", directory);

  g_free (sb_live_engine_script ("build-image", host, NULL, NULL));

  return host;
}
