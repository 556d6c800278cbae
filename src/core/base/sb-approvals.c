/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-approvals.h"

struct _SbApprovals
{
  GObject     parent_instance;

  /* owned */
  GPtrArray  *pending;    /* of SbApproval */
  GPtrArray  *waiters;    /* of Waiter, each its task's */
  GHashTable *remembered; /* set of keys */

  gboolean    attended;
};

enum
{
  REMEMBERED_CHANGED,
  N_SIGNALS
};

static void sb_approvals_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbApprovals, sb_approvals, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sb_approvals_list_model_init))

G_DEFINE_QUARK (sb-approvals-error-quark, sb_approvals_error)

static guint signals[N_SIGNALS];

/* One caller that waits for an answer; several may wait for the same one. */
typedef struct
{
  /* owned */
  SbApproval *approval;
  gulong      answered_id;
  gulong      cancelled_id;
} Waiter;

static void
waiter_free (Waiter *waiter)
{
  g_clear_object (&waiter->approval);
  g_free (waiter);
}

static SbApproval *
find_pending (SbApprovals *self,
              const char  *key)
{
  for (guint i = 0; key != NULL && i < self->pending->len; i++)
    {
      SbApproval *approval = g_ptr_array_index (self->pending, i);

      if (g_strcmp0 (sb_approval_get_key (approval), key) == 0)
        return approval;
    }

  return NULL;
}

static void
remove_pending (SbApprovals *self,
                SbApproval  *approval)
{
  guint position;

  if (!g_ptr_array_find (self->pending, approval, &position))
    return;
  g_ptr_array_remove_index (self->pending, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

static gboolean
is_waited_for (SbApprovals *self,
               SbApproval  *approval)
{
  for (guint i = 0; i < self->waiters->len; i++)
    {
      Waiter *waiter = g_ptr_array_index (self->waiters, i);

      if (waiter->approval == approval)
        return TRUE;
    }

  return FALSE;
}

static void
return_denied (GTask      *task,
               SbApproval *approval)
{
  g_task_return_new_error (task, SB_APPROVALS_ERROR, SB_APPROVALS_ERROR_DENIED,
                           "You did not allow this: %s", sb_approval_get_title (approval));
}

static void
finish (GTask *task)
{
  g_autoptr(GTask) owned = task;
  SbApprovals *self = g_task_get_source_object (task);
  Waiter *waiter = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);

  g_clear_signal_handler (&waiter->answered_id, waiter->approval);
  g_clear_signal_handler (&waiter->cancelled_id, cancellable);
  g_ptr_array_remove (self->waiters, waiter);
  if (sb_approval_get_state (waiter->approval) == SB_APPROVAL_DENIED)
    return_denied (task, waiter->approval);
  else if (sb_approval_get_state (waiter->approval) != SB_APPROVAL_PENDING)
    g_task_return_boolean (task, TRUE);
  else
    {
      g_task_return_error_if_cancelled (task);
      /* A question that nobody waits for any more need not be answered. */
      if (!is_waited_for (self, waiter->approval))
        remove_pending (self, waiter->approval);
    }
}

static void
answered_cb (GTask *task)
{
  SbApprovals *self = g_task_get_source_object (task);
  Waiter *waiter = g_task_get_task_data (task);
  SbApproval *approval = waiter->approval;

  remove_pending (self, approval);
  if (sb_approval_get_state (approval) == SB_APPROVAL_ALLOWED_ALWAYS &&
      g_hash_table_add (self->remembered, g_strdup (sb_approval_get_key (approval))))
    g_signal_emit (self, signals[REMEMBERED_CHANGED], 0);
  finish (task);
}

static gboolean
cancelled_idle_cb (gpointer user_data)
{
  GTask *task = user_data;
  Waiter *waiter = g_task_get_task_data (task);

  /* The answer may have come in between. */
  if (waiter->answered_id != 0)
    finish (task);

  return G_SOURCE_REMOVE;
}

static void
cancelled_cb (GTask *task)
{
  /* Not at once: whoever cancels does not expect to be called back from within. */
  g_idle_add_full (G_PRIORITY_DEFAULT, cancelled_idle_cb, g_object_ref (task), g_object_unref);
}

static GType
sb_approvals_get_item_type (GListModel *model)
{
  return SB_TYPE_APPROVAL;
}

static guint
sb_approvals_get_n_items (GListModel *model)
{
  return SB_APPROVALS (model)->pending->len;
}

static gpointer
sb_approvals_get_item (GListModel *model,
                       guint       position)
{
  SbApprovals *self = SB_APPROVALS (model);

  return position < self->pending->len ? g_object_ref (g_ptr_array_index (self->pending, position)) : NULL;
}

static void
sb_approvals_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_approvals_get_item_type;
  iface->get_n_items = sb_approvals_get_n_items;
  iface->get_item = sb_approvals_get_item;
}

static void
sb_approvals_finalize (GObject *object)
{
  SbApprovals *self = SB_APPROVALS (object);

  g_clear_pointer (&self->pending, g_ptr_array_unref);
  g_clear_pointer (&self->waiters, g_ptr_array_unref);
  g_clear_pointer (&self->remembered, g_hash_table_unref);

  G_OBJECT_CLASS (sb_approvals_parent_class)->finalize (object);
}

