/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-listener.h"

#include <libsoup/soup.h>
#include <string.h>

#include "sb-oauth-error.h"

#define PATH "/callback"
#define DONE_PAGE "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>Sandbar</title></head>" \
                  "<body><p>Sandbar has the answer. You can close this page and go back.</p></body></html>"

struct _SbOAuthListener
{
  GObject parent_instance;

  /* owned */
  SoupServer *server;
  char       *redirect_uri;
  GTask      *waiting;   /* nullable */
  char       *query;     /* nullable: the answer, which is told when its page is sent */
  GSource    *cancelled; /* nullable */

  /* borrowed */
  const SbOAuthGrant *grant; /* while somebody waits */

  guint timeout_id;
};

G_DEFINE_FINAL_TYPE (SbOAuthListener, sb_oauth_listener, G_TYPE_OBJECT)

static void
stop_watching (SbOAuthListener *self)
{
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  if (self->cancelled != NULL)
    g_source_destroy (self->cancelled);
  g_clear_pointer (&self->cancelled, g_source_unref);
}

/* The one way to the end. error: (transfer full) (nullable) */
static void
finish (SbOAuthListener *self,
        GError          *error)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->waiting);

  if (task == NULL)
    {
      g_clear_error (&error);
      return;
    }

  stop_watching (self);
  self->grant = NULL;
  soup_server_disconnect (self->server);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_steal_pointer (&self->query), g_free);
}

static gboolean
timeout_cb (gpointer user_data)
{
  SbOAuthListener *self = user_data;

  self->timeout_id = 0;
  finish (self, g_error_new_literal (SB_OAUTH_ERROR, SB_OAUTH_ERROR_SIGN_IN,
                                     "Nobody signed in in the browser in time. Try again."));

  return G_SOURCE_REMOVE;
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  finish (user_data, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The sign-in was cancelled."));

  return G_SOURCE_REMOVE;
}

/* Anybody on this machine may knock; only who knows the state is let in. */
static void
request_cb (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *fields,
            gpointer           user_data)
{
  SbOAuthListener *self = user_data;
  const char *query = g_uri_get_query (soup_server_message_get_uri (message));
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "Referrer-Policy", "no-referrer");
  soup_message_headers_replace (headers, "Content-Security-Policy", "default-src 'none'");
  soup_message_headers_replace (headers, "Connection", "close");
  if (!g_str_equal (path, PATH) || soup_server_message_get_method (message) != SOUP_METHOD_GET)
    {
      soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
      return;
    }
  if (self->waiting == NULL || self->query != NULL || !sb_oauth_grant_is_answer (self->grant, query))
    {
      soup_server_message_set_status (message, SOUP_STATUS_FORBIDDEN, NULL);
      return;
    }

  self->query = g_strdup (query);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "text/html; charset=utf-8", SOUP_MEMORY_STATIC, DONE_PAGE,
                                    strlen (DONE_PAGE));
}

static void
request_ended_cb (SbOAuthListener *self)
{
  g_autoptr(SbOAuthListener) held = g_object_ref (self);

  if (held->query != NULL)
    finish (held, NULL);
}

static guint16
get_port (const char *redirect_uri)
{
  g_autoptr(GUri) uri = redirect_uri != NULL ? g_uri_parse (redirect_uri, G_URI_FLAGS_NONE, NULL) : NULL;

  return uri != NULL && g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) : 0;
}

static gboolean
listen_at (SbOAuthListener  *self,
           guint16           port,
           GError          **error)
{
  GSList *uris = NULL;

  if (!soup_server_listen_local (self->server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, error))
    {
      g_prefix_error (error, "No port of this machine could be opened for the answer of the browser: ");
      return FALSE;
    }

  uris = soup_server_get_uris (self->server);
  self->redirect_uri = g_strdup_printf ("http://127.0.0.1:%d" PATH, g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  return TRUE;
}

static void
sb_oauth_listener_dispose (GObject *object)
{
  SbOAuthListener *self = SB_OAUTH_LISTENER (object);

  stop_watching (self);
  if (self->server != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->server, self);
      soup_server_disconnect (self->server);
    }
  g_clear_object (&self->server);

  G_OBJECT_CLASS (sb_oauth_listener_parent_class)->dispose (object);
}

static void
sb_oauth_listener_finalize (GObject *object)
{
  SbOAuthListener *self = SB_OAUTH_LISTENER (object);

  g_free (self->redirect_uri);
  g_free (self->query);

  G_OBJECT_CLASS (sb_oauth_listener_parent_class)->finalize (object);
}

static void
sb_oauth_listener_class_init (SbOAuthListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_oauth_listener_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_oauth_listener_finalize;
}

static void
sb_oauth_listener_init (SbOAuthListener *self)
{
  self->server = soup_server_new ("server-header", "sandbar", NULL);
  soup_server_add_handler (self->server, NULL, request_cb, self, NULL);
  g_signal_connect_swapped (self->server, "request-finished", G_CALLBACK (request_ended_cb), self);
  g_signal_connect_swapped (self->server, "request-aborted", G_CALLBACK (request_ended_cb), self);
}

/**
 * sb_oauth_listener_new:
 * @redirect_uri: (nullable): to listen there again, as it was registered; else at any port
 *
 * Returns: (transfer full) (nullable): open until it is let go of
 */
SbOAuthListener *
sb_oauth_listener_new (const char  *redirect_uri,
                       GError     **error)
{
  g_autoptr(SbOAuthListener) self = g_object_new (SB_TYPE_OAUTH_LISTENER, NULL);

  return listen_at (self, get_port (redirect_uri), error) ? g_steal_pointer (&self) : NULL;
}

const char *
sb_oauth_listener_get_redirect_uri (SbOAuthListener *self)
{
  return self->redirect_uri;
}

/**
 * sb_oauth_listener_wait_async:
 * @grant: the sign-in whose answer is waited for; must live until the end
 *
 * Once. Requests that are no answer to @grant are refused, and end nothing.
 */
void
sb_oauth_listener_wait_async (SbOAuthListener     *self,
                              const SbOAuthGrant  *grant,
                              guint                timeout_ms,
                              GCancellable        *cancellable,
                              GAsyncReadyCallback  callback,
                              gpointer             user_data)
{
  g_return_if_fail (self->waiting == NULL);

  self->waiting = g_task_new (self, NULL, callback, user_data);
  self->grant = grant;
  self->timeout_id = g_timeout_add (timeout_ms, timeout_cb, self);
  if (cancellable != NULL)
    {
      self->cancelled = g_cancellable_source_new (cancellable);
      g_source_set_callback (self->cancelled, G_SOURCE_FUNC (cancelled_cb), self, NULL);
      g_source_attach (self->cancelled, NULL);
    }
}

/* (transfer full) (nullable): the query that the browser brought, foreign but for its state */
char *
sb_oauth_listener_wait_finish (SbOAuthListener  *self,
                               GAsyncResult     *result,
                               GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
