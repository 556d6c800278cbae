/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-sampling.h"
#include "sb-services.h"

G_BEGIN_DECLS

/* Lets servers use the user's model, each time with the user's consent (MCP's sampling). */
#define SB_TYPE_SAMPLER (sb_sampler_get_type ())
G_DECLARE_FINAL_TYPE (SbSampler, sb_sampler, SB, SAMPLER, GObject)

SbSampler *sb_sampler_new    (SbServices    *services);
/* An SbMcpSamplingFunc; user_data: SbSampler. */
void       sb_sampler_handle (SbMcpSampling *sampling,
                              gpointer       user_data);

G_END_DECLS
