/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-image-job.h"

#include <string.h>

#include "sb-image-progress.h"
#include "sb-registry-auth.h"

#define BUILD_PATH "/build?rm=1&forcerm=1"

struct _SbImageJob
{
  GObject parent_instance;

  /* owned */
  SbDockerClient  *client;
  SbImageProgress *progress;
  GBytes          *tar; /* nullable: a pull */
  char            *name;
  char            *path;

  SbImageJobState state;
};

enum
{
  PROP_NAME = 1,
  PROP_STATE,
  PROP_FRACTION,
  PROP_STATUS,
  N_PROPS,
};

G_DEFINE_FINAL_TYPE (SbImageJob, sb_image_job, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

GType
sb_image_job_state_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { SB_IMAGE_JOB_WAITING, "SB_IMAGE_JOB_WAITING", "waiting" },
    { SB_IMAGE_JOB_RUNNING, "SB_IMAGE_JOB_RUNNING", "running" },
    { SB_IMAGE_JOB_DONE, "SB_IMAGE_JOB_DONE", "done" },
    { SB_IMAGE_JOB_FAILED, "SB_IMAGE_JOB_FAILED", "failed" },
    { SB_IMAGE_JOB_CANCELLED, "SB_IMAGE_JOB_CANCELLED", "cancelled" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("SbImageJobState", values));

  return type;
}

