/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-agent.h"
#include "sb-llm-request.h"

G_BEGIN_DECLS

/* Fills in the messages of a request: what a conversation (a GListModel of SbMessage) looks like to one agent. */
void sb_run_request_add_history (SbLlmRequest   *request,
                                 SbAgentCatalog *agents,
                                 SbAgent        *agent,
                                 GListModel     *messages);

G_END_DECLS
