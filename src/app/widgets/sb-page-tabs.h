/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The switcher of a stack with many pages: their titles, or, where there is no room for all of them, their icons and
 * only the title of the page on show. Follows title, icon-name, visible and needs-attention of each GtkStackPage.
 * Property: stack. */
#define SB_TYPE_PAGE_TABS (sb_page_tabs_get_type ())
G_DECLARE_FINAL_TYPE (SbPageTabs, sb_page_tabs, SB, PAGE_TABS, GtkWidget)

void sb_page_tabs_set_stack (SbPageTabs *self,
                             GtkStack   *stack);
/* To the next page that can be seen, or with -1 to the previous one; from the last to the first. */
void sb_page_tabs_step      (SbPageTabs *self,
                             int         step);

G_END_DECLS
