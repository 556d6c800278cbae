/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-npm-source.h"

#include "sb-http.h"
#include "sb-http-fetch.h"
#include "sb-npm-integrity.h"
#include "sb-npm-path.h"

#define CONNECT_MS (15 * 1000)
#define ANSWER_MS (120 * 1000)
#define MAX_DOCUMENT (64 * 1024 * 1024)
#define MAX_TARBALL (128 * 1024 * 1024)
#define MAX_REMEMBERED 500
/* npm itself asks again after five minutes. */
#define FRESH_SECONDS 300
#define DAY (24 * 60 * 60)

struct _SbNpmSource
{
  GObject      parent_instance;

  /* owned */
  SbNpmConfig *config;
  SbNpmCache  *cache;
  SoupSession *session;
  char        *base_url;
  GHashTable  *remembered; /* name → Remembered */

  guint        min_age;    /* days */
  gboolean     offline;
};

G_DEFINE_FINAL_TYPE (SbNpmSource, sb_npm_source, G_TYPE_OBJECT)

typedef struct
{
  SbNpmPackument *packument;
  gint64          fetched; /* monotonic µs */
} Remembered;

/* What a thread works on: its own copies, and the cache, which may be shared. */
typedef struct
{
  /* owned */
  SbNpmCache  *cache;
  char        *package;
  char        *base_url;
  GBytes      *document;  /* nullable until it was fetched */
  char        *integrity; /* a tarball */
  char        *url;
  GBytes      *tarball;   /* nullable until it was fetched */
  SoupMessage *message;   /* nullable; for the main thread */

  gint64       newest;
  gint64       stale;     /* documents fetched before are asked for again */
} Job;

static void
remembered_free (gpointer data)
{
  Remembered *remembered = data;

  sb_npm_packument_unref (remembered->packument);
  g_free (remembered);
}

static void
job_free (gpointer data)
{
  Job *job = data;

  sb_npm_cache_unref (job->cache);
  g_free (job->package);
  g_free (job->base_url);
  g_clear_pointer (&job->document, g_bytes_unref);
  g_free (job->integrity);
  g_free (job->url);
  g_clear_pointer (&job->tarball, g_bytes_unref);
  g_clear_object (&job->message);
  g_free (job);
}

static Job *
job_new (SbNpmSource *self,
         const char  *package)
{
  Job *job = g_new0 (Job, 1);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  job->cache = sb_npm_cache_ref (self->cache);
  job->package = g_strdup (package);
  job->base_url = g_strdup (self->base_url);
  job->newest = self->min_age > 0 ? now - (gint64) self->min_age * DAY : 0;
  job->stale = self->offline ? 0 : now - FRESH_SECONDS;

  return job;
}

static void
return_offline (GTask *task,
                Job   *job)
{
  g_task_return_new_error (task, SB_NPM_ERROR, SB_NPM_ERROR_OFFLINE,
                           "%s is not in the cache, and packages are set to offline.", job->package);
}

static SbNpmPackument *
build (Job     *job,
       GBytes  *document,
       GError **error)
{
  return sb_npm_packument_new (document, job->package, job->base_url, job->newest, error);
}

static SbNpmPackument *
build_from_cache (Job *job)
{
  gint64 fetched = 0;
  g_autoptr(GBytes) document = sb_npm_cache_load_document (job->cache, job->package, &fetched);

  return document != NULL && fetched >= job->stale ? build (job, document, NULL) : NULL;
}

/* A document that has just come, or one of the cache; NULL without an error: it has to be fetched. */
static void
document_thread (GTask        *task,
                 gpointer      source,
                 gpointer      data,
                 GCancellable *cancellable)
{
  Job *job = data;
  GError *error = NULL;
  SbNpmPackument *packument = job->document != NULL ? build (job, job->document, &error) : build_from_cache (job);

  /* Without a cache it is only slower. */
  if (packument != NULL && job->document != NULL)
    sb_npm_cache_save_document (job->cache, job->package, job->document, NULL);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, packument, (GDestroyNotify) sb_npm_packument_unref);
}

