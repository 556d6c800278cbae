/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sb-json.h"
#include "sb-mcp-server.h"
#include "sb-mcp-stream-transport.h"

/* An MCP server on standard input and output that does what its arguments and its tools say: the tests' child.
 *
 * count=FILE   its process id goes to the end of the file
 * say=TEXT     on standard error, at once
 * tell=NAME    the variable's value on standard error, without a line end
 * die          it ends before it has answered anything
 * mute         it never answers, and hears neither the end of its input nor TERM
 * tools=A,B    what it offers; each answers with its name, its arguments and all kinds of content
 *
 * Tools that do more by their name: crash, slow (two steps, then it waits to be cancelled), grow (one more tool), touch
 * (the note is another), log (at debug and at error); elicit, sample and roots ask the client, and tell its answer. */

typedef struct
{
  GMainLoop      *loop;
  SbMcpServer    *server;
  SbMcpTransport *transport;
} Program;

static void answer_cb (SbMcpToolCall *call,
                       gpointer       user_data);

static void
add_tool (Program    *program,
          const char *name)
{
  g_autofree char *text = g_strdup_printf ("{\"name\":\"%s\",\"title\":\"T\",\"inputSchema\":{\"type\":\"object\","
                                           "\"properties\":{\"n\":{\"type\":\"integer\"}}},\"annotations\":"
                                           "{\"readOnlyHint\":true},\"_meta\":{\"kept\":1}}", name);
  g_autoptr(JsonObject) entry = sb_json_parse_object (text, -1, NULL);

  sb_mcp_server_set_tool (program->server, entry, answer_cb, program);
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  g_autoptr(SbMcpToolCall) call = user_data;

  g_printerr ("cancelled\n");
}

static void
answer (SbMcpToolCall *call)
{
  g_autofree char *arguments = sb_json_object_to_string (sb_mcp_tool_call_get_arguments (call));
  g_autofree char *text = g_strdup_printf ("{\"content\":[{\"type\":\"text\",\"text\":\"%s\",\"extra\":true},"
                                           "{\"type\":\"image\",\"data\":\"aGk=\",\"mimeType\":\"image/png\"}],"
                                           "\"structuredContent\":%s,\"isError\":%s,\"_meta\":{\"kept\":2}}",
                                           sb_mcp_tool_call_get_name (call), arguments,
                                           g_str_equal (sb_mcp_tool_call_get_name (call), "fail") ? "true" : "false");

  sb_mcp_tool_call_respond_whole (call, sb_json_parse_object (text, -1, NULL));
}

/* FALSE: the tool asks nothing. */
static gboolean
ask_client (SbMcpToolCall *call)
{
  static const struct
  {
    const char *tool;
    const char *method;
    const char *params;
  } questions[] = {
    { "elicit", "elicitation/create", "{\"mode\":\"form\",\"message\":\"Who?\",\"requestedSchema\":{\"type\":"
      "\"object\",\"properties\":{\"name\":{\"type\":\"string\"}}}}" },
    { "sample", "sampling/createMessage", "{\"maxTokens\":9,\"messages\":[{\"role\":\"user\",\"content\":{\"type\":"
      "\"text\",\"text\":\"Say\"}}]}" },
    { "roots", "roots/list", "{}" },
  };
  SbMcpExchange *exchange = sb_mcp_tool_call_get_exchange (call);

  for (guint i = 0; i < G_N_ELEMENTS (questions); i++)
    {
      JsonObject *answer;
      g_autofree char *text = NULL;

      if (!g_str_equal (sb_mcp_tool_call_get_name (call), questions[i].tool))
        continue;
      answer = sb_mcp_exchange_ask (exchange, "q", questions[i].method,
                                    sb_json_parse_object (questions[i].params, -1, NULL));
      text = answer != NULL ? sb_json_object_to_string (answer) : NULL;
      if (answer != NULL)
        sb_mcp_tool_call_respond (call, text, NULL);
      else
        sb_mcp_exchange_wait (exchange, "waiting");
      return TRUE;
    }

  return FALSE;
}

