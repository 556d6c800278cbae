/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>

#include "sb-test-gateway.h"
#include "sb-test.h"

#define MINUTE 60000

/* One server, "one", that runs the test server with these arguments. */
#define ONE(arguments, more) \
  "registry:\n  one:\n    x-sandbar:\n      command: [SERVER, " arguments "]\n" more

static void
test_runs (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  SbGatewayServer *server;
  g_autofree char *answer = NULL;
  pid_t pid = 0;
  guint ready, enabled;

  sb_test_gateway_set_catalog (test, ONE ("count=FOLDER/one, 'tools=a,b'", ""));
  server = sb_gateway_lookup (test->gateway, "one");
  g_assert_cmpint (sb_gateway_server_get_state (server), ==, SB_GATEWAY_SERVER_OFF);
  sb_gateway_start (test->gateway);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);

  sb_gateway_count (test->gateway, &ready, &enabled);
  g_assert_cmpuint (ready, ==, 1);
  g_assert_cmpuint (enabled, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (sb_gateway_server_get_tools (server)), ==, 2);
  g_assert_cmpint (sb_gateway_server_get_started (server), >, 0);
  answer = sb_test_gateway_call (test, "b", "{\"n\":7}");
  g_assert_nonnull (strstr (answer, "\"structuredContent\":{\"n\":7}"));

  g_assert_cmpuint (sb_test_gateway_count (test, "one", &pid), ==, 1);
  sb_test_gateway_stop (test);
  g_assert_true (sb_test_process_is_gone (pid));
  g_assert_cmpint (sb_gateway_server_get_state (server), ==, SB_GATEWAY_SERVER_OFF);
  g_assert_null (sb_gateway_find_tool (test->gateway, "b", NULL));
}

/* A call that is on its way ends with an error, and the server comes back. */
static void
test_crash (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  SbGatewayServer *server;
  g_autofree char *answer = NULL;
  pid_t first = 0, second = 0;

  sb_test_gateway_set_catalog (test, ONE ("count=FOLDER/one, 'tools=crash'", ""));
  sb_gateway_start (test->gateway);
  server = sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  sb_test_gateway_count (test, "one", &first);

  answer = sb_test_gateway_call (test, "crash", "{}");
  g_assert_nonnull (strstr (answer, "ended with status 3"));
  g_assert_nonnull (strstr (answer, "sb-test-server"));
  sb_test_wait_until (sb_gateway_server_get_n_restarts (server) == 1);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  g_assert_cmpuint (sb_test_gateway_count (test, "one", &second), ==, 2);
  g_assert_true (sb_test_process_is_gone (first));

  kill (second, SIGKILL);
  sb_test_wait_until (sb_gateway_server_get_n_restarts (server) == 2);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  g_assert_true (sb_test_process_is_gone (second));
}

static void
test_dies_at_start (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  SbGatewayServer *server;

  sb_test_gateway_set_catalog (test, ONE ("count=FOLDER/one, say=no licence, die", ""));
  sb_gateway_start (test->gateway);
  server = sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_BLOCKED);
  g_assert_nonnull (strstr (sb_gateway_server_get_message (server), "no licence"));
  g_assert_nonnull (strstr (sb_gateway_server_get_message (server), "tried 5 times"));
  g_assert_cmpuint (sb_test_gateway_count (test, "one", NULL), ==, 5);

  /* The user's own try starts the count anew. */
  sb_gateway_server_start (server);
  sb_test_wait_until (sb_test_gateway_count (test, "one", NULL) == 10);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_BLOCKED);
}

static void
test_never_answers (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (50, NULL);
  SbGatewayServer *server;
  pid_t pid = 0;

  sb_test_gateway_set_catalog (test, ONE ("count=FOLDER/one, mute", ""));
  sb_gateway_start (test->gateway);
  server = sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_WAITING);
  g_assert_nonnull (strstr (sb_gateway_server_get_message (server), "did not say what it offers"));
  sb_test_gateway_stop (test);
  if (sb_test_gateway_count (test, "one", &pid) > 0)
    sb_test_wait_until (sb_test_process_is_gone (pid));
}

/* What has to be done by the user first is asked for and not tried again. */
static void
test_setup (void)
{
  static const struct
  {
    const char *catalog;
    const char *said;
  } cases[] = {
    { "registry:\n  one:\n    x-sandbar:\n      command: [no-such-program-anywhere]\n", "no-such-program-anywhere" },
    { "registry:\n  one:\n    image: some/image\n", "no engine answers" },
    { "registry:\n  one:\n    description: nothing\n", "no image, no address and no command" },
    { ONE ("'tools=a'", "    secrets:\n      - name: one.key\n        env: KEY\n"), "one.key" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
      SbGatewayServer *server;

      sb_test_gateway_set_catalog (test, cases[i].catalog);
      sb_gateway_start (test->gateway);
      server = sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_BLOCKED);
      g_test_message ("%s", sb_gateway_server_get_message (server));
      g_assert_nonnull (strstr (sb_gateway_server_get_message (server), cases[i].said));
      g_assert_cmpuint (sb_gateway_server_get_n_restarts (server), ==, 0);
    }
}

