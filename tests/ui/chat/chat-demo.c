/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

/* Shows a sample conversation in the chat view, to look at. With --png it saves a picture of it and leaves. */

#include "config.h"

#include <adwaita.h>
#include <stdlib.h>

#include "sb-chat-view.h"
#include "sb-fake-workspace.h"
#include "sb-sample.h"

static char *sample = NULL;
static char *png = NULL;
static char *selected = NULL;
static int width = 640;
static int height = 830;
static gboolean dark = FALSE;
static gboolean rtl = FALSE;

static const GOptionEntry entries[] = {
  { "sample", 's', 0, G_OPTION_ARG_STRING, &sample, "primes, markdown, troubles, questions, long or empty", "NAME" },
  { "png", 'o', 0, G_OPTION_ARG_FILENAME, &png, "Save a picture and leave", "FILE" },
  { "select", 0, 0, G_OPTION_ARG_STRING, &selected, "Trace event to highlight", "ID" },
  { "width", 'w', 0, G_OPTION_ARG_INT, &width, "Width of the window", "PX" },
  { "height", 'h', 0, G_OPTION_ARG_INT, &height, "Height of the window", "PX" },
  { "dark", 'd', 0, G_OPTION_ARG_NONE, &dark, "Dark style", NULL },
  { "rtl", 'r', 0, G_OPTION_ARG_NONE, &rtl, "From right to left", NULL },
  { NULL },
};

static SbConversation *
create_sample (void)
{
  if (g_strcmp0 (sample, "markdown") == 0)
    return sb_sample_markdown ();
  if (g_strcmp0 (sample, "troubles") == 0)
    return sb_sample_troubles ();
  if (g_strcmp0 (sample, "long") == 0)
    return sb_sample_long (5000);
  if (g_strcmp0 (sample, "empty") == 0)
    return sb_conversation_new (NULL, NULL);

  return sb_sample_primes ();
}

static void
ask (SbWorkspace *workspace,
     const char  *kind,
     const char  *key,
     const char  *title,
     const char  *detail)
{
  g_autoptr(SbApproval) approval = sb_approval_new (kind, key, title, detail, NULL);

  sb_approvals_ask_async (sb_workspace_get_approvals (workspace), approval, NULL, NULL, NULL);
}

static gboolean
save_cb (gpointer user_data)
{
  GtkWidget *window = user_data;
  g_autoptr(GdkPaintable) paintable = gtk_widget_paintable_new (window);
  g_autoptr(GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr(GskRenderNode) node = NULL;
  g_autoptr(GdkTexture) texture = NULL;

  gdk_paintable_snapshot (paintable, snapshot, gdk_paintable_get_intrinsic_width (paintable),
                          gdk_paintable_get_intrinsic_height (paintable));
  node = gtk_snapshot_free_to_node (g_steal_pointer (&snapshot));
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
  gdk_texture_save_to_png (texture, png);
  gtk_window_close (GTK_WINDOW (window));

  return G_SOURCE_REMOVE;
}

static void
activate_cb (GtkApplication *app)
{
  GtkWidget *window = adw_application_window_new (app);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *chat = sb_chat_view_new ();
  g_autoptr(SbWorkspace) workspace = sb_fake_workspace_new ();
  g_autoptr(SbConversation) conversation = create_sample ();

  if (dark)
    adw_style_manager_set_color_scheme (adw_style_manager_get_default (), ADW_COLOR_SCHEME_FORCE_DARK);
  if (rtl)
    gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);

  sb_fake_workspace_set_rehearsal (workspace, g_strcmp0 (sample, "empty") == 0);
  sb_chat_view_set_workspace (SB_CHAT_VIEW (chat), workspace);
  if (g_strcmp0 (sample, "questions") == 0)
    {
      ask (workspace, "tool", "tool:context7:query-docs", "Call query-docs of the server context7",
           "{\"libraryId\":\"/expressjs/express\",\"query\":\"How do I write a router?\"}");
      ask (workspace, "port", NULL, "Open port 3000 of quiet-otter in a browser", NULL);
    }
  sb_chat_view_set_conversation (SB_CHAT_VIEW (chat), conversation);
  sb_chat_view_set_selected_trace_id (SB_CHAT_VIEW (chat), selected);
  sb_chat_view_focus_composer (SB_CHAT_VIEW (chat));

  gtk_box_append (GTK_BOX (box), adw_header_bar_new ());
  gtk_widget_set_vexpand (chat, TRUE);
  gtk_box_append (GTK_BOX (box), chat);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), box);
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_present (GTK_WINDOW (window));

  if (png != NULL)
    g_timeout_add (900, save_cb, window);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr(AdwApplication) app = adw_application_new ("io.github.sandbar.ChatDemo", G_APPLICATION_NON_UNIQUE);

  g_application_add_main_option_entries (G_APPLICATION (app), entries);
  g_signal_connect (app, "activate", G_CALLBACK (activate_cb), NULL);

  return g_application_run (G_APPLICATION (app), argc, argv);
}
