/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-rehearsal-request.h"

#include <string.h>

#include "sb-rehearsal-program.h"

#define FLAGS (G_REGEX_CASELESS | G_REGEX_DOTALL)
#define MAX_REQUEST 4000
#define MAX_INTENTS 16

#define FILE_PATTERN \
  "(?<![\\w/.-])((?:/workspace/)?\\w[\\w./-]*" \
  "\\.(?:mjs|cjs|js|json|py|sh|txt|md|html|css|csv|ya?ml|xml|c|ts))(?![\\w/])"
#define URL_PATTERN \
  "(https?://[^\\s'\"`<>)]+" \
  "|\\b(?:[a-z0-9-]+\\.)+(?:com|org|net|io|dev|edu|gov|info|jp|de|uk|eu)\\b(?:/[^\\s'\"`<>)]*)?)"
#define FILLER_PATTERN \
  "^(?:(?:please|kindly|now|also|finally|just|and|then|next|hi|hey|hello|ok|okay" \
  "|(?:can|could|would|will) you|you should|i(?:'d| would) like you to|i want (?:you )?to|let's|let us" \
  "|go ahead and|try to|first,|@[\\w-]+|cerebras|devduck)[\\s,:]+)+"
#define WRITE_WORDS "(?:write|create|make|generate|save|add|code|implement|build|put|develop|program)"
#define RUN_WORDS "(?:run|rerun|execute|exec|launch|start|try|test)"

typedef struct
{
  SbRehearsalKind  kind;
  const char      *pattern;
} Verb;

/* In the order they are tried. */
static const Verb verbs[] = {
  { SB_REHEARSAL_INIT,
    "^(?:initiali[sz]e|init|start|create|spin up|launch|open|boot|set ?up|make|prepare|get|give me|a|new)\\b"
    "[^`'\"]*\\bsand-?box" },
  { SB_REHEARSAL_STOP,
    "^(?:stop|shut ?down|kill|destroy|remove|delete|close|tear down|end|dispose)\\b"
    ".*\\b(?:sand-?box|container|it)\\b" },
  { SB_REHEARSAL_FETCH,
    "^(?:fetch|download|curl|wget|get|visit|request|load|ping|access|browse|open|call)\\b.*" URL_PATTERN },
  { SB_REHEARSAL_LIST,
    "^(?:ls|dir)\\b"
    "|^(?:list|show|display|what|which|see)\\b.*\\b(?:files?|directory|folder|workspace)\\b(?!\\.)" },
  { SB_REHEARSAL_EXPLAIN, "^(?:explain|review|describe|summari[sz]e|what does|how does|why)\\b" },
  { SB_REHEARSAL_READ,
    "^(?:read|show|display|print|cat|view|open|see|look at|what(?:'s| is) in)\\b[^'\"`]*" FILE_PATTERN },
  { SB_REHEARSAL_WRITE, "^" WRITE_WORDS "\\b" },
  { SB_REHEARSAL_RUN_COMMAND, "^" RUN_WORDS "\\b" },
};

/* A part of the request with one verb. */
typedef struct
{
  SbRehearsalKind  kind;
  gboolean         is_computation; /* asks for a result: write and run */
  GString         *text;
} Clause;

static void
clause_free (gpointer data)
{
  Clause *clause = data;

  g_string_free (clause->text, TRUE);
  g_free (clause);
}

static void
intent_free (gpointer data)
{
  SbRehearsalIntent *intent = data;

  g_free (intent->file);
  g_free (intent->text);
  g_free (intent);
}

static gboolean
matches (const char *pattern,
         const char *text)
{
  return g_regex_match_simple (pattern, text, FLAGS, 0);
}

static char *
find (const char *pattern,
      const char *text)
{
  g_autoptr(GRegex) regex = g_regex_new (pattern, FLAGS, 0, NULL);
  g_autoptr(GMatchInfo) match = NULL;

  return g_regex_match (regex, text, 0, &match) ? g_match_info_fetch (match, 1) : NULL;
}

