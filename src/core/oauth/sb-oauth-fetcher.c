/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-fetcher.h"

#include <string.h>

#include "sb-http.h"
#include "sb-http-fetch.h"
#include "sb-oauth-error.h"
#include "sb-oauth-uri.h"

#define CONNECT_MS (15 * 1000)
#define ANSWER_MS (30 * 1000)
#define MAX_ANSWER (256 * 1024)

struct _SbOAuthFetcher
{
  GObject parent_instance;

  /* owned */
  SoupSession *session;
  GUri        *server;

  gboolean is_loopback;
  gboolean is_private; /* the server is in the user's network, so what it names may be, too */
  gboolean is_placed;  /* where the server is has been looked up */
};

typedef struct
{
  /* owned */
  SoupMessage  *message;
  GCancellable *inner;
  GCancellable *outer; /* nullable */

  /* borrowed */
  SbOAuthFetcher *fetcher;

  gulong   outer_id;
  gboolean refused; /* it led into the user's network */
} Fetch;

G_DEFINE_FINAL_TYPE (SbOAuthFetcher, sb_oauth_fetcher, G_TYPE_OBJECT)

static void
fetch_free (gpointer data)
{
  Fetch *fetch = data;

  g_cancellable_disconnect (fetch->outer, fetch->outer_id);
  g_signal_handlers_disconnect_by_data (fetch->message, fetch);
  g_object_unref (fetch->message);
  g_object_unref (fetch->inner);
  g_clear_object (&fetch->outer);
  g_free (fetch);
}

static gboolean
is_own_host (SbOAuthFetcher *self,
             GUri           *uri)
{
  return g_ascii_strcasecmp (g_uri_get_host (uri), g_uri_get_host (self->server)) == 0;
}

/* The address itself is looked at, when it is connected to: what a name leads to may change between two looks. */
static void
network_event_cb (SoupMessage        *message,
                  GSocketClientEvent  event,
                  GIOStream          *connection,
                  gpointer            user_data)
{
  Fetch *fetch = user_data;
  g_autoptr(GSocketAddress) address = NULL;

  if (event != G_SOCKET_CLIENT_CONNECTING || fetch->fetcher->is_private
      || is_own_host (fetch->fetcher, soup_message_get_uri (message)))
    return;

  address = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), NULL);
  if (!G_IS_INET_SOCKET_ADDRESS (address) || G_IS_PROXY_ADDRESS (address)
      || sb_oauth_address_is_public (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address))))
    return;

  fetch->refused = TRUE;
  g_cancellable_cancel (fetch->inner);
}

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Fetch *fetch = g_task_get_task_data (task);
  const char *host = g_uri_get_host (soup_message_get_uri (fetch->message));
  GTlsCertificateFlags flags = soup_message_get_tls_peer_certificate_errors (fetch->message);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = sb_http_fetch_finish (SOUP_SESSION (source), result, &error);

  if (bytes != NULL)
    g_task_return_pointer (task, g_steal_pointer (&bytes), (GDestroyNotify) g_bytes_unref);
  else if (fetch->refused)
    g_task_return_new_error (task, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSAFE,
                             "To sign in, the server leads into your own network (%s); that is refused.", host);
  else if (flags != 0)
    g_task_return_new_error (task, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNREACHABLE,
                             "The certificate of %s, where users sign in, cannot be trusted: %s.", host,
                             sb_http_describe_certificate (flags));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_new_error (task, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNREACHABLE,
                             "%s, where users sign in, cannot be reached: %s", host, error->message);
}

static void
outer_cancelled_cb (GCancellable *outer,
                    gpointer      user_data)
{
  g_cancellable_cancel (user_data);
}

static void
send_message (GTask *task)
{
  SbOAuthFetcher *self = g_task_get_source_object (task);
  Fetch *fetch = g_task_get_task_data (task);

  sb_http_fetch_async (self->session, fetch->message, CONNECT_MS, ANSWER_MS, MAX_ANSWER, fetch->inner, fetched_cb,
                       g_object_ref (task));
}

static void
placed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  SbOAuthFetcher *self = g_task_get_source_object (task);
  GList *addresses = g_resolver_lookup_by_name_finish (G_RESOLVER (source), result, NULL);

  self->is_placed = TRUE;
  for (GList *at = addresses; at != NULL; at = at->next)
    self->is_private |= !sb_oauth_address_is_public (at->data);
  g_resolver_free_addresses (addresses);
  send_message (task);
}

