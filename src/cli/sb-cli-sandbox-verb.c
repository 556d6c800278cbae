/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli.h"

#include "sb-cli-engine.h"
#include "sb-docker-attach.h"
#include "sb-docker-gone.h"
#include "sb-docker-request.h"
#include "sb-instance.h"
#include "sb-json.h"
#include "sb-text.h"

#include <stdio.h>
#include <string.h>

#define MIN_PREFIX 4

static const char usage[] =
  "Usage: sandbar-cli sandbox list|sweep\n"
  "       sandbar-cli sandbox stop|rm [--engine ADDRESS] SANDBOX\n"
  "       sandbar-cli sandbox exec [--engine ADDRESS] SANDBOX COMMAND [ARGUMENT…]\n"
  "\n"
  "Looks after sandboxes in containers; no other container is touched.\n"
  "\n"
  "  list      show the sandboxes of this user, whichever program owns them\n"
  "  sweep     remove what dead programs left\n"
  "  stop      let the programs in it end, then remove it\n"
  "  rm        remove it at once\n"
  "  exec      run a command in it, as its own user and without input; its exit status is that of the command\n"
  "\n"
  "SANDBOX is its id, the beginning of it, or the name of its container. What its programs say is kept by the program\n"
  "that owns it, and not by the engine: there are no logs to show.\n";

/* A command whose output is passed on. */
typedef struct
{
  GMainLoop *loop;
  SbDuplex  *duplex; /* nullable */
  GError    *error;  /* nullable */
} Exec;

static int
fail (const char *message)
{
  fprintf (stderr, "%s\n", message);

  return SB_CLI_EXIT_FAILED;
}

static gboolean
is_own (JsonObject *container)
{
  JsonObject *labels = sb_json_get_object (container, "Labels");

  return labels != NULL && g_strcmp0 (sb_json_get_string (labels, SB_DOCKER_LABEL_OWNER), sb_instance_get_owner ()) == 0
         && sb_json_get_string (labels, SB_DOCKER_LABEL_ID) != NULL;
}

static gboolean
begins (const char *text,
        const char *prefix)
{
  return text != NULL
         && (g_str_equal (text, prefix) || (strlen (prefix) >= MIN_PREFIX && g_str_has_prefix (text, prefix)));
}

static gboolean
has_name (JsonObject *container,
          const char *name)
{
  JsonArray *names = sb_json_get_array (container, "Names");

  for (guint i = 0; names != NULL && i < json_array_get_length (names); i++)
    {
      const char *other = json_array_get_string_element (names, i);

      if (other != NULL && g_str_equal (*other == '/' ? other + 1 : other, name))
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_meant (JsonObject *container,
          const char *name)
{
  JsonObject *labels = sb_json_get_object (container, "Labels");
  const char *id = labels != NULL ? sb_json_get_string (labels, SB_DOCKER_LABEL_ID) : NULL;

  return begins (id, name) || begins (sb_json_get_string (container, "Id"), name) || has_name (container, name);
}

/* (transfer full) (nullable): the container's id; NULL: what is wrong was said */
static char *
find (SbDockerClient *client,
      const char     *name)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) answer = sb_cli_engine_call (client, "GET", "/containers/json?all=1", &error);
  JsonArray *all = answer != NULL && JSON_NODE_HOLDS_ARRAY (answer) ? json_node_get_array (answer) : NULL;
  g_autofree char *found = NULL;
  gboolean foreign = FALSE;
  guint n = 0;

  for (guint i = 0; all != NULL && i < json_array_get_length (all); i++)
    {
      JsonNode *node = json_array_get_element (all, i);
      JsonObject *container = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (container == NULL || sb_json_get_string (container, "Id") == NULL || !is_meant (container, name))
        continue;
      foreign |= !is_own (container);
      g_free (found);
      found = g_strdup (sb_json_get_string (container, "Id"));
      n++;
    }

  if (error != NULL)
    fail (error->message);
  else if (foreign)
    fprintf (stderr, "“%s” is no sandbox of yours. Other containers are not touched; use the engine's own tools.\n",
             name);
  else if (n == 0)
    fprintf (stderr, "There is no sandbox “%s”. See “sandbar-cli sandbox list”.\n", name);
  else if (n > 1)
    fprintf (stderr, "“%s” means several sandboxes. Give more of the id.\n", name);

  return error == NULL && !foreign && n == 1 ? g_steal_pointer (&found) : NULL;
}

static void
keep_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GAsyncResult **kept = user_data;

  *kept = g_object_ref (result);
}

