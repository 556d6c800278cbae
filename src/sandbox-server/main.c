/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>

#include "sb-engine-discovery.h"
#include "sb-mcp-serve.h"
#include "sb-mcp-stdio.h"
#include "sb-sandbox-server.h"
#include "sb-serve-options.h"

typedef struct
{
  /* owned */
  GMainLoop        *loop;
  SbSandboxManager *manager;
  SbMcpServer      *server;
  SbMcpTransport   *transport; /* nullable: over HTTP */
  SbMcpHttpServer  *http;      /* nullable: over standard input and output */

  guint    term_id;
  guint    int_id;
  gboolean ending;
} Program;

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Program *program = user_data;
  g_autoptr(GError) error = NULL;

  if (!sb_sandbox_manager_shutdown_finish (SB_SANDBOX_MANAGER (source), result, &error))
    g_printerr ("sandbar-sandbox: %s\n", error->message);
  g_main_loop_quit (program->loop);
}

static void
end (Program *program)
{
  if (program->ending)
    return;

  program->ending = TRUE;
  if (program->transport != NULL)
    sb_mcp_transport_close (program->transport);
  if (program->http != NULL)
    sb_mcp_http_server_stop (program->http);
  sb_sandbox_manager_shutdown_async (program->manager, ended_cb, program);
}

static void
transport_closed_cb (SbMcpTransport *transport,
                     const GError   *error,
                     gpointer        user_data)
{
  end (user_data);
}

static gboolean
signal_cb (gpointer user_data)
{
  end (user_data);

  return G_SOURCE_CONTINUE;
}

static void
probed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr(GError) error = NULL;

  /* Not the end: an engine may be started later, and whoever calls a tool hears of it. */
  if (!sb_sandbox_manager_probe_finish (SB_SANDBOX_MANAGER (source), result, &error))
    g_printerr ("sandbar-sandbox: %s\n", error->message);
}

static gboolean
open_stdio (Program *program)
{
  program->transport = sb_mcp_stdio_take ();
  if (program->transport == NULL)
    {
      g_printerr ("sandbar-sandbox: standard input and output must be open; start it from an MCP client.\n");
      return FALSE;
    }

  g_signal_connect (program->transport, "closed", G_CALLBACK (transport_closed_cb), program);
  sb_mcp_server_accept (program->server, program->transport);

  return TRUE;
}

static gboolean
open_http (Program              *program,
           const SbServeOptions *options)
{
  SbMcpHttpServerOptions serve = {
    .kind = options->kind,
    .address = options->host,
    .port = options->port >= 0 ? options->port : SB_MCP_HTTP_SERVER_DEFAULT_PORT,
    .token = options->token,
  };
  g_autoptr(GError) error = NULL;

  program->http = sb_mcp_serve_http (program->server, &serve, &error);
  if (program->http == NULL)
    {
      g_printerr ("sandbar-sandbox: %s\n", error->message);
      return FALSE;
    }

  g_printerr ("sandbar-sandbox: serving at %s\n", sb_mcp_http_server_get_url (program->http));
  if (options->made_token)
    g_printerr ("sandbar-sandbox: the token is %s\n", options->token);

  return TRUE;
}

static void
run (Program *program)
{
  program->term_id = g_unix_signal_add (SIGTERM, signal_cb, program);
  program->int_id = g_unix_signal_add (SIGINT, signal_cb, program);
  sb_sandbox_manager_probe_async (program->manager, NULL, probed_cb, NULL);

  g_main_loop_run (program->loop);

  g_source_remove (program->term_id);
  g_source_remove (program->int_id);
}

static int
serve (SbEngineList         *engines,
       const SbServeOptions *options)
{
  Program program = { NULL };
  gboolean opened = FALSE;

  program.loop = g_main_loop_new (NULL, FALSE);
  program.manager = sb_sandbox_manager_new_for_engines (engines);
  program.server = sb_sandbox_server_new (program.manager, NULL, NULL);
  opened = options->over_http ? open_http (&program, options) : open_stdio (&program);
  if (opened)
    run (&program);

  if (program.transport != NULL)
    g_signal_handlers_disconnect_by_data (program.transport, &program);
  g_clear_object (&program.http);
  g_clear_object (&program.server);
  g_clear_object (&program.transport);
  g_clear_object (&program.manager);
  g_main_loop_unref (program.loop);

  return opened ? EXIT_SUCCESS : EXIT_FAILURE;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr(GOptionContext) context = g_option_context_new (NULL);
  g_autoptr(SbEngineList) engines = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *backend = NULL;
  g_autofree char *problem = NULL;
  g_auto(SbServeOptions) options = { .port = -1 };
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "backend", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &backend,
      "Where sandboxes run; without it an engine if one answers, else bubblewrap", "docker|bwrap" },
    { "transport", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.transport,
      "How clients reach it; without it stdio", "stdio|streaming|sse" },
    { "host", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_STRING, &options.host,
      "The IP address to listen on; without it 127.0.0.1", "ADDRESS" },
    { "port", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_INT, &options.port,
      "The port to listen on, 0 for any; without it 8811", "PORT" },
    { "token-file", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_FILENAME, &options.token_file,
      "Holds the token that clients need; else it is in SANDBAR_MCP_TOKEN, or made up and shown", "FILE" },
    { "version", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, &version, "Print the version", NULL },
    { NULL },
  };

  setlocale (LC_ALL, "");
  signal (SIGPIPE, SIG_IGN);
  g_option_context_set_summary (context, "Serves sandboxes as MCP tools, on standard input and output or over HTTP.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("sandbar-sandbox: %s\n", error->message);
      return EXIT_FAILURE;
    }
  if (version)
    {
      g_print ("sandbar-sandbox %s\n", PACKAGE_VERSION);
      return EXIT_SUCCESS;
    }

  if (!sb_serve_options_check (&options, &error))
    {
      g_printerr ("sandbar-sandbox: %s\n", error->message);
      return EXIT_FAILURE;
    }

  engines = sb_engine_discovery_run (backend, NULL, &problem, &error);
  if (engines == NULL)
    {
      g_printerr ("sandbar-sandbox: %s\n", error->message);
      return EXIT_FAILURE;
    }

  if (problem != NULL)
    g_printerr ("sandbar-sandbox: %s\n", problem);

  return serve (engines, &options);
}
