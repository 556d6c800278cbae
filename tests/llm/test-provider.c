/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-llm-provider.h"

#include <string.h>

#include "sb-json.h"
#include "sb-llm-provider-private.h"
#include "sb-mock-server.h"
#include "sb-test.h"

#define CHUNK(delta) \
  "data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{" delta "},\"finish_reason\":null}]}\n\n"
#define HELLO CHUNK ("\"content\":\"Hello\"")
#define WORLD CHUNK ("\"content\":\" world\"")
#define STOP "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
#define DONE "data: [DONE]\n\n"
#define RAW_HEAD "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
#define EVENTS "text/event-stream"
#define JSON "application/json"

static const SbMockAnswer good = { SB_MOCK_COMPLETE, 200, EVENTS, NULL, HELLO WORLD STOP DONE };
static const SbMockAnswer cut = { SB_MOCK_CLOSE, 0, NULL, NULL, RAW_HEAD HELLO };
static const SbMockAnswer torn = { SB_MOCK_RESET, 0, NULL, NULL, RAW_HEAD HELLO };
static const SbMockAnswer held = { SB_MOCK_HOLD, 0, NULL, NULL, RAW_HEAD HELLO };
static const SbMockAnswer held_after_finish = { SB_MOCK_HOLD, 0, NULL, NULL, RAW_HEAD HELLO WORLD STOP };
static const SbMockAnswer held_after_done = { SB_MOCK_HOLD, 0, NULL, NULL, RAW_HEAD HELLO WORLD STOP DONE };
static const SbMockAnswer silent = { SB_MOCK_HOLD, 0, NULL, NULL, "" };
static const SbMockAnswer busy = {
  SB_MOCK_COMPLETE, 429, JSON, "Retry-After-Ms: 1\nX-RateLimit-Remaining-Tokens-Minute: 0",
  "{\"message\":\"Tokens per minute limit exceeded\",\"code\":\"too_many\"}"
};
static const SbMockAnswer busy_for_an_hour = { SB_MOCK_COMPLETE, 429, JSON, "Retry-After: 3600", "{}" };
static const SbMockAnswer busy_for_ten = { SB_MOCK_COMPLETE, 429, JSON, "Retry-After: 10", "{}" };
static const SbMockAnswer broken = {
  SB_MOCK_COMPLETE, 500, "text/html", "Retry-After-Ms: 1", "<html>Oops, key=1</html>"
};
static const SbMockAnswer broken_event = {
  SB_MOCK_COMPLETE, 200, EVENTS, "Retry-After-Ms: 1",
  "data: {\"error\":{\"message\":\"busy\"},\"status_code\":503}\n\n"
};
static const SbMockAnswer unauthorized = {
  SB_MOCK_COMPLETE, 401, JSON, NULL, "{\"message\":\"Wrong API Key\",\"type\":\"invalid_request_error\"}"
};
static const SbMockAnswer no_model = {
  SB_MOCK_COMPLETE, 404, JSON, NULL, "{\"message\":\"Model x does not exist\",\"code\":\"model_not_found\"}"
};
static const SbMockAnswer no_page = { SB_MOCK_COMPLETE, 404, "text/html", NULL, "<html>Not found</html>" };
static const SbMockAnswer portal = { SB_MOCK_COMPLETE, 200, "text/html", NULL, "<html>Sign in</html>" };

static const SbLlmTiming quick = {
  .first_byte_ms = 20000,
  .stall_ms = 20000,
  .grace_ms = 50,
  .backoff_ms = 1,
  .max_retries = 2,
};

typedef struct
{
  SbMockServer  *server;
  SbLlmProvider *provider;
  GCancellable  *cancellable;
  GAsyncResult  *result;
  GString       *text;
  SbLlmResponse *response;
  SbLlmResponse *partial;
  GError        *error;
} Fixture;

