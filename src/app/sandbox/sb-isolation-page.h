/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What keeps the code of a sandbox in: one guarantee a row, with the value read back from the sandbox. */
#define SB_TYPE_ISOLATION_PAGE (sb_isolation_page_get_type ())
G_DECLARE_FINAL_TYPE (SbIsolationPage, sb_isolation_page, SB, ISOLATION_PAGE, GtkWidget)

/* facts: of SbSandboxFact; nullable */
void sb_isolation_page_set_facts (SbIsolationPage *self,
                                  GPtrArray       *facts);

G_END_DECLS
