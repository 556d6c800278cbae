/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-rehearsal-script.h"

#include <string.h>

#include "sb-json.h"
#include "sb-llm-request.h"
#include "sb-rehearsal-history.h"
#include "sb-rehearsal-program.h"
#include "sb-rehearsal-report.h"
#include "sb-rehearsal-request.h"

#define TRANSFER "transfer_to_agent"
#define MAX_STARTS 2

#define MODELS "a Cerebras API key, Docker Model Runner, Ollama or any OpenAI-compatible server."
#define INTRODUCTION \
  "This is a **rehearsal**: a script that plays the model's part, without AI. It shows how Sandbar works while no " \
  "model is set up. It understands a few requests, for example:\n\n" \
  "- *Initialize a sandbox, write hello.js that prints the first 20 primes, and run it*\n" \
  "- *Write fizz.py that plays FizzBuzz to 30 and run it*\n" \
  "- *Run `uname -a` and list the files*\n" \
  "- *Fetch https://example.com* (the sandbox has no network: see it fail)\n" \
  "- *Show hello.js*, *stop the sandbox*\n\n" \
  "For real answers, set up a model: " MODELS

/* One call of the plan, and whether it has been made. */
typedef struct
{
  const SbRehearsalIntent *intent;
  const char              *tool;
  JsonObject              *arguments;
  SbRehearsalCall         *made; /* nullable */
} Step;

/* What is worked out anew for each answer. */
typedef struct
{
  /* owned */
  SbRehearsalHistory *history;
  GPtrArray          *intents;
  GPtrArray          *steps;
  GHashTable         *offered; /* tool name -> its JsonObject, borrowed */
} Plan;

static void
step_free (gpointer data)
{
  Step *step = data;

  json_object_unref (step->arguments);
  g_free (step);
}

static void
plan_clear (Plan *plan)
{
  sb_rehearsal_history_free (plan->history);
  g_ptr_array_unref (plan->intents);
  g_ptr_array_unref (plan->steps);
  g_hash_table_unref (plan->offered);
}

static GHashTable *
index_tools (JsonArray *tools)
{
  GHashTable *offered = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; tools != NULL && i < json_array_get_length (tools); i++)
    {
      JsonNode *node = json_array_get_element (tools, i);
      JsonObject *tool = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      JsonObject *function = sb_json_get_object (tool, "function");
      const char *name = sb_json_get_string (function, "name");

      if (name != NULL)
        g_hash_table_insert (offered, (gpointer) name, function);
    }

  return offered;
}

static gboolean
is_offered (Plan       *plan,
            const char *tool)
{
  return g_hash_table_contains (plan->offered, tool);
}

static JsonObject *
make_command (const char *first,
              ...)
{
  JsonObject *arguments = json_object_new ();
  JsonArray *command = json_array_new ();
  va_list words;

  va_start (words, first);
  for (const char *word = first; word != NULL; word = va_arg (words, const char *))
    json_array_add_string_element (command, word);
  va_end (words);
  json_object_set_array_member (arguments, "command", command);

  return arguments;
}

static JsonObject *
make_arguments (const char *name,
                const char *value)
{
  JsonObject *arguments = json_object_new ();

  if (name != NULL)
    json_object_set_string_member (arguments, name, value);

  return arguments;
}

static char *
make_path (const char *file)
{
  return file[0] == '/' ? g_strdup (file) : g_strconcat ("/workspace/", file, NULL);
}

static void
add_step (Plan                    *plan,
          const SbRehearsalIntent *intent,
          const char              *tool,
          JsonObject              *arguments)
{
  Step *step = g_new0 (Step, 1);

  step->intent = intent;
  step->tool = tool;
  step->arguments = arguments;
  step->made = sb_rehearsal_history_take (plan->history, tool, arguments);
  g_ptr_array_add (plan->steps, step);
}

static void
plan_read (Plan                    *plan,
           const SbRehearsalIntent *intent)
{
  g_autofree char *path = intent->file != NULL ? make_path (intent->file) : NULL;

  if (path == NULL)
    return;
  if (is_offered (plan, "readFile"))
    add_step (plan, intent, "readFile", make_arguments ("filename", path));
  else
    add_step (plan, intent, "exec", make_command ("cat", path, NULL));
}

