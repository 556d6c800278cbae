/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-build.h"

#include <string.h>

#include "sb-build-context.h"
#include "sb-catalog-edit.h"
#include "sb-image-job.h"
#include "sb-image-pin.h"
#include "sb-server-container.h"
#include "sb-text.h"

/* No registry's: such a name is never pulled by mistake. */
#define IMAGE_PREFIX "sandbar-local/"
#define NAME_CHARS G_CSET_a_2_z G_CSET_DIGITS "-_."
#define MAX_NAME 64

struct _SbServerBuild
{
  GObject parent_instance;

  /* owned */
  SbDockerClient *docker;
  SbImageJob     *job;    /* nullable: from BUILDING on */
  GTask          *task;   /* nullable: while it runs */
  char           *folder;
  char           *name;
  char           *tag;
  char           *image;  /* nullable: once it is done */

  SbServerBuildState state;
  gboolean           with_network;
};

enum
{
  PROP_STATE = 1,
  PROP_FRACTION,
  PROP_STATUS,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbServerBuild, sb_server_build, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (SbServerBuildState, sb_server_build_state,
                    G_DEFINE_ENUM_VALUE (SB_SERVER_BUILD_WAITING, "waiting"),
                    G_DEFINE_ENUM_VALUE (SB_SERVER_BUILD_PACKING, "packing"),
                    G_DEFINE_ENUM_VALUE (SB_SERVER_BUILD_BUILDING, "building"),
                    G_DEFINE_ENUM_VALUE (SB_SERVER_BUILD_PINNING, "pinning"),
                    G_DEFINE_ENUM_VALUE (SB_SERVER_BUILD_DONE, "done"),
                    G_DEFINE_ENUM_VALUE (SB_SERVER_BUILD_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (SB_SERVER_BUILD_CANCELLED, "cancelled"))

static GParamSpec *properties[N_PROPS];

static void
notify_progress (SbServerBuild *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
enter (SbServerBuild      *self,
       SbServerBuildState  state)
{
  g_assert (state > self->state && self->state < SB_SERVER_BUILD_DONE);
  g_assert (state >= SB_SERVER_BUILD_DONE || state == self->state + 1);

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  notify_progress (self);
}

/* The one place that finishes; takes @error. */
static void
finish (SbServerBuild *self,
        GError        *error)
{
  g_autoptr(GTask) task = g_steal_pointer (&self->task);

  if (error == NULL)
    {
      enter (self, SB_SERVER_BUILD_DONE);
      g_task_return_boolean (task, TRUE);
      return;
    }

  enter (self, g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? SB_SERVER_BUILD_CANCELLED
                                                                         : SB_SERVER_BUILD_FAILED);
  g_task_return_error (task, error);
}

static void
pinned_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbServerBuild) self = user_data;
  GError *error = NULL;

  self->image = sb_image_pin_finish (SB_DOCKER_CLIENT (source), result, &error);
  finish (self, error);
}

static void
built_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(SbServerBuild) self = user_data;
  GError *error = NULL;

  if (!sb_image_job_run_finish (SB_IMAGE_JOB (source), result, &error))
    {
      finish (self, error);
      return;
    }

  enter (self, SB_SERVER_BUILD_PINNING);
  sb_image_pin_async (self->docker, self->tag, g_task_get_cancellable (self->task), pinned_cb, g_object_ref (self));
}

static void
packed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbServerBuild) self = user_data;
  GError *error = NULL;
  g_autoptr(GBytes) tar = sb_build_context_pack_finish (result, &error);

  if (tar == NULL)
    {
      finish (self, error);
      return;
    }

  self->job = sb_image_job_new_build (self->docker, tar, self->tag);
  if (self->with_network)
    sb_image_job_allow_network (self->job);
  g_signal_connect_object (self->job, "notify::status", G_CALLBACK (notify_progress), self, G_CONNECT_SWAPPED);
  enter (self, SB_SERVER_BUILD_BUILDING);
  sb_image_job_run_async (self->job, g_task_get_cancellable (self->task), built_cb, g_object_ref (self));
}

