/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-processes-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <signal.h>

#include "sb-compat.h"
#include "sb-process-item.h"
#include "sb-process-row.h"

#define INTERVAL_S 1

struct _SbProcessesPage
{
  GtkWidget parent_instance;

  /* owned */
  SbSandbox    *sandbox;     /* nullable */
  GListStore   *items;       /* of SbProcessItem, by pid */
  GCancellable *cancellable; /* nullable: of the question that is on its way */
  guint         tick_id;

  /* template */
  GtkWidget          *box;
  GtkLabel           *limit;
  GtkListView        *list;
  GtkSingleSelection *selection;
  GtkStack           *states;
  AdwStatusPage      *status;

  gint64 asked; /* when the items were last brought up to date */
};

/* The selection may be another one by the time somebody has answered. */
typedef struct
{
  SbProcessesPage *page; /* owned */
  guint32          pid;
} KillQuestion;

enum
{
  PROP_0,
  PROP_SANDBOX,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbProcessesPage, sb_processes_page, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static SbChannel *
get_channel (SbProcessesPage *self)
{
  return self->sandbox != NULL ? sb_sandbox_get_channel (self->sandbox) : NULL;
}

static SbProcessItem *
get_selected (SbProcessesPage *self)
{
  return gtk_single_selection_get_selected_item (self->selection);
}

/* (nullable): what limits how many there can be */
static const SbSandboxFact *
find_limit (SbProcessesPage *self)
{
  GPtrArray *facts = self->sandbox != NULL ? sb_sandbox_get_facts (self->sandbox) : NULL;

  for (guint i = 0; facts != NULL && i < facts->len; i++)
    {
      const SbSandboxFact *fact = g_ptr_array_index (facts, i);

      if (g_str_equal (fact->id, "processes"))
        return fact;
    }

  return NULL;
}

static void
update_limit (SbProcessesPage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  const SbSandboxFact *limit = find_limit (self);
  g_autofree char *running = g_strdup_printf (ngettext ("%u process runs", "%u processes run", n), n);
  g_autofree char *text = NULL;

  /* Translators: how many processes run, and the limit: "3 processes run · limit: 512 processes" */
  if (limit != NULL)
    text = g_strdup_printf (limit->holds ? _("%s · limit: %s") : _("%s · %s"), running, limit->label);
  gtk_label_set_text (self->limit, text != NULL ? text : running);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->limit), limit != NULL ? limit->detail : NULL);
}

static void
update (SbProcessesPage *self)
{
  gboolean running = get_channel (self) != NULL;
  gboolean empty = g_list_model_get_n_items (G_LIST_MODEL (self->items)) == 0;
  gboolean selected = get_selected (self) != NULL;

  adw_status_page_set_title (self->status, running ? _("Nothing Is Running") : _("No Sandbox Is Running"));
  gtk_stack_set_visible_child_name (self->states, empty ? "empty" : "processes");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "processes.terminate", selected);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "processes.kill", selected);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "processes.show-call",
                                 selected && sb_process_item_get_call (get_selected (self)) != NULL);
  update_limit (self);
}

static void
insert (SbProcessesPage *self,
        guint            position,
        const SbProcess *process)
{
  const char *origin = sb_sandbox_get_command (self->sandbox, process->request);
  const char *call = sb_sandbox_get_call (self->sandbox, process->request);
  g_autoptr(SbProcessItem) item = sb_process_item_new (process, origin, call);

  g_list_store_insert (self->items, position, item);
}

