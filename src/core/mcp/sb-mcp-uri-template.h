/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Templates of resources (RFC 6570); values are texts only. Foreign, in any form. */
GStrv  sb_mcp_uri_template_list_names (const char *uri_template);
char  *sb_mcp_uri_template_expand     (const char *uri_template,
                                       JsonObject *values);

G_END_DECLS