static void
tarball_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancellable)
{
  Job *job = data;

  if (job->tarball == NULL)
    {
      g_task_return_pointer (task, sb_npm_cache_load_tarball (job->cache, job->integrity),
                             (GDestroyNotify) g_bytes_unref);
      return;
    }
  if (!sb_npm_integrity_check (job->integrity, job->tarball))
    {
      g_task_return_new_error (task, SB_NPM_ERROR, SB_NPM_ERROR_INTEGRITY,
                               "What the registry sent for %s is not what its document promises (%s). It was thrown "
                               "away.", job->package, job->integrity);
      return;
    }

  sb_npm_cache_save_tarball (job->cache, job->integrity, job->tarball, NULL);
  g_task_return_pointer (task, g_bytes_ref (job->tarball), (GDestroyNotify) g_bytes_unref);
}

static void
remember (SbNpmSource    *self,
          const char     *package,
          SbNpmPackument *packument)
{
  Remembered *remembered = g_new0 (Remembered, 1);

  if (g_hash_table_size (self->remembered) >= MAX_REMEMBERED)
    g_hash_table_remove_all (self->remembered);
  remembered->packument = sb_npm_packument_ref (packument);
  remembered->fetched = g_get_monotonic_time ();
  g_hash_table_insert (self->remembered, g_strdup (package), remembered);
}

static SbNpmPackument *
recall (SbNpmSource *self,
        const char  *package)
{
  Remembered *remembered = g_hash_table_lookup (self->remembered, package);

  if (remembered == NULL || g_get_monotonic_time () - remembered->fetched > FRESH_SECONDS * G_USEC_PER_SEC)
    return NULL;

  return sb_npm_packument_ref (remembered->packument);
}

static gboolean
check_status (Job     *job,
              GError **error)
{
  guint status = soup_message_get_status (job->message);

  if (status == SOUP_STATUS_OK)
    return TRUE;

  if (status == SOUP_STATUS_NOT_FOUND)
    g_set_error (error, SB_NPM_ERROR, SB_NPM_ERROR_NOT_FOUND, "The registry has no package %s.", job->package);
  else
    g_set_error (error, SB_NPM_ERROR, SB_NPM_ERROR_REGISTRY, "The registry answered %u for %s.", status,
                 job->package);

  return FALSE;
}

static void
return_fetch_error (GTask        *task,
                    Job          *job,
                    const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || error->domain == SB_NPM_ERROR)
    g_task_return_error (task, g_error_copy (error));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    g_task_return_new_error (task, SB_NPM_ERROR, SB_NPM_ERROR_LIMIT, "%s is too large to be fetched.", job->package);
  else
    g_task_return_new_error (task, SB_NPM_ERROR, SB_NPM_ERROR_REGISTRY,
                             "%s could not be fetched from the registry: %s", job->package, error->message);
}

static void
fetch (GTask               *task,
       const char          *url,
       gsize                max_bytes,
       GAsyncReadyCallback  callback)
{
  SbNpmSource *self = g_task_get_source_object (task);
  Job *job = g_task_get_task_data (task);
  g_autofree char *authorization = sb_npm_config_dup_authorization (self->config, url);

  job->message = soup_message_new (SOUP_METHOD_GET, url);
  if (job->message == NULL)
    {
      g_task_return_new_error (task, SB_NPM_ERROR, SB_NPM_ERROR_REGISTRY, "%s is no address of a registry.", url);
      return;
    }

  /* Another host could be anywhere, this machine included. */
  soup_message_add_flags (job->message, SOUP_MESSAGE_NO_REDIRECT);
  if (authorization != NULL)
    soup_message_headers_replace (soup_message_get_request_headers (job->message), "Authorization", authorization);
  sb_http_fetch_async (self->session, job->message, CONNECT_MS, ANSWER_MS, max_bytes, g_task_get_cancellable (task),
                       callback, g_object_ref (task));
}

