/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-registry-auth.h"

#include <string.h>

#include "sb-docker-endpoint.h"
#include "sb-json.h"

#define HUB "https://index.docker.io/v1/"
#define HELPER_SECONDS 15
#define MAX_ANSWER (64 * 1024)

typedef struct
{
  /* owned */
  char        *server;
  GSubprocess *process;

  guint        timer_id;
} Find;

static void
find_free (gpointer data)
{
  Find *find = data;

  g_clear_handle_id (&find->timer_id, g_source_remove);
  g_clear_object (&find->process);
  g_free (find->server);
  g_free (find);
}

/* X-Registry-Auth is JSON in base64url (docs.docker.com/reference/api/engine, "Authentication"). */
static char *
encode (JsonObject *auth)
{
  g_autofree char *json = sb_json_object_to_string (auth);
  char *text = g_base64_encode ((const guchar *) json, strlen (json));

  for (char *c = text; *c != '\0'; c++)
    *c = *c == '+' ? '-' : *c == '/' ? '_' : *c;

  return text;
}

static char *
encode_password (const char *user,
                 const char *password,
                 const char *server)
{
  g_autoptr(JsonObject) auth = json_object_new ();

  json_object_set_string_member (auth, "username", user);
  json_object_set_string_member (auth, "password", password);
  json_object_set_string_member (auth, "serveraddress", server);

  return encode (auth);
}

static char *
encode_token (const char *token,
              const char *server)
{
  g_autoptr(JsonObject) auth = json_object_new ();

  json_object_set_string_member (auth, "identitytoken", token);
  json_object_set_string_member (auth, "serveraddress", server);

  return encode (auth);
}

/**
 * sb_registry_auth_dup_server:
 * @image: the name of an image
 *
 * Returns: (transfer full): the registry as config.json calls it: "host:port", or the URL of the Docker Hub
 */
char *
sb_registry_auth_dup_server (const char *image)
{
  const char *slash = strchr (image, '/');
  g_autofree char *first = slash != NULL ? g_strndup (image, slash - image) : NULL;

  if (first == NULL || g_str_equal (first, "docker.io") || g_str_equal (first, "index.docker.io")
      || (strpbrk (first, ".:") == NULL && !g_str_equal (first, "localhost")))
    return g_strdup (HUB);

  return g_steal_pointer (&first);
}

/**
 * sb_registry_auth_dup_helper:
 * @config: config.json
 * @server: the registry
 *
 * Returns: (transfer full) (nullable): the program that knows the password of @server: a name, never a path
 */
