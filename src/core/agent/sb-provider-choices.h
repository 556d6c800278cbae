/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-store.h"

G_BEGIN_DECLS

/* What was chosen to answer an agent, or all of them. NULLs: by default. */
typedef struct
{
  const char *profile;
  const char *base_url;
  const char *model;
  const char *api_key; /* never in the settings */
} SbProviderChoice;

/* The choices of this process over those in the settings; one for an agent over one for all. Not an object: the
 * provider pool is its only owner. */
typedef struct _SbProviderChoices SbProviderChoices;

SbProviderChoices      *sb_provider_choices_new      (SbStore                *store);
void                    sb_provider_choices_free     (SbProviderChoices      *self);
/* agent_id NULL: all agents. The answer is valid until the next call. */
const SbProviderChoice *sb_provider_choices_lookup   (SbProviderChoices      *self,
                                                      const char             *agent_id);
void                    sb_provider_choices_override (SbProviderChoices      *self,
                                                      const char             *agent_id,
                                                      const SbProviderChoice *choice);
/* Keeps it in the settings too. agent_ids: whose own choices end when it is for all */
void                    sb_provider_choices_save     (SbProviderChoices      *self,
                                                      const char             *agent_id,
                                                      const SbProviderChoice *choice,
                                                      GListModel             *agents);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SbProviderChoices, sb_provider_choices_free)

G_END_DECLS
