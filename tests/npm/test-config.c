/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-npm-config.h"

static void
test_defaults (void)
{
  g_autoptr(SbNpmConfig) config = sb_npm_config_new ();

  g_assert_cmpstr (sb_npm_config_get_registry (config, "express"), ==, "https://registry.npmjs.org/");
  g_assert_null (sb_npm_config_dup_authorization (config, "https://registry.npmjs.org/express"));
}

static void
test_file (void)
{
  g_autoptr(SbNpmConfig) config = sb_npm_config_new ();
  g_autofree char *token = NULL;
  g_autofree char *basic = NULL;
  g_autofree char *other = NULL;
  g_autofree char *near_miss = NULL;

  g_setenv ("SB_TEST_NPM_TOKEN", "s3cret", TRUE);
  sb_npm_config_add_file (config,
                          "; a comment\n"
                          "# another\n"
                          "registry = \"https://one.example/npm/\"\r\n"
                          "@ours:registry=https://two.example\n"
                          "//one.example/npm/:_authToken=${SB_TEST_NPM_TOKEN}\n"
                          "//two.example/:_auth=dXNlcjpwYXNz\n"
                          "nonsense\n"
                          "=\n");
  sb_npm_config_add_file (config, "registry=https://later.example/\n");

  g_assert_cmpstr (sb_npm_config_get_registry (config, "express"), ==, "https://one.example/npm/");
  g_assert_cmpstr (sb_npm_config_get_registry (config, "@theirs/thing"), ==, "https://one.example/npm/");
  g_assert_cmpstr (sb_npm_config_get_registry (config, "@ours/thing"), ==, "https://two.example");

  token = sb_npm_config_dup_authorization (config, "https://one.example/npm/express");
  basic = sb_npm_config_dup_authorization (config, "https://two.example/@ours%2fthing");
  other = sb_npm_config_dup_authorization (config, "https://one.example/other");
  near_miss = sb_npm_config_dup_authorization (config, "https://one.example.evil/npm/express");
  g_assert_cmpstr (token, ==, "Bearer s3cret");
  g_assert_cmpstr (basic, ==, "Basic dXNlcjpwYXNz");
  g_assert_null (other);
  g_assert_null (near_miss);
}

static void
test_no_address (void)
{
  g_autoptr(SbNpmConfig) config = sb_npm_config_new ();

  sb_npm_config_add_file (config, "registry=file:///etc\n@ours:registry=nowhere\n");
  g_assert_cmpstr (sb_npm_config_get_registry (config, "@ours/thing"), ==, "https://registry.npmjs.org/");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/npm/config/defaults", test_defaults);
  g_test_add_func ("/npm/config/file", test_file);
  g_test_add_func ("/npm/config/no-address", test_no_address);

  return g_test_run ();
}
