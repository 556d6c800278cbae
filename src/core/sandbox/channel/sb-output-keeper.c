/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-output-keeper.h"

#include <string.h>

/**
 * sb_output_keeper_init:
 * @self: uninitialized memory
 * @keep: bytes of the head, and as many of the tail, to keep; not 0
 */
void
sb_output_keeper_init (SbOutputKeeper *self,
                       gsize           keep)
{
  memset (self, 0, sizeof *self);
  self->head = g_byte_array_new ();
  self->tail = g_byte_array_new ();
  self->keep = keep;
}

void
sb_output_keeper_clear (SbOutputKeeper *self)
{
  g_clear_pointer (&self->head, g_byte_array_unref);
  g_clear_pointer (&self->tail, g_byte_array_unref);
}

static gsize
append_up_to (GByteArray   *array,
              gsize         keep,
              const guint8 *data,
              gsize         length)
{
  gsize taken = MIN (length, keep - array->len);

  g_byte_array_append (array, data, (guint) taken);

  return taken;
}

/**
 * sb_output_keeper_feed:
 * @self: a keeper
 * @data: the next bytes of the stream
 * @length: how many
 */
void
sb_output_keeper_feed (SbOutputKeeper *self,
                       const guint8   *data,
                       gsize           length)
{
  gsize taken;

  self->total += length;
  taken = append_up_to (self->head, self->keep, data, length);
  taken += append_up_to (self->tail, self->keep, data + taken, length - taken);
  data += taken;
  length -= taken;

  if (length > self->keep)
    {
      data += length - self->keep;
      length = self->keep;
    }
  while (length > 0)
    {
      gsize part = MIN (length, self->keep - self->tail_start);

      memcpy (self->tail->data + self->tail_start, data, part);
      self->tail_start = (self->tail_start + part) % self->keep;
      data += part;
      length -= part;
    }
}

/**
 * sb_output_keeper_get_dropped:
 *
 * Returns: how many bytes between head and tail are gone
 */
guint64
sb_output_keeper_get_dropped (const SbOutputKeeper *self)
{
  return self->total - self->head->len - self->tail->len;
}

/**
 * sb_output_keeper_to_bytes:
 *
 * Returns: (transfer full): the head and the tail, one after the other; when bytes were dropped the head is exactly the
 *   bytes that were to be kept
 */
GBytes *
sb_output_keeper_to_bytes (const SbOutputKeeper *self)
{
  gsize length = (gsize) self->head->len + self->tail->len;
  gsize first = self->tail->len - self->tail_start;
  guint8 *bytes = g_malloc (MAX (length, 1));

  if (self->head->len > 0)
    memcpy (bytes, self->head->data, self->head->len);
  if (self->tail->len > 0)
    {
      memcpy (bytes + self->head->len, self->tail->data + self->tail_start, first);
      memcpy (bytes + self->head->len + first, self->tail->data, self->tail_start);
    }

  return g_bytes_new_take (bytes, length);
}
