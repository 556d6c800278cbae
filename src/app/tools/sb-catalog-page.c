/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>

#include "sb-catalog-edit.h"
#include "sb-catalog-export.h"
#include "sb-catalog-lint.h"
#include "sb-image-pin.h"
#include "sb-problem-row.h"
#include "sb-source-scheme.h"

#define LINT_DELAY_MS 300

struct _SbCatalogPage
{
  GtkWidget parent_instance;

  /* owned */
  SbToolsModel *model;       /* nullable */
  GListModel   *found;       /* nullable: of SbCatalogProblem */
  GCancellable *cancellable; /* nullable: while a digest is looked up */
  char         *base;        /* nullable: the saved text that the one in the editor began from */
  guint         lint_id;

  /* template */
  GtkWidget        *box;
  GtkSourceBuffer  *buffer;
  GtkWidget        *list_window;
  GtkLabel         *state;
  GtkNoSelection   *problems;
  GtkSourceView    *view;
};

enum
{
  PROP_0,
  PROP_MODEL,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SbCatalogPage, sb_catalog_page, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static const char * const categories[] = { "sb-hint", "sb-warning", "sb-error" };

static char *
dup_text (SbCatalogPage *self)
{
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (GTK_TEXT_BUFFER (self->buffer), &start, &end);

  return gtk_text_buffer_get_text (GTK_TEXT_BUFFER (self->buffer), &start, &end, FALSE);
}

static void
tell (SbCatalogPage *self,
      const char    *text)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.toast", "s", text);
}

static void
update (SbCatalogPage *self)
{
  gboolean modified = gtk_text_buffer_get_modified (GTK_TEXT_BUFFER (self->buffer));
  guint n = self->found != NULL ? g_list_model_get_n_items (self->found) : 0;
  g_autofree char *text = n == 0 ? g_strdup (_("No problems"))
                                 : g_strdup_printf (ngettext ("%u problem", "%u problems", n), n);
  g_autofree char *state = modified ? g_strjoin (" · ", text, _("not saved"), NULL) : g_strdup (text);

  gtk_label_set_text (self->state, state);
  gtk_widget_set_visible (self->list_window, n > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "catalog.save", modified && self->model != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "catalog.pin", self->cancellable == NULL && self->model != NULL);
  if (self->model != NULL)
    sb_tools_model_set_unsaved (self->model, modified);
}

static void
mark_lines (SbCatalogPage *self)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_source_buffer_remove_source_marks (self->buffer, &start, &end, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (self->found); i++)
    {
      g_autoptr(SbCatalogProblem) problem = g_list_model_get_item (self->found, i);
      guint line = sb_catalog_problem_get_line (problem);

      if (line == 0 || !gtk_text_buffer_get_iter_at_line (buffer, &start, line - 1))
        continue;
      gtk_source_buffer_create_source_mark (self->buffer, NULL,
                                            categories[MIN (sb_catalog_problem_get_severity (problem), SB_LINT_ERROR)],
                                            &start);
    }
}

static gboolean
lint_cb (gpointer user_data)
{
  SbCatalogPage *self = user_data;
  g_autofree char *text = dup_text (self);

  self->lint_id = 0;
  g_clear_object (&self->found);
  self->found = sb_catalog_lint (text, sb_tools_model_get_path (self->model));
  gtk_no_selection_set_model (self->problems, self->found);
  mark_lines (self);
  update (self);

  return G_SOURCE_REMOVE;
}

static void
changed_cb (SbCatalogPage *self)
{
  if (self->model != NULL && self->lint_id == 0)
    self->lint_id = g_timeout_add (LINT_DELAY_MS, lint_cb, self);
}

/* What the editor shows is what is saved. */
static void
take_base (SbCatalogPage *self)
{
  g_free (self->base);
  self->base = g_strdup (sb_tools_model_get_text (self->model));
  gtk_text_buffer_set_modified (GTK_TEXT_BUFFER (self->buffer), FALSE);
  update (self);
}

