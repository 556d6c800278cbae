/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#define G_LOG_DOMAIN "sandbar-app"

#include "config.h"

#include "sb-application.h"

#include <glib/gi18n.h>

#include "sb-preferences.h"
#include "sb-shell.h"
#include "sb-window.h"

#define SHUTDOWN_MS 2500

struct _SbApplication
{
  AdwApplication parent_instance;

  /* owned */
  SbWorkspace  *workspace;
  GCancellable *cancellable;
  guint         shutdown_id;

  gboolean ending;
};

G_DEFINE_FINAL_TYPE (SbApplication, sb_application, ADW_TYPE_APPLICATION)

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(SbApplication) self = user_data;
  g_autoptr(GError) error = NULL;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (sb_workspace_start_finish (SB_WORKSPACE (source), result, &error)
      || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  if (SB_IS_WINDOW (window))
    sb_window_show_toast (SB_WINDOW (window), error->message);
}

static gboolean
ensure_workspace (SbApplication *self)
{
  const SbWorkspaceOptions options = { .data_dir = g_getenv ("SANDBAR_DATA_DIR") };
  g_autoptr(GError) error = NULL;

  if (self->workspace != NULL)
    return TRUE;

  self->workspace = sb_workspace_new (&options, &error);
  if (self->workspace != NULL)
    sb_approvals_set_attended (sb_workspace_get_approvals (self->workspace), TRUE);
  else
    g_printerr ("sandbar: %s\n", error->message);

  return self->workspace != NULL;
}

static gboolean
start_cb (gpointer user_data)
{
  SbApplication *self = user_data;

  sb_workspace_start_async (self->workspace, self->cancellable, started_cb, g_object_ref (self));

  return G_SOURCE_REMOVE;
}

static void
open_window (SbApplication *self)
{
  gboolean first = self->workspace == NULL;
  SbWindow *window;

  if (!ensure_workspace (self))
    return;

  window = sb_window_new (GTK_APPLICATION (self), self->workspace);
  gtk_window_present (GTK_WINDOW (window));
  /* The first frame comes before the looking for engines and keys. */
  if (first)
    g_idle_add_full (G_PRIORITY_LOW, start_cb, g_object_ref (self), g_object_unref);
}

static void
finish_shutdown (SbApplication *self)
{
  if (self->shutdown_id == 0)
    return;

  g_clear_handle_id (&self->shutdown_id, g_source_remove);
  g_application_release (G_APPLICATION (self));
}

static void
shut_down_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbApplication) self = user_data;
  g_autoptr(GError) error = NULL;

  if (!sb_workspace_shutdown_finish (SB_WORKSPACE (source), result, &error))
    g_debug ("Shutting down: %s", error->message);
  finish_shutdown (self);
}

static gboolean
shutdown_late_cb (gpointer user_data)
{
  SbApplication *self = user_data;

  /* Whatever is left is ended by the kernel closing our ends of the channels. */
  self->shutdown_id = 0;
  g_application_release (G_APPLICATION (self));

  return G_SOURCE_REMOVE;
}

static void
begin_shutdown (SbApplication *self)
{
  if (self->ending || self->workspace == NULL)
    return;

  self->ending = TRUE;
  g_application_hold (G_APPLICATION (self));
  g_cancellable_cancel (self->cancellable);
  self->shutdown_id = g_timeout_add (SHUTDOWN_MS, shutdown_late_cb, self);
  sb_workspace_shutdown_async (self->workspace, shut_down_cb, g_object_ref (self));
}

static void
new_window_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       user_data)
{
  open_window (user_data);
}

static void
preferences_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       user_data)
{
  SbApplication *self = user_data;
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));
  GtkWidget *preferences;

  if (self->workspace == NULL || !SB_IS_WINDOW (window))
    return;

  preferences = sb_preferences_new (self->workspace);
  gtk_window_set_transient_for (GTK_WINDOW (preferences), window);
  gtk_window_present (GTK_WINDOW (preferences));
}

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       user_data)
{
  GtkWindow *window = gtk_application_get_active_window (user_data);

  adw_show_about_window (window,
                         "application-name", "Sandbar",
                         "application-icon", APP_ID,
                         "version", PACKAGE_VERSION,
                         "developer-name", _("The Sandbar authors"),
                         "copyright", "© The Sandbar authors",
                         "license-type", GTK_LICENSE_GPL_3_0,
                         "comments", _("Let agents write and run code, and watch every step: the conversation, "
                                       "the trace, and the sandbox that keeps it all in."),
                         /* Translators: put your names here, one a line */
                         "translator-credits", _("translator-credits"),
                         NULL);
}

static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       user_data)
{
  g_autoptr(GList) windows = g_list_copy (gtk_application_get_windows (user_data));

  for (GList *link = windows; link != NULL; link = link->next)
    gtk_window_close (link->data);
}

