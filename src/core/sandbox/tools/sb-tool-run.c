/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-run.h"

#include <string.h>

#include "sb-id.h"
#include "sb-json.h"
#include "sb-sandbox-manager-private.h"
#include "sb-text.h"

/* What the first server of this kind says, word for word; models know it. */
#define NO_SANDBOX "You need to initialize a sandbox first"
#define MAX_TITLE 200
#define SELECTED "sb-selected-sandbox"

static void
tools_clear (gpointer data)
{
  SbSandboxTools *tools = data;

  g_clear_object (&tools->manager);
  g_clear_object (&tools->approvals);
  g_free (tools->owner);
}

SbSandboxTools *
sb_sandbox_tools_new (SbSandboxManager *manager,
                      const char       *owner,
                      SbApprovals      *approvals)
{
  SbSandboxTools *tools = g_rc_box_new0 (SbSandboxTools);

  tools->manager = g_object_ref (manager);
  tools->owner = g_strdup (owner);
  g_set_object (&tools->approvals, approvals);

  return tools;
}

SbSandboxTools *
sb_sandbox_tools_ref (SbSandboxTools *tools)
{
  return g_rc_box_acquire (tools);
}

void
sb_sandbox_tools_unref (gpointer tools)
{
  g_rc_box_release_full (tools, tools_clear);
}

static void
tool_run_free (SbToolRun *run)
{
  if (run->sandbox != NULL)
    sb_sandbox_manager_end_call (run->tools->manager, run->sandbox, run);
  g_clear_object (&run->call);
  g_clear_object (&run->channel);
  g_clear_object (&run->sandbox);
  g_clear_pointer (&run->tools, sb_sandbox_tools_unref);
  g_free (run->title);
  g_free (run);
}

static void
report (SbToolRun  *run,
        const char *subtitle,
        gboolean    ok)
{
  const SbActivity activity = {
    .kind = run->kind, .trace_id = sb_mcp_tool_call_get_trace_id (run->call),
    .sandbox_id = run->sandbox != NULL ? sb_sandbox_get_id (run->sandbox) : NULL,
    .title = run->title, .subtitle = subtitle, .start = run->start, .end = sb_clock_monotonic (), .ok = ok,
  };

  /* Nothing happened in any sandbox; and the manager tells of a creation itself: it knows how it was done. */
  if (run->sandbox != NULL && run->kind != SB_ACTIVITY_CREATE)
    sb_sandbox_manager_report (run->tools->manager, &activity);
}

/* details: (transfer full) (nullable) */
static void
finish (SbToolRun  *run,
        const char *text,
        JsonObject *details,
        const char *subtitle,
        gboolean    ok,
        gboolean    is_error)
{
  g_autoptr(JsonNode) node = NULL;

  if (details != NULL)
    {
      node = json_node_alloc ();
      json_node_take_object (json_node_init (node, JSON_NODE_OBJECT), details);
    }
  report (run, subtitle, ok);
  if (is_error)
    sb_mcp_tool_call_fail (run->call, text, node);
  else
    sb_mcp_tool_call_respond (run->call, text, node);
  tool_run_free (run);
}

/* Returns: (transfer full): begins a call; one of the functions that answer it also frees it */
SbToolRun *
sb_tool_run_new (SbMcpToolCall  *call,
                 SbSandboxTools *tools,
                 SbActivityKind  kind,
                 const char     *title)
{
  SbToolRun *run = g_new0 (SbToolRun, 1);

  run->call = g_object_ref (call);
  run->tools = sb_sandbox_tools_ref (tools);
  run->kind = kind;
  run->title = sb_text_clean (title, strnlen (title, MAX_TITLE), NULL);
  run->start = sb_clock_monotonic ();

  return run;
}

/* Its own, and what all may use. */
gboolean
sb_tool_run_may_use (SbToolRun *run,
                     SbSandbox *sandbox)
{
  const char *owner = sb_sandbox_get_owner (sandbox);

  return owner == NULL || g_strcmp0 (owner, run->tools->owner) == 0;
}

static SbSandbox *
look_up (SbToolRun   *run,
         const char  *name,
         GError     **error)
{
  SbSandbox *sandbox = sb_sandbox_manager_lookup (run->tools->manager, name, error);

  if (sandbox == NULL || sb_tool_run_may_use (run, sandbox))
    return sandbox;

  g_set_error_literal (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_NOT_FOUND,
                       "This sandbox belongs to another conversation.");

  return NULL;
}

void
sb_tool_run_select (SbToolRun *run,
                    SbSandbox *sandbox)
{
  GObject *session = sb_mcp_tool_call_get_session (run->call);

  if (session != NULL)
    g_object_set_data_full (session, SELECTED, sandbox != NULL ? g_strdup (sb_sandbox_get_id (sandbox)) : NULL, g_free);
}

/* (transfer none) (nullable): what this client chose or started last; without that the newest of the owner. One that
 * has ended is still meant: another one would not have its files. */
SbSandbox *
sb_tool_run_get_current (SbToolRun *run)
{
  GObject *session = sb_mcp_tool_call_get_session (run->call);
  const char *selected = session != NULL ? g_object_get_data (session, SELECTED) : NULL;
  SbSandbox *found = selected != NULL ? look_up (run, selected, NULL) : NULL;

  return found != NULL ? found : sb_sandbox_manager_find_newest (run->tools->manager, run->tools->owner);
}