static void
plan_write (Plan                    *plan,
            const SbRehearsalIntent *intent)
{
  g_autoptr(SbRehearsalProgram) program = sb_rehearsal_program_new (intent->file, intent->text);
  g_autofree char *path = make_path (intent->file);
  JsonObject *arguments = make_arguments ("filename", path);

  json_object_set_string_member (arguments, "contents", program->contents);
  add_step (plan, intent, "writeFile", arguments);
}

static void
plan_fetch (Plan                    *plan,
            const SbRehearsalIntent *intent)
{
  g_autoptr(SbRehearsalProgram) program = sb_rehearsal_program_new ("fetch.js", intent->text);

  add_step (plan, intent, "exec", make_command ("node", "-e", program->contents, NULL));
}

static void
plan_intent (Plan                    *plan,
             const SbRehearsalIntent *intent)
{
  switch (intent->kind)
    {
    case SB_REHEARSAL_INIT:
      add_step (plan, intent, "initSandbox", json_object_new ());
      break;
    case SB_REHEARSAL_WRITE:
      plan_write (plan, intent);
      break;
    case SB_REHEARSAL_RUN_FILE:
      if (sb_rehearsal_program_runner (intent->file) != NULL)
        add_step (plan, intent, "exec",
                  make_command (sb_rehearsal_program_runner (intent->file), intent->file, NULL));
      break;
    case SB_REHEARSAL_RUN_COMMAND:
      add_step (plan, intent, "exec", make_command ("sh", "-c", intent->text, NULL));
      break;
    case SB_REHEARSAL_LIST:
      if (is_offered (plan, "listFiles"))
        add_step (plan, intent, "listFiles", make_arguments ("path", "/workspace"));
      else
        add_step (plan, intent, "exec", make_command ("ls", "-la", "/workspace", NULL));
      break;
    case SB_REHEARSAL_READ:
    case SB_REHEARSAL_EXPLAIN:
      plan_read (plan, intent);
      break;
    case SB_REHEARSAL_FETCH:
      plan_fetch (plan, intent);
      break;
    case SB_REHEARSAL_STOP:
    default:
      add_step (plan, intent, "stopSandbox", json_object_new ());
      break;
    }
}

static gboolean
wants (Plan            *plan,
       SbRehearsalKind  kind)
{
  for (guint i = 0; i < plan->intents->len; i++)
    {
      const SbRehearsalIntent *intent = g_ptr_array_index (plan->intents, i);

      if (intent->kind == kind)
        return TRUE;
    }

  return FALSE;
}

static void
plan_init (Plan      *plan,
           JsonArray *messages,
           JsonArray *tools)
{
  static const SbRehearsalIntent init = { .kind = SB_REHEARSAL_INIT };

  plan->history = sb_rehearsal_history_new (messages);
  plan->intents = sb_rehearsal_request_parse (plan->history->request, plan->history->last_file);
  plan->steps = g_ptr_array_new_with_free_func (step_free);
  plan->offered = index_tools (tools);

  for (guint i = 0; i < plan->intents->len; i++)
    plan_intent (plan, g_ptr_array_index (plan->intents, i));

  /* Nobody says so each time, but a first command needs a sandbox. */
  if (plan->steps->len > 0 && !plan->history->had_sandbox && !wants (plan, SB_REHEARSAL_INIT) &&
      !(plan->steps->len == 1 && wants (plan, SB_REHEARSAL_STOP)))
    {
      add_step (plan, &init, "initSandbox", json_object_new ());
      g_ptr_array_insert (plan->steps, 0, g_ptr_array_steal_index (plan->steps, plan->steps->len - 1));
    }
}

static SbRehearsalTurn *
turn_new (const char *text)
{
  SbRehearsalTurn *turn = g_new0 (SbRehearsalTurn, 1);

  turn->text = g_strdup (text);
  turn->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) sb_llm_tool_call_free);

  return turn;
}

static void
turn_add_call (SbRehearsalTurn *turn,
               const char      *tool,
               JsonObject      *arguments)
{
  g_autofree char *json = sb_json_object_to_string (arguments);

  g_ptr_array_add (turn->calls, sb_llm_tool_call_new (NULL, tool, json));
}

