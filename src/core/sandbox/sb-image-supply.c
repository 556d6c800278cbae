/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-image-supply.h"

struct _SbImageSupply
{
  GObject parent_instance;

  /* owned */
  SbEngine     *engine;
  char         *image;       /* nullable: the engine's own */
  SbImageJob   *job;         /* nullable: an engine without images */
  GCancellable *cancellable;
  GPtrArray    *waiting;     /* of GTask */
  GError       *error;       /* nullable: why it failed */

  SbImageSupplyState state;
  gboolean           is_kept;
};

enum
{
  PROP_STATE = 1,
  PROP_FRACTION,
  PROP_STATUS,
  N_PROPS,
};

G_DEFINE_FINAL_TYPE (SbImageSupply, sb_image_supply, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

GType
sb_image_supply_state_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    { SB_IMAGE_SUPPLY_WAITING, "SB_IMAGE_SUPPLY_WAITING", "waiting" },
    { SB_IMAGE_SUPPLY_ASKING, "SB_IMAGE_SUPPLY_ASKING", "asking" },
    { SB_IMAGE_SUPPLY_WORKING, "SB_IMAGE_SUPPLY_WORKING", "working" },
    { SB_IMAGE_SUPPLY_CHECKING, "SB_IMAGE_SUPPLY_CHECKING", "checking" },
    { SB_IMAGE_SUPPLY_DONE, "SB_IMAGE_SUPPLY_DONE", "done" },
    { SB_IMAGE_SUPPLY_FAILED, "SB_IMAGE_SUPPLY_FAILED", "failed" },
    { SB_IMAGE_SUPPLY_DENIED, "SB_IMAGE_SUPPLY_DENIED", "denied" },
    { SB_IMAGE_SUPPLY_CANCELLED, "SB_IMAGE_SUPPLY_CANCELLED", "cancelled" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("SbImageSupplyState", values));

  return type;
}

static gboolean
is_legal (SbImageSupplyState from,
          SbImageSupplyState to)
{
  switch (to)
    {
    case SB_IMAGE_SUPPLY_ASKING:
      return from == SB_IMAGE_SUPPLY_WAITING;
    case SB_IMAGE_SUPPLY_WORKING:
      return from == SB_IMAGE_SUPPLY_WAITING || from == SB_IMAGE_SUPPLY_ASKING;
    case SB_IMAGE_SUPPLY_CHECKING:
      return from == SB_IMAGE_SUPPLY_WORKING;
    case SB_IMAGE_SUPPLY_DONE:
      return from == SB_IMAGE_SUPPLY_WORKING || from == SB_IMAGE_SUPPLY_CHECKING;
    case SB_IMAGE_SUPPLY_DENIED:
      return from == SB_IMAGE_SUPPLY_ASKING;
    case SB_IMAGE_SUPPLY_FAILED:
    case SB_IMAGE_SUPPLY_CANCELLED:
      return from < SB_IMAGE_SUPPLY_DONE;
    case SB_IMAGE_SUPPLY_WAITING:
    default:
      return FALSE;
    }
}

static void
enter (SbImageSupply      *self,
       SbImageSupplyState  state)
{
  g_assert (is_legal (self->state, state));

  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
answer (SbImageSupply *self,
        GTask         *task)
{
  if (self->state == SB_IMAGE_SUPPLY_CANCELLED)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "The image “%s” was not made: it was cancelled.",
                             sb_image_supply_get_name (self));
  else if (self->error != NULL)
    g_task_return_error (task, g_error_copy (self->error));
  else
    g_task_return_boolean (task, TRUE);
}

