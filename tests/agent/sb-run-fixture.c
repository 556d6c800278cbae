/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-run-fixture.h"

#include "sb-mcp-memory-transport.h"
#include "sb-test.h"

static const char *yaml =
  "agents:\n"
  "  - {id: duck, label: Duck, instruction: I coordinate., transfers: [coder, a]}\n"
  "  - {id: coder, label: Coder, instruction: I code., tools: ['*'], transfers: [duck, a]}\n"
  "  - {id: a, instruction: I am A., transfers: [b, coder]}\n"
  "  - {id: b, instruction: I am B., transfers: [c]}\n"
  "  - {id: c, instruction: I am C., transfers: [d]}\n"
  "  - {id: d, instruction: I am D., transfers: [duck]}\n";

static void
echo_cb (SbMcpToolCall *call,
         gpointer       user_data)
{
  RunFixture *fixture = user_data;
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (call);
  g_autoptr(JsonNode) structured = json_node_init_object (json_node_alloc (), arguments);

  g_string_append (fixture->called, "echo ");
  g_assert_nonnull (sb_mcp_tool_call_get_trace_id (call));
  sb_mcp_tool_call_progress (call, 1, -1, "working\n");
  sb_mcp_tool_call_respond (call, json_object_has_member (arguments, "text") ?
                            json_object_get_string_member (arguments, "text") : "nothing", structured);
}

static void
slow_cb (SbMcpToolCall *call,
         gpointer       user_data)
{
  RunFixture *fixture = user_data;

  g_string_append (fixture->called, "slow ");
  g_ptr_array_add (fixture->open_calls, g_object_ref (call));
}

static void
fail_cb (SbMcpToolCall *call,
         gpointer       user_data)
{
  sb_mcp_tool_call_fail (call, "It did not work.", NULL);
}

static void
big_cb (SbMcpToolCall *call,
        gpointer       user_data)
{
  g_autofree char *text = g_strnfill (1024 * 1024, 'x');

  sb_mcp_tool_call_respond (call, text, NULL);
}

