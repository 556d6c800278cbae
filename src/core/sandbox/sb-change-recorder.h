/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox.h"

G_BEGIN_DECLS

/* Reads the files that are told to have changed, and enters them into the sandbox's change log. */
#define SB_TYPE_CHANGE_RECORDER (sb_change_recorder_get_type ())
G_DECLARE_FINAL_TYPE (SbChangeRecorder, sb_change_recorder, SB, CHANGE_RECORDER, GObject)

SbChangeRecorder *sb_change_recorder_new  (SbSandbox        *sandbox);
void              sb_change_recorder_note (SbChangeRecorder *self,
                                           const char       *path,
                                           SbFileChange      change,
                                           const char       *trace_id);

G_END_DECLS