/* The one place that finishes. error: (transfer full) (nullable) */
static void
finish (SbImageSupply      *self,
        SbImageSupplyState  state,
        GError             *error)
{
  g_autoptr(SbImageSupply) alive = g_object_ref (self);
  g_autoptr(GPtrArray) waiting = g_steal_pointer (&self->waiting);

  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->error = error;
  enter (self, state);
  for (guint i = 0; i < waiting->len; i++)
    {
      GTask *task = g_ptr_array_index (waiting, i);

      if (g_task_get_cancellable (task) != NULL)
        g_signal_handlers_disconnect_by_data (g_task_get_cancellable (task), task);
      answer (self, task);
    }
}

static void
told_cb (SbImageSupply *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
probed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbImageSupply) self = user_data;
  GError *error = NULL;

  if (sb_engine_probe_finish (SB_ENGINE (source), result, &error))
    finish (self, SB_IMAGE_SUPPLY_DONE, NULL);
  else
    finish (self, SB_IMAGE_SUPPLY_FAILED, error);
}

static GError *
explain (SbImageSupply *self,
         const GError  *error)
{
  const char *engine = sb_engine_get_label (self->engine);

  if (sb_image_job_is_build (self->job))
    return g_error_new (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_IMAGE,
                        "%s. If %s reaches no registry, run scripts/build-image in a terminal: it needs none.",
                        error->message, engine);

  return g_error_new (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_IMAGE,
                      "The engine does not have the image “%s”, and could not get it. %s",
                      sb_image_job_get_name (self->job), error->message);
}

static void
made_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(SbImageSupply) self = user_data;
  g_autoptr(GError) error = NULL;
  gboolean ok = sb_image_job_run_finish (SB_IMAGE_JOB (source), result, &error);

  if (!ok && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      finish (self, SB_IMAGE_SUPPLY_CANCELLED, NULL);
    }
  else if (!ok)
    {
      finish (self, SB_IMAGE_SUPPLY_FAILED, explain (self, error));
    }
  else if (sb_engine_get_state (self->engine) == SB_ENGINE_STATE_READY)
    {
      finish (self, SB_IMAGE_SUPPLY_DONE, NULL);
    }
  else
    {
      enter (self, SB_IMAGE_SUPPLY_CHECKING);
      sb_engine_probe_async (self->engine, probed_cb, g_object_ref (self));
    }
}

static void
work (SbImageSupply *self)
{
  enter (self, SB_IMAGE_SUPPLY_WORKING);
  sb_image_job_run_async (self->job, self->cancellable, made_cb, g_object_ref (self));
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr(SbImageSupply) self = user_data;
  g_autoptr(GError) error = NULL;
  gboolean denied;

  if (sb_approvals_ask_finish (SB_APPROVALS (source), result, &error))
    {
      work (self);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      finish (self, SB_IMAGE_SUPPLY_CANCELLED, NULL);
      return;
    }

  denied = g_error_matches (error, SB_APPROVALS_ERROR, SB_APPROVALS_ERROR_DENIED);
  finish (self, denied ? SB_IMAGE_SUPPLY_DENIED : SB_IMAGE_SUPPLY_FAILED,
          g_error_new (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_IMAGE,
                       "%s does not have the image “%s”, and %s. Run “sandbar-cli image build” once to make it.",
                       sb_engine_get_label (self->engine), sb_image_job_get_name (self->job),
                       denied ? "you did not allow to get it" : "nobody is there to allow it"));
}

static void
ask (SbImageSupply *self,
     SbApprovals   *approvals,
     const char    *trace_id)
{
  const char *engine = sb_engine_get_label (self->engine);
  const char *name = sb_image_job_get_name (self->job);
  g_autoptr(SbApproval) approval = NULL;
  g_autofree char *title = NULL;
  g_autofree char *detail = NULL;

  if (sb_image_job_is_build (self->job))
    {
      title = g_strdup_printf ("Build the image that sandboxes on %s are made of?", engine);
      detail = g_strdup_printf ("“%s” is not there yet. The engine downloads Debian and Node.js for it, once, which "
                                "takes some minutes. The sandboxes themselves have no network.", name);
    }
  else
    {
      title = g_strdup_printf ("Download the image “%s”?", name);
      detail = g_strdup_printf ("Sandboxes on %s are made of it, and it is not there yet.", engine);
    }
  approval = sb_approval_new ("image", NULL, title, detail, trace_id);
  enter (self, SB_IMAGE_SUPPLY_ASKING);
  sb_approvals_ask_async (approvals, approval, self->cancellable, answered_cb, g_object_ref (self));
}

