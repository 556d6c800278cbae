/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tool-progress.h"

#include "sb-text.h"

/* Often enough to look live, seldom enough to cost nothing. */
#define GATHER_MS 50
/* A silent command tells now and then that it is still there, so that nobody's patience ends. */
#define SIGN_OF_LIFE_SECONDS 10
#define MAX_PENDING (16 * 1024)
#define MAX_SHOWN (1024 * 1024)

struct _SbToolProgress
{
  /* owned */
  SbMcpToolCall *call;
  SbTextCleaner *cleaners[2];
  GString       *pending;

  guint64 bytes;
  gsize   shown;
  guint   gather_id;
  guint   life_id;
};

static void
flush (SbToolProgress *self)
{
  if (self->pending->len == 0)
    return;

  sb_mcp_tool_call_progress (self->call, self->bytes, -1, self->pending->str);
  self->shown += self->pending->len;
  g_string_truncate (self->pending, 0);
}

static gboolean
gather_cb (gpointer user_data)
{
  SbToolProgress *self = user_data;

  self->gather_id = 0;
  flush (self);

  return G_SOURCE_REMOVE;
}

static gboolean
life_cb (gpointer user_data)
{
  SbToolProgress *self = user_data;

  sb_mcp_tool_call_progress (self->call, self->bytes, -1, NULL);

  return G_SOURCE_CONTINUE;
}

SbToolProgress *
sb_tool_progress_new (SbMcpToolCall *call)
{
  SbToolProgress *self = g_new0 (SbToolProgress, 1);

  self->call = g_object_ref (call);
  self->cleaners[0] = sb_text_cleaner_new ();
  self->cleaners[1] = sb_text_cleaner_new ();
  self->pending = g_string_new (NULL);
  self->life_id = g_timeout_add_seconds (SIGN_OF_LIFE_SECONDS, life_cb, self);

  return self;
}

/* data: hostile, any amount. What comes too fast, and all after the first MiB, is only counted: the result
 * has the end. */
void
sb_tool_progress_feed (SbToolProgress *self,
                       int             fd,
                       const guint8   *data,
                       gsize           length)
{
  gsize room = MAX_PENDING - MIN (self->pending->len, MAX_PENDING);

  self->bytes += length;
  if (self->shown >= MAX_SHOWN || room == 0)
    return;

  sb_text_cleaner_feed (self->cleaners[fd == 2 ? 1 : 0], (const char *) data, MIN (length, room), self->pending);
  if (self->gather_id == 0)
    self->gather_id = g_timeout_add (GATHER_MS, gather_cb, self);
}

void
sb_tool_progress_free (SbToolProgress *self)
{
  flush (self);
  g_clear_handle_id (&self->gather_id, g_source_remove);
  g_clear_handle_id (&self->life_id, g_source_remove);
  sb_text_cleaner_free (self->cleaners[0]);
  sb_text_cleaner_free (self->cleaners[1]);
  g_string_free (self->pending, TRUE);
  g_object_unref (self->call);
  g_free (self);
}
