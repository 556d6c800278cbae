/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <locale.h>

#include <glib/gi18n.h>

#include "sb-application.h"
#include "sb-shell.h"

int
main (int   argc,
      char *argv[])
{
  g_autoptr(SbApplication) application = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  g_set_application_name ("Sandbar");
  sb_shell_register_resources ();
  application = sb_application_new ();

  return g_application_run (G_APPLICATION (application), argc, argv);
}
