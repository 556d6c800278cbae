/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-router.h"

static SbAgentCatalog *
load (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("SB_TEST_SOURCE_ROOT"), "catalog", "agents.yaml", NULL);
  g_autoptr(GError) error = NULL;
  SbAgentCatalog *agents = sb_agent_catalog_new_from_file (path, &error);

  g_assert_no_error (error);

  return agents;
}

static const struct
{
  const char     *text;
  const char     *chosen;
  const char     *active;
  const char     *agent;
  SbRouteTrigger  trigger;
} cases[] = {
  /* mentions */
  { "@cerebras write it", NULL, NULL, "cerebras", SB_ROUTE_MENTION },
  { "please @Cerebras, write it", NULL, NULL, "cerebras", SB_ROUTE_MENTION },
  { "write it (@local)", NULL, "cerebras", "local", SB_ROUTE_MENTION },
  { "@local agent read this", NULL, NULL, "local", SB_ROUTE_MENTION },
  { "@devduck hello", "local", "cerebras", "devduck", SB_ROUTE_MENTION },
  { "two: @nobody and @cerebras", NULL, NULL, "cerebras", SB_ROUTE_MENTION },
  { "mail me@cerebras.ai", NULL, NULL, "devduck", SB_ROUTE_COORDINATOR },
  { "npm install @cerebras/sdk", NULL, NULL, "devduck", SB_ROUTE_COORDINATOR },
  { "mail @cerebras.ai", NULL, NULL, "devduck", SB_ROUTE_COORDINATOR },
  { "see @cerebras.", NULL, NULL, "cerebras", SB_ROUTE_MENTION },
  { "`@cerebras`", NULL, NULL, "devduck", SB_ROUTE_COORDINATOR },
  { "@localhost", NULL, NULL, "devduck", SB_ROUTE_COORDINATOR },
  { "@", NULL, NULL, "devduck", SB_ROUTE_COORDINATOR },
  /* addressed by name */
  { "cerebras, initialize the sandbox", NULL, NULL, "cerebras", SB_ROUTE_ADDRESSED },
  { "  Cerebras: run it", NULL, NULL, "cerebras", SB_ROUTE_ADDRESSED },
  { "hey Cerebras, run it", NULL, NULL, "cerebras", SB_ROUTE_ADDRESSED },
  { "Cerebras", NULL, NULL, "cerebras", SB_ROUTE_ADDRESSED },
  { "local agent, explain", NULL, "cerebras", "local", SB_ROUTE_ADDRESSED },
  { "cerebras is fast", NULL, NULL, "devduck", SB_ROUTE_COORDINATOR },
  { "local files: list them", NULL, NULL, "devduck", SB_ROUTE_COORDINATOR },
  { "Local::new() does not compile", NULL, NULL, "devduck", SB_ROUTE_COORDINATOR },
  /* asked for */
  { "I want to speak with Cerebras", NULL, NULL, "cerebras", SB_ROUTE_ASKED },
  { "i'd like to talk to the Local agent please", NULL, NULL, "local", SB_ROUTE_ASKED },
  { "Can I  speak   to CEREBRAS?", NULL, NULL, "cerebras", SB_ROUTE_ASKED },
  { "let me talk to cerebras and write a server", NULL, NULL, "cerebras", SB_ROUTE_ASKED },
  { "go back to devduck", NULL, "cerebras", "devduck", SB_ROUTE_ASKED },
  { "Thanks! Back to DevDuck.", NULL, "cerebras", "devduck", SB_ROUTE_ASKED },
  { "switch to local", NULL, "cerebras", "local", SB_ROUTE_ASKED },
  { "Let's switch back to the coordinator", NULL, "cerebras", "devduck", SB_ROUTE_ASKED },
  { "I do not want to talk to Cerebras", NULL, NULL, "devduck", SB_ROUTE_COORDINATOR },
  { "talk to local files", NULL, NULL, "devduck", SB_ROUTE_COORDINATOR },
  { "how do I make a client that can talk to cerebras", NULL, NULL, "devduck", SB_ROUTE_COORDINATOR },
  /* the rest */
  { "write hello.js", "cerebras", NULL, "cerebras", SB_ROUTE_CHOSEN },
  { "write hello.js", "cerebras", "local", "cerebras", SB_ROUTE_CHOSEN },
  { "write hello.js", "nobody", "local", "local", SB_ROUTE_STICKY },
  { "write hello.js", NULL, "cerebras", "cerebras", SB_ROUTE_STICKY },
  { "write hello.js", NULL, "gone", "devduck", SB_ROUTE_COORDINATOR },
  { "write hello.js", NULL, "devduck", "devduck", SB_ROUTE_COORDINATOR },
  { "", NULL, NULL, "devduck", SB_ROUTE_COORDINATOR },
};

static void
test_table (void)
{
  g_autoptr(SbAgentCatalog) agents = load ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(SbRoute) route = { NULL };

      sb_router_decide (agents, cases[i].text, cases[i].chosen, cases[i].active, &route);
      g_test_message ("“%s” → %s (%s) because %s", cases[i].text, sb_agent_get_id (route.agent),
                      sb_route_trigger_to_string (route.trigger), route.reason);
      g_assert_cmpstr (sb_agent_get_id (route.agent), ==, cases[i].agent);
      g_assert_cmpint (route.trigger, ==, cases[i].trigger);
    }
}

static void
test_reasons (void)
{
  g_autoptr(SbAgentCatalog) agents = load ();
  g_auto(SbRoute) asked = { NULL };
  g_auto(SbRoute) sticky = { NULL };

  sb_router_decide (agents, "@cerebras", NULL, NULL, &asked);
  g_assert_cmpstr (asked.reason, ==, "you asked for Cerebras");
  sb_router_decide (agents, "go on", NULL, "cerebras", &sticky);
  g_assert_cmpstr (sticky.reason, ==, "still talking to Cerebras");
}

/* A pasted file that happens to name an agent is no request for it. */
static void
test_long (void)
{
  g_autoptr(SbAgentCatalog) agents = load ();
  g_autofree char *filler = g_strnfill (1000, 'x');
  g_autofree char *text = g_strconcat (filler, " @cerebras", NULL);
  g_auto(SbRoute) route = { NULL };

  sb_router_decide (agents, text, NULL, NULL, &route);
  g_assert_cmpint (route.trigger, ==, SB_ROUTE_COORDINATOR);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/router/table", test_table);
  g_test_add_func ("/router/reasons", test_reasons);
  g_test_add_func ("/router/long", test_long);

  return g_test_run ();
}
