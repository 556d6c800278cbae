/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <string.h>

#include "sb-json.h"
#include "sb-sandbox-private.h"
#include "sb-sandbox-snapshots.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

#define MIB (G_GUINT64_CONSTANT (1024) * 1024)
#define MAX_NAME 40
#define MAX_IMAGE 255
#define MAX_ENV 100
#define MAX_SECONDS (7 * 24 * 60 * 60)
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789-_."
#define IMAGE_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/@"

/* From the wish to the answer: allowing → creating → filling. */
typedef struct
{
  /* owned */
  SbToolRun     *run;
  SbSandboxSpec  spec;
  char         **env;  /* nullable */
  GBytes        *tree; /* nullable: of the snapshot that it begins with */
  char          *told; /* nullable: what was said last of an image on its way */

  gulong         supply_id;
} Init;

static void
init_free (Init *init)
{
  g_clear_pointer (&init->tree, g_bytes_unref);
  g_free (init->told);
  g_strfreev (init->env);
  g_free (init);
}

/* Answers the call, and frees. */
static void
fail (Init       *init,
      const char *text,
      const char *subtitle)
{
  sb_tool_run_fail (init->run, text, NULL, subtitle);
  init_free (init);
}

static void
fail_error (Init         *init,
            const GError *error)
{
  sb_tool_run_fail_error (init->run, error);
  init_free (init);
}

static char *
build_text (SbSandbox *sandbox,
            gboolean   is_new)
{
  return g_strdup_printf ("started sandbox id: %s\nname: %s\n%sFiles live in /workspace, which is the working "
                          "directory. There is no network in it; npm packages come by installPackages, as far as the "
                          "user allows.",
                          sb_sandbox_get_id (sandbox), sb_sandbox_get_name (sandbox),
                          is_new ? "" : "It was started before, and its files are still there. ");
}

/* From what was read back from the sandbox, not from what was asked for. */
static gboolean
has_no_network (SbSandbox *sandbox)
{
  GPtrArray *facts = sb_sandbox_get_facts (sandbox);

  for (guint i = 0; facts != NULL && i < facts->len; i++)
    {
      const SbSandboxFact *fact = g_ptr_array_index (facts, i);

      if (g_str_equal (fact->id, "network"))
        return fact->holds;
    }

  return FALSE;
}

static void
respond (Init     *init,
         gboolean  is_new)
{
  SbToolRun *run = init->run;
  g_autofree char *text = build_text (run->sandbox, is_new);
  JsonObject *details = sb_tool_run_new_details (run);

  sb_tool_run_select (run, run->sandbox);
  json_object_set_string_member (details, "backend", sb_sandbox_get_backend_label (run->sandbox));
  json_object_set_boolean_member (details, "reused", !is_new);
  if (has_no_network (run->sandbox))
    json_object_set_string_member (details, "network", "none");
  sb_tool_run_respond (run, text, details, sb_sandbox_get_name (run->sandbox), TRUE);
  init_free (init);
}

static void
filled_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Init *init = user_data;
  g_autoptr(GError) error = NULL;

  if (sb_sandbox_restore_finish (SB_SANDBOX (source), result, &error))
    {
      respond (init, TRUE);
      return;
    }

  /* One without its files is not what was asked for. */
  sb_sandbox_stop_for (SB_SANDBOX (source), "Its files could not be restored.");
  fail_error (init, error);
}

/* Whoever waits for a sandbox sees what it waits for. */
static void
supply_cb (SbImageSupplies *supplies,
           SbImageSupply   *supply,
           gpointer         user_data)
{
  Init *init = user_data;
  double fraction = sb_image_supply_get_fraction (supply);
  const char *status = sb_image_supply_get_status (supply);
  g_autofree char *line = NULL;

  if (status == NULL || *status == '\0' || g_strcmp0 (status, init->told) == 0)
    return;

  g_free (init->told);
  init->told = g_strdup (status);
  line = g_strconcat (status, "\n", NULL);
  sb_mcp_tool_call_progress (init->run->call, MAX (fraction, 0) * 100, fraction >= 0 ? 100 : -1, line);
}

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Init *init = user_data;
  SbToolRun *run = init->run;
  SbSandboxManager *manager = SB_SANDBOX_MANAGER (source);
  GCancellable *cancellable = sb_mcp_tool_call_get_cancellable (run->call);
  const char *name = sb_tool_get_string (run, "name");
  g_autoptr(GError) error = NULL;

  run->sandbox = sb_sandbox_manager_create_finish (manager, result, &error);
  g_clear_signal_handler (&init->supply_id, sb_sandbox_manager_get_supplies (manager));
  if (run->sandbox == NULL)
    {
      fail_error (init, error);
      return;
    }

  if (name != NULL)
    sb_sandbox_rename (run->sandbox, name);
  if (init->tree != NULL)
    sb_sandbox_restore_async (run->sandbox, init->tree, FALSE, cancellable, filled_cb, init);
  else
    respond (init, TRUE);
}

