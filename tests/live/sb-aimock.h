/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A server for OpenAI's protocol that we did not write, from npm. fixtures: a file of tests/llm/cases. Where it is not
 * installed the test is skipped with the reason, and NULL returned. */
GSubprocess *sb_aimock_start (const char   *fixtures,
                              char        **url);
/* process: (transfer full) */
void         sb_aimock_stop  (GSubprocess  *process);

G_END_DECLS
