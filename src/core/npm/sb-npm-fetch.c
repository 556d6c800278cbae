/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-npm-fetch.h"

#include "sb-text.h"

#define MAX_TARGET 300

struct _SbNpmFetch
{
  GObject          parent_instance;

  /* owned */
  char            *sandbox_id;
  char            *target;
  char            *message;

  gint64           time;
  gsize            size;
  SbNpmFetchState  state;
};

enum
{
  PROP_0,
  PROP_STATE,
  N_PROPS
};

G_DEFINE_ENUM_TYPE (SbNpmFetchState, sb_npm_fetch_state,
                    G_DEFINE_ENUM_VALUE (SB_NPM_FETCH_ASKING, "asking"),
                    G_DEFINE_ENUM_VALUE (SB_NPM_FETCH_FETCHING, "fetching"),
                    G_DEFINE_ENUM_VALUE (SB_NPM_FETCH_SERVED, "served"),
                    G_DEFINE_ENUM_VALUE (SB_NPM_FETCH_REFUSED, "refused"),
                    G_DEFINE_ENUM_VALUE (SB_NPM_FETCH_FAILED, "failed"))

G_DEFINE_FINAL_TYPE (SbNpmFetch, sb_npm_fetch, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
sb_npm_fetch_finalize (GObject *object)
{
  SbNpmFetch *self = SB_NPM_FETCH (object);

  g_clear_pointer (&self->sandbox_id, g_free);
  g_clear_pointer (&self->target, g_free);
  g_clear_pointer (&self->message, g_free);

  G_OBJECT_CLASS (sb_npm_fetch_parent_class)->finalize (object);
}

static void
sb_npm_fetch_get_property (GObject    *object,
                           guint       prop_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_STATE:
      g_value_set_enum (value, SB_NPM_FETCH (object)->state);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_npm_fetch_class_init (SbNpmFetchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sb_npm_fetch_finalize;
  object_class->get_property = sb_npm_fetch_get_property;

  properties[PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL, SB_TYPE_NPM_FETCH_STATE, SB_NPM_FETCH_ASKING,
                       G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_npm_fetch_init (SbNpmFetch *self)
{
  self->time = g_get_real_time ();
}

/**
 * sb_npm_fetch_new:
 * @target: the path that was asked for; hostile
 */
SbNpmFetch *
sb_npm_fetch_new (const char *sandbox_id,
                  const char *target)
{
  SbNpmFetch *self = g_object_new (SB_TYPE_NPM_FETCH, NULL);
  g_autofree char *clean = sb_text_clean (target, -1, NULL);

  self->sandbox_id = g_strdup (sandbox_id);
  self->target = sb_text_head_tail (clean, MAX_TARGET, NULL);

  return self;
}

const char *
sb_npm_fetch_get_sandbox_id (SbNpmFetch *self)
{
  g_return_val_if_fail (SB_IS_NPM_FETCH (self), NULL);

  return self->sandbox_id;
}

const char *
sb_npm_fetch_get_target (SbNpmFetch *self)
{
  g_return_val_if_fail (SB_IS_NPM_FETCH (self), NULL);

  return self->target;
}

const char *
sb_npm_fetch_get_message (SbNpmFetch *self)
{
  g_return_val_if_fail (SB_IS_NPM_FETCH (self), NULL);

  return self->message;
}

gint64
sb_npm_fetch_get_time (SbNpmFetch *self)
{
  g_return_val_if_fail (SB_IS_NPM_FETCH (self), 0);

  return self->time;
}

gsize
sb_npm_fetch_get_size (SbNpmFetch *self)
{
  g_return_val_if_fail (SB_IS_NPM_FETCH (self), 0);

  return self->size;
}

SbNpmFetchState
sb_npm_fetch_get_state (SbNpmFetch *self)
{
  g_return_val_if_fail (SB_IS_NPM_FETCH (self), SB_NPM_FETCH_FAILED);

  return self->state;
}

/**
 * sb_npm_fetch_set_state:
 * @size: bytes handed to the sandbox so far
 * @message: (nullable): a sentence for people
 */
void
sb_npm_fetch_set_state (SbNpmFetch      *self,
                        SbNpmFetchState  state,
                        gsize            size,
                        const char      *message)
{
  g_return_if_fail (SB_IS_NPM_FETCH (self));

  self->state = state;
  self->size = size;
  g_free (self->message);
  self->message = g_strdup (message);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}
