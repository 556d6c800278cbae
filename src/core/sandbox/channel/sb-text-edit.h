/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Exact replacement in a file; byte by byte, not overlapping. */
typedef struct
{
  const char *text;       /* borrowed: what is looked for */
  guint       n_found;
  guint       first_line; /* counted from 1; 0: not found */
} SbTextEdit;

void    sb_text_edit_find    (SbTextEdit       *edit,
                              GBytes           *file,
                              const char       *text);
GBytes *sb_text_edit_replace (const SbTextEdit *edit,
                              GBytes           *file,
                              const char       *with,
                              gsize             max_size);

G_END_DECLS
