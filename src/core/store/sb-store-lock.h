/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Who is alive among the processes that use one history. Private to store. Each holds a lock on the byte of
 * its number in a file beside the database; the kernel lets go of it however the process ends. */
typedef struct _SbStoreLock SbStoreLock;

SbStoreLock *sb_store_lock_new           (const char   *path);
void         sb_store_lock_free          (SbStoreLock  *self);
void         sb_store_lock_hold          (SbStoreLock  *self,
                                          gint64        instance);
gboolean     sb_store_lock_is_held       (SbStoreLock  *self,
                                          gint64        instance);
gboolean     sb_store_lock_is_anyone_here (SbStoreLock *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbStoreLock, sb_store_lock_free)

G_END_DECLS
