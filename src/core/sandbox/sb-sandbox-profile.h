/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-sandbox-spec.h"

G_BEGIN_DECLS

#define SB_SANDBOX_PROFILE_DEFAULT "node"
/* The setting that keeps them, as JSON. */
#define SB_SANDBOX_PROFILES_SETTING "sandbox-profiles"

/* A kind of sandbox that can be asked for by name. No profile has a network. */
typedef struct
{
  char          *name;
  SbSandboxSpec *spec;             /* image, limits, ttl, environment, engine; complete */
  guint          idle_ttl_seconds; /* 0: it may idle as long as it likes */
  gboolean       is_shared;        /* by all conversations; else each has its own */
  gboolean       is_default;       /* at most one; without any it is "node" */
} SbSandboxProfile;

SbSandboxProfile *sb_sandbox_profile_new_default (void);
void              sb_sandbox_profile_free        (SbSandboxProfile       *profile);
/* of SbSandboxProfile; json nullable: only the default one, which is always among them */
GPtrArray        *sb_sandbox_profiles_parse      (const char             *json,
                                                  GError                **error);
/* (transfer full): another one of this name */
SbSandboxProfile *sb_sandbox_profile_copy        (const SbSandboxProfile *profile,
                                                  const char             *name);
char             *sb_sandbox_profiles_to_json    (GPtrArray              *profiles);
/* (transfer none) (nullable); name nullable: the default one */
SbSandboxProfile *sb_sandbox_profiles_find       (GPtrArray              *profiles,
                                                  const char             *name);
/* What is asked for in particular over what the profile says. */
SbSandboxSpec    *sb_sandbox_profile_merge       (const SbSandboxProfile *profile,
                                                  const SbSandboxSpec    *spec);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbSandboxProfile, sb_sandbox_profile_free)

G_END_DECLS
