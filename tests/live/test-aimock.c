/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-aimock.h"
#include "sb-llm-provider.h"
#include "sb-test.h"

/* A server for OpenAI's protocol that we did not write. */
typedef struct
{
  GSubprocess   *process; /* NULL: skipped */
  SbLlmProvider *provider;
  GString       *text;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *url = NULL;

  fixture->process = sb_aimock_start ("aimock.json", &url);
  if (fixture->process == NULL)
    return;

  fixture->provider = sb_llm_provider_new (sb_llm_profile_lookup ("openai"), url, "test-key");
  fixture->text = g_string_new (NULL);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->process == NULL)
    return;

  sb_aimock_stop (g_steal_pointer (&fixture->process));
  g_clear_object (&fixture->provider);
  g_string_free (fixture->text, TRUE);
}

static void
delta_cb (const SbLlmDelta *delta,
          gpointer          user_data)
{
  Fixture *fixture = user_data;

  if (delta->kind == SB_LLM_DELTA_TEXT)
    g_string_append_len (fixture->text, delta->text, delta->length);
}

static SbLlmResponse *
ask (Fixture       *fixture,
     SbLlmRequest  *request,
     GError       **error)
{
  g_autoptr(JsonObject) body = sb_llm_provider_build_body (fixture->provider, request);
  g_autoptr(GAsyncResult) result = NULL;

  g_string_truncate (fixture->text, 0);
  sb_llm_provider_stream_async (fixture->provider, body, delta_cb, fixture, NULL, sb_test_keep_result,
                                &result);
  sb_test_wait_until (result != NULL);

  return sb_llm_provider_stream_finish (fixture->provider, result, NULL, error);
}

static void
test_text (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(SbLlmRequest) request = sb_llm_request_new ("gpt-4o");
  g_autoptr(SbLlmResponse) response = NULL;
  g_autoptr(GError) error = NULL;

  if (fixture->process == NULL)
    return;

  sb_llm_request_add (request, SB_LLM_ROLE_SYSTEM, "Be brief.");
  sb_llm_request_add (request, SB_LLM_ROLE_USER, "greet");
  response = ask (fixture, request, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (response->text, ==, "Hello from another server, 漢字 and all.");
  g_assert_cmpstr (fixture->text->str, ==, response->text);
  g_assert_cmpint (response->finish, ==, SB_LLM_FINISH_STOP);
}

/* Calls, their results, and the answer to them. */
static void
test_tools (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbLlmRequest) request = sb_llm_request_new ("gpt-4o");
  g_autoptr(SbLlmResponse) calling = NULL;
  g_autoptr(SbLlmResponse) answer = NULL;
  g_autoptr(GError) error = NULL;
  SbLlmMessage *message = NULL;

  if (fixture->process == NULL)
    return;

  sb_llm_request_add (request, SB_LLM_ROLE_USER, "two tools");
  sb_llm_request_add_tool (request, "initSandbox", "Starts a sandbox.", NULL);
  sb_llm_request_add_tool (request, "writeFile", "Writes a file.", NULL);
  calling = ask (fixture, request, &error);
  g_assert_no_error (error);
  g_assert_cmpint (calling->finish, ==, SB_LLM_FINISH_TOOL_CALLS);
  g_assert_cmpuint (calling->tool_calls->len, ==, 2);

  message = sb_llm_request_add (request, SB_LLM_ROLE_ASSISTANT, NULL);
  for (guint i = 0; i < calling->tool_calls->len; i++)
    {
      const SbLlmToolCall *call = g_ptr_array_index (calling->tool_calls, i);

      g_assert_cmpstr (call->name, ==, i == 0 ? "initSandbox" : "writeFile");
      sb_llm_message_add_call (message, call->id, call->name, call->arguments);
    }
  for (guint i = 0; i < calling->tool_calls->len; i++)
    {
      const SbLlmToolCall *call = g_ptr_array_index (calling->tool_calls, i);

      message = sb_llm_request_add (request, SB_LLM_ROLE_TOOL, "success");
      message->tool_call_id = g_strdup (call->id);
    }
  answer = ask (fixture, request, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer->text, ==, "Both are done.");
}

static void
test_error (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(SbLlmRequest) request = sb_llm_request_new ("gpt-4o");
  g_autoptr(GError) error = NULL;

  if (fixture->process == NULL)
    return;

  sb_llm_request_add (request, SB_LLM_ROLE_USER, "fail");
  g_assert_null (ask (fixture, request, &error));
  g_assert_error (error, SB_LLM_ERROR, SB_LLM_ERROR_SERVER);
  g_assert_nonnull (strstr (error->message, "No such luck"));
}

static void
test_models (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_auto(GStrv) models = NULL;
  g_autoptr(GError) error = NULL;

  if (fixture->process == NULL)
    return;

  sb_llm_provider_list_models_async (fixture->provider, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  models = sb_llm_provider_list_models_finish (fixture->provider, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (models), >, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/live/aimock/text", Fixture, NULL, set_up, test_text, tear_down);
  g_test_add ("/live/aimock/tools", Fixture, NULL, set_up, test_tools, tear_down);
  g_test_add ("/live/aimock/error", Fixture, NULL, set_up, test_error, tear_down);
  g_test_add ("/live/aimock/models", Fixture, NULL, set_up, test_models, tear_down);

  return g_test_run ();
}
