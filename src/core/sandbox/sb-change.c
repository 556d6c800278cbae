/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-change.h"

struct _SbChange
{
  GObject parent_instance;

  /* owned */
  char         *path;
  char         *trace_id; /* nullable */
  SbFileVersion before;
  SbFileVersion after;
};

enum
{
  PROP_0,
  PROP_PATH,
  PROP_KIND,
  PROP_TRACE_ID,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbChange, sb_change, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

GType
sb_change_kind_get_type (void)
{
  static gsize type;
  static const GEnumValue values[] = {
    { SB_CHANGE_ADDED, "SB_CHANGE_ADDED", "added" },
    { SB_CHANGE_MODIFIED, "SB_CHANGE_MODIFIED", "modified" },
    { SB_CHANGE_DELETED, "SB_CHANGE_DELETED", "deleted" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("SbChangeKind", values));

  return type;
}

static SbFileVersion
copy_version (const SbFileVersion *version)
{
  SbFileVersion copy = *version;

  if (copy.content != NULL)
    g_bytes_ref (copy.content);

  return copy;
}

static void
sb_change_get_property (GObject    *object,
                        guint       property_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  SbChange *self = SB_CHANGE (object);

  switch (property_id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_KIND:
      g_value_set_enum (value, sb_change_get_kind (self));
      break;
    case PROP_TRACE_ID:
      g_value_set_string (value, self->trace_id);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
sb_change_finalize (GObject *object)
{
  SbChange *self = SB_CHANGE (object);

  g_free (self->path);
  g_free (self->trace_id);
  g_clear_pointer (&self->before.content, g_bytes_unref);
  g_clear_pointer (&self->after.content, g_bytes_unref);

  G_OBJECT_CLASS (sb_change_parent_class)->finalize (object);
}

static void
sb_change_class_init (SbChangeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sb_change_get_property;
  object_class->finalize = sb_change_finalize;

  properties[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);
  properties[PROP_KIND] = g_param_spec_enum ("kind", NULL, NULL, SB_TYPE_CHANGE_KIND, SB_CHANGE_ADDED, flags);
  properties[PROP_TRACE_ID] = g_param_spec_string ("trace-id", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_change_init (SbChange *self)
{
}

/* Returns: (transfer full): the change that @logged describes */
SbChange *
sb_change_new (const char           *path,
               const SbLoggedChange *logged)
{
  SbChange *self = g_object_new (SB_TYPE_CHANGE, NULL);

  self->path = g_strdup (path);
  self->trace_id = g_strdup (logged->trace_id);
  self->before = copy_version (&logged->before);
  self->after = copy_version (&logged->after);

  return self;
}

const char *
sb_change_get_path (SbChange *self)
{
  g_return_val_if_fail (SB_IS_CHANGE (self), NULL);

  return self->path;
}

SbChangeKind
sb_change_get_kind (SbChange *self)
{
  g_return_val_if_fail (SB_IS_CHANGE (self), SB_CHANGE_MODIFIED);

  if (!self->after.exists)
    return SB_CHANGE_DELETED;

  return self->before.exists ? SB_CHANGE_MODIFIED : SB_CHANGE_ADDED;
}

const char *
sb_change_get_trace_id (SbChange *self)
{
  g_return_val_if_fail (SB_IS_CHANGE (self), NULL);

  return self->trace_id;
}

GBytes *
sb_change_get_old (SbChange *self)
{
  g_return_val_if_fail (SB_IS_CHANGE (self), NULL);

  return self->before.content;
}

GBytes *
sb_change_get_new (SbChange *self)
{
  g_return_val_if_fail (SB_IS_CHANGE (self), NULL);

  return self->after.content;
}

gboolean
sb_change_has_old (SbChange *self)
{
  g_return_val_if_fail (SB_IS_CHANGE (self), FALSE);

  return !self->before.exists || self->before.content != NULL;
}

gboolean
sb_change_has_new (SbChange *self)
{
  g_return_val_if_fail (SB_IS_CHANGE (self), FALSE);

  return !self->after.exists || self->after.content != NULL;
}

guint64
sb_change_get_old_size (SbChange *self)
{
  g_return_val_if_fail (SB_IS_CHANGE (self), 0);

  return self->before.size;
}

guint64
sb_change_get_new_size (SbChange *self)
{
  g_return_val_if_fail (SB_IS_CHANGE (self), 0);

  return self->after.size;
}

/**
 * sb_change_diff:
 * @context: unchanged lines to show around those that changed
 *
 * Compares the two versions, now: for a file of 256 KiB with nothing in common that takes some milliseconds.
 *
 * Returns: (transfer full) (nullable): the differences; %NULL when a version is not kept
 */
SbDiff *
sb_change_diff (SbChange *self,
                guint     context)
{
  g_autoptr(GBytes) nothing = g_bytes_new_static ("", 0);

  g_return_val_if_fail (SB_IS_CHANGE (self), NULL);

  if (!sb_change_has_old (self) || !sb_change_has_new (self))
    return NULL;

  return sb_diff_new (self->before.content != NULL ? self->before.content : nothing,
                      self->after.content != NULL ? self->after.content : nothing, context);
}
