/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-engine.h"

#include "sb-sandbox-private.h"

/* An engine that hangs must not keep the others from being used. */
#define PROBE_SECONDS 10
#define RETRY_SECONDS_FIRST 1
#define RETRY_SECONDS_MOST 30

typedef struct
{
  SbSandbox *sandbox;
  guint64    memory_bytes;
  double     cpus;
} Tenant;

struct _SbEngine
{
  GObject parent_instance;

  /* owned */
  SbSandboxBackend *backend;
  char             *id;
  char             *problem;     /* nullable */
  GArray           *tenants;     /* of Tenant: sandboxes that live here */
  GPtrArray        *waiting;     /* of GTask, for the probe that is under way */
  GCancellable     *cancellable; /* nullable: of that probe */

  SbEngineState state;
  guint         tier;
  guint         patience_id;
  guint         retry_id;
  guint         retry_seconds;
  gboolean      gave_up;
  gboolean      is_missed; /* it was ready once, so it is looked for */
  gboolean      lacks_image;
};

enum
{
  PROP_ID = 1,
  PROP_LABEL,
  PROP_HOST,
  PROP_VERSION,
  PROP_STATE,
  PROP_PROBLEM,
  PROP_N_SANDBOXES,
  PROP_RUNTIMES,
  PROP_WARNINGS,
  N_PROPS,
};

G_DEFINE_FINAL_TYPE (SbEngine, sb_engine, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void probe (SbEngine *self);

GType
sb_engine_state_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { SB_ENGINE_STATE_UNKNOWN, "SB_ENGINE_STATE_UNKNOWN", "unknown" },
    { SB_ENGINE_STATE_PROBING, "SB_ENGINE_STATE_PROBING", "probing" },
    { SB_ENGINE_STATE_READY, "SB_ENGINE_STATE_READY", "ready" },
    { SB_ENGINE_STATE_AWAY, "SB_ENGINE_STATE_AWAY", "away" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("SbEngineState", values));

  return type;
}

static void
tenant_clear (gpointer data)
{
  g_object_unref (((Tenant *) data)->sandbox);
}

static gboolean
is_legal (SbEngineState from,
          SbEngineState to)
{
  switch (to)
    {
    case SB_ENGINE_STATE_PROBING:
      return from != SB_ENGINE_STATE_PROBING;
    case SB_ENGINE_STATE_READY:
    case SB_ENGINE_STATE_AWAY:
      return from == SB_ENGINE_STATE_PROBING;
    case SB_ENGINE_STATE_UNKNOWN:
    default:
      return FALSE;
    }
}

static void
enter (SbEngine      *self,
       SbEngineState  state,
       const char    *problem)
{
  g_autofree char *old = NULL;

  g_assert (is_legal (self->state, state));

  /* The problem may be the one that stands. */
  old = g_steal_pointer (&self->problem);
  self->state = state;
  self->problem = g_strdup (problem);
  for (guint i = PROP_LABEL; i < N_PROPS; i++)
    if (i != PROP_N_SANDBOXES)
      g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
}

static gboolean
retry_cb (gpointer user_data)
{
  SbEngine *self = user_data;

  self->retry_id = 0;
  if (self->state == SB_ENGINE_STATE_AWAY)
    probe (self);

  return G_SOURCE_REMOVE;
}

/* Only what was there once: an engine that is not installed is not asked for ever. */
static void
retry_later (SbEngine *self)
{
  if (!self->is_missed)
    return;

  g_clear_handle_id (&self->retry_id, g_source_remove);
  self->retry_id = g_timeout_add_seconds (self->retry_seconds, retry_cb, self);
  self->retry_seconds = MIN (2 * self->retry_seconds, RETRY_SECONDS_MOST);
}

static void
answer (SbEngine     *self,
        const GError *error)
{
  g_autoptr(GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < waiting->len; i++)
    {
      GTask *task = g_ptr_array_index (waiting, i);

      if (error != NULL)
        g_task_return_error (task, g_error_copy (error));
      else
        g_task_return_boolean (task, TRUE);
    }
}

