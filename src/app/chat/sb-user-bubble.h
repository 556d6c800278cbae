/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-block-widget.h"

G_BEGIN_DECLS

/* What the user said, at the right. */
#define SB_TYPE_USER_BUBBLE (sb_user_bubble_get_type ())
G_DECLARE_FINAL_TYPE (SbUserBubble, sb_user_bubble, SB, USER_BUBBLE, GtkWidget)

G_END_DECLS
