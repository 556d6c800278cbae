/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-content-view.h"

#include <glib/gi18n.h>

#include "sb-code-view.h"
#include "sb-id.h"
#include "sb-json.h"
#include "sb-text.h"

#define MAX_ITEMS 20
#define MAX_TEXT (128 * 1024)
#define MAX_IMAGE_BYTES (8 * 1024 * 1024)
#define MAX_IMAGE_PIXELS (16 * 1024 * 1024)
#define TEXT_HEIGHT 140
#define IMAGE_HEIGHT 240

struct _SbContentView
{
  GtkWidget parent_instance;

  /* children */
  GtkWidget *box;
};

G_DEFINE_FINAL_TYPE (SbContentView, sb_content_view, GTK_TYPE_WIDGET)

static void
add_text (SbContentView *self,
          const char    *text,
          const char    *language,
          const char    *name)
{
  g_autofree char *head = sb_text_head_tail (text, MAX_TEXT, NULL);
  g_autofree char *clean = sb_text_clean (head, -1, NULL);
  GtkWidget *view = g_object_new (SB_TYPE_CODE_VIEW, NULL);

  sb_code_view_set_text (SB_CODE_VIEW (view), clean, -1, language, NULL, FALSE);
  gtk_widget_set_size_request (view, -1, TEXT_HEIGHT);
  gtk_widget_set_vexpand (view, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_box_append (GTK_BOX (self->box), view);
}

/* Small in bytes may be huge in pixels. */
static void
size_cb (GdkPixbufLoader *loader,
         int              width,
         int              height,
         gpointer         user_data)
{
  if ((gint64) width * height > MAX_IMAGE_PIXELS)
    gdk_pixbuf_loader_set_size (loader, 0, 0);
}

static GdkTexture *
load_image (GBytes     *bytes,
            const char *mime_type)
{
  g_autoptr(GdkPixbufLoader) loader = NULL;
  GdkPixbuf *pixbuf = NULL;
  gboolean whole;

  if (g_strcmp0 (mime_type, "image/png") != 0 && g_strcmp0 (mime_type, "image/jpeg") != 0)
    return NULL;
  if (g_bytes_get_size (bytes) > MAX_IMAGE_BYTES)
    return NULL;

  loader = gdk_pixbuf_loader_new_with_mime_type (mime_type, NULL);
  if (loader == NULL)
    return NULL;
  g_signal_connect (loader, "size-prepared", G_CALLBACK (size_cb), NULL);
  whole = gdk_pixbuf_loader_write_bytes (loader, bytes, NULL);
  whole = gdk_pixbuf_loader_close (loader, NULL) && whole;
  pixbuf = whole ? gdk_pixbuf_loader_get_pixbuf (loader) : NULL;

  return pixbuf != NULL ? gdk_texture_new_for_pixbuf (pixbuf) : NULL;
}

static void
add_label (SbContentView *self,
           const char    *text)
{
  g_autofree char *head = sb_text_head_tail (text, MAX_TEXT, NULL);
  g_autofree char *clean = sb_text_clean (head, -1, NULL);
  GtkWidget *label = gtk_label_new (clean);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_box_append (GTK_BOX (self->box), label);
}

static void
add_data (SbContentView *self,
          SbMcpContent  *content)
{
  g_autoptr(GBytes) bytes = sb_mcp_content_dup_bytes (content);
  g_autoptr(GdkTexture) texture = bytes != NULL ? load_image (bytes, content->mime_type) : NULL;
  g_autofree char *size = sb_format_size (bytes != NULL ? g_bytes_get_size (bytes) : 0);
  g_autofree char *text = NULL;
  GtkWidget *picture;

  if (texture == NULL)
    {
      text = g_strdup_printf (_("Data of the kind %s, %s; it is not shown."),
                              content->mime_type != NULL ? content->mime_type : "?", size);
      add_label (self, text);
      return;
    }

  picture = gtk_picture_new_for_paintable (GDK_PAINTABLE (texture));
  gtk_picture_set_can_shrink (GTK_PICTURE (picture), TRUE);
  gtk_widget_set_size_request (picture, -1, MIN (IMAGE_HEIGHT, gdk_texture_get_height (texture)));
  gtk_accessible_update_property (GTK_ACCESSIBLE (picture), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Picture of the answer"),
                                  -1);
  gtk_box_append (GTK_BOX (self->box), picture);
}

static void
add_content (SbContentView *self,
             SbMcpContent  *content)
{
  g_autofree char *raw = NULL;

  if (content->text != NULL)
    add_text (self, content->text, NULL, _("Text of the answer"));
  else if (content->data != NULL)
    add_data (self, content);
  else if (content->kind == SB_MCP_CONTENT_LINK && content->uri != NULL)
    add_label (self, content->uri);
  else
    {
      raw = sb_json_to_string (content->raw, TRUE);
      add_text (self, raw, "json", _("JSON of the answer"));
    }
}

static void
sb_content_view_dispose (GObject *object)
{
  g_clear_pointer (&SB_CONTENT_VIEW (object)->box, gtk_widget_unparent);

  G_OBJECT_CLASS (sb_content_view_parent_class)->dispose (object);
}

static void
sb_content_view_class_init (SbContentViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_content_view_dispose;

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
sb_content_view_init (SbContentView *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

void
sb_content_view_clear (SbContentView *self)
{
  GtkWidget *child;

  g_return_if_fail (SB_IS_CONTENT_VIEW (self));

  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
}

void
sb_content_view_show_message (SbContentView *self,
                              const char    *text)
{
  g_return_if_fail (SB_IS_CONTENT_VIEW (self));

  sb_content_view_clear (self);
  add_label (self, text);
}

void
sb_content_view_show_messages (SbContentView *self,
                               GPtrArray     *messages)
{
  g_return_if_fail (SB_IS_CONTENT_VIEW (self));

  sb_content_view_clear (self);
  for (guint i = 0; i < MIN (messages->len, MAX_ITEMS); i++)
    {
      const SbMcpPromptMessage *message = g_ptr_array_index (messages, i);

      add_label (self, message->from_assistant ? _("Assistant") : _("User"));
      gtk_widget_add_css_class (gtk_widget_get_last_child (self->box), "caption-heading");
      add_content (self, message->content);
    }
  if (messages->len > MAX_ITEMS)
    add_label (self, _("There is more; it is not shown."));
  if (messages->len == 0)
    add_label (self, _("The answer is empty."));
}

void
sb_content_view_show (SbContentView *self,
                      GPtrArray     *contents,
                      JsonNode      *structured)
{
  g_return_if_fail (SB_IS_CONTENT_VIEW (self));

  sb_content_view_clear (self);
  for (guint i = 0; i < MIN (contents->len, MAX_ITEMS); i++)
    add_content (self, g_ptr_array_index (contents, i));
  if (structured != NULL)
    {
      g_autofree char *text = sb_json_to_string (structured, TRUE);

      add_text (self, text, "json", _("JSON of the answer"));
    }
  if (contents->len > MAX_ITEMS)
    add_label (self, _("There is more; it is not shown."));
  if (contents->len == 0 && structured == NULL)
    add_label (self, _("The answer is empty."));
}
