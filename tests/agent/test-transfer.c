/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-json.h"
#include "sb-transfer.h"

#include <string.h>

static const char *yaml =
  "agents:\n"
  "  - {id: a, instruction: x, description: first, transfers: [b, c]}\n"
  "  - {id: b, instruction: x, description: second, transfers: [a, c]}\n"
  "  - {id: c, instruction: x, description: third}\n";

static SbAgentCatalog *
load (void)
{
  g_autoptr(GError) error = NULL;
  SbAgentCatalog *agents = sb_agent_catalog_new_from_data (yaml, -1, &error);

  g_assert_no_error (error);

  return agents;
}

static GPtrArray *
reach (SbAgentCatalog *agents,
       const char     *from,
       const char     *visited)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  for (const char *p = visited; *p != '\0'; p++)
    g_ptr_array_add (ids, g_strndup (p, 1));

  return sb_transfer_reachable (agents, sb_agent_catalog_lookup (agents, from), ids);
}

static void
test_reachable (void)
{
  g_autoptr(SbAgentCatalog) agents = load ();
  g_autoptr(GPtrArray) fresh = reach (agents, "a", "a");
  g_autoptr(GPtrArray) back = reach (agents, "b", "ab");
  g_autoptr(GPtrArray) leaf = reach (agents, "c", "ac");

  g_assert_cmpuint (fresh->len, ==, 2);
  g_assert_cmpuint (back->len, ==, 1);
  g_assert_cmpstr (sb_agent_get_id (g_ptr_array_index (back, 0)), ==, "c");
  g_assert_cmpuint (leaf->len, ==, 0);
}

static void
test_schema (void)
{
  g_autoptr(SbAgentCatalog) agents = load ();
  g_autoptr(GPtrArray) reachable = reach (agents, "a", "a");
  g_autoptr(JsonObject) schema = sb_transfer_schema (reachable);
  g_autofree char *json = sb_json_object_to_string (schema);
  g_autofree char *description = sb_transfer_description (reachable);

  g_assert_nonnull (strstr (json, "\"enum\":[\"b\",\"c\"]"));
  g_assert_nonnull (strstr (json, "\"required\":[\"agent_name\",\"reason\"]"));
  g_assert_nonnull (strstr (description, "- b: second"));
}

static void
test_check (void)
{
  static const struct
  {
    const char *arguments;
    guint       n_hops;
    const char *target;
    const char *words; /* of the reason, or of the refusal */
  } cases[] = {
    { "{\"agent_name\":\"b\",\"reason\":\"it runs code\"}", 0, "b", "it runs code" },
    { "{\"agent_name\":\"b\",\"reason\":\"Because it\\nruns code. \"}", 2, "b", "it runs code" },
    { "{\"agent_name\":\"b\"}", 0, "b", "it is better placed to answer" },
    { "{\"agent_name\":\"b\",\"reason\":7,\"more\":[]}", 0, "b", "it is better placed to answer" },
    { "{\"agent_name\":\"b\",\"reason\":\"x\"}", 3, NULL, "3 times" },
    { "{\"agent_name\":\"a\",\"reason\":\"x\"}", 0, NULL, "“a” cannot be reached" },
    { "{\"agent_name\":\"zed\",\"reason\":\"x\"}", 0, NULL, "Agents: b, c" },
    { "{\"agent\":\"b\"}", 0, NULL, "agent_name" },
    { "[\"b\"]", 0, NULL, "agent_name" },
    { "b", 0, NULL, "agent_name" },
    { "", 0, NULL, "agent_name" },
  };
  g_autoptr(SbAgentCatalog) agents = load ();
  g_autoptr(GPtrArray) reachable = reach (agents, "a", "a");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *reason = NULL;
      g_autofree char *refusal = NULL;
      SbAgent *target = sb_transfer_check (agents, reachable, cases[i].n_hops, cases[i].arguments, &reason, &refusal);

      g_test_message ("%s: %s", cases[i].arguments, target != NULL ? reason : refusal);
      g_assert_cmpstr (target != NULL ? sb_agent_get_id (target) : NULL, ==, cases[i].target);
      g_assert_true ((target == NULL) == (refusal != NULL));
      if (target != NULL)
        g_assert_cmpstr (reason, ==, cases[i].words);
      else
        g_assert_nonnull (strstr (refusal, cases[i].words));
    }
}

static void
test_nobody (void)
{
  g_autoptr(SbAgentCatalog) agents = load ();
  g_autoptr(GPtrArray) reachable = reach (agents, "c", "c");
  g_autofree char *reason = NULL;
  g_autofree char *refusal = NULL;

  g_assert_null (sb_transfer_check (agents, reachable, 0, "{\"agent_name\":\"a\"}", &reason, &refusal));
  g_assert_nonnull (strstr (refusal, "nobody to hand over to"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/transfer/reachable", test_reachable);
  g_test_add_func ("/transfer/schema", test_schema);
  g_test_add_func ("/transfer/check", test_check);
  g_test_add_func ("/transfer/nobody", test_nobody);

  return g_test_run ();
}
