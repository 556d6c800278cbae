/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-approval.h"

G_BEGIN_DECLS

/* A question to the user, with its answers. */
#define SB_TYPE_APPROVAL_ROW (sb_approval_row_get_type ())
G_DECLARE_FINAL_TYPE (SbApprovalRow, sb_approval_row, SB, APPROVAL_ROW, GtkListBoxRow)

GtkWidget *sb_approval_row_new (SbApproval *approval);

G_END_DECLS
