/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What dead children leave becomes ours, wherever it hides: no marker can be missed. */
void  sb_orphans_adopt    (void);
/* Processes below us that run, all generations. Orphans that ended are reaped. */
guint sb_orphans_count    (void);
/* Sends it to all of them. */
void  sb_orphans_signal   (int signal_number);
/* Their command lines, a line each. */
char *sb_orphans_describe (void);

G_END_DECLS