char *
sb_registry_auth_dup_helper (JsonObject *config,
                             const char *server)
{
  JsonObject *helpers = sb_json_get_object (config, "credHelpers");
  const char *name = helpers != NULL ? sb_json_get_string (helpers, server) : NULL;

  if (name == NULL)
    name = sb_json_get_string (config, "credsStore");
  if (name == NULL || *name == '\0' || name[strspn (name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-_.")] != '\0')
    return NULL;

  return g_strconcat ("docker-credential-", name, NULL);
}

/* Older clients wrote "https://host/v1/" and the like. */
static JsonObject *
find_entry (JsonObject *config,
            const char *server)
{
  JsonObject *auths = sb_json_get_object (config, "auths");
  g_autofree char *url = g_strconcat ("https://", server, NULL);
  JsonObject *entry = NULL;

  if (auths == NULL)
    return NULL;
  entry = sb_json_get_object (auths, server);

  return entry != NULL ? entry : sb_json_get_object (auths, url);
}

/**
 * sb_registry_auth_from_config:
 * @config: config.json
 * @server: the registry
 *
 * Returns: (transfer full) (nullable): the value of X-Registry-Auth, a secret; %NULL: nothing is known
 */
char *
sb_registry_auth_from_config (JsonObject *config,
                              const char *server)
{
  JsonObject *entry = find_entry (config, server);
  const char *token = entry != NULL ? sb_json_get_string (entry, "identitytoken") : NULL;
  const char *both = entry != NULL ? sb_json_get_string (entry, "auth") : NULL;
  g_autofree guchar *decoded = NULL;
  g_autofree char *text = NULL;
  char *colon = NULL;
  gsize length = 0;

  if (token != NULL && *token != '\0')
    return encode_token (token, server);
  if (both == NULL || *both == '\0')
    return NULL;

  decoded = g_base64_decode (both, &length);
  text = g_strndup ((const char *) decoded, length);
  colon = strchr (text, ':');
  if (colon == NULL || !g_utf8_validate (text, -1, NULL))
    return NULL;
  *colon = '\0';

  return encode_password (text, colon + 1, server);
}

/**
 * sb_registry_auth_from_helper:
 * @answer: what a credential helper printed
 * @server: the registry
 *
 * Returns: (transfer full) (nullable): as sb_registry_auth_from_config()
 */
char *
sb_registry_auth_from_helper (JsonObject *answer,
                              const char *server)
{
  const char *user = sb_json_get_string (answer, "Username");
  const char *secret = sb_json_get_string (answer, "Secret");

  if (user == NULL || secret == NULL || *secret == '\0')
    return NULL;

  return g_str_equal (user, "<token>") ? encode_token (secret, server) : encode_password (user, secret, server);
}

static gboolean
timer_cb (gpointer user_data)
{
  Find *find = user_data;

  find->timer_id = 0;
  g_subprocess_force_exit (find->process);

  return G_SOURCE_REMOVE;
}

/* A helper that fails knows nothing: the registry says then what is missing. */
static void
helped_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GTask) task = G_TASK (user_data);
  Find *find = g_task_get_task_data (task);
  g_autoptr(GBytes) output = NULL;
  g_autoptr(JsonObject) answer = NULL;

  g_clear_handle_id (&find->timer_id, g_source_remove);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (g_subprocess_communicate_finish (find->process, result, &output, NULL, NULL)
      && g_subprocess_get_successful (find->process) && g_bytes_get_size (output) <= MAX_ANSWER)
    answer = sb_json_parse_object (g_bytes_get_data (output, NULL), (gssize) g_bytes_get_size (output), NULL);

  g_task_return_pointer (task, answer != NULL ? sb_registry_auth_from_helper (answer, find->server) : NULL, g_free);
}

/* TRUE: the rest is the helper's. */
static gboolean
ask_helper (GTask      *task,
            const char *helper)
{
  Find *find = g_task_get_task_data (task);
  g_autofree char *path = helper != NULL ? g_find_program_in_path (helper) : NULL;
  const char *argv[] = { path, "get", NULL };
  g_autofree char *line = NULL;
  g_autoptr(GBytes) input = NULL;

  if (path == NULL)
    return FALSE;
  find->process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                           | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  if (find->process == NULL)
    return FALSE;

  line = g_strconcat (find->server, "\n", NULL);
  input = g_bytes_new (line, strlen (line));
  find->timer_id = g_timeout_add_seconds (HELPER_SECONDS, timer_cb, find);
  g_subprocess_communicate_async (find->process, input, g_task_get_cancellable (task), helped_cb, g_object_ref (task));

  return TRUE;
}

/**
 * sb_registry_auth_find_async:
 * @image: the name of an image
 * @cancellable: (nullable): ends it
 * @callback: called with the result
 * @user_data: for it
 *
 * Looks for a password or token for the registry of @image, as the Docker CLI does. A credential helper is given the
 * registry on its standard input, and 15 seconds.
 */
void
sb_registry_auth_find_async (const char          *image,
                             GCancellable        *cancellable,
                             GAsyncReadyCallback  callback,
                             gpointer             user_data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr(JsonObject) config = sb_docker_endpoint_load_config ();
  g_autofree char *helper = NULL;
  Find *find = g_new0 (Find, 1);

  g_task_set_source_tag (task, sb_registry_auth_find_async);
  g_task_set_task_data (task, find, find_free);
  find->server = sb_registry_auth_dup_server (image);
  if (config != NULL)
    helper = sb_registry_auth_dup_helper (config, find->server);
  if (!ask_helper (task, helper))
    g_task_return_pointer (task, config != NULL ? sb_registry_auth_from_config (config, find->server) : NULL, g_free);
}

/**
 * sb_registry_auth_find_finish:
 * @result: the result
 * @error: set to %G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): the value of X-Registry-Auth, a secret; %NULL without an error: nothing is known
 */
char *
sb_registry_auth_find_finish (GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
