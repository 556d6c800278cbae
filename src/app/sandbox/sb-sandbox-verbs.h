/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-selection.h"

G_BEGIN_DECLS

/* What can be done to a sandbox, asking where something is lost and telling what went wrong. widget: whose window asks
 * and tells. The selection needs a workspace. */

/* For the conversation that is selected, and then shown. */
/* profile, engine: nullable: as the settings say */
void sb_sandbox_verbs_create     (GtkWidget   *widget,
                                  SbSelection *selection,
                                  const char  *profile,
                                  const char  *engine);
/* Offers to bring back its files, or asks when they would be lost. n_unsaved: files that somebody types in. */
void sb_sandbox_verbs_remove     (GtkWidget   *widget,
                                  SbSelection *selection,
                                  SbSandbox   *sandbox,
                                  guint        n_unsaved);
/* The other way round when it is paused. */
void sb_sandbox_verbs_pause      (GtkWidget   *widget,
                                  SbSandbox   *sandbox);

G_END_DECLS
