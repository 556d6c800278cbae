/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* What an empty conversation shows: what this is, and three things to try, which activate chat.try with their text. */
#define SB_TYPE_WELCOME (sb_welcome_get_type ())
G_DECLARE_FINAL_TYPE (SbWelcome, sb_welcome, SB, WELCOME, GtkWidget)

void sb_welcome_set_rehearsal (SbWelcome *self,
                               gboolean   rehearsal);

G_END_DECLS
