/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>

#include "sb-cli-gateway-options.h"
#include "sb-cli-gateway-setup.h"
#include "sb-engine-discovery.h"
#include "sb-gateway-proxy.h"
#include "sb-mcp-serve.h"
#include "sb-mcp-stdio.h"
#include "sb-text.h"

#define TOKEN_VARIABLE "MCP_GATEWAY_AUTH_TOKEN"
/* A server that takes longer comes as a change of the list. */
#define SETTLE_SECONDS 10
#define IN_CONTAINER_VARIABLE "DOCKER_MCP_IN_CONTAINER"

typedef struct
{
  /* owned */
  GMainLoop           *loop;
  SbCatalogState      *state;
  GHashTable          *secrets;
  SbGateway           *gateway;
  SbGatewayProxy      *proxy;
  SbSandboxManager    *sandboxes;  /* nullable */
  GPtrArray           *endpoints;  /* of SbDockerEndpoint, to be tried */
  SbDockerClient      *docker;     /* nullable: the one that is tried */
  SbMcpTransport      *transport;  /* nullable */
  SbMcpHttpServer     *http;       /* nullable */
  char                *token;      /* nullable */

  /* borrowed */
  SbCliGatewayOptions *options;

  gint64               started;    /* monotonic */
  guint                next_endpoint;
  guint                term_id;
  guint                int_id;
  guint                settle_id;
  int                  status;
  gboolean             settled;
  gboolean             ending;
} Program;

/* Everything that is said goes to standard error, in the words of Docker's gateway, which others parse. */
static void G_GNUC_PRINTF (1, 2)
say (const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  clean = sb_text_clean (text, -1, NULL);
  fprintf (stderr, "%s\n", clean);
}

static double
seconds_since (gint64 start)
{
  return (g_get_monotonic_time () - start) / (double) G_USEC_PER_SEC;
}

/* The end */

static void
sandboxes_ended_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  Program *program = user_data;

  sb_sandbox_manager_shutdown_finish (SB_SANDBOX_MANAGER (source), result, NULL);
  g_main_loop_quit (program->loop);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Program *program = user_data;

  sb_gateway_stop_finish (SB_GATEWAY (source), result, NULL);
  if (program->sandboxes != NULL)
    sb_sandbox_manager_shutdown_async (program->sandboxes, sandboxes_ended_cb, program);
  else
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
  sb_gateway_stop_async (program->gateway, stopped_cb, program);
}

static gboolean
signal_cb (gpointer user_data)
{
  end (user_data);

  return G_SOURCE_CONTINUE;
}

static void
transport_closed_cb (SbMcpTransport *transport,
                     gpointer        error,
                     gpointer        user_data)
{
  end (user_data);
}

/* Serving */

static char *
choose_host (SbCliGatewayOptions *options)
{
  if (options->host != NULL)
    return g_strdup (options->host);

  return g_strdup (g_getenv (IN_CONTAINER_VARIABLE) != NULL ? "0.0.0.0" : "127.0.0.1");
}

static gboolean
serve_http (Program  *program,
            GError  **error)
{
  SbCliGatewayOptions *options = program->options;
  g_autofree char *host = choose_host (options);
  SbMcpHttpServerOptions serve = {
    .kind = options->transport == SB_CLI_GATEWAY_SSE ? SB_MCP_HTTP_SERVE_SSE : SB_MCP_HTTP_SERVE_STREAMABLE,
    .address = host,
    .port = options->port,
    .token = program->token,
  };

  program->http = sb_mcp_serve_http (sb_gateway_proxy_get_server (program->proxy), &serve, error);
  if (program->http == NULL)
    return FALSE;

  say ("> Start %s server at %s", options->transport == SB_CLI_GATEWAY_SSE ? "sse" : "streaming",
       sb_mcp_http_server_get_url (program->http));

  return TRUE;
}

static void
serve (Program *program)
{
  g_autoptr(GError) error = NULL;

  if (program->options->dry_run)
    {
      say ("Dry run mode enabled, not starting the server.");
      end (program);
    }
  else if (program->transport != NULL)
    {
      say ("> Start stdio server");
      sb_mcp_server_accept (sb_gateway_proxy_get_server (program->proxy), program->transport);
    }
  else if (!serve_http (program, &error))
    {
      say ("sandbar-cli: %s", error->message);
      program->status = SB_CLI_EXIT_FAILED;
      end (program);
    }
}

/* Servers come up */

static gboolean
is_settled (SbGatewayServer *server)
{
  SbGatewayServerState state = sb_gateway_server_get_state (server);

  return state == SB_GATEWAY_SERVER_OFF || state == SB_GATEWAY_SERVER_READY || state == SB_GATEWAY_SERVER_BLOCKED ||
         state == SB_GATEWAY_SERVER_WAITING;
}

static void
settle (Program *program)
{
  guint n_tools = 0;

  program->settled = TRUE;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (program->gateway)); i++)
    {
      g_autoptr(SbGatewayServer) server = g_list_model_get_item (G_LIST_MODEL (program->gateway), i);

      n_tools += g_list_model_get_n_items (sb_gateway_server_get_tools (server));
    }

  say ("> %u tools listed in %.3fs", n_tools, seconds_since (program->started));
  say ("> Initialized in %.3fs", seconds_since (program->started));
  serve (program);
}

