/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-source-scheme.h"

#include <adwaita.h>

static void
apply (GtkSourceBuffer *buffer)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GtkSourceStyleSchemeManager *manager = gtk_source_style_scheme_manager_get_default ();

  gtk_source_buffer_set_style_scheme (buffer,
                                      gtk_source_style_scheme_manager_get_scheme (manager,
                                                                                  dark ? "Adwaita-dark" : "Adwaita"));
}

gboolean
sb_source_scheme_warm_up (void)
{
  /* A language is forgotten with the last buffer that uses it, so these stay. */
  static const char * const languages[] = { "js", "json", "sh", "python3" };
  static GtkSourceBuffer *kept[G_N_ELEMENTS (languages)];
  static guint n_kept = 0;
  GtkSourceLanguageManager *manager = gtk_source_language_manager_get_default ();

  if (n_kept < G_N_ELEMENTS (languages))
    {
      kept[n_kept] = gtk_source_buffer_new_with_language (
        gtk_source_language_manager_get_language (manager, languages[n_kept]));
      apply (kept[n_kept]);
      n_kept++;
    }

  return n_kept < G_N_ELEMENTS (languages);
}

void
sb_source_scheme_follow (GtkSourceBuffer *buffer)
{
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (apply), buffer,
                           G_CONNECT_SWAPPED);
  apply (buffer);
}
