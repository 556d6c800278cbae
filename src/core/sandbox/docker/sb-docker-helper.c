/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-helper.h"

#include <elf.h>
#include <string.h>

#include "sb-docker-gone.h"
#include "sb-docker-request.h"
#include "sb-id.h"
#include "sb-sandbox-backend.h"
#include "sb-tar.h"

#define VOLUME_PREFIX "sandbar-init-"
#define DIGEST_LENGTH 12
#define MAX_HELPER (16 * 1024 * 1024)

struct _SbDockerHelper
{
  /* owned */
  GBytes *program;
  char   *volume;

  /* borrowed */
  const char *arch;
};

typedef enum
{
  INSTALL_LOOKING,
  INSTALL_CREATING,
  INSTALL_FILLING,
  INSTALL_REMOVING,
  INSTALL_DONE,
} InstallState;

typedef struct
{
  /* owned */
  GBytes     *tar;
  JsonObject *request;
  char       *container;
  GError     *error; /* what went wrong before the removing */

  InstallState state;
} Install;

static const struct
{
  guint16     machine;
  const char *arch;
} machines[] = {
  { EM_X86_64, "amd64" },
  { EM_AARCH64, "arm64" },
  { EM_386, "386" },
  { EM_ARM, "arm" },
  { EM_RISCV, "riscv64" },
  { EM_PPC64, "ppc64le" },
  { EM_S390, "s390x" },
};

static void
install_free (gpointer data)
{
  Install *install = data;

  g_bytes_unref (install->tar);
  json_object_unref (install->request);
  g_free (install->container);
  g_clear_error (&install->error);
  g_free (install);
}

static void
enter (Install      *install,
       InstallState  state)
{
  /* One after the other; a volume that is there already ends it at once. */
  g_assert (state == install->state + 1 || state == INSTALL_DONE);
  install->state = state;
}

/* The one place that finishes. task: (transfer full) */
static void
finish (GTask  *task,
        GError *error)
{
  Install *install = g_task_get_task_data (task);

  enter (install, INSTALL_DONE);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
removed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Install *install = g_task_get_task_data (task);

  /* A filler that stays behind is found by the next sweep: no reason to fail. */
  sb_docker_gone_finish (result, NULL);
  finish (task, g_steal_pointer (&install->error));
}

static void
filled_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Install *install = g_task_get_task_data (task);
  g_autoptr(JsonNode) node = NULL;

  node = sb_docker_client_upload_finish (SB_DOCKER_CLIENT (source), result, &install->error);
  enter (install, INSTALL_REMOVING);
  sb_docker_gone_async (SB_DOCKER_CLIENT (source), install->container, NULL, removed_cb, task);
}

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Install *install = g_task_get_task_data (task);
  g_autofree char *path = NULL;
  g_autoptr(JsonNode) node = NULL;
  GError *error = NULL;

  node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);
  if (error != NULL)
    {
      finish (task, error);
      return;
    }

  enter (install, INSTALL_FILLING);
  path = g_strdup_printf ("/containers/%s/archive?path=" SB_DOCKER_HELPER_TARGET, install->container);
  sb_docker_client_upload_async (SB_DOCKER_CLIENT (source), "PUT", path, install->tar,
                                 g_task_get_cancellable (task), filled_cb, task);
}

static void
create_filler (GTask *task)
{
  Install *install = g_task_get_task_data (task);
  g_autofree char *path = g_strconcat ("/containers/create?name=", install->container, NULL);

  enter (install, INSTALL_CREATING);
  /* Not cancellable: an engine that is left in the middle makes the container all the same. */
  sb_docker_client_call_async (g_task_get_source_object (task), "POST", path, install->request, NULL, created_cb,
                               task);
}

static void
looked_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  g_autoptr(JsonNode) node = NULL;
  g_autoptr(GError) error = NULL;

  node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);
  if (g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_NOT_FOUND))
    create_filler (task);
  else
    finish (task, g_steal_pointer (&error));
}

