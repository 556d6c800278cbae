/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli.h"

#include "sb-cli-questions.h"
#include "sb-cli-supplies.h"
#include "sb-cli-watch.h"
#include "sb-workspace.h"

#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct
{
  /* owned */
  SbWorkspace      *workspace;
  SbConversation   *conversation;
  SbCliWatch       *watch;
  SbCliQuestions   *questions;
  SbCliSupplies    *supplies;
  GMainLoop        *loop;
  GDataInputStream *input;
  GCancellable     *cancellable; /* of the reading */
  guint             signal_ids[3];

  /* borrowed */
  const char       *agent;

  gboolean          json;
  gboolean          talks; /* line by line, until there are no more */
  gboolean          starting;
  int               status;
} Chat;

typedef struct
{
  gboolean  json;
  gboolean  ephemeral;
  GStrv     allowed;
  char     *agent;
  char     *agents_file;
  char     *backend;
  char     *base_url;
  char     *model;
  char     *profile;
  GStrv     words;
} Options;

static const int stop_signals[] = { SIGINT, SIGTERM, SIGHUP };

static void line_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data);

static void
options_clear (Options *options)
{
  g_strfreev (options->allowed);
  g_free (options->agent);
  g_free (options->agents_file);
  g_free (options->backend);
  g_free (options->base_url);
  g_free (options->model);
  g_free (options->profile);
  g_strfreev (options->words);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
parse_options (Options *options,
               int     *argc,
               char  ***argv)
{
  const GOptionEntry entries[] = {
    { "agent", 'a', 0, G_OPTION_ARG_STRING, &options->agent, "Speak with this agent", "ID" },
    { "agents", 0, 0, G_OPTION_ARG_FILENAME, &options->agents_file, "Use these agents", "FILE" },
    { "allow", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->allowed,
      "Say yes to such questions: image, package, port, url, … Can be repeated", "KIND" },
    { "backend", 'b', 0, G_OPTION_ARG_STRING, &options->backend, "docker or bwrap; the first that works otherwise",
      "NAME" },
    { "base-url", 'u', 0, G_OPTION_ARG_STRING, &options->base_url, "An OpenAI-compatible server, for all agents",
      "URL" },
    { "ephemeral", 0, 0, G_OPTION_ARG_NONE, &options->ephemeral, "Keep no history", NULL },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &options->json, "Print one JSON event per line", NULL },
    { "model", 'm', 0, G_OPTION_ARG_STRING, &options->model, "The model, for all agents", "NAME" },
    { "profile", 'p', 0, G_OPTION_ARG_STRING, &options->profile,
      "cerebras, dmr, ollama, openai, local or rehearsal, for all agents", "NAME" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->words, NULL, "[TEXT]" },
    { NULL }
  };
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);
  g_autoptr(GError) error = NULL;

  g_set_prgname ("sandbar-cli chat");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, "Asks the agents, who may write code and run it in a sandbox. Without TEXT "
                                         "it reads lines and answers each.\nExit status: 0 done, 1 failed, 2 wrong "
                                         "use, 130 interrupted.");
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;

  fprintf (stderr, "sandbar-cli chat: %s\n", error->message);

  return FALSE;
}

static void
print_error (const GError *error)
{
  fprintf (stderr, "Error: %s\n", error->message);
}

/* How the last turn ended: the trace knows. */
static SbTraceState
get_turn_state (Chat *chat)
{
  GListModel *events = G_LIST_MODEL (sb_conversation_get_trace (chat->conversation));

  for (guint i = g_list_model_get_n_items (events); i > 0; i--)
    {
      g_autoptr(SbTraceEvent) event = g_list_model_get_item (events, i - 1);

      if (sb_trace_event_get_kind (event) == SB_TRACE_KIND_TURN)
        return sb_trace_event_get_state (event);
    }

  return SB_TRACE_STATE_FAILED;
}

