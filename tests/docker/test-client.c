/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-client.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "sb-fake-engine.h"
#include "sb-json.h"
#include "sb-test.h"

#define OK(type, body) "HTTP/1.1 200 OK\r\nContent-Type: " type "\r\nConnection: close\r\n\r\n" body
#define FAIL(status, type, body) \
  "HTTP/1.1 " status "\r\nContent-Type: " type "\r\nConnection: close\r\n\r\n" body
#define UPGRADED "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n" \
                 "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"

static SbDockerClient *
new_client (const char *host)
{
  g_autoptr(GError) error = NULL;
  SbDockerClient *client = sb_docker_client_new (host, &error);

  g_assert_no_error (error);

  return client;
}

static JsonNode *
call (SbDockerClient *client,
      const char     *method,
      const char     *path,
      JsonObject     *body,
      GError        **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_docker_client_call_async (client, method, path, body, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_docker_client_call_finish (client, result, error);
}

static const struct
{
  const char *answer;
  int         code; /* -1: an answer, -2: none, and no error */
  const char *text;
} rows[] = {
  { OK ("application/json", "{\"ok\":true}"), -1, NULL },
  { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    "5\r\n{\"ok\"\r\n6\r\n:true}\r\n0\r\n\r\n", -1, NULL },
  { "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", -2, NULL },
  { "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n", -2, NULL },
  { OK ("text/plain", ""), -2, NULL },
  { FAIL ("404 Not Found", "application/json", "{\"message\":\"No such image: x\"}"),
    SB_DOCKER_ERROR_NOT_FOUND, "No such image: x" },
  { FAIL ("409 Conflict", "application/json", "{\"message\":\"in use\"}"),
    SB_DOCKER_ERROR_CONFLICT, "in use" },
  { FAIL ("400 Bad Request", "text/plain", "client version 1.1 is too old"), SB_DOCKER_ERROR_BAD_REQUEST,
    "is too old" },
  { FAIL ("500 Internal Server Error", "text/html", "<html><b>boom</b>"),
    SB_DOCKER_ERROR_SERVER, "no reason" },
  { FAIL ("500 Oops", "application/json", "{\"message\":\"\\u001b[31mred\"}"),
    SB_DOCKER_ERROR_SERVER, "red" },
  { FAIL ("503 Busy", "application/json", "{\"message\":7}"), SB_DOCKER_ERROR_SERVER, "503" },
  { OK ("text/html", "<html>hello"), SB_DOCKER_ERROR_PROTOCOL, "not from a Docker engine" },
  { OK ("application/json", "{\"ok\":"), SB_DOCKER_ERROR_PROTOCOL, "not from a Docker engine" },
  { "SSH-2.0-OpenSSH_9.2\r\n", SB_DOCKER_ERROR_PROTOCOL, "not a Docker engine" },
};

static void
check_row (guint row,
           gsize step)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) client = new_client (sb_fake_engine_get_host (engine));
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = NULL;

  sb_fake_engine_set_answer (engine, rows[row].answer, -1, step, TRUE);
  node = call (client, "GET", "/info", NULL, &error);
  if (rows[row].code >= 0)
    {
      g_assert_error (error, SB_DOCKER_ERROR, rows[row].code);
      g_assert_nonnull (strstr (error->message, rows[row].text));
      g_assert_null (strchr (error->message, '\x1b'));
      return;
    }

  g_assert_no_error (error);
  if (rows[row].code == -2)
    g_assert_null (node);
  else
    g_assert_true (sb_json_get_boolean (json_node_get_object (node), "ok", FALSE));
  g_assert_true (g_str_has_prefix (sb_fake_engine_get_request (engine), "GET /v1.41/info HTTP/1.1\r\n"));
}

static void
test_answers (void)
{
  for (guint row = 0; row < G_N_ELEMENTS (rows); row++)
    {
      check_row (row, 0);
      check_row (row, 1);
      check_row (row, 7);
    }
}