/* The server gets the secret; its log and its message do not, nor escapes. */
static void
test_secret (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  SbGatewayServer *server;
  g_autofree char *log = NULL;

  g_hash_table_insert (test->secrets, g_strdup ("one.key"), g_strdup ("hunter2hunter2"));
  sb_test_gateway_set_catalog (test, ONE ("tell=KEY, \"say=\\e[31mred\", die",
                                          "    secrets:\n      - name: one.key\n        env: KEY\n"));
  sb_gateway_start (test->gateway);
  server = sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_BLOCKED);
  log = sb_server_log_dup_text (sb_gateway_server_get_log (server));
  g_test_message ("%s", log);
  g_assert_nonnull (strstr (log, "red"));
  g_assert_nonnull (strstr (sb_gateway_server_get_message (server), "red"));
  g_assert_null (strstr (log, "hunter2"));
  g_assert_null (strchr (log, '\033'));
  g_assert_null (strstr (sb_gateway_server_get_message (server), "hunter2"));
  g_assert_null (strstr (log, "nothing"));
}

/* A bind needs the user's consent; to see it asked for, the server has to be an image. */
static void
test_bind (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  g_autofree char *work = g_build_filename (g_get_home_dir (), "work", NULL);
  g_autofree char *catalog = g_strdup_printf ("registry:\n  one:\n    image: some/image\n"
                                              "    volumes: ['%s:/work:rw']\n", work);
  GListModel *questions = G_LIST_MODEL (test->parts.approvals);
  g_autoptr(SbApproval) approval = NULL;
  SbGatewayServer *server;
  g_autoptr(SbDockerClient) docker = sb_docker_client_new ("unix:///nonexistent/docker.sock", NULL);

  g_mkdir_with_parents (work, 0700);
  sb_gateway_set_docker (test->gateway, docker);
  sb_test_gateway_set_catalog (test, catalog);
  sb_gateway_start (test->gateway);
  sb_test_wait_until (g_list_model_get_n_items (questions) == 1);
  server = sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_STARTING);
  approval = g_list_model_get_item (questions, 0);
  g_assert_cmpstr (sb_approval_get_kind (approval), ==, "bind");
  g_assert_nonnull (strstr (sb_approval_get_detail (approval), work));
  sb_approval_answer (approval, SB_APPROVAL_DENIED);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_BLOCKED);

  /* Asked again, and allowed: now it is the engine that is missing. */
  sb_gateway_server_start (server);
  sb_test_wait_until (g_list_model_get_n_items (questions) == 1);
  g_clear_object (&approval);
  approval = g_list_model_get_item (questions, 0);
  sb_approval_answer (approval, SB_APPROVAL_ALLOWED_ONCE);
  sb_test_wait_until (sb_gateway_server_get_message (server) != NULL);
  g_assert_nonnull (strstr (sb_gateway_server_get_message (server), "could not be started"));
}

static void
keep_state_cb (SbGatewayServer *server,
               GParamSpec      *pspec,
               GArray          *states)
{
  SbGatewayServerState state = sb_gateway_server_get_state (server);

  g_array_append_val (states, state);
}

