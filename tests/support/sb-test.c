/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static GPtrArray *made_dirs; /* of char * */
static pid_t made_by;

static gboolean
wake_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

void
sb_test_keep_result (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  GAsyncResult **slot = user_data;

  g_assert_null (*slot);
  *slot = g_object_ref (result);
}

void
sb_test_iterate (void)
{
  guint wake = g_timeout_add (10, wake_cb, NULL);

  g_main_context_iteration (NULL, TRUE);
  g_source_remove (wake);
}

void
sb_test_spin (guint milliseconds)
{
  gint64 deadline = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;

  while (g_get_monotonic_time () < deadline)
    sb_test_iterate ();
}

GBytes *
sb_test_load_data (const char *path_below_tests)
{
  const char *root = g_getenv ("SB_TEST_SOURCE_ROOT");
  g_autofree char *path = g_build_filename (root != NULL ? root : ".", "tests", path_below_tests, NULL);
  g_autoptr(GError) error = NULL;
  char *contents = NULL;
  gsize length = 0;

  g_file_get_contents (path, &contents, &length, &error);
  g_assert_no_error (error);

  return g_bytes_new_take (contents, length);
}

/* parent stays open; name is an entry of it, or a path when there is no parent. */
static void
remove_entry (int         parent,
              const char *name)
{
  struct dirent *entry;
  DIR *dir;
  int fd;

  if (unlinkat (parent, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
    return;

  /* Tests make folders that nobody may enter. */
  fd = openat (parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return;
  close (fd);
  fchmodat (parent, name, 0700, 0);
  fd = openat (parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  dir = fd >= 0 ? fdopendir (fd) : NULL;
  while (dir != NULL && (entry = readdir (dir)) != NULL)
    if (!g_str_equal (entry->d_name, ".") && !g_str_equal (entry->d_name, ".."))
      remove_entry (fd, entry->d_name);
  g_clear_pointer (&dir, closedir);
  unlinkat (parent, name, AT_REMOVEDIR);
}

static void
remove_dirs_at_exit (void)
{
  /* A child that was forked and left by exit() is not the one who made them. */
  if (getpid () != made_by)
    return;

  for (guint i = 0; i < made_dirs->len; i++)
    sb_test_remove_dir (g_ptr_array_index (made_dirs, i));
  g_ptr_array_unref (made_dirs);
}

char *
sb_test_make_dir (void)
{
  g_autoptr(GError) error = NULL;
  char *path = g_dir_make_tmp ("sandbar-test-XXXXXX", &error);

  g_assert_no_error (error);
  if (made_dirs == NULL)
    {
      made_dirs = g_ptr_array_new_with_free_func (g_free);
      made_by = getpid ();
      atexit (remove_dirs_at_exit);
    }
  g_ptr_array_add (made_dirs, g_strdup (path));

  return path;
}

void
sb_test_remove_dir (const char *path)
{
  g_assert_true (g_path_is_absolute (path));
  remove_entry (AT_FDCWD, path);
}

void
sb_test_end_threads (void)
{
  g_thread_pool_stop_unused_threads ();
  sb_test_wait_until (g_thread_pool_get_num_unused_threads () == 0);
}
