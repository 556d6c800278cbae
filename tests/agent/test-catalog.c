/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-agent.h"
#include "sb-test.h"

#include <string.h>

#define AGENT "agents:\n  - id: a\n    instruction: x\n"

static void
test_shipped (void)
{
  const char *root = g_getenv ("SB_TEST_SOURCE_ROOT");
  g_autofree char *path = g_build_filename (root, "catalog", "agents.yaml", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(SbAgentCatalog) agents = sb_agent_catalog_new_from_file (path, &error);
  SbAgent *cerebras;

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (agents)), ==, 3);
  g_assert_cmpstr (sb_agent_get_id (sb_agent_catalog_get_root (agents)), ==, "devduck");
  g_assert_cmpstr (sb_agent_get_label (sb_agent_catalog_get_root (agents)), ==, "DevDuck");
  g_assert_cmpstr (sb_agent_get_tools (sb_agent_catalog_get_root (agents))[0], ==, NULL);
  g_assert_true (g_strv_contains (sb_agent_get_transfers (sb_agent_catalog_get_root (agents)), "cerebras"));

  cerebras = sb_agent_catalog_lookup (agents, "cerebras");
  g_assert_nonnull (cerebras);
  g_assert_cmpstr (sb_agent_get_color (cerebras), ==, "#e66100");
  g_assert_cmpstr (sb_agent_get_provider (cerebras), ==, "cerebras");
  g_assert_cmpstr (sb_agent_get_tools (cerebras)[0], ==, "*");
  g_assert_null (sb_agent_get_model (cerebras));
  g_assert_null (sb_agent_catalog_lookup (agents, "nobody"));
  g_assert_null (sb_agent_catalog_lookup (agents, NULL));
}

static void
test_defaults (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbAgentCatalog) agents = sb_agent_catalog_new_from_data (AGENT, -1, &error);
  SbAgent *agent;

  g_assert_no_error (error);
  agent = sb_agent_catalog_get_root (agents);
  g_assert_cmpstr (sb_agent_get_label (agent), ==, "a");
  g_assert_cmpstr (sb_agent_get_description (agent), ==, "");
  g_assert_cmpstr (sb_agent_get_provider (agent), ==, "local");
  g_assert_null (sb_agent_get_tools (agent)[0]);
  g_assert_null (sb_agent_get_transfers (agent)[0]);
  g_assert_null (sb_agent_get_mentions (agent)[0]);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *yaml;
    const char *words;
  } cases[] = {
    { "[]", "line 1: the file must be a mapping" },
    { "agents: []", "line 1: “agents” must be a list" },
    { "agent: []", "line 1: the file has no “agent”" },
    { "agents:\n  - 3\n", "line 2: an agent must be a mapping" },
    { AGENT "    tool: [x]\n", "line 4: an agent has no “tool”; it may have id, label" },
    { AGENT "  - id: a\n    instruction: y\n", "line 4: there is an agent “a” already" },
    { AGENT "    transfers: [b]\n", "line 4: agent “a” hands over to “b”, which is not in this file" },
    { AGENT "    transfers: [a]\n", "line 4: agent “a” cannot hand over to itself" },
    { "agents:\n  - id: a\n", "line 2: agent “a” has no “instruction”" },
    { "agents:\n  - instruction: a\n", "line 2: the agent has no “id”" },
    { "agents:\n  - id: a b\n    instruction: x\n", "line 2: “a b” is no id" },
    { "agents:\n  - id: [a]\n    instruction: x\n", "line 2: “id” must be a text" },
    { AGENT "    color: red\n", "line 4: “red” is no color" },
    { AGENT "    provider: \"../x\"\n", "line 4: “../x” is no provider" },
    { AGENT "    tools: exec\n", "line 4: “tools” must be a list" },
    { AGENT "    label: 'x\n", "line" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(SbAgentCatalog) agents = sb_agent_catalog_new_from_data (cases[i].yaml, -1, &error);

      g_test_message ("%u: %s", i, error != NULL ? error->message : "(accepted)");
      g_assert_null (agents);
      g_assert_error (error, SB_AGENT_ERROR, SB_AGENT_ERROR_CATALOG);
      g_assert_nonnull (strstr (error->message, cases[i].words));
    }
}

static void
test_file_name (void)
{
  g_autofree char *dir = sb_test_make_dir ();
  g_autofree char *path = g_build_filename (dir, "agents.yaml", NULL);
  g_autoptr(GError) error = NULL;

  g_assert_null (sb_agent_catalog_new_from_file (path, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_clear_error (&error);

  g_assert_true (g_file_set_contents (path, "agents: 3\n", -1, NULL));
  g_assert_null (sb_agent_catalog_new_from_file (path, &error));
  g_assert_nonnull (strstr (error->message, "agents.yaml, line 1"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/agent-catalog/shipped", test_shipped);
  g_test_add_func ("/agent-catalog/defaults", test_defaults);
  g_test_add_func ("/agent-catalog/refused", test_refused);
  g_test_add_func ("/agent-catalog/file-name", test_file_name);

  return g_test_run ();
}
