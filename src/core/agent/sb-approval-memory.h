/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-approvals.h"
#include "sb-store.h"

G_BEGIN_DECLS

/* What the user allowed always, kept in the settings. */
void sb_approval_memory_attach (SbApprovals *approvals,
                                SbStore     *store);

G_END_DECLS
