/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-container-list.h"

#include <string.h>

#include "sb-fake-engine.h"
#include "sb-json.h"
#include "sb-test.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n"
#define FAILED "HTTP/1.1 500 Internal Server Error\r\nConnection: close\r\n\r\n{\"message\":\"out of order\"}"
#define WEB "{\"Id\":\"aa\",\"Names\":[\"/web\"],\"Image\":\"nginx:1\",\"State\":\"running\",\"Created\":1700000000," \
  "\"Labels\":{}}"
#define DATABASE \
  "{\"Id\":\"bb\",\"Names\":[\"/db\"],\"Image\":\"postgres\",\"State\":\"exited\",\"Created\":1700000100}"
#define OURS "{\"Id\":\"cc\",\"Names\":[\"/ours\"],\"Labels\":{\"ours\":\"1\"}}"
#define EVENT "{\"Type\":\"container\",\"Action\":\"start\"}\n"

static GPtrArray *
parse (const char *json)
{
  g_autoptr(JsonNode) node = sb_json_parse (json, strlen (json), NULL);

  return sb_container_parse_all (node, "ours");
}

static void
test_parse (void)
{
  g_autoptr(GPtrArray) all = parse ("[7,null,[]," WEB "," DATABASE "," OURS ",{}]");
  SbContainer *first = NULL;

  g_assert_cmpuint (all->len, ==, 3);
  first = g_ptr_array_index (all, 0);
  g_assert_cmpstr (sb_container_get_name (first), ==, "db");
  g_assert_cmpstr (sb_container_get_image (first), ==, "postgres");
  g_assert_cmpstr (sb_container_get_state (first), ==, "exited");
  g_assert_cmpint (sb_container_get_created (first), ==, 1700000100);
  g_assert_cmpstr (sb_container_get_name (g_ptr_array_index (all, 1)), ==, "web");
  g_assert_cmpstr (sb_container_get_name (g_ptr_array_index (all, 2)), ==, "?");
  g_assert_null (parse ("{}"));
  g_assert_null (sb_container_parse_all (NULL, NULL));
}

static void
test_hostile (void)
{
  g_autofree char *much = g_strnfill (100000, 'x');
  g_autofree char *json = g_strdup_printf ("[{\"Id\":5,\"Names\":[\"/a\\n\\u001b[31mb\\u202ec\"],\"Image\":\"%s\","
                                           "\"State\":{},\"Created\":-9,\"Labels\":[]}]", much);
  g_autoptr(GPtrArray) all = parse (json);
  g_autoptr(GString) many = g_string_new ("[");
  g_autoptr(GPtrArray) capped = NULL;
  SbContainer *one = g_ptr_array_index (all, 0);

  g_assert_cmpstr (sb_container_get_name (one), ==, "a b⟨U+202E⟩c");
  g_assert_cmpuint (strlen (sb_container_get_image (one)), <, 400);
  g_assert_cmpstr (sb_container_get_state (one), ==, "?");
  g_assert_cmpint (sb_container_get_created (one), ==, 0);

  for (guint i = 0; i < 2000; i++)
    g_string_append (many, "{},");
  g_string_append (many, "{}]");
  capped = parse (many->str);
  g_assert_cmpuint (capped->len, ==, 500);
}

static guint
count (SbContainerList *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (list));
}

/* Off: nothing is asked. On: what happens is seen. Off again: nothing is left. */
static void
test_live (void)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) client = sb_docker_client_new (sb_fake_engine_get_host (engine), NULL);
  g_autoptr(SbContainerList) list = sb_container_list_new (client, "ours");
  guint n_requests = 0;

  sb_fake_engine_set_route (engine, "GET /containers/json", OK "[" WEB "," OURS "]", FALSE);
  sb_fake_engine_set_route (engine, "GET /events", OK, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (sb_fake_engine_get_n_requests (engine), ==, 0);

  sb_container_list_set_active (list, TRUE);
  sb_test_wait_until (count (list) == 1 && sb_fake_engine_count (engine, "GET /events") == 1);
  sb_fake_engine_set_route (engine, "GET /containers/json", OK "[" WEB "," DATABASE "]", FALSE);
  sb_fake_engine_play (engine, "GET /events", EVENT EVENT "no JSON\n");
  sb_test_wait_until (count (list) == 2);
  g_assert_cmpuint (sb_fake_engine_count (engine, "GET /containers/json"), <=, 3);
  g_assert_null (sb_container_list_get_problem (list));

  sb_container_list_set_active (list, FALSE);
  g_assert_cmpuint (count (list), ==, 0);
  sb_test_wait_until (sb_fake_engine_saw_end (engine));
  n_requests = sb_fake_engine_get_n_requests (engine);
  sb_test_spin (300);
  g_assert_cmpuint (sb_fake_engine_get_n_requests (engine), ==, n_requests);
  /* Only ever asked. */
  g_assert_cmpuint (sb_fake_engine_count (engine, "GET "), ==, n_requests);
}

static void
test_away (void)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) client = sb_docker_client_new (sb_fake_engine_get_host (engine), NULL);
  g_autoptr(SbContainerList) list = sb_container_list_new (client, NULL);

  sb_fake_engine_set_answer (engine, FAILED, -1, 0, TRUE);
  sb_container_list_set_active (list, TRUE);
  sb_test_wait_until (sb_container_list_get_problem (list) != NULL);
  g_assert_nonnull (strstr (sb_container_list_get_problem (list), "out of order"));

  /* It is back. */
  sb_fake_engine_set_route (engine, "GET /containers/json", OK "[" WEB "]", FALSE);
  sb_fake_engine_set_route (engine, "GET /events", OK, TRUE);
  sb_test_wait_until (count (list) == 1);
  g_assert_null (sb_container_list_get_problem (list));
  sb_container_list_set_active (list, FALSE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/docker/containers/parse", test_parse);
  g_test_add_func ("/docker/containers/hostile", test_hostile);
  g_test_add_func ("/docker/containers/live", test_live);
  g_test_add_func ("/docker/containers/away", test_away);

  return g_test_run ();
}