static gboolean
left_idle_cb (gpointer user_data)
{
  GTask *task = user_data;
  SbImageSupply *self = g_task_get_source_object (task);

  /* It may have been answered in between. */
  if (!g_ptr_array_find (self->waiting, task, NULL))
    return G_SOURCE_REMOVE;

  g_signal_handlers_disconnect_by_data (g_task_get_cancellable (task), task);
  g_task_return_error_if_cancelled (task);
  g_ptr_array_remove (self->waiting, task);
  if (self->waiting->len == 0 && !self->is_kept)
    sb_image_supply_cancel (self);

  return G_SOURCE_REMOVE;
}

/* Not at once: whoever cancels does not expect to be called back from within. */
static void
left_cb (GTask *task)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, left_idle_cb, g_object_ref (task), g_object_unref);
}

static void
sb_image_supply_get_property (GObject    *object,
                              guint       property_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  SbImageSupply *self = SB_IMAGE_SUPPLY (object);

  switch (property_id)
    {
    case PROP_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, sb_image_supply_get_fraction (self));
      break;
    case PROP_STATUS:
      g_value_set_string (value, sb_image_supply_get_status (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
    }
}

static void
sb_image_supply_dispose (GObject *object)
{
  SbImageSupply *self = SB_IMAGE_SUPPLY (object);

  if (self->job != NULL)
    g_signal_handlers_disconnect_by_data (self->job, self);
  g_clear_object (&self->job);
  g_clear_object (&self->engine);

  G_OBJECT_CLASS (sb_image_supply_parent_class)->dispose (object);
}

static void
sb_image_supply_finalize (GObject *object)
{
  SbImageSupply *self = SB_IMAGE_SUPPLY (object);

  g_object_unref (self->cancellable);
  g_ptr_array_unref (self->waiting);
  g_clear_error (&self->error);
  g_free (self->image);

  G_OBJECT_CLASS (sb_image_supply_parent_class)->finalize (object);
}

static void
sb_image_supply_class_init (SbImageSupplyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sb_image_supply_get_property;
  object_class->dispose = sb_image_supply_dispose;
  object_class->finalize = sb_image_supply_finalize;

  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, SB_TYPE_IMAGE_SUPPLY_STATE,
                                              SB_IMAGE_SUPPLY_WAITING, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, -1, 1, -1, flags);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sb_image_supply_init (SbImageSupply *self)
{
  self->cancellable = g_cancellable_new ();
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
}

/* Returns: (transfer full): one that has not begun */
SbImageSupply *
sb_image_supply_new (SbEngine   *engine,
                     const char *image)
{
  SbImageSupply *self = NULL;

  g_return_val_if_fail (SB_IS_ENGINE (engine), NULL);

  self = g_object_new (SB_TYPE_IMAGE_SUPPLY, NULL);
  self->engine = g_object_ref (engine);
  self->image = g_strdup (image);
  self->job = sb_sandbox_backend_new_image_job (sb_engine_get_backend (engine), image);
  if (self->job != NULL)
    g_signal_connect_swapped (self->job, "notify::status", G_CALLBACK (told_cb), self);

  return self;
}

/**
 * sb_image_supply_start:
 * @self: one that has not begun
 * @approvals: (nullable): who is asked first; %NULL when the user said it already
 * @trace_id: (nullable): of the call that is held up
 *
 * Asks, has the engine build or pull, and asks the engine again. Ends itself when the last one who waits is cancelled,
 * unless it is kept.
 */
void
sb_image_supply_start (SbImageSupply *self,
                       SbApprovals   *approvals,
                       const char    *trace_id)
{
  g_return_if_fail (SB_IS_IMAGE_SUPPLY (self) && self->state == SB_IMAGE_SUPPLY_WAITING);

  if (self->job == NULL)
    finish (self, SB_IMAGE_SUPPLY_FAILED,
            g_error_new (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_IMAGE, "%s has no images, so “%s” cannot be used there.",
                         sb_engine_get_label (self->engine), sb_image_supply_get_name (self)));
  else if (approvals != NULL)
    ask (self, approvals, trace_id);
  else
    work (self);
}

void
sb_image_supply_keep (SbImageSupply *self)
{
  g_return_if_fail (SB_IS_IMAGE_SUPPLY (self));

  self->is_kept = TRUE;
}

void
sb_image_supply_wait_async (SbImageSupply       *self,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (SB_IS_IMAGE_SUPPLY (self));

  g_task_set_source_tag (task, sb_image_supply_wait_async);
  g_task_set_check_cancellable (task, FALSE);
  if (sb_image_supply_is_over (self))
    {
      answer (self, task);
      return;
    }

  g_ptr_array_add (self->waiting, g_object_ref (task));
  if (cancellable == NULL)
    return;
  g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (left_cb), task, NULL, G_CONNECT_SWAPPED);
  if (g_cancellable_is_cancelled (cancellable))
    left_cb (task);
}

