/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-docker-demux.h"

#include <string.h>

#include "sb-http.h"
#include "sb-text.h"

#define HEADER_SIZE 8
/* Engines write what one read of the process gave, some ten KiB. A larger frame means that we lost our
 * place. */
#define MAX_FRAME (16 * 1024 * 1024)
#define STDERR_KEPT (4 * 1024)

enum
{
  STREAM_STDIN,
  STREAM_STDOUT,
  STREAM_STDERR,
  STREAM_SYSTEM_ERROR, /* the engine's own words */
  N_STREAMS,
};

struct _SbDockerDemux
{
  /* owned */
  GByteArray *stderr_tail;

  /* borrowed */
  SbDockerStderrFunc stderr_func; /* nullable */
  gpointer           stderr_data;

  guint8  header[HEADER_SIZE];
  gsize   header_length;
  guint32 left; /* bytes of the current frame still to come */
};

static gboolean
begin_frame (SbDockerDemux  *self,
             GError        **error)
{
  guint32 length = 0;

  memcpy (&length, self->header + 4, sizeof length);
  self->left = GUINT32_FROM_BE (length);
  if (self->header[0] >= N_STREAMS || self->header[1] != 0 || self->header[2] != 0 || self->header[3] != 0
      || self->left > MAX_FRAME)
    {
      g_set_error_literal (error, SB_NET_ERROR, SB_NET_ERROR_PROTOCOL,
                           "The engine's stream of the container is garbled.");
      return FALSE;
    }
  if (self->left == 0)
    self->header_length = 0;

  return TRUE;
}

static void
keep_stderr (SbDockerDemux *self,
             const guint8  *data,
             gsize          length)
{
  if (self->stderr_func != NULL)
    self->stderr_func (data, length, self->stderr_data);
  g_byte_array_append (self->stderr_tail, data, length);
  if (self->stderr_tail->len > STDERR_KEPT)
    g_byte_array_remove_range (self->stderr_tail, 0, self->stderr_tail->len - STDERR_KEPT);
}

static void
take_payload (SbDockerDemux *self,
              const guint8  *data,
              gsize          length,
              GByteArray    *out)
{
  if (self->header[0] == STREAM_STDOUT)
    g_byte_array_append (out, data, length);
  else if (self->header[0] != STREAM_STDIN)
    keep_stderr (self, data, length);
  self->left -= length;
  if (self->left == 0)
    self->header_length = 0;
}

SbDockerDemux *
sb_docker_demux_new (void)
{
  SbDockerDemux *self = g_new0 (SbDockerDemux, 1);

  self->stderr_tail = g_byte_array_new ();

  return self;
}

void
sb_docker_demux_free (SbDockerDemux *self)
{
  if (self == NULL)
    return;

  g_byte_array_unref (self->stderr_tail);
  g_free (self);
}

/**
 * sb_docker_demux_set_stderr_func:
 * @func: (nullable): gets all of the standard error as it comes: hostile bytes
 */
void
sb_docker_demux_set_stderr_func (SbDockerDemux      *self,
                                 SbDockerStderrFunc  func,
                                 gpointer            user_data)
{
  g_return_if_fail (self != NULL);

  self->stderr_func = func;
  self->stderr_data = user_data;
}

/**
 * sb_docker_demux_feed:
 * @self: a demultiplexer
 * @data: (array length=length): the next bytes of the attached stream
 * @length: how many
 * @out: what the container wrote to its standard output is appended
 * @error: set to %SB_NET_ERROR_PROTOCOL
 *
 * Source: the Engine API's description of ContainerAttach, "Stream format".
 *
 * Returns: %FALSE when this is not such a stream; do not go on then
 */
gboolean
sb_docker_demux_feed (SbDockerDemux  *self,
                      const guint8   *data,
                      gsize           length,
                      GByteArray     *out,
                      GError        **error)
{
  const guint8 *end = data + length;

  g_return_val_if_fail (self != NULL, FALSE);

  while (data < end)
    {
      gsize n = 0;

      if (self->left > 0)
        {
          n = MIN (self->left, (gsize) (end - data));
          take_payload (self, data, n, out);
        }
      else
        {
          n = MIN (HEADER_SIZE - self->header_length, (gsize) (end - data));
          memcpy (self->header + self->header_length, data, n);
          self->header_length += n;
          if (self->header_length == HEADER_SIZE && !begin_frame (self, error))
            return FALSE;
        }
      data += n;
    }

  return TRUE;
}

/**
 * sb_docker_demux_finish:
 * @self: a demultiplexer
 * @error: set to %SB_NET_ERROR_CLOSED
 *
 * The stream ended.
 *
 * Returns: %FALSE when it ended within a frame, or when the container left words on its standard error,
 * which @error then holds
 */
gboolean
sb_docker_demux_finish (SbDockerDemux  *self,
                        GError        **error)
{
  g_autofree char *words = sb_docker_demux_dup_stderr (self);

  if (*words != '\0')
    g_set_error (error, SB_NET_ERROR, SB_NET_ERROR_CLOSED, "The container ended. Its last words: %s", words);
  else if (self->header_length > 0)
    g_set_error_literal (error, SB_NET_ERROR, SB_NET_ERROR_CLOSED,
                         "The engine closed the stream of the container in the middle.");

  return *words == '\0' && self->header_length == 0;
}

/**
 * sb_docker_demux_dup_stderr:
 * @self: a demultiplexer
 *
 * Returns: (transfer full): the end of what the container wrote to its standard error, cleaned for showing;
 * perhaps empty
 */
char *
sb_docker_demux_dup_stderr (SbDockerDemux *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_strstrip (sb_text_clean ((const char *) self->stderr_tail->data, self->stderr_tail->len, NULL));
}

static gboolean
decode (gpointer       decoder,
        const guint8  *data,
        gsize          length,
        GByteArray    *out,
        GError       **error)
{
  return sb_docker_demux_feed (decoder, data, length, out, error);
}

static gboolean
decode_finish (gpointer   decoder,
               GError   **error)
{
  return sb_docker_demux_finish (decoder, error);
}

static void
decode_destroy (gpointer decoder)
{
  sb_docker_demux_free (decoder);
}

const SbDuplexDecoder sb_docker_demux_decoder = { decode, decode_finish, decode_destroy };
