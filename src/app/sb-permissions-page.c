/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-permissions-page.h"

#include <glib/gi18n.h>

struct _SbPermissionsPage
{
  AdwPreferencesPage parent_instance;

  /* owned */
  SbWorkspace   *workspace;

  /* template */
  AdwEntryRow   *allowed;
  GtkSpinButton *min_age;
  GtkSwitch     *offline;
  GtkListBox    *remembered;
  GtkWidget     *remembered_group;

  gboolean       loading;
};

G_DEFINE_FINAL_TYPE (SbPermissionsPage, sb_permissions_page, ADW_TYPE_PREFERENCES_PAGE)

static void
load_packages (SbPermissionsPage *self)
{
  g_auto(SbPackageSettings) settings = { NULL };
  g_autofree char *allowed = NULL;

  sb_packages_load_settings (sb_workspace_get_store (self->workspace), &settings);
  allowed = g_strjoinv (" ", settings.allowed);

  self->loading = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->allowed), allowed);
  gtk_spin_button_set_value (self->min_age, settings.min_age);
  gtk_switch_set_active (self->offline, settings.offline);
  self->loading = FALSE;
}

static void
save_packages (SbPermissionsPage *self)
{
  g_auto(GStrv) allowed = g_strsplit_set (gtk_editable_get_text (GTK_EDITABLE (self->allowed)), " ,", -1);
  const SbPackageSettings settings = { allowed, gtk_spin_button_get_value_as_int (self->min_age),
                                       gtk_switch_get_active (self->offline) };

  if (!self->loading && self->workspace != NULL)
    sb_packages_save_settings (sb_workspace_get_store (self->workspace), sb_workspace_get_packages (self->workspace),
                               &settings);
}

/* What was no name is not kept, and is not shown as if it were. */
static void
apply_allowed_cb (SbPermissionsPage *self)
{
  save_packages (self);
  load_packages (self);
}

/* "tool:context7:query-docs" in words */
static char *
describe_key (const char *key)
{
  g_auto(GStrv) parts = g_strsplit (key, ":", 3);

  if (parts[0] == NULL || parts[1] == NULL)
    return g_strdup (key);
  if (g_str_equal (parts[0], "package"))
    return g_strdup_printf (_("Fetch the package %s"), parts[1]);
  if (g_str_equal (parts[0], "tool") && parts[2] != NULL)
    return g_strdup_printf (_("Call %s of the server %s"), parts[2], parts[1]);
  if (g_str_equal (parts[0], "bind") && parts[2] != NULL)
    return g_strdup_printf (_("Give the server %s a folder: %s"), parts[1], parts[2]);

  return g_strdup (key);
}

static void
forget_action (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  SbPermissionsPage *self = SB_PERMISSIONS_PAGE (widget);
  SbApprovals *approvals = sb_workspace_get_approvals (self->workspace);

  sb_approvals_forget (approvals, g_variant_get_string (parameter, NULL));
}

static GtkWidget *
create_row (const char *key)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *title = describe_key (key);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _("Ask again"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Ask again"), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "permissions.forget");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", key);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);

  return row;
}

static void
load_remembered (SbPermissionsPage *self)
{
  g_auto(GStrv) keys = sb_approvals_dup_remembered (sb_workspace_get_approvals (self->workspace));
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->remembered))) != NULL)
    gtk_list_box_remove (self->remembered, row);
  for (guint i = 0; keys[i] != NULL; i++)
    gtk_list_box_append (self->remembered, create_row (keys[i]));
  gtk_widget_set_visible (self->remembered_group, keys[0] != NULL);
}

static void
sb_permissions_page_dispose (GObject *object)
{
  g_clear_object (&SB_PERMISSIONS_PAGE (object)->workspace);

  G_OBJECT_CLASS (sb_permissions_page_parent_class)->dispose (object);
}

static void
sb_permissions_page_class_init (SbPermissionsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_permissions_page_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-permissions-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbPermissionsPage, allowed);
  gtk_widget_class_bind_template_child (widget_class, SbPermissionsPage, min_age);
  gtk_widget_class_bind_template_child (widget_class, SbPermissionsPage, offline);
  gtk_widget_class_bind_template_child (widget_class, SbPermissionsPage, remembered);
  gtk_widget_class_bind_template_child (widget_class, SbPermissionsPage, remembered_group);
  gtk_widget_class_bind_template_callback (widget_class, apply_allowed_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_packages);
  gtk_widget_class_install_action (widget_class, "permissions.forget", "s", forget_action);
}

static void
sb_permissions_page_init (SbPermissionsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
sb_permissions_page_set_workspace (SbPermissionsPage *self,
                                   SbWorkspace       *workspace)
{
  g_return_if_fail (SB_IS_PERMISSIONS_PAGE (self));
  g_return_if_fail (self->workspace == NULL);

  self->workspace = g_object_ref (workspace);
  load_packages (self);
  load_remembered (self);
  g_signal_connect_object (sb_workspace_get_approvals (workspace), "remembered-changed", G_CALLBACK (load_remembered),
                           self, G_CONNECT_SWAPPED);
}
