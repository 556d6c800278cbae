/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-rehearsal-history.h"
#include "sb-rehearsal-request.h"

G_BEGIN_DECLS

void sb_rehearsal_report_append      (GString                 *text,
                                      const SbRehearsalIntent *intent,
                                      const SbRehearsalCall   *call);
void sb_rehearsal_report_append_code (GString                 *text,
                                      const char              *language,
                                      const char              *code);

G_END_DECLS
