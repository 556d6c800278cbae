/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* The log of the server that is looked at, as it grows. Property: model. */
#define SB_TYPE_SERVER_LOG_PAGE (sb_server_log_page_get_type ())
G_DECLARE_FINAL_TYPE (SbServerLogPage, sb_server_log_page, SB, SERVER_LOG_PAGE, GtkWidget)

void sb_server_log_page_set_model (SbServerLogPage *self,
                                   SbToolsModel    *model);

G_END_DECLS
