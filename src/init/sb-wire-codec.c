/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-wire-codec.h"

#include <string.h>

static uint32_t
load_u32 (const uint8_t *bytes)
{
  return (uint32_t) bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 | (uint32_t) bytes[3] << 24;
}

static void
store_u32 (uint8_t  *bytes,
           uint32_t  value)
{
  for (unsigned int i = 0; i < 4; i++)
    bytes[i] = (uint8_t) (value >> (8 * i));
}

static void
fill (SbWireDecoder  *self,
      size_t          target,
      const uint8_t **data,
      size_t         *length)
{
  size_t wanted = target - self->have;
  size_t taken = *length < wanted ? *length : wanted;

  memcpy (self->buffer + self->have, *data, taken);
  self->have += taken;
  *data += taken;
  *length -= taken;
}

static SbWireDecode
refuse (SbWireDecoder *self)
{
  self->broken = true;

  return SB_WIRE_DECODE_BROKEN;
}

/* Takes bytes from *data until a frame is complete or they are used up. The frame points into the decoder
 * and is valid until the next call. After BROKEN every later call is BROKEN too. Does no I/O. */
SbWireDecode
sb_wire_decoder_feed (SbWireDecoder  *self,
                      const uint8_t **data,
                      size_t         *length,
                      SbWireFrame    *frame)
{
  uint32_t payload;

  if (self->broken)
    return SB_WIRE_DECODE_BROKEN;

  if (self->delivered)
    {
      self->delivered = false;
      self->have = 0;
    }

  if (self->have < SB_WIRE_HEADER)
    fill (self, SB_WIRE_HEADER, data, length);
  if (self->have < SB_WIRE_HEADER)
    return SB_WIRE_DECODE_MORE;

  payload = load_u32 (self->buffer);
  if (payload > SB_WIRE_MAX_PAYLOAD || self->buffer[4] == 0 || self->buffer[6] != 0 || self->buffer[7] != 0)
    return refuse (self);

  fill (self, SB_WIRE_HEADER + payload, data, length);
  if (self->have < SB_WIRE_HEADER + payload)
    return SB_WIRE_DECODE_MORE;

  self->delivered = true;
  frame->type = self->buffer[4];
  frame->flags = self->buffer[5];
  frame->id = load_u32 (self->buffer + 8);
  frame->payload = self->buffer + SB_WIRE_HEADER;
  frame->length = payload;

  return SB_WIRE_DECODE_FRAME;
}

void
sb_wire_write_header (uint8_t  *header,
                      uint8_t   type,
                      uint8_t   flags,
                      uint32_t  id,
                      uint32_t  length)
{
  store_u32 (header, length);
  header[4] = type;
  header[5] = flags;
  header[6] = 0;
  header[7] = 0;
  store_u32 (header + 8, id);
}

/* Begins with SB_WIRE_HASH_BEGIN, and goes on with what it gave for the bytes before. */
uint64_t
sb_wire_hash (uint64_t    hash,
              const void *bytes,
              size_t      length)
{
  const uint8_t *at = bytes;

  for (size_t i = 0; i < length; i++)
    hash = (hash ^ at[i]) * 0x100000001b3ull;

  return hash != 0 ? hash : 1;
}

/* Packing never writes past the capacity: it sets overflow, and the caller looks at that once, at the end. */
void
sb_wire_put_bytes (SbWirePacker *self,
                   const void   *bytes,
                   size_t        length)
{
  if (self->overflow || length > self->capacity - self->length)
    {
      self->overflow = true;
      return;
    }

  if (length > 0)
    memcpy (self->data + self->length, bytes, length);
  self->length += length;
}

void
sb_wire_put_u8 (SbWirePacker *self,
                uint8_t       value)
{
  sb_wire_put_bytes (self, &value, 1);
}

void
sb_wire_put_u32 (SbWirePacker *self,
                 uint32_t      value)
{
  uint8_t bytes[4];

  store_u32 (bytes, value);
  sb_wire_put_bytes (self, bytes, sizeof bytes);
}

void
sb_wire_put_u64 (SbWirePacker *self,
                 uint64_t      value)
{
  sb_wire_put_u32 (self, (uint32_t) value);
  sb_wire_put_u32 (self, (uint32_t) (value >> 32));
}

void
sb_wire_put_string (SbWirePacker *self,
                    const char   *string)
{
  size_t length = strlen (string);

  if (length > SB_WIRE_MAX_PAYLOAD)
    {
      self->overflow = true;
      return;
    }

  sb_wire_put_u32 (self, (uint32_t) length);
  sb_wire_put_bytes (self, string, length + 1);
}

/* Unpacking never reads past the end: it sets bad and yields zeros, and the caller looks at that once, at the end. */
const void *
sb_wire_get_bytes (SbWireUnpacker *self,
                   size_t          length)
{
  const uint8_t *bytes = self->data;

  if (self->bad || length > self->left)
    {
      self->bad = true;
      return NULL;
    }

  self->data += length;
  self->left -= length;

  return bytes;
}

uint8_t
sb_wire_get_u8 (SbWireUnpacker *self)
{
  const uint8_t *bytes = sb_wire_get_bytes (self, 1);

  return bytes != NULL ? bytes[0] : 0;
}

uint32_t
sb_wire_get_u32 (SbWireUnpacker *self)
{
  const uint8_t *bytes = sb_wire_get_bytes (self, 4);

  return bytes != NULL ? load_u32 (bytes) : 0;
}

uint64_t
sb_wire_get_u64 (SbWireUnpacker *self)
{
  uint64_t low = sb_wire_get_u32 (self);
  uint64_t high = sb_wire_get_u32 (self);

  return low | high << 32;
}

/* Points into the frame; "" when it is bad (longer than the frame, no NUL at its end, or one inside). */
const char *
sb_wire_get_string (SbWireUnpacker *self)
{
  uint32_t length = sb_wire_get_u32 (self);
  const char *string = length <= SB_WIRE_MAX_PAYLOAD ? sb_wire_get_bytes (self, (size_t) length + 1) : NULL;

  if (string == NULL)
    {
      self->bad = true;
      return "";
    }

  if (string[length] != '\0' || memchr (string, '\0', length) != NULL)
    {
      self->bad = true;
      return "";
    }

  return string;
}

/* Everything was there, and nothing is left over. */
bool
sb_wire_get_end (SbWireUnpacker *self)
{
  return !self->bad && self->left == 0;
}