static void
enter (SbImageJob      *self,
       SbImageJobState  state)
{
  g_assert ((self->state == SB_IMAGE_JOB_WAITING && state == SB_IMAGE_JOB_RUNNING)
            || (self->state == SB_IMAGE_JOB_RUNNING && state > SB_IMAGE_JOB_RUNNING));

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
line_cb (const char *line,
         gsize       length,
         gpointer    user_data)
{
  SbImageJob *self = user_data;

  sb_image_progress_feed (self->progress, line, length);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

/* The one place that finishes. An engine reports most failures in the stream, after it said 200. */
static void
streamed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  SbImageJob *self = g_task_get_source_object (task);
  const char *complaint = sb_image_progress_get_error (self->progress);
  GError *error = NULL;

  if (sb_docker_client_stream_finish (self->client, result, &error) && complaint != NULL)
    error = g_error_new (SB_DOCKER_ERROR, SB_DOCKER_ERROR_SERVER, "The image “%s” could not be %s: %s", self->name,
                         self->tar != NULL ? "built" : "pulled", complaint);

  if (error == NULL)
    enter (self, SB_IMAGE_JOB_DONE);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    enter (self, SB_IMAGE_JOB_CANCELLED);
  else
    enter (self, SB_IMAGE_JOB_FAILED);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

static void
stream (GTask      *task,
        const char *auth)
{
  SbImageJob *self = g_task_get_source_object (task);

  sb_docker_client_stream_async (self->client, "POST", self->path, self->tar, auth, line_cb, self,
                                 g_task_get_cancellable (task), streamed_cb, task);
}

/* Cancelled by now, the stream says so. */
static void
found_auth_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autofree char *auth = sb_registry_auth_find_finish (result, NULL);

  stream (G_TASK (user_data), auth);
}

/* Without a tag engines pull all of them. A colon before the last slash is that of a port. */
static char *
dup_tagged (const char *name)
{
  const char *slash = strrchr (name, '/');
  const char *last = slash != NULL ? slash : name;

  if (strchr (name, '@') != NULL || strchr (last, ':') != NULL)
    return g_strdup (name);

  return g_strconcat (name, ":latest", NULL);
}

static void
sb_image_job_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  SbImageJob *self = SB_IMAGE_JOB (object);

  switch (property_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, sb_image_progress_get_fraction (self->progress));
      break;
    case PROP_STATUS:
      g_value_set_string (value, sb_image_progress_get_status (self->progress));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
sb_image_job_finalize (GObject *object)
{
  SbImageJob *self = SB_IMAGE_JOB (object);

  g_clear_object (&self->client);
  g_clear_pointer (&self->tar, g_bytes_unref);
  sb_image_progress_free (self->progress);
  g_free (self->name);
  g_free (self->path);

  G_OBJECT_CLASS (sb_image_job_parent_class)->finalize (object);
}

static void
sb_image_job_class_init (SbImageJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sb_image_job_get_property;
  object_class->finalize = sb_image_job_finalize;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, SB_TYPE_IMAGE_JOB_STATE, SB_IMAGE_JOB_WAITING,
                                              flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, -1, 1, -1, flags);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_image_job_init (SbImageJob *self)
{
  self->progress = sb_image_progress_new ();
}

SbImageJob *
sb_image_job_new_pull (SbDockerClient *client,
                       const char     *name)
{
  g_autofree char *tagged = dup_tagged (name);
  g_autofree char *escaped = g_uri_escape_string (tagged, NULL, FALSE);
  SbImageJob *self = g_object_new (SB_TYPE_IMAGE_JOB, NULL);

  self->client = g_object_ref (client);
  self->path = g_strconcat ("/images/create?fromImage=", escaped, NULL);
  self->name = g_steal_pointer (&tagged);

  return self;
}

/* The classic builder. forcerm: a build that fails would otherwise leave a container that nobody knows. */
SbImageJob *
sb_image_job_new_build (SbDockerClient *client,
                        GBytes         *tar,
                        const char     *name)
{
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  SbImageJob *self = g_object_new (SB_TYPE_IMAGE_JOB, NULL);

  self->client = g_object_ref (client);
  self->tar = g_bytes_ref (tar);
  self->name = g_strdup (name);
  self->path = g_strconcat (BUILD_PATH "&networkmode=none&t=", escaped, NULL);

  return self;
}

void
sb_image_job_allow_network (SbImageJob *self)
{
  g_autofree char *escaped = g_uri_escape_string (self->name, NULL, FALSE);

  g_return_if_fail (self->tar != NULL && self->state == SB_IMAGE_JOB_WAITING);

  g_free (self->path);
  self->path = g_strconcat (BUILD_PATH "&t=", escaped, NULL);
}

/**
 * sb_image_job_run_async:
 * @self: a job that has not run
 * @cancellable: (nullable): ends it
 * @callback: called when it has ended in one way or the other
 * @user_data: for it
 *
 * Runs it to its end; there is no time limit. Fails with a %SB_DOCKER_ERROR that says what the engine said.
 */
void
sb_image_job_run_async (SbImageJob          *self,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, sb_image_job_run_async);
  g_task_set_check_cancellable (task, FALSE);
  enter (self, SB_IMAGE_JOB_RUNNING);
  if (self->tar != NULL)
    stream (task, NULL);
  else
    sb_registry_auth_find_async (self->name, cancellable, found_auth_cb, task);
}

gboolean
sb_image_job_run_finish (SbImageJob    *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

const char *
sb_image_job_get_name (SbImageJob *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_JOB (self), NULL);

  return self->name;
}

gboolean
sb_image_job_is_build (SbImageJob *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_JOB (self), FALSE);

  return self->tar != NULL;
}

SbImageJobState
sb_image_job_get_state (SbImageJob *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_JOB (self), SB_IMAGE_JOB_FAILED);

  return self->state;
}

double
sb_image_job_get_fraction (SbImageJob *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_JOB (self), -1);

  return sb_image_progress_get_fraction (self->progress);
}

const char *
sb_image_job_get_status (SbImageJob *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_JOB (self), NULL);

  return sb_image_progress_get_status (self->progress);
}

const char *
sb_image_job_get_log (SbImageJob *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_JOB (self), NULL);

  return sb_image_progress_get_log (self->progress);
}

const char *
sb_image_job_get_result (SbImageJob *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_JOB (self), NULL);

  return sb_image_progress_get_result (self->progress);
}
