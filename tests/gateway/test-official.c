/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-official-log.h"
#include "sb-official-plan.h"
#include "sb-test-gateway.h"
#include "sb-test.h"

static const char log_text[] =
  "- Reading configuration...\n"
  "- Using images:\n"
  "  - mcp/one@sha256:12\n"
  "> Images pulled in 1.2s\n"
  "- Verifying images [mcp/one]\n"
  "- Those servers are enabled: one, two, three\n"
  "- Listing MCP tools...\n"
  "  - Running mcp/one with []\n"
  "- one: hello (3 tools)\n"
  "  > one: (3 tools)\n"
  "  > Can't start two: no such image: (1 tools)\n"
  "  > three: (1 tools) (2 prompts)\n"
  "> 4 tools listed in 2s\n"
  "> Initialized in 3s\n"
  "> Start stdio server\n";

static void
check_log (SbOfficialLog *log)
{
  g_autofree char *words = sb_official_log_describe (log);

  g_assert_cmpint (sb_official_log_get_stage (log), ==, SB_OFFICIAL_READY);
  g_assert_cmpuint (sb_official_log_get_n_servers (log), ==, 3);
  g_assert_cmpuint (sb_official_log_get_n_ready (log), ==, 2);
  g_assert_cmpstr (words, ==, "ready: 2 of 3 servers");
}

static void
test_log (void)
{
  for (gsize split = 0; split <= strlen (log_text); split++)
    {
      g_autoptr(SbOfficialLog) log = sb_official_log_new ();

      sb_official_log_feed (log, (const guint8 *) log_text, split);
      sb_official_log_feed (log, (const guint8 *) log_text + split, strlen (log_text) - split);
      check_log (log);
    }
}

static void
test_log_bytes (void)
{
  g_autoptr(SbOfficialLog) log = sb_official_log_new ();
  g_autofree char *words = sb_official_log_describe (log);

  g_assert_cmpstr (words, ==, "starting");
  for (gsize i = 0; i < strlen (log_text); i++)
    sb_official_log_feed (log, (const guint8 *) log_text + i, 1);
  check_log (log);
}

static SbOfficialPlan *
make_plan (SbOfficialTransport transport)
{
  g_autoptr(SbTestGateway) test = sb_test_gateway_new (1000, NULL);
  g_autoptr(GPtrArray) catalogs = g_ptr_array_new_with_free_func (g_object_unref);
  SbOfficialOptions options = {
    .transport = transport, .sandbox_url = "http://172.17.0.1:1/mcp", .sandbox_token = "sandbox-token",
  };
  g_autoptr(GError) error = NULL;
  SbOfficialPlan *plan;

  g_ptr_array_add (catalogs, sb_test_gateway_new_catalog (test, "registry:\n"
                   "  one:\n    image: mcp/one\n    secrets:\n      - name: one.key\n        env: KEY\n"
                   "  box:\n    image: sandbar/sandbox-server:latest\n"
                   "  local:\n    x-sandbar:\n      command: [SERVER]\n"
                   "  off:\n    image: mcp/off\n"));
  sb_catalog_state_set_enabled (test->parts.state, "off", FALSE);
  plan = sb_official_plan_new (&options, catalogs, test->parts.state, &error);
  g_assert_no_error (error);

  return plan;
}

static void
test_request (void)
{
  g_autoptr(SbOfficialPlan) plan = make_plan (SB_OFFICIAL_STDIO);
  g_autoptr(SbOfficialPlan) http = make_plan (SB_OFFICIAL_STREAMING);
  g_autoptr(JsonObject) request = sb_official_plan_new_request (plan, "net-1", "unix:///run/e.sock", NULL);
  g_autoptr(JsonObject) http_request = sb_official_plan_new_request (http, "net-1", "tcp://far:1", "gateway-token");
  g_autofree char *text = sb_json_object_to_string (request);
  g_autofree char *http_text = sb_json_object_to_string (http_request);

  g_assert_cmpuint (g_strv_length (plan->changes), ==, 2);
  g_assert_nonnull (strstr (g_ptr_array_index (plan->catalogs, 0), "http://172.17.0.1:1/mcp"));
  g_assert_nonnull (strstr (text, "\"Cmd\":[\"--transport=stdio\",\"--catalog=sandbar-0.yaml\",\"--servers=one,box\","
                            "\"--secrets=/run/secrets/mcp_secret\",\"--long-lived\"]"));
  g_assert_nonnull (strstr (text, "\"NetworkMode\":\"net-1\""));
  g_assert_nonnull (strstr (text, "\"StopTimeout\":45"));
  g_assert_nonnull (strstr (text, "\"Binds\":[\"/run/e.sock:/var/run/docker.sock\"]"));
  g_assert_nonnull (strstr (http_text, "\"Binds\":[\"/var/run/docker.sock:/var/run/docker.sock\"]"));
  g_assert_null (strstr (text, "PortBindings"));
  g_assert_null (strstr (text, "sandbox-token"));
  g_assert_nonnull (strstr (http_text, "MCP_GATEWAY_AUTH_TOKEN=gateway-token"));
  g_assert_nonnull (strstr (http_text, "\"HostIp\":\"127.0.0.1\""));
  g_assert_true (sb_official_plan_equal (plan, plan));
  g_assert_false (sb_official_plan_equal (plan, http));
}

static void
test_upload (void)
{
  g_autoptr(SbOfficialPlan) plan = make_plan (SB_OFFICIAL_STDIO);
  g_autoptr(GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GBytes) upload = NULL;
  const char *data;
  gsize length;

  g_hash_table_insert (values, (char *) "one.key", (char *) "hunter2");
  g_hash_table_insert (values, (char *) "other.key", (char *) "not-asked-for");
  upload = sb_official_plan_new_upload (plan, values);
  data = g_bytes_get_data (upload, &length);
  g_assert_nonnull (g_strstr_len (data, 512, "root/"));
  g_assert_nonnull (memmem (data, length, "root/.docker/mcp/catalogs/sandbar-0.yaml", 40));
  g_assert_nonnull (memmem (data, length, "one.key=hunter2\nsandbar.sandbox-token=sandbox-token\n", 52));
  g_assert_null (memmem (data, length, "not-asked-for", 13));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/gateway/official/log", test_log);
  g_test_add_func ("/gateway/official/log-bytes", test_log_bytes);
  g_test_add_func ("/gateway/official/request", test_request);
  g_test_add_func ("/gateway/official/upload", test_upload);

  return g_test_run ();
}
