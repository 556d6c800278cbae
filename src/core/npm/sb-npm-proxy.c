/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-npm-proxy.h"

#include <libsoup/soup.h>
#include <string.h>

#include "sb-json.h"
#include "sb-npm-path.h"

#define MAX_LOG 500
#define MAX_DEPENDENCIES 100000
#define SANDBOX_KEY "sandbar-sandbox-id"

struct _SbNpmProxy
{
  GObject      parent_instance;

  /* owned */
  SbNpmSource *source;
  SbApprovals *approvals;
  SoupServer  *server;
  GPtrArray   *log;          /* of SbNpmFetch, newest last */
  GHashTable  *allowed;      /* set of names and scopes: the user's list */
  GHashTable  *granted;      /* set of names: by an answer, or as a dependency of one that is allowed */

  guint        n_connections;
};

static void sb_npm_proxy_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbNpmProxy, sb_npm_proxy, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sb_npm_proxy_list_model_init))

/* One request being answered, from its headers to its last byte. */
typedef struct
{
  /* owned */
  SbNpmProxy        *proxy;
  SoupServerMessage *message;
  SbNpmFetch        *fetch;
  SbNpmPath         *path;
  GCancellable      *cancellable; /* when the sandbox hangs up */
  gulong             disconnected_id;

  gboolean           disconnected;
} Request;

static void
request_free (Request *request)
{
  g_clear_signal_handler (&request->disconnected_id, request->message);
  g_object_unref (request->proxy);
  g_object_unref (request->message);
  g_object_unref (request->fetch);
  sb_npm_path_free (request->path);
  g_object_unref (request->cancellable);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

/* Answers */

static void
set_answer (SoupServerMessage *message,
            guint              status,
            const char        *type,
            GBytes            *body)
{
  soup_server_message_set_status (message, status, NULL);
  soup_message_headers_set_content_type (soup_server_message_get_response_headers (message), type, NULL);
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), body);
}

/* npm shows "error" to whoever reads its output: the model, too. */
static void
set_error (SoupServerMessage *message,
           guint              status,
           const char        *text)
{
  g_autoptr(JsonObject) object = json_object_new ();
  g_autoptr(GBytes) body = NULL;
  char *json;

  json_object_set_string_member (object, "error", text);
  json = sb_json_object_to_string (object);
  body = g_bytes_new_take (json, strlen (json));
  set_answer (message, status, "application/json", body);
}

static void
resume (Request *request)
{
  if (!request->disconnected)
    soup_server_message_unpause (request->message);
}

static void
answer (Request    *request,
        const char *type,
        GBytes     *body)
{
  sb_npm_fetch_set_state (request->fetch, SB_NPM_FETCH_SERVED, g_bytes_get_size (body), NULL);
  set_answer (request->message, SOUP_STATUS_OK, type, body);
  resume (request);
}

static void
refuse (Request         *request,
        SbNpmFetchState  state,
        guint            status,
        const char      *text)
{
  sb_npm_fetch_set_state (request->fetch, state, 0, text);
  set_error (request->message, status, text);
  resume (request);
}

static void
refuse_error (Request      *request,
              const GError *error)
{
  if (error->domain == SB_APPROVALS_ERROR)
    refuse (request, SB_NPM_FETCH_REFUSED, SOUP_STATUS_FORBIDDEN, error->message);
  else if (g_error_matches (error, SB_NPM_ERROR, SB_NPM_ERROR_NOT_FOUND))
    refuse (request, SB_NPM_FETCH_FAILED, SOUP_STATUS_NOT_FOUND, error->message);
  else if (g_error_matches (error, SB_NPM_ERROR, SB_NPM_ERROR_OFFLINE))
    refuse (request, SB_NPM_FETCH_REFUSED, SOUP_STATUS_NOT_FOUND, error->message);
  else
    refuse (request, SB_NPM_FETCH_FAILED, SOUP_STATUS_BAD_GATEWAY, error->message);
}

/* Fetching */

/* Names that the registry's own documents ask for say nothing about the sandbox, and an installation needs them. */
static void
grant_dependencies (SbNpmProxy     *self,
                    SbNpmPackument *packument)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, packument->dependencies);
  while (g_hash_table_size (self->granted) < MAX_DEPENDENCIES && g_hash_table_iter_next (&iter, &name, NULL))
    g_hash_table_add (self->granted, g_strdup (name));
}

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(Request) request = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) tarball = sb_npm_source_fetch_finish (SB_NPM_SOURCE (source), result, &error);

  if (tarball != NULL)
    answer (request, "application/octet-stream", tarball);
  else
    refuse_error (request, error);
}

