/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox-backend.h"

G_BEGIN_DECLS

/* A backend whose sandboxes are the real sandbar-init as plain children, without any isolation; it fails
 * when it is told to. */
#define SB_TYPE_TEST_BACKEND (sb_test_backend_get_type ())
G_DECLARE_FINAL_TYPE (SbTestBackend, sb_test_backend, SB, TEST_BACKEND, GObject)

SbTestBackend *sb_test_backend_new           (const char    *label);
void           sb_test_backend_set_available (SbTestBackend *self,
                                              gboolean       available);
/* How many run; how many were started and removed in all. */
guint          sb_test_backend_get_running   (SbTestBackend *self);
guint          sb_test_backend_get_started   (SbTestBackend *self);
guint          sb_test_backend_get_removed   (SbTestBackend *self);
/* Starts do not finish until this is FALSE again, or they are cancelled. */
void           sb_test_backend_set_hanging   (SbTestBackend *self,
                                              gboolean       hanging);
/* What the machine behind it has. */
void           sb_test_backend_set_memory    (SbTestBackend *self,
                                              guint64        memory_bytes);
/* Its image is missing until a job that it gives out is done by the engine at host; NULL: it is there. */
void           sb_test_backend_lose_image    (SbTestBackend *self,
                                              const char    *host);
/* They hold still, and answer nothing; or go on. */
void           sb_test_backend_hold_all      (SbTestBackend *self,
                                              gboolean       hold);
/* From outside, as an engine or a user would. */
void           sb_test_backend_kill_all      (SbTestBackend *self);

G_END_DECLS
