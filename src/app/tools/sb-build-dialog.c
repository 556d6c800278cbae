/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-build-dialog.h"

#include <glib/gi18n.h>

struct _SbBuildDialog
{
  AdwWindow parent_instance;

  /* owned */
  SbToolsModel  *model;
  SbServerBuild *build;       /* nullable: while it runs */
  GCancellable  *cancellable; /* as build */

  /* template */
  GtkProgressBar *bar;
  GtkWidget      *entries;
  GtkLabel       *error;
  AdwEntryRow    *folder;
  GtkTextView    *log;
  AdwEntryRow    *name;
  GtkSwitch      *network;
  GtkWidget      *progress;
  GtkLabel       *status;

  guint           tick_id;
};

G_DEFINE_FINAL_TYPE (SbBuildDialog, sb_build_dialog, ADW_TYPE_WINDOW)

static void
show_error (SbBuildDialog *self,
            const char    *message)
{
  gtk_label_set_text (self->error, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error), message != NULL);
}

static char *
dup_entry (AdwEntryRow *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

static void
update (SbBuildDialog *self)
{
  g_autofree char *folder = dup_entry (self->folder);
  g_autofree char *name = dup_entry (self->name);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "dialog.build",
                                 self->build == NULL && *folder != '\0' && *name != '\0');
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "dialog.choose", self->build == NULL);
  gtk_widget_set_sensitive (self->entries, self->build == NULL);
}

static void
folder_cb (SbBuildDialog *self)
{
  g_autofree char *folder = dup_entry (self->folder);
  g_autofree char *name = *folder != '\0' ? sb_server_build_suggest_name (folder) : g_strdup ("");

  gtk_editable_set_text (GTK_EDITABLE (self->name), name);
  update (self);
}

static void
chosen_cb (GtkNativeDialog *chooser,
           int              response,
           gpointer         user_data)
{
  g_autoptr(SbBuildDialog) self = user_data;
  g_autoptr(GtkNativeDialog) owned = chooser;
  g_autoptr(GFile) file = NULL;

  if (response != GTK_RESPONSE_ACCEPT)
    return;

  file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  if (g_file_peek_path (file) != NULL)
    sb_build_dialog_set_folder (self, g_file_peek_path (file));
}

static void
choose_cb (GtkWidget  *widget,
           const char *action_name,
           GVariant   *parameter)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_("Folder of the Server"), GTK_WINDOW (widget),
                                                               GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, NULL, NULL);

  g_signal_connect (chooser, "response", G_CALLBACK (chosen_cb), g_object_ref (widget));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
show_log (SbBuildDialog *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->log);
  GtkTextIter end;

  gtk_text_buffer_set_text (buffer, sb_server_build_get_log (self->build), -1);
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_place_cursor (buffer, &end);
  gtk_text_view_scroll_mark_onscreen (self->log, gtk_text_buffer_get_insert (buffer));
}

static void
show_progress (SbBuildDialog *self)
{
  double fraction = sb_server_build_get_fraction (self->build);
  const char *status = sb_server_build_get_status (self->build);

  if (sb_server_build_get_state (self->build) == SB_SERVER_BUILD_PACKING)
    status = _("The folder is packed");
  else if (sb_server_build_get_state (self->build) == SB_SERVER_BUILD_PINNING)
    status = _("The digest is looked up");
  if (fraction >= 0)
    gtk_progress_bar_set_fraction (self->bar, fraction);
  else
    gtk_progress_bar_pulse (self->bar);
  gtk_label_set_text (self->status, status);
  show_log (self);
}

/* Once a frame: an engine may tell a lot. */
static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  SbBuildDialog *self = SB_BUILD_DIALOG (widget);

  self->tick_id = 0;
  if (self->build != NULL)
    show_progress (self);

  return G_SOURCE_REMOVE;
}

static void
progress_cb (SbBuildDialog *self)
{
  if (self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
drop_build (SbBuildDialog *self)
{
  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  if (self->build != NULL)
    g_signal_handlers_disconnect_by_data (self->build, self);
  g_clear_object (&self->build);
  g_clear_object (&self->cancellable);
}

static void
tell_parent (SbBuildDialog *self,
             const char    *name)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));
  g_autofree char *text = g_strdup_printf (_("%s is built, pinned and on"), name);

  if (parent != NULL)
    gtk_widget_activate_action (GTK_WIDGET (parent), "win.toast", "s", text);
}