static GStrv
find_all (const char *pattern,
          const char *text)
{
  g_autoptr(GRegex) regex = g_regex_new (pattern, FLAGS, 0, NULL);
  g_autoptr(GMatchInfo) match = NULL;
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();

  for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL))
    {
      g_autofree char *found = g_match_info_fetch (match, 1);

      g_strv_builder_add (builder, found);
    }

  return g_strv_builder_end (builder);
}

static char *
strip (const char *pattern,
       const char *text)
{
  g_autoptr(GRegex) regex = g_regex_new (pattern, FLAGS, 0, NULL);
  g_autofree char *stripped = g_regex_replace_literal (regex, text, -1, 0, "", 0, NULL);

  return g_strstrip (g_steal_pointer (&stripped));
}

/* How long the separator at this place is; 0: none. The longer ones come first. */
static gsize
match_separator (const char *text)
{
  static const char * const separators[] = {
    ", and then ", " and then ", ", then ", ", and ", " and ", " then ", ", ", "; ", ". ", "! ", "? ", "\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (separators); i++)
    {
      if (g_ascii_strncasecmp (text, separators[i], strlen (separators[i])) == 0)
        return strlen (separators[i]);
    }

  return 0;
}

static gboolean
opens_quote (const char *text,
             gsize       i)
{
  if (strchr ("`\"", text[i]) != NULL)
    return strchr (text + i + 1, text[i]) != NULL;

  /* An apostrophe stands within a word. */
  return text[i] == '\'' && (i == 0 || g_ascii_isspace (text[i - 1])) && strchr (text + i + 1, '\'') != NULL;
}

/* Pieces between the separators, each with the separator before it in front: what turns out to have no verb
 * is put back. */
static GPtrArray *
split (const char *text)
{
  GPtrArray *pieces = g_ptr_array_new_with_free_func (g_free);
  gsize start = 0;
  char quote = '\0';

  for (gsize i = 0; text[i] != '\0'; i++)
    {
      gsize separator = 0;

      if (quote != '\0')
        {
          quote = text[i] == quote ? '\0' : quote;
          continue;
        }
      if (opens_quote (text, i))
        {
          quote = text[i];
          continue;
        }
      separator = match_separator (text + i);
      if (separator == 0)
        continue;
      g_ptr_array_add (pieces, g_strndup (text + start, i - start));
      start = i;
      i += separator - 1;
    }
  g_ptr_array_add (pieces, g_strdup (text + start));

  return pieces;
}

static gboolean
asks_for_result (const char *text)
{
  return matches ("^(?:print|calculate|compute|show|output|give|tell|find|list|what|which|say)\\b", text) &&
         sb_rehearsal_program_name (text) != NULL && !matches (FILE_PATTERN, text);
}

static gboolean
find_verb (const char      *text,
           SbRehearsalKind *kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      if (matches (verbs[i].pattern, text))
        {
          *kind = verbs[i].kind;
          return TRUE;
        }
    }

  return FALSE;
}

static void
add_clause (GPtrArray  *clauses,
            const char *piece)
{
  const char *bare = piece + match_separator (piece);
  g_autofree char *text = strip (FILLER_PATTERN, bare);
  Clause *last = clauses->len > 0 ? g_ptr_array_index (clauses, clauses->len - 1) : NULL;
  SbRehearsalKind kind = SB_REHEARSAL_WRITE;
  gboolean is_result = asks_for_result (text);

  /* "Write and run a program that …" */
  if (last != NULL && last->kind == SB_REHEARSAL_WRITE && matches ("^\\w+$", last->text->str) &&
      matches ("^(?:run|execute)\\b", text))
    {
      last->is_computation = TRUE;
      g_string_append_printf (last->text, " %s", text);
    }
  else if (is_result || find_verb (text, &kind))
    {
      Clause *clause = g_new0 (Clause, 1);

      clause->kind = kind;
      clause->is_computation = is_result;
      clause->text = g_string_new (text);
      g_ptr_array_add (clauses, clause);
    }
  else if (last != NULL)
    {
      g_string_append (last->text, piece);
    }
}

