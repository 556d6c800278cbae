/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-greeting.h"
#include "sb-sandbox-backend.h"

G_BEGIN_DECLS

/* What every sandbox must keep, and what can be said about it, as its own PID 1 sees it. Appends to facts (of
 * SbSandboxFact): network, user, capabilities, no-new-privs, seccomp, root, disk. FALSE with SB_SANDBOX_ERROR_UNSAFE:
 * do not use it. */
gboolean sb_isolation_check (const SbGreeting  *greeting,
                             GPtrArray         *facts,
                             GError           **error);

G_END_DECLS
