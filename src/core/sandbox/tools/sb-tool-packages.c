/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-sandbox-private.h"
#include "sb-text.h"
#include "sb-tool-output.h"
#include "sb-tool-progress.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

#define MAX_PACKAGES 50
#define MAX_NAME 214 /* npm's own limit */
#define KEEP (16 * 1024)
/* The user may be asked about every package. */
#define TIMEOUT_MS (15 * 60 * 1000)
#define REFUSED "E403"
#define ADDRESS "://127.0.0.1:"

typedef struct
{
  /* owned */
  SbToolRun      *run; /* until it is answered */
  SbToolProgress *progress;
} Install;

/* What npm says in its own words, borrowed from its answer. */
typedef struct
{
  const char *code;    /* nullable: it succeeded */
  const char *summary; /* nullable */
  gint64      added;
  gint64      changed;
} Answer;

/* A name of the registry, with a version or without. What npm would take for an option, a path, a repository or an
 * address is none. */
static gboolean
is_registry_package (const char *text)
{
  gboolean scoped = text[0] == '@';
  const char *slash = strchr (text, '/');
  const char *version = strchr (text + scoped, '@');

  if (!g_ascii_isalnum (text[scoped]) || strchr (text, ':') != NULL || (slash != NULL) != scoped)
    return FALSE;
  if (scoped && (!g_ascii_isalnum (slash[1]) || strchr (slash + 1, '/') != NULL
                 || (version != NULL && version < slash)))
    return FALSE;

  return (version != NULL ? (gsize) (version - text) : strlen (text)) <= MAX_NAME;
}

/* Returns: (transfer full) (nullable): the command; NULL: the call is answered */
static char **
dup_argv (SbToolRun  *run,
          char      **packages)
{
  /* The registry is near: what does not answer at once is not there. */
  static const char * const npm[] = {
    "npm", "install", "--json", "--no-progress", "--fetch-retry-mintimeout=200", "--fetch-retry-maxtimeout=1000", "--",
    NULL,
  };
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  if (packages == NULL || packages[0] == NULL || g_strv_length (packages) > MAX_PACKAGES)
    {
      sb_tool_run_fail (run, "The argument “packages” must be a list of 1 to 50 names.", NULL, "no packages");
      return NULL;
    }
  for (guint i = 0; packages[i] != NULL; i++)
    if (!is_registry_package (packages[i]))
      {
        g_autofree char *name = sb_text_clean (packages[i], strnlen (packages[i], MAX_NAME), NULL);
        g_autofree char *text = g_strdup_printf ("“%s” is not the name of a package of the npm registry; nothing was "
                                                 "installed. Give names such as express, left-pad@1.3.0 or "
                                                 "@types/node.", name);

        sb_tool_run_fail (run, text, NULL, "bad name");
        return NULL;
      }

  g_strv_builder_addv (builder, (const char **) npm);
  g_strv_builder_addv (builder, (const char **) packages);

  return g_strv_builder_end (builder);
}

static void
read_answer (JsonObject *object,
             Answer     *answer)
{
  JsonObject *error = sb_json_get_object (object, "error");

  answer->added = sb_json_get_int (object, "added", 0);
  answer->changed = sb_json_get_int (object, "changed", 0);
  if (error == NULL)
    return;

  answer->code = sb_json_get_string (error, "code");
  answer->summary = sb_json_get_string (error, "summary");
}

/* "403 Forbidden - GET http://127.0.0.1:4873/@a%2fb - why": the name and the reason. Either stays NULL when it reads
 * otherwise: npm ran inside, and may be anything. */
static void
read_refusal (const char  *summary,
              char       **name,
              char       **reason)
{
  const char *address = strstr (summary, ADDRESS);
  const char *path = address != NULL ? strchr (address + strlen (ADDRESS), '/') : NULL;
  const char *end = path != NULL ? strstr (path, " - ") : NULL;
  g_autofree char *escaped = NULL;

  if (end == NULL)
    return;

  escaped = g_strndup (path + 1, (gsize) (end - path - 1));
  *name = g_uri_unescape_string (escaped, NULL);
  *reason = sb_text_clean (end + strlen (" - "), -1, NULL);
}

static JsonArray *
describe_refusal (const Answer *answer,
                  GString      *text)
{
  g_autofree char *name = NULL;
  g_autofree char *reason = NULL;
  g_autofree char *clean = NULL;
  JsonArray *refused = json_array_new ();
  JsonObject *object = NULL;

  if (g_strcmp0 (answer->code, REFUSED) != 0 || answer->summary == NULL)
    return refused;

  read_refusal (answer->summary, &name, &reason);
  clean = name != NULL ? sb_text_clean (name, -1, NULL) : g_strdup ("");
  object = json_object_new ();
  json_object_set_string_member (object, "package", clean);
  json_object_set_string_member (object, "reason", reason != NULL ? reason : "");
  json_array_add_object_element (refused, object);
  g_string_append_printf (text, "Refused: %s. %s Nothing was installed. Do without it, or ask the user to allow "
                          "it.\n\n", clean, reason != NULL ? reason : "");

  return refused;
}