static void
show_saved (SbCatalogPage *self)
{
  g_autofree char *shown = dup_text (self);
  const char *text = sb_tools_model_get_text (self->model);

  /* What somebody is writing is not taken away. */
  if (gtk_text_buffer_get_modified (GTK_TEXT_BUFFER (self->buffer)) && !g_str_equal (shown, text))
    return;

  if (!g_str_equal (shown, text))
    gtk_text_buffer_set_text (GTK_TEXT_BUFFER (self->buffer), text, -1);
  take_base (self);
}

static void
show_line (SbCatalogPage *self,
           guint          line)
{
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_line (GTK_TEXT_BUFFER (self->buffer), &iter, line > 0 ? line - 1 : 0);
  gtk_text_buffer_place_cursor (GTK_TEXT_BUFFER (self->buffer), &iter);
  gtk_text_view_scroll_to_mark (GTK_TEXT_VIEW (self->view),
                                gtk_text_buffer_get_insert (GTK_TEXT_BUFFER (self->buffer)), 0.1, FALSE, 0, 0);
  gtk_widget_grab_focus (GTK_WIDGET (self->view));
}

static void
edit_cb (SbCatalogPage *self,
         const char    *server)
{
  g_autofree char *text = dup_text (self);
  g_autoptr(SbCatalog) catalog = sb_catalog_new_from_data (text, -1, NULL);
  SbCatalogServer *entry = catalog != NULL ? sb_catalog_lookup (catalog, server) : NULL;

  if (entry != NULL)
    show_line (self, sb_catalog_server_get_line (entry));
}

/* As if it was typed: Ctrl+Z takes it back. */
static void
replace_text (SbCatalogPage *self,
              const char    *text)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (buffer, &start, text, -1);
  gtk_text_buffer_end_user_action (buffer);
}

static void
fix_cb (SbCatalogPage    *self,
        SbCatalogProblem *problem)
{
  g_autofree char *text = dup_text (self);
  g_autoptr(GError) error = NULL;
  g_autofree char *fixed = sb_catalog_problem_apply (problem, text, &error);

  if (fixed == NULL)
    {
      tell (self, error->message);
      return;
    }

  replace_text (self, fixed);
  g_clear_handle_id (&self->lint_id, g_source_remove);
  lint_cb (self);
}

static void
save (SbCatalogPage *self)
{
  g_autofree char *text = dup_text (self);
  g_autoptr(GError) error = NULL;

  if (sb_tools_model_save (self->model, text, &error))
    take_base (self);
  else
    tell (self, error->message);
}

static void
conflict_cb (SbCatalogPage *self,
             const char    *response)
{
  if (g_str_equal (response, "save"))
    save (self);
  if (!g_str_equal (response, "take"))
    return;

  replace_text (self, sb_tools_model_get_text (self->model));
  take_base (self);
}

