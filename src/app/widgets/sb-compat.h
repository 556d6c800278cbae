/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Dialogs in the shape of the newer API, on what the oldest supported libadwaita has. */

/* Resolves to TRUE when the user agreed. extra: nullable, e.g. an entry. */
void     sb_compat_confirm_async  (GtkWindow           *parent,
                                   const char          *heading,
                                   const char          *body,
                                   const char          *accept_label,
                                   gboolean             destructive,
                                   GtkWidget           *extra,
                                   GAsyncReadyCallback  callback,
                                   gpointer             user_data);
gboolean sb_compat_confirm_finish (GAsyncResult        *result);

G_END_DECLS
