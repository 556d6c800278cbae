/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include <stdlib.h>

#include "sb-backends.h"
#include "sb-id.h"
#include "sb-json.h"
#include "sb-mcp-client.h"
#include "sb-mcp-memory-transport.h"
#include "sb-sandbox-manager-private.h"
#include "sb-sandbox-server.h"

#define N_STARTS 10
#define N_CALLS 200
#define N_FILES 30

/* Prints "name<TAB>median<TAB>worst<TAB>unit" for each figure. usage: bench-sandbox [docker|bwrap] */
typedef struct
{
  SbSandboxManager *manager;
  SbMcpServer      *server;
  SbMcpClient      *client;
} Bench;

static void
keep_result (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
die (const char *what,
     const char *why)
{
  g_printerr ("bench-sandbox: %s: %s\n", what, why);
  exit (EXIT_FAILURE);
}

static void
call (Bench      *bench,
      const char *name,
      const char *arguments)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(JsonObject) object = sb_json_parse_object (arguments, -1, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(SbMcpToolResult) tool_result = NULL;

  sb_mcp_client_call_tool_async (bench->client, name, object, NULL, 0, NULL, NULL, NULL, keep_result, &result);
  wait_for (&result);
  tool_result = sb_mcp_client_call_tool_finish (bench->client, result, &error);
  if (tool_result == NULL)
    die (name, error->message);
  if (tool_result->is_error)
    die (name, tool_result->text);
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  const gint64 *left = a;
  const gint64 *right = b;

  return (*left > *right) - (*left < *right);
}

static void
report (const char *name,
        GArray     *times)
{
  g_array_sort (times, compare);
  g_print ("%s\t%.3f\t%.3f\tms\n", name, g_array_index (times, gint64, times->len / 2) / 1000.0,
           g_array_index (times, gint64, times->len - 1) / 1000.0);
}

static void
time_calls (Bench      *bench,
            const char *title,
            const char *name,
            const char *arguments)
{
  g_autoptr(GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < N_CALLS; i++)
    {
      gint64 start = sb_clock_monotonic ();
      gint64 time = 0;

      call (bench, name, arguments);
      time = sb_clock_monotonic () - start;
      g_array_append_val (times, time);
    }
  report (title, times);
}

static void
time_starts (Bench      *bench,
             const char *title,
             gboolean    from_spare)
{
  g_autoptr(GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));

  sb_sandbox_manager_set_keep_spare (bench->manager, from_spare);
  for (guint i = 0; i < N_STARTS; i++)
    {
      gint64 start = 0;
      gint64 time = 0;

      while (from_spare && !sb_sandbox_manager_has_spare (bench->manager))
        g_main_context_iteration (NULL, TRUE);
      start = sb_clock_monotonic ();
      call (bench, "initSandbox", "{}");
      time = sb_clock_monotonic () - start;
      g_array_append_val (times, time);
      call (bench, "stopSandbox", "{}");
    }
  report (title, times);
  sb_sandbox_manager_set_keep_spare (bench->manager, FALSE);
}

static void
connect_client (Bench *bench)
{
  g_autoptr(SbMcpTransport) a = NULL;
  g_autoptr(SbMcpTransport) b = NULL;
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_mcp_memory_transport_new_pair (&a, &b);
  bench->server = sb_sandbox_server_new (bench->manager, NULL);
  sb_mcp_server_accept (bench->server, b);
  bench->client = sb_mcp_client_new (a);
  sb_mcp_client_initialize_async (bench->client, NULL, keep_result, &result);
  wait_for (&result);
  if (!sb_mcp_client_initialize_finish (bench->client, result, &error))
    die ("initialize", error->message);
}

static void
run (Bench *bench)
{
  g_autoptr(GAsyncResult) result = NULL;
  g_autofree char *make_files = g_strdup_printf ("{\"command\":\"for i in $(seq %d); do echo x > f$i; done\"}",
                                                 N_FILES);

  connect_client (bench);
  call (bench, "initSandbox", "{}");
  time_calls (bench, "exec true", "exec", "{\"command\":[\"true\"]}");
  call (bench, "exec", make_files);
  time_calls (bench, "list 30 files", "listFiles", "{}");
  time_calls (bench, "write a file", "writeFile", "{\"filename\":\"a.txt\",\"contents\":\"hello\"}");
  call (bench, "stopSandbox", "{}");
  time_starts (bench, "sandbox ready, cold", FALSE);
  time_starts (bench, "sandbox ready, from the spare", TRUE);

  sb_sandbox_manager_shutdown_async (bench->manager, keep_result, &result);
  wait_for (&result);
  sb_sandbox_manager_shutdown_finish (bench->manager, result, NULL);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GListModel) backends = sb_backends_discover (argc > 1 ? argv[1] : NULL, &error);
  Bench bench = { NULL };

  if (backends == NULL)
    die ("backends", error->message);

  bench.manager = sb_sandbox_manager_new (backends);
  run (&bench);
  sb_mcp_client_close (bench.client);
  g_clear_object (&bench.client);
  g_clear_object (&bench.server);
  g_clear_object (&bench.manager);

  return EXIT_SUCCESS;
}
