/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog-lint.h"
#include "sb-catalog-server-private.h"

G_BEGIN_DECLS

typedef struct
{
  GListStore      *problems; /* of SbCatalogProblem */
  GHashTable      *tools;    /* name of an exposed tool -> server that has it */
  SbCatalogForm    form;
  const char      *server;   /* what the next problems are about; NULL for the file */
} SbLint;

/* Takes @fix, which may be NULL with its label. */
void  sb_lint_add  (SbLint         *lint,
                    SbYamlNode     *at,
                    SbLintSeverity  severity,
                    const char     *code,
                    SbYamlEdit     *fix,
                    const char     *label,
                    const char     *format,
                    ...) G_GNUC_PRINTF (7, 8);
/* The path of something in the server's entry; NULL-terminated steps. */
GStrv sb_lint_path (SbLint         *lint,
                    ...) G_GNUC_NULL_TERMINATED;

void  sb_lint_check_server    (SbLint          *lint,
                               SbCatalogServer *server);
void  sb_lint_check_templates (SbLint          *lint,
                               SbCatalogServer *server);
void  sb_lint_check_tools     (SbLint          *lint,
                               SbCatalogServer *server);

G_END_DECLS
