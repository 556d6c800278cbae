/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli.h"

#include "sb-build-context.h"
#include "sb-cli-engine.h"
#include "sb-docker-backend.h"
#include "sb-image-job.h"
#include "sb-json.h"
#include "sb-text.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define SHORT_ID 12

static const char usage[] =
  "Usage: sandbar-cli image list [--json]\n"
  "       sandbar-cli image pull [--json] NAME\n"
  "       sandbar-cli image build [--json]\n"
  "       sandbar-cli image build [--json] [--network] FOLDER NAME\n"
  "\n"
  "Looks after the images that sandboxes are made of.\n"
  "\n"
  "  list      show what is there, with the digest by which a registry knows it\n"
  "  pull      get one from its registry; passwords are those of the Docker CLI\n"
  "  build     make the one that sandboxes use, or one from a folder with a Dockerfile: without a network, but for\n"
  "            --network\n"
  "\n"
  "  --engine ADDRESS   where: unix://, tcp://, ssh:// or context://; else where the Docker CLI would\n"
  "  --json             one JSON object a line\n";

/* One run. */
typedef struct
{
  /* owned */
  char           *engine;
  SbDockerClient *client;
  GCancellable   *cancellable;
  GBytes         *tar;
  GError         *error;
  char           *said; /* the last line of progress */

  gboolean        json;
  gboolean        with_network;
  gboolean        over;
} Run;

static void
print_object (JsonObject *object)
{
  g_autofree char *line = sb_json_object_to_string (object);

  puts (line);
  fflush (stdout);
}

/* "sha256:0123…": what people compare. */
static char *
dup_short (const char *id)
{
  const char *colon = id != NULL ? strchr (id, ':') : NULL;
  g_autofree char *clean = sb_text_clean (colon != NULL ? colon + 1 : "?", -1, NULL);

  return g_strdup_printf ("%.*s", SHORT_ID, clean);
}

static const char *
get_first (JsonObject *image,
           const char *name)
{
  JsonArray *array = sb_json_get_array (image, name);
  JsonNode *node = array != NULL && json_array_get_length (array) > 0 ? json_array_get_element (array, 0) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
         ? json_node_get_string (node) : NULL;
}

static void
print_image (const Run  *run,
             JsonObject *image)
{
  const char *tag = get_first (image, "RepoTags");
  const char *digest = get_first (image, "RepoDigests");
  g_autofree char *id = dup_short (sb_json_get_string (image, "Id"));
  g_autofree char *name = sb_text_clean (tag != NULL ? tag : "<none>", -1, NULL);
  g_autofree char *source = sb_text_clean (digest != NULL ? digest : "local build", -1, NULL);
  g_autofree char *size = g_format_size ((guint64) MAX (0, sb_json_get_int (image, "Size", 0)));

  g_autoptr(JsonObject) object = NULL;

  if (!run->json)
    {
      printf ("%-40s  %s  %10s  %s\n", name, id, size, source);
      return;
    }

  object = json_object_new ();
  json_object_set_string_member (object, "name", name);
  json_object_set_string_member (object, "id", id);
  json_object_set_int_member (object, "size", sb_json_get_int (image, "Size", 0));
  if (digest != NULL)
    json_object_set_string_member (object, "digest", source);
  print_object (object);
}

static int
fail (const char *message)
{
  fprintf (stderr, "%s\n", message);

  return SB_CLI_EXIT_FAILED;
}

static int
list (Run *run)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) answer = sb_cli_engine_call (run->client, "GET", "/images/json", &error);
  JsonArray *images = answer != NULL && JSON_NODE_HOLDS_ARRAY (answer) ? json_node_get_array (answer) : NULL;

  if (images == NULL)
    return fail (error != NULL ? error->message : "The engine does not say which images it has.");

  for (guint i = 0; i < json_array_get_length (images); i++)
    {
      JsonNode *node = json_array_get_element (images, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        print_image (run, json_node_get_object (node));
    }

  return 0;
}

static void
print_progress (Run        *run,
                SbImageJob *job)
{
  g_autoptr(JsonObject) object = NULL;
  double fraction = sb_image_job_get_fraction (job);

  if (!run->json && fraction >= 0)
    printf ("%3.0f%%  %s\n", 100 * fraction, run->said);
  else if (!run->json)
    printf ("%s\n", run->said);
  else
    {
      object = json_object_new ();
      json_object_set_string_member (object, "type", "progress");
      json_object_set_string_member (object, "status", run->said);
      if (fraction >= 0)
        json_object_set_double_member (object, "fraction", fraction);
      print_object (object);
    }
  fflush (stdout);
}

static void
status_cb (SbImageJob *job,
           GParamSpec *pspec,
           gpointer    user_data)
{
  Run *run = user_data;
  const char *status = sb_image_job_get_status (job);

  if (*status == '\0' || g_strcmp0 (run->said, status) == 0)
    return;

  g_free (run->said);
  run->said = g_strdup (status);
  print_progress (run, job);
}

