/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A round spot in an agent's colour with its initial. */
#define SB_TYPE_AGENT_AVATAR (sb_agent_avatar_get_type ())
G_DECLARE_FINAL_TYPE (SbAgentAvatar, sb_agent_avatar, SB, AGENT_AVATAR, GtkWidget)

/* color: "#rrggbb"; NULL: grey. */
void sb_agent_avatar_set (SbAgentAvatar *self,
                          const char    *name,
                          const char    *color);

G_END_DECLS
