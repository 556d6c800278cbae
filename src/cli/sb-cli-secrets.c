/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-secrets.h"

#include "sb-catalog-server.h"
#include "sb-secrets.h"

#include <stdio.h>

typedef struct
{
  GMainLoop *loop;
  guint      n_open;
  gboolean   failed;
} Storing;

static void
stored_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Storing *storing = user_data;
  g_autoptr(GError) error = NULL;

  if (!sb_secrets_store_finish (SB_SECRETS (source), result, &error))
    {
      fprintf (stderr, "Error: %s\n", error->message);
      storing->failed = TRUE;
    }
  if (--storing->n_open == 0)
    g_main_loop_quit (storing->loop);
}

gboolean
sb_cli_store_secrets (GPtrArray *secrets)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(SbSecrets) store = sb_secrets_new ();
  Storing storing = { loop, 0, FALSE };

  for (guint i = 0; i < secrets->len; i++)
    {
      SbCatalogPair *secret = g_ptr_array_index (secrets, i);

      if (secret->value[0] == '\0')
        {
          fprintf (stderr, "The secret “%s” has to be stored yet.\n", secret->name);
          continue;
        }
      storing.n_open++;
      sb_secrets_store_async (store, secret->name, secret->value, NULL, stored_cb, &storing);
    }

  if (storing.n_open == 0)
    return TRUE;
  g_main_loop_run (loop);
  if (!storing.failed && !sb_secrets_get_persistent (store))
    {
      fputs ("Error: The secrets cannot be kept: no Secret Service answers. Nothing was changed.\n", stderr);
      return FALSE;
    }

  return !storing.failed;
}
