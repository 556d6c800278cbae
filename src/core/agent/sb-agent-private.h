/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-agent.h"

G_BEGIN_DECLS

/* What the catalog fills in before the agent is shown to anyone. */
typedef struct
{
  char  *id;
  char  *label;
  char  *description;
  char  *instruction;
  char  *provider;
  char  *model;
  char  *color;
  GStrv  tools;
  GStrv  transfers;
  GStrv  mentions;
} SbAgentFields;

SbAgent       *sb_agent_new        (void);
SbAgentFields *sb_agent_get_fields (SbAgent *self);

G_END_DECLS
