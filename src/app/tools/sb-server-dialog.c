/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-dialog.h"

#include <glib/gi18n.h>

#include "sb-json.h"

#define MAX_SETTINGS (1024 * 1024)

struct _SbServerDialog
{
  AdwWindow parent_instance;

  /* owned */
  SbToolsModel *model;

  /* template */
  GtkLabel    *error;
  AdwComboRow *kind;
  AdwEntryRow *name;
  GtkTextView *settings;
  GtkWidget   *settings_group;
  GtkWidget   *entries;
  AdwEntryRow *what;
};

/* In the order of the combo row. */
typedef enum
{
  KIND_IMAGE,
  KIND_COMMAND,
  KIND_ADDRESS,
  KIND_SETTINGS,
} Kind;

G_DEFINE_FINAL_TYPE (SbServerDialog, sb_server_dialog, ADW_TYPE_WINDOW)

static Kind
get_kind (SbServerDialog *self)
{
  return adw_combo_row_get_selected (self->kind);
}

static void
show_error (SbServerDialog *self,
            const char     *message)
{
  gtk_label_set_text (self->error, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->error), message != NULL);
}

static char *
dup_settings (SbServerDialog *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->settings);
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);

  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

static char *
dup_entry (AdwEntryRow *row)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));
}

static gboolean
add_command (JsonBuilder  *builder,
             const char   *what,
             GError      **error)
{
  g_auto(GStrv) argv = NULL;

  if (!g_shell_parse_argv (what, NULL, &argv, error))
    return FALSE;

  json_builder_set_member_name (builder, "command");
  json_builder_add_string_value (builder, argv[0]);
  json_builder_set_member_name (builder, "args");
  json_builder_begin_array (builder);
  for (guint i = 1; argv[i] != NULL; i++)
    json_builder_add_string_value (builder, argv[i]);
  json_builder_end_array (builder);

  return TRUE;
}

static gboolean
add_definition (JsonBuilder  *builder,
                Kind          kind,
                const char   *what,
                GError      **error)
{
  g_autofree char *quoted = NULL;
  g_autofree char *command = NULL;

  switch (kind)
    {
    case KIND_IMAGE:
      quoted = g_shell_quote (what);
      command = g_strconcat ("docker run -i --rm ", quoted, NULL);
      return add_command (builder, command, error);
    case KIND_COMMAND:
      return add_command (builder, what, error);
    case KIND_ADDRESS:
    case KIND_SETTINGS:
    default:
      json_builder_set_member_name (builder, "url");
      json_builder_add_string_value (builder, what);
      return TRUE;
    }
}

/* The same way in for all kinds: what other programs write. */
static char *
make_settings (SbServerDialog  *self,
               GError         **error)
{
  g_autofree char *name = dup_entry (self->name);
  g_autofree char *what = dup_entry (self->what);
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  g_autoptr(JsonNode) root = NULL;

  if (*name == '\0' || *what == '\0')
    {
      g_set_error_literal (error, SB_CATALOG_ERROR, SB_CATALOG_ERROR_IMPORT, _("Fill in both lines."));
      return NULL;
    }

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "mcpServers");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  if (!add_definition (builder, get_kind (self), what, error))
    return NULL;
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);

  return sb_json_to_string (root, FALSE);
}

static void
tell_notes (SbServerDialog  *self,
            SbCatalogImport *import)
{
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self));

  for (guint i = 0; parent != NULL && i < import->notes->len; i++)
    gtk_widget_activate_action (GTK_WIDGET (parent), "win.toast", "s", (char *) g_ptr_array_index (import->notes, i));
}

static void
add_cb (GtkWidget  *widget,
        const char *action_name,
        GVariant   *parameter)
{
  SbServerDialog *self = SB_SERVER_DIALOG (widget);
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalogImport) import = NULL;
  g_autofree char *settings = get_kind (self) == KIND_SETTINGS ? dup_settings (self) : make_settings (self, &error);

  if (settings != NULL)
    import = sb_catalog_import_json (settings, -1, &error);
  if (import == NULL || !sb_tools_model_add (self->model, import, &error))
    {
      show_error (self, error->message);
      return;
    }

  tell_notes (self, import);
  if (import->names->len > 0)
    sb_tools_model_set_server (self->model, sb_gateway_lookup (sb_tools_model_get_gateway (self->model),
                                                               g_ptr_array_index (import->names, 0)));
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(SbServerDialog) self = user_data;
  g_autofree char *text = NULL;
  gsize length = 0;
  g_autoptr(GError) error = NULL;

  if (!g_file_load_contents_finish (G_FILE (source), result, &text, &length, NULL, &error))
    show_error (self, error->message);
  else if (length > MAX_SETTINGS || !g_utf8_validate (text, length, NULL))
    show_error (self, _("This file is no settings file."));
  else if (self->settings != NULL)
    gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->settings), text, length);
}

static void
chosen_cb (GtkNativeDialog *chooser,
           int              response,
           gpointer         user_data)
{
  g_autoptr(SbServerDialog) self = user_data;
  g_autoptr(GtkNativeDialog) owned = chooser;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr(GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));

      g_file_load_contents_async (file, NULL, loaded_cb, g_object_ref (self));
    }
}

static void
open_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_("Open Settings"), GTK_WINDOW (widget),
                                                               GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);

  g_signal_connect (chooser, "response", G_CALLBACK (chosen_cb), g_object_ref (widget));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
kind_cb (SbServerDialog *self)
{
  static const char * const titles[] = { N_("Image"), N_("Command"), N_("Address"), N_("Settings") };
  Kind kind = get_kind (self);

  gtk_widget_set_visible (self->entries, kind != KIND_SETTINGS);
  gtk_widget_set_visible (self->settings_group, kind == KIND_SETTINGS);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->what), _(titles[MIN (kind, KIND_SETTINGS)]));
  show_error (self, NULL);
}

static void
sb_server_dialog_dispose (GObject *object)
{
  g_clear_object (&SB_SERVER_DIALOG (object)->model);

  G_OBJECT_CLASS (sb_server_dialog_parent_class)->dispose (object);
}

static void
sb_server_dialog_class_init (SbServerDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_server_dialog_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-server-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SbServerDialog, entries);
  gtk_widget_class_bind_template_child (widget_class, SbServerDialog, error);
  gtk_widget_class_bind_template_child (widget_class, SbServerDialog, kind);
  gtk_widget_class_bind_template_child (widget_class, SbServerDialog, name);
  gtk_widget_class_bind_template_child (widget_class, SbServerDialog, settings);
  gtk_widget_class_bind_template_child (widget_class, SbServerDialog, settings_group);
  gtk_widget_class_bind_template_child (widget_class, SbServerDialog, what);
  gtk_widget_class_bind_template_callback (widget_class, kind_cb);
  gtk_widget_class_install_action (widget_class, "dialog.add", NULL, add_cb);
  gtk_widget_class_install_action (widget_class, "dialog.open", NULL, open_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
sb_server_dialog_init (SbServerDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  kind_cb (self);
}

GtkWidget *
sb_server_dialog_new (SbToolsModel *model)
{
  SbServerDialog *self = g_object_new (SB_TYPE_SERVER_DIALOG, NULL);

  self->model = g_object_ref (model);

  return GTK_WIDGET (self);
}
