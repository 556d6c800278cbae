/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-engine-list.h"

#include "sb-placement.h"

struct _SbEngineList
{
  GObject parent_instance;

  /* owned */
  GPtrArray *engines; /* of SbEngine, by tier */
};

/* One search for an engine that works. */
typedef struct
{
  char    *id;      /* nullable */
  GString *reasons;
  guint    tier;
  guint    n_open;
  gboolean found;
} Search;

enum
{
  CHANGED,
  N_SIGNALS,
};

static void sb_engine_list_model_init (GListModelInterface *iface);
static void ask_tier                  (GTask               *task,
                                       guint                tier);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbEngineList, sb_engine_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sb_engine_list_model_init))

static guint signals[N_SIGNALS];

/* How many are used together: those that are ready and as much wanted as the best one. */
static guint
count_in_use (SbEngineList *self,
              guint         tier)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self)); i++)
    {
      g_autoptr(SbEngine) engine = g_list_model_get_item (G_LIST_MODEL (self), i);

      n += sb_engine_get_tier (engine) == tier && sb_engine_get_state (engine) == SB_ENGINE_STATE_READY;
    }

  return n;
}

static void
search_free (gpointer data)
{
  Search *search = data;

  g_free (search->id);
  g_string_free (search->reasons, TRUE);
  g_free (search);
}

static gboolean
is_meant (Search   *search,
          SbEngine *engine)
{
  return search->id == NULL || g_str_equal (search->id, sb_engine_get_id (engine));
}

static void
probed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  Search *search = g_task_get_task_data (task);
  SbEngine *engine = SB_ENGINE (source);
  g_autoptr(GError) error = NULL;

  if (sb_engine_probe_finish (engine, result, &error))
    search->found = TRUE;
  else
    g_string_append_printf (search->reasons, "\n%s: %s", sb_engine_get_label (engine), error->message);
  if (--search->n_open > 0)
    return;

  if (search->found)
    g_task_return_boolean (task, TRUE);
  else if (!g_task_return_error_if_cancelled (task))
    ask_tier (g_steal_pointer (&task), search->tier + 1);
}

/* The lowest tier from this one on that has somebody to ask; G_MAXUINT: none */
static guint
find_tier (SbEngineList *self,
           Search       *search,
           guint         from)
{
  for (guint i = 0; i < self->engines->len; i++)
    {
      SbEngine *engine = g_ptr_array_index (self->engines, i);

      if (sb_engine_get_tier (engine) >= from && is_meant (search, engine))
        return sb_engine_get_tier (engine);
    }

  return G_MAXUINT;
}

static void
give_up (GTask *task)
{
  Search *search = g_task_get_task_data (task);

  if (search->id == NULL)
    g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                             "No sandbox can be started here. Start Docker, or install bubblewrap.%s",
                             search->reasons->str);
  else if (search->reasons->len > 0)
    g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                             "The engine “%s” cannot be used now.%s", search->id, search->reasons->str);
  else
    g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE,
                             "There is no engine “%s”. Choose one of the list.", search->id);
}

/* task: (transfer full) */
static void
ask_tier (GTask *task,
          guint  tier)
{
  SbEngineList *self = g_task_get_source_object (task);
  Search *search = g_task_get_task_data (task);

  search->tier = find_tier (self, search, tier);
  if (search->tier == G_MAXUINT)
    {
      give_up (task);
      g_object_unref (task);
      return;
    }

  for (guint i = 0; i < self->engines->len; i++)
    {
      SbEngine *engine = g_ptr_array_index (self->engines, i);

      if (sb_engine_get_tier (engine) != search->tier || !is_meant (search, engine))
        continue;
      search->n_open++;
      sb_engine_probe_async (engine, probed_cb, g_object_ref (task));
    }
  g_object_unref (task);
}

