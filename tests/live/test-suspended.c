/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-live-engine.h"
#include "sb-test.h"
#include "sb-trouble.h"

/* Longer than a heartbeat, shorter than the lease. */
#define SHORT "sleep 7"
/* Until the sandbox has ended by itself; nobody is there to bury it. */
#define LONG "while ps -o stat= -p $1 | grep -qv ^Z; do sleep 1; done"

/* An engine of our own, which is held still together with us, as on a machine that is suspended. */
typedef struct
{
  SbTrouble       trouble; /* without a manager: skipped */
  SbDockerClient *client;
  char           *directory;
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autoptr(SbDockerClient) other = sb_live_engine_connect ();
  g_autofree char *host = NULL;

  if (other == NULL)
    return;

  fixture->directory = sb_test_make_dir ();
  host = sb_trouble_start_engine (fixture->directory);
  fixture->client = sb_docker_client_new (host, NULL);
  g_assert_true (sb_trouble_open (&fixture->trouble, fixture->client));
}

static gboolean
is_tidy (Fixture *fixture)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_live_engine_call (fixture->client, "GET", "/containers/json?all=1", &error);

  g_assert_no_error (error);

  return json_array_get_length (json_node_get_array (node)) == 0;
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  if (fixture->directory == NULL)
    return;

  sb_trouble_close (&fixture->trouble);
  sb_test_wait_until (is_tidy (fixture));
  g_clear_object (&fixture->client);
  g_free (sb_live_engine_script ("test-engine", NULL, "stop", fixture->directory));
  sb_test_remove_dir (fixture->directory);
  g_free (fixture->directory);
}

static char *
dup_sandbox_id (Fixture *fixture)
{
  g_autoptr(SbSandbox) sandbox = g_list_model_get_item (G_LIST_MODEL (fixture->trouble.manager), 0);

  return g_strdup (sb_sandbox_get_id (sandbox));
}

/* Of sandbar-init, as this machine counts. */
static char *
dup_process_id (Fixture *fixture)
{
  g_autofree char *id = dup_sandbox_id (fixture);
  g_autofree char *path = g_strdup_printf ("/containers/sandbar-%s/json", id);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_live_engine_call (fixture->client, "GET", path, &error);

  g_assert_no_error (error);

  return g_strdup_printf ("%" G_GINT64_FORMAT, json_object_get_int_member (
                            sb_json_get_object (json_node_get_object (node), "State"), "Pid"));
}

/* We, the engine and what is between it and the sandbox; with "$1" in what else also the sandbox. */
static void
hold_still (Fixture    *fixture,
            const char *what_else,
            const char *time)
{
  g_autofree char *script = g_strdup_printf (
    "all=\"$PPID %s $(cat \"$2/dockerd.pid\" \"$2/containerd.pid\") $(ps -o ppid= -p $1)\";"
    " kill -STOP $all; %s; kill -CONT $all", what_else, time);
  g_autofree char *pid = dup_process_id (fixture);
  g_autoptr(GSubprocess) other = NULL;
  g_autoptr(GError) error = NULL;

  other = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "sh", "-c", script, "sh", pid, fixture->directory,
                            NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (other, NULL, &error));
  g_assert_no_error (error);
}

/* All that runs goes on where it was. */
static void
test_short (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbMcpToolResult) tool_result = NULL;

  if (fixture->directory == NULL)
    return;

  sb_trouble_init_sandbox (&fixture->trouble);
  sb_trouble_begin (&fixture->trouble, "exec", "{\"command\":\"echo begun; sleep 3; echo ended\","
                                               "\"timeoutMs\":100000}", &result);
  hold_still (fixture, "$1", SHORT);
  tool_result = sb_trouble_end (&fixture->trouble, &result);
  g_assert_nonnull (strstr (tool_result->text, "ended"));
  g_assert_false (tool_result->is_error);
  sb_trouble_assert_usable (&fixture->trouble);
}

/* The sandbox has given us up: that is told, nothing of it stays, and the next one starts. */
static void
test_long (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autofree char *id = NULL;

  if (fixture->directory == NULL)
    return;

  sb_trouble_init_sandbox (&fixture->trouble);
  id = dup_sandbox_id (fixture);
  sb_trouble_begin_endless (&fixture->trouble, &result);
  hold_still (fixture, "", LONG);
  sb_trouble_end_as_gone (&fixture->trouble, &result, "");
  sb_test_wait_until (sb_live_engine_count (fixture->client, ".id", id) == 0);
  sb_trouble_assert_says_how_to_go_on (&fixture->trouble);
}

#define ADD(name, func) g_test_add ("/live/suspended/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("short", test_short);
  ADD ("long", test_long);

  return g_test_run ();
}