/* A server that was built, added or removed while somebody wrote here is not in this text. */
static void
ask_to_replace (SbCatalogPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *widget = adw_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                              _("The Catalog Changed Meanwhile"),
                                              _("Servers were added, changed or removed since you began to write. "
                                                "Saving undoes that. The saved text can be shown instead; Ctrl+Z then "
                                                "brings yours back."));
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (widget);

  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "take", _("_Show the Saved Text"), "save",
                                    _("_Save Mine"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "save", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (conflict_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
save_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  SbCatalogPage *self = SB_CATALOG_PAGE (widget);

  if (g_strcmp0 (self->base, sb_tools_model_get_text (self->model)) == 0)
    save (self);
  else
    ask_to_replace (self);
}

/* A digest that is looked up for one entry. */
typedef struct
{
  SbCatalogPage *page;   /* owned */
  char          *server;
} Pin;

static void
pin_free (Pin *pin)
{
  g_object_unref (pin->page);
  g_free (pin->server);
  g_free (pin);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pin, pin_free)

/* Into the text as it is by now. */
static void
take_pin (SbCatalogPage *self,
          const char    *server,
          const char    *image)
{
  g_autofree char *text = dup_text (self);
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_catalog_new_from_data (text, -1, &error);
  g_autofree char *pinned = catalog != NULL ? sb_catalog_edit_set_image (catalog, server, image, &error) : NULL;
  g_autofree char *done = g_strdup_printf (_("%s is pinned; save to run it so"), server);

  if (pinned == NULL)
    {
      tell (self, error->message);
      return;
    }

  if (!g_str_equal (pinned, text))
    replace_text (self, pinned);
  edit_cb (self, server);
  tell (self, done);
}

static void
pinned_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(Pin) pin = user_data;
  SbCatalogPage *self = pin->page;
  g_autoptr(GError) error = NULL;
  g_autofree char *image = sb_image_pin_finish (SB_DOCKER_CLIENT (source), result, &error);

  /* The page has gone meanwhile. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->cancellable);
  if (image != NULL)
    take_pin (self, pin->server, image);
  else
    tell (self, error->message);
  update (self);
}

/* The entry that the cursor is in: the last one that begins before it. (nullable) */
static SbCatalogServer *
find_at_cursor (SbCatalogPage *self,
                SbCatalog     *catalog)
{
  GtkTextBuffer *buffer = GTK_TEXT_BUFFER (self->buffer);
  SbCatalogServer *found = NULL;
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_mark (buffer, &iter, gtk_text_buffer_get_insert (buffer));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (catalog)); i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (catalog), i);

      if (sb_catalog_server_get_line (server) <= (guint) gtk_text_iter_get_line (&iter) + 1)
        found = server;
    }

  return found;
}

static void
pin_cb (GtkWidget  *widget,
        const char *action_name,
        GVariant   *parameter)
{
  SbCatalogPage *self = SB_CATALOG_PAGE (widget);
  SbDockerClient *docker = sb_gateway_get_docker (sb_tools_model_get_gateway (self->model));
  g_autofree char *text = dup_text (self);
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_catalog_new_from_data (text, -1, &error);
  SbCatalogServer *server = catalog != NULL ? find_at_cursor (self, catalog) : NULL;
  const char *image = server != NULL ? sb_catalog_server_get_fields (server)->image : NULL;
  Pin *pin;

  if (catalog == NULL || image == NULL || docker == NULL)
    {
      tell (self, catalog == NULL ? error->message
                  : image == NULL ? _("Put the cursor into a server that is an image.")
                                  : _("No engine answers. Start Docker or Podman, then try again."));
      return;
    }

  pin = g_new0 (Pin, 1);
  pin->page = g_object_ref (self);
  pin->server = g_strdup (sb_catalog_server_get_name (server));
  self->cancellable = g_cancellable_new ();
  update (self);
  sb_image_pin_async (docker, image, self->cancellable, pinned_cb, pin);
}

static void
copy_json_cb (GtkWidget  *widget,
              const char *action_name,
              GVariant   *parameter)
{
  SbCatalogPage *self = SB_CATALOG_PAGE (widget);
  g_autofree char *text = dup_text (self);
  g_autofree char *json = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_catalog_new_from_data (text, -1, &error);

  if (catalog == NULL)
    {
      tell (self, error->message);
      return;
    }

  json = sb_catalog_export_json (catalog, SB_EXPORT_MCP_SERVERS);
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), json);
  tell (self, _("The servers are in the clipboard, as mcpServers"));
}

static void
row_setup_cb (SbCatalogPage *self,
              GtkListItem   *item)
{
  GtkWidget *row = sb_problem_row_new ();

  g_signal_connect_object (row, "fix", G_CALLBACK (fix_cb), self, G_CONNECT_SWAPPED);
  gtk_list_item_set_child (item, row);
}

static void
row_bind_cb (SbCatalogPage *self,
             GtkListItem   *item)
{
  sb_problem_row_set_problem (SB_PROBLEM_ROW (gtk_list_item_get_child (item)), gtk_list_item_get_item (item));
}

static void
activated_cb (SbCatalogPage *self,
              guint          position)
{
  g_autoptr(SbCatalogProblem) problem = self->found != NULL ? g_list_model_get_item (self->found, position) : NULL;

  if (problem != NULL)
    show_line (self, sb_catalog_problem_get_line (problem));
}