static void
job_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  Run *run = user_data;

  sb_image_job_run_finish (SB_IMAGE_JOB (source), result, &run->error);
  run->over = TRUE;
}

static gboolean
interrupted_cb (gpointer user_data)
{
  g_cancellable_cancel (((Run *) user_data)->cancellable);

  return G_SOURCE_CONTINUE;
}

static void
print_result (const Run  *run,
              SbImageJob *job)
{
  const char *result = sb_image_job_get_result (job);
  g_autoptr(JsonObject) object = NULL;

  if (!run->json)
    {
      printf ("%s is ready%s%s.\n", sb_image_job_get_name (job), result != NULL ? ": " : "",
              result != NULL ? result : "");
      return;
    }
  object = json_object_new ();
  json_object_set_string_member (object, "type", "done");
  json_object_set_string_member (object, "name", sb_image_job_get_name (job));
  if (result != NULL)
    json_object_set_string_member (object, "digest", result);
  print_object (object);
}

static int
run_job (Run        *run,
         SbImageJob *job)
{
  guint source = g_unix_signal_add (SIGINT, interrupted_cb, run);
  int status = 0;

  g_signal_connect (job, "notify::status", G_CALLBACK (status_cb), run);
  sb_image_job_run_async (job, run->cancellable, job_cb, run);
  while (!run->over)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (source);

  if (run->error == NULL)
    print_result (run, job);
  else if (g_error_matches (run->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    status = SB_CLI_EXIT_INTERRUPTED;
  else
    status = fail (run->error->message);

  return status;
}

static int
pull (Run        *run,
      const char *name)
{
  g_autoptr(SbImageJob) job = sb_image_job_new_pull (run->client, name);

  return run_job (run, job);
}

static void
packed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Run *run = user_data;

  run->tar = sb_build_context_pack_finish (result, &run->error);
  run->over = TRUE;
}

static int
build (Run        *run,
       const char *folder,
       const char *name)
{
  g_autoptr(SbImageJob) job = NULL;

  sb_build_context_pack_async (folder, run->cancellable, packed_cb, run);
  while (!run->over)
    g_main_context_iteration (NULL, TRUE);
  if (run->tar == NULL)
    return fail (run->error->message);

  run->over = FALSE;
  job = sb_image_job_new_build (run->client, run->tar, name);
  if (run->with_network)
    sb_image_job_allow_network (job);

  return run_job (run, job);
}

/* What the window does when the image is missing: the recipe that ships, or a pull where SANDBAR_IMAGE names one. */
static int
build_own (Run *run)
{
  g_autoptr(SbSandboxBackend) backend = sb_docker_backend_new (run->client, NULL, NULL);
  g_autoptr(SbImageJob) job = sb_sandbox_backend_new_image_job (backend, NULL);

  return run_job (run, job);
}

static int
run_verb (Run        *run,
          const char *verb,
          int         argc,
          char      **argv)
{
  gboolean is_list = (g_str_equal (verb, "list") || g_str_equal (verb, "ls")) && argc == 0;
  gboolean is_pull = g_str_equal (verb, "pull") && argc == 1;
  gboolean is_build = g_str_equal (verb, "build") && (argc == 2 || argc == 0);

  if (!is_list && !is_pull && !is_build)
    {
      fputs (usage, stderr);
      return SB_CLI_EXIT_USAGE;
    }
  run->client = sb_cli_engine_connect (run->engine);
  if (run->client == NULL)
    return SB_CLI_EXIT_FAILED;
  if (is_list)
    return list (run);
  if (is_pull)
    return pull (run, argv[0]);

  return argc == 0 ? build_own (run) : build (run, argv[0], argv[1]);
}

int
sb_cli_image (int    argc,
              char **argv)
{
  Run run = { 0 };
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &run.json, NULL, NULL },
    { "network", 0, 0, G_OPTION_ARG_NONE, &run.with_network, NULL, NULL },
    { "engine", 0, 0, G_OPTION_ARG_STRING, &run.engine, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);
  g_autoptr(GError) error = NULL;
  int status = SB_CLI_EXIT_USAGE;

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, entries, NULL);
  run.cancellable = g_cancellable_new ();
  if (argc > 1 && g_str_equal (argv[1], "--help"))
    {
      fputs (usage, stdout);
      status = 0;
    }
  else if (!g_option_context_parse (context, &argc, &argv, &error))
    fprintf (stderr, "%s\n", error->message);
  else
    status = run_verb (&run, argc > 1 ? argv[1] : "", argc - 2, argv + 2);

  g_clear_object (&run.client);
  g_clear_object (&run.cancellable);
  g_clear_pointer (&run.tar, g_bytes_unref);
  g_clear_error (&run.error);
  g_free (run.engine);
  g_free (run.said);

  return status;
}
