/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-image-fetch.h"

#include <string.h>

#include "sb-image-job.h"
#include "sb-json.h"
#include "sb-server-container.h"

/* What scripts/build-image and scripts/build-server-images make: in a registry the name would be somebody else's. */
#define OWN_PREFIX "sandbar/"

typedef enum
{
  STATE_NEW,
  STATE_LOOKING,
  STATE_PULLING,
  STATE_CHECKING,
  STATE_DONE,
} State;

struct _SbImageFetch
{
  GObject         parent_instance;

  /* owned */
  SbDockerClient *docker;
  SbServerLog    *log;
  SbImageJob     *job;   /* nullable */
  GTask          *task;  /* nullable */
  char           *image;

  SbServerPull    pull;
  State           state;
  int             percent;
};

enum
{
  PROGRESS,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SbImageFetch, sb_image_fetch, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void look (SbImageFetch *self,
                  State         state);

static void
enter (SbImageFetch *self,
       State         state)
{
  g_assert (state > self->state);
  self->state = state;
}

/* The one place where it ends. error: (transfer full) (nullable) */
static void
finish (SbImageFetch *self,
        GError       *error)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->task);

  enter (self, STATE_DONE);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
fail (SbImageFetch *self,
      const GError *cause,
      const char   *words)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    finish (self, g_error_copy (cause));
  else if (g_error_matches (cause, SB_DOCKER_ERROR, SB_DOCKER_ERROR_UNREACHABLE))
    finish (self, g_error_new (SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_START, "The server could not be started: %s",
                               cause->message));
  else
    finish (self, g_error_new (SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_IMAGE, "The image %s %s: %s", self->image, words,
                               cause->message));
}

static void
progress_cb (SbImageFetch *self)
{
  double fraction = sb_image_job_get_fraction (self->job);
  int percent = fraction >= 0 ? (int) (fraction * 100) : -1;
  g_autofree char *words = NULL;

  if (percent >= 0 && percent == self->percent)
    return;

  self->percent = percent;
  if (percent >= 0)
    words = g_strdup_printf ("Pulling %s: %d %%", self->image, percent);
  else
    words = g_strdup_printf ("Pulling %s: %s", self->image, sb_image_job_get_status (self->job));
  g_signal_emit (self, signals[PROGRESS], 0, words);
}

static void
pulled_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbImageFetch) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *line = NULL;

  g_signal_handlers_disconnect_by_data (self->job, self);
  if (!sb_image_job_run_finish (SB_IMAGE_JOB (source), result, &error))
    {
      fail (self, error, "could not be pulled");
      return;
    }

  line = g_strdup_printf ("Pulled %s.", self->image);
  sb_server_log_note (self->log, line);
  look (self, STATE_CHECKING);
}

static void
pull (SbImageFetch *self)
{
  g_autofree char *line = g_strdup_printf ("Pulling %s…", self->image);

  enter (self, STATE_PULLING);
  sb_server_log_note (self->log, line);
  g_signal_emit (self, signals[PROGRESS], 0, line);
  self->job = sb_image_job_new_pull (self->docker, self->image);
  g_signal_connect_swapped (self->job, "notify::status", G_CALLBACK (progress_cb), self);
  sb_image_job_run_async (self->job, g_task_get_cancellable (self->task), pulled_cb, g_object_ref (self));
}

/* An engine finds an image by its digest, but what a registry, or another engine behind the same socket, makes of that
 * is its word: the answer has to name the digest too. */
static gboolean
has_digest (SbImageFetch *self,
            JsonObject   *found)
{
  const char *digest = strchr (self->image, '@');
  JsonArray *names = sb_json_get_array (found, "RepoDigests");
  gboolean is_id = digest != NULL && g_strcmp0 (sb_json_get_string (found, "Id"), digest + 1) == 0;

  for (guint i = 0; names != NULL && !is_id && digest != NULL && i < json_array_get_length (names); i++)
    {
      JsonNode *node = json_array_get_element (names, i);
      const char *name = json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : "";

      is_id = g_str_has_suffix (name, digest);
    }

  return digest == NULL || is_id;
}

static gboolean
may_pull (SbImageFetch *self)
{
  return self->pull != SB_SERVER_PULL_NEVER && !g_str_has_prefix (self->image, OWN_PREFIX);
}

static void
found (SbImageFetch *self,
       JsonObject   *object)
{
  if (has_digest (self, object))
    finish (self, NULL);
  else
    finish (self, g_error_new (SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_IMAGE, "What the engine has as %s is another image: "
                               "its digest is not the one of the catalog. It was not started.", self->image));
}

static void
looked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbImageFetch) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    found (self, json_node_get_object (node));
  else if (error == NULL)
    finish (self, g_error_new (SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_START, "The engine does not say what %s is.",
                               self->image));
  else if (!g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_NOT_FOUND))
    fail (self, error, "could not be looked for");
  else if (self->state == STATE_LOOKING && may_pull (self))
    pull (self);
  else
    finish (self, g_error_new (SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_IMAGE,
                               "The image %s is not in the engine. Pull or build it first.", self->image));
}

static void
look (SbImageFetch *self,
      State         state)
{
  g_autofree char *escaped = g_uri_escape_string (self->image, "/:@", FALSE);
  g_autofree char *path = g_strdup_printf ("/images/%s/json", escaped);

  enter (self, state);
  sb_docker_client_call_async (self->docker, "GET", path, NULL, g_task_get_cancellable (self->task), looked_cb,
                               g_object_ref (self));
}

static void
sb_image_fetch_finalize (GObject *object)
{
  SbImageFetch *self = SB_IMAGE_FETCH (object);

  g_clear_object (&self->docker);
  g_clear_object (&self->log);
  g_clear_object (&self->job);
  g_free (self->image);

  G_OBJECT_CLASS (sb_image_fetch_parent_class)->finalize (object);
}

static void
sb_image_fetch_class_init (SbImageFetchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sb_image_fetch_finalize;

  signals[PROGRESS] = g_signal_new ("progress", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
sb_image_fetch_init (SbImageFetch *self)
{
  self->percent = -1;
}

SbImageFetch *
sb_image_fetch_new (SbDockerClient *docker,
                    const char     *image,
                    SbServerPull    pull,
                    SbServerLog    *log)
{
  SbImageFetch *self = g_object_new (SB_TYPE_IMAGE_FETCH, NULL);

  self->docker = g_object_ref (docker);
  self->image = g_strdup (image);
  self->pull = pull;
  self->log = g_object_ref (log);

  return self;
}

/**
 * sb_image_fetch_run_async:
 *
 * Has no time limit: cancelling ends a pull in the engine, too. Errors: SB_GATEWAY_ERROR_IMAGE when the user has to do
 * something, SB_GATEWAY_ERROR_START when the engine did not answer.
 */
void
sb_image_fetch_run_async (SbImageFetch        *self,
                          GCancellable        *cancellable,
                          GAsyncReadyCallback  callback,
                          gpointer             user_data)
{
  g_return_if_fail (SB_IS_IMAGE_FETCH (self));
  g_return_if_fail (self->state == STATE_NEW);

  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, sb_image_fetch_run_async);
  if (self->pull == SB_SERVER_PULL_ALWAYS && may_pull (self))
    pull (self);
  else
    look (self, STATE_LOOKING);
}

gboolean
sb_image_fetch_run_finish (SbImageFetch  *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
