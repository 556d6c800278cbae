/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* TCP into and out of a real sandbox, under /live/NAME/tunnel-…; after sb_backend_tests_add(). */
void sb_tunnel_tests_add (const char *name);

G_END_DECLS
