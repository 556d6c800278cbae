/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-model-discovery.h"

#include "sb-llm-provider.h"
#include "sb-mock-server.h"
#include "sb-test.h"

static const SbMockAnswer none = { SB_MOCK_COMPLETE, 200, "application/json", NULL, "{\"data\":[]}" };
static const SbMockAnswer embedder = {
  SB_MOCK_COMPLETE, 200, "application/json", NULL, "{\"data\":[{\"id\":\"nomic-embed-text\"}]}"
};
static const SbMockAnswer chatter = {
  SB_MOCK_COMPLETE, 200, "application/json", NULL,
  "{\"data\":[{\"id\":\"bge-large\"},{\"id\":\"qwen3\"},{\"id\":\"llama\"}]}"
};
static const SbMockAnswer other = {
  SB_MOCK_COMPLETE, 200, "application/json", NULL, "{\"data\":[{\"id\":\"second\"}]}"
};
static const SbMockAnswer page = { SB_MOCK_COMPLETE, 200, "text/html", NULL, "<html></html>" };
static const SbMockAnswer refusal = { SB_MOCK_COMPLETE, 404, "text/plain", NULL, "no" };

/* What three servers answer (NULL: the port is closed), and which of them is found; -1: none. */
static const struct
{
  const SbMockAnswer *answers[3];
  int                 found;
  const char         *model;
} cases[] = {
  { { &chatter, &other, &other }, 0, "qwen3" },
  { { NULL, &other, &chatter }, 1, "second" },
  { { &none, &embedder, &chatter }, 2, "qwen3" },
  { { &page, &refusal, &other }, 2, "second" },
  { { NULL, NULL, NULL }, -1, NULL },
  { { &embedder, &page, &none }, -1, NULL },
};

static void
test_case (gconstpointer data)
{
  gsize n = GPOINTER_TO_SIZE (data);
  SbMockServer *servers[3] = { NULL };
  char *urls[3] = { NULL };
  SbModelProbe probes[3];
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbModelServer) server = NULL;
  g_autoptr(GError) error = NULL;

  for (int i = 0; i < 3; i++)
    {
      servers[i] = sb_mock_server_new (NULL);
      urls[i] = g_strconcat (sb_mock_server_get_url (servers[i]), "/v1", NULL);
      probes[i] = (SbModelProbe) { "openai", "a server", urls[i] };
      if (cases[n].answers[i] != NULL)
        sb_mock_server_push (servers[i], cases[n].answers[i]);
      else
        g_clear_pointer (&servers[i], sb_mock_server_free);
    }

  sb_model_discovery_async (probes, 3, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  server = sb_model_discovery_finish (result, &error);
  if (cases[n].found < 0)
    g_assert_error (error, SB_LLM_ERROR, SB_LLM_ERROR_UNREACHABLE);
  else
    {
      g_assert_no_error (error);
      g_assert_cmpstr (server->base_url, ==, urls[cases[n].found]);
      g_assert_cmpstr (server->models[0], ==, cases[n].model);
    }

  /* The answers that were not waited for may still be on their way. */
  sb_test_spin (20);
  for (int i = 0; i < 3; i++)
    {
      g_clear_pointer (&servers[i], sb_mock_server_free);
      g_free (urls[i]);
    }
}

static void
test_cancel (void)
{
  static const SbMockAnswer silent = { SB_MOCK_HOLD, 0, NULL, NULL, "" };
  g_autoptr(SbMockServer) server = sb_mock_server_new (NULL);
  g_autofree char *url = g_strconcat (sb_mock_server_get_url (server), "/v1", NULL);
  const SbModelProbe probe = { "openai", "a server", url };
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_mock_server_push (server, &silent);
  sb_model_discovery_async (&probe, 1, cancellable, sb_test_keep_result, &result);
  sb_test_wait_until (sb_mock_server_count_requests (server) == 1);
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_model_discovery_finish (result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/llm/discovery/case-%" G_GSIZE_FORMAT, i);

      g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_case);
    }
  g_test_add_func ("/llm/discovery/cancel", test_cancel);

  return g_test_run ();
}
