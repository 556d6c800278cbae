/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-change-set.h"

#include <string.h>

struct _SbChangeSet
{
  GObject parent_instance;

  /* owned */
  SbChangeLog *log;
  GPtrArray   *changes; /* of SbChange, sorted by path */
  char        *since;   /* nullable */
};

enum
{
  PROP_0,
  PROP_SINCE,
  PROP_COMPLETE,
  N_PROPS
};

enum
{
  CHANGED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void sb_change_set_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbChangeSet, sb_change_set, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, sb_change_set_list_model_init))

/* (transfer full) (nullable): as the log has it */
static SbChange *
look_up (SbChangeSet *self,
         const char  *path)
{
  SbLoggedChange logged;

  if (!sb_change_log_compare (self->log, path, sb_change_log_find_call (self->log, self->since), &logged))
    return NULL;

  return sb_change_new (path, &logged);
}

/* Where it is, or belongs. */
static guint
find_position (SbChangeSet *self,
               const char  *path)
{
  guint low = 0;
  guint high = self->changes->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (strcmp (sb_change_get_path (g_ptr_array_index (self->changes, middle)), path) < 0)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

static gboolean
is_at (SbChangeSet *self,
       guint        position,
       const char  *path)
{
  return position < self->changes->len
         && g_str_equal (sb_change_get_path (g_ptr_array_index (self->changes, position)), path);
}

static void
rebuild (SbChangeSet *self)
{
  g_autoptr(GPtrArray) paths = sb_change_log_list (self->log);
  guint n_before = self->changes->len;

  g_ptr_array_set_size (self->changes, 0);
  for (guint i = 0; i < paths->len; i++)
    {
      SbChange *change = look_up (self, g_ptr_array_index (paths, i));

      if (change != NULL)
        g_ptr_array_add (self->changes, change);
    }
  if (n_before > 0 || self->changes->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->changes->len);
  g_signal_emit (self, signals[CHANGED], 0, NULL);
}

static void
changed_cb (SbChangeLog *log,
            const char  *path,
            gpointer     user_data)
{
  SbChangeSet *self = user_data;
  guint position = find_position (self, path);
  gboolean was_there = is_at (self, position, path);
  SbChange *change = look_up (self, path);

  if (was_there)
    g_ptr_array_remove_index (self->changes, position);
  if (change != NULL)
    g_ptr_array_insert (self->changes, (int) position, change);
  if (was_there || change != NULL)
    {
      g_list_model_items_changed (G_LIST_MODEL (self), position, was_there ? 1 : 0, change != NULL ? 1 : 0);
      g_signal_emit (self, signals[CHANGED], 0, path);
    }
}

static void
complete_cb (SbChangeSet *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COMPLETE]);
}

static GType
sb_change_set_get_item_type (GListModel *model)
{
  return SB_TYPE_CHANGE;
}

static guint
sb_change_set_get_n_items (GListModel *model)
{
  return SB_CHANGE_SET (model)->changes->len;
}

static gpointer
sb_change_set_get_item (GListModel *model,
                        guint       position)
{
  SbChangeSet *self = SB_CHANGE_SET (model);

  return position < self->changes->len ? g_object_ref (g_ptr_array_index (self->changes, position)) : NULL;
}

static void
sb_change_set_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_change_set_get_item_type;
  iface->get_n_items = sb_change_set_get_n_items;
  iface->get_item = sb_change_set_get_item;
}

