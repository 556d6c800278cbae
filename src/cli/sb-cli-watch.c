/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-cli-watch.h"

struct _SbCliWatch
{
  GObject            parent_instance;

  /* owned */
  SbConversation    *conversation;

  /* borrowed */
  const SbCliOutput *output;
  gpointer           user_data;
};

G_DEFINE_FINAL_TYPE (SbCliWatch, sb_cli_watch, G_TYPE_OBJECT)

static void
appended_cb (SbMessage *message,
             guint64    offset,
             gpointer   user_data)
{
  SbCliWatch *self = user_data;

  self->output->text_appended (message, offset, self->user_data);
}

static void
state_cb (SbMessage  *message,
          GParamSpec *pspec,
          gpointer    user_data)
{
  SbCliWatch *self = user_data;

  self->output->message_changed (message, self->user_data);
}

static void
items_changed_cb (GListModel *messages,
                  guint       position,
                  guint       removed,
                  guint       added,
                  gpointer    user_data)
{
  SbCliWatch *self = user_data;

  for (guint i = position; i < position + added; i++)
    {
      g_autoptr(SbMessage) message = g_list_model_get_item (messages, i);

      g_signal_connect_object (message, "appended", G_CALLBACK (appended_cb), self, 0);
      g_signal_connect_object (message, "notify::state", G_CALLBACK (state_cb), self, 0);
      self->output->message_added (message, self->user_data);
    }
}

static void
event_changed_cb (SbTrace      *trace,
                  SbTraceEvent *event,
                  gpointer      user_data)
{
  SbCliWatch *self = user_data;

  self->output->trace_changed (event, self->user_data);
}

static void
sb_cli_watch_dispose (GObject *object)
{
  g_clear_object (&SB_CLI_WATCH (object)->conversation);

  G_OBJECT_CLASS (sb_cli_watch_parent_class)->dispose (object);
}

static void
sb_cli_watch_class_init (SbCliWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sb_cli_watch_dispose;
}

static void
sb_cli_watch_init (SbCliWatch *self)
{
}

/**
 * sb_cli_watch_new:
 * @output: static
 */
SbCliWatch *
sb_cli_watch_new (SbConversation    *conversation,
                  const SbCliOutput *output,
                  gpointer           user_data)
{
  SbCliWatch *self = g_object_new (SB_TYPE_CLI_WATCH, NULL);

  self->conversation = g_object_ref (conversation);
  self->output = output;
  self->user_data = user_data;

  g_signal_connect_object (conversation, "items-changed", G_CALLBACK (items_changed_cb), self, 0);
  g_signal_connect_object (sb_conversation_get_trace (conversation), "event-changed", G_CALLBACK (event_changed_cb),
                           self, 0);

  return self;
}