static void
serve_when_settled (Program *program)
{
  if (program->settled || program->ending)
    return;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (program->gateway)); i++)
    {
      g_autoptr(SbGatewayServer) server = g_list_model_get_item (G_LIST_MODEL (program->gateway), i);

      if (!is_settled (server))
        return;
    }

  settle (program);
}

static gboolean
settle_cb (gpointer user_data)
{
  Program *program = user_data;

  program->settle_id = 0;
  if (!program->settled && !program->ending)
    settle (program);

  return G_SOURCE_REMOVE;
}

static void
state_cb (SbGatewayServer *server,
          GParamSpec      *pspec,
          gpointer         user_data)
{
  const char *name = sb_gateway_server_get_name (server);
  const char *message = sb_gateway_server_get_message (server);
  SbCatalogServer *entry = sb_gateway_server_get_entry (server);
  const char *image = sb_catalog_server_get_fields (entry)->image;

  if (sb_gateway_server_get_state (server) == SB_GATEWAY_SERVER_READY)
    say ("  > %s: (%u tools)", name, g_list_model_get_n_items (sb_gateway_server_get_tools (server)));
  else if (sb_gateway_server_get_state (server) == SB_GATEWAY_SERVER_STARTING)
    say ("  - Running %s", image != NULL ? image : name);
  else if (message != NULL)
    say ("  > Can't start %s: %s", name, message);
  serve_when_settled (user_data);
}

static void
appended_cb (SbServerLog *log,
             const char  *text,
             gpointer     user_data)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (lines[i][0] != '\0')
      say ("- %s: %s", (const char *) user_data, lines[i]);
}

static void
tools_changed_cb (SbGatewayServer *server,
                  gpointer         user_data)
{
  Program *program = user_data;

  sb_cli_gateway_filter_tools (program->options, program->state, server);
}

static void
call_started_cb (SbGatewayProxy *proxy,
                 const char     *name,
                 guint           n_arguments,
                 gpointer        user_data)
{
  say ("  - Calling tool %s with arguments: object with %u field(s)", name, n_arguments);
}

static void
call_finished_cb (SbGatewayProxy *proxy,
                  const char     *name,
                  gint64          duration,
                  gboolean        answered,
                  gpointer        user_data)
{
  say ("  > Calling tool %s took: %.3fms", name, duration / 1000.0);
}

static void
start_servers (Program *program)
{
  g_autoptr(GString) names = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (program->gateway)); i++)
    {
      g_autoptr(SbGatewayServer) server = g_list_model_get_item (G_LIST_MODEL (program->gateway), i);
      const char *name = sb_gateway_server_get_name (server);

      if (sb_catalog_state_get_enabled (program->state, name))
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", name);
      g_signal_connect (server, "notify::state", G_CALLBACK (state_cb), program);
      g_signal_connect (server, "tools-changed", G_CALLBACK (tools_changed_cb), program);
      if (program->options->verbose)
        g_signal_connect_data (sb_gateway_server_get_log (server), "appended", G_CALLBACK (appended_cb),
                               g_strdup (name), (GClosureNotify) (void (*) (void)) g_free, 0);
    }

  if (names->len == 0)
    say ("- No server is enabled; name some with --servers or use --enable-all-servers");
  else
    say ("- Those servers are enabled: %s", names->str);
  program->settle_id = g_timeout_add_seconds (SETTLE_SECONDS, settle_cb, program);
  sb_gateway_start (program->gateway);
  serve_when_settled (program);
}

/* The engine */

static void try_endpoint (Program *program);

static void
pinged_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Program *program = user_data;

  if (sb_docker_client_ping_finish (SB_DOCKER_CLIENT (source), result, NULL))
    {
      sb_gateway_set_docker (program->gateway, program->docker);
      start_servers (program);
    }
  else
    {
      try_endpoint (program);
    }
}

/* One after the other, in the Docker CLI's own order; without any, images say so. */
static void
try_endpoint (Program *program)
{
  while (program->next_endpoint < program->endpoints->len)
    {
      SbDockerEndpoint *endpoint = g_ptr_array_index (program->endpoints, program->next_endpoint++);

      g_clear_object (&program->docker);
      program->docker = sb_docker_client_new_for_endpoint (endpoint, NULL);
      if (program->docker == NULL)
        continue;
      sb_docker_client_ping_async (program->docker, NULL, pinged_cb, program);
      return;
    }

  start_servers (program);
}

/* Setting up */

static void
secrets_cb (SbSecretRequest *request,
            gpointer         user_data)
{
  Program *program = user_data;

  sb_secret_request_answer (request, program->secrets);
}

/* There may be no browser on this machine; who reads this has one. */
static void
open_cb (const char *uri,
         gpointer    user_data)
{
  say ("- A server wants to know who uses it. Sign in at %s", uri);
}

