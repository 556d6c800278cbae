/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-container-list.h"

#define LIST_PATH "/containers/json?all=1"
/* {"type":["container"]} */
#define EVENTS_PATH "/events?filters=%7B%22type%22%3A%5B%22container%22%5D%7D"
/* A composition that starts tells many things at once; health checks tell something for ever. */
#define CALM_MS 150
#define RETRY_SECONDS_FIRST 1
#define RETRY_SECONDS_MOST 30

struct _SbContainerList
{
  GObject parent_instance;

  /* owned */
  SbDockerClient *client;
  char           *hidden_label; /* nullable */
  GPtrArray      *containers;   /* of SbContainer */
  GCancellable   *cancellable;  /* nullable: of all that is asked; NULL: not active */
  char           *problem;      /* nullable */
  guint           refresh_id;
  guint           retry_id;

  guint           retry_seconds;
  gboolean        listing;
  gboolean        stale;        /* something happened while it was listed */
};

enum
{
  PROP_ACTIVE = 1,
  PROP_PROBLEM,
  N_PROPS,
};

static void sb_container_list_model_init (GListModelInterface *iface);
static void list                         (SbContainerList     *self);
static void watch                        (SbContainerList     *self);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbContainerList, sb_container_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sb_container_list_model_init))

static GParamSpec *properties[N_PROPS];

/* problem: (transfer full) (nullable) */
static void
set_problem (SbContainerList *self,
             char            *problem)
{
  g_autofree char *old = g_steal_pointer (&self->problem);

  self->problem = problem;
  if (g_strcmp0 (old, problem) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

static gboolean
is_same (GPtrArray *containers,
         GPtrArray *others)
{
  if (containers->len != others->len)
    return FALSE;
  for (guint i = 0; i < containers->len; i++)
    if (!sb_container_equal (g_ptr_array_index (containers, i), g_ptr_array_index (others, i)))
      return FALSE;

  return TRUE;
}

/* containers: (transfer full) */
static void
replace (SbContainerList *self,
         GPtrArray       *containers)
{
  g_autoptr(GPtrArray) old = NULL;

  if (is_same (self->containers, containers))
    {
      g_ptr_array_unref (containers);
      return;
    }

  old = g_steal_pointer (&self->containers);
  self->containers = containers;
  g_list_model_items_changed (G_LIST_MODEL (self), 0, old->len, containers->len);
}

static gboolean
retry_cb (gpointer user_data)
{
  SbContainerList *self = user_data;

  self->retry_id = 0;
  watch (self);

  return G_SOURCE_REMOVE;
}

static void
fail (SbContainerList *self,
      const char      *message)
{
  replace (self, g_ptr_array_new_with_free_func (g_object_unref));
  set_problem (self, g_strdup (message));
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbContainerList) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) answer = sb_docker_client_call_finish (SB_DOCKER_CLIENT (source), result, &error);
  GPtrArray *containers = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  self->listing = FALSE;
  containers = sb_container_parse_all (answer, self->hidden_label);
  if (containers == NULL)
    {
      fail (self, error != NULL ? error->message : "The engine does not say which containers it has.");
      return;
    }

  self->retry_seconds = RETRY_SECONDS_FIRST;
  set_problem (self, NULL);
  replace (self, containers);
  if (self->stale)
    list (self);
}

static void
list (SbContainerList *self)
{
  self->stale = self->listing;
  if (self->listing)
    return;

  self->listing = TRUE;
  sb_docker_client_call_async (self->client, "GET", LIST_PATH, NULL, self->cancellable, listed_cb, g_object_ref (self));
}

static gboolean
refresh_cb (gpointer user_data)
{
  SbContainerList *self = user_data;

  self->refresh_id = 0;
  list (self);

  return G_SOURCE_REMOVE;
}

/* What happened is not read: the list is asked for again, whatever it was. */
static void
event_cb (const char *line,
          gsize       length,
          gpointer    user_data)
{
  SbContainerList *self = user_data;

  if (self->cancellable != NULL && self->refresh_id == 0)
    self->refresh_id = g_timeout_add (CALM_MS, refresh_cb, self);
}

static void
watched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(SbContainerList) self = user_data;
  g_autoptr(GError) error = NULL;
  gboolean ok = sb_docker_client_stream_finish (SB_DOCKER_CLIENT (source), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  fail (self, ok ? "The engine hung up." : error->message);
  g_clear_handle_id (&self->retry_id, g_source_remove);
  self->retry_id = g_timeout_add_seconds (self->retry_seconds, retry_cb, self);
  self->retry_seconds = MIN (2 * self->retry_seconds, RETRY_SECONDS_MOST);
}

