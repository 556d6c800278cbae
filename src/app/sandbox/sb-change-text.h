/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-change.h"

G_BEGIN_DECLS

/* Why there is nothing to see of a difference; NULL: there is. diff: nullable, a version is not kept. */
const char *sb_change_text_explain (const SbDiff *diff);

G_END_DECLS
