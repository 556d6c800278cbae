/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-snapshot.h"

struct _SbSnapshot
{
  GObject parent_instance;

  char   *name; /* owned */
  guint64 size;
  gint64  created;
};

enum
{
  PROP_0,
  PROP_NAME,
  PROP_SIZE,
  PROP_CREATED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (SbSnapshot, sb_snapshot, G_TYPE_OBJECT)

static void
sb_snapshot_get_property (GObject    *object,
                          guint       property_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  SbSnapshot *self = SB_SNAPSHOT (object);

  switch (property_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, self->size);
      break;
    case PROP_CREATED:
      g_value_set_int64 (value, self->created);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
sb_snapshot_finalize (GObject *object)
{
  g_free (SB_SNAPSHOT (object)->name);

  G_OBJECT_CLASS (sb_snapshot_parent_class)->finalize (object);
}

static void
sb_snapshot_class_init (SbSnapshotClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sb_snapshot_get_property;
  object_class->finalize = sb_snapshot_finalize;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_CREATED] = g_param_spec_int64 ("created", NULL, NULL, 0, G_MAXINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_snapshot_init (SbSnapshot *self)
{
}

/* size: of its file, in bytes; created: wall µs */
SbSnapshot *
sb_snapshot_new (const char *name,
                 guint64     size,
                 gint64      created)
{
  SbSnapshot *self = g_object_new (SB_TYPE_SNAPSHOT, NULL);

  self->name = g_strdup (name);
  self->size = size;
  self->created = created;

  return self;
}

const char *
sb_snapshot_get_name (SbSnapshot *self)
{
  g_return_val_if_fail (SB_IS_SNAPSHOT (self), NULL);

  return self->name;
}

/* Of its file, in bytes. */
guint64
sb_snapshot_get_size (SbSnapshot *self)
{
  g_return_val_if_fail (SB_IS_SNAPSHOT (self), 0);

  return self->size;
}

/* Wall clock, µs. */
gint64
sb_snapshot_get_created (SbSnapshot *self)
{
  g_return_val_if_fail (SB_IS_SNAPSHOT (self), 0);

  return self->created;
}
