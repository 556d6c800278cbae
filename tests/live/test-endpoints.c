/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-backend.h"

#include <glib/gstdio.h>

#include "sb-engine-discovery.h"
#include "sb-id.h"
#include "sb-live-engine.h"
#include "sb-sandbox-manager.h"
#include "sb-test.h"

/* An engine of our own that listens on TCP with mutual TLS beside its socket; shared by the tests. */
typedef struct
{
  char  *directory;
  char  *host; /* of the socket */
  guint16 port;
} Engine;

static Engine engine;

static guint16
find_free_port (void)
{
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();

  return g_socket_listener_add_any_inet_port (listener, NULL, NULL);
}

/* FALSE: the test is skipped. */
static gboolean
ensure_engine (void)
{
  g_autoptr(SbDockerClient) other = sb_live_engine_connect ();
  g_autofree char *port = NULL;
  g_autofree char *built = NULL;

  if (other == NULL)
    return FALSE;
  if (engine.host != NULL)
    return TRUE;

  engine.directory = sb_test_make_dir ();
  engine.port = find_free_port ();
  port = g_strdup_printf ("%u", engine.port);
  g_setenv ("TLS_PORT", port, TRUE);
  engine.host = sb_live_engine_script ("test-engine", NULL, "start", engine.directory);
  g_unsetenv ("TLS_PORT");
  built = sb_live_engine_script ("build-image", engine.host, NULL, NULL);

  return TRUE;
}

static void
end_engine (void)
{
  g_autofree char *stopped = NULL;

  if (engine.host == NULL)
    return;

  stopped = sb_live_engine_script ("test-engine", NULL, "stop", engine.directory);
  sb_test_remove_dir (engine.directory);
  g_clear_pointer (&engine.directory, g_free);
  g_clear_pointer (&engine.host, g_free);
}

/* A folder with some of the files that the engine's clients have; NULL: not there */
static char *
make_folder (const char *authority,
             const char *certificate)
{
  char *folder = sb_test_make_dir ();
  const char *names[][2] = {
    { authority, "ca.pem" }, { certificate, "cert.pem" }, { certificate != NULL ? "key.pem" : NULL, "key.pem" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *from = NULL;
      g_autofree char *to = g_build_filename (folder, names[i][1], NULL);
      g_autofree char *contents = NULL;
      g_autoptr(GError) error = NULL;
      gsize length = 0;

      if (names[i][0] == NULL)
        continue;
      from = g_build_filename (engine.directory, "tls", names[i][0], NULL);
      g_file_get_contents (from, &contents, &length, &error);
      g_assert_no_error (error);
      g_file_set_contents (to, contents, length, &error);
      g_assert_no_error (error);
    }

  return folder;
}

static SbDockerClient *
new_tls_client (const char  *name,
                const char  *folder,
                gboolean     is_unverified,
                GError     **error)
{
  g_autofree char *host = g_strdup_printf ("tcps://%s:%u", name, engine.port);
  SbDockerEndpoint endpoint = {
    .host = host, .source = (char *) "test", .tls_directory = (char *) folder, .is_unverified = is_unverified,
  };

  return sb_docker_client_new_for_endpoint (&endpoint, error);
}

static gboolean
ping (SbDockerClient  *client,
      GError         **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_docker_client_ping_async (client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_docker_client_ping_finish (client, result, error);
}

/* A whole sandbox: calls, an upload and the attached stream go over this way. */
static void
assert_sandbox (SbDockerClient *client)
{
  g_autoptr(SbDockerClient) direct = sb_docker_client_new (engine.host, NULL);
  g_autoptr(SbSandboxBackend) backend = sb_docker_backend_new (client, NULL, NULL);
  g_autofree char *id = sb_id_new ("far");
  g_autoptr(GError) error = NULL;
  g_autoptr(SbDuplex) duplex = sb_live_engine_start (backend, id, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (sb_live_engine_count (direct, ".id", id), >, 0);
  /* Nothing is told to the engine: only the stream ends, as it does when this process is killed. */
  sb_duplex_close (duplex);
  g_clear_object (&duplex);
  sb_test_wait_until (sb_live_engine_count (direct, ".id", id) == 0);
}

static void
test_tls (void)
{
  g_autofree char *folder = NULL;
  g_autoptr(SbDockerClient) client = NULL;
  g_autoptr(GError) error = NULL;

  if (!ensure_engine ())
    return;
  folder = make_folder ("ca.pem", "cert.pem");
  client = new_tls_client ("127.0.0.1", folder, FALSE, &error);
  g_assert_no_error (error);
  assert_sandbox (client);
  sb_test_remove_dir (folder);
}

static void
test_tls_refused (void)
{
  static const struct { const char *name; const char *authority; const char *certificate; const char *text; } rows[] = {
    { "127.0.0.1", "ca.pem", NULL, "who you are" },
    { "127.0.0.1", "other-ca.pem", "cert.pem", "authority that you do not trust" },
    { "localhost", "ca.pem", "cert.pem", "for another name" },
    { "127.0.0.1", "ca.pem", "old-cert.pem", "your certificate has expired" },
  };

  if (!ensure_engine ())
    return;
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *folder = make_folder (rows[i].authority, rows[i].certificate);
      g_autoptr(GError) error = NULL;
      g_autoptr(SbDockerClient) client = new_tls_client (rows[i].name, folder, FALSE, &error);

      g_assert_false (client != NULL && ping (client, &error));
      g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNTRUSTED);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, rows[i].text));
      sb_test_remove_dir (folder);
    }
}

