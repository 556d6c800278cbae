/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-database.h"
#include "sb-store-lock.h"

G_BEGIN_DECLS

/* Private to store: from a path to a database that is ours, today's and tidied up after whoever died. */
SbDatabase *sb_store_open_database (const char   *path,
                                    SbStoreLock  *lock,
                                    gint64       *instance,
                                    GError      **moved_aside,
                                    GError      **error);

G_END_DECLS
