/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-catalog.h"
#include "sb-yaml-edit.h"

G_BEGIN_DECLS

typedef enum
{
  SB_LINT_HINT,    /* works; could be better */
  SB_LINT_WARNING, /* Docker's gateway does something else than what is written, without a word */
  SB_LINT_ERROR,   /* it does not start, or not this server */
} SbLintSeverity;

/* One thing that is wrong with a catalog. */
#define SB_TYPE_CATALOG_PROBLEM (sb_catalog_problem_get_type ())
G_DECLARE_FINAL_TYPE (SbCatalogProblem, sb_catalog_problem, SB, CATALOG_PROBLEM, GObject)

guint           sb_catalog_problem_get_line     (SbCatalogProblem  *self);
SbLintSeverity  sb_catalog_problem_get_severity (SbCatalogProblem  *self);
const char     *sb_catalog_problem_get_code     (SbCatalogProblem  *self);
const char     *sb_catalog_problem_get_message  (SbCatalogProblem  *self);
const char     *sb_catalog_problem_get_server   (SbCatalogProblem  *self);
/* What the fix would do; NULL when there is none. */
const char     *sb_catalog_problem_get_fix      (SbCatalogProblem  *self);
char           *sb_catalog_problem_apply        (SbCatalogProblem  *self,
                                                 const char        *text,
                                                 GError           **error);

/* A GListModel of SbCatalogProblem, by line. @path: (nullable): where the file is, when Docker's gateway is to read
 * it from there */
GListModel     *sb_catalog_lint                 (const char        *text,
                                                 const char        *path);
char           *sb_catalog_lint_fix             (const char        *text,
                                                 GStrv             *changes);

G_END_DECLS
