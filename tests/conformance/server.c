/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <gio/gunixinputstream.h>
#include <unistd.h>

#include "sb-json.h"
#include "sb-mcp-http-server.h"
#include "sb-mcp-server.h"

/* The server under test of the official conformance suite: what the scenarios want to find (fixtures.json), on our
 * server library. Prints its address, and runs until its input ends. A fixture has the entry that is listed, and
 * says what its handler does: "log" and "progress", "rounds" of questions to the client, and the "result" or "text"
 * of its answer. ${name} in them stands for an argument, ${answers} for what the client said. */

static SbMcpServer *server; /* the only one, for fixtures that change it */

static char *
replace (const char *text,
         const char *name,
         const char *value)
{
  g_autofree char *mark = g_strdup_printf ("${%s}", name);
  g_autofree char *escaped = g_strescape (value, NULL);
  GString *replaced = g_string_new (text);

  g_string_replace (replaced, mark, escaped, 0);

  return g_string_free (replaced, FALSE);
}

static char *
replace_all (const char *text,
             JsonObject *values)
{
  char *replaced = g_strdup (text);
  JsonObjectIter iter;
  const char *name = NULL;
  JsonNode *node = NULL;

  if (values != NULL)
    json_object_iter_init (&iter, values);
  while (values != NULL && json_object_iter_next (&iter, &name, &node))
    {
      const char *value = sb_json_get_string (values, name);
      char *next = value != NULL ? replace (replaced, name, value) : g_strdup (replaced);

      g_free (replaced);
      replaced = next;
    }

  return replaced;
}

/* Returns: (transfer full): the member of the fixture with the request's values in it */
static JsonObject *
fill_in (JsonObject    *object,
         SbMcpExchange *exchange)
{
  JsonObject *params = sb_mcp_exchange_get_params (exchange);
  g_autofree char *text = sb_json_object_to_string (object);
  g_autofree char *with_arguments = replace_all (text, sb_json_get_object (params, "arguments"));
  g_autofree char *whole = replace_all (with_arguments, params);

  return sb_json_parse_object (whole, -1, NULL);
}

static JsonObject *
new_text_result (const char *text,
                 GString    *answers)
{
  JsonObject *result = json_object_new ();
  JsonObject *content = json_object_new ();
  JsonArray *contents = json_array_new ();
  GString *whole = g_string_new (text);

  g_string_replace (whole, "${answers}", answers->str, 0);
  json_object_set_string_member (content, "type", "text");
  json_object_set_string_member (content, "text", whole->str);
  json_array_add_object_element (contents, content);
  json_object_set_array_member (result, "content", contents);
  g_string_free (whole, TRUE);

  return result;
}

static gboolean
is_offered (SbMcpExchange *exchange,
            const char    *method)
{
  if (g_str_equal (method, "elicitation/create"))
    return sb_mcp_exchange_client_offers (exchange, "elicitation");

  return sb_mcp_exchange_client_offers (exchange, g_str_equal (method, "roots/list") ? "roots" : "sampling");
}

/* Asks everything of one round. Returns: whether all of it has been answered */
static gboolean
ask_round (SbMcpExchange *exchange,
           JsonObject    *questions,
           gboolean       only_offered,
           GString       *answers)
{
  JsonObjectIter iter;
  const char *key = NULL;
  JsonNode *node = NULL;
  gboolean all = TRUE;

  json_object_iter_init (&iter, questions);
  while (json_object_iter_next (&iter, &key, &node))
    {
      JsonObject *question = json_node_get_object (node);
      const char *method = sb_json_get_string (question, "method");
      JsonObject *answer = NULL;
      g_autofree char *text = NULL;

      if (only_offered && !is_offered (exchange, method))
        continue;
      answer = sb_mcp_exchange_ask (exchange, key, method, fill_in (sb_json_get_object (question, "params"), exchange));
      all = all && answer != NULL;
      text = answer != NULL ? sb_json_object_to_string (answer) : NULL;
      if (text != NULL)
        g_string_append (answers, text);
    }

  return all;
}

/* A round's state says that it has been asked. Returns: whether the last one has been answered */
static gboolean
ask_rounds (SbMcpExchange *exchange,
            JsonObject    *fixture,
            GString       *answers)
{
  JsonArray *rounds = sb_json_get_array (fixture, "rounds");
  const char *state = sb_mcp_exchange_get_state (exchange);
  gboolean offered = sb_json_get_boolean (fixture, "offered", FALSE);
  guint n = rounds != NULL ? json_array_get_length (rounds) : 0;
  guint i = state != NULL ? g_ascii_strtoull (state, NULL, 10) - 1 : 0;

  for (; i < n; i++)
    {
      JsonObject *round = json_array_get_object_element (rounds, i);

      g_string_truncate (answers, 0);
      if (ask_round (exchange, sb_json_get_object (round, "ask"), offered, answers))
        continue;
      sb_mcp_exchange_wait (exchange, sb_json_get_string (round, "state"));
      return FALSE;
    }

  return TRUE;
}

