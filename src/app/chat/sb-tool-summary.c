/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-summary.h"

#include <string.h>

#include "sb-json.h"
#include "sb-markdown.h"

#define MAX_SUMMARY 200 /* characters */
#define MAX_PRETTY (256 * 1024)

static JsonObject *
parse (const char *json)
{
  return json != NULL && *json != '\0' ? sb_json_parse_object (json, -1, NULL) : NULL;
}

/* One line without surprises. */
static char *
to_line (const char *text)
{
  g_autofree char *clean = sb_markdown_clean (text, strnlen (text, MAX_SUMMARY * 4));

  g_strdelimit (clean, "\n\t\r", ' ');
  g_strstrip (clean);
  if (g_utf8_strlen (clean, -1) > MAX_SUMMARY)
    *g_utf8_offset_to_pointer (clean, MAX_SUMMARY) = '\0';

  return g_steal_pointer (&clean);
}

static const char *
get_word (JsonArray *words,
          guint      index)
{
  JsonNode *node = index < json_array_get_length (words) ? json_array_get_element (words, index) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
         ? json_node_get_string (node) : NULL;
}

static gboolean
is_shell (JsonArray *words)
{
  g_autofree char *base = get_word (words, 0) != NULL ? g_path_get_basename (get_word (words, 0)) : NULL;
  const char *option = get_word (words, 1);

  return base != NULL && option != NULL && json_array_get_length (words) == 3 &&
         (strcmp (base, "sh") == 0 || strcmp (base, "bash") == 0) &&
         option[0] == '-' && g_str_has_suffix (option, "c");
}

/* argv as one would type it; of sh -c 'script' only the script. */
static char *
join_words (JsonArray *words)
{
  GString *line = g_string_new (NULL);

  if (is_shell (words) && get_word (words, 2) != NULL)
    return g_string_free (g_string_append (line, get_word (words, 2)), FALSE);

  for (guint i = 0; i < json_array_get_length (words) && line->len < MAX_SUMMARY * 4; i++)
    {
      const char *word = get_word (words, i);
      g_autofree char *quoted = NULL;

      if (word == NULL)
        continue;

      if (*word == '\0' || strpbrk (word, " \t\n'\"$`\\*?;&|<>(){}") != NULL)
        quoted = g_shell_quote (word);
      if (line->len > 0)
        g_string_append_c (line, ' ');
      g_string_append (line, quoted != NULL ? quoted : word);
    }

  return g_string_free (line, FALSE);
}

static guint
count_lines (const char *text)
{
  guint n_lines = 0;

  for (const char *at = text; *at != '\0'; n_lines++)
    {
      const char *newline = strchr (at, '\n');

      at = newline != NULL ? newline + 1 : at + strlen (at);
    }

  return n_lines;
}

static char *
describe_file (JsonObject *arguments)
{
  const char *name = sb_json_get_string (arguments, "filename");
  const char *contents = sb_json_get_string (arguments, "contents");

  if (name == NULL)
    return NULL;

  return contents != NULL ? g_strdup_printf ("%s  +%u lines", name, count_lines (contents)) : g_strdup (name);
}

static char *
describe_move (JsonObject *arguments)
{
  const char *from = sb_json_get_string (arguments, "from");
  const char *to = sb_json_get_string (arguments, "to");

  return from != NULL && to != NULL ? g_strdup_printf ("%s → %s", from, to) : NULL;
}

/* A command in the background, by its number; or any process. */
static char *
describe_process (JsonObject *arguments)
{
  gint64 process = sb_json_get_int (arguments, "processId", 0);
  gint64 pid = sb_json_get_int (arguments, "pid", 0);

  if (process > 0)
    return g_strdup_printf ("#%" G_GINT64_FORMAT, process);

  return pid > 0 ? g_strdup_printf ("pid %" G_GINT64_FORMAT, pid) : NULL;
}

static char *
describe_sandbox (SbMessage *message)
{
  g_autoptr(JsonObject) structured = parse (sb_message_get_structured (message));
  const char *name;
  const char *backend;
  const char *network;

  if (structured == NULL)
    return NULL;

  name = sb_json_get_string (structured, "sandboxName");
  backend = sb_json_get_string (structured, "backend");
  network = sb_json_get_string (structured, "network");

  return g_strconcat (name != NULL ? name : "",
                      backend != NULL ? " · " : "", backend != NULL ? backend : "",
                      g_strcmp0 (network, "none") == 0 ? " · no network" : "",
                      NULL);
}

