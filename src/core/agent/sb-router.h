/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-agent.h"

G_BEGIN_DECLS

typedef enum
{
  SB_ROUTE_MENTION,     /* "@cerebras …" */
  SB_ROUTE_ADDRESSED,   /* "Cerebras, …" */
  SB_ROUTE_ASKED,       /* "I want to speak with Cerebras", "go back to DevDuck" */
  SB_ROUTE_CHOSEN,      /* in the composer */
  SB_ROUTE_STICKY,      /* whom the user was talking to */
  SB_ROUTE_COORDINATOR, /* nobody else */
} SbRouteTrigger;

/* Who hears a request, and why. */
typedef struct
{
  SbAgent        *agent;  /* borrowed from the catalog */
  SbRouteTrigger  trigger;
  char           *reason; /* completes "because …" */
} SbRoute;

void        sb_route_clear           (SbRoute        *self);
const char *sb_route_trigger_to_string (SbRouteTrigger trigger);

/* Rules only, no model. chosen and active: ids, nullable. */
void        sb_router_decide         (SbAgentCatalog *agents,
                                      const char     *text,
                                      const char     *chosen,
                                      const char     *active,
                                      SbRoute        *route);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SbRoute, sb_route_clear)

G_END_DECLS
