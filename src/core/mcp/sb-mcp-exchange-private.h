/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-exchange.h"
#include "sb-mcp-peer.h"
#include "sb-mcp-toolbox.h"

G_BEGIN_DECLS

/* What an exchange needs to know of its session; copied. */
typedef struct
{
  SbMcpPeer    *peer;
  SbMcpToolbox *toolbox;
  JsonObject   *capabilities; /* nullable: the client's, of the handshake */
  const char   *log_level;    /* nullable: of logging/setLevel */
} SbMcpExchangeContext;

SbMcpExchange *sb_mcp_exchange_new (SbMcpRequest               *request,
                                    const char                 *method,
                                    const SbMcpExchangeContext *context);
gboolean       sb_mcp_exchange_run (SbMcpExchange              *self,
                                    SbMcpExchangeHandler        handler,
                                    gpointer                    user_data);

G_END_DECLS
