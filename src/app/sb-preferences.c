/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-preferences.h"

#include <glib/gi18n.h>

#include "sb-provider-group.h"

struct _SbPreferences
{
  AdwPreferencesWindow parent_instance;

  /* owned */
  SbWorkspace *workspace;

  /* template */
  AdwPreferencesPage *agents;
  GtkSwitch          *rehearsal;
};

G_DEFINE_FINAL_TYPE (SbPreferences, sb_preferences, ADW_TYPE_PREFERENCES_WINDOW)

static void
show_error (SbPreferences *self,
            const char    *message)
{
  g_autofree char *escaped = g_markup_escape_text (message, -1);

  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), adw_toast_new (escaped));
}

static void
failed_cb (SbPreferences *self,
           const char    *message,
           GtkWidget     *group)
{
  show_error (self, message);
}

static void
rehearsal_configured_cb (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data)
{
  g_autoptr(SbPreferences) self = user_data;
  g_autoptr(GError) error = NULL;

  if (!sb_workspace_configure_provider_finish (SB_WORKSPACE (source), result, &error))
    show_error (self, error->message);
}

/* The scripted model for every agent, or each agent's own again. */
static gboolean
rehearsal_set_cb (SbPreferences *self,
                  gboolean       state)
{
  sb_workspace_configure_provider_async (self->workspace, NULL, state ? "rehearsal" : NULL, NULL, NULL, NULL,
                                         NULL,
                                         rehearsal_configured_cb, g_object_ref (self));

  return GDK_EVENT_PROPAGATE;
}

static void
sb_preferences_dispose (GObject *object)
{
  SbPreferences *self = SB_PREFERENCES (object);

  g_clear_object (&self->workspace);

  G_OBJECT_CLASS (sb_preferences_parent_class)->dispose (object);
}

static void
sb_preferences_class_init (SbPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_preferences_dispose;

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/sandbar/Sandbar/ui/sb-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, SbPreferences, agents);
  gtk_widget_class_bind_template_child (widget_class, SbPreferences, rehearsal);
  gtk_widget_class_bind_template_callback (widget_class, rehearsal_set_cb);
}

static void
sb_preferences_init (SbPreferences *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
sb_preferences_new (SbWorkspace *workspace)
{
  SbPreferences *self = g_object_new (SB_TYPE_PREFERENCES, NULL);
  GListModel *agents = G_LIST_MODEL (sb_workspace_get_agents (workspace));

  self->workspace = g_object_ref (workspace);
  g_signal_handlers_block_by_func (self->rehearsal, rehearsal_set_cb, self);
  gtk_switch_set_active (self->rehearsal, sb_workspace_get_rehearsal (workspace, NULL));
  g_signal_handlers_unblock_by_func (self->rehearsal, rehearsal_set_cb, self);

  for (guint i = 0; i < g_list_model_get_n_items (agents); i++)
    {
      g_autoptr(SbAgent) agent = g_list_model_get_item (agents, i);
      GtkWidget *group = sb_provider_group_new (workspace, agent);

      g_signal_connect_object (group, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
      adw_preferences_page_add (self->agents, ADW_PREFERENCES_GROUP (group));
    }

  return GTK_WIDGET (self);
}
