/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-client.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sb-fake-engine.h"
#include "sb-json.h"
#include "sb-test.h"

typedef struct
{
  SbFakeEngine   *engine;
  SbDockerClient *client;
  char           *directory;
  char           *log;
  char           *path; /* PATH as it was */
} Fixture;

/* A program called ssh that notes its arguments and then does what the script says; $SOCKET and $FORWARD are set. */
static void
install_ssh (Fixture    *fixture,
             const char *script)
{
  g_autofree char *program = g_build_filename (fixture->directory, "ssh", NULL);
  g_autofree char *forward = g_build_filename (g_getenv ("SB_TEST_BUILD_ROOT"), "tests", "docker", "sb-forward", NULL);
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\nprintf '%%s\\n' \"$@\" >'%s'\nSOCKET='%s'\nFORWARD='%s'\n%s\n",
                                           fixture->log,
                                           sb_fake_engine_get_host (fixture->engine) + strlen ("unix://"), forward,
                                           script);
  g_autoptr(GError) error = NULL;

  g_file_set_contents (program, text, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (program, 0700), ==, 0);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  g_autofree char *path = NULL;
  g_autoptr(GError) error = NULL;

  fixture->engine = sb_fake_engine_new ();
  fixture->directory = sb_test_make_dir ();
  fixture->log = g_build_filename (fixture->directory, "arguments", NULL);
  fixture->path = g_strdup (g_getenv ("PATH"));
  path = g_strconcat (fixture->directory, ":", fixture->path, NULL);
  g_setenv ("PATH", path, TRUE);
  fixture->client = sb_docker_client_new ("ssh://me@far:2222/run/my%20docker.sock", &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  g_setenv ("PATH", fixture->path, TRUE);
  g_clear_object (&fixture->client);
  sb_fake_engine_free (fixture->engine);
  sb_test_remove_dir (fixture->directory);
  g_free (fixture->directory);
  g_free (fixture->log);
  g_free (fixture->path);
}

static gboolean
ping (Fixture  *fixture,
      GError  **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_docker_client_ping_async (fixture->client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_docker_client_ping_finish (fixture->client, result, error);
}

static void
test_call (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(JsonNode) node = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *arguments = NULL;

  install_ssh (fixture, "exec \"$FORWARD\" \"$SOCKET\"");
  sb_fake_engine_set_answer (fixture->engine, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                             "Content-Length: 11\r\n\r\n{\"ok\":true}", -1, 3, FALSE);
  sb_docker_client_call_async (fixture->client, "GET", "/info", NULL, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  node = sb_docker_client_call_finish (fixture->client, result, &error);
  g_assert_no_error (error);
  g_assert_true (sb_json_get_boolean (json_node_get_object (node), "ok", FALSE));

  g_file_get_contents (fixture->log, &arguments, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (arguments, "-p\n2222\n-l\nme\n--\nfar\ndocker\n--host\n"
                                              "'unix:///run/my docker.sock'\nsystem\ndial-stdio\n"));
  g_assert_nonnull (strstr (arguments, "BatchMode=yes"));
}

static void
ignore_data_cb (SbDuplex     *duplex,
                const guint8 *data,
                gsize         length,
                gpointer      user_data)
{
}

static void
closed_cb (SbDuplex     *duplex,
           const GError *error,
           gpointer      user_data)
{
  *(gboolean *) user_data = TRUE;
}

/* The end of the stream here is the end of the container's input there, which is what a sandbox ends by. */
static void
test_attach (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(SbDuplex) duplex = NULL;
  g_autoptr(GBytes) bytes = g_bytes_new_static ("hello", 5);
  g_autoptr(GError) error = NULL;
  gboolean closed = FALSE;

  install_ssh (fixture, "exec \"$FORWARD\" \"$SOCKET\"");
  sb_fake_engine_set_answer (fixture->engine, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n",
                             -1, 0, FALSE);
  sb_docker_client_attach_async (fixture->client, "box", NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  duplex = sb_docker_client_attach_finish (fixture->client, result, &error);
  g_assert_no_error (error);
  sb_duplex_start (duplex, ignore_data_cb, closed_cb, &closed);
  sb_duplex_write (duplex, bytes);
  sb_test_wait_until (g_str_has_suffix (sb_fake_engine_get_request (fixture->engine), "hello"));
  g_assert_false (sb_fake_engine_saw_end (fixture->engine));
  sb_duplex_close (duplex);
  sb_test_wait_until (sb_fake_engine_saw_end (fixture->engine));
}

static void
test_complaints (Fixture       *fixture,
                 gconstpointer  data)
{
  static const struct { const char *script; int code; const char *text; } rows[] = {
    { "echo 'Host key verification failed.' >&2; exit 255", SB_DOCKER_ERROR_UNTRUSTED, "Run “ssh me@far” once" },
    { "echo '@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @' >&2; echo 'Host key verification failed.' >&2; "
      "exit 255", SB_DOCKER_ERROR_UNTRUSTED, "ssh-keygen -R" },
    { "echo 'me@far: Permission denied (publickey).' >&2; exit 255", SB_DOCKER_ERROR_UNTRUSTED, "ssh-copy-id me@far" },
    { "echo 'sh: 1: docker: command not found' >&2; exit 127", SB_DOCKER_ERROR_UNTRUSTED, "no docker program" },
    { "printf '\\033[31mboom\\n' >&2; exit 1", SB_DOCKER_ERROR_UNREACHABLE, "): boom. Try" },
    { "exit 1", SB_DOCKER_ERROR_UNREACHABLE, "without a word" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr(GError) error = NULL;

      install_ssh (fixture, rows[i].script);
      g_assert_false (ping (fixture, &error));
      g_assert_error (error, SB_DOCKER_ERROR, rows[i].code);
      g_assert_nonnull (strstr (error->message, rows[i].text));
      g_assert_null (strchr (error->message, '\x1b'));
    }

  /* What was wrong once is not told of the next failure. */
  install_ssh (fixture, "exec \"$FORWARD\" \"$SOCKET\"");
  g_assert_true (ping (fixture, NULL));
}

static void
test_no_ssh (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr(GError) error = NULL;

  g_setenv ("PATH", "/nowhere", TRUE);
  g_assert_false (ping (fixture, &error));
  g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, "ssh"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add ("/docker/ssh/call", Fixture, NULL, set_up, test_call, tear_down);
  g_test_add ("/docker/ssh/attach", Fixture, NULL, set_up, test_attach, tear_down);
  g_test_add ("/docker/ssh/complaints", Fixture, NULL, set_up, test_complaints, tear_down);
  g_test_add ("/docker/ssh/no-ssh", Fixture, NULL, set_up, test_no_ssh, tear_down);

  return g_test_run ();
}
