/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-port-list.h"

#define PERIOD_SECONDS 1

struct _SbPortList
{
  GObject parent_instance;

  /* owned */
  GPtrArray *ports;   /* of SbPort, by number */
  SbChannel *channel; /* nullable */
  guint      poll_id;

  guint      watchers;
  gboolean   asking;
  gboolean   woken;   /* a background command may run */
};

enum
{
  APPEARED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbPortList, sb_port_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static SbPort *
add (SbPortList *self,
     guint16     number)
{
  SbPort *port = sb_port_list_find (self, number);
  guint position = 0;

  if (port != NULL)
    return port;

  while (position < self->ports->len
         && sb_port_get_number (g_ptr_array_index (self->ports, position)) < number)
    position++;
  port = sb_port_new (number);
  g_ptr_array_insert (self->ports, (int) position, port);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);

  return port;
}

static void
drop_unused (SbPortList *self)
{
  for (guint i = self->ports->len; i > 0; i--)
    {
      SbPort *port = g_ptr_array_index (self->ports, i - 1);

      if (sb_port_get_listening (port) || sb_port_get_offered (port) || sb_port_get_forward (port) != NULL)
        continue;
      g_ptr_array_remove_index (self->ports, i - 1);
      g_list_model_items_changed (G_LIST_MODEL (self), i - 1, 1, 0);
    }
}

static gboolean
is_listed (GPtrArray *found,
           guint16    number)
{
  for (guint i = 0; i < found->len; i++)
    if (((const SbListeningPort *) g_ptr_array_index (found, i))->port == number)
      return TRUE;

  return FALSE;
}

/* found: of SbListeningPort */
static void
take (SbPortList *self,
      GPtrArray  *found)
{
  for (guint i = 0; i < self->ports->len; i++)
    {
      SbPort *port = g_ptr_array_index (self->ports, i);

      if (!is_listed (found, sb_port_get_number (port)))
        sb_port_set_listening (port, FALSE, NULL);
    }

  for (guint i = 0; i < found->len; i++)
    {
      const SbListeningPort *listening = g_ptr_array_index (found, i);
      g_autoptr(SbPort) port = g_object_ref (add (self, listening->port));
      gboolean is_new = !sb_port_get_listening (port);

      sb_port_set_listening (port, TRUE, listening->command);
      if (is_new)
        g_signal_emit (self, signals[APPEARED], 0, port);
    }

  drop_unused (self);
}

static void
stop_polling (SbPortList *self)
{
  self->woken = FALSE;
  if (self->watchers == 0)
    g_clear_handle_id (&self->poll_id, g_source_remove);
}

static void
jobs_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(SbPortList) self = SB_PORT_LIST (user_data);
  g_autoptr(GArray) jobs = sb_channel_list_jobs_finish (SB_CHANNEL (source), result, NULL);
  gboolean running = FALSE;

  for (guint i = 0; jobs != NULL && i < jobs->len; i++)
    running |= g_array_index (jobs, SbJob, i).running;
  if (!running)
    stop_polling (self);
}

static void
polled_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  SbPortList *self = SB_PORT_LIST (source);

  self->asking = FALSE;
  if (sb_port_list_refresh_finish (self, result, NULL) && self->channel != NULL && self->woken)
    sb_channel_list_jobs_async (self->channel, NULL, jobs_cb, g_object_ref (self));
}

static gboolean
poll_cb (gpointer user_data)
{
  SbPortList *self = SB_PORT_LIST (user_data);

  if (self->asking)
    return G_SOURCE_CONTINUE;

  self->asking = TRUE;
  sb_port_list_refresh_async (self, NULL, polled_cb, NULL);

  return G_SOURCE_CONTINUE;
}

