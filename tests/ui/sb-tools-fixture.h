/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-tools-model.h"

G_BEGIN_DECLS

/* A page of the Tools tab alone in a window, on a gateway without an engine: images are blocked, our own sandbox
 * server runs. */
typedef struct
{
  /* owned */
  SbGatewayContext  parts;
  SbGateway        *gateway;
  SbSecrets        *secrets;
  SbGatewayChoice  *choice;
  SbToolsModel     *model;
  char             *saved; /* nullable: the text that was saved last */

  /* borrowed */
  GtkWidget *window;
  GtkWidget *page;
} SbToolsFixture;

/* data: GUINT_TO_POINTER of the GType; it has a property "model", which is set */
void             sb_tools_fixture_set_up    (SbToolsFixture       *self,
                                             gconstpointer         data);
void             sb_tools_fixture_tear_down (SbToolsFixture       *self,
                                             gconstpointer         data);
/* The server of that name, in that state. */
SbGatewayServer *sb_tools_fixture_wait      (SbToolsFixture       *self,
                                             const char           *name,
                                             SbGatewayServerState  state);
/* The first widget of that type below, or the widget itself. */
GtkWidget       *sb_tools_fixture_find      (GtkWidget            *widget,
                                             GType                 type);
/* Whether a text that has this in it can be seen. */
gboolean         sb_tools_fixture_shows     (GtkWidget            *widget,
                                             const char           *text);

G_END_DECLS
