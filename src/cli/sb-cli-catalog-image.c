/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-catalog.h"

#include "sb-catalog-edit.h"
#include "sb-cli-engine.h"
#include "sb-image-pin.h"
#include "sb-server-build.h"
#include "sb-tool-servers.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>

/* While the engine works. */
typedef struct
{
  /* owned */
  GCancellable *cancellable;
  GAsyncResult *result; /* nullable */
  char         *said;   /* nullable: the last line of progress */
} Wait;

static void
wait_clear (Wait *wait)
{
  g_clear_object (&wait->cancellable);
  g_clear_object (&wait->result);
  g_free (wait->said);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wait, wait_clear)

static gboolean
interrupted_cb (gpointer user_data)
{
  g_cancellable_cancel (((Wait *) user_data)->cancellable);

  return G_SOURCE_CONTINUE;
}

static void
keep_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  ((Wait *) user_data)->result = g_object_ref (result);
}

static void
wait_for_result (Wait *wait)
{
  guint source = g_unix_signal_add (SIGINT, interrupted_cb, wait);

  while (wait->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);
}

static int
fail (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? SB_CLI_EXIT_INTERRUPTED
                                                                   : sb_cli_catalog_print_error (error);
}

/* The digest of what has its name now. */
static char *
look_up (SbCliCatalog  *options,
         const char    *image,
         int           *status)
{
  g_autoptr(SbDockerClient) docker = sb_cli_engine_connect (options->engine);
  g_auto(Wait) wait = { g_cancellable_new () };
  g_autoptr(GError) error = NULL;
  char *pinned;

  *status = SB_CLI_EXIT_FAILED;
  if (docker == NULL)
    return NULL;

  sb_image_pin_async (docker, image, wait.cancellable, keep_cb, &wait);
  wait_for_result (&wait);
  pinned = sb_image_pin_finish (docker, wait.result, &error);
  if (pinned == NULL)
    *status = fail (error);

  return pinned;
}

static char *
dup_pinned (SbCliCatalog *options,
            const char   *image,
            int          *status)
{
  const char *digest = options->words[2];

  if (digest == NULL)
    return look_up (options, image, status);
  if (sb_image_pin_is_digest (digest))
    return sb_image_pin_with_digest (image, digest);

  fprintf (stderr, "Error: A server with an image is pinned by “sha256:” and 64 digits.\n");
  *status = SB_CLI_EXIT_FAILED;

  return NULL;
}

int
sb_cli_catalog_pin (SbCliCatalog *options)
{
  g_autoptr(SbCatalog) catalog = sb_cli_catalog_open_for (options);
  g_autofree char *pinned = NULL;
  g_autoptr(GError) error = NULL;
  const char *image;
  char *text;
  int status;

  if (catalog == NULL)
    return SB_CLI_EXIT_FAILED;

  image = sb_catalog_server_get_fields (sb_catalog_lookup (catalog, options->words[1]))->image;
  if (image == NULL)
    {
      fprintf (stderr, "Error: The server “%s” is no image, so there is nothing to pin.\n", options->words[1]);
      return SB_CLI_EXIT_FAILED;
    }

  pinned = dup_pinned (options, image, &status);
  if (pinned == NULL)
    return status;

  text = sb_catalog_edit_set_image (catalog, options->words[1], pinned, &error);
  status = sb_cli_catalog_finish (options, text, error);
  if (status == 0)
    fprintf (stderr, "%s is pinned: %s\n", options->words[1], pinned);

  return status;
}

/* On stderr: with --print the catalog is on stdout. */
static void
status_cb (SbServerBuild *build,
           GParamSpec    *pspec,
           gpointer       user_data)
{
  Wait *wait = user_data;
  const char *status = sb_server_build_get_status (build);
  double fraction = sb_server_build_get_fraction (build);

  if (*status == '\0' || g_strcmp0 (wait->said, status) == 0)
    return;

  g_free (wait->said);
  wait->said = g_strdup (status);
  if (fraction >= 0)
    fprintf (stderr, "%3.0f%%  %s\n", 100 * fraction, status);
  else
    fprintf (stderr, "%s\n", status);
}

/* Into the catalog as it is by now. */
static int
take_in (SbCliCatalog  *options,
         SbServerBuild *build)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(SbCatalog) catalog = NULL;
  g_autofree char *shipped = NULL;
  char *text = NULL;
  int status;

  if (g_file_test (options->words[0], G_FILE_TEST_EXISTS))
    catalog = sb_cli_catalog_open (options, &error);
  else
    {
      shipped = sb_tool_servers_dup_shipped_text ();
      catalog = sb_catalog_new_from_data (shipped, -1, &error);
    }
  if (catalog != NULL)
    text = sb_server_build_edit (build, catalog, &error);

  status = sb_cli_catalog_finish (options, text, error);
  if (status != 0 || options->print)
    return status;
  fprintf (stderr, "%s is on: %s\n", sb_server_build_get_name (build), sb_server_build_get_image (build));

  return sb_cli_catalog_switch (sb_server_build_get_name (build), TRUE);
}

static int
build_image (SbCliCatalog *options,
             const char   *folder,
             const char   *name)
{
  g_autoptr(SbDockerClient) docker = sb_cli_engine_connect (options->engine);
  g_autoptr(SbServerBuild) build = NULL;
  g_auto(Wait) wait = { g_cancellable_new () };
  g_autoptr(GError) error = NULL;

  if (docker == NULL)
    return SB_CLI_EXIT_FAILED;

  build = sb_server_build_new (docker, folder, name);
  if (options->network)
    sb_server_build_allow_network (build);
  g_signal_connect (build, "notify::status", G_CALLBACK (status_cb), &wait);
  sb_server_build_run_async (build, wait.cancellable, keep_cb, &wait);
  wait_for_result (&wait);
  g_signal_handlers_disconnect_by_data (build, &wait);

  return sb_server_build_run_finish (build, wait.result, &error) ? take_in (options, build) : fail (error);
}

int
sb_cli_catalog_build (SbCliCatalog *options)
{
  g_auto(GStrv) words = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *name = NULL;

  /* One word is the folder. */
  if (options->words[1] == NULL)
    {
      words = g_steal_pointer (&options->words);
      options->words = g_new0 (char *, 3);
      options->words[0] = sb_tool_servers_dup_default_path ();
      options->words[1] = g_strdup (words[0]);
    }

  name = options->name != NULL ? g_strdup (options->name) : sb_server_build_suggest_name (options->words[1]);
  if (!sb_server_build_check_name (name, &error))
    return sb_cli_catalog_print_error (error);

  return build_image (options, options->words[1], name);
}