static void
answer_cb (SbMcpToolCall *call,
           gpointer       user_data)
{
  const char *name = sb_mcp_tool_call_get_name (call);
  Program *program = user_data;

  if (ask_client (call))
    return;

  if (g_str_equal (name, "crash"))
    _exit (3);

  if (g_str_equal (name, "slow"))
    {
      sb_mcp_tool_call_progress (call, 1, 2, "one");
      sb_mcp_tool_call_progress (call, 2, 2, "two");
      g_cancellable_connect (sb_mcp_tool_call_get_cancellable (call), G_CALLBACK (cancelled_cb), g_object_ref (call),
                             NULL);
      return;
    }

  if (g_str_equal (name, "grow"))
    add_tool (program, "grown");
  if (g_str_equal (name, "touch"))
    sb_mcp_server_tell_resource_updated (program->server, "test:note");
  if (g_str_equal (name, "log"))
    {
      sb_mcp_exchange_log (sb_mcp_tool_call_get_exchange (call), "debug", NULL, "quiet");
      sb_mcp_exchange_log (sb_mcp_tool_call_get_exchange (call), "error", "mind", "loud");
    }
  answer (call);
}

static void
read_cb (SbMcpExchange *exchange,
         gpointer       user_data)
{
  g_autofree char *text = g_strdup_printf ("{\"contents\":[{\"uri\":\"%s\",\"text\":\"read\"}]}",
                                           sb_json_get_string (sb_mcp_exchange_get_params (exchange), "uri"));

  sb_mcp_exchange_respond (exchange, sb_json_parse_object (text, -1, NULL));
}

static void
prompt_cb (SbMcpExchange *exchange,
           gpointer       user_data)
{
  sb_mcp_exchange_respond (exchange, sb_json_parse_object ("{\"messages\":[{\"role\":\"user\",\"content\":"
                                                           "{\"type\":\"text\",\"text\":\"hello\"}}]}", -1, NULL));
}

static void
offer_more (Program *program)
{
  g_autoptr(JsonObject) prompt = sb_json_parse_object ("{\"name\":\"greet\"}", -1, NULL);
  g_autoptr(JsonObject) resource = sb_json_parse_object ("{\"uri\":\"test:note\",\"name\":\"note\"}", -1, NULL);
  g_autoptr(JsonObject) template = sb_json_parse_object ("{\"uriTemplate\":\"test:{x}.txt\",\"name\":\"x\"}", -1, NULL);

  sb_mcp_server_set_prompt (program->server, prompt, prompt_cb, NULL);
  sb_mcp_server_set_resource (program->server, resource, read_cb, NULL);
  sb_mcp_server_set_resource (program->server, template, read_cb, NULL);
}

static void
closed_cb (SbMcpTransport *transport,
           gpointer        error,
           gpointer        user_data)
{
  g_main_loop_quit (user_data);
}

static void
count_start (const char *path)
{
  g_autofree char *line = g_strdup_printf ("%d\n", getpid ());
  int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

  if (fd < 0 || write (fd, line, strlen (line)) < 0)
    exit (1);
  close (fd);
}

static void
stay_mute (void)
{
  signal (SIGTERM, SIG_IGN);
  for (;;)
    pause ();
}

static void
obey (Program    *program,
      const char *word)
{
  const char *value = strchr (word, '=');
  g_auto(GStrv) names = NULL;

  value = value != NULL ? value + 1 : word;
  if (g_str_has_prefix (word, "count="))
    count_start (value);
  else if (g_str_has_prefix (word, "say="))
    g_printerr ("%s\n", value);
  else if (g_str_has_prefix (word, "tell="))
    g_printerr ("%s", g_getenv (value) != NULL ? g_getenv (value) : "nothing");
  else if (g_str_equal (word, "die"))
    exit (4);
  else if (g_str_equal (word, "mute"))
    stay_mute ();
  else if (g_str_has_prefix (word, "tools="))
    names = g_strsplit (value, ",", -1);

  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    add_tool (program, names[i]);
}

int
main (int    argc,
      char **argv)
{
  Program program = { NULL };
  g_autoptr(GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr(GOutputStream) output = g_unix_output_stream_new (STDOUT_FILENO, FALSE);
  g_autoptr(SbDuplex) duplex = NULL;

  program.loop = g_main_loop_new (NULL, FALSE);
  program.server = sb_mcp_server_new ("test", "1", "Be kind.");
  offer_more (&program);
  for (int i = 1; i < argc; i++)
    obey (&program, argv[i]);

  duplex = sb_duplex_new (input, output, NULL);
  program.transport = sb_mcp_stream_transport_new (duplex);
  g_signal_connect (program.transport, "closed", G_CALLBACK (closed_cb), program.loop);
  sb_mcp_server_accept (program.server, program.transport);
  g_main_loop_run (program.loop);

  return 0;
}
