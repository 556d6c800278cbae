/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-changes-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "sb-change-row.h"
#include "sb-change-set.h"
#include "sb-diff-view.h"
#include "sb-split.h"

#define CONTEXT 3
/* The newest tool calls; who looks for an older one chooses it in the trace. */
#define MAX_CALLS 50

struct _SbChangesPage
{
  GtkWidget parent_instance;

  /* owned */
  SbSandbox          *sandbox;
  SbTrace            *trace;
  SbChangeSet        *changes;
  GtkSingleSelection *chosen;
  GPtrArray          *calls; /* ids of the tool calls that can be chosen; the first is NULL: the start */
  char               *path;  /* of the change that is shown */

  /* template */
  GtkWidget     *box;
  GtkButton     *call;
  SbDiffView    *diff;
  GtkWidget     *head;
  GtkWidget     *incomplete;
  GtkListView   *list;
  GtkLabel      *name;
  GtkDropDown   *since;
  GtkStack      *states;
  AdwStatusPage *status;
  GtkLabel      *summary;
  GtkStack      *views;

  gboolean syncing;
};

enum
{
  PROP_0,
  PROP_SANDBOX,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbChangesPage, sb_changes_page, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void
show_message (SbChangesPage *self,
              const char    *title)
{
  adw_status_page_set_title (self->status, title);
  gtk_stack_set_visible_child_name (self->views, "status");
}

static void
show_diff (SbChangesPage *self,
           SbChange      *change)
{
  g_autoptr(SbDiff) diff = sb_change_diff (change, CONTEXT);
  gboolean same = g_strcmp0 (sb_change_get_path (change), self->path) == 0;

  if (diff == NULL)
    {
      show_message (self, _("Too large, or too long ago: what it held before is not kept."));
    }
  else if (sb_diff_is_binary (diff))
    {
      show_message (self, _("Binary files are not compared."));
    }
  else if (sb_diff_get_n_hunks (diff) == 0)
    {
      show_message (self, _("The file is empty."));
    }
  else
    {
      sb_diff_view_set_diff (self->diff, diff, same);
      gtk_stack_set_visible_child_name (self->views, "diff");
    }
}

static void
show_change (SbChangesPage *self,
             SbChange      *change)
{
  g_autofree char *path = change != NULL ? sb_change_row_dup_path (change) : NULL;

  gtk_widget_set_visible (self->head, change != NULL);
  if (change == NULL)
    {
      g_clear_pointer (&self->path, g_free);
      gtk_stack_set_visible_child_name (self->views, "none");
      return;
    }

  gtk_label_set_text (self->name, path);
  gtk_widget_set_visible (GTK_WIDGET (self->call), sb_change_get_trace_id (change) != NULL);
  if (sb_change_get_trace_id (change) != NULL)
    gtk_actionable_set_action_target (GTK_ACTIONABLE (self->call), "s", sb_change_get_trace_id (change));
  show_diff (self, change);
  g_free (self->path);
  self->path = g_strdup (sb_change_get_path (change));
}

static void
update (SbChangesPage *self)
{
  guint n = self->changes != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->changes)) : 0;
  g_autofree char *text = g_strdup_printf (ngettext ("%u file", "%u files", n), n);

  gtk_label_set_text (self->summary, text);
  gtk_stack_set_visible_child_name (self->states, n > 0 ? "changes" : "empty");
  gtk_widget_set_visible (self->incomplete, self->changes != NULL && !sb_change_set_is_complete (self->changes));
}

static guint
find_path (SbChangesPage *self,
           const char    *path)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->changes)); i++)
    {
      g_autoptr(SbChange) change = g_list_model_get_item (G_LIST_MODEL (self->changes), i);

      if (g_str_equal (sb_change_get_path (change), path))
        return i;
    }

  return GTK_INVALID_LIST_POSITION;
}

/* Another change has taken the place of the one that is shown: the reader stays with the file. */
static void
changes_cb (SbChangesPage *self)
{
  g_autoptr(SbChange) change = NULL;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;

  update (self);
  if (self->path == NULL || gtk_single_selection_get_selected_item (self->chosen) != NULL)
    return;

  change = sb_change_set_dup_change (self->changes, self->path);
  if (change == NULL)
    return;

  self->syncing = TRUE;
  gtk_single_selection_set_selected (self->chosen, find_path (self, self->path));
  self->syncing = FALSE;
  show_change (self, change);
}

static void
chosen_cb (SbChangesPage *self)
{
  SbChange *change = gtk_single_selection_get_selected_item (self->chosen);

  if (change != NULL && !self->syncing)
    show_change (self, change);
}