static void
test_body (void)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) client = new_client (sb_fake_engine_get_host (engine));
  g_autoptr(JsonObject) body = json_object_new ();
  g_autoptr(GBytes) tar = g_bytes_new_static ("tar tar", 7);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(JsonNode) node = NULL;
  g_autoptr(GError) error = NULL;

  json_object_set_string_member (body, "Image", "x");
  sb_fake_engine_set_answer (engine, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n", -1, 0, TRUE);
  node = call (client, "POST", "/containers/create", body, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (sb_fake_engine_get_request (engine), "\r\n\r\n{\"Image\":\"x\"}"));
  g_assert_nonnull (strstr (sb_fake_engine_get_request (engine), "Content-Type: application/json\r\n"));
  g_assert_null (strstr (sb_fake_engine_get_request (engine), "Accept-Encoding"));

  sb_docker_client_upload_async (client, "PUT", "/x", tar, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_docker_client_upload_finish (client, result, &error));
  g_assert_no_error (error);
  g_assert_true (g_str_has_suffix (sb_fake_engine_get_request (engine), "\r\n\r\ntar tar"));
  g_assert_nonnull (strstr (sb_fake_engine_get_request (engine), "Content-Type: application/x-tar\r\n"));
}

static gboolean
ping (SbDockerClient *client,
      GError        **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_docker_client_ping_async (client, NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_docker_client_ping_finish (client, result, error);
}

static void
test_version (void)
{
  static const struct { const char *offered; const char *used; } cases[] = {
    { "1.41", "1.41" }, { "1.51", "1.51" }, { "1.56", "1.51" }, { "2.0", "1.51" },
    { "1", NULL }, { "1.x", NULL }, { "1.4/../..", NULL }, { "", NULL }, { "1.41.2", NULL },
    { "1.40", NULL }, { "1.24", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
      g_autoptr(SbDockerClient) client = new_client (sb_fake_engine_get_host (engine));
      g_autofree char *answer = g_strdup_printf ("HTTP/1.1 200 OK\r\nApi-Version: %s\r\n"
                                                 "Content-Length: 2\r\n\r\nOK",
                                                 cases[i].offered);
      g_autoptr(GError) error = NULL;

      sb_fake_engine_set_ping (engine, answer);
      g_assert_null (sb_docker_client_get_api_version (client));
      g_assert_true (ping (client, &error) == (cases[i].used != NULL));
      if (cases[i].used == NULL)
        g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_PROTOCOL);
      g_assert_cmpstr (sb_docker_client_get_api_version (client), ==, cases[i].used);
    }
}

static void
test_unreachable (void)
{
  g_autofree char *directory = sb_test_make_dir ();
  g_autofree char *missing = g_strdup_printf ("unix://%s/none.sock", directory);
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) nobody = new_client (missing);
  g_autoptr(SbDockerClient) stopped = new_client (sb_fake_engine_get_host (engine));
  g_autoptr(GError) error = NULL;

  g_assert_false (ping (nobody, &error));
  g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, "There is no engine"));
  g_clear_error (&error);

  sb_fake_engine_stop_listening (engine);
  g_assert_false (ping (stopped, &error));
  g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (error->message, "Start the engine"));
}

static void
test_denied (void)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) client = new_client (sb_fake_engine_get_host (engine));
  g_autoptr(GError) error = NULL;

  if (getuid () == 0)
    {
      g_test_skip ("root may use every socket");
      return;
    }

  g_chmod (sb_fake_engine_get_host (engine) + strlen ("unix://"), 0);
  g_assert_false (ping (client, &error));
  g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_DENIED);
  g_assert_nonnull (strstr (error->message, "group “docker”"));
}

