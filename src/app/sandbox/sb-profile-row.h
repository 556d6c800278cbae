/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include <adwaita.h>

#include "sb-sandbox-profile.h"

G_BEGIN_DECLS

typedef enum
{
  SB_PROFILE_VERB_APPLY,
  SB_PROFILE_VERB_DEFAULT,
  SB_PROFILE_VERB_DUPLICATE,
  SB_PROFILE_VERB_REMOVE,
} SbProfileVerb;

/* A profile of sandboxes in the preferences, with all that it says. Signal: "verb" (guint SbProfileVerb). */
#define SB_TYPE_PROFILE_ROW (sb_profile_row_get_type ())
G_DECLARE_FINAL_TYPE (SbProfileRow, sb_profile_row, SB, PROFILE_ROW, AdwExpanderRow)

GtkWidget        *sb_profile_row_new         (const SbSandboxProfile *profile,
                                              gboolean                is_default);
/* As it was before it was edited. */
const char       *sb_profile_row_get_name    (SbProfileRow           *self);
/* (transfer full): what is written there now, whether it can be used or not */
SbSandboxProfile *sb_profile_row_dup_profile (SbProfileRow           *self);
/* Beside the verbs: why they did not work. */
void              sb_profile_row_complain    (SbProfileRow           *self,
                                              const char             *sentence);

G_END_DECLS
