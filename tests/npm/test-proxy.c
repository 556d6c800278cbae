/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <gio/gunixsocketaddress.h>
#include <libsoup/soup.h>
#include <string.h>
#include <sys/socket.h>

#include "sb-npm-proxy.h"
#include "sb-test.h"

#define HELLO_SHA1 "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"

/* A registry of our own, and how often it was asked for anything. */
typedef struct
{
  SoupServer  *registry;
  GString     *asked;   /* paths */
  SbApprovals *approvals;
  SbNpmSource *source;
  SbNpmProxy  *proxy;
  char        *cache;
  const char  *tarball; /* what it sends */
} Fixture;

static void
registry_cb (SoupServer        *server,
             SoupServerMessage *message,
             const char        *path,
             GHashTable        *query,
             gpointer           user_data)
{
  Fixture *fixture = user_data;
  g_autoptr(GSList) uris = soup_server_get_uris (server);
  g_autofree char *base = g_uri_to_string (uris->data);
  g_autofree char *body = NULL;

  g_string_append_printf (fixture->asked, "%s\n", path);
  g_slist_foreach (uris, (GFunc) g_uri_unref, NULL);
  if (g_str_equal (path, "/pad"))
    body = g_strdup_printf ("{\"name\":\"pad\",\"dist-tags\":{\"latest\":\"1.0.0\"},\"versions\":{"
                            "\"1.0.0\":{\"name\":\"pad\",\"version\":\"1.0.0\",\"dependencies\":{\"dep\":\"*\"},"
                            "\"dist\":{\"shasum\":\"" HELLO_SHA1 "\",\"tarball\":\"%spad/-/pad-1.0.0.tgz\"}},"
                            "\"2.0.0\":{\"name\":\"pad\",\"version\":\"2.0.0\","
                            "\"dist\":{\"shasum\":\"" HELLO_SHA1 "\",\"tarball\":\"http://127.0.0.1:1/pad.tgz\"}}}}",
                            base);
  else if (g_str_equal (path, "/dep"))
    body = g_strdup ("{\"name\":\"dep\",\"versions\":{}}");
  else if (g_str_has_suffix (path, ".tgz"))
    body = g_strdup (fixture->tarball);
  else if (g_str_equal (path, "/moved"))
    {
      soup_server_message_set_redirect (message, SOUP_STATUS_FOUND, "http://127.0.0.1:1/pad");
      return;
    }

  soup_server_message_set_status (message, body != NULL ? 200 : 404, NULL);
  if (body != NULL)
    soup_server_message_set_response (message, "application/json", SOUP_MEMORY_COPY, body, strlen (body));
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr(GSList) uris = NULL;
  g_autofree char *base = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbNpmCache) cache = NULL;
  SbNpmConfig *config = sb_npm_config_new ();

  fixture->asked = g_string_new (NULL);
  fixture->tarball = "hello";
  fixture->registry = soup_server_new (NULL, NULL);
  soup_server_add_handler (fixture->registry, NULL, registry_cb, fixture, NULL);
  soup_server_listen_local (fixture->registry, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (fixture->registry);
  base = g_uri_to_string (uris->data);
  g_slist_foreach (uris, (GFunc) g_uri_unref, NULL);

  sb_npm_config_set (config, "registry", base);
  fixture->cache = sb_test_make_dir ();
  cache = sb_npm_cache_new (fixture->cache);
  fixture->approvals = sb_approvals_new ();
  sb_approvals_set_attended (fixture->approvals, TRUE);
  fixture->source = sb_npm_source_new (config, cache, SB_NPM_PROXY_URL);
  fixture->proxy = sb_npm_proxy_new (fixture->source, fixture->approvals);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  soup_server_disconnect (fixture->registry);
  g_object_unref (fixture->registry);
  g_object_unref (fixture->proxy);
  g_object_unref (fixture->source);
  g_object_unref (fixture->approvals);
  g_string_free (fixture->asked, TRUE);
  g_free (fixture->cache);
}

static GSocketConnection *
connect_pair (Fixture *fixture)
{
  int fds[2];
  g_autoptr(GSocket) near = NULL;
  g_autoptr(GSocket) far = NULL;
  g_autoptr(GSocketConnection) served = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  near = g_socket_new_from_fd (fds[0], NULL);
  far = g_socket_new_from_fd (fds[1], NULL);
  served = g_socket_connection_factory_create_connection (far);
  g_assert_true (sb_npm_proxy_accept (fixture->proxy, G_IO_STREAM (served), "quiet-otter", &error));
  g_assert_no_error (error);

  return g_socket_connection_factory_create_connection (near);
}

