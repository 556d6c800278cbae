/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-npm-packument.h"

#define OURS "http://127.0.0.1:4873"
#define JULY 1751328000 /* 2025-07-01 */

static const char document[] =
  "{\"name\":\"@a/pad\",\"readme\":\"long\","
  "\"dist-tags\":{\"latest\":\"3.0.0\",\"old\":\"1.0.0\",\"next\":\"4.0.0-beta.1\"},"
  "\"time\":{\"created\":\"2024-01-01T00:00:00.000Z\",\"1.0.0\":\"2024-01-01T00:00:00.000Z\","
  "\"2.0.0\":\"2025-01-01T00:00:00.000Z\",\"2.1.0-rc.1\":\"2025-06-01T00:00:00.000Z\","
  "\"3.0.0\":\"2025-08-01T00:00:00.000Z\"},"
  "\"versions\":{"
  "\"1.0.0\":{\"name\":\"@a/pad\",\"version\":\"1.0.0\",\"scripts\":{\"postinstall\":\"sh evil\"},"
  "\"dist\":{\"shasum\":\"aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d\","
  "\"tarball\":\"https://r.example/@a/pad/-/pad-1.0.0.tgz\"}},"
  "\"2.0.0\":{\"name\":\"@a/pad\",\"version\":\"2.0.0\",\"dependencies\":{\"left\":\"^1\",\"../evil\":\"1\"},"
  "\"optionalDependencies\":{\"@b/right\":\"*\"},"
  "\"dist\":{\"integrity\":\"sha512-AAAA\",\"tarball\":\"https://r.example/@a/pad/-/pad-2.0.0.tgz\"}},"
  "\"2.1.0-rc.1\":{\"name\":\"@a/pad\",\"version\":\"2.1.0-rc.1\","
  "\"dist\":{\"integrity\":\"sha512-BBBB\",\"tarball\":\"https://r.example/x.tgz\"}},"
  "\"3.0.0\":{\"name\":\"@a/pad\",\"version\":\"3.0.0\",\"dependencies\":{\"typo\":\"*\"},"
  "\"dist\":{\"integrity\":\"sha512-CCCC\",\"tarball\":\"https://r.example/y.tgz\"}},"
  "\"3.0.1\":{\"name\":\"@a/pad\",\"version\":\"3.0.1\","
  "\"dist\":{\"integrity\":\"sha512-D\",\"tarball\":\"https://r.example/z.tgz\"}},"
  "\"0.1.0\":{\"name\":\"@a/pad\",\"version\":\"0.1.0\",\"dist\":{\"tarball\":\"https://r.example/unsigned.tgz\"}},"
  "\"0.0.1\":\"nonsense\"}}";

static SbNpmPackument *
make (const char  *text,
      gint64       newest,
      GError     **error)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  return sb_npm_packument_new (bytes, "@a/pad", OURS, newest, error);
}

static JsonObject *
parse (GBytes *bytes)
{
  g_autoptr(GError) error = NULL;
  JsonObject *object = sb_json_parse_object (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);

  g_assert_no_error (error);

  return object;
}

static void
test_rewrite (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbNpmPackument) packument = make (document, 0, &error);
  g_autoptr(JsonObject) out = NULL;
  JsonObject *versions;
  JsonObject *one;
  const SbNpmTarball *tarball;

  g_assert_no_error (error);
  out = parse (packument->json);
  versions = sb_json_get_object (out, "versions");
  one = sb_json_get_object (versions, "1.0.0");

  g_assert_false (json_object_has_member (out, "readme"));
  g_assert_false (json_object_has_member (one, "scripts"));
  g_assert_cmpstr (sb_json_get_string (sb_json_get_object (one, "dist"), "tarball"), ==,
                   OURS "/@a/pad/-/pad-1.0.0.tgz");
  g_assert_cmpstr (sb_json_get_string (sb_json_get_object (one, "dist"), "integrity"), ==,
                   "sha1-qvTGHdzF6KLavt4PO0gs2a6pQ00=");

  /* Without a digest nobody knows what it is. */
  g_assert_false (json_object_has_member (versions, "0.1.0"));
  g_assert_false (json_object_has_member (versions, "0.0.1"));

  tarball = sb_npm_packument_lookup (packument, "pad-2.1.0-rc.1.tgz");
  g_assert_nonnull (tarball);
  g_assert_cmpstr (tarball->url, ==, "https://r.example/x.tgz");
  g_assert_cmpstr (tarball->integrity, ==, "sha512-BBBB");
  g_assert_null (sb_npm_packument_lookup (packument, "pad-0.1.0.tgz"));

  g_assert_true (g_hash_table_contains (packument->dependencies, "left"));
  g_assert_true (g_hash_table_contains (packument->dependencies, "@b/right"));
  g_assert_false (g_hash_table_contains (packument->dependencies, "../evil"));
}

static void
test_age (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbNpmPackument) packument = make (document, JULY, &error);
  g_autoptr(JsonObject) out = NULL;
  JsonObject *tags;

  g_assert_no_error (error);
  out = parse (packument->json);
  tags = sb_json_get_object (out, "dist-tags");

  /* 3.0.0 is too young, and of 3.0.1 and 0.1.0 nobody knows; a pre-release never becomes the latest. */
  g_assert_cmpuint (packument->n_young, ==, 3);
  g_assert_cmpstr (sb_json_get_string (tags, "latest"), ==, "2.0.0");
  g_assert_cmpstr (sb_json_get_string (tags, "old"), ==, "1.0.0");
  g_assert_null (sb_json_get_string (tags, "next"));
  g_assert_null (sb_npm_packument_lookup (packument, "pad-3.0.0.tgz"));
  g_assert_false (g_hash_table_contains (packument->dependencies, "typo"));
}

static void
test_version (void)
{
  g_autoptr(SbNpmPackument) packument = make (document, 0, NULL);
  g_autoptr(GBytes) tagged = sb_npm_packument_dup_version (packument, "old");
  g_autoptr(GBytes) missing = sb_npm_packument_dup_version (packument, "9.9.9");
  g_autoptr(JsonObject) object = parse (tagged);

  g_assert_cmpstr (sb_json_get_string (object, "version"), ==, "1.0.0");
  g_assert_null (missing);
}

static void
test_wrong (void)
{
  static const char * const texts[] = {
    "", "[]", "null", "<html>", "{}", "{\"name\":\"@a/pad\"}", "{\"name\":\"other\",\"versions\":{}}",
    "{\"name\":\"@a/pad\",\"versions\":[]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (make (texts[i], 0, &error));
      g_assert_error (error, SB_NPM_ERROR, SB_NPM_ERROR_REGISTRY);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/npm/packument/rewrite", test_rewrite);
  g_test_add_func ("/npm/packument/age", test_age);
  g_test_add_func ("/npm/packument/version", test_version);
  g_test_add_func ("/npm/packument/wrong", test_wrong);

  return g_test_run ();
}