static void
answer_version (Request        *request,
                SbNpmPackument *packument)
{
  g_autoptr(GBytes) version = sb_npm_packument_dup_version (packument, request->path->rest);

  if (version != NULL)
    answer (request, "application/json", version);
  else
    refuse (request, SB_NPM_FETCH_FAILED, SOUP_STATUS_NOT_FOUND, "There is no such version, or it is too new.");
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(Request) request = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbNpmPackument) packument = sb_npm_source_load_finish (SB_NPM_SOURCE (source), result, &error);
  const SbNpmTarball *tarball;

  if (packument == NULL)
    {
      refuse_error (request, error);
      return;
    }

  grant_dependencies (request->proxy, packument);
  if (request->path->kind == SB_NPM_PATH_PACKAGE)
    {
      answer (request, "application/json", packument->json);
      return;
    }
  if (request->path->kind == SB_NPM_PATH_VERSION)
    {
      answer_version (request, packument);
      return;
    }

  tarball = sb_npm_packument_lookup (packument, request->path->rest);
  if (tarball == NULL)
    refuse (request, SB_NPM_FETCH_REFUSED, SOUP_STATUS_NOT_FOUND, "There is no such version, or it is too new.");
  else
    {
      sb_npm_source_fetch_async (SB_NPM_SOURCE (source), request->path->name, tarball, request->cancellable,
                                 fetched_cb, request);
      g_steal_pointer (&request);
    }
}

static void
load (Request *request)
{
  sb_npm_fetch_set_state (request->fetch, SB_NPM_FETCH_FETCHING, 0, NULL);
  sb_npm_source_load_async (request->proxy->source, request->path->name, request->cancellable, loaded_cb, request);
}

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(Request) request = user_data;
  g_autoptr(GError) error = NULL;

  if (!sb_approvals_ask_finish (SB_APPROVALS (source), result, &error))
    {
      refuse_error (request, error);
      return;
    }

  /* One installation asks for a package more than once. */
  g_hash_table_add (request->proxy->granted, g_strdup (request->path->name));
  load (g_steal_pointer (&request));
}

static void
ask (Request *request)
{
  const char *name = request->path->name;
  g_autofree char *key = g_strconcat ("package:", name, NULL);
  g_autofree char *title = g_strdup_printf ("Fetch the package %s and what it depends on", name);
  g_autoptr(SbApproval) approval = sb_approval_new ("package", key, title,
                                                    "The sandbox has no network; Sandbar would fetch it from the "
                                                    "registry. Until you allow it, not even its name leaves this "
                                                    "machine.", NULL);

  sb_approvals_ask_async (request->proxy->approvals, approval, request->cancellable, asked_cb, request);
}

/* The server */

static void
disconnected_cb (Request *request)
{
  request->disconnected = TRUE;
  g_cancellable_cancel (request->cancellable);
}

static void
add_to_log (SbNpmProxy *self,
            SbNpmFetch *fetch)
{
  g_ptr_array_add (self->log, g_object_ref (fetch));
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);
  if (self->log->len <= MAX_LOG)
    return;

  g_ptr_array_remove_index (self->log, 0);
  g_list_model_items_changed (G_LIST_MODEL (self), self->log->len, 1, 0);
}

static const char *
get_sandbox_id (SoupServerMessage *message)
{
  return g_object_get_data (G_OBJECT (soup_server_message_get_remote_address (message)), SANDBOX_KEY);
}

static Request *
request_new (SbNpmProxy        *self,
             SoupServerMessage *message)
{
  Request *request = g_new0 (Request, 1);
  const char *target = g_uri_get_path (soup_server_message_get_uri (message));

  request->proxy = g_object_ref (self);
  request->message = g_object_ref (message);
  request->fetch = sb_npm_fetch_new (get_sandbox_id (message), target);
  request->path = sb_npm_path_parse (target);
  request->cancellable = g_cancellable_new ();
  request->disconnected_id = g_signal_connect_swapped (message, "disconnected", G_CALLBACK (disconnected_cb), request);
  add_to_log (self, request->fetch);

  return request;
}

/* Before a body is read: none is wanted, so none is kept. */
static void
early_cb (SoupServer        *server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           user_data)
{
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
}

static void
request_cb (SoupServer        *server,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  SbNpmProxy *self = SB_NPM_PROXY (user_data);
  const char *method = soup_server_message_get_method (message);
  g_autoptr(Request) request = request_new (self, message);

  soup_server_message_pause (message);
  if (method != SOUP_METHOD_GET && method != SOUP_METHOD_HEAD)
    refuse (request, SB_NPM_FETCH_REFUSED, SOUP_STATUS_METHOD_NOT_ALLOWED,
            "Packages can be read here, nothing else: no publishing, no accounts, no audits.");
  else if (g_uri_get_query (soup_server_message_get_uri (message)) != NULL ||
           request->path->kind == SB_NPM_PATH_REFUSED)
    refuse (request, SB_NPM_FETCH_REFUSED, SOUP_STATUS_FORBIDDEN,
            "This sandbox has no network. Packages can be read by their names; nothing else is forwarded.");
  else if (request->path->kind == SB_NPM_PATH_PING)
    {
      g_autoptr(GBytes) pong = g_bytes_new_static ("{}", 2);

      answer (request, "application/json", pong);
    }
  else if (sb_npm_proxy_is_allowed (self, request->path->name))
    load (g_steal_pointer (&request));
  else
    ask (g_steal_pointer (&request));
}

static void
stream_gone_cb (gpointer  user_data,
                GObject  *stream)
{
  SbNpmProxy *self = user_data;

  self->n_connections--;
  g_object_unref (self);
}

