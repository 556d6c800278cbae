/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-server-log-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#define MAX_CHARS (256 * 1024) /* what is older goes */

struct _SbServerLogPage
{
  GtkWidget parent_instance;

  /* owned */
  SbToolsModel *model; /* nullable */
  SbServerLog  *log;   /* nullable */
  GString      *fresh; /* what came since the last frame */

  /* template */
  GtkWidget       *box;
  GtkToggleButton *follow;
  GtkStack        *states;
  AdwStatusPage   *status;
  GtkTextView     *text;

  guint tick_id;
};

enum
{
  PROP_0,
  PROP_MODEL,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbServerLogPage, sb_server_log_page, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void
scroll_to_end (SbServerLogPage *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_place_cursor (buffer, &end);
  gtk_text_view_scroll_to_mark (self->text, gtk_text_buffer_get_insert (buffer), 0, FALSE, 0, 0);
}

static void
append (SbServerLogPage *self,
        const char      *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);
  int excess = 0;
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_insert (buffer, &end, text, -1);
  excess = gtk_text_buffer_get_char_count (buffer) - MAX_CHARS;
  if (excess > 0)
    {
      gtk_text_buffer_get_start_iter (buffer, &start);
      gtk_text_buffer_get_iter_at_offset (buffer, &end, excess);
      gtk_text_buffer_delete (buffer, &start, &end);
    }
  if (gtk_toggle_button_get_active (self->follow))
    scroll_to_end (self);
}

static void
update (SbServerLogPage *self)
{
  gboolean empty = gtk_text_buffer_get_char_count (gtk_text_view_get_buffer (self->text)) == 0;

  gtk_stack_set_visible_child_name (self->states, self->log == NULL || empty ? "empty" : "log");
  adw_status_page_set_title (self->status, self->log == NULL ? _("Choose a Server") : _("Nothing Was Said"));
  if (self->log == NULL)
    adw_status_page_set_description (self->status, _("Its log is shown here."));
  else
    adw_status_page_set_description (self->status,
                                     _("What the server writes, and what happens to it, appears here."));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "log.copy", !empty);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "log.save", !empty);
}

/* Once a frame: a server may flood. */
static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  SbServerLogPage *self = SB_SERVER_LOG_PAGE (widget);

  self->tick_id = 0;
  append (self, self->fresh->str);
  g_string_truncate (self->fresh, 0);
  update (self);

  return G_SOURCE_REMOVE;
}

/* What does not fit between two frames would not be read either. */
static void
appended_cb (SbServerLogPage *self,
             const char      *text)
{
  g_string_append (self->fresh, text);
  if (self->fresh->len > 2 * MAX_CHARS)
    {
      const char *line = strchr (self->fresh->str + self->fresh->len - MAX_CHARS, '\n');

      g_string_erase (self->fresh, 0, line != NULL ? line + 1 - self->fresh->str : (gssize) self->fresh->len);
    }
  if (self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

static void
stop_listening (SbServerLogPage *self)
{
  if (self->tick_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
  self->tick_id = 0;
  if (self->log != NULL)
    g_signal_handlers_disconnect_by_data (self->log, self);
  g_clear_object (&self->log);
  g_string_truncate (self->fresh, 0);
}

/* Only while somebody looks. */
static void
show_log (SbServerLogPage *self)
{
  SbGatewayServer *server = self->model != NULL ? sb_tools_model_get_server (self->model) : NULL;
  g_autofree char *text = NULL;

  stop_listening (self);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text), "", 0);
  if (server != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    {
      self->log = g_object_ref (sb_gateway_server_get_log (server));
      g_signal_connect_object (self->log, "appended", G_CALLBACK (appended_cb), self, G_CONNECT_SWAPPED);
      text = sb_server_log_dup_text (self->log);
      append (self, text);
    }
  update (self);
}

static void
follow_cb (SbServerLogPage *self)
{
  if (gtk_toggle_button_get_active (self->follow))
    scroll_to_end (self);
}

static void
copy_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbServerLogPage *self = SB_SERVER_LOG_PAGE (widget);
  g_autofree char *text = self->log != NULL ? sb_server_log_dup_text (self->log) : NULL;

  if (text != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(GtkWidget) widget = user_data;
  g_autoptr(GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    gtk_widget_activate_action (widget, "win.toast", "s", error->message);
}

static void
place_cb (GtkNativeDialog *chooser,
          int              response,
          gpointer         user_data)
{
  g_autoptr(SbServerLogPage) self = user_data;
  g_autoptr(GtkNativeDialog) owned = chooser;
  g_autoptr(GFile) file = NULL;
  g_autoptr(GBytes) bytes = NULL;
  char *text;

  if (response != GTK_RESPONSE_ACCEPT || self->log == NULL)
    return;

  file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  text = sb_server_log_dup_text (self->log);
  bytes = g_bytes_new_take (text, strlen (text));
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, written_cb,
                                       g_object_ref (self));
}

static void
save_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (_("Save the Log"), GTK_WINDOW (root),
                                                               GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), "server.log");
  g_signal_connect (chooser, "response", G_CALLBACK (place_cb), g_object_ref (widget));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

static void
sb_server_log_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (sb_server_log_page_parent_class)->map (widget);
  show_log (SB_SERVER_LOG_PAGE (widget));
}