/* How well the words said of an agent fit: its line in the description of the transfer tool. */
static int
score_agent (const char *description,
             const char *agent,
             gboolean    code)
{
  static const char * const code_words[] = { "run", "execut", "writes", "sandbox", "command", "files", NULL };
  static const char * const read_words[] = { "read", "explain", "review", NULL };
  g_auto(GStrv) lines = g_strsplit (description, "\n", -1);
  const char * const *words = code ? code_words : read_words;
  int score = 0;

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *lower = g_utf8_strdown (lines[i], -1);
      g_autofree char *name = g_utf8_strdown (agent, -1);

      if (strstr (lower, name) == NULL)
        continue;
      for (gsize j = 0; words[j] != NULL; j++)
        score += strstr (lower, words[j]) != NULL;
      if (code && (strstr (lower, "runs nothing") != NULL || strstr (lower, "does not run") != NULL))
        score = 0;
    }

  return score;
}

/* The reachable agent that fits best, only ever one the schema names; NULL: none fits. Borrowed from the
 * schema. */
static const char *
choose_agent (JsonObject *function,
              JsonArray  *messages,
              gboolean    code)
{
  JsonObject *properties = sb_json_get_object (sb_json_get_object (function, "parameters"), "properties");
  JsonArray *names = sb_json_get_array (sb_json_get_object (properties, "agent_name"), "enum");
  JsonNode *first = json_array_get_length (messages) > 0 ? json_array_get_element (messages, 0) : NULL;
  const char *description = sb_json_get_string (function, "description");
  const char *prompt = NULL;
  const char *best = NULL;
  int best_score = 0;

  if (first != NULL && JSON_NODE_HOLDS_OBJECT (first))
    prompt = sb_json_get_string (json_node_get_object (first), "content");
  for (guint i = 0; names != NULL && i < json_array_get_length (names); i++)
    {
      JsonNode *node = json_array_get_element (names, i);
      const char *name = NULL;
      int score = 0;

      if (json_node_get_value_type (node) != G_TYPE_STRING)
        continue;
      name = json_node_get_string (node);
      score = 2 * score_agent (description != NULL ? description : "", name, code);
      if (score == 0)
        score = score_agent (prompt != NULL ? prompt : "", name, code);
      if (score > best_score)
        {
          best = name;
          best_score = score;
        }
    }

  return best;
}

static gboolean
can_do (Plan *plan)
{
  for (guint i = 0; i < plan->steps->len; i++)
    {
      const Step *step = g_ptr_array_index (plan->steps, i);

      if (!is_offered (plan, step->tool))
        return FALSE;
    }

  return TRUE;
}

/* Hands over what needs tools that are not here, or words a script has not. NULL: nothing to hand over, or
 * nobody for it. */
static SbRehearsalTurn *
hand_over (Plan      *plan,
           JsonArray *messages)
{
  JsonObject *function = g_hash_table_lookup (plan->offered, TRANSFER);
  g_autoptr(JsonObject) arguments = NULL;
  SbRehearsalTurn *turn = NULL;
  gboolean code = FALSE;
  const char *agent = NULL;

  if (function == NULL || is_offered (plan, "exec") || plan->intents->len == 0)
    return NULL;

  for (guint i = 0; i < plan->intents->len; i++)
    {
      const SbRehearsalIntent *intent = g_ptr_array_index (plan->intents, i);

      code |= intent->kind != SB_REHEARSAL_READ && intent->kind != SB_REHEARSAL_EXPLAIN;
    }
  agent = choose_agent (function, messages, code);
  if (agent == NULL && wants (plan, SB_REHEARSAL_READ))
    agent = choose_agent (function, messages, TRUE);
  if (agent == NULL)
    return NULL;

  arguments = make_arguments ("agent_name", agent);
  json_object_set_string_member (arguments, "reason", code
                                 ? "the request needs a sandbox to write or run something in"
                                 : "the request is about reading and explaining");
  turn = turn_new ("");
  turn_add_call (turn, TRANSFER, arguments);

  return turn;
}

/* Whether two steps may be under way at once: they look at things, or come from one clause ("run a.js and
 * b.js"). */
static gboolean
are_independent (const Step *one,
                 const Step *other)
{
  gboolean one_looks = one->intent->kind == SB_REHEARSAL_LIST || one->intent->kind == SB_REHEARSAL_READ;
  gboolean other_looks = other->intent->kind == SB_REHEARSAL_LIST || other->intent->kind == SB_REHEARSAL_READ;

  if (one->intent->kind == SB_REHEARSAL_INIT || other->intent->kind == SB_REHEARSAL_INIT)
    return FALSE;

  return (one_looks && other_looks) ||
         (one->intent->kind == other->intent->kind && one->intent->clause == other->intent->clause);
}