/* First the events, then the list: nothing happens in between that is not seen. */
static void
watch (SbContainerList *self)
{
  sb_docker_client_stream_async (self->client, "GET", EVENTS_PATH, NULL, NULL, event_cb, self, self->cancellable,
                                 watched_cb, g_object_ref (self));
  list (self);
}

static GType
sb_container_list_get_item_type (GListModel *model)
{
  return SB_TYPE_CONTAINER;
}

static guint
sb_container_list_get_n_items (GListModel *model)
{
  return SB_CONTAINER_LIST (model)->containers->len;
}

static gpointer
sb_container_list_get_item (GListModel *model,
                            guint       position)
{
  SbContainerList *self = SB_CONTAINER_LIST (model);

  return position < self->containers->len ? g_object_ref (g_ptr_array_index (self->containers, position)) : NULL;
}

static void
sb_container_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_container_list_get_item_type;
  iface->get_n_items = sb_container_list_get_n_items;
  iface->get_item = sb_container_list_get_item;
}

static void
sb_container_list_get_property (GObject    *object,
                                guint       property_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  SbContainerList *self = SB_CONTAINER_LIST (object);

  switch (property_id)
    {
    case PROP_ACTIVE:
      g_value_set_boolean (value, sb_container_list_get_active (self));
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
sb_container_list_set_property (GObject      *object,
                                guint         property_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  switch (property_id)
    {
    case PROP_ACTIVE:
      sb_container_list_set_active (SB_CONTAINER_LIST (object), g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
stop (SbContainerList *self)
{
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_clear_handle_id (&self->retry_id, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->listing = FALSE;
  self->stale = FALSE;
}

static void
sb_container_list_dispose (GObject *object)
{
  stop (SB_CONTAINER_LIST (object));

  G_OBJECT_CLASS (sb_container_list_parent_class)->dispose (object);
}

static void
sb_container_list_finalize (GObject *object)
{
  SbContainerList *self = SB_CONTAINER_LIST (object);

  g_clear_object (&self->client);
  g_ptr_array_unref (self->containers);
  g_free (self->hidden_label);
  g_free (self->problem);

  G_OBJECT_CLASS (sb_container_list_parent_class)->finalize (object);
}

static void
sb_container_list_class_init (SbContainerListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sb_container_list_get_property;
  object_class->set_property = sb_container_list_set_property;
  object_class->dispose = sb_container_list_dispose;
  object_class->finalize = sb_container_list_finalize;

  properties[PROP_ACTIVE] = g_param_spec_boolean ("active", NULL, NULL, FALSE,
                                                  G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_container_list_init (SbContainerList *self)
{
  self->containers = g_ptr_array_new_with_free_func (g_object_unref);
  self->retry_seconds = RETRY_SECONDS_FIRST;
}

/**
 * sb_container_list_new:
 * @client: (transfer none): the engine
 * @hidden_label: (nullable): of containers that are not shown
 *
 * Follows GET /events of the Engine API and asks for the list again when something happened. An engine that goes away
 * is asked again from time to time, as long as the list is active.
 *
 * Returns: (transfer full): empty, and not active
 */
SbContainerList *
sb_container_list_new (SbDockerClient *client,
                       const char     *hidden_label)
{
  SbContainerList *self = g_object_new (SB_TYPE_CONTAINER_LIST, NULL);

  self->client = g_object_ref (client);
  self->hidden_label = g_strdup (hidden_label);

  return self;
}

void
sb_container_list_set_active (SbContainerList *self,
                              gboolean         active)
{
  g_return_if_fail (SB_IS_CONTAINER_LIST (self));

  if (active == sb_container_list_get_active (self))
    return;

  if (active)
    {
      self->cancellable = g_cancellable_new ();
      self->retry_seconds = RETRY_SECONDS_FIRST;
      watch (self);
    }
  else
    {
      stop (self);
      replace (self, g_ptr_array_new_with_free_func (g_object_unref));
      set_problem (self, NULL);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE]);
}

gboolean
sb_container_list_get_active (SbContainerList *self)
{
  g_return_val_if_fail (SB_IS_CONTAINER_LIST (self), FALSE);

  return self->cancellable != NULL;
}

/* Why nothing is known, a sentence; NULL while something is, or it is not active. */
const char *
sb_container_list_get_problem (SbContainerList *self)
{
  g_return_val_if_fail (SB_IS_CONTAINER_LIST (self), NULL);

  return self->problem;
}