static void
sb_server_log_page_unmap (GtkWidget *widget)
{
  stop_listening (SB_SERVER_LOG_PAGE (widget));
  GTK_WIDGET_CLASS (sb_server_log_page_parent_class)->unmap (widget);
}

static void
sb_server_log_page_dispose (GObject *object)
{
  SbServerLogPage *self = SB_SERVER_LOG_PAGE (object);

  stop_listening (self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->model);

  G_OBJECT_CLASS (sb_server_log_page_parent_class)->dispose (object);
}

static void
sb_server_log_page_finalize (GObject *object)
{
  g_string_free (SB_SERVER_LOG_PAGE (object)->fresh, TRUE);

  G_OBJECT_CLASS (sb_server_log_page_parent_class)->finalize (object);
}

static void
sb_server_log_page_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_MODEL:
      g_value_set_object (value, SB_SERVER_LOG_PAGE (object)->model);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_server_log_page_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_MODEL:
      sb_server_log_page_set_model (SB_SERVER_LOG_PAGE (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_server_log_page_class_init (SbServerLogPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_server_log_page_dispose;
  object_class->finalize = sb_server_log_page_finalize;
  object_class->get_property = sb_server_log_page_get_property;
  object_class->set_property = sb_server_log_page_set_property;
  widget_class->map = sb_server_log_page_map;
  widget_class->unmap = sb_server_log_page_unmap;

  properties[PROP_MODEL] =
    g_param_spec_object ("model", NULL, NULL, SB_TYPE_TOOLS_MODEL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-server-log-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbServerLogPage, box);
  gtk_widget_class_bind_template_child (widget_class, SbServerLogPage, follow);
  gtk_widget_class_bind_template_child (widget_class, SbServerLogPage, states);
  gtk_widget_class_bind_template_child (widget_class, SbServerLogPage, status);
  gtk_widget_class_bind_template_child (widget_class, SbServerLogPage, text);
  gtk_widget_class_bind_template_callback (widget_class, follow_cb);
  gtk_widget_class_install_action (widget_class, "log.copy", NULL, copy_cb);
  gtk_widget_class_install_action (widget_class, "log.save", NULL, save_cb);
}

static void
sb_server_log_page_init (SbServerLogPage *self)
{
  self->fresh = g_string_new (NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}

void
sb_server_log_page_set_model (SbServerLogPage *self,
                              SbToolsModel    *model)
{
  g_return_if_fail (SB_IS_SERVER_LOG_PAGE (self));
  g_return_if_fail (self->model == NULL || model == NULL || self->model == model);

  if (model == NULL || self->model == model)
    return;

  self->model = g_object_ref (model);
  g_signal_connect_object (model, "notify::server", G_CALLBACK (show_log), self, G_CONNECT_SWAPPED);
  show_log (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODEL]);
}
