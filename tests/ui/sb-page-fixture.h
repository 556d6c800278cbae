/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gtk/gtk.h>

#include "sb-sandbox-manager.h"
#include "sb-test-backend.h"
#include "sb-test-channel.h"

G_BEGIN_DECLS

/* A page of the Sandbox tab alone in a window, beside a sandbox that is the real helper without isolation. */
typedef struct
{
  /* owned */
  SbTestBackend    *backend;
  SbSandboxManager *manager;
  SbSandbox        *sandbox;

  /* borrowed */
  GtkWidget *window;
  GtkWidget *page;
} SbPageFixture;

/* data: GUINT_TO_POINTER of the GType; it has a property "sandbox", which is not set yet */
void       sb_page_fixture_set_up    (SbPageFixture *self,
                                      gconstpointer  data);
void       sb_page_fixture_tear_down (SbPageFixture *self,
                                      gconstpointer  data);
void       sb_page_fixture_show      (SbPageFixture *self);
void       sb_page_fixture_stop      (SbPageFixture *self);
GtkWidget *sb_page_fixture_find      (GtkWidget     *widget,
                                      GType          type);
/* Whether a text that starts like that can be seen. */
gboolean   sb_page_fixture_shows     (GtkWidget     *widget,
                                      const char    *text);
/* By way of the display server. */
void       sb_page_fixture_press     (const char    *keys);
void       sb_page_fixture_type      (const char    *text);

G_END_DECLS
