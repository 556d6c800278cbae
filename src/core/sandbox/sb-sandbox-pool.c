/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-pool.h"

#include "sb-sandbox-private.h"
#include "sb-sandbox-spec.h"

/* A backend that cannot keep a spare alive is not asked for ever; the next sandbox tells the user what is
 * wrong. */
#define MAX_FAILURES 3
#define RETRY_SECONDS 2

struct _SbSandboxPool
{
  GObject parent_instance;

  /* owned */
  SbEngineList  *engines;
  SbSandboxSpec *spec;
  SbSandbox     *spare;   /* nullable */
  GPtrArray     *leaving; /* of SbSandbox: on their way to their end */

  guint    refill_id;
  guint    failures;
  gboolean enabled;
};

G_DEFINE_FINAL_TYPE (SbSandboxPool, sb_sandbox_pool, G_TYPE_OBJECT)

static void refill_later (SbSandboxPool *self,
                          guint          seconds);

static void
spare_state_cb (SbSandbox  *spare,
                GParamSpec *pspec,
                gpointer    user_data)
{
  SbSandboxPool *self = user_data;

  if (sb_sandbox_is_live (spare))
    return;

  g_signal_handlers_disconnect_by_data (spare, self);
  g_clear_object (&self->spare);
  self->failures++;
  refill_later (self, RETRY_SECONDS);
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(SbSandboxPool) self = user_data;

  /* What went wrong is seen in its state. */
  if (sb_sandbox_start_finish (SB_SANDBOX (source), result, NULL))
    self->failures = 0;
}

static gboolean
refill_cb (gpointer user_data)
{
  SbSandboxPool *self = user_data;
  SbEngine *engine = NULL;

  self->refill_id = 0;
  if (!self->enabled || self->spare != NULL || self->failures >= MAX_FAILURES)
    return G_SOURCE_REMOVE;
  engine = sb_engine_list_choose (self->engines, self->spec->engine);
  if (engine == NULL)
    return G_SOURCE_REMOVE;

  self->spare = sb_sandbox_new (sb_engine_get_backend (engine), "spare");
  sb_engine_add_sandbox (engine, self->spare, self->spec);
  g_signal_connect (self->spare, "notify::state", G_CALLBACK (spare_state_cb), self);
  sb_sandbox_start_async (self->spare, self->spec, started_cb, g_object_ref (self));

  return G_SOURCE_REMOVE;
}

/* Low priority: whoever just got the last spare goes first. */
static void
refill_later (SbSandboxPool *self,
              guint          seconds)
{
  g_clear_handle_id (&self->refill_id, g_source_remove);
  if (seconds == 0)
    self->refill_id = g_idle_add_full (G_PRIORITY_LOW, refill_cb, self, NULL);
  else
    self->refill_id = g_timeout_add_seconds (seconds, refill_cb, self);
}

static SbSandbox *
take_spare (SbSandboxPool *self)
{
  if (self->spare != NULL)
    g_signal_handlers_disconnect_by_data (self->spare, self);

  return g_steal_pointer (&self->spare);
}

static void
leaving_state_cb (SbSandbox  *sandbox,
                  GParamSpec *pspec,
                  gpointer    user_data)
{
  SbSandboxPool *self = user_data;

  if (sb_sandbox_is_live (sandbox) || sb_sandbox_get_state (sandbox) == SB_SANDBOX_STATE_STOPPING)
    return;

  g_signal_handlers_disconnect_by_data (sandbox, self);
  g_ptr_array_remove (self->leaving, sandbox);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  sb_sandbox_stop_finish (SB_SANDBOX (source), result, NULL);
}

static void
drop_spare (SbSandboxPool *self)
{
  SbSandbox *spare = take_spare (self);

  if (spare == NULL)
    return;

  g_ptr_array_add (self->leaving, spare);
  g_signal_connect (spare, "notify::state", G_CALLBACK (leaving_state_cb), self);
  sb_sandbox_stop_async (spare, stopped_cb, NULL);
}

/* One whose engine does not answer is of no use, even if its stream has not ended. */
static void
engines_changed_cb (SbSandboxPool *self)
{
  SbEngine *engine = self->spare != NULL ? sb_engine_list_find_for (self->engines, self->spare) : NULL;

  if (engine != NULL && sb_engine_get_state (engine) == SB_ENGINE_STATE_AWAY)
    drop_spare (self);
  self->failures = 0;
  if (self->enabled && self->spare == NULL)
    refill_later (self, 0);
}

static void
sb_sandbox_pool_dispose (GObject *object)
{
  SbSandboxPool *self = SB_SANDBOX_POOL (object);

  g_clear_handle_id (&self->refill_id, g_source_remove);
  drop_spare (self);
  for (guint i = 0; i < self->leaving->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->leaving, i), self);
  g_ptr_array_set_size (self->leaving, 0);
  if (self->engines != NULL)
    g_signal_handlers_disconnect_by_data (self->engines, self);
  g_clear_object (&self->engines);

  G_OBJECT_CLASS (sb_sandbox_pool_parent_class)->dispose (object);
}

static void
sb_sandbox_pool_finalize (GObject *object)
{
  SbSandboxPool *self = SB_SANDBOX_POOL (object);

  g_ptr_array_unref (self->leaving);
  g_clear_pointer (&self->spec, sb_sandbox_spec_free);

  G_OBJECT_CLASS (sb_sandbox_pool_parent_class)->finalize (object);
}

static void
sb_sandbox_pool_class_init (SbSandboxPoolClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_sandbox_pool_dispose;
  G_OBJECT_CLASS (klass)->finalize = sb_sandbox_pool_finalize;
}

static void
sb_sandbox_pool_init (SbSandboxPool *self)
{
  self->leaving = g_ptr_array_new_with_free_func (g_object_unref);
}

SbSandboxPool *
sb_sandbox_pool_new (SbEngineList        *engines,
                     const SbSandboxSpec *spec)
{
  SbSandboxPool *self = g_object_new (SB_TYPE_SANDBOX_POOL, NULL);

  self->engines = g_object_ref (engines);
  self->spec = sb_sandbox_spec_copy (spec);
  g_signal_connect_swapped (engines, "changed", G_CALLBACK (engines_changed_cb), self);

  return self;
}

void
sb_sandbox_pool_set_enabled (SbSandboxPool *self,
                             gboolean       enabled)
{
  self->enabled = enabled;
  self->failures = 0;
  if (enabled)
    refill_later (self, 0);
  else
    drop_spare (self);
}

gboolean
sb_sandbox_pool_is_ready (SbSandboxPool *self)
{
  return self->spare != NULL && sb_sandbox_get_state (self->spare) == SB_SANDBOX_STATE_READY;
}

/* Returns: (transfer full) (nullable): the spare if it is ready; another one is started */
SbSandbox *
sb_sandbox_pool_claim (SbSandboxPool       *self,
                       const SbSandboxSpec *spec)
{
  if (!sb_sandbox_pool_is_ready (self) || !sb_sandbox_spec_fits (self->spec, spec))
    return NULL;

  refill_later (self, 0);

  return take_spare (self);
}

GPtrArray *
sb_sandbox_pool_take_all (SbSandboxPool *self)
{
  GPtrArray *all = g_steal_pointer (&self->leaving);
  SbSandbox *spare = take_spare (self);

  for (guint i = 0; i < all->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (all, i), self);
  if (spare != NULL)
    g_ptr_array_add (all, spare);
  self->leaving = g_ptr_array_new_with_free_func (g_object_unref);

  return all;
}