static GType
sb_npm_proxy_get_item_type (GListModel *model)
{
  return SB_TYPE_NPM_FETCH;
}

static guint
sb_npm_proxy_get_n_items (GListModel *model)
{
  return SB_NPM_PROXY (model)->log->len;
}

static gpointer
sb_npm_proxy_get_item (GListModel *model,
                       guint       position)
{
  GPtrArray *log = SB_NPM_PROXY (model)->log;

  return position < log->len ? g_object_ref (g_ptr_array_index (log, log->len - 1 - position)) : NULL;
}

static void
sb_npm_proxy_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_npm_proxy_get_item_type;
  iface->get_n_items = sb_npm_proxy_get_n_items;
  iface->get_item = sb_npm_proxy_get_item;
}

static void
sb_npm_proxy_finalize (GObject *object)
{
  SbNpmProxy *self = SB_NPM_PROXY (object);

  g_clear_object (&self->server);
  g_clear_object (&self->source);
  g_clear_object (&self->approvals);
  g_clear_pointer (&self->log, g_ptr_array_unref);
  g_clear_pointer (&self->allowed, g_hash_table_unref);
  g_clear_pointer (&self->granted, g_hash_table_unref);

  G_OBJECT_CLASS (sb_npm_proxy_parent_class)->finalize (object);
}

static void
sb_npm_proxy_class_init (SbNpmProxyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_npm_proxy_finalize;
}

static void
sb_npm_proxy_init (SbNpmProxy *self)
{
  self->log = g_ptr_array_new_with_free_func (g_object_unref);
  self->allowed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->granted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->server = soup_server_new ("raw-paths", TRUE, NULL);
  soup_server_add_early_handler (self->server, NULL, early_cb, NULL, NULL);
  soup_server_add_handler (self->server, NULL, request_cb, self, NULL);
}

/**
 * sb_npm_proxy_new:
 *
 * Returns: (transfer full): for the main thread; allows nothing without asking
 */
SbNpmProxy *
sb_npm_proxy_new (SbNpmSource *source,
                  SbApprovals *approvals)
{
  SbNpmProxy *self = g_object_new (SB_TYPE_NPM_PROXY, NULL);

  self->source = g_object_ref (source);
  self->approvals = g_object_ref (approvals);

  return self;
}

SbNpmSource *
sb_npm_proxy_get_source (SbNpmProxy *self)
{
  g_return_val_if_fail (SB_IS_NPM_PROXY (self), NULL);

  return self->source;
}

/**
 * sb_npm_proxy_set_allowed:
 * @names: (nullable): replaces the list; also what was granted by answers is asked for again
 */
void
sb_npm_proxy_set_allowed (SbNpmProxy         *self,
                          const char * const *names)
{
  g_return_if_fail (SB_IS_NPM_PROXY (self));

  g_hash_table_remove_all (self->allowed);
  g_hash_table_remove_all (self->granted);
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    g_hash_table_add (self->allowed, g_strdup (names[i]));
}

/**
 * sb_npm_proxy_is_allowed:
 * @package: a valid name
 *
 * Whether it is fetched without a question: it is on the list, was granted before, or is a dependency of such a one.
 */
gboolean
sb_npm_proxy_is_allowed (SbNpmProxy *self,
                         const char *package)
{
  const char *slash = strchr (package, '/');
  g_autofree char *scope = slash != NULL ? g_strdup_printf ("%.*s/*", (int) (slash - package), package) : NULL;

  return g_hash_table_contains (self->allowed, package) ||
         (scope != NULL && g_hash_table_contains (self->allowed, scope)) ||
         g_hash_table_contains (self->granted, package);
}

/**
 * sb_npm_proxy_accept:
 * @stream: leads into a sandbox: hostile
 *
 * Serves HTTP/1.1 on @stream until it ends. FALSE with SB_NPM_ERROR_LIMIT beyond 64 connections.
 */
gboolean
sb_npm_proxy_accept (SbNpmProxy  *self,
                     GIOStream   *stream,
                     const char  *sandbox_id,
                     GError     **error)
{
  g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr(GSocketAddress) address = g_inet_socket_address_new (loopback, SB_NPM_PROXY_PORT);

  g_return_val_if_fail (SB_IS_NPM_PROXY (self), FALSE);
  g_return_val_if_fail (G_IS_IO_STREAM (stream), FALSE);

  if (self->n_connections >= SB_NPM_PROXY_MAX_CONNECTIONS)
    {
      g_set_error (error, SB_NPM_ERROR, SB_NPM_ERROR_LIMIT, "There are too many connections to the registry.");
      return FALSE;
    }

  self->n_connections++;
  g_object_weak_ref (G_OBJECT (stream), stream_gone_cb, g_object_ref (self));

  /* libsoup wants addresses and hands them back with every message; the stream itself has none. */
  g_object_set_data_full (G_OBJECT (address), SANDBOX_KEY, g_strdup (sandbox_id), g_free);
  return soup_server_accept_iostream (self->server, stream, address, address, error);
}
