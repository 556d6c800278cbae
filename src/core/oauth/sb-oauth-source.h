/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copyright the Sandbar authors */

#pragma once

#include "sb-mcp-token-source.h"
#include "sb-oauth-options.h"

G_BEGIN_DECLS

/* The access tokens of one remote MCP server, by OAuth 2.1 (RFC 6749, 7636, 8414, 8707, 9207, 9728 and MCP's
 * specification up to 2026-07-28). Property: needs-sign-in. */
#define SB_TYPE_OAUTH_SOURCE (sb_oauth_source_get_type ())
G_DECLARE_FINAL_TYPE (SbOAuthSource, sb_oauth_source, SB, OAUTH_SOURCE, GObject)

SbOAuthSource *sb_oauth_source_new               (const char            *url,
                                                  const SbOAuthOptions  *options);
gboolean       sb_oauth_source_has_client        (SbOAuthSource         *self,
                                                  const SbOAuthOptions  *options);
gboolean       sb_oauth_source_get_needs_sign_in (SbOAuthSource         *self);
/* There are tokens that sign_out() would forget. */
gboolean       sb_oauth_source_get_signed_in     (SbOAuthSource         *self);
void           sb_oauth_source_load_async        (SbOAuthSource         *self,
                                                  GAsyncReadyCallback    callback,
                                                  gpointer               user_data);
gboolean       sb_oauth_source_load_finish       (SbOAuthSource         *self,
                                                  GAsyncResult          *result,
                                                  GError               **error);
void           sb_oauth_source_sign_in_async     (SbOAuthSource         *self,
                                                  GAsyncReadyCallback    callback,
                                                  gpointer               user_data);
gboolean       sb_oauth_source_sign_in_finish    (SbOAuthSource         *self,
                                                  GAsyncResult          *result,
                                                  GError               **error);
/* Ends a sign-in that is going on. */
void           sb_oauth_source_cancel            (SbOAuthSource         *self);
void           sb_oauth_source_sign_out          (SbOAuthSource         *self);

G_END_DECLS
