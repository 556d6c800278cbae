/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-lint.h"
#include "sb-catalog-rewrite.h"

#include "sb-test.h"

#include <string.h>

static const SbRewriteInput input = { "node-code-sandbox", "http://172.17.0.1:4000/mcp", "sandbar.token" };

/* The demo's catalog, which that gateway does not run, becomes one that it does. */
static void
test_demo (void)
{
  g_autoptr(GBytes) bytes = sb_test_load_data ("catalog/cases/demo.yaml");
  g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) changes = NULL;
  g_autofree char *rewritten = sb_catalog_rewrite (text, &input, &changes, &error);
  g_autoptr(SbCatalog) catalog = NULL;
  const SbCatalogFields *fields;
  SbCatalogServer *server;

  g_assert_no_error (error);
  catalog = sb_catalog_new_from_data (rewritten, -1, &error);
  g_assert_no_error (error);
  server = sb_catalog_lookup (catalog, "node-code-sandbox");
  fields = sb_catalog_server_get_fields (server);
  g_assert_cmpint (sb_catalog_server_get_kind (server), ==, SB_SERVER_KIND_REMOTE);
  g_assert_cmpstr (fields->url, ==, input.sandbox_url);
  g_assert_cmpstr (fields->tools[0], ==, "initSandbox");
  g_assert_cmpstr (((SbCatalogPair *) g_ptr_array_index (fields->headers, 0))->value, ==,
                   "Bearer ${SANDBAR_SANDBOX_TOKEN}");
  g_assert_cmpstr (((SbCatalogPair *) g_ptr_array_index (fields->secrets, 0))->name, ==, "sandbar.token");
  g_assert_null (strstr (rewritten, "docker.sock"));
  g_assert_nonnull (strstr (rewritten, "      - name: MCP_TRANSPORT\n        value: stdio\n"));
  g_assert_cmpuint (g_strv_length (changes), >=, 3);
  g_assert_nonnull (strstr (changes[g_strv_length (changes) - 1], "own sandbox server"));
}

static void
test_local (void)
{
  const char *text = "registry:\n  a:\n    x-sandbar: {command: [npx]}\n  b: # stays\n    image: i\n";
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) changes = NULL;
  g_autofree char *rewritten = sb_catalog_rewrite (text, &input, &changes, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (rewritten, ==, "registry:\n  b: # stays\n    image: i\n");
  g_assert_cmpuint (g_strv_length (changes), ==, 1);
}

static void
test_unreadable (void)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) changes = NULL;

  g_assert_null (sb_catalog_rewrite ("registry: [", &input, &changes, &error));
  g_assert_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_SYNTAX);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/rewrite/demo", test_demo);
  g_test_add_func ("/rewrite/local", test_local);
  g_test_add_func ("/rewrite/unreadable", test_unreadable);

  return g_test_run ();
}
