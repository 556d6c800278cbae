/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-import.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* What comes in has to be a catalog afterwards. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalogImport) import = sb_catalog_import_json ((const char *) data, size, &error);
  g_autofree char *text = NULL;

  g_assert_true ((import == NULL) == (error != NULL));
  if (import != NULL)
    text = sb_catalog_import_apply (import, "registry: {}\n", NULL);
  if (text != NULL)
    {
      g_autoptr(SbCatalog) catalog = sb_catalog_new_from_data (text, -1, NULL);

      g_assert_nonnull (catalog);
    }

  return 0;
}
