/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-gone.h"

#include "sb-docker-helper.h"
#include "sb-docker-request.h"
#include "sb-instance.h"
#include "sb-json.h"

#define RETRY_MS 50
#define MAX_TRIES 200
/* Podman fails with 500 when a container ends by itself just now. Another trouble does not go away. */
#define MAX_FAILURES 20

typedef struct
{
  char  *path;
  guint  tries;
  guint  failures;
} Gone;

typedef struct
{
  GPtrArray *doomed; /* of paths to delete */
  char      *helper; /* the volume of this build's sandbar-init */
  gboolean   volumes_listed;
  gboolean   helpers_listed;
} Sweep;

static void try_again  (GTask *task);
static void sweep_next (GTask *task);

static void
gone_free (gpointer data)
{
  Gone *gone = data;

  g_free (gone->path);
  g_free (gone);
}

static void
sweep_free (gpointer data)
{
  Sweep *sweep = data;

  g_ptr_array_unref (sweep->doomed);
  g_free (sweep->helper);
  g_free (sweep);
}

static gboolean
retry_cb (gpointer user_data)
{
  try_again (g_object_ref (G_TASK (user_data)));

  return G_SOURCE_REMOVE;
}

/* 409: somebody, perhaps the engine itself, is at it. */
static gboolean
may_try_again (Gone         *gone,
               const GError *error)
{
  if (g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_SERVER))
    return ++gone->failures < MAX_FAILURES;

  return g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_CONFLICT) && gone->tries < MAX_TRIES;
}

/* 404: it is gone. */
static void
deleted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  Gone *gone = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);

  if (error == NULL || g_error_matches (error, SB_DOCKER_ERROR, SB_DOCKER_ERROR_NOT_FOUND))
    g_task_return_boolean (task, TRUE);
  else if (may_try_again (gone, error))
    g_timeout_add_full (G_PRIORITY_DEFAULT, RETRY_MS, retry_cb, g_steal_pointer (&task), g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/* task: (transfer full) */
static void
try_again (GTask *task)
{
  Gone *gone = g_task_get_task_data (task);

  gone->tries++;
  sb_docker_client_call_async (g_task_get_source_object (task), "DELETE", gone->path, NULL,
                               g_task_get_cancellable (task), deleted_cb, task);
}

/* Whose owner lives is left alone; so is what carries no instance at all. */
static gboolean
is_orphan (JsonObject *item)
{
  JsonObject *labels = sb_json_get_object (item, "Labels");
  const char *owner = labels != NULL ? sb_json_get_string (labels, SB_DOCKER_LABEL_OWNER) : NULL;
  const char *instance = labels != NULL ? sb_json_get_string (labels, SB_DOCKER_LABEL_INSTANCE) : NULL;

  return instance != NULL && owner != NULL && g_str_equal (owner, sb_instance_get_owner ())
         && !sb_instance_is_alive (instance);
}

static void
collect (Sweep      *sweep,
         JsonArray  *items,
         const char *key,
         const char *format)
{
  for (guint i = 0; items != NULL && i < json_array_get_length (items); i++)
    {
      JsonNode *node = json_array_get_element (items, i);
      JsonObject *item = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *name = item != NULL ? sb_json_get_string (item, key) : NULL;
      g_autofree char *escaped = name != NULL ? g_uri_escape_string (name, NULL, FALSE) : NULL;

      if (escaped != NULL && is_orphan (item))
        g_ptr_array_add (sweep->doomed, g_strdup_printf ("%s%s?force=1&v=1", format, escaped));
    }
}

/* Those of other builds that nothing uses. A build that lives fills its volume again when it needs it. */
static void
collect_helpers (Sweep     *sweep,
                 JsonArray *items)
{
  for (guint i = 0; items != NULL && i < json_array_get_length (items); i++)
    {
      JsonNode *node = json_array_get_element (items, i);
      JsonObject *item = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *name = item != NULL ? sb_json_get_string (item, "Name") : NULL;

      if (name != NULL && sb_docker_helper_is_volume (name) && !g_str_equal (name, sweep->helper))
        g_ptr_array_add (sweep->doomed, g_strconcat ("/volumes/", name, NULL));
    }
}

/* What cannot be removed now (in use, or going already) is left to the next sweep. */
static void
swept_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, NULL);

  sweep_next (G_TASK (user_data));
}