static void
create (Init *init)
{
  SbToolRun *run = init->run;
  SbImageSupplies *supplies = sb_sandbox_manager_get_supplies (run->tools->manager);

  init->supply_id = g_signal_connect (supplies, "changed", G_CALLBACK (supply_cb), init);
  sb_sandbox_manager_create_async (run->tools->manager, &init->spec, run->tools->owner,
                                   sb_mcp_tool_call_get_trace_id (run->call),
                                   sb_mcp_tool_call_get_cancellable (run->call), created_cb, init);
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Init *init = user_data;
  g_autoptr(GError) error = NULL;

  if (sb_approvals_ask_finish (SB_APPROVALS (source), result, &error))
    create (init);
  else if (g_error_matches (error, SB_APPROVALS_ERROR, SB_APPROVALS_ERROR_UNATTENDED))
    fail (init, "This image is in none of the sandbox profiles, and nobody is there to allow it. Leave out the "
                "argument “image”.", "image not allowed");
  else
    fail_error (init, error);
}

static gboolean
is_in_profile (SbToolRun  *run,
               const char *image)
{
  GPtrArray *profiles = sb_sandbox_manager_get_profiles (run->tools->manager);

  for (guint i = 0; i < profiles->len; i++)
    if (g_strcmp0 (((SbSandboxProfile *) g_ptr_array_index (profiles, i))->spec->image, image) == 0)
      return TRUE;

  return FALSE;
}

/* An image runs as what it is made of: the user says which, in a profile or here. */
static void
allow_image (Init *init)
{
  SbToolRun *run = init->run;
  const char *image = init->spec.image;
  g_autofree char *key = g_strdup_printf ("image:%s", image);
  g_autofree char *title = g_strdup_printf ("Start a sandbox with the image “%s”?", image);
  g_autoptr(SbApproval) approval = NULL;

  if (image == NULL || is_in_profile (run, image))
    {
      create (init);
      return;
    }
  if (run->tools->approvals == NULL)
    {
      fail (init, "This image is in none of the sandbox profiles, and nobody is there to allow it. Leave out the "
                  "argument “image”.", "image not allowed");
      return;
    }

  approval = sb_approval_new ("image", key, title,
                              "It is downloaded if the engine does not have it. The sandbox has no network.",
                              sb_mcp_tool_call_get_trace_id (run->call));
  sb_approvals_ask_async (run->tools->approvals, approval, sb_mcp_tool_call_get_cancellable (run->call), answered_cb,
                          init);
}

/* NULL, or what is wrong with it. */
static const char *
check_env (char **env)
{
  if (env == NULL)
    return NULL;
  if (g_strv_length (env) > MAX_ENV)
    return "The argument “env” has too many items: up to 100 are possible.";
  for (gsize i = 0; env[i] != NULL; i++)
    if (strchr (env[i], '=') == NULL || env[i][0] == '=')
      return "Each item of the argument “env” must be of the form NAME=value.";

  return NULL;
}

/* 0 and below: absent. FALSE: the call is answered, and init gone. */
static gboolean
read_number (Init       *init,
             const char *name,
             gint64      least,
             gint64      most,
             gint64     *value)
{
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (init->run->call);
  g_autofree char *text = NULL;

  *value = MAX (0, sb_json_get_int (arguments, name, 0));
  if (*value == 0 || (*value >= least && *value <= most))
    return TRUE;

  text = g_strdup_printf ("The argument “%s” must be from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT ".", name, least,
                          most);
  fail (init, text, "bad limit");

  return FALSE;
}