static void
sb_server_build_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  SbServerBuild *self = SB_SERVER_BUILD (object);

  switch (prop_id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, sb_server_build_get_fraction (self));
      break;
    case PROP_STATUS:
      g_value_set_string (value, sb_server_build_get_status (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_server_build_finalize (GObject *object)
{
  SbServerBuild *self = SB_SERVER_BUILD (object);

  g_clear_object (&self->job);
  g_clear_object (&self->docker);
  g_free (self->folder);
  g_free (self->name);
  g_free (self->tag);
  g_free (self->image);

  G_OBJECT_CLASS (sb_server_build_parent_class)->finalize (object);
}

static void
sb_server_build_class_init (SbServerBuildClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sb_server_build_get_property;
  object_class->finalize = sb_server_build_finalize;

  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, SB_TYPE_SERVER_BUILD_STATE,
                                              SB_SERVER_BUILD_WAITING, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, -1, 1, -1, flags);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_server_build_init (SbServerBuild *self)
{
}

/**
 * sb_server_build_suggest_name:
 *
 * Returns: (transfer full): passes sb_server_build_check_name()
 */
char *
sb_server_build_suggest_name (const char *folder)
{
  g_autofree char *whole = g_canonicalize_filename (folder, NULL);
  g_autofree char *base = g_path_get_basename (whole);
  g_autofree char *lower = g_ascii_strdown (base, -1);
  const char *start;
  char *name;

  g_strcanon (lower, NAME_CHARS, '-');
  for (start = lower; *start != '\0' && !g_ascii_isalnum (*start); start++)
    continue;
  name = g_strndup (start, MAX_NAME);
  for (gsize length = strlen (name); length > 0 && !g_ascii_isalnum (name[length - 1]); length--)
    name[length - 1] = '\0';
  if (sb_server_build_check_name (name, NULL))
    return name;

  g_free (name);

  return g_strdup ("own-server");
}

/* What engines take as the last part of an image's name: separators stand alone, between letters and digits. */
gboolean
sb_server_build_check_name (const char  *name,
                            GError     **error)
{
  gboolean good = strlen (name) <= MAX_NAME && strspn (name, NAME_CHARS) == strlen (name) &&
                  g_ascii_isalnum (name[0]) && g_ascii_isalnum (name[strlen (name) - 1]) &&
                  strstr (name, "..") == NULL && strstr (name, "___") == NULL;

  for (const char *at = name; good && at[0] != '\0' && at[1] != '\0'; at++)
    good = g_ascii_isalnum (at[0]) || g_ascii_isalnum (at[1]) || at[0] == at[1];

  if (!good)
    {
      g_autofree char *shown = sb_text_short (name, 100);

      g_set_error (error, SB_GATEWAY_ERROR, SB_GATEWAY_ERROR_SETUP,
                   "“%s” cannot be the name of a server with an image: use small letters and digits, up to %d, with "
                   "“-”, “_” or “.” between them.", shown, MAX_NAME);
    }

  return good;
}

/**
 * sb_server_build_new:
 * @folder: with a Dockerfile
 * @name: of the server; passes sb_server_build_check_name()
 */
SbServerBuild *
sb_server_build_new (SbDockerClient *docker,
                     const char     *folder,
                     const char     *name)
{
  SbServerBuild *self = g_object_new (SB_TYPE_SERVER_BUILD, NULL);

  self->docker = g_object_ref (docker);
  self->folder = g_strdup (folder);
  self->name = g_strdup (name);
  self->tag = g_strconcat (IMAGE_PREFIX, name, ":latest", NULL);

  return self;
}

void
sb_server_build_allow_network (SbServerBuild *self)
{
  g_return_if_fail (SB_IS_SERVER_BUILD (self) && self->state == SB_SERVER_BUILD_WAITING);

  self->with_network = TRUE;
}

/**
 * sb_server_build_run_async:
 * @cancellable: (nullable): ends the work in the engine, too
 *
 * There is no time limit. Fails with %SB_DOCKER_ERROR, or with that of the name.
 */
void
sb_server_build_run_async (SbServerBuild       *self,
                           GCancellable        *cancellable,
                           GAsyncReadyCallback  callback,
                           gpointer             user_data)
{
  GError *error = NULL;

  g_return_if_fail (SB_IS_SERVER_BUILD (self) && self->state == SB_SERVER_BUILD_WAITING);

  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, sb_server_build_run_async);
  g_task_set_check_cancellable (self->task, FALSE);
  enter (self, SB_SERVER_BUILD_PACKING);
  if (!sb_server_build_check_name (self->name, &error))
    finish (self, error);
  else
    sb_build_context_pack_async (self->folder, cancellable, packed_cb, g_object_ref (self));
}

gboolean
sb_server_build_run_finish (SbServerBuild  *self,
                            GAsyncResult   *result,
                            GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

SbServerBuildState
sb_server_build_get_state (SbServerBuild *self)
{
  g_return_val_if_fail (SB_IS_SERVER_BUILD (self), SB_SERVER_BUILD_FAILED);

  return self->state;
}

const char *
sb_server_build_get_name (SbServerBuild *self)
{
  g_return_val_if_fail (SB_IS_SERVER_BUILD (self), NULL);

  return self->name;
}

double
sb_server_build_get_fraction (SbServerBuild *self)
{
  g_return_val_if_fail (SB_IS_SERVER_BUILD (self), -1);

  if (self->state == SB_SERVER_BUILD_DONE)
    return 1;

  return self->job != NULL ? sb_image_job_get_fraction (self->job) : -1;
}

const char *
sb_server_build_get_status (SbServerBuild *self)
{
  g_return_val_if_fail (SB_IS_SERVER_BUILD (self), NULL);

  return self->job != NULL ? sb_image_job_get_status (self->job) : "";
}

/* Its end, 64 KiB. */
const char *
sb_server_build_get_log (SbServerBuild *self)
{
  g_return_val_if_fail (SB_IS_SERVER_BUILD (self), NULL);

  return self->job != NULL ? sb_image_job_get_log (self->job) : "";
}

const char *
sb_server_build_get_image (SbServerBuild *self)
{
  g_return_val_if_fail (SB_IS_SERVER_BUILD (self), NULL);

  return self->image;
}

/**
 * sb_server_build_edit:
 * @catalog: as it is now; it may have changed since the build began
 *
 * An entry of that name that is an image gets the new one; without an entry there is one more.
 */
char *
sb_server_build_edit (SbServerBuild  *self,
                      SbCatalog      *catalog,
                      GError        **error)
{
  g_return_val_if_fail (SB_IS_SERVER_BUILD (self) && self->image != NULL, NULL);

  if (sb_catalog_lookup (catalog, self->name) != NULL)
    return sb_catalog_edit_set_image (catalog, self->name, self->image, error);

  return sb_catalog_edit_add (catalog, self->name, self->image, error);
}