/* Sends the request, half closes, and returns all that comes back. */
static char *
exchange (Fixture    *fixture,
          const char *request)
{
  g_autoptr(GSocketConnection) connection = connect_pair (fixture);
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  GPollableInputStream *input =
    G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (connection)));
  GString *answer = g_string_new (NULL);
  gssize n = -1;

  g_assert_true (g_output_stream_write_all (output, request, strlen (request), NULL, NULL, NULL));
  while (n != 0)
    {
      char buffer[4096];
      g_autoptr(GError) error = NULL;

      n = g_pollable_input_stream_read_nonblocking (input, buffer, sizeof buffer, NULL, &error);
      if (n > 0)
        g_string_append_len (answer, buffer, n);
      else if (n < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        sb_test_iterate ();
      else
        break;
    }

  return g_string_free (answer, FALSE);
}

static char *
get (Fixture    *fixture,
     const char *target)
{
  g_autofree char *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: evil.example\r\nX-Secret: data\r\n"
                                              "Connection: close\r\n\r\n", target);

  return exchange (fixture, request);
}

static void
assert_status (const char *answer,
               const char *status)
{
  if (!g_str_has_prefix (answer, "HTTP/1.1 ") || !g_str_has_prefix (answer + 9, status))
    g_error ("not %s: %s", status, answer);
}

static void
allow (Fixture    *fixture,
       const char *name)
{
  const char *names[] = { name, NULL };

  sb_npm_proxy_set_allowed (fixture->proxy, names);
}

static void
test_install (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *document = NULL;
  g_autofree char *tarball = NULL;
  g_autofree char *version = NULL;
  g_autofree char *dependency = NULL;
  g_autofree char *again = NULL;

  allow (fixture, "pad");
  document = get (fixture, "/pad");
  assert_status (document, "200");
  g_assert_nonnull (strstr (document, SB_NPM_PROXY_URL "/pad/-/pad-1.0.0.tgz"));
  version = get (fixture, "/pad/latest");
  assert_status (version, "200");
  tarball = get (fixture, "/pad/-/pad-1.0.0.tgz");
  assert_status (tarball, "200");
  g_assert_true (g_str_has_suffix (tarball, "\r\n\r\nhello"));
  dependency = get (fixture, "/dep");
  assert_status (dependency, "200");

  again = get (fixture, "/pad/-/pad-1.0.0.tgz");
  assert_status (again, "200");
  g_assert_cmpstr (fixture->asked->str, ==, "/pad\n/pad/-/pad-1.0.0.tgz\n/dep\n");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (fixture->proxy)), ==, 5);
}