/* Gone for sure: an engine that is at it already is waited for. */
static int
end (SbDockerClient *client,
     const char     *container,
     const char     *name,
     gboolean        at_once)
{
  g_autofree char *escaped = g_uri_escape_string (container, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/containers/%s/stop?t=2", escaped);
  g_autoptr(JsonNode) stopped = at_once ? NULL : sb_cli_engine_call (client, "POST", path, NULL);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_docker_gone_async (client, escaped, NULL, keep_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);
  if (!sb_docker_gone_finish (result, &error))
    return fail (error->message);

  printf ("%s is gone.\n", name);

  return 0;
}

static void
data_cb (SbDuplex     *duplex,
         const guint8 *data,
         gsize         length,
         gpointer      user_data)
{
  fwrite (data, 1, length, stdout);
}

static void
stderr_cb (const guint8 *data,
           gsize         length,
           gpointer      user_data)
{
  fwrite (data, 1, length, stderr);
}

/* How it ended is asked afterwards; the error would tell its last words once more. */
static void
closed_cb (SbDuplex     *duplex,
           const GError *error,
           gpointer      user_data)
{
  g_main_loop_quit (((Exec *) user_data)->loop);
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Exec *exec = user_data;

  exec->duplex = sb_docker_client_exec_finish (SB_DOCKER_CLIENT (source), result, &exec->error);
  if (exec->duplex == NULL)
    {
      g_main_loop_quit (exec->loop);
      return;
    }

  sb_docker_attach_set_stderr_func (exec->duplex, stderr_cb, exec);
  sb_duplex_start (exec->duplex, data_cb, closed_cb, exec);
}

static JsonObject *
new_request (char **command)
{
  JsonObject *request = json_object_new ();
  JsonArray *words = json_array_new ();

  for (guint i = 0; command[i] != NULL; i++)
    json_array_add_string_element (words, command[i]);
  json_object_set_boolean_member (request, "AttachStdout", TRUE);
  json_object_set_boolean_member (request, "AttachStderr", TRUE);
  json_object_set_string_member (request, "WorkingDir", "/workspace");
  json_object_set_array_member (request, "Cmd", words);

  return request;
}

/* The exit status of what has ended; failed, when the engine does not say, or hung up before the end. */
static int
get_status (SbDockerClient *client,
            const char     *id)
{
  g_autofree char *path = g_strdup_printf ("/exec/%s/json", id);
  g_autoptr(JsonNode) answer = sb_cli_engine_call (client, "GET", path, NULL);
  JsonObject *object = answer != NULL && JSON_NODE_HOLDS_OBJECT (answer) ? json_node_get_object (answer) : NULL;

  if (object == NULL || sb_json_get_boolean (object, "Running", FALSE))
    return fail ("The engine does not say how the command ended.");

  return (int) (sb_json_get_int (object, "ExitCode", SB_CLI_EXIT_FAILED) & 0xff);
}

static int
exec (SbDockerClient *client,
      const char     *container,
      char          **command)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(JsonObject) request = new_request (command);
  g_autofree char *escaped = g_uri_escape_string (container, NULL, FALSE);
  g_autofree char *path = g_strdup_printf ("/containers/%s/exec", escaped);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) made = sb_cli_engine_post (client, path, request, &error);
  JsonObject *answer = made != NULL && JSON_NODE_HOLDS_OBJECT (made) ? json_node_get_object (made) : NULL;
  const char *id = answer != NULL ? sb_json_get_string (answer, "Id") : NULL;
  g_autofree char *name = id != NULL ? g_uri_escape_string (id, NULL, FALSE) : NULL;
  Exec run = { loop, NULL, NULL };
  int status = SB_CLI_EXIT_FAILED;

  if (name == NULL)
    return fail (error != NULL ? error->message : "The engine does not run this command.");

  sb_docker_client_exec_async (client, id, NULL, started_cb, &run);
  g_main_loop_run (loop);
  fflush (stdout);
  if (run.error != NULL)
    fail (run.error->message);
  else
    status = get_status (client, name);
  g_clear_object (&run.duplex);
  g_clear_error (&run.error);

  return status;
}

/* Verbs for one sandbox of this user. */
int
sb_cli_sandbox_verb (int    argc,
                     char **argv)
{
  const char *verb = argc > 1 ? argv[1] : "";
  gboolean is_exec = g_str_equal (verb, "exec");
  const char *host = NULL;
  int first = 2;
  g_autoptr(SbDockerClient) client = NULL;
  g_autofree char *container = NULL;

  if (g_str_equal (verb, "--help"))
    {
      fputs (usage, stdout);
      return 0;
    }
  if (argc > 3 && g_str_equal (argv[2], "--engine"))
    {
      host = argv[3];
      first = 4;
    }
  if ((!is_exec && !g_str_equal (verb, "stop") && !g_str_equal (verb, "rm"))
      || (is_exec ? argc < first + 2 : argc != first + 1))
    {
      fputs (usage, stderr);
      return SB_CLI_EXIT_USAGE;
    }

  client = sb_cli_engine_connect (host);
  container = client != NULL ? find (client, argv[first]) : NULL;
  if (container == NULL)
    return SB_CLI_EXIT_FAILED;

  return is_exec ? exec (client, container, argv + first + 1)
                 : end (client, container, argv[first], g_str_equal (verb, "rm"));
}
