/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-yaml-edit.h"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            gsize         size);

/* A path and a word in the first lines, then the document. What comes out has to be a document again; that it means
 * what was meant is proved by the editor itself. */
int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *input = g_strndup ((const char *) data, size);
  g_auto(GStrv) parts = g_strsplit (input, "\n", 3);
  g_auto(GStrv) path = NULL;

  if (g_strv_length (parts) < 3 || parts[0][0] == '\0' || !g_utf8_validate (input, -1, NULL))
    return 0;

  path = g_strsplit (parts[0], "/", 8);
  for (guint i = 0; i < 4; i++)
    {
      const char * const *steps = (const char * const *) path;
      g_autoptr(SbYamlEdit) edit = i == 0 ? sb_yaml_edit_new_set (steps, sb_yaml_node_new_text (parts[1])) :
                                   i == 1 ? sb_yaml_edit_new_remove (steps) :
                                   i == 2 ? sb_yaml_edit_new_rename (steps, parts[1]) :
                                   sb_yaml_edit_new_remove_second (steps);
      g_autoptr(GError) error = NULL;
      g_autofree char *text = sb_yaml_edit_apply (edit, parts[2], &error);
      g_autoptr(SbYamlNode) root = text != NULL ? sb_yaml_parse_lenient (text, -1, NULL) : NULL;

      g_assert_true ((text == NULL) == (error != NULL));
      g_assert_true (text == NULL || root != NULL);
    }

  return 0;
}