static void
fixture_use (Fixture    *fixture,
             const char *url)
{
  g_clear_object (&fixture->provider);
  fixture->provider = sb_llm_provider_new (sb_llm_profile_lookup ("cerebras"), url, " the-key\n");
  sb_llm_provider_set_timing (fixture->provider, &quick);
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->server = sb_mock_server_new (NULL);
  fixture->cancellable = g_cancellable_new ();
  fixture->text = g_string_new (NULL);
  fixture_use (fixture, sb_mock_server_get_url (fixture->server));
}

static void
fixture_reset (Fixture *fixture)
{
  g_clear_object (&fixture->result);
  g_clear_pointer (&fixture->response, sb_llm_response_free);
  g_clear_pointer (&fixture->partial, sb_llm_response_free);
  g_clear_error (&fixture->error);
  g_string_truncate (fixture->text, 0);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  fixture_reset (fixture);
  g_assert_finalize_object (g_steal_pointer (&fixture->provider));
  g_clear_object (&fixture->cancellable);
  sb_mock_server_free (fixture->server);
  g_string_free (fixture->text, TRUE);
}

static void
delta_cb (const SbLlmDelta *delta,
          gpointer          user_data)
{
  Fixture *fixture = user_data;

  g_assert_null (fixture->result);
  g_string_append_len (fixture->text, delta->text, delta->length);
}

static void
start (Fixture *fixture)
{
  g_autoptr(SbLlmRequest) request = sb_llm_request_new ("m");
  g_autoptr(JsonObject) body = NULL;

  fixture_reset (fixture);
  sb_llm_request_add (request, SB_LLM_ROLE_USER, "Hi");
  body = sb_llm_provider_build_body (fixture->provider, request);
  sb_llm_provider_stream_async (fixture->provider, body, delta_cb, fixture, fixture->cancellable,
                                sb_test_keep_result, &fixture->result);
}

static void
finish (Fixture *fixture)
{
  sb_test_wait_until (fixture->result != NULL);
  fixture->response = sb_llm_provider_stream_finish (fixture->provider, fixture->result, &fixture->partial,
                                                     &fixture->error);
  g_assert_true ((fixture->response == NULL) == (fixture->error != NULL));
}

static void
ask (Fixture            *fixture,
     const SbMockAnswer *answer)
{
  sb_mock_server_push (fixture->server, answer);
  start (fixture);
  finish (fixture);
}

static void
assert_hello (Fixture *fixture)
{
  g_assert_no_error (fixture->error);
  g_assert_cmpstr (fixture->response->text, ==, "Hello world");
  g_assert_cmpstr (fixture->text->str, ==, "Hello world");
}

static guint
count_retries (Fixture *fixture)
{
  JsonArray *retries = sb_json_get_array (fixture->response->raw, "retries");

  return retries != NULL ? json_array_get_length (retries) : 0;
}

static void
test_good (Fixture       *fixture,
           gconstpointer  data)
{
  ask (fixture, &good);
  assert_hello (fixture);
  g_assert_cmpint (fixture->response->finish, ==, SB_LLM_FINISH_STOP);
  g_assert_cmpuint (fixture->response->http_status, ==, 200);
  g_assert_cmpstr (fixture->response->model, ==, "m");
  g_assert_cmpint (fixture->response->first_token_us, >, 0);
  g_assert_cmpint (fixture->response->duration_us, >=, fixture->response->first_token_us);
  g_assert_cmpuint (count_retries (fixture), ==, 0);
  g_assert_cmpstr (sb_mock_server_get_authorization (fixture->server), ==, "Bearer the-key");
  g_assert_nonnull (strstr (sb_mock_server_get_body (fixture->server), "\"stream\":true"));
  g_assert_null (strstr (sb_mock_server_get_body (fixture->server), "the-key"));
}

static void
test_connection_is_reused (Fixture       *fixture,
                           gconstpointer  data)
{
  for (int i = 0; i < 3; i++)
    {
      ask (fixture, &good);
      assert_hello (fixture);
    }
  g_assert_cmpuint (sb_mock_server_count_requests (fixture->server), ==, 3);
  g_assert_cmpuint (sb_mock_server_count_connections (fixture->server), ==, 1);
}