/* Both are sorted by pid: what stayed keeps its item, and with it the selection. */
static void
merge (SbProcessesPage *self,
       GPtrArray       *processes,
       gint64           elapsed_us)
{
  guint position = 0;

  for (guint i = 0; i < processes->len; i++)
    {
      const SbProcess *process = g_ptr_array_index (processes, i);
      g_autoptr(SbProcessItem) item = NULL;

      while ((item = g_list_model_get_item (G_LIST_MODEL (self->items), position)) != NULL
             && sb_process_item_get_pid (item) < process->pid)
        {
          g_list_store_remove (self->items, position);
          g_clear_object (&item);
        }
      if (item != NULL && sb_process_item_get_pid (item) == process->pid
          && !sb_process_item_update (item, process, elapsed_us))
        {
          g_list_store_remove (self->items, position);
          insert (self, position, process);
        }
      else if (item == NULL || sb_process_item_get_pid (item) != process->pid)
        {
          insert (self, position, process);
        }
      position++;
    }

  g_list_store_splice (self->items, position, g_list_model_get_n_items (G_LIST_MODEL (self->items)) - position,
                       NULL, 0);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbProcessesPage) self = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) processes = sb_channel_list_processes_finish (SB_CHANNEL (source), result, &error);
  gint64 now = g_get_monotonic_time ();

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  /* Another error is not shown: the sandbox's own state says when it is gone. */
  g_clear_object (&self->cancellable);
  if (processes == NULL || self->sandbox == NULL)
    return;

  merge (self, processes, self->asked != 0 ? now - self->asked : 0);
  self->asked = now;
  update (self);
}

static void
ask (SbProcessesPage *self)
{
  SbChannel *channel = get_channel (self);

  if (channel == NULL || self->cancellable != NULL)
    return;

  self->cancellable = g_cancellable_new ();
  sb_channel_list_processes_async (channel, self->cancellable, listed_cb, g_object_ref (self));
}

static gboolean
tick_cb (gpointer user_data)
{
  ask (user_data);

  return G_SOURCE_CONTINUE;
}

static void
stop_asking (SbProcessesPage *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_handle_id (&self->tick_id, g_source_remove);
}

static void
sandbox_changed_cb (SbProcessesPage *self)
{
  stop_asking (self);
  if (get_channel (self) == NULL)
    {
      g_list_store_remove_all (self->items);
      self->asked = 0;
    }
  else if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      ask (self);
      self->tick_id = g_timeout_add_seconds (INTERVAL_S, tick_cb, self);
    }
  update (self);
}

static void
signalled_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbProcessesPage) self = user_data;
  g_autoptr(GError) error = NULL;

  if (!sb_channel_signal_process_finish (SB_CHANNEL (source), result, &error)
      && !g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", error->message);
  ask (self);
}

static void
send_signal (SbProcessesPage *self,
             guint32          pid,
             int              number)
{
  SbChannel *channel = get_channel (self);

  if (channel != NULL)
    sb_channel_signal_process_async (channel, pid, number, NULL, signalled_cb, g_object_ref (self));
}

static void
terminate_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  SbProcessesPage *self = SB_PROCESSES_PAGE (widget);

  if (get_selected (self) != NULL)
    send_signal (self, sb_process_item_get_pid (get_selected (self)), SIGTERM);
}

static void
kill_confirmed_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autofree KillQuestion *question = user_data;
  g_autoptr(SbProcessesPage) self = question->page;

  if (sb_compat_confirm_finish (result))
    send_signal (self, question->pid, SIGKILL);
}

static void
kill_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbProcessesPage *self = SB_PROCESSES_PAGE (widget);
  KillQuestion *question = NULL;

  if (get_selected (self) == NULL)
    return;

  question = g_new0 (KillQuestion, 1);
  question->page = g_object_ref (self);
  question->pid = sb_process_item_get_pid (get_selected (self));
  sb_compat_confirm_async (GTK_WINDOW (gtk_widget_get_root (widget)), _("Kill the Process?"),
                           _("It gets no chance to save what it was doing."), _("_Kill"), TRUE, NULL,
                           kill_confirmed_cb, question);
}

static void
show_call_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  SbProcessItem *item = get_selected (SB_PROCESSES_PAGE (widget));

  if (item != NULL && sb_process_item_get_call (item) != NULL)
    gtk_widget_activate_action (widget, "sandbox.show-call", "s", sb_process_item_get_call (item));
}

static void
row_activated_cb (SbProcessesPage *self,
                  guint            position)
{
  gtk_single_selection_set_selected (self->selection, position);
  gtk_widget_activate_action (GTK_WIDGET (self), "processes.show-call", NULL);
}

