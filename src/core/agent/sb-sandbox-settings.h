/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-workspace.h"

G_BEGIN_DECLS

/* An engine of the user's list. */
typedef struct
{
  char     *name;
  char     *address; /* "unix://…", "tcps://…", "ssh://…", "context://…", or "local": what the Docker CLI would use */
  gboolean  is_on;
} SbEngineChoice;

SbEngineChoice *sb_engine_choice_new  (const char     *name,
                                       const char     *address,
                                       gboolean        is_on);
void            sb_engine_choice_free (SbEngineChoice *choice);

/* What the user says about sandboxes: stored, and used from now on. */

/* (transfer full) (element-type SbEngineChoice): empty: engines are found by themselves */
GPtrArray *sb_sandbox_settings_dup_engines  (SbWorkspace  *workspace);
/* Nothing is changed when one of them is wrong, which the error says. */
gboolean   sb_sandbox_settings_set_engines  (SbWorkspace  *workspace,
                                             GPtrArray    *engines,
                                             GError      **error);
/* By the environment: then the setting is not used. */
gboolean   sb_sandbox_settings_engines_are_given (void);
/* profiles: of SbSandboxProfile; as above */
gboolean   sb_sandbox_settings_set_profiles (SbWorkspace  *workspace,
                                             GPtrArray    *profiles,
                                             GError      **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbEngineChoice, sb_engine_choice_free)

G_END_DECLS
