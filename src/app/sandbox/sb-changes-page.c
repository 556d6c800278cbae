/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-changes-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "sb-change-row.h"
#include "sb-change-text.h"
#include "sb-diff-view.h"
#include "sb-since-picker.h"
#include "sb-split.h"

#define CONTEXT 3

struct _SbChangesPage
{
  GtkWidget parent_instance;

  /* owned */
  SbChangeSet        *changes; /* nullable */
  GtkSingleSelection *chosen;
  char               *path;    /* of the change that is shown */

  /* template */
  GtkWidget     *box;
  GtkButton     *call;
  SbDiffView    *diff;
  GtkWidget     *head;
  GtkWidget     *incomplete;
  GtkListView   *list;
  GtkLabel      *name;
  SbSincePicker *since;
  GtkStack      *states;
  AdwStatusPage *status;
  GtkLabel      *summary;
  GtkStack      *views;

  gboolean syncing;
};

enum
{
  PROP_0,
  PROP_CHANGES,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbChangesPage, sb_changes_page, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void
show_diff (SbChangesPage *self,
           SbChange      *change)
{
  g_autoptr(SbDiff) diff = sb_change_diff (change, CONTEXT);
  gboolean same = g_strcmp0 (sb_change_get_path (change), self->path) == 0;
  const char *message = sb_change_text_explain (diff);

  if (message != NULL)
    adw_status_page_set_title (self->status, message);
  else
    sb_diff_view_set_diff (self->diff, diff, same);
  gtk_stack_set_visible_child_name (self->views, message != NULL ? "status" : "diff");
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
  if (self->changes != NULL)
    changes_cb (self);
}

static void
sb_changes_page_dispose (GObject *object)
{
  SbChangesPage *self = SB_CHANGES_PAGE (object);

  if (self->changes != NULL)
    g_signal_handlers_disconnect_by_data (self->changes, self);
  if (self->chosen != NULL)
    g_signal_handlers_disconnect_by_data (self->chosen, self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->chosen);
  g_clear_object (&self->changes);
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
    case PROP_CHANGES:
      g_value_set_object (value, SB_CHANGES_PAGE (object)->changes);
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
    case PROP_CHANGES:
      sb_changes_page_set_changes (SB_CHANGES_PAGE (object), g_value_get_object (value));
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

  properties[PROP_CHANGES] =
    g_param_spec_object ("changes", NULL, NULL, SB_TYPE_CHANGE_SET,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "changes.open", NULL, open_cb);
  gtk_widget_class_install_action (widget_class, "changes.copy", NULL, copy_cb);
  gtk_widget_class_install_action (widget_class, "changes.next", NULL, step_cb);
  gtk_widget_class_install_action (widget_class, "changes.previous", NULL, step_cb);

  g_type_ensure (SB_TYPE_DIFF_VIEW);
  g_type_ensure (SB_TYPE_SINCE_PICKER);
  g_type_ensure (SB_TYPE_SPLIT);
}

static void
sb_changes_page_init (SbChangesPage *self)
{
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
sb_changes_page_set_changes (SbChangesPage *self,
                             SbChangeSet   *changes)
{
  g_return_if_fail (SB_IS_CHANGES_PAGE (self));

  if (self->changes == changes)
    return;

  if (self->changes != NULL)
    g_signal_handlers_disconnect_by_data (self->changes, self);
  g_set_object (&self->changes, changes);
  show_change (self, NULL);
  gtk_single_selection_set_model (self->chosen, G_LIST_MODEL (changes));
  sb_since_picker_set_changes (self->since, changes);
  if (changes != NULL)
    {
      g_signal_connect_object (changes, "items-changed", G_CALLBACK (changes_cb), self,
                               G_CONNECT_SWAPPED | G_CONNECT_AFTER);
      g_signal_connect_object (changes, "notify::complete", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
    }
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHANGES]);
}

void
sb_changes_page_set_trace (SbChangesPage *self,
                           SbTrace       *trace)
{
  g_return_if_fail (SB_IS_CHANGES_PAGE (self));

  sb_since_picker_set_trace (self->since, trace);
}

void
sb_changes_page_show (SbChangesPage *self,
                      const char    *path)
{
  guint position;

  g_return_if_fail (SB_IS_CHANGES_PAGE (self));
  g_return_if_fail (path != NULL);

  if (self->changes == NULL)
    return;

  position = find_path (self, path);
  if (position != GTK_INVALID_LIST_POSITION)
    {
      gtk_single_selection_set_selected (self->chosen, position);
      gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", position);
    }
}
