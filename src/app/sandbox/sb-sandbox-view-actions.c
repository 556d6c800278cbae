/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-sandbox-view-private.h"

#include "sb-sandbox-verbs.h"

static SbSandbox *
find_sandbox (SbSandboxView *self,
              const char    *id)
{
  GListModel *sandboxes = _sb_sandbox_view_get_sandboxes (self);

  for (guint i = 0; sandboxes != NULL && i < g_list_model_get_n_items (sandboxes); i++)
    {
      g_autoptr(SbSandbox) sandbox = g_list_model_get_item (sandboxes, i);

      if (g_str_equal (sb_sandbox_get_id (sandbox), id))
        return sandbox;
    }

  return NULL;
}

static void
new_cb (GtkWidget  *widget,
        const char *action_name,
        GVariant   *parameter)
{
  SbSandboxView *self = SB_SANDBOX_VIEW (widget);

  gtk_menu_button_popdown (self->switcher);
  if (_sb_sandbox_view_get_sandboxes (self) != NULL)
    sb_sandbox_verbs_create (widget, self->selection, NULL, NULL);
}

/* An empty name means that of the settings. */
static void
new_of_cb (GtkWidget  *widget,
           const char *action_name,
           GVariant   *parameter)
{
  SbSandboxView *self = SB_SANDBOX_VIEW (widget);
  const char *profile = NULL;
  const char *engine = NULL;

  g_variant_get (parameter, "(&s&s)", &profile, &engine);
  gtk_menu_button_popdown (self->switcher);
  if (_sb_sandbox_view_get_sandboxes (self) != NULL)
    sb_sandbox_verbs_create (widget, self->selection, *profile != '\0' ? profile : NULL,
                             *engine != '\0' ? engine : NULL);
}

/* (nullable): the one that the parameter names, or the one that is shown; NULL without a workspace */
static SbSandbox *
get_target (SbSandboxView *self,
            GVariant      *parameter)
{
  if (_sb_sandbox_view_get_sandboxes (self) == NULL)
    return NULL;

  return parameter != NULL ? find_sandbox (self, g_variant_get_string (parameter, NULL)) : self->sandbox;
}

static void
remove_cb (GtkWidget  *widget,
           const char *action_name,
           GVariant   *parameter)
{
  SbSandboxView *self = SB_SANDBOX_VIEW (widget);
  SbSandbox *sandbox = get_target (self, parameter);
  SbChannel *channel = sandbox != NULL ? sb_sandbox_get_channel (sandbox) : NULL;

  gtk_menu_button_popdown (self->switcher);
  if (sandbox != NULL)
    sb_sandbox_verbs_remove (widget, self->selection, sandbox,
                             channel != NULL ? sb_files_page_get_n_unsaved (self->files, channel) : 0);
}

/* Its removal was confirmed by somebody who was told. */
static void
forget_unsaved_cb (GtkWidget  *widget,
                   const char *action_name,
                   GVariant   *parameter)
{
  SbSandboxView *self = SB_SANDBOX_VIEW (widget);
  SbSandbox *sandbox = get_target (self, parameter);

  if (sandbox != NULL)
    sb_file_drafts_forget (sb_files_page_get_drafts (self->files), sb_sandbox_get_channel (sandbox));
}

static void
show_unsaved_cb (GtkWidget  *widget,
                 const char *action_name,
                 GVariant   *parameter)
{
  SbSandboxView *self = SB_SANDBOX_VIEW (widget);

  self->showing_unsaved = g_str_equal (action_name, "sandbox.show-unsaved");
  _sb_sandbox_view_update (self);
}

static void
pause_cb (GtkWidget  *widget,
          const char *action_name,
          GVariant   *parameter)
{
  SbSandbox *sandbox = get_target (SB_SANDBOX_VIEW (widget), parameter);

  if (sandbox != NULL)
    sb_sandbox_verbs_pause (widget, sandbox);
}

static void
page_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  gtk_stack_set_visible_child_name (SB_SANDBOX_VIEW (widget)->pages, g_variant_get_string (parameter, NULL));
}

static void
show_change_cb (GtkWidget  *widget,
                const char *action_name,
                GVariant   *parameter)
{
  SbSandboxView *self = SB_SANDBOX_VIEW (widget);

  gtk_stack_set_visible_child_name (self->pages, "changes");
  sb_changes_page_show (self->changes, g_variant_get_bytestring (parameter));
}

static void
show_call_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  SbSandboxView *self = SB_SANDBOX_VIEW (widget);

  if (self->selection == NULL)
    return;

  sb_selection_set_trace_id (self->selection, g_variant_get_string (parameter, NULL));
  gtk_widget_activate_action (widget, "win.show-page", "s", "trace");
}

static void
next_page_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  sb_page_tabs_step (SB_SANDBOX_VIEW (widget)->tabs, 1);
}

static void
previous_page_cb (GtkWidget  *widget,
                  const char *action_name,
                  GVariant   *parameter)
{
  sb_page_tabs_step (SB_SANDBOX_VIEW (widget)->tabs, -1);
}

void
_sb_sandbox_view_class_actions_init (SbSandboxViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_install_action (widget_class, "sandbox.new", NULL, new_cb);
  gtk_widget_class_install_action (widget_class, "sandbox.new-of", "(ss)", new_of_cb);
  gtk_widget_class_install_action (widget_class, "sandbox.remove", NULL, remove_cb);
  gtk_widget_class_install_action (widget_class, "sandbox.remove-one", "s", remove_cb);
  gtk_widget_class_install_action (widget_class, "sandbox.pause", NULL, pause_cb);
  gtk_widget_class_install_action (widget_class, "sandbox.pause-one", "s", pause_cb);
  gtk_widget_class_install_action (widget_class, "sandbox.forget-unsaved", "s", forget_unsaved_cb);
  gtk_widget_class_install_action (widget_class, "sandbox.show-unsaved", NULL, show_unsaved_cb);
  gtk_widget_class_install_action (widget_class, "sandbox.hide-unsaved", NULL, show_unsaved_cb);
  gtk_widget_class_install_action (widget_class, "sandbox.page", "s", page_cb);
  gtk_widget_class_install_action (widget_class, "sandbox.show-call", "s", show_call_cb);
  gtk_widget_class_install_action (widget_class, "sandbox.show-change", "ay", show_change_cb);
  gtk_widget_class_install_action (widget_class, "sandbox.next-page", NULL, next_page_cb);
  gtk_widget_class_install_action (widget_class, "sandbox.previous-page", NULL, previous_page_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Page_Down, GDK_CONTROL_MASK, "sandbox.next-page",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Page_Up, GDK_CONTROL_MASK,
                                       "sandbox.previous-page", NULL);
}

GListModel *
_sb_sandbox_view_get_sandboxes (SbSandboxView *self)
{
  SbWorkspace *workspace = self->selection != NULL ? sb_selection_get_workspace (self->selection) : NULL;

  return workspace != NULL ? G_LIST_MODEL (sb_workspace_get_sandboxes (workspace)) : NULL;
}
