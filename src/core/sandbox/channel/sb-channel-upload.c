/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-channel-private.h"

void
sb_upload_init (SbUpload *self,
                GBytes   *bytes)
{
  self->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  self->window = SB_WIRE_UPLOAD_WINDOW;
  self->ended = bytes == NULL;
}

void
sb_upload_clear (SbUpload *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
}

/* Sends what the window allows; an empty upload is one empty frame. */
void
sb_upload_push (SbUpload  *self,
                SbChannel *channel,
                guint32    id)
{
  gsize size = 0;
  const guint8 *data = NULL;

  if (self->ended)
    return;

  data = g_bytes_get_data (self->bytes, &size);
  while (!self->ended && (self->window > 0 || size == 0))
    {
      gsize length = MIN (MIN (size - self->offset, self->window), SB_WIRE_CHUNK);

      self->ended = self->offset + length == size;
      sb_channel_send (channel, SB_WIRE_DATA_IN, self->ended && !self->goes_on ? SB_WIRE_FLAG_END : 0, id,
                       data != NULL ? data + self->offset : NULL, length);
      self->offset += length;
      self->window -= length;
    }
}

/* FALSE: more credit than was ever used. */
gboolean
sb_upload_credit (SbUpload          *self,
                  SbChannel         *channel,
                  const SbWireFrame *frame)
{
  SbWireUnpacker unpacker = { frame->payload, frame->length, false };
  guint32 bytes = sb_wire_get_u32 (&unpacker);

  if (!sb_wire_get_end (&unpacker) || bytes > SB_WIRE_UPLOAD_WINDOW - self->window)
    return FALSE;

  self->window += bytes;
  sb_upload_push (self, channel, frame->id);

  return TRUE;
}