static const char *
find_arch (const guint8 *program,
           gsize         length)
{
  const Elf32_Ehdr *header = (const Elf32_Ehdr *) program;

  if (length < sizeof *header || memcmp (program, ELFMAG, SELFMAG) != 0)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (machines); i++)
    {
      if (machines[i].machine == header->e_machine)
        return machines[i].arch;
    }

  return "unknown";
}

/**
 * sb_docker_helper_load:
 * @path: the static program sandbar-init
 * @error: set to %SB_SANDBOX_ERROR_UNAVAILABLE
 *
 * Returns: (transfer full) (nullable): the program, ready to be installed
 */
SbDockerHelper *
sb_docker_helper_load (const char  *path,
                       GError     **error)
{
  g_autofree char *contents = NULL;
  g_autofree char *digest = NULL;
  g_autoptr(GError) local = NULL;
  SbDockerHelper *self = NULL;
  const char *arch = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &contents, &length, &local))
    {
      g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                   "Sandbar is not completely installed, its helper cannot be read: %s", local->message);
      return NULL;
    }
  arch = find_arch ((const guint8 *) contents, length);
  if (arch == NULL || length > MAX_HELPER)
    {
      g_set_error (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                   "%s is not Sandbar's helper program. Install Sandbar again.", path);
      return NULL;
    }

  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) contents, length);
  self = g_new0 (SbDockerHelper, 1);
  self->volume = g_strdup_printf (VOLUME_PREFIX "%.*s", DIGEST_LENGTH, digest);
  self->program = g_bytes_new_take (g_steal_pointer (&contents), length);
  self->arch = arch;

  return self;
}

void
sb_docker_helper_free (SbDockerHelper *self)
{
  if (self == NULL)
    return;

  g_bytes_unref (self->program);
  g_free (self->volume);
  g_free (self);
}

/**
 * sb_docker_helper_get_volume:
 * @self: a helper
 *
 * Returns: the name of its volume: a hash of the program, so another version goes elsewhere
 */
const char *
sb_docker_helper_get_volume (SbDockerHelper *self)
{
  return self->volume;
}

gboolean
sb_docker_helper_is_volume (const char *name)
{
  const char *digest = name + strlen (VOLUME_PREFIX);

  return g_str_has_prefix (name, VOLUME_PREFIX) && strlen (digest) == DIGEST_LENGTH
         && strspn (digest, "0123456789abcdef") == DIGEST_LENGTH;
}

/**
 * sb_docker_helper_get_arch:
 * @self: a helper
 *
 * Returns: the architecture that the program is for, as engines name it
 */
const char *
sb_docker_helper_get_arch (SbDockerHelper *self)
{
  return self->arch;
}

/**
 * sb_docker_helper_install_async:
 * @self: a helper
 * @client: the engine
 * @image: an image that is there; it is not run
 * @again: fill the volume even if there is one
 * @cancellable: (nullable): ends it
 * @callback: called with the result
 * @user_data: for it
 *
 * Makes the volume through a container that is created, filled over the archive call, and removed without
 * ever being started.
 */
void
sb_docker_helper_install_async (SbDockerHelper      *self,
                                SbDockerClient      *client,
                                const char          *image,
                                gboolean             again,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  GTask *task = g_task_new (client, cancellable, callback, user_data);
  Install *install = g_new0 (Install, 1);
  g_autofree char *path = g_strconcat ("/volumes/", self->volume, NULL);

  g_task_set_source_tag (task, sb_docker_helper_install_async);
  install->tar = sb_tar_new_for_file (SB_DOCKER_HELPER_NAME, 0755, self->program);
  install->request = sb_docker_request_new_for_filler (image, self->volume);
  install->container = sb_id_new ("sandbar-filler");
  g_task_set_task_data (task, install, install_free);

  if (again)
    create_filler (task);
  else
    sb_docker_client_call_async (client, "GET", path, NULL, cancellable, looked_cb, task);
}

gboolean
sb_docker_helper_install_finish (GAsyncResult  *result,
                                 GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
