/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-port-connection.h"

#include "sb-http-head.h"
#include "sb-id.h"
#include "sb-splice.h"

#define HEAD_SECONDS 10
#define PIECE (32 * 1024)

#define FOREIGN \
  "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" \
  "This address does not lead into the sandbox. Open the port again from Sandbar.\n"
#define NOTHING_THERE \
  "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" \
  "Nothing in the sandbox listens on this port. Start the server and load the page again.\n"

typedef enum
{
  STATE_NEW,
  STATE_READING_HEAD,
  STATE_CONNECTING,
  STATE_CARRYING,
  STATE_REFUSING,
  STATE_OVER,
} State;

struct _SbPortConnection
{
  GObject parent_instance;

  /* owned */
  GIOStream    *browser;
  SbSplice     *splice;  /* nullable until connected */
  SbChannel    *channel;
  char         *host;
  SbHttpHead   *head;
  GByteArray   *first;   /* what the browser sent up to now */
  GCancellable *cancellable;
  guint         patience_id;

  State         state;
  guint16       port;
  gint64        created;
};

enum
{
  OVER,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SbPortConnection, sb_port_connection, G_TYPE_OBJECT)

static void read_head (SbPortConnection *self);

static void
enter (SbPortConnection *self,
       State             state)
{
  g_assert (state > self->state);
  self->state = state;
  g_clear_handle_id (&self->patience_id, g_source_remove);
}

/* The one place where a connection ends. What was handed to the streams still goes out. */
static void
finish (SbPortConnection *self)
{
  g_autoptr(SbPortConnection) keep = g_object_ref (self);

  if (self->state == STATE_OVER)
    return;

  enter (self, STATE_OVER);
  g_cancellable_cancel (self->cancellable);
  if (self->splice != NULL)
    sb_splice_end (self->splice);
  g_signal_emit (self, signals[OVER], 0);
}

static gboolean
patience_cb (gpointer user_data)
{
  SbPortConnection *self = SB_PORT_CONNECTION (user_data);

  self->patience_id = 0;
  finish (self);

  return G_SOURCE_REMOVE;
}

static void
refused_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr(SbPortConnection) self = SB_PORT_CONNECTION (user_data);

  g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);
  sb_splice_end_output (self->browser);
  finish (self);
}

static void
refuse (SbPortConnection *self,
        const char       *answer)
{
  enter (self, STATE_REFUSING);
  self->patience_id = g_timeout_add_seconds (HEAD_SECONDS, patience_cb, self);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (self->browser), answer, strlen (answer),
                                   G_PRIORITY_DEFAULT, self->cancellable, refused_cb, g_object_ref (self));
}

static void
connected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr(SbPortConnection) self = SB_PORT_CONNECTION (user_data);
  g_autoptr(GIOStream) sandbox = sb_channel_connect_finish (SB_CHANNEL (source), result, NULL);

  if (self->state == STATE_OVER)
    return;
  if (sandbox == NULL)
    {
      refuse (self, NOTHING_THERE);
      return;
    }

  enter (self, STATE_CARRYING);
  self->splice = sb_splice_new (self->browser, sandbox);
  g_signal_connect_object (self->splice, "over", G_CALLBACK (finish), self, G_CONNECT_SWAPPED);
  sb_splice_start (self->splice, self->first);
}

static void
take_head (SbPortConnection *self)
{
  const char *host = sb_http_head_get_header (self->head, "host");

  if (host == NULL || g_ascii_strcasecmp (host, self->host) != 0)
    {
      refuse (self, FOREIGN);
      return;
    }

  enter (self, STATE_CONNECTING);
  sb_channel_connect_async (self->channel, self->port, self->cancellable, connected_cb, g_object_ref (self));
}

static void
head_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr(SbPortConnection) self = SB_PORT_CONNECTION (user_data);
  g_autoptr(GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  gsize length = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
  gsize consumed = 0;

  if (self->state != STATE_READING_HEAD)
    return;

  if (length == 0)
    {
      finish (self);
      return;
    }

  g_byte_array_append (self->first, data, (guint) length);
  if (!sb_http_head_feed (self->head, data, length, &consumed, NULL))
    refuse (self, FOREIGN);
  else if (sb_http_head_is_complete (self->head))
    take_head (self);
  else
    read_head (self);
}

static void
read_head (SbPortConnection *self)
{
  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (self->browser), PIECE, G_PRIORITY_DEFAULT,
                                   self->cancellable, head_cb, g_object_ref (self));
}

static void
sb_port_connection_dispose (GObject *object)
{
  SbPortConnection *self = SB_PORT_CONNECTION (object);

  g_clear_handle_id (&self->patience_id, g_source_remove);
  g_clear_object (&self->browser);
  g_clear_object (&self->splice);
  g_clear_object (&self->channel);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (sb_port_connection_parent_class)->dispose (object);
}

static void
sb_port_connection_finalize (GObject *object)
{
  SbPortConnection *self = SB_PORT_CONNECTION (object);

  g_clear_pointer (&self->head, sb_http_head_free);
  g_clear_pointer (&self->first, g_byte_array_unref);
  g_free (self->host);

  G_OBJECT_CLASS (sb_port_connection_parent_class)->finalize (object);
}

static void
sb_port_connection_class_init (SbPortConnectionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sb_port_connection_dispose;
  object_class->finalize = sb_port_connection_finalize;

  signals[OVER] = g_signal_new ("over", SB_TYPE_PORT_CONNECTION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
}

static void
sb_port_connection_init (SbPortConnection *self)
{
  self->head = sb_http_head_new_request ();
  self->first = g_byte_array_new ();
  self->cancellable = g_cancellable_new ();
  self->created = sb_clock_monotonic ();
}

/* host: what the first request must ask for, with the port */
SbPortConnection *
sb_port_connection_new (GIOStream  *browser,
                        SbChannel  *channel,
                        guint16     port,
                        const char *host)
{
  SbPortConnection *self = g_object_new (SB_TYPE_PORT_CONNECTION, NULL);

  self->browser = g_object_ref (browser);
  self->channel = g_object_ref (channel);
  self->port = port;
  self->host = g_strdup (host);

  return self;
}

void
sb_port_connection_start (SbPortConnection *self)
{
  g_return_if_fail (SB_IS_PORT_CONNECTION (self));

  enter (self, STATE_READING_HEAD);
  self->patience_id = g_timeout_add_seconds (HEAD_SECONDS, patience_cb, self);
  read_head (self);
}

/* Monotonic µs: when bytes last went through. */
gint64
sb_port_connection_get_last_use (SbPortConnection *self)
{
  g_return_val_if_fail (SB_IS_PORT_CONNECTION (self), 0);

  return self->splice != NULL ? sb_splice_get_last_use (self->splice) : self->created;
}

void
sb_port_connection_end (SbPortConnection *self)
{
  g_return_if_fail (SB_IS_PORT_CONNECTION (self));

  finish (self);
}