static void
built_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(SbBuildDialog) self = user_data;
  SbServerBuild *build = SB_SERVER_BUILD (source);
  g_autoptr(GError) error = NULL;

  /* The window was closed meanwhile. */
  if (self->build != build)
    return;

  show_progress (self);
  if (sb_server_build_run_finish (build, result, &error) && sb_tools_model_take_build (self->model, build, &error))
    {
      tell_parent (self, sb_server_build_get_name (build));
      drop_build (self);
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }

  show_error (self, error->message);
  drop_build (self);
  update (self);
}

static void
build_cb (GtkWidget  *widget,
          const char *action_name,
          GVariant   *parameter)
{
  SbBuildDialog *self = SB_BUILD_DIALOG (widget);
  SbDockerClient *docker = sb_gateway_get_docker (sb_tools_model_get_gateway (self->model));
  g_autofree char *folder = dup_entry (self->folder);
  g_autofree char *name = dup_entry (self->name);
  g_autoptr(GError) error = NULL;

  show_error (self, NULL);
  if (docker == NULL)
    {
      show_error (self, _("No engine answers. Start Docker or Podman, then try again."));
      return;
    }
  if (!sb_server_build_check_name (name, &error))
    {
      show_error (self, error->message);
      return;
    }

  self->build = sb_server_build_new (docker, folder, name);
  self->cancellable = g_cancellable_new ();
  if (gtk_switch_get_active (self->network))
    sb_server_build_allow_network (self->build);
  gtk_widget_set_visible (self->progress, TRUE);
  g_signal_connect_object (self->build, "notify", G_CALLBACK (progress_cb), self, G_CONNECT_SWAPPED);
  sb_server_build_run_async (self->build, self->cancellable, built_cb, g_object_ref (self));
  update (self);
}

/* Closing is cancelling. */
static gboolean
sb_build_dialog_close_request (GtkWindow *window)
{
  SbBuildDialog *self = SB_BUILD_DIALOG (window);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  drop_build (self);

  return GTK_WINDOW_CLASS (sb_build_dialog_parent_class)->close_request (window);
}

static void
sb_build_dialog_dispose (GObject *object)
{
  SbBuildDialog *self = SB_BUILD_DIALOG (object);

  drop_build (self);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (sb_build_dialog_parent_class)->dispose (object);
}

static void
sb_build_dialog_class_init (SbBuildDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_build_dialog_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = sb_build_dialog_close_request;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-build-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbBuildDialog, bar);
  gtk_widget_class_bind_template_child (widget_class, SbBuildDialog, entries);
  gtk_widget_class_bind_template_child (widget_class, SbBuildDialog, error);
  gtk_widget_class_bind_template_child (widget_class, SbBuildDialog, folder);
  gtk_widget_class_bind_template_child (widget_class, SbBuildDialog, log);
  gtk_widget_class_bind_template_child (widget_class, SbBuildDialog, name);
  gtk_widget_class_bind_template_child (widget_class, SbBuildDialog, network);
  gtk_widget_class_bind_template_child (widget_class, SbBuildDialog, progress);
  gtk_widget_class_bind_template_child (widget_class, SbBuildDialog, status);
  gtk_widget_class_bind_template_callback (widget_class, folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_install_action (widget_class, "dialog.build", NULL, build_cb);
  gtk_widget_class_install_action (widget_class, "dialog.choose", NULL, choose_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "dialog.build", NULL);
}

static void
sb_build_dialog_init (SbBuildDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}

GtkWidget *
sb_build_dialog_new (SbToolsModel *model)
{
  SbBuildDialog *self = g_object_new (SB_TYPE_BUILD_DIALOG, NULL);

  self->model = g_object_ref (model);

  return GTK_WIDGET (self);
}

void
sb_build_dialog_set_folder (SbBuildDialog *self,
                            const char    *folder)
{
  g_return_if_fail (SB_IS_BUILD_DIALOG (self));

  gtk_editable_set_text (GTK_EDITABLE (self->folder), folder);
}
