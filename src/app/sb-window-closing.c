/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-window-private.h"

#include <glib/gi18n.h>

/* What closing the window would lose, and who is asked first. */

static char *
describe (guint    n_files,
          gboolean catalog)
{
  g_autofree char *files = NULL;

  if (n_files == 0)
    return g_strdup (_("Changes to the catalog were not saved."));

  files = g_strdup_printf (ngettext ("%u file of a sandbox has text that was not saved, and ends with the sandbox.",
                                     "%u files of sandboxes have text that was not saved, and end with the sandboxes.",
                                     n_files), n_files);

  return catalog ? g_strdup_printf ("%s\n\n%s", files, _("Changes to the catalog were not saved."))
                 : g_steal_pointer (&files);
}

static void
answered_cb (SbWindow   *self,
             const char *response)
{
  self->asks_to_close = FALSE;
  if (g_strcmp0 (response, "close") != 0)
    return;

  self->leaves_unsaved = TRUE;
  gtk_window_close (GTK_WINDOW (self));
}

static void
ask (SbWindow   *self,
     const char *what)
{
  GtkWidget *widget = adw_message_dialog_new (GTK_WINDOW (self), _("Close Without Saving?"), what);
  AdwMessageDialog *dialog = ADW_MESSAGE_DIALOG (widget);

  self->asks_to_close = TRUE;
  adw_message_dialog_add_responses (dialog, "cancel", _("_Cancel"), "close", _("Close _Without Saving"), NULL);
  adw_message_dialog_set_response_appearance (dialog, "close", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (dialog, "cancel");
  adw_message_dialog_set_close_response (dialog, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (answered_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

gboolean
_sb_window_may_close (SbWindow *self)
{
  guint n_files = sb_sandbox_view_get_n_unsaved (self->sandbox_view);
  gboolean catalog = sb_tools_view_get_unsaved (self->tools_view);
  g_autofree char *what = NULL;

  if (self->leaves_unsaved || (n_files == 0 && !catalog))
    return TRUE;
  if (self->asks_to_close)
    return FALSE;

  what = describe (n_files, catalog);
  ask (self, what);

  return FALSE;
}