static void
sb_change_set_get_property (GObject    *object,
                            guint       property_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  SbChangeSet *self = SB_CHANGE_SET (object);

  switch (property_id)
    {
    case PROP_SINCE:
      g_value_set_string (value, self->since);
      break;
    case PROP_COMPLETE:
      g_value_set_boolean (value, sb_change_set_is_complete (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
sb_change_set_set_property (GObject      *object,
                            guint         property_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  switch (property_id)
    {
    case PROP_SINCE:
      sb_change_set_set_since (SB_CHANGE_SET (object), g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
sb_change_set_dispose (GObject *object)
{
  SbChangeSet *self = SB_CHANGE_SET (object);

  if (self->log != NULL)
    g_signal_handlers_disconnect_by_data (self->log, self);
  g_clear_object (&self->log);

  G_OBJECT_CLASS (sb_change_set_parent_class)->dispose (object);
}

static void
sb_change_set_finalize (GObject *object)
{
  SbChangeSet *self = SB_CHANGE_SET (object);

  g_ptr_array_unref (self->changes);
  g_free (self->since);

  G_OBJECT_CLASS (sb_change_set_parent_class)->finalize (object);
}

static void
sb_change_set_class_init (SbChangeSetClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sb_change_set_get_property;
  object_class->set_property = sb_change_set_set_property;
  object_class->dispose = sb_change_set_dispose;
  object_class->finalize = sb_change_set_finalize;

  properties[PROP_SINCE] = g_param_spec_string ("since", NULL, NULL, NULL, G_PARAM_READWRITE | flags);
  properties[PROP_COMPLETE] = g_param_spec_boolean ("complete", NULL, NULL, TRUE, G_PARAM_READABLE | flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[CHANGED] = g_signal_new ("changed", SB_TYPE_CHANGE_SET, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
sb_change_set_init (SbChangeSet *self)
{
  self->changes = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * sb_change_set_new:
 * @log: (transfer none): of one sandbox, e.g. sb_sandbox_get_change_log(); kept, and stays after the sandbox's end
 *
 * Returns: (transfer full): what changed since the start; it follows the log
 */
SbChangeSet *
sb_change_set_new (SbChangeLog *log)
{
  SbChangeSet *self = NULL;

  g_return_val_if_fail (SB_IS_CHANGE_LOG (log), NULL);

  self = g_object_new (SB_TYPE_CHANGE_SET, NULL);
  self->log = g_object_ref (log);
  g_signal_connect (log, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect_swapped (log, "notify::complete", G_CALLBACK (complete_cb), self);
  rebuild (self);

  return self;
}

const char *
sb_change_set_get_since (SbChangeSet *self)
{
  g_return_val_if_fail (SB_IS_CHANGE_SET (self), NULL);

  return self->since;
}

/**
 * sb_change_set_set_since:
 * @trace_id: (nullable): a tool call that used the sandbox: only what it and later ones changed is listed, compared to
 *   what was before it; %NULL, or a call that did not use this sandbox: all since the start
 */
void
sb_change_set_set_since (SbChangeSet *self,
                         const char  *trace_id)
{
  g_return_if_fail (SB_IS_CHANGE_SET (self));

  if (g_strcmp0 (self->since, trace_id) == 0)
    return;

  g_free (self->since);
  self->since = g_strdup (trace_id);
  rebuild (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SINCE]);
}

gboolean
sb_change_set_is_complete (SbChangeSet *self)
{
  g_return_val_if_fail (SB_IS_CHANGE_SET (self), FALSE);

  return sb_change_log_is_complete (self->log);
}

/* Returns: (transfer full) (nullable): the change of one path; NULL when it is as it was */
SbChange *
sb_change_set_dup_change (SbChangeSet *self,
                          const char  *path)
{
  guint position = 0;

  g_return_val_if_fail (SB_IS_CHANGE_SET (self), NULL);

  position = find_position (self, path);

  return is_at (self, position, path) ? g_object_ref (g_ptr_array_index (self->changes, position)) : NULL;
}

/* Returns: (transfer none): the change at that position of the list */
SbChange *
sb_change_set_get_change (SbChangeSet *self,
                          guint        position)
{
  g_return_val_if_fail (SB_IS_CHANGE_SET (self), NULL);
  g_return_val_if_fail (position < self->changes->len, NULL);

  return g_ptr_array_index (self->changes, position);
}

/**
 * sb_change_set_find_below:
 * @directory: relative to the workspace; "" is the workspace
 * @first: (out): where they begin
 *
 * Returns: how many changes there are below a directory, one after the other in the list
 */
guint
sb_change_set_find_below (SbChangeSet *self,
                          const char  *directory,
                          guint       *first)
{
  g_autofree char *begin = NULL;
  g_autofree char *end = NULL;

  g_return_val_if_fail (SB_IS_CHANGE_SET (self), 0);

  *first = 0;
  if (*directory == '\0')
    return self->changes->len;

  begin = g_strconcat (directory, "/", NULL);
  /* The byte that follows the slash. */
  end = g_strconcat (directory, "0", NULL);
  *first = find_position (self, begin);

  return find_position (self, end) - *first;
}

/* Whether that tool call used the sandbox, so that "since" means something. */
gboolean
sb_change_set_knows_call (SbChangeSet *self,
                          const char  *trace_id)
{
  g_return_val_if_fail (SB_IS_CHANGE_SET (self), FALSE);

  return sb_change_log_knows_call (self->log, trace_id);
}
