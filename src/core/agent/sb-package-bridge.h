/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-npm-proxy.h"
#include "sb-sandbox-manager.h"

G_BEGIN_DECLS

/* Brings the package registry into every sandbox that runs: a port of its loopback, through its channel. Nothing of
 * the host is bound, so it is the same with a remote engine. */
#define SB_TYPE_PACKAGE_BRIDGE (sb_package_bridge_get_type ())
G_DECLARE_FINAL_TYPE (SbPackageBridge, sb_package_bridge, SB, PACKAGE_BRIDGE, GObject)

SbPackageBridge *sb_package_bridge_new (SbSandboxManager *sandboxes,
                                        SbNpmProxy       *proxy);

G_END_DECLS
