/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-egress-rules.h"

G_BEGIN_DECLS

/* A connection of a server to one listed host: its name is looked up and dialled here. Signal "over", once, last. */
#define SB_TYPE_EGRESS_CONNECTION (sb_egress_connection_get_type ())
G_DECLARE_FINAL_TYPE (SbEgressConnection, sb_egress_connection, SB, EGRESS_CONNECTION, GObject)

SbEgressConnection *sb_egress_connection_new      (GIOStream          *inside,
                                                   SbEgressRules      *rules,
                                                   guint               host);
void                sb_egress_connection_start    (SbEgressConnection *self);
char               *sb_egress_connection_describe (SbEgressConnection *self);
void                sb_egress_connection_end      (SbEgressConnection *self);

G_END_DECLS
