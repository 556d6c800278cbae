/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Knows the names that the test gives it and no others; asks nobody. */
#define SB_TYPE_TEST_RESOLVER (sb_test_resolver_get_type ())
G_DECLARE_FINAL_TYPE (SbTestResolver, sb_test_resolver, SB, TEST_RESOLVER, GResolver)

/* The resolver of this process until its end. */
SbTestResolver *sb_test_resolver_install       (void);
/* addresses: with blanks between; "": there is no such name */
void            sb_test_resolver_set           (SbTestResolver *self,
                                                const char     *name,
                                                const char     *addresses);
guint           sb_test_resolver_get_n_lookups (SbTestResolver *self);

G_END_DECLS
