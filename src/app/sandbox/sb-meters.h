/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-channel.h"

G_BEGIN_DECLS

/* Memory, disk and processes of a sandbox as small bars, asked for each second while they can be seen. */
#define SB_TYPE_METERS (sb_meters_get_type ())
G_DECLARE_FINAL_TYPE (SbMeters, sb_meters, SB, METERS, GtkWidget)

void sb_meters_set_channel (SbMeters                *self,
                            SbChannel               *channel);
void sb_meters_show        (SbMeters                *self,
                            const SbChannelCounters *counters);

G_END_DECLS
