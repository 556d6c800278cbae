/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-test-channel.h"

G_BEGIN_DECLS

/* sandbar-init as a plain child on a temporary workspace: no isolation, no privileges needed. */
typedef struct
{
  GSubprocess *process;
  SbChannel   *channel;
  char        *folder;    /* around it: what leaves it is seen, and nobody else writes there */
  char        *workspace;
} SbTestHelper;

void  sb_test_helper_start (SbTestHelper *self,
                            const char   *argument);
void  sb_test_helper_start_without_openat2 (SbTestHelper *self);
void  sb_test_helper_start_without_filters (SbTestHelper *self);
void  sb_test_helper_end   (SbTestHelper *self);
char *sb_test_helper_path  (SbTestHelper *self,
                            const char   *name);

G_END_DECLS