static int
handle_local_options_cb (GApplication *application,
                         GVariantDict *options)
{
  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("sandbar " PACKAGE_VERSION "\n");
      return 0;
    }

  return -1;
}

static int
sb_application_command_line (GApplication            *application,
                             GApplicationCommandLine *command_line)
{
  SbApplication *self = SB_APPLICATION (application);
  GVariantDict *options = g_application_command_line_get_options_dict (command_line);

  if (g_variant_dict_contains (options, "new-window"))
    open_window (self);
  else
    g_application_activate (application);

  return self->workspace != NULL ? 0 : 1;
}

static void
sb_application_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window != NULL)
    gtk_window_present (window);
  else
    open_window (SB_APPLICATION (application));
}

static void
set_accels (GtkApplication *application,
            const char     *action,
            const char     *first,
            const char     *second)
{
  const char *accels[] = { first, second, NULL };

  gtk_application_set_accels_for_action (application, action, accels);
}

static void
install_accels (GtkApplication *application)
{
  set_accels (application, "app.quit", "<Control>q", NULL);
  set_accels (application, "app.preferences", "<Control>comma", NULL);
  set_accels (application, "app.new-window", "<Control><Shift>n", NULL);
  set_accels (application, "win.new-conversation", "<Control>n", NULL);
  set_accels (application, "win.rename-conversation", "F2", NULL);
  set_accels (application, "win.search", "<Control>k", NULL);
  set_accels (application, "win.show-sidebar", "F9", NULL);
  set_accels (application, "win.show-inspector", "<Control><Alt>i", "<Shift>F9");
  set_accels (application, "win.show-page::trace", "<Control><Shift>t", NULL);
  set_accels (application, "win.show-page::sandbox", "<Control><Shift>s", NULL);
  set_accels (application, "win.show-page::tools", "<Control><Shift>o", NULL);
  set_accels (application, "win.focus-composer", "<Control>l", NULL);
  set_accels (application, "win.stop", "<Control>period", NULL);
  set_accels (application, "window.close", "<Control>w", NULL);

  for (int i = 1; i <= 9; i++)
    {
      g_autofree char *action = g_strdup_printf ("win.select-conversation(%d)", i);
      g_autofree char *accel = g_strdup_printf ("<Control>%d", i);

      set_accels (application, action, accel, NULL);
    }
}

static void
sb_application_startup (GApplication *application)
{
  static const GActionEntry actions[] = {
    { .name = "about", .activate = about_cb },
    { .name = "new-window", .activate = new_window_cb },
    { .name = "preferences", .activate = preferences_cb },
    { .name = "quit", .activate = quit_cb },
  };

  G_APPLICATION_CLASS (sb_application_parent_class)->startup (application);

  sb_shell_init ();
  gtk_window_set_default_icon_name (APP_ID);
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions), application);
  install_accels (GTK_APPLICATION (application));
}

static void
sb_application_window_removed (GtkApplication *application,
                               GtkWindow      *window)
{
  GTK_APPLICATION_CLASS (sb_application_parent_class)->window_removed (application, window);

  if (gtk_application_get_windows (application) == NULL)
    begin_shutdown (SB_APPLICATION (application));
}

static void
sb_application_dispose (GObject *object)
{
  SbApplication *self = SB_APPLICATION (object);

  g_clear_handle_id (&self->shutdown_id, g_source_remove);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->workspace);

  G_OBJECT_CLASS (sb_application_parent_class)->dispose (object);
}

static void
sb_application_class_init (SbApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_application_dispose;
  application_class->activate = sb_application_activate;
  application_class->command_line = sb_application_command_line;
  application_class->startup = sb_application_startup;
  GTK_APPLICATION_CLASS (klass)->window_removed = sb_application_window_removed;
}

static void
sb_application_init (SbApplication *self)
{
  static const GOptionEntry options[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Show the version"), NULL },
    { "new-window", 'w', 0, G_OPTION_ARG_NONE, NULL, N_("Open another window"), NULL },
    { NULL },
  };

  self->cancellable = g_cancellable_new ();
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_signal_connect (self, "handle-local-options", G_CALLBACK (handle_local_options_cb), NULL);
}

SbApplication *
sb_application_new (void)
{
  GApplicationFlags flags = G_APPLICATION_HANDLES_COMMAND_LINE;

  /* Another data folder is another application: it must not raise the window of the usual one. */
  if (g_getenv ("SANDBAR_DATA_DIR") != NULL)
    flags |= G_APPLICATION_NON_UNIQUE;

  return g_object_new (SB_TYPE_APPLICATION,
                       "application-id", APP_ID,
                       "resource-base-path", "/io/github/sandbar/Sandbar",
                       "flags", flags,
                       NULL);
}
