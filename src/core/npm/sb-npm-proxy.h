/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-approvals.h"
#include "sb-npm-fetch.h"
#include "sb-npm-source.h"

G_BEGIN_DECLS

/* Where a sandbox finds it: the port that npm's other local registries have. */
#define SB_NPM_PROXY_PORT 4873
#define SB_NPM_PROXY_URL "http://127.0.0.1:4873"
#define SB_NPM_PROXY_MAX_CONNECTIONS 64

/* The registry that a sandbox without a network sees: reads only, names that were allowed only, no version younger than
 * asked for, every byte checked against its digest, every request shown. A GListModel of SbNpmFetch, newest first. */
#define SB_TYPE_NPM_PROXY (sb_npm_proxy_get_type ())
G_DECLARE_FINAL_TYPE (SbNpmProxy, sb_npm_proxy, SB, NPM_PROXY, GObject)

SbNpmProxy  *sb_npm_proxy_new         (SbNpmSource         *source,
                                       SbApprovals         *approvals);
SbNpmSource *sb_npm_proxy_get_source  (SbNpmProxy          *self);
/* What may be fetched without asking: names, or "@scope" followed by a slash and a star. */
void         sb_npm_proxy_set_allowed (SbNpmProxy          *self,
                                       const char * const  *names);
gboolean     sb_npm_proxy_is_allowed  (SbNpmProxy          *self,
                                       const char          *package);
/* Serves HTTP on the stream, whose two sides are pollable, until it ends. */
gboolean     sb_npm_proxy_accept      (SbNpmProxy          *self,
                                       GIOStream           *stream,
                                       const char          *sandbox_id,
                                       GError             **error);

G_END_DECLS