static char *
describe_arguments (JsonObject *arguments)
{
  static const char * const telling[] = { "command", "packages", "filename", "path", "url", "query", "text", "name",
                                          "snapshot", "containerId" };

  for (guint i = 0; i < G_N_ELEMENTS (telling); i++)
    {
      JsonArray *words = sb_json_get_array (arguments, telling[i]);
      const char *text = sb_json_get_string (arguments, telling[i]);

      if (words != NULL)
        return join_words (words);
      if (text != NULL)
        return g_strdup (text);
    }

  return NULL;
}

char *
sb_tool_dup_summary (SbMessage *message)
{
  const char *name = sb_message_get_tool_name (message);
  g_autoptr(JsonObject) arguments = parse (sb_message_get_arguments (message));
  g_autofree char *summary = NULL;

  if (g_strcmp0 (name, "initSandbox") == 0)
    summary = describe_sandbox (message);
  if (summary == NULL && arguments != NULL && g_strcmp0 (name, "writeFile") == 0)
    summary = describe_file (arguments);
  if (summary == NULL && arguments != NULL && g_strcmp0 (name, "moveFile") == 0)
    summary = describe_move (arguments);
  if (summary == NULL && arguments != NULL)
    summary = describe_process (arguments);
  if (summary == NULL && arguments != NULL)
    summary = describe_arguments (arguments);

  return to_line (summary != NULL ? summary : "");
}

static SbOutcome
outcome_of_badge (SbMessage *message)
{
  static const char * const bad[] = { "timed out", "out of memory", "too much output", "failed", NULL };
  const char *badge = sb_message_get_badge (message);

  if (g_strcmp0 (badge, "no network") == 0 || g_strcmp0 (badge, "refused") == 0)
    return SB_OUTCOME_BLOCKED;

  if (sb_message_get_is_error (message) || sb_message_get_state (message) == SB_MESSAGE_STATE_FAILED)
    return SB_OUTCOME_BAD;

  if (badge == NULL)
    return SB_OUTCOME_GOOD;

  if (g_str_has_prefix (badge, "exit ") && strcmp (badge, "exit 0") != 0)
    return SB_OUTCOME_BAD;

  if (g_strv_contains (bad, badge) || g_str_has_prefix (badge, "signal "))
    return SB_OUTCOME_BAD;

  return SB_OUTCOME_GOOD;
}

SbOutcome
sb_tool_get_outcome (SbMessage *message)
{
  switch (sb_message_get_state (message))
    {
    case SB_MESSAGE_STATE_PENDING:
      return SB_OUTCOME_PENDING;

    case SB_MESSAGE_STATE_STREAMING:
      return SB_OUTCOME_RUNNING;

    case SB_MESSAGE_STATE_STOPPED:
    case SB_MESSAGE_STATE_INTERRUPTED:
      return SB_OUTCOME_NEUTRAL;

    case SB_MESSAGE_STATE_DONE:
    case SB_MESSAGE_STATE_FAILED:
    default:
      return outcome_of_badge (message);
    }
}

char *
sb_tool_dup_output (SbMessage *message)
{
  const char *text = sb_message_get_text (message);
  g_autoptr(JsonObject) structured = NULL;
  const char *out;
  const char *err;

  if (text != NULL && *text != '\0')
    return g_strdup (text);

  structured = parse (sb_message_get_structured (message));
  out = structured != NULL ? sb_json_get_string (structured, "stdout") : NULL;
  err = structured != NULL ? sb_json_get_string (structured, "stderr") : NULL;
  if (out != NULL || err != NULL)
    return g_strconcat (out != NULL ? out : "", err != NULL ? err : "", NULL);

  return sb_message_get_is_error (message) ? g_strdup (sb_message_get_result (message)) : NULL;
}

char *
sb_tool_dup_pretty (const char *json)
{
  g_autoptr(JsonNode) node = NULL;
  g_autofree char *pretty = NULL;

  if (json == NULL)
    return g_strdup ("");

  if (strlen (json) <= MAX_PRETTY)
    node = sb_json_parse (json, -1, NULL);

  if (node == NULL)
    return sb_markdown_clean (json, strnlen (json, MAX_PRETTY));

  pretty = sb_json_to_string (node, TRUE);

  return sb_markdown_clean (pretty, -1);
}
