/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-code-block.h"

#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>
#include <string.h>

#include "sb-fold-text.h"
#include "sb-source-scheme.h"

#define MAX_LIVE_LINES 200  /* more are highlighted only when all of the code is there */
#define FOLDED_HEIGHT 420   /* px */
#define UNFOLDED_HEIGHT 4000

struct _SbCodeBlock
{
  GtkWidget        parent_instance;

  /* owned */
  SbBlock         *block; /* nullable */
  GtkFileChooserNative *chooser; /* nullable: while it is open */
  gsize            n_shown; /* bytes of the code that are in the buffer */
  gulong           changed_id;

  /* template */
  GtkWidget       *template_root;
  GtkSourceBuffer *buffer;
  GtkWidget       *copy;
  GtkWidget       *name;
  GtkWidget       *scroller;
  GtkWidget       *unfold;
  GtkWidget       *view;
};

static void sb_code_block_iface_init (SbBlockWidgetInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (SbCodeBlock, sb_code_block, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (SB_TYPE_BLOCK_WIDGET, sb_code_block_iface_init))

/* The info string as models write it: "js", "js hello.js", "python title=main.py", "js:hello.js". */
static void
read_info (const char  *info,
           char       **language,
           char       **file_name)
{
  g_auto(GStrv) words = g_strsplit_set (info != NULL ? info : "", " :,{}", 8);

  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *value = strrchr (words[i], '=') != NULL ? strrchr (words[i], '=') + 1 : words[i];

      if (*value == '\0')
        continue;

      if (strchr (value, '.') != NULL && *file_name == NULL)
        *file_name = g_path_get_basename (value);
      else if (i == 0)
        *language = g_ascii_strdown (value, -1);
    }
}

static GtkSourceLanguage *
find_language (const char *language,
               const char *file_name)
{
  static const char * const aliases[][2] = {
    { "javascript", "js" }, { "jsx", "jsx" }, { "node", "js" }, { "ts", "typescript" }, { "py", "python3" },
    { "python", "python3" }, { "bash", "sh" }, { "shell", "sh" }, { "zsh", "sh" }, { "console", "sh" },
    { "c++", "cpp" }, { "cs", "c-sharp" }, { "csharp", "c-sharp" }, { "rs", "rust" }, { "rb", "ruby" },
    { "yml", "yaml" }, { "md", "markdown" }, { "golang", "go" }, { "dockerfile", "docker" }, { "make", "makefile" },
    { "objective-c", "objc" }, { "patch", "diff" }, { "kt", "kotlin" }, { "jsonc", "json" },
  };
  GtkSourceLanguageManager *manager = gtk_source_language_manager_get_default ();
  GtkSourceLanguage *found = NULL;

  for (guint i = 0; language != NULL && i < G_N_ELEMENTS (aliases); i++)
    if (strcmp (aliases[i][0], language) == 0)
      {
        language = aliases[i][1];
        break;
      }

  if (language != NULL)
    found = gtk_source_language_manager_get_language (manager, language);
  if (found == NULL && file_name != NULL)
    found = gtk_source_language_manager_guess_language (manager, file_name, NULL);

  return found;
}

static void
apply_info (SbCodeBlock *self)
{
  g_autofree char *language = NULL;
  g_autofree char *file_name = NULL;
  GtkSourceLanguage *found = NULL;
  const char *title;

  read_info (sb_block_get_language (self->block), &language, &file_name);
  if (language != NULL || file_name != NULL)
    found = find_language (language, file_name);

  title = file_name != NULL ? file_name
          : found != NULL ? gtk_source_language_get_name (found)
          : language == NULL || strcmp (language, "text") == 0 ? _("Text")
          : language;
  gtk_label_set_text (GTK_LABEL (self->name), title);
  gtk_source_buffer_set_language (self->buffer, found);
  gtk_source_view_set_show_line_numbers (GTK_SOURCE_VIEW (self->view), found != NULL);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (self->view), found != NULL ? 4 : 12);
}

static void
append_shown (SbCodeBlock *self)
{
  const char *code = sb_block_get_code (self->block);
  gsize length = sb_block_get_code_length (self->block);
  g_autofree char *folded = NULL;
  GtkTextIter end;

  if (length <= self->n_shown)
    return;

  folded = sb_fold_text (code, self->n_shown, length);
  gtk_text_buffer_get_end_iter (GTK_TEXT_BUFFER (self->buffer), &end);
  gtk_text_buffer_insert (GTK_TEXT_BUFFER (self->buffer), &end, folded, -1);
  self->n_shown = length;
}