/* A document may name any address, one of this machine's network too. */
static gboolean
is_at_registry (SbNpmSource *self,
                Job         *job)
{
  g_autoptr(GUri) registry = g_uri_parse (sb_npm_config_get_registry (self->config, job->package),
                                          SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr(GUri) url = g_uri_parse (job->url, SOUP_HTTP_URI_FLAGS, NULL);

  return registry != NULL && url != NULL &&
         g_strcmp0 (g_uri_get_scheme (registry), g_uri_get_scheme (url)) == 0 &&
         g_strcmp0 (g_uri_get_host (registry), g_uri_get_host (url)) == 0 &&
         g_uri_get_port (registry) == g_uri_get_port (url);
}

static void run_job (GTask               *task,
                     GTaskThreadFunc      function,
                     GAsyncReadyCallback  callback);

static void
built_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  GError *error = NULL;
  SbNpmPackument *packument = g_task_propagate_pointer (G_TASK (result), &error);

  if (packument == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  remember (SB_NPM_SOURCE (source), job->package, packument);
  g_task_return_pointer (task, packument, (GDestroyNotify) sb_npm_packument_unref);
}

/* NULL: the task has its error. */
static GBytes *
take_fetched (GTask        *task,
              SoupSession  *session,
              GAsyncResult *result)
{
  Job *job = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = sb_http_fetch_finish (session, result, &error);

  if (bytes != NULL && check_status (job, &error))
    return g_steal_pointer (&bytes);

  return_fetch_error (task, job, error);

  return NULL;
}

static void
document_fetched_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Job *job = g_task_get_task_data (task);

  job->document = take_fetched (task, SOUP_SESSION (source), result);
  if (job->document != NULL)
    run_job (task, document_thread, built_cb);
}

static void
document_looked_up_cb (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data)
{
  SbNpmSource *self = SB_NPM_SOURCE (source);
  g_autoptr(GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  SbNpmPackument *packument = g_task_propagate_pointer (G_TASK (result), &error);
  const char *registry = sb_npm_config_get_registry (self->config, job->package);
  g_autofree char *path = sb_npm_name_to_path (job->package);
  g_autofree char *url = g_strconcat (registry, g_str_has_suffix (registry, "/") ? "" : "/", path, NULL);

  if (packument != NULL)
    {
      remember (self, job->package, packument);
      g_task_return_pointer (task, packument, (GDestroyNotify) sb_npm_packument_unref);
    }
  else if (self->offline)
    return_offline (task, job);
  else
    fetch (task, url, MAX_DOCUMENT, document_fetched_cb);
}

static void
checked_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;
  GBytes *tarball = g_task_propagate_pointer (G_TASK (result), &error);

  if (tarball == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, tarball, (GDestroyNotify) g_bytes_unref);
}

static void
tarball_fetched_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Job *job = g_task_get_task_data (task);

  job->tarball = take_fetched (task, SOUP_SESSION (source), result);
  if (job->tarball != NULL)
    run_job (task, tarball_thread, checked_cb);
}

static void
tarball_looked_up_cb (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  SbNpmSource *self = SB_NPM_SOURCE (source);
  g_autoptr(GTask) task = user_data;
  Job *job = g_task_get_task_data (task);
  GBytes *tarball = g_task_propagate_pointer (G_TASK (result), NULL);

  if (tarball != NULL)
    g_task_return_pointer (task, tarball, (GDestroyNotify) g_bytes_unref);
  else if (self->offline)
    return_offline (task, job);
  else if (!is_at_registry (self, job))
    g_task_return_new_error (task, SB_NPM_ERROR, SB_NPM_ERROR_REGISTRY,
                             "The registry keeps %s at another host, which is not asked.", job->package);
  else
    fetch (task, job->url, MAX_TARBALL, tarball_fetched_cb);
}

