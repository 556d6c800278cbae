/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-mcp-event-log.h"

#include <string.h>

struct _SbMcpEventLog
{
  /* owned */
  GQueue events; /* of Event, in order */

  gsize   max_bytes;
  gsize   n_bytes;
  guint64 last;      /* the number of the newest event */
  guint64 forgotten; /* the number of the newest that is not kept any more */
};

typedef struct
{
  /* owned */
  char *data;

  gsize   length;
  guint64 number;
  guint   stream;
} Event;

static void
event_free (gpointer data)
{
  Event *event = data;

  g_free (event->data);
  g_free (event);
}

static char *
make_id (guint   stream,
         guint64 number)
{
  return g_strdup_printf ("%u-%" G_GUINT64_FORMAT, stream, number);
}

static gboolean
parse_id (const char *id,
          guint      *stream,
          guint64    *number)
{
  g_auto(GStrv) parts = g_strsplit (id, "-", 3);
  guint64 parsed = 0;

  if (g_strv_length (parts) != 2 || !g_ascii_string_to_unsigned (parts[0], 10, 0, G_MAXUINT, &parsed, NULL)
      || !g_ascii_string_to_unsigned (parts[1], 10, 0, G_MAXUINT64, number, NULL))
    return FALSE;

  *stream = parsed;

  return TRUE;
}

/* max_bytes: what is kept at most; the oldest goes first */
SbMcpEventLog *
sb_mcp_event_log_new (gsize max_bytes)
{
  SbMcpEventLog *self = g_new0 (SbMcpEventLog, 1);

  g_queue_init (&self->events);
  self->max_bytes = max_bytes;

  return self;
}

void
sb_mcp_event_log_free (SbMcpEventLog *self)
{
  g_queue_clear_full (&self->events, event_free);
  g_free (self);
}

/* Returns: (transfer full): the event's id */
char *
sb_mcp_event_log_add (SbMcpEventLog *self,
                      guint          stream,
                      const char    *data)
{
  Event *event = g_new0 (Event, 1);

  event->data = g_strdup (data);
  event->length = strlen (data);
  event->number = ++self->last;
  event->stream = stream;
  self->n_bytes += event->length;
  g_queue_push_tail (&self->events, event);
  while (self->n_bytes > self->max_bytes)
    {
      Event *oldest = g_queue_pop_head (&self->events);

      self->n_bytes -= oldest->length;
      self->forgotten = oldest->number;
      event_free (oldest);
    }

  return make_id (stream, self->last);
}

/* An id from which everything follows that the stream will bring. (transfer full) */
char *
sb_mcp_event_log_dup_mark (SbMcpEventLog *self,
                           guint          stream)
{
  return make_id (stream, self->last);
}

/* Whether what followed the event is still known, and of which stream it was. id: foreign */
gboolean
sb_mcp_event_log_find (SbMcpEventLog *self,
                       const char    *id,
                       guint         *stream)
{
  guint64 number = 0;

  return parse_id (id, stream, &number) && number <= self->last && number >= self->forgotten;
}

/* Calls func for each event of the same stream that followed; id: found before */
void
sb_mcp_event_log_replay (SbMcpEventLog  *self,
                         const char     *id,
                         SbMcpEventFunc  func,
                         gpointer        user_data)
{
  guint64 number = 0;
  guint stream = 0;

  if (!parse_id (id, &stream, &number))
    return;

  for (GList *link = self->events.head; link != NULL; link = link->next)
    {
      Event *event = link->data;
      g_autofree char *event_id = NULL;

      if (event->stream != stream || event->number <= number)
        continue;
      event_id = make_id (stream, event->number);
      func (event_id, event->data, user_data);
    }
}