static void
connect_tools (RunFixture *fixture)
{
  static const SbMcpToolSpec specs[] = {
    { "echo", NULL, "Echoes.", "{\"type\":\"object\",\"properties\":{\"text\":{\"type\":\"string\"}}}", NULL, echo_cb },
    { "slow", NULL, "Waits.", "{\"type\":\"object\"}", NULL, slow_cb },
    { "fail", NULL, "Fails.", "{\"type\":\"object\"}", NULL, fail_cb },
    { "big", NULL, "Much.", "{\"type\":\"object\"}", NULL, big_cb },
  };
  g_autoptr(SbMcpTransport) near = NULL;
  g_autoptr(SbMcpTransport) far = NULL;
  g_autoptr(SbMcpClient) client = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  fixture->server = sb_mcp_server_new ("fake", "1", NULL);
  sb_mcp_server_add_tools (fixture->server, specs, G_N_ELEMENTS (specs), fixture);
  sb_mcp_memory_transport_new_pair (&near, &far);
  sb_mcp_server_accept (fixture->server, far);

  client = sb_mcp_client_new (near);
  fixture->tools = sb_tool_registry_new ();
  sb_tool_registry_add_async (fixture->tools, client, fixture->server_name, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sb_tool_registry_add_finish (fixture->tools, result, &error);
  g_assert_no_error (error);
}

static void
start_providers (RunFixture *fixture)
{
  SbProviderChoice choice = { NULL, sb_fake_model_get_url (fixture->model), "fake-1", NULL };
  g_autoptr(GAsyncResult) result = NULL;

  fixture->secrets = sb_secrets_new ();
  fixture->providers = sb_provider_pool_new (fixture->agents, fixture->store, fixture->secrets, fixture->redactor);
  sb_provider_pool_set_variable (fixture->providers, "CEREBRAS_API_KEY", "csk-fixture-cerebras");
  sb_provider_pool_set_variable (fixture->providers, "SANDBAR_API_KEY", "sk-fixture-generic");
  sb_provider_pool_override (fixture->providers, NULL, &choice);
  sb_provider_pool_start_async (fixture->providers, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_provider_pool_start_finish (fixture->providers, result, NULL));
}

void
run_fixture_set_up (RunFixture    *fixture,
                    gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  fixture->server_name = data;
  fixture->model = sb_fake_model_new ();
  fixture->open_calls = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->called = g_string_new (NULL);
  fixture->redactor = sb_redactor_new ();
  fixture->approvals = sb_approvals_new ();
  fixture->agents = sb_agent_catalog_new_from_data (yaml, -1, &error);
  g_assert_no_error (error);
  fixture->store = sb_store_new (":memory:", fixture->redactor, &error);
  g_assert_no_error (error);
  fixture->conversation = sb_store_create_conversation (fixture->store);

  start_providers (fixture);
  connect_tools (fixture);
}

void
run_fixture_tear_down (RunFixture    *fixture,
                       gconstpointer  data)
{
  g_assert_true (fixture->run == NULL || run_fixture_is_over (fixture));
  g_assert_false (sb_conversation_get_running (fixture->conversation));

  g_ptr_array_set_size (fixture->open_calls, 0);
  sb_tool_registry_close (fixture->tools);
  /* Whatever still holds the run lets go within a few turns of the main loop. */
  if (fixture->run != NULL)
    {
      sb_test_wait_until (G_OBJECT (fixture->run)->ref_count == 1);
      g_assert_finalize_object (fixture->run);
    }

  g_object_unref (fixture->tools);
  g_object_unref (fixture->approvals);
  g_object_unref (fixture->server);
  g_object_unref (fixture->providers);
  g_object_unref (fixture->secrets);
  g_object_unref (fixture->store);
  g_object_unref (fixture->agents);
  g_object_unref (fixture->redactor);
  g_ptr_array_unref (fixture->open_calls);
  g_string_free (fixture->called, TRUE);
  sb_fake_model_free (fixture->model);
}

void
run_fixture_start (RunFixture *fixture,
                   const char *text)
{
  SbRunParts parts = { fixture->agents, fixture->providers, fixture->tools, fixture->store, fixture->approvals,
                       fixture->conversation };

  g_clear_object (&fixture->run);
  fixture->run = sb_run_new (&parts);
  sb_run_open (fixture->run, text, NULL, NULL);
}

gboolean
run_fixture_is_over (RunFixture *fixture)
{
  return sb_run_get_state (fixture->run) >= SB_RUN_STATE_DONE;
}

SbRunState
run_fixture_ask (RunFixture *fixture,
                 const char *text)
{
  run_fixture_start (fixture, text);
  sb_run_proceed (fixture->run);
  sb_test_wait_until (run_fixture_is_over (fixture));

  return sb_run_get_state (fixture->run);
}

SbMessage *
run_fixture_message (RunFixture    *fixture,
                     SbMessageRole  role,
                     guint          n)
{
  GListModel *messages = G_LIST_MODEL (fixture->conversation);

  for (guint i = 0; i < g_list_model_get_n_items (messages); i++)
    {
      g_autoptr(SbMessage) message = g_list_model_get_item (messages, i);

      if (sb_message_get_role (message) == role && n-- == 0)
        return message;
    }

  g_error ("there is no such message");
}

guint
run_fixture_count (RunFixture    *fixture,
                   SbMessageRole  role)
{
  GListModel *messages = G_LIST_MODEL (fixture->conversation);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (messages); i++)
    {
      g_autoptr(SbMessage) message = g_list_model_get_item (messages, i);

      if (sb_message_get_role (message) == role)
        n++;
    }

  return n;
}

char *
run_fixture_trace (RunFixture *fixture)
{
  GListModel *events = G_LIST_MODEL (sb_conversation_get_trace (fixture->conversation));
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (events); i++)
    {
      g_autoptr(SbTraceEvent) event = g_list_model_get_item (events, i);

      g_string_append_printf (text, "%*s%s %s %s\n", (int) sb_trace_event_get_depth (event) * 2, "",
                              sb_trace_kind_to_string (sb_trace_event_get_kind (event)),
                              sb_trace_event_get_title (event),
                              sb_trace_state_to_string (sb_trace_event_get_state (event)));
    }

  return g_string_free (text, FALSE);
}
