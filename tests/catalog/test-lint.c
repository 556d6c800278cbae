/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-lint.h"

#include "sb-test.h"

#include <string.h>

#define PIN "@sha256:1174e6a29634a83b2be93ac1fefabf63265f498c02c72201fe3464e687dd8836"
#define IMAGE "{image: a/b" PIN
#define CONFIG ", config: [{name: s, properties: {port: {type: integer}, level: {type: string, default: info}}}]}"

/* The problem with that code, or NULL. */
static SbCatalogProblem *
find (GListModel *problems,
      const char *code)
{
  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(SbCatalogProblem) problem = g_list_model_get_item (problems, i);

      if (strcmp (sb_catalog_problem_get_code (problem), code) == 0)
        return g_steal_pointer (&problem);
    }

  return NULL;
}

/* An entry of one server "s", unless it begins with "=": then the whole file. */
static char *
make_text (const char *entry)
{
  return entry[0] == '=' ? g_strdup (entry + 1) : g_strdup_printf ("registry:\n  s: %s\n", entry);
}

static void
check_case (const char *code,
            const char *bad,
            const char *good,
            gboolean    has_fix)
{
  g_autofree char *bad_text = make_text (bad);
  g_autofree char *good_text = make_text (good);
  g_autoptr(GListModel) problems = sb_catalog_lint (bad_text, NULL);
  g_autoptr(GListModel) none = sb_catalog_lint (good_text, NULL);
  g_autoptr(GListModel) after = NULL;
  g_autoptr(SbCatalogProblem) problem = find (problems, code);
  g_autoptr(SbCatalogProblem) wrong = find (none, code);
  g_autoptr(SbCatalogProblem) left = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *fixed = NULL;

  g_test_message ("%s: %s", code, bad);
  g_assert_nonnull (problem);
  g_test_message ("line %u: %s", sb_catalog_problem_get_line (problem), sb_catalog_problem_get_message (problem));
  g_assert_cmpuint (sb_catalog_problem_get_line (problem), >, 0);
  g_assert_null (wrong);
  g_assert_true ((sb_catalog_problem_get_fix (problem) != NULL) == has_fix);
  if (!has_fix)
    return;

  fixed = sb_catalog_problem_apply (problem, bad_text, &error);
  g_assert_no_error (error);
  g_test_message ("%s: %s", sb_catalog_problem_get_fix (problem), fixed);
  after = sb_catalog_lint (fixed, NULL);
  left = find (after, code);
  g_assert_null (left);
}

