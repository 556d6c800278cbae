/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-catalog-lint.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* Every problem of any text, and every fix. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr(GListModel) problems = sb_catalog_lint (text, NULL);

  for (guint i = 0; i < MIN (g_list_model_get_n_items (problems), 50); i++)
    {
      g_autoptr(SbCatalogProblem) problem = g_list_model_get_item (problems, i);
      g_autoptr(GError) error = NULL;
      g_autofree char *fixed = NULL;

      g_assert_true (g_utf8_validate (sb_catalog_problem_get_message (problem), -1, NULL));
      if (sb_catalog_problem_get_fix (problem) != NULL)
        fixed = sb_catalog_problem_apply (problem, text, &error);
      g_assert_true (fixed == NULL || error == NULL);
    }

  return 0;
}
