/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli.h"

#include "sb-engine-discovery.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

typedef struct
{
  GMainLoop *loop;
  guint      n_open;
  guint      n_working;
} Sweep;

static void
probed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Sweep *sweep = user_data;
  SbEngine *engine = SB_ENGINE (source);
  g_autoptr(GError) error = NULL;

  if (sb_engine_probe_finish (engine, result, &error))
    {
      sweep->n_working++;
      printf ("%s: swept\n", sb_engine_get_label (engine));
    }
  else
    {
      fprintf (stderr, "%s: %s\n", sb_engine_get_label (engine), error->message);
    }

  if (--sweep->n_open == 0)
    g_main_loop_quit (sweep->loop);
}

/* A probe sweeps what dead owners left; sandboxes of programs that live are not touched. */
static int
sweep_all (void)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(GError) error = NULL;
  g_autofree char *problem = NULL;
  g_autoptr(SbEngineList) engines = sb_engine_discovery_run (NULL, NULL, &problem, &error);
  Sweep sweep = { loop, 0, 0 };

  if (problem != NULL)
    fprintf (stderr, "%s\n", problem);
  sweep.n_open = g_list_model_get_n_items (G_LIST_MODEL (engines));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (engines)); i++)
    {
      g_autoptr(SbEngine) engine = g_list_model_get_item (G_LIST_MODEL (engines), i);

      sb_engine_probe_async (engine, probed_cb, &sweep);
    }
  g_main_loop_run (loop);

  return sweep.n_working > 0 ? 0 : SB_CLI_EXIT_FAILED;
}

int
sb_cli_sandbox (int    argc,
                char **argv)
{
  const char *verb = argc > 1 ? argv[1] : "";

  if (strcmp (verb, "list") == 0 || strcmp (verb, "ls") == 0)
    return sb_cli_sandbox_list ();
  if (strcmp (verb, "sweep") == 0)
    return sweep_all ();

  return sb_cli_sandbox_verb (argc, argv);
}