static gboolean
read_limits (Init *init)
{
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (init->run->call);
  gint64 memory = 0, disk = 0, ttl = 0, idle = 0;
  double cpus = sb_json_get_double (arguments, "cpus", 0);

  if (!read_number (init, "memoryMb", 64, 65536, &memory) || !read_number (init, "diskMb", 16, 65536, &disk)
      || !read_number (init, "ttlSeconds", 10, MAX_SECONDS, &ttl)
      || !read_number (init, "idleSeconds", 10, MAX_SECONDS, &idle))
    return FALSE;
  if (cpus > 0 && !(cpus >= 0.05 && cpus <= 64))
    {
      fail (init, "The argument “cpus” must be from 0.05 to 64.", "bad limit");
      return FALSE;
    }

  init->spec.memory_bytes = (guint64) memory * MIB;
  init->spec.disk_bytes = (guint64) disk * MIB;
  init->spec.cpus = MAX (cpus, 0);
  init->spec.ttl_seconds = (guint) ttl;
  init->spec.idle_seconds = (guint) idle;

  return TRUE;
}

static gboolean
is_made_of (const char *text,
            gsize       most,
            const char *characters)
{
  return text == NULL || (strlen (text) <= most && text[0] != '-' && strspn (text, characters) == strlen (text));
}

static gboolean
read_texts (Init *init)
{
  SbToolRun *run = init->run;
  const char *name = sb_tool_get_string (run, "name");
  const char *wrong = NULL;

  init->env = sb_tool_dup_strings (sb_mcp_tool_call_get_arguments (run->call), "env");
  init->spec.env = (const char * const *) init->env;
  init->spec.image = (char *) sb_tool_get_string (run, "image");
  init->spec.engine = (char *) sb_tool_get_string (run, "engine");
  init->spec.profile = sb_tool_get_string (run, "profile");

  wrong = check_env (init->env);
  if (!is_made_of (name, MAX_NAME, NAME_CHARACTERS))
    wrong = "A sandbox's name has up to 40 of the characters a-z 0-9 - _ and dot.";
  else if (!is_made_of (init->spec.image, MAX_IMAGE, IMAGE_CHARACTERS))
    wrong = "The argument “image” is no name of an image.";
  else if (name != NULL && sb_sandbox_manager_lookup (run->tools->manager, name, NULL) != NULL)
    wrong = "There is a sandbox of this name already. Use it, or choose another name.";
  if (wrong == NULL)
    return TRUE;

  fail (init, wrong, "bad arguments");

  return FALSE;
}

static gboolean
read_snapshot (Init *init)
{
  SbSnapshotStore *store = sb_sandbox_manager_get_snapshots (init->run->tools->manager);
  const char *name = sb_tool_get_string (init->run, "snapshot");
  SbSnapshot *snapshot = name != NULL ? sb_snapshot_store_lookup (store, name) : NULL;
  g_autoptr(GError) error = NULL;

  if (name == NULL)
    return TRUE;
  if (snapshot == NULL)
    {
      fail (init, "There is no snapshot of this name. Call listSnapshots to see which there are.", "no snapshot");
      return FALSE;
    }

  init->tree = sb_snapshot_store_load (store, snapshot, &error);
  if (init->tree != NULL)
    return TRUE;

  fail_error (init, error);

  return FALSE;
}

/* (transfer none) (nullable): the one that calls without containerId mean, or that is named, if it can be used */
static SbSandbox *
find_reusable (SbToolRun *run)
{
  const char *name = sb_tool_get_string (run, "name");
  SbSandbox *found = NULL;

  if (!sb_json_get_boolean (sb_mcp_tool_call_get_arguments (run->call), "reuse", FALSE))
    return NULL;

  found = name != NULL ? sb_sandbox_manager_lookup (run->tools->manager, name, NULL) : sb_tool_run_get_current (run);

  return found != NULL && sb_sandbox_get_channel (found) != NULL && sb_tool_run_may_use (run, found) ? found : NULL;
}

/* initSandbox: the first line of its answer is that of the first server of this kind. */
void
sb_tool_init_sandbox (SbMcpToolCall *call,
                      gpointer       user_data)
{
  SbToolRun *run = sb_tool_run_new (call, user_data, SB_ACTIVITY_CREATE, "start sandbox");
  SbSandbox *reusable = find_reusable (run);
  Init *init = g_new0 (Init, 1);

  init->run = run;
  if (reusable != NULL)
    {
      run->sandbox = g_object_ref (reusable);
      respond (init, FALSE);
      return;
    }

  if (read_texts (init) && read_limits (init) && read_snapshot (init))
    allow_image (init);
}
