/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-image-pin.h"

#include <string.h>

#include "sb-json.h"
#include "sb-registry-auth.h"

#define DIGEST_PREFIX "sha256:"
#define DIGEST_DIGITS 64

/* While a registry is asked. */
typedef struct
{
  char     *image;
  char     *path;
  JsonNode *answer; /* nullable */
} Lookup;

static void
lookup_free (Lookup *lookup)
{
  g_free (lookup->image);
  g_free (lookup->path);
  g_clear_pointer (&lookup->answer, json_node_unref);
  g_free (lookup);
}

/* Neither tag nor digest. A colon before the last slash is that of a port. */
static char *
dup_repository (const char *image)
{
  char *name = g_strndup (image, strcspn (image, "@"));
  char *slash = strrchr (name, '/');
  char *colon = strchr (slash != NULL ? slash : name, ':');

  if (colon != NULL)
    *colon = '\0';

  return name;
}

/* As engines shorten the names of Docker's own registry. */
static const char *
skip_default (const char *repository)
{
  static const char * const prefixes[] = { "docker.io/", "index.docker.io/", "library/" };

  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (repository, prefixes[i]))
      repository += strlen (prefixes[i]);

  return repository;
}

static gboolean
is_same_repository (const char *a,
                    const char *b)
{
  g_autofree char *left = dup_repository (a);
  g_autofree char *right = dup_repository (b);

  return g_str_equal (skip_default (left), skip_default (right));
}

/* What comes before the end of the line is all there is. */
static void
line_cb (const char *line,
         gsize       length,
         gpointer    user_data)
{
  Lookup *lookup = user_data;

  if (lookup->answer == NULL)
    lookup->answer = sb_json_parse (line, length, NULL);
}

static void
registry_answered_cb (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Lookup *lookup = g_task_get_task_data (task);
  g_autofree char *pinned = NULL;
  GError *error = NULL;

  if (!sb_docker_client_stream_finish (SB_DOCKER_CLIENT (source), result, &error))
    {
      g_prefix_error (&error, "The image “%s” is not in the engine, and its registry was asked in vain: ",
                      lookup->image);
      g_task_return_error (task, error);
      return;
    }

  if (lookup->answer != NULL && JSON_NODE_HOLDS_OBJECT (lookup->answer))
    pinned = sb_image_pin_from_registry (lookup->image, json_node_get_object (lookup->answer));
  if (pinned == NULL)
    g_task_return_new_error (task, SB_DOCKER_ERROR, SB_DOCKER_ERROR_PROTOCOL,
                             "The registry of “%s” does not say which digest the image has.", lookup->image);
  else
    g_task_return_pointer (task, g_steal_pointer (&pinned), g_free);
}

static void
found_auth_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  GTask *task = user_data;
  Lookup *lookup = g_task_get_task_data (task);
  g_autofree char *auth = sb_registry_auth_find_finish (result, NULL);

  sb_docker_client_stream_async (g_task_get_source_object (task), "GET", lookup->path, NULL, auth, line_cb, lookup,
                                 g_task_get_cancellable (task), registry_answered_cb, task);
}

static void
engine_answered_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  Lookup *lookup = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(JsonNode) answer = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);
  g_autofree char *pinned = NULL;

  if (g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_NOT_FOUND))
    {
      g_clear_error (&error);
      sb_registry_auth_find_async (lookup->image, cancellable, found_auth_cb, g_steal_pointer (&task));
      return;
    }
  if (answer != NULL && JSON_NODE_HOLDS_OBJECT (answer))
    pinned = sb_image_pin_from_engine (lookup->image, json_node_get_object (answer));

  if (error != NULL)
    g_task_return_error (task, error);
  else if (pinned == NULL)
    g_task_return_new_error (task, SB_DOCKER_ERROR, SB_DOCKER_ERROR_PROTOCOL,
                             "The engine does not say which digest the image “%s” has.", lookup->image);
  else
    g_task_return_pointer (task, g_steal_pointer (&pinned), g_free);
}

/**
 * sb_image_pin_async:
 * @client: the engine that would run it
 * @image: a name, with a tag or without
 * @cancellable: (nullable): ends it
 * @callback: called when it has ended in one way or the other
 * @user_data: for it
 *
 * What the engine has under that name is what would run, so that comes first; what it does not have, it asks the
 * registry about (GET /distribution/{name}/json), with what the Docker CLI knows of that registry. Nothing is pulled.
 */
void
sb_image_pin_async (SbDockerClient      *client,
                    const char          *image,
                    GCancellable        *cancellable,
                    GAsyncReadyCallback  callback,
                    gpointer             user_data)
{
  GTask *task = g_task_new (client, cancellable, callback, user_data);
  Lookup *lookup = g_new0 (Lookup, 1);
  g_autofree char *escaped = g_uri_escape_string (image, "/:@", FALSE);
  g_autofree char *path = g_strconcat ("/images/", escaped, "/json", NULL);

  g_task_set_source_tag (task, sb_image_pin_async);
  lookup->image = g_strdup (image);
  lookup->path = g_strconcat ("/distribution/", escaped, "/json", NULL);
  g_task_set_task_data (task, lookup, (GDestroyNotify) lookup_free);
  sb_docker_client_call_async (client, "GET", path, NULL, cancellable, engine_answered_cb, task);
}

/**
 * sb_image_pin_finish:
 *
 * Returns: (transfer full): name@sha256:…, or the bare sha256:… of an image that was built here and that no registry
 *   knows; NULL with SB_DOCKER_ERROR
 */
char *
sb_image_pin_finish (SbDockerClient  *client,
                     GAsyncResult    *result,
                     GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, client), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

gboolean
sb_image_pin_is_digest (const char *text)
{
  const char *digits = text + strlen (DIGEST_PREFIX);

  return g_str_has_prefix (text, DIGEST_PREFIX) && strlen (digits) == DIGEST_DIGITS &&
         strspn (digits, "0123456789abcdef") == DIGEST_DIGITS;
}

char *
sb_image_pin_with_digest (const char *image,
                          const char *digest)
{
  g_autofree char *repository = dup_repository (image);

  return g_strconcat (repository, "@", digest, NULL);
}

/**
 * sb_image_pin_from_engine:
 * @answer: of GET /images/{name}/json
 *
 * Engines with the older image store know digests (RepoDigests) only of what came from a registry, and find
 * "name@digest" only then; the image's id is what is left for what was built here.
 */
char *
sb_image_pin_from_engine (const char *image,
                          JsonObject *answer)
{
  JsonArray *digests = sb_json_get_array (answer, "RepoDigests");
  const char *id = sb_json_get_string (answer, "Id");

  for (guint i = 0; digests != NULL && i < json_array_get_length (digests); i++)
    {
      JsonNode *node = json_array_get_element (digests, i);
      const char *known = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
      const char *digest = known != NULL ? strchr (known, '@') : NULL;

      if (digest != NULL && sb_image_pin_is_digest (digest + 1) && is_same_repository (image, known))
        return sb_image_pin_with_digest (image, digest + 1);
    }

  return id != NULL && sb_image_pin_is_digest (id) ? g_strdup (id) : NULL;
}

/* answer: of GET /distribution/{name}/json */
char *
sb_image_pin_from_registry (const char *image,
                            JsonObject *answer)
{
  JsonObject *descriptor = sb_json_get_object (answer, "Descriptor");
  const char *digest = descriptor != NULL ? sb_json_get_string (descriptor, "digest") : NULL;

  return digest != NULL && sb_image_pin_is_digest (digest) ? sb_image_pin_with_digest (image, digest) : NULL;
}
