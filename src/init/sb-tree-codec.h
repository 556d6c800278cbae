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

/* A tree of files as a stream of bytes: what SNAPSHOT gives, RESTORE takes and a snapshot's file holds. Little-endian.
 *   "SBTREE1\n", then records:
 *   u8 'D' · u32 mode · u16 length, path                          a directory
 *   u8 'F' · u32 mode · u16 length, path · (u32 n, n bytes)* · u32 0   a file, in pieces of at most 32 KiB
 *   u8 'L' · u32 0 · u16 length, path · u16 length, target        a symbolic link
 *   u8 'S' · u32 SbTreeSkipped · u16 length, path                 something that is not in it
 *   u8 'E'                                                        the end; nothing follows
 * Not tar: a file need not know its size before it was read, so one that grows meanwhile breaks nothing; names may have
 * any length and any bytes; and hard links, devices, sparse maps and headers about headers cannot even be said.
 * A path has components that are not empty, "." or "..", and is relative. */

#define SB_TREE_MAGIC "SBTREE1\n"
#define SB_TREE_MAGIC_LENGTH 8u
#define SB_TREE_MAX_DEPTH 64u
#define SB_TREE_MAX_PIECE 32768u

typedef enum
{
  SB_TREE_SKIPPED_KIND,       /* a device, FIFO or socket */
  SB_TREE_SKIPPED_DEPTH,      /* a directory too far down, or a path too long */
  SB_TREE_SKIPPED_UNREADABLE,
  SB_TREE_SKIPPED_SIZE,       /* more than all may have together */
} SbTreeSkipped;

typedef enum
{
  SB_TREE_BROKEN = -1, /* against the rules, or more than the limits allow; stays */
  SB_TREE_MORE = 0,    /* all was taken */
  SB_TREE_DIRECTORY,   /* path, mode */
  SB_TREE_FILE,        /* path, mode; then DATA and FILE_END */
  SB_TREE_DATA,        /* data, data_length */
  SB_TREE_FILE_END,
  SB_TREE_LINK,        /* path, target */
  SB_TREE_SKIPPED,     /* path, mode: SbTreeSkipped */
  SB_TREE_END,
} SbTreeEvent;

typedef struct
{
  /* What the last event was about. */
  uint32_t       mode;
  char           path[SB_WIRE_MAX_PATH];
  char           target[SB_WIRE_MAX_PATH];
  const uint8_t *data; /* borrowed from what was fed */
  size_t         data_length;

  /* Private. */
  int      state;
  uint8_t  kind;
  uint8_t  head[8];
  size_t   have;
  size_t   wanted;
  uint32_t piece;
  uint64_t entries_left;
  uint64_t bytes_left;
} SbTreeReader;

void        sb_tree_reader_init (SbTreeReader   *self,
                                 uint64_t        max_entries,
                                 uint64_t        max_bytes);
SbTreeEvent sb_tree_reader_feed (SbTreeReader   *self,
                                 const uint8_t **data,
                                 size_t         *length);
bool        sb_tree_path_is_good (const char    *path,
                                  size_t         length);
/* Appends the beginning of a record; target: of a link, otherwise NULL. Returns its size; 0: capacity too small. */
size_t      sb_tree_write_entry (uint8_t        *out,
                                 size_t          capacity,
                                 char            kind,
                                 uint32_t        mode,
                                 const char     *path,
                                 const char     *target);

#ifdef __cplusplus
}
#endif
