/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-engine-list.h"

G_BEGIN_DECLS

/* The setting (and environment variable) with the engines that the user added: "NAME=ADDRESS", one a line; a line that
 * begins with "#" is one that is turned off. */
#define SB_ENGINES_SETTING "sandbox-engines"
#define SB_ENGINES_VARIABLE "SANDBAR_ENGINES"

/* wanted: NULL, "docker" or "bwrap"; engines: nullable, as above; problem: (out) (optional) (nullable) */
SbEngineList *sb_engine_discovery_run    (const char  *wanted,
                                          const char  *engines,
                                          char       **problem,
                                          GError     **error);
/* Those of a list that is in use become those of the setting; what stays the same is not touched. */
void          sb_engine_discovery_update (SbEngineList *list,
                                          const char   *engines,
                                          char        **problem);
/* For whoever lets the user edit one line of them. FALSE with SB_SANDBOX_ERROR_UNAVAILABLE and what is wrong. */
gboolean      sb_engine_discovery_check  (const char  *line,
                                          GError     **error);

G_END_DECLS
