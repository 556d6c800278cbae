/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-tool-run.h"

G_BEGIN_DECLS

/* Gets the call, and answers it. */
typedef void (*SbToolJobFunc) (SbToolRun   *run,
                               const SbJob *job);

void        sb_tool_job_look_up     (SbToolRun     *run,
                                     SbToolJobFunc  func);
char       *sb_tool_job_describe    (const SbJob   *job);
void        sb_tool_job_add_members (const SbJob   *job,
                                     JsonObject    *object);
const char *sb_tool_job_get_command (const SbJob   *job,
                                     SbSandbox     *sandbox);

G_END_DECLS
