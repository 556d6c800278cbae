/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog.h"
#include "sb-server-launch.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* The reader, and a launch of every server that came through. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = sb_catalog_new_from_data ((const char *) data, size, &error);
  guint n = catalog != NULL ? g_list_model_get_n_items (G_LIST_MODEL (catalog)) : 0;

  g_assert_true ((catalog == NULL) == (error != NULL));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr(SbCatalogServer) server = g_list_model_get_item (G_LIST_MODEL (catalog), i);
      g_autoptr(GError) launch_error = NULL;
      SbLaunchInput input = { NULL };
      g_autoptr(SbServerLaunch) launch = sb_server_launch_resolve (server, &input, &launch_error);

      g_assert_true ((launch == NULL) == (launch_error != NULL));
    }

  return 0;
}
