/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-channel.h"

G_BEGIN_DECLS

typedef struct
{
  const char *path;        /* nullable: the workspace */
  const char *name;        /* nullable: any; "*" and "?"; with a '/' in it the whole path is compared */
  const char *text;        /* nullable: names only; literally, within a line */
  gboolean    ignore_case; /* of A to Z */
  guint       max;         /* matches; 0: the most there may be, 2000 */
} SbSearchSpec;

typedef struct
{
  char  *path; /* relative to the workspace, any bytes: hostile */
  char  *text; /* the line, at most 400 bytes of it: hostile */
  guint  line; /* counted from 1; 0: the name */
} SbMatch;

void sb_match_free (SbMatch *match);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbMatch, sb_match_free)

void       sb_channel_search_async  (SbChannel            *self,
                                     const SbSearchSpec   *spec,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);
GPtrArray *sb_channel_search_finish (SbChannel            *self,
                                     GAsyncResult         *result,
                                     gboolean             *truncated,
                                     GError              **error);

G_END_DECLS
