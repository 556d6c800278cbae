/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#include "config.h"

#include "sb-tree-codec.h"

#include <string.h>

typedef enum
{
  STATE_MAGIC,
  STATE_KIND,
  STATE_HEAD,   /* mode and the length of the path */
  STATE_PATH,
  STATE_TARGET_LENGTH,
  STATE_TARGET,
  STATE_PIECE,  /* the length of a piece */
  STATE_BYTES,
  STATE_END,
  STATE_BROKEN,
} State;

void
sb_tree_reader_init (SbTreeReader *self,
                     uint64_t      max_entries,
                     uint64_t      max_bytes)
{
  memset (self, 0, sizeof *self);
  self->state = STATE_MAGIC;
  self->wanted = SB_TREE_MAGIC_LENGTH;
  self->entries_left = max_entries;
  self->bytes_left = max_bytes;
}

/* Relative, without a way up, and not too deep. */
bool
sb_tree_path_is_good (const char *path,
                      size_t      length)
{
  const char *end = path + length;
  unsigned int depth = 0;

  if (length == 0 || length >= SB_WIRE_MAX_PATH || memchr (path, '\0', length) != NULL)
    return false;

  for (;;)
    {
      const char *slash = memchr (path, '/', (size_t) (end - path));
      size_t part = (size_t) ((slash != NULL ? slash : end) - path);

      if (part == 0 || (part == 1 && path[0] == '.') || (part == 2 && path[0] == '.' && path[1] == '.'))
        return false;
      if (++depth > SB_TREE_MAX_DEPTH)
        return false;
      if (slash == NULL)
        return true;
      path = slash + 1;
    }
}

static uint32_t
load (const uint8_t *bytes,
      unsigned int   count)
{
  uint32_t value = 0;

  for (unsigned int i = 0; i < count; i++)
    value |= (uint32_t) bytes[i] << (8 * i);

  return value;
}

static void
await (SbTreeReader *self,
       State         state,
       size_t        bytes)
{
  self->state = state;
  self->have = 0;
  self->wanted = bytes;
}

static SbTreeEvent
fail (SbTreeReader *self)
{
  self->state = STATE_BROKEN;

  return SB_TREE_BROKEN;
}

static uint8_t *
get_buffer (SbTreeReader *self)
{
  if (self->state == STATE_PATH)
    return (uint8_t *) self->path;

  return self->state == STATE_TARGET ? (uint8_t *) self->target : self->head;
}

static SbTreeEvent
take_kind (SbTreeReader *self)
{
  self->kind = self->head[0];
  if (self->kind == 'E')
    {
      await (self, STATE_END, 1);
      return SB_TREE_END;
    }
  if (self->kind == 0 || strchr ("DFLS", self->kind) == NULL || self->entries_left == 0)
    return fail (self);

  self->entries_left--;
  await (self, STATE_HEAD, 6);

  return SB_TREE_MORE;
}

static SbTreeEvent
take_head (SbTreeReader *self)
{
  size_t length = load (self->head + 4, 2);

  self->mode = load (self->head, 4);
  if (length == 0 || length >= sizeof self->path || self->mode > 07777)
    return fail (self);
  await (self, STATE_PATH, length);

  return SB_TREE_MORE;
}

static SbTreeEvent
take_path (SbTreeReader *self)
{
  self->path[self->have] = '\0';
  if (!sb_tree_path_is_good (self->path, self->have))
    return fail (self);

  switch (self->kind)
    {
    case 'F':
      await (self, STATE_PIECE, 4);
      return SB_TREE_FILE;
    case 'L':
      await (self, STATE_TARGET_LENGTH, 2);
      return SB_TREE_MORE;
    case 'D':
      await (self, STATE_KIND, 1);
      return SB_TREE_DIRECTORY;
    default:
      await (self, STATE_KIND, 1);
      return SB_TREE_SKIPPED;
    }
}

static SbTreeEvent
take_target_length (SbTreeReader *self)
{
  size_t length = load (self->head, 2);

  if (length == 0 || length >= sizeof self->target)
    return fail (self);
  await (self, STATE_TARGET, length);

  return SB_TREE_MORE;
}