static void
read_more (Chat *chat)
{
  if (!g_input_stream_has_pending (G_INPUT_STREAM (chat->input)))
    g_data_input_stream_read_line_async (chat->input, G_PRIORITY_DEFAULT, chat->cancellable, line_cb, chat);
}

static void
read_line (Chat *chat)
{
  if (isatty (STDIN_FILENO) && isatty (STDOUT_FILENO) && !chat->json)
    {
      fputs ("> ", stdout);
      fflush (stdout);
    }
  read_more (chat);
}

static void
send (Chat       *chat,
      const char *text)
{
  g_autoptr(GError) error = NULL;

  if (sb_workspace_send (chat->workspace, chat->conversation, text, chat->agent, &error))
    return;

  print_error (error);
  chat->status = SB_CLI_EXIT_FAILED;
  g_main_loop_quit (chat->loop);
}

static void
line_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Chat *chat = user_data;
  g_autofree char *line = NULL;
  g_autofree char *text = NULL;

  line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (source), result, NULL, NULL);
  text = g_strstrip (g_utf8_make_valid (line != NULL ? line : "", -1));
  if (sb_cli_questions_take_line (chat->questions, text))
    {
      if (chat->talks && !sb_conversation_get_running (chat->conversation))
        read_line (chat);
    }
  else if (line == NULL && chat->talks)
    {
      g_main_loop_quit (chat->loop);
    }
  else if (!chat->talks || sb_conversation_get_running (chat->conversation))
    {
      /* An answer to a question that was taken back. */
    }
  else if (text[0] == '\0')
    {
      read_line (chat);
    }
  else
    {
      send (chat, text);
    }
}

static void
asks_cb (SbCliQuestions *questions,
         gpointer        user_data)
{
  read_more (user_data);
}

static void
running_cb (SbConversation *conversation,
            GParamSpec     *pspec,
            gpointer        user_data)
{
  Chat *chat = user_data;
  SbTraceState state;

  if (sb_conversation_get_running (conversation))
    return;

  state = get_turn_state (chat);
  if (chat->json)
    sb_cli_json_done (state == SB_TRACE_STATE_OK ? "done" : state == SB_TRACE_STATE_CANCELLED ? "stopped" : "failed");
  if (chat->status != SB_CLI_EXIT_INTERRUPTED)
    chat->status = state == SB_TRACE_STATE_OK ? 0 : SB_CLI_EXIT_FAILED;

  if (chat->talks && chat->status != SB_CLI_EXIT_INTERRUPTED && !ferror (stdout))
    read_line (chat);
  else
    g_main_loop_quit (chat->loop);
}

static void
warning_cb (SbWorkspace *workspace,
            const char  *title,
            const char  *hint,
            gpointer     user_data)
{
  fprintf (stderr, "Warning: %s: %s\n", title, hint);
}

static gboolean
signal_cb (gpointer user_data)
{
  Chat *chat = user_data;

  /* The second one does not wait: what runs in a sandbox dies with its owner in any case. */
  if (chat->status == SB_CLI_EXIT_INTERRUPTED)
    _exit (SB_CLI_EXIT_INTERRUPTED);

  chat->status = SB_CLI_EXIT_INTERRUPTED;
  if (sb_conversation_get_running (chat->conversation))
    sb_workspace_stop (chat->workspace, chat->conversation);
  else
    g_main_loop_quit (chat->loop);

  return G_SOURCE_CONTINUE;
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Chat *chat = user_data;
  g_autofree char *status = NULL;

  sb_workspace_start_finish (SB_WORKSPACE (source), result, NULL);
  chat->starting = FALSE;

  g_object_get (source, "provider-status", &status, NULL);
  if (!chat->json && status != NULL)
    fprintf (stderr, "%s\n", status);
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  gboolean *ended = user_data;

  sb_workspace_shutdown_finish (SB_WORKSPACE (source), result, NULL);
  *ended = TRUE;
}