static const struct
{
  const char         *name;
  const SbMockAnswer *answer;
  SbLlmError          code;
  const char         *message;
  guint               n_requests;
} failures[] = {
  { "wrong-key", &unauthorized, SB_LLM_ERROR_AUTH, "Wrong API Key", 1 },
  { "no-model", &no_model, SB_LLM_ERROR_MODEL, "Model x does not exist", 1 },
  { "no-page", &no_page, SB_LLM_ERROR_PROTOCOL, "web page", 1 },
  { "portal", &portal, SB_LLM_ERROR_PROTOCOL, "web page", 1 },
  { "rate-limit", &busy, SB_LLM_ERROR_RATE_LIMIT, "Tokens per minute", 3 },
  { "rate-limit-for-an-hour", &busy_for_an_hour, SB_LLM_ERROR_RATE_LIMIT, "429", 1 },
  { "broken", &broken, SB_LLM_ERROR_SERVER, "HTTP 500", 3 },
  { "broken-event", &broken_event, SB_LLM_ERROR_SERVER, "busy", 3 },
};

static void
test_failure (Fixture       *fixture,
              gconstpointer  data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  for (guint n = 1; n < failures[i].n_requests; n++)
    sb_mock_server_push (fixture->server, failures[i].answer);
  ask (fixture, failures[i].answer);
  g_assert_error (fixture->error, SB_LLM_ERROR, (int) failures[i].code);
  g_assert_nonnull (strstr (fixture->error->message, failures[i].message));
  g_assert_null (strstr (fixture->error->message, "<html>"));
  g_assert_nonnull (sb_llm_error_get_hint (fixture->error));
  g_assert_null (fixture->partial);
  g_assert_cmpuint (sb_mock_server_count_requests (fixture->server), ==, failures[i].n_requests);
}

static void
test_retry (Fixture       *fixture,
            gconstpointer  data)
{
  JsonObject *retry = NULL;

  sb_mock_server_push (fixture->server, &busy);
  sb_mock_server_push (fixture->server, &broken);
  ask (fixture, &good);
  assert_hello (fixture);
  g_assert_cmpuint (count_retries (fixture), ==, 2);
  retry = json_array_get_object_element (sb_json_get_array (fixture->response->raw, "retries"), 0);
  g_assert_cmpint (sb_json_get_int (retry, "status", 0), ==, 429);
  g_assert_nonnull (strstr (sb_json_get_string (retry, "reason"), "Tokens per minute"));
}

/* The server closes a kept connection just as the next request is on it. */
static void
test_dead_connection (Fixture       *fixture,
                      gconstpointer  data)
{
  static const SbMockAnswer kept = {
    SB_MOCK_DROP_NEXT, 0, NULL, NULL,
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 89\r\n\r\n"
    "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"Hello world\"},\"finish_reason\":\"stop\"}]}     "
  };

  ask (fixture, &kept);
  assert_hello (fixture);
  ask (fixture, &good);
  assert_hello (fixture);
  g_assert_cmpuint (count_retries (fixture), ==, 1);
}

static void
test_cut (Fixture       *fixture,
          gconstpointer  answer)
{
  ask (fixture, answer);
  g_assert_error (fixture->error, SB_LLM_ERROR, SB_LLM_ERROR_CUT);
  g_assert_true (sb_llm_error_can_retry (fixture->error));
  g_assert_cmpstr (fixture->partial->text, ==, "Hello");
  g_assert_cmpstr (fixture->text->str, ==, "Hello");
  g_assert_cmpuint (sb_mock_server_count_requests (fixture->server), ==, 1);
}

static void
test_open_end (Fixture       *fixture,
               gconstpointer  answer)
{
  ask (fixture, answer);
  assert_hello (fixture);
}

