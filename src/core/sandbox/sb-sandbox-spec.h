/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox-backend.h"

G_BEGIN_DECLS

SbSandboxSpec *sb_sandbox_spec_new_default (void);
SbSandboxSpec *sb_sandbox_spec_copy        (const SbSandboxSpec *spec);
void           sb_sandbox_spec_free        (SbSandboxSpec       *spec);
gboolean       sb_sandbox_spec_fits        (const SbSandboxSpec *spec,
                                            const SbSandboxSpec *other);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSandboxSpec, sb_sandbox_spec_free)

G_END_DECLS
