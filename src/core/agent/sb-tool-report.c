/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-report.h"

#include "sb-json.h"
#include "sb-text.h"

#include <string.h>

#define MAX_SUMMARY 80

/* What most tools say the most with, in this order. */
static const char * const telling[] = { "command", "packages", "filename", "path", "url", "query", "text", "name",
                                       "from", "snapshot", NULL };

static char *
join_words (JsonArray *words)
{
  GString *line = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (words) && line->len < MAX_SUMMARY * 4; i++)
    {
      JsonNode *node = json_array_get_element (words, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", json_node_get_string (node));
    }

  return g_string_free (line, FALSE);
}

static char *
shorten (const char *text)
{
  g_autofree char *clean = sb_text_clean (text, strnlen (text, MAX_SUMMARY * 4), NULL);

  g_strdelimit (clean, "\n\t", ' ');
  g_strstrip (clean);
  if (g_utf8_strlen (clean, -1) > MAX_SUMMARY)
    {
      *g_utf8_offset_to_pointer (clean, MAX_SUMMARY - 1) = '\0';
      return g_strconcat (clean, "…", NULL);
    }

  return clean[0] != '\0' ? g_steal_pointer (&clean) : NULL;
}

static const char *
without_workspace (const char *path)
{
  return g_str_has_prefix (path, "/workspace/") ? path + strlen ("/workspace/") : path;
}

/**
 * sb_tool_report_summary:
 *
 * Returns: (transfer full) (nullable): the telling argument of a call in one short line; NULL when none is
 */
char *
sb_tool_report_summary (JsonObject *arguments)
{
  for (guint i = 0; telling[i] != NULL; i++)
    {
      JsonArray *words = sb_json_get_array (arguments, telling[i]);
      const char *text = sb_json_get_string (arguments, telling[i]);
      g_autofree char *joined = words != NULL ? join_words (words) : NULL;

      if (joined != NULL)
        return shorten (joined);
      if (text != NULL)
        return shorten (without_workspace (text));
    }

  return NULL;
}

/* exec tells in its structured result how the command came out. */
static char *
badge_for_exec (JsonObject *structured)
{
  static const char * const flags[][2] = {
    { "networkBlocked", "no network" }, { "timedOut", "timed out" }, { "oom", "out of memory" },
    { "outputLimit", "too much output" },
  };
  gint64 signal_number = sb_json_get_int (structured, "signal", 0);

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if (sb_json_get_boolean (structured, flags[i][0], FALSE))
      return g_strdup (flags[i][1]);

  if (signal_number > 0)
    return g_strdup_printf ("signal %d", (int) signal_number);
  if (json_object_has_member (structured, "exitCode"))
    return g_strdup_printf ("exit %d", (int) sb_json_get_int (structured, "exitCode", -1));
  if (json_object_has_member (structured, "processId"))
    return g_strdup ("started");

  return NULL;
}

static char *
badge_for_kill (JsonObject *structured)
{
  if (!json_object_has_member (structured, "wasRunning"))
    return NULL;

  return g_strdup (sb_json_get_boolean (structured, "wasRunning", FALSE) ? "signalled" : "over already");
}

static char *
badge_for_install (JsonObject *structured)
{
  JsonArray *refused = sb_json_get_array (structured, "refused");

  if (refused != NULL && json_array_get_length (refused) > 0)
    return g_strdup ("refused");
  if (!json_object_has_member (structured, "exitCode"))
    return NULL;

  return g_strdup (sb_json_get_int (structured, "exitCode", -1) == 0 ? "installed" : "failed");
}

static char *
badge_for_result (const char *tool_name,
                  JsonObject *structured)
{
  if (strcmp (tool_name, "killProcess") == 0)
    return badge_for_kill (structured);
  if (strcmp (tool_name, "installPackages") == 0)
    return badge_for_install (structured);

  return badge_for_exec (structured);
}

/**
 * sb_tool_report_badge:
 * @structured: (nullable): the structuredContent of the result
 *
 * Returns: (transfer full): how the call came out, in one or two words: "exit 0", "ready", "written", "no network"
 */
char *
sb_tool_report_badge (const char *tool_name,
                      JsonNode   *structured,
                      gboolean    is_error)
{
  static const char * const good[][2] = {
    { "initSandbox", "ready" }, { "writeFile", "written" }, { "readFile", "read" }, { "listFiles", "listed" },
    { "listSandboxes", "listed" }, { "stopSandbox", "stopped" }, { "listProcesses", "listed" },
    { "readProcessLog", "read" }, { "writeProcessInput", "written" }, { "editFile", "edited" },
    { "statFile", "read" }, { "deleteFile", "deleted" }, { "moveFile", "moved" }, { "makeDir", "made" },
    { "searchFiles", "searched" }, { "applyPatch", "patched" }, { "getArtifact", "fetched" },
    { "snapshot", "kept" }, { "listSnapshots", "listed" }, { "restore", "restored" }, { "fork", "ready" },
    { "inspectSandbox", "read" }, { "selectSandbox", "selected" }, { "sandboxMetrics", "read" },
    { "removeSandbox", "removed" },
  };
  const char *done = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    if (strcmp (good[i][0], tool_name) == 0)
      done = good[i][1];

  /* Others tell of signals and processes, too, but not as their own end. */
  if (done == NULL && structured != NULL && JSON_NODE_HOLDS_OBJECT (structured))
    {
      char *badge = badge_for_result (tool_name, json_node_get_object (structured));

      if (badge != NULL)
        return badge;
    }
  if (is_error)
    return g_strdup ("failed");

  return g_strdup (done != NULL ? done : "done");
}