static void
row_setup_cb (SbChangesPage *self,
              GtkListItem   *item)
{
  gtk_list_item_set_child (item, sb_change_row_new ());
}

static void
row_bind_cb (SbChangesPage *self,
             GtkListItem   *item)
{
  sb_change_row_set_change (SB_CHANGE_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
row_activated_cb (SbChangesPage *self,
                  guint          position)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->diff));
}

static char *
describe_call (SbTraceEvent *event)
{
  gint64 seconds = sb_trace_event_get_wall_start (event) / G_USEC_PER_SEC;
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_local (seconds);
  g_autofree char *clock = time != NULL ? g_date_time_format (time, "%H:%M") : g_strdup ("");

  /* Translators: a tool call and when it began: "Since writeFile hello.js · 14:06" */
  return g_strdup_printf (_("Since %s · %s"), sb_trace_event_get_title (event), clock);
}

static void
update_calls (SbChangesPage *self)
{
  g_autoptr(GtkStringList) names = gtk_string_list_new (NULL);
  GListModel *events = G_LIST_MODEL (self->trace);
  guint selected = 0;

  g_ptr_array_set_size (self->calls, 0);
  g_ptr_array_add (self->calls, NULL);
  gtk_string_list_append (names, _("Since the start"));
  for (guint i = events != NULL ? g_list_model_get_n_items (events) : 0; i > 0 && self->calls->len <= MAX_CALLS; i--)
    {
      g_autoptr(SbTraceEvent) event = g_list_model_get_item (events, i - 1);

      if (sb_trace_event_get_kind (event) != SB_TRACE_KIND_TOOL_CALL)
        continue;

      if (self->changes != NULL
          && g_strcmp0 (sb_trace_event_get_id (event), sb_change_set_get_since (self->changes)) == 0)
        selected = self->calls->len;
      g_ptr_array_add (self->calls, g_strdup (sb_trace_event_get_id (event)));
      gtk_string_list_take (names, describe_call (event));
    }

  self->syncing = TRUE;
  gtk_drop_down_set_model (self->since, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->since, selected);
  self->syncing = FALSE;
}

static void
trace_changed_cb (SbChangesPage *self)
{
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    update_calls (self);
}

static void
since_cb (SbChangesPage *self)
{
  guint selected = gtk_drop_down_get_selected (self->since);

  if (self->syncing || self->changes == NULL || selected >= self->calls->len)
    return;

  sb_change_set_set_since (self->changes, g_ptr_array_index (self->calls, selected));
  update (self);
}

static void
open_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbChangesPage *self = SB_CHANGES_PAGE (widget);

  if (self->path != NULL && g_utf8_validate (self->path, -1, NULL))
    gtk_widget_activate_action (widget, "win.show-file", "s", self->path);
}

static void
copy_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  g_autofree char *text = sb_diff_view_dup_text (SB_CHANGES_PAGE (widget)->diff);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  gtk_widget_activate_action (widget, "win.toast", "s", _("Copied to the clipboard"));
}

static void
step_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  gtk_widget_activate_action (GTK_WIDGET (SB_CHANGES_PAGE (widget)->diff),
                              g_str_equal (action_name, "changes.next") ? "diff.next" : "diff.previous", NULL);
}

static void
sb_changes_page_map (GtkWidget *widget)
{
  SbChangesPage *self = SB_CHANGES_PAGE (widget);

  GTK_WIDGET_CLASS (sb_changes_page_parent_class)->map (widget);
  update_calls (self);
  if (self->changes != NULL)
    changes_cb (self);
}

static void
sb_changes_page_dispose (GObject *object)
{
  SbChangesPage *self = SB_CHANGES_PAGE (object);

  sb_changes_page_set_trace (self, NULL);
  if (self->changes != NULL)
    g_signal_handlers_disconnect_by_data (self->changes, self);
  if (self->chosen != NULL)
    g_signal_handlers_disconnect_by_data (self->chosen, self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->chosen);
  g_clear_object (&self->changes);
  g_clear_object (&self->sandbox);
  g_clear_pointer (&self->calls, g_ptr_array_unref);
  g_clear_pointer (&self->path, g_free);

  G_OBJECT_CLASS (sb_changes_page_parent_class)->dispose (object);
}