static void
probed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbEngine) self = user_data;
  g_autoptr(GError) error = NULL;

  g_clear_handle_id (&self->patience_id, g_source_remove);
  g_clear_object (&self->cancellable);
  sb_sandbox_backend_probe_finish (SB_SANDBOX_BACKEND (source), result, &error);
  if (error != NULL && self->gave_up)
    {
      g_clear_error (&error);
      error = g_error_new_literal (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_UNAVAILABLE, "it did not answer in time.");
    }

  self->lacks_image = g_error_matches (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_IMAGE);
  if (error == NULL)
    {
      self->is_missed = TRUE;
      self->retry_seconds = RETRY_SECONDS_FIRST;
      enter (self, SB_ENGINE_STATE_READY, NULL);
    }
  else
    {
      enter (self, SB_ENGINE_STATE_AWAY, error->message);
      retry_later (self);
    }
  answer (self, error);
}

static gboolean
patience_cb (gpointer user_data)
{
  SbEngine *self = user_data;

  self->patience_id = 0;
  self->gave_up = TRUE;
  g_cancellable_cancel (self->cancellable);

  return G_SOURCE_REMOVE;
}

static void
probe (SbEngine *self)
{
  g_clear_handle_id (&self->retry_id, g_source_remove);
  enter (self, SB_ENGINE_STATE_PROBING, self->problem);
  self->gave_up = FALSE;
  self->cancellable = g_cancellable_new ();
  self->patience_id = g_timeout_add_seconds (PROBE_SECONDS, patience_cb, self);
  sb_sandbox_backend_probe_async (self->backend, self->cancellable, probed_cb, g_object_ref (self));
}

static gboolean
is_over (SbSandbox *sandbox)
{
  return !sb_sandbox_is_live (sandbox) && sb_sandbox_get_state (sandbox) != SB_SANDBOX_STATE_STOPPING;
}

static void
sandbox_changed_cb (SbSandbox  *sandbox,
                    GParamSpec *pspec,
                    gpointer    user_data)
{
  SbEngine *self = user_data;

  for (guint i = 0; is_over (sandbox) && i < self->tenants->len; i++)
    {
      if (g_array_index (self->tenants, Tenant, i).sandbox != sandbox)
        continue;
      g_signal_handlers_disconnect_by_data (sandbox, self);
      g_array_remove_index (self->tenants, i);
      break;
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_SANDBOXES]);
}

static void
sb_engine_get_property (GObject    *object,
                        guint       property_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  SbEngine *self = SB_ENGINE (object);
  const SbBackendInfo *info = sb_engine_get_info (self);

  switch (property_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_LABEL:
      g_value_set_string (value, sb_engine_get_label (self));
      break;
    case PROP_HOST:
      g_value_set_string (value, info != NULL ? info->host : NULL);
      break;
    case PROP_VERSION:
      g_value_set_string (value, info != NULL ? info->version : NULL);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    case PROP_N_SANDBOXES:
      g_value_set_uint (value, sb_engine_get_n_sandboxes (self));
      break;
    case PROP_RUNTIMES:
      g_value_set_boxed (value, info != NULL ? info->runtimes : NULL);
      break;
    case PROP_WARNINGS:
      g_value_set_boxed (value, info != NULL ? info->warnings : NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
sb_engine_dispose (GObject *object)
{
  SbEngine *self = SB_ENGINE (object);

  g_clear_handle_id (&self->retry_id, g_source_remove);
  g_clear_handle_id (&self->patience_id, g_source_remove);
  for (guint i = 0; i < self->tenants->len; i++)
    g_signal_handlers_disconnect_by_data (g_array_index (self->tenants, Tenant, i).sandbox, self);
  g_array_set_size (self->tenants, 0);
  g_clear_object (&self->backend);

  G_OBJECT_CLASS (sb_engine_parent_class)->dispose (object);
}

static void
sb_engine_finalize (GObject *object)
{
  SbEngine *self = SB_ENGINE (object);

  g_array_unref (self->tenants);
  g_ptr_array_unref (self->waiting);
  g_clear_object (&self->cancellable);
  g_free (self->problem);
  g_free (self->id);

  G_OBJECT_CLASS (sb_engine_parent_class)->finalize (object);
}

static void
sb_engine_class_init (SbEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sb_engine_get_property;
  object_class->dispose = sb_engine_dispose;
  object_class->finalize = sb_engine_finalize;

  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_LABEL] = g_param_spec_string ("label", NULL, NULL, NULL, flags);
  properties[PROP_HOST] = g_param_spec_string ("host", NULL, NULL, NULL, flags);
  properties[PROP_VERSION] = g_param_spec_string ("version", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, SB_TYPE_ENGINE_STATE, SB_ENGINE_STATE_UNKNOWN,
                                              flags);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
  properties[PROP_N_SANDBOXES] = g_param_spec_uint ("n-sandboxes", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_RUNTIMES] = g_param_spec_boxed ("runtimes", NULL, NULL, G_TYPE_STRV, flags);
  properties[PROP_WARNINGS] = g_param_spec_boxed ("warnings", NULL, NULL, G_TYPE_STRV, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_engine_init (SbEngine *self)
{
  self->tenants = g_array_new (FALSE, FALSE, sizeof (Tenant));
  g_array_set_clear_func (self->tenants, tenant_clear);
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->retry_seconds = RETRY_SECONDS_FIRST;
}

SbEngine *
sb_engine_new (SbSandboxBackend *backend,
               const char       *id,
               guint             tier)
{
  SbEngine *self = NULL;

  g_return_val_if_fail (SB_IS_SANDBOX_BACKEND (backend) && id != NULL, NULL);

  self = g_object_new (SB_TYPE_ENGINE, NULL);
  self->backend = g_object_ref (backend);
  self->id = g_strdup (id);
  self->tier = tier;

  return self;
}

const char *
sb_engine_get_id (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->id;
}

const char *
sb_engine_get_label (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return sb_sandbox_backend_get_label (self->backend);
}

SbEngineState
sb_engine_get_state (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), SB_ENGINE_STATE_UNKNOWN);

  return self->state;
}

/* Why it is away, a sentence; NULL otherwise. */
const char *
sb_engine_get_problem (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->problem;
}

/* It answers, and is away only because the image that sandboxes are made of is not there. */
gboolean
sb_engine_lacks_image (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), FALSE);

  return self->state == SB_ENGINE_STATE_AWAY && self->lacks_image;
}