static void
row_setup_cb (SbProcessesPage *self,
              GtkListItem     *list_item)
{
  gtk_list_item_set_child (list_item, sb_process_row_new ());
}

static void
row_bind_cb (SbProcessesPage *self,
             GtkListItem     *list_item)
{
  sb_process_row_set_item (SB_PROCESS_ROW (gtk_list_item_get_child (list_item)), gtk_list_item_get_item (list_item));
}

static void
row_unbind_cb (SbProcessesPage *self,
               GtkListItem     *list_item)
{
  sb_process_row_set_item (SB_PROCESS_ROW (gtk_list_item_get_child (list_item)), NULL);
}

static void
sb_processes_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_processes_page_parent_class)->map (widget);
  sandbox_changed_cb (SB_PROCESSES_PAGE (widget));
}

static void
sb_processes_page_unmap (GtkWidget *widget)
{
  stop_asking (SB_PROCESSES_PAGE (widget));
  GTK_WIDGET_CLASS (sb_processes_page_parent_class)->unmap (widget);
}

static void
sb_processes_page_dispose (GObject *object)
{
  SbProcessesPage *self = SB_PROCESSES_PAGE (object);

  stop_asking (self);
  if (self->sandbox != NULL)
    g_signal_handlers_disconnect_by_data (self->sandbox, self);
  g_clear_object (&self->sandbox);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->items);

  G_OBJECT_CLASS (sb_processes_page_parent_class)->dispose (object);
}

static void
sb_processes_page_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      g_value_set_object (value, SB_PROCESSES_PAGE (object)->sandbox);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_processes_page_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      sb_processes_page_set_sandbox (SB_PROCESSES_PAGE (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_processes_page_class_init (SbProcessesPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_processes_page_dispose;
  object_class->get_property = sb_processes_page_get_property;
  object_class->set_property = sb_processes_page_set_property;
  widget_class->map = sb_processes_page_map;
  widget_class->unmap = sb_processes_page_unmap;

  properties[PROP_SANDBOX] =
    g_param_spec_object ("sandbox", NULL, NULL, SB_TYPE_SANDBOX,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-processes-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbProcessesPage, box);
  gtk_widget_class_bind_template_child (widget_class, SbProcessesPage, limit);
  gtk_widget_class_bind_template_child (widget_class, SbProcessesPage, list);
  gtk_widget_class_bind_template_child (widget_class, SbProcessesPage, selection);
  gtk_widget_class_bind_template_child (widget_class, SbProcessesPage, states);
  gtk_widget_class_bind_template_child (widget_class, SbProcessesPage, status);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_unbind_cb);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_install_action (widget_class, "processes.terminate", NULL, terminate_cb);
  gtk_widget_class_install_action (widget_class, "processes.kill", NULL, kill_cb);
  gtk_widget_class_install_action (widget_class, "processes.show-call", NULL, show_call_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "processes.terminate", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, GDK_SHIFT_MASK, "processes.kill", NULL);
}

static void
sb_processes_page_init (SbProcessesPage *self)
{
  self->items = g_list_store_new (SB_TYPE_PROCESS_ITEM);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_single_selection_set_model (self->selection, G_LIST_MODEL (self->items));
  update (self);
}

void
sb_processes_page_set_sandbox (SbProcessesPage *self,
                               SbSandbox       *sandbox)
{
  g_return_if_fail (SB_IS_PROCESSES_PAGE (self));

  if (self->sandbox == sandbox)
    return;

  if (self->sandbox != NULL)
    g_signal_handlers_disconnect_by_data (self->sandbox, self);
  g_set_object (&self->sandbox, sandbox);
  g_list_store_remove_all (self->items);
  self->asked = 0;
  if (sandbox != NULL)
    g_signal_connect_object (sandbox, "notify::state", G_CALLBACK (sandbox_changed_cb), self, G_CONNECT_SWAPPED);
  sandbox_changed_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SANDBOX]);
}