static void
test_addresses (void)
{
  static const struct { const char *host; const char *text; } bad[] = {
    { "unix://relative.sock", "not the path" },
    { "context://mine", "no Docker context “mine”" },
    { "ssh://-oProxyCommand=x", "not the address" },
    { "ssh://user:secret@host", "key instead" },
    { "npipe:////./pipe/docker_engine", "not supported" },
    { "tcp://[::1", "not the address" },
    { "tcp://host:2375/a?b", "not the address" },
    { "", "not the address" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (sb_docker_client_new (bad[i].host, &error));
      g_assert_error (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE);
      g_assert_nonnull (strstr (error->message, bad[i].text));
    }
  g_object_unref (new_client ("tcp://127.0.0.1:2375"));
  g_object_unref (new_client ("tcp://127.0.0.1:2375/prefix"));
  g_object_unref (new_client ("tcps://127.0.0.1"));
  g_object_unref (new_client ("ssh://user@host:22/run/docker.sock"));
}

static void
test_gone_in_mid_call (void)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) client = new_client (sb_fake_engine_get_host (engine));
  g_autoptr(GError) error = NULL;

  sb_fake_engine_set_answer (engine, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"ok\":", -1, 0, TRUE);
  g_assert_null (call (client, "GET", "/info", NULL, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == SB_DOCKER_ERROR);
}

static void
test_cancel (void)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) client = new_client (sb_fake_engine_get_host (engine));
  g_autoptr(GCancellable) cancellable = g_cancellable_new ();
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_fake_engine_set_answer (engine, NULL, 0, 0, FALSE);
  sb_docker_client_call_async (client, "GET", "/info", NULL, cancellable, sb_test_keep_result, &result);
  sb_test_wait_until (sb_fake_engine_get_n_requests (engine) == 1);
  g_cancellable_cancel (cancellable);
  sb_test_wait_until (result != NULL);
  g_assert_null (sb_docker_client_call_finish (client, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

typedef struct
{
  GString *received;
  GError  *error;
  gboolean closed;
} Stream;

static void
data_cb (SbDuplex     *duplex,
         const guint8 *data,
         gsize         length,
         gpointer      user_data)
{
  Stream *stream = user_data;

  g_string_append_len (stream->received, (const char *) data, length);
}

static void
closed_cb (SbDuplex     *duplex,
           const GError *error,
           gpointer      user_data)
{
  Stream *stream = user_data;

  stream->closed = TRUE;
  stream->error = error != NULL ? g_error_copy (error) : NULL;
}

static SbDuplex *
attach (SbDockerClient *client,
        GError        **error)
{
  g_autoptr(GAsyncResult) result = NULL;

  sb_docker_client_attach_async (client, "a/b", NULL, sb_test_keep_result, &result);
  sb_test_wait_until (result != NULL);

  return sb_docker_client_attach_finish (client, result, error);
}

static void
check_attach (const char *bytes,
              gsize       length,
              gsize       step,
              const char *expected,
              const char *error_text)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) client = new_client (sb_fake_engine_get_host (engine));
  g_autoptr(SbDuplex) duplex = NULL;
  g_autoptr(GError) error = NULL;
  Stream stream = { g_string_new (NULL) };

  sb_fake_engine_set_answer (engine, bytes, length, step, TRUE);
  duplex = attach (client, &error);
  g_assert_no_error (error);
  sb_duplex_start (duplex, data_cb, closed_cb, &stream);
  sb_test_wait_until (stream.closed);
  g_assert_cmpstr (stream.received->str, ==, expected);
  if (error_text == NULL)
    g_assert_no_error (stream.error);
  else
    g_assert_nonnull (strstr (stream.error->message, error_text));
  g_assert_true (g_str_has_prefix (sb_fake_engine_get_request (engine),
                                   "POST /v1.41/containers/a%2Fb/attach?"));
  g_clear_error (&stream.error);
  g_string_free (stream.received, TRUE);
}