static void
sb_approvals_class_init (SbApprovalsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sb_approvals_finalize;

  /**
   * SbApprovals::remembered-changed:
   *
   * Something was allowed always: the keys are to be stored again.
   */
  signals[REMEMBERED_CHANGED] = g_signal_new ("remembered-changed",
                                              G_TYPE_FROM_CLASS (klass),
                                              G_SIGNAL_RUN_LAST,
                                              0,
                                              NULL, NULL, NULL,
                                              G_TYPE_NONE, 0);
}

static void
sb_approvals_init (SbApprovals *self)
{
  self->pending = g_ptr_array_new_with_free_func (g_object_unref);
  self->waiters = g_ptr_array_new ();
  self->remembered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * sb_approvals_new:
 *
 * Returns: (transfer full): no questions, nothing remembered, nobody there
 */
SbApprovals *
sb_approvals_new (void)
{
  return g_object_new (SB_TYPE_APPROVALS, NULL);
}

/**
 * sb_approvals_set_attended:
 * @attended: whether a shell shows the questions
 *
 * Questions that wait when the last shell goes are denied.
 */
void
sb_approvals_set_attended (SbApprovals *self,
                           gboolean     attended)
{
  g_return_if_fail (SB_IS_APPROVALS (self));

  self->attended = attended;
  while (!attended && self->pending->len > 0)
    {
      g_autoptr(SbApproval) approval = g_object_ref (g_ptr_array_index (self->pending, 0));

      sb_approval_answer (approval, SB_APPROVAL_DENIED);
    }
}

/**
 * sb_approvals_ask_async:
 * @approval: a question of its own; where one with the same key waits already, that one is waited for
 * @cancellable: (nullable): cancelling takes the question back
 *
 * Asks the user, unless its key was allowed always. Waits as long as the user does: the caller sets a limit, if
 * any, through @cancellable.
 */
void
sb_approvals_ask_async (SbApprovals         *self,
                        SbApproval          *approval,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;
  SbApproval *waiting;
  Waiter *waiter;
  const char *key;

  g_return_if_fail (SB_IS_APPROVALS (self));
  g_return_if_fail (SB_IS_APPROVAL (approval));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_approvals_ask_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  key = sb_approval_get_key (approval);
  if (key != NULL && g_hash_table_contains (self->remembered, key))
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  if (!self->attended)
    {
      g_task_return_new_error (task, SB_APPROVALS_ERROR, SB_APPROVALS_ERROR_UNATTENDED,
                               "This needs to be allowed, and nobody is here to ask: %s. "
                               "Allow it in Sandbar's window first.",
                               sb_approval_get_title (approval));
      return;
    }

  waiting = find_pending (self, key);
  waiter = g_new0 (Waiter, 1);
  waiter->approval = g_object_ref (waiting != NULL ? waiting : approval);
  waiter->answered_id = g_signal_connect_swapped (waiter->approval, "answered", G_CALLBACK (answered_cb), task);
  if (cancellable != NULL)
    waiter->cancelled_id = g_signal_connect_swapped (cancellable, "cancelled", G_CALLBACK (cancelled_cb), task);
  g_task_set_task_data (task, waiter, (GDestroyNotify) waiter_free);
  g_ptr_array_add (self->waiters, waiter);
  g_steal_pointer (&task);
  if (waiting != NULL)
    return;

  g_ptr_array_add (self->pending, g_object_ref (approval));
  g_list_model_items_changed (G_LIST_MODEL (self), self->pending->len - 1, 0, 1);
}

/**
 * sb_approvals_ask_finish:
 *
 * Returns: TRUE if it is allowed; otherwise nothing of it may be done
 */
gboolean
sb_approvals_ask_finish (SbApprovals   *self,
                         GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static int
compare_keys (gconstpointer a,
              gconstpointer b)
{
  return strcmp (*(const char * const *) a, *(const char * const *) b);
}

/**
 * sb_approvals_dup_remembered:
 *
 * Returns: (transfer full): the keys allowed always, sorted
 */
GStrv
sb_approvals_dup_remembered (SbApprovals *self)
{
  g_autoptr(GPtrArray) keys = NULL;
  GHashTableIter iter;
  gpointer key;

  g_return_val_if_fail (SB_IS_APPROVALS (self), NULL);

  keys = g_ptr_array_new ();
  g_hash_table_iter_init (&iter, self->remembered);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (keys, g_strdup (key));
  g_ptr_array_sort (keys, compare_keys);
  g_ptr_array_add (keys, NULL);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&keys), FALSE);
}

/**
 * sb_approvals_set_remembered:
 * @keys: (nullable): replaces all
 */
void
sb_approvals_set_remembered (SbApprovals        *self,
                             const char * const *keys)
{
  g_return_if_fail (SB_IS_APPROVALS (self));

  g_hash_table_remove_all (self->remembered);
  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    g_hash_table_add (self->remembered, g_strdup (keys[i]));
}

void
sb_approvals_forget (SbApprovals *self,
                     const char  *key)
{
  g_return_if_fail (SB_IS_APPROVALS (self));

  if (g_hash_table_remove (self->remembered, key))
    g_signal_emit (self, signals[REMEMBERED_CHANGED], 0);
}
