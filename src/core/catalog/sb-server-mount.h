/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SB_BIND_ALLOWED, /* a volume of the engine, or a temporary folder read-only */
  SB_BIND_ASK,     /* the user's own files: only with their consent */
  SB_BIND_NEVER,   /* the system, the engine, keys: with nobody's */
} SbBindAnswer;

/* One item of "volumes". */
typedef struct
{
  char         *source; /* a path or the name of a volume; NULL for a volume without a name */
  char         *target;
  gboolean      is_path;
  gboolean      read_only;
  SbBindAnswer  answer;
  char         *reason; /* a sentence; NULL when allowed */
} SbServerMount;

SbServerMount *sb_server_mount_parse (const char           *text,
                                      const char           *home,
                                      const char * const   *readable,
                                      const char * const   *writable,
                                      GError              **error);
SbServerMount *sb_server_mount_copy  (const SbServerMount  *self);
void           sb_server_mount_free  (SbServerMount        *self);
char          *sb_server_mount_to_bind (const SbServerMount *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbServerMount, sb_server_mount_free)

G_END_DECLS
