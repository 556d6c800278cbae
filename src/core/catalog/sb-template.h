/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What a catalog's {{server.key|filter}} and $VARIABLE become. Without flags exactly as in Docker's gateway, quirks
 * included; each flag repairs one of them. */
typedef enum
{
  SB_TEMPLATE_DOCKER        = 0,
  SB_TEMPLATE_KEEP_BRACES   = 1 << 0, /* "{" and "}" outside of {{ }} stay; there they vanish */
  SB_TEMPLATE_PRINT_SCALARS = 1 << 1, /* a number alone in an item prints as 8080; there as "<int Value>" */
  SB_TEMPLATE_REPAIRED      = SB_TEMPLATE_KEEP_BRACES | SB_TEMPLATE_PRINT_SCALARS,
} SbTemplateFlags;

/* Returns: (transfer none) (nullable): the variable's value */
typedef const char *(*SbVariableFunc) (const char *name,
                                       gpointer    user_data);

GStrv    sb_template_expand_list      (const char * const *items,
                                       JsonObject         *values,
                                       SbTemplateFlags     flags);
char    *sb_template_expand_text      (const char         *text,
                                       JsonObject         *values,
                                       SbTemplateFlags     flags);
char    *sb_template_expand_variables (const char         *text,
                                       SbVariableFunc      func,
                                       gpointer            user_data);
gboolean sb_template_is_template      (const char         *text);

G_END_DECLS
