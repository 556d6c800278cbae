/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

/* Our client at a server with the tool echo. Prints samples, "name<TAB>value" a line; mcp-client.mjs does and prints
 * the same with the protocol's official client. CALLS 0: only initialize.
 * usage: bench-mcp-client stdio|sse|streamableHttp CALLS URL|PROGRAM… */

#include "config.h"

#include <stdlib.h>

#include "sb-bench.h"
#include "sb-json.h"
#include "sb-mcp-child-transport.h"
#include "sb-mcp-client.h"
#include "sb-mcp-http-transport.h"

#define WARM_UP 200
#define IN_FLIGHT 16

typedef struct
{
  SbMcpClient  *client;
  GAsyncResult *result; /* of initialize */
  guint         n_begun;
  guint         n_ended;
  guint         n_calls;
  gboolean      closed;
} Leg;

static void
keep_result_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  ((Leg *) user_data)->result = g_object_ref (result);
}

static void
closed_cb (SbMcpClient  *client,
           const GError *error,
           gpointer      user_data)
{
  ((Leg *) user_data)->closed = TRUE;
}

static void begin_call (Leg *leg);

static void
called_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Leg *leg = user_data;
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpToolResult) answer = sb_mcp_client_call_tool_finish (SB_MCP_CLIENT (source), result, &error);

  if (answer == NULL || !g_str_has_prefix (answer->text, "Echo: hello "))
    g_error ("echo: %s", error != NULL ? error->message : answer->text);
  leg->n_ended++;
  if (leg->n_begun < leg->n_calls)
    begin_call (leg);
}

static void
begin_call (Leg *leg)
{
  g_autofree char *message = g_strdup_printf ("hello %u", leg->n_begun);
  g_autoptr(JsonObject) arguments = json_object_new ();

  json_object_set_string_member (arguments, "message", message);
  leg->n_begun++;
  sb_mcp_client_call_tool_async (leg->client, "echo", arguments, NULL, 60000, NULL, NULL, NULL, called_cb, leg);
}

/* Milliseconds for all of them. */
static double
call (Leg   *leg,
      guint  n_calls,
      guint  at_once)
{
  double start = sb_bench_now ();

  leg->n_begun = 0;
  leg->n_ended = 0;
  leg->n_calls = n_calls;
  for (guint i = 0; i < MIN (at_once, n_calls); i++)
    begin_call (leg);
  while (leg->n_ended < n_calls)
    g_main_context_iteration (NULL, TRUE);

  return sb_bench_now () - start;
}

static SbMcpTransport *
make_transport (const char         *kind,
                const char * const *target)
{
  SbMcpHttpOptions options = { .kind = g_str_equal (kind, "sse") ? SB_MCP_HTTP_SSE : SB_MCP_HTTP_STREAMABLE };
  g_autoptr(GError) error = NULL;
  SbMcpTransport *transport = g_str_equal (kind, "stdio") ? sb_mcp_child_transport_new (target, NULL, NULL, &error)
                                                          : sb_mcp_http_transport_new (target[0], &options, &error);

  if (transport == NULL)
    g_error ("%s", error->message);

  return transport;
}

static void
initialize (Leg                *leg,
            const char         *kind,
            const char * const *target)
{
  double start = sb_bench_now ();
  g_autoptr(SbMcpTransport) transport = make_transport (kind, target);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  leg->client = sb_mcp_client_new (transport);
  g_signal_connect (leg->client, "closed", G_CALLBACK (closed_cb), leg);
  sb_mcp_client_initialize_async (leg->client, NULL, keep_result_cb, leg);
  while (leg->result == NULL)
    g_main_context_iteration (NULL, TRUE);
  result = g_steal_pointer (&leg->result);
  if (!sb_mcp_client_initialize_finish (leg->client, result, &error))
    g_error ("initialize: %s", error->message);
  g_print ("init\t%.3f\n", sb_bench_now () - start);
}

static void
measure (Leg   *leg,
         guint  n_calls)
{
  g_autofree double *samples = g_new (double, n_calls);
  double cpu = 0;
  double flight = 0;

  call (leg, WARM_UP, 1);
  cpu = sb_bench_cpu ();
  for (guint i = 0; i < n_calls; i++)
    samples[i] = call (leg, 1, 1);
  flight = call (leg, 2 * n_calls, IN_FLIGHT);
  cpu = sb_bench_cpu () - cpu;

  for (guint i = 0; i < n_calls; i++)
    g_print ("call\t%.4f\n", samples[i]);
  g_print ("flight\t%.4f\n", flight / (2 * n_calls));
  g_print ("cpu\t%.4f\n", cpu / (3 * n_calls));
  g_print ("memory\t%.2f\n", sb_bench_status_megabytes ("VmRSS"));
}

int
main (int    argc,
      char **argv)
{
  Leg leg = { NULL };
  guint n_calls = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : 0;

  if (argc < 4)
    {
      g_printerr ("usage: bench-mcp-client stdio|sse|streamableHttp CALLS URL|PROGRAM…\n");
      return 2;
    }

  initialize (&leg, argv[1], (const char * const *) argv + 3);
  if (n_calls > 0)
    measure (&leg, n_calls);
  sb_mcp_client_close (leg.client);
  while (!leg.closed)
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (leg.client);

  return EXIT_SUCCESS;
}