static void
fetch (GTask       *task,
       SoupMessage *message)
{
  SbOAuthFetcher *self = g_task_get_source_object (task);
  Fetch *data = g_new0 (Fetch, 1);

  data->fetcher = self;
  data->message = g_object_ref (message);
  data->inner = g_cancellable_new ();
  g_task_set_task_data (task, data, fetch_free);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_disable_feature (message, SOUP_TYPE_AUTH_MANAGER);
  soup_message_headers_replace (soup_message_get_request_headers (message), "Accept", "application/json");
  g_signal_connect (message, "network-event", G_CALLBACK (network_event_cb), data);
  if (g_set_object (&data->outer, g_task_get_cancellable (task)))
    data->outer_id = g_cancellable_connect (data->outer, G_CALLBACK (outer_cancelled_cb), g_object_ref (data->inner),
                                            g_object_unref);

  if (self->is_placed)
    {
      send_message (task);
    }
  else
    {
      g_autoptr(GResolver) resolver = g_resolver_get_default ();

      g_resolver_lookup_by_name_async (resolver, g_uri_get_host (self->server), data->inner, placed_cb,
                                       g_object_ref (task));
    }
}

static void
sb_oauth_fetcher_finalize (GObject *object)
{
  SbOAuthFetcher *self = SB_OAUTH_FETCHER (object);

  g_object_unref (self->session);
  g_uri_unref (self->server);

  G_OBJECT_CLASS (sb_oauth_fetcher_parent_class)->finalize (object);
}

static void
sb_oauth_fetcher_class_init (SbOAuthFetcherClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_oauth_fetcher_finalize;
}

static void
sb_oauth_fetcher_init (SbOAuthFetcher *self)
{
  self->session = sb_http_session_new ();
}

/* server: the one that somebody signs in to, as the user gave it. (transfer full) */
SbOAuthFetcher *
sb_oauth_fetcher_new (GUri *server)
{
  SbOAuthFetcher *self = g_object_new (SB_TYPE_OAUTH_FETCHER, NULL);

  self->server = g_uri_ref (server);
  self->is_loopback = sb_oauth_uri_is_loopback (server);
  self->is_private = self->is_loopback;
  self->is_placed = self->is_loopback;

  return self;
}

/* Whether addresses on this machine are fine: only where the server is there itself. */
gboolean
sb_oauth_fetcher_allows_loopback (SbOAuthFetcher *self)
{
  return self->is_loopback;
}

/* Returns: (nullable) (transfer full): with the task failed */
static SoupMessage *
new_message (GTask      *task,
             const char *method,
             const char *url)
{
  SbOAuthFetcher *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr(GUri) uri = sb_oauth_uri_parse (url, self->is_loopback, &error);

  if (uri == NULL)
    {
      g_task_return_error (task, error);
      return NULL;
    }

  return soup_message_new_from_uri (method, uri);
}

/**
 * sb_oauth_fetcher_get_async:
 * @url: foreign
 *
 * Gets a document. Nothing but https is asked, and nothing in the user's own network, unless the server is there
 * itself; redirects are not followed; size and time are limited.
 */
void
sb_oauth_fetcher_get_async (SbOAuthFetcher      *self,
                            const char          *url,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr(SoupMessage) message = new_message (task, SOUP_METHOD_GET, url);

  g_task_set_source_tag (task, sb_oauth_fetcher_get_async);
  if (message != NULL)
    fetch (task, message);
}

/**
 * sb_oauth_fetcher_post_async:
 * @url: foreign
 * @authorization: (nullable): a header
 *
 * As sb_oauth_fetcher_get_async(), with a body.
 */
void
sb_oauth_fetcher_post_async (SbOAuthFetcher      *self,
                             const char          *url,
                             const char          *content_type,
                             const char          *body,
                             const char          *authorization,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr(SoupMessage) message = new_message (task, SOUP_METHOD_POST, url);
  g_autoptr(GBytes) bytes = g_bytes_new (body, strlen (body));

  g_task_set_source_tag (task, sb_oauth_fetcher_post_async);
  if (message == NULL)
    return;

  soup_message_set_request_body_from_bytes (message, content_type, bytes);
  if (authorization != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", authorization);
  fetch (task, message);
}

/* (transfer full) (nullable): the body, whatever the status: foreign */
GBytes *
sb_oauth_fetcher_finish (SbOAuthFetcher  *self,
                         GAsyncResult    *result,
                         guint           *status,
                         GError         **error)
{
  Fetch *data = g_task_get_task_data (G_TASK (result));

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  *status = data != NULL ? soup_message_get_status (data->message) : 0;

  return g_task_propagate_pointer (G_TASK (result), error);
}