static void
state_cb (SbEngineList *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static SbPlace
get_place (SbEngine *engine)
{
  const SbBackendInfo *info = sb_engine_get_info (engine);
  SbPlace place = {
    .is_ready = sb_engine_get_state (engine) == SB_ENGINE_STATE_READY,
    .tier = sb_engine_get_tier (engine),
    .memory_bytes = info != NULL ? info->memory_bytes : 0,
    .cpus = info != NULL ? info->cpus : 0,
    .n_sandboxes = sb_engine_get_n_sandboxes (engine),
  };

  sb_engine_get_promised (engine, &place.promised_memory, &place.promised_cpus);

  return place;
}

static GType
sb_engine_list_get_item_type (GListModel *model)
{
  return SB_TYPE_ENGINE;
}

static guint
sb_engine_list_get_n_items (GListModel *model)
{
  return SB_ENGINE_LIST (model)->engines->len;
}

static gpointer
sb_engine_list_get_item (GListModel *model,
                         guint       position)
{
  SbEngineList *self = SB_ENGINE_LIST (model);

  return position < self->engines->len ? g_object_ref (g_ptr_array_index (self->engines, position)) : NULL;
}

static void
sb_engine_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_engine_list_get_item_type;
  iface->get_n_items = sb_engine_list_get_n_items;
  iface->get_item = sb_engine_list_get_item;
}

static void
sb_engine_list_dispose (GObject *object)
{
  SbEngineList *self = SB_ENGINE_LIST (object);

  for (guint i = 0; i < self->engines->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->engines, i), self);
  g_ptr_array_set_size (self->engines, 0);

  G_OBJECT_CLASS (sb_engine_list_parent_class)->dispose (object);
}

static void
sb_engine_list_finalize (GObject *object)
{
  g_ptr_array_unref (SB_ENGINE_LIST (object)->engines);

  G_OBJECT_CLASS (sb_engine_list_parent_class)->finalize (object);
}

