/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

/* The real window: from the start of a process to its first frame, the main job, memory, and what it costs to stand
 * there. Needs a display. usage: bench-window [ROUNDS] */

#include "config.h"

#include <glib/gstdio.h>
#include <stdlib.h>

#include "sb-application.h"
#include "sb-bench.h"
#include "sb-shell.h"
#include "sb-window.h"

#define START_VARIABLE "SANDBAR_BENCH_START" /* set for a child: when it was started, ms */
#define SENTENCE "initialize a sandbox, write hello.js that prints the first 20 primes, and run it"
#define SETTLE_MS 1500
#define FADE_MS 5000 /* scrollbars fade out */
#define IDLE_MS 5000

typedef struct
{
  /* owned */
  SbApplication *application;
  GAsyncResult  *result; /* of the call under way */

  /* borrowed */
  SbWindow      *window;

  guint n_frames;
} Session;

static void
painted_cb (Session *session)
{
  session->n_frames++;
}

static void
wait_frame (Session *session)
{
  guint before = session->n_frames;

  while (session->n_frames == before)
    g_main_context_iteration (NULL, TRUE);
}

static void
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
}

static void
run_for (guint milliseconds)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  g_timeout_add_once (milliseconds, quit_cb, loop);
  g_main_loop_run (loop);
}

/* As main () of the application does. */
static void
open_window (Session *session)
{
  g_autoptr(GError) error = NULL;

  sb_shell_register_resources ();
  session->application = sb_application_new ();
  if (!g_application_register (G_APPLICATION (session->application), NULL, &error))
    g_error ("%s", error->message);
  g_object_set (gtk_settings_get_default (), "gtk-cursor-blink", FALSE, NULL);
  g_application_activate (G_APPLICATION (session->application));

  session->window = SB_WINDOW (gtk_application_get_active_window (GTK_APPLICATION (session->application)));
  g_signal_connect_swapped (gtk_widget_get_frame_clock (GTK_WIDGET (session->window)), "after-paint",
                            G_CALLBACK (painted_cb), session);
}

static void
keep_result_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  Session *session = user_data;

  session->result = g_object_ref (result);
}

static GAsyncResult *
wait_result (Session *session)
{
  while (session->result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return g_steal_pointer (&session->result);
}

/* No key and no server of this machine: the scripted model. */
static void
use_rehearsal (Session *session)
{
  SbWorkspace *workspace = sb_window_get_workspace (session->window);
  g_autoptr(GAsyncResult) result = NULL;
  g_autoptr(GError) error = NULL;

  sb_workspace_configure_provider_async (workspace, NULL, "rehearsal", NULL, NULL, NULL, NULL,
                                         keep_result_cb, session);
  result = wait_result (session);
  if (!sb_workspace_configure_provider_finish (workspace, result, &error))
    g_error ("%s", error->message);
}

static void
shut_down (Session *session)
{
  SbWorkspace *workspace = sb_window_get_workspace (session->window);
  g_autoptr(GAsyncResult) result = NULL;

  sb_workspace_shutdown_async (workspace, keep_result_cb, session);
  result = wait_result (session);
  sb_workspace_shutdown_finish (workspace, result, NULL);
}

static int
run_child (double start)
{
  Session session = { 0 };

  open_window (&session);
  wait_frame (&session);
  g_print ("%.3f\n", sb_bench_now () - start);
  shut_down (&session);

  return EXIT_SUCCESS;
}

static double
start_child (const char *program)
{
  g_autofree char *start = g_strdup_printf ("%.3f", sb_bench_now ());
  g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr(GSubprocess) process = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *output = NULL;

  g_subprocess_launcher_setenv (launcher, START_VARIABLE, start, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, program, NULL);
  if (process == NULL || !g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error)
      || !g_subprocess_get_successful (process))
    g_error ("A child failed: %s", error != NULL ? error->message : "its exit status");

  return g_ascii_strtod (output, NULL);
}

static void
measure_start (const char *program,
               guint       rounds)
{
  g_autoptr(SbBenchSeries) series = sb_bench_series_new ();

  start_child (program); /* makes the history and warms the file cache */
  for (guint i = 0; i < rounds; i++)
    sb_bench_series_add (series, start_child (program));
  sb_bench_row ("from exec to the first frame", "ms", series, NULL, NULL);
}