static void
describe_failure (const Answer       *answer,
                  const SbExecResult *result,
                  GString            *text)
{
  if (result->outcome == SB_EXEC_TIMED_OUT)
    g_string_append (text, "npm was still at work after 15 minutes and was stopped.\n\n");
  else if (g_strcmp0 (answer->code, "ECONNREFUSED") == 0)
    g_string_append (text, "There is no package registry for this sandbox: the app that owns it brings one in, and "
                     "this one does not. Write what you need yourself.\n\n");
}

static void
respond (SbToolRun          *run,
         const SbExecResult *result)
{
  gsize length = 0;
  const char *data = g_bytes_get_data (result->stdout_head_tail, &length);
  g_autoptr(JsonObject) object = length > 0 ? sb_json_parse_object (data, (gssize) length, NULL) : NULL;
  g_autofree char *err = sb_tool_output_for_model (result->stderr_head_tail, KEEP, result->stderr_total,
                                                   result->stderr_dropped);
  g_autoptr(GString) text = g_string_new (NULL);
  gboolean ok = result->outcome == SB_EXEC_EXITED && result->exit_code == 0;
  Answer answer = { NULL };
  JsonObject *details = sb_tool_run_new_details (run);
  JsonArray *refused = NULL;

  if (object != NULL)
    read_answer (object, &answer);
  refused = describe_refusal (&answer, text);
  if (ok)
    g_string_append_printf (text, "Packages added: %" G_GINT64_FORMAT ", changed: %" G_GINT64_FORMAT ".\n\n",
                            answer.added, answer.changed);
  else
    describe_failure (&answer, result, text);
  if (err[0] != '\0')
    g_string_append_printf (text, "%s\n\n", err);
  g_string_append_printf (text, "exit code: %d", result->exit_code);

  json_object_set_int_member (details, "exitCode", result->exit_code);
  json_object_set_int_member (details, "added", answer.added);
  json_object_set_int_member (details, "changed", answer.changed);
  json_object_set_array_member (details, "refused", json_array_ref (refused));
  sb_tool_run_respond (run, text->str, details,
                       ok ? "installed" : json_array_get_length (refused) > 0 ? "refused" : "failed", ok);
  json_array_unref (refused);
}

static void
output_cb (int           fd,
           const guint8 *data,
           gsize         length,
           gpointer      user_data)
{
  Install *install = user_data;

  /* Its stdout is for programs. */
  if (fd == 2)
    sb_tool_progress_feed (install->progress, fd, data, length);
}

static void
installed_cb (GObject      *source,
              GAsyncResult *async_result,
              gpointer      user_data)
{
  g_autofree Install *install = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbExecResult) result = sb_channel_exec_finish (SB_CHANNEL (source), async_result, &error);

  sb_tool_progress_free (install->progress);
  if (result != NULL)
    respond (install->run, result);
  else if (g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_NOT_FOUND))
    sb_tool_run_fail (install->run, "There is no npm in this sandbox's image.", NULL, "no npm");
  else
    sb_tool_run_fail_error (install->run, error);
}

/**
 * sb_tool_install_packages:
 *
 * installPackages: npm install, from whatever registry the owner of the sandbox brings in. What that refuses is told.
 */
void
sb_tool_install_packages (SbMcpToolCall *call,
                          gpointer       user_data)
{
  g_auto(GStrv) packages = sb_tool_dup_strings (sb_mcp_tool_call_get_arguments (call), "packages");
  g_autofree char *names = packages != NULL ? g_strjoinv (" ", packages) : g_strdup ("");
  g_autofree char *title = g_strdup_printf ("npm install %s", names);
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_EXEC, title);
  g_auto(GStrv) argv = NULL;
  Install *install = NULL;
  SbExecSpec spec = { .timeout_ms = TIMEOUT_MS, .keep = KEEP };

  if (!sb_tool_run_find (run))
    return;
  argv = dup_argv (run, packages);
  if (argv == NULL)
    return;

  install = g_new0 (Install, 1);
  install->run = run;
  install->progress = sb_tool_progress_new (call);
  spec.argv = (const char * const *) argv;
  spec.env = sb_sandbox_get_env (run->sandbox);
  spec.cwd = sb_tool_get_string (run, "cwd");
  spec.title = run->title;
  spec.trace_id = sb_mcp_tool_call_get_trace_id (call);
  sb_channel_exec_async (run->channel, &spec, output_cb, install, sb_mcp_tool_call_get_cancellable (call), installed_cb,
                         install);
}