static const char *
announce (const Step *step)
{
  switch (step->intent->kind)
    {
    case SB_REHEARSAL_INIT:
      return "First a sandbox.";
    case SB_REHEARSAL_WRITE:
      return "Now the program.";
    case SB_REHEARSAL_RUN_FILE:
    case SB_REHEARSAL_RUN_COMMAND:
      return "Let me run that.";
    case SB_REHEARSAL_FETCH:
      return "I try that from inside the sandbox.";
    case SB_REHEARSAL_LIST:
    case SB_REHEARSAL_READ:
    case SB_REHEARSAL_EXPLAIN:
      return "Let me look.";
    case SB_REHEARSAL_STOP:
    default:
      return "I stop the sandbox.";
    }
}

static SbRehearsalTurn *
call_from (Plan  *plan,
           guint  first)
{
  const Step *head = g_ptr_array_index (plan->steps, first);
  SbRehearsalTurn *turn = turn_new (announce (head));

  for (guint i = first; i < plan->steps->len; i++)
    {
      const Step *step = g_ptr_array_index (plan->steps, i);

      if (i > first && (step->made != NULL || !are_independent (head, step)))
        break;
      turn_add_call (turn, step->tool, step->arguments);
    }

  return turn;
}

/* After this nothing that follows can work. */
static gboolean
is_fatal (const Step *step)
{
  return (step->intent->kind == SB_REHEARSAL_INIT || step->intent->kind == SB_REHEARSAL_WRITE) &&
         !sb_rehearsal_call_succeeded (step->made);
}

static SbRehearsalTurn *
report (Plan  *plan,
        guint  n_made)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < n_made; i++)
    {
      const Step *step = g_ptr_array_index (plan->steps, i);

      sb_rehearsal_report_append (text, step->intent, step->made);
    }
  if (n_made < plan->steps->len)
    g_string_append (text, "So I stopped there; the rest was not done.");

  return turn_new (g_strchomp (text->str));
}

static SbRehearsalTurn *
answer_without_tools (Plan *plan)
{
  if (plan->intents->len == 0)
    return turn_new (INTRODUCTION);
  if (wants (plan, SB_REHEARSAL_EXPLAIN))
    return turn_new ("I am a rehearsal, a script without AI, so I cannot explain or review anything. Set up a model "
                     "for that: " MODELS);
  if (plan->steps->len == 0)
    return turn_new ("I understood that something shall be run, but not what: name a file such as hello.js, or a "
                     "command in backticks.");

  return turn_new ("That needs a tool of the sandbox that I was not given. Say “@cerebras” in front of the request to "
                   "ask the agent that has them.");
}

/* The answer of the scripted model to a conversation: what a request's messages and tools lead to, worked
 * out anew each time, as a model does. messages, tools (nullable): of a chat completions request, of any
 * quality. (transfer full) */
SbRehearsalTurn *
sb_rehearsal_script_next (JsonArray *messages,
                          JsonArray *tools)
{
  Plan plan;
  SbRehearsalTurn *turn = NULL;
  gboolean is_missing = FALSE;
  guint n_missing = 0;

  plan_init (&plan, messages, tools);
  n_missing = sb_rehearsal_history_count_missing (plan.history, &is_missing);

  turn = hand_over (&plan, messages);
  if (turn == NULL && (plan.steps->len == 0 || !can_do (&plan)))
    turn = answer_without_tools (&plan);
  else if (turn == NULL && is_missing && n_missing > MAX_STARTS)
    turn = turn_new ("The tools still say that there is no sandbox, although one was started. I stop here.");
  else if (turn == NULL && is_missing)
    {
      g_autoptr(JsonObject) none = json_object_new ();

      turn = turn_new ("There is no sandbox any more, so I start a new one and try again.");
      turn_add_call (turn, "initSandbox", none);
    }

  for (guint i = 0; turn == NULL && i < plan.steps->len; i++)
    {
      const Step *step = g_ptr_array_index (plan.steps, i);

      if (step->made == NULL)
        turn = call_from (&plan, i);
      else if (is_fatal (step))
        turn = report (&plan, i + 1);
    }
  if (turn == NULL)
    turn = report (&plan, plan.steps->len);

  plan_clear (&plan);

  return turn;
}

void
sb_rehearsal_turn_free (SbRehearsalTurn *self)
{
  if (self == NULL)
    return;

  g_free (self->text);
  g_ptr_array_unref (self->calls);
  g_free (self);
}
