/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-database.h"
#include "sb-store.h"

G_BEGIN_DECLS

/* For tests that make writes fail. */
SbDatabase *sb_store_get_database (SbStore *self);

G_END_DECLS
