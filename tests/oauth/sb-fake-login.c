/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-fake-login.h"

#include <string.h>

#include "sb-http.h"
#include "sb-json.h"
#include "sb-test.h"

static void
answer (SoupServerMessage *message,
        guint              status,
        char              *json)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_TAKE, json, strlen (json));
}

static void
describe (SbFakeLogin       *self,
          SoupServerMessage *message,
          const char        *path)
{
  if (!self->has_documents)
    answer (message, SOUP_STATUS_NOT_FOUND, g_strdup ("{}"));
  else if (g_str_equal (path, "/.well-known/oauth-protected-resource/mcp"))
    answer (message, SOUP_STATUS_OK,
            g_strdup_printf ("{\"resource\":\"%s\",\"authorization_servers\":[\"%s\"],\"scopes_supported\":[\"all\"]}",
                             self->resource != NULL ? self->resource : self->url,
                             self->issuer != NULL ? self->issuer : self->origin));
  else if (g_str_equal (path, "/.well-known/oauth-authorization-server"))
    answer (message, SOUP_STATUS_OK,
            g_strdup_printf ("{\"issuer\":\"%s\",\"authorization_endpoint\":\"%s/authorize\",\"token_endpoint\":"
                             "\"%s/token\",\"registration_endpoint\":\"%s/register\","
                             "\"code_challenge_methods_supported\":[\"S256\"],"
                             "\"token_endpoint_auth_methods_supported\":[\"none\",\"client_secret_post\"]}",
                             self->origin, self->origin, self->origin, self->origin));
  else
    answer (message, SOUP_STATUS_NOT_FOUND, g_strdup ("<html>"));
}

static void
authorize (SbFakeLogin       *self,
           SoupServerMessage *message,
           GHashTable        *query)
{
  g_autofree char *target = g_strdup_printf ("%s?%s&state=%s%s", (char *) g_hash_table_lookup (query, "redirect_uri"),
                                             self->denies ? "error=access_denied" : "code=c0de",
                                             (char *) g_hash_table_lookup (query, "state"),
                                             self->spoils_state ? "x" : "");

  self->n_browsed++;
  g_free (self->last_scope);
  self->last_scope = g_strdup (g_hash_table_lookup (query, "scope"));
  soup_server_message_set_redirect (message, SOUP_STATUS_FOUND, target);
}

static void
give_token (SbFakeLogin       *self,
            SoupServerMessage *message)
{
  g_autofree char *body = g_strndup (soup_server_message_get_request_body (message)->data,
                                     soup_server_message_get_request_body (message)->length);
  const char *shown = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Authorization");
  gboolean refreshes = strstr (body, "grant_type=refresh_token") != NULL;

  g_free (self->last_shown);
  self->last_shown = g_strconcat (shown != NULL ? shown : "", "\n", body, NULL);
  if (refreshes)
    self->n_refreshed++;
  else
    self->n_exchanged++;
  if (refreshes && (!self->takes_refresh || strstr (body, "refresh_token=r-") == NULL))
    {
      answer (message, SOUP_STATUS_BAD_REQUEST, g_strdup ("{\"error\":\"invalid_grant\"}"));
      return;
    }

  g_free (self->token);
  self->token = g_strdup_printf ("token-%u-%u", self->n_exchanged, self->n_refreshed);
  answer (message, SOUP_STATUS_OK,
          g_strdup_printf ("{\"access_token\":\"%s\",\"token_type\":\"Bearer\"%s}", self->token,
                           self->gives_refresh ? ",\"refresh_token\":\"r-1\"" : ""));
}

static char *
dup_result (const char *method)
{
  if (g_strcmp0 (method, "initialize") == 0)
    return g_strdup ("{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},"
                     "\"serverInfo\":{\"name\":\"fake\",\"version\":\"1\"}}");
  if (g_strcmp0 (method, "tools/list") == 0)
    return g_strdup ("{\"tools\":[{\"name\":\"guarded\",\"inputSchema\":{\"type\":\"object\"}}]}");

  return g_strdup ("{}");
}

/* An MCP server that lets in who has the token. */
static void
serve (SbFakeLogin       *self,
       SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  const char *shown = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Authorization");
  g_autofree char *wanted = self->token != NULL ? g_strconcat ("Bearer ", self->token, NULL) : NULL;
  g_autoptr(JsonObject) request = sb_json_parse_object (body->data, body->length, NULL);

  if (wanted == NULL || g_strcmp0 (shown, wanted) != 0)
    {
      soup_server_message_set_status (message, SOUP_STATUS_UNAUTHORIZED, NULL);
    }
  else if (request == NULL || !json_object_has_member (request, "id"))
    {
      soup_server_message_set_status (message, request != NULL ? SOUP_STATUS_ACCEPTED : SOUP_STATUS_METHOD_NOT_ALLOWED,
                                      NULL);
    }
  else
    {
      g_autofree char *result = dup_result (sb_json_get_string (request, "method"));

      answer (message, SOUP_STATUS_OK,
              g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%" G_GINT64_FORMAT ",\"result\":%s}",
                               sb_json_get_int (request, "id", 0), result));
    }
}

static void
request_cb (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  SbFakeLogin *self = user_data;

  if (g_str_equal (path, "/authorize"))
    {
      authorize (self, message, query);
    }
  else if (g_str_equal (path, "/token"))
    {
      give_token (self, message);
    }
  else if (g_str_equal (path, "/register"))
    {
      self->n_registered++;
      answer (message, SOUP_STATUS_CREATED, g_strdup ("{\"client_id\":\"client-1\"}"));
    }
  else if (g_str_equal (path, "/mcp"))
    {
      serve (self, message);
    }
  else
    {
      describe (self, message, path);
    }
}

SbFakeLogin *
sb_fake_login_new (void)
{
  SbFakeLogin *self = g_new0 (SbFakeLogin, 1);
  g_autoptr(GError) error = NULL;
  GSList *uris = NULL;

  self->has_documents = TRUE;
  self->browser = sb_http_session_new ();
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, NULL, request_cb, self, NULL);
  soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->origin = g_strdup_printf ("http://127.0.0.1:%d", g_uri_get_port (uris->data));
  self->url = g_strconcat (self->origin, "/mcp", NULL);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  return self;
}

void
sb_fake_login_free (SbFakeLogin *self)
{
  soup_session_abort (self->browser);
  soup_server_disconnect (self->server);
  g_object_unref (self->browser);
  g_object_unref (self->server);
  g_free (self->origin);
  g_free (self->url);
  g_free (self->token);
  g_free (self->resource);
  g_free (self->issuer);
  g_free (self->last_scope);
  g_free (self->last_shown);
  g_free (self);
}

static void
browsed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GInputStream) stream = soup_session_send_finish (SOUP_SESSION (source), result, NULL);
}

void
sb_fake_login_browse (const char *uri,
                      gpointer    user_data)
{
  SbFakeLogin *self = user_data;
  g_autoptr(SoupMessage) message = soup_message_new (SOUP_METHOD_GET, uri);

  soup_session_send_async (self->browser, message, G_PRIORITY_DEFAULT, NULL, browsed_cb, NULL);
}