static void
test_attach_streams (void)
{
  static const char good[] = UPGRADED "\x01\0\0\0\0\0\0\x03" "one" "\x01\0\0\0\0\0\0\x03" "two";
  static const char plain[] = "HTTP/1.1 200 OK\r\n\r\n" "\x01\0\0\0\0\0\0\x03" "one";
  static const char words[] = UPGRADED "\x01\0\0\0\0\0\0\x01" "x" "\x02\0\0\0\0\0\0\x06" "no sbx";
  static const char cut[] = UPGRADED "\x01\0\0\0\0\0\0\x03" "on";
  static const char garbage[] = UPGRADED "hello, this is no frame";

  for (gsize step = 0; step < 40; step++)
    {
      check_attach (good, sizeof good - 1, step, "onetwo", NULL);
      check_attach (plain, sizeof plain - 1, step, "one", NULL);
    }
  check_attach (words, sizeof words - 1, 0, "x", "Its last words: no sbx");
  check_attach (cut, sizeof cut - 1, 0, "on", "in the middle");
  check_attach (garbage, sizeof garbage - 1, 0, "", "garbled");
}

static void
test_attach_refused (void)
{
  static const struct { const char *answer; int code; const char *text; } cases[] = {
    { "HTTP/1.1 404 Not Found\r\nContent-Length: 21\r\n\r\n{\"message\":\"no such\"}",
      SB_DOCKER_ERROR_NOT_FOUND, "no such" },
    { "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\ntoo old",
      SB_DOCKER_ERROR_BAD_REQUEST, "too old" },
    { "HTTP/1.1 500 Oops\r\nContent-Type: text/html\r\n\r\n<html>", SB_DOCKER_ERROR_SERVER, "500" },
    { "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", SB_DOCKER_ERROR_PROTOCOL, "204" },
    { "rubbish\r\n", SB_DOCKER_ERROR_PROTOCOL, "not a Docker engine" },
    { "HTTP/1.1 101 UPG", SB_DOCKER_ERROR_UNREACHABLE, "without an answer" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases) * 2; i++)
    {
      g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
      g_autoptr(SbDockerClient) client = new_client (sb_fake_engine_get_host (engine));
      g_autoptr(GError) error = NULL;

      sb_fake_engine_set_answer (engine, cases[i / 2].answer, -1, i % 2, TRUE);
      g_assert_null (attach (client, &error));
      g_assert_error (error, SB_DOCKER_ERROR, cases[i / 2].code);
      g_assert_nonnull (strstr (error->message, cases[i / 2].text));
    }
}

static void
test_attach_input (void)
{
  g_autoptr(SbFakeEngine) engine = sb_fake_engine_new ();
  g_autoptr(SbDockerClient) client = new_client (sb_fake_engine_get_host (engine));
  g_autoptr(GBytes) bytes = g_bytes_new_static ("to stdin", 8);
  g_autoptr(SbDuplex) duplex = NULL;
  g_autoptr(GError) error = NULL;
  Stream stream = { g_string_new (NULL) };

  sb_fake_engine_set_answer (engine, UPGRADED, -1, 0, FALSE);
  duplex = attach (client, &error);
  g_assert_no_error (error);
  sb_duplex_start (duplex, data_cb, closed_cb, &stream);
  sb_duplex_write (duplex, bytes);
  sb_test_wait_until (g_str_has_suffix (sb_fake_engine_get_request (engine), "\r\n\r\nto stdin"));
  g_assert_false (sb_fake_engine_saw_end (engine));
  g_clear_object (&duplex);
  sb_test_wait_until (sb_fake_engine_saw_end (engine));
  g_string_free (stream.received, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  g_test_add_func ("/docker/client/answers", test_answers);
  g_test_add_func ("/docker/client/body", test_body);
  g_test_add_func ("/docker/client/version", test_version);
  g_test_add_func ("/docker/client/unreachable", test_unreachable);
  g_test_add_func ("/docker/client/denied", test_denied);
  g_test_add_func ("/docker/client/addresses", test_addresses);
  g_test_add_func ("/docker/client/gone-in-mid-call", test_gone_in_mid_call);
  g_test_add_func ("/docker/client/cancel", test_cancel);
  g_test_add_func ("/docker/attach/streams", test_attach_streams);
  g_test_add_func ("/docker/attach/refused", test_attach_refused);
  g_test_add_func ("/docker/attach/input", test_attach_input);

  return g_test_run ();
}
