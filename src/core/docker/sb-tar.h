/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes tar archives, in memory: entries owned by root, without times. Names are relative and not checked. */
GByteArray *sb_tar_new           (void);
void        sb_tar_add_file      (GByteArray *tar,
                                  const char *name,
                                  guint32     mode,
                                  const void *contents,
                                  gsize       length);
void        sb_tar_add_directory (GByteArray *tar,
                                  const char *name,
                                  guint32     mode);
void        sb_tar_add_symlink   (GByteArray *tar,
                                  const char *name,
                                  const char *target);
GBytes     *sb_tar_end           (GByteArray *tar);

GBytes     *sb_tar_new_for_file  (const char *name,
                                  guint32     mode,
                                  GBytes     *contents);

G_END_DECLS
