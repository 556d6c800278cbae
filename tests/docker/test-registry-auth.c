/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-registry-auth.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sb-json.h"
#include "sb-test.h"

#define HUB "https://index.docker.io/v1/"

static char *
decode (const char *header)
{
  g_autofree char *text = g_strdup (header);
  gsize length = 0;

  for (char *c = text; *c != '\0'; c++)
    *c = *c == '-' ? '+' : *c == '_' ? '/' : *c;

  return (char *) g_base64_decode (text, &length);
}

static void
assert_auth (const char *header,
             const char *expected)
{
  g_autofree char *text = header != NULL ? decode (header) : NULL;

  if (expected == NULL)
    g_assert_null (header);
  else
    g_assert_cmpmem (text, strlen (expected), expected, strlen (expected));
}

static void
test_server (void)
{
  static const struct { const char *image; const char *server; } rows[] = {
    { "alpine", HUB }, { "me/x:1", HUB }, { "docker.io/library/alpine", HUB }, { "host:5000/x", "host:5000" },
    { "ghcr.io/a/b@sha256:0", "ghcr.io" }, { "localhost/x", "localhost" }, { "a.b", HUB },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *server = sb_registry_auth_dup_server (rows[i].image);

      g_assert_cmpstr (server, ==, rows[i].server);
    }
}

static void
test_config (void)
{
  /* me:pa:ss, then what is not of that kind */
  static const struct { const char *config; const char *server; const char *expected; } rows[] = {
    { "{\"auths\":{\"h:1\":{\"auth\":\"bWU6cGE6c3M=\"}}}", "h:1",
      "{\"username\":\"me\",\"password\":\"pa:ss\",\"serveraddress\":\"h:1\"}" },
    { "{\"auths\":{\"https://h:1\":{\"auth\":\"bWU6cGE6c3M=\"}}}", "h:1",
      "{\"username\":\"me\",\"password\":\"pa:ss\",\"serveraddress\":\"h:1\"}" },
    { "{\"auths\":{\"h:1\":{\"identitytoken\":\"t\",\"auth\":\"bWU6cGE6c3M=\"}}}", "h:1",
      "{\"identitytoken\":\"t\",\"serveraddress\":\"h:1\"}" },
    { "{\"auths\":{\"h:1\":{\"auth\":\"bWU6cGE6c3M=\"}}}", "h:2", NULL },
    { "{\"auths\":{\"h:1\":{\"auth\":\"bWU=\"}}}", "h:1", NULL },
    { "{\"auths\":{\"h:1\":{\"auth\":\"%%%\"}}}", "h:1", NULL },
    { "{\"auths\":{\"h:1\":{\"auth\":\"/zr/\"}}}", "h:1", NULL },
    { "{\"auths\":{\"h:1\":{}}}", "h:1", NULL },
    { "{\"auths\":{\"h:1\":7}}", "h:1", NULL },
    { "{\"auths\":[]}", "h:1", NULL },
    { "{}", "h:1", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(JsonObject) config = sb_json_parse_object (rows[i].config, -1, NULL);
      g_autofree char *header = sb_registry_auth_from_config (config, rows[i].server);

      assert_auth (header, rows[i].expected);
    }
}

static void
test_helper_name (void)
{
  static const struct { const char *config; const char *helper; } rows[] = {
    { "{\"credsStore\":\"pass\"}", "docker-credential-pass" },
    { "{\"credsStore\":\"pass\",\"credHelpers\":{\"h:1\":\"ecr-login\"}}", "docker-credential-ecr-login" },
    { "{\"credsStore\":\"../../bin/sh\"}", NULL },
    { "{\"credsStore\":\"\"}", NULL },
    { "{}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(JsonObject) config = sb_json_parse_object (rows[i].config, -1, NULL);
      g_autofree char *helper = sb_registry_auth_dup_helper (config, "h:1");

      g_assert_cmpstr (helper, ==, rows[i].helper);
    }
}

static char *
find (const char *image)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  char *header = NULL;

  sb_registry_auth_find_async (image, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  header = sb_registry_auth_find_finish (result, &error);
  g_assert_no_error (error);

  return header;
}

/* The registry comes on the helper's standard input, not in its arguments. */
static void
test_helper (void)
{
  static const char script[] =
    "#!/bin/sh\n[ \"$*\" = get ] || exit 1\nread -r server\n"
    "[ \"$server\" = h:1 ] || { echo credentials not found in native keychain; exit 1; }\n"
    "echo '{\"ServerURL\":\"h:1\",\"Username\":\"<token>\",\"Secret\":\"s3\"}'\n";
  g_autofree char *folder = sb_test_make_dir ();
  g_autofree char *program = g_build_filename (folder, "docker-credential-test", NULL);
  g_autofree char *config = g_build_filename (folder, "config.json", NULL);
  g_autofree char *path = g_strconcat (folder, ":", g_getenv ("PATH"), NULL);
  g_autofree char *before = g_strdup (g_getenv ("PATH"));
  g_autofree char *known = NULL;
  g_autofree char *unknown = NULL;
  g_autofree char *missing = NULL;

  g_assert_true (g_file_set_contents (program, script, -1, NULL));
  g_assert_cmpint (g_chmod (program, 0755), ==, 0);
  g_assert_true (g_file_set_contents (config, "{\"credsStore\":\"test\"}", -1, NULL));
  g_setenv ("DOCKER_CONFIG", folder, TRUE);
  g_setenv ("PATH", path, TRUE);
  known = find ("h:1/x");
  assert_auth (known, "{\"identitytoken\":\"s3\",\"serveraddress\":\"h:1\"}");
  unknown = find ("h:2/x");
  g_assert_null (unknown);

  g_assert_true (g_file_set_contents (config, "{\"credsStore\":\"none-of-that-name\",\"auths\":{\"h:3\":{\"auth\":"
                                              "\"bWU6cA==\"}}}", -1, NULL));
  missing = find ("h:3/x");
  assert_auth (missing, "{\"username\":\"me\",\"password\":\"p\",\"serveraddress\":\"h:3\"}");
  g_setenv ("PATH", before, TRUE);
  sb_test_remove_dir (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/docker/registry-auth/server", test_server);
  g_test_add_func ("/docker/registry-auth/config", test_config);
  g_test_add_func ("/docker/registry-auth/helper-name", test_helper_name);
  g_test_add_func ("/docker/registry-auth/helper", test_helper);

  return g_test_run ();
}
