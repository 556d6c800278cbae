/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-entries.h"
#include "sb-id.h"
#include "sb-json.h"
#include "sb-sandbox-manager-private.h"
#include "sb-text.h"
#include "sb-tool-run.h"
#include "sb-tools.h"

/* Only of arguments that the schema requires: always there. */
static const char *
get_path (SbMcpToolCall *call,
          const char    *name)
{
  return sb_json_get_string (sb_mcp_tool_call_get_arguments (call), name);
}

static gboolean
get_boolean (SbMcpToolCall *call,
             const char    *name)
{
  return sb_json_get_boolean (sb_mcp_tool_call_get_arguments (call), name, FALSE);
}

/* Begins a call about a path. Returns: (nullable): NULL when there is no sandbox; then it is answered. */
static SbToolRun *
begin (SbMcpToolCall  *call,
       SbSandboxTools *tools,
       SbActivityKind  kind,
       const char     *verb,
       const char     *path)
{
  g_autofree char *title = g_strdup_printf ("%s %s", verb, path);
  SbToolRun *run = sb_tool_run_new (call, tools, kind, title);

  return sb_tool_run_find (run) ? run : NULL;
}

static void
expect (SbToolRun  *run,
        const char *path)
{
  sb_sandbox_manager_expect_file (run->tools->manager, run->sandbox, run, path);
}

/* Returns (transfer full) (nullable): in UTC; NULL for a time that no calendar has */
static char *
format_time (gint64 time_us)
{
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);

  return time != NULL ? g_date_time_format_iso8601 (time) : NULL;
}

static JsonObject *
build_stat (SbToolRun        *run,
            const SbFileInfo *info,
            const char       *mode,
            const char       *changed,
            const char       *target)
{
  JsonObject *details = sb_tool_run_new_details (run);

  json_object_set_string_member (details, "path", get_path (run->call, "path"));
  json_object_set_string_member (details, "type", sb_entries_get_type_name (info->type));
  json_object_set_int_member (details, "size", info->size);
  json_object_set_string_member (details, "mode", mode);
  if (changed != NULL)
    json_object_set_string_member (details, "changed", changed);
  if (target != NULL)
    json_object_set_string_member (details, "linkTarget", target);

  return details;
}

static void
stat_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  SbToolRun *run = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbFileInfo) info = sb_channel_stat_finish (SB_CHANNEL (source), result, &error);
  g_autofree char *mode = NULL;
  g_autofree char *changed = NULL;
  g_autofree char *target = NULL;
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;

  if (info == NULL)
    {
      sb_tool_run_fail_error (run, error);
      return;
    }

  mode = g_strdup_printf ("%04o", info->mode);
  changed = format_time (info->mtime_us);
  target = info->link_target != NULL ? sb_text_clean (info->link_target, -1, NULL) : NULL;
  size = sb_format_size (info->size);
  text = g_strdup_printf ("%s: %s, %s, mode %s%s%s%s%s", get_path (run->call, "path"),
                          sb_entries_get_type_name (info->type), size, mode,
                          changed != NULL ? ", changed " : "", changed != NULL ? changed : "",
                          target != NULL ? ", points to " : "", target != NULL ? target : "");
  sb_tool_run_respond (run, text, build_stat (run, info, mode, changed, target),
                       sb_entries_get_type_name (info->type), TRUE);
}

/* statFile: of a link, the link itself. */
void
sb_tool_stat_file (SbMcpToolCall *call,
                   gpointer       user_data)
{
  const char *path = get_path (call, "path");
  SbToolRun *run = begin (call, user_data, SB_ACTIVITY_READ, "look at", path);

  if (run != NULL)
    sb_channel_stat_async (run->channel, path, sb_mcp_tool_call_get_cancellable (call), stat_cb, run);
}

/* The answer of those that change something. text: what was done, in a word */
static void
respond_changed (SbToolRun  *run,
                 const char *text)
{
  JsonObject *arguments = sb_mcp_tool_call_get_arguments (run->call);
  JsonObject *details = sb_tool_run_new_details (run);
  static const char * const names[] = { "path", "from", "to" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (sb_json_get_string (arguments, names[i]) != NULL)
      json_object_set_string_member (details, names[i], sb_json_get_string (arguments, names[i]));
  sb_tool_run_respond (run, text, details, NULL, TRUE);
}

static void
deleted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  SbToolRun *run = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  if (sb_channel_change_finish (SB_CHANNEL (source), result, &error))
    respond_changed (run, "deleted");
  else if (g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_IO) && !get_boolean (run->call, "recursive"))
    {
      text = g_strdup_printf ("%s A directory that is not empty is deleted only with recursive true.", error->message);
      sb_tool_run_fail (run, text, NULL, error->message);
    }
  else
    sb_tool_run_fail_error (run, error);
}

