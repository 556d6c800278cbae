/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-http-server.h"

G_BEGIN_DECLS

/* How the server is reached, as the command line says it. */
typedef struct
{
  char     *transport;  /* stdio, streaming or sse; nullable */
  char     *host;       /* nullable */
  int       port;       /* -1: not given */
  char     *token_file; /* nullable */

  /* found by sb_serve_options_check() */
  gboolean            over_http;
  gboolean            made_token;
  SbMcpHttpServeKind  kind;
  char               *token;
} SbServeOptions;

gboolean sb_serve_options_check (SbServeOptions  *self,
                                 GError         **error);
void     sb_serve_options_clear (SbServeOptions  *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SbServeOptions, sb_serve_options_clear)

G_END_DECLS