static SbRehearsalIntent *
add_intent (GPtrArray       *intents,
            SbRehearsalKind  kind,
            guint            clause,
            const char      *file,
            const char      *text)
{
  SbRehearsalIntent *intent = g_new0 (SbRehearsalIntent, 1);

  intent->kind = kind;
  intent->clause = clause;
  intent->file = g_strdup (file);
  intent->text = g_strdup (text);
  g_ptr_array_add (intents, intent);

  return intent;
}

static char *
make_file_name (const char *text)
{
  const char *name = sb_rehearsal_program_name (text);

  if (name == NULL)
    name = "program";
  if (matches ("\\bpython\\b", text))
    return g_strconcat (name, ".py", NULL);
  if (matches ("\\b(?:shell|bash|sh) script\\b", text))
    return g_strconcat (name, ".sh", NULL);

  return g_strconcat (name, ".js", NULL);
}

/* What is said of one of several files: the words up to the next one; if they are too few, all of them. */
static char *
describe_file (const char *description,
               GStrv       files,
               gsize       index)
{
  const char *start = strstr (description, files[index]);
  const char *end = NULL;
  g_autofree char *between = NULL;
  g_autofree char *words = NULL;

  if (start == NULL || files[index + 1] == NULL)
    return g_strdup (start != NULL && index > 0 ? start : description);

  start += strlen (files[index]);
  end = strstr (start, files[index + 1]);
  between = g_strndup (start, end != NULL ? (gsize) (end - start) : strlen (start));
  words = strip ("(?:,|\\band\\b|\\s)+$", between);

  return g_strdup (strlen (words) > 4 ? words : description);
}

static void
expand_write (GPtrArray    *intents,
              const Clause *clause,
              guint         index)
{
  g_auto(GStrv) files = find_all (FILE_PATTERN, clause->text->str);
  g_autofree char *description = strip ("^" WRITE_WORDS "\\s+(?:run\\s+|execute\\s+)?", clause->text->str);
  g_autofree char *fallback = make_file_name (clause->text->str);

  for (gsize i = 0; files[i] != NULL; i++)
    {
      g_autofree char *words = describe_file (description, files, i);

      add_intent (intents, SB_REHEARSAL_WRITE, index, files[i], words);
    }
  if (files[0] == NULL)
    add_intent (intents, SB_REHEARSAL_WRITE, index, fallback, description);

  if (clause->is_computation)
    add_intent (intents, SB_REHEARSAL_RUN_FILE, index + 1, files[0] != NULL ? files[0] : fallback, NULL);
}

static const char *
find_last_file (GPtrArray  *intents,
                const char *fallback)
{
  for (guint i = intents->len; i > 0; i--)
    {
      const SbRehearsalIntent *intent = g_ptr_array_index (intents, i - 1);

      if (intent->kind == SB_REHEARSAL_WRITE)
        return intent->file;
    }

  return fallback;
}

static void
run_written_files (GPtrArray *intents,
                   guint      index)
{
  guint n = intents->len;

  for (guint i = 0; i < n; i++)
    {
      const SbRehearsalIntent *intent = g_ptr_array_index (intents, i);

      if (intent->kind == SB_REHEARSAL_WRITE)
        add_intent (intents, SB_REHEARSAL_RUN_FILE, index, intent->file, NULL);
    }
}

static void
expand_run (GPtrArray    *intents,
            const Clause *clause,
            guint         index,
            const char   *last_file)
{
  g_auto(GStrv) files = find_all (FILE_PATTERN, clause->text->str);
  g_autofree char *quoted = find ("[`\"]([^`\"]+)[`\"]", clause->text->str);
  g_autofree char *rest = strip ("^" RUN_WORDS "\\s*(?:the )?(?:shell )?(?:command )?:?\\s*", clause->text->str);
  g_autofree char *command = strip ("[.!?\\s]+$", rest);
  const char *last = find_last_file (intents, last_file);

  if (quoted != NULL)
    add_intent (intents, SB_REHEARSAL_RUN_COMMAND, index, NULL, quoted);
  else if (matches ("\\b(?:program|script|code)\\b.*\\b(?:that|which|to)\\b", rest) && files[0] == NULL)
    {
      Clause computation = { .kind = SB_REHEARSAL_WRITE, .is_computation = TRUE, .text = clause->text };

      expand_write (intents, &computation, index);
    }
  else if (files[0] != NULL &&
           matches ("^(?:(?:the )?(?:file|program|script) |node |python3? |sh |bash )?" FILE_PATTERN, rest))
    {
      for (gsize i = 0; files[i] != NULL; i++)
        add_intent (intents, SB_REHEARSAL_RUN_FILE, index, files[i], NULL);
    }
  else if (matches ("^(?:them|both|all|these)\\b", command))
    run_written_files (intents, index);
  else if (matches ("^(?:it|that|this|again|(?:(?:the|your|that|this) )?(?:file|program|script|code))?(?:\\s|$)",
                    command))
    {
      if (last != NULL)
        add_intent (intents, SB_REHEARSAL_RUN_FILE, index, last, NULL);
    }
  else
    add_intent (intents, SB_REHEARSAL_RUN_COMMAND, index, NULL, command);
}