static void
test_codes (void)
{
  static const struct
  {
    const char *code;
    const char *bad;
    const char *good;
    gboolean    has_fix;
  } cases[] = {
    { "syntax", "=registry: [\n", "=registry: {}\n", FALSE },
    { "syntax", "=a: &x 1\nregistry: *x\n", "=registry: {}\n", FALSE },
    { "no-catalog", "=- a\n", "=registry: {}\n", FALSE },
    { "no-registry", "=name: x\n", "=name: x\nregistry:\n", TRUE },
    { "misspelt-key", IMAGE ", extra_hosts: ['a:b']}", IMAGE ", extraHosts: ['a:b']}", TRUE },
    { "misspelt-key", "=servers:\n  s: " IMAGE "}\n", "=registry:\n  s: " IMAGE "}\n", TRUE },
    { "misspelt-key", IMAGE ", longlived: true}", IMAGE ", longLived: true}", TRUE },
    { "misspelt-key", IMAGE ", volums: [a:/b]}", IMAGE ", volumes: [a:/b]}", TRUE },
    { "misspelt-key", IMAGE ", env: [{name: A, vlaue: x}]}", IMAGE ", env: [{name: A, value: x}]}", TRUE },
    { "unknown-key", IMAGE ", nonsense: 1}", IMAGE ", x-nonsense: 1}", TRUE },
    { "ignored-key", IMAGE ", dateAdded: x}", IMAGE "}", TRUE },
    { "ignored-right", IMAGE ", privileged: true}", IMAGE "}", TRUE },
    { "duplicate-key", "=registry:\n  s:\n    image: a\n    image: b\n", IMAGE "}", TRUE },
    { "duplicate-key", "=registry:\n  s:\n    image: a\n  s:\n    image: b\n", IMAGE "}", TRUE },
    { "wrong-type", IMAGE ", longLived: 'true'}", IMAGE ", longLived: true}", TRUE },
    { "wrong-type", IMAGE ", command: run}", IMAGE ", command: [run]}", TRUE },
    { "wrong-type", IMAGE ", metadata: {stars: '5'}}", IMAGE ", metadata: {stars: 5}}", TRUE },
    { "wrong-type", IMAGE ", env: {A: b}}", IMAGE ", env: [{name: A, value: b}]}", FALSE },
    { "wrong-type", "=registry: [a]\n", "=registry: {}\n", FALSE },
    { "wrong-type", "text", IMAGE "}", FALSE },
    { "nothing-to-start", "{type: server}", IMAGE "}", FALSE },
    { "unpinned", "{image: 'a/b:latest'}", IMAGE "}", FALSE },
    { "unpinned-mcp", "{image: mcp/context7}", "{image: mcp/context7" PIN "}", FALSE },
    { "unpinned-mcp", "{image: 'docker.io/mcp/x:1'}", "{image: a/mcp}", FALSE },
    { "bind-refused", IMAGE ", volumes: ['/var/run/docker.sock:/s', 'a:/b']}", IMAGE ", volumes: ['a:/b']}", TRUE },
    { "bind-refused", IMAGE ", volumes: ['/etc:/x:ro']}", IMAGE ", volumes: ['/etcetera:/x:ro']}", TRUE },
    { "bind-writable", IMAGE ", volumes: ['/tmp/a:/x:rw']}", IMAGE ", volumes: ['/tmp/a:/x:ro']}", TRUE },
    { "bind-asks", IMAGE ", volumes: ['/srv/a b:/x:ro']}", IMAGE ", volumes: ['data:/x']}", TRUE },
    { "bad-volume", IMAGE ", volumes: ['a:b:c:d']}", IMAGE ", volumes: ['{{s.x|volume}}']}", TRUE },
    { "secret-without-env", IMAGE ", secrets: [{name: s.key}]}", IMAGE ", secrets: [{name: s.key, env: K}]}", TRUE },
    { "secret-without-name", IMAGE ", secrets: [{env: K}]}", IMAGE ", secrets: [{name: s.key, env: K}]}", TRUE },
    { "empty-env", IMAGE ", env: [{name: A, value: ''}]}", IMAGE ", env: [{name: A, value: b}]}", TRUE },
    { "no-transport", "{remote: {url: 'https://x/sse'}}", "{sseEndpoint: 'https://x/sse'}", TRUE },
    { "bad-transport", "{remote: {url: 'https://x', transport_type: carrier}}",
      "{remote: {url: 'https://x', transport_type: streaming}}", TRUE },
    { "insecure-url", "{remote: {url: 'http://x', transport_type: sse}}",
      "{remote: {url: 'https://x', transport_type: sse}}", TRUE },
    { "insecure-url", "{sseEndpoint: 'http://x/sse'}", "{sseEndpoint: 'https://x/sse'}", TRUE },
    { "pointless-on-remote", "{remote: {url: 'https://x', transport_type: sse}, disableNetwork: true}",
      IMAGE ", disableNetwork: true}", TRUE },
    { "tool-parameters", "{tools: [{name: a, container: {image: x}}]}", IMAGE ", tools: [{name: a}]}", FALSE },
    { "hosts-not-blocked", IMAGE ", allowHosts: ['a:443']}", IMAGE "}", FALSE },
    { "hosts-without-network", IMAGE ", allowHosts: ['a:443'], disableNetwork: true}",
      IMAGE ", disableNetwork: true}", TRUE },
    { "blank-before-filter", IMAGE ", command: ['{{s.a| or:b}}']}", IMAGE ", command: ['{{s.a|or:b}}']}", TRUE },
    { "unknown-filter", IMAGE ", command: ['{{s.a|upper}}']}", IMAGE ", command: ['{{s.a | first}}']}", TRUE },
    { "foreign-template", IMAGE ", command: ['{{other.a}}']}", IMAGE ", command: ['{{s.a}}']}", FALSE },
    { "default-not-used", IMAGE ", command: ['-l{{s.level}}']" CONFIG, IMAGE ", command: ['-l{{s.level|or:x}}']" CONFIG,
      TRUE },
    { "default-not-used", IMAGE ", env: [{name: L, value: '{{s.level}}'}]" CONFIG, IMAGE CONFIG, TRUE },
    { "lone-scalar", IMAGE ", command: ['{{s.port}}']" CONFIG, IMAGE ", command: ['-p{{s.port}}']" CONFIG, FALSE },
    { "braces-dropped", IMAGE ", command: ['{\"a\": 1}']}", IMAGE ", command: ['{{s.a}}']}", FALSE },
    { "braces-dropped", IMAGE ", env: [{name: A, value: '{ {{s.a}} }'}]}", IMAGE ", env: [{name: A, value: '{}'}]}",
      FALSE },
    { "unknown-variable", IMAGE ", env: [{name: A, value: 'a$b'}]}",
      IMAGE ", env: [{name: A, value: '$B'}, {name: B, value: x}]}", FALSE },
    { "reserved-tool", IMAGE ", tools: [{name: mcp-find}]}", IMAGE ", prefix: p, tools: [{name: mcp-find}]}", TRUE },
    { "tool-collision", "=registry:\n  a: " IMAGE ", tools: [{name: t}]}\n  b: " IMAGE ", tools: [{name: t}]}\n",
      "=registry:\n  a: " IMAGE ", tools: [{name: t}]}\n  b: " IMAGE ", prefix: b, tools: [{name: t}]}\n", TRUE },
    { "bad-prefix", IMAGE ", prefix: 'a b'}", IMAGE ", prefix: a_b}", TRUE },
    { "long-tool-name", IMAGE ", tools: [{name: a234567890123456789012345678901234567890123456789012345678901234x}]}",
      IMAGE ", tools: [{name: a}]}", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_case (cases[i].code, cases[i].bad, cases[i].good, cases[i].has_fix);
}

static char *
list_codes (GListModel *problems)
{
  g_autoptr(GString) out = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(SbCatalogProblem) problem = g_list_model_get_item (problems, i);

      g_string_append_printf (out, "%u %s\n", sb_catalog_problem_get_line (problem),
                              sb_catalog_problem_get_code (problem));
    }

  return g_string_free (g_steal_pointer (&out), FALSE);
}

static char *
load (const char *path)
{
  g_autoptr(GBytes) bytes = sb_test_load_data (path);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* What is wrong with the demo's catalog, and that it can be fixed without losing what is right. */
static void
test_demo (void)
{
  g_autofree char *text = load ("catalog/cases/demo.yaml");
  g_autoptr(GListModel) problems = sb_catalog_lint (text, NULL);
  g_autofree char *codes = list_codes (problems);
  g_auto(GStrv) changes = NULL;
  g_autofree char *fixed = sb_catalog_lint_fix (text, &changes);
  g_autoptr(GListModel) left = sb_catalog_lint (fixed, NULL);
  g_autofree char *left_codes = list_codes (left);

  g_assert_cmpstr (codes, ==,
                   "10 ignored-key\n12 ignored-key\n19 ignored-key\n20 ignored-key\n"
                   "33 ignored-right\n35 ignored-key\n44 bind-refused\n45 misspelt-key\n");
  g_assert_cmpuint (g_strv_length (changes), ==, 3);
  g_assert_null (strstr (left_codes, "bind-refused"));
  g_assert_null (strstr (left_codes, "misspelt-key"));
  g_assert_nonnull (strstr (fixed, "    extraHosts:\n      - \"host.docker.internal:host-gateway\"\n"));
  g_assert_true (g_str_has_prefix (fixed, "# The shape of a catalog"));
}

static void
test_shipped (void)
{
  g_autofree char *text = load ("../catalog/mcp-gateway-catalog.yaml");
  g_autoptr(GListModel) problems = sb_catalog_lint (text, NULL);

  for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
    {
      g_autoptr(SbCatalogProblem) problem = g_list_model_get_item (problems, i);

      g_test_message ("%s", sb_catalog_problem_get_message (problem));
      g_assert_cmpstr (sb_catalog_problem_get_code (problem), ==, "unpinned");
      g_assert_cmpint (sb_catalog_problem_get_severity (problem), ==, SB_LINT_HINT);
    }
}

/* However long a name is, what is said of it is text: for each place where it could be cut. */
static void
test_long_names (void)
{
  for (guint length = 0; length < 4; length++)
    {
      g_autofree char *start = g_strnfill (length, 'a');
      g_autoptr(GString) text = g_string_new (start);
      g_autoptr(GListModel) problems = NULL;

      for (guint i = 0; i < 200; i++)
        g_string_append (text, "ü€");
      g_string_append (text, ": 1\n");
      problems = sb_catalog_lint (text->str, NULL);
      g_assert_cmpuint (g_list_model_get_n_items (problems), >, 0);
      for (guint i = 0; i < g_list_model_get_n_items (problems); i++)
        {
          g_autoptr(SbCatalogProblem) problem = g_list_model_get_item (problems, i);

          g_assert_true (g_utf8_validate (sb_catalog_problem_get_message (problem), -1, NULL));
        }
    }
}

static void
test_place (void)
{
  g_autofree char *inside = g_build_filename (g_get_home_dir (), ".docker/mcp/catalogs/a.yaml", NULL);
  g_autoptr(GListModel) outside = sb_catalog_lint ("registry: {}\n", "/srv/a.yaml");
  g_autoptr(GListModel) none = sb_catalog_lint ("registry: {}\n", inside);
  g_autofree char *codes = list_codes (outside);

  g_assert_cmpstr (codes, ==, "1 outside-folder\n");
  g_assert_cmpuint (g_list_model_get_n_items (none), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/lint/codes", test_codes);
  g_test_add_func ("/lint/demo", test_demo);
  g_test_add_func ("/lint/shipped", test_shipped);
  g_test_add_func ("/lint/place", test_place);
  g_test_add_func ("/lint/long-names", test_long_names);

  return g_test_run ();
}
