/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sb-wire.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct
{
  uint8_t        type;
  uint8_t        flags;
  uint32_t       id;
  const uint8_t *payload;
  uint32_t       length;
} SbWireFrame;

typedef struct
{
  size_t  have;
  bool    delivered;
  bool    broken;
  uint8_t buffer[SB_WIRE_HEADER + SB_WIRE_MAX_PAYLOAD];
} SbWireDecoder;

typedef enum
{
  SB_WIRE_DECODE_BROKEN = -1,
  SB_WIRE_DECODE_MORE = 0,
  SB_WIRE_DECODE_FRAME = 1,
} SbWireDecode;

SbWireDecode sb_wire_decoder_feed (SbWireDecoder  *self,
                                   const uint8_t **data,
                                   size_t         *length,
                                   SbWireFrame    *frame);
void         sb_wire_write_header (uint8_t        *header,
                                   uint8_t         type,
                                   uint8_t         flags,
                                   uint32_t        id,
                                   uint32_t        length);

/* FNV-1a, 64 bit, never 0: to notice that a file has changed, not to withstand somebody who wants it unnoticed. */
#define SB_WIRE_HASH_BEGIN 0xcbf29ce484222325ull
uint64_t sb_wire_hash (uint64_t    hash,
                       const void *bytes,
                       size_t      length);

typedef struct
{
  uint8_t *data;
  size_t   capacity;
  size_t   length;
  bool     overflow;
} SbWirePacker;

void sb_wire_put_u8     (SbWirePacker *self,
                         uint8_t       value);
void sb_wire_put_u32    (SbWirePacker *self,
                         uint32_t      value);
void sb_wire_put_u64    (SbWirePacker *self,
                         uint64_t      value);
void sb_wire_put_bytes  (SbWirePacker *self,
                         const void   *bytes,
                         size_t        length);
void sb_wire_put_string (SbWirePacker *self,
                         const char   *string);

typedef struct
{
  const uint8_t *data;
  size_t         left;
  bool           bad;
} SbWireUnpacker;

uint8_t     sb_wire_get_u8     (SbWireUnpacker *self);
uint32_t    sb_wire_get_u32    (SbWireUnpacker *self);
uint64_t    sb_wire_get_u64    (SbWireUnpacker *self);
const void *sb_wire_get_bytes  (SbWireUnpacker *self,
                                size_t          length);
const char *sb_wire_get_string (SbWireUnpacker *self);
bool        sb_wire_get_end    (SbWireUnpacker *self);

#ifdef __cplusplus
}
#endif