static SbTreeEvent
take_target (SbTreeReader *self)
{
  self->target[self->have] = '\0';
  if (memchr (self->target, '\0', self->have) != NULL)
    return fail (self);
  await (self, STATE_KIND, 1);

  return SB_TREE_LINK;
}

static SbTreeEvent
take_piece (SbTreeReader *self)
{
  self->piece = load (self->head, 4);
  if (self->piece > SB_TREE_MAX_PIECE || self->piece > self->bytes_left)
    return fail (self);
  if (self->piece == 0)
    {
      await (self, STATE_KIND, 1);
      return SB_TREE_FILE_END;
    }

  self->bytes_left -= self->piece;
  self->state = STATE_BYTES;

  return SB_TREE_MORE;
}

/* What was waited for is there. */
static SbTreeEvent
take (SbTreeReader *self)
{
  switch ((State) self->state)
    {
    case STATE_MAGIC:
      if (memcmp (self->head, SB_TREE_MAGIC, SB_TREE_MAGIC_LENGTH) != 0)
        return fail (self);
      await (self, STATE_KIND, 1);
      return SB_TREE_MORE;
    case STATE_KIND:
      return take_kind (self);
    case STATE_HEAD:
      return take_head (self);
    case STATE_PATH:
      return take_path (self);
    case STATE_TARGET_LENGTH:
      return take_target_length (self);
    case STATE_TARGET:
      return take_target (self);
    case STATE_PIECE:
      return take_piece (self);
    case STATE_BYTES:
    case STATE_END:
    case STATE_BROKEN:
    default:
      return fail (self);
    }
}

static SbTreeEvent
give_bytes (SbTreeReader   *self,
            const uint8_t **data,
            size_t         *length)
{
  self->data = *data;
  self->data_length = *length < self->piece ? *length : self->piece;
  *data += self->data_length;
  *length -= self->data_length;
  self->piece -= (uint32_t) self->data_length;
  if (self->piece == 0)
    await (self, STATE_PIECE, 4);

  return SB_TREE_DATA;
}

/* Takes from data up to the next event, to be called until it says MORE. Whatever is fed: bounded memory, and no path
 * that leaves the tree. */
SbTreeEvent
sb_tree_reader_feed (SbTreeReader   *self,
                     const uint8_t **data,
                     size_t         *length)
{
  if (self->state == STATE_BROKEN)
    return SB_TREE_BROKEN;

  while (*length > 0)
    {
      size_t part = self->wanted - self->have;
      SbTreeEvent event;

      if (self->state == STATE_BYTES)
        return give_bytes (self, data, length);

      part = *length < part ? *length : part;
      memcpy (get_buffer (self) + self->have, *data, part);
      self->have += part;
      *data += part;
      *length -= part;
      if (self->have < self->wanted)
        break;
      event = take (self);
      if (event != SB_TREE_MORE)
        return event;
    }

  return SB_TREE_MORE;
}

static uint8_t *
put (uint8_t      *out,
     uint32_t      value,
     unsigned int  count)
{
  for (unsigned int i = 0; i < count; i++)
    *out++ = (uint8_t) (value >> (8 * i));

  return out;
}

static uint8_t *
put_string (uint8_t    *out,
            const char *string)
{
  size_t length = strlen (string);

  out = put (out, (uint32_t) length, 2);
  memcpy (out, string, length);

  return out + length;
}

size_t
sb_tree_write_entry (uint8_t    *out,
                     size_t      capacity,
                     char        kind,
                     uint32_t    mode,
                     const char *path,
                     const char *target)
{
  uint8_t *at = out;

  if (capacity < 1 + 4 + 2 + strlen (path) + (target != NULL ? 2 + strlen (target) : 0))
    return 0;

  *at++ = (uint8_t) kind;
  at = put (at, mode, 4);
  at = put_string (at, path);
  if (target != NULL)
    at = put_string (at, target);

  return (size_t) (at - out);
}