static void
report (SbMcpExchange *exchange,
        JsonObject    *fixture)
{
  JsonArray *log = sb_json_get_array (fixture, "log");
  JsonArray *progress = sb_json_get_array (fixture, "progress");

  for (guint i = 0; log != NULL && i < json_array_get_length (log); i++)
    sb_mcp_exchange_log (exchange, "info", "fixture", json_array_get_string_element (log, i));
  for (guint i = 0; progress != NULL && i < json_array_get_length (progress); i++)
    sb_mcp_exchange_progress (exchange, json_array_get_double_element (progress, i), 100, NULL);
}

static void
serve_cb (SbMcpExchange *exchange,
          gpointer       user_data)
{
  JsonObject *fixture = user_data;
  const char *text = sb_json_get_string (fixture, "text");
  g_autoptr(GString) answers = g_string_new (NULL);

  report (exchange, fixture);
  if (!ask_rounds (exchange, fixture, answers))
    return;

  if (text != NULL)
    sb_mcp_exchange_respond (exchange, new_text_result (text, answers));
  else
    sb_mcp_exchange_respond (exchange, fill_in (sb_json_get_object (fixture, "result"), exchange));
}

/* A thing more, or one less: the list is another. */
static void
change_list (const char *kind)
{
  g_autoptr(JsonObject) entry = sb_json_parse_object ("{\"name\":\"passing\",\"description\":\"Comes and goes\","
                                                      "\"inputSchema\":{\"type\":\"object\"}}", -1, NULL);

  if (g_str_equal (kind, "prompts"))
    {
      sb_mcp_server_set_prompt (server, entry, serve_cb, NULL);
      sb_mcp_server_remove_prompt (server, "passing");
    }
  else
    {
      sb_mcp_server_set_tool (server, entry, NULL, NULL);
      sb_mcp_server_remove_tool (server, "passing");
    }
}

static void
call_cb (SbMcpToolCall *call,
         gpointer       user_data)
{
  const char *trigger = sb_json_get_string (user_data, "trigger");

  if (trigger != NULL)
    change_list (trigger);
  serve_cb (sb_mcp_tool_call_get_exchange (call), user_data);
}

static void
complete_cb (SbMcpExchange *exchange,
             gpointer       user_data)
{
  sb_mcp_exchange_respond (exchange, sb_json_parse_object ("{\"completion\":{\"values\":[\"paris\",\"park\"],"
                                                           "\"total\":2,"
                                                           "\"hasMore\":false}}", -1, NULL));
}

static void
put_all (JsonObject *fixtures)
{
  JsonArray *tools = sb_json_get_array (fixtures, "tools");
  JsonArray *prompts = sb_json_get_array (fixtures, "prompts");
  JsonArray *resources = sb_json_get_array (fixtures, "resources");

  for (guint i = 0; i < json_array_get_length (tools); i++)
    {
      JsonObject *fixture = json_array_get_object_element (tools, i);

      sb_mcp_server_set_tool (server, sb_json_get_object (fixture, "entry"), call_cb, fixture);
    }
  for (guint i = 0; i < json_array_get_length (prompts); i++)
    {
      JsonObject *fixture = json_array_get_object_element (prompts, i);

      sb_mcp_server_set_prompt (server, sb_json_get_object (fixture, "entry"), serve_cb, fixture);
    }
  for (guint i = 0; i < json_array_get_length (resources); i++)
    {
      JsonObject *fixture = json_array_get_object_element (resources, i);

      sb_mcp_server_set_resource (server, sb_json_get_object (fixture, "entry"), serve_cb, fixture);
    }
  sb_mcp_server_set_completion (server, complete_cb, NULL);
}

static void
accept_cb (SbMcpTransport *transport,
           gpointer        user_data)
{
  sb_mcp_server_accept (server, transport);
}

static gboolean
input_cb (GObject  *stream,
          gpointer  user_data)
{
  g_main_loop_quit (user_data);

  return G_SOURCE_REMOVE;
}

int
main (int    argc,
      char **argv)
{
  g_autofree char *path = g_build_filename (g_getenv ("SB_TEST_SOURCE_ROOT"), "tests", "conformance", "fixtures.json",
                                            NULL);
  SbMcpHttpServerOptions options = { .kind = SB_MCP_HTTP_SERVE_STREAMABLE };
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr(GSource) source = g_pollable_input_stream_create_source (G_POLLABLE_INPUT_STREAM (input), NULL);
  g_autoptr(SbMcpHttpServer) http = NULL;
  g_autoptr(JsonObject) fixtures = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, &error)
      || (fixtures = sb_json_parse_object (text, -1, &error)) == NULL
      || (http = sb_mcp_http_server_new (&options, accept_cb, NULL, &error)) == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }

  server = sb_mcp_server_new ("conformance-fixture", PACKAGE_VERSION, "Made for the conformance suite.");
  put_all (fixtures);
  sb_mcp_http_server_set_header_check (http, sb_mcp_server_check_headers, server);
  g_print ("%s\n", sb_mcp_http_server_get_url (http));
  g_source_set_callback (source, G_SOURCE_FUNC (input_cb), loop, NULL);
  g_source_attach (source, NULL);
  g_main_loop_run (loop);
  g_clear_object (&http);
  g_clear_object (&server);

  return 0;
}