/* A look-up that runs holds the page until it hears of this. */
static void
sb_catalog_page_unroot (GtkWidget *widget)
{
  SbCatalogPage *self = SB_CATALOG_PAGE (widget);
  g_autoptr(GCancellable) cancellable = g_steal_pointer (&self->cancellable);

  g_cancellable_cancel (cancellable);
  GTK_WIDGET_CLASS (sb_catalog_page_parent_class)->unroot (widget);
}

static void
sb_catalog_page_dispose (GObject *object)
{
  SbCatalogPage *self = SB_CATALOG_PAGE (object);

  g_clear_handle_id (&self->lint_id, g_source_remove);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->found);
  g_clear_object (&self->model);
  g_clear_pointer (&self->base, g_free);

  G_OBJECT_CLASS (sb_catalog_page_parent_class)->dispose (object);
}

static void
sb_catalog_page_get_property (GObject    *object,
                              guint       prop_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_MODEL:
      g_value_set_object (value, SB_CATALOG_PAGE (object)->model);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_catalog_page_set_property (GObject      *object,
                              guint         prop_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  switch (prop_id)
    {
    case PROP_MODEL:
      sb_catalog_page_set_model (SB_CATALOG_PAGE (object), g_value_get_object (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sb_catalog_page_class_init (SbCatalogPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sb_catalog_page_dispose;
  object_class->get_property = sb_catalog_page_get_property;
  object_class->set_property = sb_catalog_page_set_property;
  widget_class->unroot = sb_catalog_page_unroot;

  properties[PROP_MODEL] =
    g_param_spec_object ("model", NULL, NULL, SB_TYPE_TOOLS_MODEL,
                         G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  g_type_ensure (GTK_SOURCE_TYPE_BUFFER);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-catalog-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SbCatalogPage, box);
  gtk_widget_class_bind_template_child (widget_class, SbCatalogPage, buffer);
  gtk_widget_class_bind_template_child (widget_class, SbCatalogPage, list_window);
  gtk_widget_class_bind_template_child (widget_class, SbCatalogPage, problems);
  gtk_widget_class_bind_template_child (widget_class, SbCatalogPage, state);
  gtk_widget_class_bind_template_child (widget_class, SbCatalogPage, view);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, update);
  gtk_widget_class_install_action (widget_class, "catalog.save", NULL, save_cb);
  gtk_widget_class_install_action (widget_class, "catalog.copy-json", NULL, copy_json_cb);
  gtk_widget_class_install_action (widget_class, "catalog.pin", NULL, pin_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK, "catalog.save", NULL);
}

static void
add_marks (SbCatalogPage *self)
{
  static const char * const icons[] = { "dialog-information-symbolic", "dialog-warning-symbolic",
                                        "dialog-error-symbolic" };

  for (guint i = 0; i < G_N_ELEMENTS (categories); i++)
    {
      g_autoptr(GtkSourceMarkAttributes) attributes = gtk_source_mark_attributes_new ();

      gtk_source_mark_attributes_set_icon_name (attributes, icons[i]);
      gtk_source_view_set_mark_attributes (self->view, categories[i], attributes, i);
    }
}

static void
sb_catalog_page_init (SbCatalogPage *self)
{
  GtkSourceLanguageManager *manager = gtk_source_language_manager_get_default ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_source_buffer_set_language (self->buffer, gtk_source_language_manager_get_language (manager, "yaml"));
  add_marks (self);
  sb_source_scheme_follow (self->buffer);
  update (self);
}

void
sb_catalog_page_set_model (SbCatalogPage *self,
                           SbToolsModel  *model)
{
  g_return_if_fail (SB_IS_CATALOG_PAGE (self));
  g_return_if_fail (self->model == NULL || model == NULL || self->model == model);

  if (model == NULL || self->model == model)
    return;

  self->model = g_object_ref (model);
  g_signal_connect_object (model, "notify::text", G_CALLBACK (show_saved), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (model, "edit", G_CALLBACK (edit_cb), self, G_CONNECT_SWAPPED);
  show_saved (self);
  changed_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MODEL]);
}