static void
volumes_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  Sweep *sweep = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);

  if (error != NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    collect (sweep, sb_json_get_array (json_node_get_object (node), "Volumes"), "Name", "/volumes/");
  sweep_next (g_steal_pointer (&task));
}

static void
helpers_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Sweep *sweep = g_task_get_task_data (G_TASK (user_data));
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, NULL);

  /* They are small; an engine that cannot list them so keeps them. */
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    collect_helpers (sweep, sb_json_get_array (json_node_get_object (node), "Volumes"));
  sweep_next (G_TASK (user_data));
}

/* Containers first: a volume in use cannot be removed. task: (transfer full) */
static void
sweep_next (GTask *task)
{
  Sweep *sweep = g_task_get_task_data (task);
  SbDockerClient *client = g_task_get_source_object (task);
  g_autofree char *filter = NULL;
  g_autofree char *path = NULL;

  if (sweep->doomed->len > 0)
    {
      path = g_ptr_array_steal_index (sweep->doomed, 0);
      sb_docker_client_call_async (client, "DELETE", path, NULL, g_task_get_cancellable (task), swept_cb,
                                   task);
    }
  else if (!sweep->volumes_listed)
    {
      sweep->volumes_listed = TRUE;
      filter = sb_docker_request_dup_filter ();
      path = g_strconcat ("/volumes?", filter, NULL);
      sb_docker_client_call_async (client, "GET", path, NULL, g_task_get_cancellable (task), volumes_cb,
                                   task);
    }
  else if (!sweep->helpers_listed)
    {
      sweep->helpers_listed = TRUE;
      sb_docker_client_call_async (client, "GET", "/volumes?filters=%7B%22dangling%22%3A%5B%22true%22%5D%7D", NULL,
                                   g_task_get_cancellable (task), helpers_cb, task);
    }
  else
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
}

static void
containers_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  Sweep *sweep = g_task_get_task_data (task);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);

  if (error != NULL)
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    collect (sweep, json_node_get_array (node), "Id", "/containers/");
  sweep_next (g_steal_pointer (&task));
}

/**
 * sb_docker_gone_async:
 * @client: the engine
 * @container: a container's id or name
 * @cancellable: (nullable): stops waiting
 * @callback: called when the container and its anonymous volumes are gone
 * @user_data: for it
 *
 * Kills and removes a container, and waits while the engine is still removing it. That it is gone already
 * is no error.
 */
void
sb_docker_gone_async (SbDockerClient      *client,
                      const char          *container,
                      GCancellable        *cancellable,
                      GAsyncReadyCallback  callback,
                      gpointer             user_data)
{
  GTask *task = g_task_new (client, cancellable, callback, user_data);
  Gone *gone = g_new0 (Gone, 1);
  g_autofree char *name = g_uri_escape_string (container, NULL, FALSE);

  g_task_set_source_tag (task, sb_docker_gone_async);
  gone->path = g_strdup_printf ("/containers/%s?force=1&v=1", name);
  g_task_set_task_data (task, gone, gone_free);
  try_again (task);
}

gboolean
sb_docker_gone_finish (GAsyncResult  *result,
                       GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * sb_docker_sweep_async:
 * @client: the engine
 * @helper: the volume of this build's sandbar-init, which stays
 * @cancellable: (nullable): ends it
 * @callback: called when all is swept
 * @user_data: for it
 *
 * Removes containers and volumes whose labels name an instance of this owner that does not live any more, and
 * volumes with the sandbar-init of other builds that nothing uses, and nothing else.
 */
void
sb_docker_sweep_async (SbDockerClient      *client,
                       const char          *helper,
                       GCancellable        *cancellable,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  GTask *task = g_task_new (client, cancellable, callback, user_data);
  Sweep *sweep = g_new0 (Sweep, 1);
  g_autofree char *filter = sb_docker_request_dup_filter ();
  g_autofree char *path = g_strconcat ("/containers/json?all=1&", filter, NULL);

  g_task_set_source_tag (task, sb_docker_sweep_async);
  sweep->helper = g_strdup (helper);
  sweep->doomed = g_ptr_array_new_with_free_func (g_free);
  g_task_set_task_data (task, sweep, sweep_free);
  sb_docker_client_call_async (client, "GET", path, NULL, cancellable, containers_cb, task);
}

gboolean
sb_docker_sweep_finish (GAsyncResult  *result,
                        GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
