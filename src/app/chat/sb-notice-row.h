/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-block-widget.h"

G_BEGIN_DECLS

/* An error with what to do next and Retry, or a quiet remark. */
#define SB_TYPE_NOTICE_ROW (sb_notice_row_get_type ())
G_DECLARE_FINAL_TYPE (SbNoticeRow, sb_notice_row, SB, NOTICE_ROW, GtkWidget)

G_END_DECLS
