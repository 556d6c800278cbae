/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-block-widget.h"

G_BEGIN_DECLS

/* Who speaks: avatar, name, model and speed; or who hands over to whom, and why. */
#define SB_TYPE_SPEAKER_ROW (sb_speaker_row_get_type ())
G_DECLARE_FINAL_TYPE (SbSpeakerRow, sb_speaker_row, SB, SPEAKER_ROW, GtkWidget)

G_END_DECLS