/* Nothing of these reaches the registry. */
static void
test_refused (Fixture       *fixture,
              gconstpointer  data)
{
  static const struct
  {
    const char *request;
    const char *status;
  } cases[] = {
    { "PUT /pad HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", "405" },
    { "POST /-/npm/v1/security/advisories/bulk HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
      "405" },
    { "DELETE /pad HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405" },
    { "GET /pad?stolen=data HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "403" },
    { "GET /-/v1/search?text=data HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "403" },
    { "GET /pad/../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "403" },
    { "CONNECT registry.npmjs.org:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "4" },
  };

  allow (fixture, "pad");
  sb_approvals_set_attended (fixture->approvals, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *answer = exchange (fixture, cases[i].request);

      g_test_message ("%s", cases[i].request);
      assert_status (answer, cases[i].status);
    }
  g_assert_cmpstr (fixture->asked->str, ==, "");
}

static void
answer_question (Fixture         *fixture,
                 GListModel      *model,
                 SbApprovalState  state)
{
  g_autoptr(SbApproval) question = g_list_model_get_item (model, 0);

  g_assert_cmpstr (sb_approval_get_key (question), ==, "package:pad");
  g_assert_cmpstr (fixture->asked->str, ==, "");
  sb_approval_answer (question, state);
}

static void
deny_cb (GListModel *model,
         guint       position,
         guint       removed,
         guint       added,
         gpointer    user_data)
{
  if (added > 0)
    answer_question (user_data, model, SB_APPROVAL_DENIED);
}

static void
allow_cb (GListModel *model,
          guint       position,
          guint       removed,
          guint       added,
          gpointer    user_data)
{
  if (added > 0)
    answer_question (user_data, model, SB_APPROVAL_ALLOWED_ONCE);
}

static void
test_asks (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *denied = NULL;
  g_autofree char *allowed = NULL;
  g_autofree char *tarball = NULL;
  gulong id;

  id = g_signal_connect_after (fixture->approvals, "items-changed", G_CALLBACK (deny_cb), fixture);
  denied = get (fixture, "/pad");
  assert_status (denied, "403");
  g_assert_cmpstr (fixture->asked->str, ==, "");
  g_signal_handler_disconnect (fixture->approvals, id);

  g_signal_connect_after (fixture->approvals, "items-changed", G_CALLBACK (allow_cb), fixture);
  allowed = get (fixture, "/pad");
  assert_status (allowed, "200");
  tarball = get (fixture, "/pad/-/pad-1.0.0.tgz");
  assert_status (tarball, "200");
}

static void
test_unattended (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autofree char *answer = NULL;

  sb_approvals_set_attended (fixture->approvals, FALSE);
  answer = get (fixture, "/c3RvbGVuIGRhdGE");
  assert_status (answer, "403");
  g_assert_cmpstr (fixture->asked->str, ==, "");
}

/* The sandbox hangs up while the user thinks. */
static void
test_hang_up (Fixture       *fixture,
              gconstpointer  data)
{
  static const char request[] = "GET /pad HTTP/1.1\r\nHost: a\r\n\r\n";
  GListModel *questions = G_LIST_MODEL (fixture->approvals);
  g_autoptr(GSocketConnection) connection = connect_pair (fixture);
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));

  g_assert_true (g_output_stream_write_all (output, request, sizeof request - 1, NULL, NULL, NULL));
  sb_test_wait_until (g_list_model_get_n_items (questions) == 1);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  sb_test_spin (50);
  sb_approvals_set_attended (fixture->approvals, FALSE);
  sb_test_wait_until (g_list_model_get_n_items (questions) == 0);
  sb_test_spin (50);
  g_assert_cmpstr (fixture->asked->str, ==, "");
}

static void
test_integrity (Fixture       *fixture,
                gconstpointer  data)
{
  g_autofree char *answer = NULL;
  g_autofree char *elsewhere = NULL;
  g_autofree char *moved = NULL;

  allow (fixture, "pad");
  fixture->tarball = "evil!";
  answer = get (fixture, "/pad/-/pad-1.0.0.tgz");
  assert_status (answer, "502");
  g_assert_null (strstr (answer, "evil"));

  elsewhere = get (fixture, "/pad/-/pad-2.0.0.tgz");
  assert_status (elsewhere, "502");
  g_assert_nonnull (strstr (elsewhere, "another host"));

  allow (fixture, "moved");
  moved = get (fixture, "/moved");
  assert_status (moved, "502");
}

static void
test_offline (Fixture       *fixture,
              gconstpointer  data)
{
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *missing = NULL;

  allow (fixture, "pad");
  first = get (fixture, "/pad/-/pad-1.0.0.tgz");
  assert_status (first, "200");
  g_string_truncate (fixture->asked, 0);

  sb_npm_source_set_offline (fixture->source, TRUE);
  second = get (fixture, "/pad/-/pad-1.0.0.tgz");
  assert_status (second, "200");
  allow (fixture, "other");
  missing = get (fixture, "/other");
  assert_status (missing, "404");
  g_assert_cmpstr (fixture->asked->str, ==, "");
}

static void
test_flood (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(GPtrArray) connections = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GSocketConnection) connection = NULL;
  g_autoptr(GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                            NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *answer = NULL;

  for (guint i = 0; i < SB_NPM_PROXY_MAX_CONNECTIONS; i++)
    g_ptr_array_add (connections, connect_pair (fixture));
  connection = g_socket_connection_factory_create_connection (socket);
  g_assert_false (sb_npm_proxy_accept (fixture->proxy, G_IO_STREAM (connection), "quiet-otter", &error));
  g_assert_error (error, SB_NPM_ERROR, SB_NPM_ERROR_LIMIT);

  for (guint i = 0; i < connections->len; i++)
    g_io_stream_close (g_ptr_array_index (connections, i), NULL, NULL);
  sb_test_spin (50);
  answer = get (fixture, "/-/ping");
  assert_status (answer, "200");
}

#define ADD(name, function) \
  g_test_add ("/npm/proxy/" name, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);

  ADD ("install", test_install);
  ADD ("refused", test_refused);
  ADD ("asks", test_asks);
  ADD ("unattended", test_unattended);
  ADD ("hang-up", test_hang_up);
  ADD ("integrity", test_integrity);
  ADD ("offline", test_offline);
  ADD ("flood", test_flood);

  return g_test_run ();
}
