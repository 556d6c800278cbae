/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the most common event of a stream holds: a piece of text or of reasoning, and nothing else of
 * interest. */
typedef struct
{
  gboolean    reasoning;
  const char *text; /* in the event itself, or in the scratch buffer */
  gsize       length;
} SbLlmPlainEvent;

gboolean sb_llm_fast_path_read (const char      *data,
                                gsize            length,
                                GString         *scratch,
                                SbLlmPlainEvent *event);

G_END_DECLS