static void
expand_files (GPtrArray       *intents,
              const Clause    *clause,
              guint            index,
              const char      *last_file)
{
  g_auto(GStrv) files = find_all (FILE_PATTERN, clause->text->str);

  for (gsize i = 0; files[i] != NULL; i++)
    add_intent (intents, clause->kind, index, files[i], clause->text->str);
  if (files[0] == NULL && clause->kind == SB_REHEARSAL_EXPLAIN)
    {
      gboolean means_last = matches ("\\b(?:it|code|program|file)\\b", clause->text->str);

      add_intent (intents, clause->kind, index, means_last ? last_file : NULL, clause->text->str);
    }
}

static void
expand_fetch (GPtrArray    *intents,
              const Clause *clause,
              guint         index)
{
  g_auto(GStrv) urls = find_all (URL_PATTERN, clause->text->str);

  for (gsize i = 0; urls[i] != NULL; i++)
    {
      g_autofree char *trimmed = strip ("[.,;!?]+$", urls[i]);
      g_autofree char *url = g_strconcat (strstr (trimmed, "://") != NULL ? "" : "https://", trimmed, NULL);

      add_intent (intents, SB_REHEARSAL_FETCH, index, NULL, url);
    }
}

static void
expand (GPtrArray    *intents,
        const Clause *clause,
        guint         index,
        const char   *last_file)
{
  switch (clause->kind)
    {
    case SB_REHEARSAL_WRITE:
      expand_write (intents, clause, index);
      break;
    case SB_REHEARSAL_RUN_FILE:
    case SB_REHEARSAL_RUN_COMMAND:
      expand_run (intents, clause, index, last_file);
      break;
    case SB_REHEARSAL_READ:
    case SB_REHEARSAL_EXPLAIN:
      expand_files (intents, clause, index, find_last_file (intents, last_file));
      break;
    case SB_REHEARSAL_FETCH:
      expand_fetch (intents, clause, index);
      break;
    case SB_REHEARSAL_INIT:
    case SB_REHEARSAL_LIST:
    case SB_REHEARSAL_STOP:
    default:
      add_intent (intents, clause->kind, index, NULL, NULL);
      break;
    }
}

/* What a request asks for, in its order, of SbRehearsalIntent; empty when nothing was understood.
 * last_file: nullable; what "it" means when the request itself writes nothing. (transfer full) */
GPtrArray *
sb_rehearsal_request_parse (const char *request,
                            const char *last_file)
{
  GPtrArray *intents = g_ptr_array_new_with_free_func (intent_free);
  g_autoptr(GPtrArray) clauses = g_ptr_array_new_with_free_func (clause_free);
  g_autofree char *start = g_strndup (request, MAX_REQUEST);
  g_autofree char *valid = g_utf8_make_valid (start, -1);
  g_autoptr(GPtrArray) pieces = split (g_strstrip (valid));

  for (guint i = 0; i < pieces->len; i++)
    add_clause (clauses, g_ptr_array_index (pieces, i));

  /* A clause counts twice, because one that writes and runs is two steps. */
  for (guint i = 0; i < clauses->len && intents->len < MAX_INTENTS; i++)
    expand (intents, g_ptr_array_index (clauses, i), 2 * i, last_file);

  return intents;
}
