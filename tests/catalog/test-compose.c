/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-compose-export.h"

#include <string.h>

static const char text[] =
  "registry:\n"
  "  a:\n    image: x\n    secrets:\n      - {name: a.key, env: KEY}\n      - {name: a.lines, env: LINES}\n"
  "  off:\n    image: y\n    secrets:\n      - {name: off.key, env: OFF}\n";

static char *
make_env (GHashTable *secrets,
          const char *token)
{
  static const char * const servers[] = { "a", "gone", NULL };
  const SbComposeInput input = { .gateway_image = "x", .catalog_file = "y", .servers = servers };
  g_autoptr(SbCatalog) catalog = sb_catalog_new_from_data (text, -1, NULL);

  return sb_compose_export_env (&input, catalog, secrets, token);
}

static void
test_names (void)
{
  g_autofree char *env = make_env (NULL, NULL);

  g_assert_nonnull (strstr (env, "\nMCP_GATEWAY_AUTH_TOKEN=\"\"\n"));
  g_assert_nonnull (strstr (env, "\nSANDBAR_MCP_SECRETS=\"a.key=\\na.lines=\\n\"\n"));
  g_assert_null (strstr (env, "off.key"));
}

/* What Compose would read as something else is escaped; what the gateway could not read is left out. */
static void
test_secrets (void)
{
  g_autoptr(GHashTable) secrets = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree char *env = NULL;

  g_hash_table_insert (secrets, (char *) "a.key", (char *) "q\"$HOME\\");
  g_hash_table_insert (secrets, (char *) "a.lines", (char *) "one\ntwo");
  g_hash_table_insert (secrets, (char *) "off.key", (char *) "not-this");
  env = make_env (secrets, "to$ken");
  g_assert_nonnull (strstr (env, "\nMCP_GATEWAY_AUTH_TOKEN=\"to\\$ken\"\n"));
  g_assert_nonnull (strstr (env, "\nSANDBAR_MCP_SECRETS=\"a.key=q\\\"\\$HOME\\\\\\n\"\n"));
  g_assert_null (strstr (env, "two"));
  g_assert_null (strstr (env, "not-this"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/compose/names", test_names);
  g_test_add_func ("/compose/secrets", test_secrets);

  return g_test_run ();
}
