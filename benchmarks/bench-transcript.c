/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

/* Streams tokens into a real chat view and opens a long conversation: CPU share, gaps between frames, memory.
 * Needs a display, e.g. GSK_RENDERER=cairo xvfb-run -a. usage: bench-transcript [TOKENS_PER_SECOND [SECONDS]] */

#include "config.h"

#include <adwaita.h>
#include <stdlib.h>

#include "sb-bench.h"
#include "sb-chat-view.h"
#include "sb-fake-workspace.h"
#include "sb-sample.h"
#include "sb-source-scheme.h"

#define TOKEN_BYTES 4
#define MESSAGES 5000

typedef struct
{
  SbMessage     *message;
  SbBenchSeries *gaps;       /* ms */
  SbBenchSeries *work;       /* ms of CPU in a frame, which other processes do not change */
  double         begun;      /* ms of CPU */
  gint64         start;
  double         last_frame; /* ms */
  double         longest;    /* ms */
  guint          rate;
  guint          n_tokens;
} Stream;

#define PARAGRAPH \
  "The sandbox starts in a few milliseconds because one is always kept ready, and **claiming** it is a message on a " \
  "channel that is open already. What runs inside sees a read-only root, its own `/workspace`, and no network at " \
  "all; whatever it prints comes back over the same channel, in order, and with its exit status.\n\n"

static const char prose[] =
  PARAGRAPH PARAGRAPH
  "- a list with *two* items\n- and the second one\n\n"
  PARAGRAPH PARAGRAPH
  "## And a heading\n\n"
  PARAGRAPH PARAGRAPH
  "```js\nfor (let i = 0; i < 10; i++)\n  console.log (i * i);\n\nmodule.exports = { isPrime };\n```\n\n";

static void
frame_begin_cb (Stream *stream)
{
  stream->begun = sb_bench_cpu ();
}

static void
frame_cb (Stream *stream)
{
  double now = sb_bench_now ();

  sb_bench_series_add (stream->work, sb_bench_cpu () - stream->begun);
  if (stream->last_frame > 0)
    {
      sb_bench_series_add (stream->gaps, now - stream->last_frame);
      stream->longest = MAX (stream->longest, now - stream->last_frame);
    }
  stream->last_frame = now;
}

/* As they come from a socket: what is due, a token an append. */
static gboolean
feed_cb (gpointer user_data)
{
  Stream *stream = user_data;
  gint64 due = (g_get_monotonic_time () - stream->start) * stream->rate / G_USEC_PER_SEC;

  for (; stream->n_tokens < due; stream->n_tokens++)
    {
      gsize at = (stream->n_tokens * TOKEN_BYTES) % (sizeof (prose) - 1);

      sb_message_append_text (stream->message, prose + at, MIN (TOKEN_BYTES, sizeof (prose) - 1 - at));
    }

  return G_SOURCE_CONTINUE;
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

static void
bench_stream (SbChatView *chat,
              guint       rate,
              guint       seconds)
{
  g_autoptr(SbConversation) conversation = sb_conversation_new (NULL, NULL);
  g_autoptr(SbMessage) message = sb_message_new (SB_MESSAGE_ROLE_ASSISTANT, "turn");
  g_autoptr(SbBenchSeries) gaps = sb_bench_series_new ();
  g_autofree char *cpu_name = g_strdup_printf ("%u tokens/s into the chat, CPU of one core", rate);
  g_autoptr(SbBenchSeries) work = sb_bench_series_new ();
  Stream stream = { .message = message, .rate = rate, .gaps = gaps, .work = work };
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (chat));
  double cpu;
  guint feed;

  sb_message_set_state (message, SB_MESSAGE_STATE_STREAMING);
  sb_conversation_append (conversation, message);
  sb_chat_view_set_conversation (chat, conversation);
  run_for (300);

  g_signal_connect_swapped (clock, "before-paint", G_CALLBACK (frame_begin_cb), &stream);
  g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (frame_cb), &stream);
  stream.start = g_get_monotonic_time ();
  cpu = sb_bench_cpu ();
  feed = g_timeout_add (2, feed_cb, &stream);
  run_for (seconds * 1000);
  g_source_remove (feed);
  cpu = sb_bench_cpu () - cpu;
  g_signal_handlers_disconnect_by_data (clock, &stream);

  sb_bench_figure (cpu_name, "%", cpu / seconds / 10);
  sb_bench_row ("  from frame to frame", "ms", gaps, NULL, NULL);
  sb_bench_row ("  CPU of a frame", "ms", work, NULL, NULL);
  sb_bench_figure ("  the longest gap", "ms", stream.longest);
  sb_bench_figure ("  memory after it", "MB", sb_bench_status_megabytes ("VmRSS"));
}

static void
painted_cb (gint64 *first)
{
  if (*first == 0)
    *first = g_get_monotonic_time ();
}

static void
bench_open (SbChatView *chat)
{
  g_autoptr(SbConversation) conversation = sb_sample_long (MESSAGES);
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (chat));
  gint64 first = 0;
  gint64 start;
  gulong id;

  sb_chat_view_set_conversation (chat, NULL);
  run_for (300);
  id = g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (painted_cb), &first);
  start = g_get_monotonic_time ();
  sb_chat_view_set_conversation (chat, conversation);
  while (first == 0)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (clock, id);

  sb_bench_figure ("a conversation of 5000 messages opened", "ms", (first - start) / 1000.0);
  run_for (3000);
  sb_bench_figure ("  memory with all of it", "MB", sb_bench_status_megabytes ("VmRSS"));
}

int
main (int    argc,
      char **argv)
{
  guint rate = argc > 1 ? atoi (argv[1]) : 10000;
  guint seconds = argc > 2 ? atoi (argv[2]) : 5;
  g_autoptr(SbWorkspace) workspace = NULL;
  GtkWidget *window;
  GtkWidget *chat;

  adw_init ();
  g_object_set (gtk_settings_get_default (), "gtk-cursor-blink", FALSE, NULL);
  workspace = sb_fake_workspace_new ();
  chat = sb_chat_view_new ();
  sb_chat_view_set_workspace (SB_CHAT_VIEW (chat), workspace);
  window = adw_window_new ();
  adw_window_set_content (ADW_WINDOW (window), chat);
  gtk_window_set_default_size (GTK_WINDOW (window), 900, 800);
  gtk_window_present (GTK_WINDOW (window));
  run_for (500);

  while (sb_source_scheme_warm_up ()) /* as the chat view does, after its first frame */
    ;

  bench_open (SB_CHAT_VIEW (chat));
  bench_stream (SB_CHAT_VIEW (chat), rate, seconds);
  gtk_window_destroy (GTK_WINDOW (window));

  return EXIT_SUCCESS;
}
