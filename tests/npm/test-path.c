/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-npm-integrity.h"
#include "sb-npm-path.h"

static void
test_path (void)
{
  static const struct
  {
    const char    *target;
    SbNpmPathKind  kind;
    const char    *name;
    const char    *rest;
  } cases[] = {
    { "/-/ping", SB_NPM_PATH_PING, NULL, NULL },
    { "/express", SB_NPM_PATH_PACKAGE, "express", NULL },
    { "/JSONStream", SB_NPM_PATH_PACKAGE, "JSONStream", NULL },
    { "/@types%2fnode", SB_NPM_PATH_PACKAGE, "@types/node", NULL },
    { "/@types%2Fnode", SB_NPM_PATH_PACKAGE, "@types/node", NULL },
    { "/@types/node", SB_NPM_PATH_PACKAGE, "@types/node", NULL },
    { "/express/latest", SB_NPM_PATH_VERSION, "express", "latest" },
    { "/express/4.18.2-rc.1+build", SB_NPM_PATH_VERSION, "express", "4.18.2-rc.1+build" },
    { "/express/-/express-4.18.2.tgz", SB_NPM_PATH_TARBALL, "express", "express-4.18.2.tgz" },
    { "/@types/node/-/node-20.0.0.tgz", SB_NPM_PATH_TARBALL, "@types/node", "node-20.0.0.tgz" },
    { "/@types%2fnode/-/node-20.0.0.tgz", SB_NPM_PATH_TARBALL, "@types/node", "node-20.0.0.tgz" },

    /* No way out for anything else */
    { "", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "express", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/-/v1/search", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/-/npm/v1/security/advisories/bulk", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/-/user/org.couchdb.user:me", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/express/-/other-1.0.0.tgz", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/express/-/express-1.0.0.zip", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/express/-/../../secret-1.0.0.tgz", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/express/-/", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/express/-", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/express/", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "//express", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/../etc/passwd", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/.hidden", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/_all_docs", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/ex%70ress", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/express%00", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/@/x", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/@scope", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/@scope/", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/a b", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "/express/1.0.0/2.0.0", SB_NPM_PATH_REFUSED, NULL, NULL },
    { "http://elsewhere/express", SB_NPM_PATH_REFUSED, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbNpmPath) path = sb_npm_path_parse (cases[i].target);

      g_test_message ("%s", cases[i].target);
      g_assert_cmpint (path->kind, ==, cases[i].kind);
      g_assert_cmpstr (path->name, ==, cases[i].name);
      g_assert_cmpstr (path->rest, ==, cases[i].rest);
    }
}

static void
test_long (void)
{
  g_autofree char *word = g_strnfill (214, 'a');
  g_autofree char *fits = g_strconcat ("/", word, NULL);
  g_autofree char *too_long = g_strconcat ("/a", word, NULL);
  g_autofree char *flood = g_strnfill (100000, '/');
  g_autoptr(SbNpmPath) one = sb_npm_path_parse (fits);
  g_autoptr(SbNpmPath) two = sb_npm_path_parse (too_long);
  g_autoptr(SbNpmPath) three = sb_npm_path_parse (flood);

  g_assert_cmpint (one->kind, ==, SB_NPM_PATH_PACKAGE);
  g_assert_cmpint (two->kind, ==, SB_NPM_PATH_REFUSED);
  g_assert_cmpint (three->kind, ==, SB_NPM_PATH_REFUSED);
}

static void
test_to_path (void)
{
  g_autofree char *plain = sb_npm_name_to_path ("express");
  g_autofree char *scoped = sb_npm_name_to_path ("@types/node");

  g_assert_cmpstr (plain, ==, "express");
  g_assert_cmpstr (scoped, ==, "@types%2fnode");
}

static void
test_integrity (void)
{
  g_autoptr(GBytes) hello = g_bytes_new_static ("hello", 5);
  static const char sha1[] = "sha1-qvTGHdzF6KLavt4PO0gs2a6pQ00=";
  static const char sha512[] =
    "sha512-m3HSJL1i83hdltRq0+o9czGb+8KJDKra4t/3JRlnPKcjI8PZm6XBHXx6zG4UuMXaDEZjR1wuXDre9G9zvN7AQw==";
  g_autofree char *both = g_strconcat (sha1, " ", sha512, NULL);
  g_autofree char *weak_right = g_strconcat (sha1, " sha512-AAAA", NULL);

  g_assert_true (sb_npm_integrity_check (sha1, hello));
  g_assert_true (sb_npm_integrity_check (sha512, hello));
  g_assert_true (sb_npm_integrity_check (both, hello));

  /* The strongest counts, or the weakest could be forged. */
  g_assert_false (sb_npm_integrity_check (weak_right, hello));
  g_assert_false (sb_npm_integrity_check ("sha512-", hello));
  g_assert_false (sb_npm_integrity_check ("md5-XUFAKrxLKna5cZ2REBfFkg==", hello));
  g_assert_false (sb_npm_integrity_check ("", hello));
  g_assert_false (sb_npm_integrity_check (NULL, hello));
  g_assert_false (sb_npm_integrity_is_known ("md5-XUFAKrxLKna5cZ2REBfFkg=="));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/npm/path/table", test_path);
  g_test_add_func ("/npm/path/long", test_long);
  g_test_add_func ("/npm/path/to-path", test_to_path);
  g_test_add_func ("/npm/integrity", test_integrity);

  return g_test_run ();
}
