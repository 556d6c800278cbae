/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-shell.h"

#include <adwaita.h>
#include <gtksourceview/gtksource.h>

#include "sandbar-resources.h"

void
sb_shell_register_resources (void)
{
  static gboolean done;

  if (!done)
    sandbar_register_resource ();
  done = TRUE;
}

void
sb_shell_init (void)
{
  static gboolean done;

  if (done)
    return;

  done = TRUE;
  sb_shell_register_resources ();
  adw_init ();
  gtk_source_init ();
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    "/io/github/sandbar/Sandbar/icons");
}