/* What the user allowed in a context: no check of the engine, still our own certificate. */
static void
test_tls_unverified (void)
{
  g_autofree char *folder = NULL;
  g_autoptr(SbDockerClient) client = NULL;
  g_autoptr(GError) error = NULL;

  if (!ensure_engine ())
    return;
  folder = make_folder ("other-ca.pem", "cert.pem");
  client = new_tls_client ("localhost", folder, TRUE, &error);
  g_assert_no_error (error);
  g_assert_true (ping (client, &error));
  g_assert_no_error (error);
  sb_test_remove_dir (folder);
}

static void
test_tls_in_the_clear (void)
{
  g_autofree char *host = NULL;
  g_autoptr(SbDockerClient) client = NULL;
  g_autoptr(GError) error = NULL;

  if (!ensure_engine ())
    return;
  host = g_strdup_printf ("tcp://127.0.0.1:%u", engine.port);
  client = sb_docker_client_new (host, &error);
  g_assert_no_error (error);
  g_assert_false (ping (client, &error));
  g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNTRUSTED);
  g_assert_nonnull (strstr (error->message, "DOCKER_TLS_VERIFY"));
}

static void
test_ssh (void)
{
  g_autofree char *folder = NULL;
  g_autofree char *program = NULL;
  g_autofree char *forward = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "tests", "docker", "sb-forward", NULL);
  g_autofree char *script = NULL;
  g_autofree char *old = g_strdup (g_getenv ("PATH"));
  g_autofree char *path = NULL;
  g_autoptr(SbDockerClient) client = NULL;
  g_autoptr(GError) error = NULL;

  if (!ensure_engine ())
    return;
  folder = sb_test_make_dir ();
  program = g_build_filename (folder, "ssh", NULL);
  script = g_strdup_printf ("#!/bin/sh\nexec '%s' '%s'\n", forward, engine.host + strlen ("unix://"));
  path = g_strconcat (folder, ":", old, NULL);
  g_file_set_contents (program, script, -1, &error);
  g_assert_no_error (error);
  g_chmod (program, 0700);
  g_setenv ("PATH", path, TRUE);
  client = sb_docker_client_new ("ssh://somebody@far", &error);
  g_assert_no_error (error);
  assert_sandbox (client);
  g_setenv ("PATH", old, TRUE);
  sb_test_remove_dir (folder);
}

static SbSandbox *
create (SbSandboxManager *manager,
        const char       *engine_id)
{
  const SbSandboxSpec spec = { .engine = (char *) engine_id };
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  SbSandbox *sandbox = NULL;

  sb_sandbox_manager_create_async (manager, &spec, NULL, NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  sandbox = sb_sandbox_manager_create_finish (manager, result, &error);
  g_assert_no_error (error);

  return sandbox;
}

/* Two engines, one of them behind TLS: each gets its share, and the end of one is not that of the other's sandboxes. */
static void
test_two_engines (void)
{
  g_autofree char *folder = NULL;
  g_autofree char *list = NULL;
  g_autofree char *stopped = NULL;
  g_autoptr(SbEngineList) engines = NULL;
  g_autoptr(SbSandboxManager) manager = NULL;
  g_autoptr(SbSandbox) near = NULL;
  g_autoptr(SbSandbox) far = NULL;
  g_autoptr(SbSandbox) third = NULL;
  g_autoptr(SbSandbox) after = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;
  SbEngine *lost = NULL;

  if (!ensure_engine ())
    return;
  folder = make_folder ("ca.pem", "cert.pem");
  g_setenv ("DOCKER_CERT_PATH", folder, TRUE);
  list = g_strdup_printf ("near=%s\nfar=tcps://127.0.0.1:%u", g_getenv ("SANDBAR_TEST_DOCKER_HOST"), engine.port);
  engines = sb_engine_discovery_run ("docker", list, NULL, &error);
  g_unsetenv ("DOCKER_CERT_PATH");
  g_assert_no_error (error);
  manager = sb_sandbox_manager_new_for_engines (engines);
  near = create (manager, "near");
  far = create (manager, "far");
  third = create (manager, NULL);
  lost = sb_engine_list_find (engines, "far");
  g_assert_cmpuint (sb_engine_get_n_sandboxes (lost), >=, 1);
  g_assert_cmpuint (sb_engine_get_info (lost)->memory_bytes, >, 0);
  g_assert_cmpstr (sb_engine_get_info (lost)->runtimes[0], !=, NULL);

  stopped = sb_live_engine_script ("test-engine", NULL, "stop", engine.directory);
  sb_test_wait_until (sb_sandbox_get_state (far) == SB_SANDBOX_STATE_LOST);
  sb_test_wait_until (sb_engine_get_state (lost) == SB_ENGINE_STATE_AWAY);
  g_assert_cmpint (sb_sandbox_get_state (near), ==, SB_SANDBOX_STATE_READY);
  after = create (manager, NULL);
  g_assert_true (sb_engine_list_find_for (engines, after) == sb_engine_list_find (engines, "near"));

  sb_sandbox_manager_shutdown_async (manager, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_true (sb_sandbox_manager_shutdown_finish (manager, result, &error));
  sb_test_remove_dir (folder);
}

int
main (int    argc,
      char **argv)
{
  int status = 0;

  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/live/endpoints/tls", test_tls);
  g_test_add_func ("/live/endpoints/tls-refused", test_tls_refused);
  g_test_add_func ("/live/endpoints/tls-unverified", test_tls_unverified);
  g_test_add_func ("/live/endpoints/tls-in-the-clear", test_tls_in_the_clear);
  g_test_add_func ("/live/endpoints/ssh", test_ssh);
  /* The last, for it ends the engine. */
  g_test_add_func ("/live/endpoints/two-engines", test_two_engines);
  status = g_test_run ();
  end_engine ();

  return status;
}
