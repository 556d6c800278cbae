/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-export.h"
#include "sb-catalog-import.h"

#include <string.h>

/* "name=value;" for each secret, then a line for each note. */
static char *
print_rest (SbCatalogImport *import)
{
  g_autoptr(GString) out = g_string_new (NULL);

  for (guint i = 0; i < import->secrets->len; i++)
    {
      SbCatalogPair *pair = g_ptr_array_index (import->secrets, i);

      g_string_append_printf (out, "%s=%s;", pair->name, pair->value);
    }
  for (guint i = 0; i < import->notes->len; i++)
    g_string_append_printf (out, "\n%s", (char *) g_ptr_array_index (import->notes, i));

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static void
test_forms (void)
{
  static const struct
  {
    const char *json;
    const char *entries;
    const char *rest;
  } cases[] = {
    { "{\"mcpServers\":{\"fs\":{\"command\":\"npx\",\"args\":[\"-y\",\"server-filesystem\",\"/srv\"],"
      "\"env\":{\"DEBUG\":\"1\",\"API_KEY\":\"abc\"}}}}",
      "  fs:\n    x-sandbar:\n      command:\n        - npx\n        - \"-y\"\n        - server-filesystem\n"
      "        - /srv\n    env:\n      - name: DEBUG\n        value: \"1\"\n"
      "    secrets:\n      - name: fs.api_key\n        env: API_KEY\n",
      "fs.api_key=abc;" },
    { "{ // VS Code\n\"servers\": {\"my git\": {\"type\": \"sse\", \"url\": \"https://x.test/a\", /* b */ \"headers\": "
      "{\"Authorization\": \"Bearer ${input:token}\", \"X\": \"w\"},},}, \"inputs\": [], }",
      "  my-git:\n    type: remote\n    remote:\n      url: https://x.test/a\n      transport_type: sse\n"
      "      headers:\n        Authorization: \"Bearer ${MY_GIT_AUTHORIZATION}\"\n        X: w\n"
      "    secrets:\n      - name: my-git.my_git_authorization\n        env: MY_GIT_AUTHORIZATION\n",
      "my-git.my_git_authorization=;" },
    { "{\"context_servers\":{\"z\":{\"command\":{\"path\":\"uvx\",\"args\":[\"t\"],\"env\":{}}}}}",
      "  z:\n    x-sandbar:\n      command:\n        - uvx\n        - t\n", "" },
    { "{\"mcp\":{\"servers\":{\"u\":{\"url\":\"https://x.test/mcp\"}}}}",
      "  u:\n    type: remote\n    remote:\n      url: https://x.test/mcp\n      transport_type: streamable-http\n",
      "" },
    { "{\"mcpServers\":{\"d\":{\"command\":\"/usr/bin/docker\",\"args\":["
      "\"run\",\"-i\",\"--rm\",\"-e\",\"TOKEN\","
      "\"-eMODE=z\",\"--mount\",\"type=bind,src=/srv,dst=/d,readonly\",\"-v\",\"data:/v\",\"--network=none\","
      "\"-m\",\"1g\",\"--cpus\",\"0.5\",\"-p\",\"80:80\",\"a/b:1\",\"serve\",\"--token\","
      "\"xyz\"],\"env\":{\"TOKEN\":\"t0\"}}}}",
      "  d:\n    volumes:\n      - /srv:/d:ro\n      - data:/v\n    disableNetwork: true\n    x-sandbar:\n"
      "      limits:\n        memory: \"1g\"\n        cpus: 0.5\n    image: a/b:1\n    longLived: true\n"
      "    command:\n      - serve\n      - \"--token\"\n    env:\n      - name: MODE\n        value: z\n"
      "    secrets:\n      - name: d.token\n        env: TOKEN\n",
      "d.token=t0;\nd: The option --publish of docker run was left out: a catalog has nothing like it."
      "\nd: An argument that holds a secret was left out; give it to the server in a variable." },
    { "{\"mcpServers\":{\"e\":{}}}", "", "\ne: It has no command and no address, and was left out." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(SbCatalogImport) import = sb_catalog_import_json (cases[i].json, -1, &error);
      g_autofree char *text = NULL;
      g_autofree char *rest = NULL;
      g_autofree char *expected = g_strconcat ("# mine\nregistry:\n  old:\n    image: i\n", cases[i].entries, NULL);

      g_assert_no_error (error);
      text = sb_catalog_import_apply (import, "# mine\nregistry:\n  old:\n    image: i\n", &error);
      g_assert_no_error (error);
      g_assert_cmpstr (text, ==, expected);
      rest = print_rest (import);
      g_assert_cmpstr (rest, ==, cases[i].rest);
    }
}

/* What goes out in each form comes in again as it was, but for what the form cannot say. */
static void
test_round_trip (void)
{
  const char *yaml = "registry:\n"
                     "  d:\n    image: i\n    longLived: true\n    command:\n      - a\n    env:\n"
                     "      - name: M\n        value: w\n    secrets:\n      - name: d.token\n        env: TOKEN\n"
                     "  l:\n    x-sandbar:\n      command:\n        - npx\n        - t\n"
                     "  r:\n    type: remote\n    remote:\n      url: https://x.test/sse\n      transport_type: sse\n"
                     "      headers:\n        Authorization: \"Bearer ${R_AUTHORIZATION}\"\n"
                     "    secrets:\n      - name: r.r_authorization\n        env: R_AUTHORIZATION\n";
  g_autoptr(SbCatalog) catalog = sb_catalog_new_from_data (yaml, -1, NULL);
  g_autofree char *env = sb_catalog_export_env (catalog);

  g_assert_cmpstr (env, ==, "# d.token\nTOKEN=\n# r.r_authorization\nR_AUTHORIZATION=\n");
  for (guint form = SB_EXPORT_MCP_SERVERS; form <= SB_EXPORT_CONTEXT_SERVERS; form++)
    {
      g_autofree char *json = sb_catalog_export_json (catalog, form);
      g_autoptr(GError) error = NULL;
      g_autoptr(SbCatalogImport) import = sb_catalog_import_json (json, -1, &error);
      g_autofree char *again = NULL;
      g_autofree char *rest = NULL;

      g_test_message ("%s", json);
      g_assert_no_error (error);
      again = sb_catalog_import_apply (import, "registry:\n", &error);
      g_assert_no_error (error);
      g_assert_cmpstr (again, ==, yaml);
      rest = print_rest (import);
      g_assert_cmpstr (rest, ==, "d.token=;r.r_authorization=;");
    }
}

static void
test_refused (void)
{
  static const char * const cases[] = { "", "[]", "{}", "{\"mcpServers\":[]}", "{\"mcpServers\":{", "/*", "//", "\"" };
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalogImport) taken = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_null (sb_catalog_import_json (cases[i], -1, &error));
      g_assert_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_IMPORT);
      g_clear_error (&error);
    }

  taken = sb_catalog_import_json ("{\"servers\":{\"a\":{\"command\":\"x\"}}}", -1, NULL);
  g_assert_null (sb_catalog_import_apply (taken, "registry:\n  a:\n    image: i\n", &error));
  g_assert_error (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_IMPORT);
}

static void
test_env (void)
{
  g_autoptr(SbCatalog) catalog =
    sb_catalog_new_from_data ("registry:\n  a: {image: i, secrets: [{name: a.key, env: KEY}]}\n", -1, NULL);
  const char *text = "KEY=\"s 1\"\nOTHER=2\n";
  g_autoptr(SbCatalogImport) import = sb_catalog_import_env (catalog, text, strlen (text));
  g_autofree char *rest = print_rest (import);

  g_assert_cmpstr (rest, ==, "a.key=s 1;");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/import/forms", test_forms);
  g_test_add_func ("/import/round-trip", test_round_trip);
  g_test_add_func ("/import/refused", test_refused);
  g_test_add_func ("/import/env", test_env);

  return g_test_run ();
}