static void
sb_changes_page_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      g_value_set_object (value, SB_CHANGES_PAGE (object)->sandbox);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_changes_page_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_SANDBOX:
      sb_changes_page_set_sandbox (SB_CHANGES_PAGE (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sandbar/Sandbar/ui/sb-changes-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbChangesPage, box);
  gtk_widget_class_bind_template_child (widget_class, SbChangesPage, call);
  gtk_widget_class_bind_template_child (widget_class, SbChangesPage, diff);
  gtk_widget_class_bind_template_child (widget_class, SbChangesPage, head);
  gtk_widget_class_bind_template_child (widget_class, SbChangesPage, incomplete);
  gtk_widget_class_bind_template_child (widget_class, SbChangesPage, list);
  gtk_widget_class_bind_template_child (widget_class, SbChangesPage, name);
  gtk_widget_class_bind_template_child (widget_class, SbChangesPage, since);
  gtk_widget_class_bind_template_child (widget_class, SbChangesPage, states);
  gtk_widget_class_bind_template_child (widget_class, SbChangesPage, status);
  gtk_widget_class_bind_template_child (widget_class, SbChangesPage, summary);
  gtk_widget_class_bind_template_child (widget_class, SbChangesPage, views);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, since_cb);
}

static void
sb_changes_page_class_init (SbChangesPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_changes_page_dispose;
  object_class->get_property = sb_changes_page_get_property;
  object_class->set_property = sb_changes_page_set_property;
  widget_class->map = sb_changes_page_map;

  properties[PROP_SANDBOX] =
    g_param_spec_object ("sandbox", NULL, NULL, SB_TYPE_SANDBOX,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "changes.open", NULL, open_cb);
  gtk_widget_class_install_action (widget_class, "changes.copy", NULL, copy_cb);
  gtk_widget_class_install_action (widget_class, "changes.next", NULL, step_cb);
  gtk_widget_class_install_action (widget_class, "changes.previous", NULL, step_cb);

  g_type_ensure (SB_TYPE_DIFF_VIEW);
  g_type_ensure (SB_TYPE_SPLIT);
}

static void
sb_changes_page_init (SbChangesPage *self)
{
  self->calls = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));

  self->chosen = gtk_single_selection_new (NULL);
  gtk_single_selection_set_autoselect (self->chosen, FALSE);
  gtk_single_selection_set_can_unselect (self->chosen, TRUE);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->chosen));
  g_signal_connect_object (self->chosen, "notify::selected-item", G_CALLBACK (chosen_cb), self,
                           G_CONNECT_SWAPPED);
  show_change (self, NULL);
  update (self);
}

void
sb_changes_page_set_sandbox (SbChangesPage *self,
                             SbSandbox     *sandbox)
{
  g_return_if_fail (SB_IS_CHANGES_PAGE (self));

  if (!g_set_object (&self->sandbox, sandbox))
    return;

  if (self->changes != NULL)
    g_signal_handlers_disconnect_by_data (self->changes, self);
  g_clear_object (&self->changes);
  show_change (self, NULL);
  if (sandbox != NULL)
    self->changes = sb_change_set_new (sb_sandbox_get_change_log (sandbox));
  gtk_single_selection_set_model (self->chosen, G_LIST_MODEL (self->changes));
  if (self->changes != NULL)
    {
      g_signal_connect_object (self->changes, "items-changed", G_CALLBACK (changes_cb), self,
                               G_CONNECT_SWAPPED | G_CONNECT_AFTER);
      g_signal_connect_object (self->changes, "notify::complete", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
    }
  update_calls (self);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SANDBOX]);
}

void
sb_changes_page_set_trace (SbChangesPage *self,
                           SbTrace       *trace)
{
  g_return_if_fail (SB_IS_CHANGES_PAGE (self));

  if (self->trace == trace)
    return;

  if (self->trace != NULL)
    g_signal_handlers_disconnect_by_data (self->trace, self);
  g_set_object (&self->trace, trace);
  if (trace != NULL)
    g_signal_connect_object (trace, "items-changed", G_CALLBACK (trace_changed_cb), self, G_CONNECT_SWAPPED);
  trace_changed_cb (self);
}

void
sb_changes_page_show (SbChangesPage *self,
                      const char    *path,
                      const char    *trace_id)
{
  guint position;

  g_return_if_fail (SB_IS_CHANGES_PAGE (self));
  g_return_if_fail (path != NULL);

  if (self->changes == NULL)
    return;

  sb_change_set_set_since (self->changes, trace_id);
  update_calls (self);
  update (self);
  position = find_path (self, path);
  if (position != GTK_INVALID_LIST_POSITION)
    {
      gtk_single_selection_set_selected (self->chosen, position);
      gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", position);
    }
}