/* As sb_tool_run_find(), also one that has ended; nothing of it is watched. */
gboolean
sb_tool_run_find_any (SbToolRun *run)
{
  const char *name = sb_tool_get_string (run, "containerId");
  SbSandbox *found = sb_tool_run_get_current (run);
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  if (name == NULL && found == NULL)
    {
      sb_tool_run_fail (run, NO_SANDBOX ": call initSandbox, then try again.", NULL, "no sandbox");
      return FALSE;
    }

  if (name != NULL)
    found = look_up (run, name, &error);
  g_set_object (&run->sandbox, found);
  if (run->sandbox == NULL)
    {
      text = g_strdup_printf ("%s Call listSandboxes to see which there are, or initSandbox for a new one; without "
                              "containerId the newest is used.", error->message);
      sb_tool_run_fail (run, text, NULL, "unknown sandbox");
      return FALSE;
    }

  return TRUE;
}

/**
 * sb_tool_run_find:
 * @run: a call
 *
 * Finds the sandbox that containerId names, or the current one, and begins to watch its files for the call.
 *
 * Returns: %FALSE when there is none or it has ended; then the call is answered, and @run is gone
 */
gboolean
sb_tool_run_find (SbToolRun *run)
{
  g_autoptr(GError) error = NULL;

  if (!sb_tool_run_find_any (run))
    return FALSE;

  g_set_object (&run->channel, sb_sandbox_get_channel (run->sandbox));
  if (run->channel == NULL)
    {
      error = g_error_new_literal (SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_GONE, "");
      sb_tool_run_fail_error (run, error);
      return FALSE;
    }

  sb_sandbox_manager_begin_call (run->tools->manager, run->sandbox, run, sb_mcp_tool_call_get_trace_id (run->call));

  return TRUE;
}

/* From here on the call is about another sandbox, e.g. one that it has started. */
void
sb_tool_run_move_to (SbToolRun *run,
                     SbSandbox *sandbox)
{
  SbSandboxManager *manager = run->tools->manager;

  sb_sandbox_manager_end_call (manager, run->sandbox, run);
  g_set_object (&run->sandbox, sandbox);
  g_set_object (&run->channel, sb_sandbox_get_channel (sandbox));
  sb_sandbox_manager_begin_call (manager, sandbox, run, sb_mcp_tool_call_get_trace_id (run->call));
}

/* Returns: (transfer full): structured content, to be filled; it names the sandbox */
JsonObject *
sb_tool_run_new_details (SbToolRun *run)
{
  JsonObject *details = json_object_new ();

  if (run->sandbox != NULL)
    {
      json_object_set_string_member (details, "sandbox", sb_sandbox_get_id (run->sandbox));
      json_object_set_string_member (details, "sandboxName", sb_sandbox_get_name (run->sandbox));
    }
  json_object_set_int_member (details, "durationMs", (sb_clock_monotonic () - run->start) / 1000);

  return details;
}

/* details: (transfer full); subtitle: for people; ok FALSE: the command failed, not the tool. Frees run. */
void
sb_tool_run_respond (SbToolRun  *run,
                     const char *text,
                     JsonObject *details,
                     const char *subtitle,
                     gboolean    ok)
{
  finish (run, text, details, subtitle, ok, FALSE);
}

/* The tool could not do it. details: (transfer full) (nullable). Frees run. */
void
sb_tool_run_fail (SbToolRun  *run,
                  const char *text,
                  JsonObject *details,
                  const char *subtitle)
{
  finish (run, text, details, subtitle, FALSE, TRUE);
}

static gboolean
is_gone (const GError *error)
{
  return g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CLOSED)
         || g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_PROTOCOL)
         || g_error_matches (error, SB_SANDBOX_ERROR, SB_SANDBOX_ERROR_GONE);
}

/* As fail, in words for the model and the user. Frees run. */
void
sb_tool_run_fail_error (SbToolRun    *run,
                        const GError *error)
{
  const char *why = run->sandbox != NULL ? sb_sandbox_get_message (run->sandbox) : NULL;
  gboolean by_us = run->sandbox != NULL && (sb_sandbox_get_state (run->sandbox) == SB_SANDBOX_STATE_STOPPING ||
                                            sb_sandbox_get_state (run->sandbox) == SB_SANDBOX_STATE_STOPPED);
  g_autofree char *text = NULL;

  if (why == NULL)
    why = by_us ? "It was stopped." : "It was killed from outside.";
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      sb_tool_run_fail (run, "The call was stopped.", NULL, "stopped");
      return;
    }
  if (!is_gone (error))
    {
      sb_tool_run_fail (run, error->message, NULL, error->message);
      return;
    }

  text = g_strdup_printf ("The sandbox %s is gone, and its files with it. %s Call initSandbox to get a new one.",
                          run->sandbox != NULL ? sb_sandbox_get_name (run->sandbox) : "",
                          why);
  sb_tool_run_fail (run, text, sb_tool_run_new_details (run), "sandbox gone");
}

/* An argument; NULL and "" are both absent: models fill in optional ones with nothing. */
const char *
sb_tool_get_string (SbToolRun  *run,
                    const char *name)
{
  const char *value = sb_json_get_string (sb_mcp_tool_call_get_arguments (run->call), name);

  return value != NULL && value[0] != '\0' ? value : NULL;
}

/* Returns: (transfer full) (nullable): a list argument; one string counts as a list of one */
char **
sb_tool_dup_strings (JsonObject *arguments,
                     const char *name)
{
  JsonArray *array = sb_json_get_array (arguments, name);
  const char *single = sb_json_get_string (arguments, name);
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  guint n = array != NULL ? json_array_get_length (array) : 0;

  if (array == NULL && single == NULL)
    return NULL;

  if (single != NULL)
    g_strv_builder_add (builder, single);
  for (guint i = 0; i < n; i++)
    g_strv_builder_add (builder, json_array_get_string_element (array, i));

  return g_strv_builder_end (builder);
}
