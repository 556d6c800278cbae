/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-http-server.h"

G_BEGIN_DECLS

typedef enum
{
  SB_CLI_GATEWAY_STDIO,
  SB_CLI_GATEWAY_SSE,
  SB_CLI_GATEWAY_STREAMING,
} SbCliGatewayTransport;

/* The command line of the gateway: the flags of Docker's, with the same meaning where we have what they mean. */
typedef struct
{
  SbCliGatewayTransport transport;
  guint16               port;
  char                 *host;        /* nullable: not said */
  GPtrArray            *servers;     /* of char*, as the following */
  GPtrArray            *catalogs;
  GPtrArray            *configs;
  GPtrArray            *tools;
  char                 *secrets;     /* files, the first that is there counts */
  gboolean              enable_all;
  gboolean              allow_unauthenticated;
  gboolean              log_calls;
  gboolean              verbose;
  gboolean              dry_run;
  gboolean              help;

  /* of the parsing */
  GPtrArray            *notes;       /* of char*: sentences about what is done otherwise */
  char                 *transport_name;
  char                 *port_text;   /* nullable */
} SbCliGatewayOptions;

void        sb_cli_gateway_options_init  (SbCliGatewayOptions  *self);
void        sb_cli_gateway_options_clear (SbCliGatewayOptions  *self);
gboolean    sb_cli_gateway_options_parse (SbCliGatewayOptions  *self,
                                          char                **argv,
                                          GError              **error);
const char *sb_cli_gateway_options_help  (void);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SbCliGatewayOptions, sb_cli_gateway_options_clear)

G_END_DECLS