static void
update_polling (SbPortList *self)
{
  gboolean wanted = self->channel != NULL && (self->watchers > 0 || self->woken);

  if (wanted == (self->poll_id != 0))
    return;

  g_clear_handle_id (&self->poll_id, g_source_remove);
  if (!wanted)
    return;
  self->poll_id = g_timeout_add_seconds (PERIOD_SECONDS, poll_cb, self);
  poll_cb (self);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  SbPortList *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr(GPtrArray) found = sb_channel_list_ports_finish (SB_CHANNEL (source), result, &error);

  if (found == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  if (SB_CHANNEL (source) == self->channel)
    take (self, found);
  g_task_return_boolean (task, TRUE);
}

static GType
sb_port_list_get_item_type (GListModel *model)
{
  return SB_TYPE_PORT;
}

static guint
sb_port_list_get_n_items (GListModel *model)
{
  return SB_PORT_LIST (model)->ports->len;
}

static gpointer
sb_port_list_get_item (GListModel *model,
                       guint       position)
{
  GPtrArray *ports = SB_PORT_LIST (model)->ports;

  return position < ports->len ? g_object_ref (g_ptr_array_index (ports, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = sb_port_list_get_item_type;
  iface->get_n_items = sb_port_list_get_n_items;
  iface->get_item = sb_port_list_get_item;
}

static void
sb_port_list_dispose (GObject *object)
{
  SbPortList *self = SB_PORT_LIST (object);

  g_clear_handle_id (&self->poll_id, g_source_remove);
  g_clear_object (&self->channel);
  g_ptr_array_set_size (self->ports, 0);

  G_OBJECT_CLASS (sb_port_list_parent_class)->dispose (object);
}

static void
sb_port_list_finalize (GObject *object)
{
  g_ptr_array_unref (SB_PORT_LIST (object)->ports);

  G_OBJECT_CLASS (sb_port_list_parent_class)->finalize (object);
}

static void
sb_port_list_class_init (SbPortListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_port_list_dispose;
  object_class->finalize = sb_port_list_finalize;

  signals[APPEARED] = g_signal_new ("appeared", SB_TYPE_PORT_LIST, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 1, SB_TYPE_PORT);
}

static void
sb_port_list_init (SbPortList *self)
{
  self->ports = g_ptr_array_new_with_free_func (g_object_unref);
}

SbPortList *
sb_port_list_new (void)
{
  return g_object_new (SB_TYPE_PORT_LIST, NULL);
}

/* channel: (nullable): of the sandbox while it is ready; without one the list is empty and everything is closed */
void
sb_port_list_set_channel (SbPortList *self,
                          SbChannel  *channel)
{
  guint n_ports = self->ports->len;

  g_return_if_fail (SB_IS_PORT_LIST (self));

  if (!g_set_object (&self->channel, channel))
    return;

  for (guint i = 0; i < n_ports; i++)
    sb_port_set_forward (g_ptr_array_index (self->ports, i), NULL);
  g_ptr_array_set_size (self->ports, 0);
  if (n_ports > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, n_ports, 0);
  self->woken = FALSE;
  update_polling (self);
}

void
sb_port_list_watch (SbPortList *self)
{
  g_return_if_fail (SB_IS_PORT_LIST (self));

  self->watchers++;
  update_polling (self);
}

void
sb_port_list_unwatch (SbPortList *self)
{
  g_return_if_fail (SB_IS_PORT_LIST (self));
  g_return_if_fail (self->watchers > 0);

  self->watchers--;
  update_polling (self);
}

void
sb_port_list_wake (SbPortList *self)
{
  g_return_if_fail (SB_IS_PORT_LIST (self));

  self->woken = TRUE;
  update_polling (self);
}

/**
 * sb_port_list_refresh_async:
 * @self: a list
 *
 * Asks the sandbox now. Fails with SB_CHANNEL_ERROR_CLOSED when there is none.
 */
void
sb_port_list_refresh_async (SbPortList          *self,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (SB_IS_PORT_LIST (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, sb_port_list_refresh_async);
  if (self->channel == NULL)
    g_task_return_new_error (task, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED,
                             "The sandbox is gone. Start a new one.");
  else
    sb_channel_list_ports_async (self->channel, cancellable, listed_cb, g_steal_pointer (&task));
}

gboolean
sb_port_list_refresh_finish (SbPortList    *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Returns: (transfer none) (nullable) */
SbPort *
sb_port_list_find (SbPortList *self,
                   guint16     number)
{
  g_return_val_if_fail (SB_IS_PORT_LIST (self), NULL);

  for (guint i = 0; i < self->ports->len; i++)
    {
      SbPort *port = g_ptr_array_index (self->ports, i);

      if (sb_port_get_number (port) == number)
        return port;
    }

  return NULL;
}

/**
 * sb_port_list_open:
 * @self: a list
 * @number: a port inside
 *
 * Lets the user's browser in, see sb_port_forward_new(). Only for what the user wants. One that is open stays as it is.
 *
 * Returns: FALSE when no port of this machine could be opened
 */
gboolean
sb_port_list_open (SbPortList  *self,
                   guint16      number,
                   GError     **error)
{
  g_autoptr(SbPortForward) forward = NULL;
  SbPort *port = NULL;

  g_return_val_if_fail (SB_IS_PORT_LIST (self), FALSE);

  port = sb_port_list_find (self, number);
  if (port != NULL && sb_port_get_forward (port) != NULL)
    return TRUE;
  if (self->channel == NULL)
    {
      g_set_error_literal (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED, "The sandbox is gone. Start a new one.");
      return FALSE;
    }

  forward = sb_port_forward_new (self->channel, number, error);
  if (forward == NULL)
    return FALSE;
  sb_port_set_forward (add (self, number), forward);

  return TRUE;
}

/* It is neither open nor offered any more. */
void
sb_port_list_close (SbPortList *self,
                    guint16     number)
{
  SbPort *port = NULL;

  g_return_if_fail (SB_IS_PORT_LIST (self));

  port = sb_port_list_find (self, number);
  if (port == NULL)
    return;
  sb_port_set_offered (port, FALSE);
  sb_port_set_forward (port, NULL);
  drop_unused (self);
}

void
sb_port_list_offer (SbPortList *self,
                    guint16     number)
{
  g_return_if_fail (SB_IS_PORT_LIST (self));

  if (self->channel != NULL)
    sb_port_set_offered (add (self, number), TRUE);
}