/* Fails with SB_SANDBOX_ERROR_IMAGE, and says what to do, when the image is not there; with G_IO_ERROR_CANCELLED. */
gboolean
sb_image_supply_wait_finish (SbImageSupply  *self,
                             GAsyncResult   *result,
                             GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* At any time; what the engine did so far stays in its cache. */
void
sb_image_supply_cancel (SbImageSupply *self)
{
  g_return_if_fail (SB_IS_IMAGE_SUPPLY (self));

  if (self->state == SB_IMAGE_SUPPLY_WAITING)
    finish (self, SB_IMAGE_SUPPLY_CANCELLED, NULL);
  else
    g_cancellable_cancel (self->cancellable);
}

SbEngine *
sb_image_supply_get_engine (SbImageSupply *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_SUPPLY (self), NULL);

  return self->engine;
}

const char *
sb_image_supply_get_image (SbImageSupply *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_SUPPLY (self), NULL);

  return self->image;
}

const char *
sb_image_supply_get_name (SbImageSupply *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_SUPPLY (self), NULL);

  return self->job != NULL ? sb_image_job_get_name (self->job) : self->image;
}

gboolean
sb_image_supply_is_build (SbImageSupply *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_SUPPLY (self), FALSE);

  return self->job != NULL && sb_image_job_is_build (self->job);
}

gboolean
sb_image_supply_is_over (SbImageSupply *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_SUPPLY (self), TRUE);

  return self->state >= SB_IMAGE_SUPPLY_DONE;
}

SbImageSupplyState
sb_image_supply_get_state (SbImageSupply *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_SUPPLY (self), SB_IMAGE_SUPPLY_FAILED);

  return self->state;
}

double
sb_image_supply_get_fraction (SbImageSupply *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_SUPPLY (self), -1);

  return self->job != NULL ? sb_image_job_get_fraction (self->job) : -1;
}

const char *
sb_image_supply_get_status (SbImageSupply *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_SUPPLY (self), NULL);

  return self->job != NULL ? sb_image_job_get_status (self->job) : NULL;
}

/* What the engine said so far, cleaned; its end, when there is much. */
const char *
sb_image_supply_get_log (SbImageSupply *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_SUPPLY (self), "");

  return self->job != NULL ? sb_image_job_get_log (self->job) : "";
}

const char *
sb_image_supply_get_problem (SbImageSupply *self)
{
  g_return_val_if_fail (SB_IS_IMAGE_SUPPLY (self), NULL);

  return self->error != NULL ? self->error->message : NULL;
}
