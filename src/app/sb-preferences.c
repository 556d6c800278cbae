/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-preferences.h"

#include <glib/gi18n.h>

#include "sb-engines-group.h"
#include "sb-permissions-page.h"
#include "sb-profiles-group.h"
#include "sb-provider-group.h"

struct _SbPreferences
{
  AdwPreferencesWindow parent_instance;

  /* owned */
  SbWorkspace *workspace;
  GPtrArray   *groups; /* of SbProviderGroup; not owned */

  /* template */
  AdwPreferencesPage *agents;
  SbEnginesGroup     *engines;
  SbPermissionsPage  *permissions;
  SbProfilesGroup    *profiles;
  GtkSwitch          *rehearsal;
};

G_DEFINE_FINAL_TYPE (SbPreferences, sb_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static gboolean rehearsal_set_cb (SbPreferences *self,
                                  gboolean       state);

static gboolean
is_rehearsal_forced (SbWorkspace *workspace)
{
  GListModel *agents = G_LIST_MODEL (sb_workspace_get_agents (workspace));
  gboolean forced = TRUE;

  for (guint i = 0; i < g_list_model_get_n_items (agents); i++)
    {
      g_autoptr(SbAgent) agent = g_list_model_get_item (agents, i);
      g_autofree char *profile = NULL;
      g_autofree char *base_url = NULL;
      g_autofree char *model = NULL;

      sb_workspace_dup_provider_choice (workspace, sb_agent_get_id (agent), &profile, &base_url, &model);
      forced = forced && g_strcmp0 (profile, "rehearsal") == 0;
    }

  return forced;
}

static void
show_error (SbPreferences *self,
            const char    *message)
{
  g_autofree char *escaped = g_markup_escape_text (message, -1);

  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), adw_toast_new (escaped));
}

static void
update_switch (SbPreferences *self)
{
  g_signal_handlers_block_by_func (self->rehearsal, rehearsal_set_cb, self);
  gtk_switch_set_active (self->rehearsal, is_rehearsal_forced (self->workspace));
  g_signal_handlers_unblock_by_func (self->rehearsal, rehearsal_set_cb, self);
}

static void
told_cb (SbPreferences *self,
         const char    *sentence)
{
  show_error (self, sentence);
}

static void
failed_cb (SbPreferences *self,
           const char    *message,
           GtkWidget     *group)
{
  show_error (self, message);
}

static void
configured_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr(SbPreferences) self = user_data;
  g_autoptr(GError) error = NULL;

  if (!sb_workspace_configure_provider_finish (SB_WORKSPACE (source), result, &error))
    show_error (self, error->message);
  if (self->workspace == NULL)
    return;

  for (guint i = 0; i < self->groups->len; i++)
    sb_provider_group_reload (g_ptr_array_index (self->groups, i));
}

/* What the agent had before is remembered, so that the switch can be thrown both ways. */
static void
set_rehearsal (SbPreferences *self,
               SbAgent       *agent,
               gboolean       rehearsal)
{
  SbStore *store = sb_workspace_get_store (self->workspace);
  const char *id = sb_agent_get_id (agent);
  g_autofree char *key = g_strdup_printf ("before-rehearsal/%s", id);
  g_autofree char *before = sb_store_get_setting (store, key);
  g_autofree char *profile = NULL;
  g_autofree char *base_url = NULL;
  g_autofree char *model = NULL;

  sb_workspace_dup_provider_choice (self->workspace, id, &profile, &base_url, &model);
  if (rehearsal == (g_strcmp0 (profile, "rehearsal") == 0))
    return;

  if (rehearsal)
    sb_store_set_setting (store, key, profile != NULL ? profile : "");
  sb_workspace_configure_provider_async (self->workspace, id,
                                         rehearsal ? "rehearsal" : (before != NULL && *before != '\0' ? before : NULL),
                                         base_url, model, NULL, NULL, configured_cb, g_object_ref (self));
}

static gboolean
rehearsal_set_cb (SbPreferences *self,
                  gboolean       state)
{
  GListModel *agents = G_LIST_MODEL (sb_workspace_get_agents (self->workspace));

  for (guint i = 0; i < g_list_model_get_n_items (agents); i++)
    {
      g_autoptr(SbAgent) agent = g_list_model_get_item (agents, i);

      set_rehearsal (self, agent, state);
    }

  return GDK_EVENT_PROPAGATE;
}

static void
sb_preferences_dispose (GObject *object)
{
  SbPreferences *self = SB_PREFERENCES (object);

  g_clear_pointer (&self->groups, g_ptr_array_unref);
  g_clear_object (&self->workspace);

  G_OBJECT_CLASS (sb_preferences_parent_class)->dispose (object);
}

static void
sb_preferences_class_init (SbPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_preferences_dispose;

  g_type_ensure (SB_TYPE_ENGINES_GROUP);
  g_type_ensure (SB_TYPE_PERMISSIONS_PAGE);
  g_type_ensure (SB_TYPE_PROFILES_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sandbar/Sandbar/ui/sb-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, SbPreferences, agents);
  gtk_widget_class_bind_template_child (widget_class, SbPreferences, engines);
  gtk_widget_class_bind_template_child (widget_class, SbPreferences, permissions);
  gtk_widget_class_bind_template_child (widget_class, SbPreferences, profiles);
  gtk_widget_class_bind_template_child (widget_class, SbPreferences, rehearsal);
  gtk_widget_class_bind_template_callback (widget_class, rehearsal_set_cb);
  gtk_widget_class_bind_template_callback (widget_class, told_cb);
}

static void
sb_preferences_init (SbPreferences *self)
{
  self->groups = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_preferences_new (SbWorkspace *workspace)
{
  SbPreferences *self = g_object_new (SB_TYPE_PREFERENCES, NULL);
  GListModel *agents = G_LIST_MODEL (sb_workspace_get_agents (workspace));

  self->workspace = g_object_ref (workspace);
  sb_engines_group_set_workspace (self->engines, workspace);
  sb_profiles_group_set_workspace (self->profiles, workspace);
  sb_permissions_page_set_workspace (self->permissions, workspace);
  update_switch (self);

  for (guint i = 0; i < g_list_model_get_n_items (agents); i++)
    {
      g_autoptr(SbAgent) agent = g_list_model_get_item (agents, i);
      GtkWidget *group = sb_provider_group_new (workspace, agent);

      g_signal_connect_object (group, "configured", G_CALLBACK (update_switch), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (group, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
      g_ptr_array_add (self->groups, group);
      adw_preferences_page_add (self->agents, ADW_PREFERENCES_GROUP (group));
    }

  return GTK_WIDGET (self);
}
