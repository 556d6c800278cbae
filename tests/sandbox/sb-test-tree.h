/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-test.h"

G_BEGIN_DECLS

/* A tree as a stream, of records in short: "D path", "F path|contents", "X path|contents" of a program,
 * "L path|target", "S path", "E". */
GByteArray *sb_test_tree_new (const char * const *records);

G_END_DECLS