static void
sb_engine_list_class_init (SbEngineListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_engine_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_engine_list_finalize;

  signals[CHANGED] = g_signal_new ("changed", SB_TYPE_ENGINE_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
sb_engine_list_init (SbEngineList *self)
{
  self->engines = g_ptr_array_new_with_free_func (g_object_unref);
}

SbEngineList *
sb_engine_list_new (void)
{
  return g_object_new (SB_TYPE_ENGINE_LIST, NULL);
}

SbEngineList *
sb_engine_list_new_for_backends (GListModel *backends)
{
  SbEngineList *self = sb_engine_list_new ();

  for (guint i = 0; i < g_list_model_get_n_items (backends); i++)
    {
      g_autoptr(SbSandboxBackend) backend = g_list_model_get_item (backends, i);
      g_autoptr(SbEngine) engine = sb_engine_new (backend, sb_sandbox_backend_get_label (backend), i);

      sb_engine_list_add (self, engine);
    }

  return self;
}

/* Behind those of its tier. */
void
sb_engine_list_add (SbEngineList *self,
                    SbEngine     *engine)
{
  guint position = self->engines->len;

  while (position > 0
         && sb_engine_get_tier (g_ptr_array_index (self->engines, position - 1)) > sb_engine_get_tier (engine))
    position--;
  g_ptr_array_insert (self->engines, (int) position, g_object_ref (engine));
  g_signal_connect_swapped (engine, "notify::state", G_CALLBACK (state_cb), self);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

void
sb_engine_list_remove (SbEngineList *self,
                       SbEngine     *engine)
{
  guint position = 0;

  g_return_if_fail (SB_IS_ENGINE_LIST (self));

  if (!g_ptr_array_find (self->engines, engine, &position))
    return;

  g_signal_handlers_disconnect_by_data (engine, self);
  g_ptr_array_remove_index (self->engines, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
  g_signal_emit (self, signals[CHANGED], 0);
}

SbEngine *
sb_engine_list_find (SbEngineList *self,
                     const char   *id)
{
  for (guint i = 0; i < self->engines->len; i++)
    {
      SbEngine *engine = g_ptr_array_index (self->engines, i);

      if (g_str_equal (sb_engine_get_id (engine), id))
        return engine;
    }

  return NULL;
}

SbEngine *
sb_engine_list_find_for (SbEngineList *self,
                         SbSandbox    *sandbox)
{
  for (guint i = 0; i < self->engines->len; i++)
    {
      SbEngine *engine = g_ptr_array_index (self->engines, i);

      if (sb_engine_has_sandbox (engine, sandbox))
        return engine;
    }

  return NULL;
}

static gboolean
is_being_asked (SbEngineList *self,
                guint         below)
{
  for (guint i = 0; i < self->engines->len; i++)
    {
      SbEngine *engine = g_ptr_array_index (self->engines, i);

      if (sb_engine_get_tier (engine) < below && sb_engine_get_state (engine) == SB_ENGINE_STATE_PROBING)
        return TRUE;
    }

  return FALSE;
}

SbEngine *
sb_engine_list_choose (SbEngineList *self,
                       const char   *id)
{
  SbEngine *named = id != NULL ? sb_engine_list_find (self, id) : NULL;
  g_autofree SbPlace *places = g_new0 (SbPlace, self->engines->len + 1);
  int chosen = -1;

  if (id != NULL)
    return named != NULL && sb_engine_get_state (named) == SB_ENGINE_STATE_READY ? named : NULL;

  for (guint i = 0; i < self->engines->len; i++)
    places[i] = get_place (g_ptr_array_index (self->engines, i));
  chosen = sb_placement_choose (places, self->engines->len);

  return chosen >= 0 && !is_being_asked (self, places[chosen].tier) ? g_ptr_array_index (self->engines, chosen) : NULL;
}

SbEngine *
sb_engine_list_find_lacking (SbEngineList *self,
                             const char   *id,
                             SbEngine     *chosen)
{
  for (guint i = 0; i < self->engines->len; i++)
    {
      SbEngine *engine = g_ptr_array_index (self->engines, i);

      if (chosen != NULL && sb_engine_get_tier (engine) >= sb_engine_get_tier (chosen))
        return NULL;
      if (sb_engine_lacks_image (engine) && (id == NULL || g_str_equal (id, sb_engine_get_id (engine))))
        return engine;
    }

  return NULL;
}

void
sb_engine_list_probe_async (SbEngineList        *self,
                            const char          *id,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Search *search = g_new0 (Search, 1);

  g_task_set_source_tag (task, sb_engine_list_probe_async);
  g_task_set_task_data (task, search, search_free);
  search->id = g_strdup (id);
  search->reasons = g_string_new (NULL);
  ask_tier (task, 0);
}

gboolean
sb_engine_list_probe_finish (SbEngineList  *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * sb_engine_list_describe:
 * @chosen: (nullable): where the next sandbox would be
 * @n_live: sandboxes that there are
 * @problem: (nullable): why there is no @chosen
 *
 * Returns: (transfer full): a line for the status bar
 */
char *
sb_engine_list_describe (SbEngineList *self,
                         SbEngine     *chosen,
                         guint         n_live,
                         const char   *problem)
{
  guint n_engines = chosen != NULL ? count_in_use (self, sb_engine_get_tier (chosen)) : 0;
  g_autofree char *many = n_engines > 1 ? g_strdup_printf ("%u engines", n_engines) : NULL;
  g_autoptr(SbEngine) first = g_list_model_get_item (G_LIST_MODEL (self), 0);
  const char *remark = "";
  const char *label = NULL;

  if (chosen == NULL && problem != NULL)
    return g_strdup (problem);
  if (chosen == NULL)
    return g_strdup ("Looking for a way to start sandboxes…");

  label = many != NULL ? many : sb_engine_get_label (chosen);
  if (sb_engine_get_tier (first) < sb_engine_get_tier (chosen))
    remark = sb_engine_lacks_image (first) ? " — the engine has no image yet" : " — no engine answers";
  if (n_live == 0)
    return g_strdup_printf ("%s%s", label, remark[0] != '\0' ? remark : " — no sandbox");

  return g_strdup_printf ("%s%s — %u %s", label, remark, n_live, n_live == 1 ? "sandbox" : "sandboxes");
}
