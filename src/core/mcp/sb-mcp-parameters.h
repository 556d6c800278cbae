/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-http-server.h"

G_BEGIN_DECLS

/* Arguments of a tool that travel as HTTP headers too: those whose schema has "x-mcp-header" (2026-07-28). */
gboolean    sb_mcp_parameters_are_valid    (JsonObject        *schema);
GStrv       sb_mcp_parameters_dup          (JsonObject        *schema,
                                            JsonObject        *arguments);
const char *sb_mcp_parameters_find_problem (JsonObject        *schema,
                                            JsonObject        *arguments,
                                            SbMcpHeaderLookup  lookup,
                                            gpointer           lookup_data);

G_END_DECLS
