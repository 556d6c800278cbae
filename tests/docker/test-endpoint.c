/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-endpoint.h"

#include <glib/gstdio.h>

static void
forget (void)
{
  g_unsetenv ("DOCKER_HOST");
  g_unsetenv ("DOCKER_CONTEXT");
  g_unsetenv ("DOCKER_CONFIG");
  g_unsetenv ("DOCKER_TLS_VERIFY");
  g_unsetenv ("DOCKER_TLS");
  g_unsetenv ("DOCKER_CERT_PATH");
}

static void
write_file (const char *root,
            const char *path,
            const char *text)
{
  g_autofree char *full = g_build_filename (root, path, NULL);
  g_autofree char *directory = g_path_get_dirname (full);
  g_autoptr(GError) error = NULL;

  g_mkdir_with_parents (directory, 0700);
  g_file_set_contents (full, text, -1, &error);
  g_assert_no_error (error);
}

static void
write_context (const char *name,
               const char *text)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  g_autofree char *path = g_strdup_printf (".docker/contexts/meta/%s/meta.json", digest);

  write_file (g_get_home_dir (), path, text);
}

static void
assert_only (const char *host,
             const char *source)
{
  g_autoptr(GPtrArray) endpoints = sb_docker_endpoint_discover ();
  SbDockerEndpoint *first = endpoints->pdata[0];

  g_assert_cmpuint (endpoints->len, ==, 1);
  g_assert_cmpstr (first->host, ==, host);
  g_assert_cmpstr (first->source, ==, source);
  g_assert_true (first->is_explicit);
}

static void
assert_default (void)
{
  g_autoptr(GPtrArray) endpoints = sb_docker_endpoint_discover ();
  SbDockerEndpoint *first = endpoints->pdata[0];

  g_assert_cmpstr (first->host, ==, "unix:///var/run/docker.sock");
  g_assert_false (first->is_explicit);
}

static void
test_environment (void)
{
  forget ();
  g_setenv ("DOCKER_CONTEXT", "other", TRUE);
  g_setenv ("DOCKER_HOST", "unix:///tmp/x.sock", TRUE);
  assert_only ("unix:///tmp/x.sock", "DOCKER_HOST");
  g_setenv ("DOCKER_HOST", "10.0.0.1:2375", TRUE);
  assert_only ("tcp://10.0.0.1:2375", "DOCKER_HOST");
  g_setenv ("DOCKER_HOST", "tcp://10.0.0.1:2376", TRUE);
  g_setenv ("DOCKER_TLS_VERIFY", "1", TRUE);
  assert_only ("tcps://10.0.0.1:2376", "DOCKER_HOST");
  g_setenv ("DOCKER_HOST", "", TRUE);
  g_setenv ("DOCKER_CONTEXT", "", TRUE);
  assert_default ();
}

static void
test_contexts (void)
{
  g_autofree char *elsewhere = g_build_filename (g_get_home_dir (), "elsewhere", NULL);

  forget ();
  write_context ("mine", "{\"Endpoints\":{\"docker\":{\"Host\":\"unix:///tmp/mine.sock\"}}}");
  write_context ("odd", "{\"Name\":\"odd\",\"Endpoints\":[1,2]}");
  write_context ("broken", "{{{{");
  g_setenv ("DOCKER_CONTEXT", "mine", TRUE);
  assert_only ("unix:///tmp/mine.sock", "context mine");
  g_setenv ("DOCKER_CONTEXT", "odd", TRUE);
  assert_only ("context://odd", "context odd");
  g_setenv ("DOCKER_CONTEXT", "broken", TRUE);
  assert_only ("context://broken", "context broken");
  g_setenv ("DOCKER_CONTEXT", "missing", TRUE);
  assert_only ("context://missing", "context missing");

  g_unsetenv ("DOCKER_CONTEXT");
  write_file (g_get_home_dir (), ".docker/config.json", "{\"currentContext\":\"mine\",\"auths\":{}}");
  assert_only ("unix:///tmp/mine.sock", "context mine");
  g_setenv ("DOCKER_CONTEXT", "default", TRUE);
  assert_default ();
  g_unsetenv ("DOCKER_CONTEXT");
  g_setenv ("DOCKER_CONFIG", elsewhere, TRUE);
  assert_default ();
  g_unsetenv ("DOCKER_CONFIG");
  write_file (g_get_home_dir (), ".docker/config.json", "[\"not an object\"]");
  assert_default ();
}

