/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-secrets.h"

#include "sb-secrets.h"
#include "sb-tool-servers.h"

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
      g_autofree char *key = sb_tool_servers_dup_secret_name (secret->name);

      if (secret->value[0] == '\0')
        {
          fprintf (stderr, "The secret “%s” has to be stored yet.\n", secret->name);
          continue;
        }
      storing.n_open++;
      sb_secrets_store_async (store, key, secret->value, NULL, stored_cb, &storing);
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

static void
keep_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static char *
lookup (SbSecrets  *store,
        const char *name)
{
  g_autofree char *key = sb_tool_servers_dup_secret_name (name);
  g_autoptr(GAsyncResult) result = NULL;

  sb_secrets_lookup_async (store, key, NULL, keep_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return sb_secrets_lookup_finish (store, result, NULL);
}

GHashTable *
sb_cli_lookup_secrets (SbCatalog *catalog)
{
  GHashTable *found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr(SbSecrets) store = sb_secrets_new ();

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (catalog)); i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (catalog), i);
      GPtrArray *secrets = sb_catalog_server_get_fields (server)->secrets;

      for (guint j = 0; j < secrets->len; j++)
        {
          const char *name = ((SbCatalogPair *) g_ptr_array_index (secrets, j))->name;
          char *secret = lookup (store, name);

          if (secret != NULL)
            g_hash_table_insert (found, g_strdup (name), secret);
        }
    }

  return found;
}