/* The job belongs to the outer task, which waits while the inner one works on it. */
static void
run_job (GTask               *task,
         GTaskThreadFunc      function,
         GAsyncReadyCallback  callback)
{
  g_autoptr(GTask) inner = g_task_new (g_task_get_source_object (task), NULL, callback, g_object_ref (task));

  g_task_set_source_tag (inner, run_job);
  g_task_set_task_data (inner, g_task_get_task_data (task), NULL);
  g_task_run_in_thread (inner, function);
}

static void
sb_npm_source_finalize (GObject *object)
{
  SbNpmSource *self = SB_NPM_SOURCE (object);

  g_clear_pointer (&self->config, sb_npm_config_free);
  g_clear_pointer (&self->cache, sb_npm_cache_unref);
  g_clear_pointer (&self->base_url, g_free);
  g_clear_pointer (&self->remembered, g_hash_table_unref);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (sb_npm_source_parent_class)->finalize (object);
}

static void
sb_npm_source_class_init (SbNpmSourceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_npm_source_finalize;
}

static void
sb_npm_source_init (SbNpmSource *self)
{
  self->remembered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, remembered_free);
  self->session = sb_http_session_new ();
  /* Whole documents are large, and small when compressed. */
  soup_session_add_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);
}

/**
 * sb_npm_source_new:
 * @config: (transfer full)
 * @cache: (transfer none)
 * @base_url: where a sandbox reaches us, without a slash at the end
 *
 * Returns: (transfer full): for the main thread
 */
SbNpmSource *
sb_npm_source_new (SbNpmConfig *config,
                   SbNpmCache  *cache,
                   const char  *base_url)
{
  SbNpmSource *self = g_object_new (SB_TYPE_NPM_SOURCE, NULL);

  self->config = config;
  self->cache = sb_npm_cache_ref (cache);
  self->base_url = g_strdup (base_url);

  return self;
}

void
sb_npm_source_set_min_age (SbNpmSource *self,
                           guint        days)
{
  g_return_if_fail (SB_IS_NPM_SOURCE (self));

  self->min_age = days;
  g_hash_table_remove_all (self->remembered);
}

void
sb_npm_source_set_offline (SbNpmSource *self,
                           gboolean     offline)
{
  g_return_if_fail (SB_IS_NPM_SOURCE (self));

  self->offline = offline;
}

/**
 * sb_npm_source_load_async:
 * @package: a valid name; it is told to the registry unless it is in the cache
 *
 * Errors: SB_NPM_ERROR.
 */
void
sb_npm_source_load_async (SbNpmSource         *self,
                          const char          *package,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  SbNpmPackument *known;

  g_return_if_fail (SB_IS_NPM_SOURCE (self));
  g_return_if_fail (sb_npm_name_is_valid (package));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_npm_source_load_async);
  known = recall (self, package);
  if (known != NULL)
    {
      g_task_return_pointer (task, known, (GDestroyNotify) sb_npm_packument_unref);
      return;
    }

  g_task_set_task_data (task, job_new (self, package), job_free);
  run_job (task, document_thread, document_looked_up_cb);
}

/**
 * sb_npm_source_load_finish:
 *
 * Returns: (transfer full) (nullable)
 */
SbNpmPackument *
sb_npm_source_load_finish (SbNpmSource   *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * sb_npm_source_fetch_async:
 * @tarball: of the package's document; borrowed for the call
 *
 * Errors: SB_NPM_ERROR, INTEGRITY among them.
 */
void
sb_npm_source_fetch_async (SbNpmSource         *self,
                           const char          *package,
                           const SbNpmTarball  *tarball,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  Job *job;

  g_return_if_fail (SB_IS_NPM_SOURCE (self));
  g_return_if_fail (tarball != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_npm_source_fetch_async);
  job = job_new (self, package);
  job->integrity = g_strdup (tarball->integrity);
  job->url = g_strdup (tarball->url);
  g_task_set_task_data (task, job, job_free);
  run_job (task, tarball_thread, tarball_looked_up_cb);
}

/**
 * sb_npm_source_fetch_finish:
 *
 * Returns: (transfer full) (nullable): bytes that have the digest
 */
GBytes *
sb_npm_source_fetch_finish (SbNpmSource   *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
