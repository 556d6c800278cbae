/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  SB_REHEARSAL_INIT,
  SB_REHEARSAL_WRITE,       /* file, text: what it shall do */
  SB_REHEARSAL_RUN_FILE,    /* file */
  SB_REHEARSAL_RUN_COMMAND, /* text: a shell command */
  SB_REHEARSAL_LIST,
  SB_REHEARSAL_READ,        /* file */
  SB_REHEARSAL_FETCH,       /* text: an address */
  SB_REHEARSAL_EXPLAIN,     /* file: nullable */
  SB_REHEARSAL_STOP,
} SbRehearsalKind;

/* One thing a request in English asks for. */
typedef struct
{
  SbRehearsalKind  kind;
  char            *file;
  char            *text;
  guint            clause; /* things of one clause do not depend on each other */
} SbRehearsalIntent;

GPtrArray *sb_rehearsal_request_parse (const char *request,
                                       const char *last_file);

G_END_DECLS
