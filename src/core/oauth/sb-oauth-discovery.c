/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-oauth-discovery.h"

#include "sb-oauth-error.h"
#include "sb-oauth-uri.h"

#define STATUS_OK 200

typedef struct
{
  /* owned */
  GUri         *server;
  char         *preferred; /* nullable */
  char         *issuer;    /* nullable until the resource is known */
  GPtrArray    *documents; /* of char *: where to look, best first */
  SbOAuthPlace *place;

  guint next;
} Discovery;

static void ask_resource (GTask *task);
static void ask_issuer   (GTask *task);

static void
discovery_free (gpointer data)
{
  Discovery *discovery = data;

  g_uri_unref (discovery->server);
  g_free (discovery->preferred);
  g_free (discovery->issuer);
  g_ptr_array_unref (discovery->documents);
  g_clear_pointer (&discovery->place, sb_oauth_place_free);
  g_free (discovery);
}

static void
look_in (Discovery  *discovery,
         const char *first,
         GStrv       others)
{
  discovery->next = 0;
  g_ptr_array_set_size (discovery->documents, 0);
  if (first != NULL)
    g_ptr_array_add (discovery->documents, g_strdup (first));
  for (guint i = 0; others[i] != NULL; i++)
    if (g_strcmp0 (first, others[i]) != 0)
      g_ptr_array_add (discovery->documents, g_strdup (others[i]));
}

static void
finish (GTask *task)
{
  Discovery *discovery = g_task_get_task_data (task);

  g_task_return_pointer (task, g_steal_pointer (&discovery->place), (GDestroyNotify) sb_oauth_place_free);
}

/* TRUE: somebody says something that must not be passed over. A page that is no document is: many servers have one for
 * every address. */
static gboolean
ends_search (const GError *error)
{
  return !g_error_matches (error, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNREACHABLE);
}

static void
issuer_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Discovery *discovery = g_task_get_task_data (task);
  SbOAuthFetcher *fetcher = SB_OAUTH_FETCHER (source);
  g_autoptr(GError) error = NULL;
  guint status = 0;
  g_autoptr(GBytes) bytes = sb_oauth_fetcher_finish (fetcher, result, &status, &error);

  if (bytes == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (status == STATUS_OK)
    discovery->place->issuer = sb_oauth_issuer_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                                      discovery->issuer,
                                                      sb_oauth_fetcher_allows_loopback (fetcher), &error);
  if (discovery->place->issuer != NULL)
    finish (task);
  else if (error != NULL && ends_search (error))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    ask_issuer (task);
}

static void
ask_issuer (GTask *task)
{
  Discovery *discovery = g_task_get_task_data (task);

  if (discovery->next < discovery->documents->len)
    {
      sb_oauth_fetcher_get_async (g_task_get_source_object (task),
                                  g_ptr_array_index (discovery->documents, discovery->next++),
                                  g_task_get_cancellable (task), issuer_cb, g_object_ref (task));
    }
  else if (discovery->place->resource == NULL)
    {
      discovery->place->issuer = sb_oauth_issuer_new_assumed (discovery->issuer);
      finish (task);
    }
  else
    {
      g_task_return_new_error (task, SB_OAUTH_ERROR, SB_OAUTH_ERROR_UNSUPPORTED,
                               "%s, where users of this server sign in, does not say how. Tell who runs it.",
                               discovery->issuer);
    }
}

static const char *
choose_issuer (Discovery *discovery)
{
  const char * const *issuers = (const char * const *) discovery->place->resource->issuers;

  if (discovery->preferred != NULL && g_strv_contains (issuers, discovery->preferred))
    return discovery->preferred;

  return issuers[0];
}

static void
use_issuer (GTask      *task,
            const char *issuer)
{
  Discovery *discovery = g_task_get_task_data (task);
  SbOAuthFetcher *fetcher = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr(GUri) uri = sb_oauth_uri_parse (issuer, sb_oauth_fetcher_allows_loopback (fetcher), &error);
  g_auto(GStrv) documents = NULL;

  if (uri == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  discovery->issuer = g_strdup (issuer);
  documents = sb_oauth_uri_list_issuer_metadata (uri);
  look_in (discovery, NULL, documents);
  ask_issuer (task);
}

static void
resource_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Discovery *discovery = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  guint status = 0;
  g_autoptr(GBytes) bytes = sb_oauth_fetcher_finish (SB_OAUTH_FETCHER (source), result, &status, &error);

  if (bytes == NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (status == STATUS_OK)
    discovery->place->resource = sb_oauth_resource_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                                          discovery->server, &error);
  if (discovery->place->resource != NULL)
    use_issuer (task, choose_issuer (discovery));
  else if (error != NULL && ends_search (error))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    ask_resource (task);
}

static void
ask_resource (GTask *task)
{
  Discovery *discovery = g_task_get_task_data (task);
  g_autofree char *origin = NULL;

  if (discovery->next < discovery->documents->len)
    {
      sb_oauth_fetcher_get_async (g_task_get_source_object (task),
                                  g_ptr_array_index (discovery->documents, discovery->next++),
                                  g_task_get_cancellable (task), resource_cb, g_object_ref (task));
      return;
    }

  /* Before 2025-06-18 every server was its own authorization server. */
  origin = sb_oauth_uri_dup_origin (discovery->server);
  use_issuer (task, origin);
}

/**
 * sb_oauth_discover_async:
 * @server: its address
 * @document: (nullable): where it says that its metadata is, foreign
 * @issuer: (nullable): the authorization server that is known already; used if the server still names it
 *
 * Finds the authorization server of a server: RFC 9728, then RFC 8414 or OpenID Connect Discovery, in the orders of
 * MCP's specification; else what 2025-03-26 assumes.
 */
void
sb_oauth_discover_async (SbOAuthFetcher      *fetcher,
                         GUri                *server,
                         const char          *document,
                         const char          *issuer,
                         GCancellable        *cancellable,
                         GAsyncReadyCallback  callback,
                         gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (fetcher, cancellable, callback, user_data);
  Discovery *discovery = g_new0 (Discovery, 1);
  g_auto(GStrv) documents = sb_oauth_uri_list_resource_metadata (server);

  g_task_set_source_tag (task, sb_oauth_discover_async);
  g_task_set_task_data (task, discovery, discovery_free);
  discovery->server = g_uri_ref (server);
  discovery->preferred = g_strdup (issuer);
  discovery->documents = g_ptr_array_new_with_free_func (g_free);
  discovery->place = g_new0 (SbOAuthPlace, 1);
  look_in (discovery, document, documents);
  ask_resource (task);
}

/**
 * sb_oauth_discover_finish:
 *
 * Returns: (transfer full) (nullable): the place; errors are of #SB_OAUTH_ERROR, or that it was cancelled
 */
SbOAuthPlace *
sb_oauth_discover_finish (SbOAuthFetcher  *fetcher,
                          GAsyncResult    *result,
                          GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, fetcher), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
sb_oauth_place_free (SbOAuthPlace *self)
{
  if (self == NULL)
    return;

  sb_oauth_resource_free (self->resource);
  sb_oauth_issuer_free (self->issuer);
  g_free (self);
}