static void
update_folding (SbCodeBlock *self)
{
  int n_lines = gtk_text_buffer_get_line_count (GTK_TEXT_BUFFER (self->buffer));
  gboolean unfolded = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->unfold));
  gboolean highlight = n_lines <= MAX_LIVE_LINES || !sb_block_get_open (self->block);
  gboolean tall = n_lines > 26;

  gtk_widget_set_visible (self->unfold, tall);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_AUTOMATIC,
                                  tall ? GTK_POLICY_AUTOMATIC : GTK_POLICY_NEVER);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (self->scroller),
                                              !tall ? -1 : unfolded ? UNFOLDED_HEIGHT : FOLDED_HEIGHT);

  if (gtk_source_buffer_get_highlight_syntax (self->buffer) != highlight)
    gtk_source_buffer_set_highlight_syntax (self->buffer, highlight);
}

static void
update (SbCodeBlock *self)
{
  append_shown (self);
  update_folding (self);
}

static void
copy_clicked_cb (SbCodeBlock *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), sb_block_get_code (self->block));
  gtk_button_set_icon_name (GTK_BUTTON (self->copy), "object-select-symbolic");
}

static void
copy_left_cb (SbCodeBlock *self)
{
  gtk_button_set_icon_name (GTK_BUTTON (self->copy), "edit-copy-symbolic");
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr(SbCodeBlock) self = user_data;
  g_autoptr(GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    gtk_widget_activate_action (GTK_WIDGET (self), "chat.report", "s", error->message);
}

static void
save_response_cb (SbCodeBlock *self,
                  int          response)
{
  g_autoptr(GtkFileChooserNative) chooser = g_steal_pointer (&self->chooser);
  g_autoptr(GFile) file = NULL;
  g_autoptr(GBytes) code = NULL;

  if (response != GTK_RESPONSE_ACCEPT || self->block == NULL)
    return;

  file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  code = g_bytes_new (sb_block_get_code (self->block), sb_block_get_code_length (self->block));
  g_file_replace_contents_bytes_async (file, code, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                       saved_cb, g_object_ref (self));
}

static void
save_clicked_cb (SbCodeBlock *self)
{
  g_autofree char *language = NULL;
  g_autofree char *file_name = NULL;

  if (self->chooser != NULL)
    return;

  read_info (sb_block_get_language (self->block), &language, &file_name);
  self->chooser = gtk_file_chooser_native_new (_("Save Code"), GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))),
                                               GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), file_name != NULL ? file_name : "code.txt");
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (save_response_cb), self, G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
unfold_toggled_cb (SbCodeBlock *self)
{
  gboolean unfolded = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->unfold));

  gtk_button_set_label (GTK_BUTTON (self->unfold), unfolded ? _("Show Less") : _("Show All"));
  if (self->block != NULL)
    update_folding (self);
}

static void
sb_code_block_set_block (SbBlockWidget *widget,
                         SbChatContext *context,
                         SbBlock       *block)
{
  SbCodeBlock *self = SB_CODE_BLOCK (widget);

  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  g_set_object (&self->block, block);

  gtk_text_buffer_set_text (GTK_TEXT_BUFFER (self->buffer), "", 0);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->unfold), FALSE);
  self->n_shown = 0;

  if (block == NULL)
    return;

  apply_info (self);
  self->changed_id = g_signal_connect_swapped (block, "changed", G_CALLBACK (update), self);
  update (self);
}

static void
sb_code_block_dispose (GObject *object)
{
  SbCodeBlock *self = SB_CODE_BLOCK (object);

  if (self->block != NULL)
    g_clear_signal_handler (&self->changed_id, self->block);
  g_clear_object (&self->block);
  g_clear_object (&self->chooser);
  g_clear_pointer (&self->template_root, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_code_block_parent_class)->dispose (object);
}

static void
sb_code_block_iface_init (SbBlockWidgetInterface *iface)
{
  iface->set_block = sb_code_block_set_block;
}

static void
sb_code_block_class_init (SbCodeBlockClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sb_code_block_dispose;

  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "codeblock");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/sandbar/Sandbar/ui/sb-code-block.ui");
  gtk_widget_class_bind_template_child (widget_class, SbCodeBlock, buffer);
  gtk_widget_class_bind_template_child (widget_class, SbCodeBlock, copy);
  gtk_widget_class_bind_template_child (widget_class, SbCodeBlock, name);
  gtk_widget_class_bind_template_child (widget_class, SbCodeBlock, scroller);
  gtk_widget_class_bind_template_child (widget_class, SbCodeBlock, template_root);
  gtk_widget_class_bind_template_child (widget_class, SbCodeBlock, unfold);
  gtk_widget_class_bind_template_child (widget_class, SbCodeBlock, view);
  gtk_widget_class_bind_template_callback (widget_class, copy_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_left_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, unfold_toggled_cb);
}

static void
sb_code_block_init (SbCodeBlock *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  sb_source_scheme_follow (self->buffer);
}
