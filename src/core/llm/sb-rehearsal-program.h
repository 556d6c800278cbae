/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A small program (or text) for a file, made from a description in English. */
typedef struct
{
  char     *contents;
  char     *summary;  /* completes "it …": "prints the first 20 primes" */
  gboolean  is_known; /* FALSE: the description was not understood, the program only says it */
} SbRehearsalProgram;

SbRehearsalProgram *sb_rehearsal_program_new      (const char         *file,
                                                   const char         *description);
void                sb_rehearsal_program_free     (SbRehearsalProgram *self);
const char         *sb_rehearsal_program_name     (const char         *description);
const char         *sb_rehearsal_program_language (const char         *file);
const char         *sb_rehearsal_program_runner   (const char         *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbRehearsalProgram, sb_rehearsal_program_free)

G_END_DECLS