static gboolean
open_workspace (Chat          *chat,
                const Options *options)
{
  SbWorkspaceOptions workspace_options = {
    .agents_file = options->agents_file,
    .backend = options->backend,
    .ephemeral = options->ephemeral,
    .profile = options->profile,
    .base_url = options->base_url,
    .model = options->model,
  };
  g_autoptr(GError) error = NULL;

  chat->workspace = sb_workspace_new (&workspace_options, &error);
  if (chat->workspace == NULL)
    {
      print_error (error);
      return FALSE;
    }

  return TRUE;
}

static void
run (Chat          *chat,
     const Options *options)
{
  g_autofree char *text = options->words != NULL ? g_strjoinv (" ", options->words) : NULL;

  chat->starting = TRUE;
  sb_workspace_start_async (chat->workspace, NULL, started_cb, chat);
  for (guint i = 0; i < G_N_ELEMENTS (stop_signals); i++)
    chat->signal_ids[i] = g_unix_signal_add (stop_signals[i], signal_cb, chat);

  chat->talks = text == NULL;
  if (chat->talks)
    read_line (chat);
  else
    send (chat, text);

  g_main_loop_run (chat->loop);
}

/* What is typed answers questions; what is piped in is a conversation. */
static void
listen (Chat          *chat,
        const Options *options)
{
  gboolean is_terminal = isatty (STDIN_FILENO) && isatty (STDERR_FILENO) && !options->json;
  SbApprovals *approvals = sb_workspace_get_approvals (chat->workspace);
  g_autoptr(GInputStream) raw = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  chat->input = g_data_input_stream_new (raw);
  chat->questions = sb_cli_questions_new (approvals, is_terminal, (const char * const *) options->allowed);
  g_signal_connect (chat->questions, "asks", G_CALLBACK (asks_cb), chat);
  chat->supplies = sb_cli_supplies_new (sb_sandbox_manager_get_supplies (sb_workspace_get_sandboxes (chat->workspace)),
                                        options->json);
}

static void
shut_down (Chat *chat)
{
  gboolean ended = FALSE;

  g_cancellable_cancel (chat->cancellable);
  sb_workspace_shutdown_async (chat->workspace, ended_cb, &ended);
  while (!ended || chat->starting)
    g_main_context_iteration (NULL, TRUE);

  for (guint i = 0; i < G_N_ELEMENTS (stop_signals); i++)
    g_clear_handle_id (&chat->signal_ids[i], g_source_remove);
}

static void
chat_clear (Chat *chat)
{
  g_clear_object (&chat->questions);
  g_clear_object (&chat->supplies);
  g_clear_object (&chat->watch);
  g_clear_object (&chat->conversation);
  g_clear_object (&chat->workspace);
  g_clear_object (&chat->input);
  g_clear_object (&chat->cancellable);
  g_clear_pointer (&chat->loop, g_main_loop_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Chat, chat_clear)

int
sb_cli_chat (int    argc,
             char **argv)
{
  g_auto(Options) options = { 0 };
  g_auto(Chat) chat = { 0 };

  if (!parse_options (&options, &argc, &argv))
    return SB_CLI_EXIT_USAGE;
  if (!open_workspace (&chat, &options))
    return SB_CLI_EXIT_FAILED;

  chat.json = options.json;
  chat.agent = options.agent;
  chat.loop = g_main_loop_new (NULL, FALSE);
  chat.cancellable = g_cancellable_new ();
  chat.conversation = g_object_ref (sb_workspace_new_conversation (chat.workspace));
  chat.watch = sb_cli_watch_new (chat.conversation, options.json ? &sb_cli_json_output : &sb_cli_text_output, NULL);
  g_signal_connect (chat.conversation, "notify::running", G_CALLBACK (running_cb), &chat);
  g_signal_connect (chat.workspace, "warning", G_CALLBACK (warning_cb), NULL);

  listen (&chat, &options);
  run (&chat, &options);
  shut_down (&chat);
  g_signal_handlers_disconnect_by_data (chat.conversation, &chat);

  return chat.status;
}