/* deleteFile: a file, a link or a directory. */
void
sb_tool_delete_file (SbMcpToolCall *call,
                     gpointer       user_data)
{
  const char *path = get_path (call, "path");
  SbToolRun *run = begin (call, user_data, SB_ACTIVITY_WRITE, "delete", path);

  if (run == NULL)
    return;

  expect (run, path);
  sb_channel_remove_file_async (run->channel, path, get_boolean (call, "recursive"),
                                sb_mcp_tool_call_get_cancellable (call), deleted_cb, run);
}

/* A look at what was in the way, before the answer. */
typedef struct
{
  SbToolRun *run;   /* owned until it is answered */
  GError    *error; /* owned: of the attempt */
} Obstacle;

/* path: what to look at; error: (transfer full) */
static void
look_at_obstacle (SbToolRun           *run,
                  const char          *path,
                  GError              *error,
                  GAsyncReadyCallback  callback)
{
  Obstacle *obstacle = g_new0 (Obstacle, 1);

  obstacle->run = run;
  obstacle->error = error;
  sb_channel_stat_async (run->channel, path, sb_mcp_tool_call_get_cancellable (run->call), callback, obstacle);
}

/* Which of the two names was refused. */
static void
refused_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Obstacle *obstacle = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbFileInfo) info = sb_channel_stat_finish (SB_CHANNEL (source), result, &error);
  gboolean is_target = g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_DENIED);

  sb_tool_run_fail_error (obstacle->run, is_target ? error : obstacle->error);
  g_error_free (obstacle->error);
  g_free (obstacle);
}

static void
moved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  SbToolRun *run = user_data;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  if (sb_channel_change_finish (SB_CHANNEL (source), result, &error))
    respond_changed (run, "moved");
  else if (g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_CHANGED))
    {
      text = g_strdup_printf ("There is a “%s” already, and nothing was moved. Choose another name (for a directory, "
                              "the name in it), or set overwrite to true.", get_path (run->call, "to"));
      sb_tool_run_fail (run, text, NULL, "exists already");
    }
  else if (g_error_matches (error, SB_CHANNEL_ERROR, SB_CHANNEL_ERROR_DENIED))
    look_at_obstacle (run, get_path (run->call, "to"), g_steal_pointer (&error), refused_cb);
  else
    sb_tool_run_fail_error (run, error);
}

/* moveFile: replaces what is there only when it is told to. */
void
sb_tool_move_file (SbMcpToolCall *call,
                   gpointer       user_data)
{
  const char *to = get_path (call, "to");
  g_autofree char *both = g_strdup_printf ("%s to %s", get_path (call, "from"), to);
  SbToolRun *run = begin (call, user_data, SB_ACTIVITY_WRITE, "move", both);

  if (run == NULL)
    return;

  expect (run, to);
  sb_channel_rename_file_async (run->channel, get_path (call, "from"), to, get_boolean (call, "overwrite"),
                                sb_mcp_tool_call_get_cancellable (call), moved_cb, run);
}

static void
obstacle_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Obstacle *obstacle = user_data;
  g_autoptr(SbFileInfo) info = sb_channel_stat_finish (SB_CHANNEL (source), result, NULL);

  if (info != NULL && info->type == SB_FILE_TYPE_DIRECTORY)
    respond_changed (obstacle->run, "exists already");
  else
    sb_tool_run_fail_error (obstacle->run, obstacle->error);
  g_error_free (obstacle->error);
  g_free (obstacle);
}

static void
made_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  SbToolRun *run = user_data;
  g_autoptr(GError) error = NULL;

  if (sb_channel_change_finish (SB_CHANNEL (source), result, &error))
    {
      respond_changed (run, "made");
      return;
    }

  look_at_obstacle (run, get_path (run->call, "path"), g_steal_pointer (&error), obstacle_cb);
}

/* makeDir: with missing parents; one that is there already is fine. */
void
sb_tool_make_dir (SbMcpToolCall *call,
                  gpointer       user_data)
{
  const char *path = get_path (call, "path");
  SbToolRun *run = begin (call, user_data, SB_ACTIVITY_WRITE, "make directory", path);

  if (run == NULL)
    return;

  expect (run, path);
  sb_channel_make_dir_async (run->channel, path, sb_mcp_tool_call_get_cancellable (call), made_cb, run);
}