static void
collect_calls (SbConversation *conversation,
               const char     *title,
               SbBenchSeries  *series)
{
  GListModel *trace = G_LIST_MODEL (sb_conversation_get_trace (conversation));

  for (guint i = 0; i < g_list_model_get_n_items (trace); i++)
    {
      g_autoptr(SbTraceEvent) event = g_list_model_get_item (trace, i);

      if (sb_trace_event_get_kind (event) == SB_TRACE_KIND_TOOL_CALL
          && g_str_has_prefix (sb_trace_event_get_title (event), title))
        sb_bench_series_add (series, sb_trace_event_get_duration (event) / 1000.0);
    }
}

/* From the sentence being sent to the frame that shows the end of the answer. */
static SbConversation *
run_job (Session       *session,
         SbBenchSeries *series)
{
  SbWorkspace *workspace = sb_window_get_workspace (session->window);
  SbConversation *conversation = sb_workspace_new_conversation (workspace);
  g_autoptr(GError) error = NULL;
  double start;

  sb_selection_set_conversation (sb_window_get_selection (session->window), conversation);
  run_for (SETTLE_MS);
  start = sb_bench_now ();
  if (!sb_workspace_send (workspace, conversation, SENTENCE, NULL, &error))
    g_error ("%s", error->message);
  while (sb_conversation_get_running (conversation))
    g_main_context_iteration (NULL, TRUE);
  wait_frame (session);
  sb_bench_series_add (series, sb_bench_now () - start);

  return conversation;
}

static void
measure_jobs (Session *session,
              guint    rounds)
{
  g_autoptr(SbBenchSeries) first = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) jobs = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) inits = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) writes = sb_bench_series_new ();
  g_autoptr(SbBenchSeries) execs = sb_bench_series_new ();

  run_job (session, first);
  sb_bench_row ("the main job, for the first time", "ms", first, NULL, NULL);
  for (guint i = 0; i < rounds; i++)
    {
      SbConversation *conversation = run_job (session, jobs);

      collect_calls (conversation, "initSandbox", inits);
      collect_calls (conversation, "writeFile", writes);
      collect_calls (conversation, "exec", execs);
    }
  sb_bench_row ("the main job, again", "ms", jobs, NULL, NULL);
  sb_bench_row ("  initSandbox in it", "ms", inits, NULL, NULL);
  sb_bench_row ("  writeFile in it", "ms", writes, NULL, NULL);
  sb_bench_row ("  exec node hello.js in it", "ms", execs, NULL, NULL);
}

static void
measure_idle (Session *session)
{
  double cpu;
  guint before;

  run_for (FADE_MS);
  before = session->n_frames;
  cpu = sb_bench_cpu ();
  run_for (IDLE_MS);
  cpu = sb_bench_cpu () - cpu;

  sb_bench_figure ("frames drawn in 5 idle seconds", "frames", session->n_frames - before);
  sb_bench_figure ("CPU in 5 idle seconds", "%", cpu / IDLE_MS * 100);
}

static void
remove_folder (const char *folder)
{
  const char *argv[] = { "rm", "-rf", folder, NULL };

  sb_bench_command (argv);
}

int
main (int   argc,
      char *argv[])
{
  const char *start = g_getenv (START_VARIABLE);
  guint rounds = argc > 1 ? (guint) g_ascii_strtoull (argv[1], NULL, 10) : 10;
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = NULL;
  Session session = { 0 };

  if (start != NULL)
    return run_child (g_ascii_strtod (start, NULL));

  folder = g_dir_make_tmp ("sandbar-bench-XXXXXX", NULL);
  g_setenv ("SANDBAR_DATA_DIR", folder, TRUE);
  g_chdir (folder); /* no .env */
  measure_start (program, rounds);

  open_window (&session);
  use_rehearsal (&session);
  measure_jobs (&session, rounds);
  measure_idle (&session);
  sb_bench_figure ("peak memory after all that", "MB", sb_bench_status_megabytes ("VmHWM"));
  shut_down (&session);
  remove_folder (folder);

  return EXIT_SUCCESS;
}
