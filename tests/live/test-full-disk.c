/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include "sb-json.h"
#include "sb-live-engine.h"
#include "sb-test.h"
#include "sb-trouble.h"

#define ROOM (G_GUINT64_CONSTANT (4) * 1024 * 1024 * 1024)

/* A disk of memory, as large as we say at the moment. */
static char *
dup_options (guint64 size)
{
  return g_strdup_printf ("size=%" G_GUINT64_FORMAT, size);
}

static void
fill (const char *directory)
{
  struct statvfs disk = { 0 };
  g_autofree char *options = NULL;

  /* It takes no less than is used, which may grow meanwhile. */
  do
    {
      g_free (options);
      g_assert_no_errno (statvfs (directory, &disk));
      options = dup_options ((guint64) (disk.f_blocks - disk.f_bfree) * disk.f_frsize);
    }
  while (mount ("tmpfs", directory, "tmpfs", MS_REMOUNT, options) != 0 && errno == EINVAL);
}

static void
make_room (const char *directory)
{
  g_autofree char *options = dup_options (ROOM);

  g_assert_no_errno (mount ("tmpfs", directory, "tmpfs", MS_REMOUNT, options));
}

static void
assert_refused (SbTrouble *trouble)
{
  g_autoptr(SbMcpToolResult) result = sb_trouble_call (trouble, "initSandbox", "{}");

  g_assert_true (result->is_error);
  g_assert_nonnull (strstr (result->text, "disk is full"));
}

static JsonNode *
ask (SbDockerClient *client,
     const char     *path)
{
  g_autoptr(GError) error = NULL;
  JsonNode *node = sb_live_engine_call (client, "GET", path, &error);

  g_assert_no_error (error);

  return node;
}

/* Only the volume with sandbar-init stays, which the next sandbox finds. */
static gboolean
is_tidy (SbDockerClient *client)
{
  g_autoptr(JsonNode) containers = ask (client, "/containers/json?all=1");
  g_autoptr(JsonNode) volumes = ask (client, "/volumes");
  JsonArray *array = sb_json_get_array (json_node_get_object (volumes), "Volumes");

  return json_array_get_length (json_node_get_array (containers)) == 0
         && array != NULL && json_array_get_length (array) == 1;
}

/* Before the first sandbox and beside one that runs: a sentence, and when there is room it goes on. */
static void
try_disk (const char *directory)
{
  SbTrouble trouble = { 0 };
  g_autofree char *host = sb_trouble_start_engine (directory);
  g_autoptr(SbDockerClient) client = sb_docker_client_new (host, NULL);

  g_assert_true (sb_trouble_open (&trouble, client));
  /* A spare that fails would give back the room it took. */
  sb_sandbox_manager_set_keep_spare (trouble.manager, FALSE);
  fill (directory);
  assert_refused (&trouble);
  make_room (directory);
  sb_trouble_init_sandbox (&trouble);

  fill (directory);
  sb_trouble_assert_usable (&trouble);
  sb_trouble_assert_call (&trouble, "exec", "{\"command\":\"head -c 1000000 /dev/zero > zeros && wc -c < zeros\"}",
                          FALSE, "1000000");
  assert_refused (&trouble);
  sb_trouble_assert_usable (&trouble);
  make_room (directory);
  sb_trouble_init_sandbox (&trouble);
  sb_trouble_close (&trouble);
  sb_test_wait_until (is_tidy (client));
}

static void
test_full_disk (void)
{
  g_autoptr(SbDockerClient) other = sb_live_engine_connect ();
  g_autofree char *directory = NULL;
  g_autofree char *options = dup_options (ROOM);

  if (other == NULL)
    return;

  directory = sb_test_make_dir ();
  if (mount ("tmpfs", directory, "tmpfs", 0, options) == 0)
    {
      try_disk (directory);
      g_free (sb_live_engine_script ("test-engine", NULL, "stop", directory));
      g_assert_no_errno (umount2 (directory, MNT_DETACH));
    }
  else
    {
      g_test_skip ("nothing can be mounted here");
    }
  sb_test_remove_dir (directory);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/live/full-disk", test_full_disk);

  return g_test_run ();
}