static void
test_tls_environment (void)
{
  g_autoptr(GPtrArray) verified = NULL;
  g_autoptr(GPtrArray) unverified = NULL;
  g_autofree char *beside = g_build_filename (g_get_home_dir (), ".docker", NULL);
  SbDockerEndpoint *endpoint = NULL;

  forget ();
  g_setenv ("DOCKER_HOST", "tcp://10.0.0.1:2376", TRUE);
  g_setenv ("DOCKER_TLS_VERIFY", "1", TRUE);
  g_setenv ("DOCKER_CERT_PATH", "/certificates", TRUE);
  verified = sb_docker_endpoint_discover ();
  endpoint = verified->pdata[0];
  g_assert_cmpstr (endpoint->tls_directory, ==, "/certificates");
  g_assert_false (endpoint->is_unverified);

  g_unsetenv ("DOCKER_TLS_VERIFY");
  g_unsetenv ("DOCKER_CERT_PATH");
  g_setenv ("DOCKER_TLS", "1", TRUE);
  unverified = sb_docker_endpoint_discover ();
  endpoint = unverified->pdata[0];
  g_assert_cmpstr (endpoint->host, ==, "tcps://10.0.0.1:2376");
  g_assert_true (g_str_has_prefix (endpoint->tls_directory, beside));
  g_assert_true (endpoint->is_unverified);
}

static void
test_tls_context (void)
{
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "remote", -1);
  g_autofree char *file = g_strdup_printf (".docker/contexts/tls/%s/docker/ca.pem", digest);
  g_autofree char *directory = g_strdup_printf ("%s/.docker/contexts/tls/%s/docker", g_get_home_dir (), digest);
  g_autoptr(SbDockerEndpoint) endpoint = NULL;
  g_autoptr(SbDockerEndpoint) loose = NULL;
  g_autoptr(GPtrArray) contexts = NULL;
  SbDockerEndpoint *last = NULL;

  forget ();
  write_file (g_get_home_dir (), file, "");
  write_context ("remote", "{\"Name\":\"remote\",\"Endpoints\":{\"docker\":{\"Host\":\"tcp://h:2376\"}}}");
  write_context ("loose", "{\"Name\":\"loose\",\"Endpoints\":{\"docker\":{\"Host\":\"tcp://l:2376\","
                          "\"SkipTLSVerify\":true}}}");
  endpoint = sb_docker_endpoint_new ("context://remote", NULL);
  g_assert_cmpstr (endpoint->host, ==, "tcps://h:2376");
  g_assert_cmpstr (endpoint->source, ==, "context remote");
  g_assert_cmpstr (endpoint->tls_directory, ==, directory);
  g_assert_false (endpoint->is_unverified);
  loose = sb_docker_endpoint_new ("context://loose", NULL);
  g_assert_cmpstr (loose->host, ==, "tcps://l:2376");
  g_assert_null (loose->tls_directory);
  g_assert_true (loose->is_unverified);

  contexts = sb_docker_endpoint_list_contexts ();
  g_assert_cmpuint (contexts->len, >=, 2);
  last = contexts->pdata[contexts->len - 1];
  g_assert_cmpstr (last->source, ==, "context remote");
}

static void
test_offers (void)
{
  static const char *names[] = { "docker.sock", "podman/podman.sock" };
  g_autoptr(GPtrArray) endpoints = NULL;
  guint found = 0;

  forget ();
  write_file (g_get_home_dir (), ".docker/config.json", "{}");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    write_file (g_get_user_runtime_dir (), names[i], "");
  write_file (g_get_home_dir (), ".docker/desktop/docker.sock", "");
  endpoints = sb_docker_endpoint_discover ();
  assert_default ();
  for (guint i = 1; i < endpoints->len; i++)
    {
      SbDockerEndpoint *endpoint = endpoints->pdata[i];

      g_assert_false (endpoint->is_explicit);
      g_assert_true (g_str_has_prefix (endpoint->host, "unix:///"));
      found += g_str_equal (endpoint->source, "rootless socket")
               || g_str_equal (endpoint->source, "Docker Desktop")
               || g_str_equal (endpoint->source, "Podman");
    }
  g_assert_cmpuint (found, >=, 3);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/docker/endpoint/environment", test_environment);
  g_test_add_func ("/docker/endpoint/contexts", test_contexts);
  g_test_add_func ("/docker/endpoint/tls-environment", test_tls_environment);
  g_test_add_func ("/docker/endpoint/tls-context", test_tls_context);
  g_test_add_func ("/docker/endpoint/offers", test_offers);

  return g_test_run ();
}