guint
sb_engine_get_tier (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), 0);

  return self->tier;
}

guint
sb_engine_get_n_sandboxes (SbEngine *self)
{
  guint n = 0;

  g_return_val_if_fail (SB_IS_ENGINE (self), 0);

  for (guint i = 0; i < self->tenants->len; i++)
    if (!sb_sandbox_is_spare (g_array_index (self->tenants, Tenant, i).sandbox))
      n++;

  return n;
}

SbSandboxBackend *
sb_engine_get_backend (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->backend;
}

const SbBackendInfo *
sb_engine_get_info (SbEngine *self)
{
  g_return_val_if_fail (SB_IS_ENGINE (self), NULL);

  return self->backend != NULL ? sb_sandbox_backend_get_info (self->backend) : NULL;
}

void
sb_engine_probe_async (SbEngine            *self,
                       GAsyncReadyCallback  callback,
                       gpointer             user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, sb_engine_probe_async);
  g_ptr_array_add (self->waiting, task);
  if (self->state != SB_ENGINE_STATE_PROBING)
    probe (self);
}

gboolean
sb_engine_probe_finish (SbEngine      *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

void
sb_engine_add_sandbox (SbEngine            *self,
                       SbSandbox           *sandbox,
                       const SbSandboxSpec *spec)
{
  const Tenant tenant = { g_object_ref (sandbox), spec->memory_bytes, spec->cpus };

  g_array_append_val (self->tenants, tenant);
  g_signal_connect (sandbox, "notify::state", G_CALLBACK (sandbox_changed_cb), self);
  g_signal_connect (sandbox, "notify::created", G_CALLBACK (sandbox_changed_cb), self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_SANDBOXES]);
}

gboolean
sb_engine_has_sandbox (SbEngine  *self,
                       SbSandbox *sandbox)
{
  for (guint i = 0; i < self->tenants->len; i++)
    if (g_array_index (self->tenants, Tenant, i).sandbox == sandbox)
      return TRUE;

  return FALSE;
}

/* memory_bytes, cpus: (out): the sum of the limits of what lives there, spares as well */
void
sb_engine_get_promised (SbEngine *self,
                        guint64  *memory_bytes,
                        double   *cpus)
{
  *memory_bytes = 0;
  *cpus = 0;
  for (guint i = 0; i < self->tenants->len; i++)
    {
      const Tenant *tenant = &g_array_index (self->tenants, Tenant, i);

      *memory_bytes += tenant->memory_bytes;
      *cpus += tenant->cpus;
    }
}