static void
test_first_byte_timeout (Fixture       *fixture,
                         gconstpointer  data)
{
  SbLlmTiming timing = quick;

  timing.first_byte_ms = 30;
  sb_llm_provider_set_timing (fixture->provider, &timing);
  ask (fixture, &silent);
  g_assert_error (fixture->error, SB_LLM_ERROR, SB_LLM_ERROR_TIMEOUT);
  g_assert_null (fixture->partial);
}

static void
test_stall (Fixture       *fixture,
            gconstpointer  data)
{
  SbLlmTiming timing = quick;

  timing.stall_ms = 30;
  sb_llm_provider_set_timing (fixture->provider, &timing);
  ask (fixture, &held);
  g_assert_error (fixture->error, SB_LLM_ERROR, SB_LLM_ERROR_TIMEOUT);
  g_assert_cmpstr (fixture->partial->text, ==, "Hello");
}

static void
assert_cancelled (Fixture *fixture)
{
  finish (fixture);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_cancel_before (Fixture       *fixture,
                    gconstpointer  data)
{
  g_cancellable_cancel (fixture->cancellable);
  start (fixture);
  assert_cancelled (fixture);
  g_assert_null (fixture->partial);
  g_assert_cmpuint (sb_mock_server_count_requests (fixture->server), ==, 0);
}

static void
test_cancel_at_once (Fixture       *fixture,
                     gconstpointer  data)
{
  sb_mock_server_push (fixture->server, &good);
  start (fixture);
  g_cancellable_cancel (fixture->cancellable);
  assert_cancelled (fixture);
}

static void
test_cancel_while_silent (Fixture       *fixture,
                          gconstpointer  data)
{
  sb_mock_server_push (fixture->server, &silent);
  start (fixture);
  sb_test_wait_until (sb_mock_server_count_requests (fixture->server) == 1);
  g_cancellable_cancel (fixture->cancellable);
  assert_cancelled (fixture);
}

static void
test_cancel_in_stream (Fixture       *fixture,
                       gconstpointer  data)
{
  sb_mock_server_push (fixture->server, &held);
  start (fixture);
  sb_test_wait_until (fixture->text->len > 0);
  g_cancellable_cancel (fixture->cancellable);
  for (int turn = 0; turn < 2; turn++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_nonnull (fixture->result);
  assert_cancelled (fixture);
  g_assert_cmpstr (fixture->partial->text, ==, "Hello");
}

static void
test_cancel_while_waiting (Fixture       *fixture,
                           gconstpointer  data)
{
  sb_mock_server_push (fixture->server, &busy_for_ten);
  start (fixture);
  sb_test_wait_until (sb_mock_server_count_requests (fixture->server) == 1);
  sb_test_spin (50);
  g_assert_null (fixture->result);
  g_cancellable_cancel (fixture->cancellable);
  assert_cancelled (fixture);
}

static void
test_cancel_after (Fixture       *fixture,
                   gconstpointer  data)
{
  ask (fixture, &good);
  g_cancellable_cancel (fixture->cancellable);
  sb_test_spin (20);
  assert_hello (fixture);
}

/* A stream that is stopped must give its connection back: many in a row would block the next otherwise. */
static void
test_cancel_frees_connections (Fixture       *fixture,
                               gconstpointer  data)
{
  for (int i = 0; i < 70; i++)
    {
      test_cancel_in_stream (fixture, NULL);
      g_cancellable_reset (fixture->cancellable);
    }
  ask (fixture, &good);
  assert_hello (fixture);
}

static void
test_unreachable (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u/v1", port);

  g_socket_listener_close (listener);
  fixture_use (fixture, url);
  start (fixture);
  finish (fixture);
  g_assert_error (fixture->error, SB_LLM_ERROR, SB_LLM_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (fixture->error->message, "127.0.0.1:"));
}

static void
test_unknown_host (Fixture       *fixture,
                   gconstpointer  data)
{
  fixture_use (fixture, "http://no-such-host.invalid/v1");
  start (fixture);
  finish (fixture);
  g_assert_error (fixture->error, SB_LLM_ERROR, SB_LLM_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (fixture->error->message, "no-such-host.invalid"));
}

static void
test_no_address (Fixture       *fixture,
                 gconstpointer  data)
{
  fixture_use (fixture, "ftp://somewhere");
  start (fixture);
  finish (fixture);
  g_assert_error (fixture->error, SB_LLM_ERROR, SB_LLM_ERROR_UNREACHABLE);
}

static void
test_broken_key (Fixture       *fixture,
                 gconstpointer  data)
{
  const char *url = sb_mock_server_get_url (fixture->server);

  g_clear_object (&fixture->provider);
  fixture->provider = sb_llm_provider_new (sb_llm_profile_lookup (NULL), url, "one\r\nX-Evil: two");
  start (fixture);
  finish (fixture);
  g_assert_error (fixture->error, SB_LLM_ERROR, SB_LLM_ERROR_AUTH);
  g_assert_cmpuint (sb_mock_server_count_requests (fixture->server), ==, 0);
}

static void
test_redirect (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr(SbMockServer) other = sb_mock_server_new (NULL);
  const char *url = sb_mock_server_get_url (other);
  g_autofree char *headers = g_strdup_printf ("Location: %s/v1/chat/completions", url);
  SbMockAnswer answer = { SB_MOCK_COMPLETE, 307, "text/plain", headers, "" };

  ask (fixture, &answer);
  g_assert_error (fixture->error, SB_LLM_ERROR, SB_LLM_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (fixture->error->message, url));
  g_assert_cmpuint (sb_mock_server_count_requests (other), ==, 0);
}

static void
test_certificate (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr(GBytes) pem = sb_test_load_data ("support/untrusted.pem");
  g_autoptr(GError) error = NULL;
  g_autoptr(GTlsCertificate) certificate = NULL;
  g_autoptr(SbMockServer) server = NULL;

  if (!g_tls_backend_supports_tls (g_tls_backend_get_default ()))
    {
      g_test_skip ("GIO has no TLS here");
      return;
    }

  certificate = g_tls_certificate_new_from_pem (g_bytes_get_data (pem, NULL), g_bytes_get_size (pem), &error);
  g_assert_no_error (error);
  server = sb_mock_server_new (certificate);
  fixture_use (fixture, sb_mock_server_get_url (server));
  start (fixture);
  finish (fixture);
  g_assert_error (fixture->error, SB_LLM_ERROR, SB_LLM_ERROR_UNREACHABLE);
  g_assert_nonnull (strstr (fixture->error->message, "certificate"));
  g_assert_cmpuint (sb_mock_server_count_requests (server), ==, 0);
}

/* Compressed although nobody asked, flushed after each event. */
static void
test_gzip (Fixture       *fixture,
           gconstpointer  data)
{
  static const char * const events[] = { HELLO, WORLD, STOP DONE };
  g_autoptr(GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1);
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();
  g_autofree char *url = g_strdup_printf ("http://127.0.0.1:%u",
                                          g_socket_listener_add_any_inet_port (listener, NULL, NULL));
  const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n\r\n";
  g_autoptr(GAsyncResult) accepted = NULL;
  g_autoptr(GSocketConnection) connection = NULL;
  GOutputStream *output = NULL;

  fixture_use (fixture, url);
  g_socket_listener_accept_async (listener, NULL, sb_test_keep_result, &accepted);
  start (fixture);
  sb_test_wait_until (accepted != NULL);
  connection = g_socket_listener_accept_finish (listener, accepted, NULL, NULL);
  output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  g_output_stream_write_all (output, head, strlen (head), NULL, NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (events); i++)
    {
      guint8 packed[1024];
      gsize n_read = 0;
      gsize n_written = 0;

      g_converter_convert (G_CONVERTER (compressor), events[i], strlen (events[i]), packed, sizeof packed,
                           G_CONVERTER_FLUSH, &n_read, &n_written, NULL);
      g_assert_cmpuint (n_read, ==, strlen (events[i]));
      g_output_stream_write_all (output, packed, n_written, NULL, NULL, NULL);
      if (i == 0)
        sb_test_wait_until (g_str_equal (fixture->text->str, "Hello"));
    }
  finish (fixture);
  assert_hello (fixture);
}

static void
test_list_models (Fixture       *fixture,
                  gconstpointer  data)
{
  static const SbMockAnswer list = { SB_MOCK_COMPLETE, 200, "application/json", NULL,
                                     "{\"object\":\"list\",\"data\":[{\"id\":\"b\"},{},3,{\"id\":\"a\"}]}" };
  g_auto(GStrv) models = NULL;

  sb_mock_server_push (fixture->server, &list);
  sb_llm_provider_list_models_async (fixture->provider, NULL, sb_test_keep_result, &fixture->result);
  sb_test_wait_until (fixture->result != NULL);
  models = sb_llm_provider_list_models_finish (fixture->provider, fixture->result, &fixture->error);
  g_assert_no_error (fixture->error);
  g_assert_cmpuint (g_strv_length (models), ==, 2);
  g_assert_cmpstr (models[0], ==, "b");
  g_assert_cmpstr (models[1], ==, "a");
}

static void
test_list_models_refused (Fixture       *fixture,
                          gconstpointer  answer)
{
  int code = answer == &unauthorized ? SB_LLM_ERROR_AUTH : SB_LLM_ERROR_PROTOCOL;

  sb_mock_server_push (fixture->server, answer);
  sb_llm_provider_list_models_async (fixture->provider, NULL, sb_test_keep_result, &fixture->result);
  sb_test_wait_until (fixture->result != NULL);
  g_assert_null (sb_llm_provider_list_models_finish (fixture->provider, fixture->result, &fixture->error));
  g_assert_error (fixture->error, SB_LLM_ERROR, code);
}

static void
add (const char    *name,
     gconstpointer  data,
     void         (*func) (Fixture *fixture, gconstpointer data))
{
  g_autofree char *path = g_strconcat ("/llm/provider/", name, NULL);

  g_test_add (path, Fixture, data, fixture_set_up, func, fixture_tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  add ("good", NULL, test_good);
  add ("connection-is-reused", NULL, test_connection_is_reused);
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++)
    add (failures[i].name, GSIZE_TO_POINTER (i), test_failure);
  add ("retry", NULL, test_retry);
  add ("dead-connection", NULL, test_dead_connection);
  add ("cut", &cut, test_cut);
  add ("reset", &torn, test_cut);
  add ("open-after-finish", &held_after_finish, test_open_end);
  add ("open-after-done", &held_after_done, test_open_end);
  add ("first-byte-timeout", NULL, test_first_byte_timeout);
  add ("stall", NULL, test_stall);
  add ("cancel-before", NULL, test_cancel_before);
  add ("cancel-at-once", NULL, test_cancel_at_once);
  add ("cancel-while-silent", NULL, test_cancel_while_silent);
  add ("cancel-in-stream", NULL, test_cancel_in_stream);
  add ("cancel-while-waiting", NULL, test_cancel_while_waiting);
  add ("cancel-after", NULL, test_cancel_after);
  add ("cancel-frees-connections", NULL, test_cancel_frees_connections);
  add ("unreachable", NULL, test_unreachable);
  add ("unknown-host", NULL, test_unknown_host);
  add ("no-address", NULL, test_no_address);
  add ("broken-key", NULL, test_broken_key);
  add ("redirect", NULL, test_redirect);
  add ("certificate", NULL, test_certificate);
  add ("gzip", NULL, test_gzip);
  add ("list-models", NULL, test_list_models);
  add ("list-models-refused", &unauthorized, test_list_models_refused);
  add ("list-models-portal", &portal, test_list_models_refused);

  return g_test_run ();
}