/* In each of the moments of a start, and twice. */
static void
test_stop_during_start (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  g_autoptr(GArray) states = g_array_new (FALSE, FALSE, sizeof (SbGatewayServerState));
  g_autoptr(GAsyncResult) one = NULL, two = NULL;
  SbGatewayServer *server;
  pid_t pid = 0;

  /* While the secrets are looked up. */
  test->keep_waiting = TRUE;
  sb_test_gateway_set_catalog (test, ONE ("count=FOLDER/one, mute", "    secrets:\n      - name: one.key\n"
                                                                    "        env: KEY\n"));
  server = sb_gateway_lookup (test->gateway, "one");
  g_signal_connect (server, "notify::state", G_CALLBACK (keep_state_cb), states);
  sb_gateway_start (test->gateway);
  sb_test_gateway_stop (test);
  g_assert_cmpint (sb_gateway_server_get_state (server), ==, SB_GATEWAY_SERVER_OFF);
  g_assert_cmpuint (sb_test_gateway_count (test, "one", NULL), ==, 0);

  /* While it runs and says nothing. */
  g_hash_table_insert (test->secrets, g_strdup ("one.key"), g_strdup ("hunter2hunter2"));
  sb_secret_request_answer (g_steal_pointer (&test->held), test->secrets);
  test->keep_waiting = FALSE;
  sb_gateway_start (test->gateway);
  sb_test_wait_until (sb_test_gateway_count (test, "one", &pid) == 1);
  sb_gateway_stop_async (test->gateway, sb_test_keep_result, &one);
  sb_gateway_stop_async (test->gateway, sb_test_keep_result, &two);
  g_assert_cmpint (sb_gateway_server_get_state (server), ==, SB_GATEWAY_SERVER_STOPPING);
  sb_test_wait_until (one != NULL && two != NULL);
  g_assert_true (sb_test_process_is_gone (pid));
  g_assert_cmpint (g_array_index (states, SbGatewayServerState, states->len - 1), ==, SB_GATEWAY_SERVER_OFF);
  g_signal_handlers_disconnect_by_data (server, states);

  /* When it is there, and nobody has begun to talk with it. */
  sb_gateway_start (test->gateway);
  sb_test_gateway_stop (test);
  sb_test_gateway_set_catalog (test, ONE ("count=FOLDER/one", ""));
  sb_gateway_start (test->gateway);
  g_assert_cmpint (sb_gateway_server_get_state (sb_gateway_lookup (test->gateway, "one")), ==,
                   SB_GATEWAY_SERVER_STARTING);
  sb_test_gateway_stop (test);
  g_assert_cmpint (sb_gateway_server_get_state (sb_gateway_lookup (test->gateway, "one")), ==, SB_GATEWAY_SERVER_OFF);
}

/* Off and on again before it is gone: it comes back. */
static void
test_switch (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  SbGatewayServer *server;

  sb_test_gateway_set_catalog (test, ONE ("count=FOLDER/one, 'tools=a'", ""));
  sb_gateway_start (test->gateway);
  server = sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  sb_catalog_state_set_enabled (test->parts.state, "one", FALSE);
  g_assert_cmpint (sb_gateway_server_get_state (server), ==, SB_GATEWAY_SERVER_STOPPING);
  sb_catalog_state_set_enabled (test->parts.state, "one", TRUE);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_READY);
  g_assert_cmpuint (sb_test_gateway_count (test, "one", NULL), ==, 2);
  g_assert_cmpuint (sb_gateway_server_get_n_restarts (server), ==, 0);

  sb_catalog_state_set_enabled (test->parts.state, "one", FALSE);
  sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_OFF);
}

/* What nobody vouches for does not get better by waiting. */
static void
test_untrusted (void)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (MINUTE, NULL);
  g_autoptr(GBytes) pem = sb_test_load_data ("support/untrusted.pem");
  g_autoptr(SoupServer) soup = NULL;
  g_autoptr(GTlsCertificate) certificate = NULL;
  g_autoslist(GUri) uris = NULL;
  g_autofree char *catalog = NULL;
  SbGatewayServer *server = NULL;

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_test_skip ("GIO has no TLS here");
      return;
    }

  certificate = g_tls_certificate_new_from_pem (g_bytes_get_data (pem, NULL), g_bytes_get_size (pem), NULL);
  soup = soup_server_new ("tls-certificate", certificate, NULL);
  g_assert_true (soup_server_listen_local (soup, 0, SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  uris = soup_server_get_uris (soup);
  catalog = g_strdup_printf ("registry:\n  one:\n    remote: {url: 'https://127.0.0.1:%d/mcp', "
                             "transport_type: streamable}\n", g_uri_get_port (uris->data));
  sb_test_gateway_set_catalog (test, catalog);
  sb_gateway_start (test->gateway);
  server = sb_test_gateway_wait (test, "one", SB_GATEWAY_SERVER_BLOCKED);
  g_assert_nonnull (strstr (sb_gateway_server_get_message (server), "The certificate of 127.0.0.1"));
  g_assert_null (strstr (sb_gateway_server_get_message (server), "tried"));
}

int
main (int    argc,
      char **argv)
{
  int status = 0;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  /* Begins threads, which have ended when the leak checker looks. */
  g_test_add_func ("/gateway/servers/untrusted", test_untrusted);
  g_test_add_func ("/gateway/servers/runs", test_runs);
  g_test_add_func ("/gateway/servers/crash", test_crash);
  g_test_add_func ("/gateway/servers/dies-at-start", test_dies_at_start);
  g_test_add_func ("/gateway/servers/never-answers", test_never_answers);
  g_test_add_func ("/gateway/servers/setup", test_setup);
  g_test_add_func ("/gateway/servers/secret", test_secret);
  g_test_add_func ("/gateway/servers/bind", test_bind);
  g_test_add_func ("/gateway/servers/stop-during-start", test_stop_during_start);
  g_test_add_func ("/gateway/servers/switch", test_switch);

  status = g_test_run ();
  sb_test_end_threads ();

  return status;
}