static SbSandboxManager *
make_sandboxes (void)
{
  g_autofree char *problem = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbEngineList) engines = sb_engine_discovery_run (NULL, NULL, &problem, &error);

  return engines != NULL ? sb_sandbox_manager_new_for_engines (engines) : NULL;
}

static void
make_gateway (Program   *program,
              GPtrArray *catalogs)
{
  g_autoptr(SbRedactor) redactor = sb_redactor_new ();
  g_autoptr(SbApprovals) approvals = sb_approvals_new ();
  g_autoptr(SbMcpHost) host = sb_mcp_host_new ();
  SbGatewayContext parts = {
    .state = program->state,
    .redactor = redactor,
    .approvals = approvals,
    .host = host,
    .secrets = secrets_cb,
    .secrets_data = program,
    .open_browser = open_cb,
    .open_unasked = TRUE,
  };

  program->sandboxes = make_sandboxes ();
  parts.sandboxes = program->sandboxes;
  program->gateway = sb_gateway_new (&parts);
  sb_gateway_set_catalogs (program->gateway, catalogs);
  program->proxy = sb_gateway_proxy_new (program->gateway);
  if (program->options->log_calls)
    {
      g_signal_connect (program->proxy, "call-started", G_CALLBACK (call_started_cb), NULL);
      g_signal_connect (program->proxy, "call-finished", G_CALLBACK (call_finished_cb), NULL);
    }
}

static gboolean
choose_token (Program  *program,
              GError  **error)
{
  gboolean made = FALSE;

  if (program->options->allow_unauthenticated)
    return TRUE;

  program->token = sb_mcp_serve_take_token (TOKEN_VARIABLE, NULL, &made, error);
  if (made)
    say ("- Clients need this token: %s", program->token);

  return program->token != NULL;
}

static gboolean
set_up (Program  *program,
        GError  **error)
{
  SbCliGatewayOptions *options = program->options;
  g_autoptr(GPtrArray) catalogs = sb_cli_gateway_load_catalogs (options, error);
  g_autoptr(GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);

  if (catalogs == NULL)
    return FALSE;
  program->state = sb_cli_gateway_load_state (options, catalogs, missing, error);
  program->secrets = program->state != NULL ? sb_cli_gateway_load_secrets (options, error) : NULL;
  if (program->secrets == NULL)
    return FALSE;

  for (guint i = 0; i < missing->len; i++)
    say ("MCP server not found: %s", (char *) g_ptr_array_index (missing, i));
  if (options->transport != SB_CLI_GATEWAY_STDIO && !choose_token (program, error))
    return FALSE;
  make_gateway (program, catalogs);

  return TRUE;
}

static void
run (Program *program)
{
  program->loop = g_main_loop_new (NULL, FALSE);
  program->started = g_get_monotonic_time ();
  program->endpoints = sb_docker_endpoint_discover ();
  program->term_id = g_unix_signal_add (SIGTERM, signal_cb, program);
  program->int_id = g_unix_signal_add (SIGINT, signal_cb, program);
  if (program->transport != NULL)
    g_signal_connect (program->transport, "closed", G_CALLBACK (transport_closed_cb), program);
  try_endpoint (program);
  g_main_loop_run (program->loop);

  g_clear_handle_id (&program->settle_id, g_source_remove);
  g_source_remove (program->term_id);
  g_source_remove (program->int_id);
  if (program->transport != NULL)
    g_signal_handlers_disconnect_by_data (program->transport, program);
  g_main_loop_unref (program->loop);
  g_ptr_array_unref (program->endpoints);
}

static void
program_clear (Program *program)
{
  g_clear_object (&program->http);
  g_clear_object (&program->proxy);
  g_clear_object (&program->gateway);
  g_clear_object (&program->transport);
  g_clear_object (&program->sandboxes);
  g_clear_object (&program->docker);
  g_clear_object (&program->state);
  g_clear_pointer (&program->secrets, g_hash_table_unref);
  g_clear_pointer (&program->token, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Program, program_clear)

int
sb_cli_gateway (int    argc,
                char **argv)
{
  g_auto(SbCliGatewayOptions) options = { 0 };
  g_auto(Program) program = { NULL };
  g_autoptr(GError) error = NULL;

  sb_cli_gateway_options_init (&options);
  program.options = &options;
  if (!sb_cli_gateway_options_parse (&options, argv + 1, &error))
    {
      say ("sandbar-cli: %s", error->message);
      return SB_CLI_EXIT_USAGE;
    }
  if (options.help)
    {
      fputs (sb_cli_gateway_options_help (), stdout);
      return 0;
    }

  for (guint i = 0; i < options.notes->len; i++)
    say ("- %s", (char *) g_ptr_array_index (options.notes, i));
  if (options.transport == SB_CLI_GATEWAY_STDIO && !options.dry_run)
    {
      program.transport = sb_mcp_stdio_take ();
      if (program.transport == NULL)
        {
          say ("sandbar-cli: standard input and output must be open; start it from an MCP client.");
          return SB_CLI_EXIT_FAILED;
        }
    }
  if (!set_up (&program, &error))
    {
      say ("sandbar-cli: %s", error->message);
      return SB_CLI_EXIT_FAILED;
    }

  run (&program);

  return program.status;
}
