/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-image-supplies.h"

struct _SbImageSupplies
{
  GObject parent_instance;

  /* owned */
  GPtrArray   *supplies;  /* of SbImageSupply, the newest first */
  SbApprovals *approvals; /* nullable */
  GHashTable  *offered;   /* set of engine ids: once is enough */
  GHashTable  *allowed;   /* set of engine ids: the user said yes, or did it */
  GHashTable  *denied;    /* engine id → what to say about it */
};

enum
{
  CHANGED,
  N_SIGNALS,
};

static void sb_image_supplies_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbImageSupplies, sb_image_supplies, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sb_image_supplies_list_model_init))

static guint signals[N_SIGNALS];

static SbImageSupply *
find (SbImageSupplies *self,
      SbEngine        *engine,
      const char      *image)
{
  for (guint i = 0; i < self->supplies->len; i++)
    {
      SbImageSupply *supply = g_ptr_array_index (self->supplies, i);

      if (sb_image_supply_get_engine (supply) == engine
          && g_strcmp0 (sb_image_supply_get_image (supply), image) == 0)
        return supply;
    }

  return NULL;
}

static void
take_off (SbImageSupplies *self,
          SbImageSupply   *supply)
{
  guint position = 0;

  if (!g_ptr_array_find (self->supplies, supply, &position))
    return;

  g_signal_handlers_disconnect_by_data (supply, self);
  g_ptr_array_remove_index (self->supplies, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

static void
remember (SbImageSupplies *self,
          SbImageSupply   *supply)
{
  const char *id = sb_engine_get_id (sb_image_supply_get_engine (supply));

  if (sb_image_supply_get_image (supply) != NULL)
    return;
  if (sb_image_supply_get_state (supply) == SB_IMAGE_SUPPLY_WORKING)
    g_hash_table_add (self->allowed, g_strdup (id));
  else if (sb_image_supply_get_state (supply) == SB_IMAGE_SUPPLY_DENIED)
    g_hash_table_replace (self->denied, g_strdup (id), g_strdup (sb_image_supply_get_problem (supply)));
}

static void
notify_cb (SbImageSupply *supply,
           GParamSpec    *pspec,
           gpointer       user_data)
{
  g_autoptr(SbImageSupplies) self = g_object_ref (user_data);
  g_autoptr(SbImageSupply) alive = g_object_ref (supply);
  SbImageSupplyState state = sb_image_supply_get_state (supply);

  remember (self, supply);
  if (state == SB_IMAGE_SUPPLY_DONE || state == SB_IMAGE_SUPPLY_CANCELLED)
    take_off (self, supply);
  g_signal_emit (self, signals[CHANGED], 0, supply);
}

/* Returns: (transfer full): instead of one for the same image that failed. It may be over already. */
static SbImageSupply *
begin (SbImageSupplies *self,
       SbEngine        *engine,
       const char      *image,
       SbApprovals     *approvals,
       const char      *trace_id)
{
  SbImageSupply *old = find (self, engine, image);
  SbImageSupply *supply = sb_image_supply_new (engine, image);

  if (old != NULL)
    take_off (self, old);
  g_ptr_array_insert (self->supplies, 0, g_object_ref (supply));
  g_signal_connect (supply, "notify", G_CALLBACK (notify_cb), self);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);
  sb_image_supply_start (supply, approvals, trace_id);

  return supply;
}

static void
supplied_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(GTask) task = user_data;
  GError *error = NULL;

  if (sb_image_supply_wait_finish (SB_IMAGE_SUPPLY (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static GType
sb_image_supplies_get_item_type (GListModel *model)
{
  return SB_TYPE_IMAGE_SUPPLY;
}

static guint
sb_image_supplies_get_n_items (GListModel *model)
{
  return SB_IMAGE_SUPPLIES (model)->supplies->len;
}

static gpointer
sb_image_supplies_get_item (GListModel *model,
                            guint       position)
{
  SbImageSupplies *self = SB_IMAGE_SUPPLIES (model);

  return position < self->supplies->len ? g_object_ref (g_ptr_array_index (self->supplies, position)) : NULL;
}

static void
sb_image_supplies_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_image_supplies_get_item_type;
  iface->get_n_items = sb_image_supplies_get_n_items;
  iface->get_item = sb_image_supplies_get_item;
}

static void
sb_image_supplies_dispose (GObject *object)
{
  SbImageSupplies *self = SB_IMAGE_SUPPLIES (object);

  for (guint i = 0; i < self->supplies->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->supplies, i), self);
  g_ptr_array_set_size (self->supplies, 0);
  g_clear_object (&self->approvals);

  G_OBJECT_CLASS (sb_image_supplies_parent_class)->dispose (object);
}

static void
sb_image_supplies_finalize (GObject *object)
{
  SbImageSupplies *self = SB_IMAGE_SUPPLIES (object);

  g_ptr_array_unref (self->supplies);
  g_hash_table_unref (self->offered);
  g_hash_table_unref (self->allowed);
  g_hash_table_unref (self->denied);

  G_OBJECT_CLASS (sb_image_supplies_parent_class)->finalize (object);
}

static void
sb_image_supplies_class_init (SbImageSuppliesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_image_supplies_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_image_supplies_finalize;

  signals[CHANGED] = g_signal_new ("changed", SB_TYPE_IMAGE_SUPPLIES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, SB_TYPE_IMAGE_SUPPLY);
}

static void
sb_image_supplies_init (SbImageSupplies *self)
{
  self->supplies = g_ptr_array_new_with_free_func (g_object_unref);
  self->offered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->allowed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->denied = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

SbImageSupplies *
sb_image_supplies_new (void)
{
  return g_object_new (SB_TYPE_IMAGE_SUPPLIES, NULL);
}

void
sb_image_supplies_set_approvals (SbImageSupplies *self,
                                 SbApprovals     *approvals)
{
  g_return_if_fail (SB_IS_IMAGE_SUPPLIES (self));

  g_set_object (&self->approvals, approvals);
}

/**
 * sb_image_supplies_ensure_async:
 * @engine: where it is missing
 * @image: (nullable): one that the user named, in a profile or in an answer; %NULL: the engine's own, for which the
 * user is asked, once while the program runs
 * @trace_id: (nullable): of the call that is held up
 * @cancellable: (nullable): does not wait any longer; the last one who leaves ends the work
 *
 * Those who need the same image wait for the same work.
 */
void
sb_image_supplies_ensure_async (SbImageSupplies     *self,
                                SbEngine            *engine,
                                const char          *image,
                                const char          *trace_id,
                                GCancellable        *cancellable,
                                GAsyncReadyCallback  callback,
                                gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);
  const char *id = sb_engine_get_id (engine);
  const char *denied = image == NULL ? g_hash_table_lookup (self->denied, id) : NULL;
  gboolean asks = image == NULL && !g_hash_table_contains (self->allowed, id);
  SbImageSupply *old = find (self, engine, image);
  g_autoptr(SbImageSupply) supply = NULL;

  g_task_set_source_tag (task, sb_image_supplies_ensure_async);
  g_task_set_check_cancellable (task, FALSE);
  if (old != NULL && !sb_image_supply_is_over (old))
    supply = g_object_ref (old);
  else if (asks && (denied != NULL || self->approvals == NULL))
    g_task_return_new_error (task, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_IMAGE, "%s",
                             denied != NULL ? denied : sb_engine_get_problem (engine));
  else
    supply = begin (self, engine, image, asks ? self->approvals : NULL, trace_id);

  if (supply != NULL)
    sb_image_supply_wait_async (supply, cancellable, supplied_cb, g_steal_pointer (&task));
}

gboolean
sb_image_supplies_ensure_finish (SbImageSupplies  *self,
                                 GAsyncResult     *result,
                                 GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sb_image_supplies_offer (SbImageSupplies *self,
                         SbEngine        *engine)
{
  g_autoptr(SbImageSupply) supply = NULL;

  g_return_if_fail (SB_IS_IMAGE_SUPPLIES (self) && SB_IS_ENGINE (engine));

  if (self->approvals == NULL || find (self, engine, NULL) != NULL
      || !g_hash_table_add (self->offered, g_strdup (sb_engine_get_id (engine))))
    return;

  supply = begin (self, engine, NULL, self->approvals, NULL);
  sb_image_supply_keep (supply);
}

void
sb_image_supplies_make (SbImageSupplies *self,
                        SbEngine        *engine,
                        const char      *image)
{
  SbImageSupply *old = NULL;
  g_autoptr(SbImageSupply) supply = NULL;

  g_return_if_fail (SB_IS_IMAGE_SUPPLIES (self) && SB_IS_ENGINE (engine));

  old = find (self, engine, image);
  if (old != NULL && !sb_image_supply_is_over (old))
    return;

  g_hash_table_remove (self->denied, sb_engine_get_id (engine));
  supply = begin (self, engine, image, NULL, NULL);
  sb_image_supply_keep (supply);
}

/* Takes one that failed off the list. */
void
sb_image_supplies_dismiss (SbImageSupplies *self,
                           SbImageSupply   *supply)
{
  g_return_if_fail (SB_IS_IMAGE_SUPPLIES (self));

  if (sb_image_supply_is_over (supply))
    take_off (self, supply);
}

char *
sb_image_supplies_describe (SbImageSupplies *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_SUPPLIES (self), NULL);

  for (guint i = 0; i < self->supplies->len; i++)
    {
      SbImageSupply *supply = g_ptr_array_index (self->supplies, i);
      const char *engine = sb_engine_get_label (sb_image_supply_get_engine (supply));

      if (sb_image_supply_is_over (supply))
        continue;
      if (sb_image_supply_get_state (supply) == SB_IMAGE_SUPPLY_ASKING)
        return g_strdup_printf ("%s waits for your answer about its image", engine);

      return g_strdup_printf (sb_image_supply_is_build (supply) ? "%s builds its image…" : "%s downloads an image…",
                              engine);
    }

  return NULL;
}

void
sb_image_supplies_close (SbImageSupplies *self)
{
  g_autoptr(GPtrArray) all = NULL;

  g_return_if_fail (SB_IS_IMAGE_SUPPLIES (self));

  all = g_ptr_array_copy (self->supplies, (GCopyFunc) g_object_ref, NULL);
  g_ptr_array_set_free_func (all, g_object_unref);
  for (guint i = 0; i < all->len; i++)
    sb_image_supply_cancel (g_ptr_array_index (all, i));
}
