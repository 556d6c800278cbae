/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the tools of a gateway's servers are called: each name once, and one that every model API takes. */
void sb_gateway_names_assign (GPtrArray  *servers,
                              GHashTable *names);

G_END_DECLS
