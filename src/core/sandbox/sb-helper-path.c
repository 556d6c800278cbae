/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-helper-path.h"

/**
 * sb_helper_path_find:
 *
 * Looks for sandbar-init: in the build tree when the running program lies in one, else where it is installed.
 *
 * Returns: (transfer full) (nullable): its path
 */
char *
sb_helper_path_find (void)
{
  static const char *const beside[] = {
    "../init/sandbar-init", "../src/init/sandbar-init", "../../src/init/sandbar-init", NULL,
  };
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *directory = program != NULL ? g_path_get_dirname (program) : NULL;
  g_autofree char *installed = g_build_filename (SB_LIBEXECDIR, "sandbar-init", NULL);

  for (guint i = 0; directory != NULL && beside[i] != NULL; i++)
    {
      g_autofree char *path = g_canonicalize_filename (beside[i], directory);

      if (g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&path);
    }

  return g_file_test (installed, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer (&installed) : NULL;
}
